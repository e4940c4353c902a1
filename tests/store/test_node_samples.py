"""Figures of single nodes: stored with a flush, once, in each step, and read of one node as they were observed."""

import random

import pytest

from planes.models import Cluster, NodeSample
from planes.store import node_samples, pruning, services
from planes.structs.moments import Epoch
from planes.structs.node_samples import NodeSamplesRow, NodeValues, block_of, packed
from planes.structs.rows import Frame
from planes.structs.samples import Bucket, Moment
from tests.bench.living import a_block
from tests.store.rows import NOW

DAY = 86_400.0


def flush(cluster: Cluster, epoch: int, offset: int, at: float, **nodes: NodeValues) -> None:
    blocks = sorted({block_of(name) for name in nodes})
    rows = [NodeSamplesRow(Epoch(at), one, {name: of for name, of in nodes.items() if block_of(name) == one}) for one in blocks]
    services.flush(cluster.pk, epoch, offset, Frame(at=NOW, node_samples=rows))


def test_each_step_holds_all_that_was_sampled_of_a_node_in_its_own_unit(cluster: Cluster, epoch: int) -> None:
    flush(cluster, epoch, 1, NOW, a={"heartbeat": 3, "cpu": 150}, b={"heartbeat": 9})
    flush(cluster, epoch, 2, NOW + 60, a={"heartbeat": 8, "cpu": 50})
    flush(cluster, epoch, 3, NOW + 60, a={"heartbeat": 8, "cpu": 50})
    fine = node_samples.between(cluster.pk, "a", 60, NOW, NOW + 600)
    assert [(one.began, one.buckets["heartbeat"].most) for one in fine] == [(int(NOW), 3.0), (int(NOW) + 60, 8.0)]
    for step in (600, 3600):
        (one,) = node_samples.between(cluster.pk, "a", step, NOW, NOW + 600)
        assert one.at == NOW + 60
        assert one.buckets["cpu"] == Bucket(2, 0.5, 1.5, 2.0, 1.0)
        assert node_samples.between(cluster.pk, "b", step, NOW, NOW + 600)[0].buckets == {"heartbeat": Bucket(1, 9, 9, 9, 9)}


def test_where_a_node_was_not_observed_its_bucket_is_empty(cluster: Cluster, epoch: int) -> None:
    other = next(name for name in map(str, range(1000)) if block_of(name) == block_of("a"))
    flush(cluster, epoch, 1, NOW, **{other: {"pods": 4}})
    assert node_samples.between(cluster.pk, "a", 60, NOW, NOW) == [Moment(int(NOW), NOW, {})]
    assert node_samples.between(cluster.pk, "a", 60, NOW - 7200, NOW - 60) == []


def test_a_collector_that_was_relieved_stores_none(cluster: Cluster, epoch: int) -> None:
    services.take(cluster.pk)
    with pytest.raises(services.Fenced):
        flush(cluster, epoch, 1, NOW, a={"pods": 1})
    assert not NodeSample.objects.exists()


def test_they_go_step_by_step_and_for_room(cluster: Cluster, epoch: int) -> None:
    for offset, ago in enumerate((31 * DAY, 29 * DAY, 3 * DAY, DAY, 3 * 3600.0, 3000.0), 1):
        flush(cluster, epoch, offset, NOW - ago, a={"pods": 1})
    pruning.prune(NOW, pruning.Limits(history=90 * DAY, changes=10_000, size=1e12))
    assert {step: NodeSample.objects.filter(step=step).count() for step in (60, 600, 3600)} == {60: 1, 600: 3, 3600: 5}
    pruning.prune(NOW, pruning.Limits(history=90 * DAY, changes=10_000, size=0.0))
    left = NodeSample.objects.order_by("began").values_list("began", flat=True)
    assert left[0] > NOW - 4 * 3600
    assert left.filter(began__gt=NOW - 3600).count() == 2


def test_what_is_kept_of_a_node_for_30_days_is_what_is_promised() -> None:
    chance = random.Random(1)
    names = [f"node-{number:04}" for number in range(31)]  # a block of 500 nodes
    kept = sum(len(packed(a_block(names, step, chance))) * step.kept / step.seconds for step in node_samples.STEPS)
    assert kept / len(names) < 26_000  # docs/history.md
