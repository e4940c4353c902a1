"""The answers of the API about one cluster, read through the selectors that pages and `status` read through."""

from collections import Counter
from collections.abc import Sequence

import msgspec

from dashboard import node_pages, pulses
from dashboard.node_pages import Asked
from dashboard.presenters.node_table import ordered, sorted_value, standing
from dashboard.presenters.words import known
from dashboard.rest import cursors
from dashboard.rest.asking import Nothing, Paged
from dashboard.rest.problems import RefusedError
from dashboard.rest.queries import InstancesQuery, NodesQuery
from dashboard.rest.shapes import (
    AgentItem,
    AttentionAnswer,
    AttentionItem,
    ClusterAnswer,
    ComponentAnswer,
    ComponentItem,
    ComponentsAnswer,
    Dated,
    EvidenceItem,
    InstanceItem,
    InstancesAnswer,
    NodeAnswer,
    NodeItem,
    NodesAnswer,
    PlaneState,
    PodItem,
    PodsAnswer,
)
from planes.components.registry import rank
from planes.live.wire import Lateness, NodeCells, node_cells
from planes.store import selectors
from planes.store.freshness import believed, lateness, seen, unknown_since
from planes.store.selectors import ClusterHead
from planes.structs.rows import AgentRow, AttentionRow, ComponentRow, EvidenceRow, InstanceRow, PlaneRow, PodRow


class Dates(msgspec.Struct, frozen=True):
    """How late what is stored of a cluster is, as each answer says it."""

    cluster: str
    as_of: float | None
    late: Lateness | None


def dates(heads: Sequence[ClusterHead], now: float) -> list[Dates]:
    """Of several clusters at once. `now`: epoch seconds."""
    found = []
    for head, fresh in zip(heads, pulses.all_freshness(list(heads)), strict=True):
        late = lateness(fresh, now)
        apart = late is not None and late.cause == "clocks"
        found.append(Dates(head.slug, None if apart else believed(fresh, late).collected_at, late))
    return found


def dated(head: ClusterHead, now: float) -> Dates:
    """Of one cluster."""
    return dates([head], now)[0]


class Lates(msgspec.Struct, frozen=True):
    """How late what is told of several clusters is."""

    as_of: float | None
    late: Lateness | None
    clusters: tuple[Dated, ...]


def across(heads: Sequence[ClusterHead], now: float) -> Lates:
    """Of several clusters together, and of each."""
    told = tuple(Dated(cluster=one.cluster, as_of=one.as_of, late=one.late) for one in dates(heads, now))
    known = [one.as_of for one in told if one.as_of is not None]
    # What is newest may be lacking where no cluster's collector vouches for it.
    blind = [one.late for one in told if one.late is not None and one.late.cause != "cluster"]
    late = max(blind, key=lambda one: one.since or 0.0) if blind and len(blind) == len(told) else None
    return Lates(min(known) if known and len(known) == len(told) else None, late, told)


class _Named(msgspec.Struct, array_like=True):
    """A place in a list that is sorted by two texts."""

    first: str
    second: str


class _NodePlace(msgspec.Struct, array_like=True):
    """A place in a list of nodes: the name, and what the list was sorted by."""

    name: str
    value: str | float | None


def cluster(head: ClusterHead, _: Nothing, now: float) -> ClusterAnswer:
    """One cluster, without what is in it."""
    row, told = head.row, dated(head, now)
    nodes = Counter(seen(known(one.state), "", "", told.late).state for one in selectors.node_summaries(head.slug))
    return ClusterAnswer(
        cluster=told.cluster,
        as_of=told.as_of,
        late=told.late,
        name=head.name,
        labels=head.labels,
        server=row.server,
        version=row.version,
        distribution=row.distribution,
        zones=row.zones,
        pods=row.pods,
        planes={"control": _plane(row.control, told.late), "data": _plane(row.data, told.late)},
        nodes=dict(sorted(nodes.items())),
        fault=row.fault,
        missing=row.missing,
    )


def components(head: ClusterHead, _: Nothing, now: float) -> ComponentsAnswer:
    """Its components, without their evidence."""
    told = dated(head, now)
    items = tuple(_component(one, told.late) for one in selectors.components(head.slug))
    return ComponentsAnswer(cluster=told.cluster, as_of=told.as_of, late=told.late, components=items)


