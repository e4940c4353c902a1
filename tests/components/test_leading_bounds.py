"""Leases and pods of leaders from both sides of each bound: what is said, what falls due and what ripens."""

from dataclasses import replace
from typing import Any

import pytest

from planes.components import leader, leader_pods
from planes.components.verdict_builder import VerdictBuilder
from planes.structs.lease_seen import LeaseSeen
from planes.structs.moments import Mono
from planes.structs.observations import LeaderObservation, PodSeen
from planes.structs.verdicts import Evidence, State, Verdict
from planes.structs.workload_observations import UndecidedSeen, WorkloadSeen
from tests.components import making
from tests.components.making import NOW, SERVER, THRESHOLDS, lease, pod


def checked(seen: LeaderObservation) -> Verdict:
    """What the lease alone says."""
    builder = VerdictBuilder()
    leader.check_lease(builder, seen, NOW, THRESHOLDS)
    return builder.verdict(good="Well.", hidden="Hidden.")


def of_lease(made: LeaseSeen | None, **spoilt: Any) -> Verdict:
    return checked(making.leader(lease=made, **spoilt))


def short(verdict: Verdict) -> tuple[State, str, float, Mono | None, Mono | None]:
    return verdict.state, verdict.cause, verdict.hold, verdict.due, verdict.ripe


def seen_first(age: float, **spoilt: Any) -> LeaseSeen:
    """A lease that was not seen renewed yet."""
    return lease(age, confirmed=False, first_at=NOW - age, **spoilt)


# --- the lease ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        # 15 s: a failover's time until 20 s, down after 30 s.
        (lease(1.0), (State.HEALTHY, "", 0.0, NOW + 14, None)),
        (lease(15.0), (State.HEALTHY, "", 0.0, NOW, None)),
        (lease(15.1), (State.HEALTHY, "", 0.0, pytest.approx(NOW + 4.901), None)),
        (lease(20.0), (State.HEALTHY, "", 0.0, pytest.approx(NOW + 0.001), None)),
        (lease(20.1), (State.DEGRADED, "lease-frozen", 0.0, NOW + 9.9, None)),
        (lease(30.0), (State.DEGRADED, "lease-frozen", 0.0, NOW, None)),
        (lease(30.1), (State.DOWN, "lease-frozen", 0.0, NOW - 0.1, None)),
        # Not seen to be renewed yet: it may still be found to be frozen.
        (seen_first(1.0), (State.HEALTHY, "", 0.0, NOW + 14, NOW + 29)),
        (seen_first(30.0), (State.DEGRADED, "lease-frozen", 0.0, NOW, NOW)),
        (seen_first(30.1), (State.DOWN, "lease-frozen", 0.0, NOW - 0.1, None)),
        (seen_first(1.0, stale_on_arrival=True), (State.UNKNOWN, "lease-unconfirmed", 0.0, pytest.approx(NOW + 14.001), NOW + 29)),
        (lease(1.0, stale_on_arrival=True), (State.HEALTHY, "", 0.0, NOW + 14, None)),
        (lease(1.0, in_grace=True), (State.UNKNOWN, "lease-unconfirmed", 0.0, pytest.approx(NOW + 14.001), None)),
        # Not seen for a while, for leases could not be.
        (lease(1.0, fresh_since=NOW - 15.1), (State.UNKNOWN, "lease-unconfirmed", 0.0, pytest.approx(NOW - 0.099), None)),
        (lease(1.0, fresh_since=NOW - 15.0), (State.HEALTHY, "", 0.0, NOW, None)),
    ],
)
def test_a_lease_is_late_after_a_failovers_time_and_down_after_twice_its_duration(
    made: LeaseSeen, expected: tuple[State, str, float, Mono | None, Mono | None]
) -> None:
    assert short(of_lease(made)) == expected


@pytest.mark.parametrize(
    ("made", "blocked"),
    [
        (lease(1.0), False),
        (lease(15.0), False),
        (lease(15.1), True),
        (lease(1.0, fresh_since=NOW - 20.0), False),
        (lease(1.0, fresh_since=NOW - 20.1), True),
        (lease(25.0), True),
        (lease(40.0), True),
    ],
)
def test_while_nothing_can_be_written_a_lease_that_is_late_proves_nothing(made: LeaseSeen, blocked: bool) -> None:
    verdict = of_lease(made, writes_blocked="etcd is down")
    if blocked:
        assert (verdict.state, verdict.cause) == (State.UNKNOWN, "writes-blocked")
        assert verdict.because == "Its lease cannot be judged while etcd is down."
    else:
        assert verdict.cause != "writes-blocked"


