"""Whose a pod is, by the marks that kinds declare."""

import re

import pytest

from planes.components.pod_kinds import SELECTORS, kind_of
from planes.components.registry import KINDS
from planes.structs.objects import LabelledMeta, SystemPod

MIRROR = {"kubernetes.io/config.mirror": "x"}


def pod(labels: dict[str, str], namespace: str = "kube-system", mirror: bool = False) -> SystemPod:
    return SystemPod(LabelledMeta("x", namespace, labels=labels, annotations=MIRROR if mirror else {}))


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
        ({"k8s-app": "kube-proxy", "app": "ovnkube-node"}, "kube-system", False, "kube-proxy"),
        ({"app": "shop"}, "kube-system", False, ""),
    ],
)
def test_a_pod_is_of_the_kind_whose_marks_it_bears(labels: dict[str, str], namespace: str, mirror: bool, kind: str) -> None:
    assert kind_of(pod(labels, namespace, mirror)) == kind


def test_a_quick_list_asks_for_every_mark() -> None:
    asked = {
        (key, value) for one in SELECTORS for key, values in re.findall(r"(\S+) in \((.*)\)", one) for value in values.split(",")
    }
    assert asked >= {mark for one in KINDS if one.pods is not None for mark in one.pods.labels}
    assert ("k8s-app", "calico-node") in asked
