"""The endpoints behind webhooks and API services.

A cluster of 5,000 nodes has thousands of EndpointSlices and a handful that matter here, so they are not watched but asked for by
service, every half minute and soon after a webhook or API service has come or gone.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable

from planes.kube.backoff import FaultBackoff
from planes.kube.clock import monotonic
from planes.kube.decoding import Codec
from planes.kube.errors import FaultError
from planes.kube.link import Link
from planes.structs.events import Changed, Failed, Gone, Listed, SourceEvent
from planes.structs.feeds import FEEDS, Feed
from planes.structs.moments import Mono
from planes.structs.objects import APIService, EndpointSlice, Item, WebhookConfiguration

Emit = Callable[[SourceEvent], Awaitable[None]]
Service = tuple[str, str]  # namespace, name

_ASKED = FEEDS[Feed.WEBHOOK_ENDPOINTS]
#: Seconds between two rounds.
EVERY = _ASKED.every
#: Changes that come together are waited for, in seconds.
SETTLE = 1.0
#: More services than these are not asked for; a cluster with more webhooks than that has other troubles.
MOST = 200
_FEEDS = frozenset({Feed.API_SERVICES, Feed.VALIDATING_WEBHOOKS, Feed.MUTATING_WEBHOOKS})


class References:
    """Which services webhooks and API services name, kept from the events that pass by."""

    def __init__(self) -> None:
        self._named: dict[Feed, dict[str, frozenset[Service]]] = {}
        self.changed = asyncio.Event()

    @property
    def known(self) -> bool:
        """Something has been listed that may name services."""
        return bool(self._named)

    @property
    def services(self) -> list[Service]:
        return sorted({one for named in self._named.values() for services in named.values() for one in services})[:MOST]

    def note(self, event: SourceEvent) -> None:
        match event:
            case Listed(feed=feed, items=items) if feed in _FEEDS:
                self._set(feed, {_uid(item): _services(item) for item in items})
            case Changed(feed=feed, item=item) if feed in _FEEDS:
                self._set(feed, {**self._named.get(feed, {}), _uid(item): _services(item)})
            case Gone(feed=feed, item=item) if feed in _FEEDS:
                self._set(feed, {uid: named for uid, named in self._named.get(feed, {}).items() if uid != _uid(item)})

    def _set(self, feed: Feed, named: dict[str, frozenset[Service]]) -> None:
        if self._named.get(feed) != named:
            self._named[feed] = named
            self.changed.set()


def _uid(item: Item) -> str:
    return item.metadata.uid or item.metadata.name


def _services(item: Item) -> frozenset[Service]:
    match item:
        case APIService():
            refs = [item.spec.service]
        case WebhookConfiguration():
            refs = [webhook.clientConfig.service for webhook in item.webhooks]
        case _:
            refs = []
    return frozenset((ref.namespace, ref.name) for ref in refs if ref is not None and ref.namespace and ref.name)


class EndpointsProbe:
    """Lists the slices of every referenced service, and tells them as one list of Feed.WEBHOOK_ENDPOINTS."""

    def __init__(
        self, references: References, link: Link, *, clock: Callable[[], Mono] = monotonic, rng: random.Random | None = None
    ) -> None:
        self._references = references
        self._link = link
        self._clock = clock
        self._rng = rng or random.Random()  # noqa: S311 - jitter, not cryptography
        self._backoff = FaultBackoff(self._rng)
        self._codec = Codec(EndpointSlice)

    async def step(self, emit: Emit) -> float:
        """Ask for all services once. Returns the seconds to wait before the next step."""
        if not self._references.known:
            return EVERY
        self._references.changed.clear()
        slices: list[EndpointSlice] = []
        try:
            for namespace, name in self._references.services:
                slices += await self._slices(namespace, name)
        except FaultError as exc:
            wait = max(self._backoff.failed(exc.fault), 2.0)
            now = self._clock()
            await emit(Failed(Feed.WEBHOOK_ENDPOINTS, exc.fault, now, now + wait))
            return wait
        self._backoff.succeeded()
        await emit(Listed(Feed.WEBHOOK_ENDPOINTS, slices, "", self._clock()))
        return EVERY * self._rng.uniform(0.9, 1.1)

    async def _slices(self, namespace: str, name: str) -> list[EndpointSlice]:
        path, selector = _ASKED.path(namespace), f"kubernetes.io%2Fservice-name%3D{name}"
        answer = await self._link.ask(f"{path}?limit=500&labelSelector={selector}", limit=_ASKED.list_limit)
        return self._codec.page(answer.body, path, self._link.server).items
