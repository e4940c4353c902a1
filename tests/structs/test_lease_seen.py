"""One lease as rules see it: for how long it is silent, and when what was last seen of it is too old to be believed."""

import pytest

from planes.structs.lease_seen import LeaseSeen
from planes.structs.moments import NEVER, Mono


def lease(stale: float = 100.0, fresh: float | None = None, until: float | None = None) -> LeaseSeen:
    return LeaseSeen(
        name="l",
        holder="h",
        duration=15.0,
        first_at=Mono(90.0),
        changed_at=Mono(90.0),
        confirmed=True,
        stale_since=Mono(stale),
        fresh_since=None if fresh is None else Mono(fresh),
        until=None if until is None else Mono(until),
    )


def test_silence_counts_in_observed_time() -> None:
    assert lease().silence(Mono(130.0)) == 30.0
    assert lease(until=112.0).silence(Mono(130.0)) == 12.0
    assert lease(until=140.0).silence(Mono(130.0)) == 30.0
    assert [lease(until=112.0).observed(Mono(now)) for now in (105.0, 112.0, 130.0)] == [105.0, 112.0, 112.0]
    assert lease().observed(Mono(130.0)) == 130.0


def test_what_was_last_seen_of_it_grows_old_whether_it_was_observed_or_not() -> None:
    assert lease().expires(30.0) == 130.0
    assert lease(stale=150.0, fresh=100.0).expires(30.0) == 130.0
    assert lease(stale=150.0, fresh=100.0, until=101.0).expires(30.0) == 130.0


#: Bound 30 s, slack 5 s: seen last at 100.0, so that it is too old from 130.0, and the next proof may be under way until 135.0.
@pytest.mark.parametrize(
    ("made", "unseen_after"),
    [
        (lease(), 135.0),
        (lease(fresh=100.0), 135.0),
        (lease(stale=102.0, fresh=100.0), 133.0),  # a gap of two seconds since: so much less is to be waited for
        (lease(stale=104.5, fresh=100.0), 130.5),
        (lease(stale=150.0, fresh=100.0), 130.0),  # after a gap there is nothing to wait for
        (lease(stale=99.0, fresh=100.0), 135.0),
    ],
)
def test_it_is_unseen_when_it_is_older_than_its_bound_and_no_proof_is_under_way(made: LeaseSeen, unseen_after: float) -> None:
    assert not made.is_unseen(Mono(unseen_after), 30.0, 5.0)
    assert made.is_unseen(Mono(unseen_after + 0.001), 30.0, 5.0)


@pytest.mark.parametrize(
    ("now", "then"),
    [
        (110.0, 130.001),
        (129.999, 130.001),
        (130.0, 130.001),
        (130.001, 135.001),
        (135.0, 135.001),
        (135.001, 130.001),  # both are over: there is nothing to look for
    ],
)
def test_it_is_looked_at_when_it_may_be_unseen_and_then_when_it_is(now: float, then: float) -> None:
    assert lease().turns_unseen(Mono(now), 30.0, 5.0) == pytest.approx(then, abs=1e-9)


def test_of_a_lease_never_seen_to_be_renewed_silence_counts_from_the_beginning_of_our_clock() -> None:
    made = LeaseSeen(name="l", holder="", duration=15.0, first_at=Mono(5.0), changed_at=Mono(5.0), confirmed=False)
    assert (made.stale_since, NEVER) == (0.0, 0.0)
    assert made.silence(Mono(7.0)) == 7.0
