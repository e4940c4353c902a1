"""SQL as a collector sees it: one thread of its own, one connection, one thing at a time, each bounded.

Django's connections belong to threads; a collector that used asyncio.to_thread would spread over as many as the pool has.
"""

import asyncio
import os
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

import msgspec
from django.db import DEFAULT_DB_ALIAS, OperationalError, close_old_connections, connections

from planes.store import selectors, services
from planes.store.stored import Stored
from planes.structs.history import Span
from planes.structs.rows import ComponentRow, Frame, NodeRow

T = TypeVar("T")
#: Seconds for which the end of a collector waits for SQL.
_PATIENCE = 2.0
#: Seconds after which what was asked counts as unanswered: longer than SQLite (20 s) and PostgreSQL (10 s) wait for a lock.
LIMIT = 25.0


class Remembered(msgspec.Struct, frozen=True):
    """What was last known of a cluster: what a new collector begins with."""

    head: selectors.ClusterHead | None
    components: tuple[ComponentRow, ...] = ()
    nodes: tuple[NodeRow, ...] = ()
    baseline: bytes = b"{}"


class StoreThread:
    """The store of one cluster, for one collector at a time. `took` is called whenever SQL has taken what it was given."""

    def __init__(self, cluster_id: int, took: Callable[[], None] = lambda: None) -> None:
        self.cluster_id = cluster_id
        self._took = took
        self._stored = Stored()
        self._using: Any = None  # the connection that the thread waits for, whatever the backend's class
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"ledger-{cluster_id}")

    async def take(self) -> int:
        """A new epoch. Raises services.Fenced, django.db.Error."""
        return await self._write(lambda: services.take(self.cluster_id))

    async def remembered(self) -> Remembered:
        """What the collector before us left."""
        return await self._run(lambda: remembered(self.cluster_id))

    async def flush(self, epoch: int, offset: int, frame: Frame, baseline: bytes | None) -> Frame:
        """Store a frame; see services.flush."""
        return await self._write(
            lambda: services.flush(self.cluster_id, epoch, offset, frame, baseline=baseline, stored=self._stored)
        )

    async def remember(self, epoch: int, baseline: bytes) -> None:
        """Keep what a later collector is to know. Raises services.Fenced, django.db.Error."""
        await self._write(lambda: services.remember(self.cluster_id, epoch, baseline))

    async def touch(self, epoch: int, at: float, identity: str = "", span: Span | None = None) -> None:
        """Say that the picture still held at `at`, of which cluster, and since when it has been watched. Raises services.Fenced
        when it is not ours any more."""
        await self._write(lambda: services.touch(self.cluster_id, epoch, at, identity, span))

    async def aclose(self) -> None:
        """Close the connection and end the thread. A statement that hangs is left to its own time limit."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                await asyncio.wrap_future(self._thread.submit(connections.close_all))
        self._thread.shutdown(wait=False)

    async def _write(self, work: Callable[[], T]) -> T:
        done = await self._run(work)
        self._took()
        return done

    async def _run(self, work: Callable[[], T]) -> T:
        def bounded() -> T:
            close_old_connections()
            self._using = connections[DEFAULT_DB_ALIAS]
            try:
                return work()
            finally:
                self._using = None
                close_old_connections()

        try:
            async with asyncio.timeout(LIMIT):
                return await asyncio.wrap_future(self._thread.submit(bounded))
        except TimeoutError:
            self._cut()
            raise OperationalError(f"no answer within {LIMIT:g} s") from None

    def _cut(self) -> None:
        """End the wait of our thread. A server that stands still, or a proxy that does, acknowledges whatever it is sent, so that
        the kernel sees nothing wrong: the connection is cut on our side, and the thread gets an error."""
        with (
            suppress(AttributeError, OSError),  # it has just ended, or has no socket
            socket.socket(fileno=os.dup(self._using.connection.fileno())) as own,
        ):
            own.shutdown(socket.SHUT_RDWR)


def remembered(cluster_id: int) -> Remembered:
    """What was last stored of it. Raises django.db.Error."""
    return Remembered(
        head=selectors.cluster_by_id(cluster_id),
        components=tuple(selectors.component_rows(cluster_id)),
        nodes=tuple(selectors.node_rows(cluster_id)),
        baseline=selectors.baseline(cluster_id),
    )
