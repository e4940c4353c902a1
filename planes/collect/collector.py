"""The collector: for as long as it holds a cluster it moves events to the judge, and frames to SQL and to viewers.

It is the only writer of its cluster. A *term* is one taking of the cluster: a new epoch, a fresh listing, a full first frame. A
term ends when the cluster is not ours any more (then the collector ends), or by a defect (then the cluster's page says so, and a
new term begins after a wait).
"""

import asyncio
import logging
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum

from django.db import Error as DatabaseError

from planes.collect.crash import crashed
from planes.collect.faultlog import FaultLog
from planes.collect.holding import Holding
from planes.collect.judging import Judging
from planes.collect.last_contact import LastContact
from planes.collect.lease import Lease
from planes.collect.parts import QUEUE, Clocks, Emit, Intervals, Judge, Pause, Source
from planes.collect.progress import Progress
from planes.collect.publishing import Publisher
from planes.collect.store_thread import StoreThread
from planes.collect.watching import Watching
from planes.live.stream import Stream
from planes.store.away import AWAY, said
from planes.store.services import Fenced
from planes.structs.events import SourceEvent
from planes.structs.moments import Mono
from planes.structs.time_tokens import duration

logger = logging.getLogger(__name__)


class Ended(StrEnum):
    """Why a collector ended."""

    STOPPED = "stopped"  # asked to
    NOT_OURS = "not ours"  # another collects it, or it is not to be watched any more
    LEASE = "lease"  # lost, or not renewed in time


class _Over(Exception):  # noqa: N818  it is no error
    """The collector ends."""

    def __init__(self, why: Ended) -> None:
        super().__init__(why)
        self.why = why


