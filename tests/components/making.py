"""Observations of a cluster that is well, to be spoilt by a test in one respect."""

from dataclasses import replace
from typing import Any

from planes.components import heartbeat, kubelet
from planes.structs.events import Check, Fault, FaultKind
from planes.structs.lease_seen import LeaseSeen
from planes.structs.moments import Mono
from planes.structs.observations import (
    Answered,
    ApiServerObservation,
    ConditionSeen,
    EtcdObservation,
    FeedSeen,
    HealthSeen,
    LeaderObservation,
    NodeObservation,
    NodeScene,
    OthersSeen,
    PodSeen,
    ProxyScene,
    RatesSeen,
    ReachSeen,
    ServerSeen,
)
from planes.structs.thresholds import DEFAULT, Thresholds
from planes.structs.verdicts import Verdict

NOW = Mono(10_000.0)
THRESHOLDS = DEFAULT
VERSION = "v1.36.2"
FORBIDDEN = Fault(FaultKind.FORBIDDEN, "nodes is forbidden", "", 403)
NOT_SERVED = Fault(FaultKind.NOT_SERVED, "not found", "", 404)
BROKEN = Fault(FaultKind.SERVER_ERROR, "the server answers 500", "", 500)
REFUSED = Fault(FaultKind.REFUSED, "10.0.0.1:6443 refuses connections")

REACHED = ReachSeen(heard_at=NOW - 1, tried_at=NOW - 1)
SERVER = ServerSeen(at=NOW - 1, version=VERSION, certificate_not_after=None, certificate_left=200 * 86400.0, clock_skew=0.0)


def feed(name: str = "feed", **spoilt: Any) -> FeedSeen:
    """A feed that works."""
    return replace(FeedSeen(name=name, listed_at=NOW - 100, heard_at=NOW - 1), **spoilt)


def failing(fault: Fault, since: float, name: str = "feed") -> FeedSeen:
    """A feed that has failed since."""
    return FeedSeen(name=name, listed_at=NOW - 100, heard_at=Mono(since), fault=fault, failing_since=Mono(since), retry_at=NOW + 1)


def lease(age: float = 1.0, duration: float = 15.0, **spoilt: Any) -> LeaseSeen:
    """A lease renewed `age` seconds ago."""
    made = LeaseSeen(
        name="lease",
        holder="node-0_1234",
        duration=duration,
        first_at=NOW - 1000,
        changed_at=NOW - age,
        confirmed=True,
        stale_since=NOW - age,
        transitions=4,
    )
    return replace(made, **spoilt)


def pod(name: str = "kube-scheduler-node-0", node: str = "node-0", **spoilt: Any) -> PodSeen:
    """A mirror pod that is ready."""
    made = PodSeen(
        namespace="kube-system",
        name=name,
        node=node,
        phase="Running",
        ready=True,
        reason="",
        restarts=0,
        restarted_at=(),
        version=VERSION,
        terminating=False,
        changed_at=NOW - 500,
        seen_at=NOW - 100,
    )
    return replace(made, **spoilt)


def leader(kind: str = "kube-scheduler", **spoilt: Any) -> LeaderObservation:
    """A leader that leads, and one that stands by."""
    pods = (pod(), pod("kube-scheduler-node-1", "node-1"))
    made = LeaderObservation(
        kind=kind,
        reach=REACHED,
        leases=feed("leases/kube-system"),
        pods_feed=feed("pods/kube-system"),
        lease=lease(),
        pods=pods,
        server=SERVER,
    )
    works = feed("pods") if kind == "kube-scheduler" else None
    return replace(replace(made, pods_all=works), **spoilt)


def health(path: str = "/livez", *failed: str, **spoilt: Any) -> HealthSeen:
    """An answer in which all checks pass but those named."""
    names = ("ping", "etcd", "informer-sync")
    checks = tuple(Check(name, name not in failed, "told so" if name in failed else "") for name in names)
    made = HealthSeen(
        path=path,
        at=NOW - 2,
        took=0.012,
        status=500 if failed else 200,
        checks=checks,
        fault=None,
        failing_since=NOW - 6 if failed else None,
    )
    return replace(made, **spoilt)


