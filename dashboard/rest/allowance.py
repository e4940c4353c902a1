"""How often one may ask: a bucket each that holds so many requests and fills by and by. Pure: the time comes as an argument."""

from collections import OrderedDict
from math import ceil

#: Who is remembered at most. Whoever has not asked for longest is forgotten first, and by then has a full bucket again.
_REMEMBERED = 10_000


class Allowance:
    """`a_minute` requests a minute of each, and up to `at_once` in one go. Each process counts for itself."""

    def __init__(self, a_minute: float, at_once: int) -> None:
        self._rate = a_minute / 60
        self._whole = float(at_once)
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def look(self, who: str, now: float) -> int:
        """0, or for how many whole seconds one has to wait; counts nothing. `now`: seconds of a clock that never goes back."""
        left = self._filled(who, now)
        return 0 if left >= 1 else max(1, ceil((1 - left) / self._rate))

    def take(self, who: str, now: float) -> int:
        """The same, and the request is counted if it does not have to wait."""
        wait = self.look(who, now)
        self._left[who] = (self._filled(who, now) - (0 if wait else 1), now)
        self._left.move_to_end(who)
        if len(self._left) > _REMEMBERED:
            self._left.popitem(last=False)
        return wait

    def give_back(self, who: str, now: float) -> None:
        """A request that was counted counts no more."""
        if who in self._left:
            self._left[who] = (min(self._whole, self._filled(who, now) + 1), now)

    def _filled(self, who: str, now: float) -> float:
        left, at = self._left.get(who, (self._whole, now))
        return min(self._whole, left + (now - at) * self._rate)
