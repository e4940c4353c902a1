"""A component's page."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard import component_help
from dashboard.presenters.changes import ChangeLine, change_lines
from dashboard.presenters.checks import ChecksPart
from dashboard.presenters.evidence import EvidenceLine, evidence_lines
from dashboard.presenters.figures import FigureLine, figure_lines
from dashboard.presenters.history import RibbonLine
from dashboard.presenters.own_figures import OwnLine, own_line
from dashboard.presenters.rollup import Rollup
from dashboard.presenters.touches import Touches, touches
from dashboard.presenters.words import commands, counted, known, severity, word
from planes.components.registry import AGENT_KINDS
from planes.live.wire import Lateness, NodeCells
from planes.store.failovers import Failover
from planes.store.freshness import seen, unknown_since
from planes.store.selectors import ClusterHead, ComponentDetail
from planes.structs.rows import ChangeRow, FaultRow, InstanceRow

#: Nodes that a roll-up lists; beyond that it says how many more there are.
NODES_LISTED = 200
_CHANGES = 15


@dataclass(frozen=True, slots=True)
class InstanceLine:
    state: str
    name: str
    host: str
    role: str
    because: str
    version: str
    restarts: str
    own: OwnLine | None


@dataclass(frozen=True, slots=True)
class NodeLine:
    """A node whose agent of this kind is not healthy. `because` and `since` are the node's."""

    state: str
    name: str
    because: str
    since: float


@dataclass(frozen=True, slots=True)
class ComponentPage:
    """`late` is set while what is shown is the last picture; the states are then unknown, and evidence is as last seen."""

    cluster: ClusterHead
    kind: str
    title: str
    plane: str
    state: str
    last: str
    since: float
    because: str
    does: str
    away: str
    evidence: tuple[EvidenceLine, ...]
    facts: tuple[FigureLine, ...]
    instances: tuple[InstanceLine, ...]
    is_agent: bool
    nodes: tuple[NodeLine, ...]
    nodes_more: int
    nodes_summary: str
    changes: tuple[ChangeLine, ...]
    unchanged_since: float  # also while the state may not be said
    ribbons: tuple[RibbonLine, ...]
    rollup: Rollup | None
    commands: tuple[str, ...]
    unseen: tuple[str, ...]
    touches: Touches | None
    elects: bool
    failovers: tuple[Failover, ...]
    checks: ChecksPart | None
    fault: FaultRow | None
    missing: tuple[FaultRow, ...]
    late: Lateness | None

    @property
    def plane_name(self) -> str:
        return {"control": "control plane", "data": "data plane"}.get(self.plane, "add-on")

    @property
    def blind(self) -> bool:
        """Nobody vouches for it now: what the page lists is as it was last seen."""
        return self.late is not None and self.late.cause != "cluster"

    @property
    def stands(self) -> bool:
        """The state may be said although the cluster does not answer: its collector, which is alive, has judged just that."""
        return self.late is not None and self.late.cause == "cluster" and self.state in ("down", "unknown")


def is_agent(kind: str) -> bool:
    """Whether this kind runs on every node, so that the component is a roll-up of nodes."""
    return kind in AGENT_KINDS


def elects(detail: ComponentDetail) -> bool:
    """Whether its instances are seen, and one of them leads: else nobody can tell which."""
    return any(one.leader for one in detail.row.instances)


def component_page(
    detail: ComponentDetail,
    late: Lateness | None,
    *,
    nodes: Sequence[NodeCells] = (),
    changes: Sequence[ChangeRow] = (),
    ribbons: tuple[RibbonLine, ...] = (),
    rollup: Rollup | None = None,
    failovers: Sequence[Failover] = (),
    checks: ChecksPart | None = None,
) -> ComponentPage:
    """For the three agents of a node, which are roll-ups, `nodes` are the cluster's nodes, and `changes` the newest changes of the
    whole cluster, of which those of the agent are shown."""
    row = detail.row
    about = component_help.of(row.kind)
    shown = seen(row.state, row.last, row.because, late)
    related = sorted((*detail.changes, *(one for one in changes if one.agent == row.kind)), key=lambda one: -one.at)
    sick = _sick(row.kind, nodes) if is_agent(row.kind) else []
    return ComponentPage(
        cluster=detail.cluster,
        kind=row.kind,
        title=about.title,
        plane=row.plane,
        state=known(shown.state),
        last=shown.last if shown.state == "unknown" and shown.last != "unknown" else "",
        since=unknown_since(late, row.since),
        because=shown.because,
        does=about.does,
        away=about.away,
        evidence=evidence_lines(row.evidence, instances=row.instances),
        facts=figure_lines(row),
        instances=tuple(
            _instance(row.kind, one, late) for one in sorted(row.instances, key=lambda one: (not one.leader, one.name))
        ),
        is_agent=is_agent(row.kind),
        nodes=tuple(sick[:NODES_LISTED]),
        nodes_more=max(0, len(sick) - NODES_LISTED),
        nodes_summary=_summary(sick),
        changes=tuple(change_lines(related, _CHANGES)),
        unchanged_since=row.since,
        ribbons=ribbons,
        rollup=rollup,
        commands=commands(about.commands, detail.cluster),
        unseen=about.unseen if row.instances else (),
        touches=touches(detail, late, len(nodes)),
        elects=elects(detail),
        failovers=tuple(failovers),
        checks=checks,
        fault=detail.cluster.row.fault,
        missing=detail.cluster.row.missing if row.state in ("unknown", "not_observable") else (),
        late=late,
    )


def _instance(kind: str, row: InstanceRow, late: Lateness | None) -> InstanceLine:
    shown = seen(row.state, "", row.because, late)
    # Only what elects a leader has stand-bys: API servers all serve, and so do etcd's members.
    elects = kind in ("kube-controller-manager", "kube-scheduler", "cloud-controller-manager")
    return InstanceLine(
        state=known(shown.state),
        name=row.name,
        host=row.host if row.host != row.name else "",
        role="leader" if row.leader else "standby" if elects else "",
        because=shown.because if shown.state == row.state else f"Last known: {word(shown.last)}." if shown.last else "",
        version=row.version,
        restarts="" if row.restarts is None else counted(row.restarts, "restart"),
        own=own_line(row.own),
    )


def _sick(kind: str, nodes: Sequence[NodeCells]) -> list[NodeLine]:
    """The worst first, then by name."""
    field = kind.replace("-", "_")
    column = NodeCells._fields.index(field)
    lines = [NodeLine(known(str(one[column])), one.name, one.because, one.since) for one in nodes if one[column] != "healthy"]
    return sorted(lines, key=lambda line: (-severity(line.state), line.name))


def _summary(lines: list[NodeLine]) -> str:
    """ "3 down · 2 degraded"."""
    counts: dict[str, int] = {}
    for line in lines:
        counts[line.state] = counts.get(line.state, 0) + 1
    return " · ".join(f"{count:,} {word(state)}" for state, count in counts.items())
