"""More clusters of the kinds that the cases are of, put together from what their distributions document. Each holds one thing."""

from tests.distros.building import Cluster, conditions, identity, lease, lived, node, static, taint
from tests.distros.replaying import Object

LEADERS = (lease("kube-controller-manager"), lease("kube-scheduler"), identity("cp"))
NODES = ("w0", "w2", "w3", "w4")


def silent_from(seconds: float, name: str = "w1") -> Object:
    """A node's lease that is renewed until then."""
    return lease(name, name, space="kube-node-lease", duration=40, every=10.0, until=seconds)


def with_node(one: Object, silent: float) -> Cluster:
    """Among four that are well, one that falls silent."""
    return Cluster("v1.30.2", nodes=[*map(node, NODES), one], leases=[*LEADERS, silent_from(silent)])


def test_a_controller_manager_that_restarts_in_good_order_turns_nothing() -> None:
    """Its manifest changed: its pod is not ready for 18 s, and another takes the lead when its lease is over."""
    kind = "kube-controller-manager"
    not_ready = {"type": "Ready", "status": "False", "lastTransitionTime": "2026-11-26T12:00:40Z"}
    ready = {"type": "Ready", "status": "True", "lastTransitionTime": "2026-11-26T12:00:58Z"}
    pods = [static(kind, host, "v1.30.2") for host in ("cp1", "cp2")]
    waits = {"name": kind, "ready": False, "restartCount": 0, "state": {"running": {}}}
    runs = {**waits, "ready": True, "restartCount": 1}
    pods[0]["_then"] = [
        [40.0, {"status": {"conditions": [not_ready], "containerStatuses": [waits]}}],
        [58.0, {"status": {"conditions": [ready], "containerStatuses": [runs]}}],
    ]
    leases = [lease(kind, "cp1_a", until=40.0), *LEADERS[1:]]
    leases[0]["_then"] = [[57.0, {"spec": {"holderIdentity": "cp2_b", "leaseTransitions": 2, "renewTime": TAKEN}}]]
    told = lived(Cluster("v1.30.2", nodes=[node("cp1"), node("cp2")], pods=pods, leases=leases), 62.0)
    assert told.states(kind) == {"healthy"}
    assert told.changes == []
    assert "not ready for" in told.ever(kind, since=40.0)


#: When the lease above is taken by the other.
TAKEN = "2026-11-26T12:00:57.000000Z"


def test_a_mark_that_its_cloud_or_an_operator_sets_after_the_silence_leaves_it_down_and_is_told() -> None:
    """The cloud's node lifecycle controller looks only at nodes that are NotReady, and out-of-service is set by hand."""
    unknown = {"status": {"conditions": conditions("Unknown", "Kubelet stopped posting node status.")}}
    off = {"spec": {"taints": [taint("node.cloudprovider.kubernetes.io/shutdown", at="2026-11-26T12:01:40Z")]}}
    told = lived(with_node(node("w1", then=[(90, unknown), (100, off)]), 40.0), 130.0)
    assert told.state("w1") == "down"
    why = "its cloud provider reports its machine shut down"
    assert f"It is marked as leaving, but as far as is known only since it fell silent: {why}" in told.because("w1")


def test_what_kubernetes_has_not_said_long_after_it_should_have_is_no_longer_announced() -> None:
    told = lived(with_node(node("w1"), 30.0), 120.0)
    assert told.because("w1/kubelet").endswith("Kubernetes has not marked it NotReady yet; by default it does after about 50 s.")
    assert "in about 0.0 s" not in told.words("w1/kubelet")


def test_a_provider_runs_no_control_plane_whose_node_is_among_the_nodes() -> None:
    """VK Cloud until 2022: its masters are nodes, whose services are no pods."""
    nodes = [node("g-0", labels={"mcs.mail.ru/mcs-nodepool": "g"}), node("m-0", labels={"node-role.kubernetes.io/master": ""})]
    told = lived(Cluster("v1.17.8", nodes=nodes, leases=[]), 40.0)
    assert told.because("kube-scheduler").startswith("Not recognised: neither a lease nor a pod under any known name has been seen")
    assert "provider" not in told.ever("kube-scheduler", since=25.0) + told.ever("etcd", since=25.0)
