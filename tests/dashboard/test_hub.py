"""The hub alone, fed by hand: order, bounded queues, walls, and following that breaks off."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise

import msgspec
import pytest

from dashboard import hub as hub_module
from dashboard.hub import AT_ONCE, QUEUE_MESSAGES, QUEUE_SIZE, Hub, Viewer
from planes.live.stream import Entry, Lost
from planes.live.wire import (
    Delta,
    Encoded,
    GoneRows,
    Heartbeats,
    KeepAlive,
    Message,
    Published,
    Pulse,
    Resync,
    Update,
    WallChanged,
    WallPulse,
    WallPulses,
    encode,
)
from tests.dashboard.conftest import holds


class Fed:
    """A follower that yields what a test puts in."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[Entry | Lost | Exception] = asyncio.Queue()
        self.watched: set[int] = set()
        self.closed = False

    def watch(self, cluster_id: int) -> None:
        self.watched.add(cluster_id)

    def unwatch(self, cluster_id: int) -> None:
        self.watched.discard(cluster_id)

    def put(self, cluster_id: int, message: Published) -> None:
        """A collector publishes."""
        self.queue.put_nowait(Entry(cluster_id, type(message), encode(message)))

    async def follow(self) -> AsyncIterator[Entry | Lost]:
        while True:
            item = await self.queue.get()
            if isinstance(item, Exception):
                raise item
            yield item

    async def aclose(self) -> None:
        self.closed = True


@asynccontextmanager
async def running() -> AsyncIterator[tuple[Hub, Fed]]:
    fed = Fed()
    hub = Hub(lambda: fed, app="v1")
    await hub.start()
    try:
        yield hub, fed
    finally:
        await hub.stop()
    assert fed.closed


PULSE = Pulse(pulse=1.0, heard=0.5, epoch="1", o=1)
HEARTBEATS = Heartbeats({"node-1": 12.5})


def delta(offset: int) -> Delta:
    """A delta that changes a card once it is read: a node went."""
    return Delta(o=offset, prev=offset - 1, epoch="1", at=0.0, u=Update(), x=GoneRows(nodes=["node-1"]))


async def taken(viewer: Viewer) -> list[Message]:
    """Everything queued now, as a browser reads it: by its type alone."""
    return [msgspec.json.decode(await viewer.get(), type=Message) for _ in range(len(viewer))]


async def test_each_viewer_gets_its_own_clusters_messages_in_order() -> None:
    async with running() as (hub, fed):
        one, other = Viewer(), Viewer()
        hub.join(1, one)
        hub.join(2, other)
        await taken(one), await taken(other)
        for number in range(5):
            fed.put(1, delta(number))
        fed.put(2, PULSE)
        fed.put(3, PULSE)  # nobody looks
        await holds(lambda: hub.counters.messages == 7)
        assert await taken(one) == [delta(number) for number in range(5)]
        assert await taken(other) == [PULSE]


async def test_all_viewers_share_one_string() -> None:
    async with running() as (hub, fed):
        viewers = [Viewer() for _ in range(3)]
        for viewer in viewers:
            hub.join(1, viewer)
            await taken(viewer)
        fed.put(1, delta(1000))
        await holds(lambda: hub.counters.messages == 1)
        texts = [await viewer.get() for viewer in viewers]
        assert all(text is texts[0] for text in texts)


async def test_a_viewer_that_does_not_read_holds_at_most_its_queue_and_is_told_to_resync() -> None:
    viewer = Viewer()
    for number in range(10_000):
        viewer.put(encode(delta(number)))
        assert len(viewer) <= QUEUE_MESSAGES
    messages = await taken(viewer)
    assert messages[0] == Resync()
    assert messages[-1] == delta(9999)
    assert messages.count(Resync()) == 1


async def test_a_viewers_queue_is_bounded_in_size_too() -> None:
    viewer = Viewer()
    for _ in range(1000):
        viewer.put(Encoded("x" * 10_000))
        assert viewer.size <= QUEUE_SIZE
    assert viewer.resyncs > 0
    viewer.put(Encoded("x" * (QUEUE_SIZE + 1)))
    assert await taken(viewer) == [Resync()]
    assert viewer.size == 0


async def test_after_a_loss_everyone_is_told_to_resync_and_nothing_older_is_sent() -> None:
    async with running() as (hub, fed):
        viewer, wall = Viewer(), Viewer()
        hub.show({1: "prod"})
        hub.join(1, viewer)
        hub.join_wall(wall)
        fed.put(1, delta(1))
        fed.queue.put_nowait(Lost())
        await holds(lambda: hub.counters.lost == 1)
        assert await taken(viewer) == [Resync()]
        assert (await taken(wall))[0] == Resync()  # a "changed" that was due may follow


@pytest.mark.parametrize("on_walls", [False, True])
@pytest.mark.parametrize("item", [Entry(1, Pulse, encode(PULSE)), Lost()])
async def test_some_viewers_are_told_in_each_turn_of_the_event_loop_so_that_others_get_theirs(
    item: Entry | Lost, on_walls: bool
) -> None:
    """Thousands in one turn would hold up every page, and the probe that says whether this process lives."""
    async with running() as (hub, fed):
        viewers = [Viewer() for _ in range(3 * AT_ONCE + 1)]
        hub.show({1: "prod"})
        for viewer in viewers:
            if on_walls:
                hub.join_wall(viewer)
            else:
                hub.join(1, viewer)
        fed.queue.put_nowait(item)
        told = [0]
        while told[-1] < len(viewers) and len(told) < 100:
            await asyncio.sleep(0)
            told.append(sum(len(viewer) > 1 or viewer.resyncs > 0 for viewer in viewers))
        assert told[-1] == len(viewers)
        assert max(later - before for before, later in pairwise(told)) == AT_ONCE


