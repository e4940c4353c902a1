"""A node's page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from dashboard import component_help
from dashboard.presenters.changes import ChangeLine, change_lines
from dashboard.presenters.cordon import Cordon, cordon_of
from dashboard.presenters.evidence import EvidenceLine, evidence_lines
from dashboard.presenters.history import RibbonLine
from dashboard.presenters.pods import ALL_PODS, PodLine, PodsAsked, PodTable, pod_line, pod_table
from dashboard.presenters.skew_bar import SkewBar, skew_bar
from dashboard.presenters.words import commands, cores, known, number, share, size
from planes.live.wire import Lateness
from planes.store.freshness import seen, unknown_since
from planes.store.selectors import ClusterHead, NodeDetail
from planes.structs.history import Span
from planes.structs.rows import AgentRow, ConditionRow, EventRow, FaultRow, NodeRow, TaintRow

_CHANGES = 15
_EVENTS = 50
#: Shares of a capacity above which its bar is drawn as filling up and as full.
_HIGH, _FULL = 0.8, 0.95


@dataclass(frozen=True, slots=True)
class AgentCard:
    kind: str
    title: str
    state: str
    last: str
    since: float
    because: str
    version: str
    evidence: tuple[EvidenceLine, ...]


@dataclass(frozen=True, slots=True)
class Capacity:
    """`percent` is None when the use or the limit was not observed; `level` is "fair", "high" or "full"."""

    title: str
    figure: str
    percent: int | None
    level: str = "fair"


@dataclass(frozen=True, slots=True)
class ConditionLine:
    """`state` is empty for a kind of which nobody has said whether True is good."""

    state: str
    type: str
    status: str
    reason: str
    message: str
    since: float | None


@dataclass(frozen=True, slots=True)
class TaintLine:
    """`told` as kubectl writes it: "key=value:effect"."""

    told: str
    since: float | None


@dataclass(frozen=True, slots=True)
class NodePage:
    """`pods_last_known`: nobody vouches for the pods now. `pods_since`: the last heartbeat of their kubelet, if it is known."""

    cluster: ClusterHead
    name: str
    state: str
    last: str
    since: float
    because: str
    cordon: Cordon | None
    marks: tuple[str, ...]
    agents: tuple[AgentCard, ...]
    capacity: tuple[Capacity, ...]
    conditions: tuple[ConditionLine, ...]
    taints: tuple[TaintLine, ...]
    skew: SkewBar | None
    facts: tuple[tuple[str, str], ...]
    created: float | None
    labels: tuple[tuple[str, str], ...]
    pods: tuple[PodLine, ...]
    table: PodTable
    pods_troubled: int
    pods_seen: bool  # whether any pod of the cluster has been: else they are still being listed, or may not be read
    pods_last_known: str
    pods_since: float | None
    events: tuple[EventRow, ...]
    changes: tuple[ChangeLine, ...]
    unchanged_since: float  # also while the state may not be said
    ribbons: tuple[RibbonLine, ...]
    commands: tuple[str, ...]
    fault: FaultRow | None
    late: Lateness | None

    @property
    def blind(self) -> bool:
        """Nobody vouches for it now: what the page lists is as it was last seen."""
        return self.late is not None and self.late.cause != "cluster"

    @property
    def stands(self) -> bool:
        """The state may be said although the cluster does not answer: its collector, which is alive, has judged just that."""
        return self.late is not None and self.late.cause == "cluster" and self.state in ("down", "unknown")


def node_page(
    detail: NodeDetail,
    late: Lateness | None,
    *,
    beat: float | None = None,
    ribbons: tuple[RibbonLine, ...] = (),
    asked: PodsAsked = ALL_PODS,
    spans: Sequence[Span] = (),
) -> NodePage:
    """What a node's page shows; states as they may be said now. `beat`: when its lease was last seen to change, epoch seconds.
    `asked`: which of its pods, and in which order. `spans`: when its cluster was watched."""
    row = detail.row
    shown = seen(row.state, "", row.because, late)
    agents = (
        _agent("kubelet", _with_beat(row.kubelet, beat), late),
        _agent("kube-proxy", row.kube_proxy, late),
        _agent("container-runtime", row.container_runtime, late),
    )
    pods = pod_table([pod_line(one) for one in row.pods], ALL_PODS).lines
    seen_pods = bool(pods) or detail.cluster.row.pods > 0
    last_known = _pods_last_known(row.kubelet, late)
    return NodePage(
        cluster=detail.cluster,
        name=row.name,
        state=known(shown.state),
        last=shown.last,
        since=unknown_since(late, row.since),
        because=shown.because,
        cordon=cordon_of(row, detail.changes, spans),
        marks=_marks(row),
        agents=agents,
        capacity=_capacity(row, seen_pods=seen_pods),
        pods_seen=seen_pods,
        conditions=tuple(_condition(one) for one in row.conditions),
        taints=tuple(_taint(one) for one in row.taints),
        skew=skew_bar(row, detail.cluster.row.version),
        facts=_facts(row),
        created=row.created,
        labels=tuple(sorted(row.labels.items())),
        pods=pods,
        table=pod_table(pods, asked),
        pods_troubled=sum(pod.troubled for pod in pods),
        pods_last_known=last_known,
        pods_since=beat if last_known else None,
        events=tuple(sorted(row.events, key=lambda event: -(event.at or 0.0))[:_EVENTS]),
        changes=tuple(change_lines(detail.changes, _CHANGES)),
        unchanged_since=row.since,
        ribbons=ribbons,
        commands=commands(component_help.of_node(row.name), detail.cluster),
        fault=detail.cluster.row.fault,
        late=late,
    )


def _agent(kind: str, row: AgentRow, late: Lateness | None) -> AgentCard:
    shown = seen(row.state, row.last, row.because, late)
    return AgentCard(
        kind=kind,
        title=component_help.of(kind).title,
        state=known(shown.state),
        last=shown.last if shown.state == "unknown" and shown.last != "unknown" else "",
        since=unknown_since(late, row.since),
        because=shown.because,
        version=row.version,
        evidence=evidence_lines(row.evidence, f"{kind}-"),
    )


def _with_beat(row: AgentRow, beat: float | None) -> AgentRow:
    """Heartbeats are not stored one by one, so what is stored of a lease in good order tells an old moment: the newest is this."""
    if beat is None:
        return row
    fresh = [
        msgspec.structs.replace(line, at=beat)
        if line.source.startswith("lease ") and line.state == "healthy" and (line.at or 0.0) < beat
        else line
        for line in row.evidence
    ]
    return msgspec.structs.replace(row, evidence=tuple(fresh))


def _pods_last_known(kubelet: AgentRow, late: Lateness | None) -> str:
    if late is not None:
        return "The picture is late: this is what its pods last reported."
    if kubelet.state == "leaving":
        return "Its node is leaving: this is what its pods last reported."
    if kubelet.state in ("down", "unknown"):
        return "No word from the kubelet: this is what its pods last reported."
    return ""


def _marks(row: NodeRow) -> tuple[str, ...]:
    marks = (
        *row.traits,
        "control plane" if row.control_plane else "",
        *(role for role in row.roles if role not in ("control-plane", "master")),
        row.zone,
        row.pool,
        row.instance_type,
    )
    told: dict[str, str] = {}
    for mark in filter(None, marks):
        told.setdefault(mark.replace("-", " "), mark)  # a pool may be called like a role
    return tuple(told.values())


def _facts(row: NodeRow) -> tuple[tuple[str, str], ...]:
    facts = (
        ("operating system", row.os_image),
        ("kernel", row.kernel),
        ("architecture", row.architecture),
        ("address", row.address),
    )
    return tuple((title, value) for title, value in facts if value)


def _capacity(row: NodeRow, *, seen_pods: bool) -> tuple[Capacity, ...]:
    used = float(row.pods_used) if seen_pods else None
    return (
        _bar("pods", _of(used, row.pods_max, _whole, ""), share(used, row.pods_max)),
        _bar("cpu", _of(row.cpu_used, row.cpu_max, cores, " cores"), share(row.cpu_used, row.cpu_max)),
        _bar("memory", _of(row.memory_used, row.memory_max, size, ""), share(row.memory_used, row.memory_max)),
    )


def _whole(value: float) -> str:
    return number(int(value))


def _of(used: float | None, limit: float | None, shown: Callable[[float], str], unit: str) -> str:
    if limit is None:
        return f"{shown(used)}{unit} in use" if used is not None else "not observed"
    return f"{shown(used)} of {shown(limit)}{unit}" if used is not None else f"{shown(limit)}{unit}, usage not observed"


def _bar(title: str, figure: str, fraction: float | None) -> Capacity:
    if fraction is None:
        return Capacity(title, figure, None)
    return Capacity(title, figure, round(fraction * 100), "full" if fraction > _FULL else "high" if fraction > _HIGH else "fair")


def _condition(row: ConditionRow) -> ConditionLine:
    """What a condition says, with its state where its kind is known."""
    state = row.state.value if row.state is not None else ""
    return ConditionLine(state, row.type, row.status, row.reason, row.message, row.since)


def _taint(row: TaintRow) -> TaintLine:
    value = f"={row.value}" if row.value else ""
    return TaintLine(f"{row.key}{value}:{row.effect}", row.since)
