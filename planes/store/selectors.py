"""All reading of what is stored: typed rows for pages, the API, the hub and `manage.py status`. No query stands elsewhere, but for
the history's (planes.store.history)."""

import time
from collections import Counter, defaultdict
from collections.abc import Collection

import msgspec
from django.db.models import Count, Exists, Min, OuterRef, Q

from planes.components.registry import rank
from planes.live import wire
from planes.models import Cluster, Component, Instance, Node, Transition
from planes.store import stored_components
from planes.store.naming import by_name
from planes.store.reading import one_view
from planes.structs import time_tokens
from planes.structs.moments import Epoch
from planes.structs.rows import (
    AttentionRow,
    ChangeRow,
    ClusterRow,
    ComponentRow,
    NodeRow,
    PodRow,
)
from planes.structs.verdicts import State


class _Version(msgspec.Struct):
    version: str = ""


class _Proxied(msgspec.Struct):
    """As much of a node's row as tells its kube-proxy's version."""

    kube_proxy: _Version


_cluster = msgspec.json.Decoder(ClusterRow)
_attention = msgspec.json.Decoder(list[AttentionRow])
_labels = msgspec.json.Decoder(dict[str, str])
_proxy = msgspec.json.Decoder(_Proxied)
_node = msgspec.json.Decoder(NodeRow)
_pods = msgspec.json.Decoder(tuple[PodRow, ...])

#: How many changes a picture and a page carry.
RECENT = 50
#: Changes of one group that are listed one by one.
GROUPED = 8
#: So often older changes are looked for where the newest are all of a few groups.
_BATCHES = 6
#: A group's changes lie within so many seconds.
GROUP_SPAN = 3600.0


class ClusterHead(msgspec.Struct, frozen=True):
    """A cluster without what is in it."""

    id: int
    slug: str
    name: str
    source: str  # models.Cluster.Source
    kubeconfig: str
    context: str
    enabled: bool
    epoch: int
    offset: int
    collected_at: float | None  # epoch seconds of the last flush
    row: ClusterRow
    identity: str = ""  # uid of its kube-system namespace, as first seen; empty: not seen yet
    remembered_from: float | None = None  # epoch seconds: changes before it were removed; None: none were
    given: str = ""  # the short name that its context has, whatever an operator calls it
    labels: dict[str, str] = {}  # by an operator, and by what names the cluster where the operator says nothing else
    off: bool = False  # an operator stopped watching it


class ComponentSummary(msgspec.Struct, frozen=True):
    kind: str
    plane: str
    state: str
    last: str
    since: float
    because: str
    line: str


class ClusterSummary(msgspec.Struct, frozen=True):
    """A cluster as a card shows it. `nodes` counts nodes by state; states without nodes are left out."""

    head: ClusterHead
    components: tuple[ComponentSummary, ...]
    nodes: dict[str, int]
    attention: tuple[AttentionRow, ...]

    @property
    def slug(self) -> str:
        return self.head.slug

    @property
    def name(self) -> str:
        return self.head.name

    @property
    def row(self) -> ClusterRow:
        return self.head.row


class Beside(msgspec.Struct, frozen=True):
    """Another component of the same cluster. `last`: what it was, while `state` is "unknown"."""

    kind: str
    state: State
    last: str
    because: str


class ComponentDetail(msgspec.Struct, frozen=True):
    """`changes` are this component's, newest first. `beside`: the other components of its cluster. `nodes`: names of those nodes of
    the cluster on which its instances are, in their order."""

    cluster: ClusterHead
    row: ComponentRow
    changes: tuple[ChangeRow, ...]
    beside: tuple[Beside, ...] = ()
    nodes: tuple[str, ...] = ()


class NodeDetail(msgspec.Struct, frozen=True):
    """`changes` are this node's and its agents', newest first."""

    cluster: ClusterHead
    row: NodeRow
    changes: tuple[ChangeRow, ...]


class NodeSummary(msgspec.Struct, frozen=True):
    """A node with its three agents' states."""

    name: str
    state: str
    because: str
    since: float
    kubelet: str
    kube_proxy: str
    container_runtime: str


def watched(by: Collection[str] = ()) -> list[ClusterHead]:
    """The enabled clusters, by name; with `by`, those that one of these has declared."""
    found = Cluster.objects.filter(enabled=True)
    return [head_of(one) for one in by_name(found.filter(declared__by__in=by).distinct() if by else found)]


def cluster(slug: str) -> ClusterHead | None:
    """One enabled cluster."""
    return head_of(found) if (found := Cluster.objects.filter(slug=slug, enabled=True).first()) else None


def cluster_by_id(cluster_id: int) -> ClusterHead | None:
    """One cluster, enabled or not."""
    found = Cluster.objects.filter(pk=cluster_id).first()
    return head_of(found) if found else None


