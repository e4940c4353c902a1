"""A collector keeps its cluster only while it gets on with its work."""

import asyncio
import logging
import time
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
import redis
from django.db import connection, connections  # noqa: F401  the condition of a skip

from planes.collect import lease, work
from planes.collect.collector import Ended
from planes.collect.dispatch import asked_key
from planes.collect.holding import Standing, standing
from planes.collect.lease import Lease, owner_key
from planes.collect.progress import JUDGING, STORING, Progress
from planes.live.stream import Peek
from planes.models import Component
from planes.store import clusters
from planes.structs.moments import Mono
from planes.structs.rows import Frame
from tests.collect.scripted import QUICK, Counting, collecting, comes_true, declare, etcd_says, in_sql, sql_refusing
from tests.services import Valkey

rows = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def no_connection_of_ours() -> None:
    """What refuses SQL ends every connection, and this thread's would be missed when the rows are removed."""
    connections.close_all()


def progress(*, judged: float, stored: float) -> Progress:
    made = Progress(Mono(0.0))
    made.judged(Mono(judged))
    made.stored(Mono(stored))
    return made


@pytest.mark.parametrize(
    ("judged", "stored", "now", "said"),
    [
        (100.0, 100.0, 100.0, ""),
        (100.0, 100.0, 100.0 + STORING, ""),
        (100.0, 100.0, 100.1 + STORING, "the database has taken nothing"),
        (100.0, 115.0, 100.0 + JUDGING, ""),
        (100.0, 129.0, 100.1 + JUDGING, "nothing has been judged"),
        (100.0, 100.0, 1000.0, "the database has taken nothing"),
    ],
)
def test_it_stands_still_beyond_the_limits(judged: float, stored: float, now: float, said: str) -> None:
    assert progress(judged=judged, stored=stored).stands(Mono(now)) == said


def test_who_waits_after_a_defect_is_excused_until_then() -> None:
    made = progress(judged=100.0, stored=100.0)
    made.excuse(Mono(160.0))
    assert made.stands(Mono(170.0)) == ""
    made.stored(Mono(150.0))
    assert made.stands(Mono(160.0 + STORING)) == "", "what was finished earlier takes nothing back"
    assert made.stands(Mono(160.1 + STORING)) != ""


def test_a_process_begins_no_collector_while_all_of_its_own_stand() -> None:
    of_process = Standing()
    assert not of_process, "it has none"
    of_process.begun("one")
    of_process.begun("other")
    of_process.stands("one", True)
    assert not of_process, "the other gets on"
    of_process.stands("other", True)
    assert of_process
    of_process.stands("other", False)
    assert not of_process
    of_process.stands("other", True)
    of_process.ended("one")
    of_process.ended("other")
    assert not of_process


def test_who_was_asked_in_vain_lets_another_be_asked_at_once(valkey: str) -> None:
    standing.begun("stands")
    standing.stands("stands", True)
    try:
        with redis.Redis.from_url(valkey) as client:
            client.set(asked_key(1), b"1")
            work.collect(1, valkey, lambda: False)
            assert not client.exists(asked_key(1))
            assert not client.exists(owner_key(1))
    finally:
        standing.ended("stands")


@rows
async def test_a_lease_is_let_go_while_sql_takes_nothing_and_taken_again_when_it_does(
    valkey: str, caplog: pytest.LogCaptureFixture
) -> None:
    cluster = await declare()
    with redis.Redis.from_url(valkey) as client:
        async with collecting(cluster, valkey, intervals=replace(QUICK, storing=1.5)) as running:
            await comes_true(etcd_says(cluster, "0 events"), "the first frame")
            assert client.exists(owner_key(cluster.pk))
            async with sql_refusing():
                running.script.tell()
                end = time.monotonic() + 10
                while client.exists(owner_key(cluster.pk)):
                    assert time.monotonic() < end, "it keeps the lease"
                    await asyncio.sleep(0.02)
            await comes_true(etcd_says(cluster, "1 events"), "what was kept")
            await comes_true(lambda: bool(client.exists(owner_key(cluster.pk))), "the lease again")
            assert len(running.judges) == 1, "nobody else has taken it: nothing is lost"
    said = [record.message for record in caplog.records if record.levelno >= logging.WARNING]
    assert any("the database has taken nothing for a while" in line for line in said)


@rows
async def test_who_stands_still_ends_when_another_has_taken_the_cluster(valkey: str) -> None:
    cluster = await declare()
    other = Lease(valkey, cluster.pk, time.monotonic)
    async with collecting(cluster, valkey, intervals=replace(QUICK, storing=1.5)) as running:
        await comes_true(etcd_says(cluster, "0 events"), "the first frame")
        async with sql_refusing():
            running.script.tell()
            end = time.monotonic() + 10
            while not await other.take():
                assert time.monotonic() < end, "it keeps the lease"
                await asyncio.sleep(0.02)
            async with asyncio.timeout(10):
                assert await running.task is Ended.LEASE
    await other.release()


class Stuck(Counting):
    """Judges once, and then takes very long."""

    def frame(self, now: float, wall: float) -> Frame:
        if self.count:
            time.sleep(1.5)
        return super().frame(now, wall)


@rows
async def test_a_judge_that_does_not_end_silences_the_pulse_and_costs_the_lease(own_valkey: Valkey) -> None:
    cluster, peek = await declare(), Peek(own_valkey.url)
    with redis.Redis.from_url(own_valkey.url) as client:
        intervals = replace(QUICK, judging=0.6, pause=0.2)
        async with collecting(cluster, own_valkey.url, judge=Stuck, intervals=intervals) as running:
            await comes_true(lambda: peek.pulse(cluster.pk) is not None, "a pulse")
            running.script.tell()
            end = time.monotonic() + 10
            while client.exists(owner_key(cluster.pk)):
                assert time.monotonic() < end, "it keeps the lease"
                await asyncio.sleep(0.02)
            pulse = peek.pulse(cluster.pk)
            assert pulse is not None
            assert time.time() - pulse.pulse > 0.3, "nothing of the present is known"


@rows
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no pool of connections")
async def test_sixty_collectors_of_one_worker_share_the_connections_there_are(valkey: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has a thread for SQL; none keeps a connection of the sixteen."""
    monkeypatch.setattr(lease, "_TIMEOUT", 30.0)  # they share one event loop here, on a machine that tests much else
    wanted = [clusters.Declaration("kubeconfig", f"c{number}", "/nowhere", f"c{number}") for number in range(60)]
    all_of_them = await in_sql(lambda: clusters.declare(wanted))
    calm = replace(QUICK, tick=0.25, calm=1.0, pulse=1.0, heartbeats=2.0, touch=1.0, renewal=5.0, look=1.0, backoff=0.2)
    async with AsyncExitStack() as stack:
        all_running = [await stack.enter_async_context(collecting(one, valkey, intervals=calm)) for one in all_of_them]
        for running in all_running:
            running.script.tell()
        # One look for all of them: sixty would be what keeps them from it.
        stored = Component.objects.filter(kind="etcd", because="1 events")
        await comes_true(lambda: stored.count() == len(all_of_them), "a frame of each")
        assert not [running for running in all_running if running.task.done()]
