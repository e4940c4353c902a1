"""The whole way: a recorded cluster served over HTTPS, ClusterSource, ClusterCache, Assessor, Collector, SQL, and Valkey."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic

import msgspec
import pytest
import redis

from planes.collect.collector import Collector
from planes.collect.judge import CacheJudge
from planes.collect.lease import Lease
from planes.components.registry import AGENT_KINDS, CONTROL_PLANE
from planes.kube.connect import Target
from planes.kube.source import ClusterSource
from planes.live.stream import Peek, Stream, stream_key
from planes.live.wire import Delta, Snapshot
from planes.models import Cluster, Node
from planes.store import clusters, selectors
from tests.collect.scripted import PATIENCE, comes_true, in_sql
from tests.replay import Recording, serve

pytestmark = pytest.mark.django_db(transaction=True)


@asynccontextmanager
async def replaying(valkey: str, folder: Path, *recordings: str) -> AsyncIterator[Cluster]:
    """A collector at work, with the product's own intervals, on a server that answers as recorded."""
    async with serve(Recording(*recordings)) as server:
        path = str(server.write_kubeconfig(folder))
        declaration = clusters.Declaration("kubeconfig", "Replayed", path, "replay")
        cluster = (await in_sql(lambda: clusters.declare([declaration])))[0]
        lease, stream, stop = Lease(valkey, cluster.pk, monotonic), Stream(valkey), asyncio.Event()
        assert await lease.take()
        collector = Collector(
            cluster.pk,
            cluster.slug,
            source=lambda: ClusterSource(Target(path, "replay")),
            judge=lambda: CacheJudge(cluster.slug),
            lease=lease,
            stream=stream,
            stopping=stop.is_set,
        )
        task = asyncio.create_task(collector.run())
        try:
            yield cluster
        finally:
            stop.set()
            async with asyncio.timeout(PATIENCE):
                await task
            await stream.aclose()


def deltas(url: str, cluster: Cluster) -> list[Delta]:
    with redis.Redis.from_url(url) as client:
        entries = client.xrange(stream_key(cluster.pk))
    return [msgspec.json.decode(fields[b"m"], type=Delta) for _, fields in entries if b"m" in fields]


def applied(sent: list[Delta]) -> tuple[dict[str, object], dict[str, object]]:
    """What a viewer has who began with nothing and took every delta: components by kind, nodes by name."""
    components: dict[str, object] = {}
    nodes: dict[str, object] = {}
    for one in sent:
        components |= {row.kind: row for row in one.u.components}
        nodes |= {values[0]: values for values in one.u.nodes}
        for kind in one.x.components:
            components.pop(kind, None)
        for name in one.x.nodes:
            nodes.pop(name, None)
    return components, nodes


async def of_one_moment(url: str, cluster: Cluster) -> tuple[Snapshot, list[Delta]]:
    """What is stored, and all that was sent until then: what is stored is sent a moment later."""
    async with asyncio.timeout(PATIENCE):
        while True:
            snapshot = await in_sql(lambda: selectors.snapshot(cluster.slug))
            assert isinstance(snapshot, Snapshot)
            sent = deltas(url, cluster)
            if sent and sent[-1].o == snapshot.o:
                return snapshot, sent
            await asyncio.sleep(0.01)


def is_settled(slug: str) -> bool:
    """Whether all seven kinds are there and nothing waits to be seen for the first time."""
    states = {row.kind: row.state for row in selectors.components(slug)}
    needed = {kind for kind in (*CONTROL_PLANE, *AGENT_KINDS) if kind != "cloud-controller-manager"}
    return needed <= states.keys() and states["kube-apiserver"] == "healthy" and Node.objects.count() > 0


