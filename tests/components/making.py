"""Observations of a cluster that is well, to be spoilt by a test in one respect."""

from dataclasses import replace
from typing import Any

from planes.structs.events import Check, Fault, FaultKind
from planes.structs.observations import (
    ApiServerObservation,
    ConditionSeen,
    EtcdObservation,
    FeedSeen,
    HealthSeen,
    LeaderObservation,
    LeaseSeen,
    NodeObservation,
    NodeScene,
    PodSeen,
    ProxyScene,
    RatesSeen,
    ReachSeen,
    ServerSeen,
)
from planes.structs.thresholds import DEFAULT

NOW = 10_000.0
THRESHOLDS = DEFAULT
VERSION = "v1.36.2"
FORBIDDEN = Fault(FaultKind.FORBIDDEN, "nodes is forbidden", "", 403)
NOT_SERVED = Fault(FaultKind.NOT_SERVED, "not found", "", 404)
BROKEN = Fault(FaultKind.SERVER_ERROR, "the server answers 500", "", 500)
REFUSED = Fault(FaultKind.REFUSED, "10.0.0.1:6443 refuses connections")

REACHED = ReachSeen(heard_at=NOW - 1, tried_at=NOW - 1)
SERVER = ServerSeen(NOW - 1, VERSION, "linux/amd64", None, 200 * 86400.0, 0.0)


def feed(name: str = "feed", **spoilt: Any) -> FeedSeen:
    """A feed that works."""
    return replace(FeedSeen(name, NOW - 100, NOW - 1), **spoilt)


def failing(fault: Fault, since: float, name: str = "feed") -> FeedSeen:
    """A feed that has failed since."""
    return FeedSeen(name, NOW - 100, since, fault, since, NOW + 1)


def lease(age: float = 1.0, duration: float = 15.0, **spoilt: Any) -> LeaseSeen:
    """A lease renewed `age` seconds ago."""
    made = LeaseSeen("lease", "node-0_1234", duration, NOW - 1000, NOW - age, True, stale_since=NOW - age, transitions=4)
    return replace(made, **spoilt)


def pod(name: str = "kube-scheduler-node-0", node: str = "node-0", **spoilt: Any) -> PodSeen:
    """A mirror pod that is ready."""
    made = PodSeen("kube-system", name, node, "Running", True, "", 0, (), VERSION, True, False, NOW - 500, NOW - 100)
    return replace(made, **spoilt)


def leader(kind: str = "kube-scheduler", **spoilt: Any) -> LeaderObservation:
    """A leader that leads, and one that stands by."""
    pods = (pod(), pod("kube-scheduler-node-1", "node-1"))
    made = LeaderObservation(kind, REACHED, feed("leases/kube-system"), feed("pods/kube-system"), lease(), pods, SERVER)
    works = feed("pods") if kind == "kube-scheduler" else None
    return replace(replace(made, pods_all=works), **spoilt)


def health(path: str = "/livez", *failed: str, **spoilt: Any) -> HealthSeen:
    """An answer in which all checks pass but those named."""
    names = ("ping", "etcd", "informer-sync")
    checks = tuple(Check(name, name not in failed, "told so" if name in failed else "") for name in names)
    made = HealthSeen(path, NOW - 2, 0.012, 500 if failed else 200, checks, None, NOW - 6 if failed else None, NOW - 2)
    return replace(made, **spoilt)


def etcd(**spoilt: Any) -> EtcdObservation:
    """Three members, checks that pass."""
    pods = tuple(pod(f"etcd-node-{index}", f"node-{index}") for index in range(3))
    made = EtcdObservation(REACHED, health(), health("/readyz"), feed("pods/kube-system"), pods, RatesSeen())
    return replace(made, **spoilt)


def apiserver(**spoilt: Any) -> ApiServerObservation:
    """One API server that answers."""
    made = ApiServerObservation(
        REACHED,
        health(),
        health("/readyz"),
        SERVER,
        feed("leases/kube-system"),
        feed("endpointslices/default"),
        feed("pods/kube-system"),
        feed("apiservices"),
        feed("validatingwebhookconfigurations"),
        (),
        None,
        (),
        1,
        RatesSeen(),
        (),
        (),
    )
    return replace(made, **spoilt)


def condition(status: str, message: str = "", reason: str = "", age: float = 100.0) -> ConditionSeen:
    """A condition that has been so for `age` seconds."""
    return ConditionSeen(status, reason, message, NOW - age)


READY = condition("True", "kubelet is posting ready status", "KubeletReady")


def node(age: float = 3.0, **spoilt: Any) -> NodeObservation:
    """A node that is well, its lease renewed `age` seconds ago."""
    conditions = {"Ready": READY, **{kind: condition("False") for kind in ("MemoryPressure", "DiskPressure", "PIDPressure")}}
    proxy = pod("kube-proxy-abc", "node-0", mirror=False)
    made = NodeObservation(
        "node-0", NOW - 50, NOW - 900, conditions, (), False, VERSION, "containerd://2.1.0", lease(age, 40.0), (proxy,), None
    )
    return replace(made, **spoilt)


def scene(**spoilt: Any) -> NodeScene:
    """What nodes have in common while all is well."""
    made = NodeScene(
        feed("nodes"),
        feed("leases/kube-node-lease"),
        feed("pods/kube-system"),
        server_version=VERSION,
        proxy=ProxyScene(3, True, "", True, True),
        leases_seen_before=True,
    )
    return replace(made, **spoilt)
