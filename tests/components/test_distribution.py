"""A cluster of each distribution, in good health, as its documentation shows it: named, nothing red, and what is hidden."""

from collections.abc import Iterable
from functools import cache

import pytest

from tests.components.distributions import CHECKS, Shape, daemon_set, events, pod, static
from tests.timeline import Timeline

UNTIL = 100.0
NODES = ("node-a", "node-b", "node-c")
PROXY = {"k8s-app": "kube-proxy"}
CONTROL = ("kube-apiserver", "etcd", "kube-controller-manager", "kube-scheduler")
BAD = {"degraded", "down", "unknown"}


def leaders(
    *holders: str, names: Iterable[str] = ("kube-controller-manager", "kube-scheduler")
) -> tuple[tuple[str, str, str, int], ...]:
    """The usual leases of the elected, in kube-system."""
    return tuple(("kube-system", name, f"{holders[0] if holders else 'node-a'}_1", 15) for name in names)


def proxies(version: str, labels: dict[str, str] = PROXY) -> list[dict[str, object]]:
    return [pod(f"kube-proxy-{node}", node, labels, f"registry.k8s.io/kube-proxy:{version}") for node in NODES]


_WATCHED: dict[int, Timeline] = {}


def watched(shape: Shape) -> Timeline:
    """The shape watched for UNTIL seconds; once for all tests, which only read it."""
    if id(shape) not in _WATCHED:
        timeline = _WATCHED[id(shape)] = Timeline()
        timeline.run(events(shape, UNTIL), UNTIL)
    return _WATCHED[id(shape)]


def states(timeline: Timeline) -> dict[str, str]:
    return {kind: row.state for kind, row in timeline.components.items()}


def never_red(timeline: Timeline) -> bool:
    """Nothing was ever degraded or down, and what is unknown at the beginning does not stay so."""
    red = {(subject, state) for _, subject, state in timeline.history if state in ("degraded", "down")}
    return not red and not {kind for kind, state in states(timeline).items() if state == "unknown"} and not timeline.changes


def distribution(timeline: Timeline) -> str:
    found = [frame.cluster.distribution for frame in timeline.frames if frame.cluster is not None]
    return found[-1]


def because(timeline: Timeline, kind: str) -> str:
    return timeline.components[kind].because


@cache
def k3s(*, elected: bool) -> Shape:
    """docs.k3s.io, "Architecture": server and agent are one process; node labels "CLI: k3s agent". One server with SQLite elects
    nobody, several with etcd do."""
    return Shape(
        "v1.34.1+k3s1",
        NODES,
        {"node.kubernetes.io/instance-type": "k3s", "k3s.io/hostname": "node-a"},
        os_image="Alpine Linux v3.22",
        runtime="containerd://2.1.4-k3s1",
        leaders=leaders(names=("kube-controller-manager", "kube-scheduler", "k3s", "k3s-etcd")) if elected else (),
    )


@cache
def rke2() -> Shape:
    """docs.rke2.io, "Anatomy of a Next Generation Kubernetes Distribution": static pods, kube-proxy among them on every node,
    all of them labelled tier=control-plane."""
    version = "v1.34.1+rke2r1"
    image = "index.docker.io/rancher/hardened-kubernetes:v1.34.1-rke2r1-build20250910"
    etcd = static("etcd", "node-a", "index.docker.io/rancher/hardened-etcd:v3.6.4-k3s3-build20250908")
    components = [static(kind, "node-a", image) for kind in (*CONTROL, "cloud-controller-manager") if kind != "etcd"]
    proxy = [static("kube-proxy", node, image) for node in NODES]
    held = leaders(names=("kube-controller-manager", "kube-scheduler", "rke2", "rke2-etcd"))
    return Shape(version, NODES, {"node.kubernetes.io/instance-type": "rke2"}, leaders=held, pods=[etcd, *components, *proxy])


@cache
def k0s(*, elected: bool = True) -> Shape:
    """docs.k0sproject.io, "Architecture": controllers run no kubelet, so none of them is a node; each keeps a lease
    k0s-ctrl-HOSTNAME in kube-node-lease."""
    version = "v1.34.1+k0s"
    return Shape(
        version,
        NODES,
        {"node.k0sproject.io/role": "worker"},
        leaders=leaders("controller-0") if elected else (),
        other_node_leases=("k0s-ctrl-controller-0", "k0s-ctrl-controller-1", "k0s-endpoint-reconciler"),
        pods=proxies("v1.34.1"),
        daemon_sets=[daemon_set("kube-proxy", PROXY, len(NODES))],
    )


