"""What proves which distribution a cluster is: each mark of each, and what must not be taken for one."""

from dataclasses import replace

import pytest

from planes.components import dataplanes
from planes.components.distribution import MANAGED, Gathered, Marks, declared, detect
from planes.components.distribution_marks import Distribution, Mark, Where
from planes.components.distributions import DISTRIBUTIONS, KWOK
from planes.structs.moments import Mono
from planes.structs.objects import LabelledMeta, Node, NodeInfo, NodeSpec, NodeStatus
from planes.structs.workload_observations import WorkloadSeen

_PLACES = {
    Where.VERSION: "versions",
    Where.ANNOTATION: "annotations",
    Where.IMAGE: "images",
    Where.PROVIDER: "providers",
    Where.GROUP: "groups",
    Where.WORKLOAD: "workloads",
    Where.WORKLOAD_LABEL: "workload_labels",
    Where.LEASE: "leases",
}
MIRRORED = ("kube-apiserver", "kube-controller-manager", "kube-scheduler")


def bearing(*marks: Mark, mirrored: tuple[str, ...] = ()) -> Marks:
    """A cluster that bears these marks and no other."""
    found: dict[str, list[str]] = {}
    for mark in marks:
        if mark.where is not Where.LABEL:
            found.setdefault(_PLACES[mark.where], []).append(mark.text)
    labels = [("kubernetes.io/os", "linux")]
    labels += [(mark.text, mark.value or "x") for mark in marks if mark.where is Where.LABEL]
    found.setdefault("groups", ["apps"])
    return Marks(labels=labels, mirrored=mirrored, **found)  # type: ignore[arg-type] # by their names


EACH = [pytest.param(one, mark, id=f"{one.name} {mark}") for one in declared() if one is not KWOK for mark in one.marks]


@pytest.mark.parametrize(("one", "mark"), EACH)
def test_each_mark_is_enough_with_what_must_be_beside_it(one: Distribution, mark: Mark) -> None:
    beside = one.beside[:1] if mark not in one.beside else ()
    assert detect(bearing(mark, *beside)).name == one.name


@pytest.mark.parametrize("one", [one for one in DISTRIBUTIONS if one.managed], ids=lambda one: one.name)
def test_nothing_is_managed_where_pods_of_the_control_plane_are_seen(one: Distribution) -> None:
    found = detect(bearing(*one.marks[:1], *one.beside[:1], mirrored=MIRRORED))
    assert found.name not in MANAGED
    assert not found.managed
    assert "provider" not in found.elsewhere


@pytest.mark.parametrize("one", [one for one in DISTRIBUTIONS if one.managed], ids=lambda one: one.name)
def test_nothing_is_managed_where_nodes_of_the_control_plane_are_seen(one: Distribution) -> None:
    found = detect(replace(bearing(*one.marks[:1], *one.beside[:1]), own_nodes=True))
    assert found.name not in MANAGED
    assert "provider" not in found.elsewhere


