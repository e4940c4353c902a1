"""All writing of what is collected: a few functions, one transaction each, behind the fence.

The fence: `take` increments a cluster's epoch, and every later write names the epoch it was taken with. The first statement of each
write is a conditional update of the cluster's own row, which also locks it; when no row matches, another collector has taken over
(or the cluster is gone or disabled) and nothing is written.
"""

from collections import defaultdict
from collections.abc import Sequence

import msgspec
from django.db import OperationalError, transaction
from django.db.models import F

from planes.models import Cluster, Component, Instance, Node
from planes.store import checks, columns, failovers, frozen, gone_nodes, instances, node_samples, samples
from planes.store.stored import Stored
from planes.store.upserts import Statement, Values
from planes.structs.history import Span
from planes.structs.moments import Epoch
from planes.structs.rows import ComponentRow, Frame

_encode = msgspec.json.encode

#: Names a statement, well within SQLite's bound on variables.
_BATCH = 500


class Fenced(Exception):  # noqa: N818  it is no error, it is the end of a term
    """The cluster belongs to another collector now, or is not to be watched any more. Stop; nothing was written."""


def take(cluster_id: int) -> int:
    """Take the cluster: the new epoch, in which offsets start at 0. Raises Fenced if it is gone or disabled.

    A collector before us that was frozen within a transaction holds the cluster's row, and may hold it for ever: where the row is
    not let go in time, the transactions that have held it for too long are ended by the server (planes.store.frozen).
    """
    try:
        return _take(cluster_id)
    except OperationalError:
        if not frozen.end_those_before_us():
            raise
        return _take(cluster_id)


def _take(cluster_id: int) -> int:
    with transaction.atomic():
        frozen.be_impatient()
        if not Cluster.objects.filter(pk=cluster_id, enabled=True).update(epoch=F("epoch") + 1, offset=0):
            raise Fenced
        return Cluster.objects.values_list("epoch", flat=True).get(pk=cluster_id)


def touch(cluster_id: int, epoch: int, at: float, identity: str = "", span: Span | None = None) -> None:
    """Say that the picture still held at `at` (epoch seconds), though nothing changed, which cluster it is of where that is known,
    and since when it has been watched. Raises Fenced."""
    fields: dict[str, float | str] = {"collected_at": at, "identity": identity} if identity else {"collected_at": at}
    with transaction.atomic():
        if not Cluster.objects.filter(pk=cluster_id, epoch=epoch, enabled=True).update(**fields):
            raise Fenced
        if span is not None:
            columns.WATCHED.run([(cluster_id, span.began, span.ended)])


def remember(cluster_id: int, epoch: int, baseline: bytes) -> None:
    """Keep what a later collector is to know, where there is nothing to show. Raises Fenced."""
    if not Cluster.objects.filter(pk=cluster_id, epoch=epoch, enabled=True).update(baseline=baseline):
        raise Fenced


def flush(
    cluster_id: int, epoch: int, offset: int, frame: Frame, *, baseline: bytes | None = None, stored: Stored | None = None
) -> Frame:
    """Store a frame as publication `offset` of `epoch`, in one transaction. A full frame also removes what is not in it: the frame
    that is returned names those too, so that a viewer of what was stored before it can follow. With `stored`, which a collector
    keeps from one flush to the next, only what differs from what it stored before is written.

    An offset that was stored already is not stored again: its commit succeeded although the answer was lost.
    Raises Fenced when the cluster was taken over, disabled or deleted; django.db.DatabaseError when SQL cannot take it.
    """
    fields: dict[str, object] = {"offset": offset, "collected_at": frame.at or None}
    if frame.cluster is not None:
        fields["row"] = _encode(frame.cluster)
    if frame.attention is not None:
        fields["attention"] = _encode(frame.attention)
    if baseline is not None:
        fields["baseline"] = baseline
    stored = Stored() if stored is None else stored
    stored.begin(cluster_id, epoch)
    try:
        with transaction.atomic():
            if not Cluster.objects.filter(pk=cluster_id, epoch=epoch, enabled=True, offset__lt=offset).update(**fields):
                if Cluster.objects.filter(pk=cluster_id, epoch=epoch, enabled=True).exists():
                    return frame
                raise Fenced
            gone_components = _components(cluster_id, frame, stored)
            gone_nodes = _nodes(cluster_id, frame, stored)
            columns.TRANSITION.run([columns.transition(cluster_id, change) for change in frame.changes])
            samples.keep(cluster_id, frame.samples)
            node_samples.keep(cluster_id, frame.node_samples)
            checks.note(cluster_id, frame.checks)
            if frame.survey is not None:
                columns.SURVEY.run([(cluster_id, _encode(frame.survey))])
    except BaseException:
        stored.forget()  # it may have been committed, or not
        raise
    done = msgspec.structs.replace(frame, gone_components=gone_components, gone_nodes=gone_nodes)
    stored.took(done)
    return done


