"""A whole cluster as a stream of events: recorded, broken, and coming back."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from planes.kube import source
from planes.kube.backoff import FLOOR
from planes.kube.connect import Target
from planes.kube.reflector import Reflector
from planes.kube.source import ClusterSource
from planes.structs.events import Connection, Failed, FaultKind, Health, Heard, Listed, Metrics, Served, Server, SourceEvent, Usage
from planes.structs.feeds import FEEDS, Feed
from tests.kube.conftest import Clock, Events
from tests.replay import Authority, Recording, Reply, Request, listing, reply, serve, server_context
from tests.replay import Server as Replay

ALWAYS = set(FEEDS) - {Feed.EXTRA_LEASES, Feed.NODE_METRICS}


@contextlib.asynccontextmanager
async def running(path: Path, events: Callable[[SourceEvent], object], **options: object) -> AsyncIterator[asyncio.Task[None]]:
    """The source runs while the block does, and then stops by itself: open watches would last for minutes."""
    task = asyncio.create_task(ClusterSource(Target(str(path)), **options).run(events))  # type: ignore[arg-type] # passed on as they are
    try:
        yield task
    finally:
        task.cancel()
        async with asyncio.timeout(20):
            await asyncio.gather(task, return_exceptions=True)


def listed(events: Events) -> set[Feed]:
    return {event.feed for event in events.of(Listed)}


async def test_the_recorded_cluster_is_listed_whole(events: Events, tmp_path: Path) -> None:
    async with serve(Recording("healthy")) as server, running(server.write_kubeconfig(tmp_path), events):
        await events.until(lambda got: listed(got) >= ALWAYS and got.of(Metrics) and got.of(Usage))
    first = events.all[0]
    assert isinstance(first, Connection)
    assert (first.server, first.fault) == (server.url, None)
    assert len(events.of(Connection)) == 1
    assert isinstance(events.all[1], Health | Server)
    sizes = {event.feed: len(event.items) for event in events.of(Listed)}
    assert sizes[Feed.NODES] == 12
    assert sizes[Feed.SYSTEM_LEASES] == 3
    assert sizes[Feed.API_SERVICES] == 21
    for event in events.of(Listed):
        assert all(isinstance(item, FEEDS[event.feed].struct) for item in event.items)
    assert not events.faults()
    assert {event.feed for event in events.of(Heard)} >= ALWAYS - {Feed.WEBHOOK_ENDPOINTS}


async def test_the_recorded_errors_are_told_and_lived_through(events: Events, tmp_path: Path) -> None:
    clock = Clock()
    async with serve(Recording("errors", "healthy")) as server:
        path = server.write_kubeconfig(tmp_path)
        async with running(path, events, sleep=clock.sleep, rng=random.Random(3)):
            await events.until(lambda got: listed(got) >= {Feed.NODES, Feed.PODS, Feed.SYSTEM_LEASES}, limit=20)
            await events.until(lambda got: any(not check.ok for event in got.of(Health) for check in event.checks), limit=20)
    told = {(event.feed, event.fault.kind) for event in events.of(Failed)}
    assert (Feed.PODS, FaultKind.FORBIDDEN) in told
    assert (Feed.SYSTEM_LEASES, FaultKind.FORBIDDEN) in told
    # Of the nodes the 401 was recorded first: signing in once more got the 403 that comes after it.
    assert (Feed.NODES, FaultKind.FORBIDDEN) in told
    assert {event.fault.kind for event in events.of(Health) if event.fault is not None} <= {FaultKind.CLOSED, FaultKind.HANGING}


async def test_nothing_is_listed_before_the_cluster_answers(events: Events, tmp_path: Path) -> None:
    async def script(_request: Request) -> Reply:
        return Reply(fate="close")

    clock = Clock()
    async with serve(script) as server, running(server.write_kubeconfig(tmp_path), events, clock=clock, sleep=clock.sleep):
        await events.until(lambda got: len(got.of(Health)) > 10)
        assert {one.path for one in server.requests} == {"/livez", "/readyz", "/version"}
    assert {event.fault.kind for event in events.of(Health) if event.fault} == {FaultKind.CLOSED}
    assert not events.of(Connection)


async def test_an_outage_is_told_by_the_probes_and_the_feeds_and_ends_by_itself(
    events: Events, tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("planes.kube.probes.HEALTH_EVERY", 0.2)
    recording = Recording("healthy")
    server = Replay(recording.answer, authority)
    context = server_context(*authority.issue("127.0.0.1"))
    await server.start(context)
    async with running(server.write_kubeconfig(tmp_path), events):
        await events.until(lambda got: listed(got) >= ALWAYS)
        await server.stop()
        refused = events.until(lambda got: {event.feed for event in got.of(Failed)} >= ALWAYS - {Feed.WEBHOOK_ENDPOINTS}, limit=20)
        await refused
        assert {event.fault.kind for event in events.of(Failed)} <= {FaultKind.REFUSED, FaultKind.CLOSED}
        assert events.of(Health)[-1].fault is not None
        server.requests.clear()
        before = len(events.all)
        await server.start(context, server.port)
        back = {Feed.NODES, Feed.PODS, Feed.NODE_LEASES}
        await events.until(lambda got: {e.feed for e in got.all[before:] if isinstance(e, Heard)} >= back, limit=15)
        assert not server.asked("/api/v1/nodes", watch=False)  # it goes on from where it was
        await events.until(lambda got: any(isinstance(event, Server) and event.fault is None for event in got.all[before:]))
    await server.stop()


async def test_a_missing_kubeconfig_is_told_until_it_is_there(events: Events, tmp_path: Path) -> None:
    clock = Clock()
    path = tmp_path / "kubeconfig"
    async with serve(Recording("healthy")) as server, running(path, events, sleep=clock.sleep):
        await events.until(lambda got: len(got.of(Connection)) >= 3)
        assert {event.fault.kind for event in events.of(Connection) if event.fault} == {FaultKind.CONFIGURATION}
        assert len(clock.slept) >= 2
        assert min(clock.slept) >= FLOOR
        server.write_kubeconfig(tmp_path)
        await events.until(lambda got: got.of(Listed))
    assert events.of(Connection)[-1].fault is None


async def test_a_corrected_kubeconfig_is_noticed(events: Events, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "LOOK_EVERY", 0.1)
    monkeypatch.setattr("planes.kube.probes.HEALTH_EVERY", 0.2)
    async with serve(Recording("healthy")) as server:
        path = server.write_kubeconfig(tmp_path, ca=Authority("another").pem)
        async with running(path, events):
            await events.until(lambda got: got.of(Health))
            assert {event.fault.kind for event in events.of(Health) if event.fault} == {FaultKind.TLS}
            server.write_kubeconfig(tmp_path)
            await events.until(lambda got: got.of(Listed))


async def test_a_defect_in_one_feed_is_told_and_logged_once_and_leaves_the_others_alone(
    events: Events, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    step = Reflector.step

    async def broken(self: Reflector, emit: source.Emit) -> float:
        if self.part.feed is Feed.PODS:
            raise ZeroDivisionError("the defect")
        return await step(self, emit)

    monkeypatch.setattr(Reflector, "step", broken)
    clock = Clock()
    async with serve(Recording("healthy")) as server, running(server.write_kubeconfig(tmp_path), events, sleep=clock.sleep):
        await events.until(lambda got: listed(got) >= ALWAYS - {Feed.PODS} and len(got.faults()) >= 3)
    assert {(event.feed, event.fault.kind) for event in events.of(Failed)} == {(Feed.PODS, FaultKind.INTERNAL)}
    assert caplog.text.count("ZeroDivisionError: the defect") == 1


async def test_a_receiver_that_fails_ends_the_source_with_its_own_error(tmp_path: Path) -> None:
    async def full(_event: SourceEvent) -> None:
        raise OSError("disk full")

    async with serve(Recording("healthy")) as server:
        path = server.write_kubeconfig(tmp_path)
        with pytest.raises(OSError, match="disk full"):
            await asyncio.wait_for(ClusterSource(Target(str(path))).run(full), 5)


async def test_a_server_that_closes_every_watch_at_once_is_not_hammered(events: Events, tmp_path: Path) -> None:
    """Counted on the clock that the waits move: all loops together stay under two questions a second and feed."""
    healthy = Recording("healthy")

    async def script(request: Request) -> Reply | None:
        return Reply(fate="close") if request.watch else await healthy.answer(request)

    seconds_each = 60.0
    spent: dict[asyncio.Task[object] | None, float] = {}
    done = asyncio.Event()

    async def sleep(seconds: float) -> None:
        task = asyncio.current_task()
        spent[task] = spent.get(task, 0.0) + seconds
        if spent[task] > seconds_each:
            if sum(one > seconds_each for one in spent.values()) >= 14:
                done.set()
            await asyncio.Event().wait()
        await asyncio.sleep(0.001)

    async with serve(script) as server, running(server.write_kubeconfig(tmp_path), events, sleep=sleep, rng=random.Random(5)):
        await asyncio.wait_for(done.wait(), 50)
        watches = len(server.asked(watch=True))
    # 14 watches for a minute each, at 2.5 s a time once backed off; the client asks twice when it is closed on unanswered.
    assert watches < 14 * 2 * seconds_each / 1.5
    assert {fault.kind for fault in events.faults()} == {FaultKind.CLOSED}


async def test_openshift_keeps_components_in_namespaces_of_its_own(events: Events, tmp_path: Path) -> None:
    healthy = Recording("healthy")
    there = {"openshift-kube-scheduler", "openshift-etcd"}

    async def script(request: Request) -> Reply | None:
        if request.path == "/apis":
            return reply({"kind": "APIGroupList", "groups": [{"name": "config.openshift.io"}]})
        name = request.path.removeprefix("/api/v1/namespaces/").partition("/")[0]
        if request.path == f"/api/v1/namespaces/{name}":
            return reply({"kind": "Namespace"}) if name in there else None
        if name in there and not request.watch:
            return listing("Pod", [{"metadata": {"name": f"{name}-0", "namespace": name, "uid": name}}])
        if "/namespaces/openshift-kube-scheduler/leases" in request.path and not request.watch:
            return listing("Lease", [{"metadata": {"name": "kube-scheduler", "uid": "l"}}])
        return await healthy.answer(request)

    async with serve(script) as server, running(server.write_kubeconfig(tmp_path), events):
        await events.until(lambda got: listed(got) >= {Feed.EXTRA_LEASES, Feed.SYSTEM_PODS})
        await events.until(lambda got: max(len(one.items) for one in got.of(Listed) if one.feed is Feed.SYSTEM_PODS) == 76)
    assert not [one for one in events.of(Failed) if one.feed is Feed.SYSTEM_PODS]


async def test_which_groups_are_served_is_told_and_what_cilium_says_of_kube_proxy_where_it_may_be_read(
    events: Events, tmp_path: Path
) -> None:
    healthy = Recording("healthy")

    async def script(request: Request) -> Reply | None:
        if request.path == "/apis":
            return reply({"kind": "APIGroupList", "groups": [{"name": "cilium.io"}, {"name": "apps"}]})
        if request.path == "/api/v1/namespaces/kube-system/configmaps/cilium-config":
            return reply({"kind": "ConfigMap", "data": {"kube-proxy-replacement": "true", "other": "x"}})
        return await healthy.answer(request)

    async with serve(script) as server, running(server.write_kubeconfig(tmp_path), events):
        await events.until(lambda got: bool(got.of(Served)))
    (told,) = events.of(Served)
    assert told.groups == {"cilium.io", "apps"}
    assert told.settings == {"kube-proxy-replacement=true"}


async def test_several_api_servers_are_also_scraped_apart(events: Events, tmp_path: Path) -> None:
    """Only once the cluster has told where they listen, and on a connection that is closed behind each scrape."""
    recorded = Recording("healthy")
    meta = {"name": "kubernetes", "namespace": "default", "labels": {"kubernetes.io/service-name": "kubernetes"}}
    slices = listing(
        "EndpointSlice", [{"metadata": meta, "endpoints": [{"addresses": ["192.0.2.2"]}, {"addresses": ["192.0.2.3"]}]}]
    )

    async def script(request: Request) -> Reply | None:
        listed = request.path.endswith("/namespaces/default/endpointslices") and not request.watch
        return slices if listed else await recorded.answer(request)

    async with serve(script) as server:
        async with running(server.write_kubeconfig(tmp_path), events, sleep=Clock().sleep):
            await events.until(lambda got: any(one.apart for one in got.of(Metrics)))
        closed = {one.headers.get("connection") == "close" for one in server.asked("/metrics")}
    assert closed == {True, False}
    apart = next(at for at, event in enumerate(events.all) if isinstance(event, Metrics) and event.apart)
    assert Feed.APISERVER_ENDPOINTS in {event.feed for event in events.all[:apart] if isinstance(event, Listed)}