@pytest.mark.parametrize(
    ("age", "confirmed", "expected"),
    [
        (5.0, True, (State.HEALTHY, "", 0.0, NOW, None)),
        (4.0, True, (State.HEALTHY, "", 0.0, NOW + 1, None)),
        (5.1, True, (State.DEGRADED, "lease-released", 0.0, NOW + 9.9, None)),
        (15.0, True, (State.DEGRADED, "lease-released", 0.0, NOW, None)),
        (15.1, True, (State.DOWN, "lease-released", 0.0, NOW - 0.1, None)),
        (4.0, False, (State.HEALTHY, "", 0.0, NOW + 1, NOW + 11)),
        (5.1, False, (State.DEGRADED, "lease-released", 0.0, NOW + 9.9, NOW + 9.9)),
    ],
)
def test_a_released_lease_may_be_taken_within_a_handover_and_must_be_within_fifteen_seconds(
    age: float, confirmed: bool, expected: tuple[State, str, float, Mono | None, Mono | None]
) -> None:
    made = lease(age, released_at=NOW - age, holder="", confirmed=confirmed)
    told = short(of_lease(made))
    assert (told[0], told[1], told[2]) == expected[:3]
    assert told[3] == pytest.approx(expected[3])
    assert told[4] == (expected[4] if expected[4] is None else pytest.approx(expected[4]))


def test_a_release_counts_in_observed_time_and_is_told_since_the_cluster_says() -> None:
    made = lease(60.0, released_at=NOW - 60, until=NOW - 57, released_since=NOW - 90, holder="")
    verdict = of_lease(made)
    assert (verdict.state, verdict.line) == (State.HEALTHY, f"lease released ⟨a:{NOW - 90:.1f}⟩ ago")
    late = of_lease(replace(made, until=None))
    said = f"Its leader stopped ⟨a:{NOW - 90:.1f}⟩ ago and no other has taken over. "
    assert late.because == said + "New pods stay Pending; running ones keep running."
    assert late.line == f"no leader for ⟨a:{NOW - 90:.1f}⟩"


@pytest.mark.parametrize(
    ("kind", "effect"),
    [
        ("kube-scheduler", "New pods stay Pending; running ones keep running."),
        ("kube-controller-manager", "What fails is not replaced; pods keep running."),
        ("cloud-controller-manager", "Changes in the cloud stand still; pods keep running."),
    ],
)
def test_without_a_leader_it_says_what_stands_still_and_what_does_not(kind: str, effect: str) -> None:
    for age, gone in ((30.1, None), (90.0, NOW - 30.1)):
        down = of_lease(lease(age, gone_at=gone), kind=kind)
        assert (down.state, down.because.endswith(f". {effect}")) == (State.DOWN, True)
    missing = of_lease(None, kind=kind, lease_seen_before=True)
    assert missing.because == f"Its lease is missing; this cluster had one before. {effect}"
    assert effect not in of_lease(lease(30.0), kind=kind).because, "another may take over in time"


def test_whether_anybody_leads_is_not_known_while_nothing_can_be_written() -> None:
    made = lease(60.0, released_at=NOW - 60, holder="")
    verdict = of_lease(made, writes_blocked="etcd is down")
    assert (verdict.state, verdict.cause) == (State.UNKNOWN, "writes-blocked")
    assert verdict.because == "Whether it has a leader cannot be judged while etcd is down."


@pytest.mark.parametrize(
    ("gone", "age", "expected"),
    [
        (1.0, 1.0, (State.DEGRADED, 5.0, NOW + 29)),
        (30.0, 1.0, (State.DEGRADED, 5.0, NOW)),
        (30.1, 1.0, (State.DOWN, 5.0, NOW - 0.1)),
        (1.0, 20.0, (State.DEGRADED, 5.0, NOW + 29)),
        (1.0, 20.1, (State.DEGRADED, 0.0, NOW + 29)),  # it was not renewed for too long anyway
    ],
)
def test_a_deleted_lease_may_be_made_again_within_a_handover(gone: float, age: float, expected: tuple[State, float, float]) -> None:
    verdict = of_lease(lease(age, gone_at=NOW - gone))
    (line, _) = verdict.evidence
    assert (line.state, verdict.state, verdict.hold, verdict.cause) == (expected[0], expected[0], expected[1], "lease-gone")
    assert verdict.due == pytest.approx(expected[2])


