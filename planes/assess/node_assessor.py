"""Judging nodes: those that are dirty, and those whose verdict falls due. At 5,000 nodes this is where the time goes."""

import heapq
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import replace

import msgspec

from planes.assess import hysteresis
from planes.assess.attention import HELD, Trouble
from planes.assess.node_states import (
    ELSEWHERE,
    EMPTY,
    AgentChange,
    NodeState,
    Verdicts,
    besides,
    held_of,
    is_told_by_node,
    is_well,
    last_known,
    leaving_of,
    own_changes,
    restored_life,
    restored_memory,
    traits_of,
    whole_of,
    why_passing,
    why_well,
    worst_of,
)
from planes.assess.rows import agent_row, because_of, event_rows, node_row, pods_used, shown_state
from planes.cache.stores import Dirty
from planes.components import lives
from planes.components.agents import observe_node
from planes.components.heartbeat import doubted, is_silent, lease_of
from planes.components.node_labels import zone_of
from planes.components.registry import AGENT_KINDS, AGENTS
from planes.components.view import ClusterView
from planes.structs.moments import Epoch, Mono
from planes.structs.observations import NodeObservation, NodeScene
from planes.structs.rows import AgentRow, NodeRow
from planes.structs.thresholds import Thresholds
from planes.structs.verdicts import PASSING, State, Verdict

#: So many nodes get new usage figures a frame; the others the frame after.
_USAGE_A_FRAME = 400
#: A node is so by itself, though its agents may be well.
_OF_THE_NODE = frozenset({State.CORDONED, *PASSING})
#: It is so since it first was, whatever of its agents came to be seen later.
_AS_BEFORE = frozenset({State.HEALTHY, State.CORDONED})
_TITLES = (AGENTS[0].title, AGENTS[1].title, AGENTS[2].title)


