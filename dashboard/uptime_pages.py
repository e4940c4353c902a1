"""The uptime of a cluster, its planes and its components over one window, as a page and as CSV."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.urls import reverse

from dashboard import component_help
from dashboard.presenters.history import NOTED_WITHIN, Piece, percent, pieces
from dashboard.wanted_window import RANGES, Window
from planes.assess.ribbon import cut, ribbon, worst
from planes.assess.uptime import cluster, uptime
from planes.store.selectors import ClusterHead
from planes.store.uptime import Remembered, remembered
from planes.structs.history import Stretch
from planes.structs.moments import Epoch
from planes.structs.time_tokens import duration

HEAD = (
    *("what", "from", "to", "healthy", "observed"),
    *(f"{state}_s" for state in ("healthy", "degraded", "down", "unknown", "maintenance", "hidden", "not_watched")),
)


@dataclass(frozen=True, slots=True)
class UptimeLine:
    """`healthy`: the share of what was watched, `observed` the share that was, both ready to show, empty where there is none; the
    others are durations, empty where there were none. `address` is empty where there is no page."""

    title: str
    address: str
    pieces: tuple[Piece, ...]
    healthy: str
    degraded: str
    down: str
    unknown: str
    maintenance: str
    hidden: str
    observed: str


@dataclass(frozen=True, slots=True)
class UptimePage:
    """`began`, `ended`: epoch seconds. `range` is empty where moments were named."""

    cluster: ClusterHead
    lines: tuple[UptimeLine, ...]
    began: float
    ended: float
    range: str
    ranges: tuple[str, ...]
    hides: bool


@dataclass(frozen=True, slots=True)
class Subject:
    """`key`: "cluster", "control", "data", or a component's kind."""

    key: str
    title: str
    address: str
    stretches: tuple[Stretch, ...]


def page(head: ClusterHead, window: Window) -> UptimePage:
    """Everything of a cluster that has an uptime."""
    ended, found = subjects(head, window)
    lines = tuple(_line(one) for one in found)
    hides = any(one.hidden for one in lines)
    return UptimePage(head, lines, window.began, ended, window.range, tuple(RANGES), hides)


def table(head: ClusterHead, window: Window) -> Iterator[Sequence[str]]:
    """The same as rows of a CSV, seconds to a tenth."""
    ended, found = subjects(head, window)
    yield HEAD
    for subject in found:
        told = uptime(subject.stretches)
        healthy, observed = told.of(told.healthy), told.observed
        seconds = (told.healthy, told.degraded, told.down, told.unknown, told.maintenance, told.hidden, told.unwatched)
        yield (
            subject.title,
            f"{window.began:.1f}",
            f"{ended:.1f}",
            "" if healthy is None else f"{healthy:.6f}",
            "" if observed is None else f"{observed:.6f}",
            *(f"{one:.1f}" for one in seconds),
        )


def subjects(head: ClusterHead, window: Window) -> tuple[float, list[Subject]]:
    """When the window ends, epoch seconds, and everything of a cluster that has an uptime, with its states."""
    found = remembered(head, window.began, window.ended)
    ended = _ended(found, window)
    began, until = Epoch(window.began), Epoch(ended)
    ribbons = {kind: ribbon(one, began, until) for kind, one in found.components.items()}
    ribbons |= {kind: cut(one, began, until) for kind, one in found.agents.items()}
    control = worst([ribbon(one, began, until) for one in found.control])
    data = cut(found.data, began, until)
    whole = Subject("cluster", "cluster", reverse("cluster", args=[head.slug]), cluster(control, data))
    planes = (Subject("control", "control plane", "", control), Subject("data", "data plane", "", data))
    return ended, [whole, *planes, *(_component(head, kind, ribbons[kind]) for kind in found.kinds)]


def _component(head: ClusterHead, kind: str, stretches: tuple[Stretch, ...]) -> Subject:
    return Subject(kind, component_help.of(kind).title, reverse("component", args=[head.slug, kind]), stretches)


def _ended(found: Remembered, window: Window) -> float:
    """That somebody watches is noted every few seconds: a window that ends within them ends with what was noted last."""
    last = found.spans[-1].ended if found.spans else None
    return last if last is not None and window.began < last < window.ended <= last + NOTED_WITHIN else window.ended


def _line(subject: Subject) -> UptimeLine:
    told = uptime(subject.stretches)
    healthy = told.of(told.healthy)
    return UptimeLine(
        title=subject.title,
        address=subject.address,
        pieces=tuple(pieces(subject.stretches)),
        healthy="" if healthy is None else percent(healthy),
        degraded=_lasted(told.degraded),
        down=_lasted(told.down),
        unknown=_lasted(told.unknown),
        maintenance=_lasted(told.maintenance),
        hidden=_lasted(told.hidden),
        observed=percent(told.observed or 0.0),
    )


def _lasted(seconds: float) -> str:
    return duration(seconds) if seconds > 0 else ""
