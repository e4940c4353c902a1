"""cloud-controller-manager: its lease and pods. Its work cannot be seen; it is shown where one was seen: a
distribution's name alone makes none."""

from planes.components import leader
from planes.components.kube_controller_manager import judge
from planes.components.leader_gauges import RENEWED
from planes.components.leader_signals import HIDDEN, LEADS, RIGHTS, STANDS, UNKNOWN
from planes.components.spec import Component, Plane, PodMarks, named
from planes.components.view import ClusterView
from planes.structs.observations import LeaderObservation


def observe(view: ClusterView) -> LeaderObservation | None:
    """The cloud's controller manager; None where nothing tells of one."""
    kind = COMPONENT.kind
    shown = kind in view.known.leases or kind in view.known.pods
    return leader.observe(view, kind) if shown else None


COMPONENT: Component[LeaderObservation] = Component(
    kind="cloud-controller-manager",
    plane=Plane.CONTROL,
    title="cloud-controller-manager",
    role="talks to the cloud",
    does="Keeps the cluster and its cloud in step: addresses and zones of nodes, load balancers of Services, routes.",
    away="While it is away, pods and existing load balancers keep working. New nodes stay tainted as uninitialised, and "
    "new or changed load balancers are not made.",
    commands=(
        "kubectl -n kube-system get lease cloud-controller-manager -o yaml",
        "kubectl -n kube-system get pods -A -l component=cloud-controller-manager -o wide",
    ),
    pods=PodMarks(labels=named("cloud-controller-manager"), ending="cloud-controller-manager"),
    healthy="its lease is renewed in time",
    degraded="its lease is late, an instance is not ready, or its leader changes too often",
    down="its lease has not been renewed for twice its duration, there is no leader, or no instance is ready",
    unknown=UNKNOWN,
    hidden=HIDDEN + ". It is shown only where one was seen",
    signals=(*LEADS, *STANDS),
    rights=RIGHTS,
    gauges=(RENEWED,),
    observe=observe,
    judge=judge,
)
