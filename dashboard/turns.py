"""What many connections want at once, in small turns of the event loop.

A thousand displays that come back together are a thousand handshakes. Worked off in one turn of the loop, they keep everything else
waiting for a second: every viewer's pulse, and the probe that says whether this process lives. Here each turn has a few
milliseconds for them, in the order in which they came, and between two turns the loop looks after all the rest.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable

#: Seconds of a turn for what waits here. What a handshake leads to (its session, the hub) takes as long again in the turns after.
TURN = 0.004


class Turns:
    """One for each event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, turn: float = TURN, clock: Callable[[], float] = time.perf_counter) -> None:
        self._loop, self._turn, self._clock = loop, turn, clock
        self._waiting: deque[Callable[[], None]] = deque()
        self._spent = 0.0
        self._begun = False

    def __len__(self) -> int:
        return len(self._waiting)

    def is_free(self) -> bool:
        """Whether what comes now need not wait."""
        return not self._waiting and self._spent < self._turn

    def take(self, work: Callable[[], None]) -> None:
        """Do it now where there is time left in this turn and nothing else waits, else in its turn."""
        if not self.is_free():
            self._waiting.append(work)
        else:
            self._do(work)
        if not self._begun:
            self._begun = True
            self._loop.call_soon(self._next)

    def _next(self) -> None:
        self._begun, self._spent = False, 0.0
        try:
            while self._waiting and self._spent < self._turn:
                self._do(self._waiting.popleft())
        finally:
            if self._waiting:
                self._begun = True
                self._loop.call_soon(self._next)

    def _do(self, work: Callable[[], None]) -> None:
        begun = self._clock()
        try:
            work()
        finally:
            self._spent += self._clock() - begun
