"""The cluster's clock is ten minutes off: that is said, and changes nothing else. On a demo cluster whose time is made to jump."""

import asyncio
from pathlib import Path

import pytest

from tests.bench.jumping import JumpingLoop
from tests.bench.looking import Turn
from tests.bench.truth import SETTLE, Scene

pytestmark = pytest.mark.timeout(120)
TEN_MINUTES = 600.0


def living(directory: Path, skew: float, later: float | None = None) -> tuple[list[Turn], str, dict[str, str]]:
    """A cluster whose clock is off by `skew` from the beginning, or by `later` all of a sudden. What turned once everything had
    been listed, the line about its clock, and all states in the end."""

    async def live() -> tuple[list[Turn], str, dict[str, str]]:
        async with Scene(directory, skew=skew) as scene:
            await scene.live(SETTLE)
            first = len(scene.watcher.turns)
            if later is not None:
                scene.demo.clock.skew = later
            await scene.live(90.0)
            lines = scene.watcher.components["kube-apiserver"].evidence
            said = next(line.now for line in lines if line.signal == "clock")
            return scene.watcher.turns[first:], said, dict(scene.watcher.states)

    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        return runner.run(live())


@pytest.mark.parametrize(("skew", "said"), [(TEN_MINUTES, "ahead"), (-TEN_MINUTES, "behind")])
def test_a_clock_that_is_ten_minutes_off_changes_no_state_and_is_said(tmp_path: Path, skew: float, said: str) -> None:
    turns, line, states = living(tmp_path, skew)
    assert set(states.values()) == {"healthy"}
    assert turns == []
    assert said in line
    assert line.startswith(("10 min ", "9 min 59 s ")), "Date holds whole seconds"


@pytest.mark.parametrize("later", [TEN_MINUTES, -TEN_MINUTES])
def test_a_clock_that_is_set_ten_minutes_off_changes_no_state(tmp_path: Path, later: float) -> None:
    turns, _, states = living(tmp_path, 0.0, later)
    assert set(states.values()) == {"healthy"}
    assert turns == []


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
