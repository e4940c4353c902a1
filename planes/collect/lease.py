"""Who collects a cluster: a lease in Valkey, so that one collector works at a time and a successor need not wait for long.

It only keeps order. What keeps the truth is the fence in SQL (planes.store.services): a collector that believes in a lease it has
lost can neither write nor publish.
"""

import asyncio
import secrets
from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast

from planes.live.stream import LOST, client

#: Seconds for which a lease holds after each renewal.
DURATION = 15.0
_TIMEOUT = 2.0

# Renew what is ours; when the key has vanished (Valkey restarted empty) take it anew; 0 when it is another's.
_RENEW = """
local owner = redis.call('GET', KEYS[1])
if owner == ARGV[1] or not owner then
    redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
    return 1
end
return 0
"""
_RELEASE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then
    redis.call('DEL', KEYS[1])
end
return 1
"""


def owner_key(cluster_id: int) -> str:
    return f"pw:{cluster_id}:owner"


class Lease:
    """One collector's claim to one cluster. `mono` is its monotonic clock, seconds."""

    def __init__(self, url: str, cluster_id: int, mono: Callable[[], float], *, duration: float = DURATION) -> None:
        self._client = client(url)
        self._key = owner_key(cluster_id)
        self._token = secrets.token_hex(16)
        self._mono = mono
        self._duration = duration
        self._renewed_at = float("-inf")

    async def take(self) -> bool:
        """True if nobody else holds it. Raises one of stream.LOST when Valkey cannot be reached."""
        asked = self._mono()
        async with asyncio.timeout(_TIMEOUT):
            taken = await self._client.set(self._key, self._token, nx=True, px=int(self._duration * 1000))
        if taken:
            self._renewed_at = asked
        return bool(taken)

    async def renew(self) -> bool:
        """False if it is another's now. Raises one of stream.LOST when Valkey cannot be reached."""
        asked = self._mono()
        arguments = (self._key, self._token, str(int(self._duration * 1000)))
        async with asyncio.timeout(_TIMEOUT):
            held = await cast(Any, self._client.eval(_RENEW, 1, *arguments))
        if held:
            self._renewed_at = asked
        return bool(held)

    async def is_held(self) -> bool:
        """Whether Valkey still knows it as ours; false as well when Valkey cannot be reached."""
        with suppress(*LOST):
            async with asyncio.timeout(_TIMEOUT):
                return bool(await self._client.get(self._key) == self._token.encode())
        return False

    async def is_anothers(self) -> bool:
        """Whether somebody else holds it now; false as well when Valkey cannot be reached."""
        with suppress(*LOST):
            async with asyncio.timeout(_TIMEOUT):
                return await self._client.get(self._key) not in (None, self._token.encode())
        return False

    async def let_go(self) -> None:
        """Let another take it at once. A Valkey that is away lets it expire by itself."""
        with suppress(*LOST):
            async with asyncio.timeout(_TIMEOUT):
                await cast(Any, self._client.eval(_RELEASE, 1, self._key, self._token))

    async def release(self) -> None:
        """Let another take it at once, and close the connection."""
        await self.let_go()
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connection, without letting anything go."""
        with suppress(*LOST):
            async with asyncio.timeout(_TIMEOUT):
                await self._client.aclose()

    def is_spent(self) -> bool:
        """True when it has not been renewed for two thirds of its duration: its holder stops before another may begin."""
        return self._mono() - self._renewed_at > self._duration * 2 / 3