class Collector:
    """Collects one cluster. `source` and `judge` are called once a term. `name` is the cluster's, for the log; `identity` tells
    which cluster it was seen to be (planes.kube.identity), "" while that is not known."""

    def __init__(
        self,
        cluster_id: int,
        name: str,
        *,
        source: Callable[[], Source],
        judge: Callable[[], Judge],
        lease: Lease,
        stream: Stream,
        stopping: Callable[[], bool] = lambda: False,
        clocks: Clocks | None = None,
        intervals: Intervals | None = None,
        rng: random.Random | None = None,
        identity: Callable[[], str] = lambda: "",
    ) -> None:
        self._identity = identity
        self._name = name
        self._source = source
        self._judge = judge
        self._lease = lease
        self._stream = stream
        self._stopping = stopping
        self._clocks = clocks or Clocks()
        self._intervals = intervals or Intervals()
        self._rng = rng or random.Random()  # noqa: S311 - jitter, not cryptography
        self._progress = Progress(self._clocks.mono(), judging=self._intervals.judging, storing=self._intervals.storing)
        self._store_thread = StoreThread(cluster_id, lambda: self._progress.stored(self._clocks.mono()))
        self._judging = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"judge-{cluster_id}")
        self._defect = ""
        self._faults = FaultLog(name)

    async def run(self) -> Ended:
        """Collect until there is a reason to end. The lease must have been taken; it is released at the end."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._hold())
                group.create_task(self._serve())
        except BaseExceptionGroup as group_of_errors:
            over = _worst(group_of_errors)
            if not isinstance(over, _Over):
                raise
            return over.why
        finally:
            await self._lease.release()
            await self._store_thread.aclose()
            self._judging.shutdown(wait=False)
        raise AssertionError("neither of the two ends without a reason")

    async def _serve(self) -> None:
        """One term after the other."""
        away, defects = self._intervals.sql_backoff(self._rng), self._intervals.restart_backoff(self._rng)
        while True:
            began = self._clocks.mono()
            error = await self._end_of_term()
            if self._clocks.mono() - began >= self._intervals.restart_limit:
                away.succeeded()
                defects.succeeded()
            if isinstance(error, Fenced):
                raise _Over(Ended.NOT_OURS)
            if isinstance(error, AWAY):
                # At taking and remembering; a term's own flushing tries again by itself.
                wait = away.failed()
                if away.failures == 1:
                    logger.warning("%s: the database %s; it will be tried again.", self._name, said(error))
                await self._stream.trouble.say(f"Planewatch's database {said(error)}.")
            else:
                wait = defects.failed()
                await self._say_defect(error, wait)
                self._progress.excuse(Mono(self._clocks.mono() + wait))
            await asyncio.sleep(wait)

    async def _end_of_term(self) -> Exception:
        """One term, and what ended it. In a task of its own: a task group that is cancelled while one of its tasks fails tells of
        the failure only, and we would never learn that we are to end."""
        term = asyncio.create_task(self._term())
        try:
            await asyncio.wait({term})
        finally:
            if not term.done():
                term.cancel()
                await asyncio.wait({term})
            if not term.cancelled():
                term.exception()  # asked for: what fails while we end would else be told with a traceback, as never retrieved
        error = None if term.cancelled() else term.exception()
        if isinstance(error, Exception):
            return _worst(error)
        raise error or AssertionError("a term ends by an exception")

    async def _term(self) -> None:
        """From taking the cluster to losing it. Always ends by an exception."""
        epoch = await self._store_thread.take()
        remembered = await self._store_thread.remembered()
        judge = Judging(self._judge(), self._judging, self._clocks, self._intervals.heartbeats)
        await judge.restore(remembered)
        queue: asyncio.Queue[SourceEvent] = asyncio.Queue(QUEUE)
        publisher = Publisher(self._name, self._store_thread, self._stream, epoch, self._clocks, self._intervals, self._rng)
        heard, watching = LastContact(self._clocks), Watching()

        async def emit(event: SourceEvent) -> None:
            try:
                queue.put_nowait(event)  # a time limit for each of them would cost more than decoding it did
            except asyncio.QueueFull:
                async with asyncio.timeout(self._intervals.emit):
                    await queue.put(event)

        async with asyncio.TaskGroup() as group:
            group.create_task(self._tell(emit))
            group.create_task(self._judge_events(queue, judge, publisher, heard, watching))
            group.create_task(publisher.run())
            group.create_task(self._pulse(publisher, heard))
            group.create_task(self._heartbeats(publisher, judge))
            group.create_task(self._touch(publisher, epoch, watching))

    async def _tell(self, emit: Emit) -> None:
        await self._source().run(emit)
        raise RuntimeError("the source of events ended by itself")

    async def _judge_events(
        self, queue: asyncio.Queue[SourceEvent], judge: Judging, publisher: Publisher, heard: LastContact, watching: Watching
    ) -> None:
        slept = self._clocks.mono()
        while True:
            await asyncio.sleep(self._intervals.tick)
            gap = self._clocks.mono() - slept
            pause = Pause(gap, slept + self._intervals.tick) if gap > self._intervals.pause else None
            if pause is not None:
                # Stopped, or starved of CPU: it counts against nobody.
                logger.warning("%s: the collector itself was paused for %s.", self._name, duration(gap))
            events = [queue.get_nowait() for _ in range(queue.qsize())]
            for event in events:
                heard.hear(event)
            frame, baseline = await judge.look(events, pause)
            self._progress.judged(self._clocks.mono())
            self._faults.look(frame)
            if baseline is not None or not frame.is_empty():
                publisher.put(frame, baseline)
            watching.judged(self._clocks.wall(), after_a_pause=pause is not None)
            # After the work: judging a large cluster for long is not a pause.
            slept = self._clocks.mono()

    async def _pulse(self, publisher: Publisher, heard: LastContact) -> None:
        while True:
            # While nothing is judged, what was last published says nothing of the present.
            if self._progress.judges(self._clocks.mono(), self._intervals.pause):
                await publisher.pulse(heard.at)
            await asyncio.sleep(self._intervals.pulse)

    async def _heartbeats(self, publisher: Publisher, judge: Judging) -> None:
        while True:
            await publisher.heartbeats(judge.heartbeats)
            await asyncio.sleep(self._intervals.heartbeats)

    async def _touch(self, publisher: Publisher, epoch: int, watching: Watching) -> None:
        """Every few seconds see whether the cluster is still ours and wanted, and leave the time for whoever reads without Valkey,
        and for the history."""
        while True:
            await asyncio.sleep(self._intervals.touch)
            if not publisher.is_present() or not self._progress.judges(self._clocks.mono(), self._intervals.pause):
                continue
            try:
                await self._store_thread.touch(epoch, self._clocks.wall(), self._identity(), watching.span)
            except AWAY as error:
                logger.debug("%s: the time could not be noted (%s).", self._name, type(error).__name__)
                await self._stream.trouble.say(f"Planewatch's database {said(error)}.")

    async def _hold(self) -> None:
        """Hold the lease, and watch for being told to stop."""
        holding = Holding(self._name, self._lease, self._progress, self._clocks, self._intervals)
        raise _Over(Ended.LEASE if await holding.lost(self._stopping) else Ended.STOPPED)

    async def _say_defect(self, error: BaseException, wait: float) -> None:
        """On the cluster's page each time, in the log with its traceback once for the same defect. `wait`: seconds until a
        new term begins."""
        said = f"{type(error).__name__}: {error}"
        if said != self._defect:
            logger.error("%s: the collector failed; it starts again.", self._name, exc_info=error)
            self._defect = said
        retry_at = self._clocks.wall() + wait
        try:
            epoch = await self._store_thread.take()
            frame = crashed(await self._store_thread.remembered(), type(error).__name__, retry_at, self._clocks.wall())
            publisher = Publisher(self._name, self._store_thread, self._stream, epoch, self._clocks, self._intervals, self._rng)
            await publisher.once(frame)
        except Fenced:
            raise _Over(Ended.NOT_OURS) from None
        except (DatabaseError, OSError) as unsaid:
            logger.warning("%s: its page could not be notified (%s).", self._name, type(unsaid).__name__)


#: What is told when several tasks of a term failed at once.
_GRAVITY = (_Over, Fenced, *AWAY)


def _worst(error: BaseExceptionGroup[BaseException] | Exception) -> Exception:
    """The one error of a group that decides what happens next."""
    leaves = list(_leaves(error))
    for kind in _GRAVITY:
        for leaf in leaves:
            if isinstance(leaf, kind):
                return leaf
    return leaves[0]


def _leaves(error: BaseException) -> Iterator[Exception]:
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from _leaves(one)
    elif isinstance(error, Exception):
        yield error
