"""The collector on real SQL and a real Valkey: what is told is stored and sent, by one writer, whatever goes away meanwhile."""

import asyncio
import gc
import time
from dataclasses import replace

import msgspec
import pytest
import redis

from planes.collect.collector import Collector, Ended
from planes.collect.lease import Lease, owner_key
from planes.collect.parts import Clocks
from planes.kube.clock import wall
from planes.live.stream import Peek, Stream, stream_key
from planes.live.wire import Delta
from planes.models import Cluster, Component, Node, Transition, Watched
from planes.store import clusters, selectors, services
from planes.structs.moments import Epoch, Mono
from planes.structs.rows import Frame
from tests.collect.scripted import (
    PATIENCE,
    QUICK,
    Counting,
    Script,
    collecting,
    comes_true,
    declare,
    etcd_says,
    in_sql,
    sql_refusing,
)
from tests.services import Valkey

pytestmark = pytest.mark.django_db(transaction=True)


def deltas(url: str, cluster: Cluster) -> list[Delta]:
    """All deltas of a cluster's stream."""
    with redis.Redis.from_url(url) as client:
        entries = client.xrange(stream_key(cluster.pk))
    return [msgspec.json.decode(fields[b"m"], type=Delta) for _, fields in entries if b"m" in fields]


async def sent(url: str, cluster: Cluster, epoch: str = "1") -> list[Delta]:
    """The same, once there is one of this epoch: what is stored is sent a moment later."""
    found = deltas(url, cluster)
    async with asyncio.timeout(PATIENCE):
        while epoch not in {one.epoch for one in found}:
            await asyncio.sleep(0.01)
            found = deltas(url, cluster)
    return found


async def ended(task: "asyncio.Task[Ended]") -> Ended:
    async with asyncio.timeout(PATIENCE):
        return await asyncio.shield(task)


async def test_what_the_source_tells_is_stored_and_sent_in_one_order(valkey: str) -> None:
    cluster = await declare()
    async with collecting(cluster, valkey) as running:
        await comes_true(etcd_says(cluster, "0 events"), "the first frame")
        running.script.tell(3)
        await comes_true(etcd_says(cluster, "3 events"), "the events")
        await comes_true(lambda: Peek(valkey).pulse(cluster.pk) is not None, "a pulse")
        await comes_true(lambda: Peek(valkey).heartbeats(cluster.pk).keys() == {"node-1"}, "heartbeats")
    sent = deltas(valkey, cluster)
    assert [one.o for one in sent] == list(range(1, len(sent) + 1))
    assert [one.prev for one in sent] == list(range(len(sent)))
    assert {one.epoch for one in sent} == {"1"}
    assert [row.because for one in sent for row in one.u.components][-1] == "3 events"
    stored = await in_sql(lambda: Cluster.objects.get(pk=cluster.pk))
    assert (stored.epoch, stored.offset) == (1, len(sent))
    assert bytes(stored.baseline) == b'{"seen":3}'
    assert all(one.u.components for one in sent), "nothing is sent that shows nothing"


class Waiting(Counting):
    """Has something to remember, and nothing to show yet, as after a restart."""

    def frame(self, now: float, wall: float) -> Frame:
        return Frame(at=Epoch(wall))


async def test_what_is_only_to_be_remembered_is_stored_and_makes_no_pulse_vouch_for_an_older_picture(valkey: str) -> None:
    cluster = await declare()
    async with collecting(cluster, valkey, judge=Waiting) as running:
        running.script.tell(2)
        await comes_true(lambda: bytes(Cluster.objects.get(pk=cluster.pk).baseline) == b'{"seen":2}', "what is remembered")
        assert (await in_sql(lambda: Cluster.objects.get(pk=cluster.pk))).offset == 0
        assert Peek(valkey).pulse(cluster.pk) is None
    assert deltas(valkey, cluster) == []


