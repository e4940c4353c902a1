"""Forgetting: what is older than its time, and then, while the database is larger than it may be, whatever is oldest.

Bounded batches, a transaction each, so that no collector waits long for its turn. Before changes are removed, their cluster is told
from when on its changes are whole (Cluster.remembered_from): nothing is said of the time before it, not even while it is removed.
"""

import logging
from collections.abc import Iterable

import msgspec
from django.db import connection, transaction
from django.db.models import F, Model, QuerySet
from django.db.models.functions import Coalesce, Greatest

from planes.models import Cluster, InstanceTurn, NodeSample, Sample, Transition, Watched
from planes.store import instances, node_samples
from planes.store.samples import STEPS
from planes.structs.samples import Step

logger = logging.getLogger(__name__)

#: Rows that one transaction removes.
_BATCH = 1_000
#: What is newer than so many seconds is never removed for room.
_LEAST = 3_600.0
#: How often in one run the size is looked at again, each time a twentieth of the remembered time shorter.
_ROUNDS = 40
#: Pages of SQLite's file that are given back at once, and free pages that are left for what comes next.
_PAGES, _SPARE = 1_000, 250
#: Bytes of a row beside its columns in PostgreSQL: its header and line pointer (28), and its share of three indexes.
_BESIDE = 28 + 120


class Limits(msgspec.Struct, frozen=True):
    """Changes and spans are kept for `history` seconds, at most `changes` of each cluster, figures as `steps` say, those of
    single nodes as `node_steps`; `size` is what the database may hold, bytes."""

    history: float
    changes: int
    size: float
    steps: tuple[Step, ...] = STEPS
    node_steps: tuple[Step, ...] = node_samples.STEPS


class Pruned(msgspec.Struct, frozen=True):
    """`changes`: how many were removed; `room`: the moment before which all was removed for room, epoch seconds, None: nothing was;
    `size`: what the database holds now, bytes; `given_back`: bytes that SQLite's file has become smaller by."""

    changes: int
    room: float | None
    size: int
    given_back: int


def prune(now: float, limits: Limits) -> Pruned:
    """Forget what is to be forgotten at `now`, epoch seconds. Raises django.db.Error."""
    removed = changes(now - limits.history, limits.changes) + instances.prune(now - limits.history, limits.changes)
    for step in limits.steps:
        _delete(Sample.objects.filter(step=step.seconds, began__lt=now - step.kept))
    for step in limits.node_steps:
        _delete(NodeSample.objects.filter(step=step.seconds, began__lt=now - step.kept))
    room, for_room = _make_room(now, limits.size, limits.changes)
    return Pruned(removed + for_room, room, size(), give_back())


def changes(before: float, keep: int) -> int:
    """Forget changes and spans older than `before` (epoch seconds), and all but the newest `keep` changes of each cluster. Returns
    how many changes."""
    _delete(Watched.objects.filter(ended__lt=before))
    removed = 0
    for cluster_id in Cluster.objects.values_list("pk", flat=True):
        mine = Transition.objects.filter(cluster=cluster_id)
        beyond = mine[keep : keep + 1].first()
        if mine.filter(at__lt=before).exists():
            _remember_from([cluster_id], before)
            removed += _delete(mine.filter(at__lt=before))
        if beyond is not None:
            _remember_from([cluster_id], beyond.at)
            removed += _delete(mine.filter(at__lte=beyond.at))
    return removed


def size() -> int:
    """What the database holds, bytes. Of SQLite the pages of its file that are in use; of PostgreSQL, whose files never become
    smaller by themselves, what the rows of the history take, from their number and the sizes of the newest."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size"
            )
            return int(cursor.fetchone()[0])
        total = 0.0
        for model in (Transition, InstanceTurn, Watched, Sample, NodeSample):
            table = model._meta.db_table
            newest = f"SELECT pg_column_size(one.*) AS bytes FROM {table} one ORDER BY id DESC LIMIT 1000"  # noqa: S608  ours
            cursor.execute(f"SELECT (SELECT count(*) FROM {table}) * (SELECT avg(bytes) + {_BESIDE} FROM ({newest}) newest)")  # noqa: S608
            total += float(cursor.fetchone()[0] or 0.0)
        return int(total)


def give_back() -> int:
    """Give free pages of SQLite's file back to the disk, some at a time. Returns how many bytes. A file of an earlier version keeps
    them for what comes next (docs/operating.md says how to change it)."""
    if connection.vendor != "sqlite":
        return 0
    with connection.cursor() as cursor:
        if _pragma("auto_vacuum") != 2:
            return 0
        before, free = _pragma("page_count"), _pragma("freelist_count")
        while free > _SPARE:
            cursor.execute(f"PRAGMA incremental_vacuum({min(_PAGES, free - _SPARE)})")
            cursor.fetchall()
            left = _pragma("freelist_count")
            if left >= free:
                break
            free = left
        return max(0, before - _pragma("page_count")) * _pragma("page_size")


def _pragma(name: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {name}")
        return int(cursor.fetchone()[0])


def _make_room(now: float, most: float, most_turns: int) -> tuple[float | None, int]:
    """Remove what is oldest until no more than `most` bytes are held. Returns the moment before which nothing is left, None where
    there was room, and how many changes were removed."""
    cut, removed = None, 0
    for _ in range(_ROUNDS):
        if size() <= most:
            break
        oldest = _oldest()
        if oldest is None or oldest >= now - _LEAST:
            logger.warning(
                "The database holds %d MB, more than it may (%d MB), though nothing is older than an hour.",
                size() // 10**6,
                most // 10**6,
            )
            break
        cut = min(oldest + (now - oldest) / 20, now - _LEAST)
        _remember_from(Cluster.objects.filter(transitions__at__lt=cut).distinct().values_list("pk", flat=True), cut)
        removed += _delete(Transition.objects.filter(at__lt=cut))
        removed += instances.prune(cut, most_turns)
        _delete(Watched.objects.filter(ended__lt=cut))
        _delete(Sample.objects.filter(began__lt=cut - F("step")))
        _delete(NodeSample.objects.filter(began__lt=cut - F("step")))
    return cut, removed


def _oldest() -> float | None:
    """The moment of the oldest thing that is remembered, epoch seconds."""
    firsts: list[float | None] = [
        Transition.objects.order_by("at").values_list("at", flat=True).first(),
        Watched.objects.order_by("ended").values_list("ended", flat=True).first(),
        Sample.objects.order_by("began").values_list("began", flat=True).first(),
        NodeSample.objects.order_by("began").values_list("began", flat=True).first(),
    ]
    return min((one for one in firsts if one is not None), default=None)


def _remember_from(cluster_ids: Iterable[int], at: float) -> None:
    """Say of clusters that nothing is known of the time before `at`."""
    Cluster.objects.filter(pk__in=list(cluster_ids)).update(remembered_from=Greatest(Coalesce(F("remembered_from"), at), at))


def _delete(rows: QuerySet[Model]) -> int:
    """Returns how many."""
    removed = 0
    while True:
        with transaction.atomic():
            some = list(rows.order_by("pk").values_list("pk", flat=True)[:_BATCH])
            if not some:
                return removed
            rows.model._default_manager.filter(pk__in=some).delete()
        removed += len(some)
