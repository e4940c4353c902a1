"""Samples of the elected: once a minute, and none while the cluster cannot be asked."""

import itertools

import pytest

from planes.structs.events import Failed
from planes.structs.feeds import Feed
from planes.structs.node_samples import OF_COMPONENTS, NodeSamplesRow
from planes.structs.rows import Frame
from tests.assess.test_assessor import REFUSED, Cluster

pytestmark = pytest.mark.lived


def begun() -> Cluster:
    cluster = Cluster(nodes=3)
    cluster.begin()
    cluster.frame()
    return cluster


def told(frames: list[Frame]) -> list[NodeSamplesRow]:
    return [row for frame in frames for row in frame.node_samples if row.block == OF_COMPONENTS]


def test_each_is_looked_at_once_a_minute() -> None:
    rows = told(begun().run(190))
    assert [round(later.at - earlier.at) for earlier, later in itertools.pairwise(rows)] == [60] * (len(rows) - 1)
    assert len(rows) >= 3
    assert set(rows[-1].nodes) == {"kube-scheduler", "kube-controller-manager"}
    assert 0 <= rows[-1].nodes["kube-scheduler"]["renewed"] <= 20
    assert "undecided" not in rows[-1].nodes["kube-scheduler"]  # no list of pods was ever seen


def test_while_the_cluster_cannot_be_asked_none_is() -> None:
    cluster = begun()
    cluster.run(70)
    cluster.mute = {"probes", "leaders"}
    cluster.silent = set(cluster.names)
    cluster.apply(*(Failed(feed, REFUSED, cluster.now, cluster.now + 1) for feed in Feed))
    cluster.run(30)
    assert told(cluster.run(120)) == []
