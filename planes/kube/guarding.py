"""What stands beside an open watch: it asks as soon as the watch has been silent for longer than its feed ever is.

A list is proof that the way is open, and tells what the silence is worth. Where two lists differ while the watch said nothing, the
watch is held back: whatever stands between lets answers through and keeps what goes on to itself.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

from planes.kube.feeds import Part
from planes.kube.link import Link
from planes.structs.events import SourceEvent
from planes.structs.feeds import Feed
from planes.structs.objects import Item, Lease, NodeLease

Emit = Callable[[SourceEvent], Awaitable[None]]

#: It looks so many times within a feed's rhythm.
LOOKS = 5
#: Seconds between two looks while a lease of the feed is late, and so long may it be silent then. [rule]
HASTE = 0.3
#: Seconds between looks where the feed has no rhythm of its own and the others are relied on.
SELDOM = 5.0
#: What a list tells may still be under way on the watch, in seconds. [rule]
UNDER_WAY = 1.0
HELD_BACK = "events are held back on the way"


class _Watched(Protocol):
    part: Part
    signs: int

    def is_late(self) -> bool: ...

    async def suspect(self, emit: Emit) -> list[Item] | None: ...


class Guard:
    """Beside one watch. `stand` returns why watches are of no use, and raises the `FaultError` of a list that failed."""

    def __init__(self, watched: _Watched, link: Link, held: int) -> None:
        self._watched = watched
        self._link = link
        self._rhythm = watched.part.of.rhythm if held else 0.0
        #: Leaders' renewals show that others still write where one API server's checks fail: then they are asked for at once.
        self._vouches = watched.part.feed is Feed.SYSTEM_LEASES

    async def stand(self, emit: Emit) -> str:
        """Until the watch is of no use; cancel it when the watch ends."""
        return await (self._stand_close(emit) if self._rhythm else self._follow())

    async def _follow(self) -> str:
        """A feed that may be silent for long: what others found out holds for it."""
        while True:
            await asyncio.sleep(SELDOM)
            if self._link.blind and not self._watched.part.of.rhythm:
                return self._link.blind

    async def _stand_close(self, emit: Emit) -> str:
        first: list[Item] | None = None  # the first list of this silence
        silent, signs = 0, self._watched.signs
        while True:
            late = self._watched.is_late() or (self._vouches and bool(self._link.doubted))
            await asyncio.sleep(min(HASTE, self._rhythm / LOOKS) if late else self._rhythm / LOOKS)
            if self._watched.signs != signs:
                first, silent, signs = None, 0, self._watched.signs
                continue
            silent += 1
            if silent < LOOKS and not late:
                continue
            silent = 0
            items = await self._watched.suspect(emit)
            if items is None:
                continue
            if first is not None and _facts(items) != _facts(first):
                await asyncio.sleep(UNDER_WAY)
                if self._watched.signs == signs:
                    self._link.blind = HELD_BACK
                    return HELD_BACK
            first = first or items


def _facts(items: list[Item]) -> list[object]:
    """What two lists of leases are compared by: not an object's version, which what stands between may write anew each time."""
    return [(one.metadata.name, one.metadata.uid, one.spec if isinstance(one, Lease | NodeLease) else one) for one in items]