class NodeAssessor:
    """All nodes of one cluster. `judge` returns the names whose rows changed."""

    def __init__(self, view: ClusterView, thresholds: Thresholds) -> None:
        self._view = view
        self._cache = view.cache
        self._thresholds = thresholds
        self.states: dict[str, NodeState] = {}
        self.restored: dict[str, NodeRow] = {}
        self.seen_at: Epoch | None = None  # until when `restored` was known to hold
        self.last_known: dict[str, NodeRow] = {}  # of `restored`, while the list of nodes cannot be had
        self.counts_changed = True
        self.changes: list[AgentChange] = []
        self._heap: list[tuple[Mono, str]] = []
        self._usage: list[str] = []
        self._attentive: set[str] = set()  # what a mere renewal of its lease may change
        self._unheard: set[str] = set()

    def judge(self, dirty: Dirty, scene: NodeScene, anew: bool, now: Mono, offset: float) -> tuple[dict[str, NodeRow], list[str]]:
        """Judge what is dirty or due, all of it if `anew`. Rows that changed, and names that are gone."""
        cache = self._cache
        names: set[str] = set(cache.nodes) if anew else set()
        names |= dirty.nodes | (dirty.renewed & self._attentive)
        self._pop_due(names, now)
        changed: dict[str, NodeRow] = {}
        gone: list[str] = []
        for name in names:
            if name not in cache.nodes:
                self._attentive.discard(name)
                self._unheard.discard(name)
                if self.states.pop(name, None) is not None:
                    gone.append(name)
                    self.counts_changed = True
                continue
            before = self.states.get(name)
            row = self._judge_one(name, scene, now, offset)
            if before is None or row is not before.row:
                changed[name] = row
            if before is not None and before.row is not row:
                self.changes += own_changes(row, before.row, now)
        for name in changed:
            self.states[name].row = changed[name]
        self._refresh_pods(dirty.pods - names, changed)
        self._refresh_usage(dirty.usage, changed)
        return changed, gone

    def _pop_due(self, names: set[str], now: Mono) -> None:
        heap, tracks, slow = self._heap, self._cache.node_leases.tracks, self._thresholds.kubelet_slow
        while heap and heap[0][0] <= now:
            _, name = heapq.heappop(heap)
            state = self.states.get(name)
            if state is None:
                continue
            state.queued = None
            if name in names:
                continue
            if state.by_lease and (track := tracks.get(name)) is not None:
                # The usual case by far: it was renewed meanwhile, and nothing else falls due.
                late = track.fresh_since + track.duration * slow
                due = late if state.others is None else min(late, state.others)
                if due > now:
                    self._queue(name, state, due)
                    continue
            names.add(name)

    def _queue(self, name: str, state: NodeState, due: Mono) -> None:
        if state.queued is None or due < state.queued:
            state.queued = due
            heapq.heappush(self._heap, (due, name))

    def _judge_one(self, name: str, scene: NodeScene, now: Mono, offset: float) -> NodeRow:
        thresholds, seen = self._thresholds, observe_node(self._view, name)
        silent = is_silent(lease_of(seen, scene, now, thresholds), seen.conditions.get("Ready"), now, thresholds)
        state = self.states.get(name)
        blind = self._is_blind(seen, scene, now)
        life = self._life(name, state, seen, silent, blind, now, offset)
        judged = [agent.judge(seen, scene, silent, now, thresholds) for agent in AGENTS]
        kubelet = self._vouched(name, state, judged[0], now, offset)
        first, second, third = (
            lives.explain(agent.kind, life, doubted(kubelet, one), name, thresholds, seen.marks)
            for agent, one in zip(AGENTS, judged, strict=True)
        )
        verdicts = (first, second, third)
        if state is None:
            state = self._begin(name, verdicts, now, offset)
        else:
            self._step(name, state, verdicts, seen, scene, now)
        state.life = life
        if not blind:
            state.heard = not silent
        agents = self._agent_rows(state, verdicts, seen, offset)
        self._summarise(name, state, agents, verdicts)
        self._schedule(name, state, verdicts, seen, scene, now)
        row = self._row(name, state, agents, offset)
        return state.row if row == state.row else row

    def _vouched(self, name: str, state: NodeState | None, kubelet: Verdict, now: Mono, offset: float) -> Verdict:
        """The verdict of a kubelet as others rest on it: one that was silent before a restart, and was not seen to live since, is
        not known to."""
        old = self.restored.get(name) if state is None else None
        memory = state.memories[0] if state is not None else None
        if old is not None:
            memory = restored_memory(old.kubelet, offset, now, self.seen_at)
        if memory is None or (kubelet.waiting and not memory.awaits_worse):
            return kubelet
        if kubelet.waiting or hysteresis.is_unripe(memory, kubelet, now, self._thresholds):
            return replace(hysteresis.unripe(kubelet), waiting=False)
        return kubelet

    def _is_blind(self, seen: NodeObservation, scene: NodeScene, now: Mono) -> bool:
        """Whether its own silence says nothing: all are silent together, nothing is heard, or that has only just ended and it
        has not had the time to be renewed."""
        lease = seen.lease
        in_grace = lease is not None and lease.in_grace and lease.silence(now) <= lease.duration * self._thresholds.kubelet_slow
        return bool(scene.unreachable or scene.silence) or in_grace

    def _life(
        self, name: str, state: NodeState | None, seen: NodeObservation, silent: bool, blind: bool, now: Mono, offset: float
    ) -> lives.Life | None:
        """Whether it leaves or joins."""
        old = self.restored.get(name) if state is None else None
        before = state.life if state is not None else restored_life(old, offset) if old is not None else None
        if blind:
            return before
        return lives.look(before, seen, silent, state is not None and state.heard, now, self._thresholds)

    def _begin(self, name: str, verdicts: Verdicts, now: Mono, offset: float) -> NodeState:
        old = self.restored.pop(name, None)
        if old is None:
            memories = [hysteresis.begin(one, now) for one in verdicts]
        else:
            memories = []
            for row, one in zip((old.kubelet, old.kube_proxy, old.container_runtime), verdicts, strict=True):
                memory = restored_memory(row, offset, now, self.seen_at)
                hysteresis.step(memory, one, now, self._thresholds)
                memories.append(memory)
        state = self.states[name] = NodeState(memories, EMPTY, causes=[one.cause for one in verdicts])
        self.counts_changed = True
        return state

    def _step(
        self,
        name: str,
        state: NodeState,
        verdicts: Verdicts,
        seen: NodeObservation,
        scene: NodeScene,
        now: Mono,
    ) -> None:
        for index, (memory, verdict) in enumerate(zip(state.memories, verdicts, strict=True)):
            known = memory.known
            change = hysteresis.step(memory, verdict, now, self._thresholds)
            if change is None:
                continue
            before, after = change.before, change.after
            if after is State.NOT_OBSERVABLE:
                state.causes[index] = verdict.cause
                if known is not None:
                    continue  # a right that was taken away is told once, by the roll-up
            if after is State.UNKNOWN:
                # It was last known when we last heard of it, not when we last had a reason to judge it.
                lost = scene.unreachable_since or scene.silence_since
                memory.known_at = lost or (seen.lease.changed_at if seen.lease is not None else memory.known_at)
                state.causes[index] = verdict.cause
                if verdict.cause in ELSEWHERE or is_told_by_node(before, after):
                    continue
            elif is_told_by_node(before, after):
                continue
            elif before in (State.UNKNOWN, State.NOT_OBSERVABLE) and state.causes[index] in ELSEWHERE:
                if known is None or known is after:
                    continue
                before = known
            because = because_of(memory)
            self.changes.append(AgentChange(name, AGENT_KINDS[index], before, after, because, verdict.cause, change.since))

    def _agent_rows(
        self, state: NodeState, verdicts: Verdicts, seen: NodeObservation, offset: float
    ) -> tuple[AgentRow, AgentRow, AgentRow]:
        proxy = next((one.version for one in seen.proxies), "")
        row = state.row
        old = (row.kubelet, row.kube_proxy, row.container_runtime) if row is not EMPTY else (None, None, None)
        versions = (seen.kubelet_version, proxy, seen.runtime_version)
        first, second, third = (
            agent_row(memory, verdict, version, offset, before)
            for memory, verdict, version, before in zip(state.memories, verdicts, versions, old, strict=True)
        )
        return first, second, third

    def _summarise(self, name: str, state: NodeState, agents: tuple[AgentRow, AgentRow, AgentRow], verdicts: Verdicts) -> None:
        node = self._cache.nodes[name].node
        shown = [shown_state(memory)[0] for memory in state.memories]
        found = (shown[0], shown[1], shown[2])
        held = held_of(state.memories)
        worst = worst_of(found, [memory.shown.cause for memory in state.memories], held)
        whole = whole_of(found, worst, state.life, node.spec.unschedulable)
        zone, well = zone_of(node), any(held) and is_well(found, state.memories)
        if (state.state, state.agents, state.zone, state.held, state.well) != (whole, found, zone, held, well):
            self.counts_changed = True
        state.state, state.agents, state.zone, state.held, state.well = whole, found, zone, held, well
        state.trouble = None
        if whole in (State.DOWN, State.DEGRADED):
            memory = state.memories[worst]
            state.trouble = Trouble(
                node=name,
                agent=AGENT_KINDS[worst],
                cause=HELD if memory.held else memory.shown.cause,
                state=whole,
                because=besides(worst, shown, [one.shown.because for one in state.memories], _TITLES),
                since=memory.since,
                agents=dict(zip(AGENT_KINDS, (one.state for one in agents), strict=True)),
            )
        if shown[0] is State.HEALTHY:
            self._attentive.discard(name)
        else:
            self._attentive.add(name)
        if shown[0] is State.UNKNOWN and not verdicts[0].waiting:
            self._unheard.add(name)
        else:
            self._unheard.discard(name)

    def _schedule(
        self, name: str, state: NodeState, verdicts: Verdicts, seen: NodeObservation, scene: NodeScene, now: Mono
    ) -> None:
        lease = seen.lease if scene.leases.fault is None else None
        if verdicts[0].state is not State.HEALTHY or seen.ready_flips or (lease is not None and lease.gone_at is not None):
            lease = None
        state.by_lease = lease is not None
        dues = [one.due for one in (verdicts[1:] if state.by_lease else verdicts) if one.due is not None]
        dues += [due for memory in state.memories if (due := hysteresis.due(memory)) is not None]
        state.others = min(dues, default=None)
        due = state.others
        if lease is not None:
            late = lease.expires(lease.duration * self._thresholds.kubelet_slow)
            due = late if due is None else min(late, due)
        if due is not None:
            self._queue(name, state, max(due, now + 0.001))

    def _row(self, name: str, state: NodeState, agents: tuple[AgentRow, AgentRow, AgentRow], offset: float) -> NodeRow:
        cache = self._cache
        states = [one.state for one in agents]
        worst = worst_of((states[0], states[1], states[2]), [memory.shown.cause for memory in state.memories], state.held)
        if state.state is State.HEALTHY:
            coming = [f"{_TITLES[index]}: {agents[index].because}" for index, one in enumerate(state.memories) if one.coming]
            because = " ".join(coming) or why_well(agents, _TITLES)
            since = max(one.since for one in agents)
        elif state.state in _OF_THE_NODE:
            because = why_passing(state.state, state.life, agents, offset)
            since = max(one.since for one in agents)
            if state.state in PASSING and state.life is not None:
                since = Epoch(round(state.life.since + offset, 1))
        elif state.memories[0].shown.cause in ("unreachable", "all-silent"):
            because, since = agents[0].because, agents[0].since  # nothing of this node in particular
        else:
            because = f"{AGENTS[worst].title}: {besides(worst, states, [one.because for one in agents], _TITLES)}"
            since = agents[worst].since
        if state.row is not EMPTY and state.row.state == state.state.value and state.state in _AS_BEFORE:
            since = state.row.since
        return node_row(
            cache.nodes[name],
            agents,
            state.state,
            because,
            since,
            cache.pods.rows(name),
            cache.node_events.get(name),
            cache.usage.get(name),
            traits_of(cache.nodes[name].node),
            leaving_of(state.life, offset),
        )

    def _refresh_pods(self, names: set[str], changed: dict[str, NodeRow]) -> None:
        """New pods and events: no reason to judge."""
        cache = self._cache
        for name in names:
            state = self.states.get(name)
            if state is None:
                continue
            pods = cache.pods.rows(name)
            row = msgspec.structs.replace(
                state.row, pods=pods, pods_used=pods_used(pods), events=event_rows(cache.node_events.get(name))
            )
            if row != state.row:
                state.row = changed[name] = row

    def _refresh_usage(self, names: set[str], changed: dict[str, NodeRow]) -> None:
        """New figures of CPU and memory: no reason to judge, and not all nodes in one frame."""
        cache = self._cache
        self._usage += names.difference(self._usage)
        taken, self._usage = self._usage[:_USAGE_A_FRAME], self._usage[_USAGE_A_FRAME:]
        for name in taken:
            state = self.states.get(name)
            if state is None:
                continue
            used = cache.usage.get(name)
            cpu, memory = used if used is not None else (None, None)
            if (state.row.cpu_used, state.row.memory_used) != (cpu, memory):
                state.row = changed[name] = msgspec.structs.replace(state.row, cpu_used=cpu, memory_used=memory)

    def remember(self, because: str, offset: float, now: Mono) -> None:
        """While the list of nodes cannot be had: the nodes from before a restart, as last known."""
        self.last_known = {name: last_known(row, because, Epoch(round(now + offset, 1))) for name, row in self.restored.items()}

    @property
    def unheard(self) -> Collection[str]:
        """Nodes of whose kubelet nothing is known, so that what it said of their pods is the last known state."""
        return self.last_known if self.last_known else self._unheard

    def counts(self, index: int | None) -> tuple[Counter[State], dict[str, Counter[State]], dict[State, str]]:
        """States over all nodes, over each zone, and one reason for each state; of one agent, or of the nodes themselves (None)."""
        whole: Counter[State] = Counter()
        zones: dict[str, Counter[State]] = {}
        sample: dict[State, str] = {}
        for one in self.states.values():
            state = one.state if index is None else one.agents[index]
            whole[state] += 1
            zone = zones.get(one.zone)
            if zone is None:
                zone = zones[one.zone] = Counter()
            zone[state] += 1
            if state not in sample:
                memory = one.memories[index or 0]
                sample[state] = memory.shown.because
        return whole, zones, sample

    def is_unripe(self, index: int | None) -> bool:
        """Whether one was degraded or down before a restart, and is not known since; of one agent, or of all (None)."""
        places = range(len(AGENTS)) if index is None else (index,)
        return any(one.memories[place].awaits_worse for one in self.states.values() for place in places)

    def held(self, index: int | None) -> dict[str, Counter[State]]:
        """By zone, how many of each state are better by now than they are shown; of one agent, or nodes that are well (None)."""
        zones: dict[str, Counter[State]] = {}
        for one in self.states.values():
            if one.well if index is None else one.held[index]:
                zones.setdefault(one.zone, Counter())[one.state if index is None else one.agents[index]] += 1
        return zones

    def troubles(self) -> Iterable[Trouble]:
        """Nodes that need a person."""
        return (one.trouble for one in self.states.values() if one.trouble is not None)
