"""What the page of a cluster shows of a moment in the past: the band that says so, and the bar by which one goes through time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from dashboard import incident_links, notes
from dashboard.notes import Kept
from dashboard.presenters.change_log import IncidentLink
from dashboard.presenters.history import pieces
from dashboard.presenters.words import word
from dashboard.vouching import standing
from planes.assess.ribbon import cut, ribbon, worst
from planes.store import changes, moments
from planes.store.changes import Wanted
from planes.store.moments import Around
from planes.store.selectors import ClusterHead
from planes.structs.history import Stretch
from planes.structs.moments import Epoch
from planes.structs.time_tokens import duration

#: How much of time the bar shows, in seconds.
LENSES = {"15m": 900.0, "2h": 7_200.0, "24h": 86_400.0, "7d": 7 * 86_400.0, "30d": 30 * 86_400.0}
DEFAULT_LENS = "2h"
_WORDS = {"15m": "15 min", "2h": "2 h", "24h": "24 h", "7d": "7 d", "30d": "30 d"}
#: Changes that are marked above the ribbons.
_MARKED = 400
#: Bookmarks that are named in the bar, and incidents in the band.
_NEAREST = 3
#: Percent of the bar: a state that is shorter has no room for its word.
_ROOM = 8.0
#: Seconds of the day below the bar.
_DAY = LENSES["24h"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A change, `x` percent from the left."""

    x: str
    state: str


@dataclass(frozen=True, slots=True)
class Step:
    """Another moment: `query` is the address's, `said` says how far away it is."""

    query: str
    said: str


@dataclass(frozen=True, slots=True)
class Lens:
    name: str
    said: str
    query: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Worded:
    """A part of a plane's ribbon, as a Piece; `said`: its state in words, where there is room for them."""

    x: str
    width: str
    state: str
    said: str


