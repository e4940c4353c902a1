"""From a frame to what is stored and sent: one at a time, in order, nothing lost while SQL or Valkey is away.

SQL comes first and holds the fence: what could not be stored is not sent. While SQL is away frames are merged (latest wins) and
tried again; a publication that Valkey does not take is dropped, because a viewer who misses one sees it by `prev` and fetches a
snapshot.
"""

import asyncio
import logging
import random

from planes.collect.merge import is_urgent, merge
from planes.collect.parts import Clocks, Intervals
from planes.collect.store_thread import StoreThread
from planes.live.stream import LOST, Stream
from planes.live.wire import Pulse, delta_of
from planes.store.away import AWAY, said
from planes.structs.rows import Frame

logger = logging.getLogger(__name__)


class Publisher:
    """The outgoing side of one term of a collector. `name` is the cluster's, for the log."""

    def __init__(
        self, name: str, ledger: StoreThread, stream: Stream, epoch: int, clocks: Clocks, intervals: Intervals, rng: random.Random
    ) -> None:
        self._name = name
        self._store_thread = ledger
        self._stream = stream
        self._epoch = epoch
        self._clocks = clocks
        self._intervals = intervals
        self._backoff = intervals.sql_backoff(rng)
        self._offset = 0
        self._pending: Frame | None = None
        self._baseline: bytes | None = None
        self._pending_since = 0.0
        self._flushing: Frame | None = None
        self._flushing_since = 0.0
        self._flushed_at = float("-inf")
        self._wake = asyncio.Event()
        self._valkey_is_away = False
        self._told = False  # that SQL does not take what it is given

    def put(self, frame: Frame, baseline: bytes | None) -> None:
        """Have it stored and sent soon."""
        if self._pending is None:
            self._pending, self._pending_since = frame, self._clocks.mono()
        else:
            self._pending = merge(self._pending, frame)
        self._baseline = self._baseline if baseline is None else baseline
        self._wake.set()

    def is_present(self) -> bool:
        """Whether what was last published is the present: no change waits for SQL for long, and something was published at all.
        Figures may lag behind for longer: storing those of thousands of nodes takes seconds."""
        if not self._offset:
            return False
        now, present = self._clocks.mono(), True
        for frame, since in ((self._flushing, self._flushing_since), (self._pending, self._pending_since)):
            if frame is not None:
                limit = self._intervals.overdue if is_urgent(frame) else self._intervals.overdue_figures
                present = present and now - since <= limit
        return present

    async def run(self) -> None:
        """Flush what is put, until cancelled. Raises services.Fenced, and django.db.Error for a defect of ours."""
        while True:
            await self._wake.wait()
            await self._calm()
            self._wake.clear()
            frame, baseline = self._pending, self._baseline
            if frame is None:
                continue
            self._flushing, self._flushing_since = frame, self._pending_since
            self._pending = self._baseline = None
            stored = await self._store(frame, baseline)
            self._flushing = None
            if not stored.is_empty():
                await self._publish(stored)

    async def _store(self, frame: Frame, baseline: bytes | None) -> Frame:
        """Store it, however often that has to be tried. It stays the same frame and offset: a commit whose answer was lost is
        recognised by its offset and not repeated (services.flush)."""
        while True:
            try:
                stored = await self._take(frame, baseline)
            except AWAY as error:
                wait = self._backoff.failed()
                if self._backoff.failures == 1:
                    logger.warning("%s: the database %s; the picture is kept and will be tried again.", self._name, said(error))
                await self._stream.trouble.say(f"Planewatch's database {said(error)}.")
                await asyncio.sleep(wait)
                continue
            self._flushed_at = self._clocks.mono()
            if self._backoff.failures:
                logger.warning("%s: the database takes the picture again, after %d refusals.", self._name, self._backoff.failures)
                self._backoff.succeeded()
                self._told = True
            if self._told:
                self._told = False
                await self._stream.trouble.over()
            return stored

    async def _take(self, frame: Frame, baseline: bytes | None) -> Frame:
        """A frame with nothing in it is no publication: the first of a term would otherwise make pulses vouch for what was stored
        before it."""
        if not frame.is_empty():
            return await self._store_thread.flush(self._epoch, self._offset + 1, frame, baseline)
        if baseline is not None:
            await self._store_thread.remember(self._epoch, baseline)
        return frame

    async def once(self, frame: Frame) -> None:
        """Store and send this one frame, without trying again. Raises services.Fenced, django.db.Error."""
        await self._publish(await self._store_thread.flush(self._epoch, self._offset + 1, frame, None))

    async def pulse(self, heard: float | None) -> None:
        """Say that we live, if what was published is the present."""
        if not self.is_present():
            await self._say_that_it_takes_long()
            return
        pulse = Pulse(pulse=self._clocks.wall(), heard=heard, epoch=str(self._epoch), o=self._offset)
        try:
            await self._stream.pulse(self._store_thread.cluster_id, pulse)
        except LOST as error:
            self._lost(error)
        else:
            self._found()

    async def _say_that_it_takes_long(self) -> None:
        """Why there is no pulse, where SQL has neither taken nor refused what it was given: a lock is held, or it stands still."""
        if self._flushing is not None and not self._backoff.failures:
            self._told = True
            await self._stream.trouble.say("Planewatch's database is slow to store what is seen.")

    async def heartbeats(self, heartbeats: dict[str, float]) -> None:
        """Tell the nodes' heartbeats."""
        try:
            await self._stream.heartbeats(self._store_thread.cluster_id, heartbeats)
        except LOST as error:
            self._lost(error)

    async def _calm(self) -> None:
        """Let figures wait until a second has passed; what somebody waits for goes at once."""
        while self._pending is not None and not is_urgent(self._pending):
            rest = self._flushed_at + self._intervals.calm - self._clocks.mono()
            if rest <= 0:
                return
            self._wake.clear()
            try:
                async with asyncio.timeout(rest):
                    await self._wake.wait()
            except TimeoutError:
                return

    async def _publish(self, frame: Frame) -> None:
        previous, self._offset = self._offset, self._offset + 1
        delta = delta_of(frame, epoch=self._epoch, offset=self._offset, previous=previous)
        try:
            await self._stream.delta(self._store_thread.cluster_id, delta)
        except LOST as error:
            self._lost(error)
        else:
            self._found()

    def _lost(self, error: Exception) -> None:
        if not self._valkey_is_away:
            logger.warning("%s: Valkey takes no updates (%s); pages are late until it does.", self._name, _name(error))
        self._valkey_is_away = True

    def _found(self) -> None:
        if self._valkey_is_away:
            logger.warning("%s: Valkey takes updates again.", self._name)
        self._valkey_is_away = False


def _name(error: Exception) -> str:
    return type(error).__name__
