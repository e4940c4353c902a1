"""The store's thread gives its connection back after each use, and is not held up by a database that stands still."""

import asyncio
import os
import signal
import threading

import pytest
from channels.db import database_sync_to_async
from django.db import connection, connections

from planes.collect import store_thread, work
from planes.collect.store_thread import StoreThread
from planes.models import Cluster
from planes.store import clusters
from planes.store.away import AWAY


def declared() -> Cluster:
    return clusters.declare([clusters.Declaration("kubeconfig", "Prod", "/nowhere", "prod")])[0]


def test_a_collectors_own_thread_keeps_no_connection(transactional_db: None) -> None:
    """Sixty of them in one worker have sixteen connections between them."""
    cluster = declared()
    kept: list[object] = []

    def collect() -> None:
        # A Valkey that is away ends it as soon as it has read what it is to collect.
        work.collect(cluster.pk, "redis://127.0.0.1:1/0", lambda: True)
        kept.append(connections["default"].connection)

    thread = threading.Thread(target=collect)
    thread.start()
    thread.join(30)
    assert kept == [None]


async def test_between_two_uses_the_thread_keeps_no_connection(transactional_db: None) -> None:
    cluster = await database_sync_to_async(declared)()
    thread = StoreThread(cluster.pk)
    await thread.take()
    kept = await asyncio.wrap_future(thread._thread.submit(lambda: connections["default"].connection))
    await thread.aclose()
    assert kept is None


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="of PostgreSQL")
async def test_a_server_that_stands_still_is_left_after_a_while_and_the_next_try_is_on_a_connection_of_its_own(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert connection.vendor == "postgresql"
    cluster = await database_sync_to_async(declared)()
    thread = StoreThread(cluster.pk)
    epoch = await thread.take()
    frozen: list[int] = []

    def stand_still() -> None:
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            frozen.append(cursor.fetchone()[0])
            os.kill(frozen[0], signal.SIGSTOP)
            cursor.execute("SELECT 1")

    monkeypatch.setattr(store_thread, "LIMIT", 1.0)
    try:
        with pytest.raises(AWAY):
            await thread._run(stand_still)
        await thread.touch(epoch, 1_780_000_000.0)
    finally:
        for pid in frozen:
            os.kill(pid, signal.SIGCONT)
        await thread.aclose()
    assert frozen
