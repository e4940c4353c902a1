"""Every bound that a rule compares with: named, typed, with its default, unit, meaning and source.

The declarations below are the only place for these numbers. `declared()` lists them, so that settings and documentation can be
made from them and cannot drift.
"""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass, field

#: Our own choice, where no source gives a number.
RULE = "our own rule"


@dataclass(frozen=True, slots=True)
class Threshold:
    """One declaration, as documentation shows it."""

    name: str
    default: float
    unit: str
    component: str
    says: str
    source: str
    low: float  # a setting below makes no sense
    high: float


#: What makes sense at all, by unit: lowest, highest. Times differ more: a twentieth to twenty times the default.
_RANGES = {
    "of requests": (0.0001, 1.0),
    "of nodes": (0.01, 1.0),
    "of its lifetime": (0.01, 1.0),
    "of its quota": (0.01, 1.0),
    "minor versions": (0.0, 20.0),
    "× lease duration": (0.1, 10.0),
    "nodes": (1.0, 5000.0),
    "subjects": (1.0, 5000.0),
    "requests": (1.0, 1_000_000.0),
    "changes of holder": (1.0, 100.0),
    "restarts": (1.0, 100.0),
    "flips": (0.0, 100.0),
}
_TIMES = 20.0


def _bound(default: float, unit: str, component: str, says: str, source: str = RULE) -> float:
    low, high = _RANGES.get(unit, (default / _TIMES, default * _TIMES))
    about = {"unit": unit, "component": component, "says": says, "source": source, "low": low, "high": high}
    declared: float = field(default=default, metadata=about)
    return declared


