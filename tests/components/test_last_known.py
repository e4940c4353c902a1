"""What is told is worth as much as who told it, and when: last words, pods that Kubernetes counts out, figures half seen."""

from dataclasses import replace
from typing import Any

import pytest

from planes.assess import rollup
from planes.components import container_runtime, etcd, kube_apiserver, kube_proxy
from planes.structs.events import Fault
from planes.structs.observations import ConditionSeen, NodeObservation, RatesSeen
from planes.structs.verdicts import Evidence, State, Verdict
from tests.components import making
from tests.components.making import (
    FORBIDDEN,
    NOT_SERVED,
    NOW,
    THRESHOLDS,
    condition,
    failing,
    feed,
    kubelet_verdict,
    lease,
    node,
    pod,
    scene,
)

BLIND = "the controller manager, which would notice it, is down"


def line(verdict: Verdict, signal: str) -> Evidence:
    return next(one for one in verdict.evidence if one.signal == signal)


def counted_out(ready: ConditionSeen, **spoilt: Any) -> NodeObservation:
    """A node with this Ready, whose kube-proxy Kubernetes counts as not ready though its containers run."""
    made = pod("kube-proxy-abc", "node-0", ready=False, containers_ready=True, changed_at=NOW - 50)
    seen = node(proxies=(replace(made, **spoilt),))
    return replace(seen, conditions={**seen.conditions, "Ready": ready})


@pytest.mark.parametrize(
    "message", ["PLEG is not healthy", "container runtime network not ready", "CSINode is not yet initialized"]
)
def test_a_proxy_is_well_while_its_containers_run_on_a_node_that_is_not_ready(message: str) -> None:
    verdict = kube_proxy.judge(counted_out(condition("False", message)), scene(), False, NOW, THRESHOLDS)
    assert verdict.state is State.HEALTHY
    assert "because its node is not" in line(verdict, "pod").now


def test_a_proxy_whose_containers_are_not_ready_is_degraded_on_any_node() -> None:
    seen = counted_out(condition("False", "PLEG is not healthy"), containers_ready=False)
    assert kube_proxy.judge(seen, scene(), False, NOW, THRESHOLDS).state is State.DEGRADED


@pytest.mark.parametrize(("age", "expected"), [(14.9, State.HEALTHY), (15.0, State.HEALTHY), (15.1, State.DEGRADED)])
def test_a_node_that_is_ready_again_has_15_s_until_its_proxy_must_be_counted_as_ready(age: float, expected: State) -> None:
    verdict = kube_proxy.judge(counted_out(condition("True", age=age)), scene(), False, NOW, THRESHOLDS)
    assert verdict.state is expected
    if expected is State.HEALTHY:
        assert verdict.due is not None
        assert verdict.due == pytest.approx(NOW - age + 15.0)


def test_while_the_runtime_is_down_a_proxy_is_last_known_and_not_degraded() -> None:
    seen = counted_out(condition("False", "container runtime is down"))
    verdict = kube_proxy.judge(seen, scene(), False, NOW, THRESHOLDS)
    assert (verdict.state, verdict.cause) == (State.UNKNOWN, "runtime-unseen")
    assert "its state is unknown" in verdict.because
    assert container_runtime.judge(seen, scene(), False, NOW, THRESHOLDS).state is State.DOWN
    assert kubelet_verdict(seen, scene(), NOW, THRESHOLDS).state is State.HEALTHY


@pytest.mark.parametrize(("age", "expected"), [(25.0, "True"), (25.1, "last known: True")])
def test_what_a_silent_kubelet_said_is_last_known(age: float, expected: str) -> None:
    verdict = kubelet_verdict(node(age), scene(), NOW, THRESHOLDS)
    assert line(verdict, "Ready").now == expected
    for kind in ("MemoryPressure", "DiskPressure", "PIDPressure"):
        found = line(verdict, kind)
        assert (found.state is State.UNKNOWN) == (age > 25), found
    assert (line(verdict, "Ready").state is State.UNKNOWN) == (age > 25)


def test_pressure_told_before_the_silence_adds_nothing_to_it() -> None:
    seen = node(41.0)
    seen = replace(seen, conditions={**seen.conditions, "MemoryPressure": condition("True", "short")})
    verdict = kubelet_verdict(seen, scene(), NOW, THRESHOLDS)
    assert (verdict.state, verdict.cause) == (State.DOWN, "silent")
    assert line(verdict, "MemoryPressure").now == "last known: True"


def test_what_kubernetes_says_of_a_silent_kubelet_is_news_and_no_last_word() -> None:
    seen = node(55.0)
    seen = replace(seen, conditions={**seen.conditions, "Ready": condition("Unknown", "Kubelet stopped posting node status.")})
    found = line(kubelet_verdict(seen, scene(), NOW, THRESHOLDS), "Ready")
    assert found.state is State.DOWN
    assert "Kubelet stopped posting" in found.now