async def test_a_pulse_claims_the_last_stored_offset_and_when_the_server_was_heard(valkey: str) -> None:
    cluster, peek = await declare(), Peek(valkey)
    async with collecting(cluster, valkey) as running:
        await comes_true(lambda: peek.pulse(cluster.pk) is not None, "a pulse")
        first = peek.pulse(cluster.pk)
        assert first is not None
        assert first.heard is None
        running.script.tell()
        await comes_true(lambda: getattr(peek.pulse(cluster.pk), "heard", None) is not None, "a pulse that heard")
        await comes_true(lambda: getattr(peek.pulse(cluster.pk), "o", 0) == deltas(valkey, cluster)[-1].o, "the last offset")
        pulse = peek.pulse(cluster.pk)
    assert pulse is not None
    assert pulse.epoch == "1"
    assert pulse.heard == pytest.approx(time.time(), abs=PATIENCE)


async def test_stopping_releases_the_lease_at_once(valkey: str) -> None:
    cluster = await declare()
    async with collecting(cluster, valkey) as running:
        await comes_true(etcd_says(cluster, "0 events"), "the first frame")
        with redis.Redis.from_url(valkey) as client:
            assert client.exists(owner_key(cluster.pk))
            running.stop.set()
            assert await ended(running.task) is Ended.STOPPED
            assert not client.exists(owner_key(cluster.pk))


async def test_of_two_collectors_of_one_cluster_exactly_one_writes(valkey: str, own_valkey: Valkey) -> None:
    cluster = await declare()
    async with collecting(cluster, valkey) as first:
        await comes_true(etcd_says(cluster, "0 events"), "the first frame")
        second = Lease(valkey, cluster.pk, time.monotonic)
        assert not await second.take(), "one lease a cluster"
        await second.release()
        # Two Valkeys that know nothing of each other: both collectors hold a lease, and only the fence in SQL is between them.
        async with collecting(cluster, own_valkey.url) as other:
            other.script.tell(2)
            first.script.tell(5)
            assert await ended(first.task) is Ended.NOT_OURS
            await comes_true(etcd_says(cluster, "2 events"), "the other's frame")
            await sent(own_valkey.url, cluster, "2")
            assert not other.task.done()
    assert {one.epoch for one in deltas(valkey, cluster)} == {"1"}
    assert {one.epoch for one in deltas(own_valkey.url, cluster)} == {"2"}
    assert await in_sql(lambda: (Node.objects.count(), Component.objects.count())) == (1, 1)


async def test_a_stale_collector_neither_writes_nor_publishes(valkey: str) -> None:
    cluster = await declare()
    async with collecting(cluster, valkey, intervals=replace(QUICK, touch=60.0)) as running:
        await comes_true(etcd_says(cluster, "0 events"), "the first frame")
        await sent(valkey, cluster)
        epoch = await in_sql(lambda: services.take(cluster.pk))
        taken = time.time()
        running.script.tell(5)
        assert await ended(running.task) is Ended.NOT_OURS
    assert [one for one in deltas(valkey, cluster) if one.at > taken] == []
    assert await in_sql(etcd_says(cluster, "0 events"))
    assert epoch == 2


async def test_a_disabled_cluster_is_left_alone(valkey: str) -> None:
    cluster = await declare()
    async with collecting(cluster, valkey) as running:
        await comes_true(etcd_says(cluster, "0 events"), "the first frame")
        await in_sql(lambda: clusters.declare([]))
        assert await ended(running.task) is Ended.NOT_OURS


