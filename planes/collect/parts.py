"""What a collector is given: its source of events, who judges them, its clocks and its intervals."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from planes.collect.progress import JUDGING, STORING
from planes.collect.store_thread import Remembered
from planes.kube.clock import monotonic, wall
from planes.structs.backoff import Backoff
from planes.structs.events import SourceEvent
from planes.structs.moments import Epoch, Mono
from planes.structs.rows import Frame

Emit = Callable[[SourceEvent], Awaitable[None]]


class Source(Protocol):
    """Where events come from: planes.kube.source.ClusterSource, or a script in a test."""

    async def run(self, emit: Emit) -> None:
        """Tell everything about the cluster until cancelled. `emit` may make it wait."""
        ...


class Judge(Protocol):
    """ClusterCache and assessor as one: takes events, gives frames. Pure: its times are the arguments'."""

    def apply(self, event: SourceEvent) -> None: ...

    def paused(self, gap: float, now: Mono) -> None:
        """We ourselves stood still for `gap` seconds until `now`, which counts against nobody. Told after the events that were seen
        before it, and before those that waited meanwhile."""
        ...

    def frame(self, now: Mono, wall: Epoch) -> Frame:
        """What changed since the frame before; the first that holds anything is full."""
        ...

    def restore(self, remembered: Remembered) -> None:
        """Begin with what was last known. Called once, before anything else."""
        ...

    def heartbeats(self, now: Mono, wall: Epoch) -> dict[str, float]:
        """Node name -> epoch seconds at which its lease was last seen to change."""
        ...

    def baseline(self) -> bytes | None:
        """What the cluster has been seen to have, if that changed since it was last asked."""
        ...


@dataclass(frozen=True, slots=True)
class Pause:
    """We ourselves stood still for `gap` seconds. What was seen until `began`, on our monotonic clock, was seen before it."""

    gap: float
    began: Mono


@dataclass(frozen=True, slots=True)
class Clocks:
    mono: Callable[[], Mono] = monotonic
    wall: Callable[[], Epoch] = wall


@dataclass(frozen=True, slots=True)
class Intervals:
    """Seconds. The defaults are the product's; tests take shorter ones."""

    tick: float = 0.25  # between judgements
    calm: float = 1.0  # between flushes in which only figures changed
    pulse: float = 1.0
    heartbeats: float = 2.0
    touch: float = 5.0  # between looks at whether the cluster is still ours and wanted
    renewal: float = 5.0  # of the lease
    look: float = 1.0  # between looks at whether Valkey still knows the lease
    retry: float = 0.5  # while Valkey is away
    pause: float = 5.0  # a gap between ticks that means that we ourselves stood still
    judging: float = JUDGING  # without a judgement, after which the lease is let go
    storing: float = STORING  # in which SQL took nothing, after which the lease is let go
    overdue: float = 2.0  # a change that waits for SQL for longer silences the pulse: the picture is late
    overdue_figures: float = 15.0  # the same for what is no change of state
    backoff: float = 0.2  # first wait after SQL refused; doubles to `backoff_limit`
    backoff_limit: float = 5.0
    restart: float = 5.0  # first wait after a defect; doubles to `restart_limit`
    restart_limit: float = 60.0
    emit: float = 30.0  # for which the source may have to wait

    def sql_backoff(self, rng: random.Random) -> Backoff:
        """Waits while SQL refuses."""
        return Backoff(rng, first=self.backoff, cap=self.backoff_limit, floor=self.backoff / 4)

    def restart_backoff(self, rng: random.Random) -> Backoff:
        """Waits after defects. Half the first at least: it costs the cluster a whole listing."""
        return Backoff(rng, first=self.restart, cap=self.restart_limit, floor=self.restart / 2)


#: Events between the source and the judge. When it is full the source waits, and with it the server's stream.
QUEUE = 10_000