def baseline(cluster_id: int) -> bytes:
    """What the cluster has been seen to have, as the rules wrote it; b"{}" if nothing yet."""
    found = Cluster.objects.filter(pk=cluster_id).values_list("baseline", flat=True).first()
    return bytes(found) if found else b"{}"


def clusters() -> list[ClusterSummary]:
    """The enabled clusters with their components and counts, by name: three queries, however many clusters there are."""
    with one_view():
        found = by_name(Cluster.objects.filter(enabled=True))
        components: dict[int, list[ComponentSummary]] = defaultdict(list)
        fields = ("cluster_id", "kind", "plane", "state", "last", "since", "because", "line")
        for cluster_id, *values in Component.objects.filter(cluster__enabled=True).values_list(*fields):
            components[cluster_id].append(ComponentSummary(*values))
        nodes: dict[int, dict[str, int]] = defaultdict(dict)
        counts = Node.objects.filter(cluster__enabled=True).values_list("cluster_id", "state").annotate(count=Count("id"))
        for cluster_id, state, count in counts.order_by("cluster_id", "state"):
            nodes[cluster_id][state] = count
    return [
        ClusterSummary(
            head=head_of(one),
            components=tuple(sorted(components[one.pk], key=lambda component: rank(component.kind))),
            nodes=nodes[one.pk],
            attention=tuple(_attention.decode(one.attention)),
        )
        for one in found
    ]


def snapshot(slug: str) -> wire.Snapshot | None:
    """The whole picture of one enabled cluster at one offset, as it goes out; None if there is no such cluster."""
    with one_view():
        found = Cluster.objects.filter(slug=slug, enabled=True).first()
        if found is None:
            return None
        components = stored_components.of_cluster(found.pk)
        nodes = Node.objects.filter(cluster=found).order_by("name").values_list(*wire.NodeCells._fields)
        rows = [wire.node_values(wire.NodeCells(*values)) for values in nodes]
        recent = _recent(found.pk, RECENT)
    return wire.Snapshot(
        v=wire.VERSION,
        epoch=str(found.epoch),
        o=found.offset,
        at=found.collected_at or 0.0,
        now=time.time(),
        slug=found.slug,
        name=found.name,
        cluster=_cluster.decode(found.row),
        components=components,
        columns=wire.NODE_COLUMNS,
        nodes=wire.columnar(rows),
        attention=_attention.decode(found.attention),
        changes=recent,
    )


def components(slug: str) -> list[ComponentRow]:
    """The components of one enabled cluster in the order of the registry, add-ons last."""
    with one_view():
        found = Cluster.objects.filter(slug=slug, enabled=True).first()
        return stored_components.of_cluster(found.pk) if found else []


def component(slug: str, kind: str) -> ComponentDetail | None:
    """One component with its evidence and instances; None if the cluster or the component is not there."""
    with one_view():
        found = Cluster.objects.filter(slug=slug, enabled=True).first()
        every = {one.kind: one for one in Component.objects.filter(cluster=found)} if found else {}
        if found is None or kind not in every:
            return None
        meant = every.pop(kind)
        node = Node.objects.filter(cluster=found, name=OuterRef("host"))
        instances = list(Instance.objects.filter(component=meant).order_by("pk").annotate(on_node=Exists(node)))
        about = Transition.objects.filter(cluster=found, subject_kind="Component", subject=kind)[:RECENT]
        return ComponentDetail(
            cluster=head_of(found),
            row=stored_components.of_stored(meant, instances),
            changes=tuple(change_of(one) for one in about),
            beside=tuple(Beside(one.kind, State(one.state), one.last, one.because) for one in every.values()),
            nodes=tuple(dict.fromkeys(one.host for one in instances if one.on_node)),
        )


def node(slug: str, name: str) -> NodeDetail | None:
    """One node with its agents' evidence, its pods and events; None if the cluster or the node is not there."""
    with one_view():
        found = Cluster.objects.filter(slug=slug, enabled=True).first()
        values = Node.objects.filter(cluster=found, name=name).values_list("row", "pods").first() if found else None
        if found is None or values is None:
            return None
        about = Transition.objects.filter(cluster=found, subject_kind="Node", subject=name)[:RECENT]
        return NodeDetail(cluster=head_of(found), row=_node_row(*values), changes=tuple(change_of(one) for one in about))


def proxy_versions(slug: str) -> dict[str, int]:
    """How many nodes of one enabled cluster run which version of kube-proxy. No column has it: of each row only that is read."""
    found = Node.objects.filter(cluster__slug=slug, cluster__enabled=True).values_list("row", flat=True)
    return Counter(_proxy.decode(row).kube_proxy.version for row in found.iterator(chunk_size=500))


def node_cells(slug: str) -> list[wire.NodeCells]:
    """What the picture has of every node of one enabled cluster, by name."""
    found = Node.objects.filter(cluster__slug=slug, cluster__enabled=True).order_by("name")
    return [wire.NodeCells(*values) for values in found.values_list(*wire.NodeCells._fields)]