def lost(*counts: int) -> Any:
    """The last answers, one every 2 s, and how many connections had been waited for in vain at each."""
    ends = NOW - 2.0 * len(counts)
    return tuple(Answered(at=Mono(ends + 2.0 * index), checks=(), unanswered=count) for index, count in enumerate(counts))


def lately(record: str, *failed: str, ends: float = NOW - 2, listed: tuple[str, ...] = ("ping", "etcd", "informer-sync")) -> Any:
    """Answers every 2 s until `ends`, oldest first: "." all checks pass, "x" those named fail."""
    return tuple(
        Answered(
            at=Mono(ends - 2.0 * (len(record) - 1 - index)),
            checks=tuple(Check(name, mark == "." or name not in failed) for name in listed),
        )
        for index, mark in enumerate(record)
    )


def several(renewed: float | None = None) -> OthersSeen:
    """Several API servers behind the address; a lease was last renewed so many seconds ago."""
    return OthersSeen(several=True, renewed_at=None if renewed is None else Mono(NOW - renewed))


def etcd(**spoilt: Any) -> EtcdObservation:
    """Three members, checks that pass."""
    pods = tuple(pod(f"etcd-node-{index}", f"node-{index}") for index in range(3))
    made = EtcdObservation(
        reach=REACHED, livez=health(), readyz=health("/readyz"), pods_feed=feed("pods/kube-system"), pods=pods, rates=RatesSeen()
    )
    return replace(made, **spoilt)


def apiserver(**spoilt: Any) -> ApiServerObservation:
    """One API server that answers."""
    made = ApiServerObservation(
        reach=REACHED,
        livez=health(),
        readyz=health("/readyz"),
        server=SERVER,
        leases=feed("leases/kube-system"),
        endpoints_feed=feed("endpointslices/default"),
        pods_feed=feed("pods/kube-system"),
        api_services_feed=feed("apiservices"),
        webhooks_feed=feed("validatingwebhookconfigurations"),
        identities=(),
        endpoints=None,
        pods=(),
        rates=RatesSeen(),
        api_services=(),
        webhooks=(),
    )
    return replace(made, **spoilt)


def condition(status: str, message: str = "", reason: str = "", age: float = 100.0) -> ConditionSeen:
    """A condition that has been so for `age` seconds."""
    return ConditionSeen(status=status, reason=reason, message=message, since=NOW - age)


READY = condition("True", "kubelet is posting ready status", "KubeletReady")


def node(age: float = 3.0, **spoilt: Any) -> NodeObservation:
    """A node that is well, its lease renewed `age` seconds ago."""
    conditions = {"Ready": READY, **{kind: condition("False") for kind in ("MemoryPressure", "DiskPressure", "PIDPressure")}}
    proxy = pod("kube-proxy-abc", "node-0")
    made = NodeObservation(
        name="node-0",
        seen_at=NOW - 50,
        added_at=NOW - 900,
        conditions=conditions,
        ready_flips=(),
        kubelet_version=VERSION,
        runtime_version="containerd://2.1.0",
        lease=lease(age, 40.0),
        proxies=(proxy,),
        proxy_missing_since=None,
    )
    return replace(made, **spoilt)


def scene(**spoilt: Any) -> NodeScene:
    """What nodes have in common while all is well."""
    made = NodeScene(
        nodes=feed("nodes"),
        leases=feed("leases/kube-node-lease"),
        pods=feed("pods/kube-system"),
        server_version=VERSION,
        proxy=ProxyScene(wanted=3, everywhere=True, replaced_by="", seen_before=True, pods_seen=True),
        leases_seen_before=True,
    )
    return replace(made, **spoilt)


def kubelet_verdict(seen: NodeObservation, common: NodeScene, now: Mono = NOW, thresholds: Thresholds = THRESHOLDS) -> Verdict:
    """What is said of a kubelet, and of its silence, as the node assessor asks for it."""
    lease = heartbeat.lease_of(seen, common, now, thresholds)
    return kubelet.judge(seen, common, heartbeat.is_silent(lease, seen.conditions.get("Ready"), now, thresholds), now, thresholds)
