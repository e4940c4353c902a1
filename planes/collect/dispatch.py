"""Which clusters need a collector: those that are watched and whose lease nobody holds; and which of them get none, and why."""

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import redis

from planes.collect.lease import DURATION, owner_key
from planes.store import selectors

#: Seconds for which a collector that was asked for is not asked for again, and for which its message holds: what piles up in a
#: queue whose worker is away is no work. Not for longer: a worker that stands still may have been handed the message, which is
#: lost then.
PATIENCE = 5
#: So much waits at most while no worker takes any of it: what is asked every few seconds would fill Valkey in some days.
WAITING = 1_000
#: A cluster that has had no collector for so many seconds has none: longer than one that died is usually missed (a lease of 15 s,
#: and the asking).
MISSING = 20.0
#: Seconds for which a refusal for want of room is remembered, and how long a cluster has been without a collector.
_REFUSED, _SINCE = 30, 120
_TIMEOUT = 2.0


@dataclass(frozen=True, slots=True)
class Uncollected:
    """A cluster that has had no collector for MISSING seconds. `places`: the workers that were asked have room for so many each,
    and are full; 0: none has answered."""

    cluster_id: int
    places: int


@dataclass(frozen=True, slots=True)
class Dispatched:
    """The ids of the clusters that a collector was asked for, and those that get none."""

    asked: list[int]
    uncollected: list[Uncollected]


def asked_key(cluster_id: int) -> str:
    return f"pw:{cluster_id}:asked"


def refused_key(cluster_id: int) -> str:
    return f"pw:{cluster_id}:refused"


def missing_key(cluster_id: int) -> str:
    return f"pw:{cluster_id}:missing"


@contextmanager
def _valkey(redis_url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_url, socket_timeout=_TIMEOUT, socket_connect_timeout=_TIMEOUT, retry=None) as client:
        yield client


def is_asked(redis_url: str, cluster_id: int) -> bool:
    """Whether a collector was asked for within PATIENCE. By Valkey, not by the time at which the message was sent: a worker whose
    clock is some seconds ahead of the asker's would take none. True where Valkey is away: the lease will tell."""
    try:
        with _valkey(redis_url) as client:
            return bool(client.exists(asked_key(cluster_id)))
    except (redis.RedisError, OSError):
        return True


def unask(redis_url: str, cluster_id: int) -> None:
    """The worker that was asked cannot begin: another may be asked at once. A Valkey that is away forgets it by itself."""
    with suppress(redis.RedisError, OSError), _valkey(redis_url) as client:
        client.delete(asked_key(cluster_id))


def refuse(redis_url: str, cluster_id: int, places: int) -> None:
    """The same, for want of room."""
    with suppress(redis.RedisError, OSError), _valkey(redis_url) as client:
        client.set(refused_key(cluster_id), places, ex=_REFUSED)
        client.delete(asked_key(cluster_id))


def _bound(client: redis.Redis, key: str, seconds: float) -> None:
    """What was set for so many seconds holds no longer. Valkey keeps until when, by the clock of its machine: where that is set
    back meanwhile, a lease that is not renewed any more would hold for as long. How much is left of it is not known then; for two
    thirds from now on is enough, for its holder renews it by then, or stops (Lease.is_spent)."""
    left = client.pttl(key)
    if left > seconds * 1000:
        client.pexpire(key, int(seconds * 1000 * 2 / 3))


def dispatch(
    redis_url: str,
    ask: Callable[[int], object],
    by: Collection[str] = (),
    clock: Callable[[], float] = time.time,
    queue: str = "",
) -> Dispatched:
    """Ask for a collector (by `ask`, with a cluster's id) where none is at work. With `by`, only of clusters that one of these has
    declared. `queue`: the key of the list in which what is asked waits for a worker; while that is full nothing is asked. Raises
    redis.RedisError."""
    done = Dispatched([], [])
    with _valkey(redis_url) as client:
        full = bool(queue) and client.llen(queue) >= WAITING
        for head in selectors.watched(by):
            for key, seconds in ((owner_key(head.id), DURATION), (asked_key(head.id), PATIENCE)):
                _bound(client, key, seconds)
            if client.exists(owner_key(head.id)):
                client.delete(missing_key(head.id), refused_key(head.id))
                continue
            now = clock()
            client.set(missing_key(head.id), now, nx=True, ex=_SINCE)
            since = client.get(missing_key(head.id))
            if isinstance(since, bytes) and float(since) > now:  # our clock was set back
                client.set(missing_key(head.id), now, ex=_SINCE)
            elif isinstance(since, bytes) and now - float(since) > MISSING:
                client.expire(missing_key(head.id), _SINCE)
                refused = client.get(refused_key(head.id))
                done.uncollected.append(Uncollected(head.id, int(refused) if isinstance(refused, bytes) else 0))
            if not full and client.set(asked_key(head.id), b"1", nx=True, ex=PATIENCE):
                ask(head.id)
                done.asked.append(head.id)
    return done
