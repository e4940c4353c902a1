"""How fresh a stored cluster is: its collector's latest pulse from Valkey, or its last flush if there is none."""

from collections.abc import Awaitable, Callable
from functools import lru_cache

from django.conf import settings

from planes.live.stream import VALKEY_AWAY, Peek
from planes.store.freshness import Freshness, freshness_of, with_trouble
from planes.store.selectors import ClusterHead


@lru_cache(maxsize=1)
def _peek(url: str) -> Peek:
    """One client a process: redis-py's is safe to share between threads."""
    return Peek(url)


def peek() -> Peek:
    """This process's look into Valkey, the one for all of its views."""
    return _peek(settings.REDIS_URL)


def heartbeat(head: ClusterHead, node: str) -> float | None:
    """When this node's lease was last seen to change, epoch seconds; None if that is not known now."""
    return peek().heartbeats(head.id).get(node)


def freshness(head: ClusterHead) -> Freshness:
    """When this cluster's collector was last heard, and when its API server last answered. A Valkey that is away knows nothing
    newer than what was stored, and open pages hear nothing: where it has not answered this process for long, the picture is
    late, whatever is stored meanwhile."""
    return all_freshness([head])[0]


def all_freshness(heads: list[ClusterHead]) -> list[Freshness]:
    """The same for many clusters; a Valkey that is away is asked once, not once a cluster."""
    if not heads or not peek().alive():
        silence = peek().silence()
        return [with_trouble(freshness_of(head, None), VALKEY_AWAY, silence) for head in heads]
    trouble = peek().trouble()
    return [with_trouble(freshness_of(head, peek().pulse(head.id), peek().age), trouble) for head in heads]


async def ask(trouble: Callable[[], Awaitable[str]]) -> str:
    """What is wrong with Planewatch itself, by a Valkey that is asked for it again and again: so this process knows since when it
    has not answered, whether or not anybody looks."""
    said = await trouble()
    if said != VALKEY_AWAY:
        peek().answered()
    return said
