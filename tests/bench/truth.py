"""One fault of the demo cluster lived through: the real source, picture and assessor against the real server over HTTPS.

Both sides take their clocks from one loop (jumping.py), so that a quarter of an hour passes in seconds and every second counted
is the cluster's own.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from planes.demo.build import Shape
from planes.demo.catalogue import FAULTS
from planes.demo.clock import Clock
from planes.demo.faults import Fault, Notice
from planes.demo.serving import Demo, Options
from planes.structs.rows import ChangeRow
from tests.bench.jumping import JumpingLoop
from tests.bench.looking import Looking, Turn

#: Twelve nodes in three zones, three of them with an API server each.
SHAPE = Shape(nodes=12, pods=80, seed=3)
#: Seconds before anything is broken: everything is listed and every lease was seen to be renewed.
SETTLE = 45.0
#: How long a fault lasts at least, so that what Kubernetes itself does about it (50 s) is seen too.
LASTS = 75.0
#: Rights that are taken away are missed only when the watches that are open end, after five to ten minutes.
_LONGER = {"rights-revoked": 900.0}
#: All is well again when nothing turned for so long.
STILL = 15.0
_WORSE = {
    "degraded": {"degraded", "down"},
    "down": {"down"},
    "unknown": {"unknown"},
    "cordoned": {"cordoned"},
    "leaving": {"leaving"},
}
#: A user whose rights are taken away sees less, and nothing red.
_SEES_LESS = ("rights-revoked",)
#: Nothing can be seen, or no heartbeat written: whatever turns besides what is broken is unknown, and nothing red.
_BLIND = ("etcd-down", "apiserver-down", "apiserver-hang")


@dataclass(frozen=True)
class Noticed:
    """A notice of the catalogue, and after how many seconds it was shown everywhere where it should; None: never."""

    notice: Notice
    subjects: tuple[str, ...]
    after: float | None
    because: str

    @property
    def in_time(self) -> bool:
        return self.after is not None and self.after <= self.notice.within


@dataclass(frozen=True)
class Outcome:
    """What was said of one fault."""

    fault: Fault
    subject: str
    noticed: tuple[Noticed, ...]
    tolerated: tuple[Turn, ...]  # others that turned, as they may
    wrong: tuple[Turn, ...]  # others that turned, and should not have
    healed_after: float | None  # seconds until everything was as before; None: it never was
    still_off: tuple[str, ...]  # what was not, at the end
    changes: tuple[ChangeRow, ...]
    evidence: frozenset[tuple[str, str]]

    @property
    def right(self) -> bool:
        well = self.healed_after is not None and self.healed_after <= self.fault.heals_within
        return not self.wrong and well and all(one.in_time for one in self.noticed)


class LoopClock(Clock):
    """The demo cluster's clocks, by the loop it runs in."""

    def __init__(self, mono: Callable[[], float], wall: Callable[[], float]) -> None:
        super().__init__()
        self._mono, self._wall = mono, wall

    def mono(self) -> float:
        return self._mono()

    def wall(self) -> float:
        return self._wall() + self.skew


class Scene(Looking):
    """A demo cluster that serves, and one that watches it. `skew`: how far its clock is ahead of ours from the beginning."""

    context = "demo"

    def __init__(self, directory: Path, shape: Shape = SHAPE, skew: float = 0.0) -> None:
        super().__init__("demo")
        clock = LoopClock(self.mono, self.wall)
        clock.skew = skew
        self.demo = Demo(Options(directory, shape=shape, story=False), clock)

    async def begin(self) -> Path:
        """Start the server. The kubeconfig by which it is watched."""
        await self.demo.start()
        return self.demo.kubeconfig

    async def end(self) -> None:
        """Stop the server."""
        await self.demo.stop()


def live_through(name: str, directory: Path, settle: float = SETTLE) -> Outcome:
    """Let it live for so many seconds, break it, look, heal it, look."""
    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        return runner.run(_live_through(next(fault for fault in FAULTS if fault.name == name), directory, settle))


