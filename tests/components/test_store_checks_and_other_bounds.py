"""What the checks of the state store say to others, and thresholds that were set to other values."""

from dataclasses import replace

import pytest

from planes.components import etcd, kube_scheduler, skew
from planes.structs import thresholds
from planes.structs.events import Check
from planes.structs.observations import HealthSeen
from planes.structs.verdicts import State
from tests.components.making import NOW, THRESHOLDS, health, kubelet_verdict, leader, lease, node, scene

MIXED = health(checks=(Check("etcd", True), Check("etcd-readiness", False), Check("ping", True)))
OTHERS = health(checks=(Check("etcd", True), Check("informer-sync", False)))


@pytest.mark.parametrize(
    ("seen", "fails", "passes"),
    [
        (None, False, False),
        (health(at=NOW - 30), False, True),
        (health(at=NOW - 30.1), False, False),
        (health("/livez", "etcd", at=NOW - 30), True, False),
        (health("/livez", "etcd", at=NOW - 30.1), False, False),
        (MIXED, True, False),
        (OTHERS, False, True),
        (health(checks=(Check("ping", True),)), False, False),
        (health(checks=()), False, False),
    ],
)
def test_the_store_fails_or_passes_by_a_fresh_answer_only(seen: HealthSeen | None, fails: bool, passes: bool) -> None:
    assert (etcd.failing(seen, NOW, THRESHOLDS) is not None) is fails
    assert etcd.passing(seen, NOW, THRESHOLDS) is passes


def test_a_lease_s_bounds_are_multiples_of_its_duration() -> None:
    other = replace(THRESHOLDS, leader_degraded=3.0, leader_down=4.0, kubelet_slow=3.0, kubelet_silent=4.0)

    def leading(age: float) -> State:
        return kube_scheduler.judge(leader(lease=lease(age, 10.0)), NOW, other).verdict.state

    def beating(age: float) -> State:
        return kubelet_verdict(node(lease=lease(age, 10.0)), scene(), NOW, other).state

    for state in (leading, beating):
        assert [state(age) for age in (30.0, 30.1, 40.0, 40.1)] == [State.HEALTHY, State.DEGRADED, State.DEGRADED, State.DOWN]
    deleted = leader(lease=lease(29.0, 10.0, gone_at=NOW - 5))
    assert kube_scheduler.judge(deleted, NOW, other).verdict.hold == other.leader_handover
    alone = leader(pods=(), lease=lease(29.0, 10.0))
    assert kube_scheduler.judge(alone, NOW, other).instances[0].state is State.HEALTHY


def test_bounds_that_contradict_each_other_are_named() -> None:
    assert thresholds.contradiction(THRESHOLDS) is None
    assert thresholds.contradiction(replace(THRESHOLDS, leader_degraded=2.0, leader_down=2.0)) is None
    assert thresholds.contradiction(replace(THRESHOLDS, leader_degraded=2.1, leader_down=2.0)) == ("leader_degraded", "leader_down")


def test_what_a_version_lacks_is_said() -> None:
    assert skew.check("", "v1.36.2", 1.0, "here", NOW)[0].now == "version not known"
    assert skew.check("v1.36.2", "", 1.0, "here", NOW)[0].now == "the API server's version is not known"
    assert skew.check("odd", "v1.36.2", 1.0, "here", NOW)[0].state is State.NOT_OBSERVABLE
