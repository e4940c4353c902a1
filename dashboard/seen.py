"""What a screen says of itself, with each picture it fetches or by itself: written down for the list of displays.

It tells ages, not times: the clocks of screens are wrong by hours. What cannot be believed counts as not said.
"""

import re
import time
from collections.abc import Mapping

from django.conf import settings
from django.http import HttpRequest

from dashboard import displays
from dashboard.display_shapes import Seen, browser, pixels, plain
from dashboard.showing import Showing

#: Seconds of an age or of an error of a clock that are believed: a year.
_MOST = 366 * 86_400.0
_LONGEST_WHY = 200


def note(request: HttpRequest, showing: Showing, given: Mapping[str, str], now: float | None = None) -> None:
    """Note what the screen says in `given` (docs/displays.md); what a person's browser says is passed over."""
    if showing.person:
        return
    at = time.time() if now is None else now
    found = of(given, str(request.META.get("REMOTE_ADDR") or ""), request.headers.get("User-Agent", ""), at)
    displays.note(showing.known.wall.id, found, showing.screen)


def of(given: Mapping[str, str], address: str, agent: str, now: float) -> Seen:
    """`given`: w and h, pixels; frame, seconds since it last drew something that had come; clock, its own epoch seconds; wall, full
    or basic; why, for the latter; v, the version of its pages. `now`: epoch seconds."""
    frame, clock = _number(given.get("frame", "")), _number(given.get("clock", ""))
    version = given.get("v", "")
    wall = given.get("wall", "")
    try:
        why = plain(given.get("why", "")[: 2 * _LONGEST_WHY], _LONGEST_WHY, "A reason")
    except ValueError:
        why = ""
    return Seen(
        now,
        address,
        browser(agent),
        version if re.fullmatch(r"[0-9A-Za-z._-]{1,40}", version) else "",
        pixels(given.get("w", "")),
        pixels(given.get("h", "")),
        now - frame if frame is not None and 0 <= frame <= _MOST else None,
        wall if wall in ("full", "basic") else "",
        why if wall == "basic" else "",
        clock - now if clock is not None and abs(clock - now) <= _MOST else None,
    )


def version() -> str:
    """Of the pages that a screen would be given now."""
    return str(settings.STATIC_VERSION)


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,9})?", text) else None