def component(head: ClusterHead, kind: str, _: Nothing, now: float) -> ComponentAnswer:
    """One of them, with its evidence and its instances. Raises RefusedError (404)."""
    found = selectors.component(head.slug, kind)
    if found is None:
        kinds = ", ".join(one.kind for one in selectors.components(head.slug))
        raise RefusedError(404, f"Cluster {head.slug} has no component {kind}. It has: {kinds or 'none that was seen yet'}.")
    row, told = found.row, dated(head, now)
    return ComponentAnswer(
        cluster=told.cluster,
        as_of=told.as_of,
        late=told.late,
        component=_component(row, told.late),
        facts=row.facts,
        evidence=_evidence(row.evidence),
        instances=tuple(_instance(row.kind, one, told.late) for one in row.instances),
    )


def instances(head: ClusterHead, asked: InstancesQuery, now: float) -> InstancesAnswer:
    """The instances of all components of its control plane."""
    told = dated(head, now)
    every = [_instance(row.kind, one, told.late) for row in selectors.components(head.slug) for one in row.instances]
    found = [one for one in every if asked.component in ("", one.component) and asked.state in ("", one.state)]
    found.sort(key=lambda one: (rank(one.component), one.name))
    of = ("instances", head.slug, asked.component, asked.state)
    place = cursors.read(asked.cursor, _Named, *of)
    rest = found if place is None else [one for one in found if (rank(one.component), one.name) > (rank(place.first), place.second)]
    shown = tuple(rest[: asked.limit])
    more = cursors.written(_Named(shown[-1].component, shown[-1].name), *of) if len(rest) > len(shown) else None
    return InstancesAnswer(cluster=told.cluster, as_of=told.as_of, late=told.late, count=len(found), next=more, instances=shown)


def nodes(head: ClusterHead, asked: NodesQuery, now: float) -> NodesAnswer:
    """Its nodes, filtered and sorted as the page of nodes has them."""
    told = dated(head, now)
    wanted = Asked(query=" ".join(asked.q.split()), sort=asked.sort, page=1, size=asked.limit, columns=())
    every, found = node_pages.matching(head.slug, wanted)
    of = ("nodes", head.slug, wanted.query, asked.sort)
    place = cursors.read(asked.cursor, _NodePlace, *of)
    rest = found if place is None else _after(found, place, asked.sort)
    shown = rest[: asked.limit]
    more = None
    if len(rest) > len(shown):
        more = cursors.written(_NodePlace(shown[-1].name, sorted_value(shown[-1], asked.sort)), *of)
    return NodesAnswer(
        cluster=told.cluster,
        as_of=told.as_of,
        late=told.late,
        count=len(every),
        found=len(found),
        next=more,
        nodes=tuple(_node(one, told.late) for one in shown),
    )


def node(head: ClusterHead, name: str, _: Nothing, now: float) -> NodeAnswer:
    """One of them, with its agents' evidence. Raises RefusedError (404)."""
    found = selectors.node(head.slug, name)
    if found is None:
        raise RefusedError(404, f"Cluster {head.slug} has no node {name}.")
    row, told = found.row, dated(head, now)
    agents = {"kubelet": row.kubelet, "kube-proxy": row.kube_proxy, "container-runtime": row.container_runtime}
    return NodeAnswer(
        cluster=told.cluster,
        as_of=told.as_of,
        late=told.late,
        node=_node(node_cells(row), told.late),
        agents={kind: _agent(one, told.late) for kind, one in agents.items()},
        beat=pulses.heartbeat(head, name),
        uid=row.uid,
        roles=row.roles,
        traits=row.traits,
        leaving=row.leaving,
        leaving_since=row.leaving_since,
        address=row.address,
        os_image=row.os_image,
        kernel=row.kernel,
        architecture=row.architecture,
        labels=row.labels,
        conditions=row.conditions,
        taints=row.taints,
        events=row.events,
    )


