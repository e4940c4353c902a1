"""What is said of components that a distribution hides, and the particulars that mislead who does not know them."""

from dataclasses import replace

import pytest

from planes.components.distribution import Marks, detect
from planes.structs.events import Changed, Heard, SourceEvent
from planes.structs.feeds import Feed
from planes.structs.moments import Mono
from planes.structs.objects import NodeLease
from planes.structs.rows import ComponentRow
from tests.assess.test_recordings import base, good_probes
from tests.components.distributions import Shape, events, lease
from tests.components.test_distribution import (
    CLUSTERS,
    NODES,
    aks,
    distribution,
    each,
    eks,
    gke,
    k0s,
    k3s,
    microshift,
    openshift,
    rke2,
    watched,
)
from tests.replaying import START, decode
from tests.timeline import Timeline


def evidence(row: ComponentRow, signal: str) -> str:
    return next(line.now for line in row.evidence if line.signal == signal)


@each
def test_what_is_hidden_says_what_would_show_more(name: str, shape: Shape, hidden: set[str]) -> None:
    for kind in hidden:
        because = watched(shape).components[kind].because
        shows = ("show", "Start ", "Set ", "Replaced by", "tell")
        assert any(word in because for word in shows), f"{name} {kind}: {because}"


def test_the_real_recording_of_a_kubeadm_cluster_is_named() -> None:
    timeline = Timeline()
    timeline.run([*base(), *good_probes(5)], 5)
    assert distribution(timeline) == "kubeadm"


def test_k3s_without_leader_election_names_the_arguments_that_would_show_it() -> None:
    because = watched(k3s(elected=False)).components["kube-scheduler"].because
    assert because.startswith("It runs inside the k3s process: no lease of it has been seen.")
    assert "--kube-scheduler-arg=leader-elect=true" in because


def test_a_control_plane_at_the_provider_is_known_from_its_lease_alone() -> None:
    row = watched(eks()).components["kube-scheduler"]
    assert row.state == "healthy"
    assert [(one.name, one.because) for one in row.instances] == [
        ("ip-10-0-1-7.eu-west-1.compute.internal_1", "Known from its lease alone.")
    ]
    held = "its lease is held on ip-10-0-1-7.eu-west-1.compute.internal, which is no node of this cluster"
    assert evidence(row, "pods") == f"it runs at the provider; {held}"


def test_a_state_store_that_its_provider_hides_is_judged_by_the_checks() -> None:
    row = watched(aks()).components["etcd"]
    assert row.state == "healthy"
    assert evidence(row, "members") == "state store: at the provider"


def test_openshift_s_scheduler_is_measured_by_its_own_137_s() -> None:
    row = watched(openshift()).components["kube-scheduler"]
    line = next(one for one in row.evidence if one.signal == "lease")
    assert line.should_be == "renewed within 137 s (its own leaseDurationSeconds)"
    assert line.source == "lease openshift-kube-scheduler/kube-scheduler"


@pytest.mark.parametrize(("silent", "state"), [(175.0, "healthy"), (187.0, "degraded"), (278.0, "down")])
def test_openshift_s_frozen_scheduler_is_bad_only_after_its_own_duration(silent: float, state: str) -> None:
    until = 30.0 + silent
    told = [
        event
        for event in events(openshift(), until)
        if not (isinstance(event, Changed) and event.feed is Feed.EXTRA_LEASES and event.at > START + 30)
    ]
    lists = [Heard(Feed.EXTRA_LEASES, Mono(START + second)) for second in range(int(until), 30, -20)]  # as its guard asks
    timeline = Timeline()
    timeline.run([*told, *lists], until)
    assert timeline.components["kube-scheduler"].state == state


def test_openshift_s_state_store_is_judged_by_livez_where_readyz_leaves_it_out() -> None:
    row = watched(openshift()).components["etcd"]
    assert row.state == "healthy"
    assert evidence(row, "etcd checks of /readyz") == "this API server leaves etcd out here"
    assert evidence(row, "/livez/etcd") == "ok"


