"""The heartbeat of a node from both sides of each bound: what is said, what falls due, what ripens, and since when."""

from dataclasses import replace
from typing import Any

import pytest

from planes.components import container_runtime, heartbeat, kubelet
from planes.components.verdict_builder import VerdictBuilder
from planes.structs.lease_seen import LeaseSeen
from planes.structs.moments import Mono
from planes.structs.observations import ConditionSeen, NodeObservation, NodeScene
from planes.structs.verdicts import Evidence, State, Verdict
from tests.components.making import BROKEN, FORBIDDEN, NOW, READY, THRESHOLDS, condition, failing, feed, lease, node, scene

HIDDEN = scene(leases=failing(FORBIDDEN, NOW - 90, "leases/kube-node-lease"))


def checked(seen: NodeObservation, common: NodeScene | None = None) -> Verdict:
    """What the heartbeat alone says."""
    builder = VerdictBuilder()
    heartbeat.check(builder, seen, common or scene(), NOW, THRESHOLDS)
    return builder.verdict(good="Well.", hidden="Hidden.")


def of_lease(made: LeaseSeen | None, common: NodeScene | None = None, **spoilt: Any) -> Verdict:
    return checked(node(lease=made, **spoilt), common)


def first(age: float, **spoilt: Any) -> LeaseSeen:
    """A lease that was not seen renewed yet."""
    return lease(age, 40.0, confirmed=False, first_at=NOW - age, **spoilt)


def told(verdict: Verdict) -> tuple[State, str, float | None, float | None]:
    due, ripe = (None if one is None else round(one, 3) for one in (verdict.due, verdict.ripe))
    return verdict.state, verdict.cause, due, ripe


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (lease(25.0, 40.0), (State.HEALTHY, "", NOW + 0.001, None)),
        (lease(1.0, 40.0), (State.HEALTHY, "", NOW + 24.001, None)),
        (lease(25.1, 40.0), (State.DEGRADED, "silent", NOW + 14.9, None)),
        (lease(40.0, 40.0), (State.DEGRADED, "silent", NOW, None)),
        (lease(40.1, 40.0), (State.DOWN, "silent", NOW + 9.901, None)),  # then Kubernetes itself should say so
        (lease(50.0, 40.0), (State.DOWN, "silent", NOW + 0.001, None)),
        (lease(50.1, 40.0), (State.DOWN, "silent", NOW + 4.901, None)),
        (lease(55.1, 40.0), (State.DOWN, "silent", None, None)),
        (first(1.0), (State.HEALTHY, "", NOW + 24.001, NOW + 39)),
        (first(40.0), (State.DEGRADED, "silent", NOW, NOW)),
        (first(40.1), (State.DOWN, "silent", NOW + 9.901, None)),
        (first(1.0, stale_on_arrival=True), (State.UNKNOWN, "lease-unconfirmed", NOW + 24.001, NOW + 39)),
        (lease(1.0, 40.0, stale_on_arrival=True), (State.HEALTHY, "", NOW + 24.001, None)),
        (lease(1.0, 40.0, in_grace=True), (State.UNKNOWN, "lease-unconfirmed", NOW + 24.001, None)),
        (lease(1.0, 40.0, fresh_since=NOW - 25.0), (State.HEALTHY, "", NOW + 0.001, None)),
        (lease(1.0, 40.0, fresh_since=NOW - 25.1), (State.UNKNOWN, "lease-unconfirmed", NOW - 0.099, None)),
        (lease(1.0, 40.0, fresh_since=NOW - 25.1, in_grace=True), (State.UNKNOWN, "lease-unconfirmed", NOW - 0.099, None)),
        (lease(1.0, 40.0, gone_at=NOW - 9), (State.UNKNOWN, "lease-missing", None, None)),
        (lease(1.0, 40.0, delegated=True), (State.UNKNOWN, "delegated", None, None)),
    ],
)
def test_a_heartbeat_is_late_after_25_of_40_s_and_down_after_40(
    made: LeaseSeen, expected: tuple[State, str, float | None, float | None]
) -> None:
    assert told(of_lease(made)) == expected


def test_what_is_on_time_says_in_which_rhythm() -> None:
    verdict = of_lease(lease(1.0, 40.0))
    (line,) = verdict.evidence
    assert verdict.line == "heartbeat on time, every 10 s of a 40 s lease"
    assert (line.now, line.should_be, line.at) == ("on time", "renewed about every 10 s of a 40 s lease", NOW - 1)


