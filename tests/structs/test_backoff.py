"""Waits grow, differ, keep within their bounds, and begin anew."""

import random

from planes.structs.backoff import Backoff


def backoff(seed: int = 1) -> Backoff:
    return Backoff(random.Random(seed), first=0.25, cap=15.0, floor=0.1)


def test_each_wait_lies_within_twice_the_bound_before_up_to_the_cap_and_above_the_floor() -> None:
    bounds = [min(15.0, 0.25 * 2**number) for number in range(12)]
    for seed in range(50):
        one = backoff(seed)
        waits = [one.failed() for _ in bounds]
        assert all(0.1 <= wait <= bound for wait, bound in zip(waits, bounds, strict=True))
        assert one.failures == 12


def test_jitter_is_full() -> None:
    longest = []
    for seed in range(200):
        one = backoff(seed)
        longest.append([one.failed() for _ in range(10)][-1])
    assert min(longest) < 2.0
    assert max(longest) > 13.0
    assert len(set(longest)) == 200


def test_each_wait_may_be_as_long_as_its_bound() -> None:
    bounds = [min(15.0, 0.25 * 2**number) for number in range(12)]
    rounds = [[one.failed() for _ in bounds] for one in map(backoff, range(200))]
    assert all(max(waits) > 0.95 * bound for bound, waits in zip(bounds, zip(*rounds, strict=True), strict=True))


def test_after_a_success_waits_begin_anew() -> None:
    one = backoff()
    for _ in range(8):
        one.failed()
    one.succeeded()
    assert one.failures == 0
    assert one.failed() <= 0.25


def test_one_wait_may_have_another_cap() -> None:
    one = backoff()
    for _ in range(8):
        assert one.failed(0.3) <= 0.3


def test_a_loop_that_fails_for_days_does_not_overflow() -> None:
    one = backoff()
    assert all(one.failed() <= 15.0 for _ in range(2000))


class Unlucky(random.Random):
    """Whoever asks waits as long as can be."""

    def uniform(self, a: float, b: float) -> float:
        return max(a, b)


def test_a_wait_doubles_sixteen_times_and_no_further() -> None:
    one = Backoff(Unlucky(), first=1.0, cap=1e9, floor=0.1)
    waits = [one.failed() for _ in range(20)]
    assert waits == [2.0 ** min(number, 16) for number in range(20)]
