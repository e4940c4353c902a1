"""Ribbons: a state holds from its change to the next, but only where somebody watched."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planes.assess.ribbon import cut, ribbon, shares, worst
from planes.structs.history import History, Shares, Span, Stretch, Turn
from planes.structs.moments import Epoch
from planes.structs.verdicts import State
from tests.searching import searching

HEALTHY, DEGRADED, DOWN, UNKNOWN = State.HEALTHY, State.DEGRADED, State.DOWN, State.UNKNOWN


def turn(at: float, before: State, after: State) -> Turn:
    return Turn(Epoch(at), before, after)


def span(began: float, ended: float) -> Span:
    return Span(Epoch(began), Epoch(ended))


def drawn(history: History, began: float = 0.0, ended: float = 100.0) -> list[tuple[float, float, State | None]]:
    return [(one.began, one.ended, one.state) for one in ribbon(history, Epoch(began), Epoch(ended))]


FELL = (turn(40.0, HEALTHY, DOWN), turn(60.0, DOWN, HEALTHY))


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        # Nothing was watched: nothing is known, whatever is remembered of changes.
        (History(HEALTHY, Epoch(60.0), FELL), [(0.0, 100.0, None)]),
        # Watched throughout.
        (
            History(HEALTHY, Epoch(60.0), FELL, (span(-5.0, 105.0),)),
            [(0.0, 40.0, HEALTHY), (40.0, 60.0, DOWN), (60.0, 100.0, HEALTHY)],
        ),
        # Not watched from 45 to 55: the fault is not carried on through it, though it was there before and after.
        (
            History(HEALTHY, Epoch(60.0), FELL, (span(0.0, 45.0), span(55.0, 100.0))),
            [(0.0, 40.0, HEALTHY), (40.0, 45.0, DOWN), (45.0, 55.0, None), (55.0, 60.0, DOWN), (60.0, 100.0, HEALTHY)],
        ),
        # It changed while nobody watched: what is known of it begins with the next span.
        (
            History(DOWN, Epoch(50.0), (turn(50.0, HEALTHY, DOWN),), (span(0.0, 45.0), span(55.0, 100.0))),
            [(0.0, 45.0, HEALTHY), (45.0, 55.0, None), (55.0, 100.0, DOWN)],
        ),
        # The last change before the window tells how it began.
        (History(DOWN, Epoch(-9.0), (turn(-9.0, HEALTHY, DOWN),), (span(-20.0, 100.0),)), [(0.0, 100.0, DOWN)]),
        # No change is kept: it is what it is now since that began, and before that it may not have been there.
        (History(HEALTHY, Epoch(30.0), (), (span(0.0, 100.0),)), [(0.0, 30.0, None), (30.0, 100.0, HEALTHY)]),
        (History(HEALTHY, Epoch(-30.0), (), (span(0.0, 100.0),)), [(0.0, 100.0, HEALTHY)]),
        # Two collectors watched at once for a moment; spans in any order.
        (History(HEALTHY, Epoch(0.0), (), (span(50.0, 100.0), span(0.0, 55.0))), [(0.0, 100.0, HEALTHY)]),
        # A change of the reason alone is no change of the state.
        (
            History(DOWN, Epoch(10.0), (turn(10.0, HEALTHY, DOWN), turn(20.0, DOWN, DOWN)), (span(0.0, 100.0),)),
            [(0.0, 10.0, HEALTHY), (10.0, 100.0, DOWN)],
        ),
        # Spans outside the window count for nothing.
        (History(HEALTHY, Epoch(-50.0), (), (span(-20.0, -10.0), span(40.0, 100.0))), [(0.0, 40.0, None), (40.0, 100.0, HEALTHY)]),
        (History(HEALTHY, Epoch(-50.0), (), (span(-20.0, 0.0), span(100.0, 120.0))), [(0.0, 100.0, None)]),
    ],
)
def test_a_state_holds_until_the_next_change_where_somebody_watched(
    history: History, expected: list[tuple[float, float, State | None]]
) -> None:
    assert drawn(history) == expected


def test_a_window_without_time_has_no_ribbon() -> None:
    assert drawn(History(HEALTHY, Epoch(0.0), (), (span(0.0, 100.0),)), 50.0, 50.0) == []


STATES = st.sampled_from([HEALTHY, DEGRADED, DOWN, UNKNOWN])
MOMENTS = st.integers(-50, 150).map(float)


@st.composite
def histories(draw: st.DrawFn) -> History:
    moments = sorted(draw(st.lists(MOMENTS, max_size=6, unique=True)))
    states = draw(st.lists(STATES, min_size=len(moments) + 1, max_size=len(moments) + 1))
    turns = tuple(turn(at, states[number], states[number + 1]) for number, at in enumerate(moments))
    spans = draw(st.lists(st.tuples(MOMENTS, MOMENTS).map(sorted), max_size=5))
    return History(states[-1], Epoch(moments[-1] if moments else 0.0), turns, tuple(span(*one) for one in spans))


@searching(100)
@given(histories())
def test_a_ribbon_is_whole_and_knows_a_state_only_where_a_span_lies(history: History) -> None:
    stretches = ribbon(history, Epoch(0.0), Epoch(100.0))
    assert stretches[0].began == 0.0
    assert stretches[-1].ended == 100.0
    for one, other in pairwise(stretches):
        assert one.ended == other.began
        assert one.state != other.state
    for one in stretches:
        if one.state is not None:
            middle = (one.began + one.ended) / 2
            assert any(seen.began <= middle <= seen.ended for seen in history.spans)
    told = shares(stretches)
    assert told.whole == pytest.approx(100.0)


def stretches(*drawn: tuple[float, float, State | None]) -> tuple[Stretch, ...]:
    return tuple(Stretch(Epoch(began), Epoch(ended), state) for began, ended, state in drawn)


def test_the_worst_of_several_is_told_at_each_moment() -> None:
    kubelet = stretches((0.0, 30.0, HEALTHY), (30.0, 50.0, DOWN), (50.0, 90.0, HEALTHY), (90.0, 100.0, None))
    proxy = stretches((0.0, 40.0, DEGRADED), (40.0, 90.0, HEALTHY), (90.0, 100.0, None))
    assert worst([kubelet, proxy]) == stretches(
        (0.0, 30.0, DEGRADED), (30.0, 50.0, DOWN), (50.0, 90.0, HEALTHY), (90.0, 100.0, None)
    )
    assert worst([kubelet]) == kubelet
    assert worst([]) == ()


def test_of_which_nothing_is_known_yet_hides_nothing_of_the_others() -> None:
    late = stretches((0.0, 60.0, None), (60.0, 100.0, HEALTHY))
    assert worst([late, stretches((0.0, 100.0, DOWN))]) == stretches((0.0, 100.0, DOWN))


def test_shares_are_of_the_time_that_was_watched() -> None:
    told = shares(stretches((0.0, 60.0, HEALTHY), (60.0, 80.0, DOWN), (80.0, 100.0, None)))
    assert told == Shares(seconds={HEALTHY: 60.0, DOWN: 20.0}, unwatched=20.0)
    assert (told.of(HEALTHY), told.of(DOWN), told.of(DEGRADED), told.observed) == (0.75, 0.25, 0.0, 0.8)


def test_nothing_watched_has_no_ratio() -> None:
    assert shares(stretches((0.0, 100.0, None))).of(HEALTHY) is None
    assert shares(()).observed is None


def test_a_window_is_cut_out_of_a_ribbon_whole_and_neighbours_that_are_alike_are_one() -> None:
    parts = [Stretch(Epoch(first), Epoch(last), state) for first, last, state in ((0, 10, HEALTHY), (10, 20, DOWN), (20, 30, DOWN))]
    assert cut(parts, Epoch(5), Epoch(25)) == (Stretch(Epoch(5), Epoch(10), HEALTHY), Stretch(Epoch(10), Epoch(25), DOWN))
    assert cut(parts, Epoch(10), Epoch(10)) == ()
