"""What the watch worker runs: one cluster's collector, put together from its parts, in an event loop of its own."""

import asyncio
import logging
from collections.abc import Callable, Collection
from functools import partial

import uvloop
from django.db import close_old_connections

from planes.collect import dispatch, room
from planes.collect.answering import answer
from planes.collect.collector import Collector
from planes.collect.holding import standing
from planes.collect.judge import CacheJudge
from planes.collect.lease import Lease
from planes.collect.parts import Clocks, Judge, Source
from planes.collect.room import PLACES
from planes.kube.connect import Target
from planes.kube.identity import Identity
from planes.kube.source import ClusterSource
from planes.live.stream import LOST, Stream
from planes.store import anchor, selectors
from planes.structs.thresholds import DEFAULT, Thresholds

logger = logging.getLogger(__name__)


def collect(
    cluster_id: int,
    redis_url: str,
    stopping: Callable[[], bool],
    thresholds: Thresholds = DEFAULT,
    places: int = PLACES,
    dialled: Collection[str] = (),
) -> None:
    """Collect a cluster in this thread until there is a reason to end. Returns at once when another collector has it, or when it
    is not to be watched; where the collectors of this process do not get on, and where it has `places` of them already. `stopping`
    is asked several times a second. `dialled`: slugs of the clusters whose API servers are each asked at their own address; "*":
    all."""
    if standing:
        dispatch.unask(redis_url, cluster_id)
        return
    with room.place(places) as free:
        if not free:
            dispatch.refuse(redis_url, cluster_id, places)
            return
        _collect_here(cluster_id, redis_url, stopping, thresholds, dialled)


def _collect_here(
    cluster_id: int, redis_url: str, stopping: Callable[[], bool], thresholds: Thresholds, dialled: Collection[str]
) -> None:
    try:
        head = selectors.cluster_by_id(cluster_id)
    finally:
        # This thread asks nothing more, and runs for months: a connection that it kept would be one less for all others.
        close_old_connections()
    anchor.hold()
    if head is None or not head.enabled:
        return
    target = Target(head.kubeconfig, head.context, head.source == "in-cluster", dials="*" in dialled or head.slug in dialled)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        # The demo cluster is another at each start, and is meant to be.
        identity = Identity(head.slug, head.identity) if head.source != "demo" else None
        source = partial(ClusterSource, target, identity=identity, answering=partial(answer, redis_url, head.id, head.slug))
        known = (lambda: identity.known) if identity is not None else (lambda: "")
        runner.run(_collect(head, redis_url, stopping, source, lambda: CacheJudge(head.slug, thresholds), known))


async def _collect(
    head: selectors.ClusterHead,
    redis_url: str,
    stopping: Callable[[], bool],
    source: Callable[[], Source],
    judge: Callable[[], Judge],
    identity: Callable[[], str],
) -> None:
    clocks = Clocks()
    lease = Lease(redis_url, head.id, clocks.mono)
    try:
        taken = await lease.take()
    except LOST as error:
        logger.warning("%s: Valkey cannot be reached (%s); it will be tried again.", head.slug, type(error).__name__)
        taken = False
    if not taken:
        await lease.aclose()
        return
    stream = Stream(redis_url)
    logger.info("%s: collecting.", head.slug)
    try:
        collector = Collector(
            head.id,
            head.slug,
            source=source,
            judge=judge,
            lease=lease,
            stream=stream,
            stopping=stopping,
            clocks=clocks,
            identity=identity,
        )
        ended = await collector.run()
    finally:
        await stream.aclose()
    logger.info("%s: collecting ended (%s).", head.slug, ended.value)
