"""When a wall's going dark and its coming back are told, and in which words. Pure: no queries, no clock; times are epoch seconds.

A screen that loads itself again, restarts by night or loses its network for a moment is not worth a message: nothing was heard of
it for AFTER. And we must have been there to hear it: only time counts in which a web process listened without a gap. It is back
when it has been heard of for STEADY without being dark again.
"""

from datetime import UTC, datetime
from enum import StrEnum

import msgspec

from dashboard.display_shapes import DARK
from dashboard.displays import Known
from planes.structs import time_tokens

#: Seconds of silence, and seconds of words, before it is told.
AFTER, STEADY = 180.0, 60.0
#: Seconds after which a web process that has not said that it listens does not: it says so every 10 s.
GAP = 45.0


class Turn(StrEnum):
    DARK = "dark"
    BACK = "back"
    ENDED = "ended"  # revoked or expired while it was dark: whoever waits for "back" need not any more
    TEST = "test"


class Told(msgspec.Struct, frozen=True):
    """What was told of a display: dark since then, or nothing; and since when it has been heard of again."""

    dark_since: float | None = None
    back_since: float | None = None


class About(msgspec.Struct, frozen=True):
    """The display of a message."""

    name: str
    slug: str
    place: str


class Message(msgspec.Struct, frozen=True):
    """What the webhook is sent, as JSON. `id`: the same if it has to be sent again. `at`, `since`, `frame`: ISO 8601, UTC. `since`:
    when the display was last heard of before it went dark. `frame`: when it last drew something new. `url`: of its page."""

    id: str
    event: Turn
    text: str
    at: str
    display: About | None = None
    since: str | None = None
    frame: str | None = None
    screen: str = ""
    url: str | None = None


def listened_since(since: float, at: float, now: float) -> float | None:
    """From when on silence counts; None: no web process listens now, or its clock and ours differ."""
    return since if abs(now - at) < GAP else None


def heard_on(before: tuple[float, float] | None, now: float) -> tuple[float, float]:
    """`since` and `at` when a web process says that it listens. A gap, and a clock that was set, begin it again."""
    if before is None or abs(now - before[1]) >= GAP:
        return now, now
    return before[0], max(now, before[1])


def turn(known: Known, told: Told, listening: float, now: float) -> tuple[Told, Turn | None]:
    """What is told of a display from now on, and what is to be told at this moment. `listening`: since when we do."""
    if known.term.revoked is not None or (known.term.expires is not None and now >= known.term.expires):
        return Told(), None if told.dark_since is None else Turn.ENDED
    if known.seen is None:
        return Told(), None
    heard = known.seen.at
    if told.dark_since is None:
        return (Told(heard), Turn.DARK) if now - max(heard, listening) >= AFTER else (told, None)
    if heard <= told.dark_since or now - heard >= DARK:
        return Told(told.dark_since), None
    back = heard if told.back_since is None else told.back_since
    return (Told(), Turn.BACK) if now - back >= STEADY else (Told(told.dark_since, back), None)


def message(event: Turn, known: Known, since: float, now: float, *, uid: str, url: str | None) -> Message:
    """`since`: when it was last heard of before it went dark; for "back" and "ended" too."""
    wall, seen = known.wall, known.seen
    name = f"{wall.name} ({wall.place})" if wall.place else wall.name
    lasted = time_tokens.duration(max(0.0, now - since))
    screen = ""
    if seen is not None:
        size = f"{seen.width} × {seen.height}" if seen.width and seen.height else ""
        screen = ", ".join(one for one in (size, seen.browser, f"at {seen.address}" if seen.address else "") if one)
    text = {
        Turn.DARK: f"Display {name} is dark: nothing has been heard of it since {_clock(since)}, for {lasted}.",
        Turn.BACK: f"Display {name} is back; it was dark from {_clock(since)} on.",
        Turn.ENDED: f"Display {name} was ended while it was dark; it had been dark from {_clock(since)} on.",
    }[event]
    frame = None if seen is None or seen.frame_at is None else _iso(seen.frame_at)
    about = About(wall.name, wall.slug, wall.place)
    return Message(uid, event, text, _iso(now), about, _iso(since), frame, screen, url)


def trial(now: float, uid: str) -> Message:
    """What is sent to try the webhook."""
    return Message(uid, Turn.TEST, "This is a test of Planewatch's messages about displays.", _iso(now))


def _clock(moment: float) -> str:
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d %H:%M} UTC"


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
