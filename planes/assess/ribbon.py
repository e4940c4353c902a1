"""The ribbon of one subject's states over a window, and its shares: from changes that were announced, and from the spans in which a
collector watched. What was not watched is no state: never the last one carried on.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from planes.structs.history import History, Shares, Span, Stretch
from planes.structs.moments import Epoch
from planes.structs.verdicts import SEVERITY, State


def ribbon(history: History, began: Epoch, ended: Epoch) -> tuple[Stretch, ...]:
    """The window from `began` to `ended`, whole and in order: neighbours differ in their state. Empty for a window without time."""
    stretches: list[Stretch] = []
    at = began
    for span in _joined(history.spans):
        first, last = max(span.began, at), min(span.ended, ended)
        if last <= first:
            continue
        if first > at:
            stretches.append(Stretch(at, first, None))
        stretches.extend(_told(history, first, last))
        at = last
    if at < ended:
        stretches.append(Stretch(at, ended, None))
    return tuple(_merged(stretches))


def cut(stretches: Iterable[Stretch], began: Epoch, ended: Epoch) -> tuple[Stretch, ...]:
    """What of a ribbon lies within a window."""
    return tuple(_merged(_within(stretches, began, ended)))


def _within(stretches: Iterable[Stretch], began: Epoch, ended: Epoch) -> Iterable[Stretch]:
    for one in stretches:
        if began <= one.began < one.ended <= ended:
            yield one  # nearly all of thousands
        elif one.ended > began and one.began < ended:
            first, last = max(one.began, began), min(one.ended, ended)
            if last > first:
                yield Stretch(first, last, one.state)


def shares(stretches: Iterable[Stretch]) -> Shares:
    """The seconds of each state, and those that nobody watched."""
    seconds: dict[State, float] = {}
    unwatched = 0.0
    for one in stretches:
        if one.state is None:
            unwatched += one.seconds
        else:
            seconds[one.state] = seconds.get(one.state, 0.0) + one.seconds
    return Shares(seconds=seconds, unwatched=unwatched)


def worst(ribbons: Sequence[Sequence[Stretch]]) -> tuple[Stretch, ...]:
    """Of several subjects' ribbons over one window the worst state at each moment, of those whose state is known then. Empty of
    none."""
    moments = sorted({moment for one in ribbons for stretch in one for moment in (stretch.began, stretch.ended)})
    places = [0] * len(ribbons)
    stretches: list[Stretch] = []
    for began, ended in pairwise(moments):
        states: list[State] = []
        for at, one in enumerate(ribbons):
            while places[at] < len(one) - 1 and one[places[at]].ended <= began:
                places[at] += 1
            state = one[places[at]].state if one else None
            if state is not None:
                states.append(state)
        stretches.append(Stretch(began, ended, max(states, key=SEVERITY.__getitem__, default=None)))
    return tuple(_merged(stretches))


def _told(history: History, began: Epoch, ended: Epoch) -> Iterable[Stretch]:
    """What was told between two moments that were watched."""
    at, state = began, _at(history, began)
    turns = [(turn.at, turn.after) for turn in history.turns] or [(history.since, history.state)]
    for moment, after in turns:
        if at < moment < ended:
            yield Stretch(at, moment, state)
            at, state = moment, after
    yield Stretch(at, ended, state)


def _at(history: History, moment: Epoch) -> State | None:
    """What was told at a moment. Before the first change that is kept it was what that one ended; where none is kept, it is what it
    is now, from when that began: before, the subject may not have been there."""
    before = [turn for turn in history.turns if turn.at <= moment]
    if before:
        return before[-1].after
    if history.turns:
        return history.turns[0].before
    return history.state if moment >= history.since else None


def _joined(spans: Sequence[Span]) -> Iterable[Span]:
    """In order, and none within another: two collectors may have watched one after the other in the same moment."""
    joined: list[Span] = []
    for span in sorted(spans, key=lambda one: one.began):
        if joined and span.began <= joined[-1].ended:
            joined[-1] = Span(joined[-1].began, max(joined[-1].ended, span.ended))
        else:
            joined.append(span)
    return joined


def _merged(stretches: Iterable[Stretch]) -> Iterable[Stretch]:
    last: Stretch | None = None
    for one in stretches:
        if last is not None and last.state == one.state:
            last = Stretch(last.began, one.ended, one.state)
            continue
        if last is not None:
            yield last
        last = one
    if last is not None:
        yield last
