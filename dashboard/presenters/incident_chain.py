"""The chain of an incident, drawn: its steps as bars on one axis across both planes, tied by arrows that carry their numbers.

Horizontal places are percent of the axis, vertical ones em: the drawing is as wide as its page, and as high as its steps are many.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dashboard.presenters.change_log import Block
from dashboard.presenters.incidents import StepLine, lasted, steps
from dashboard.presenters.words import WORDS
from planes.structs.incidents import Incident, Step

#: Em: a row, the bar in it, what stands above the rows of a plane, below the last row, and between the planes.
ROW, BAR, LABEL, FOOT, HORIZON = 2.5, 1.25, 1.75, 0.5, 0.5
#: Percent of the axis: a bar of which the words stand within it, and one that ends so far to the left that they stand behind it.
_WITHIN, _BEHIND = 30.0, 62.0
#: Of what is shown, the dashed part before the first step is at most this: a day of it would leave no room for what followed.
MOST_LED = 0.3
#: Seconds between two marks of the axis: the first with which there are at most so many marks.
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 43_200, 86_400)
_MARKS = 8
_WEEK = 7 * 86_400


@dataclass(frozen=True, slots=True)
class Row:
    """A step. `y`: of its bar; `lead`: what of it was so before it was told, if that is known; `said`: what stands in its bar or
    beside it, at `said_x`, with the words' `anchor` ("start" or "end"); `within`: in the bar."""

    step: StepLine
    y: str
    middle: str
    lead: Block | None
    said: str
    said_x: str
    anchor: str
    within: bool


@dataclass(frozen=True, slots=True)
class Arrow:
    """From the bar of an earlier step (`x`, `y`) to that of step `number` (`to_x`, `to_y`); its number stands at `badge_y`."""

    number: int
    x: str
    y: str
    to_x: str
    to_y: str
    badge_y: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment on the axis, epoch seconds."""

    x: str
    at: float


@dataclass(frozen=True, slots=True)
class Chain:
    """`began`, `ended`: of the axis, epoch seconds. `horizon`: where the data plane begins. `led`: whether any lead-in is drawn."""

    began: float
    ended: float
    control: tuple[Row, ...]
    data: tuple[Row, ...]
    arrows: tuple[Arrow, ...]
    marks: tuple[Mark, ...]
    horizon: str
    middle: str
    height: str
    led: bool


def began_of(one: Incident, began: float, ended: float) -> float:
    """Where the axis begins that would begin at `began` (epoch seconds), so that what was so before it was told has room."""
    whole = ended - began
    first = min((led for step in one.steps if (led := step.led) is not None), default=began)
    return began if first >= began else max(first - whole * 0.02, ended - whole / (1 - MOST_LED))


def chain(one: Incident, began: float, ended: float, now: float) -> Chain:
    """From `began` to `ended`; `now`: epoch seconds."""
    lines = steps(one, began, ended, now)
    control = [line.number for line in lines if line.control]
    data = [line.number for line in lines if not line.control]
    top = LABEL if control else 0.0
    horizon = top + len(control) * ROW + (FOOT if control else 0.0)
    below = horizon + (HORIZON if control and data else 0.0) + (LABEL if data else 0.0)
    middles = {number: top + (place + 0.5) * ROW for place, number in enumerate(control)}
    middles |= {number: below + (place + 0.5) * ROW for place, number in enumerate(data)}
    starts = {number: _percent(step.began, began, ended) for number, step in enumerate(one.steps)}
    rows = [_row(one.steps[line.number], line, middles[line.number], (began, ended), now) for line in lines]
    height = (below + len(data) * ROW + FOOT) if data else horizon
    return Chain(
        began=began,
        ended=ended,
        control=tuple(row for row in rows if row.step.control),
        data=tuple(row for row in rows if not row.step.control),
        arrows=tuple(_arrows(one.steps, starts, middles)),
        marks=tuple(_marks(began, ended)),
        horizon=f"{horizon:.2f}em",
        middle=f"{height - horizon:.2f}em",
        height=f"{height:.2f}em",
        led=any(row.lead is not None for row in rows),
    )


def _row(step: Step, line: StepLine, middle: float, window: tuple[float, float], now: float) -> Row:
    began, ended = window
    first = _percent(step.began, began, ended)
    turns = [
        spell.ended if spell.ended is not None else spell.turns[-1][0] if spell.turns else spell.began for spell in step.spells
    ]
    last = _percent(now if step.goes_on else max(turns), began, ended)
    led, lead = step.led, None
    if led is not None:
        left = max(0.0, _percent(led, began, ended))
        lead = Block(f"{left:.3f}%", "0", f"{first - left:.3f}%", "100%", "")
    within = last - first >= _WITHIN
    behind = within or last <= _BEHIND
    return Row(
        step=line,
        y=f"{middle - BAR / 2:.3f}em",
        middle=f"{middle:.3f}em",
        lead=lead,
        said=_said(step, now),
        said_x=f"{first if within else last if behind else first:.3f}%",
        anchor="start" if behind else "end",
        within=within,
    )


def _said(step: Step, now: float) -> str:
    """ "degraded for 4 min 18 s"; of one that was in several states "down at worst, 32 s in all"."""
    states = {state for spell in step.spells for _, state in spell.turns}
    worst = WORDS[step.worst.value] + (" at worst" if len(states) > 1 else "")
    if not step.goes_on and step.ended is None:
        return f"{worst}; its end is not on record"
    took = lasted(step.began, step.ended, now, goes_on=step.goes_on)
    return f"{worst}, {took} in all" if len(states) > 1 and not step.goes_on else f"{worst} for {took}"


def _arrows(of: Sequence[Step], starts: dict[int, float], middles: dict[int, float]) -> Iterable[Arrow]:
    for number, step in enumerate(of):
        if step.link is None:
            continue
        down = middles[number] > middles[step.link.to]
        yield Arrow(
            number=number,
            x=f"{starts[step.link.to]:.3f}%",
            y=f"{middles[step.link.to] + (BAR / 2 if down else -BAR / 2):.3f}em",
            to_x=f"{starts[number]:.3f}%",
            to_y=f"{middles[number]:.3f}em",
            badge_y=f"{middles[number] + (-ROW / 2 if down else ROW / 2):.3f}em",
        )


def _marks(began: float, ended: float) -> Iterable[Mark]:
    whole = ended - began
    step = next((one for one in _STEPS if whole / one <= _MARKS), _WEEK)
    at = (int(began) // step + 1) * step
    while at < ended:
        # One at either end would be cut.
        if 0.04 <= (at - began) / whole <= 0.96:
            yield Mark(f"{_percent(at, began, ended):.3f}%", float(at))
        at += step


def _percent(at: float, began: float, ended: float) -> float:
    return min(100.0, max(0.0, 100.0 * (at - began) / (ended - began)))
