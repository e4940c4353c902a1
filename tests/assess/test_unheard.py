"""While nothing is known of a kubelet, neither its node's other agents nor what runs as pods is healthy by its last word."""

import pytest

from planes.structs.events import Changed, Failed, Fault, FaultKind, Gone, Listed, Server, SourceEvent
from planes.structs.feeds import Feed
from planes.structs.objects import Item
from planes.structs.rows import ChangeRow
from tests.assess.test_assessor import LEADERS, START, Cluster, lease, node, stamp
from tests.assess.test_restarted import history, proxy, taken_over
from tests.cache.generating import decoded

BROKEN = Fault(FaultKind.SERVER_ERROR, "the server answers 500", "Look at its log.")
CHIPS = ("kubelet", "kube-proxy", "container-runtime")
WORKED_BY_PODS = ("dns", "metrics-server", "konnectivity", "cloud-controller-manager")


def pod(name: str, on: str, labels: dict[str, str]) -> Item:
    meta = {"name": name, "namespace": "kube-system", "uid": name, "labels": labels, "creationTimestamp": stamp(0)[:19] + "Z"}
    ready = [{"type": "Ready", "status": "True"}]
    status = {"phase": "Running", "conditions": ready, "containerStatuses": [{"name": "x", "ready": True}]}
    return decoded(Feed.SYSTEM_PODS, {"metadata": meta, "spec": {"nodeName": on}, "status": status})


def behind(service: str, *addresses: str) -> Item:
    meta = {"name": f"{service}-1", "namespace": "kube-system", "uid": service, "labels": {"kubernetes.io/service-name": service}}
    ends = [{"addresses": [one], "conditions": {"ready": True}} for one in addresses]
    return decoded(Feed.SYSTEM_ENDPOINTS, {"metadata": meta, "endpoints": ends})


def pods(cluster: Cluster) -> SourceEvent:
    """kube-proxy everywhere, and on the first node what runs as pods alone."""
    one = cluster.names[0]
    told = [proxy(name) for name in cluster.names]
    told += [pod("coredns-1", one, {"k8s-app": "kube-dns"}), pod("metrics-1", one, {"k8s-app": "metrics-server"})]
    told += [pod("agent-1", one, {"k8s-app": "konnectivity-agent"}), pod("ccm-1", one, {"component": "cloud-controller-manager"})]
    return Listed(Feed.SYSTEM_PODS, told, "", cluster.now)


def endpoints(cluster: Cluster) -> SourceEvent:
    return Listed(Feed.SYSTEM_ENDPOINTS, [behind("kube-dns", "10.0.0.1"), behind("metrics-server", "10.0.0.2")], "", cluster.now)


def begun() -> Cluster:
    cluster = Cluster()
    cluster.begin()
    cluster.apply(pods(cluster), endpoints(cluster))
    cluster.run(15)
    return cluster


def shown(cluster: Cluster, *kinds: str) -> dict[str, str]:
    return {kind: cluster.state(kind)[0] for kind in kinds}


def test_all_of_it_is_healthy_while_kubelets_are_heard() -> None:
    cluster = begun()
    assert set(shown(cluster, *CHIPS, *WORKED_BY_PODS).values()) == {"healthy"}


def test_where_heartbeats_cannot_be_read_any_more_no_agent_and_nothing_that_runs_as_pods_is_healthy() -> None:
    cluster = begun()
    cluster.silent = set(cluster.names)
    cluster.apply(Failed(Feed.NODE_LEASES, BROKEN, cluster.now, cluster.now + 600))
    cluster.run(20)
    assert cluster.kubelet("node-1") == ("unknown", "healthy")
    assert set(shown(cluster, *CHIPS, *WORKED_BY_PODS).values()) == {"unknown"}
    assert shown(cluster, "kube-scheduler") == {"kube-scheduler": "healthy"}, "its lease is seen"


@pytest.mark.parametrize(("gone", "state"), [(1, "healthy"), (2, "unknown")])  # of six; a quarter makes the whole unknown
def test_a_third_of_the_nodes_unknown_leaves_no_chip_green(gone: int, state: str) -> None:
    cluster = begun()
    lost = cluster.names[1 : 1 + gone]
    cluster.silent = set(lost)
    cluster.apply(*(Gone(Feed.NODE_LEASES, lease(name, cluster.now - START), cluster.now) for name in lost))
    cluster.run(5)
    assert {cluster.kubelet(name)[0] for name in lost} == {"unknown"}
    assert shown(cluster, *CHIPS) == dict.fromkeys(CHIPS, state)
    assert set(shown(cluster, *WORKED_BY_PODS).values()) == {"healthy"}, "it runs on a node that is heard"


def test_what_is_unknown_for_its_kubelet_is_no_change_of_its_own_and_neither_is_its_return() -> None:
    cluster = begun()
    cluster.apply(Failed(Feed.NODE_LEASES, BROKEN, cluster.now, cluster.now + 600))
    cluster.run(20)
    for _ in range(3):
        cluster.apply(Listed(Feed.NODE_LEASES, [lease(name, cluster.now - START) for name in cluster.names], "", cluster.now))
        cluster.run(5)
    assert set(shown(cluster, *CHIPS, *WORKED_BY_PODS).values()) == {"healthy"}
    assert history(cluster) == []


def about(cluster: Cluster, *kinds: str) -> list[ChangeRow]:
    return [row for row in history(cluster) if row.subject in kinds]


@pytest.mark.parametrize("first", ["pods", "endpoints"])
def test_after_a_restart_what_was_not_listed_yet_is_waited_for_and_never_said_to_be_hidden(first: str) -> None:
    before = begun()
    again = taken_over(before)
    second = again.now - START
    again.apply(
        Server(again.now, "v1.36.2"),
        Listed(Feed.NODES, [node(name, "abc"[place % 3]) for place, name in enumerate(again.names)], "", again.now),
        Listed(Feed.NODE_LEASES, [lease(name, second) for name in again.names], "", again.now),
        Listed(Feed.SYSTEM_LEASES, [lease(name, second, Feed.SYSTEM_LEASES, 15) for name in LEADERS], "", again.now),
        *again.probes(),
    )
    for kind in ("pods", "endpoints") if first == "pods" else ("endpoints", "pods"):
        again.apply(pods(again) if kind == "pods" else endpoints(again))
        again.run(4)
    assert set(shown(again, *WORKED_BY_PODS).values()) == {"healthy"}
    told = [row for frame in again.frames for row in frame.components if row.kind in WORKED_BY_PODS]
    assert {row.state for row in told} <= {"healthy", "unknown"}
    assert about(again, *WORKED_BY_PODS) == []


def test_a_node_that_is_heard_again_is_so_with_all_of_its_agents() -> None:
    cluster = begun()
    name = cluster.names[1]
    cluster.silent = {name}
    cluster.apply(Gone(Feed.NODE_LEASES, lease(name, cluster.now - START), cluster.now))
    cluster.run(5)
    cluster.silent = set()
    cluster.apply(Changed(Feed.NODE_LEASES, lease(name, cluster.now - START), cluster.now))
    cluster.run(15)
    row = [frame.nodes[name] for frame in cluster.frames if name in frame.nodes][-1]
    assert {one.state for one in (row.kubelet, row.kube_proxy, row.container_runtime)} == {"healthy"}
