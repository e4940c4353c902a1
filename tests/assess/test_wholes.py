"""Roll-ups that a person would agree with, entries by cause, distributions by their marks, versions, and the thresholds."""

import dataclasses

import pytest

from planes.assess import attention, rollup
from planes.assess.attention import Trouble
from planes.components.distribution import Marks, detect
from planes.structs import thresholds, versions
from planes.structs.moments import Mono
from planes.structs.verdicts import State
from tests.components.making import THRESHOLDS

H, D, X, U, N = State.HEALTHY, State.DEGRADED, State.DOWN, State.UNKNOWN, State.NOT_OBSERVABLE


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({H: 119, X: 1}, D),
        ({H: 119, D: 1}, D),
        ({H: 61, X: 59}, D),
        ({H: 60, X: 60}, X),
        ({H: 1, X: 1}, X),
        ({X: 1}, X),
        ({H: 119, U: 1}, H),
        ({H: 91, U: 29}, H),
        ({H: 90, U: 30}, U),
        ({H: 60, U: 60}, U),
        ({U: 5, D: 1}, D),
        ({N: 5}, N),
        ({N: 5, H: 1}, H),
        ({State.CORDONED: 3, H: 1}, H),
        ({}, N),
    ],
)
def test_one_silent_node_of_120_is_not_the_data_plane_down(counts: dict[State, int], expected: State) -> None:
    assert rollup.whole(counts, {}, THRESHOLDS)[0] is expected


def test_a_zone_that_is_gone_is_the_data_plane_down() -> None:
    zones = {"a": {H: 40}, "b": {H: 40}, "c": {X: 40}}
    state, because = rollup.data_plane({H: 80, X: 40}, zones, {}, THRESHOLDS)
    assert state is X
    assert because == "All nodes of zone c are down; 40 of 120 nodes need attention"


def test_a_zone_of_one_node_is_no_zone_gone() -> None:
    assert rollup.whole({H: 80, X: 1}, {"a": {H: 80}, "b": {X: 1}}, THRESHOLDS)[0] is D


def test_a_roll_up_says_the_arithmetic() -> None:
    verdict = rollup.agents("kubelet", {H: 117, D: 2, X: 1}, {}, {}, THRESHOLDS, Mono(0.0))
    assert verdict.because == "117 of 120 nodes healthy, 2 degraded, 1 down."
    assert verdict.line == "117 of 120 healthy"


def test_where_all_share_one_reason_it_explains_the_whole() -> None:
    assert (
        rollup.agents("kube-proxy", {N: 5}, {}, {N: "Replaced by Cilium."}, THRESHOLDS, Mono(0.0)).because == "Replaced by Cilium."
    )


def test_the_control_plane_is_as_its_worst_component() -> None:
    assert rollup.control_plane([("etcd", H, ""), ("kube-scheduler", X, "")]) == (X, "kube-scheduler is down")
    assert rollup.control_plane([("etcd", H, ""), ("kube-scheduler", N, "")])[0] is H
    assert rollup.control_plane([("etcd", H, ""), ("kube-scheduler", U, "why")])[0] is U
    assert rollup.control_plane([("etcd", N, "")])[0] is N


def trouble(index: int, cause: str = "silent", state: State = X) -> Trouble:
    return Trouble(
        node=f"node-{index}",
        agent="kubelet",
        cause=cause,
        state=state,
        because="No heartbeat.",
        since=Mono(100.0 - index),
        agents={"kubelet": state.value},
    )


def test_many_with_one_cause_are_one_entry_and_few_are_entries_of_their_own() -> None:
    assert [one.name for one in attention.group([trouble(1), trouble(2)], THRESHOLDS)] == ["node-1", "node-2"]
    (entry,) = attention.group([trouble(index) for index in range(412)], THRESHOLDS)
    assert (entry.title, entry.count, entry.key) == ("412 kubelets silent", 412, "nodes:kubelet:silent")
    assert len(entry.names) == 5


def test_other_causes_are_other_entries_and_the_worst_comes_first() -> None:
    entries = attention.order(attention.group([trouble(1, "pressure", D), trouble(2)], THRESHOLDS))
    assert [one.state for one in entries] == [X, D]


@pytest.mark.parametrize(
    ("marks", "name"),
    [
        (Marks(versions=["v1.33.1+k3s1"]), "k3s"),
        (Marks(versions=["v1.33.1+rke2r1"]), "RKE2"),
        (Marks(versions=["v1.33.1+k0s.0"]), "k0s"),
        (Marks(versions=["v1.33.5-gke.1080000"]), "GKE"),
        (Marks(versions=["v1.33.1-eks-1234567"]), "EKS"),
        (Marks(versions=["v1.33.1"], labels=[("kubernetes.azure.com/cluster", "x")]), "AKS"),
        (Marks(versions=["v1.33.1"], labels=[("node.openshift.io/os_id", "rhcos")]), "OpenShift"),
        (Marks(versions=["v1.33.1"], images=["Talos (v1.10.0)"]), "Talos"),
        (Marks(versions=["v1.33.1"], images=["Debian"], kubeadm=("etcd", "kube-apiserver")), "kubeadm"),
        (Marks(versions=["v1.33.1"], images=["Debian"]), "Kubernetes"),
    ],
)
def test_distributions_are_told_by_their_marks(marks: Marks, name: str) -> None:
    assert detect(marks).name == name


def test_a_managed_control_plane_is_said_to_be_elsewhere() -> None:
    assert detect(Marks(versions=["v1.33.1-eks-1234567"])).managed
    assert detect(Marks(versions=["v1.33.1+k3s1"])).elsewhere == "inside the k3s process"


def test_versions_of_images_and_servers() -> None:
    assert versions.image_version("registry.k8s.io/kube-proxy:v1.36.2@sha256:0123") == "v1.36.2"
    assert versions.image_version("localhost:5000/kube-proxy") == ""
    assert versions.image_version("registry/kube-proxy:latest") == ""
    assert versions.behind("v1.33.5-gke.1", "v1.36.2+k3s1") == 3
    assert versions.behind("", "v1.36.2") is None


def test_every_bound_is_declared_with_unit_meaning_and_source() -> None:
    declared = list(thresholds.declared())
    assert {one.name for one in declared} == {one.name for one in dataclasses.fields(thresholds.Thresholds)}
    for one in declared:
        assert one.unit
        assert one.component
        assert len(one.says) > 15
        assert one.source
        assert one.default > 0
