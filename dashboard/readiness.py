"""Whether the database and Valkey answer."""

import asyncio

import redis
import redis.asyncio
from channels.db import database_sync_to_async
from django.conf import settings
from django.db import DatabaseError, connections

#: Seconds within which both must answer.
PATIENCE = 2.0


async def is_ready() -> bool:
    """True if both answer in time. One that hangs is not waited for: its question ends by itself, within its own time limit."""
    questions = {asyncio.create_task(_database()), asyncio.create_task(_valkey())}
    done, hanging = await asyncio.wait(questions, timeout=PATIENCE)
    for task in hanging:
        task.cancel()
    return not hanging and all(task.result() for task in done)


async def _database() -> bool:
    try:
        # A thread of its own: in the request's own one a database that hangs would hold up the answer.
        await database_sync_to_async(_select, thread_sensitive=False)()
    except DatabaseError:
        return False
    return True


def _select() -> None:
    for alias in connections:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT 1")


async def _valkey() -> bool:
    client = redis.asyncio.Redis.from_url(
        settings.REDIS_URL, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, retry=None, single_connection_client=False
    )
    try:
        return bool(await client.ping())
    except (redis.RedisError, OSError):
        return False
    finally:
        await client.aclose()
