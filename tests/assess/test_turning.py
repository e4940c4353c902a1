"""Another cause of the same state, at the bounds: what counts as back, for how long it has to hold, and what is remembered."""

from dataclasses import replace

import pytest

from planes.assess import hysteresis
from planes.assess.hysteresis import Change, Memory
from planes.structs.moments import Mono
from planes.structs.verdicts import State, Verdict
from tests.assess.test_hysteresis import WELL, ill_of, step
from tests.components.making import THRESHOLDS

HOLD, WINDOW = THRESHOLDS.hold_recovery, THRESHOLDS.flap_window


def memory(*reasons: str, returns: tuple[float, ...] = ()) -> Memory:
    """Degraded, for these causes so far, the last of which is the one of now."""
    made = hysteresis.begin(ill_of(reasons[0]), Mono(0.0))
    made.reasons, made.returns = reasons, tuple(Mono(at) for at in returns)
    return made


@pytest.mark.parametrize(
    ("reasons", "returns", "cause", "hold", "took"),
    [
        (("a",), (), "b", 0.0, HOLD),
        (("a",), (), "b", HOLD + 5, HOLD + 5),
        (("b", "a"), (), "b", 0.0, HOLD * 4),
        (("b", "a"), (), "b", HOLD * 4 + 1, HOLD * 4 + 1),
        (("b", "a"), (1000.0 - WINDOW,), "b", 0.0, HOLD * 16),
        (("b", "a"), (1000.0 - WINDOW - 50.0,), "b", 0.0, HOLD * 4),
        (("b", "a"), (900.0, 950.0), "b", 0.0, HOLD * 64),
        (("b", "a"), (900.0,) * 9, "b", 0.0, THRESHOLDS.hold_flapping),
    ],
)
def test_how_long_another_cause_has_to_hold(
    reasons: tuple[str, ...], returns: tuple[float, ...], cause: str, hold: float, took: float
) -> None:
    made = memory(*reasons, returns=returns)
    assert step(made, ill_of(cause, hold), 1000.0) is None
    assert hysteresis.due(made) == 1000.0 + took
    if not returns:
        assert step(made, ill_of(cause, hold), 1000.0 + took - 0.5) is None
        assert step(made, ill_of(cause, hold), 1000.0 + took) == Change(State.DEGRADED, State.DEGRADED, Mono(1000.0))


def test_a_return_counts_for_a_quarter_of_an_hour() -> None:
    made = memory("b", "a", returns=(100.0,))
    step(made, ill_of("b"), 100.0 + WINDOW)
    assert made.hold == HOLD * 16
    step(made, ill_of("b"), 100.0 + WINDOW + 0.1)
    assert made.hold == HOLD * 4


def test_a_cause_that_was_announced_is_the_last_and_none_is_there_twice() -> None:
    made = memory("b", "c", "a")
    for now in (1000.0, 1000.0 + HOLD * 4):
        step(made, ill_of("b"), now)
    assert (made.reasons, made.turned, made.returns) == (("c", "a", "b"), "", (1000.0 + HOLD * 4,))
    for now in (2000.0, 2000.0 + HOLD):
        step(made, ill_of("d"), now)
    assert (made.reasons, made.returns) == (("c", "a", "b", "d"), (1000.0 + HOLD * 4,)), "what is new is not back"


def test_sixteen_causes_and_returns_are_remembered() -> None:
    made = memory(*(f"c{number}" for number in range(16)), returns=tuple(float(number) for number in range(16)))
    for now in (9000.0, 9000.0 + HOLD):
        step(made, ill_of("new"), now)
    assert made.reasons == (*(f"c{number}" for number in range(1, 16)), "new")
    for now in (20_000.0, 20_000.0 + HOLD * 4):
        step(made, ill_of("c1"), now)
    assert made.returns == (*(float(number) for number in range(1, 16)), 20_000.0 + HOLD * 4)


def test_a_cause_that_goes_before_it_held_is_forgotten() -> None:
    made = memory("a")
    step(made, ill_of("b"), 100.0)
    step(made, ill_of("a"), 101.0)
    assert (made.turned, hysteresis.due(made)) == ("", None)
    assert step(made, ill_of("b"), 100.0 + HOLD) is None, "it begins again"


@pytest.mark.parametrize("state", [State.HEALTHY, State.UNKNOWN, State.NOT_OBSERVABLE])
def test_only_what_is_bad_has_causes(state: State) -> None:
    told = Verdict(state=state, because="x", cause="a")
    made = hysteresis.begin(told, Mono(0.0))
    assert made.reasons == ()
    assert [step(made, replace(told, cause="b"), now) for now in (100.0, 200.0)] == [None, None]


def test_a_verdict_without_a_cause_turns_nothing() -> None:
    made = memory("a")
    assert [step(made, ill_of(""), now) for now in (100.0, 200.0)] == [None, None]


# --- doubt ----------------------------------------------------------------------------------------------------------------------

DOUBTED = Verdict(state=State.DEGRADED, because="It is slow.", cause="latency", hold=5.0, doubt=("Not known.", "feed-stale"))


def test_what_is_not_announced_yet_and_could_not_be_called_healthy_is_shown_as_unknown() -> None:
    made = hysteresis.begin(WELL, Mono(0.0))
    assert step(made, DOUBTED, 10.0) is None
    assert (made.waits, made.shown) == (True, replace(DOUBTED, state=State.UNKNOWN, because="Not known.", cause="feed-stale"))
    assert step(made, DOUBTED, 15.0) == Change(State.HEALTHY, State.DEGRADED, Mono(10.0))
    assert (made.waits, made.shown) == (False, DOUBTED)


def test_doubt_shows_nothing_where_it_was_not_healthy_or_is_none() -> None:
    made = hysteresis.begin(Verdict(state=State.NOT_OBSERVABLE, because="Hidden."), Mono(0.0))
    step(made, DOUBTED, 10.0)
    assert (made.waits, made.state, made.shown.state) == (False, State.NOT_OBSERVABLE, State.NOT_OBSERVABLE)
    assert made.shown.because == "It is slow. Still shown as not observable until ⟨c:15.0⟩, in case it passes."
    made = hysteresis.begin(WELL, Mono(0.0))
    step(made, replace(DOUBTED, doubt=None), 10.0)
    assert (made.waits, made.state, made.shown.state) == (False, State.HEALTHY, State.HEALTHY)
    assert made.shown.because == "It is slow. Still shown as healthy until ⟨c:15.0⟩, in case it passes."
