"""A verdict in words, so that the tables beside this can hold observations against verdicts, as in a session with Python.

What is as it is in a cluster that is well (see `making`) is left out, so that a table shows what one spoilt fact does.
"""

from dataclasses import replace
from typing import Any

from planes.components import (
    addons,
    container_runtime,
    etcd,
    kube_apiserver,
    kube_controller_manager,
    kube_proxy,
    kube_scheduler,
)
from planes.components.verdict_builder import Judged
from planes.structs.events import Check, Fault, FaultKind
from planes.structs.observations import (
    AddonObservation,
    ApiServiceSeen,
    EndpointSeen,
    EndpointsSeen,
    EtcdObservation,
    IdentitySeen,
    LeaderObservation,
    NodeObservation,
    ProxyScene,
    RatesSeen,
    ReachSeen,
    UndecidedSeen,
    WebhookSeen,
    WorkloadSeen,
)
from planes.structs.verdicts import Evidence, Verdict
from tests.components import making
from tests.components.making import NOW, THRESHOLDS

__all__ = ["ApiServiceSeen", "EndpointSeen", "Fault", "FaultKind", "ProxyScene", "RatesSeen", "ReachSeen", "UndecidedSeen"]

PING = (Check("ping", True),)
MANAGER = "kube-controller-manager"


def when(moment: float | None) -> str:
    return "never" if moment is None else f"{moment - NOW:+.4g} s"


def evidence(line: Evidence) -> str:
    return f"  {line.signal}: {line.now} | {line.should_be} | {line.state.value} | {line.source} | {when(line.at)}"


def lines(found: Judged | Verdict) -> list[str]:
    verdict = found.verdict if isinstance(found, Judged) else found
    hold = f", holds {verdict.hold:g} s" if verdict.hold else ""
    waiting = ", only waits" if verdict.waiting else ""
    told = [f"{verdict.state.value} {verdict.cause}".strip() + f"{hold}{waiting}, may turn: {when(verdict.due)}"]
    told += [f"  “{verdict.because}” ({verdict.line})", *(evidence(line) for line in verdict.evidence)]
    if isinstance(found, Judged):
        for one in found.instances:
            leads = ", leads" if one.leader else ""
            told += [f"  {one.name} on {one.host}{leads}: {one.state.value} {one.because} ({one.version}, {one.restarts} restarts)"]
        told += [f"  fact {name}: {value}" for name, value in found.facts.items()]
    return told


def told(found: Judged | Verdict, well: Judged | Verdict) -> str:
    all_of_it, known = lines(found), lines(well)
    rest = all_of_it[1:] if all_of_it == known else [line for line in all_of_it[1:] if line not in known]
    return "\n".join([all_of_it[0], *rest])


def of_scheduler(seen: LeaderObservation) -> str:
    return told(kube_scheduler.judge(seen, NOW, THRESHOLDS), kube_scheduler.judge(making.leader(), NOW, THRESHOLDS))


def of_manager(**spoilt: Any) -> str:
    well = kube_controller_manager.judge(making.leader(MANAGER, workloads=making.feed("deployments")), NOW, THRESHOLDS)
    return told(kube_controller_manager.judge(making.leader(MANAGER, **spoilt), NOW, THRESHOLDS), well)


def of_kubelet(seen: NodeObservation, **common: Any) -> str:
    well = making.kubelet_verdict(making.node(), making.scene(), NOW, THRESHOLDS)
    return told(making.kubelet_verdict(seen, making.scene(**common), NOW, THRESHOLDS), well)


def of_runtime(seen: NodeObservation, silent: bool = False, **common: Any) -> str:
    well = container_runtime.judge(making.node(), making.scene(), False, NOW, THRESHOLDS)
    return told(container_runtime.judge(seen, making.scene(**common), silent, NOW, THRESHOLDS), well)


def of_proxy(seen: NodeObservation, silent: bool = False, **common: Any) -> str:
    well = kube_proxy.judge(making.node(), making.scene(), False, NOW, THRESHOLDS)
    return told(kube_proxy.judge(seen, making.scene(**common), silent, NOW, THRESHOLDS), well)


def of_store(seen: EtcdObservation) -> str:
    return told(etcd.judge(seen, NOW, THRESHOLDS), etcd.judge(making.etcd(), NOW, THRESHOLDS))


def of_server(**spoilt: Any) -> str:
    return told(
        kube_apiserver.judge(making.apiserver(**spoilt), NOW, THRESHOLDS), kube_apiserver.judge(making.apiserver(), NOW, THRESHOLDS)
    )


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


def dns(**more: Any) -> AddonObservation:
    """Cluster DNS that is well."""
    work = WorkloadSeen(
        kind="Deployment", namespace="kube-system", name="coredns", app="kube-dns", desired=2, ready=2, seen_at=NOW - 9
    )
    made = AddonObservation(
        kind="dns",
        reach=making.REACHED,
        workloads=making.feed("deployments"),
        endpoints_feed=making.feed("endpointslices/kube-system"),
        pods_feed=making.feed("pods/kube-system"),
        workload=work,
        endpoints=endpoints("10.0.0.1", "10.0.0.2"),
        pods=(making.pod("coredns-1"),),
    )
    return replace(made, **more)


def of_addon(**more: Any) -> str:
    return told(addons.judge(dns(**more), NOW, THRESHOLDS), addons.judge(dns(), NOW, THRESHOLDS))
