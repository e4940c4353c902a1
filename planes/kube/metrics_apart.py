"""/metrics of each API server by itself, where there are several.

All other questions share connections that stay, and so they go on asking the one server that a load balancer once led them to. This
probe asks on a connection for one request, so that the balancer chooses again; `process_start_time_seconds` tells who answered.
[signals.md, "Probes"] What it is told serves the servers' own figures only, never those that a verdict rests on.
"""

import random
from collections.abc import Awaitable, Callable

from planes.kube.clock import monotonic
from planes.kube.errors import FaultError
from planes.kube.link import Link
from planes.kube.metrics import EVERY, LIMIT, Parser, pause, scraped
from planes.structs.events import Changed, Gone, Listed, SourceEvent
from planes.structs.feeds import Feed
from planes.structs.moments import Mono
from planes.structs.objects import EndpointSlice, Item

Emit = Callable[[SourceEvent], Awaitable[None]]
_SERVICE = "kubernetes"
#: Seconds between the first scrapes, two for each server on the average, so that all have figures soon; and how often to look
#: whether there are several.
SOON, LOOK = 10.0, 5.0


class Advertised:
    """Where the API servers say that they listen: the addresses of default/kubernetes, kept from the events that pass by."""

    def __init__(self) -> None:
        self._slices: dict[str, frozenset[str]] = {}

    @property
    def addresses(self) -> list[str]:
        """In order."""
        return sorted({one for addresses in self._slices.values() for one in addresses})

    def note(self, event: SourceEvent) -> None:
        match event:
            case Listed(feed=Feed.APISERVER_ENDPOINTS, items=items):
                self._slices = {item.metadata.name: found for item in items if (found := _addresses(item))}
            case Changed(feed=Feed.APISERVER_ENDPOINTS, item=item):
                self._slices[item.metadata.name] = _addresses(item)
            case Gone(feed=Feed.APISERVER_ENDPOINTS, item=item):
                self._slices.pop(item.metadata.name, None)


def _addresses(item: Item) -> frozenset[str]:
    if not isinstance(item, EndpointSlice) or item.metadata.labels.get("kubernetes.io/service-name") != _SERVICE:
        return frozenset()
    return frozenset(address for one in item.endpoints or () for address in one.addresses)


class ApartProbe:
    """Scrapes whichever API server answers a connection of its own, at most every EVERY seconds, where there are several."""

    def __init__(
        self, advertised: Advertised, link: Link, *, clock: Callable[[], Mono] = monotonic, rng: random.Random | None = None
    ) -> None:
        self._advertised = advertised
        self._link = link
        self._clock = clock
        self._rng = rng or random.Random()  # noqa: S311 - jitter, not cryptography
        self._parser = Parser()
        self._asked = 0

    async def step(self, emit: Emit) -> float:
        """Scrape once. Returns the seconds to wait before the next step. What goes wrong is told by who scrapes them all."""
        count = len(self._advertised.addresses)
        if count < 2:
            return LOOK * self._rng.uniform(0.9, 1.1)
        try:
            answer = await self._link.ask("/metrics", limit=LIMIT, accept="text/plain, */*;q=0.5", last=True)
        except FaultError as exc:
            return pause(exc.fault, EVERY, self._rng)
        await emit(scraped(answer, self._parser, apart=True))
        self._asked += 1
        return (SOON if self._asked < 2 * count else EVERY) * self._rng.uniform(1.0, 1.1)
