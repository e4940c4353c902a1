"""The hub: one a process. It follows the clusters' streams once and hands every message to all viewers of that cluster.

All that is sent is a planes.live.wire.Message, and the same string for everyone. Each viewer has a bounded queue: one who reads too
slowly loses what is queued and is told to fetch a snapshot instead, so memory stays bounded and nobody waits for the slowest. While
Valkey is away viewers get no pulses, and so grey out by themselves; when it is back all are told to fetch a snapshot.
"""

import asyncio
import contextlib
import logging
import random
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Protocol

import msgspec
from django.db import DatabaseError

from dashboard.card_changes import CardChanges
from planes.live.stream import Entry, Lost
from planes.live.wire import Delta, Encoded, KeepAlive, Noted, Pulse, Resync, WallChanged, WallPulse, WallPulses, encode
from planes.structs.backoff import Backoff

logger = logging.getLogger(__name__)

#: A viewer's queue: as many messages, or as many characters, whichever is reached first.
QUEUE_MESSAGES = 64
QUEUE_SIZE = 256 * 1024
#: Seconds between two words to a browser at most: it cannot see pings, and must notice a dead connection.
KEEPALIVE = 15.0
#: Seconds between two looks at what is wrong with Planewatch itself.
TROUBLE = 2.0
#: Seconds between two words of all pulses to the screens of displays.
PULSES = 0.5
#: Seconds between two "changed" of one cluster on a wall.
WALL_INTERVAL = 1.0
#: Viewers that are handed a message in one turn of the event loop, for each then writes it to its socket in the next: some 5 ms.
AT_ONCE = 100
#: Seconds to wait at most before following again after a failure.
BACKOFF = 2.0

RESYNC = encode(Resync())

_pulse = msgspec.json.Decoder(Pulse)


class Follower(Protocol):
    """What the hub needs of planes.live.stream.Stream."""

    def watch(self, cluster_id: int) -> None: ...

    def unwatch(self, cluster_id: int) -> None: ...

    def follow(self) -> AsyncIterator[Entry | Lost]: ...

    async def aclose(self) -> None: ...


class Viewer:
    """One socket's queue. `put` is called by the hub and never waits; `get` by the socket's writer."""

    __slots__ = ("_queue", "_ready", "_size", "resyncs")

    def __init__(self) -> None:
        self._queue: deque[Encoded] = deque()
        self._size = 0
        self._ready = asyncio.Event()
        self.resyncs = 0

    def put(self, text: Encoded) -> None:
        """Queue a message; where it does not fit, the queue becomes one resync, which stands for this message too."""
        if len(self._queue) >= QUEUE_MESSAGES or self._size + len(text) > QUEUE_SIZE:
            self.resync()
            return
        self._append(text)

    def resync(self) -> None:
        """Drop what is queued: a snapshot will hold it."""
        self.resyncs += 1
        self._queue.clear()
        self._size = 0
        self._append(RESYNC)

    async def get(self) -> Encoded:
        """The next message, when there is one."""
        while not self._queue:
            self._ready.clear()
            await self._ready.wait()
        text = self._queue.popleft()
        self._size -= len(text)
        return text

    @property
    def size(self) -> int:
        """Characters queued."""
        return self._size

    def __len__(self) -> int:
        return len(self._queue)

    def _append(self, text: Encoded) -> None:
        self._queue.append(text)
        self._size += len(text)
        self._ready.set()


class Counters(msgspec.Struct):
    """What the hub has done since it started, for tests and benchmarks."""

    messages: int = 0  # taken from the stream
    handed: int = 0  # put into viewers' queues
    lost: int = 0  # times that the stream was away
    failures: int = 0  # times that following broke off


class _Cluster:
    """The viewers of one cluster's picture, and when walls were last told that it changed."""

    __slots__ = ("card", "told", "viewers", "waiting")

    def __init__(self) -> None:
        self.viewers: set[Viewer] = set()
        self.card = CardChanges()
        self.told = 0.0
        self.waiting: asyncio.Task[None] | None = None


