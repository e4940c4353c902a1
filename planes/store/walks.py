"""Which state the nodes of a cluster were in, walked back from the present; what was walked is remembered by this process, and
goes on over the changes that come after it until one is removed or a node is another."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from threading import Lock

import msgspec
from django.db.models import Count, Max, Min

from planes.assess.past import AGENT_COLUMNS, OF_NODES
from planes.assess.past_planes import Change, walked, watched
from planes.assess.ribbon import cut
from planes.models import Node, Transition
from planes.store.reading import one_view
from planes.structs.history import Span, Stretch
from planes.structs.moments import Epoch
from planes.structs.thresholds import DEFAULT
from planes.structs.verdicts import State

#: Changes that are walked over, at most; as many as are kept of a cluster.
MOST = 60_000
#: New changes over which a walk goes on; where there are more, it begins at the present.
ADDED = 5_000
#: Walks that are remembered: four of a cluster, of its nodes and of each agent.
REMEMBERED = 16
#: The walk over whole nodes; others are called as their agents are.
NODES = ""
_TURN = ("at", "subject", "agent", "before")
_COLUMNS = tuple(AGENT_COLUMNS)
_STATES: dict[str, State] = {one.value: one for one in State}
#: Of each node its zone and what its agents are, and it by itself (by the name "").
_Nodes = Mapping[str, tuple[str, dict[str, State]]]


class _Basis(msgspec.Struct, frozen=True):
    """What was walked over: the changes that are kept, told apart by their first and last times and ids and by how many they are
    (one that is added or removed changes one of these); the nodes as they are. `newest`: epoch seconds."""

    newest: float | None
    kept: tuple[float | None, int | None, int | None, int]
    nodes: list[tuple[str, ...]]


class _Walk(msgspec.Struct, frozen=True):
    """The states from `began` on, whoever watched."""

    basis: _Basis
    began: float
    stretches: tuple[Stretch, ...]


_walks: OrderedDict[tuple[int, str], _Walk] = OrderedDict()
_lock = Lock()


def forget() -> None:
    """Walk again."""
    with _lock:
        _walks.clear()


def tracks(
    cluster_id: int, kinds: Sequence[str], spans: Sequence[Span], began: float, ended: float
) -> dict[str, tuple[Stretch, ...]]:
    """The states of each of `kinds` from `began` to `ended`, epoch seconds. `spans`: when the cluster was watched."""
    with one_view():
        basis = _basis(cluster_id)
        known = {kind: found for kind in kinds if (found := _known(cluster_id, kind, basis, began)) is not None}
        # Beyond the newest change: the last stretch is the present, which goes on.
        until = max(ended, basis.newest + 1.0 if basis.newest is not None else ended)
        if len(known) < len(kinds):
            known |= _continued(cluster_id, [kind for kind in kinds if kind not in known], basis, began, until)
        lacking = [kind for kind in kinds if kind not in known]
        changes = _changes(cluster_id, began, lacking[0] if len(lacking) == 1 else NODES) if lacking else []
    if lacking:
        nodes = _nodes(basis)
        for kind in lacking:
            known[kind] = _walk(nodes, changes, kind, began, until)
            _keep(cluster_id, kind, _Walk(basis, began, known[kind]))
    return {kind: _cut(known[kind], spans, began, ended) for kind in kinds}


def _continued(cluster_id: int, kinds: Sequence[str], basis: _Basis, began: float, until: float) -> dict[str, tuple[Stretch, ...]]:
    """Those of `kinds` that were walked before the newest changes, walked on over these alone: what lies before them is as it was
    where nothing was removed, and every agent was then what its first new change, or the present, says that it had been."""
    made: dict[str, tuple[Stretch, ...]] = {}
    rest = {kind: walk for kind in kinds if (walk := _older(cluster_id, kind, began)) is not None}
    nodes = _nodes(basis) if rest else {}
    while rest:
        # A page asks for some kinds, another for all: they may have been walked at different times.
        before = next(iter(rest.values())).basis
        alike = {kind: walk for kind, walk in rest.items() if walk.basis == before}
        rest = {kind: walk for kind, walk in rest.items() if kind not in alike}
        new = _since(cluster_id, before, basis)
        if before.newest is None or new is None or _undone(nodes, new) != _nodes(before):
            continue
        for kind, walk in alike.items():
            older = cut(walk.stretches, Epoch(walk.began), Epoch(before.newest))
            made[kind] = cut((*older, *_walk(nodes, new, kind, before.newest, until)), Epoch(walk.began), Epoch(until))
            _keep(cluster_id, kind, _Walk(basis, walk.began, made[kind]))
    return made


def _older(cluster_id: int, kind: str, began: float) -> _Walk | None:
    with _lock:
        found = _walks.get((cluster_id, kind))
    return found if found is not None and found.began <= began and found.began < (found.basis.newest or 0.0) else None


def _since(cluster_id: int, before: _Basis, now: _Basis) -> list[Change] | None:
    """The changes of nodes that were added to `before`, newest first; None: other changes were removed, too many were added, or one
    that is older than others that were there."""
    oldest, first, last, count = before.kept
    added = now.kept[3] - count
    if (oldest, first) != now.kept[:2] or last is None or before.newest is None or not 0 <= added <= ADDED:
        return None
    rows = Transition.objects.filter(cluster=cluster_id, id__gt=last).order_by("-at", "-id")
    found = list(rows.values_list("subject_kind", *_TURN)[: ADDED + 1])
    if len(found) != added or any(at <= before.newest for _, at, *_ in found):
        return None
    return [(at, node, agent, _state(told)) for kind, at, node, agent, told in found if kind == "Node"]


def _undone(nodes: _Nodes, changes: Sequence[Change]) -> _Nodes:
    """What the nodes were before the changes, which are the newest first."""
    made = {name: (zone, dict(agents)) for name, (zone, agents) in nodes.items()}
    for _, node, agent, before in changes:
        if node in made:
            made[node][1][agent] = before
    return made


def _cut(stretches: tuple[Stretch, ...], spans: Sequence[Span], began: float, ended: float) -> tuple[Stretch, ...]:
    """Since it was walked nothing has changed: what was last goes on."""
    last = stretches[-1]
    if last.ended < ended:
        stretches = (*stretches[:-1], Stretch(last.began, Epoch(ended), last.state))
    return watched(cut(stretches, Epoch(began), Epoch(ended)), spans)


def _known(cluster_id: int, kind: str, basis: _Basis, began: float) -> tuple[Stretch, ...] | None:
    with _lock:
        found = _walks.get((cluster_id, kind))
        if found is None or found.began > began or found.basis != basis:
            return None
        _walks.move_to_end((cluster_id, kind))
        return found.stretches


def _keep(cluster_id: int, kind: str, walk: _Walk) -> None:
    with _lock:
        _walks[cluster_id, kind] = walk
        _walks.move_to_end((cluster_id, kind))
        while len(_walks) > REMEMBERED:
            _walks.popitem(last=False)


def _walk(nodes: _Nodes, changes: Sequence[Change], kind: str, began: float, ended: float) -> tuple[Stretch, ...]:
    if kind:
        nodes = {name: (zone, {kind: agents[kind]}) for name, (zone, agents) in nodes.items()}
        changes = [one for one in changes if one[2] == kind]
    return walked(nodes, changes, Epoch(began), Epoch(ended), DEFAULT)


def _basis(cluster_id: int) -> _Basis:
    kept = Transition.objects.filter(cluster=cluster_id).aggregate(
        newest=Max("at"), oldest=Min("at"), first=Min("id"), last=Max("id"), count=Count("id")
    )
    nodes = list(Node.objects.filter(cluster=cluster_id).order_by("id").values_list("name", "zone", "state", *_COLUMNS))
    return _Basis(kept["newest"], (kept["oldest"], kept["first"], kept["last"], kept["count"]), nodes)


def _nodes(basis: _Basis) -> _Nodes:
    return {
        name: (zone, {"": _of_node(state), **{kind: _state(one) for kind, one in zip(AGENT_COLUMNS.values(), agents, strict=True)}})
        for name, zone, state, *agents in basis.nodes
    }


def _changes(cluster_id: int, began: float, kind: str) -> list[Change]:
    """Those of nodes since then, newest first; of one kind of agent, or of all."""
    every = Transition.objects.filter(cluster=cluster_id, subject_kind="Node", at__gt=began)
    found = (every.filter(agent=kind) if kind else every).order_by("-at", "-id").values_list(*_TURN)[:MOST]
    return [(at, node, agent, _state(before)) for at, node, agent, before in found]


def _of_node(stored: str) -> State:
    state = _state(stored)
    return state if state in OF_NODES else State.HEALTHY


def _state(stored: str) -> State:
    """As State() has it, and three times as fast: of thousands."""
    return _STATES.get(stored, State.UNKNOWN)
