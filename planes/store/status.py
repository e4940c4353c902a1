"""The states for terminals and scripts: what `manage.py status` says, as typed rows and as an exit code (the Nagios convention).

Pure but for `collect_status`, which reads the store and asks for pulses.
"""

from collections import Counter
from collections.abc import Callable
from enum import IntEnum

import msgspec

from planes.components.registry import AGENT_KINDS
from planes.live.wire import Lateness, Pulse
from planes.store import selectors
from planes.store.freshness import Freshness, freshness_of, lateness, seen, unknown_since, untold, with_trouble
from planes.structs import time_tokens
from planes.structs.rows import ClusterRow, ComponentRow, EvidenceRow, PlaneRow


class Exit(IntEnum):
    """Nagios: what a check returns."""

    HEALTHY = 0
    DEGRADED = 1
    DOWN = 2
    UNKNOWN = 3


class PlaneStatus(msgspec.Struct, frozen=True):
    state: str
    because: str


class InstanceStatus(msgspec.Struct, frozen=True):
    name: str
    host: str
    leader: bool
    state: str
    because: str


class EvidenceStatus(msgspec.Struct, frozen=True):
    """`age_s` is null where it was never observed."""

    signal: str
    now: str
    should_be: str
    state: str
    source: str
    age_s: float | None


class ComponentStatus(msgspec.Struct, frozen=True):
    """`since` is epoch seconds; `last` is the last known state while `state` is unknown."""

    kind: str
    plane: str
    state: str
    since: float
    because: str
    last: str
    instances: list[InstanceStatus]
    evidence: list[EvidenceStatus]


class NodesStatus(msgspec.Struct, frozen=True):
    total: int
    by_state: dict[str, int]


class AttentionStatus(msgspec.Struct, frozen=True):
    """A node that is degraded, down or unknown; `agents` has its three agents' states. Nodes that are unknown for one common cause
    are one entry, named by their number: "60 nodes"."""

    kind: str
    name: str
    agents: dict[str, str]
    state: str
    because: str
    since: float


class ClusterStatus(msgspec.Struct, frozen=True):
    """`age_s`: seconds since the collector last vouched for the picture; null: it never did, or did by a clock that disagrees with
    ours. `late`: why the picture is not the present; empty while it is. `missing`: what the picture has to do without, a sentence
    each: rights, parts of the API, watches that do not work."""

    slug: str
    name: str
    server: str
    version: str
    distribution: str
    age_s: float | None
    late: str
    planes: dict[str, PlaneStatus]
    components: list[ComponentStatus]
    nodes: NodesStatus
    attention: list[AttentionStatus]
    missing: list[str]


class Status(msgspec.Struct, frozen=True):
    """`troubles`: what is wrong with Planewatch itself on this machine, a sentence each."""

    clusters: list[ClusterStatus]
    troubles: list[str] = []


def collect_status(
    pulse: Callable[[int], Pulse | None],
    now: float,
    slug: str | None = None,
    *,
    age: Callable[[int], float | None] = untold,
    trouble: str = "",
    silence: float | None = None,
) -> Status:
    """The state of the watched clusters, or of one of them, at `now` (epoch seconds). `pulse` and `age` tell of a cluster's latest
    pulse, by its id: see planes.live.stream.Peek. `trouble`: what is wrong with Planewatch itself. `silence`: for how many
    seconds Valkey has not answered; None: it does."""
    heads = [head for head in selectors.watched() if slug in (None, head.slug)]
    fresh = [with_trouble(freshness_of(head, pulse(head.id), age), trouble, silence) for head in heads]
    return Status([_cluster(head, one, now) for head, one in zip(heads, fresh, strict=True)])


def exit_code(status: Status) -> Exit:
    """The worst of all planes: down, then degraded, then unknown. Nothing watched is unknown."""
    states = {plane.state for cluster in status.clusters for plane in cluster.planes.values()}
    if "down" in states:
        return Exit.DOWN
    if "degraded" in states:
        return Exit.DEGRADED
    if "unknown" in states or not states:
        return Exit.UNKNOWN
    return Exit.HEALTHY


