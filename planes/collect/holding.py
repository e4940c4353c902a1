"""Holding a cluster: its lease is renewed for as long as its collector gets on with its work, and let go when it does not."""

import asyncio
import logging
import threading
from collections.abc import Callable

from planes.collect.lease import Lease
from planes.collect.parts import Clocks, Intervals
from planes.collect.progress import Progress
from planes.live.stream import LOST

logger = logging.getLogger(__name__)


class Standing:
    """The collectors of this process, and those of them from which SQL takes nothing. While that is all of them the process begins
    no others: it is its way to the database that is broken, and another worker's may not be. Threads share it."""

    def __init__(self) -> None:
        self._all: set[str] = set()
        self._standing: set[str] = set()
        self._lock = threading.Lock()

    def __bool__(self) -> bool:
        with self._lock:
            return bool(self._all) and self._all == self._standing

    def begun(self, name: str) -> None:
        """A collector holds its cluster."""
        with self._lock:
            self._all.add(name)

    def stands(self, name: str, stands: bool) -> None:
        """Whether SQL takes nothing from it."""
        with self._lock:
            (self._standing.add if stands else self._standing.discard)(name)

    def ended(self, name: str) -> None:
        """It ended."""
        with self._lock:
            self._all.discard(name)
            self._standing.discard(name)


standing = Standing()


class Holding:
    """One collector's hold of its cluster. `name` is the cluster's, for the log."""

    def __init__(self, name: str, lease: Lease, progress: Progress, clocks: Clocks, intervals: Intervals) -> None:
        self._name = name
        self._lease = lease
        self._progress = progress
        self._clocks = clocks
        self._intervals = intervals

    async def lost(self, stopping: Callable[[], bool]) -> bool:
        """Hold it until `stopping` (then False) or until the lease is lost (then True).

        A Valkey that restarted empty has forgotten the lease: that is seen within a second and the lease taken anew, before anyone
        asks for another collector. While the collector stands still the lease is let go. It is taken again if it gets on before
        anybody else has taken it: then nothing is lost.
        """
        standing.begun(self._name)
        try:
            return await self._hold(stopping)
        finally:
            standing.ended(self._name)

    async def _hold(self, stopping: Callable[[], bool]) -> bool:
        now = self._clocks.mono()
        due, look, slept, free = now + self._intervals.renewal, now + self._intervals.look, now, False
        while not stopping():
            now = self._clocks.mono()
            if now - slept > self._intervals.pause:
                self._progress.excuse(now)  # this process stood still, and the others with it
            why = self._progress.stands(now)
            if why and not free:
                logger.warning("%s: %s for a while; its lease is released for another worker.", self._name, why)
                standing.stands(self._name, self._progress.stores_nothing(now))
                await self._lease.let_go()
                free, due = True, now
            elif why and now >= look:
                look = now + self._intervals.look
                if await self._lease.is_anothers():
                    return self._end("another collector holds it now.")
            elif not why:
                if free:
                    standing.stands(self._name, False)
                if now >= look:
                    look = now + self._intervals.look
                    due = due if await self._lease.is_held() else now
                if now >= due:
                    try:
                        if not await self._lease.renew():
                            return self._end("another collector holds it now.")
                        due, free = now + self._intervals.renewal, False
                    except LOST:
                        due = now + self._intervals.retry
                if self._lease.is_spent() and not free:
                    return self._end("its lease could not be renewed in time; the collector ends.")
            slept = self._clocks.mono()
            await asyncio.sleep(min(self._intervals.tick, self._intervals.retry))
        return False

    def _end(self, why: str) -> bool:
        logger.warning("%s: %s", self._name, why)
        return True
