"""A span of watching: from the first judgement after a gap to the last one."""

from planes.collect.watching import Watching
from planes.structs.history import Span
from planes.structs.moments import Epoch


def watched(*moments: float, pauses: tuple[float, ...] = ()) -> Span | None:
    watching = Watching()
    for at in moments:
        watching.judged(Epoch(at), after_a_pause=at in pauses)
    return watching.span


def test_nothing_was_watched_before_the_first_judgement() -> None:
    assert watched() is None


def test_a_span_goes_from_the_first_judgement_to_the_last() -> None:
    assert watched(10.0) == Span(Epoch(10.0), Epoch(10.0))
    assert watched(10.0, 10.25, 40.0) == Span(Epoch(10.0), Epoch(40.0))


def test_a_pause_of_our_own_begins_a_new_span() -> None:
    assert watched(10.0, 10.25, 40.0, 40.25, pauses=(40.0,)) == Span(Epoch(40.0), Epoch(40.25))


def test_a_clock_that_was_set_back_begins_a_new_span() -> None:
    assert watched(700.0, 700.25, 100.0, 100.5) == Span(Epoch(100.0), Epoch(100.5))
    assert watched(700.0, 700.0) == Span(Epoch(700.0), Epoch(700.0))
