"""The page of changes: lines, what happened together as one that opens, spans that nobody watched, and the density over time."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from math import log2

import msgspec

from dashboard.presenters.changes import ChangeLine, change_lines, in_groups, together
from dashboard.presenters.words import known, severity
from planes.components.registry import CONTROL_PLANE, KINDS
from planes.store.changes import Dot, Found
from planes.structs.history import Span
from planes.structs.rows import ChangeRow
from planes.structs.time_tokens import duration

#: Lines of a group that opens; it says how many more there are.
OPENED = 200
#: A gap that is shorter, in seconds, is that between two notes of one collector.
SHORTEST_GAP = 10.0
#: The density's columns.
BINS = 96
#: A column with so many changes is as high as its half of the picture.
_FULL = 64


@dataclass(frozen=True, slots=True)
class IncidentLink:
    """`id` is of its page, within its cluster. `began`, `ended`: of what is on record of it, epoch seconds; `ended` is infinite
    while it goes on."""

    id: str
    title: str
    began: float
    ended: float


#: Of a cluster's slug and a change, the incident in which it has a part.
PartOf = Callable[[str, ChangeRow], IncidentLink | None]


@dataclass(frozen=True, slots=True)
class LogLine:
    """One change, or several of one cause and moment with `parts`. `plane`: control, data or "" (of both). `incident`: that in
    which one of them has a part. `id`: of its oldest change, by which it is the same line when more have joined. `count`: how many
    changes it stands for."""

    line: ChangeLine
    slug: str
    cluster: str
    plane: str
    parts: tuple[ChangeLine, ...] = ()
    parts_more: int = 0
    incident: IncidentLink | None = None
    id: int = 0
    count: int = 1


@dataclass(frozen=True, slots=True)
class GapLine:
    """A span that nobody watched, epoch seconds."""

    began: float
    ended: float
    lasted: str


@dataclass(frozen=True, slots=True)
class Block:
    """A part of the density, in percent of the picture's width and height."""

    x: str
    y: str
    width: str
    height: str
    state: str


def log_lines(
    found: Sequence[Found], spans: Sequence[Span], *, first_page: bool, older: bool, part_of: PartOf | None = None
) -> list[LogLine | GapLine]:
    """Newest first. `part_of`: the incident in which a change has a part; without it none is named.
    Gaps are those between the newest and the oldest line, and beyond them where the list ends there."""
    lines: list[LogLine | GapLine] = list(_lines(found, part_of))
    newest = float("inf") if first_page or not found else found[0].row.at
    oldest = found[-1].row.at if found and older else float("-inf")
    lines.extend(one for one in gaps(spans) if oldest <= one.ended and one.began <= newest)
    return sorted(lines, key=lambda one: -(one.line.at if isinstance(one, LogLine) else one.ended))


def gaps(spans: Sequence[Span]) -> Iterable[GapLine]:
    """Between spans of watching, oldest first."""
    ended = float("-inf")
    for span in spans:
        if ended > float("-inf") and span.began - ended >= SHORTEST_GAP:
            yield GapLine(ended, span.began, duration(span.began - ended))
        ended = max(ended, span.ended)


def blocks(dots: Sequence[Dot], began: float, ended: float) -> list[Block]:
    """The density: the control plane's changes stand on the horizon, the data plane's hang from it, the worst next to it."""
    if ended <= began:
        return []
    counted: dict[tuple[int, bool], Counter[str]] = {}
    for dot in dots:
        bin_ = int((dot.at - began) / (ended - began) * BINS)
        if 0 <= bin_ < BINS:
            counted.setdefault((bin_, dot.control), Counter())[known(dot.state)] += dot.count
    made: list[Block] = []
    for (bin_, control), states in sorted(counted.items(), key=lambda one: (one[0][0], not one[0][1])):
        whole = sum(states.values())
        # Ten changes are not ten times as high as one, or one would not be seen beside a thousand.
        height, at = min(46.0, 46.0 * log2(whole + 1) / log2(_FULL + 1)), 0.0
        for state, count in sorted(states.items(), key=lambda one: -severity(one[0])):
            part = height * count / whole
            y = 49.0 - at - part if control else 51.0 + at
            made.append(Block(f"{bin_ / BINS:.3%}", f"{y:.2f}%", f"{0.8 / BINS:.3%}", f"{part:.2f}%", state))
            at += part
    return made


def unwatched_blocks(spans: Sequence[Span], began: float, ended: float) -> list[Block]:
    """What nobody watched of the density's time, over its whole height."""
    if ended <= began:
        return []
    edges = [Span(spans[0].began, spans[0].began), *spans] if spans else []
    lost: list[tuple[float, float]] = [(one.began, one.ended) for one in gaps(edges)]
    first = spans[0].began if spans else ended
    lost.insert(0, (began, first))
    made = []
    for one, other in lost:
        left, right = max(one, began), min(other, ended)
        if right > left:
            made.append(Block(_of(left - began, ended - began), "0", _of(right - left, ended - began), "100%", ""))
    return made


def _of(part: float, whole: float) -> str:
    return f"{part / whole:.3%}"


def _lines(found: Sequence[Found], part_of: PartOf | None) -> Iterable[LogLine]:
    for ones in in_groups(found, _together):
        rows = [one.row for one in ones]
        (line,) = change_lines(rows, 1)
        more = sum(row.more for row in rows)
        alone = [msgspec.structs.replace(row, group="", more=0, more_from=None) for row in rows[:OPENED]]
        yield LogLine(
            line=line,
            slug=ones[0].slug,
            cluster=ones[0].cluster,
            plane=_plane(rows[0]),
            parts=tuple(change_lines(alone, OPENED)) if len(rows) + more > 1 else (),
            parts_more=max(0, len(rows) - OPENED) + more,
            incident=_incident(ones, part_of),
            id=ones[-1].id,
            count=len(rows) + more,
        )


def _together(one: Found) -> Hashable | None:
    shared = together(one.row)
    return None if shared is None else (one.slug, shared)


def _incident(ones: Sequence[Found], part_of: PartOf | None) -> IncidentLink | None:
    parts = (part_of(one.slug, one.row) for one in ones) if part_of is not None else ()
    return next((one for one in parts if one is not None), None)


def _plane(row: ChangeRow) -> str:
    if row.subject_kind == "Node":
        return "data"
    if row.subject_kind != "Component":
        return ""
    return "control" if row.subject in CONTROL_PLANE else "data"


def titles() -> list[tuple[str, str]]:
    """Every kind with its title, as a filter offers them."""
    return [(one.kind, one.title) for one in KINDS]
