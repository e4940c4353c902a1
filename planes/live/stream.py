"""What goes through Valkey besides tasks: each cluster's stream of deltas and pulses, its latest pulse, its nodes' heartbeats.

Nothing here is the truth: SQL is. A Valkey that restarts empty costs viewers one resync. Keys are `pw:<cluster id>:…`.
"""

import asyncio
import logging
import random
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import msgspec
import redis
import redis.asyncio

from planes.live import trouble, wire
from planes.live.wire import Delta, Encoded, Heartbeats, Noted, Published, Pulse
from planes.structs.backoff import Backoff
from planes.structs.rows import SampleRow

logger = logging.getLogger(__name__)

#: Entries kept of a cluster's stream. Followers read on from the newest, so this only has to outlast a busy moment of theirs.
KEPT = 256
#: How long a pulse and the heartbeats are kept, seconds: longer than anyone calls them fresh.
EXPIRY = 60
#: Samples kept of a cluster: those of an hour, when it is scraped twice a minute.
SAMPLES = 120
#: How long samples are kept after the last, seconds.
SAMPLES_EXPIRY = 3 * 3600
#: Seconds for which one XREAD waits; also how long it takes until a cluster added by `watch` is followed.
_BLOCK = 0.5
#: Heartbeats of so many nodes at most go out to browsers.
HEARTBEATS_TOLD = 40
_TIMEOUT = 3.0
#: Seconds to wait at most before asking again: a Valkey that is back should be noticed soon.
_BACKOFF = 1.0
_BATCH = 64

VALKEY_AWAY = trouble.VALKEY_AWAY
#: What using Valkey raises when it is away.
LOST = trouble.LOST

#: The one field of an entry, by what it holds: its JSON as browsers get it.
_FIELDS: dict[type[Published | Noted], bytes] = {Delta: b"m", Pulse: b"p", Heartbeats: b"b", Noted: b"n"}
_KINDS = {field: kind for kind, field in _FIELDS.items()}

_encode = msgspec.json.encode
_heartbeats = msgspec.json.Decoder(dict[str, float])
_pulse = msgspec.json.Decoder(Pulse)
_sample = msgspec.json.Decoder(SampleRow)


def stream_key(cluster_id: int) -> str:
    return f"pw:{cluster_id}:live"


def pulse_key(cluster_id: int) -> str:
    return f"pw:{cluster_id}:pulse"


def heartbeats_key(cluster_id: int) -> str:
    return f"pw:{cluster_id}:beats"


def series_key(cluster_id: int) -> str:
    return f"pw:{cluster_id}:series"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a cluster's stream: a message as it goes out to browsers, and which one it is."""

    cluster_id: int
    kind: type[Published | Noted]
    text: Encoded


@dataclass(frozen=True, slots=True)
class Lost:
    """The connection was away: entries of any cluster may have been missed."""


def client(url: str) -> redis.asyncio.Redis:
    """A client without time limits of its own and without retries: put every use into asyncio.timeout.

    With a socket_timeout redis-py sends through asyncio.wait_for, which on Python 3.11 swallows a cancellation that comes while
    it ends: a task that is told to end would go on.
    """
    return redis.asyncio.Redis.from_url(url, socket_timeout=None, socket_connect_timeout=None, retry=None)


