"""The elected: bounds of the lease from both sides, and what is not held against them."""

from dataclasses import replace

import pytest

from planes.components import kube_controller_manager, kube_scheduler
from planes.components.verdict_builder import Judged
from planes.structs.observations import LeaderObservation
from planes.structs.verdicts import State
from planes.structs.workload_observations import UndecidedSeen, WorkloadSeen
from tests.components.making import (
    BROKEN,
    FORBIDDEN,
    NOT_SERVED,
    NOW,
    REFUSED,
    SERVER,
    THRESHOLDS,
    failing,
    feed,
    leader,
    lease,
    pod,
)


def judged(seen: LeaderObservation) -> Judged:
    return kube_scheduler.judge(seen, NOW, THRESHOLDS)


def state(seen: LeaderObservation) -> State:
    return judged(seen).verdict.state


@pytest.mark.parametrize(
    ("age", "duration", "expected"),
    [
        (15.0, 15.0, State.HEALTHY),
        (20.0, 15.0, State.HEALTHY),  # a failover in good order: the duration and two retry periods
        (20.1, 15.0, State.DEGRADED),
        (30.0, 15.0, State.DEGRADED),
        (30.1, 15.0, State.DOWN),
        (100.0, 137.0, State.HEALTHY),  # OpenShift's scheduler
        (182.6, 137.0, State.HEALTHY),
        (182.7, 137.0, State.DEGRADED),
        (274.1, 137.0, State.DOWN),
        (59.0, 60.0, State.HEALTHY),
    ],
)
def test_a_lease_is_judged_by_its_own_duration(age: float, duration: float, expected: State) -> None:
    verdict = judged(leader(lease=lease(age, duration))).verdict
    assert verdict.state is expected
    if expected is State.HEALTHY:
        next_look = duration if age <= duration else duration * 4 / 3
        assert verdict.due == pytest.approx(min(NOW - age + next_look, NOW - 1 + THRESHOLDS.probe_stale))


def test_a_frozen_lease_says_for_how_long_and_of_how_much() -> None:
    verdict = judged(leader(lease=lease(21.0))).verdict
    assert verdict.because == f"Its 15 s lease has not been renewed for ⟨a:{NOW - 21:.1f}⟩."
    assert verdict.cause == "lease-frozen"


def test_a_lease_past_its_duration_says_that_a_failover_is_waited_for() -> None:
    line = next(line for line in judged(leader(lease=lease(17.0))).verdict.evidence if line.signal == "lease")
    assert line.state is State.HEALTHY
    assert line.now == f"not renewed for ⟨a:{NOW - 17:.1f}⟩, held by node-0_1234: a failover may take 20 s"


def test_a_lease_that_was_old_when_first_seen_is_unknown_until_its_bound_has_passed() -> None:
    def first(age: float) -> State:
        return state(leader(lease=lease(age, confirmed=False, stale_on_arrival=True)))

    assert first(1.0) is State.UNKNOWN
    assert first(20.0) is State.UNKNOWN
    assert first(20.1) is State.DEGRADED
    assert first(30.1) is State.DOWN


def test_a_fresh_lease_at_first_sight_is_healthy() -> None:
    assert state(leader(lease=lease(1.0, confirmed=False))) is State.HEALTHY


@pytest.mark.parametrize(
    ("age", "expected"), [(5.0, State.HEALTHY), (5.1, State.DEGRADED), (15.0, State.DEGRADED), (15.1, State.DOWN)]
)
def test_a_released_lease_is_a_handover_first_and_down_after_15_s(age: float, expected: State) -> None:
    released = lease(age, holder="", released_at=NOW - age)
    assert state(leader(lease=released)) is expected


@pytest.mark.parametrize(("age", "expected"), [(1.0, State.DEGRADED), (30.0, State.DEGRADED), (30.1, State.DOWN)])
def test_a_deleted_lease_is_down_after_twice_its_duration(age: float, expected: State) -> None:
    assert state(leader(lease=lease(age, gone_at=NOW - age))) is expected


