"""Nodes as they are in clusters that nobody here built: virtual, edge, Windows, dead for months, shutting down."""

from datetime import UTC, datetime

import pytest

from tests.distros.living import Told

SHUT_DOWN = "ip-10-7-2-12.ec2.internal"
AGENTS = ("kubelet", "kube-proxy", "container-runtime")


@pytest.mark.case("05")
def test_a_virtual_node_has_no_skew_and_no_runtime_and_is_called_what_it_is(told: Told) -> None:
    skew = told.evidence("virtual-node-aci-linux/kubelet", "version skew")
    assert skew is not None
    assert skew.state == "not_observable"
    assert told.states("virtual-node-aci-linux/kubelet") == {"healthy"}
    assert told.states("virtual-node-aci-linux/container-runtime") == {"not_observable"}
    assert told.states("virtual-node-aci-linux") == {"healthy"}
    assert told.nodes["virtual-node-aci-linux"].traits == ("virtual node (virtual-kubelet)",)
    assert told.nodes["aksnpw22000000"].traits == ("Windows node",)
    assert "hree agents" not in told.because("virtual-node-aci-linux")


@pytest.mark.case("06")
def test_a_kube_proxy_that_crashes_on_windows_is_seen(told: Told) -> None:
    assert told.state("kubewin1/kube-proxy") == "degraded"
    assert "CrashLoopBackOff" in told.because("kubewin1/kube-proxy")
    assert told.state("kubewin1") == "degraded"
    assert told.states("kubemaster") == {"healthy"}


@pytest.mark.case("11")
def test_conditions_that_are_good_when_true_warn_of_nothing(told: Told) -> None:
    assert told.states("i-09f1a2b3c4d5e6f70/container-runtime") == {"healthy"}
    assert told.states("i-09f1a2b3c4d5e6f70/kubelet") == {"healthy"}
    assert told.nodes["i-09f1a2b3c4d5e6f70"].traits == ("EKS Auto Mode",)
    fargate = "fargate-ip-192-168-149-22.us-east-2.compute.internal"
    assert told.nodes[fargate].traits == ("Fargate: one node for one pod",)
    assert told.because(fargate) == "Its kubelet and container runtime are healthy; its kube-proxy cannot be observed."


@pytest.mark.case("15")
def test_a_node_that_is_dead_for_months_is_dated_by_the_clusters_record(told: Told) -> None:
    assert told.state("k8rs-worker3") == "down"
    for said in (told.because("k8rs-worker3/kubelet"), told.because("k8rs-worker3")):
        assert "No heartbeat for at least 2 min 30 s (by the cluster's record since" in said
        assert "by the cluster's record since 20 August" in said
    assert "Kubernetes marked it NotReady" not in told.ever("k8rs-worker3")
    recorded = datetime(2026, 8, 20, 23, 12, 59, tzinfo=UTC).timestamp()
    assert abs(told.nodes["k8rs-worker3"].since - recorded) < 3
    assert abs(told.nodes["k8rs-worker3"].kubelet.since - recorded) < 3
    assert told.states("k8rs-worker") == {"cordoned"}


@pytest.mark.case("20")
def test_an_edge_node_has_a_version_of_its_own(told: Told) -> None:
    skew = told.evidence("edge/kubelet", "version skew")
    assert skew is not None
    assert skew.state == "not_observable"
    assert told.states("edge/kubelet") == {"healthy"}
    assert told.states("edge") == {"healthy"}
    assert told.nodes["edge"].traits == ("edge node (KubeEdge)",)
    for name in ("node", "master", "node-v3", "node2"):
        assert told.states(f"{name}/kubelet") == {"healthy"}


@pytest.mark.case("47")
def test_a_node_that_shuts_down_in_good_order_leaves_and_needs_nobody(told: Told) -> None:
    assert told.states(SHUT_DOWN) == {"leaving"}
    for agent in AGENTS:
        assert told.states(f"{SHUT_DOWN}/{agent}") <= {"healthy", "leaving"}
    assert told.state(f"{SHUT_DOWN}/kubelet") == "leaving"
    assert "shutting down" in told.because(SHUT_DOWN)
    assert "marks it NotReady in" not in told.ever()
    assert not told.ever("attention")
    assert told.state("kubelet") == told.state("kube-proxy") == "healthy"