def node_summaries(slug: str) -> list[NodeSummary]:
    """Every node of one enabled cluster, by name."""
    fields = ("name", "state", "because", "since", "kubelet", "kube_proxy", "container_runtime")
    found = Node.objects.filter(cluster__slug=slug, cluster__enabled=True).order_by("name")
    return [NodeSummary(*values) for values in found.values_list(*fields)]


def changes(slug: str, limit: int = RECENT) -> list[ChangeRow]:
    """The announced changes of one enabled cluster, newest first."""
    found = Cluster.objects.filter(slug=slug, enabled=True).first()
    return _changes(found.pk, limit) if found else []


def attention(slug: str) -> tuple[AttentionRow, ...]:
    """What needs somebody in one enabled cluster, the worst first."""
    found = Cluster.objects.filter(slug=slug, enabled=True).values_list("attention", flat=True).first()
    return tuple(_attention.decode(found)) if found else ()


def node_rows(cluster_id: int) -> list[NodeRow]:
    """All nodes of a cluster as they were last judged: what a collector restores from when it takes over."""
    return [_node_row(*values) for values in Node.objects.filter(cluster=cluster_id).order_by("name").values_list("row", "pods")]


def component_rows(cluster_id: int) -> list[ComponentRow]:
    """All components of a cluster as they were last judged."""
    return stored_components.of_cluster(cluster_id)


def _node_row(row: bytes | memoryview, pods: bytes | memoryview | None) -> NodeRow:
    """A node from its two columns. What an older version stored has its pods in the first."""
    decoded = _node.decode(row)
    return decoded if pods is None else msgspec.structs.replace(decoded, pods=_pods.decode(pods))


def head_of(found: Cluster) -> ClusterHead:
    """Of a row."""
    return ClusterHead(
        id=found.pk,
        slug=found.slug,
        name=found.title or found.name,
        source=found.source,
        kubeconfig=found.kubeconfig,
        context=found.context,
        enabled=found.enabled,
        epoch=found.epoch,
        offset=found.offset,
        collected_at=found.collected_at,
        row=_cluster.decode(found.row),
        identity=found.identity,
        remembered_from=found.remembered_from,
        given=found.name,
        labels=_labels_of(found),
        off=found.off,
    )


def _labels_of(found: Cluster) -> dict[str, str]:
    merged = {**_labels.decode(found.told), **_labels.decode(found.labels)}
    return {key: value for key, value in merged.items() if value}


def _changes(cluster_id: int, limit: int) -> list[ChangeRow]:
    return [change_of(one) for one in Transition.objects.filter(cluster=cluster_id)[:limit]]


def changes_until(cluster_id: int, at: float, limit: int = RECENT) -> list[ChangeRow]:
    """The announced changes of a cluster that were the newest at a moment, epoch seconds; groups as in its picture."""
    return _recent(cluster_id, limit, at)


def _recent(cluster_id: int, limit: int, until: float | None = None) -> list[ChangeRow]:
    """The newest changes. Of a group only GROUPED are listed, so that a zone's thousand nodes do not hide what else happened; the
    last of them says how many more there are."""
    every = Transition.objects.filter(cluster=cluster_id)
    if until is not None:
        every = every.filter(at__lte=until)
    rest, listed, told = every, list[Transition](), Counter[str]()
    for _ in range(_BATCHES):
        batch = list(rest[:limit])
        for one in batch:
            told[one.group] += 1
            if not one.group or told[one.group] <= GROUPED:
                listed.append(one)
        if len(batch) < limit or len(listed) >= limit:
            break
        last = batch[-1]
        older = Q(at__lt=last.at) | Q(at=last.at, id__lt=last.pk)
        rest = every.filter(older).exclude(group__in=[group for group, count in told.items() if group and count >= GROUPED])
    rows = [change_of(one) for one in listed[:limit]]
    shown = Counter(row.group for row in rows)
    full = [group for group, count in shown.items() if group and count >= GROUPED]
    if full:
        since = min(row.at for row in rows) - GROUP_SPAN
        counts = every.filter(at__gte=since, group__in=full).order_by().values_list("group").annotate(Count("id"), Min("at"))
        for group, count, first in counts:
            if count == shown[group]:
                continue
            at = max(at for at, row in enumerate(rows) if row.group == group)
            rows[at] = msgspec.structs.replace(rows[at], more=count - shown[group], more_from=Epoch(first))
    return rows


def change_of(one: Transition) -> ChangeRow:
    """Of a row."""
    return ChangeRow(
        subject_kind=one.subject_kind,
        subject=one.subject,
        agent=one.agent,
        before=State(one.before),
        after=State(one.after),
        because=time_tokens.render(one.because, one.at),  # rows of versions before this one hold ages that would run on
        at=Epoch(one.at),
        group=one.group,
        about=one.about,
        led=None if one.led is None else Epoch(one.led),
    )
