"""What kind of node a node is, where it is no ordinary one: by its own marks, and never by a guess.

A virtual, edge or pretended node is not run by the kubelet of this Kubernetes, so that its version says nothing of skew; a
placeholder stands for a node of another cluster, and nothing here looks after it. Sources: the documents
of each project (virtual-kubelet, vcluster, KWOK, Liqo, EKS Fargate and Auto Mode, KubeEdge, OpenYurt, SuperEdge, Krustlet; TKE,
"Super nodes"; VKE, "Virtual nodes").
"""

from dataclasses import dataclass
from functools import lru_cache

from planes.structs import objects

_WINDOWS = ("kubernetes.io/os", "beta.kubernetes.io/os")
_COMPUTE = "eks.amazonaws.com/compute-type"
_VCI = "vci.vke.volcengine.com/node-type"
_EKLET = "eks.tke.cloud.tencent.com/eklet"
_INSTANCE = "node.kubernetes.io/instance-type"


@dataclass(frozen=True, slots=True)
class NodeKind:
    """`called` is what a page calls it; empty for an ordinary node. `own_version`: what it reports is no kubelet's version.
    `placeholder`: nothing that it reports is its own. `simulated`: it runs nothing."""

    called: str = ""
    own_version: bool = False
    placeholder: bool = False
    simulated: bool = False


_ORDINARY = NodeKind()
_VCLUSTER = NodeKind("placeholder of vcluster for a node of the host cluster", own_version=True, placeholder=True)
_KWOK = NodeKind("simulated node (KWOK)", own_version=True, simulated=True)
_LIQO = NodeKind("virtual node (Liqo): another cluster", own_version=True)
_VIRTUAL = NodeKind("virtual node (virtual-kubelet)", own_version=True)
_KUBEEDGE = NodeKind("edge node (KubeEdge)", own_version=True)
_KRUSTLET = NodeKind("WebAssembly node (Krustlet)", own_version=True)
_SUPER = NodeKind("super node (TKE): virtual", own_version=True)
_FARGATE = NodeKind("Fargate: one node for one pod")
_AUTO = NodeKind("EKS Auto Mode")
_HYBRID = NodeKind("EKS hybrid node")
_OPENYURT = NodeKind("edge node (OpenYurt)")
_SUPEREDGE = NodeKind("edge node (SuperEdge)")
_WINDOWS_NODE = NodeKind("Windows node")
_HOLLOW = NodeKind("hollow node (kubemark): its pods run nothing")


#: Where the marks stand. Most nodes carry none of them, which is told at once.
_LABELS = frozenset(
    {
        "type",
        "vcluster.loft.sh/fake-node",
        "liqo.io/type",
        "openyurt.io/is-edge-worker",
        "superedge.io/edge-node",
        _VCI,
        _COMPUTE,
    }
)
_ANNOTATIONS = frozenset({"vcluster.loft.sh/fake-node", "kwok.x-k8s.io/node", "superedge.io/edge-node"})
_VERSIONS = ("kwok", "-vk-", "virtual-kubelet", "kubeedge", "krustlet")


@lru_cache(maxsize=1024)
def _is_odd(version: str) -> bool:
    lower = version.lower()
    return any(one in lower for one in _VERSIONS)


def kind_of(node: objects.Node) -> NodeKind:
    """The kind of a node. The marks of who runs it come before those of what it runs on."""
    meta, info = node.metadata, node.status.nodeInfo
    marked = not (_LABELS.isdisjoint(meta.labels) and _ANNOTATIONS.isdisjoint(meta.annotations)) or _is_odd(info.kubeletVersion)
    marked = marked or meta.labels.get(_INSTANCE) == "eklet"
    if marked or node.spec.taints or info.architecture.startswith("wasm"):
        found = _by_marks(node)
        if found is not None:
            return found
    if node.spec.providerID.startswith("kubemark:"):  # kubernetes/kubernetes:test/kubemark; its kubelet is Kubernetes' own
        return _HOLLOW
    windows = info.operatingSystem == "windows" or any(meta.labels.get(one) == "windows" for one in _WINDOWS)
    return _WINDOWS_NODE if windows else _ORDINARY


def _by_marks(node: objects.Node) -> NodeKind | None:
    labels, annotations = node.metadata.labels, node.metadata.annotations
    info = node.status.nodeInfo
    version, kind = info.kubeletVersion.lower(), labels.get("type", "")
    if labels.get("vcluster.loft.sh/fake-node") == "true" or "vcluster.loft.sh/fake-node" in annotations:
        return _VCLUSTER
    if kind == "kwok" or annotations.get("kwok.x-k8s.io/node") == "fake" or version.startswith("kwok"):
        return _KWOK
    if labels.get("liqo.io/type") == "virtual-node" or kind == "liqo":
        return _LIQO
    if labels.get(_INSTANCE) == "eklet" or any(taint.key == _EKLET for taint in node.spec.taints):
        return _SUPER
    if (
        kind == "virtual-kubelet"
        or _VCI in labels
        or "-vk-" in version
        or "virtual-kubelet" in version
        or any(taint.key == "virtual-kubelet.io/provider" for taint in node.spec.taints)
    ):
        return _VIRTUAL
    if "kubeedge" in version:
        return _KUBEEDGE
    if kind == "krustlet" or "krustlet" in version or info.architecture.startswith("wasm"):
        return _KRUSTLET
    compute = {"fargate": _FARGATE, "auto": _AUTO, "hybrid": _HYBRID}.get(labels.get(_COMPUTE, ""))
    if compute is not None:
        return compute
    if labels.get("openyurt.io/is-edge-worker") == "true":
        return _OPENYURT
    if labels.get("superedge.io/edge-node") == "enable" or "superedge.io/edge-node" in annotations:
        return _SUPEREDGE
    return None
