"""Ribbons as a page shows them: nothing is rounded up to perfect, and of two states that share a step the worse is drawn."""

import pytest

from dashboard.presenters.history import DAY, STEPS, Piece, RibbonLine, ribbon_lines
from planes.structs.history import History, Span, Turn
from planes.structs.moments import Epoch
from planes.structs.verdicts import State

NOW = 1_780_000_000.0
WINDOW = (("24 h", DAY),)
HEALTHY, DOWN, UNKNOWN = State.HEALTHY, State.DOWN, State.UNKNOWN


def history(*turns: tuple[float, State, State], spans: tuple[tuple[float, float], ...] = ((DAY * 2, 0.0),)) -> History:
    """Moments are seconds before NOW."""
    told = tuple(Turn(Epoch(NOW - at), before, after) for at, before, after in turns)
    state = turns[-1][2] if turns else HEALTHY
    seen = tuple(Span(Epoch(NOW - began), Epoch(NOW - ended)) for began, ended in spans)
    return History(state, Epoch(NOW - DAY * 3), told, seen)


def line(*histories: History, heard: float | None = None) -> RibbonLine:
    (made,) = ribbon_lines(histories, WINDOW, NOW, heard)
    return made


def test_a_day_that_was_well_and_watched_throughout_says_so() -> None:
    assert line(history()) == RibbonLine("24 h", "100 % healthy", "watched throughout", (Piece("0.000%", "100.000%", "healthy"),))


@pytest.mark.parametrize(
    ("down", "figure"),
    [(1.0, "99.99 % healthy"), (DAY / 2, "50.00 % healthy"), (DAY - 1, "< 0.01 % healthy"), (DAY, "0.00 % healthy")],
)
def test_a_share_is_never_rounded_up(down: float, figure: str) -> None:
    assert line(history((down, HEALTHY, DOWN))).figure == figure


def test_the_worst_is_told_first_and_the_time_that_was_watched_last() -> None:
    turns = ((5000.0, HEALTHY, UNKNOWN), (4000.0, UNKNOWN, DOWN), (3880.0, DOWN, HEALTHY))
    made = line(history(*turns, spans=((6000.0, 0.0),)))
    assert (made.figure, made.said) == ("81.33 % healthy", "down for 2 min · unknown for 16 min · watched for 1 h 40 min")


def test_what_nobody_watched_has_no_share() -> None:
    made = line(history(spans=()))
    assert (made.figure, made.said) == ("", "not watched in this time")
    assert made.pieces == (Piece("0.000%", "100.000%", ""),)


def test_a_fault_of_a_second_is_drawn_though_it_is_less_than_a_step() -> None:
    made = line(history((DAY / 2 + 1, HEALTHY, DOWN), (DAY / 2, DOWN, HEALTHY)))
    assert [piece.state for piece in made.pieces] == ["healthy", "down", "healthy"]
    assert made.pieces[1] == Piece("49.833%", f"{1 / STEPS:.3%}", "down")


def test_a_short_gap_is_drawn_too_but_hides_no_fault() -> None:
    gap = ((DAY, DAY / 2 + 1), (DAY / 2, 0.0))
    assert [piece.state for piece in line(history(spans=gap)).pieces] == ["healthy", "", "healthy"]
    fault = history((DAY / 2 + 3, HEALTHY, DOWN), (DAY / 2 + 2, DOWN, HEALTHY), spans=gap)
    assert [piece.state for piece in line(fault).pieces] == ["healthy", "down", "healthy"]


@pytest.mark.parametrize(
    ("heard", "said"), [(0.0, "watched throughout"), (6.0, "watched for 23 h 59 min"), (None, "watched for 23 h 59 min")]
)
def test_a_span_that_is_noted_every_few_seconds_goes_on_until_the_collector_was_last_heard(heard: float | None, said: str) -> None:
    made = line(history(spans=((DAY * 2, 7.0),)), heard=None if heard is None else NOW - heard)
    assert made.said == said


def test_a_span_that_ended_long_ago_does_not_go_on_because_another_collector_is_heard() -> None:
    assert line(history(spans=((DAY * 2, 3600.0),)), heard=NOW).said == "watched for 23 h"


def test_of_several_subjects_the_worst_is_drawn() -> None:
    made = line(history(), history((600.0, HEALTHY, DOWN)))
    assert made.said == "down for 10 min · watched throughout"
