"""What the rows of distributions say beside their marks: where control plane and state store are, and what hides the rest."""

import pytest

from planes.components.distribution import _ALL, NODES, Gathered
from planes.components.distribution_marks import Distribution
from planes.structs.events import CacheEvent
from tests.components.observed import node, view

PROVIDER = "at the provider"


def names(flag: str) -> set[str]:
    return {one.name for one in _ALL if getattr(one, flag)}


@pytest.mark.parametrize("one", [one for one in _ALL if one.elsewhere], ids=lambda one: one.name)
def test_whoever_runs_the_control_plane_elsewhere_says_where_the_state_store_is(one: Distribution) -> None:
    assert bool(one.store) is (one.name != "k3s"), "of k3s the nodes tell which of its servers keep etcd"
    assert (one.store == PROVIDER) is (one.elsewhere == PROVIDER)


def test_where_only_the_state_store_is_no_pod_that_is_said_too() -> None:
    assert {one.name for one in _ALL if one.store and not one.elsewhere} == {"Talos", "kubespray"}


def test_what_is_managed_is_run_at_a_provider_or_in_another_cluster_by_somebody_else() -> None:
    others = {"Gardener", "OpenShift (hosted control plane)"}
    assert names("managed") == {one.name for one in _ALL if one.elsewhere == PROVIDER} | others


def test_which_bear_the_marks_of_a_service_and_run_their_control_plane_themselves() -> None:
    assert {one.name: one.own for one in _ALL if one.own} == {
        "OpenShift (hosted control plane)": "OpenShift",
        "OpenShift on IBM Cloud": "OpenShift",
        "EKS": "EKS Distro",
        "GKE": "GKE on premises",
        "ACK": "ACK dedicated",
    }


def test_which_are_one_process_and_which_need_another_mark_beside_theirs() -> None:
    assert names("process") == {"OrbStack", "k3s", "MicroShift"}
    assert names("beside") == {"OpenShift on IBM Cloud", "GKE", "EKS Anywhere"}
    assert names("unless") == {"kubespray"}


def test_for_which_there_is_a_way_to_see_more() -> None:
    assert names("more") == {"k3s", "k0s", "EKS", "GKE", "AKS", "MicroShift"}


def test_which_hide_kube_proxy() -> None:
    assert names("proxy") == {
        *("vcluster", "OpenShift", "OpenShift (hosted control plane)", "OpenShift on IBM Cloud", "OrbStack", "k3s", "MicroK8s"),
        *("Canonical Kubernetes", "Charmed Kubernetes", "MKE", "RKE1", "EKS", "IBM Cloud Kubernetes Service", "Magnum", "TKGI"),
        *("MicroShift", "KWOK"),
    }


@pytest.mark.parametrize(("place", "name"), [(NODES - 1, "MicroK8s"), (NODES, "Kubernetes")])
def test_two_hundred_nodes_are_looked_at(place: int, name: str) -> None:
    told: list[CacheEvent] = [node(f"n{number:03d}") for number in range(place)]
    assert NODES == 200
    assert view([*told, node("marked", labels={"microk8s.io/cluster": "true"})]).distribution.name == name


def test_nothing_is_gathered_of_no_node() -> None:
    found = Gathered()
    assert (found.nodes, found.simulated, found.proxy_off) == (0, 0, False)
