"""Telling that a cluster has no collector: on its page, in `status` and in the log. Written behind the fence, as all is."""

import asyncio
import logging
import time

from django.db import connections

from planes.collect.crash import uncollected
from planes.collect.dispatch import Uncollected
from planes.collect.lease import Lease
from planes.collect.parts import Clocks
from planes.collect.store_thread import remembered
from planes.live.stream import Stream
from planes.live.wire import delta_of
from planes.store import services
from planes.structs.events import FaultKind
from planes.structs.rows import Frame

logger = logging.getLogger(__name__)


def tell(one: Uncollected, redis_url: str) -> bool:
    """Say it, unless it is said already; whether it was said now. Whoever collects the cluster later says what it sees instead.
    Raises django.db.Error, one of stream.LOST, services.Fenced."""
    known = remembered(one.cluster_id)
    frame = uncollected(known, one.places, time.time())
    assert frame.cluster is not None
    said, fault = (known.head.row.fault if known.head is not None else None), frame.cluster.fault
    if fault is None or (said is not None and said.kind == FaultKind.UNCOLLECTED and said.message == fault.message):
        return False
    name = known.head.slug if known.head is not None else str(one.cluster_id)
    told = asyncio.run(_tell(one.cluster_id, frame, redis_url))
    if told:
        logger.warning("%s: %s %s", name, fault.message, fault.remedy)
    return told


async def _tell(cluster_id: int, frame: Frame, redis_url: str) -> bool:
    """With its lease in hand, so that no collector begins meanwhile, only to be fenced."""
    lease, stream = Lease(redis_url, cluster_id, Clocks().mono), Stream(redis_url)
    try:
        if not await lease.take():
            await lease.aclose()
            return False
        try:
            epoch, stored = await asyncio.to_thread(_store, cluster_id, frame)
            await stream.delta(cluster_id, delta_of(stored, epoch=epoch, offset=1, previous=0))
        finally:
            await lease.release()
    finally:
        await stream.aclose()
    return True


def _store(cluster_id: int, frame: Frame) -> tuple[int, Frame]:
    try:
        epoch = services.take(cluster_id)
        return epoch, services.flush(cluster_id, epoch, 1, frame)
    finally:
        connections.close_all()
