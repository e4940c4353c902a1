"""What is remembered of nodes between frames, and what is told of one whose state changed."""

from dataclasses import dataclass, field

import msgspec

from planes.assess import hysteresis
from planes.assess.attention import Trouble
from planes.components import lives
from planes.components.lives import Life
from planes.components.node_kinds import kind_of
from planes.components.verdict_builder import and_more, harm
from planes.structs import objects
from planes.structs.moments import Epoch, Mono
from planes.structs.observations import NodeScene
from planes.structs.rows import AgentRow, NodeRow
from planes.structs.time_tokens import to_epoch
from planes.structs.verdicts import PASSING, SEVERITY, State, Verdict

#: Unknown for a reason that lies elsewhere: the change is told where the reason is, and not once a node.
ELSEWHERE = frozenset(
    {
        "unreachable",
        "all-silent",
        "lease-unconfirmed",
        "feed-stale",
        "waiting",
        "probe-stale",
        "kubelet-silent",
        "kubelet-unheard",
        "runtime-unseen",
        "unwatched",
        "hidden",
        "writes-blocked",
    }
)
_BAD = (State.DEGRADED, State.DOWN)
_CORDONED = "Cordoned on purpose: no new pods are placed here."

Verdicts = tuple[Verdict, Verdict, Verdict]


@dataclass(frozen=True, slots=True)
class AgentChange:
    """An announced change of one agent of one node; of the node itself where `agent` is empty."""

    node: str
    agent: str
    before: State
    after: State
    because: str
    cause: str
    since: Mono


@dataclass(slots=True)
class NodeState:
    """What is remembered of one node between frames."""

    memories: list[hysteresis.Memory]
    row: NodeRow
    state: State = State.UNKNOWN
    zone: str = ""
    agents: tuple[State, State, State] = (State.UNKNOWN, State.UNKNOWN, State.UNKNOWN)
    held: tuple[bool, bool, bool] = (False, False, False)  # agents that are better by now than they are shown
    well: bool = False  # it is degraded or down for such alone, which are well by now
    trouble: Trouble | None = None
    by_lease: bool = False  # due when its lease is late, besides `others`
    others: Mono | None = None
    queued: Mono | None = None
    causes: list[str] = field(default_factory=lambda: ["", "", ""])  # why each agent was unknown, while it was
    life: Life | None = None  # that it leaves or joins
    heard: bool = False  # its kubelet reported at the look before


def own_changes(row: NodeRow, before: NodeRow, now: Mono) -> list[AgentChange]:
    """What changed of the node itself, and not of one of its agents: that it is taken out on purpose, or back in; and that it
    leaves or joins, or does so no more."""
    made: list[AgentChange] = []
    if row.cordoned != before.cordoned:
        if row.cordoned:
            made.append(_of_node(row, State.HEALTHY, State.CORDONED, "No new pods are placed here.", "cordon", now))
        else:
            made.append(_of_node(row, State.CORDONED, State.HEALTHY, "New pods may be placed here again.", "cordon", now))
    if row.state != before.state and (row.state in PASSING or before.state in PASSING) and row.state not in _TOLD_BY_AGENTS:
        cause = row.state.value if row.state in PASSING else f"{before.state.value}-over"
        made.append(_of_node(row, before.state, row.state, row.because, cause, now))
    return made


#: A node is so because of one of its agents, of which that is told.
_TOLD_BY_AGENTS = frozenset({State.DEGRADED, State.DOWN, State.UNKNOWN})


def _of_node(row: NodeRow, before: State, after: State, because: str, cause: str, now: Mono) -> AgentChange:
    return AgentChange(row.name, "", before, after, because, cause, now)


def is_told_by_node(before: State, after: State) -> bool:
    """Whether the change of an agent is no more than that its node leaves or joins, or does so no more."""
    return after in PASSING or (before in PASSING and after not in (State.DEGRADED, State.DOWN))


def restored_memory(row: AgentRow, offset: float, now: Mono, seen_at: Epoch | None = None) -> hysteresis.Memory:
    """The memory of an agent as it was stored. `seen_at`: until when that was known to hold."""
    until = None if seen_at is None else Mono(seen_at - offset)
    return hysteresis.restored(row.state, Mono(row.since - offset), State(row.last) if row.last else None, now, until)


def restored_life(row: NodeRow, offset: float) -> Life | None:
    """That a node was leaving, as it was stored: what was said before it fell silent is not said any more."""
    if row.leaving_since is None:
        return None
    return Life(State.LEAVING, row.leaving, Mono(row.leaving_since - offset), cause="leaving")


