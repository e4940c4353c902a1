"""When a guard says that a watch is held back: two lists tell different things of a lease, and the watch told nothing."""

import asyncio
from collections.abc import Iterator
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest

from planes.kube.guarding import HELD_BACK, Guard
from planes.structs.feeds import Feed
from planes.structs.objects import AnnotatedMeta, Item, LeaseSpec, NodeLease
from tests.bench.jumping import JumpingLoop


class Watched:
    """A watch that never says anything, and lists beside it."""

    part: Any = SimpleNamespace(of=SimpleNamespace(rhythm=5.0), feed=Feed.NODE_LEASES)
    signs = 0

    def __init__(self, lists: Iterator[NodeLease]) -> None:
        self._lists = lists

    def is_late(self) -> bool:
        return True

    async def suspect(self, emit: Any) -> list[Item] | None:
        return [next(self._lists)]


def lease(version: int = 1, second: int = 0) -> NodeLease:
    meta = AnnotatedMeta("node-1", "kube-node-lease", "uid", str(version))
    return NodeLease(meta, LeaseSpec("node-1", 40, f"2026-11-22T12:00:{second:02d}Z", 1))


@pytest.mark.parametrize(
    ("lists", "found"),
    [
        ((lease() for _ in count()), ""),
        ((lease(version=at) for at in count()), ""),  # written anew by a server in between, though nothing changed
        ((lease(version=at, second=at % 60) for at in count()), HELD_BACK),
    ],
    ids=["the same", "the same in another version", "renewed"],
)
def test_a_watch_is_held_back_where_a_lease_is_renewed_and_it_says_nothing(lists: Iterator[NodeLease], found: str) -> None:
    link: Any = SimpleNamespace(blind="", doubted=set())

    async def stand() -> str:
        try:
            return await asyncio.wait_for(Guard(Watched(lists), link, held=1).stand(emit), 60.0)
        except TimeoutError:
            return ""

    async def emit(event: object) -> None:
        """Nobody listens."""

    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        assert runner.run(stand()) == found == link.blind
