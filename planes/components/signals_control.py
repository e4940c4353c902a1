"""What the state store and the elected are judged by."""

from planes.components.spec import REACH, Component, Signal, pod

_METRICS = "/metrics of the API server"

ETCD = Component(
    "etcd",
    "etcd (the state store)",
    "the API server's checks of it pass. A list that is answered proves nothing: it may come from a cache",
    "a member is not ready, or requests to it fail or are slow",
    "the API server's check of it fails: nothing can be changed, while what is cached can still be read",
    "the checks were last answered too long ago, or the API server cannot be asked",
    "the API server lists no check of it (not permitted, or its provider stores the state elsewhere) and no member is visible",
    (
        REACH,
        Signal(
            "etcd checks of {path}",
            "GET /livez?verbose, GET /readyz?verbose",
            "Whether /livez and /readyz hold checks of the state store. OpenShift and MicroShift leave it out of /readyz.",
            unknown="that path was last answered too long ago",
            thresholds=("probe_stale",),
        ),
        Signal(
            "{path}/{check}",
            "GET /livez?verbose, GET /readyz?verbose",
            "Each check of the state store: etcd, etcd-readiness.",
            down="it fails",
            thresholds=("hold_probe", "probe_stale"),
        ),
        Signal("etcd checks", "GET /livez?verbose", "Said when checks that were listed before no longer are."),
        Signal("members", "pods of kube-system", "Whether its members can be seen as pods."),
        pod("Each member.", "one is not ready; while a majority is, it works"),
        Signal(
            "request latency",
            _METRICS,
            "The 99th percentile of requests to it, as the API server sees them, over the window.",
            "it is above the bound over the whole window, and still between the last two scrapes",
            unknown="it is above the bound, and the window is not covered yet",
            thresholds=("etcd_latency", "rate_window"),
        ),
        Signal(
            "request errors",
            _METRICS,
            "The share of requests to it that fail.",
            "it is above the bound",
            thresholds=("etcd_errors",),
        ),
        Signal("stored bytes", _METRICS, "The size of what is stored. Its quota is not known here. Shown only."),
    ),
    ("/livez", "/readyz", "/readyz/*", "/metrics", "pods/kube-system"),
)

_LEASE = Signal(
    "lease",
    "its lease in kube-system (OpenShift: in its own namespace)",
    "Whether its holder goes on renewing it, seen on our own clock and measured by the lease's own duration (15 s, as a rule).",
    "not renewed for longer than it lasts, or released and not taken again",
    "not renewed for twice as long, or released and not taken again for longer",
    "it was old when first seen and has not been renewed since; or nothing can be written while etcd is away",
    ("leader_degraded", "leader_down", "leader_handover", "leader_released"),
)
_FAILOVERS = Signal(
    "failovers",
    "its lease",
    "How often the lead changed hands.",
    "too often within the window",
    thresholds=("leader_failovers", "flap_window"),
)
_PODS = Signal(
    "pods",
    "pods of kube-system",
    "Whether its pods can be seen.",
)
_POD = Signal(
    "pod",
    "pods of kube-system",
    "Each instance, by its mirror pod. Is it ready, and if not, why (CrashLoopBackOff, …)?",
    "one is not ready",
    "every instance is not ready for longer than the bound",
    "the kubelet of its node is silent, or its node has only just come back: what is told of it is the last known state",
    ("hold_condition", "leader_released", "pods_counted"),
)
_SKEW = Signal(
    "version skew",
    "images of its pods, GET /version",
    "Its version against the API server's.",
    "it is newer, or older by more than the bound",
    thresholds=("leader_skew",),
)
_LEADS = (REACH, _LEASE, _FAILOVERS)
_STANDS = (_PODS, _POD, _SKEW)
_HIDDEN = (
    "no lease and no pod of it was ever seen: it runs without leader election inside another process, or its provider hides it"
)
_UNKNOWN = "its lease was not seen to be renewed yet, cannot be written, or cannot be read any more"
_RIGHTS = ("leases/kube-system", "leases/elsewhere", "pods/kube-system", "/version")

CONTROLLER_MANAGER = Component(
    "kube-controller-manager",
    "kube-controller-manager",
    "its lease is renewed in time, and its controllers keep up",
    "its lease is late, an instance is not ready, it changes hands too often, or it leads but does no work",
    "its lease has not been renewed for twice its duration, nobody has taken the lead, or no instance is ready",
    _UNKNOWN,
    _HIDDEN,
    (
        *_LEADS,
        Signal(
            "controllers keep up",
            "daemonsets, deployments",
            "Whether observedGeneration follows generation: whether a controller takes notice of what was changed.",
            "one lags for longer than the bound",
            thresholds=("generation_lag",),
        ),
        *_STANDS,
    ),
    (*_RIGHTS, "daemonsets", "deployments"),
)
SCHEDULER = Component(
    "kube-scheduler",
    "kube-scheduler",
    "its lease is renewed in time, and every pod has been decided about",
    "its lease is late, an instance is not ready, it changes hands too often, or it leads but decides nothing",
    "its lease has not been renewed for twice its duration, nobody has taken the lead, or no instance is ready",
    _UNKNOWN,
    _HIDDEN,
    (
        *_LEADS,
        Signal(
            "pods undecided",
            "pods",
            "Pods without any PodScheduled condition. A pod that fits no node has one: that is capacity, not its fault.",
            "one waits for longer than the bound while the scheduler leads",
            thresholds=("pod_undecided",),
        ),
        *_STANDS,
    ),
    (*_RIGHTS, "pods"),
)
CLOUD_CONTROLLER_MANAGER = Component(
    "cloud-controller-manager",
    "cloud-controller-manager",
    "its lease is renewed in time",
    "its lease is late, an instance is not ready, or it changes hands too often",
    "its lease has not been renewed for twice its duration, nobody has taken the lead, or no instance is ready",
    _UNKNOWN,
    _HIDDEN + ". It is shown only where one was seen, or where a provider runs the control plane",
    (*_LEADS, *_STANDS),
    _RIGHTS,
)
