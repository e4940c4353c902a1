"""Which distribution a cluster is, by the marks that it shows, and where that hides components."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

#: By what the version of the API server ends with.
_BY_VERSION = (
    ("+k3s", "k3s"),
    ("+rke2", "RKE2"),
    ("+k0s", "k0s"),
    ("-gke.", "GKE"),
    ("-eks-", "EKS"),
)
#: By a label of a node.
_BY_LABEL = (
    ("eks.amazonaws.com/", "EKS"),
    ("cloud.google.com/gke-", "GKE"),
    ("kubernetes.azure.com/", "AKS"),
    ("node.openshift.io/", "OpenShift"),
    ("k3s.io/", "k3s"),
    ("rke2.io/", "RKE2"),
    ("node.k0sproject.io/", "k0s"),
    ("microk8s.io/", "MicroK8s"),
    ("minikube.k8s.io/", "minikube"),
)
MANAGED = frozenset({"EKS", "GKE", "AKS"})
_ELSEWHERE = {
    "k3s": "inside the k3s process",
    "k0s": "under the k0s controller, which is no node",
    "MicroShift": "inside the MicroShift process",
    "MicroK8s": "inside the MicroK8s services",
    "EKS": "at the provider",
    "GKE": "at the provider",
    "AKS": "at the provider",
}


@dataclass(frozen=True, slots=True)
class Marks:
    """What a cluster shows of itself. `labels` and the rest are of one node, any."""

    version: str = ""
    labels: Mapping[str, str] | None = None
    os_image: str = ""
    kubelet_version: str = ""
    namespaces: Collection[str] = ()
    mirrored: Collection[str] = ()  # components whose mirror pods are seen
    leases: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Distribution:
    """The name for people, and how it runs its control plane where that hides it (empty: as pods)."""

    name: str
    elsewhere: str = ""

    @property
    def managed(self) -> bool:
        """Whether somebody else runs the control plane."""
        return self.name in MANAGED


def detect(marks: Marks) -> Distribution:
    """The distribution by its marks; "Kubernetes" without any."""
    name = _name(marks)
    return Distribution(name, _ELSEWHERE.get(name, ""))


def _name(marks: Marks) -> str:
    for version in (marks.version, marks.kubelet_version):
        for mark, name in _BY_VERSION:
            if mark in version:
                return name
    for label in marks.labels or ():
        for prefix, name in _BY_LABEL:
            if label.startswith(prefix):
                return name
    if "Talos" in marks.os_image:
        return "Talos"
    if any(one.startswith("openshift-kube-") for one in marks.namespaces):
        return "OpenShift"
    if "k3s" in marks.leases:
        return "k3s"
    if len(marks.mirrored) >= 2:
        return "kubeadm"
    return "Kubernetes"
