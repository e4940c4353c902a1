"""What hysteresis remembers: causes, relapses, what is said while one is held back, and for what a restart waits."""

from dataclasses import replace
from math import inf

import pytest

from planes.assess import hysteresis
from planes.assess.hysteresis import Change, Memory
from planes.structs.moments import Mono
from planes.structs.thresholds import Thresholds
from planes.structs.verdicts import State, Verdict

H, D, X, U, N = State.HEALTHY, State.DEGRADED, State.DOWN, State.UNKNOWN, State.NOT_OBSERVABLE
#: Relapses are counted over an hour, so that it shows where minutes come from.
HOURLY = Thresholds(flap_window=3600.0)
HOLD = HOURLY.hold_recovery


def of(state: State, cause: str = "", *, ripe: float | None = None, waiting: bool = False) -> Verdict:
    moment = None if ripe is None else Mono(ripe)
    return Verdict(state=state, because=f"{state.value}.", cause=cause, ripe=moment, waiting=waiting)


def step(memory: Memory, verdict: Verdict, now: float) -> Change | None:
    return hysteresis.step(memory, verdict, Mono(now), HOURLY)


@pytest.mark.parametrize("state", [D, X])
@pytest.mark.parametrize("waited", [False, True])
def test_the_first_cause_is_known_so_that_another_is_announced(state: State, waited: bool) -> None:
    memory = hysteresis.begin(of(U, waiting=True) if waited else of(state, "certificate"), Mono(0.0))
    assert step(memory, of(state, "certificate"), 10.0) is None
    assert step(memory, of(state, "webhook"), 20.0) is None
    assert step(memory, of(state, "webhook"), 20.0 + HOLD) == Change(state, state, Mono(20.0))


def test_a_cause_that_differs_from_the_first_sight_is_another() -> None:
    memory = hysteresis.begin(of(D, "certificate"), Mono(0.0))
    assert step(memory, of(D, "webhook"), 20.0) is None
    assert step(memory, of(D, "webhook"), 20.0 + HOLD) == Change(D, D, Mono(20.0))


def test_a_cause_where_none_was_told_is_learnt_and_not_announced() -> None:
    memory = hysteresis.begin(of(D), Mono(0.0))
    assert [step(memory, of(D, "webhook"), now) for now in (10.0, 20.0)] == [None, None]


def test_what_is_seen_first_is_known() -> None:
    memory = hysteresis.begin(of(D), Mono(4.0))
    assert (memory.known, memory.known_at) == (D, 4.0)
    assert step(memory, of(U), 5.0) == Change(D, U, Mono(5.0))
    assert (memory.known, memory.known_at) == (D, 4.0)


def test_getting_degraded_is_a_relapse_and_sixteen_are_remembered() -> None:
    memory = hysteresis.begin(of(H), Mono(0.0))
    fell = [float(1000 * number) for number in range(1, 21)]
    for now in fell:
        assert step(memory, of(D), now) == Change(H, D, Mono(now))
        step(memory, of(H), now + 1)
        step(memory, of(H), now + 301)
        assert memory.state is H
    assert memory.relapses == tuple(fell[-16:])


# --- held back ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("first", "better"), [(X, H), (X, D), (D, H)])
def test_what_is_held_back_shows_the_old_state_and_cause_and_says_why(first: State, better: State) -> None:
    memory = hysteresis.begin(of(first, "frozen"), Mono(0.0))
    now = 9000.0
    memory.relapses = tuple(Mono(now - age) for age in (3601.0, 3600.0 - HOLD, 10.0, 5.0))
    said = f"{better.value}. So since ⟨c:9000.0⟩; still shown as {first.value} until ⟨c:9012.0⟩, "
    said += "because it got worse 3 times in 60 min."  # the first of them just so
    for later in (0.0, HOLD):
        assert step(memory, of(better, "other"), now + later) is None
        assert hysteresis.due(memory) == now + 12.0
        shown = memory.shown
        assert (memory.held, shown.state, shown.cause, shown.because) == (True, first, "frozen", said)


# --- after a restart ------------------------------------------------------------------------------------------------------------


def restored(state: State) -> Memory:
    return hysteresis.restored(state, Mono(100.0), None, Mono(500.0))


