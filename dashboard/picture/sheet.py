"""Writing SVG: rectangles, lines, texts and the shapes of states. Every text and every attribute passes through one escape.

The shapes are the symbols of templates/parts/sprite.html, which a test holds to static/js/states.js. Nothing outside the document
is referred to: what is written is shown by a browser, a chat and a rasteriser alike.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal
from xml.sax.saxutils import escape as _escape
from xml.sax.saxutils import quoteattr

from django.conf import settings

from dashboard.picture.palette import Palette
from dashboard.presenters.words import WORDS, known

FONTS = "Inter, 'Inter Variable', system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

#: What XML 1.0 does not allow, even escaped.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
#: Marks that turn the direction of what follows: a name must not rearrange the picture around it.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")

_INK = ' class="ink"'

Anchor = Literal["start", "middle", "end"]


def escape(text: str) -> str:
    """Text as it may stand between tags."""
    return _escape(_TURNING.sub("", _FORBIDDEN.sub("\ufffd", text)))


def number(value: float) -> str:
    """A coordinate, to a tenth: "12", "12.5"."""
    text = f"{value:.1f}"
    return text.removesuffix(".0") if text != "-0.0" else "0"


@lru_cache(maxsize=1)
def symbols() -> dict[str, str]:
    """State -> the inside of its symbol, in a box of 20 × 20."""
    sprite = (Path(settings.BASE_DIR) / "templates" / "parts" / "sprite.html").read_text(encoding="utf-8")
    found = dict(re.findall(r'<symbol id="glyph-(\w+)" viewBox="0 0 20 20">(.*?)</symbol>', sprite))
    missing = set(WORDS) - set(found)
    if missing:
        raise LookupError(f"templates/parts/sprite.html has no shape for {', '.join(sorted(missing))}.")
    return found


@dataclass(frozen=True, slots=True)
class Tail:
    """The second part of a line, `gap` after the first: it follows whatever font the first is shown in."""

    text: str
    size: float
    fill: str
    weight: int = 400
    gap: float = 4

    def markup(self) -> str:
        face = f'dx="{number(self.gap)}" font-size="{number(self.size)}" font-weight="{self.weight}" fill="{self.fill}"'
        return f"<tspan {face}>{escape(self.text)}</tspan>"


class Sheet:
    """One document as it is being written, in the colours of a palette."""

    def __init__(self, colours: Palette) -> None:
        self.colours = colours
        self._parts: list[str] = []

    def markup(self) -> str:
        """What has been written."""
        return "\n".join(self._parts)

    def raw(self, markup: str) -> None:
        """Markup that is known to be safe: nothing of a cluster's."""
        self._parts.append(markup)

    def begin(self, title: str = "", **attributes: str) -> None:
        """Open a group; `title` is what a browser shows where the pointer rests and a screen reader reads."""
        written = "".join(f" {name.replace('_', '-')}={quoteattr(escape(value))}" for name, value in attributes.items())
        self._parts.append(f"<g{written}>{f'<title>{escape(title)}</title>' if title else ''}")

    def end(self) -> None:
        self._parts.append("</g>")

    def rect(
        self,
        x: float,
        y: float,
        w: float,
        h: float,
        *,
        fill: str = "none",
        stroke: str = "",
        r: float = 0,
        line: float = 1,
        dash: str = "",
        opacity: float = 1,
    ) -> None:
        """A rectangle; its stroke lies inside its bounds."""
        inset = line / 2 if stroke else 0
        box = f'x="{number(x + inset)}" y="{number(y + inset)}" width="{number(w - 2 * inset)}" height="{number(h - 2 * inset)}"'
        more = f' rx="{number(r)}"' if r else ""
        if stroke:
            more += f' stroke="{stroke}"' + (f' stroke-width="{number(line)}"' if line != 1 else "")
            more += f' stroke-dasharray="{dash}"' if dash else ""
        if opacity != 1:
            more += f' opacity="{opacity:g}"'
        self._parts.append(f'<rect {box} fill="{fill}"{more}/>')

    def path(self, d: str, *, fill: str = "none", stroke: str = "", line: float = 1, dash: str = "", opacity: float = 1) -> None:
        more = f' stroke="{stroke}" stroke-width="{number(line)}"' if stroke else ""
        more += f' stroke-dasharray="{dash}"' if dash else ""
        more += f' fill-opacity="{opacity:g}"' if opacity != 1 else ""
        self._parts.append(f'<path d="{d}" fill="{fill}"{more}/>')

    def circle(self, x: float, y: float, r: float, fill: str, opacity: float = 1) -> None:
        more = f' fill-opacity="{opacity:g}"' if opacity != 1 else ""
        self._parts.append(f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(r)}" fill="{fill}"{more}/>')

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float,
        fill: str,
        weight: int = 400,
        anchor: Anchor = "start",
        spacing: float = 0,
        tail: "Tail | None" = None,
    ) -> None:
        """One line, `y` its baseline; `tail` follows it in another type. An empty text writes nothing."""
        if not text:
            return
        more = f' font-weight="{weight}"' if weight != 400 else ""
        more += f' text-anchor="{anchor}"' if anchor != "start" else ""
        more += f' letter-spacing="{number(spacing)}"' if spacing else ""
        place = f'x="{number(x)}" y="{number(y)}" font-size="{number(size)}" fill="{fill}"{more}'
        rest = tail.markup() if tail and tail.text else ""
        self._parts.append(f"<text {place}>{escape(text)}{rest}</text>")

    def glyph(self, state: str, x: float, y: float, size: float) -> None:
        """A state's shape, (x, y) its upper left corner."""
        shown = known(state)
        self._parts.append(
            f'<use href="#{shown}" x="{number(x)}" y="{number(y)}" width="{number(size)}" height="{number(size)}" '
            f'color="{self.colours.state(shown)}"/>'
        )

    def definitions(self) -> str:
        """The shapes, the hatch and the two grounds. `ink` parts are drawn in the dark of the background."""
        ink = f" color={quoteattr(self.colours['ink'])}"
        shapes = "".join(
            f'<symbol id="{state}" viewBox="0 0 20 20">{symbols()[state].replace(_INK, ink)}</symbol>' for state in WORDS
        )
        hatches = "".join(
            f'<pattern id="{name}" width="{step}" height="{step}" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">'
            f'<rect width="{step}" height="{thick}" fill="{self.colours["unknown"]}"/></pattern>'
            for name, step, thick in (("hatch", "5", "2.2"), ("hatch-fine", "3.4", "1.6"))
        )
        grounds = "".join(
            f'<linearGradient id="{name}" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="{self.colours[f"{name}-1"]}"/>'
            f'<stop offset="1" stop-color="{self.colours[f"{name}-2"]}"/></linearGradient>'
            for name in ("sky", "ground")
        )
        return f"<defs>{shapes}{hatches}{grounds}</defs>"
