"""Hysteresis at its edges: what is remembered, and when a window begins again."""

import pytest

from planes.assess import hysteresis
from planes.assess.hysteresis import Change, Memory
from planes.structs.moments import Mono
from planes.structs.verdicts import State, Verdict
from tests.components.making import THRESHOLDS

H, D, X, U, N = State.HEALTHY, State.DEGRADED, State.DOWN, State.UNKNOWN, State.NOT_OBSERVABLE
HOLD = THRESHOLDS.hold_recovery


def of(state: State, hold: float = 0.0, waiting: bool = False) -> Verdict:
    return Verdict(state=state, because=state.value, hold=hold, waiting=waiting)


def step(memory: Memory, verdict: Verdict, now: float) -> Change | None:
    return hysteresis.step(memory, verdict, Mono(now), THRESHOLDS)


def test_what_waits_at_the_beginning_is_shown_as_waiting_and_is_not_settled() -> None:
    memory = hysteresis.begin(of(U, waiting=True), Mono(5.0))
    assert (memory.waits, memory.settled, memory.known) == (True, False, None)
    assert step(memory, of(D), 6.0) is None
    assert (memory.waits, memory.settled, memory.known, memory.known_at) == (False, True, D, 6.0)
    assert step(memory, of(X, hold=2.0), 7.0) is None
    assert step(memory, of(X, hold=2.0), 9.0) == Change(D, X, Mono(7.0))


def test_after_a_restart_the_stored_state_is_shown_as_waiting() -> None:
    memory = hysteresis.restored(N, Mono(100.0), D, Mono(500.0))
    assert (memory.shown.state, memory.shown.cause, memory.shown.waiting) == (U, "waiting", True)
    assert (memory.known, memory.known_at, memory.state, memory.since) == (D, 500.0, N, 100.0)
    assert hysteresis.restored(X, Mono(100.0), D, Mono(500.0)).known is X


def test_an_announced_state_is_known_and_one_that_cannot_be_seen_is_not() -> None:
    memory = hysteresis.begin(of(H), Mono(0.0))
    assert step(memory, of(D), 5.0) == Change(H, D, Mono(5.0))
    assert (memory.known, memory.known_at) == (D, 5.0)
    assert step(memory, of(N), 6.0) is None
    assert step(memory, of(N), 6.0 + HOLD) == Change(D, N, Mono(6.0))
    assert (memory.known, memory.known_at) == (D, 5.0)


@pytest.mark.parametrize(
    ("before", "after", "hold"),
    [
        (H, X, 7.0),
        (D, X, 7.0),
        (H, U, 7.0),
        (X, U, 7.0),
        (X, D, HOLD),
        (D, H, HOLD),
        (D, N, HOLD),
        (U, H, 0.0),
        (U, N, 0.0),
        (N, H, 0.0),
        (H, N, 0.0),
    ],
)
def test_how_long_a_state_must_hold(before: State, after: State, hold: float) -> None:
    memory = hysteresis.begin(of(before), Mono(0.0))
    if hold:
        assert step(memory, of(after, hold=7.0), 10.0) is None
        assert hysteresis.due(memory) == 10.0 + hold
        assert step(memory, of(after, hold=7.0), 9.9 + hold) is None
    assert step(memory, of(after, hold=7.0), 10.0 + hold) == Change(before, after, Mono(10.0))
    assert hysteresis.due(memory) is None


def test_a_pending_recovery_that_turns_into_something_else_begins_its_window_again() -> None:
    memory = hysteresis.begin(of(X), Mono(0.0))
    assert step(memory, of(D), 10.0) is None
    assert step(memory, of(H), 12.0) is None
    assert hysteresis.due(memory) == 12.0 + HOLD


def test_a_pending_recovery_says_nothing_for_a_worse_state_that_follows_it() -> None:
    memory = hysteresis.begin(of(D), Mono(0.0))
    assert step(memory, of(H), 10.0) is None
    assert step(memory, of(X, hold=5.0), 12.0) is None
    assert hysteresis.due(memory) == 17.0


def test_only_a_turn_to_degraded_or_down_is_a_relapse() -> None:
    memory = hysteresis.begin(of(H), Mono(0.0))
    relapses = []
    for verdict, now in ((of(U), 1.0), (of(H), 2.0), (of(X), 3.0), (of(D), 4.0), (of(D), 4.0 + HOLD)):
        step(memory, verdict, now)
        relapses.append(memory.relapses)
    assert memory.state is D
    assert relapses == [(), (), (3.0,), (3.0,), (3.0,)]


@pytest.mark.parametrize(
    ("ages", "held"),
    [
        ((), 3.0),
        ((10.0, 5.0), 3.0),  # twice is free
        ((20.0, 10.0, 5.0), 12.0),  # and then four times as long each time
        ((30.0, 20.0, 10.0, 5.0), 48.0),
        ((40.0, 30.0, 20.0, 10.0, 5.0), 192.0),
        ((50.0, 40.0, 30.0, 20.0, 10.0, 5.0), 300.0),  # five minutes at most
        ((897.0, 896.0, 5.0), 12.0),  # a quarter of an hour ago at the second look
        ((900.1, 899.0, 5.0), 3.0),  # a quarter of an hour ago is forgotten
    ],
)
def test_what_got_worse_again_and_again_has_to_be_better_for_longer(ages: tuple[float, ...], held: float) -> None:
    memory = hysteresis.begin(of(D), Mono(0.0))
    memory.relapses = tuple(Mono(2_000.0 - age) for age in ages)
    assert step(memory, of(H), 2_000.0) is None
    assert hysteresis.due(memory) == 2_000.0 + held
    if held > 3.0:
        assert step(memory, of(H), 2_003.0) is None
        assert hysteresis.due(memory) == 2_000.0 + held
