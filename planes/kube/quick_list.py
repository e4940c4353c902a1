"""One look at a cluster instead of watching it: the first page of each feed whose lists are short or whose beginning will do."""

from collections.abc import Iterable, Sequence

from planes.kube.decoding import Codec
from planes.kube.errors import FaultError
from planes.kube.feeds import Part
from planes.kube.link import Link
from planes.structs.events import Failed, Listed, SourceEvent
from planes.structs.feeds import FEEDS, Feed
from planes.structs.moments import Mono
from planes.structs.objects import Item

LIMIT = 5.0
#: Objects of one page. A node has 8 kB, a pod 6 kB.
PAGE = 200


async def look(link: Link, feed: Feed, parts: Iterable[Part], selectors: Sequence[str] = ()) -> SourceEvent:
    """What the feed holds now, or why it cannot be listed; parts that are not essential may fail. Of crowded places only what the
    label `selectors` name is asked for, one request each. Raises nothing."""
    codec = Codec(FEEDS[feed].struct)
    items: list[Item] = []
    at = 0.0
    for part in parts:
        for path in _pages(part, selectors):
            try:
                answer = await link.ask(path, limit=LIMIT)
                items += codec.page(answer.body, path, link.server).items
            except FaultError as exc:
                if part.essential:
                    return Failed(feed, exc.fault, Mono(link.now()), Mono(link.now() + LIMIT))
                break
            at = answer.at
    return Listed(feed, items, "", Mono(at or link.now()))


def _pages(part: Part, selectors: Sequence[str]) -> list[str]:
    asked = selectors if part.place.crowded and selectors else ("",)
    return [part.list_path(PAGE, labels=selector) for selector in asked]
