"""One way in which the way to a cluster breaks, lived through in virtual time: without a fault behind it, with two that begin while
the way is broken, and with two that began before. The two: every scheduler hangs, and a node's kubelet is silent, so that two
leases really stop while nothing else tells of it.
"""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from planes.structs.thresholds import DEFAULT
from tests.bench.looking import Turn
from tests.bench.truth import SETTLE
from tests.chaos.scene import Chaos, WayLoop
from tests.chaos.ways import WAYS, Way

WHEN = ("no fault", "fault during", "fault before")
RED = ("degraded", "down")
NODE = "node-04"
FAULTS = {"scheduler-hung": "", "kubelet-silent": NODE}
#: What is to be told of the two, and the seconds of silence after which its lease is late at the soonest.
_RENEWED_LEADER, _RENEWED_NODE = 2.0, 10.4
SUBJECTS = {
    "kube-scheduler": 15.0 * DEFAULT.leader_degraded - _RENEWED_LEADER,
    f"{NODE}/kubelet": 40.0 * DEFAULT.kubelet_slow - _RENEWED_NODE,
}
#: What may turn with them.
_WITH_THEM = (NODE, f"{NODE}/container-runtime", f"{NODE}/kube-proxy", "kubelet")
_API_SERVER = "kube-apiserver"
#: Seconds after the end of a breakage at which all must be live again, and within which a fault must be told. [issue 10]
LIVE, TOLD = 20.0, 30.0


@dataclass(frozen=True)
class Lived:
    """What was said. `right` if `wrong` is empty."""

    name: str
    when: str
    wrong: tuple[str, ...]
    told_after: dict[str, float]  # subject: seconds from its fault until it was not called healthy any more
    unknown: int  # most subjects that were unknown at one moment
    polled: int  # feeds that were polled
    subjects: int  # all that could be
    faltered: int  # lines in the log: a feed falters, or is polled
    back: int  # and is back

    @property
    def right(self) -> bool:
        return not self.wrong


class _Log(logging.Handler):
    """Counts what is logged of feeds."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())

    def count(self, *words: str) -> int:
        return sum(any(word in line for word in words) for line in self.lines)


def live_through(name: str, when: str, directory: Path, way: Way | None = None) -> Lived:
    """Break the way, mend it, look."""
    log, logger = _Log(), logging.getLogger("planes.kube")
    logger.addHandler(log)
    try:
        with asyncio.Runner(loop_factory=WayLoop) as runner:
            return runner.run(_live_through(way or WAYS[name], when, directory, log))
    finally:
        logger.removeHandler(log)


async def _live_through(way: Way, when: str, directory: Path, log: _Log) -> Lived:
    async with Chaos(directory) as scene:
        if way.prepare is not None:
            await way.prepare(scene)
        await scene.live(SETTLE)
        watcher = scene.watcher
        before = dict(watcher.states)
        unwell = {one: state for one, state in before.items() if state != "healthy"}
        assert not unwell, unwell
        first = len(watcher.turns)
        began = scene.mono()
        log.lines.clear()
        if when == "fault before":
            _inject(scene)
            await scene.live(5.0)
        breaking = asyncio.ensure_future(way.broken(scene))
        if when == "fault during":
            await scene.live(2.0)
            began = scene.mono()
            _inject(scene)
        polled = unknown = 0
        while not breaking.done():
            await scene.live(1.0)
            polled = max(polled, sum(bool(track.polled) for track in scene.cache.reach.feeds.values()))
            unknown = max(unknown, sum(state == "unknown" for state in watcher.states.values()))
        breaking.result()
        await scene.live(LIVE)
        fault = when != "no fault"
        wrong = list(_not_live(watcher.states, before, fault))
        if fault:
            await scene.live(max(TOLD - LIVE, began + TOLD + 1.0 - scene.mono()))
        turns = watcher.turns[first:]
        wrong += _red(turns, way, began if fault else None)
        asleep = way.asleep if when == "fault before" else 0.0
        told = {subject: _told_after(subject, turns, began) - asleep for subject in SUBJECTS} if fault else {}
        wrong += [f"{one} called healthy for {after:.1f} s" for one, after in told.items() if after > TOLD]
        wrong += [f"{one} {watcher.states[one]} at the end" for one in told if watcher.states[one] not in RED]
        faltered, back = log.count(" falters", "do not work"), log.count(" is back", "work again")
        return Lived(way.name, when, tuple(wrong), told, unknown, polled, len(watcher.states), faltered, back)


def _inject(scene: Chaos) -> None:
    for fault, node in FAULTS.items():
        scene.demo.faults.inject(fault, node)


def _not_live(states: dict[str, str], before: dict[str, str], fault: bool) -> Iterable[str]:
    for one, state in states.items():
        if state == before.get(one, state) or (fault and (one in SUBJECTS or one in _WITH_THEM)):
            continue
        yield f"{one} {state} {LIVE:g} s after the end"


def _red(turns: list[Turn], way: Way, began: float | None) -> Iterable[str]:
    """What was called red without a cause, or before there could be one."""
    for turn in turns:
        if turn.state not in RED or (way.blames and turn.subject == _API_SERVER and turn.subject not in way.halves):
            continue
        if began is not None and turn.subject in (NODE, "kubelet") and turn.at >= began + SUBJECTS[f"{NODE}/kubelet"]:
            continue
        if turn.subject in way.halves and turn.state != "down":
            continue
        soonest = SUBJECTS.get(turn.subject)
        if began is not None and soonest is not None and turn.at >= began + soonest:
            continue
        yield f"{turn.subject} {turn.state}: {turn.because}"


def _told_after(subject: str, turns: list[Turn], began: float) -> float:
    """Seconds from its fault until it was not called healthy any more."""
    green, until = True, began
    for turn in turns:
        if turn.subject != subject:
            continue
        if green:
            until = max(until, turn.at)
        green = turn.state == "healthy"
    return float("inf") if green else until - began
