"""Two pictures beside each other: what differs, what is the same in both, and what cannot be told of one of them. Pure.

Pictures are of two clusters, or of one at two moments. Of a moment in the past only what is remembered is compared: states are,
while versions, instances, zones and pods are not kept, and are never taken from the present.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

import msgspec

from planes.assess.past import Past
from planes.components.registry import title_of
from planes.structs.rows import ClusterRow, ComponentRow
from planes.structs.verdicts import State
from planes.structs.versions import order

#: Nodes that are compared one by one, of one cluster at two moments; the rest is counted.
NODES = 100


class Part(StrEnum):
    """What a fact is about, in the order in which parts are shown."""

    VERDICTS = "verdicts"
    VERSIONS = "versions"
    NODES = "nodes"
    COMPONENTS = "components"
    NODE = "node"  # one by one


class Outcome(StrEnum):
    DIFFERS = "differs"
    SAME = "same"
    UNTOLD = "untold"  # of one of both it is not known


class Fact(msgspec.Struct, frozen=True):
    """One fact of a picture. `state` is empty where it has none; `known` false: nothing can be told of it, for the reason in
    `value`. `because` says more and is not compared."""

    part: Part
    key: str
    what: str
    value: str
    state: str = ""
    because: str = ""
    known: bool = True


class Pair(msgspec.Struct, frozen=True):
    """The same of both. None: it is not there."""

    part: Part
    key: str
    what: str
    a: Fact | None
    b: Fact | None
    outcome: Outcome


_UNKEPT = "not kept"
_LAST = "unknown, as nobody vouches for it"


class Node(NamedTuple):
    """What nodes have in common that are counted together."""

    state: str
    version: str
    runtime: str
    control_plane: bool


class Picture(msgspec.Struct, frozen=True):
    """As much of a picture as is compared. `control`, `data`: state and reason of a plane. `nodes`: how many of each state, version
    and runtime, and whether they are of the control plane. `named`: each node's name, state and reason, where nodes are compared
    one by one. `past`: it is put together from what is remembered."""

    cluster: ClusterRow
    components: tuple[ComponentRow, ...]
    attention: int
    nodes: Mapping[Node, int]
    named: Sequence[tuple[str, str, str]] = ()
    past: bool = False


def of_past(shown: Past) -> Picture:
    """What is compared of the picture of a moment in the past."""
    named = [(one.name, one.state, one.because) for one in shown.nodes]
    counts = {Node(state, "", "", False): count for state, count in Counter(one.state for one in shown.nodes).items()}
    return Picture(shown.cluster, tuple(shown.components), len(shown.attention), counts, named, past=True)


def facts(shown: Picture, *, blind: bool = False) -> list[Fact]:
    """All that is compared of a picture, but for its nodes one by one. `blind`: nobody vouches for it any more, and so no state of
    it is known."""
    made = [*_verdicts(shown, blind), *_versions(shown, blind), *_nodes(shown, blind)]
    return [*made, *_components(shown, blind)]


def node_facts(shown: Picture, *, blind: bool = False) -> list[Fact]:
    """Each node's state, by name: for two moments of one cluster."""
    return [_state(Part.NODE, name, name, state, because, blind) for name, state, because in shown.named]


def _state(part: Part, key: str, what: str, state: str, because: str, blind: bool) -> Fact:
    if blind:
        return Fact(part, key, what, _LAST, State.UNKNOWN, because, known=False)
    return Fact(part, key, what, state.replace("_", " "), state, because)


def _verdicts(shown: Picture, blind: bool) -> Iterator[Fact]:
    for key, what, plane in (("control", "control plane", shown.cluster.control), ("data", "data plane", shown.cluster.data)):
        state, because = (plane.state, plane.because) if plane is not None else (State.UNKNOWN, "")
        yield _state(Part.VERDICTS, key, what, state, because, blind)
    count = _LAST if blind else f"{shown.attention:,}"
    yield Fact(Part.VERDICTS, "attention", "entries that need attention", count, known=not blind)