@cache
def talos() -> Shape:
    """docs.siderolabs.com, "Control Plane": static pods labelled as kubeadm's are; etcd is a service of the operating system."""
    version = "v1.34.1"
    components = [
        static(kind, "node-a", f"registry.k8s.io/{kind}:{version}", **{"k8s-app": kind}) for kind in CONTROL if kind != "etcd"
    ]
    return Shape(
        version,
        NODES,
        os_image="Talos (v1.11.3)",
        leaders=leaders(),
        pods=[*components, *proxies(version)],
        daemon_sets=[daemon_set("kube-proxy", PROXY, len(NODES))],
    )


@cache
def openshift() -> Shape:
    """docs.redhat.com, "OpenShift Container Platform architecture": the control plane in openshift-kube-* and openshift-etcd, the
    scheduler's lease in openshift-kube-scheduler for 137 s, etcd left out of /readyz; OVN-Kubernetes instead of kube-proxy."""
    image = "quay.io/openshift-release-dev/ocp-v4.0-art-dev@sha256:" + "ab" * 32
    pods = []
    for kind, app in (
        ("kube-apiserver", "openshift-kube-apiserver"),
        ("kube-controller-manager", "kube-controller-manager"),
        ("kube-scheduler", "openshift-kube-scheduler"),
    ):
        space = f"openshift-{kind}"
        pods.append(pod(f"{space}-node-a", "node-a", {"app": app, "revision": "7"}, image, space=space, mirror=True))
        pods.append(pod(f"{kind}-guard-node-a", "node-a", {"app": "guard"}, image, space=space))
        pods.append(pod("installer-7-node-a", "node-a", {"app": "installer"}, image, space=space))
    pods.append(
        pod("etcd-node-a", "node-a", {"app": "etcd", "etcd": "true", "k8s-app": "etcd"}, image, space="openshift-etcd", mirror=True)
    )
    held = (*leaders(names=["kube-controller-manager"]), ("openshift-kube-scheduler", "kube-scheduler", "node-a_1", 137))
    return Shape(
        "v1.33.5",
        NODES,
        {"node.openshift.io/os_id": "rhel"},
        os_image="Red Hat Enterprise Linux CoreOS 9.6.20251015-0 (Plow)",
        runtime="cri-o://1.33.5",
        leaders=held,
        pods=pods,
        readyz=tuple(name for name in CHECKS if name != "etcd"),
    )


@cache
def microshift() -> Shape:
    """docs.redhat.com, "Red Hat build of MicroShift": one process on one host, without leader election and without kube-proxy."""
    return Shape(
        "v1.33.5",
        NODES[:1],
        {"node.openshift.io/os_id": "rhel", "node-role.kubernetes.io/control-plane": ""},
        os_image="Red Hat Enterprise Linux 9.6 (Plow)",
        runtime="cri-o://1.33.5",
        readyz=tuple(name for name in CHECKS if name != "etcd"),
    )


@cache
def eks() -> Shape:
    """docs.aws.amazon.com/eks, "Amazon EKS architecture": the control plane in AWS's account; its leases are
    seen, its pods are not."""
    version = "v1.34.1-eks-113cf36"
    image = "602401143452.dkr.ecr.eu-west-1.amazonaws.com/eks/kube-proxy:v1.34.1-minimal-eksbuild.1"
    held = leaders(
        "ip-10-0-1-7.eu-west-1.compute.internal", names=("kube-controller-manager", "kube-scheduler", "cloud-controller-manager")
    )
    return Shape(
        version,
        NODES,
        {"eks.amazonaws.com/nodegroup": "workers"},
        os_image="Amazon Linux 2023.9.20251014",
        leaders=(*held, ("kube-system", "eks-certificates-controller", "ip-10-0-1-7", 15)),
        pods=[pod(f"kube-proxy-{node}", node, PROXY, image) for node in NODES],
        daemon_sets=[daemon_set("kube-proxy", PROXY, len(NODES))],
        identities=("apiserver-aaaaaaaaaaaaaaaaaaaaaaaaaa", "apiserver-bbbbbbbbbbbbbbbbbbbbbbbbbb"),
        addresses=("10.0.1.7", "10.0.2.7"),
    )