def test_a_lease_that_was_there_before_is_missed_after_twice_a_handovers_time() -> None:
    verdict = of_lease(None, lease_seen_before=True)
    assert (verdict.state, verdict.cause, verdict.hold) == (State.DOWN, "lease-gone", 30.0)


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("v1.16.9", " (Kubernetes 1.16 keeps the lead in an Endpoints object)"),
        ("v1.17.0", " (Kubernetes 1.17 may keep the lead in an Endpoints object)"),
        ("v1.19.9", " (Kubernetes 1.19 may keep the lead in an Endpoints object)"),
        ("v1.20.0", ""),
        ("", ""),
    ],
)
def test_where_no_lease_was_ever_seen_an_old_version_may_keep_the_lead_elsewhere(version: str, said: str) -> None:
    verdict = of_lease(None, server=replace(SERVER, version=version))
    assert (verdict.state, verdict.evidence[0].now) == (State.NOT_OBSERVABLE, f"none has been seen{said}")
    assert verdict.because == f"Not recognised: neither a lease nor a pod under any known name has been seen{said}."


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        ({"nodes": 0}, "None is visible, and there are no nodes to schedule to."),
        ({"nodes": 1}, "Not recognised: neither a lease nor a pod under any known name has been seen."),
        ({"nodes": None}, "Not recognised: neither a lease nor a pod under any known name has been seen."),
        ({"nodes": 0, "elsewhere": "at its provider"}, "It runs at its provider: no lease of it has been seen."),
        ({"elsewhere": "in it", "more": "Look there."}, "It runs in it: no lease of it has been seen. Look there."),
    ],
)
def test_what_is_said_of_one_of_which_nothing_is_seen(spoilt: dict[str, Any], said: str) -> None:
    assert of_lease(None, **spoilt).because == said
    manager = checked(making.leader("kube-controller-manager", lease=None, nodes=0))
    assert manager.because.startswith("Not recognised")


def lagging(age: float, name: str = "web") -> WorkloadSeen:
    return WorkloadSeen(
        kind="Deployment",
        namespace="shop",
        name=name,
        app=name,
        desired=1,
        ready=1,
        seen_at=NOW,
        lagging_since=NOW - age,
    )


#: Renewed an hour and a second before it was first seen.
RELIC = lease(40.0, confirmed=False, first_at=NOW - 40, recorded=NOW - 40 - 3601)


@pytest.mark.parametrize(
    ("spoilt", "cause"),
    [
        ({"pods": ()}, "lease-old"),
        ({"pods": (pod(ready=False),)}, "lease-frozen"),  # its pods say so too
        ({"pods": (pod(ready=False), pod("b"))}, "lease-old"),
        ({"pods": (), "undecided": UndecidedSeen(count=1, oldest=NOW - 30)}, "lease-old"),
        ({"pods": (), "undecided": UndecidedSeen(count=1, oldest=NOW - 30.1)}, "lease-frozen"),
        ({"pods": (), "lagging": "60"}, "lease-old"),
        ({"pods": (), "lagging": "60.1"}, "lease-frozen"),
    ],
)
def test_a_lease_that_was_old_long_before_it_was_watched_tells_nothing_unless_something_else_does(
    spoilt: dict[str, Any], cause: str
) -> None:
    if "lagging" in spoilt:
        spoilt = {**spoilt, "lagging": (lagging(float(spoilt["lagging"])),)}
    verdict = of_lease(RELIC, **spoilt)
    assert verdict.cause == cause
    assert verdict.state is (State.UNKNOWN if cause == "lease-old" else State.DOWN)


# --- failovers ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ages", "state", "due"),
    [
        ((), State.HEALTHY, None),
        ((900.0, 10.0), State.HEALTHY, NOW),
        ((900.1, 10.0), State.HEALTHY, NOW + 890),
        ((800.0, 700.0, 10.0), State.DEGRADED, NOW + 100),
        ((800.0, 700.0, 600.0, 10.0), State.DEGRADED, NOW + 100),
        ((901.0, 700.0, 10.0), State.HEALTHY, NOW + 200),
    ],
)
def test_three_failovers_within_a_quarter_of_an_hour_are_too_many(ages: tuple[float, ...], state: State, due: float | None) -> None:
    builder = VerdictBuilder()
    leader._check_failovers(builder, lease(failovers=tuple(NOW - age for age in ages)), "lease x", NOW, THRESHOLDS)
    builder.enough()
    verdict = builder.verdict(good="")
    recent = [age for age in ages if age <= 900.0]
    (line,) = verdict.evidence
    at = NOW - recent[-1] if recent else NOW - 1000
    assert line == Evidence(
        "failovers", f"4 in all, {len(recent)} within 15 min", "fewer than 3 within 15 min", state, "lease x", at
    )
    assert (verdict.state, verdict.due) == (state, due)


# --- pods -----------------------------------------------------------------------------------------------------------------------


def of_pods(*pods: PodSeen, **spoilt: Any) -> Verdict:
    builder = VerdictBuilder()
    leader_pods.check(builder, making.leader(pods=pods, **spoilt), NOW, THRESHOLDS)
    return builder.verdict(good="Well.")


