"""What was remembered before a restart holds until the cluster itself is seen again, and no longer."""

import pytest

from planes.assess.assessor import Assessor
from planes.components.pod_kinds import new_cache
from planes.structs.events import Health, Listed, Server
from planes.structs.feeds import Feed
from tests.assess.test_assessor import REFUSED, WALL, Cluster


@pytest.fixture
def cluster() -> Cluster:
    made = Cluster()
    made.begin()
    made.frame()
    made.run(12)
    return made


@pytest.mark.parametrize("cause", ["an outage", "a list that takes long"])
def test_after_a_restart_the_roll_ups_are_unknown_only_until_the_nodes_are_listed(cluster: Cluster, cause: str) -> None:
    full = cluster.assessor.frame(cluster.now, WALL, full=True)
    again = Cluster(assessor=Assessor(new_cache()))
    again.assessor.restore(full.components, full.nodes.values(), full.cluster)
    again.frame()
    if cause == "a list that takes long":
        again.apply(Server(again.now, "v1.36.2"), Listed(Feed.SYSTEM_PODS, [], "", again.now))
    for _ in range(20):
        again.now += 1.0
        again.apply(*([Health("/livez", again.now, 0.0, fault=REFUSED)] if cause == "an outage" else again.probes()))
        again.frame()
    assert again.state("kubelet") == ("unknown", "healthy")
    again.now += 1.0
    again.begin()
    again.run(15)
    for kind in ("kubelet", "kube-proxy", "container-runtime"):
        assert again.state(kind) == cluster.state(kind), kind
    told = [frame.cluster.data for frame in again.frames if frame.cluster is not None and frame.cluster.data is not None]
    assert full.cluster is not None
    assert full.cluster.data is not None
    assert told[-1].state == full.cluster.data.state
