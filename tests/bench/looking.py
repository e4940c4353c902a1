"""A cluster looked at in virtual time: the real source, picture and assessor, by the clock of the loop that they run in."""

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from planes.assess.assessor import Assessor
from planes.components.pod_kinds import new_cache
from planes.components.registry import AGENT_KINDS
from planes.kube.connect import Target
from planes.kube.source import ClusterSource
from planes.structs.events import SourceEvent
from planes.structs.moments import Epoch, Mono
from planes.structs.rows import ChangeRow, ClusterRow, ComponentRow, EvidenceRow, Frame, NodeRow
from planes.structs.time_tokens import render

#: Seconds between judgements, as in a collector.
TICK = 0.25


@dataclass(frozen=True)
class Turn:
    """A shown state that changed, `at` seconds after the start of the loop."""

    at: float
    subject: str  # "etcd", "node-03/kubelet", "node-03"
    state: str
    because: str


@dataclass
class Watcher:
    """The frames of an assessor, as a viewer keeps them."""

    now: Callable[[], float]
    cluster: ClusterRow = field(default_factory=ClusterRow)
    components: dict[str, ComponentRow] = field(default_factory=dict)
    nodes: dict[str, NodeRow] = field(default_factory=dict)
    turns: list[Turn] = field(default_factory=list)
    states: dict[str, str] = field(default_factory=dict)
    changes: list[ChangeRow] = field(default_factory=list)
    evidence: set[tuple[str, str]] = field(default_factory=set)  # component, signal

    def take(self, frame: Frame) -> None:
        self.cluster = frame.cluster or self.cluster
        for component in frame.components:
            self.components[component.kind] = component
            self._turn(component.kind, component.state, render(component.because, frame.at))
            self._note(component.kind, component.evidence)
        for name, node in frame.nodes.items():
            self.nodes[name] = node
            self._turn(name, node.state, render(node.because, frame.at))
            for agent, row in zip(AGENT_KINDS, (node.kubelet, node.kube_proxy, node.container_runtime), strict=True):
                self._turn(f"{name}/{agent}", row.state, render(row.because, frame.at))
                self._note(agent, row.evidence)
        for kind in frame.gone_components:
            self.components.pop(kind, None)
        self.changes += frame.changes

    def _turn(self, subject: str, state: str, because: str) -> None:
        if self.states.get(subject) != state:
            self.states[subject] = state
            self.turns.append(Turn(self.now(), subject, state, because))

    def _note(self, component: str, lines: tuple[EvidenceRow, ...]) -> None:
        self.evidence.update((component, line.signal) for line in lines)


class Looking(ABC):
    """A cluster that is served in this loop, and one that watches it: `begin` starts the first, `end` stops it. `wall`: epoch
    seconds at the beginning."""

    context = ""
    tick = TICK

    def __init__(self, slug: str, wall: float | None = None) -> None:
        loop = asyncio.get_running_loop()
        begun, epoch = loop.time(), time.time() if wall is None else wall
        self.mono: Callable[[], Mono] = lambda: Mono(loop.time())
        self.wall: Callable[[], Epoch] = lambda: Epoch(epoch + loop.time() - begun)
        self.cache = new_cache()
        self.assessor = Assessor(self.cache, slug=slug)
        self.watcher = Watcher(loop.time)
        self._tasks: list[asyncio.Task[None]] = []

    @abstractmethod
    async def begin(self) -> Path:
        """Start the server. The kubeconfig by which it is watched."""

    @abstractmethod
    async def end(self) -> None:
        """Stop the server."""

    async def __aenter__(self) -> Self:
        self.kubeconfig = await self.begin()
        source = ClusterSource(Target(str(self.kubeconfig), self.context, False), clock=self.mono, wall=self.wall)
        self._tasks = [asyncio.create_task(source.run(self._emit)), asyncio.create_task(self._judge())]
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.end()

    async def live(self, seconds: float) -> None:
        """Let time pass; a defect of source or judge is raised here."""
        done, _ = await asyncio.wait(self._tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()

    async def _emit(self, event: SourceEvent) -> None:
        self.cache.apply(event)

    async def _judge(self) -> None:
        while True:
            await asyncio.sleep(self.tick)
            self.take(self.assessor.frame(self.mono(), self.wall()))

    def take(self, frame: Frame) -> None:
        """One frame of the assessor."""
        self.watcher.take(frame)
