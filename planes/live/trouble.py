"""What is wrong with Planewatch itself, for whoever shows pictures: a sentence in Valkey that whoever meets it keeps saying.

A collector that cannot store says why; the web server, which only sees that pulses stop, and `manage.py status` can then name it.
"""

import asyncio
from contextlib import suppress

import redis
import redis.asyncio

#: What is said then of pictures that rest on it.
VALKEY_AWAY = "Valkey does not answer."
#: What using Valkey raises when it is away.
LOST = (redis.RedisError, OSError, TimeoutError)
KEY = "pw:trouble"
#: Seconds for which it holds after it was last said.
HOLDS = 15
_TIMEOUT = 2.0


class Trouble:
    """Says it, or asks for it, on the client of a planes.live.stream.Stream. A Valkey that is away keeps nothing, knows nothing."""

    def __init__(self, client: redis.asyncio.Redis) -> None:
        self._client = client

    async def say(self, sentence: str) -> None:
        """It holds for HOLDS seconds."""
        with suppress(*LOST):
            async with asyncio.timeout(_TIMEOUT):
                await self._client.set(KEY, sentence, ex=HOLDS)

    async def over(self) -> None:
        """It is over."""
        with suppress(*LOST):
            async with asyncio.timeout(_TIMEOUT):
                await self._client.delete(KEY)

    async def said(self) -> str:
        """What is said; "" if nothing, and VALKEY_AWAY if there was no answer."""
        with suppress(*LOST):
            async with asyncio.timeout(_TIMEOUT):
                found = await self._client.get(KEY)
                return found.decode(errors="replace") if isinstance(found, bytes) else ""
        return VALKEY_AWAY
