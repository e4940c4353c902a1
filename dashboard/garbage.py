"""When the web server looks for garbage, so that no viewer waits for it.

Python looks through all objects now and then, and every socket has hundreds of them: with 3,000 viewers that held the event loop up
for a third of a second, several times while they came. Here what is alive is set aside each time that some more sockets have come,
and looked through no more. Nearly all of what a socket leaves behind goes by itself; the rest is looked for once many have gone.
"""

import asyncio
import gc
from collections.abc import Callable

#: Objects after which the youngest are looked through, how many times before the middle ones are; never all by themselves.
THRESHOLDS = (2_000, 20, 1_000_000)
#: Seconds between two looks at whether it is time, and after which it is in any case.
LOOK, AT_LEAST = 0.25, 10.0
#: Sockets that come before what is alive is set aside again, and that have gone, at least, before all is looked through.
CAME, WENT = 50, 1_000
#: How many times as many have gone when all is looked through though more are going: what those hold takes long to look through.
IN_ANY_CASE = 10


class Garbage:
    """Of this process: `look` is told now and then how many sockets there are, and how many have ended since the start."""

    def __init__(self) -> None:
        self._open = 0
        self._ended = 0
        self._looked = 0.0
        self._last_ended, self._quiet_since = 0, 0.0

    def begin(self) -> None:
        """Set aside what the start has made."""
        gc.set_threshold(*THRESHOLDS)
        gc.collect()
        gc.freeze()

    def look(self, *, open_now: int, ended: int, now: float) -> bool:
        """Do what is due, at a monotonic time in seconds; whether all was looked through."""
        if ended != self._last_ended:
            self._last_ended, self._quiet_since = ended, now
        quiet = now >= self._quiet_since + AT_LEAST
        went = ended - self._ended
        through_all = went >= max(WENT, 2 * open_now) * (1 if quiet else IN_ANY_CASE)
        if through_all:
            gc.unfreeze()
            gc.collect()
            self._ended = ended
        elif now >= self._looked + AT_LEAST:
            gc.collect()  # what has come since it was set aside last
        elif open_now >= self._open + CAME:
            gc.collect(1)  # not even that, for many come
        else:
            return False
        gc.freeze()
        self._open, self._looked = open_now, now
        return through_all


async def keep_looking(garbage: Garbage, open_now: Callable[[], int], ended: Callable[[], int]) -> None:
    """For as long as the server runs."""
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(LOOK)
        garbage.look(open_now=open_now(), ended=ended(), now=loop.time())