_MIXIN = "kubernetes-mixin"
_SKEW = "Kubernetes version skew policy"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The thresholds in force. Make one with other values by keyword: Thresholds(kubelet_silent=30)."""

    # --- what we see with -----------------------------------------------------------------------------------------------------
    feed_stale: float = _bound(15.0, "s", "all", "a feed that fails for longer says nothing any more: what rests on it is unknown")
    probe_stale: float = _bound(30.0, "s", "all", "a probe's last answer that is older says nothing any more")
    settle: float = _bound(15.0, "s", "all", "a first list that takes longer is no longer waited for before the first full picture")
    pause: float = _bound(5.0, "s", "all", "a gap between two looks that is longer means that Planewatch itself was paused")
    lease_abandoned: float = _bound(
        3600.0, "s", "all", "a lease last renewed longer ago when first seen proves nothing: unknown, unless something else says so"
    )
    clock_skew: float = _bound(2.0, "s", "all", "a cluster's clock that is further from ours is said, and changes no verdict")

    # --- announcing -----------------------------------------------------------------------------------------------------------
    hold_probe: float = _bound(3.0, "s", "all", "a state that rests on a single probe is announced after it held for so long")
    hold_condition: float = _bound(1.0, "s", "all", "a worse state that rests on a condition or a pod is announced after so long")
    hold_recovery: float = _bound(3.0, "s", "all", "a better state is announced after it held for so long")
    hold_flapping: float = _bound(
        300.0, "s", "all", "the longest that a better state must hold where it was lost again and again within the flap window"
    )
    group_at: float = _bound(3.0, "subjects", "all", "so many subjects with one cause become one entry")

    # --- kube-apiserver -------------------------------------------------------------------------------------------------------
    identity_frozen: float = _bound(
        30.0, "s", "kube-apiserver", "identity lease not renewed for longer: that instance is lost (renewed every 10 s)"
    )
    error_ratio: float = _bound(0.01, "of requests", "kube-apiserver", "answers with 5xx above this share: degraded", _MIXIN)
    latency: float = _bound(1.0, "s", "kube-apiserver", "99th percentile (SLI, not long-running) above: degraded", _MIXIN)
    rate_window: float = _bound(300.0, "s", "kube-apiserver", "rates and percentiles are taken over so long a window", _MIXIN)
    inflight_limit: float = _bound(
        600.0, "requests", "kube-apiserver", "in-flight requests that the API server admits by default", "kube-apiserver flags"
    )
    certificate_warning: float = _bound(
        7.0, "d", "kube-apiserver", "serving certificate ends sooner, and below its share: degraded", _MIXIN
    )
    certificate_share: float = _bound(
        0.1,
        "of its lifetime",
        "kube-apiserver",
        "less is left of the serving certificate, and less than the days above: degraded (the 7 d of a year's, 72 min of 12 h)",
    )
    apiservice_unavailable: float = _bound(300.0, "s", "kube-apiserver", "an APIService not available for longer: degraded", _MIXIN)
    webhook_unready: float = _bound(
        30.0, "s", "kube-apiserver", "a webhook's service without ready endpoints for longer (failurePolicy Fail): degraded"
    )

    # --- etcd -----------------------------------------------------------------------------------------------------------------
    etcd_latency: float = _bound(0.25, "s", "etcd", "99th percentile of requests as the API server sees them above: degraded")
    etcd_quota: float = _bound(
        0.8,
        "of its quota",
        "etcd",
        "more is stored, where the quota is seen: degraded, for at the quota nothing is written any more",
    )
    etcd_errors: float = _bound(0.01, "of requests", "etcd", "failed requests as the API server sees them above: degraded")

    # --- controller manager, scheduler, cloud controller manager --------------------------------------------------------------
    leader_degraded: float = _bound(
        4 / 3,
        "× lease duration",
        "leaders",
        "lease not renewed for longer: degraded (20 s of the usual 15 s, for a failover takes the duration and up to two retries)",
        "client-go leader election",
    )
    leader_down: float = _bound(
        2.0, "× lease duration", "leaders", "lease not renewed for longer: down", "client-go leader election"
    )
    leader_released: float = _bound(
        15.0, "s", "leaders", "lease released and not taken again, or every instance not ready, for longer: down"
    )
    leader_handover: float = _bound(5.0, "s", "leaders", "lease released and not taken again for longer: degraded")
    leader_failovers: float = _bound(3.0, "changes of holder", "leaders", "so many within the window: degraded")
    flap_window: float = _bound(
        900.0, "s", "all", "changes of holder, restarts, flips of Ready and relapses are counted over so long a window"
    )
    pod_undecided: float = _bound(
        30.0, "s", "kube-scheduler", "a pod without any PodScheduled condition for longer while the lease is fresh: degraded"
    )
    generation_lag: float = _bound(
        60.0, "s", "kube-controller-manager", "observedGeneration behind generation for longer: degraded"
    )
    leader_skew: float = _bound(1.0, "minor versions", "leaders", "older than the API server by more: degraded", _SKEW)

    # --- kubelet --------------------------------------------------------------------------------------------------------------
    kubelet_slow: float = _bound(
        0.625, "× lease duration", "kubelet", "node lease not renewed for longer: degraded (25 s of the usual 40 s)"
    )
    kubelet_silent: float = _bound(
        1.0, "× lease duration", "kubelet", "node lease not renewed for longer: down", "node lifecycle controller"
    )
    monitor_grace: float = _bound(
        50.0, "s", "kubelet", "Kubernetes itself says NotReady after so long", "node-monitor-grace-period"
    )
    status_heartbeat: float = _bound(
        360.0,
        "s",
        "kubelet",
        "status of a node without a lease not written for longer: its heartbeat is unknown (written every 5 min)",
    )
    ready_flips: float = _bound(2.0, "flips", "kubelet", "more flips of Ready within the window: degraded")
    kubelet_skew: float = _bound(3.0, "minor versions", "kubelet", "older than the API server by more, or newer: degraded", _SKEW)
    all_silent: float = _bound(
        14.0,
        "s",
        "kubelet",
        "no node lease renewed at all for so long: not the nodes, but what they have in common (renewed every 10 s)",
    )
    all_silent_least: float = _bound(3.0, "nodes", "kubelet", "so many nodes must fall silent together for that")

    # --- nodes that come and go -----------------------------------------------------------------------------------------------
    leaving_long: float = _bound(
        600.0, "s", "nodes", "a node that has been leaving for longer: degraded, for it should be gone by now"
    )
    leaving_stuck: float = _bound(1800.0, "s", "nodes", "a node that is silent and has been leaving for longer: down")
    joining_time: float = _bound(120.0, "s", "nodes", "a node that is younger is joining, whatever is still missing")
    joining_long: float = _bound(
        600.0, "s", "nodes", "a node that is older is no longer joining, though the taints of a new node still stand"
    )

    # --- kube-proxy -----------------------------------------------------------------------------------------------------------
    proxy_missing: float = _bound(60.0, "s", "kube-proxy", "no pod on a node where the DaemonSet wants one for longer: down")
    pods_counted: float = _bound(
        15.0, "s", "all", "a node that is ready again: so long until Kubernetes counts its pods as ready again, too"
    )
    proxy_restarts: float = _bound(3.0, "restarts", "kube-proxy", "so many within the window: degraded")
    proxy_skew: float = _bound(
        3.0, "minor versions", "kube-proxy", "from the API server (older) or from its kubelet by more: degraded", _SKEW
    )

    # --- roll-ups -------------------------------------------------------------------------------------------------------------
    rollup_down: float = _bound(0.5, "of nodes", "data plane", "so many of the nodes seen are down: the whole is down")
    rollup_unknown: float = _bound(
        0.25, "of nodes", "data plane", "so many of the nodes seen are unknown, and none is known to be bad: the whole is unknown"
    )
    rollup_passing: float = _bound(
        0.5,
        "of nodes",
        "data plane",
        "so many of the nodes seen are leaving or joining, and none is known to be bad: so is the whole",
    )
    zone_least: float = _bound(
        2.0, "nodes", "data plane", "a zone of at least so many nodes that is down as a whole: the data plane is down"
    )


def declared() -> Iterator[Threshold]:
    """Every bound in the order of its declaration."""
    for one in dataclasses.fields(Thresholds):
        about, value = one.metadata, getattr(DEFAULT, one.name)
        said = (about["unit"], about["component"], about["says"], about["source"])
        yield Threshold(one.name, float(value), *said, about["low"], about["high"])


#: Bounds that there were, and why they are no more.
RETIRED = {"certificate_critical": "a serving certificate is down when it is over, and not before."}
#: The first must not be above the second, or a state would never be reached.
ORDERED = (
    ("kubelet_slow", "kubelet_silent"),
    ("leader_degraded", "leader_down"),
    ("leader_handover", "leader_released"),
    ("leaving_long", "leaving_stuck"),
    ("joining_time", "joining_long"),
)


def contradiction(thresholds: Thresholds) -> tuple[str, str] | None:
    """Two thresholds that contradict each other: the name of the one that must not be above the other's."""
    return next((pair for pair in ORDERED if getattr(thresholds, pair[0]) > getattr(thresholds, pair[1])), None)


DEFAULT = Thresholds()