def test_a_feed_that_may_fall_silent_is_looked_at_then() -> None:
    assert of_lease(lease(1.0, 40.0), scene(leases=feed(proven_at=NOW - 5))).due == NOW + 10


# --- where it may not be read ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("age", "gone", "expected"),
    [
        (25.0, None, (State.NOT_OBSERVABLE, "hidden", NOW + 30.0, None)),
        (24.0, None, (State.NOT_OBSERVABLE, "hidden", NOW + 1.001, None)),
        (25.1, None, (State.UNKNOWN, "feed-stale", NOW + 29.901, None)),
        (25.1, NOW - 1, (State.NOT_OBSERVABLE, "hidden", NOW + 29.901, None)),
        (55.0, None, (State.UNKNOWN, "feed-stale", None, None)),
        (55.1, None, (State.NOT_OBSERVABLE, "hidden", None, None)),
    ],
)
def test_where_it_may_not_be_read_any_more_ready_is_believed_once_it_would_have_been_taken_back(
    age: float, gone: Mono | None, expected: tuple[State, str, float | None, float | None]
) -> None:
    verdict = of_lease(lease(age, 40.0, gone_at=gone), HIDDEN)
    assert (verdict.state, verdict.cause) == expected[:2]
    assert (None if verdict.due is None else round(verdict.due, 1)) == (None if expected[2] is None else round(expected[2], 1))
    if expected[0] is State.UNKNOWN:
        (line,) = verdict.evidence
        assert (line.state, line.at) == (State.UNKNOWN, NOW - age)
        said = "and was last seen ⟨a:{:.1f}⟩ ago; its Ready condition is no newer yet."
        assert verdict.because == "Its heartbeat may no longer be read " + said.format(NOW - age)


def test_what_falls_due_there_is_passed_and_not_met() -> None:
    assert of_lease(lease(24.0, 40.0), HIDDEN).due == pytest.approx(NOW + 1.001, abs=1e-6)
    assert of_lease(lease(30.0, 40.0), HIDDEN).due == pytest.approx(NOW + 25.001, abs=1e-6)


def test_where_nodes_may_not_be_read_either_or_no_lease_was_ever_seen_the_gap_is_all_that_is_said() -> None:
    blind = replace(HIDDEN, nodes=failing(FORBIDDEN, NOW - 90, "nodes"))
    assert of_lease(lease(30.0, 40.0), blind).state is State.NOT_OBSERVABLE
    assert of_lease(None, HIDDEN).state is State.NOT_OBSERVABLE
    broken = scene(leases=failing(BROKEN, NOW - 16, "leases/kube-node-lease"))
    assert told(of_lease(lease(30.0, 40.0), broken))[:2] == (State.UNKNOWN, "feed-stale")
    assert "Its heartbeat cannot be read" in of_lease(lease(30.0, 40.0), broken).because


# --- none, and relics -----------------------------------------------------------------------------------------------------------

#: Renewed an hour and a second before it was first seen.
RELIC = first(40.0, recorded=NOW - 40 - 3601)


@pytest.mark.parametrize(
    ("spoilt", "common", "expected"),
    [
        ({}, scene(), (State.UNKNOWN, "lease-missing")),
        ({}, scene(leases_seen_before=False), (State.NOT_OBSERVABLE, "hidden")),
        ({"own_version": True}, scene(), (State.NOT_OBSERVABLE, "hidden")),
        ({"status_beat": NOW - 360}, scene(), (State.HEALTHY, "")),
        ({"status_beat": NOW - 360.1}, scene(), (State.UNKNOWN, "lease-missing")),
    ],
)
def test_a_node_without_a_lease_lives_by_its_status_or_misses_it_where_others_have_one(
    spoilt: dict[str, Any], common: NodeScene, expected: tuple[State, str]
) -> None:
    verdict = of_lease(None, common, **spoilt)
    assert (verdict.state, verdict.cause) == expected


def test_a_status_that_was_written_lately_is_a_heartbeat() -> None:
    verdict = of_lease(None, status_beat=NOW - 30)
    (line,) = verdict.evidence
    assert line == Evidence(
        "node lease",
        f"it has none; its status was written ⟨a:{NOW - 30:.1f}⟩ ago",
        "renewed, or its status written",
        State.HEALTHY,
        "Node node-0",
        NOW - 30,
    )
    assert verdict.line == "heartbeat by its status"
    assert verdict.due == pytest.approx(NOW + 330.001, abs=1e-6)
    (line,) = of_lease(RELIC, status_beat=NOW - 30).evidence
    assert line.now == f"last renewed ⟨a:{NOW - 3641:.1f}⟩ ago; its status was written ⟨a:{NOW - 30:.1f}⟩ ago"
    (line,) = of_lease(lease(1.0, 40.0), status_beat=NOW - 30).evidence
    assert line.now == "on time", "whose lease is no relic is heard by it"


