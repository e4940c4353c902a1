"""Heartbeats that may not be read: what was seen of them speaks for its own node, and Ready for no more than it knows."""

from planes.structs.events import Changed, Failed
from planes.structs.feeds import Feed
from tests.assess.test_assessor import FORBIDDEN, START, Cluster, lease


def begun() -> Cluster:
    cluster = Cluster()
    cluster.begin()
    cluster.run(20)
    return cluster


def forbid(cluster: Cluster) -> None:
    """From now on nothing is heard of any node's lease."""
    cluster.silent = set(cluster.names)
    cluster.apply(Failed(Feed.NODE_LEASES, FORBIDDEN, cluster.now, cluster.now + 30))


def shown(cluster: Cluster, name: str = "node-1") -> tuple[str, str]:
    row = [frame.nodes[name] for frame in cluster.frames if name in frame.nodes][-1].kubelet
    return row.state, row.because


def test_a_lease_that_may_not_be_read_is_no_silence() -> None:
    cluster = begun()
    forbid(cluster)
    cluster.run(10)
    assert cluster.kubelet("node-1")[0] == "healthy", "it was heard of in time"
    cluster.run(20)
    state, because = shown(cluster)
    assert state == "unknown"
    assert "its Ready condition is no newer yet" in because
    assert cluster.state("container-runtime")[0] == "unknown", "it is known by what Ready says, too"
    cluster.run(30)
    state, because = shown(cluster)
    assert state == "healthy", "Kubernetes would have taken Ready back by now"
    assert "its heartbeat cannot be seen" in because
    assert cluster.state("container-runtime")[0] == "healthy"


def test_a_lease_that_changes_after_a_refusal_speaks_for_its_own_node_alone() -> None:
    """Seed 153066570: without a new list one lease changes. Its node is heard of and counts from now; of the others nothing is."""
    cluster = begun()
    forbid(cluster)
    cluster.run(30)
    cluster.apply(Changed(Feed.NODE_LEASES, lease("node-1", cluster.now - START), cluster.now))
    cluster.frame()
    assert [shown(cluster, name)[0] for name in ("node-1", "node-2")] == ["healthy", "unknown"]
