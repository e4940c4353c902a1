"""The cluster's clock is ten minutes off: that is said, and changes nothing else. On a demo cluster whose time is made to jump."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.bench.jumping import JumpingLoop
from tests.bench.looking import Turn
from tests.bench.truth import SETTLE, Scene

pytestmark = [pytest.mark.timeout(120), pytest.mark.usefixtures("judged_seldom")]
TEN_MINUTES = 600.0
#: Seconds after which whatever a clock turns has turned: a lease that nobody renews is late after 25 s, and gone after 40 s.
LATE = 60.0


@dataclass(frozen=True)
class Lived:
    """What turned once everything had been listed, the line about the cluster's clock, and all states in the end."""

    turns: list[Turn]
    line: str
    states: dict[str, str]


async def looked_at(scene: Scene, seconds: float) -> Lived:
    """What became of the scene in these seconds."""
    first = len(scene.watcher.turns)
    await scene.live(seconds)
    lines = scene.watcher.components["kube-apiserver"].evidence
    said = next(line.now for line in lines if line.signal == "clock")
    return Lived(scene.watcher.turns[first:], said, dict(scene.watcher.states))


def living(directory: Path, skew: float, later: float) -> tuple[Lived, Lived]:
    """A cluster whose clock is off by `skew` from the beginning, and all of a sudden by `later`: before that, and after."""

    async def live() -> tuple[Lived, Lived]:
        async with Scene(directory, skew=skew) as scene:
            await scene.live(SETTLE)
            before = await looked_at(scene, LATE)
            scene.demo.clock.skew = later
            return before, await looked_at(scene, LATE)

    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        return runner.run(live())


@pytest.mark.parametrize(("skew", "words"), [(TEN_MINUTES, ("ahead", "behind")), (-TEN_MINUTES, ("behind", "ahead"))])
def test_a_clock_that_is_off_or_set_so_by_ten_minutes_and_more_changes_no_state_and_is_said(
    tmp_path: Path, skew: float, words: tuple[str, str]
) -> None:
    for lived, word in zip(living(tmp_path, skew, -skew), words, strict=True):
        assert set(lived.states.values()) == {"healthy"}
        assert lived.turns == []
        assert word in lived.line
        assert lived.line.startswith(("10 min ", "9 min 59 s ")), "Date holds whole seconds"


def test_a_silent_kubelet_is_noticed_in_time_though_the_clocks_differ(tmp_path: Path) -> None:
    async def live() -> tuple[float, list[Turn]]:
        async with Scene(tmp_path, skew=-TEN_MINUTES) as scene:
            await scene.live(SETTLE)
            scene.demo.faults.inject("kubelet-silent", "node-02")
            broken, first = scene.mono(), len(scene.watcher.turns)
            await scene.live(45.0)
            return broken, scene.watcher.turns[first:]

    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        broken, turns = runner.run(live())
    times = {turn.state: turn.at - broken for turn in turns if turn.subject == "node-02/kubelet"}
    assert 14.0 <= times["degraded"] <= 27.0
    assert 29.0 <= times["down"] <= 43.0
    assert {turn.subject.partition("/")[0] for turn in turns if "/" in turn.subject} == {"node-02"}
