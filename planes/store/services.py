"""All writing of what is collected: a few functions, one transaction each, behind the fence.

The fence: `take` increments a cluster's epoch, and every later write names the epoch it was taken with. The first statement of each
write is a conditional update of the cluster's own row, which also locks it; when no row matches, another collector has taken over
(or the cluster is gone or disabled) and nothing is written.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TypeVar

import msgspec
from django.db import transaction
from django.db.models import CharField, F, Model, TextField

from planes.live import wire
from planes.models import Cluster, Component, Instance, Node, Transition
from planes.structs.rows import ComponentRow, Frame, NodeRow

_encode = msgspec.json.encode

M = TypeVar("M", bound=Model)
TEXTS = (CharField, TextField)
#: Rows a statement: SQLite's bound on variables, 32,766, divided by a node's columns, with room to spare.
_BATCH = 500


class Fenced(Exception):  # noqa: N818  it is no error, it is the end of a term
    """The cluster belongs to another collector now, or is not to be watched any more. Stop; nothing was written."""


def take(cluster_id: int) -> int:
    """Take the cluster: the new epoch, in which offsets start at 0. Raises Fenced if it is gone or disabled."""
    with transaction.atomic():
        if not Cluster.objects.filter(pk=cluster_id, enabled=True).update(epoch=F("epoch") + 1, offset=0):
            raise Fenced
        return Cluster.objects.values_list("epoch", flat=True).get(pk=cluster_id)


def touch(cluster_id: int, epoch: int, at: float) -> None:
    """Say that the picture still held at `at` (epoch seconds), though nothing changed. Raises Fenced."""
    if not Cluster.objects.filter(pk=cluster_id, epoch=epoch, enabled=True).update(collected_at=at):
        raise Fenced


def flush(cluster_id: int, epoch: int, offset: int, frame: Frame, *, baseline: bytes | None = None) -> Frame:
    """Store a frame as publication `offset` of `epoch`, in one transaction. A full frame also removes what is not in it: the frame
    that is returned names those too, so that a viewer of what was stored before it can follow.

    An offset that was stored already is not stored again: its commit succeeded although the answer was lost.
    Raises Fenced when the cluster was taken over, disabled or deleted; django.db.DatabaseError when SQL cannot take it.
    """
    fields: dict[str, object] = {"offset": offset, "collected_at": frame.at}
    if frame.cluster is not None:
        fields["row"] = _encode(frame.cluster)
    if frame.attention is not None:
        fields["attention"] = _encode(frame.attention)
    if baseline is not None:
        fields["baseline"] = baseline
    with transaction.atomic():
        if not Cluster.objects.filter(pk=cluster_id, epoch=epoch, enabled=True, offset__lt=offset).update(**fields):
            if Cluster.objects.filter(pk=cluster_id, epoch=epoch, enabled=True).exists():
                return frame
            raise Fenced
        gone_components = _components(cluster_id, frame)
        gone_nodes = _nodes(cluster_id, frame)
        Transition.objects.bulk_create(
            _fit(
                Transition(
                    cluster_id=cluster_id,
                    subject_kind=change.subject_kind,
                    subject=change.subject,
                    agent=change.agent,
                    before=change.before,
                    after=change.after,
                    because=change.because,
                    at=change.at,
                    group=change.group,
                )
                for change in frame.changes
            ),
            batch_size=_BATCH,
        )
    return msgspec.structs.replace(frame, gone_components=gone_components, gone_nodes=gone_nodes)


def prune(before: float, keep: int) -> int:
    """Forget changes older than `before` (epoch seconds), and all but the newest `keep` of each cluster. Returns how many."""
    removed, _ = Transition.objects.filter(at__lt=before).delete()
    for cluster_id in Cluster.objects.values_list("pk", flat=True):
        with transaction.atomic():
            beyond = Transition.objects.filter(cluster=cluster_id)[keep : keep + 1].first()
            if beyond is not None:
                gone, _ = Transition.objects.filter(cluster=cluster_id, at__lte=beyond.at).delete()
                removed += gone
    return removed


def _fit(rows: Iterable[M]) -> list[M]:
    """What a cluster says, made to fit: PostgreSQL takes no NUL, and no more than a column's length. JSON columns have it whole."""
    listed = list(rows)
    if listed:
        texts = [(field.attname, field.max_length) for field in listed[0]._meta.concrete_fields if isinstance(field, TEXTS)]
        for row in listed:
            for name, length in texts:
                text: str = getattr(row, name)
                if "\x00" in text or (length is not None and len(text) > length):
                    setattr(row, name, text.replace("\x00", "\ufffd")[:length])
    return listed