def pods(head: ClusterHead, name: str, asked: Paged, now: float) -> PodsAnswer:
    """The pods of one of its nodes. Raises RefusedError (404)."""
    found = selectors.node(head.slug, name)
    if found is None:
        raise RefusedError(404, f"Cluster {head.slug} has no node {name}.")
    told = dated(head, now)
    every = sorted(found.row.pods, key=lambda one: (one.namespace, one.name))
    of = ("pods", head.slug, name)
    place = cursors.read(asked.cursor, _Named, *of)
    rest = every if place is None else [one for one in every if (one.namespace, one.name) > (place.first, place.second)]
    shown = rest[: asked.limit]
    more = cursors.written(_Named(shown[-1].namespace, shown[-1].name), *of) if len(rest) > len(shown) else None
    return PodsAnswer(
        cluster=told.cluster,
        as_of=told.as_of,
        late=told.late,
        node=name,
        count=len(every),
        next=more,
        pods=tuple(_pod(one) for one in shown),
    )


def attention(head: ClusterHead, _: Nothing, now: float) -> AttentionAnswer:
    """What needs somebody."""
    told = dated(head, now)
    rows = tuple(_needs(one, told.late) for one in selectors.attention(head.slug))
    return AttentionAnswer(cluster=told.cluster, as_of=told.as_of, late=told.late, attention=rows)


def _after(found: list[NodeCells], place: _NodePlace, sort: str) -> list[NodeCells]:
    """What comes after a place, whether or not a node still stands there."""
    mark = standing(place.name, sort, place.value)
    listed = ordered([*(one for one in found if one.name != place.name), mark], sort)
    at = next(number for number, one in enumerate(listed) if one is mark)
    return listed[at + 1 :]


def _plane(plane: PlaneRow | None, late: Lateness | None) -> PlaneState:
    if plane is None:
        return PlaneState("unknown", "", late.because if late is not None else "It has not been judged yet.", None)
    shown = seen(plane.state, plane.last, plane.because, late)
    return PlaneState(shown.state, shown.last, shown.because, unknown_since(late, plane.since))


def _component(row: ComponentRow, late: Lateness | None) -> ComponentItem:
    shown = seen(row.state, row.last, row.because, late)
    since = unknown_since(late, row.since)
    return ComponentItem(row.kind, row.plane, shown.state, shown.last, since, shown.because, row.line, len(row.instances))


def _evidence(rows: Sequence[EvidenceRow]) -> tuple[EvidenceItem, ...]:
    return tuple(EvidenceItem(one.signal, one.now, one.should_be, one.state, one.source, one.at) for one in rows)


def _agent(row: AgentRow, late: Lateness | None) -> AgentItem:
    shown = seen(row.state, row.last, row.because, late)
    since = unknown_since(late, row.since)
    return AgentItem(shown.state, shown.last, shown.because, since, row.line, row.version, _evidence(row.evidence))


def _instance(kind: str, row: InstanceRow, late: Lateness | None) -> InstanceItem:
    shown = seen(row.state, "", row.because, late)
    return InstanceItem(kind, row.name, row.host, row.leader, shown.state, shown.last, shown.because, row.version, row.restarts)


def _node(cells: NodeCells, late: Lateness | None) -> NodeItem:
    def state(stored: str) -> str:
        return seen(known(stored), "", "", late).state

    shown = seen(known(cells.state), "", cells.because, late)
    return NodeItem(
        name=cells.name,
        state=shown.state,
        last=shown.last,
        because=shown.because,
        since=unknown_since(late, cells.since),
        kubelet=state(cells.kubelet),
        kube_proxy=state(cells.kube_proxy),
        container_runtime=state(cells.container_runtime),
        control_plane=cells.control_plane,
        cordoned=cells.cordoned,
        zone=cells.zone,
        pool=cells.pool,
        instance_type=cells.instance_type,
        version=cells.version,
        runtime_version=cells.runtime_version,
        cpu=cells.cpu,
        memory=cells.memory,
        pods=cells.pods_used,
        pods_max=cells.pods_max,
        created=cells.created,
    )


def _pod(row: PodRow) -> PodItem:
    return PodItem(row.namespace, row.name, row.phase, row.ready, row.containers, row.restarts, row.reason, row.created, row.owner)


def _needs(row: AttentionRow, late: Lateness | None) -> AttentionItem:
    shown = seen(row.state, "", row.because, late)
    agents = {name: seen(known(state), "", "", late).state for name, state in row.agents.items()}
    since = unknown_since(late, row.since)
    return AttentionItem(row.kind, row.name, row.title, shown.state, shown.last, shown.because, since, row.count, agents, row.names)
