"""A scripted source, a judge that counts what it is told, and a collector of both on real SQL and a real Valkey."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

import psycopg
from django.db import connection, connections
from psycopg import sql

from planes.collect.collector import Collector, Ended
from planes.collect.lease import Lease
from planes.collect.parts import Clocks, Emit, Intervals
from planes.collect.store_thread import Remembered
from planes.live.stream import Stream
from planes.models import Cluster, Transition
from planes.store import clusters
from planes.structs.events import Heard, SourceEvent
from planes.structs.feeds import Feed
from planes.structs.moments import Epoch, Mono
from planes.structs.rows import AgentRow, ChangeRow, ClusterRow, ComponentRow, Frame, NodeRow
from planes.structs.verdicts import State

T = TypeVar("T")

#: Seconds that anything in these tests may take.
PATIENCE = 15.0
QUICK = Intervals(
    tick=0.01, calm=0.05, pulse=0.05, heartbeats=0.05, touch=0.05, renewal=0.1,
    look=0.05, retry=0.02, backoff=0.01, backoff_limit=0.05,
    restart=0.05, restart_limit=0.2, overdue=0.5,
)  # fmt: skip


async def in_sql(work: Callable[[], T]) -> T:
    """Run it in a thread with connections of its own, which are closed again."""

    def bounded() -> T:
        try:
            return work()
        finally:
            connections.close_all()

    return await asyncio.to_thread(bounded)


async def comes_true(condition: Callable[[], bool], what: str) -> None:
    """Wait until a condition in SQL holds."""
    end = time.monotonic() + PATIENCE
    while not await in_sql(condition):
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come true within {PATIENCE:g} s")
        await asyncio.sleep(0.02)


async def declare(name: str = "Scripted") -> Cluster:
    """A cluster to collect."""
    return (await in_sql(lambda: clusters.declare([clusters.Declaration("kubeconfig", name, "/nowhere", name)])))[0]


@dataclass
class Script:
    """What the source will say, fed by the test."""

    says: "asyncio.Queue[SourceEvent | Exception]" = field(default_factory=asyncio.Queue)
    begun: int = 0
    closing: Exception | None = None  # what it fails with when it is cancelled

    async def run(self, emit: Emit) -> None:
        self.begun += 1
        while True:
            try:
                said = await self.says.get()
            except asyncio.CancelledError:
                if self.closing is not None:
                    raise self.closing from None
                raise
            if isinstance(said, Exception):
                raise said
            await emit(said)

    def tell(self, count: int = 1) -> None:
        for _ in range(count):
            self.says.put_nowait(Heard(Feed.NODES, Mono(time.monotonic())))


@dataclass
class Counting:
    """A judge whose picture is how many events it was told: in the node's row, in etcd's and in the history."""

    nodes: list[str] = field(default_factory=lambda: ["node-1"])
    remembered: Remembered | None = None
    fails: Exception | None = None
    count: int = 0
    shown: int = -1
    pauses: list[tuple[float, int]] = field(default_factory=list)  # seconds, and how many events had been told by then

    def paused(self, gap: float, now: float) -> None:
        self.pauses.append((gap, self.count))

    def apply(self, event: SourceEvent) -> None:
        if self.fails is not None:
            raise self.fails
        self.count += 1

    def frame(self, now: float, wall: float) -> Frame:
        if self.shown == self.count:
            return Frame(at=Epoch(wall))
        full, self.shown = self.shown < 0, self.count
        state = "healthy" if self.count % 2 == 0 else "degraded"
        agent = AgentRow(state=State(state), because=f"{self.count} events", since=Epoch(wall))
        return Frame(
            at=Epoch(wall),
            full=full,
            cluster=ClusterRow(server="https://scripted", pods=self.count),
            components=[
                ComponentRow(kind="etcd", plane="control", state=State(state), because=f"{self.count} events", since=Epoch(wall))
            ],
            nodes={
                name: NodeRow(
                    name=name,
                    uid="uid",
                    state=State(state),
                    because=f"{self.count} events",
                    since=Epoch(wall),
                    kubelet=agent,
                    kube_proxy=agent,
                    container_runtime=agent,
                )
                for name in self.nodes
            },
            attention=[],
            changes=[
                ChangeRow(
                    subject_kind="Component",
                    subject="etcd",
                    agent="",
                    before=State.UNKNOWN,
                    after=State(state),
                    because=f"{self.count} events",
                    at=Epoch(wall),
                )
            ],
        )

    def restore(self, remembered: Remembered) -> None:
        self.remembered = remembered

    def heartbeats(self, now: float, wall: float) -> dict[str, float]:
        return dict.fromkeys(self.nodes, wall)

    def baseline(self) -> bytes | None:
        return b'{"seen":%d}' % self.count


@dataclass
class Running:
    """A collector at work."""

    task: "asyncio.Task[Ended]"
    script: Script
    judges: list[Counting]
    stream: Stream
    stop: asyncio.Event


@asynccontextmanager
async def collecting(
    cluster: Cluster,
    url: str,
    *,
    judge: Callable[[], Counting] = Counting,
    clocks: Clocks | None = None,
    intervals: Intervals = QUICK,
    take: bool = True,
) -> AsyncIterator[Running]:
    """A collector of a script, stopped at the end."""
    clocks = clocks or Clocks()
    lease, stream, script, stop = Lease(url, cluster.pk, clocks.mono), Stream(url), Script(), asyncio.Event()
    judges: list[Counting] = []

    def new_judge() -> Counting:
        judges.append(judge())
        return judges[-1]

    if take:
        assert await lease.take()
    collector = Collector(
        cluster.pk, cluster.slug, source=lambda: script, judge=new_judge, lease=lease, stream=stream, stopping=stop.is_set,
        clocks=clocks, intervals=intervals,
    )  # fmt: skip
    running = Running(asyncio.create_task(collector.run()), script, judges, stream, stop)
    try:
        yield running
    finally:
        stop.set()
        try:
            async with asyncio.timeout(PATIENCE):
                await asyncio.wait({running.task})
        finally:
            running.task.cancel()
            await stream.aclose()


def etcd_says(cluster: Cluster, because: str) -> Callable[[], bool]:
    """Whether etcd's row in SQL says this."""
    return lambda: cluster.components.filter(kind="etcd", because=because).exists()


@asynccontextmanager
async def sql_refusing() -> AsyncIterator[None]:
    """The database refuses what the collector asks, for real: PostgreSQL lets nobody in, SQLite misses a table."""
    if connection.vendor == "postgresql":
        await asyncio.to_thread(_lock_out, False)
        try:
            yield
        finally:
            await asyncio.to_thread(_lock_out, True)
    else:
        await in_sql(lambda: _execute(f"ALTER TABLE {Transition._meta.db_table} RENAME TO away"))
        try:
            yield
        finally:
            await in_sql(lambda: _execute(f"ALTER TABLE away RENAME TO {Transition._meta.db_table}"))


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _lock_out(allow: bool) -> None:
    settings = connection.settings_dict
    name = str(settings["NAME"])
    where = {"host": settings["HOST"], "port": settings["PORT"] or None, "user": settings["USER"], "password": settings["PASSWORD"]}
    with psycopg.connect(dbname="postgres", autocommit=True, connect_timeout=5, **where) as outside:
        outside.execute(
            sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS {}").format(
                sql.Identifier(name), sql.SQL("true" if allow else "false")
            )
        )
        if not allow:
            outside.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
