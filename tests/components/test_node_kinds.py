"""What kind of node a node is, by its own marks."""

import pytest

from planes.components.node_kinds import kind_of
from planes.structs.objects import LabelledMeta, Node, NodeInfo, NodeSpec, NodeStatus, Taint

KUBELET = "v1.31.4"


def made(
    labels: dict[str, str] | None = None,
    version: str = KUBELET,
    annotations: dict[str, str] | None = None,
    taint: str = "",
    architecture: str = "amd64",
) -> Node:
    meta = LabelledMeta("n", labels=labels or {}, annotations=annotations or {})
    info = NodeInfo(version, architecture=architecture)
    return Node(meta, NodeSpec(taints=[Taint(taint)] if taint else []), NodeStatus(nodeInfo=info))


VIRTUAL = "virtual node (virtual-kubelet)"


@pytest.mark.parametrize(
    ("node", "called", "own_version"),
    [
        (made(), "", False),
        (made({"type": "virtual-kubelet"}), VIRTUAL, True),
        (made(version="v1.19.10-vk-azure-aci-1.4.8"), VIRTUAL, True),
        (made(taint="virtual-kubelet.io/provider"), VIRTUAL, True),
        (made({"vcluster.loft.sh/fake-node": "true"}), "placeholder of vcluster for a node of the host cluster", True),
        (made({"vcluster.loft.sh/fake-node": "false"}), "", False),
        (made({"type": "kwok"}, version="kwok-v0.7.0"), "simulated node (KWOK)", True),
        (made(annotations={"kwok.x-k8s.io/node": "fake"}), "simulated node (KWOK)", True),
        (made({"liqo.io/type": "virtual-node"}), "virtual node (Liqo): another cluster", True),
        (made(version="v1.22.6-kubeedge-v1.12.0"), "edge node (KubeEdge)", True),
        (made(version="0.7.0", architecture="wasm32-wasi"), "WebAssembly node (Krustlet)", True),
        (made({"eks.amazonaws.com/compute-type": "fargate"}), "Fargate: one node for one pod", False),
        (made({"eks.amazonaws.com/compute-type": "auto"}), "EKS Auto Mode", False),
        (made({"eks.amazonaws.com/compute-type": "ec2"}), "", False),
        (made({"openyurt.io/is-edge-worker": "true"}), "edge node (OpenYurt)", False),
        (made({"openyurt.io/is-edge-worker": "false"}), "", False),
        (made({"superedge.io/edge-node": "enable"}), "edge node (SuperEdge)", False),
        (made({"kubernetes.io/os": "windows"}), "Windows node", False),
        (made({"node.kubernetes.io/instance-type": "eklet"}, version="v2.5.21"), "super node (TKE): virtual", True),
        (made(taint="eks.tke.cloud.tencent.com/eklet", version="v1.28.3-tke.4"), "super node (TKE): virtual", True),
        (made({"node.kubernetes.io/instance-type": "m5.large"}), "", False),
        (made({"vci.vke.volcengine.com/node-type": "vci"}), VIRTUAL, True),
    ],
)
def test_a_node_is_called_by_its_own_marks(node: Node, called: str, own_version: bool) -> None:
    found = kind_of(node)
    assert (found.called, found.own_version) == (called, own_version)
    assert found.placeholder is called.startswith("placeholder")


def test_a_hollow_node_has_a_kubelet_of_kubernetes_and_runs_nothing() -> None:
    node = made()
    node.spec.providerID = "kubemark://hollow-node-7"
    found = kind_of(node)
    assert (found.called, found.own_version) == ("hollow node (kubemark): its pods run nothing", False)
