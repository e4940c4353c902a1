"""How long a part waits before it is started again."""

import random

from planes.up.backoff import FIRST_S, LIMIT_S, RECOVERED_S, Backoff


def test_the_first_wait_is_short_and_each_is_about_twice_the_one_before_up_to_the_limit() -> None:
    backoff = Backoff(random.Random(1))
    waits = [backoff.next(0.0) for _ in range(12)]
    bounds = [min(LIMIT_S, FIRST_S * 2**number) for number in range(12)]
    assert all(bound / 2 <= wait <= bound for wait, bound in zip(waits, bounds, strict=True))
    assert max(waits) <= LIMIT_S


def test_waits_differ_so_that_parts_do_not_rise_together() -> None:
    assert len({Backoff(random.Random(seed)).next(0.0) for seed in range(10)}) == 10


def test_a_part_that_ran_long_enough_begins_anew() -> None:
    backoff = Backoff(random.Random(1))
    for _ in range(8):
        backoff.next(0.0)
    assert backoff.next(RECOVERED_S) <= FIRST_S
