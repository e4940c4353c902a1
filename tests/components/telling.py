"""What tables/ and sentences/ beside this are written in: cases of one spoilt fact each (see `making`), and verdicts as text."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from planes.components import (
    addons,
    container_runtime,
    etcd,
    heartbeat,
    konnectivity,
    kube_apiserver,
    kube_controller_manager,
    kube_proxy,
    kube_scheduler,
    kubelet,
    lives,
)
from planes.components.verdict_builder import Judged
from planes.structs.events import Check, Fault, FaultKind
from planes.structs.observations import (
    AddonObservation,
    ConditionSeen,
    IdentitySeen,
    NodeMark,
    NodeObservation,
    ProcessSeen,
    ProxyScene,
    RatesSeen,
    ReachSeen,
)
from planes.structs.verdicts import Evidence, Verdict
from planes.structs.workload_observations import (
    ApiServiceSeen,
    EndpointSeen,
    EndpointsSeen,
    UndecidedSeen,
    WebhookSeen,
    WorkloadSeen,
)
from tests.components import making
from tests.components.making import NOW, THRESHOLDS

__all__ = ["EndpointSeen", "FaultKind", "NodeMark", "ProcessSeen", "RatesSeen", "UndecidedSeen"]

PING = (Check("ping", True),)
ON_SOME_NODES = ProxyScene(wanted=2, everywhere=False, replaced_by="", seen_before=True, pods_seen=True)
BY_CILIUM = ProxyScene(wanted=None, everywhere=False, replaced_by="Cilium")
DAY = 86400.0
#: The cluster's clock at NOW: 30 August 2026, 12:00 UTC.
AUGUST = 1788091200.0

# --- verdicts as text -----------------------------------------------------------------------------------------------------------


def in_short(found: Judged | Verdict) -> str:
    """State, cause, and how long it stands though nothing new is observed: "degraded silent, due +10 s"."""
    verdict = found.verdict if isinstance(found, Judged) else found
    return f"{verdict.state.value} {verdict.cause}".strip() + f", due {_when(verdict.due)}"


def in_full(found: Judged | Verdict) -> Iterator[str]:
    """Everything that is said, a line each."""
    verdict = found.verdict if isinstance(found, Judged) else found
    yield f"says: {verdict.because}".strip()
    yield f"card: {verdict.line}".strip()
    if verdict.hold:
        yield f"held: {verdict.hold:g} s"
    if verdict.waiting:
        yield "only waits"
    yield from (_evidence(line) for line in verdict.evidence)
    if isinstance(found, Judged):
        for one in found.instances:
            leads, why = ", leads" if one.leader else "", f", {one.because}" if one.because else ""
            yield f"instance {one.name} on {one.host}{leads}: {one.state.value}{why} ({one.version}, {one.restarts} restarts)"
        yield from (f"fact {name}: {value}" for name, value in found.facts.items())


def _evidence(line: Evidence) -> str:
    return f"{line.signal}: {line.now} | {line.should_be} | {line.state.value} | {line.source} | {_when(line.at)}"


def _when(moment: float | None) -> str:
    return "never" if moment is None else f"{moment - NOW:+.4g} s"


# --- cases ----------------------------------------------------------------------------------------------------------------------


def of_scheduler(**spoilt: Any) -> Judged:
    return kube_scheduler.judge(making.leader(**spoilt), NOW, THRESHOLDS)


def of_manager(**spoilt: Any) -> Judged:
    return kube_controller_manager.judge(making.leader("kube-controller-manager", **spoilt), NOW, THRESHOLDS)


def of_kubelet(seen: NodeObservation, **common: Any) -> Verdict:
    return making.kubelet_verdict(seen, making.scene(**common), NOW, THRESHOLDS)


def of_life(seen: NodeObservation, silent: bool = False, was_heard: bool = True) -> Verdict:
    """A kubelet in the light of its node's life, which is looked at for the first time."""
    life = lives.look(None, seen, silent, was_heard, NOW, THRESHOLDS)
    judged = kubelet.judge(seen, making.scene(), silent, NOW, THRESHOLDS)
    return lives.explain("kubelet", life, judged, seen.name, THRESHOLDS, seen.marks)


def on_record(status: str, message: str = "", seconds: float = 20 * 86400.0, **more: Any) -> NodeObservation:
    """A node that was so when it was first seen 150 s ago, and by the cluster's own record long before."""
    ready = ConditionSeen(status=status, reason="", message=message, since=NOW - 150, recorded=AUGUST - seconds)
    made = making.node(150.0, added_at=NOW - 150, clock_offset=AUGUST - NOW, **more)
    return replace(made, conditions={**made.conditions, "Ready": ready})