def _components(cluster_id: int, frame: Frame, stored: Stored) -> list[str]:
    """Returns the kinds that were removed."""
    gone = set(frame.gone_components)
    if frame.full:
        known = Component.objects.filter(cluster=cluster_id).values_list("kind", flat=True)
        gone.update(set(known) - {row.kind for row in frame.components})
    if gone:
        instances.note_gone(cluster_id, frame.at, gone)
        Component.objects.filter(cluster=cluster_id, kind__in=gone).delete()
    columns.COMPONENT.run([columns.component(cluster_id, row) for row in frame.components])
    changed = [row for row in frame.components if row.kind in gone or stored.instances.get(row.kind) != row.instances]
    _instances(cluster_id, frame.at, changed)
    return sorted(gone)


def _instances(cluster_id: int, at: Epoch, rows: Sequence[ComponentRow]) -> None:
    """Instances in the order the judge gave them: theirs by id. Where they are as they were, nothing is written."""
    if not rows:
        return
    ids = dict(Component.objects.filter(cluster=cluster_id, kind__in=[row.kind for row in rows]).values_list("kind", "pk"))
    known: dict[int, list[Values]] = defaultdict(list)
    mine = Instance.objects.filter(component__in=ids.values()).order_by("pk")
    for values in mine.values_list(*columns.InstanceColumns._fields):
        known[values[0]].append(values)
    made = {ids[row.kind]: [columns.INSTANCE.fit(columns.instance(ids[row.kind], one)) for one in row.instances] for row in rows}
    changed = {pk: some for pk, some in made.items() if some != known[pk]}
    if changed:
        kinds = {pk: kind for kind, pk in ids.items()}
        before = {kinds[pk]: [(str(one[1]), str(one[2]), str(one[4])) for one in values] for pk, values in known.items()}
        turned = [row for row in rows if ids[row.kind] in changed]
        instances.note(cluster_id, at, turned, before)
        leaders = {kinds[pk]: [(str(one[1]), str(one[2])) for one in values if one[3]] for pk, values in known.items()}
        failovers.note(cluster_id, at, turned, leaders)
        Instance.objects.filter(component__in=changed).delete()
        columns.INSTANCE.run([one for some in changed.values() for one in some])


def _nodes(cluster_id: int, frame: Frame, stored: Stored) -> list[str]:
    """Returns the names that were removed."""
    gone = set(frame.gone_nodes)
    if frame.full:
        gone.update(set(Node.objects.filter(cluster=cluster_id).values_list("name", flat=True)) - frame.nodes.keys())
    listed = sorted(gone)
    gone_nodes.note(cluster_id, frame.at, listed)
    for start in range(0, len(listed), _BATCH):
        Node.objects.filter(cluster=cluster_id, name__in=listed[start : start + _BATCH]).delete()
    for statement, rows in _node_writes(cluster_id, frame, stored).items():
        statement.run(rows)
    return listed


def _node_writes(cluster_id: int, frame: Frame, stored: Stored) -> dict[Statement, list[Values]]:
    """Rows by the statement that writes as little of them as changed. Pods are the longest part and the facts the rarest."""
    writes: dict[Statement, list[Values]] = defaultdict(list)
    removed = set(frame.gone_nodes)
    for name, row in frame.nodes.items():
        before = stored.nodes.get(name) if name not in removed else None
        if before is row:
            continue
        facts, figures = columns.node(row)
        same = before is not None and columns.node_facts(before) == facts
        if before is not None and (before.pods is row.pods or before.pods == row.pods):
            if same:
                writes[columns.NODE_FIGURES].append((*figures, cluster_id, name))
            else:
                writes[columns.NODE_FACTS].append((*facts, *figures, cluster_id, name))
        elif same:
            writes[columns.NODE_PODS].append((*figures, columns.pods(row.pods), cluster_id, name))
        else:
            writes[columns.NODE].append((*facts, *figures, columns.pods(row.pods), cluster_id, name))
    return writes