def unready(name: str, age: float, **spoilt: Any) -> PodSeen:
    return pod(name, ready=False, changed_at=NOW - age, **spoilt)


HOMELESS = pod("h", ready=False, homeless_since=1.0)
SILENT = pod("s", ready=False, silent=True)


def broken(name: str, age: float) -> PodSeen:
    """Its kubelet says that it cannot run."""
    return unready(name, age, reason="CrashLoopBackOff")


@pytest.mark.parametrize(
    ("pods", "expected"),
    [
        ((broken("a", 5.0), pod("b")), (State.DEGRADED, 1.0, None, None)),
        ((broken("a", 15.0),), (State.DEGRADED, 1.0, NOW, NOW)),
        ((broken("a", 15.1),), (State.DOWN, 1.0, pytest.approx(NOW - 0.1), None)),
        ((broken("a", 90.0), broken("b", 5.0)), (State.DEGRADED, 1.0, NOW + 10, NOW + 10)),  # the last went just now
        ((broken("a", 90.0), broken("b", 50.0)), (State.DOWN, 1.0, NOW - 35, None)),
        ((broken("a", 90.0), HOMELESS), (State.DOWN, 1.0, NOW - 75, None)),
        ((broken("a", 90.0), SILENT), (State.DEGRADED, 1.0, None, None)),  # of which nobody knows
        # Nothing is said against it: it may be restarting, within a failover's time.
        ((unready("a", 20.0),), (State.NOT_OBSERVABLE, 0.0, NOW, None)),
        ((unready("a", 5.0), pod("b")), (State.NOT_OBSERVABLE, 0.0, NOW + 15, None)),
        ((unready("a", 20.1),), (State.DEGRADED, 1.0, pytest.approx(NOW + 9.9), pytest.approx(NOW + 9.9))),
        ((unready("a", 30.0),), (State.DEGRADED, 1.0, NOW, NOW)),
        ((unready("a", 30.1),), (State.DOWN, 1.0, pytest.approx(NOW - 0.1), None)),
        ((broken("a", 90.0), unready("b", 5.0)), (State.DEGRADED, 1.0, NOW + 15, NOW + 25)),
    ],
)
def test_an_instance_may_restart_in_a_failovers_time_and_when_none_has_been_ready_for_too_long_it_is_down(
    pods: tuple[PodSeen, ...], expected: tuple[State, float, Mono | None, Mono | None]
) -> None:
    verdict = of_pods(*pods)
    assert (verdict.state, verdict.cause) == (expected[0], "hidden" if expected[0] is State.NOT_OBSERVABLE else "pod-not-ready")
    assert (verdict.hold, verdict.due, verdict.ripe) == expected[1:]


@pytest.mark.parametrize(
    ("pods", "said"),
    [
        ((broken("a", 5.0), pod("b")), f"1 of 2 instances is ready; not ready for ⟨a:{NOW - 5:.1f}⟩: a (CrashLoopBackOff)."),
        (
            (broken("a", 5.0), unready("b", 29.0), pod("c"), pod("d")),
            f"2 of 4 instances are ready; not ready for up to ⟨a:{NOW - 29:.1f}⟩: a (CrashLoopBackOff), b.",
        ),
        ((broken("a", 5.0),), f"0 of 1 instance is ready; not ready for ⟨a:{NOW - 5:.1f}⟩: a (CrashLoopBackOff)."),
        (
            (broken("a", 5.0), unready("b", 9.0)),
            f"0 of 2 instances are ready; not ready for up to ⟨a:{NOW - 9:.1f}⟩: a (CrashLoopBackOff), b.",
        ),
    ],
)
def test_instances_that_are_not_ready_are_named_with_how_long_the_first_of_them_is_not(
    pods: tuple[PodSeen, ...], said: str
) -> None:
    assert of_pods(*pods).because == said


@pytest.mark.parametrize(
    ("pods", "spoilt", "state"),
    [
        ((pod(),), {"lease": None}, State.HEALTHY),
        ((pod(),), {"lease": None, "lease_seen_before": True}, State.NOT_OBSERVABLE),
        ((pod(),), {}, State.NOT_OBSERVABLE),
        ((SILENT,), {"lease": None}, State.UNKNOWN),  # their kubelets are not heard
        ((SILENT, pod()), {"lease": None}, State.HEALTHY),
        ((HOMELESS,), {"lease": None}, State.NOT_OBSERVABLE),
        ((), {"lease": None}, State.NOT_OBSERVABLE),
    ],
)
def test_ready_pods_are_enough_where_there_never_was_a_lease(
    pods: tuple[PodSeen, ...], spoilt: dict[str, Any], state: State
) -> None:
    assert of_pods(*pods, **spoilt).state is state
