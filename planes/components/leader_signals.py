"""What the elected have in common in their declarations."""

from planes.components.spec import REACH, Signal

_LEASE = Signal(
    "lease",
    "its lease in kube-system (OpenShift: in its own namespace)",
    "Whether its holder keeps renewing it, seen on our own clock and measured by the lease's own duration (15 s, as a rule).",
    "not renewed for longer than it lasts and a failover takes, or released and not taken since",
    "not renewed for twice as long, or released and not taken for longer",
    "it was old when first seen and has not been renewed since; or nothing can be written while etcd is away",
    ("leader_degraded", "leader_down", "leader_handover", "leader_released", "lease_abandoned"),
)
_FAILOVERS = Signal(
    "failovers",
    "its lease",
    "How often the leader changed.",
    "too often within the window",
    thresholds=("leader_failovers", "flap_window"),
)
_PODS = Signal(
    "pods",
    "pods of kube-system",
    "Whether its pods can be seen.",
    unknown="they are all there is to judge it by, and there is no word from their kubelets",
)
_POD = Signal(
    "pod",
    "pods of kube-system",
    "Each instance, by its mirror pod. Is it ready, and if not, why (CrashLoopBackOff, …)?",
    "one cannot run, or is not ready for longer than a normal restart takes",
    "every instance is not ready for longer than the bound",
    "the kubelet of its node is silent, or its node has only just come back: what is shown is the last known state",
    ("hold_condition", "leader_degraded", "leader_released", "leader_down", "pods_counted"),
)
_SKEW = Signal(
    "version skew",
    "images of its pods, GET /version",
    "Its version against the newest API server's.",
    "it is newer, or older by more than the bound",
    thresholds=("leader_skew",),
)
LEADS = (REACH, _LEASE, _FAILOVERS)
STANDS = (_PODS, _POD, _SKEW)
HIDDEN = (
    "neither a lease nor a pod of it has been seen: it runs without leader election inside another process, or its provider "
    "hides it"
)
UNKNOWN = "its lease was not seen renewed yet, cannot be written, or cannot be read any more"
RIGHTS = ("leases/kube-system", "leases/elsewhere", "pods/kube-system", "/version")
