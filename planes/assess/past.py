"""A cluster as it was at a moment, put together from what it is now and the changes that are remembered. Pure.

What was not kept is not made up: evidence, figures, use and instances of that moment are left out, and a node whose state then is
not known is unknown. A node that came later is not there; one that has gone since is, as far as changes of it are remembered.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from planes.assess import rollup
from planes.assess.attention import Entry, Trouble, group, order
from planes.components.registry import AGENT_KINDS, CONTROL_PLANE, title_of
from planes.live.wire import NodeCells
from planes.structs.moments import Epoch, Mono
from planes.structs.rows import AttentionRow, ClusterRow, ComponentRow, InstanceRow, PlaneRow
from planes.structs.thresholds import Thresholds
from planes.structs.verdicts import SEVERITY, State

#: Kind of subject, its name, and the agent of a node: of whom changes are remembered.
Subject = tuple[str, str, str]
#: Agents by their column.
AGENT_COLUMNS = {"kubelet": "kubelet", "kube_proxy": "kube-proxy", "container_runtime": "container-runtime"}
#: What a node is whose agents are all well.
OF_NODES = (State.CORDONED, State.LEAVING, State.JOINING)
_UNKEPT = "What it was then is not kept."


class _ByName(dict[str, State]):
    """As State() has it, and several times as fast: of thousands of nodes."""

    def __missing__(self, name: str) -> State:
        return State(name)


_STATES = _ByName({one.value: one for one in State})
_BAD = frozenset({State.DEGRADED.value, State.DOWN.value})


class Stood(msgspec.Struct, frozen=True, gc=False):
    """What somebody was: since when, as far as that is remembered, and why it was said to be."""

    state: State
    because: str = ""
    since: Epoch | None = None


@dataclass(frozen=True, slots=True)
class Remembered:
    """What is remembered of a moment. `states`: of whom a change is remembered, before or after it. `later`: names of nodes of
    which there was a change after it. `watched`: somebody watched."""

    at: Epoch
    states: Mapping[Subject, Stood]
    later: Collection[str]
    watched: bool


@dataclass(frozen=True, slots=True)
class Past:
    """The picture of that moment."""

    cluster: ClusterRow
    components: list[ComponentRow]
    nodes: list[NodeCells]
    attention: list[AttentionRow]


def rebuilt(
    remembered: Remembered,
    cluster: ClusterRow,
    components: Iterable[ComponentRow],
    nodes: Sequence[NodeCells],
    thresholds: Thresholds,
) -> Past:
    """`cluster`, `components` and `nodes` as they are now."""
    cells = [found for one in (*nodes, *_gone(remembered, nodes)) if (found := _node(one, remembered)) is not None]
    cells.sort(key=lambda one: one.name)
    then = [
        _whole(row, cells, remembered, thresholds) if row.kind in AGENT_KINDS else _component(row, remembered) for row in components
    ]
    return Past(_planes(cluster, then, cells, remembered, thresholds), then, cells, _attention(then, cells, remembered, thresholds))


def _stood(remembered: Remembered, subject: Subject, now: str, since: float, last: str = "") -> Stood:
    """What is not said to have changed since is what it was, if it was so by then. `last`: what it was before it became unknown,
    which is not told as a change where the reason lies elsewhere."""
    found = remembered.states.get(subject)
    if found is None and since <= remembered.at:
        found = Stood(_STATES[now], "", Epoch(since))
    elif found is None:
        found = Stood(State(last)) if last else Stood(State.UNKNOWN, _UNKEPT)
    if remembered.watched:
        return found
    said = f"Nobody watched then; {rollup.word(found.state)} when it was last watched."
    return Stood(State.UNKNOWN, "Nobody watched then." if found.state is State.UNKNOWN else said)


def _component(row: ComponentRow, remembered: Remembered) -> ComponentRow:
    found = _stood(remembered, ("Component", row.kind, ""), row.state, row.since, row.last)
    because = found.because or (row.because if (found.state, found.since) == (row.state, row.since) else "")
    unkept = tuple(InstanceRow(name=one.name, host=one.host, because=_UNKEPT) for one in row.instances)
    since = found.since if found.since is not None else remembered.at
    return ComponentRow(kind=row.kind, plane=row.plane, state=found.state, because=because, since=Epoch(since), instances=unkept)


def _whole(row: ComponentRow, nodes: Sequence[NodeCells], remembered: Remembered, thresholds: Thresholds) -> ComponentRow:
    """One of the agents over all nodes: counted anew, for only what it was on each of them is remembered."""
    column = NodeCells._fields.index(next(column for column, agent in AGENT_COLUMNS.items() if agent == row.kind))
    counts, zones, sample = _counted([_STATES[str(one[column])] for one in nodes], nodes)
    found = rollup.agents(row.kind, counts, zones, sample, thresholds, Mono(remembered.at))
    because = found.because
    return ComponentRow(kind=row.kind, plane=row.plane, state=found.state, because=because, since=remembered.at, line=found.line)


def _counted(
    states: Sequence[State], nodes: Sequence[NodeCells]
) -> tuple[Counter[State], dict[str, Counter[State]], dict[State, str]]:
    """How many nodes are in each state, the same by zone, and one's reason for each: of thousands in one go. `states`: the nodes',
    in their order."""
    zones: dict[str, Counter[State]] = {}
    for (zone, state), count in Counter(zip([one.zone for one in nodes], states, strict=True)).items():
        zones.setdefault(zone, Counter())[state] = count
    return Counter(states), zones, dict(zip(states, [one.because for one in nodes], strict=True))


def _gone(remembered: Remembered, nodes: Sequence[NodeCells]) -> Iterable[NodeCells]:
    """Nodes that are no more, and of which a later change began with what a node is that is there."""
    there = {one.name for one in nodes}
    seen = (State.HEALTHY, State.DEGRADED, State.DOWN)
    names = {name for (kind, name, _), stood in remembered.states.items() if kind == "Node" and stood.state in seen}
    unknown, nothing = State.UNKNOWN.value, ""
    for name in sorted((names - there) & set(remembered.later)):
        place = (name, unknown, unknown, unknown, unknown, nothing, remembered.at, nothing, nothing, nothing)
        yield NodeCells(*place, False, False, 0, None, None, None, nothing, nothing, None)


def _node(cells: NodeCells, remembered: Remembered) -> NodeCells | None:
    if cells.created is not None and cells.created > remembered.at:
        return None
    # An agent of which no change is remembered was what it is: when that began is not kept of each.
    name, born = cells.name, cells.created or 0.0
    kubelet = _stood(remembered, ("Node", name, "kubelet"), cells.kubelet, born)
    proxy = _stood(remembered, ("Node", name, "kube-proxy"), cells.kube_proxy, born)
    runtime = _stood(remembered, ("Node", name, "container-runtime"), cells.container_runtime, born)
    worst = kubelet
    for one in (proxy, runtime):
        if SEVERITY[one.state] > SEVERITY[worst.state]:
            worst = one
    state, because = worst.state, worst.because
    began = [one.since for one in (kubelet, proxy, runtime) if one.state is state and one.since is not None]
    since = _since(state, began, remembered.at)
    if worst.state in (State.HEALTHY, State.NOT_OBSERVABLE) and (of_node := _of_node(cells, remembered)) is not None:
        state, because, since = of_node.state, of_node.because, of_node.since or since
    # In the order of the columns: of thousands of nodes to replace by name takes four times as long.
    then = (name, state.value, kubelet.state.value, proxy.state.value, runtime.state.value, because, since)
    kept = (cells.zone, cells.pool, cells.instance_type, cells.control_plane, state is State.CORDONED)
    return NodeCells(*then, *kept, 0, None, None, None, "", "", cells.created)


def _since(state: State, begun: Sequence[float], otherwise: Epoch) -> Epoch:
    """Since when a whole is in the state of its worst parts, which are in it since `begun`. It takes all of them to be healthy:
    since the last one was. One is enough for anything worse: since the first of those that are so still."""
    if not begun:
        return otherwise
    return Epoch(max(begun) if state is State.HEALTHY else min(begun))


def _of_node(cells: NodeCells, remembered: Remembered) -> Stood | None:
    """That it was cordoned, leaving or joining; None: it was not."""
    found = remembered.states.get(("Node", cells.name, ""))
    if found is None and cells.since <= remembered.at:
        found = Stood(State(cells.state), cells.because, Epoch(cells.since))
    return found if found is not None and found.state in OF_NODES else None


def _planes(
    cluster: ClusterRow,
    components: Sequence[ComponentRow],
    nodes: Sequence[NodeCells],
    remembered: Remembered,
    thresholds: Thresholds,
) -> ClusterRow:
    judged = [(row.kind, row.state, row.because) for row in components if row.kind in CONTROL_PLANE]
    judged.sort(key=lambda one: -SEVERITY[one[1]])
    control, why = rollup.control_plane(judged)
    counts, zones, sample = _counted([_STATES[one.state] for one in nodes], nodes)
    data, said = rollup.data_plane(counts, zones, sample, thresholds)
    since = {
        "control": _since(
            control, [row.since for row in components if row.kind in CONTROL_PLANE and row.state is control], remembered.at
        ),
        "data": _since(data, [one.since for one in nodes if one.state == data.value], remembered.at),
    }
    return msgspec.structs.replace(
        cluster,
        zones=len({one.zone for one in nodes if one.zone}),
        pods=0,
        heard_at=remembered.at,
        retry_at=None,
        fault=None,
        missing=(),
        control=PlaneRow(control, why, since["control"]),
        data=PlaneRow(data, said, since["data"]),
    )


def _attention(
    components: Sequence[ComponentRow], nodes: Sequence[NodeCells], remembered: Remembered, thresholds: Thresholds
) -> list[AttentionRow]:
    """What was degraded or down, put together as it is for the present; of its cause only the words are kept, without their
    figures."""
    bad = (State.DEGRADED, State.DOWN)
    troubles = [trouble for one in nodes if (trouble := _trouble(one)) is not None]
    entries = [
        Entry(
            key=f"component:{row.kind}",
            kind="Component",
            name=row.kind,
            title=title_of(row.kind),
            state=row.state,
            because=row.because,
            since=Mono(row.since),
        )
        for row in components
        if row.state in bad and row.kind not in AGENT_KINDS
    ]
    return [
        AttentionRow(
            key=one.key,
            kind=one.kind,
            name=one.name,
            title=one.title,
            state=one.state,
            because=one.because,
            since=Epoch(min(float(one.since), remembered.at)),
            count=one.count,
            agents=one.agents,
            names=one.names,
        )
        for one in order([*entries, *group(troubles, thresholds)])
    ]


def agents_of(cells: NodeCells) -> dict[str, State]:
    """The states of a node's agents, by agent."""
    return {agent: State(getattr(cells, column)) for column, agent in AGENT_COLUMNS.items()}


def _trouble(cells: NodeCells) -> Trouble | None:
    if not (cells.kubelet in _BAD or cells.kube_proxy in _BAD or cells.container_runtime in _BAD):
        return None
    agents = agents_of(cells)
    agent, state = max(agents.items(), key=lambda one: SEVERITY[one[1]])  # nothing is worse than what is bad
    told = {name: one.value for name, one in agents.items()}
    return Trouble(cells.name, agent, state.value, state, cells.because, Mono(cells.since), told)
