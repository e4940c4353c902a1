"""Which distribution a cluster is said to be, and what is said to be seen and hidden of it."""

import pytest

from tests.distros.living import Told

ADVICE = "leader-elect"


def healthy(told: Told, *kinds: str) -> None:
    """These components were healthy all the time."""
    assert {kind: told.states(kind) for kind in kinds} == {kind: {"healthy"} for kind in kinds}


def never_bad(told: Told) -> None:
    """Nothing was ever degraded or down."""
    assert [(turn.subject, turn.state, turn.because) for turn in told.turns if turn.state in ("degraded", "down")] == []
    assert told.changes == []


@pytest.mark.case("01")
def test_calico_alone_does_not_replace_the_kube_proxy_of_ibm_cloud(told: Told) -> None:
    never_bad(told)
    assert told.cluster.distribution == "IBM Cloud Kubernetes Service"
    assert told.state("kube-proxy") == "not_observable"
    assert told.because("kube-proxy").startswith("No pod of it is visible: IBM Cloud runs it as a service of each worker")
    assert "eplaced by" not in told.ever()
    assert {node.pool for node in told.nodes.values()} == {"default"}


@pytest.mark.case("03")
def test_gardeners_kube_proxy_is_found_by_its_own_labels_and_its_pools_are_told(told: Told) -> None:
    never_bad(told)
    assert told.cluster.distribution == "Gardener"
    assert {told.state(f"{name}/kube-proxy") for name in told.nodes} == {"healthy"}
    assert {node.pool for node in told.nodes.values()} == {"a"}
    assert "eplaced by" not in told.ever()


@pytest.mark.case("08")
def test_openshift_sdn_is_told_where_that_is_what_runs(told: Told) -> None:
    never_bad(told)
    assert told.cluster.distribution == "OpenShift"
    assert (told.state("kube-proxy"), told.because("kube-proxy")) == (
        "not_observable",
        "Replaced by OpenShift SDN in this cluster.",
    )
    assert "OVN-Kubernetes takes its place" not in told.ever()


@pytest.mark.case("09")
def test_the_older_words_for_a_network_that_is_not_ready_are_about_the_runtime(told: Told) -> None:
    assert {told.state(f"{name}/container-runtime") for name in told.nodes} == {"degraded"}
    assert {told.state(f"{name}/kubelet") for name in told.nodes} == {"healthy"}
    assert "not about the runtime" not in told.ever()


@pytest.mark.case("21")
def test_kube_proxy_worker_is_kube_proxy_and_nothing_is_advised_where_a_provider_runs_the_rest(told: Told) -> None:
    assert (told.cluster.distribution, told.state("kube-proxy")) == ("ACK", "degraded")
    states = {name: told.state(f"{name}/kube-proxy") for name in told.nodes}
    assert states == {"qas-k8s-w31201": "healthy", "qas-k8s-w31212": "healthy", "qas-k8s-w31207": "degraded"}
    assert "CrashLoopBackOff" in told.because("qas-k8s-w31207/kube-proxy")
    assert {node.pool for node in told.nodes.values()} == {"np000000000"}
    for leader in ("kube-controller-manager", "kube-scheduler"):
        assert told.state(leader) == "not_observable"
        assert told.because(leader).startswith("It runs at the provider")
    assert ADVICE not in told.ever()


@pytest.mark.case("24")
def test_mke_runs_kube_proxy_and_control_plane_as_containers_of_the_engine(told: Told) -> None:
    never_bad(told)
    assert told.cluster.distribution == "MKE"
    assert told.because("kube-proxy").startswith("No pod of it is visible: MKE runs it as a container of the engine")
    assert "provider" not in told.words("kube-scheduler") + told.words("etcd")
    assert "eplaced by" not in told.ever()


@pytest.mark.case("25")
def test_kube_proxy_of_an_openshift_with_a_foreign_network_is_found_in_its_own_namespace(told: Told) -> None:
    never_bad(told)
    assert {told.state(f"{name}/kube-proxy") for name in told.nodes} == {"healthy"}
    line = told.evidence("master1.lab.example/kube-proxy", "pod")
    assert line is not None
    assert line.source.startswith("pod openshift-kube-proxy/openshift-kube-proxy-")
    assert "OVN-Kubernetes" not in told.ever("kube-proxy", since=25.0)
    assert not [name for kind in told.components for name in told.instances(kind) if "guard" in name or "installer" in name]


