"""Verdicts as rows: moments become epoch seconds, time tokens too, and a row that says nothing new stays the row it was."""

from collections.abc import Mapping
from dataclasses import replace

from planes.assess.attention import Entry
from planes.assess.hysteresis import Memory
from planes.assess.rollup import word
from planes.assess.sampling import samples_of
from planes.cache.nodes import NodeTrack
from planes.cache.pods import FINISHED
from planes.components.node_conditions import state_of
from planes.components.node_labels import is_control_plane, pool_of, zone_of
from planes.components.verdict_builder import Instance, Judged, OwnFigures
from planes.structs.moments import Epoch
from planes.structs.quantity import quantity
from planes.structs.rows import (
    AgentRow,
    AttentionRow,
    ComponentRow,
    ConditionRow,
    EventRow,
    EvidenceRow,
    InstanceRow,
    NodeRow,
    OwnFiguresRow,
    PodRow,
    TaintRow,
)
from planes.structs.time_tokens import ago, to_epoch
from planes.structs.timestamps import epoch
from planes.structs.verdicts import Evidence, State, Verdict

_ROLE = "node-role.kubernetes.io/"
#: Evidence whose only news is that it was seen again goes out after so long.
REFRESH = 5.0


def evidence_rows(evidence: tuple[Evidence, ...], offset: float) -> tuple[EvidenceRow, ...]:
    """Lines of evidence as rows."""
    return tuple(
        EvidenceRow(
            signal=one.signal,
            now=to_epoch(one.now, offset),
            should_be=one.should_be,
            state=one.state,
            source=one.source,
            at=None if one.at is None else Epoch(round(one.at + offset, 1)),
        )
        for one in evidence
    )


def shown_state(memory: Memory) -> tuple[State, State | None]:
    """The state that is shown, and the last known one while it is unknown."""
    if memory.waits:
        return State.UNKNOWN, memory.known if memory.settled else None
    return memory.state, memory.known if memory.state is State.UNKNOWN else None


def because_of(memory: Memory) -> str:
    """Why, with the last known state and its age while it is unknown."""
    state, last = shown_state(memory)
    said = memory.shown.because
    if state is State.UNKNOWN and last is not None:
        return f"{said} Last known: {word(last)}, {ago(memory.known_at)} ago."
    return said


def agent_row(memory: Memory, verdict: Verdict, version: str, offset: float, before: AgentRow | None) -> AgentRow:
    """One agent of a node. `before` itself when nothing but moments of evidence differ."""
    state, last = shown_state(memory)
    row = AgentRow(
        state=state,
        because=to_epoch(because_of(memory), offset),
        since=Epoch(round(memory.since + offset, 1)),
        last=last.value if last is not None else "",
        line=to_epoch(memory.shown.line, offset),
        version=version,
        evidence=evidence_rows(verdict.evidence, offset),
    )
    if before is None or row == before:
        return before or row
    same = (row.state, row.because, row.since, row.last, row.line, row.version) == (
        before.state,
        before.because,
        before.since,
        before.last,
        before.line,
        before.version,
    )
    return before if same and _same_evidence(row.evidence, before.evidence) else row


def _same_evidence(one: tuple[EvidenceRow, ...], other: tuple[EvidenceRow, ...]) -> bool:
    if len(one) != len(other):
        return False
    return all(
        a.now == b.now and a.state == b.state and a.signal == b.signal and a.should_be == b.should_be and a.source == b.source
        for a, b in zip(one, other, strict=True)
    )


def _newest(rows: tuple[EvidenceRow, ...]) -> float:
    return max((one.at for one in rows if one.at is not None), default=0.0)


def instances_of(judged: Judged, before: ComponentRow | None) -> tuple[Instance, ...]:
    """A component's instances. While the component itself cannot be known, or does not answer at all, they are what was last known
    of them: no instance is healthy of which nothing is heard."""
    verdict, instances = judged.verdict, judged.instances
    if verdict.state is State.UNKNOWN and instances:
        return tuple(_unknown(one) for one in instances)
    if instances or before is None or not (verdict.state is State.UNKNOWN or verdict.cause.startswith("unreachable")):
        return instances
    return tuple(
        _unknown(
            Instance(
                name=one.name,
                host=one.host,
                leader=one.leader,
                state=one.state,
                because=one.because,
                version=one.version,
                restarts=one.restarts,
            )
        )
        for one in before.instances
    )


def _unknown(one: Instance) -> Instance:
    if one.state is State.UNKNOWN:
        return one
    return replace(one, state=State.UNKNOWN, because=f"Last known: {word(one.state)}.")


