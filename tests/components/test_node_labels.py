"""Control plane, pool and zone of a node, by every label in use."""

import pytest

from planes.components.node_labels import is_control_plane, pool_of, zone_of
from planes.structs.objects import LabelledMeta, Node, NodeSpec

ZONE = "topology.kubernetes.io/zone"


def node(labels: dict[str, str], annotations: dict[str, str] | None = None, provider: str = "") -> Node:
    return Node(LabelledMeta("n", labels=labels, annotations=annotations or {}), NodeSpec(providerID=provider))


@pytest.mark.parametrize(
    ("key", "value", "found"),
    [
        ("node-role.kubernetes.io/control-plane", "", True),
        ("node-role.kubernetes.io/control-plane", "true", True),
        ("node-role.kubernetes.io/control-plane", "false", False),
        ("node-role.kubernetes.io/master", "", True),
        ("node-role.kubernetes.io/controlplane", "true", True),
        ("node-role.kubernetes.io/etcd", "true", False),
        ("node-role.kubernetes.io/worker", "", False),
        ("node.kubernetes.io/microk8s-controlplane", "microk8s-controlplane", True),
        ("node.kubernetes.io/microk8s-worker", "microk8s-worker", False),
        ("node.k0sproject.io/role", "control-plane", True),
        ("node.k0sproject.io/role", "worker", False),
        ("kubernetes.azure.com/role", "master", True),
        ("kubernetes.azure.com/role", "agent", False),
        ("kubernetes.io/role", "master", True),
        ("kubernetes.io/role", "node", False),
    ],
)
def test_a_node_of_the_control_plane_is_known_by_every_label_in_use(key: str, value: str, found: bool) -> None:
    assert is_control_plane(node({key: value})) is found


def test_openshift_on_ibm_cloud_calls_its_workers_masters_too() -> None:
    roles = {"node-role.kubernetes.io/master": "", "node-role.kubernetes.io/worker": ""}
    assert is_control_plane(node(roles)) is True
    assert is_control_plane(node({**roles, "ibm-cloud.kubernetes.io/worker-id": "kube-x"})) is False


@pytest.mark.parametrize(
    "key",
    [
        "cloud.google.com/gke-nodepool",
        "eks.amazonaws.com/nodegroup",
        "kubernetes.azure.com/agentpool",
        "worker.gardener.cloud/pool",
        "alibabacloud.com/nodepool-id",
        "tke.cloud.tencent.com/nodepool-id",
        "ibm-cloud.kubernetes.io/worker-pool-name",
        "kops.k8s.io/instancegroup",
        "doks.digitalocean.com/node-pool",
        "lke.linode.com/pool-id",
        "k8s.scaleway.com/pool-name",
        "node.exoscale.net/nodepool-id",
        "kubernetes.civo.com/civo-node-pool",
        "karpenter.sh/nodepool",
        "cce.cloud.com/cce-nodepool",
        "cluster.vke.volcengine.com/machinepool-name",
        "cloud.ionos.com/nodepool-name",
        "yandex.cloud/node-group-id",
        "nebius.com/node-group-id",
        "mcs.mail.ru/mcs-nodepool",
        "ncloud.com/nks-nodepool",
        "vke.vultr.com/node-pool",
        "magnum.openstack.org/nodegroup",
        "nodepool",
        "agentpool",
    ],
)
def test_a_pool_is_what_its_provider_calls_it(key: str) -> None:
    assert pool_of(node({key: "blue", "kubernetes.io/os": "linux"})) == "blue"


def test_a_pool_is_that_of_the_provider_before_any_other_and_may_be_cluster_apis() -> None:
    assert pool_of(node({"pool": "mine", "eks.amazonaws.com/nodegroup": "theirs"})) == "theirs"
    assert pool_of(node({}, {"cluster.x-k8s.io/owner-name": "workers-md-0"})) == "workers-md-0"
    assert pool_of(node({"eks.amazonaws.com/nodegroup": ""})) == ""


@pytest.mark.parametrize(
    ("labels", "provider", "zone"),
    [
        ({ZONE: "eu-1a"}, "", "eu-1a"),
        ({"failure-domain.beta.kubernetes.io/zone": "eu-1a"}, "", "eu-1a"),
        ({ZONE: "0"}, "azure:///subscriptions/x", ""),
        ({ZONE: "1", "kubernetes.azure.com/cluster": "x"}, "", ""),
        ({ZONE: "westeurope-1"}, "azure:///subscriptions/x", "westeurope-1"),
        ({ZONE: "1"}, "openstack:///x", "1"),
        ({}, "", ""),
    ],
)
def test_the_number_of_a_fault_domain_of_azure_is_no_zone(labels: dict[str, str], provider: str, zone: str) -> None:
    assert zone_of(node(labels, provider=provider)) == zone
