"""The colours of static/css/tokens.css, for who draws without a browser: one source, so that a snapshot cannot drift from the page.

Each token there is `--name: light-dark(#light, #dark)`. A picture that is late is drawn in the same colours with hardly any of them
left, as the page's own filter does.
"""

import re
from functools import lru_cache
from pathlib import Path
from typing import Literal

from django.conf import settings

Theme = Literal["dark", "light"]
THEMES: tuple[Theme, ...] = ("dark", "light")

_TOKEN = re.compile(r"--([\w-]+):\s*light-dark\((#[0-9a-fA-F]{6})(?:[0-9a-fA-F]{2})?,\s*(#[0-9a-fA-F]{6})(?:[0-9a-fA-F]{2})?\)")

#: The page's filter over a late picture: saturate(0.12), and brightness by theme.
_LATE_SATURATION = 0.12
_LATE_BRIGHTNESS: dict[Theme, float] = {"dark": 0.85, "light": 0.97}


class Palette:
    """Colours by the names of their tokens, "#rrggbb"."""

    def __init__(self, colours: dict[str, str]) -> None:
        self._colours = colours

    def __getitem__(self, token: str) -> str:
        return self._colours[token]

    def state(self, state: str) -> str:
        """What a state is drawn in."""
        return self._colours[state.replace("_", "-")]

    def word(self, state: str) -> str:
        """What a state is read in."""
        return self._colours[f"{state.replace('_', '-')}-text"]


def tokens(css: str) -> dict[str, tuple[str, str]]:
    """Name -> (light, dark) of every colour token in a style sheet."""
    return {name: (light.lower(), dark.lower()) for name, light, dark in _TOKEN.findall(css)}


@lru_cache(maxsize=4)
def palette(theme: Theme, *, late: bool = False) -> Palette:
    """The palette of a theme; `late`: with hardly any colour left."""
    css = (Path(settings.BASE_DIR) / "static" / "css" / "tokens.css").read_text(encoding="utf-8")
    colours = {name: pair[theme == "dark"] for name, pair in tokens(css).items()}
    if late:
        colours = {name: faded(colour, _LATE_SATURATION, _LATE_BRIGHTNESS[theme]) for name, colour in colours.items()}
    return Palette(colours)


def faded(colour: str, saturation: float, brightness: float) -> str:
    """CSS's saturate() and then brightness() on "#rrggbb" (Filter Effects Module Level 1, feColorMatrix type="saturate")."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    grey = 0.213 * red + 0.715 * green + 0.072 * blue
    mixed = (grey + (channel - grey) * saturation for channel in (red, green, blue))
    return "#" + "".join(f"{min(255, max(0, round(channel * brightness))):02x}" for channel in mixed)
