"""Snapshots, ready to send: encoded and compressed once for everyone, however many browsers ask.

What is kept is keyed by the cluster's epoch and offset, read by one small query a request; of several requests that find it old,
one reads and encodes and the others wait for it. The ETag is a digest of the bytes: a database made anew can never look unchanged.
"""

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache

import msgspec
from channels.db import database_sync_to_async

from dashboard import answers, pulses
from planes.live.wire import Lateness
from planes.store import selectors
from planes.store.freshness import lateness

#: Clusters whose snapshots are kept; 5,000 nodes take about half a megabyte.
KEPT = 64
#: Seconds. A collector to which nothing happens still says now and then that its picture holds; a snapshot's `at` may lag by this.
AGE = 5.0

#: Cluster id, epoch, offset, until when the picture was known to hold (epoch seconds), and why it is not the present.
Position = tuple[int, int, int, float, Lateness | None]


@dataclass(frozen=True, slots=True)
class Encoded:
    """A snapshot as it goes out."""

    position: Position
    etag: str
    plain: bytes
    zipped: bytes

    def holds(self, now: Position) -> bool:
        """Whether this is still the picture: the same offset and lateness, and judged no longer ago than the newest by more than
        AGE."""
        return self.position[:3] == now[:3] and self.position[4] == now[4] and now[3] - self.position[3] < AGE


class Snapshots:
    """The snapshots kept by this process."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Encoded] = OrderedDict()
        self._flights: dict[str, asyncio.Task[Encoded | None]] = {}
        self.encoded = 0  # how often one was encoded, for tests

    async def get(self, slug: str) -> Encoded | None:
        """The newest snapshot of a cluster; None if there is no such cluster."""
        position = await database_sync_to_async(_position, thread_sensitive=False)(slug)
        if position is None:
            self._kept.pop(slug, None)
            return None
        kept = self._kept.get(slug)
        if kept is not None and kept.holds(position):
            self._kept.move_to_end(slug)
            return kept
        flight = self._flights.get(slug)
        if flight is None:
            flight = self._flights[slug] = asyncio.create_task(self._fetch(slug, position))
            flight.add_done_callback(lambda _: self._flights.pop(slug, None))
        # One who goes away must not take the snapshot from those who wait with it.
        return await asyncio.shield(flight)

    async def _fetch(self, slug: str, position: Position) -> Encoded | None:
        encoded = await database_sync_to_async(_encode, thread_sensitive=False)(slug, position)
        if encoded is not None:
            self.encoded += 1
            self._kept[slug] = encoded
            self._kept.move_to_end(slug)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return encoded


@lru_cache(maxsize=1)
def shared() -> Snapshots:
    """This process's snapshots, the ones for all of its views."""
    return Snapshots()


def _position(slug: str) -> Position | None:
    head = selectors.cluster(slug)
    if head is None:
        return None
    return head.id, head.epoch, head.offset, head.collected_at or 0.0, lateness(pulses.freshness(head), time.time())


def _encode(slug: str, position: Position) -> Encoded | None:
    snapshot = selectors.snapshot(slug)
    if snapshot is None:
        return None
    cluster_id, late = position[0], position[4]
    snapshot.series, snapshot.late = pulses.peek().series(cluster_id), late
    plain = msgspec.json.encode(snapshot)
    return Encoded(
        position=(cluster_id, int(snapshot.epoch), snapshot.o, snapshot.at, late),
        etag=answers.etag_of(plain),
        plain=plain,
        zipped=answers.zipped_of(plain),
    )