@dataclass(frozen=True, slots=True)
class Track:
    plane: str
    pieces: tuple[Worded, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """An incident in what the bar shows, in percent."""

    x: str
    width: str
    title: str


@dataclass(frozen=True, slots=True)
class Whole:
    """The day around what the bar shows, from `began` to `ended`, epoch seconds; `x` and `width`: where in it the bar's part lies,
    in percent."""

    began: float
    ended: float
    x: str
    width: str
    tracks: tuple[Track, ...]


@dataclass(frozen=True, slots=True)
class Now:
    """What is so now: `at`, epoch seconds, and the states of both planes in words; empty: nobody can vouch for any."""

    at: float
    control: str
    data: str


@dataclass(frozen=True, slots=True)
class Marked:
    """A bookmark, and the query that leads to it."""

    kept: Kept
    query: str


@dataclass(frozen=True, slots=True)
class Then:
    """`at`: the moment; `began`, `ended`: what the bar shows, epoch seconds; `place`: where in it the moment lies, in percent.
    `nearest`: the nearest moment that was watched, where this one was not. `bookmarks`: those in what the bar shows, the nearest
    first. `day`: where the bar shows less than that. `incidents`: those that went on then; `spans`: those in what the bar shows.
    `now`: what is so at present."""

    at: float
    iso: str
    ago: str
    watched: bool
    nearest: Step | None
    previous: Step | None
    following: Step | None
    lenses: tuple[Lens, ...]
    lens: str
    began: float
    ended: float
    place: str
    tracks: tuple[Track, ...]
    day: Whole | None
    marks: tuple[Mark, ...]
    bookmarks: tuple[Marked, ...]
    incidents: tuple[IncidentLink, ...]
    spans: tuple[Span, ...]
    now: Now


def iso(at: float) -> str:
    """As `?at=` has it, to the tenth of a second."""
    moment = datetime.fromtimestamp(round(at, 1), UTC)
    return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds").replace("+00:00", "Z")


def then(head: ClusterHead, at: float, near: Around, query: Mapping[str, str], now: float) -> Then:
    """`query`: that of the page, whose other parameters are kept. `now`: epoch seconds."""
    lens = query.get("lens", DEFAULT_LENS)
    lens = lens if lens in LENSES else DEFAULT_LENS
    ended = min(now, at + LENSES[lens] / 2)
    began = ended - LENSES[lens]
    kept = {name: value for name, value in query.items() if name not in ("at", "lens")}

    def address(moment: float, of: str = lens) -> str:
        return "?" + urlencode({**kept, "at": iso(moment), **({"lens": of} if of != DEFAULT_LENS else {})})

    def step(moment: float | None) -> Step | None:
        return (
            None
            if moment is None
            else Step(address(moment), f"{duration(abs(moment - at))} {'before' if moment < at else 'after'}")
        )

    tracks, whole = _tracks(head.slug, at, began, ended, now)
    near_by = incident_links.between(head.slug, began, ended)
    return Then(
        at=at,
        iso=iso(at),
        ago=duration(now - at),
        watched=near.watched,
        nearest=step(near.nearest),
        previous=step(near.previous),
        following=step(near.following),
        lenses=tuple(Lens(name, _WORDS[name], address(at, name), name == lens) for name in LENSES),
        lens=lens,
        began=began,
        ended=ended,
        place=_percent(at, began, ended),
        tracks=tracks,
        day=whole,
        marks=_marks(head.slug, began, ended),
        bookmarks=tuple(Marked(one, address(one.at)) for one in _kept(head.id, at, began, ended)),
        incidents=incident_links.at_moment(near_by, at)[:_NEAREST],
        spans=tuple(_spans(near_by, began, ended)),
        now=_now(head, now),
    )


def _tracks(slug: str, at: float, began: float, ended: float, now: float) -> tuple[tuple[Track, ...], Whole | None]:
    """What the bar shows, and the day around it; a day is read once for both."""
    last = min(now, at + _DAY / 2)
    first, last = min(began, last - _DAY), max(ended, last)
    found = moments.tracks(slug, first, last)
    control = worst([ribbon(one, Epoch(first), Epoch(last)) for one in found.control])

    def told(from_: float, to: float) -> tuple[Track, ...]:
        both = (("control", control), ("data", found.data))
        return tuple(Track(plane, tuple(_worded(cut(states, Epoch(from_), Epoch(to))))) for plane, states in both)

    if ended - began >= _DAY:
        return told(began, ended), None
    place = _percent(began, first, last), f"{(ended - began) / (last - first):.2%}"
    return told(began, ended), Whole(first, last, *place, told(first, last))


def _now(head: ClusterHead, now: float) -> Now:
    control, data = head.row.control, head.row.data
    if standing(head, now).late is not None or control is None or data is None:
        return Now(now, "", "")
    return Now(now, word(control.state), word(data.state))


def _worded(stretches: Sequence[Stretch]) -> Iterable[Worded]:
    for one in pieces(stretches):
        roomy = one.state and float(one.width.removesuffix("%")) >= _ROOM
        yield Worded(one.x, one.width, one.state, word(one.state) if roomy else "")


def _spans(found: Iterable[IncidentLink], began: float, ended: float) -> Iterable[Span]:
    for one in found:
        first, last = max(one.began, began), min(one.ended, ended)
        if last > first:
            yield Span(_percent(first, began, ended), f"{max(0.2, (last - first) / (ended - began) * 100):.2f}%", one.title)


def _kept(cluster: int, at: float, began: float, ended: float) -> list[Kept]:
    inside = [one for one in notes.bookmarks(cluster) if began <= one.at <= ended]
    return sorted(inside, key=lambda one: abs(one.at - at))[:_NEAREST]


def _marks(slug: str, began: float, ended: float) -> tuple[Mark, ...]:
    dots = changes.density(Wanted(slug=slug, began=began, ended=ended))[:_MARKED]
    # Where several share a place, one of each state is drawn.
    return tuple(dict.fromkeys(Mark(_percent(one.at, began, ended), one.state) for one in dots))


def _percent(at: float, began: float, ended: float) -> str:
    return f"{min(1.0, max(0.0, (at - began) / (ended - began))):.2%}"
