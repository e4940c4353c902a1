"""Feeds of several lists, and the endpoints behind webhooks."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from planes.kube.link import Link
from planes.kube.merging import Merger
from planes.kube.webhooks import EndpointsProbe, References
from planes.structs.events import Changed, Failed, Fault, FaultKind, Gone, Heard, Listed
from planes.structs.feeds import Feed
from planes.structs.moments import Mono
from planes.structs.objects import (
    APIService,
    APIServiceSpec,
    EndpointSlice,
    LabelledMeta,
    ServiceRef,
    SystemPod,
    Webhook,
    WebhookClient,
    WebhookConfiguration,
)
from tests.kube.conftest import Events
from tests.replay import Reply, Request, listing, serve, status

LinkTo = Callable[..., Awaitable[Link]]
FEED = Feed.SYSTEM_PODS
FORBIDDEN = Fault(FaultKind.FORBIDDEN, "Not permitted.")


def pod(name: str) -> SystemPod:
    return SystemPod(LabelledMeta(name, uid=name))


def names(event: object) -> list[str]:
    assert isinstance(event, Listed)
    return [item.metadata.name for item in event.items if isinstance(item, SystemPod)]


@pytest.fixture
def merger() -> Merger:
    return Merger(FEED, ["main", "other"])


async def test_a_feed_is_listed_once_every_part_is(merger: Merger, events: Events) -> None:
    main, other = merger.emit_for("main", True, events), merger.emit_for("other", False, events)
    await main(Listed(FEED, [pod("a")], "1", Mono(1.0)))
    assert events.all == []
    await other(Listed(FEED, [pod("x")], "2", Mono(2.0)))
    assert names(events.all[0]) == ["a", "x"]


async def test_a_list_of_one_part_keeps_what_the_other_has_now(merger: Merger, events: Events) -> None:
    main, other = merger.emit_for("main", True, events), merger.emit_for("other", False, events)
    await main(Listed(FEED, [pod("a"), pod("b")], "1", Mono(1.0)))
    await other(Listed(FEED, [pod("x")], "2", Mono(2.0)))
    await other(Changed(FEED, pod("y"), Mono(3.0)))
    await other(Gone(FEED, pod("x"), Mono(4.0)))
    await other(Heard(FEED, Mono(4.5)))
    await main(Listed(FEED, [pod("c")], "5", Mono(5.0)))
    assert names(events.all[-1]) == ["c", "y"]
    assert events.names() == ["Listed", "Changed", "Gone", "Heard", "Listed"]


async def test_a_part_that_may_not_be_read_does_not_hold_up_the_other(
    merger: Merger, events: Events, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    main, other = merger.emit_for("main", True, events), merger.emit_for("other", False, events)
    await main(Listed(FEED, [pod("a")], "1", Mono(1.0)))
    for _ in range(3):
        await other(Failed(FEED, FORBIDDEN, Mono(2.0), Mono(60.0)))
    assert names(events.all[0]) == ["a"]
    assert len(events.all) == 1
    assert caplog.text.count("Not permitted.") == 1


async def test_an_essential_part_fails_its_feed(merger: Merger, events: Events) -> None:
    main, other = merger.emit_for("main", True, events), merger.emit_for("other", False, events)
    await main(Failed(FEED, FORBIDDEN, Mono(1.0), Mono(60.0)))
    await other(Listed(FEED, [pod("x")], "2", Mono(2.0)))
    assert events.names() == ["Failed", "Listed"]
    assert names(events.all[1]) == ["x"]


def webhook(name: str, *services: str) -> WebhookConfiguration:
    hooks = [Webhook(clientConfig=WebhookClient(ServiceRef("ns", service))) for service in services]
    return WebhookConfiguration(
        LabelledMeta(name, uid=name), [*hooks, Webhook(clientConfig=WebhookClient(url="https://elsewhere"))]
    )


def test_references_follow_what_webhooks_and_api_services_name() -> None:
    references = References()
    assert not references.known
    metrics = APIService(
        LabelledMeta("v1beta1.metrics.k8s.io", uid="m"), APIServiceSpec(service=ServiceRef("kube-system", "metrics-server"))
    )
    references.note(Listed(Feed.API_SERVICES, [metrics, APIService(LabelledMeta("v1.", uid="v1"))], "1", Mono(1.0)))
    references.note(Listed(Feed.VALIDATING_WEBHOOKS, [webhook("w", "a", "b")], "1", Mono(1.0)))
    assert references.services == [("kube-system", "metrics-server"), ("ns", "a"), ("ns", "b")]
    references.changed.clear()
    references.note(Changed(Feed.VALIDATING_WEBHOOKS, webhook("w", "a", "b"), Mono(2.0)))
    assert not references.changed.is_set()
    references.note(Changed(Feed.VALIDATING_WEBHOOKS, webhook("w", "c"), Mono(2.0)))
    references.note(Gone(Feed.API_SERVICES, metrics, Mono(3.0)))
    assert references.changed.is_set()
    assert references.services == [("ns", "c")]


async def test_endpoints_of_all_services_are_one_list(link_to: LinkTo, events: Events) -> None:
    references = References()
    references.note(Listed(Feed.MUTATING_WEBHOOKS, [webhook("w", "a", "b")], "1", Mono(1.0)))

    async def script(request: Request) -> Reply:
        name = request.query["labelSelector"].removeprefix("kubernetes.io/service-name=")
        return listing(
            "EndpointSlice",
            [{"metadata": {"name": f"{name}-x1", "namespace": "ns", "labels": {"kubernetes.io/service-name": name}}}],
        )

    async with serve(script) as server:
        wait = await EndpointsProbe(references, await link_to(server)).step(events)
    (told,) = events.of(Listed)
    assert [item.metadata.name for item in told.items if isinstance(item, EndpointSlice)] == ["a-x1", "b-x1"]
    assert 27 <= wait <= 33


async def test_nothing_is_told_of_endpoints_before_it_is_known_which_matter(link_to: LinkTo, events: Events) -> None:
    async with serve(lambda _request: asyncio.sleep(0, listing("EndpointSlice", []))) as server:
        await EndpointsProbe(References(), await link_to(server)).step(events)
        assert server.requests == []
    assert events.all == []


async def test_endpoints_that_may_not_be_read_fail_as_one(link_to: LinkTo, events: Events) -> None:
    references = References()
    references.note(Listed(Feed.MUTATING_WEBHOOKS, [webhook("w", "a", "b")], "1", Mono(1.0)))
    async with serve(lambda _request: asyncio.sleep(0, status(403, "Forbidden"))) as server:
        wait = await EndpointsProbe(references, await link_to(server)).step(events)
    assert [fault.kind for fault in events.faults()] == [FaultKind.FORBIDDEN]
    assert wait >= 45
