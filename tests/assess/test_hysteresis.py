"""Hysteresis: when a state is announced, and what a restart or a missing answer does to it."""

from dataclasses import replace

from planes.assess import hysteresis
from planes.assess.hysteresis import Change, Memory
from planes.structs.moments import Mono
from planes.structs.verdicts import State, Verdict
from tests.components.making import THRESHOLDS


def verdict(state: State, hold: float = 0.0, waiting: bool = False) -> Verdict:
    return Verdict(state=state, because=state.value, hold=hold, waiting=waiting)


WELL, ILL, DEAD = verdict(State.HEALTHY), verdict(State.DEGRADED), verdict(State.DOWN)
WAITING = verdict(State.UNKNOWN, waiting=True)


def step(memory: Memory, one: Verdict, now: float) -> Change | None:
    return hysteresis.step(memory, one, Mono(now), THRESHOLDS)


def test_the_first_sight_is_no_change() -> None:
    memory = hysteresis.begin(DEAD, Mono(5.0))
    assert (memory.state, memory.since) == (State.DOWN, 5.0)
    assert step(memory, DEAD, 6.0) is None


def test_the_first_answer_after_waiting_is_no_change() -> None:
    memory = hysteresis.begin(WAITING, Mono(5.0))
    assert step(memory, WELL, 7.0) is None
    assert (memory.state, memory.since) == (State.HEALTHY, 7.0)


def test_a_state_is_announced_after_it_held_and_dates_from_its_beginning() -> None:
    memory = hysteresis.begin(WELL, Mono(0.0))
    bad = verdict(State.DOWN, hold=3.0)
    assert step(memory, bad, 10.0) is None
    assert memory.state is State.HEALTHY
    assert hysteresis.due(memory) == 13.0
    assert step(memory, bad, 12.9) is None
    assert step(memory, bad, 13.0) == Change(State.HEALTHY, State.DOWN, Mono(10.0))
    assert memory.since == 10.0


def test_a_flutter_shorter_than_its_window_is_never_announced() -> None:
    memory = hysteresis.begin(WELL, Mono(0.0))
    for second in range(100):
        assert step(memory, verdict(State.DOWN, hold=3.0) if second % 3 else WELL, float(second)) is None
    assert memory.state is State.HEALTHY


def test_getting_worse_while_held_does_not_begin_the_window_again() -> None:
    memory = hysteresis.begin(WELL, Mono(0.0))
    assert step(memory, verdict(State.DEGRADED, hold=3.0), 10.0) is None
    assert step(memory, verdict(State.DOWN, hold=3.0), 12.0) is None
    assert step(memory, verdict(State.DOWN, hold=3.0), 13.0) == Change(State.HEALTHY, State.DOWN, Mono(10.0))


def test_recovery_is_announced_after_it_held() -> None:
    memory = hysteresis.begin(DEAD, Mono(0.0))
    assert step(memory, WELL, 10.0) is None
    assert step(memory, WELL, 10.0 + THRESHOLDS.hold_recovery) == Change(State.DOWN, State.HEALTHY, Mono(10.0))


def test_not_knowing_is_said_at_once_and_remembers_what_was_known() -> None:
    memory = hysteresis.begin(WELL, Mono(0.0))
    step(memory, WELL, 8.0)
    change = step(memory, verdict(State.UNKNOWN), 10.0)
    assert change == Change(State.HEALTHY, State.UNKNOWN, Mono(10.0))
    assert (memory.known, memory.known_at) == (State.HEALTHY, 8.0)


def test_a_restart_goes_on_where_it_was() -> None:
    memory = hysteresis.restored(State.HEALTHY, Mono(100.0), None, Mono(500.0))
    assert memory.waits
    assert step(memory, WAITING, 501.0) is None
    assert memory.waits
    assert step(memory, WELL, 502.0) is None
    assert (memory.state, memory.since, memory.waits) == (State.HEALTHY, 100.0, False)


def test_what_changed_during_a_restart_is_announced() -> None:
    memory = hysteresis.restored(State.HEALTHY, Mono(100.0), None, Mono(500.0))
    assert step(memory, DEAD, 502.0) == Change(State.HEALTHY, State.DOWN, Mono(502.0))


def test_a_restart_while_unknown_remembers_the_state_before() -> None:
    memory = hysteresis.restored(State.UNKNOWN, Mono(100.0), State.DEGRADED, Mono(500.0))
    assert memory.known is State.DEGRADED
    assert step(memory, ILL, 501.0) == Change(State.UNKNOWN, State.DEGRADED, Mono(501.0))


def ill_of(cause: str, hold: float = 0.0) -> Verdict:
    return Verdict(state=State.DEGRADED, because=cause, cause=cause, hold=hold)


def test_another_cause_of_the_same_state_is_announced_once_it_held() -> None:
    memory = hysteresis.begin(WELL, Mono(0.0))
    step(memory, ill_of("certificate"), 10.0)
    assert step(memory, ill_of("webhook"), 20.0) is None
    assert hysteresis.due(memory) == 20.0 + THRESHOLDS.hold_recovery
    assert step(memory, ill_of("webhook"), 20.0 + THRESHOLDS.hold_recovery) == Change(State.DEGRADED, State.DEGRADED, Mono(20.0))
    assert memory.since == 10.0