async def test_the_recorded_healthy_cluster_becomes_rows_and_messages_that_agree(valkey: str, tmp_path: Path) -> None:
    async with replaying(valkey, tmp_path, "healthy") as cluster:
        await comes_true(lambda: is_settled(cluster.slug), "a settled picture")
        peek = Peek(valkey)
        await comes_true(lambda: getattr(peek.pulse(cluster.pk), "heard", None) is not None, "a pulse")
        # While it goes on: of what is stored as it ends no viewer hears, and the next collector begins with another epoch.
        snapshot, sent = await of_one_moment(valkey, cluster)
    assert snapshot.cluster.version == "v1.36.2"
    by_kind = {row.kind: row for row in snapshot.components}
    assert by_kind["etcd"].plane == "control"
    assert all(by_kind[kind].evidence for kind in ("kube-apiserver", "etcd", *AGENT_KINDS))
    names = snapshot.nodes["name"]
    assert len(names) == len(set(names)) > 0

    assert [one.prev for one in sent] == [one.o - 1 for one in sent]
    components, nodes = applied(sent)
    assert components == by_kind
    rows = zip(*(snapshot.nodes[column] for column in snapshot.columns), strict=True)
    assert nodes == {str(row[0]): row for row in rows}
    detail = await in_sql(lambda: selectors.node(cluster.slug, str(names[0])))
    assert detail is not None
    assert detail.row.kubelet.version
    assert detail.row.kubelet.evidence


async def test_the_recorded_errors_shrink_the_picture_say_why_and_turn_nothing_red(valkey: str, tmp_path: Path) -> None:
    def is_failing_readyz() -> bool:
        return cluster.components.filter(kind="kube-apiserver", state="degraded", because__contains="readyz").exists()

    async with replaying(valkey, tmp_path, "errors", "healthy") as cluster:
        await comes_true(lambda: Cluster.objects.get(pk=cluster.pk).offset > 0, "a first frame")
        # A while later the recorded server starts anew: /readyz answers 500 until its hooks are done.
        await comes_true(is_failing_readyz, "the failing readyz")
    sent = deltas(valkey, cluster)
    assert [one.prev for one in sent] == [one.o - 1 for one in sent]
    snapshot = await in_sql(lambda: selectors.snapshot(cluster.slug))
    assert snapshot is not None
    assert {(fault.kind, fault.message) for fault in snapshot.cluster.missing} >= {("forbidden", "Reading Nodes is not permitted.")}
    assert all(fault.remedy for fault in snapshot.cluster.missing)
    states = {row.kind: row.state for row in snapshot.components}
    assert {states[kind] for kind in AGENT_KINDS} == {"not_observable"}
    assert "down" not in states.values()
    components, _ = applied(sent)
    assert components == {row.kind: row for row in snapshot.components}


async def test_a_cluster_that_refuses_connections_is_stored_as_down_with_its_reason(valkey: str, tmp_path: Path) -> None:
    async with serve(Recording("healthy")) as server:
        path = str(server.write_kubeconfig(tmp_path))
    # The server is gone: its port refuses.
    cluster = (await in_sql(lambda: clusters.declare([clusters.Declaration("kubeconfig", "Gone", path, "replay")])))[0]
    lease, stream, stop = Lease(valkey, cluster.pk, monotonic), Stream(valkey), asyncio.Event()
    assert await lease.take()
    collector = Collector(
        cluster.pk,
        cluster.slug,
        source=lambda: ClusterSource(Target(path, "replay")),
        judge=lambda: CacheJudge(cluster.slug),
        lease=lease,
        stream=stream,
        stopping=stop.is_set,
    )
    task = asyncio.create_task(collector.run())
    try:
        await comes_true(lambda: cluster.components.filter(kind="kube-apiserver", state="down").exists(), "down")
        etcd = await in_sql(lambda: selectors.component(cluster.slug, "etcd"))
        assert etcd is not None
        assert etcd.row.state == "unknown"
    finally:
        stop.set()
        async with asyncio.timeout(PATIENCE):
            await task
        await stream.aclose()
