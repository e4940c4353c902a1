"""What the three agents of a node, and the add-ons, are judged by."""

from planes.components.spec import REACH, Component, Signal, pod

_SILENT = "the kubelet is silent: what is told is the last known state"


def _all_nodes(kind: str) -> tuple[Signal, ...]:
    """The lines of the roll-up over all nodes."""
    thresholds = ("rollup_down", "zone_least")
    return (
        Signal(
            f"{kind} on nodes",
            "all nodes",
            "The roll-up: how many nodes are in which state.",
            "any node is degraded or down",
            "half of the nodes that can be seen are down, or a whole zone is",
            "half of the nodes or more are unknown, and none is known to be bad",
            thresholds,
        ),
        Signal(
            "zone {zone}",
            "all nodes",
            "The same in each zone, where there are several.",
            "any node of it is degraded or down",
            "half of its nodes are down; the whole is down with it if all are",
            "half of its nodes or more are unknown",
            thresholds,
        ),
        Signal(
            "nodes",
            "nodes",
            "Whether nodes can be seen at all.",
            unknown="they cannot be read any more",
            thresholds=("feed_stale",),
        ),
        Signal(kind, "nodes", "Said where the cluster has no nodes."),
    )


def _pressure(kind: str, what: str) -> Signal:
    return Signal(
        kind,
        "the Node's conditions",
        f"Whether the node runs short of {what}.",
        "True",
        unknown=_SILENT,
        thresholds=("hold_condition",),
    )


KUBELET = Component(
    "kubelet",
    "kubelet",
    "its heartbeat is on time and it says Ready",
    "its heartbeat is late, it says that it is not ready, its node is under pressure, Ready flaps, or its version is not supported",
    "no heartbeat for the lease's duration (40 s, as a rule), or Kubernetes itself says Ready=Unknown",
    "its lease was deleted or not seen to be renewed yet; all nodes fell silent together, so that no single one is to blame; or "
    "its lease may not be read while the controller manager, which would notice its death, is down",
    "neither nodes nor node leases may be read",
    (
        REACH,
        Signal(
            "node lease",
            "leases in kube-node-lease",
            "Its heartbeat: renewed about every 10 s of a 40 s lease. It tells 25 to 30 s before Kubernetes itself does.",
            "not renewed for longer than the first bound",
            "not renewed for longer than the second",
            "deleted, missing, or not seen to be renewed yet; all nodes silent together",
            ("kubelet_slow", "kubelet_silent", "monitor_grace", "all_silent", "all_silent_least"),
        ),
        Signal(
            "Ready",
            "the Node's conditions",
            "What it says of itself. What it says of the container runtime is the runtime's matter.",
            "False, for a reason of its own",
            "Unknown: Kubernetes has not heard from it",
            f"{_SILENT}; or nobody would take it back if the node died",
            ("hold_condition", "monitor_grace"),
        ),
        _pressure("MemoryPressure", "memory"),
        _pressure("DiskPressure", "disk"),
        _pressure("PIDPressure", "process ids"),
        Signal(
            "NetworkUnavailable",
            "the Node's conditions",
            "Whether the node's network is set up. Told only where it is not, or as the last known state.",
            "True",
            unknown=_SILENT,
            thresholds=("hold_condition",),
        ),
        Signal(
            "flips of Ready",
            "the Node's conditions",
            "How often Ready changed within the window.",
            "too often",
            thresholds=("ready_flips", "flap_window"),
        ),
        Signal(
            "version skew",
            "the Node's nodeInfo, GET /version",
            "Its version against the API server's.",
            "it is newer, or older by more than the bound",
            thresholds=("kubelet_skew",),
        ),
        *_all_nodes("kubelet"),
    ),
    ("nodes", "leases/kube-node-lease", "/version"),
)
CONTAINER_RUNTIME = Component(
    "container-runtime",
    "container runtime",
    "its kubelet works with it",
    "the kubelet says that it answers too slowly (PLEG), with errors, or that the pod network is not ready",
    'the kubelet says "container runtime is down"; its own heartbeat goes on meanwhile',
    "the kubelet is silent, or nothing would tell if it were",
    "nodes may not be read",
    (
        REACH,
        Signal("runtime version", "the Node's nodeInfo", "Its name and version. Shown only."),
        Signal(
            "Ready message",
            "the Node's conditions",
            "What the kubelet says of it in the message of Ready.",
            "PLEG is not healthy, network not ready, errors",
            "container runtime is down",
            "the kubelet is silent, or has reported nothing yet",
            ("hold_condition",),
        ),
        *_all_nodes("container-runtime"),
    ),
    ("nodes", "leases/kube-node-lease"),
)
KUBE_PROXY = Component(
    "kube-proxy",
    "kube-proxy",
    "its pod on the node is ready. Pods that Kubernetes counts as not ready only because their node is not are judged by their "
    "containers",
    "its pod is not ready, restarts again and again, or its version is not supported",
    "there is no pod of it on a node where the DaemonSet wants one",
    "the kubelet is silent or the container runtime is down, so that nobody sees the pod: the last known state is told",
    "another dataplane takes its place (Cilium, anetd, OVN-Kubernetes, Calico in BPF mode, kube-router), it runs inside another "
    "process (k3s), or its pods may not be read",
    (
        REACH,
        Signal(
            "pod",
            "pods of kube-system",
            "Its pod on the node.",
            "it is there and not ready",
            "there is none for longer than the bound, though one is wanted",
            "the kubelet is silent, the container runtime is down, or a new pod is awaited",
            ("hold_condition", "proxy_missing", "pods_counted"),
        ),
        Signal(
            "restarts",
            "pods of kube-system",
            "How often its container restarted within the window.",
            "too often",
            thresholds=("proxy_restarts", "flap_window"),
        ),
        Signal(
            "version skew",
            "the image of its pod, GET /version",
            "Its version against the API server's.",
            "it is newer, or older by more than the bound",
            thresholds=("proxy_skew",),
        ),
        Signal(
            "skew to kubelet",
            "the image of its pod, the Node's nodeInfo",
            "Its version against its kubelet's.",
            "further apart than the bound",
            thresholds=("proxy_skew",),
        ),
        *_all_nodes("kube-proxy"),
    ),
    ("nodes", "pods/kube-system", "daemonsets", "leases/kube-node-lease", "/version"),
)
AGENTS = (KUBELET, KUBE_PROXY, CONTAINER_RUNTIME)

