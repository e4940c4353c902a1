"""What a defect of the collector makes of what was last known."""

from planes.collect.crash import crashed
from planes.collect.store_thread import Remembered
from planes.store.selectors import ClusterHead
from planes.structs.rows import ClusterRow
from tests.store.rows import NOW, cluster, component, node


def remembered(row: ClusterRow) -> Remembered:
    head = ClusterHead(1, "prod", "Prod", "kubeconfig", "/k", "prod", True, 1, 1, NOW, row)
    nodes = (node("node-1", "degraded"), node("node-2", "unknown"))
    return Remembered(head, (component("etcd", state="down"), component("dns", "addon", "not_observable")), nodes)


def test_everything_is_unknown_with_its_last_known_state_and_the_fault_is_ours() -> None:
    frame = crashed(remembered(cluster("healthy", "degraded")), "ZeroDivisionError", NOW + 5, NOW)
    assert frame.cluster is not None
    assert frame.cluster.fault is not None
    assert frame.cluster.fault.kind == "internal"
    assert "Planewatch's, not the cluster's" in frame.cluster.fault.message
    assert frame.cluster.retry_at == NOW + 5
    assert frame.cluster.data is not None
    assert (frame.cluster.data.state, frame.cluster.data.last) == ("unknown", "degraded")
    etcd, dns = frame.components
    assert (etcd.state, etcd.last) == ("unknown", "down")
    assert dns.state == "not_observable"
    assert frame.nodes["node-1"].kubelet.last == "degraded"
    assert frame.nodes["node-2"] == node("node-2", "unknown")
    assert not frame.full, "what could not be judged is not removed"


def test_a_second_defect_keeps_the_time_of_the_first_and_a_cluster_never_seen_can_have_one() -> None:
    first = crashed(remembered(cluster()), "ZeroDivisionError", NOW + 5, NOW)
    assert first.cluster is not None
    second = crashed(remembered(first.cluster), "KeyError", NOW + 15, NOW + 10)
    assert second.cluster is not None
    assert second.cluster.fault is not None
    assert second.cluster.fault.since == NOW
    assert second.cluster.data is not None
    assert second.cluster.data.last == "healthy"
    never = crashed(Remembered(None), "KeyError", NOW, NOW)
    assert never.cluster is not None
    assert never.cluster.control is not None
    assert never.cluster.control.state == "unknown"
