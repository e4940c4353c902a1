"""A node of the control plane that was away and is back: Kubernetes counts its pods as not ready until its kubelet has reported
each of them anew, and says nothing about them by that."""

from planes.structs.events import Changed, Listed
from planes.structs.feeds import Feed
from planes.structs.objects import Item
from planes.structs.thresholds import DEFAULT
from tests.assess.test_assessor import Cluster, changes, lease, node
from tests.cache.generating import decoded

MEMBERS = ("node-0", "node-1", "node-2")


def pod(kind: str, host: str, *, ready: bool, container: bool = True) -> Item:
    return decoded(
        Feed.SYSTEM_PODS,
        {
            "metadata": {
                "name": f"{kind}-{host}",
                "uid": f"{kind}-{host}",
                "namespace": "kube-system",
                "labels": {"component": kind, "tier": "control-plane"},
                "annotations": {"kubernetes.io/config.mirror": "x"},
            },
            "spec": {"nodeName": host, "containers": [{"name": kind, "image": f"{kind}:v1.36.2"}]},
            "status": {
                "phase": "Running",
                "conditions": [{"type": "Ready", "status": str(ready)}],
                "containerStatuses": [{"name": kind, "ready": container, "restartCount": 0}],
            },
        },
    )


KINDS = ("etcd", "kube-scheduler", "kube-controller-manager", "kube-apiserver")


def away_and_back() -> Cluster:
    """Three members; one of them has been away, long enough to be noticed, and its node is ready again."""
    cluster = Cluster(nodes=6)
    cluster.begin()
    cluster.apply(Listed(Feed.SYSTEM_PODS, [pod(kind, host, ready=True) for kind in KINDS for host in MEMBERS], "", cluster.now))
    cluster.run(12)
    cluster.silent.add("node-1")
    cluster.run(50)
    for kind in KINDS:
        cluster.apply(Changed(Feed.SYSTEM_PODS, pod(kind, "node-1", ready=False), cluster.now))
    cluster.apply(Changed(Feed.NODES, node("node-1", "b", ready="Unknown"), cluster.now))
    cluster.run(30)
    cluster.silent.clear()
    cluster.frames.clear()
    cluster.apply(
        Changed(Feed.NODE_LEASES, lease("node-1", cluster.now - 999), cluster.now),
        Changed(Feed.NODES, node("node-1", "b", ready="True"), cluster.now),
    )
    return cluster


def of_components(cluster: Cluster) -> list[tuple[str, str, str, str]]:
    return [one for one in changes(cluster.frames) if one[0] in KINDS]


def test_its_pods_are_as_last_known_until_they_are_reported_anew() -> None:
    cluster = away_and_back()
    cluster.run(3)
    told = {row.kind: row for frame in cluster.frames for row in frame.components}
    back = next(one for one in told["etcd"].instances if one.host == "node-1")
    assert (back.state, back.because) == ("unknown", "Its node has only just come back; this is the last known state.")
    for kind in KINDS:
        cluster.apply(Changed(Feed.SYSTEM_PODS, pod(kind, "node-1", ready=True), cluster.now))
    cluster.run(30)
    assert of_components(cluster) == []
    told = {row.kind: row for frame in cluster.frames for row in frame.components}
    assert {one.state for one in told["etcd"].instances} == {"healthy"}


def test_one_that_stays_not_ready_is_said_after_a_while() -> None:
    cluster = away_and_back()
    cluster.run(int(DEFAULT.pods_counted))
    assert of_components(cluster) == []
    cluster.run(5)
    assert {one[0] for one in of_components(cluster)} == set(KINDS)


def test_one_whose_container_is_not_ready_is_said_at_once() -> None:
    cluster = away_and_back()
    cluster.apply(Changed(Feed.SYSTEM_PODS, pod("etcd", "node-1", ready=False, container=False), cluster.now))
    cluster.run(4)
    assert of_components(cluster) == [("etcd", "", "healthy", "degraded")]