def test_two_causes_that_take_turns_are_announced_once_each() -> None:
    memory = hysteresis.begin(WELL, Mono(0.0))
    looks = [step(memory, ill_of(("certificate", "webhook")[second // 10 % 2]), float(second)) for second in range(600)]
    assert [change.before for change in looks if change is not None] == [State.HEALTHY, State.DEGRADED]


def test_a_cause_that_is_back_because_the_worse_one_is_over_is_announced_too() -> None:
    memory = hysteresis.begin(WELL, Mono(0.0))
    causes = ((10, "certificate"), (50, "webhook"), (100, "certificate"))
    told = [
        change.since
        for second in range(10, 200)
        if (change := step(memory, ill_of([name for at, name in causes if at <= second][-1]), float(second))) is not None
    ]
    assert told == [10.0, 50.0, 100.0]


def test_a_cause_that_comes_back_again_and_again_has_to_hold_for_longer_each_time() -> None:
    memory = hysteresis.begin(ill_of("certificate"), Mono(0.0))
    now, took = 0.0, []
    for cause in ("webhook", "certificate", "webhook", "certificate", "webhook"):
        began, now = now, now + 1.0
        while step(memory, ill_of(cause), now) is None:
            now += 1.0
        took.append(now - began - 1.0)
    hold = THRESHOLDS.hold_recovery
    assert took == [hold, hold * 4, hold * 16, hold * 64, THRESHOLDS.hold_flapping]


def test_another_sentence_or_another_way_not_to_answer_is_no_other_cause() -> None:
    memory = hysteresis.begin(ill_of("unreachable-refused"), Mono(0.0))
    for second, cause in enumerate(("unreachable-refused", "unreachable-hanging", "unreachable-refused"), start=1):
        assert step(memory, ill_of(cause), 100.0 * second) is None


def test_what_was_restored_learns_its_cause_before_it_announces_another() -> None:
    memory = hysteresis.restored(State.DEGRADED, Mono(1.0), None, Mono(50.0))
    assert step(memory, ill_of("certificate"), 60.0) is None
    assert step(memory, ill_of("certificate"), 70.0) is None
    assert memory.reasons == ("certificate",)


def relapsed(times: int) -> tuple[Memory, float]:
    """A memory that fell so often and is down, and now."""
    memory, now = hysteresis.begin(WELL, Mono(0.0)), 0.0
    for _ in range(times):
        now += 10.0
        step(memory, DEAD, now)
        for _ in range(20) if memory.state is State.DOWN and len(memory.relapses) < times else ():
            now += 3.0
            step(memory, WELL, now)
    return memory, now


def test_what_is_held_for_its_relapses_says_that_it_is_well_and_why_it_is_held() -> None:
    memory, now = relapsed(3)
    assert (memory.state, memory.shown.because) == (State.DOWN, "down")
    said = f"healthy So since ⟨c:{now + 1:.1f}⟩; still shown as down until ⟨c:{now + 13:.1f}⟩, "
    said += "because it got worse 3 times in 15 min."
    for later in (1.0, 4.0):
        assert step(memory, WELL, now + later) is None
        assert (memory.state, memory.shown.because, memory.shown.cause) == (State.DOWN, said, DEAD.cause)
    assert hysteresis.due(memory) == now + 13
    assert step(memory, DEAD, now + 5) is None
    assert (memory.held, memory.shown) == (False, DEAD)
    assert step(memory, WELL, now + 20) is None
    assert memory.held


def test_from_its_first_moment_a_recovery_is_said_to_be_one() -> None:
    memory, now = relapsed(1)
    step(memory, WELL, now + 1)
    said = f"healthy So since ⟨c:{now + 1:.1f}⟩; still shown as down until ⟨c:{now + 4:.1f}⟩."
    assert (memory.state, memory.held, memory.shown.because) == (State.DOWN, True, said)
    assert step(memory, WELL, now + 4) == Change(State.DOWN, State.HEALTHY, Mono(now + 1))
    assert memory.shown is WELL


def test_after_a_restart_the_reason_is_the_one_that_stands_once_every_rule_has_spoken() -> None:
    memory = hysteresis.restored(State.DEGRADED, Mono(0.0), None, Mono(100.0))
    mild = Verdict(state=State.DEGRADED, because="soon over", cause="certificate", ripe=Mono(130.0))
    worse = Verdict(state=State.DEGRADED, because="refused", cause="webhook")
    assert step(memory, mild, 101.0) is None
    assert step(memory, worse, 131.0) is None
    assert step(memory, worse, 150.0) is None, "it was so before"
    assert step(memory, replace(mild, ripe=None), 160.0) is None
    assert step(memory, replace(mild, ripe=None), 170.0) == Change(State.DEGRADED, State.DEGRADED, Mono(160.0))


def test_a_worse_reason_that_ends_soon_after_a_restart_is_told() -> None:
    memory = hysteresis.restored(State.DEGRADED, Mono(0.0), None, Mono(100.0))
    mild = Verdict(state=State.DEGRADED, because="soon over", cause="certificate", ripe=Mono(200.0))
    worse = Verdict(state=State.DEGRADED, because="refused", cause="webhook", ripe=Mono(200.0))
    assert step(memory, worse, 101.0) is None
    assert step(memory, mild, 110.0) is None
    assert step(memory, mild, 120.0) == Change(State.DEGRADED, State.DEGRADED, Mono(110.0))


def test_a_worse_reason_that_ends_with_what_had_yet_to_be_said_after_a_restart_is_told() -> None:
    memory = hysteresis.restored(State.DEGRADED, Mono(0.0), None, Mono(100.0))
    mild = Verdict(state=State.DEGRADED, because="soon over", cause="certificate")
    worse = Verdict(state=State.DEGRADED, because="refused", cause="webhook", ripe=Mono(400.0))
    assert step(memory, worse, 101.0) is None
    assert step(memory, worse, 120.0) is None
    assert step(memory, mild, 130.0) is None, "nothing has yet to be said now: what was known is not what is"
    assert step(memory, mild, 140.0) == Change(State.DEGRADED, State.DEGRADED, Mono(130.0))