def _components(cluster_id: int, frame: Frame) -> list[str]:
    """Returns the kinds that were removed."""
    gone = set(frame.gone_components)
    if frame.full:
        known = Component.objects.filter(cluster=cluster_id).values_list("kind", flat=True)
        gone.update(set(known) - {row.kind for row in frame.components})
    if gone:
        Component.objects.filter(cluster=cluster_id, kind__in=gone).delete()
    if not frame.components:
        return sorted(gone)
    Component.objects.bulk_create(
        _fit(
            Component(
                cluster_id=cluster_id,
                kind=row.kind,
                plane=row.plane,
                state=row.state,
                last=row.last,
                since=row.since,
                because=row.because,
                line=row.line,
                facts=_encode(row.facts),
                evidence=_encode(row.evidence),
            )
            for row in frame.components
        ),
        update_conflicts=True,
        unique_fields=["cluster", "kind"],
        update_fields=["plane", "state", "last", "since", "because", "line", "facts", "evidence"],
    )
    _instances(cluster_id, frame.components)
    return sorted(gone)


def _instances(cluster_id: int, rows: Sequence[ComponentRow]) -> None:
    """Instances in the order the judge gave them: theirs by id. Where they are as they were, nothing is written."""
    ids = dict(Component.objects.filter(cluster=cluster_id).values_list("kind", "pk"))
    known: dict[int, list[tuple[object, ...]]] = defaultdict(list)
    mine = Instance.objects.filter(component__in=[ids[row.kind] for row in rows]).order_by("pk")
    for component_id, *values in mine.values_list("component_id", *_INSTANCE_FIELDS):
        known[component_id].append(tuple(values))
    made = {
        ids[row.kind]: _fit(
            Instance(
                component_id=ids[row.kind],
                name=one.name,
                host=one.host,
                leader=one.leader,
                state=one.state,
                because=one.because,
                version=one.version,
                restarts=one.restarts,
            )
            for one in row.instances
        )
        for row in rows
    }
    changed = {pk: some for pk, some in made.items() if [_values(one) for one in some] != known[pk]}
    if changed:
        Instance.objects.filter(component__in=changed).delete()
        Instance.objects.bulk_create([one for some in changed.values() for one in some], batch_size=_BATCH)


_INSTANCE_FIELDS = ("name", "host", "leader", "state", "because", "version", "restarts")


def _values(one: Instance) -> tuple[object, ...]:
    return tuple(getattr(one, name) for name in _INSTANCE_FIELDS)


_NODE_FIELDS = [
    "state",
    "kubelet",
    "kube_proxy",
    "container_runtime",
    "because",
    "since",
    "zone",
    "pool",
    "instance_type",
    "control_plane",
    "cordoned",
    "version",
    "runtime_version",
    "created",
    "pods_used",
    "pods_max",
    "cpu",
    "memory",
    "row",
]


def _nodes(cluster_id: int, frame: Frame) -> list[str]:
    """Returns the names that were removed."""
    gone = set(frame.gone_nodes)
    if frame.full:
        gone.update(set(Node.objects.filter(cluster=cluster_id).values_list("name", flat=True)) - frame.nodes.keys())
    listed = sorted(gone)
    for start in range(0, len(listed), _BATCH):
        Node.objects.filter(cluster=cluster_id, name__in=listed[start : start + _BATCH]).delete()
    Node.objects.bulk_create(
        _fit(_node(cluster_id, row) for row in frame.nodes.values()),
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["cluster", "name"],
        update_fields=_NODE_FIELDS,
    )
    return listed


def _node(cluster_id: int, row: NodeRow) -> Node:
    return Node(
        cluster_id=cluster_id,
        name=row.name,
        state=row.state,
        kubelet=row.kubelet.state,
        kube_proxy=row.kube_proxy.state,
        container_runtime=row.container_runtime.state,
        because=row.because,
        since=row.since,
        zone=row.zone,
        pool=row.pool,
        instance_type=row.instance_type,
        control_plane=row.control_plane,
        cordoned=row.cordoned,
        version=row.kubelet.version,
        runtime_version=row.container_runtime.version,
        created=row.created,
        pods_used=row.pods_used,
        pods_max=row.pods_max,
        cpu=wire.share(row.cpu_used, row.cpu_max),
        memory=wire.share(row.memory_used, row.memory_max),
        row=_encode(row),
    )