@pytest.mark.case("27")
def test_microshift_is_an_openshift_label_without_openshifts_api(told: Told) -> None:
    never_bad(told)
    assert told.cluster.distribution == "MicroShift"
    for leader in ("kube-controller-manager", "kube-scheduler"):
        assert told.because(leader).startswith("It runs inside the MicroShift process")
    assert ADVICE not in told.ever()
    assert "OpenShift" not in told.ever("kube-proxy", since=25.0)


@pytest.mark.case("28")
def test_slow_leases_of_a_single_node_openshift_are_healthy_all_the_time(told: Told) -> None:
    never_bad(told)
    healthy(told, "kube-controller-manager", "kube-scheduler")
    for leader in ("kube-controller-manager", "kube-scheduler"):
        lease = told.evidence(leader, "lease")
        assert lease is not None
        assert "renewed within 270 s" in lease.should_be
    said = told.because("kube-proxy")
    assert "openshift-ovn-kubernetes" in said
    assert "openshift-kube-proxy" in said
    assert "takes its place" not in said


@pytest.mark.case("29")
def test_aks_engine_is_not_aks_and_no_component_is_made_of_its_name(told: Told) -> None:
    never_bad(told)
    assert told.cluster.distribution == "AKS Engine"
    assert "cloud-controller-manager" not in told.components
    assert "cloud-controller-manager" not in told.said
    assert {node.zone for node in told.nodes.values()} == {""}
    assert sum(node.control_plane for node in told.nodes.values()) == 3
    assert len(told.instances("kube-controller-manager")) == 3


@pytest.mark.case("31")
def test_a_cluster_that_elects_by_endpoints_is_judged_by_its_pods(told: Told) -> None:
    never_bad(told)
    healthy(told, "kube-controller-manager", "kube-scheduler")
    lease = told.evidence("kube-scheduler", "lease")
    assert lease is not None
    assert "Endpoints object" in lease.now
    assert "EndpointSlices in default are not served." in [one.message for one in told.cluster.missing]


@pytest.mark.case("38")
def test_a_self_hosted_control_plane_is_seen_by_its_pods(told: Told) -> None:
    assert told.state("kube-controller-manager") == "degraded"
    assert told.because("kube-controller-manager").startswith("1 of 2 instances is ready")
    assert set(told.instances("kube-apiserver")) == {"kube-apiserver-ap0", "kube-apiserver-ap1"}
    assert told.state("kube-scheduler") == "healthy"
    assert len(told.instances("kube-scheduler")) == 2
    for kind in ("kube-apiserver", "kube-controller-manager", "kube-scheduler"):
        assert {one.version for one in told.instances(kind).values()} == {"v1.21.4"}
    assert told.cluster.distribution == "Kubernetes"
    assert {turn.subject for turn in told.turns if turn.state in ("degraded", "down")} == {"kube-controller-manager"}


@pytest.mark.case("39")
def test_a_replica_of_dns_that_fits_on_no_node_is_capacity(told: Told) -> None:
    never_bad(told)
    healthy(told, "dns")
    assert "1 of 2 replicas has been unschedulable since " in told.because("dns")
    assert told.cluster.distribution == "kubespray"


@pytest.mark.case("44")
def test_finished_pods_are_no_instances(told: Told) -> None:
    never_bad(told)
    healthy(told, "cloud-controller-manager", "metrics-server")
    assert list(told.instances("cloud-controller-manager")) == ["cloud-controller-manager-6b-live1"]
    assert list(told.instances("metrics-server")) == ["metrics-server-55-new"]


@pytest.mark.case("45")
def test_an_api_server_without_nodes_keeps_templates_of_work(told: Told) -> None:
    never_bad(told)
    healthy(told, "kube-controller-manager")
    assert told.because("kube-scheduler") == "None is visible, and there are no nodes to schedule to."
    assert ADVICE not in told.ever()
    assert "ago and no controller has noticed" not in told.ever()
    keeps_up = told.evidence("kube-controller-manager", "controllers keep up")
    assert keeps_up is not None
    assert keeps_up.state == "not_observable"
    assert told.because("kubelet") == "There are no nodes."


@pytest.mark.case("48")
def test_the_state_store_of_k3s_is_in_its_process_and_its_cloud_controller_is_found(told: Told) -> None:
    never_bad(told)
    members = told.evidence("etcd", "members")
    assert members is not None
    assert members.now == (
        "state store: inside the k3s process (no node has the role etcd: SQLite, or an external database behind kine)"
    )
    lease = told.evidence("cloud-controller-manager", "lease")
    assert lease is not None
    assert (told.state("cloud-controller-manager"), lease.source) == (
        "healthy",
        "lease kube-system/k3s-cloud-controller-manager",
    )
    assert "its provider hides it" not in told.ever()
