"""The rows of the page of changes: a heading for each day, and brackets that tie the changes of an incident."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import inf

from dashboard.presenters.change_log import GapLine, IncidentLink, LogLine

#: Brackets side by side; a change of one more incident at a time only links to it.
LANES = 3


@dataclass(frozen=True, slots=True)
class DayLine:
    """The heading of a day of UTC; in a browser it becomes one of the viewer's days (static/js/pages/days.js)."""

    title: str


@dataclass(frozen=True, slots=True)
class Tie:
    """A part of a bracket, beside one row. `part`: "first" or "last" (a corner), "own" (of a change that belongs to it) or "by" (it
    passes). `incident`: where this part leads; None of one that leads nowhere."""

    lane: int
    part: str
    incident: IncidentLink | None


@dataclass(frozen=True, slots=True)
class Row:
    """`ties`: the brackets beside it. `slug`: of the cluster of its incident. `opens`: the incident of which this is the newest row
    of this page, and `below` how many changes of it stand below. `tied`: whether a bracket leads to its incident already."""

    line: LogLine | GapLine | DayLine
    at: float
    ties: tuple[Tie, ...] = ()
    slug: str = ""
    opens: IncidentLink | None = None
    below: int = 0
    tied: bool = False


@dataclass(slots=True)
class _Bracket:
    """Rows from `first` to `last`, by place, with the number of changes below the first. `lane`: None where there is no room."""

    slug: str
    incident: IncidentLink
    first: int
    last: int
    below: int = 0
    lane: int | None = None


def rows(lines: Sequence[LogLine | GapLine], now: float, *, first_page: bool, older: bool) -> list[Row]:
    """`lines` newest first; `now`: epoch seconds; `first_page`, `older`: whether nothing newer and something older is on another
    page, on which a bracket goes on."""
    dated = _dated(lines, now)
    brackets = _brackets([one.line for one in dated])
    _place(brackets)
    ends = (dated[-1].at if dated and older else -inf, dated[0].at if dated and not first_page else inf)
    return [_row(place, one, brackets, ends) for place, one in enumerate(dated)]


def _dated(lines: Sequence[LogLine | GapLine], now: float) -> list[Row]:
    made: list[Row] = []
    last = ""
    for one in lines:
        at = one.line.at if isinstance(one, LogLine) else one.ended
        day = day_of(at, now)
        if day != last:
            made.append(Row(DayLine(day), at))
            last = day
        made.append(Row(one, at, slug=one.slug if isinstance(one, LogLine) else ""))
    return made


def day_of(at: float, now: float) -> str:
    """ "Tuesday 24 November", with the year where it is another; epoch seconds, of UTC."""
    then = datetime.fromtimestamp(at, UTC)
    year = "" if then.year == datetime.fromtimestamp(now, UTC).year else f" {then.year}"
    return f"{then:%A} {then.day} {then:%B}{year}"


def _brackets(lines: Sequence[LogLine | GapLine | DayLine]) -> list[_Bracket]:
    """Those that tie at least two rows, the newest first."""
    made: dict[tuple[str, str], _Bracket] = {}
    for place, one in enumerate(lines):
        if not isinstance(one, LogLine) or one.incident is None:
            continue
        known = made.get((one.slug, one.incident.id))
        if known is None:
            made[one.slug, one.incident.id] = _Bracket(one.slug, one.incident, place, place)
        else:
            known.last = place
            known.below += one.count
    return [one for one in made.values() if one.last > one.first]


def _place(brackets: Sequence[_Bracket]) -> None:
    """Each in the first lane that is free over all of its rows."""
    free = [-1] * LANES
    for one in brackets:
        one.lane = next((lane for lane, last in enumerate(free) if last < one.first), None)
        if one.lane is not None:
            free[one.lane] = one.last


def _row(place: int, row: Row, brackets: Sequence[_Bracket], ends: tuple[float, float]) -> Row:
    """`ends`: moments of the oldest and of the newest row beyond which there are others, epoch seconds."""
    own = row.line.incident if isinstance(row.line, LogLine) else None
    ties: list[Tie] = []
    opens, below = None, 0
    for one in brackets:
        if one.lane is None or not one.first <= place <= one.last:
            continue
        mine = own is not None and (row.slug, own.id) == (one.slug, one.incident.id)
        if place == one.first:
            opens, below = one.incident, one.below
        # The newest row leads there in words.
        leads = one.incident if mine and place != one.first else None
        ties.append(Tie(one.lane, _part(place, one, ends, mine=mine), leads))
    return Row(row.line, row.at, tuple(ties), row.slug, opens, below, tied=any(one.incident for one in ties))


def _part(place: int, one: _Bracket, ends: tuple[float, float], *, mine: bool) -> str:
    """An end without a corner goes on: in time, or on another page."""
    oldest, newest = ends
    if place == one.first and one.incident.ended < inf and one.incident.ended <= newest:
        return "first"
    if place == one.last and one.incident.began >= oldest:
        return "last"
    return "own" if mine else "by"