@pytest.mark.parametrize(
    ("ready", "made", "relic"),
    [
        (READY, RELIC, True),
        (READY, first(40.0, recorded=NOW - 40 - 3600), False),
        (READY, None, False),
        (condition("False"), RELIC, False),
        (condition("Unknown"), RELIC, False),
        (None, RELIC, False),
    ],
)
def test_a_lease_is_a_relic_if_it_was_an_hour_old_when_first_seen_and_the_node_says_ready(
    ready: ConditionSeen | None, made: LeaseSeen | None, relic: bool
) -> None:
    seen = node(lease=made, conditions={} if ready is None else {"Ready": ready})
    assert heartbeat.is_relic(seen, THRESHOLDS) is relic


@pytest.mark.parametrize(("age", "expected"), [(25.0, State.HEALTHY), (25.1, State.UNKNOWN)])
def test_a_relic_tells_nothing_once_it_is_late(age: float, expected: State) -> None:
    verdict = of_lease(first(age, recorded=NOW - age - 3601))
    assert verdict.state is expected
    if expected is State.UNKNOWN:
        assert (verdict.cause, verdict.evidence[0].at) == ("lease-old", NOW - age - 3601)


@pytest.mark.parametrize(
    ("spoilt", "common", "counts"),
    [
        ({"lease": RELIC}, scene(), True),
        ({"lease": RELIC, "status_beat": NOW - 360}, scene(), False),  # the node itself writes
        ({"lease": RELIC, "status_beat": NOW - 360.1}, scene(), True),
        ({"lease": lease(1.0, 40.0), "status_beat": NOW}, scene(), True),
        ({"lease": lease(1.0, 40.0)}, HIDDEN, False),
    ],
)
def test_which_silence_counts(spoilt: dict[str, Any], common: NodeScene, counts: bool) -> None:
    assert (heartbeat.lease_of(node(**spoilt), common, NOW, THRESHOLDS) is not None) is counts


@pytest.mark.parametrize(
    ("made", "ready", "silent"),
    [
        (None, None, False),
        (None, condition("Unknown"), True),
        (None, condition("False"), False),
        (lease(25.0, 40.0), READY, False),
        (lease(25.1, 40.0), READY, True),
        (lease(25.1, 40.0), None, True),
        (lease(1.0, 40.0, in_grace=True), READY, True),
        (lease(1.0, 40.0, delegated=True), READY, True),
        (lease(1.0, 40.0, gone_at=NOW), READY, True),
        (lease(1.0, 40.0), condition("Unknown"), True),
    ],
)
def test_who_is_silent(made: LeaseSeen | None, ready: ConditionSeen | None, silent: bool) -> None:
    assert heartbeat.is_silent(made, ready, NOW, THRESHOLDS) is silent


# --- since when, by the cluster's record ----------------------------------------------------------------------------------------

#: 2026-11-22T12:00 by the cluster is NOW by our clock.
OFFSET = 1795348800.0 - NOW
RECORDED = "22 November, 10:36 UTC"


def gone_bad(recorded: float | None, status: str = "Unknown", seen_since: float = 900.0) -> NodeObservation:
    """A node whose Ready turned so long ago by the cluster's record; it was added 900 s ago by ours."""
    said = ConditionSeen(
        status=status,
        reason="R",
        message="It is odd.",
        since=NOW - seen_since,
        recorded=None if recorded is None else OFFSET + NOW - recorded,
    )
    return node(41.0, conditions={"Ready": said}, clock_offset=OFFSET)


