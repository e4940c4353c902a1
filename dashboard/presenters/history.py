"""Ribbons: which state a subject was in over a day, a week and a month, and what was watched of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil, floor

import msgspec

from dashboard.presenters.words import known, severity, word
from planes.assess.ribbon import cut, ribbon, shares, worst
from planes.structs.history import History, Shares, Span, Stretch
from planes.structs.moments import Epoch
from planes.structs.time_tokens import duration
from planes.structs.verdicts import State

HOUR = 3600.0
DAY = 86_400.0
#: Windows by their titles, in seconds.
COMPONENT_WINDOWS = (("24 h", DAY), ("7 d", 7 * DAY), ("30 d", 30 * DAY))
#: A silent kubelet of seven minutes is two pixels of a day.
NODE_WINDOWS = (("1 h", HOUR), *COMPONENT_WINDOWS)
#: A ribbon is drawn in so many steps: where two states share one, the worse is drawn.
STEPS = 600
#: A span that was noted less than so many seconds before the collector was last heard goes on until then: it is noted every 5 s.
NOTED_WITHIN = 20.0


@dataclass(frozen=True, slots=True)
class Piece:
    """From `x` on, in percent of the ribbon, `width` wide. `state` is empty where nobody watched."""

    x: str
    width: str
    state: str


@dataclass(frozen=True, slots=True)
class RibbonLine:
    """`title` is the window's ("24 h"), `figure` the share that counts ("98.2 %"), `said` the times of all else, in words."""

    title: str
    figure: str
    said: str
    pieces: tuple[Piece, ...]


def longest(windows: Sequence[tuple[str, float]]) -> float:
    """Seconds of history that some windows need."""
    return max(seconds for _, seconds in windows)


def ribbon_lines(
    histories: Sequence[History], windows: Sequence[tuple[str, float]], now: float, heard: float | None
) -> tuple[RibbonLine, ...]:
    """One line a window that ends `now`, epoch seconds; of several subjects the worst at each moment. `heard`: when the collector
    last vouched for the present, epoch seconds; None: not known."""
    kept = [msgspec.structs.replace(history, spans=up_to(history.spans, heard)) for history in histories]
    return tuple(_line(title, worst([ribbon(one, Epoch(now - seconds), Epoch(now)) for one in kept])) for title, seconds in windows)


def lines_of(stretches: Sequence[Stretch], windows: Sequence[tuple[str, float]], now: float) -> tuple[RibbonLine, ...]:
    """The same of states that are known already, over the longest of the windows."""
    return tuple(_line(title, cut(stretches, Epoch(now - seconds), Epoch(now))) for title, seconds in windows)


def up_to(spans: tuple[Span, ...], heard: float | None) -> tuple[Span, ...]:
    """The spans, the last of them until the collector last vouched for it all (epoch seconds): it is noted now and then."""
    if not spans or heard is None:
        return spans
    last = spans[-1]
    if not last.ended < heard <= last.ended + NOTED_WITHIN:
        return spans
    return (*spans[:-1], Span(last.began, Epoch(heard)))


def _line(title: str, stretches: Sequence[Stretch]) -> RibbonLine:
    seen = shares(stretches)
    return RibbonLine(title, _figure(seen), _said(seen), tuple(pieces(stretches)))


def _figure(seen: Shares) -> str:
    """The healthy share of what was watched. Never rounded up: what was not healthy for a second in a month is no "100 %"."""
    healthy = seen.of(State.HEALTHY)
    return "" if healthy is None else f"{percent(healthy)} healthy"


def percent(share: float) -> str:
    """A share, 0 to 1, never rounded up."""
    if share >= 1:
        return "100 %"
    if 0 < share < 0.0001:
        return "< 0.01 %"
    return f"{floor(share * 10_000) / 100:.2f} %"


def _said(seen: Shares) -> str:
    if seen.watched <= 0:
        return "not watched in this time"
    told = sorted((one for one in seen.seconds if one is not State.HEALTHY), key=lambda one: -severity(one))
    parts = [f"{word(one)} for {duration(seen.seconds[one])}" for one in told]
    parts.append(f"watched for {duration(seen.watched)}" if seen.unwatched >= 1 else "watched throughout")
    return " · ".join(parts)


def pieces(stretches: Sequence[Stretch]) -> Iterable[Piece]:
    """A window as it is drawn; of two states that share a step, the worse."""
    if not stretches:
        return
    began, whole = stretches[0].began, stretches[-1].ended - stretches[0].began
    cells: list[str | None] = [None] * STEPS
    ranks = [-1.0] * STEPS
    step = STEPS / whole
    for one in stretches:
        first = min(floor((one.began - began) * step), STEPS - 1)
        last = min(STEPS, max(first + 1, ceil((one.ended - began) * step)))
        state = "" if one.state is None else known(one.state)
        rank = _rank(state)
        for at in range(first, last):
            if rank > ranks[at]:
                cells[at], ranks[at] = state, rank
    at = 0
    for cell, group in groupby(cells):
        count = len(list(group))
        yield Piece(f"{at / STEPS:.3%}", f"{count / STEPS:.3%}", cell or "")
        at += count


def _rank(state: str) -> float:
    """Of two that share a step the higher is drawn: what was wrong, else that nobody watched, else what was well."""
    return severity(state) if state else severity(State.HEALTHY) + 0.5
