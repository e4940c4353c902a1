"""What is remembered of one subject, a component or a node or one agent of it, and what follows from it."""

import msgspec

from planes.structs.moments import Epoch
from planes.structs.verdicts import State


class Span(msgspec.Struct, frozen=True):
    """A collector judged the cluster from `began` to `ended`. What lies between two spans, nobody saw."""

    began: Epoch
    ended: Epoch


class Turn(msgspec.Struct, frozen=True):
    """The subject's state was told as `after` from `at` on, and as `before` until then."""

    at: Epoch
    before: State
    after: State


class History(msgspec.Struct, frozen=True):
    """`turns` and `spans` oldest first, those of the window that was asked for; the last turn before it is among them, if there is
    one. `state` is what the subject is in now, `since` when that began."""

    state: State
    since: Epoch
    turns: tuple[Turn, ...] = ()
    spans: tuple[Span, ...] = ()


class Stretch(msgspec.Struct, frozen=True):
    """Of a ribbon: one state, or None while nobody watched."""

    began: Epoch
    ended: Epoch
    state: State | None

    @property
    def seconds(self) -> float:
        return self.ended - self.began


class Shares(msgspec.Struct, frozen=True):
    """How long the subject was in each state, in seconds; `unwatched`: how long nobody saw it, which is part of no ratio."""

    seconds: dict[State, float]
    unwatched: float

    @property
    def watched(self) -> float:
        return sum(self.seconds.values())

    @property
    def whole(self) -> float:
        return self.watched + self.unwatched

    def of(self, state: State) -> float | None:
        """The state's share of the time that was watched, 0 to 1; None where nothing was."""
        return self.seconds.get(state, 0.0) / self.watched if self.watched > 0 else None

    @property
    def observed(self) -> float | None:
        """The share of the window that was watched, 0 to 1; None for a window without time."""
        return self.watched / self.whole if self.whole > 0 else None