@pytest.mark.parametrize(
    ("seen", "began"),
    [
        (gone_bad(5000.0), NOW - 5000),
        (gone_bad(905.0), None),
        (gone_bad(905.1), NOW - 905.1),
        (gone_bad(5000.0, "False"), NOW - 5000),
        (gone_bad(5000.0, "True"), None),
        (gone_bad(None), None),
        (gone_bad(5000.0, seen_since=800.0), None),  # it was seen to turn
        (replace(gone_bad(5000.0), clock_offset=None), None),
        (replace(gone_bad(5000.0), conditions={}), None),
    ],
)
def test_a_node_has_been_so_since_the_cluster_says_where_that_is_seconds_before_it_was_watched(
    seen: NodeObservation, began: float | None
) -> None:
    found = heartbeat.began(seen)
    assert found == (None if began is None else pytest.approx(began))
    verdict = kubelet.judge(seen, scene(), True, NOW, THRESHOLDS)
    assert verdict.since == found


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (
            gone_bad(5000.0),
            f"No heartbeat for at least ⟨a:{NOW - 41:.1f}⟩ (by the cluster's record since {RECORDED}).",
        ),
        (
            gone_bad(None),
            f"No heartbeat for ⟨a:{NOW - 41:.1f}⟩; the lease allows 40 s. "
            f"Kubernetes has marked it NotReady for ⟨a:{NOW - 900:.1f}⟩.",
        ),
        (
            gone_bad(None, "False"),
            f"No heartbeat for ⟨a:{NOW - 41:.1f}⟩; the lease allows 40 s. Kubernetes has marked it NotReady: It is odd.",
        ),
        (
            gone_bad(None, "True"),
            f"No heartbeat for ⟨a:{NOW - 41:.1f}⟩; the lease allows 40 s. Kubernetes marks it NotReady in about ⟨u:{NOW + 9:.1f}⟩.",
        ),
        (node(50.1), f"No heartbeat for ⟨a:{NOW - 50.1:.1f}⟩; the lease allows 40 s."),
        (
            node(55.1),
            f"No heartbeat for ⟨a:{NOW - 55.1:.1f}⟩; the lease allows 40 s. "
            "Kubernetes has not marked it NotReady yet; by default it does after about 50 s.",
        ),
        (
            node(41.0, conditions={}),
            f"No heartbeat for ⟨a:{NOW - 41:.1f}⟩; the lease allows 40 s. Kubernetes marks it NotReady in about ⟨u:{NOW + 9:.1f}⟩.",
        ),
    ],
)
def test_a_silent_node_says_what_kubernetes_makes_of_it(seen: NodeObservation, said: str) -> None:
    verdict = checked(seen)
    age = "" if seen.lease is None else f"⟨a:{seen.lease.changed_at:.1f}⟩"
    assert (verdict.because, verdict.line) == (said, f"no heartbeat for {age}")


def test_for_how_long_ready_is_as_it_is_and_that_kubernetes_has_not_heard_from_it() -> None:
    seen, fresh = gone_bad(5000.0), gone_bad(None)
    record = f"by the cluster's record since {RECORDED}"
    ready = seen.conditions["Ready"]
    assert heartbeat.how_long(seen, ready) == f"at least ⟨a:{NOW - 900:.1f}⟩ ({record})"
    assert heartbeat.how_long(fresh, fresh.conditions["Ready"]) == f"⟨a:{NOW - 900:.1f}⟩"
    assert heartbeat.not_heard(seen, ready) == (f"Kubernetes has not heard from it for at least ⟨a:{NOW - 900:.1f}⟩ ({record}).")
    assert (
        heartbeat.not_heard(fresh, fresh.conditions["Ready"])
        == f"Kubernetes has not heard from it; Ready has been Unknown for ⟨a:{NOW - 900:.1f}⟩."
    )


@pytest.mark.parametrize(
    ("began", "said"),
    [
        (905.0, f"for ⟨a:{NOW - 900:.1f}⟩: container runtime is down."),
        (960.0, f"for at least ⟨a:{NOW - 900:.1f}⟩ (by the cluster's record since "),
    ],
)
def test_a_runtime_that_was_down_before_it_was_watched_is_not_said_to_be_so_only_since_then(began: float, said: str) -> None:
    seen = gone_bad(began, "False")
    ready = replace(seen.conditions["Ready"], message="container runtime is down")
    verdict = container_runtime.judge(replace(seen, conditions={"Ready": ready}), scene(), False, NOW, THRESHOLDS)
    assert verdict.because.startswith(f"The kubelet has not reached it {said}")


@pytest.mark.parametrize(("kind", "status"), [("MemoryPressure", "True"), ("KernelDeadlock", "True")])
def test_what_else_a_node_reports_is_dated_by_the_record_too_where_that_is_before_it_was_watched(kind: str, status: str) -> None:
    ready = gone_bad(960.0).conditions["Ready"]
    one = replace(ready, status=status)
    seen = replace(gone_bad(960.0), conditions={"Ready": replace(ready, status="True"), kind: one})
    assert heartbeat.how_long(seen, one).startswith(f"at least ⟨a:{NOW - 900:.1f}⟩ (by the cluster's record since ")
    verdict = kubelet.judge(replace(seen, lease=node(1.0).lease), scene(), False, NOW, THRESHOLDS)
    assert any("for at least" in line.now for line in verdict.evidence if kind in line.signal)
