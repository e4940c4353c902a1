"""What was seen before a pause of our own is told before it, and what waited meanwhile after it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from planes.collect.judging import Judging
from planes.collect.parts import Clocks, Pause
from planes.collect.store_thread import Remembered
from planes.structs.events import Heard, SourceEvent
from planes.structs.feeds import Feed
from planes.structs.moments import Epoch, Mono
from planes.structs.rows import Frame


class Telling:
    """A judge that notes what it was told, in order."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def apply(self, event: SourceEvent) -> None:
        self.told.append(f"event of {event.at:g}")

    def paused(self, gap: float, now: Mono) -> None:
        self.told.append(f"paused for {gap:g} until {now:g}")

    def frame(self, now: Mono, wall: float) -> Frame:
        self.told.append(f"judged at {now:g}")
        return Frame(at=Epoch(wall))

    def restore(self, remembered: Remembered) -> None: ...

    def heartbeats(self, now: Mono, wall: float) -> dict[str, float]:
        return {}

    def baseline(self) -> bytes | None:
        return None


@pytest.fixture
def executor() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as running:
        yield running


def events(*moments: float) -> list[SourceEvent]:
    return [Heard(Feed.NODE_LEASES, Mono(at)) for at in moments]


async def test_what_waited_when_we_were_stopped_is_told_before_the_pause(executor: ThreadPoolExecutor) -> None:
    judge = Telling()
    judging = Judging(judge, executor, Clocks(mono=lambda: Mono(160.0), wall=lambda: Epoch(1160.0)), 2.0)
    await judging.look(events(99.8, 100.2, 100.3, 160.0), Pause(60.0, Mono(100.25)))
    assert judge.told == [
        "event of 99.8",
        "event of 100.2",
        "paused for 60 until 160",
        "event of 100.3",
        "event of 160",
        "judged at 160",
    ]


async def test_without_a_pause_events_are_told_as_they_came(executor: ThreadPoolExecutor) -> None:
    judge = Telling()
    judging = Judging(judge, executor, Clocks(mono=lambda: Mono(101.0), wall=lambda: Epoch(1101.0)), 2.0)
    await judging.look(events(100.1, 100.9))
    assert judge.told == ["event of 100.1", "event of 100.9", "judged at 101"]
