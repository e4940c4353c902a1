"""/metrics of each API server by itself, where there are several: dealt by their load balancer, or dialled where that is wanted.

All other questions share connections that stay, and so they go on asking the one server that a load balancer once led them to. This
probe asks on a connection for one request, so that the balancer chooses again; `process_start_time_seconds` tells who answered.
[signals.md, "Probes"] What it is told serves the servers' own figures only, never those that a verdict rests on.

Where it is switched on (PLANEWATCH_DIAL_APISERVERS), each address of default/kubernetes is dialled instead: then every server
is reached each time, and even those that started together are told apart. Credentials go to who proves to be an API server of this
cluster, and to nobody else (`Link.dial`).
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from ipaddress import ip_address

from planes.kube.clock import monotonic
from planes.kube.errors import FaultError
from planes.kube.link import Link
from planes.kube.metrics import EVERY, LIMIT, Parser, pause, scraped
from planes.structs.events import Changed, Gone, Listed, SourceEvent
from planes.structs.feeds import Feed
from planes.structs.moments import Mono
from planes.structs.objects import EndpointSlice, Item

Emit = Callable[[SourceEvent], Awaitable[None]]
#: An address and a port.
Place = tuple[str, int]
#: So many API servers are told apart.
MOST = 9
_SERVICE = "kubernetes"
#: Seconds between the first scrapes, two for each server on the average, so that all have figures soon; and how often to look
#: whether there are several.
SOON, LOOK = 10.0, 5.0
#: Seconds for a dialled one: it is near, or out of reach.
DIAL_LIMIT = 10.0
ACCEPT = "text/plain, */*;q=0.5"

logger = logging.getLogger(__name__)


class Advertised:
    """Where the API servers say that they listen: addresses and ports of default/kubernetes, kept from the events that pass by."""

    def __init__(self) -> None:
        self._slices: dict[str, frozenset[Place]] = {}

    @property
    def places(self) -> list[Place]:
        """In order."""
        return sorted({one for places in self._slices.values() for one in places})[:MOST]

    def note(self, event: SourceEvent) -> None:
        match event:
            case Listed(feed=Feed.APISERVER_ENDPOINTS, items=items):
                self._slices = {item.metadata.name: found for item in items if (found := places_of(item))}
            case Changed(feed=Feed.APISERVER_ENDPOINTS, item=item):
                self._slices[item.metadata.name] = places_of(item)
            case Gone(feed=Feed.APISERVER_ENDPOINTS, item=item):
                self._slices.pop(item.metadata.name, None)


def places_of(item: Item) -> frozenset[Place]:
    """Where API servers listen by a slice of default/kubernetes; empty of any other. What is no address is no place: nothing is
    asked of a name server."""
    if not isinstance(item, EndpointSlice) or item.metadata.labels.get("kubernetes.io/service-name") != _SERVICE:
        return frozenset()
    port = next((one.port for one in item.ports or () if one.port is not None), 443)
    return frozenset((address, port) for one in item.endpoints or () for address in one.addresses if _is_address(address))


def _is_address(text: str) -> bool:
    try:
        return bool(ip_address(text))
    except ValueError:
        return False


class ApartProbe:
    """Scrapes whichever API server answers a connection of its own, at most every EVERY seconds, where there are several."""

    def __init__(
        self,
        advertised: Advertised,
        link: Link,
        *,
        dials: bool = False,
        clock: Callable[[], Mono] = monotonic,
        rng: random.Random | None = None,
    ) -> None:
        self._advertised = advertised
        self._link = link
        self._dials = dials
        self._clock = clock
        self._rng = rng or random.Random()  # noqa: S311 - jitter, not cryptography
        self._parser = Parser()
        self._asked = 0
        self._logged: dict[Place, str] = {}

    async def step(self, emit: Emit) -> float:
        """Scrape once. Returns the seconds to wait before the next step. What goes wrong is told by who scrapes them all."""
        places = self._advertised.places
        if len(places) < 2:
            return LOOK * self._rng.uniform(0.9, 1.1)
        if self._dials and any(await asyncio.gather(*(self._dial(place, emit) for place in places))):
            self._asked += len(places)
        else:
            try:
                answer = await self._link.ask("/metrics", limit=LIMIT, accept=ACCEPT, last=True)
            except FaultError as exc:
                return pause(exc.fault, EVERY, self._rng)
            await emit(scraped(answer, self._parser, apart=True))
            self._asked += 1
        return (SOON if self._asked < 2 * len(places) else EVERY) * self._rng.uniform(1.0, 1.1)

    async def _dial(self, place: Place, emit: Emit) -> bool:
        """Whether the server there answered. That it did not is logged once for each reason; its lease and pod tell how it is."""
        try:
            answer = await self._link.dial(place, "/metrics", limit=DIAL_LIMIT, accept=ACCEPT)
        except FaultError as exc:
            if self._logged.get(place) != exc.fault.message:
                self._logged[place] = exc.fault.message
                logger.info("The API server at %s port %d cannot be dialled: %s", *place, exc.fault.message)
            return False
        self._logged.pop(place, None)
        await emit(scraped(answer, self._parser, apart=True, address=place[0]))
        return True
