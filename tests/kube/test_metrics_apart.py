"""/metrics of each API server: asked for where there are several, each time on a connection of its own."""

from collections.abc import Awaitable, Callable

import pytest

from planes.kube.link import Link
from planes.kube.metrics_apart import LOOK, SOON, Advertised, ApartProbe
from planes.structs.events import Changed, Gone, Listed, Metrics
from planes.structs.feeds import Feed
from planes.structs.moments import Mono
from planes.structs.objects import Endpoint, EndpointSlice, LabelledMeta
from tests.kube.conftest import Events
from tests.replay import Recording, serve

LinkTo = Callable[..., Awaitable[Link]]
FEED = Feed.APISERVER_ENDPOINTS


def slices(*addresses: str, name: str = "kubernetes", service: str = "kubernetes") -> EndpointSlice:
    meta = LabelledMeta(name, "default", name, labels={"kubernetes.io/service-name": service})
    return EndpointSlice(meta, [Endpoint([one]) for one in addresses])


def listed(*items: EndpointSlice) -> Advertised:
    made = Advertised()
    made.note(Listed(FEED, list(items), "1", Mono(0.0)))
    return made


def test_the_addresses_are_those_of_the_kubernetes_service_in_all_its_slices() -> None:
    other = slices("10.9.9.9", name="web", service="web")
    found = listed(slices("10.0.0.2", "10.0.0.1"), slices("fd00::1", name="kubernetes-6"), other)
    assert found.addresses == ["10.0.0.1", "10.0.0.2", "fd00::1"]
    found.note(Changed(FEED, slices("10.0.0.3"), Mono(1.0)))
    assert found.addresses == ["10.0.0.3", "fd00::1"]
    found.note(Gone(FEED, slices(name="kubernetes-6"), Mono(2.0)))
    found.note(Changed(Feed.SYSTEM_ENDPOINTS, slices("10.8.8.8"), Mono(3.0)))
    assert found.addresses == ["10.0.0.3"]


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