async def test_a_successor_begins_with_what_was_known_and_removes_what_is_gone(valkey: str) -> None:
    cluster = await declare()
    async with collecting(cluster, valkey, judge=lambda: Counting(nodes=["node-1", "node-2"])) as running:
        running.script.tell(1)
        await comes_true(etcd_says(cluster, "1 events"), "the first collector's frame")
    async with collecting(cluster, valkey) as running:
        await comes_true(etcd_says(cluster, "0 events"), "the second collector's frame")
        remembered = running.judges[0].remembered
        told = await sent(valkey, cluster, "2")
    assert remembered is not None
    assert [row.name for row in remembered.nodes] == ["node-1", "node-2"]
    assert remembered.components[0].because == "1 events"
    assert remembered.baseline == b'{"seen":1}'
    assert [(one.epoch, one.x.nodes) for one in told if one.x.nodes] == [("2", ["node-2"])]
    assert await in_sql(lambda: list(Node.objects.values_list("name", flat=True))) == ["node-1"]


async def test_the_judge_hears_of_a_pause_of_our_own_before_what_waited_meanwhile(
    valkey: str, caplog: pytest.LogCaptureFixture
) -> None:
    skew = 0.0
    cluster = await declare()
    clocks = Clocks(mono=lambda: Mono(time.monotonic() + skew), wall=wall)
    async with collecting(cluster, valkey, clocks=clocks) as running:
        await comes_true(etcd_says(cluster, "0 events"), "the first frame")
        end = time.monotonic() + PATIENCE
        while "was paused for 6 s" not in caplog.text:  # a pause while the judge is at work is the judge's to see
            assert time.monotonic() < end
            skew += 6.0
            await asyncio.sleep(0.3)
        running.script.tell()
        await comes_true(etcd_says(cluster, "1 events"), "going on")
        assert len(running.judges) == 1
        gap, told = running.judges[0].pauses[0]
        assert (round(gap), told) == (6, 0)


async def test_a_defect_is_said_on_the_page_and_the_next_term_mends_it(valkey: str, caplog: pytest.LogCaptureFixture) -> None:
    cluster = await declare()
    judges = [
        Counting(),
        Counting(fails=ZeroDivisionError("of the test")),
        Counting(fails=ZeroDivisionError("of the test")),
        Counting(),
    ]
    async with collecting(cluster, valkey, judge=lambda: judges.pop(0)) as running:
        await comes_true(etcd_says(cluster, "0 events"), "the first frame")
        running.script.says.put_nowait(RuntimeError("of the script"))
        await comes_true(lambda: len(running.judges) >= 2, "a second term")
        running.script.tell()

        def says_internal() -> bool:
            head = selectors.cluster(cluster.slug)
            return head is not None and head.row.fault is not None and "ZeroDivisionError" in head.row.fault.message

        await comes_true(says_internal, "the fault on the page")
        node = await in_sql(lambda: selectors.node(cluster.slug, "node-1"))
        assert node is not None
        assert (node.row.state, node.row.kubelet.last) == ("unknown", "healthy")
        running.script.tell()
        await comes_true(etcd_says(cluster, "0 events"), "the mended picture")
    defects = [record for record in caplog.records if record.levelname == "ERROR"]
    assert len(defects) == 2
    assert "of the script" not in str(await in_sql(lambda: Cluster.objects.get(pk=cluster.pk).row))


async def test_valkey_killed_and_started_again_loses_neither_the_lease_nor_a_state(own_valkey: Valkey) -> None:
    cluster = await declare()
    async with collecting(cluster, own_valkey.url) as running:
        await comes_true(etcd_says(cluster, "0 events"), "the first frame")
        own_valkey.kill()
        running.script.tell(3)
        await comes_true(etcd_says(cluster, "3 events"), "storing without Valkey")
        own_valkey.start()
        peek = Peek(own_valkey.url)
        await comes_true(lambda: peek.pulse(cluster.pk) is not None, "pulses again")
        with redis.Redis.from_url(own_valkey.url) as client:
            await comes_true(lambda: bool(client.exists(owner_key(cluster.pk))), "the lease again")
        running.script.tell(1)
        await comes_true(lambda: bool(deltas(own_valkey.url, cluster)), "deltas again")
        assert not running.task.done()
        assert len(running.judges) == 1
        first = deltas(own_valkey.url, cluster)[0]
        assert first.prev == first.o - 1 > 0  # a viewer who missed the ones between sees it by prev


