"""metrics-server: an add-on, judged by its own readiness."""

from planes.components import addons
from planes.components.addons import ENDPOINTS, HEARD, HIDDEN, POD, REPLICAS, RIGHTS, UNKNOWN
from planes.components.spec import REACH, Component, Plane, PodMarks, Signal
from planes.components.verdict_builder import Judged
from planes.components.view import ClusterView
from planes.structs.moments import Mono
from planes.structs.observations import AddonObservation
from planes.structs.thresholds import Thresholds

_NAMES = ("metrics-server", "rke2-metrics-server")


def observe(view: ClusterView) -> AddonObservation | None:
    """metrics-server, where it is seen."""
    api_service = view.cache.api_services.dated(view.dating).get("v1beta1.metrics.k8s.io")
    return addons.observe(view, "metrics-server", _NAMES, _NAMES, api_service)


def judge(seen: AddonObservation, now: Mono, thresholds: Thresholds) -> Judged:
    """metrics-server of one cluster."""
    return addons.judge(seen, now, thresholds, "metrics-server", "kubectl top and autoscaling by CPU or memory stand still.")


COMPONENT: Component[AddonObservation] = Component(
    kind="metrics-server",
    plane=Plane.ADDON,
    title="metrics-server",
    role="measures nodes and pods",
    does="Serves CPU and memory usage of nodes and pods as metrics.k8s.io.",
    away="While it is away, kubectl top and autoscaling by CPU or memory stand still; everything else keeps working.",
    commands=(
        "kubectl get apiservice v1beta1.metrics.k8s.io",
        "kubectl -n kube-system get pods -l k8s-app=metrics-server -o wide",
    ),
    pods=PodMarks(labels=(("k8s-app", "metrics-server"), ("app.kubernetes.io/name", "metrics-server"))),
    healthy="its service has ready endpoints, its replicas are ready, and its API is available",
    degraded="some of its replicas are not ready",
    down="its service has no ready endpoint, or its API is not available: no usage figures, no autoscaling",
    unknown=UNKNOWN,
    hidden=HIDDEN,
    signals=(
        REACH,
        ENDPOINTS,
        REPLICAS,
        POD,
        HEARD,
        Signal(
            "API service",
            "apiservice v1beta1.metrics.k8s.io",
            "Whether the API server can reach it.",
            down="it is not available",
            thresholds=("hold_probe",),
        ),
    ),
    rights=(*RIGHTS, "apiservices"),
    observe=observe,
    judge=judge,
)
