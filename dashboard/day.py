"""The last 24 hours of both planes, at the foot of a cluster's picture. The page asks for it by itself, so that no picture waits
for it."""

from dataclasses import dataclass

from dashboard.presenters.history import DAY, NOTED_WITHIN, RibbonLine, lines_of
from dashboard.templatetags.planewatch import in_full
from dashboard.then import iso
from planes.assess.ribbon import ribbon, worst
from planes.store import history, moments
from planes.store.selectors import ClusterHead
from planes.structs.history import Stretch
from planes.structs.moments import Epoch

#: Moments that are named below it, each a link.
_MARKS = 8


@dataclass(frozen=True, slots=True)
class Track:
    """`plane`: "control" or "data"; `title` is it in full."""

    plane: str
    title: str
    line: RibbonLine


@dataclass(frozen=True, slots=True)
class Mark:
    """`at`: epoch seconds, `said`: the same in full. `query` leads to the picture of that moment; it is empty where nothing is
    remembered of it."""

    at: float
    said: str
    query: str


@dataclass(frozen=True, slots=True)
class Day:
    """From `began` to `ended`, epoch seconds. Before `oldest` nothing is remembered; None: nothing is at all."""

    began: float
    ended: float
    oldest: float | None
    tracks: tuple[Track, ...]
    marks: tuple[Mark, ...]


def day(head: ClusterHead, now: float) -> Day:
    """`now`: epoch seconds. That somebody watches is noted every few seconds: the day ends with what was noted last."""
    spans = history.spans(head.id, now - DAY)
    noted = spans[-1].ended if spans else None
    ended = noted if noted is not None and now - NOTED_WITHIN <= noted <= now else now
    began = ended - DAY
    found = moments.tracks(head.slug, began, ended)
    control = worst([ribbon(one, Epoch(began), Epoch(ended)) for one in found.control])
    oldest = spans[0].began if spans else None

    def track(plane: str, stretches: tuple[Stretch, ...]) -> Track:
        return Track(plane, f"{plane} plane", lines_of(stretches, (("24 h", DAY),), ended)[0])

    def mark(at: float) -> Mark:
        return Mark(at, in_full(at), f"?at={iso(at)}&lens=24h" if oldest is not None and at >= oldest else "")

    return Day(
        began=began,
        ended=ended,
        oldest=oldest,
        tracks=(track("control", control), track("data", found.data)),
        marks=tuple(mark(began + DAY * place / _MARKS) for place in range(_MARKS)),
    )