def _cluster(head: selectors.ClusterHead, fresh: Freshness, now: float) -> ClusterStatus:
    row = head.row
    collected_at = fresh.collected_at
    late = _with_fault(lateness(fresh, now), row)
    clocks = late is not None and late.cause == "clocks"
    if late is not None and late.cause == "collector":
        collected_at = late.since  # by a clock that can be believed
    nodes = [_seen(node, late) for node in selectors.node_summaries(head.slug)]
    return ClusterStatus(
        slug=head.slug,
        name=head.name,
        server=row.server,
        version=row.version,
        distribution=row.distribution,
        age_s=None if collected_at is None or clocks else round(max(0.0, now - collected_at), 1),
        late=time_tokens.render(late.because, now) if late is not None else "",
        planes={"control": _plane(row.control, late, now), "data": _plane(row.data, late, now)},
        components=[_component(one, late, now) for one in selectors.components(head.slug)],
        nodes=NodesStatus(total=len(nodes), by_state=dict(sorted(Counter(node.state for node in nodes).items()))),
        attention=_attention(nodes, now),
        missing=[one.message for one in row.missing],
    )


def _with_fault(late: Lateness | None, row: ClusterRow) -> Lateness | None:
    """Why it is late, with what the collector itself last said about it."""
    if late is None or late.cause == "cluster" or row.fault is None:
        return late
    return msgspec.structs.replace(late, because=f"{late.because} {row.fault.message}")


def _seen(node: selectors.NodeSummary, late: Lateness | None) -> selectors.NodeSummary:
    def state(stored: str) -> str:
        return seen(stored, "", "", late).state

    shown = seen(node.state, "", node.because, late)
    return msgspec.structs.replace(
        node,
        state=shown.state,
        because=shown.because,
        since=unknown_since(late, node.since),
        kubelet=state(node.kubelet),
        kube_proxy=state(node.kube_proxy),
        container_runtime=state(node.container_runtime),
    )


def _plane(plane: PlaneRow | None, late: Lateness | None, now: float) -> PlaneStatus:
    if plane is None:
        because = late.because if late is not None else "It has not been judged yet."
        return PlaneStatus("unknown", time_tokens.render(because, now))
    shown = seen(plane.state, plane.last, plane.because, late)
    return PlaneStatus(shown.state, time_tokens.render(shown.because, now))


def _component(one: ComponentRow, late: Lateness | None, now: float) -> ComponentStatus:
    shown = seen(one.state, one.last, one.because, late)
    return ComponentStatus(
        kind=one.kind,
        plane=one.plane,
        state=shown.state,
        since=unknown_since(late, one.since),
        because=time_tokens.render(shown.because, now),
        last=shown.last,
        instances=[
            InstanceStatus(
                instance.name,
                instance.host,
                instance.leader,
                seen(instance.state, "", "", late).state,
                time_tokens.render(instance.because, now),
            )
            for instance in one.instances
        ],
        evidence=[_evidence(line, now) for line in one.evidence],
    )


def _evidence(line: EvidenceRow, now: float) -> EvidenceStatus:
    return EvidenceStatus(
        line.signal,
        time_tokens.render(line.now, now),
        time_tokens.render(line.should_be, now),
        line.state,
        line.source,
        None if line.at is None else round(max(0.0, now - line.at), 1),
    )


#: So many unknown nodes with one cause are one entry.
_GROUP_AT = 3


def _attention(nodes: list[selectors.NodeSummary], now: float) -> list[AttentionStatus]:
    """Every node that is degraded or down; those that are unknown for one common cause as one entry, for it is one trouble.
    Cordoned is on purpose and needs nobody."""
    entries = [_entry(node, node.name, now) for node in nodes if node.state in ("degraded", "down")]
    causes: dict[str, list[selectors.NodeSummary]] = {}
    for node in nodes:
        if node.state == "unknown":
            causes.setdefault(node.because, []).append(node)
    for alike in causes.values():
        if len(alike) < _GROUP_AT:
            entries += [_entry(node, node.name, now) for node in alike]
        else:
            entries.append(_entry(min(alike, key=lambda node: node.since), f"{len(alike)} nodes", now))
    return entries


def _entry(node: selectors.NodeSummary, name: str, now: float) -> AttentionStatus:
    agents = dict(zip(AGENT_KINDS, (node.kubelet, node.kube_proxy, node.container_runtime), strict=True))
    return AttentionStatus("Node", name, agents, node.state, time_tokens.render(node.because, now), node.since)