def test_a_lease_that_never_was_is_not_observable_and_never_red() -> None:
    verdict = judged(leader(lease=None, pods=())).verdict
    assert verdict.state is State.NOT_OBSERVABLE
    assert "neither a lease nor a pod under any known name has been seen" in verdict.because
    assert "leader-elect" not in verdict.because, "advice is given only where it can be followed"


def test_without_leader_election_its_pods_are_enough() -> None:
    assert state(leader(lease=None)) is State.HEALTHY


def test_a_lease_that_was_seen_before_and_is_gone_is_down() -> None:
    verdict = judged(leader(lease=None, lease_seen_before=True)).verdict
    assert verdict.state is State.DOWN
    assert verdict.hold > 0, "it is waited for after a restart"


@pytest.mark.parametrize("fault", [FORBIDDEN, NOT_SERVED])
def test_a_lease_that_may_not_be_read_is_never_unhealthy(fault: object) -> None:
    assert isinstance(fault, type(FORBIDDEN))
    hidden = failing(fault, NOW - 500, "leases/kube-system")
    verdict = judged(leader(leases=hidden, lease=None, pods=())).verdict
    assert verdict.state is State.NOT_OBSERVABLE
    if fault is FORBIDDEN:
        assert "needs list and watch on leases in kube-system" in verdict.because


def test_a_right_taken_away_hides_the_old_lease() -> None:
    verdict = judged(leader(leases=failing(FORBIDDEN, NOW - 100), lease=lease(100.0))).verdict
    assert verdict.state is not State.DOWN
    assert all(line.state is not State.DOWN for line in verdict.evidence)


@pytest.mark.parametrize(("since", "expected"), [(15.0, State.HEALTHY), (15.1, State.UNKNOWN)])
def test_a_feed_that_fails_for_longer_than_its_bound_makes_the_lease_unknown(since: float, expected: State) -> None:
    assert state(leader(leases=failing(BROKEN, NOW - since), lease=lease(1.0))) is expected


def test_while_nothing_can_be_written_a_frozen_lease_proves_nothing() -> None:
    verdict = judged(leader(lease=lease(100.0), writes_blocked="the check of the state store fails")).verdict
    assert verdict.state is State.UNKNOWN
    assert "the check of the state store fails" in verdict.because


def test_three_changes_of_holder_within_15_min_are_degraded_and_two_are_not() -> None:
    def with_failovers(*ages: float) -> State:
        return state(leader(lease=lease(failovers=tuple(NOW - age for age in ages))))

    assert with_failovers(800, 400) is State.HEALTHY
    assert with_failovers(899, 400, 5) is State.DEGRADED
    assert with_failovers(901, 400, 5) is State.HEALTHY


@pytest.mark.parametrize(("age", "expected"), [(15.0, State.DEGRADED), (15.1, State.DOWN)])
def test_a_mirror_pod_that_is_not_ready_is_degraded_and_all_of_them_for_15_s_are_down(age: float, expected: State) -> None:
    bad = pod(ready=False, reason="CrashLoopBackOff", changed_at=NOW - 100)
    other = pod("kube-scheduler-node-1", "node-1", changed_at=NOW - age)
    assert state(leader(pods=(bad, other))) is State.DEGRADED
    assert state(leader(pods=(bad, replace(other, ready=False, reason="CrashLoopBackOff")))) is expected


def test_an_instance_that_restarts_in_good_order_turns_nothing_and_its_line_says_why() -> None:
    starts = pod(ready=False, changed_at=NOW - 12)
    found = judged(leader(pods=(starts, pod("kube-scheduler-node-1", "node-1"))))
    assert found.verdict.state is State.HEALTHY
    line = next(one for one in found.verdict.evidence if one.source.endswith("node-0"))
    assert line.now == f"not ready for ⟨a:{NOW - 12}⟩: a normal restart may take 20 s"
    assert found.instances[0].state is State.DEGRADED, "the instance itself is not ready, and says so"