def component_row(
    kind: str,
    plane: str,
    memory: Memory,
    verdict: Verdict,
    instances: tuple[Instance, ...],
    facts: Mapping[str, str],
    offset: float,
    before: ComponentRow | None,
) -> ComponentRow:
    """One component. `before` itself when nothing but moments of evidence differ, and those by little."""
    state, last = shown_state(memory)
    row = ComponentRow(
        kind=kind,
        plane=plane,
        state=state,
        because=to_epoch(because_of(memory), offset),
        since=Epoch(round(memory.since + offset, 1)),
        last=last.value if last is not None else "",
        line=to_epoch(memory.shown.line, offset),
        evidence=evidence_rows(verdict.evidence, offset),
        instances=tuple(
            InstanceRow(
                name=one.name,
                host=one.host,
                leader=one.leader,
                state=one.state,
                because=to_epoch(one.because, offset),
                version=one.version,
                restarts=one.restarts,
                own=_own_row(one.own, offset) if one.own is not None else None,
            )
            for one in instances
        ),
        facts=dict(facts),
    )
    if before is None or row == before:
        return before or row
    same = (row.state, row.because, row.since, row.last, row.line, row.instances, row.facts) == (
        before.state,
        before.because,
        before.since,
        before.last,
        before.line,
        before.instances,
        before.facts,
    )
    if same and _same_evidence(row.evidence, before.evidence) and _newest(row.evidence) - _newest(before.evidence) < REFRESH:
        return before
    return row


def _own_row(own: OwnFigures, offset: float) -> OwnFiguresRow:
    return OwnFiguresRow(
        facts=own.told,
        at=Epoch(round(own.at + offset, 1)) if own.at is not None else None,
        samples=tuple(samples_of(own.samples, offset)),
        untold=own.untold,
    )


def attention_row(entry: Entry, offset: float) -> AttentionRow:
    """One entry of what needs attention."""
    return AttentionRow(
        key=entry.key,
        kind=entry.kind,
        name=entry.name,
        title=entry.title,
        state=entry.state,
        because=to_epoch(entry.because, offset),
        since=Epoch(round(entry.since + offset, 1)),
        count=entry.count,
        agents=entry.agents,
        names=entry.names,
    )


def node_row(
    track: NodeTrack,
    agents: tuple[AgentRow, AgentRow, AgentRow],
    state: State,
    because: str,
    since: float,
    pods: tuple[PodRow, ...],
    events: Mapping[str, EventRow] | None,
    usage: tuple[float, float] | None,
    traits: tuple[str, ...] = (),
    leaving: tuple[str, Epoch] | None = None,
) -> NodeRow:
    """One node. `since` in epoch seconds; `because` with its tokens already moved. `leaving`: why it leaves, and since when."""
    node = track.node
    labels, status = node.metadata.labels, node.status
    allocatable, info = status.allocatable, status.nodeInfo
    pods_max = quantity(allocatable.get("pods", ""))
    kubelet, proxy, runtime = agents
    return NodeRow(
        name=node.metadata.name,
        uid=node.metadata.uid,
        state=state,
        because=because,
        since=Epoch(since),
        kubelet=kubelet,
        kube_proxy=proxy,
        container_runtime=runtime,
        cordoned=node.spec.unschedulable,
        control_plane=is_control_plane(node),
        zone=zone_of(node),
        pool=pool_of(node),
        instance_type=labels.get("node.kubernetes.io/instance-type") or labels.get("beta.kubernetes.io/instance-type", ""),
        roles=tuple(sorted(one.removeprefix(_ROLE) for one in labels if one.startswith(_ROLE))),
        created=epoch(node.metadata.creationTimestamp),
        pods_used=pods_used(pods),
        pods_max=int(pods_max) if pods_max is not None else None,
        cpu_used=usage[0] if usage is not None else None,
        cpu_max=quantity(allocatable.get("cpu", "")),
        memory_used=usage[1] if usage is not None else None,
        memory_max=quantity(allocatable.get("memory", "")),
        labels=labels,
        conditions=tuple(
            ConditionRow(
                type=one.type,
                status=one.status,
                reason=one.reason,
                message=one.message,
                since=epoch(one.lastTransitionTime),
                state=state_of(one.type, one.status),
            )
            for one in status.conditions
        ),
        taints=tuple(TaintRow(one.key, one.effect, one.value, epoch(one.timeAdded)) for one in node.spec.taints),
        os_image=info.osImage,
        kernel=info.kernelVersion,
        architecture=info.architecture,
        address=next((one.address for one in status.addresses if one.type == "InternalIP"), ""),
        pods=pods,
        events=event_rows(events),
        traits=traits,
        leaving=leaving[0] if leaving is not None else "",
        leaving_since=leaving[1] if leaving is not None else None,
    )


def pods_used(pods: tuple[PodRow, ...]) -> int:
    """Pods that take a place: those that have not finished."""
    return sum(one.phase not in FINISHED for one in pods)


def event_rows(events: Mapping[str, EventRow] | None) -> tuple[EventRow, ...]:
    """A node's events, the newest last."""
    return tuple(sorted(events.values(), key=_by_time)) if events else ()


def _by_time(row: EventRow) -> tuple[float, str, str]:
    return row.at or 0.0, row.reason, row.message
