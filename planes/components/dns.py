"""DNS of the cluster (CoreDNS, as a rule): an add-on, judged by its own readiness."""

from planes.components import addons
from planes.components.addons import ENDPOINTS, HEARD, HIDDEN, POD, REPLICAS, RIGHTS, UNKNOWN
from planes.components.spec import REACH, Component, Plane, PodMarks
from planes.components.verdict_builder import Judged
from planes.components.view import ClusterView
from planes.structs.moments import Mono
from planes.structs.observations import AddonObservation
from planes.structs.thresholds import Thresholds

#: What its Deployment is called or labelled, and its service: by nearly everybody, kubespray, RKE2.
_NAMES = ("kube-dns", "coredns", "rke2-coredns-rke2-coredns")
_SERVICES = ("kube-dns", "coredns", "rke2-coredns-rke2-coredns")


def observe(view: ClusterView) -> AddonObservation | None:
    """The cluster's DNS, where it is seen."""
    return addons.observe(view, "dns", _NAMES, _SERVICES)


def judge(seen: AddonObservation, now: Mono, thresholds: Thresholds) -> Judged:
    """DNS of one cluster."""
    return addons.judge(seen, now, thresholds, "DNS", "New connections by name fail; open ones keep working.")


COMPONENT: Component[AddonObservation] = Component(
    kind="dns",
    plane=Plane.ADDON,
    title="DNS",
    role="answers names inside the cluster",
    does="Answers the names of Services and pods inside the cluster (CoreDNS, as a rule).",
    away="While it is away, open connections keep working; new ones by name fail in every pod that uses cluster DNS.",
    commands=(
        "kubectl -n kube-system get pods -l k8s-app=kube-dns -o wide",
        "kubectl -n kube-system get endpointslices -l kubernetes.io/service-name=kube-dns",
    ),
    pods=PodMarks(labels=(("k8s-app", "kube-dns"), ("k8s-app", "coredns"), ("k8s-app", "vcluster-kube-dns"))),
    healthy="its service has ready endpoints and its replicas are ready",
    degraded="some of its replicas are not ready",
    down="its service has no ready endpoint: names are not resolved",
    unknown=UNKNOWN,
    hidden=HIDDEN,
    signals=(REACH, ENDPOINTS, REPLICAS, POD, HEARD),
    rights=RIGHTS,
    observe=observe,
    judge=judge,
)