@cache
def gke(*, dataplane: bool) -> Shape:
    """cloud.google.com/kubernetes-engine, "GKE cluster architecture" and "GKE Dataplane V2": leases are seen; kube-proxy is a
    static pod component=kube-proxy, or with Dataplane V2 there is anetd instead."""
    version = "v1.33.5-gke.1080000"
    image = "gke.gcr.io/kube-proxy-amd64:v1.33.5-gke.1080000"
    if dataplane:
        pods = [pod(f"anetd-{node}", node, {"k8s-app": "anetd"}, "gke.gcr.io/cilium/cilium:v1.16.6") for node in NODES]
    else:
        pods = [pod(f"kube-proxy-{node}", node, {"component": "kube-proxy", "tier": "node"}, image, mirror=True) for node in NODES]
    labels = {"cloud.google.com/gke-nodepool": "default-pool", "cloud.google.com/gke-os-distribution": "cos"}
    return Shape(
        version,
        NODES,
        labels,
        os_image="Container-Optimized OS from Google",
        leaders=leaders("gke-control-plane"),
        pods=pods,
        daemon_sets=[daemon_set("anetd", {"k8s-app": "anetd"}, len(NODES))] if dataplane else [],
    )


@cache
def aks() -> Shape:
    """learn.microsoft.com/azure/aks, "Core concepts": the control plane is Azure's and hidden; kube-proxy is a DaemonSet
    whose pods are labelled component=kube-proxy, tier=node."""
    labels = {"component": "kube-proxy", "tier": "node", "kubernetes.azure.com/managedby": "aks"}
    return Shape(
        "v1.33.5",
        NODES,
        {"kubernetes.azure.com/cluster": "MC_group_cluster_westeurope", "kubernetes.azure.com/mode": "system"},
        pods=proxies("v1.33.5", labels),
        daemon_sets=[daemon_set("kube-proxy", labels, len(NODES))],
        identities=(),
    )


@cache
def kubeadm() -> Shape:
    """kubernetes.io, "Creating a cluster with kubeadm": static pods labelled component and tier, kube-proxy a DaemonSet."""
    version = "v1.36.2"
    components = [static(kind, "node-a", f"registry.k8s.io/{kind}:{version}") for kind in CONTROL if kind != "etcd"]
    etcd = static("etcd", "node-a", "registry.k8s.io/etcd:3.6.5-0")
    return Shape(
        version,
        NODES,
        leaders=leaders(),
        pods=[etcd, *components, *proxies(version)],
        daemon_sets=[daemon_set("kube-proxy", PROXY, len(NODES))],
    )


#: Name, shape, and the components that are hidden there; all others are healthy.
CLUSTERS = [
    ("kubeadm", kubeadm(), set()),
    ("k3s", k3s(elected=False), {"kube-controller-manager", "kube-scheduler", "kube-proxy"}),
    ("k3s", k3s(elected=True), {"kube-proxy"}),
    ("RKE2", rke2(), set()),
    ("k0s", k0s(), set()),
    ("k0s", k0s(elected=False), {"kube-controller-manager", "kube-scheduler"}),
    ("Talos", talos(), set()),
    ("OpenShift", openshift(), {"kube-proxy"}),
    ("MicroShift", microshift(), {"kube-controller-manager", "kube-scheduler", "kube-proxy"}),
    ("EKS", eks(), set()),
    ("GKE", gke(dataplane=False), set()),
    ("GKE", gke(dataplane=True), {"kube-proxy"}),
    ("AKS", aks(), {"kube-controller-manager", "kube-scheduler"}),
]
each = pytest.mark.parametrize(
    ("name", "shape", "hidden"), CLUSTERS, ids=[f"{name}-{place}" for place, (name, *_) in enumerate(CLUSTERS)]
)


@each
def test_a_healthy_cluster_is_named_and_nothing_in_it_turns_red(name: str, shape: Shape, hidden: set[str]) -> None:
    timeline = watched(shape)
    assert distribution(timeline) == name
    assert never_red(timeline), [timeline.history, timeline.changes, states(timeline)]
    found = states(timeline)
    assert {kind for kind, state in found.items() if state == "not_observable"} == hidden
    assert {state for kind, state in found.items() if kind not in hidden} == {"healthy"}