async def test_following_that_breaks_off_is_taken_up_again(caplog: pytest.LogCaptureFixture) -> None:
    async with running() as (hub, fed):
        viewer = Viewer()
        hub.join(1, viewer)
        fed.queue.put_nowait(RuntimeError("defect"))
        fed.put(1, PULSE)
        await holds(lambda: hub.counters.messages == 1)
        assert hub.counters.failures == 1
        assert (await taken(viewer))[-2:] == [Resync(), PULSE]
    assert "broke off" in caplog.text


async def test_only_clusters_that_somebody_looks_at_are_followed() -> None:
    async with running() as (hub, fed):
        viewer, wall = Viewer(), Viewer()
        hub.join(1, viewer)
        assert fed.watched == {1}
        hub.show({1: "prod", 2: "test"})
        hub.join_wall(wall)
        assert fed.watched == {1, 2}
        hub.leave(1, viewer)
        assert fed.watched == {1, 2}
        hub.show({1: "prod"})
        assert fed.watched == {1}
        hub.leave_wall(wall)
        assert fed.watched == set()
        assert hub.viewers == 0


async def test_a_wall_hears_each_pulse_and_changes_at_most_once_an_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "WALL_INTERVAL", 0.2)
    async with running() as (hub, fed):
        wall = Viewer()
        hub.show({1: "prod", 2: "test"})
        hub.join_wall(wall)
        await taken(wall)
        for number in range(50):
            fed.put(1, delta(number))
        fed.put(2, delta(1))
        fed.put(1, PULSE)
        await holds(lambda: len(wall) >= 3)
        assert sorted(await taken(wall), key=repr) == [WallChanged("prod"), WallChanged("test"), WallPulse("prod", PULSE)]
        fed.put(1, HEARTBEATS)
        fed.put(1, delta(50))
        fed.put(1, delta(51))
        loop = asyncio.get_running_loop()
        started = loop.time()
        await holds(lambda: len(wall) == 1)
        assert loop.time() - started > 0.05
        assert await taken(wall) == [WallChanged("prod")]


async def test_the_screens_of_displays_are_sent_how_a_cluster_is_that_changed_if_they_may_know_of_it() -> None:
    fed, asked = Fed(), []

    async def news(cluster_id: int) -> Encoded | None:
        asked.append(cluster_id)
        if cluster_id == 2:
            raise OSError("the database is away")
        return Encoded("news of 1")

    hub = Hub(lambda: fed, app="v1", news=news)
    await hub.start()
    try:
        screen, other, person = Viewer(), Viewer(), Viewer()
        hub.show({1: "prod", 2: "test"})
        hub.join_wall(screen, news=True)
        hub.join_wall(other, frozenset({2}), news=True)
        hub.join_wall(person)
        for viewer in (screen, other, person):
            await taken(viewer)
        fed.put(1, delta(1))
        fed.put(2, delta(1))
        await holds(lambda: asked == [1, 2] and len(screen) == 3)
        assert sorted([await screen.get() for _ in range(3)]) == sorted(
            ["news of 1", *map(encode, (WallChanged("prod"), WallChanged("test")))]
        )
        assert await taken(other) == [WallChanged("test")]
        assert len(person) == 2
    finally:
        await hub.stop()


async def test_the_screens_of_displays_hear_the_newest_pulses_of_their_clusters_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "PULSES", 0.05)
    async with running() as (hub, fed):
        screen, other, person = Viewer(), Viewer(), Viewer()
        hub.show({1: "prod", 2: "test"})
        hub.join_wall(screen, news=True)
        hub.join_wall(other, frozenset({2}), news=True)
        hub.join_wall(person)
        for viewer in (screen, other, person):
            await taken(viewer)
        newer = Pulse(pulse=2.0, heard=1.5, epoch="1", o=1)
        for cluster_id, pulse in ((1, PULSE), (1, newer), (2, PULSE)):
            fed.put(cluster_id, pulse)
        await holds(lambda: len(person) == 3 and len(screen) == 1 and len(other) == 1)
        assert await taken(screen) == [WallPulses({"prod": newer, "test": PULSE})]
        assert await taken(other) == [WallPulses({"test": PULSE})]
        assert await taken(person) == [WallPulse("prod", PULSE), WallPulse("prod", newer), WallPulse("test", PULSE)]


async def test_heartbeats_of_nodes_go_to_who_looks_at_their_cluster_and_to_no_wall() -> None:
    async with running() as (hub, fed):
        wall, viewer = Viewer(), Viewer()
        hub.show({1: "prod"})
        hub.join_wall(wall)
        hub.join(1, viewer)
        await taken(wall)
        await taken(viewer)
        fed.put(1, HEARTBEATS)
        fed.put(1, PULSE)
        await holds(lambda: len(wall) >= 1)
        assert await taken(wall) == [WallPulse("prod", PULSE)]
        assert await taken(viewer) == [HEARTBEATS, PULSE]


async def test_a_keepalive_goes_to_everyone_and_names_the_pages_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "KEEPALIVE", 0.05)
    async with running() as (hub, _):
        viewer, wall = Viewer(), Viewer()
        hub.join(1, viewer)
        hub.join_wall(wall)
        await taken(viewer), await taken(wall)
        await holds(lambda: len(viewer) > 0 and len(wall) > 0)
        for message in (await taken(viewer))[0], (await taken(wall))[0]:
            assert isinstance(message, KeepAlive)
            assert message.app == "v1"