@pytest.mark.parametrize("fault", [FORBIDDEN, NOT_SERVED])
def test_ready_alone_is_no_health_where_nobody_would_take_it_back(fault: Fault) -> None:
    hidden = failing(fault, NOW - 90, "leases/kube-node-lease")
    seen, common = node(lease=None), scene(leases=hidden, nobody_watches=BLIND)
    verdict = kubelet_verdict(seen, common, NOW, THRESHOLDS)
    assert (verdict.state, verdict.cause) == (State.UNKNOWN, "unwatched")
    assert "may have died unnoticed" in verdict.because
    assert BLIND in verdict.because
    assert kube_proxy.judge(seen, common, False, NOW, THRESHOLDS).state is State.UNKNOWN
    assert container_runtime.judge(seen, common, False, NOW, THRESHOLDS).state is State.UNKNOWN
    watched = replace(common, nobody_watches="")
    assert kubelet_verdict(seen, watched, NOW, THRESHOLDS).state is State.HEALTHY


def test_a_lease_that_is_seen_to_be_renewed_needs_nobody_else() -> None:
    common = scene(nobody_watches=BLIND)
    assert kubelet_verdict(node(), common, NOW, THRESHOLDS).state is State.HEALTHY
    assert container_runtime.judge(node(), common, False, NOW, THRESHOLDS).state is State.HEALTHY


def test_a_node_without_any_lease_is_not_healthy_by_ready_alone_while_nobody_watches() -> None:
    common = scene(nobody_watches=BLIND, leases_seen_before=False)
    assert kubelet_verdict(node(lease=None), common, NOW, THRESHOLDS).state is State.UNKNOWN
    assert kubelet_verdict(node(lease=None), scene(leases_seen_before=False), NOW, THRESHOLDS).state is State.HEALTHY


def test_before_leases_were_listed_nothing_is_claimed_of_them() -> None:
    common = scene(leases=feed(listed_at=None), nobody_watches=BLIND)
    assert kubelet_verdict(node(lease=None), common, NOW, THRESHOLDS).cause != "unwatched"


def test_trouble_that_a_node_tells_of_counts_though_nobody_watches() -> None:
    common = scene(nobody_watches=BLIND)
    assert kubelet_verdict(node(lease=lease(41.0, 40.0)), common, NOW, THRESHOLDS).state is State.DOWN


def test_one_silent_node_of_ten_does_not_paint_its_zone_red() -> None:
    zones = {"a": {State.HEALTHY: 9, State.DOWN: 1}, "b": {State.HEALTHY: 10}, "c": {State.DOWN: 10}}
    whole = {State.HEALTHY: 19, State.DOWN: 11}
    verdict = rollup.agents("kubelet", whole, zones, {}, THRESHOLDS, NOW)
    assert [line(verdict, f"zone {name}").state for name in "abc"] == [State.DEGRADED, State.HEALTHY, State.DOWN]


def rates(span: float, value: float, recent: float | None) -> RatesSeen:
    return RatesSeen(
        at=NOW,
        span=span,
        requests=10.0,
        error_ratio=value,
        recent_error_ratio=recent,
        p99=value * 100,
        recent_p99=None if recent is None else recent * 100,
        etcd_p99=value * 20,
        recent_etcd_p99=None if recent is None else recent * 20,
        etcd_error_ratio=0.0,
    )


@pytest.mark.parametrize(
    ("span", "value", "recent", "state", "said"),
    [
        (180.0, 0.052, 0.05, State.UNKNOWN, "over the last 3 min; judged after 5 min"),
        (254.9, 0.052, 0.05, State.UNKNOWN, "judged after"),
        (255.0, 0.052, 0.05, State.DEGRADED, ""),
        (255.0, 0.052, None, State.DEGRADED, ""),
        (300.0, 0.052, 0.001, State.HEALTHY, "but within the bound at the last scrape"),
        (180.0, 0.01, 0.01, State.HEALTHY, ""),
    ],
)
def test_a_figure_above_its_bound_is_never_shown_as_healthy_without_saying_why(
    span: float, value: float, recent: float | None, state: State, said: str
) -> None:
    seen = rates(span, value, recent)
    server = kube_apiserver.judge(making.apiserver(rates=seen), NOW, THRESHOLDS).verdict
    store = etcd.judge(making.etcd(rates=seen), NOW, THRESHOLDS).verdict
    for found in (line(server, "errors"), line(server, "latency"), line(store, "request latency")):
        assert found.state is state, found
        assert said in found.now
    whole = State.DEGRADED if state is State.DEGRADED else State.HEALTHY
    assert (server.state, store.state) == (whole, whole)
