"""What is said where a feed has nothing to say: not yet, not any more, not to us, or not at all."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from planes.components import addons, etcd, konnectivity, kube_scheduler
from planes.components.registry import KINDS
from planes.components.verdict_builder import Judged, feed_gap, reach_due
from planes.structs.events import Fault
from planes.structs.observations import FeedSeen, ReachSeen
from planes.structs.verdicts import State
from tests.components import making
from tests.components.making import BROKEN, FORBIDDEN, NOT_SERVED, NOW, REACHED, REFUSED, THRESHOLDS, leader
from tests.components.telling import dns


def never(fault: Fault | None) -> FeedSeen:
    """A feed that never listed anything."""
    return FeedSeen(name="leases/kube-system", fault=fault, failing_since=NOW - 1 if fault is not None else None)


@pytest.mark.parametrize(
    ("fault", "cause", "because", "waits"),
    [
        (None, "waiting", "Waiting for the first answer.", True),
        (
            BROKEN,
            "feed-stale",
            "Its lease cannot be read: the first read failed (the server answers 500).",
            False,
        ),
    ],
)
def test_what_could_not_be_read_is_not_merely_waited_for(fault: Fault | None, cause: str, because: str, waits: bool) -> None:
    verdict = kube_scheduler.judge(leader(leases=never(fault)), NOW, THRESHOLDS).verdict
    assert (verdict.state, verdict.cause, verdict.because, verdict.waiting) == (State.UNKNOWN, cause, because, waits)


@pytest.mark.parametrize(
    ("fault", "age", "state"),
    [
        (None, 0.0, None),
        (BROKEN, 15.0, None),  # it fails, and not for long enough
        (BROKEN, 15.1, State.UNKNOWN),
        (FORBIDDEN, 0.0, State.NOT_OBSERVABLE),  # not permitted, not served: neither is unhealthy
        (NOT_SERVED, 0.0, State.NOT_OBSERVABLE),
    ],
)
def test_a_feed_that_was_listed_has_a_gap_when_it_fails_for_too_long_or_is_hidden(
    fault: Fault | None, age: float, state: State | None
) -> None:
    since = NOW - age if fault is not None else None
    feed = FeedSeen(name="nodes", listed_at=NOW - 100, heard_at=NOW - 50, fault=fault, failing_since=since)
    gap = feed_gap(feed, "nodes", "readable", NOW, THRESHOLDS)
    assert (gap.state if gap is not None else None) is state


@pytest.mark.parametrize("kind", [one.kind for one in KINDS])
def test_every_kind_says_what_one_types_next(kind: str) -> None:
    (declared,) = [one for one in KINDS if one.kind == kind]
    assert declared.commands
    assert all(declared.commands)


FAILING = replace(REACHED, fault=REFUSED, failing_since=NOW - 1)


@pytest.mark.parametrize(
    ("reach", "due"),
    [
        (FAILING, NOW - 1 + 3.0),
        (replace(FAILING, flowing=True), NOW - 1 + 30.0),  # answers still arrive
        (REACHED, NOW - 1 + 30.0),
        (ReachSeen(), None),
    ],
)
def test_silence_of_the_api_server_falls_due(reach: ReachSeen, due: float | None) -> None:
    assert reach_due(reach, THRESHOLDS) == due


JUDGED: dict[str, Callable[[ReachSeen], Judged]] = {
    "kube-scheduler": lambda reach: kube_scheduler.judge(leader(reach=reach), NOW, THRESHOLDS),
    "etcd": lambda reach: etcd.judge(making.etcd(reach=reach), NOW, THRESHOLDS),
    "dns": lambda reach: addons.judge(dns(reach=reach), NOW, THRESHOLDS, "DNS"),
    "konnectivity": lambda reach: konnectivity.judge(dns(kind="konnectivity", reach=reach), NOW, THRESHOLDS),
}


@pytest.mark.parametrize("kind", sorted(JUDGED))
def test_what_is_seen_through_the_api_server_is_judged_again_when_its_silence_falls_due(kind: str) -> None:
    """And not before that: a request that failed a moment ago says nothing yet."""
    verdict = JUDGED[kind](FAILING).verdict
    assert (verdict.state, verdict.due) == (State.HEALTHY, NOW + 2.0)
    later = JUDGED[kind](replace(FAILING, failing_since=NOW - 3)).verdict
    assert (later.state, later.cause) == (State.UNKNOWN, "unreachable")