def test_guards_and_installers_of_openshift_are_no_instances() -> None:
    assert [one.name for one in watched(openshift()).components["kube-apiserver"].instances if "guard" in one.name] == []
    assert [one.name for one in watched(openshift()).components["kube-scheduler"].instances] == ["openshift-kube-scheduler-node-a"]


def test_an_image_by_digest_gives_no_version_and_no_skew() -> None:
    row = watched(openshift()).components["kube-controller-manager"]
    assert evidence(row, "version skew") == "version not known"


def test_the_leases_of_k0s_controllers_make_no_nodes() -> None:
    timeline = watched(k0s())
    assert set(timeline.nodes) == set(NODES)
    assert timeline.components["kubelet"].because == "3 of 3 nodes healthy."


def test_a_k0s_controller_that_falls_silent_is_no_silent_node() -> None:
    until = 150.0
    told = [event for event in events(k0s(), until) if event.at <= START + 5 or not _is_of_controller(event)]
    timeline = Timeline()
    timeline.run(told, until)
    assert {row.state for row in timeline.components.values()} == {"healthy"}
    assert timeline.changes == []


def _is_of_controller(event: SourceEvent) -> bool:
    return isinstance(event, Changed) and isinstance(event.item, NodeLease) and event.item.metadata.name.startswith("k0s-")


def test_kube_proxy_of_rke2_is_no_part_of_its_control_plane() -> None:
    timeline = watched(rke2())
    control = [row for row in timeline.components.values() if row.plane == "control"]
    assert not [one.name for row in control for one in row.instances if "proxy" in one.name]
    assert {row.kube_proxy.state for row in timeline.nodes.values()} == {"healthy"}


@pytest.mark.parametrize("shape", [gke(dataplane=False), aks(), rke2()], ids=["GKE", "AKS", "RKE2"])
def test_kube_proxy_is_found_by_the_label_component(shape: Shape) -> None:
    assert {row.kube_proxy.state for row in watched(shape).nodes.values()} == {"healthy"}


def test_gke_s_dataplane_is_stated_and_no_alarm() -> None:
    row = watched(gke(dataplane=True)).components["kube-proxy"]
    assert (row.state, row.because) == ("not_observable", "Replaced by anetd (GKE Dataplane V2) in this cluster.")


def test_microshift_is_told_from_openshift_by_having_no_leaders() -> None:
    marks = [("node.openshift.io/os_id", "rhel")]
    assert detect(Marks(labels=marks, images=["Red Hat Enterprise Linux 9.6 (Plow)"], leases=["apiserver-x"])).name == "MicroShift"
    assert detect(Marks(labels=marks, images=["Red Hat Enterprise Linux 9.6 (Plow)"])).name == "OpenShift"
    seen = ["apiserver-x", "kube-controller-manager"]
    assert detect(Marks(labels=marks, images=["Red Hat Enterprise Linux 9.6 (Plow)"], leases=seen)).name == "OpenShift"
    image = "Red Hat Enterprise Linux CoreOS 9.6"
    assert detect(Marks(labels=marks, images=[image], leases=["apiserver-x"])).name == "OpenShift"


def test_a_lease_that_microshift_never_had_may_come_later() -> None:
    """Whoever turns leader election on sees the component become healthy, and is not told of a change for the worse."""
    until = 60.0
    told = events(replace(microshift(), leaders=()), until)
    for second in range(30, 60, 2):
        made = decode(Feed.SYSTEM_LEASES, lease("kube-system", "kube-scheduler", "node-a_1", 15, float(second)))
        told.append(Changed(Feed.SYSTEM_LEASES, made, START + second))
    timeline = Timeline()
    timeline.run(told, until)
    assert [state for _, state in timeline.of("kube-scheduler")] == ["unknown", "not_observable", "unknown", "healthy"]


def test_every_supported_distribution_has_a_fixture() -> None:
    names = {name for name, _, _ in CLUSTERS}
    assert names == {"kubeadm", "k3s", "RKE2", "k0s", "Talos", "OpenShift", "MicroShift", "EKS", "GKE", "AKS"}
