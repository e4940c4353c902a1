"""The picture of a cluster as a file: SVG and PNG, for chat, notifications and incident notes.

It is drawn by the page's own modules (static/js/scene says what stands there, static/js/file lays it out and writes it down), which
run here in an engine without a browser. Python knows nothing of the picture: an encoded snapshot goes in, a document comes out.
docs/decisions/0007-one-painter.md tells why.
"""

from functools import lru_cache

from dashboard.picture.errors import CannotDrawError, TooManyError
from dashboard.picture.painter import THEMES, Form, Painter, Theme, Wanted
from dashboard.picture.png import rasterise

__all__ = [
    "GROUPINGS",
    "HEIGHTS",
    "SORTINGS",
    "THEMES",
    "WIDTHS",
    "CannotDrawError",
    "Form",
    "Painter",
    "Theme",
    "TooManyError",
    "Wanted",
    "painter",
    "rasterise",
]

#: Sizes that may be asked for, pixels; the picture grows with them, it does not only get more room.
WIDTHS, HEIGHTS = (320, 3840), (480, 3840)
#: What an address may ask for; tests/dashboard/test_picture.py holds them to static/js/arrange.js.
GROUPINGS = ("zone", "pool", "type", "role", "none")
SORTINGS = ("name", "state", "load", "age")


@lru_cache(maxsize=1)
def painter() -> Painter:
    """This process's painter; its threads start when the first picture is asked for."""
    return Painter()
