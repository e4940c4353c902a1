"""The table of a node's pods: which of them are meant, and in which order.

`?pods=` holds words of which each must be part of a pod's namespace, name, phase, reason or owner; "not-ready" means those whose
containers are not all ready. `sort=` is one of SORTS, "-" before it turns it round. What makes no sense is left out rather than
refused.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from planes.structs.rows import PodRow

NOT_READY = "not-ready"
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class PodLine:
    """`troubled`: its containers are not all ready although it is not done. `reason` is "" where none is given."""

    namespace: str
    name: str
    phase: str
    reason: str
    ready: str
    restarts: int
    created: float | None
    owner: str
    troubled: bool

    @property
    def status(self) -> str:
        """The reason, or else the phase."""
        return self.reason or self.phase


@dataclass(frozen=True, slots=True)
class PodsAsked:
    """`sort` is empty for those that are not ready first."""

    query: str = ""
    sort: str = ""

    def address(self, **changes: str) -> str:
        """The same table as an address has it, with changes."""
        kept = {"pods": self.query, "sort": self.sort} | changes
        return urlencode([(name, value) for name, value in kept.items() if value])


ALL_PODS = PodsAsked()


@dataclass(frozen=True, slots=True)
class PodHeading:
    """`sorted`: "ascending", "descending" or ""."""

    title: str
    sorted: str
    href: str
    figure: bool


@dataclass(frozen=True, slots=True)
class PodTable:
    """`found` of all pods are meant."""

    asked: PodsAsked
    lines: tuple[PodLine, ...]
    headings: tuple[PodHeading, ...]
    found: int
    here: str


_Key = Callable[[PodLine], tuple[str | float, ...]]
#: A column's name, its title, what it is sorted by, and whether it is a figure, of which the greatest come first.
_COLUMNS: tuple[tuple[str, str, _Key, bool], ...] = (
    ("namespace", "Namespace", lambda pod: (pod.namespace, pod.name), False),
    ("pod", "Pod", lambda pod: (pod.name, pod.namespace), False),
    ("phase", "Phase", lambda pod: (pod.phase, pod.namespace, pod.name), False),
    ("reason", "Reason", lambda pod: (pod.reason == "", pod.reason, pod.namespace, pod.name), False),
    ("ready", "Ready", lambda pod: (not pod.troubled, pod.namespace, pod.name), False),
    ("restarts", "Restarts", lambda pod: (pod.restarts,), True),
    ("owner", "Owner", lambda pod: (pod.owner == "", pod.owner, pod.namespace, pod.name), False),
    ("age", "Age", lambda pod: (pod.created or 0.0,), True),
)
SORTS = {name: key for name, _, key, _ in _COLUMNS}


def pods_asked(query: Mapping[str, str]) -> PodsAsked:
    """What an address asks for."""
    sort = query.get("sort", "")
    words = " ".join(query.get("pods", "")[:_LONGEST].split())
    return PodsAsked(words, sort if sort.removeprefix("-") in SORTS else "")


def pod_line(row: PodRow) -> PodLine:
    """One pod."""
    return PodLine(
        namespace=row.namespace,
        name=row.name,
        phase=row.phase,
        reason=row.reason if row.reason != row.phase else "",
        ready=f"{row.ready}/{row.containers}",
        restarts=row.restarts,
        created=row.created,
        owner=row.owner,
        troubled=row.phase != "Succeeded" and (row.ready < row.containers or row.phase != "Running"),
    )


def pod_table(pods: Sequence[PodLine], asked: PodsAsked) -> PodTable:
    """The pods that are meant, in the order that was asked for."""
    words = asked.query.casefold().split()
    meant = [pod for pod in pods if all(_matches(pod, one) for one in words)]
    name = asked.sort.removeprefix("-")
    # First by name, so that what is the same otherwise stands in an order that stays.
    meant.sort(key=lambda pod: (not pod.troubled, pod.namespace, pod.name) if not name else (pod.namespace, pod.name))
    if name:
        meant.sort(key=SORTS[name], reverse=asked.sort.startswith("-"))
    return PodTable(asked, tuple(meant), tuple(_headings(asked)), len(meant), asked.address())


def _matches(pod: PodLine, word: str) -> bool:
    if word == NOT_READY:
        return pod.troubled
    return any(word in part.casefold() for part in (f"{pod.namespace}/{pod.name}", pod.phase, pod.reason, pod.owner))


def _headings(asked: PodsAsked) -> list[PodHeading]:
    made = []
    for name, title, _, figure in _COLUMNS:
        down = asked.sort == f"-{name}"
        held = asked.sort.removeprefix("-") == name
        # Of figures the greatest are wanted first; the oldest pod has the least time of creation.
        first = f"-{name}" if name == "restarts" else name
        other = name if down else f"-{name}"
        sorted_ = ("descending" if down else "ascending") if held else ""
        if name == "age" and held:  # by creation upwards is by age downwards
            sorted_ = "ascending" if down else "descending"
        made.append(PodHeading(title, sorted_, asked.address(sort=other if held else first), figure or name == "ready"))
    return made
