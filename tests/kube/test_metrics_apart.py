"""/metrics of each API server: asked for where there are several, each time on a connection of its own."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from planes.kube.errors import FaultError
from planes.kube.link import NAME, Link
from planes.kube.metrics_apart import LOOK, SOON, Advertised, ApartProbe, places_of
from planes.structs.events import Changed, FaultKind, Gone, Listed, Metrics
from planes.structs.feeds import Feed
from planes.structs.moments import Mono
from planes.structs.objects import Endpoint, EndpointPort, EndpointSlice, LabelledMeta
from tests.kube.conftest import Events
from tests.replay import Authority, Recording, Server, serve

LinkTo = Callable[..., Awaitable[Link]]
FEED = Feed.APISERVER_ENDPOINTS


def slices(*addresses: str, name: str = "kubernetes", service: str = "kubernetes", port: int = 6443) -> EndpointSlice:
    meta = LabelledMeta(name, "default", name, labels={"kubernetes.io/service-name": service})
    return EndpointSlice(meta, [Endpoint([one]) for one in addresses], [EndpointPort("https", port)])


def listed(*items: EndpointSlice) -> Advertised:
    made = Advertised()
    made.note(Listed(FEED, list(items), "1", Mono(0.0)))
    return made


def test_the_addresses_are_those_of_the_kubernetes_service_in_all_its_slices() -> None:
    other = slices("10.9.9.9", name="web", service="web")
    found = listed(slices("10.0.0.2", "10.0.0.1"), slices("fd00::1", name="kubernetes-6"), other)
    assert found.places == [("10.0.0.1", 6443), ("10.0.0.2", 6443), ("fd00::1", 6443)]
    found.note(Changed(FEED, slices("10.0.0.3"), Mono(1.0)))
    assert found.places == [("10.0.0.3", 6443), ("fd00::1", 6443)]
    found.note(Gone(FEED, slices(name="kubernetes-6"), Mono(2.0)))
    found.note(Changed(Feed.SYSTEM_ENDPOINTS, slices("10.8.8.8"), Mono(3.0)))
    assert found.places == [("10.0.0.3", 6443)]


@pytest.mark.parametrize("known", [listed(), listed(slices("10.0.0.1"))])
async def test_a_sole_server_is_not_asked_twice(link_to: LinkTo, events: Events, known: Advertised) -> None:
    async with serve(Recording("healthy")) as server:
        wait = await ApartProbe(known, await link_to(server)).step(events)
        assert server.requests == []
    assert events.of(Metrics) == []
    assert wait <= LOOK * 1.1


async def test_each_scrape_has_a_connection_of_its_own_and_counts_apart(link_to: LinkTo, events: Events) -> None:
    async with serve(Recording("healthy")) as server:
        probe = ApartProbe(listed(slices("10.0.0.1", "10.0.0.2")), await link_to(server))
        waits = [await probe.step(events) for _ in range(5)]
        assert [(one.path, one.headers.get("connection")) for one in server.requests] == [("/metrics", "close")] * 5
    told = events.of(Metrics)
    assert [(one.apart, one.address) for one in told] == [(True, "")] * 5
    assert [one.instance for one in told] == pytest.approx([1.79536494276e9] * 5)
    assert [wait <= SOON * 1.1 for wait in waits] == [True] * 3 + [False] * 2


async def test_what_goes_wrong_is_told_by_who_scrapes_them_all(link_to: LinkTo, events: Events) -> None:
    async with serve(Recording("errors")) as server:
        wait = await ApartProbe(listed(slices("10.0.0.1", "10.0.0.2")), await link_to(server)).step(events)
    assert events.of(Metrics) == []
    assert wait >= 45


def test_what_is_no_address_is_no_place() -> None:
    assert places_of(slices("10.0.0.1", "api.example.org", "")) == {("10.0.0.1", 6443)}
    assert places_of(EndpointSlice(slices().metadata, [Endpoint(["10.0.0.1"])])) == {("10.0.0.1", 443)}


# --- dialled ------------------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def behind_one(authority: Authority, name: str = NAME, by: Authority | None = None) -> AsyncIterator[tuple[Server, Server]]:
    """A load balancer's server, and one that is dialled at 127.0.0.1, whose certificate is for `name` and made by `by`."""
    async with (
        serve(Recording("healthy"), authority=authority) as front,
        serve(Recording("healthy"), authority=by or authority, names=(name,)) as one,
    ):
        yield front, one


def around(one: Server) -> Advertised:
    """It is listed, and one that nobody is at."""
    return listed(slices("127.0.0.1", "127.0.0.9", port=one.port))


async def test_each_server_is_dialled_at_its_own_address_and_told_who_we_are(
    link_to: LinkTo, events: Events, authority: Authority
) -> None:
    async with behind_one(authority) as (front, one):
        link = await link_to(front, token="secret")
        await ApartProbe(around(one), link, dials=True).step(events)
        assert front.requests == []
        assert [(asked.path, asked.headers.get("authorization")) for asked in one.requests] == [("/metrics", "Bearer secret")]
        assert link.certificate() is None  # of what all others are shown nothing was seen
    assert [(told.apart, told.address) for told in events.of(Metrics)] == [(True, "127.0.0.1")]
    assert [NAME in told.certificate.names for told in events.of(Metrics) if told.certificate is not None] == [True]


async def test_nobody_is_dialled_unless_it_is_wanted(link_to: LinkTo, events: Events, authority: Authority) -> None:
    async with behind_one(authority) as (front, one):
        await ApartProbe(around(one), await link_to(front)).step(events)
        assert (len(front.requests), one.requests) == (1, [])


@pytest.mark.parametrize(("name", "by"), [("kubernetes.example.org", None), (NAME, Authority("impostor"))])
async def test_who_does_not_prove_to_be_an_api_server_of_the_cluster_is_told_nothing(
    link_to: LinkTo, events: Events, authority: Authority, name: str, by: Authority | None
) -> None:
    """The scrape is dealt then, as where nobody is dialled."""
    async with behind_one(authority, name, by) as (front, one):
        await ApartProbe(around(one), await link_to(front), dials=True).step(events)
        assert one.requests == []
        assert [asked.path for asked in front.requests] == ["/metrics"]
    assert [(told.apart, told.address) for told in events.of(Metrics)] == [(True, "")]


async def test_without_a_verified_certificate_nobody_is_dialled(link_to: LinkTo) -> None:
    async with serve(Recording("healthy"), tls=False) as server:
        link = await link_to(server)
        with pytest.raises(FaultError) as raised:
            await link.dial(("127.0.0.1", server.port), "/metrics", limit=1.0, accept="*/*")
        assert raised.value.fault.kind is FaultKind.CONFIGURATION
        assert server.requests == []
