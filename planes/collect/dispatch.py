"""Which clusters need a collector: those that are watched and whose lease nobody holds."""

from collections.abc import Callable
from contextlib import suppress

import redis

from planes.collect.lease import owner_key
from planes.store import selectors

#: Seconds for which a collector that was asked for is not asked for again. Its message expires by then, so that a queue whose
#: worker is away does not pile up.
PATIENCE = 10
_TIMEOUT = 2.0


def asked_key(cluster_id: int) -> str:
    return f"pw:{cluster_id}:asked"


def unask(redis_url: str, cluster_id: int) -> None:
    """The worker that was asked cannot begin: another may be asked at once. A Valkey that is away forgets it by itself."""
    with (
        suppress(redis.RedisError, OSError),
        redis.Redis.from_url(redis_url, socket_timeout=_TIMEOUT, socket_connect_timeout=_TIMEOUT, retry=None) as client,
    ):
        client.delete(asked_key(cluster_id))


def dispatch(redis_url: str, ask: Callable[[int], object]) -> list[int]:
    """Ask for a collector (by `ask`, with a cluster's id) where none is at work; returns for which. Raises redis.RedisError."""
    asked = []
    with redis.Redis.from_url(redis_url, socket_timeout=_TIMEOUT, socket_connect_timeout=_TIMEOUT, retry=None) as client:
        for head in selectors.watched():
            if client.exists(owner_key(head.id)):
                continue
            if client.set(asked_key(head.id), b"1", nx=True, ex=PATIENCE):
                ask(head.id)
                asked.append(head.id)
    return asked