def test_nothing_is_called_ready_that_only_starts() -> None:
    good = judged(leader(lease=None, pods=(pod(ready=False, changed_at=NOW - 12),))).verdict.because
    assert good == "Its pods are ready or starting, and no pod waits for a decision."


def test_pods_of_a_silent_kubelet_are_the_last_known_and_count_for_nothing() -> None:
    lost = pod(ready=False, silent=True)
    judged_one = judged(leader(pods=(lost,)))
    assert judged_one.verdict.state is State.HEALTHY, "its lease is renewed: somebody leads"
    assert judged_one.instances[0].state is State.UNKNOWN


def test_a_version_more_than_one_minor_older_is_degraded_and_so_is_a_newer_one() -> None:
    def of(version: str) -> State:
        return state(leader(pods=(pod(version=version),)))

    assert of("v1.35.9") is State.HEALTHY
    assert of("v1.34.9") is State.DEGRADED
    assert of("v1.37.0") is State.DEGRADED
    assert of("") is State.HEALTHY


@pytest.mark.parametrize(("age", "expected"), [(30.0, State.HEALTHY), (30.1, State.DEGRADED)])
def test_pods_that_nobody_decides_about_show_a_leader_without_work_done(age: float, expected: State) -> None:
    waiting = UndecidedSeen(count=5, oldest=NOW - age, names=("ml/trainer-0",))
    verdict = judged(leader(undecided=waiting)).verdict
    assert verdict.state is expected
    if expected is State.DEGRADED:
        assert verdict.cause == "no-work-done"
        assert "5 pods" in verdict.because


def test_without_the_right_to_pods_undecided_ones_are_not_guessed() -> None:
    verdict = judged(
        leader(undecided=UndecidedSeen(count=5, oldest=NOW - 90), pods_all=failing(FORBIDDEN, NOW - 90, "pods"))
    ).verdict
    assert verdict.state is State.HEALTHY
    assert any(line.signal == "pods undecided" and "permission lost" in line.now for line in verdict.evidence)


@pytest.mark.parametrize(("age", "expected"), [(60.0, State.HEALTHY), (60.1, State.DEGRADED)])
def test_a_generation_that_nobody_observes_is_a_controller_that_does_no_work(age: float, expected: State) -> None:
    behind = WorkloadSeen(
        kind="Deployment", namespace="shop", name="cart", app="cart", desired=2, ready=2, seen_at=NOW, lagging_since=NOW - age
    )
    seen = leader("kube-controller-manager", lagging=(behind,), workloads=feed("deployments"))
    assert kube_controller_manager.judge(seen, NOW, THRESHOLDS).verdict.state is expected


def test_while_the_api_server_is_away_nothing_is_known_of_a_leader() -> None:
    gone = replace(leader().reach, fault=REFUSED, failing_since=NOW - 60)
    verdict = judged(leader(reach=gone)).verdict
    assert verdict.state is State.UNKNOWN
    assert verdict.evidence


def test_the_leader_is_the_pod_on_the_holders_host_and_only_one_leads() -> None:
    instances = judged(leader()).instances
    assert [(one.host, one.leader) for one in instances] == [("node-0", True), ("node-1", False)]


def test_a_holder_without_a_pod_is_an_instance_of_its_own() -> None:
    instances = judged(leader(pods=(), lease=lease(holder="vm_1234"))).instances
    assert [(one.host, one.leader, one.state) for one in instances] == [("vm", True, State.HEALTHY)]


def test_every_line_of_evidence_is_there_when_all_is_well() -> None:
    signals = {line.signal for line in judged(leader(server=SERVER)).verdict.evidence}
    assert signals == {"lease", "failovers", "pods undecided", "pod", "version skew"}