def of_runtime(seen: NodeObservation, silent: bool = False, **common: Any) -> Verdict:
    """In the light of what is known of its kubelet."""
    scene = making.scene(**common)
    judged = container_runtime.judge(seen, scene, silent, NOW, THRESHOLDS)
    return heartbeat.doubted(kubelet.judge(seen, scene, silent, NOW, THRESHOLDS), judged)


def of_proxy(seen: NodeObservation, silent: bool = False, **common: Any) -> Verdict:
    """In the light of what is known of its kubelet."""
    scene = making.scene(**common)
    judged = kube_proxy.judge(seen, scene, silent, NOW, THRESHOLDS)
    return heartbeat.doubted(kubelet.judge(seen, scene, silent, NOW, THRESHOLDS), judged)


def of_store(**spoilt: Any) -> Judged:
    return etcd.judge(making.etcd(**spoilt), NOW, THRESHOLDS)


def of_server(**spoilt: Any) -> Judged:
    return kube_apiserver.judge(making.apiserver(**spoilt), NOW, THRESHOLDS)


def of_addon(**more: Any) -> Judged:
    return addons.judge(dns(**more), NOW, THRESHOLDS, "DNS")


def of_konnectivity(**more: Any) -> Judged:
    """By the pods of its agents; three are wanted."""
    return konnectivity.judge(
        replace(dns(workload=replicas(0, of=3), endpoints=None), kind="konnectivity", **more), NOW, THRESHOLDS
    )


# --- what is observed -----------------------------------------------------------------------------------------------------------


def unanswered(fault: Fault, seconds: float, **more: Any) -> ReachSeen:
    """Requests have failed for so long; something was heard 5 s ago."""
    made = ReachSeen(heard_at=NOW - 5, fault=fault, failing_since=NOW - seconds, tried_at=NOW - 1)
    return replace(made, **more)


def behind(age: float, name: str = "cart") -> WorkloadSeen:
    return WorkloadSeen(
        kind="Deployment", namespace="shop", name=name, app=name, desired=2, ready=2, seen_at=NOW, lagging_since=NOW - age
    )


def spoilt(kind: str, status: str | None, message: str = "", reason: str = "") -> NodeObservation:
    """A node with one other condition; without it if the status is None."""
    seen = making.node()
    others = {name: one for name, one in seen.conditions.items() if name != kind}
    return replace(seen, conditions=others if status is None else {**others, kind: making.condition(status, message, reason)})


def identity(host: str, age: float, address: str = "", **more: Any) -> IdentitySeen:
    return IdentitySeen(lease=replace(making.lease(age, 3600.0, name=f"apiserver-{host}"), **more), host=host, address=address)


def endpoints(*addresses: str, ready: bool = True) -> EndpointsSeen:
    return EndpointsSeen(
        endpoints=tuple(EndpointSeen(address=one, ready=ready) for one in addresses), since=NOW - 100, seen_at=NOW - 100
    )


def hook(ready: int | None, age: float, closed: bool = True) -> WebhookSeen:
    return WebhookSeen(name="check.example", fails_closed=closed, service="policy/hook", ready=ready, since=NOW - age)


def served(name: str, age: float) -> ApiServiceSeen:
    return ApiServiceSeen(name=name, available=True, reason="", since=NOW - age)


def gone(name: str, age: float) -> ApiServiceSeen:
    return ApiServiceSeen(name=name, available=False, reason="gone", since=NOW - age)


def replicas(ready: int, *, of: int) -> WorkloadSeen:
    return WorkloadSeen(
        kind="Deployment", namespace="kube-system", name="coredns", app="kube-dns", desired=of, ready=ready, seen_at=NOW - 9
    )


def dns(**more: Any) -> AddonObservation:
    """Cluster DNS that is well."""
    made = AddonObservation(
        kind="dns",
        reach=making.REACHED,
        workloads=making.feed("deployments"),
        endpoints_feed=making.feed("endpointslices/kube-system"),
        pods_feed=making.feed("pods/kube-system"),
        workload=replicas(2, of=2),
        endpoints=endpoints("10.0.0.1", "10.0.0.2"),
        pods=(making.pod("coredns-1"),),
    )
    return replace(made, **more)
