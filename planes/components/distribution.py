"""Which distribution a cluster is, by the marks that it shows; where that hides components, and what would show more of them."""

from collections.abc import Collection, Iterator, Mapping
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
    ("k3s.io/", "k3s"),
    ("rke2.io/", "RKE2"),
    ("node.k0sproject.io/", "k0s"),
    ("microk8s.io/", "MicroK8s"),
    ("minikube.k8s.io/", "minikube"),
)
#: What would show the elected where no lease of them is seen. No right does: there is nothing to read.
_MORE = {
    "k3s": "Start the k3s servers with --kube-controller-manager-arg=leader-elect=true and --kube-scheduler-arg=leader-elect=true "
    "to see it by its lease.",
    "k0s": 'Set leader-elect: "true" in the extraArgs of controllerManager and scheduler of the k0s configuration to see it by its '
    "lease.",
    "MicroShift": "MicroShift elects no leaders and has no setting for it: systemctl status microshift on its host tells.",
    "EKS": "No right shows more; EKS writes its log to CloudWatch where control plane logging is on.",
    "GKE": "No right shows more; GKE sends its figures to Cloud Monitoring where control plane metrics are on.",
    "AKS": "No right shows more; AKS writes its log to Azure Monitor where diagnostic settings ask for it.",
}
_ANY_MORE = "Start it with --leader-elect=true to see it by its lease."
#: Why no kube-proxy is seen, and what would show more.
_PROXIES = {
    "k3s": "It runs inside the k3s process of each node, where no right shows it; that process is watched by its kubelet's lease.",
    "OpenShift": "OVN-Kubernetes takes its place on OpenShift; its pods in openshift-ovn-kubernetes show more (oc get pods).",
    "MicroShift": "OVN-Kubernetes takes its place on MicroShift; its pods in openshift-ovn-kubernetes show more (oc get pods).",
}
_ANY_PROXY = "No pod of it is visible in this cluster: it runs in another process, or its provider hides it. No right shows more."
#: OpenShift and MicroShift label their nodes alike.
_OPENSHIFT_LABEL = "node.openshift.io/"
#: Those that run the whole control plane in one process.
ONE_PROCESS = frozenset({"k3s", "MicroShift"})
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
    """The name for people, and how it runs its control plane where that hides it (empty: as pods). `more` says what would show
    the elected where no lease of them is seen, `proxy` why no kube-proxy is."""

    name: str
    elsewhere: str = ""
    more: str = _ANY_MORE
    proxy: str = _ANY_PROXY

    @property
    def managed(self) -> bool:
        """Whether somebody else runs the control plane."""
        return self.name in MANAGED


def hiding() -> Iterator[Distribution]:
    """Every distribution that hides a part of itself, by name."""
    for name in sorted({*_ELSEWHERE, *_MORE, *_PROXIES}, key=str.lower):
        yield _named(name)


def detect(marks: Marks) -> Distribution:
    """The distribution by its marks; "Kubernetes" without any."""
    return _named(_name(marks))


def _named(name: str) -> Distribution:
    return Distribution(name, _ELSEWHERE.get(name, ""), _MORE.get(name, _ANY_MORE), _PROXIES.get(name, _ANY_PROXY))


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
    if any(label.startswith(_OPENSHIFT_LABEL) for label in marks.labels or ()):
        return "MicroShift" if _elects_nobody(marks) else "OpenShift"
    if "k3s" in marks.leases:
        return "k3s"
    if len(marks.mirrored) >= 2:
        return "kubeadm"
    return "Kubernetes"


def _elects_nobody(marks: Marks) -> bool:
    """The leases can be seen and nobody's is among them, on a host that is not an image of OpenShift's own."""
    return "CoreOS" not in marks.os_image and bool(marks.leases) and "kube-controller-manager" not in marks.leases
