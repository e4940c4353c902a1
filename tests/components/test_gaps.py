"""What is said where a feed has nothing to say: not yet, not any more, not to us, or not at all."""

import pytest

from planes.components import kube_scheduler
from planes.components.registry import KINDS
from planes.components.verdict_builder import feed_gap
from planes.structs.events import Fault
from planes.structs.observations import FeedSeen
from planes.structs.verdicts import State
from tests.components.making import BROKEN, FORBIDDEN, NOT_SERVED, NOW, THRESHOLDS, leader


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
            "The lease of kube-scheduler cannot be seen: could not be read: the server answers 500.",
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
