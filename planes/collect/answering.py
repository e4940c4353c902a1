"""Answers what pages ask of a cluster, beside watching it: a few questions a second at most, and never instead of it."""

import asyncio
import logging
import random
import time

import msgspec

from planes.collect.lookups import look_up
from planes.kube.link import Link
from planes.live.lookups import Desk
from planes.live.stream import LOST
from planes.structs.backoff import Backoff

logger = logging.getLogger(__name__)

#: Seconds between two questions to a cluster, and for one of them.
PACE, LIMIT = 0.2, 2.4


async def answer(url: str, cluster_id: int, name: str, link: Link) -> None:
    """Answer, until cancelled. A Valkey that is away is waited for, and a defect costs one answer. `name` is for the log."""
    desk = Desk(url, cluster_id)
    backoff = Backoff(random.Random(), first=0.5, cap=5.0, floor=0.1)  # noqa: S311 - jitter, not cryptography
    try:
        while True:
            try:
                asked = await desk.next()
                if asked is not None:
                    async with asyncio.timeout(LIMIT):
                        found = await look_up(asked, link, time.time)
                    await desk.tell(asked, found)
                backoff.succeeded()
                await asyncio.sleep(PACE if asked is not None else 0)
            except (*LOST, msgspec.DecodeError) as error:
                logger.debug("%s: a page's question was not answered (%s).", name, type(error).__name__)
                await asyncio.sleep(backoff.failed())
            except Exception:
                logger.exception("%s: a page's question failed on a bug", name)
                await asyncio.sleep(backoff.failed())
    finally:
        await desk.aclose()
