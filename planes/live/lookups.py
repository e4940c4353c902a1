"""Questions to a cluster's collector, and its answers, by way of Valkey: who looks at a page asks, who holds the cluster answers.

A question is wanted for as long as somebody may still wait for it (`pw:<cluster id>:wanted:…`), is queued once however many ask
it, and its answer is kept for some seconds, so that a page that is opened a thousand times costs the cluster one question. The
queue is bounded; nothing of it outlives its asker by more than a few seconds, and no clock is compared with another's.
"""

import asyncio
from typing import Any

import msgspec

from planes.live.stream import LOST, client
from planes.structs.lookups import Found, Lookup

#: Seconds for which an asker waits, and for which a question is worth answering.
PATIENCE = 2.5
#: Seconds for which an answer is given to whoever asks the same.
KEPT = 5
#: Questions of one cluster that may wait at once; what is asked beyond that is not answered.
QUEUED = 16
_TIMEOUT = 1.0
_LOOK = 0.05
_BLOCK = 1.0

_encode = msgspec.json.encode
_question = msgspec.json.Decoder(Lookup)
_found = msgspec.json.Decoder(Found)

#: Queues a question unless it is queued already or too many are. 0: too many.
_ASK = """
if redis.call('EXISTS', KEYS[1]) == 1 then return 1 end
if redis.call('LLEN', KEYS[2]) >= tonumber(ARGV[3]) then return 0 end
redis.call('SET', KEYS[1], '1', 'PX', ARGV[2])
redis.call('RPUSH', KEYS[2], ARGV[1])
redis.call('PEXPIRE', KEYS[2], ARGV[2])
return 1
"""


def queue_key(cluster_id: int) -> str:
    return f"pw:{cluster_id}:lookups"


def _wanted_key(cluster_id: int, asked: Lookup) -> str:
    return f"pw:{cluster_id}:wanted:{asked.about}:{asked.name}"


def _found_key(cluster_id: int, asked: Lookup) -> str:
    return f"pw:{cluster_id}:found:{asked.about}:{asked.name}"


async def ask(url: str, cluster_id: int, asked: Lookup) -> Found | None:
    """What the cluster's collector answers within PATIENCE; None if it does not, or is asked too much, or Valkey is away."""
    asking = client(url)
    try:
        async with asyncio.timeout(PATIENCE):
            key = _found_key(cluster_id, asked)
            data: Any = await asking.get(key)
            if data is None:
                keys = (_wanted_key(cluster_id, asked), queue_key(cluster_id))
                script: Any = asking.eval(_ASK, 2, *keys, _encode(asked), str(int(PATIENCE * 1000)), str(QUEUED))
                if not await script:
                    return None
            while data is None:
                await asyncio.sleep(_LOOK)
                data = await asking.get(key)
            return _found.decode(data)
    except (*LOST, msgspec.DecodeError):
        return None
    finally:
        await asking.aclose()


class Desk:
    """The collector's side of one cluster. What uses Valkey raises one of planes.live.stream.LOST when it is away."""

    def __init__(self, url: str, cluster_id: int) -> None:
        self._client = client(url)
        self._cluster_id = cluster_id

    async def next(self) -> Lookup | None:
        """A question for which somebody still waits; None if none has come for a second."""
        async with asyncio.timeout(_TIMEOUT + _BLOCK):
            waiting: Any = self._client.blpop([queue_key(self._cluster_id)], timeout=_BLOCK)
            taken: Any = await waiting
            if taken is None:
                return None
            asked = _question.decode(taken[1])
            return asked if await self._client.exists(_wanted_key(self._cluster_id, asked)) else None

    async def tell(self, asked: Lookup, found: Found) -> None:
        """The answer, for whoever waits for it."""
        async with asyncio.timeout(_TIMEOUT), self._client.pipeline(transaction=False) as pipe:
            pipe.set(_found_key(self._cluster_id, asked), _encode(found), ex=KEPT)
            pipe.delete(_wanted_key(self._cluster_id, asked))
            await pipe.execute()

    async def aclose(self) -> None:
        await self._client.aclose()
