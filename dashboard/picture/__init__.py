"""The picture of a cluster without a browser: as SVG and PNG, for chat and incident notes.

scene (what is drawn) → svg (who draws what where: frame, sky, ground, rail) → png. All of it is pure: a snapshot, its freshness and
a moment go in, one document comes out. The browser's picture is static/js/diagram; colours and shapes are shared with it through
static/css/tokens.css and templates/parts/sprite.html.
"""

from dashboard.picture.palette import THEMES, Theme
from dashboard.picture.png import CannotDrawError, rasterise
from dashboard.picture.scene import GROUPINGS, Grouping
from dashboard.picture.svg import DEFAULT_SIZE, HEIGHTS, WIDTHS, draw

__all__ = ["DEFAULT_SIZE", "GROUPINGS", "HEIGHTS", "THEMES", "WIDTHS", "CannotDrawError", "Grouping", "Theme", "draw", "rasterise"]
