"""No flapping at a bound: whatever swings about it is announced a few times and not each time."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planes.assess import hysteresis
from planes.components import kube_apiserver
from planes.structs.moments import Mono
from planes.structs.observations import RatesSeen
from planes.structs.verdicts import State, Verdict
from tests.components.making import NOW, THRESHOLDS
from tests.components.making import apiserver as server
from tests.searching import searching

QUARTER = 900.0
#: Two relapses for free, then 12, 48, 192 and 300 s: no more fit into a quarter of an hour.
MOST = 16


def announced(states: list[tuple[float, State]], hold: float = 0.0) -> list[hysteresis.Change]:
    """The changes that are announced of a subject that begins well."""
    memory = hysteresis.begin(Verdict(state=State.HEALTHY, because="well"), Mono(0.0))
    steps = (
        hysteresis.step(memory, Verdict(state=state, because=state.value, hold=hold), Mono(at), THRESHOLDS) for at, state in states
    )
    return [change for change in steps if change is not None]


def swinging(good: float, bad: float, until: float, tick: float = 0.25) -> list[tuple[float, State]]:
    """Well for `good` seconds, ill for `bad` seconds, and so on."""
    made = []
    at = tick
    while at <= until:
        made.append((at, State.HEALTHY if at % (good + bad) < good else State.DEGRADED))
        at += tick
    return made


@pytest.mark.parametrize("tick", [0.25, 1.0, 2.0, 2.9])
def test_a_value_that_crosses_its_bound_with_every_look_is_announced_once(tick: float) -> None:
    looks = [(number * tick, (State.DEGRADED, State.HEALTHY)[number % 2]) for number in range(1, 600)]
    assert [change.after for change in announced(looks)] == [State.DEGRADED]


def test_without_holding_for_its_window_it_is_not_announced_at_all() -> None:
    assert announced(swinging(1.0, 2.0, QUARTER), hold=3.0) == []


@searching(60)
@given(good=st.floats(0.25, 290.0), bad=st.floats(0.25, 60.0))
def test_however_it_swings_a_quarter_of_an_hour_holds_few_changes(good: float, bad: float) -> None:
    assert len(announced(swinging(good, bad, QUARTER, 1.0))) <= MOST


@searching(60)
@given(st.integers(0, 2**32))
def test_at_random_a_quarter_of_an_hour_holds_few_changes_too(seed: int) -> None:
    random = Random(seed)
    states = [State.HEALTHY, State.DEGRADED, State.DOWN]
    looks, state = [], State.HEALTHY
    for second in range(1, int(QUARTER)):
        state = random.choice(states) if random.random() < 0.2 else state
        looks.append((float(second), state))
    changes = announced(looks)
    better = [change for change in changes if change.after is State.HEALTHY]
    assert len(better) <= MOST / 2
    assert len(changes) <= 2 * MOST  # ill and very ill are told apart


def test_an_error_ratio_that_swings_about_its_bound_with_every_scrape_is_announced_a_few_times_an_hour() -> None:
    memory = hysteresis.begin(kube_apiserver.judge(server(), NOW, THRESHOLDS).verdict, Mono(0.0))
    found = 0
    for scrape in range(1, 121):
        ratio = THRESHOLDS.error_ratio * (1.05 if scrape % 2 else 0.95)
        seen = server(rates=RatesSeen(at=NOW, fault=None, span=300.0, requests=10.0, error_ratio=ratio, recent_error_ratio=ratio))
        verdict = kube_apiserver.judge(seen, NOW, THRESHOLDS).verdict
        for tick in range(30):
            found += hysteresis.step(memory, verdict, Mono(scrape * 30.0 + tick), THRESHOLDS) is not None
    assert 1 <= found <= 32, "without damping it would be 120"


def test_the_first_two_recoveries_take_their_usual_time_and_the_third_longer() -> None:
    memory = hysteresis.begin(Verdict(state=State.HEALTHY, because="well"), Mono(0.0))
    taken = []
    at = 10.0
    for _ in range(6):
        hysteresis.step(memory, Verdict(state=State.DOWN, because="ill"), Mono(at), THRESHOLDS)
        begun = at + 1.0
        at = begun
        while hysteresis.step(memory, Verdict(state=State.HEALTHY, because="well"), Mono(at), THRESHOLDS) is None:
            at += 0.5
        taken.append(at - begun)
        at += 1.0
    assert taken == [3.0, 3.0, 12.0, 48.0, 192.0, 300.0]


def test_after_a_quiet_window_it_is_trusted_as_before() -> None:
    memory = hysteresis.begin(Verdict(state=State.HEALTHY, because="well"), Mono(0.0))
    memory.relapses = tuple(map(Mono, (1.0, 2.0, 3.0, 4.0, 5.0)))
    hysteresis.step(memory, Verdict(state=State.DOWN, because="ill"), Mono(1000.0), THRESHOLDS)
    assert hysteresis.step(memory, Verdict(state=State.HEALTHY, because="well"), Mono(1001.0), THRESHOLDS) is None
    assert hysteresis.due(memory) == 1004.0


def test_a_longer_usual_recovery_is_never_cut_short() -> None:
    thresholds = replace(THRESHOLDS, hold_recovery=60.0, hold_flapping=30.0)
    memory = hysteresis.begin(Verdict(state=State.DOWN, because="ill"), Mono(0.0))
    memory.relapses = tuple(map(Mono, (1.0, 2.0, 3.0)))
    hysteresis.step(memory, Verdict(state=State.HEALTHY, because="well"), Mono(10.0), thresholds)
    assert hysteresis.due(memory) == 70.0