@pytest.mark.parametrize(("known", "better"), [(X, H), (X, D), (D, H), (D, N)])
def test_what_was_worse_before_a_restart_waits_for_the_rule_that_needs_time(known: State, better: State) -> None:
    memory = restored(known)
    for now in (501.0, 520.0):
        assert step(memory, of(better, ripe=520.0), now) is None
        because = "The collector has restarted: the slowest rule decides within ⟨u:520.0⟩."
        assert (memory.waits, memory.shown.state, memory.shown.cause, memory.shown.because) == (True, U, "waiting", because)
        assert (memory.state, memory.since, memory.known) == (known, 100.0, known)
    assert step(memory, of(better, ripe=520.0), 520.1) is None
    assert (memory.waits, memory.pending, memory.pending_since) == (False, better, 520.1)


def test_what_cannot_be_listed_is_waited_for_for_as_long_as_rates_need() -> None:
    memory, longest = restored(X), 500.0 + HOURLY.rate_window
    assert step(memory, of(H, ripe=inf), longest) is None
    assert (memory.waits, memory.shown.because) == (True, "The collector has restarted: not everything has been listed yet.")
    step(memory, of(H, ripe=inf), longest + 0.1)
    assert not memory.waits


@pytest.mark.parametrize(
    ("known", "verdict"),
    [
        (X, of(H)),  # every rule has spoken
        (X, of(X, ripe=520.0)),  # no better
        (D, of(X, ripe=520.0)),
        (D, of(D, ripe=520.0)),
        (H, of(N, ripe=520.0)),  # nothing was wrong before
        (H, of(D, ripe=520.0)),
    ],
)
def test_whatever_is_no_better_or_complete_is_not_waited_for(known: State, verdict: Verdict) -> None:
    memory = restored(known)
    step(memory, verdict, 501.0)
    assert not memory.waits


def test_what_is_known_once_after_a_restart_is_not_waited_for_again() -> None:
    memory = restored(X)
    step(memory, of(X), 501.0)
    step(memory, replace(of(H), ripe=Mono(520.0)), 502.0)
    assert (memory.waits, memory.pending) == (False, H)


#: What a verdict says while some rule has not spoken since the restart.
YOUNG = inf


def told(state: State, cause: str = "", ripe: float | None = YOUNG) -> Verdict:
    return Verdict(state=state, because=f"{cause or state}.", cause=cause, ripe=None if ripe is None else Mono(ripe))


def left(state: State, reason: str = "", last: State | None = None) -> Memory:
    return hysteresis.restored(state, Mono(0.0), last, Mono(100.0), Mono(99.0), reason)


def lived(memory: Memory, *verdicts: Verdict) -> list[str]:
    """What is shown 10 s after each of the verdicts, which come 20 s apart."""
    shown, now = list[str](), 100.0
    for verdict in verdicts:
        for _ in range(2):
            now += 10.0
            hysteresis.step(memory, verdict, Mono(now), Thresholds())
        shown.append("unknown" if memory.waits else memory.state.value)
    return shown


FAILS = told(State.DOWN, "unreachable-refused")
WELL_YET = told(State.HEALTHY)
HOOK = told(State.DEGRADED, "webhook")


@pytest.mark.parametrize(
    ("memory", "verdicts", "shown"),
    [
        # It was well before the restart: what fails since then has nothing to do with it, and is over when it is over.
        (left(State.HEALTHY), [WELL_YET, FAILS, WELL_YET], ["healthy", "down", "healthy"]),
        (left(State.UNKNOWN, last=State.HEALTHY), [FAILS, WELL_YET], ["down", "healthy"]),
        # It was down: once it is seen to be, for the same cause, that it is well is believed.
        (left(State.DOWN, "unreachable"), [WELL_YET, FAILS, WELL_YET], ["unknown", "down", "healthy"]),
        (left(State.DOWN), [FAILS, WELL_YET], ["down", "healthy"]),
        # It was degraded for a rule that needs time: an outage meanwhile says nothing of that, and ends no waiting for it.
        (left(State.DEGRADED, "webhook"), [FAILS, WELL_YET], ["down", "unknown"]),
        (left(State.DEGRADED, "webhook"), [FAILS, HOOK, WELL_YET], ["down", "degraded", "healthy"]),
        (left(State.DEGRADED, "webhook"), [FAILS, replace(WELL_YET, ripe=None)], ["down", "healthy"]),
    ],
)
def test_what_fails_soon_after_a_restart_is_well_again_when_it_is(
    memory: Memory, verdicts: list[Verdict], shown: list[str]
) -> None:
    assert lived(memory, *verdicts) == shown
