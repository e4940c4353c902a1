"""A cluster as its picture may show it now, read for whoever paints it."""

from dataclasses import dataclass

from channels.db import database_sync_to_async

from dashboard import pulses
from dashboard.snapshots import shared
from planes.live.stream import HEARTBEATS_TOLD
from planes.store import selectors
from planes.store.freshness import Freshness

_snapshots = shared()


@dataclass(frozen=True, slots=True)
class Seen:
    """A cluster as it may be shown now. `beats`: when each node's lease was last seen to be renewed."""

    name: str
    snapshot: bytes
    fresh: Freshness
    beats: dict[str, float]


async def seen_now(slug: str) -> Seen | None:
    """A cluster as it may be shown now; None: there is none."""
    encoded = await _snapshots.get(slug)
    if encoded is None:
        return None
    return await database_sync_to_async(_read, thread_sensitive=False)(slug, encoded.plain)


def _read(slug: str, snapshot: bytes) -> Seen | None:
    head = selectors.cluster(slug)
    if head is None:
        return None
    heartbeats = pulses.peek().heartbeats(head.id)
    # The page is told of no more either: what is said of more of them nobody could read.
    return Seen(head.name, snapshot, pulses.freshness(head), heartbeats if len(heartbeats) <= HEARTBEATS_TOLD else {})
