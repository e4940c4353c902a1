"""Whose a pod is, by the marks that kinds declare."""

import re

import pytest

from planes.components.pod_kinds import SELECTORS, kind_of
from planes.components.registry import KINDS
from planes.structs.objects import Container, LabelledMeta, PodStatus, SystemPod, SystemPodSpec

MIRROR = {"kubernetes.io/config.mirror": "x"}


def pod(labels: dict[str, str], namespace: str = "kube-system", mirror: bool = False, **containers: str) -> SystemPod:
    """`containers`: name and image; underscores of a name stand for hyphens."""
    meta = LabelledMeta("x", namespace, labels=labels, annotations=MIRROR if mirror else {})
    made = [Container(name.replace("_", "-"), image) for name, image in containers.items()]
    return SystemPod(meta, SystemPodSpec(containers=made))


@pytest.mark.parametrize(
    ("labels", "namespace", "mirror", "kind"),
    [
        ({"component": "etcd"}, "kube-system", True, "etcd"),
        ({"k8s-app": "kube-apiserver"}, "kube-system", True, "kube-apiserver"),
        ({"component": "etcd"}, "kube-system", False, ""),  # no mirror pod: somebody else's
        ({"component": "kube-proxy", "tier": "control-plane"}, "kube-system", True, "kube-proxy"),  # RKE2, GKE
        ({"k8s-app": "kube-proxy"}, "kube-system", False, "kube-proxy"),
        ({"app": "openshift-etcd"}, "openshift-etcd", True, "etcd"),
        ({"app": "etcd"}, "openshift-etcd", True, "etcd"),
        ({"app": "guard"}, "openshift-etcd", True, ""),
        ({"app": "openshift-etcd"}, "openshift-etcd", False, ""),
        ({"app": "cloud-controller-manager"}, "kube-system", False, "cloud-controller-manager"),
        ({"k8s-app": "kube-dns"}, "kube-system", False, "dns"),
        ({"app.kubernetes.io/name": "metrics-server"}, "kube-system", False, "metrics-server"),
        ({"k8s-app": "cilium"}, "kube-system", False, "replacement:Cilium"),
        ({"k8s-app": "etcd-manager-main"}, "kube-system", True, "etcd"),  # kOps
        ({"k8s-app": "etcd-manager-events"}, "kube-system", True, "etcd"),
        ({"k8s-app": "etcd-manager-cilium"}, "kube-system", True, ""),
        ({"k8s-app": "kube-scheduler", "tier": "control-plane"}, "kube-system", False, "kube-scheduler"),  # bootkube
        ({"k8s-app": "kube-scheduler"}, "kube-system", False, ""),  # that it is called so is not enough
        ({"k8s-app": "etcd", "tier": "control-plane"}, "kube-system", False, ""),
        ({"app": "hcloud-cloud-controller-manager"}, "kube-system", False, "cloud-controller-manager"),
        ({"k8s-app": "kube-proxy-windows"}, "kube-system", False, "kube-proxy"),
        ({"k8s-app": "kube-proxy-worker"}, "kube-system", False, "kube-proxy"),
        ({"app": "kubernetes", "role": "proxy"}, "kube-system", False, "kube-proxy"),  # Gardener
        ({"role": "proxy"}, "kube-system", False, ""),
        ({"app": "kube-proxy"}, "openshift-kube-proxy", False, "kube-proxy"),
        ({"k8s-app": "kube-proxy-exporter"}, "kube-system", False, ""),
        ({"app": "ovnkube-node"}, "openshift-ovn-kubernetes", False, "replacement:OVN-Kubernetes"),
        ({"k8s-app": "kube-proxy", "app": "ovnkube-node"}, "kube-system", False, "kube-proxy"),
        ({"app": "shop"}, "kube-system", False, ""),
    ],
)
def test_a_pod_is_of_the_kind_whose_marks_it_bears(labels: dict[str, str], namespace: str, mirror: bool, kind: str) -> None:
    assert kind_of(pod(labels, namespace, mirror)) == kind


@pytest.mark.parametrize(
    ("made", "kind"),
    [
        (pod({}, mirror=True, kube_apiserver="x"), "kube-apiserver"),
        (pod({}, kube_apiserver="x"), ""),
        (pod({"tier": "control-plane"}, kube_apiserver="x"), "kube-apiserver"),
        (pod({"tier": "control-plane"}, etcd="x"), ""),
        (pod({"k8s-app": "kube-scheduler"}, kube_scheduler="x"), "kube-scheduler"),
        (pod({}, kube_proxy="x"), "kube-proxy"),
        (pod({"k8s-app": "kube-proxy-edge"}, proxy="registry.example/kube-proxy:v1.30.0"), "kube-proxy"),
        (pod({"k8s-app": "kube-proxy-edge"}, proxy="registry.example/exporter:v1"), ""),
    ],
)
def test_a_pod_is_known_by_its_container_too(made: SystemPod, kind: str) -> None:
    assert kind_of(made) == kind


@pytest.mark.parametrize(
    ("phase", "kind"), [("Running", "kube-proxy"), ("Pending", "kube-proxy"), ("Failed", ""), ("Succeeded", "")]
)
def test_a_pod_that_has_finished_is_an_instance_of_nothing(phase: str, kind: str) -> None:
    made = pod({"k8s-app": "kube-proxy"})
    made.status = PodStatus(phase=phase)
    assert kind_of(made) == kind


def test_a_quick_list_asks_for_every_mark() -> None:
    asked = {
        (key, value) for one in SELECTORS for key, values in re.findall(r"(\S+) in \((.*)\)", one) for value in values.split(",")
    }
    assert asked >= {mark for one in KINDS if one.pods is not None for mark in one.pods.labels}
    assert ("k8s-app", "calico-node") in asked
