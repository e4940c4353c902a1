"""The answer of the API about displays: what their list tells, for programs that are to notify somebody of a wall that is dark."""

from typing import Annotated, Literal

import msgspec

from dashboard import display_pages, displays, seen
from dashboard.display_pages import Line
from dashboard.display_shapes import How
from dashboard.rest import cursors
from dashboard.rest.access import Access
from dashboard.rest.asking import Paged
from dashboard.rest.reading import across
from dashboard.rest.shapes import Across
from planes.store import selectors

_HOWS = tuple(one.value for one in How)


class DisplaysQuery(Paged, frozen=True, forbid_unknown_fields=True):
    """The displays that are meant."""

    state: Annotated[
        Literal["", "dark", "degraded", "drawing", "waiting", "ended"],
        msgspec.Meta(description="Only those that stand so.", extra_json_schema={"enum": ["", *_HOWS]}),
    ] = ""


class ScreenItem(msgspec.Struct, frozen=True):
    """What a screen last said of itself, at `heard_at`. `frame_at`: when it last drew something that had come. `wall`: "full" or
    "basic", and why the latter. `clock_off`: seconds by which its clock is fast."""

    heard_at: float
    frame_at: float | None
    address: str
    browser: str
    version: str
    width: int
    height: int
    wall: str
    why_basic: str
    clock_off: float | None


class DisplayItem(msgspec.Struct, frozen=True):
    """`state` is dark, degraded, drawing, waiting (never shown) or ended (revoked or expired), `because` says why; `since`: of one
    that is dark or ended. `shows` is in words. `screen`: null: none has shown it."""

    name: str
    slug: str
    place: str
    state: str
    because: str
    since: float | None
    shows: str
    expires: float | None
    screen: ScreenItem | None


class DisplaysAnswer(Across, frozen=True, kw_only=True):
    """In the order in which they were made. `counts`: how many stand how, of all that may be known of."""

    count: int
    next: str | None
    displays: tuple[DisplayItem, ...]
    counts: dict[str, int]


class _Place(msgspec.Struct, array_like=True):
    id: int


def every(access: Access, asked: DisplaysQuery, now: float) -> DisplaysAnswer:
    """The displays that show nothing but clusters that may be known of. Raises RefusedError (400)."""
    names = {head.id: head.name for head in selectors.watched()}
    known = [one for one in displays.every() if access.clusters is None or _within(one.wall.clusters, access.clusters)]
    lines = sorted((display_pages.line(one, names, seen.version(), now) for one in known), key=lambda one: one.known.wall.id)
    wanted = [one for one in lines if asked.state in ("", one.standing.how.value)]
    of = ("displays", asked.state)
    place = cursors.read(asked.cursor, _Place, *of)
    rest = [one for one in wanted if place is None or one.known.wall.id > place.id]
    shown = rest[: asked.limit]
    more = cursors.written(_Place(shown[-1].known.wall.id), *of) if len(rest) > len(shown) else None
    dates = across(access.heads(), now)
    return DisplaysAnswer(
        as_of=dates.as_of,
        late=dates.late,
        clusters=dates.clusters,
        count=len(wanted),
        next=more,
        displays=tuple(_item(one) for one in shown),
        counts={how.value: sum(one.standing.how is how for one in lines) for how in How},
    )


def _within(clusters: frozenset[int] | None, allowed: frozenset[int]) -> bool:
    return clusters is not None and clusters <= allowed


def _item(line: Line) -> DisplayItem:
    wall, saw = line.known.wall, line.known.seen
    screen = None
    if saw is not None:
        drawn = (saw.wall, saw.why_basic, saw.clock_off)
        screen = ScreenItem(saw.at, saw.frame_at, saw.address, saw.browser, saw.version, saw.width, saw.height, *drawn)
    stands = line.standing
    because = " ".join(stands.why)
    return DisplayItem(
        wall.name, wall.slug, wall.place, stands.how.value, because, stands.since, line.shows, line.known.term.expires, screen
    )
