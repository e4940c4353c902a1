"""Which distribution a cluster is, by the marks that it shows (distributions.py): a name without proof is not said.

Nothing is managed where pods or nodes of the control plane are seen. Nodes that are simulated or virtual say nothing: they imitate
the labels of what they stand for.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace

from planes.components.distribution_marks import Distribution, Mark, Where
from planes.components.distributions import DISTRIBUTIONS, K3S_PROXY, KUBEADM, KUBERNETES, KWOK, MICROSHIFT
from planes.components.node_kinds import kind_of
from planes.components.node_labels import is_control_plane
from planes.structs import objects

#: Managed control planes, and those that are one process with all else, by name.
MANAGED = frozenset(one.name for one in DISTRIBUTIONS if one.managed)
ONE_PROCESS = frozenset(one.name for one in (*DISTRIBUTIONS, MICROSHIFT) if one.process)
#: So many nodes are looked at.
NODES = 200
_OPENSHIFT_LABEL = "node.openshift.io/"
#: docs.k3s.io and docs.rke2.io, "CLI tools": what nodes tell of how they were started.
_NODE_ARGS = ("k3s.io/node-args", "rke2.io/node-args")
_ALL = (*DISTRIBUTIONS, MICROSHIFT, KWOK, KUBEADM)
_BY_NAME = {one.name: one for one in _ALL}


@dataclass(frozen=True, slots=True)
class Marks:
    """What a cluster shows of itself, of all its nodes together. `groups` None: which APIs are served is not known."""

    versions: Collection[str] = ()  # of the API server and of kubelets
    labels: Collection[tuple[str, str]] = ()
    annotations: Collection[str] = ()
    images: Collection[str] = ()
    providers: Collection[str] = ()
    groups: Collection[str] | None = None
    workloads: Collection[str] = ()  # of kube-system
    workload_labels: Collection[str] = ()
    leases: Collection[str] = ()
    namespaces: Collection[str] = ()  # in which pods of the control plane are seen
    mirrored: Collection[str] = ()  # components of the control plane whose pods are seen
    kubeadm: Collection[str] = ()  # those whose static pods are labelled as kubeadm labels them
    simulated: bool = False  # there are nodes, and all of them are
    own_nodes: bool = False  # nodes of the control plane are seen


@dataclass(slots=True)
class Gathered:
    """The marks of nodes, put together."""

    versions: set[str] = field(default_factory=set)
    labels: set[tuple[str, str]] = field(default_factory=set)
    annotations: set[str] = field(default_factory=set)
    images: set[str] = field(default_factory=set)
    providers: set[str] = field(default_factory=set)
    proxy_off: bool = False  # a node of k3s or RKE2 says that it was started without kube-proxy
    own_nodes: bool = False
    nodes: int = 0
    simulated: int = 0

    def add(self, node: objects.Node) -> None:
        """One node; of one that is simulated or virtual only that it is there."""
        meta, info = node.metadata, node.status.nodeInfo
        self.nodes += 1
        kind = kind_of(node)
        self.simulated += kind.simulated
        if kind.own_version and not kind.placeholder:
            return
        self.versions.add(info.kubeletVersion)
        self.labels.update(meta.labels.items())
        self.annotations.update(meta.annotations)
        self.images.add(info.osImage)
        self.providers.add(node.spec.providerID)
        self.own_nodes = self.own_nodes or is_control_plane(node)
        self.proxy_off = self.proxy_off or any(_is_off(meta.annotations.get(key, "")) for key in _NODE_ARGS)


def _is_off(arguments: str) -> bool:
    """Whether the annotation by which a node of k3s or RKE2 tells its arguments, a JSON list, switches kube-proxy off."""
    words = arguments.replace('"', "").strip("[]").split(",")
    for place, word in enumerate(words):
        if word in ("--disable-kube-proxy", "--disable-kube-proxy=true"):
            return words[place + 1 : place + 2] != ["false"]
    return False


def declared() -> Iterator[Distribution]:
    """Every distribution, by name."""
    yield from sorted(_ALL, key=lambda one: one.name.lower())


def detect(marks: Marks) -> Distribution:
    """The distribution by its marks; "Kubernetes" without any. Agents of k3s run kube-proxy in their process, whoever runs the
    servers."""
    found = _detect(marks)
    if marks.mirrored and found.elsewhere:
        found = replace(found, elsewhere="", more="", store="")  # whatever it does elsewhere, here it runs as pods
    if not found.proxy and any("+k3s" in one for one in marks.versions):
        return replace(found, proxy=K3S_PROXY)
    return found


def _detect(marks: Marks) -> Distribution:
    if marks.simulated:
        return KWOK
    for one in DISTRIBUTIONS:
        if not any(_bears(marks, mark) for mark in one.marks):
            continue
        if any(_bears(marks, mark) for mark in one.unless):
            continue
        if one.beside and marks.labels and not any(_bears(marks, mark) for mark in one.beside):
            continue
        if not one.managed or not (marks.mirrored or marks.own_nodes):
            return one
        if one.own:
            return _BY_NAME.get(one.own, Distribution(name=one.own, source=one.source))
    return _without_marks(marks)


def _without_marks(marks: Marks) -> Distribution:
    if any(space.startswith("openshift-kube-") for space in marks.namespaces):
        return _BY_NAME["OpenShift"]
    if any(key.startswith(_OPENSHIFT_LABEL) for key, _ in marks.labels):
        if marks.groups is not None:
            return MICROSHIFT
        return MICROSHIFT if _elects_nobody(marks) else _BY_NAME["OpenShift"]
    if len(marks.kubeadm) >= 2 or any(_bears(marks, mark) for mark in KUBEADM.marks):
        return KUBEADM
    return KUBERNETES


def _bears(marks: Marks, mark: Mark) -> bool:
    text = mark.text
    match mark.where:
        case Where.VERSION:
            return any(text in one for one in marks.versions)
        case Where.LABEL:
            return any(_is_of(key, text) and mark.value in ("", value) for key, value in marks.labels)
        case Where.ANNOTATION:
            return any(one.startswith(text) for one in marks.annotations)
        case Where.IMAGE:
            return any(text in one for one in marks.images)
        case Where.PROVIDER:
            return any(one.startswith(text) for one in marks.providers)
        case Where.GROUP:
            return any(one == text or one.endswith(f".{text}") for one in marks.groups or ())
        case Where.WORKLOAD:
            return text in marks.workloads
        case Where.WORKLOAD_LABEL:
            return any(one.startswith(text) for one in marks.workload_labels)
        case Where.LEASE:
            return text in marks.leases


def _is_of(key: str, text: str) -> bool:
    """Whether a label's key begins so; of a domain that ends before a slash also whether it is of one below that
    (machine.cluster.vke.volcengine.com/gpu-name)."""
    return key.startswith(text) or ("/" in text and f".{text}" in key)


def _elects_nobody(marks: Marks) -> bool:
    """Which APIs are served cannot be asked: the leases can be seen and nobody's is among them, on a host that is not an image of
    OpenShift's own."""
    ours = any("CoreOS" in one for one in marks.images)
    return not ours and bool(marks.leases) and "kube-controller-manager" not in marks.leases