@pytest.mark.parametrize(
    ("marks", "name"),
    [
        (Marks(workloads=["nodelocaldns"], labels=[("a", "b")]), "kubespray"),
        (
            Marks(workloads=["nodelocaldns"], labels=[("node-role.kubernetes.io/worker", "")], kubeadm=MIRRORED),
            "kubeadm",
        ),  # KubeKey
        (Marks(workloads=["nodelocaldns"], groups=["cluster.kubesphere.io"], kubeadm=MIRRORED), "kubeadm"),
        (Marks(workloads=["dns-autoscaler"], kubeadm=MIRRORED), "kubeadm"),  # kubernetes.io, "Autoscale the DNS Service"
        (Marks(workloads=["kindnet"], kubeadm=MIRRORED), "kubeadm"),  # a network that anybody may use
        (Marks(providers=["tinkerbell://a/b"], versions=["v1.30.2"], labels=[("a", "b")], kubeadm=MIRRORED), "kubeadm"),
        (Marks(providers=["tinkerbell://a/b"], versions=["v1.30.2-eks-1-30-8"], labels=[("a", "b")]), "EKS Anywhere"),
        (Marks(labels=[("bosh.id", "x")]), "Kubernetes"),  # CFCR
        (Marks(labels=[("node.exoscale.net/external", "")]), "Kubernetes"),
    ],
)
def test_what_others_have_too_is_no_proof(marks: Marks, name: str) -> None:
    assert detect(marks).name == name


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("machine.cluster.vke.volcengine.com/gpu-name", "VKE"),
        ("vci.vke.volcengine.com/node-type", "VKE"),
        ("node.tke.cloud.tencent.com/cpu", "TKE"),
        ("eks.tke.cloud.tencent.com/nodepool-id", "TKE"),
        ("enterprise.cloud.ionos.com/datacenter-id", "IONOS Kubernetes"),
        ("cloud.ionos.com/nodepool-name", "IONOS Kubernetes"),
        ("notcloud.ionos.com/nodepool-name", "Kubernetes"),
        ("example.org/cloud.ionos.com", "Kubernetes"),
        ("node.info/kubeletVersion", "OKE"),
        ("anywhere.eks.amazonaws.com/x", "EKS Anywhere"),
    ],
)
def test_a_mark_that_is_a_domain_counts_on_what_is_below_it(key: str, name: str) -> None:
    assert detect(Marks(labels=[(key, "x")], groups=["apps"])).name == name


@pytest.mark.parametrize("one", list(declared()), ids=lambda one: one.name)
def test_each_row_says_where_it_is_documented_and_advises_nothing_that_is_not_its_own(one: Distribution) -> None:
    assert one.source
    assert one.name in ("k3s", "k0s") or "leader-elect" not in one.more


@pytest.mark.parametrize(
    ("marks", "name"),
    [
        (bearing(Mark(Where.VERSION, "v1.28.7-gke.1026000"), Mark(Where.LABEL, "kubernetes.io/os")), "GKE outside Google Cloud"),
        (Marks(versions=["v1.28.7-gke.1026000"]), "GKE"),
        (bearing(Mark(Where.VERSION, "v1.28.5-eks-1-28-12"), mirrored=MIRRORED), "EKS Distro"),
        (bearing(Mark(Where.LABEL, "kubernetes.azure.com/cluster"), mirrored=MIRRORED), "Kubernetes"),
        (bearing(Mark(Where.LABEL, "kubernetes.azure.com/role", "agent")), "Kubernetes"),
        (bearing(Mark(Where.GROUP, "operator.karmada.io")), "Kubernetes"),  # the host of a Karmada
        (Marks(versions=["v1.30.0+k3s1"], annotations=["vcluster.loft.sh/object-name"]), "vcluster"),
        (Marks(labels=[("node.openshift.io/os_id", "rhel")], groups=["apps"]), "MicroShift"),
        (Marks(labels=[("node.openshift.io/os_id", "rhcos")], groups=["config.openshift.io"]), "OpenShift"),
        (Marks(mirrored=MIRRORED), "Kubernetes"),  # static pods alone are not kubeadm's
        (Marks(mirrored=MIRRORED, kubeadm=MIRRORED), "kubeadm"),
        (Marks(labels=[("eks.amazonaws.com/nodegroup", "x")], simulated=True), "KWOK"),
    ],
)
def test_what_only_looks_alike_is_told_apart(marks: Marks, name: str) -> None:
    assert detect(marks).name == name


def test_nothing_is_said_to_run_elsewhere_where_pods_of_the_control_plane_are_seen() -> None:
    found = detect(bearing(Mark(Where.LABEL, "magnum.openstack.org/role"), mirrored=MIRRORED))
    assert (found.name, found.elsewhere, found.store) == ("Magnum", "", "")


def test_agents_of_k3s_run_kube_proxy_in_their_process_whoever_runs_the_servers() -> None:
    found = detect(Marks(versions=["v1.30.0+k3s1"], labels=[("kubernetes.civo.com/civo-node-pool", "x")]))
    assert (found.name, found.elsewhere) == ("Civo", "at the provider")
    assert found.proxy.startswith("It runs inside the k3s process")


