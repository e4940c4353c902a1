"""The table of a cluster's nodes: sorted, a page at a time, states as they may be said now."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter

from dashboard.presenters.words import known, severity, word
from planes.live.wire import Lateness, NodeCells

#: Columns that can be left out, by name, with their heading.
COLUMNS: dict[str, str] = {
    "kubelet": "kubelet",
    "proxy": "kube-proxy",
    "runtime": "runtime",
    "because": "Because",
    "since": "For",
    "zone": "Zone",
    "pool": "Pool",
    "type": "Type",
    "version": "Version",
    "runtime-version": "Runtime version",
    "cpu": "CPU used",
    "memory": "Memory used",
    "pods": "Pods",
    "age": "Age",
}
#: Without a choice these are left out.
RARE = ("type", "runtime-version")
SORTS = ("state", "name", "since", "zone", "pool", "type", "version", "cpu", "memory", "pods", "age")
#: Shares above which a bar is drawn as filling up and as full.
_HIGH, _FULL = 0.8, 0.95
#: What nodes are sorted by: parts of a text, numbers in it as numbers, or one figure.
Key = tuple[tuple[float, int, str], ...]
_DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class NodeLine:
    """`last` is the last known state while `state` is unknown because nobody vouches for it; `cpu` and `memory` are percents, None
    where they were not measured; the level of each is "fair", "high" or "full"."""

    name: str
    state: str
    last: str
    kubelet: str
    proxy: str
    runtime: str
    because: str
    since: float
    zone: str
    pool: str
    type: str
    version: str
    runtime_version: str
    cpu: int | None
    cpu_level: str
    memory: int | None
    memory_level: str
    pods: int
    pods_max: int | None
    created: float | None


def node_lines(nodes: Iterable[NodeCells], late: Lateness | None) -> list[NodeLine]:
    """In the order in which they come."""
    blind = late is not None and late.cause != "cluster"
    lines = [_line(cells) for cells in nodes]
    return [_blind(line) for line in lines] if blind else lines


def tally(nodes: Iterable[NodeCells]) -> list[tuple[str, int]]:
    """How many are in each state, the worst first."""
    counts = Counter(known(cells.state) for cells in nodes)
    return sorted(counts.items(), key=lambda one: -severity(one[0]))


def ordered(nodes: Sequence[NodeCells], sort: str) -> list[NodeCells]:
    """By one of SORTS, with "-" before it the other way round; then by name. Of states the worst come first, of figures the largest
    last, and what was not measured comes last either way."""
    value, down = _KEYS[sort.removeprefix("-")], sort.startswith("-")
    named = sorted(nodes, key=lambda cells: natural(cells.name))
    there = [(key, cells) for cells in named if (key := value(cells)) is not None]
    absent = [cells for cells in named if value(cells) is None]
    # A stable sort that is turned round keeps the order of names within what is equal.
    return [*(cells for _, cells in sorted(there, key=itemgetter(0), reverse=down)), *absent]


#: What each of SORTS looks at.
_SORTED = {
    "state": "state",
    "name": "name",
    "since": "since",
    "zone": "zone",
    "pool": "pool",
    "type": "instance_type",
    "version": "version",
    "cpu": "cpu",
    "memory": "memory",
    "pods": "pods_used",
    "age": "created",
}
_NONE = NodeCells("", "unknown", "", "", "", "", 0.0, "", "", "", False, False, 0, None, None, None, "", "", None)


def sorted_value(cells: NodeCells, sort: str) -> str | float | None:
    """By what a node is sorted; with its name that is its place in the list."""
    value: str | float | None = getattr(cells, _SORTED[sort.removeprefix("-")])
    return value


def standing(name: str, sort: str, value: str | float | None) -> NodeCells:
    """A node that would stand at a place (`sorted_value`), whatever else it is. A value that no such column has stands for none."""
    column = _SORTED[sort.removeprefix("-")]
    usual = getattr(_NONE, column)
    if isinstance(value, str) != isinstance(usual, str) or (value is None and usual is not None):
        value = usual
    return NodeCells._make((_NONE._asdict() | {"name": name, column: value}).values())


def natural(text: str) -> Key:
    """ "node-2" before "node-10"."""
    return tuple((0.0, int(part), "") if part.isdecimal() else (1.0, 0, part.lower()) for part in _DIGITS.split(text) if part)


def _figure(value: float | None) -> Key | None:
    return None if value is None else ((value, 0, ""),)


_KEYS: dict[str, Callable[[NodeCells], Key | None]] = {
    "state": lambda cells: _figure(-severity(cells.state)),
    "name": lambda cells: natural(cells.name),
    "since": lambda cells: _figure(-cells.since),
    "zone": lambda cells: natural(cells.zone) or None,
    "pool": lambda cells: natural(cells.pool) or None,
    "type": lambda cells: natural(cells.instance_type) or None,
    "version": lambda cells: natural(cells.version) or None,
    "cpu": lambda cells: _figure(cells.cpu),
    "memory": lambda cells: _figure(cells.memory),
    "pods": lambda cells: _figure(cells.pods_used),
    "age": lambda cells: _figure(None if cells.created is None else -cells.created),
}


def _line(cells: NodeCells) -> NodeLine:
    state = known(cells.state)
    return NodeLine(
        name=cells.name,
        state=state,
        last="",
        kubelet=known(cells.kubelet),
        proxy=known(cells.kube_proxy),
        runtime=known(cells.container_runtime),
        because="" if state == "healthy" else cells.because,
        since=cells.since,
        zone=cells.zone,
        pool=cells.pool,
        type=cells.instance_type,
        version=cells.version,
        runtime_version=cells.runtime_version,
        cpu=_percent(cells.cpu),
        cpu_level=_level(cells.cpu),
        memory=_percent(cells.memory),
        memory_level=_level(cells.memory),
        pods=cells.pods_used,
        pods_max=cells.pods_max,
        created=cells.created,
    )


def _blind(line: NodeLine) -> NodeLine:
    return replace(line, state="unknown", last=word(line.state), kubelet="unknown", proxy="unknown", runtime="unknown")


def _percent(share: float | None) -> int | None:
    return None if share is None else round(min(1.0, max(0.0, share)) * 100)


def _level(share: float | None) -> str:
    return "fair" if share is None or share < _HIGH else "high" if share < _FULL else "full"
