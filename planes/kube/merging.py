"""One feed out of several lists: what `Listed` promises ("replaces all that the feed had said") kept for feeds with parts."""

import logging
from collections.abc import Awaitable, Callable

from planes.structs.events import Changed, Failed, Gone, Listed, SourceEvent
from planes.structs.feeds import Feed
from planes.structs.objects import Item

logger = logging.getLogger(__name__)

Emit = Callable[[SourceEvent], Awaitable[None]]


class Merger:
    """Holds what each part of one feed has listed, so that a list of one part is told as a list of all.

    Items are the same objects as the receiver's, so what is held costs a dictionary entry each. Nothing is told as listed before
    every part has either listed or failed once.
    """

    def __init__(self, feed: Feed, parts: list[str]) -> None:
        self._feed = feed
        self._held: dict[str, dict[str, Item]] = {}
        self._waiting = set(parts)
        self._told = False
        self._logged: dict[str, str] = {}

    def emit_for(self, part: str, essential: bool, emit: Emit) -> Emit:
        """The `emit` that one part's reflector is given. Faults of parts that are not essential are only logged."""

        async def merged(event: SourceEvent) -> None:
            match event:
                case Listed(items=items):
                    self._held[part] = {_key(item): item for item in items}
                    self._waiting.discard(part)
                    await self._list(event, emit)
                case Changed(item=item):
                    self._held.setdefault(part, {})[_key(item)] = item
                    await emit(event)
                case Gone(item=item):
                    self._held.get(part, {}).pop(_key(item), None)
                    await emit(event)
                case Failed():
                    await self._failed(part, essential, event, emit)
                case _:
                    await emit(event)

        return merged

    async def _list(self, event: Listed[Item], emit: Emit) -> None:
        if not self._waiting:
            items = [item for held in self._held.values() for item in held.values()]
            place, self._told = event.place if self._told else "", True  # the first list is of all places
            await emit(Listed(self._feed, items, event.resource_version, event.at, place))

    async def _failed(self, part: str, essential: bool, event: Failed, emit: Emit) -> None:
        first = part in self._waiting
        self._waiting.discard(part)
        if first and self._held:
            await self._list(Listed(self._feed, [], "", event.at), emit)
        if essential:
            await emit(event)
        else:
            self._log(part, event)

    def _log(self, part: str, event: Failed) -> None:
        if self._logged.get(part) != event.fault.message:
            self._logged[part] = event.fault.message
            logger.info("%s: %s %s", part, event.fault.message, event.fault.remedy)


def _key(item: Item) -> str:
    meta = item.metadata
    return meta.uid or f"{meta.namespace}/{meta.name}"
