"""The hub alone, fed by hand: order, bounded queues, walls, and following that breaks off."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from dashboard import hub as hub_module
from dashboard.hub import QUEUE_MESSAGES, QUEUE_SIZE, RESYNC, Hub, Viewer
from planes.live.stream import Message
from tests.dashboard.conftest import holds


class Fed:
    """A follower that yields what a test puts in."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[Message | Exception] = asyncio.Queue()
        self.watched: set[int] = set()
        self.closed = False

    def watch(self, cluster_id: int) -> None:
        self.watched.add(cluster_id)

    def unwatch(self, cluster_id: int) -> None:
        self.watched.discard(cluster_id)

    async def follow(self) -> AsyncIterator[Message]:
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


async def taken(viewer: Viewer) -> list[str]:
    """Everything queued now."""
    return [await viewer.get() for _ in range(len(viewer))]


async def test_each_viewer_gets_its_own_clusters_messages_in_order() -> None:
    async with running() as (hub, fed):
        one, other = Viewer(), Viewer()
        hub.join(1, one)
        hub.join(2, other)
        await taken(one), await taken(other)
        for number in range(5):
            fed.queue.put_nowait(Message(1, b"%d" % number))
        fed.queue.put_nowait(Message(2, b"x"))
        fed.queue.put_nowait(Message(3, b"nobody looks"))
        await holds(lambda: hub.counters.messages == 7)
        assert await taken(one) == ["0", "1", "2", "3", "4"]
        assert await taken(other) == ["x"]


async def test_all_viewers_share_one_decoded_message() -> None:
    async with running() as (hub, fed):
        viewers = [Viewer() for _ in range(3)]
        for viewer in viewers:
            hub.join(1, viewer)
            await taken(viewer)
        fed.queue.put_nowait(Message(1, b'{"o":1000}'))
        await holds(lambda: hub.counters.messages == 1)
        texts = [(await taken(viewer))[0] for viewer in viewers]
        assert all(text is texts[0] for text in texts)


async def test_a_viewer_that_does_not_read_holds_at_most_its_queue_and_is_told_to_resync() -> None:
    viewer = Viewer()
    for number in range(10_000):
        viewer.put(f"message {number}")
        assert len(viewer) <= QUEUE_MESSAGES
    texts = await taken(viewer)
    assert texts[0] == RESYNC
    assert texts[-1] == "message 9999"
    assert texts.count(RESYNC) == 1


async def test_a_viewers_queue_is_bounded_in_size_too() -> None:
    viewer = Viewer()
    for _ in range(1000):
        viewer.put("x" * 10_000)
        assert viewer.size <= QUEUE_SIZE
    assert viewer.resyncs > 0
    viewer.put("x" * (QUEUE_SIZE + 1))
    assert await taken(viewer) == [RESYNC]
    assert viewer.size == 0


async def test_after_a_loss_everyone_is_told_to_resync_and_nothing_older_is_sent() -> None:
    async with running() as (hub, fed):
        viewer, wall = Viewer(), Viewer()
        hub.show({1: "prod"})
        hub.join(1, viewer)
        hub.join_wall(wall)
        fed.queue.put_nowait(Message(1, b"{}"))
        fed.queue.put_nowait(Message(lost=True))
        await holds(lambda: hub.counters.lost == 1)
        assert await taken(viewer) == [RESYNC]
        assert (await taken(wall))[0] == RESYNC  # a "changed" that was due may follow


async def test_following_that_breaks_off_is_taken_up_again(caplog: pytest.LogCaptureFixture) -> None:
    async with running() as (hub, fed):
        viewer = Viewer()
        hub.join(1, viewer)
        fed.queue.put_nowait(RuntimeError("defect"))
        fed.queue.put_nowait(Message(1, b"{}"))
        await holds(lambda: hub.counters.messages == 1)
        assert hub.counters.failures == 1
        assert (await taken(viewer))[-2:] == [RESYNC, "{}"]
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
        for _ in range(50):
            fed.queue.put_nowait(Message(1, b'{"o":1}'))
        fed.queue.put_nowait(Message(2, b'{"o":1}'))
        fed.queue.put_nowait(Message(1, b'{"pulse":1}', is_pulse=True))
        await holds(lambda: len(wall) >= 3)
        assert sorted(await taken(wall)) == [
            '{"slug":"prod","changed":true}',
            '{"slug":"prod","pulse":{"pulse":1}}',
            '{"slug":"test","changed":true}',
        ]
        fed.queue.put_nowait(Message(1, b'{"beats":{}}', is_beats=True))
        fed.queue.put_nowait(Message(1, b'{"o":2}'))
        fed.queue.put_nowait(Message(1, b'{"o":3}'))
        loop = asyncio.get_running_loop()
        started = loop.time()
        await holds(lambda: len(wall) == 1)
        assert loop.time() - started > 0.05
        assert await taken(wall) == ['{"slug":"prod","changed":true}']


async def test_heartbeats_of_nodes_go_to_who_looks_at_their_cluster_and_to_no_wall() -> None:
    async with running() as (hub, fed):
        wall, viewer = Viewer(), Viewer()
        hub.show({1: "prod"})
        hub.join_wall(wall)
        hub.join(1, viewer)
        await taken(wall)
        await taken(viewer)
        fed.queue.put_nowait(Message(1, b'{"beats":{"node-1":12.5}}', is_beats=True))
        fed.queue.put_nowait(Message(1, b'{"pulse":1}', is_pulse=True))
        await holds(lambda: len(wall) >= 1)
        assert await taken(wall) == ['{"slug":"prod","pulse":{"pulse":1}}']
        assert await taken(viewer) == ['{"beats":{"node-1":12.5}}', '{"pulse":1}']


async def test_a_heartbeat_goes_to_everyone_and_names_the_pages_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "HEARTBEAT", 0.05)
    async with running() as (hub, _):
        viewer = Viewer()
        hub.join(1, viewer)
        await taken(viewer)
        await holds(lambda: len(viewer) > 0)
        assert '"app":"v1"' in await viewer.get()