def node(labels: dict[str, str], annotations: dict[str, str], version: str = "v1.30.0", provider: str = "") -> Node:
    status = NodeStatus(nodeInfo=NodeInfo(kubeletVersion=version, osImage="Debian"))
    return Node(LabelledMeta("n", labels=labels, annotations=annotations), NodeSpec(providerID=provider), status)


def test_simulated_and_virtual_nodes_say_nothing_of_the_cluster() -> None:
    found = Gathered()
    found.add(node({"eks.amazonaws.com/nodegroup": "x", "type": "kwok"}, {}))
    found.add(node({"cloud.google.com/gke-nodepool": "x"}, {"kwok.x-k8s.io/node": "fake"}))
    assert (found.nodes, found.simulated, found.labels) == (2, 2, set())
    found.add(node({"type": "virtual-kubelet", "kubernetes.azure.com/cluster": "x"}, {}, "v1.19.10-vk-azure-aci-1.4.8"))
    assert (found.nodes, found.simulated, found.versions) == (3, 2, set())
    found.add(node({"a": "b"}, {"c": "d"}, provider="kind://docker/kind/n"))
    assert (found.labels, found.annotations, found.providers) == ({("a", "b")}, {"c"}, {"kind://docker/kind/n"})


@pytest.mark.parametrize(
    ("arguments", "off"),
    [
        ('["server","--disable-kube-proxy"]', True),
        ('["server","--disable-kube-proxy","true","--cni","none"]', True),
        ('["server","--disable-kube-proxy=true"]', True),
        ('["server","--disable-kube-proxy","false"]', False),
        ('["server","--disable","traefik"]', False),
        ("", False),
    ],
)
def test_a_node_says_that_it_was_started_without_kube_proxy(arguments: str, off: bool) -> None:
    found = Gathered()
    found.add(node({}, {"k3s.io/node-args": arguments}))
    assert found.proxy_off is off


# --- what takes kube-proxy's place --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("called", "settings", "proven"),
    [
        ("Calico (BPF mode)", (), False),
        ("Calico (BPF mode)", ("FELIX_BPFENABLED=false",), False),
        ("Calico (BPF mode)", ("FELIX_BPFENABLED=true",), True),
        ("Cilium", (), False),
        ("Cilium", ("--kube-proxy-replacement=disabled",), False),
        ("Cilium", ("--kube-proxy-replacement=probe",), False),
        ("Cilium", ("--kube-proxy-replacement=strict",), True),
        ("kube-router", ("--run-service-proxy=false",), False),
        ("kube-router", ("--run-service-proxy=true",), True),
        ("OVN-Kubernetes", (), True),
        ("OpenShift SDN", (), True),
        ("anetd (GKE Dataplane V2)", (), True),
    ],
)
def test_only_its_own_setting_proves_that_a_dataplane_takes_kube_proxys_place(
    called: str, settings: tuple[str, ...], proven: bool
) -> None:
    one = next(one for one in dataplanes.DATAPLANES if one.called == called)
    name = one.daemon_sets[0]
    seen = WorkloadSeen(
        kind="DaemonSet",
        namespace="kube-system",
        name=name,
        app=name,
        desired=1,
        ready=1,
        seen_at=Mono(1.0),
        settings=settings,
    )
    assert one.proves(seen) is proven


@pytest.mark.parametrize(
    ("labels", "name", "called"),
    [
        ({"k8s-app": "cilium"}, "cilium-x2k9p", "Cilium"),
        ({"k8s-app": "cilium"}, "anetd-x2k9p", "anetd (GKE Dataplane V2)"),
        ({"app": "sdn"}, "sdn-bbzns", "OpenShift SDN"),
        ({"app": "sdn"}, "weather-1", ""),
        ({"k8s-app": "calico-kube-controllers"}, "calico-kube-controllers-1", ""),
    ],
)
def test_pods_of_dataplanes_are_told_apart(labels: dict[str, str], name: str, called: str) -> None:
    assert dataplanes.called(labels.items(), name) == called