async def test_without_renewal_for_two_thirds_of_the_lease_the_collector_ends(own_valkey: Valkey) -> None:
    skew = 0.0
    cluster = await declare()
    clocks = Clocks(mono=lambda: Mono(time.monotonic() + skew), wall=wall)
    async with collecting(cluster, own_valkey.url, clocks=clocks, intervals=replace(QUICK, pause=60.0)) as running:
        await comes_true(etcd_says(cluster, "0 events"), "the first frame")
        own_valkey.kill()
        skew = 10.5
        assert await ended(running.task) is Ended.LEASE


async def test_what_sql_does_not_take_is_kept_and_written_late_with_every_change(
    valkey: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster, peek = await declare(), Peek(valkey)
    async with collecting(cluster, valkey, intervals=replace(QUICK, overdue=0.1)) as running:
        await comes_true(etcd_says(cluster, "0 events"), "the first frame")
        async with sql_refusing():
            for _ in range(4):
                running.script.tell()
                await asyncio.sleep(QUICK.tick * 3)
            before = peek.pulse(cluster.pk)
            while (now := peek.pulse(cluster.pk)) != before:
                before = now
                await asyncio.sleep(QUICK.pulse * 3)
            await comes_true(lambda: peek.trouble().startswith("Planewatch's database "), "whoever shows the picture can say why")
        await comes_true(etcd_says(cluster, "4 events"), "writing late")
        await comes_true(lambda: peek.pulse(cluster.pk) != before, "pulses again")
        assert peek.trouble() == ""
    becauses = await in_sql(lambda: list(Transition.objects.order_by("id").values_list("because", flat=True)))
    assert len(becauses) == len(set(becauses)), "no change is written twice"
    assert becauses[0] == "0 events"
    assert becauses[-1] == "4 events"


async def test_which_cluster_it_was_seen_to_be_is_stored_and_stays(valkey: str) -> None:
    cluster = await declare()
    lease, stream, stop = Lease(valkey, cluster.pk, time.monotonic), Stream(valkey), asyncio.Event()
    assert await lease.take()
    collector = Collector(
        cluster.pk, cluster.slug, source=Script, judge=Counting, lease=lease, stream=stream, stopping=stop.is_set,
        intervals=QUICK, identity=lambda: "uid-1",
    )  # fmt: skip
    task = asyncio.create_task(collector.run())
    try:
        await comes_true(lambda: Cluster.objects.filter(pk=cluster.pk, identity="uid-1").exists(), "its identity in SQL")
    finally:
        stop.set()
        await ended(task)
        await stream.aclose()


async def test_what_it_watched_is_stored_as_one_span_that_grows(valkey: str) -> None:
    cluster = await declare()
    async with collecting(cluster, valkey):
        await comes_true(lambda: Watched.objects.filter(cluster=cluster.pk).exists(), "a span")
        (first,) = await in_sql(lambda: list(Watched.objects.filter(cluster=cluster.pk)))
        longer = Watched.objects.filter(cluster=cluster.pk, began=first.began, ended__gt=first.ended)
        await comes_true(longer.exists, "a longer span")
    assert await in_sql(Watched.objects.filter(cluster=cluster.pk).count) == 1
    assert first.began == pytest.approx(time.time(), abs=PATIENCE)


async def test_what_fails_while_a_collector_ends_is_not_told_as_never_retrieved(valkey: str) -> None:
    told: list[str] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context["message"]))
    cluster = await declare()
    async with collecting(cluster, valkey) as running:
        running.script.closing = OSError("the connection would not close")
        await comes_true(etcd_says(cluster, "0 events"), "the first frame")
    assert running.task.result() is Ended.STOPPED
    gc.collect()
    assert told == []