class Hub:
    """Lives in one event loop: `start` and `stop` are called by the server's lifespan (dashboard.asgi)."""

    def __init__(
        self,
        follower: Callable[[], Follower],
        *,
        app: str,
        trouble: Callable[[], Awaitable[str]] | None = None,
        news: Callable[[int], Awaitable[Encoded | None]] | None = None,
    ) -> None:
        """`app` is the version of the pages, said in each keepalive so that a page from before an upgrade reloads itself; `trouble`
        asks what is wrong with Planewatch itself; `news` makes what the screens of displays show of a cluster, by its id: a
        thousand of them would else ask for it at once."""
        self._news = news
        self._ask_trouble = trouble
        self._trouble = ""
        self._make_follower = follower
        self._app = app
        self._follower: Follower | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._clusters: dict[int, _Cluster] = {}
        self._walls: dict[Viewer, frozenset[int] | None] = {}  # and the clusters that each may know of; None: all
        self._screens: set[Viewer] = set()  # those of `_walls` that are sent news
        self._slugs: dict[int, str] = {}  # of the clusters that walls show
        self._beats: dict[int, Pulse] = {}  # that came since the screens were last told
        self.counters = Counters()

    async def start(self) -> None:
        """Begin to follow. Valkey need not be there yet."""
        self._follower = self._make_follower()
        for cluster_id in self._followed():
            self._follower.watch(cluster_id)
        works = (self._follow(self._follower), self._keep_alive(), self._tell_pulses())
        self._tasks = [asyncio.create_task(work) for work in works]

    async def stop(self) -> None:
        """End following and close the connection."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self._tasks = []
        for cluster in self._clusters.values():
            if cluster.waiting is not None:
                cluster.waiting.cancel()
        if self._follower is not None:
            await self._follower.aclose()
            self._follower = None

    # --- viewers ---------------------------------------------------------------------------------------------------------------

    def join(self, cluster_id: int, viewer: Viewer) -> None:
        """Send this viewer what happens in one cluster from now on."""
        self._cluster(cluster_id).viewers.add(viewer)
        viewer.put(self.keepalive())

    def leave(self, cluster_id: int, viewer: Viewer) -> None:
        """Send nothing more."""
        self._cluster(cluster_id).viewers.discard(viewer)
        self._forget(cluster_id)

    def join_wall(self, viewer: Viewer, clusters: frozenset[int] | None = None, *, news: bool = False) -> None:
        """Send this viewer the pulses of the clusters that `show` named, and which of them changed: of all, or of those with these
        ids; with `news` also how each is now."""
        self._walls[viewer] = clusters
        if news:
            self._screens.add(viewer)
        viewer.put(self.keepalive())

    def leave_wall(self, viewer: Viewer) -> None:
        """Send nothing more."""
        self._walls.pop(viewer, None)
        self._screens.discard(viewer)
        if not self._walls:
            self._slugs = {}
            for cluster_id in list(self._clusters):
                self._forget(cluster_id)

    def show(self, slugs: dict[int, str]) -> None:
        """The clusters that walls show, by id. A wall that hears of a new one fetches the list anew."""
        gone = self._slugs.keys() - slugs.keys()
        self._slugs = dict(slugs)
        for cluster_id in slugs:
            self._cluster(cluster_id)
        for cluster_id in gone:
            self._forget(cluster_id)

    @property
    def viewers(self) -> int:
        """How many sockets are served."""
        return len(self._walls) + sum(len(cluster.viewers) for cluster in self._clusters.values())

    def keepalive(self) -> Encoded:
        """The server's clock, and the version of the pages that it would serve now."""
        return encode(KeepAlive(hb=round(time.time(), 3), app=self._app, trouble=self._trouble))

    # --- from the stream to the queues -----------------------------------------------------------------------------------------

    async def _follow(self, follower: Follower) -> None:
        """Hand on what the stream says, for ever. The stream reconnects by itself; what breaks it nonetheless is logged and tried
        again with a jittered backoff."""
        backoff = Backoff(random.Random(), first=0.4, cap=BACKOFF, floor=0.1)  # noqa: S311 - jitter, not cryptography
        while True:
            try:
                async for entry in follower.follow():
                    backoff.succeeded()
                    if isinstance(entry, Lost):
                        self.counters.lost += 1
                        await self._resync_all()
                    else:
                        await self._hand_on(entry)
            except Exception:  # a defect must not end the live picture of everyone until a restart
                logger.exception("The live stream broke off; following it again.")
            self.counters.failures += 1
            await asyncio.sleep(backoff.failed())
            await self._resync_all()

    async def _keep_alive(self) -> None:
        said_at = time.monotonic()
        while True:
            await asyncio.sleep(min(TROUBLE, KEEPALIVE))
            found = await self._ask_trouble() if self._ask_trouble is not None else ""
            if found == self._trouble and time.monotonic() - said_at < KEEPALIVE:
                continue
            self._trouble, said_at = found, time.monotonic()
            await self._give(self._everyone(), self.keepalive())

    async def _hand_on(self, entry: Entry) -> None:
        self.counters.messages += 1
        cluster = self._clusters.get(entry.cluster_id)
        if cluster is None:
            return
        if entry.kind is not Noted:
            await self._give(cluster.viewers, entry.text)
        slug = self._slugs.get(entry.cluster_id)
        if not self._walls or slug is None or self._clusters.get(entry.cluster_id) is not cluster:
            return
        if entry.kind is Pulse:
            pulse = _pulse.decode(entry.text)
            self._beats[entry.cluster_id] = pulse
            await self._give(self._may(entry.cluster_id) - self._screens, encode(WallPulse(slug, pulse)))
        elif cluster.waiting is None and (entry.kind is Noted or (entry.kind is Delta and cluster.card.is_changed_by(entry.text))):
            # At most one "changed" a second and cluster: the first at once, what follows together.
            cluster.waiting = asyncio.create_task(self._tell_changed(entry.cluster_id, cluster))

    async def _tell_changed(self, cluster_id: int, cluster: _Cluster) -> None:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(max(cluster.told + WALL_INTERVAL - loop.time(), 0.0))
        cluster.waiting = None
        cluster.told = loop.time()
        slug = self._slugs.get(cluster_id)
        if slug is not None:
            await self._give(self._may(cluster_id), encode(WallChanged(slug)))
            await self._tell_news(cluster_id)

    async def _tell_pulses(self) -> None:
        """To the screens together: of sixty clusters a thousand of them would be told sixty thousand times a second."""
        while True:
            await asyncio.sleep(PULSES)
            beats, self._beats = self._beats, {}
            if not beats or not self._screens:
                continue
            groups: dict[frozenset[int] | None, set[Viewer]] = {}
            for screen in self._screens:
                groups.setdefault(self._walls[screen], set()).add(screen)
            for may, screens in groups.items():
                shown = {
                    slug: pulse
                    for number, pulse in beats.items()
                    if (may is None or number in may) and (slug := self._slugs.get(number)) is not None
                }
                if shown:
                    await self._give(screens, encode(WallPulses(shown)))

    async def _tell_news(self, cluster_id: int) -> None:
        if self._news is None or not self._screens:
            return
        try:
            text = await self._news(cluster_id)
        except (DatabaseError, OSError) as error:  # a screen that is sent none fetches it
            logger.warning("What changed could not be made for the walls: %s.", type(error).__name__)
            return
        if text is not None:
            await self._give(self._may(cluster_id) & self._screens, text)

    def _may(self, cluster_id: int) -> set[Viewer]:
        """The walls that may know of a cluster."""
        return {viewer for viewer, clusters in self._walls.items() if clusters is None or cluster_id in clusters}

    async def _resync_all(self) -> None:
        async for viewer in self._in_turns(self._everyone()):
            viewer.resync()

    async def _give(self, viewers: set[Viewer], text: Encoded) -> None:
        async for viewer in self._in_turns(viewers):
            viewer.put(text)
            self.counters.handed += 1

    async def _in_turns(self, viewers: set[Viewer]) -> AsyncIterator[Viewer]:
        """These viewers, some in each turn of the event loop. Who leaves meanwhile has a queue that nothing reads."""
        for number, viewer in enumerate(list(viewers), start=1):
            yield viewer
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)

    def _everyone(self) -> set[Viewer]:
        return set(self._walls).union(*(cluster.viewers for cluster in self._clusters.values()))

    # --- which clusters are followed -------------------------------------------------------------------------------------------

    def _followed(self) -> set[int]:
        return self._clusters.keys() | self._slugs.keys()

    def _cluster(self, cluster_id: int) -> _Cluster:
        found = self._clusters.get(cluster_id)
        if found is None:
            found = self._clusters[cluster_id] = _Cluster()
            if self._follower is not None:
                self._follower.watch(cluster_id)
        return found

    def _forget(self, cluster_id: int) -> None:
        """Follow a cluster no longer when nobody looks at it."""
        cluster = self._clusters.get(cluster_id)
        if cluster is None or cluster.viewers or cluster_id in self._slugs:
            return
        if cluster.waiting is not None:
            cluster.waiting.cancel()
        del self._clusters[cluster_id]
        if self._follower is not None:
            self._follower.unwatch(cluster_id)