def last_known(row: NodeRow, because: str, now: Epoch) -> NodeRow:
    """A node from before a restart, as last known, while the list of nodes cannot be had."""
    kubelet, proxy, runtime = (_last_known(one, because) for one in (row.kubelet, row.kube_proxy, row.container_runtime))
    return msgspec.structs.replace(
        row,
        state=State.UNKNOWN,
        because=because,
        since=row.since if row.state is State.UNKNOWN else now,
        kubelet=kubelet,
        kube_proxy=proxy,
        container_runtime=runtime,
    )


def _last_known(row: AgentRow, because: str) -> AgentRow:
    last = row.last if row.state is State.UNKNOWN else row.state.value
    return msgspec.structs.replace(row, state=State.UNKNOWN, because=because, last=last, line="")


_NOTHING = AgentRow(state=State.UNKNOWN, because="", since=Epoch(0.0))
#: The row of a node that was not judged yet.
EMPTY = NodeRow(
    name="",
    uid="",
    state=State.UNKNOWN,
    because="",
    since=Epoch(0.0),
    kubelet=_NOTHING,
    kube_proxy=_NOTHING,
    container_runtime=_NOTHING,
)


def why_last_known(scene: NodeScene) -> str:
    """Why nodes are as last known."""
    if scene.unreachable:
        return scene.unreachable
    fault = scene.nodes.fault
    return f"Nodes cannot be read: {fault.message}" if fault is not None else "Waiting for the list of nodes."


def worst_of(shown: tuple[State, State, State], causes: list[str], held: tuple[bool, bool, bool] = (False, False, False)) -> int:
    """Which of a node's agents decides about it: the worst; of equals one that is not merely held as it was, and of those the one
    whose cause does the most harm."""

    def rank(index: int) -> tuple[int, bool, int, int]:
        state = shown[index]
        return SEVERITY[state], not held[index], -harm(causes[index]) if state in (State.DEGRADED, State.DOWN) else 0, -index

    return max(range(3), key=rank)


def besides(worst: int, states: list[State], becauses: list[str], titles: tuple[str, str, str]) -> str:
    """What is said of the worst of a node's agents, and of the others that are degraded or down as well."""
    others = [
        f"{titles[index]}: {becauses[index]}"
        for index, state in enumerate(states)
        if index != worst and state in (State.DEGRADED, State.DOWN)
    ]
    return and_more(becauses[worst], others)


def held_of(memories: list[hysteresis.Memory]) -> tuple[bool, bool, bool]:
    """Which of a node's agents are better by now than they are shown."""
    first, second, third = (memory.held for memory in memories)
    return first, second, third


def is_well(shown: tuple[State, State, State], memories: list[hysteresis.Memory]) -> bool:
    """Whether a node's agents that are shown as degraded or down are all well by now."""
    bad = [memory for state, memory in zip(shown, memories, strict=True) if state in _BAD]
    return bool(bad) and all(memory.held and memory.pending not in _BAD for memory in bad)


def whole_of(shown: tuple[State, State, State], worst: int, life: Life | None, cordoned: bool) -> State:
    """The state of a node: the worst of its agents, unless all is well with them and there is something to say of the node."""
    whole = shown[worst]
    if whole in (State.HEALTHY, State.NOT_OBSERVABLE, *PASSING):
        if life is not None and life.passing:
            return life.state
        if cordoned:
            return State.CORDONED
    return whole


def why_well(agents: tuple[AgentRow, AgentRow, AgentRow], titles: tuple[str, str, str]) -> str:
    """What is said of a node that is well: only what was seen to be well is called so."""
    seen = [title for title, one in zip(titles, agents, strict=True) if one.state is State.HEALTHY]
    hidden = [title for title, one in zip(titles, agents, strict=True) if one.state is not State.HEALTHY]
    if not hidden:
        return "All three agents are healthy."
    well = f"Its {' and '.join(seen)} {'is' if len(seen) == 1 else 'are'} healthy"
    return f"{well}; its {' and '.join(hidden)} cannot be observed."


def why_passing(state: State, life: Life | None, agents: tuple[AgentRow, AgentRow, AgentRow], offset: float) -> str:
    """What is said of a node that is cordoned, leaves or joins: what is said of its agents for that reason, if it is."""
    if state is State.CORDONED:
        return _CORDONED
    told = next((one.because for one in agents if one.state is state), "")
    return told or (to_epoch(lives.sentence(life), offset) if life is not None else "")


def leaving_of(life: Life | None, offset: float) -> tuple[str, Epoch] | None:
    """That a node leaves, as it is stored: why, and since when."""
    if life is None or not lives.is_leaving(life):
        return None
    return life.why, Epoch(round(life.since + offset, 1))


def traits_of(node: objects.Node) -> tuple[str, ...]:
    """What is to be said of a node besides its states: what kind of node it is, and that it may come to leave."""
    called = kind_of(node).called
    return (*((called,) if called else ()), *lives.traits_of(node))