async def _live_through(fault: Fault, directory: Path, settle: float) -> Outcome:
    async with Scene(directory) as scene:
        await scene.live(settle)
        watcher, faults = scene.watcher, scene.demo.faults
        before = dict(watcher.states)
        unwell = {one: state for one, state in before.items() if state != "healthy"}
        if unwell:
            raise AssertionError(f"{fault.name}: before it was injected: {unwell}")
        broken, first = scene.mono(), len(watcher.turns)
        faults.inject(fault.name)
        subject = (faults.active.get(fault.name) or [""])[0]
        await scene.live(max(_LONGER.get(fault.name, LASTS), *(notice.within + 5.0 for notice in fault.notices), 0.0))
        turns = watcher.turns[first:]
        healed, place = scene.mono(), len(watcher.turns)
        faults.heal(fault.name)
        after = await _until_as_before(scene, before, healed, fault.heals_within)
        off = tuple(sorted(f"{one} {state}" for one, state in watcher.states.items() if before.get(one, state) != state))
        noticed = tuple(_notice(fault, notice, subject, scene, broken, turns) for notice in fault.notices)
        tolerated, wrong = _others(fault, noticed, [*turns, *watcher.turns[place:]], before, healed)
        return Outcome(fault, subject, noticed, tolerated, wrong, after, off, tuple(watcher.changes), frozenset(watcher.evidence))


async def _until_as_before(scene: Scene, before: dict[str, str], healed: float, limit: float) -> float | None:
    """Seconds after healing at which everything was as before, and stayed so."""
    since: float | None = None
    while scene.mono() - healed <= limit + STILL:
        await scene.live(0.5)
        same = all(before.get(one, state) == state for one, state in scene.watcher.states.items())
        since = (since if since is not None else scene.mono()) if same else None
        if since is not None and scene.mono() - since >= STILL:
            return max(0.0, max((turn.at for turn in scene.watcher.turns), default=healed) - healed)
    return None


def _subjects(notice: Notice, subject: str, scene: Scene) -> tuple[str, ...]:
    if notice.each == "component":
        return (notice.component,)
    nodes = [node.name for node in scene.demo.cluster.node_records() if subject in (node.name, node.zone)]
    return tuple(nodes if notice.component == "node" else (f"{node}/{notice.component}" for node in nodes))


def _notice(fault: Fault, notice: Notice, subject: str, scene: Scene, broken: float, turns: list[Turn]) -> Noticed:
    subjects = _subjects(notice, subject, scene)
    moments: list[float] = []
    because = ""
    for one in subjects:
        fits = [turn for turn in turns if turn.subject == one and turn.state in _WORSE[notice.state]]
        if not fits:
            return Noticed(notice, subjects, None, "")
        moments.append(fits[0].at)
        because = fits[0].because
    return Noticed(notice, subjects, max(moments) - broken, because)


def _others(
    fault: Fault, noticed: tuple[Noticed, ...], turns: list[Turn], before: dict[str, str], healed: float
) -> tuple[tuple[Turn, ...], tuple[Turn, ...]]:
    """Who else turned while the fault lasted or after it was healed: those who may, and those who should not have."""
    meant = {subject for one in noticed for subject in one.subjects}
    meant |= {subject.partition("/")[2] for subject in meant if "/" in subject}  # the roll-up over all nodes
    tolerated: list[Turn] = []
    wrong: list[Turn] = []
    for turn in turns:
        what = turn.subject.partition("/")[2] or turn.subject
        if turn.subject in meant or turn.state == before.get(turn.subject, "healthy") or _is_node(turn.subject):
            continue
        if fault.name in _BLIND and turn.state != "unknown":
            wrong.append(turn)
        elif what in fault.tolerated or (fault.name in _SEES_LESS and turn.state in ("unknown", "not_observable")):
            tolerated.append(turn)
        else:
            wrong.append(turn)
    return tuple(tolerated), tuple(wrong)


def _is_node(subject: str) -> bool:
    """A node as a whole: the worst of its agents, who are told apart."""
    return "/" not in subject and subject.startswith(("node-", "cp-"))
