"""The judge in a thread of its own, so that judging thousands of nodes holds up neither the lease nor pulses nor reading."""

import asyncio
from concurrent.futures import Executor

from planes.collect.parts import Clocks, Judge, Pause
from planes.collect.store_thread import Remembered
from planes.structs.events import SourceEvent
from planes.structs.rows import Frame


class Judging:
    """One term's judge. `executor` has one thread, so the judge is only ever in one place. `heartbeats` are told anew every
    `heartbeats_every` seconds: node name -> epoch seconds."""

    def __init__(self, judge: Judge, executor: Executor, clocks: Clocks, heartbeats_every: float) -> None:
        self.heartbeats: dict[str, float] = {}
        self._judge = judge
        self._executor = executor
        self._clocks = clocks
        self._heartbeats_every = heartbeats_every
        self._heartbeats_at = float("-inf")

    async def restore(self, remembered: Remembered) -> None:
        """Begin with what was last known."""
        await asyncio.wrap_future(self._executor.submit(self._judge.restore, remembered))

    async def look(self, events: list[SourceEvent], pause: Pause | None = None) -> tuple[Frame, bytes | None]:
        """Take these events, and judge: what changed, and the baseline if that did. `pause`: we ourselves stood still since the
        last look."""
        frame, baseline, heartbeats = await asyncio.wrap_future(self._executor.submit(self._look, events, pause))
        self.heartbeats = self.heartbeats if heartbeats is None else heartbeats
        return frame, baseline

    def _look(self, events: list[SourceEvent], pause: Pause | None) -> tuple[Frame, bytes | None, dict[str, float] | None]:
        if pause is not None:
            # What still waited when we were stopped is as old as the pause is long, and is in_grace with all that was seen before.
            for event in events:
                if event.at <= pause.began:
                    self._judge.apply(event)
            self._judge.paused(pause.gap, self._clocks.mono())
            events = [event for event in events if event.at > pause.began]
        for event in events:
            self._judge.apply(event)
        now, wall = self._clocks.mono(), self._clocks.wall()
        frame = self._judge.frame(now, wall)
        heartbeats = None
        if now - self._heartbeats_at >= self._heartbeats_every:
            heartbeats, self._heartbeats_at = self._judge.heartbeats(now, wall), now
        return frame, self._judge.baseline(), heartbeats
