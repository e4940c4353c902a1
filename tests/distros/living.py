"""A case lived through in virtual time, over HTTPS, and what was said of it.

told = live("34", seconds=150)
told.state("kube-apiserver")                       # at the end; "cp1/kubelet" and "cp1" are subjects too
told.states("kube-apiserver", since=20)            # every state that was shown from then on
told.words("kube-proxy"), told.ever("kube-proxy")  # all that stands there at the end, all that ever stood there
"""

import asyncio
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from planes.components import registry
from planes.components.registry import AGENT_KINDS
from planes.structs.rows import AgentRow, ChangeRow, ClusterRow, ComponentRow, EvidenceRow, Frame, InstanceRow, NodeRow
from planes.structs.time_tokens import render
from tests.bench.jumping import JumpingLoop
from tests.bench.looking import Looking, Turn
from tests.distros.replaying import BEGINNING, Case, Replayed
from tests.replay import Authority, serve

#: Seconds that a case is lived through, unless told otherwise: what is wrong is wrong within two minutes.
LIVES = 150.0
#: Until everything was listed and every lease was seen to be renewed, states may be unknown, in seconds.
SETTLE = 25.0


@dataclass
class Told:
    """What was said of a case: at the end, and at any time. Seconds count from the beginning."""

    case: Case
    cluster: ClusterRow
    components: dict[str, ComponentRow]
    nodes: dict[str, NodeRow]
    turns: list[Turn]
    changes: list[ChangeRow]
    said: dict[str, dict[str, float]] = field(default_factory=dict)  # subject, text, when it was said first

    def subjects(self) -> list[str]:
        """All of them: components, nodes and their agents."""
        return [*self.components, *(one for node in self.nodes for one in (node, *(f"{node}/{kind}" for kind in AGENT_KINDS)))]

    def row(self, subject: str) -> ComponentRow | NodeRow | AgentRow:
        """What is said of it at the end. Raises `KeyError` for what is not shown."""
        name, _, agent = subject.partition("/")
        if agent:
            return getattr(self.nodes[name], agent.replace("-", "_"))  # type: ignore[no-any-return]
        return self.components[name] if name in self.components else self.nodes[name]

    def state(self, subject: str) -> str:
        """Its state at the end."""
        return self.row(subject).state

    def because(self, subject: str) -> str:
        """Its sentence at the end."""
        return render(self.row(subject).because, self.at)

    def states(self, subject: str, since: float = SETTLE, until: float = 1e9) -> set[str]:
        """Every state that was shown in that time."""
        shown: set[str] = set()
        before = ""
        for turn in self.turns:
            if turn.subject != subject or turn.at > until:
                continue
            if turn.at <= since:
                before = turn.state
            else:
                shown.add(turn.state)
        return shown | {before} - {""}

    def evidence(self, subject: str, signal: str) -> EvidenceRow | None:
        """A line of its evidence at the end, its texts as people read them."""
        row = self.row(subject)
        lines = row.evidence if isinstance(row, ComponentRow | AgentRow) else ()
        return next((self._read(line) for line in lines if line.signal == signal), None)

    def instances(self, kind: str) -> dict[str, InstanceRow]:
        """Of a component, by name."""
        return {one.name: one for one in self.components[kind].instances}

    def words(self, subject: str) -> str:
        """All that stands there at the end, as people read it, a line each."""
        return "\n".join(dict.fromkeys(render(text, self.at) for text in texts(self.row(subject))))

    def ever(self, subject: str = "", since: float = 0.0) -> str:
        """All that was ever said of it, or of anything, with its ages as marks; a line each."""
        said = self.said.items() if not subject else [(subject, self.said.get(subject, {}))]
        return "\n".join(text for _, found in said for text, at in found.items() if at >= since)

    @property
    def at(self) -> float:
        """Epoch seconds at the end."""
        return BEGINNING + self.seconds

    seconds: float = 0.0

    def _read(self, line: EvidenceRow) -> EvidenceRow:
        return EvidenceRow(line.signal, render(line.now, self.at), line.should_be, line.state, line.source, line.at)


def texts(row: ComponentRow | NodeRow | AgentRow) -> Iterator[str]:
    """Every text of a row, tokens and all."""
    yield row.because
    if isinstance(row, NodeRow):
        return
    yield row.line
    for line in row.evidence:
        yield from (f"{line.signal}: {line.now}", line.should_be, line.source)
    if isinstance(row, ComponentRow):
        for one in row.instances:
            yield f"{one.name} {one.host} {one.version}: {one.because}"


class Lived(Looking):
    """A case that is served, and one that watches it. It judges a quarter as often as a collector: what a case is about stands
    for longer, and to judge is half of what a life costs."""

    tick = 1.0

    def __init__(self, case: Case) -> None:
        super().__init__(case.name, BEGINNING)
        self.case, self.context = case, case.context
        self.said: dict[str, dict[str, float]] = {}
        self._open = AsyncExitStack()

    async def begin(self) -> Path:
        """Start the server. The kubeconfig by which it is watched."""
        server = await self._open.enter_async_context(serve(Replayed(self.case, self.wall), authority=_authority(), wall=self.wall))
        folder = Path(self._open.enter_context(tempfile.TemporaryDirectory(prefix="planewatch-case-")))
        return server.write_kubeconfig(folder, context=self.context)

    async def end(self) -> None:
        """Stop the server."""
        await self._open.aclose()

    def take(self, frame: Frame) -> None:
        """One frame: its texts are kept."""
        super().take(frame)
        for component in frame.components:
            self._keep(component.kind, texts(component), frame.at)
        for name, node in frame.nodes.items():
            self._keep(name, texts(node), frame.at)
            for agent in AGENT_KINDS:
                self._keep(f"{name}/{agent}", texts(getattr(node, agent.replace("-", "_"))), frame.at)
        if frame.attention:
            self._keep("attention", (text for one in frame.attention for text in (one.title, one.because)), frame.at)

    def _keep(self, subject: str, found: Iterable[str], at: float) -> None:
        said = self.said.setdefault(subject, {})
        for text in found:
            said.setdefault(text, at - BEGINNING)


@cache
def _authority() -> Authority:
    return Authority()


@cache
def live(name: str, seconds: float = LIVES) -> Told:
    """Live through a case, once a process."""
    return live_through(Case.load(name), seconds)


def live_through(case: Case, seconds: float) -> Told:
    """Live through any case."""
    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        return runner.run(_live(case, seconds))


async def _live(case: Case, seconds: float) -> Told:
    async with Lived(case) as scene:
        begun = scene.mono()
        await scene.live(seconds)
        watcher = scene.watcher
        turns = [Turn(turn.at - begun, turn.subject, turn.state, turn.because) for turn in watcher.turns]
        undeclared = sorted(one for one in watcher.evidence if registry.find(*one) is None)
        if undeclared:
            raise AssertionError(f"{case.name}: lines of evidence that are not declared: {undeclared}")
        return Told(
            case, watcher.cluster, watcher.components, watcher.nodes, turns, watcher.changes, scene.said, scene.mono() - begun
        )