_ENDPOINTS = Signal(
    "endpoints",
    "endpointslices of its service",
    "Whether anybody answers for it.",
    down="none is ready",
    thresholds=("hold_probe",),
)
_REPLICAS = Signal(
    "replicas", "its Deployment", "How many of those wanted are ready.", "some are not", "none is", thresholds=("hold_probe",)
)
_POD = pod("Each pod of it.", "", ())
_UNKNOWN = "the API server cannot be asked, or its endpoints cannot be read any more"
_RIGHTS = ("deployments", "endpointslices/kube-system", "pods/kube-system")
ADDONS = (
    Component(
        "dns",
        "DNS",
        "its service has ready endpoints and its replicas are ready",
        "some of its replicas are not ready",
        "its service has no ready endpoint: names are not resolved",
        _UNKNOWN,
        "it is scaled to zero, or may not be read. It is shown only where it was seen",
        (REACH, _ENDPOINTS, _REPLICAS, _POD),
        _RIGHTS,
    ),
    Component(
        "metrics-server",
        "metrics-server",
        "its service has ready endpoints, its replicas are ready, and its API is available",
        "some of its replicas are not ready",
        "its service has no ready endpoint, or its API is not available: no usage figures, no autoscaling",
        _UNKNOWN,
        "it is scaled to zero, or may not be read. It is shown only where it was seen",
        (
            REACH,
            _ENDPOINTS,
            _REPLICAS,
            _POD,
            Signal(
                "API service",
                "apiservice v1beta1.metrics.k8s.io",
                "Whether the API server can reach it.",
                down="it is not available",
                thresholds=("hold_probe",),
            ),
        ),
        (*_RIGHTS, "apiservices"),
    ),
)