def _versions(shown: Picture, blind: bool) -> Iterator[Fact]:
    def told(key: str, what: str, value: str, because: str = "") -> Fact:
        if shown.past or blind:
            return Fact(Part.VERSIONS, key, what, _UNKEPT if shown.past else _LAST, known=False)
        return Fact(Part.VERSIONS, key, what, value or "not known", because=because, known=bool(value))

    yield told("server", "API server", shown.cluster.version)
    yield told("distribution", "distribution", shown.cluster.distribution)
    for row in shown.components:
        versions = _listed(Counter(one.version for one in row.instances))
        if versions[0] or shown.past:
            yield told(row.kind, title_of(row.kind), *versions)
    kubelets, runtimes = Counter[str](), Counter[str]()
    for node, count in shown.nodes.items():
        kubelets[node.version] += count
        runtimes[node.runtime] += count
    yield told("kubelet", "kubelets", *_listed(kubelets))
    yield told("container-runtime", "container runtimes", *_listed(runtimes))


def _listed(found: Mapping[str, int]) -> tuple[str, str]:
    """Which there are, the newest first; and how many of each, which is no difference between two clusters."""
    listed = sorted((one for one in found if one), key=lambda one: (order(one.rpartition("//")[2]), one), reverse=True)
    return ", ".join(listed), ", ".join(f"{found[one]:,} × {one}" for one in listed) if len(listed) > 1 else ""


def _nodes(shown: Picture, blind: bool) -> Iterator[Fact]:
    states = Counter[str]()
    for node, count in shown.nodes.items():
        states[node.state] += count
    yield Fact(Part.NODES, "count", "nodes", _LAST if blind else f"{states.total():,}", known=not blind)
    for state in State:
        value = _LAST if blind else f"{states[state.value]:,}"
        yield Fact(Part.NODES, state.value, f"nodes {state.value.replace('_', ' ')}", value, known=not blind)
    control = sum(count for node, count in shown.nodes.items() if node.control_plane)
    kept = (
        ("control-plane", "nodes of the control plane", control),
        ("zones", "zones", shown.cluster.zones),
        ("pods", "pods", shown.cluster.pods),
    )
    for key, what, count in kept:
        value = _UNKEPT if shown.past else _LAST if blind else f"{count:,}"
        yield Fact(Part.NODES, key, what, value, known=not (shown.past or blind))


def _components(shown: Picture, blind: bool) -> Iterator[Fact]:
    for row in shown.components:
        yield _state(Part.COMPONENTS, row.kind, title_of(row.kind), row.state, row.because, blind)
        count = _UNKEPT if shown.past else _LAST if blind else f"{len(row.instances):,}"
        if row.instances:
            what = f"instances of {title_of(row.kind)}"
            yield Fact(Part.COMPONENTS, f"{row.kind}/instances", what, count, known=not (shown.past or blind))


def pairs(a: Iterable[Fact], b: Iterable[Fact]) -> list[Pair]:
    """The same of both beside each other, in the order of parts and facts. What is zero in both is left out."""
    left, right = {(one.part, one.key): one for one in a}, {(one.part, one.key): one for one in b}
    made = []
    for key in dict.fromkeys([*left, *right]):
        one, other = left.get(key), right.get(key)
        shown = one or other
        if shown is not None and not (one is not None and other is not None and one.value == other.value == "0"):
            made.append(Pair(shown.part, shown.key, shown.what, one, other, _outcome(one, other)))
    order_of = {part: place for place, part in enumerate(Part)}
    return sorted(made, key=lambda pair: order_of[pair.part])


def _outcome(one: Fact | None, other: Fact | None) -> Outcome:
    if (one is not None and not one.known) or (other is not None and not other.known):
        return Outcome.UNTOLD
    if one is None or other is None:
        return Outcome.DIFFERS
    # Unknown is no state that two could share.
    if State.UNKNOWN in (one.state, other.state) and one.state == other.state:
        return Outcome.UNTOLD
    return Outcome.SAME if (one.value, one.state) == (other.value, other.state) else Outcome.DIFFERS