class Stream:
    """The asyncio client of one process. Publishing raises one of LOST when Valkey cannot be reached within 3 s; following never
    raises: it reconnects."""

    def __init__(self, url: str) -> None:
        # Publishing fails at once rather than trying again: the collector decides what is worth repeating.
        self._client = client(url)
        self._follower = client(url)
        self._wanted: set[int] = set()
        self.trouble = trouble.Trouble(self._client)

    async def delta(self, cluster_id: int, delta: Delta) -> None:
        """Publish what changed, and keep its samples for who asks later."""
        async with asyncio.timeout(_TIMEOUT), self._client.pipeline(transaction=False) as pipe:
            if delta.u.samples:
                # Before the delta: who hears of it and asks for a snapshot finds them there.
                key = series_key(cluster_id)
                pipe.rpush(key, *map(_encode, delta.u.samples))
                pipe.ltrim(key, -SAMPLES, -1)
                pipe.expire(key, SAMPLES_EXPIRY)
            pipe.xadd(stream_key(cluster_id), {_FIELDS[Delta]: _encode(delta)}, maxlen=KEPT, approximate=True)
            await pipe.execute()

    async def pulse(self, cluster_id: int, pulse: Pulse) -> None:
        """Publish that the collector lives, and keep it for who asks later."""
        data = _encode(pulse)
        async with asyncio.timeout(_TIMEOUT), self._client.pipeline(transaction=False) as pipe:
            pipe.xadd(stream_key(cluster_id), {_FIELDS[Pulse]: data}, maxlen=KEPT, approximate=True)
            pipe.set(pulse_key(cluster_id), data, ex=EXPIRY)
            await pipe.execute()

    async def heartbeats(self, cluster_id: int, heartbeats: dict[str, float]) -> None:
        """Keep when each node's lease was last seen to change (node name -> epoch seconds), and publish it where nodes are few."""
        async with asyncio.timeout(_TIMEOUT), self._client.pipeline(transaction=False) as pipe:
            pipe.set(heartbeats_key(cluster_id), _encode(heartbeats), ex=EXPIRY)
            if 0 < len(heartbeats) <= HEARTBEATS_TOLD:
                told = Heartbeats({name: round(at, 1) for name, at in heartbeats.items()})
                pipe.xadd(stream_key(cluster_id), {_FIELDS[Heartbeats]: _encode(told)}, maxlen=KEPT, approximate=True)
            await pipe.execute()

    def watch(self, cluster_id: int) -> None:
        """Follow this cluster too, from its newest entry on, within half a second."""
        self._wanted.add(cluster_id)

    def unwatch(self, cluster_id: int) -> None:
        """No longer follow this cluster."""
        self._wanted.discard(cluster_id)

    async def follow(self) -> AsyncIterator[Entry | Lost]:
        """What the watched clusters publish, as it comes, until cancelled. One follower a Stream."""
        positions: dict[int, bytes] = {}
        backoff = Backoff(random.Random(), first=0.2, cap=_BACKOFF, floor=0.05)  # noqa: S311 - jitter, not cryptography
        while True:
            try:
                async with asyncio.timeout(_TIMEOUT):
                    await self._locate(positions)
                if backoff.failures:
                    backoff.succeeded()
                    yield Lost()
                if not positions:
                    await asyncio.sleep(_BLOCK)
                    continue
                async with asyncio.timeout(_TIMEOUT + _BLOCK):
                    entries = await self._read(positions)
            except LOST as error:
                if not backoff.failures:
                    logger.warning("Valkey is away (%s); live pages wait for it.", type(error).__name__)
                positions.clear()
                await asyncio.sleep(backoff.failed())
                continue
            for entry in entries:
                yield entry

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()
        await self._follower.aclose()

    async def _locate(self, positions: dict[int, bytes]) -> None:
        """Take up clusters that were added and drop those that were removed."""
        for cluster_id in positions.keys() - self._wanted:
            del positions[cluster_id]
        for cluster_id in self._wanted - positions.keys():
            newest: Any = await self._follower.xrevrange(stream_key(cluster_id), count=1)
            positions[cluster_id] = newest[0][0] if newest else b"0-0"

    async def _read(self, positions: dict[int, bytes]) -> list[Entry]:
        by_key = {stream_key(cluster_id).encode(): cluster_id for cluster_id in positions}
        answer: Any = await self._follower.xread(
            {key: positions[cluster_id] for key, cluster_id in by_key.items()}, count=_BATCH, block=int(_BLOCK * 1000)
        )
        read = []
        for key, entries in answer.items() if isinstance(answer, dict) else answer or ():
            cluster_id = by_key[key]
            for entry_id, fields in entries:
                positions[cluster_id] = entry_id
                ((field, data),) = fields.items()
                if kind := _KINDS.get(field):
                    read.append(Entry(cluster_id, kind, _with_type(kind, data)))
        return read


def _with_type(kind: type[Published | Noted], data: bytes) -> Encoded:
    """As it goes out. While Planewatch is being upgraded a collector of before messages had a `type` may still publish."""
    if data.startswith(b'{"type":'):
        return Encoded(data.decode())
    return wire.encode(msgspec.json.decode(data, type=kind))


class Peek:
    """What Valkey holds now, for synchronous code: views and `manage.py status`. A Valkey that is away knows nothing: None, {}."""

    def __init__(self, url: str, mono: Callable[[], float] = time.monotonic) -> None:
        self._mono = mono
        self._answered_at = mono()
        self._client = redis.Redis.from_url(url, socket_timeout=1.0, socket_connect_timeout=1.0, retry=None)

    def pulse(self, cluster_id: int) -> Pulse | None:
        """The latest pulse, if there was one within the last minute."""
        data = self._get(pulse_key(cluster_id))
        return _pulse.decode(data) if data else None

    def age(self, cluster_id: int) -> float | None:
        """How many seconds ago the latest pulse was written, by Valkey's clock; None if there is none."""
        try:
            left: Any = self._client.pttl(pulse_key(cluster_id))
        except (redis.RedisError, OSError):
            return None
        return max(0.0, EXPIRY - left / 1000) if left > 0 else None

    def heartbeats(self, cluster_id: int) -> dict[str, float]:
        """Node name -> epoch seconds at which its lease was last seen to change."""
        data = self._get(heartbeats_key(cluster_id))
        return _heartbeats.decode(data) if data else {}

    def series(self, cluster_id: int) -> list[SampleRow]:
        """The samples that are kept, oldest first."""
        try:
            found: Any = self._client.lrange(series_key(cluster_id), 0, -1)
            return [_sample.decode(one) for one in found]
        except (redis.RedisError, OSError, msgspec.DecodeError):
            return []

    def trouble(self) -> str:
        """What is wrong with Planewatch itself (planes/live/trouble.py); "" if nothing is said."""
        return (self._get(trouble.KEY) or b"").decode(errors="replace")

    def note(self, cluster_id: int) -> bool:
        """Let the web servers hear that something was said of a cluster, by the one write that is made here; False: Valkey is away,
        and they find it when they next look."""
        try:
            self._client.xadd(stream_key(cluster_id), {_FIELDS[Noted]: _encode(Noted())}, maxlen=KEPT, approximate=True)
        except (redis.RedisError, OSError):
            return False
        return True

    def alive(self) -> bool:
        """Whether Valkey answers within a second."""
        try:
            answers = bool(self._client.ping())
        except (redis.RedisError, OSError):
            return False
        self.answered()
        return answers

    def answered(self) -> None:
        """Valkey has just answered this process, whoever in it asked."""
        self._answered_at = self._mono()

    def silence(self) -> float:
        """Seconds since Valkey last answered this process, as far as it was asked; since the start where it never has."""
        return self._mono() - self._answered_at

    def close(self) -> None:
        self._client.close()

    def _get(self, key: str) -> bytes | None:
        try:
            value = self._client.get(key)
        except (redis.RedisError, OSError):
            return None
        return value if isinstance(value, bytes) else None
