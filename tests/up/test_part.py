"""A supervised process, with real ones."""

import asyncio
import os
import random
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from planes.up.part import Part, Recipe
from planes.up.refusal import Exit, RefusalError
from planes.up.supervisor import Supervisor
from tests.up.processes import descendants, lives, until


def python(program: str, name: str = "part", **more: object) -> Recipe:
    return Recipe(name=name, title=f"The {name}", command=[sys.executable, "-S", "-c", program], **more)  # type: ignore[arg-type]  # keywords of Recipe


FOR_EVER = "import signal; print('here', flush=True); signal.pause()"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('here', flush=True)\nwhile True: signal.pause()"
WITH_CHILD = """
import subprocess, sys
print("here", flush=True)
subprocess.run([sys.executable, "-S", "-c", "import signal; signal.pause()"])
"""

TELLS_ITS_END = """
import signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit())
try:
    print("here", flush=True)
    signal.pause()
finally:
    open({log!r}, "a").write({name!r})
"""


@asynccontextmanager
async def running(recipe: Recipe, log_dir: Path, said: list[str], patience: int = 3) -> AsyncIterator[Part]:
    part = Part(recipe, log_dir, said.append, patience=patience, rng=random.Random(1))
    part.start()
    try:
        yield part
    finally:
        await part.stop()


def says(part: Part, text: str) -> Callable[[], bool]:
    return lambda: part.tail == text


async def test_a_part_that_is_killed_is_started_again_and_that_is_said_in_one_line(tmp_path: Path) -> None:
    said: list[str] = []
    async with running(python(FOR_EVER), tmp_path, said) as part:
        await until(says(part, "here"), "the start")
        assert part.pid is not None
        first = part.pid
        os.kill(first, signal.SIGKILL)
        await until(lambda: part.pid not in (None, first), "the second start", within=5)
    assert len(said) == 1
    assert said[0].startswith("The part ended by signal 9 (SIGKILL); it restarts in 0.")


async def test_what_a_killed_part_had_started_goes_with_it(tmp_path: Path) -> None:
    async with running(python(WITH_CHILD), tmp_path, []) as part:
        await until(lambda: part.pid is not None and len(descendants(part.pid)) == 1, "the part's child")
        assert part.pid is not None
        child = descendants(part.pid)[0]
        os.kill(part.pid, signal.SIGKILL)
        await until(lambda: not lives(child), "the child's end", within=5)


async def test_a_part_that_ends_at_once_is_given_up_with_its_last_words(tmp_path: Path) -> None:
    async def never() -> bool:
        return False

    said: list[str] = []
    recipe = python("import sys; sys.exit('no such module')", ready=never)
    async with running(recipe, tmp_path, said) as part:
        await asyncio.wait_for(part.failed.wait(), 15)
        assert part.restarts == 3
        assert part.ended_with == "ended with code 1"
        assert part.tail == "no such module"
    assert said[-1].endswith("Its last line: no such module")


async def test_a_part_that_ignores_sigterm_is_killed_after_its_grace(tmp_path: Path) -> None:
    recipe = python(STUBBORN, grace=0.2)
    async with running(recipe, tmp_path, []) as part:
        await until(says(part, "here"), "the start")
        process = part.pid
        assert process is not None
        await asyncio.wait_for(part.stop(), 5)
        assert not lives(process)


async def test_a_line_without_an_end_does_not_stop_the_reading(tmp_path: Path) -> None:
    program = "import sys, signal; sys.stdout.write('x' * 3_000_000 + '\\nhere\\n'); sys.stdout.flush(); signal.pause()"
    async with running(python(program), tmp_path, []) as part:
        await until(says(part, "here"), "the line after the long one")


async def test_parts_stop_stage_by_stage_the_last_first(tmp_path: Path) -> None:
    log = tmp_path / "order"
    supervisor = Supervisor(tmp_path, lambda _: None)

    async def begin() -> None:
        parts = [
            supervisor.start(python(TELLS_ITS_END.format(log=str(log), name=name), name=name, grace=15), stage=stage)
            for stage, name in enumerate("abc")
        ]
        await until(lambda: all(part.tail == "here" for part in parts), "the start")
        os.kill(os.getpid(), signal.SIGTERM)

    assert await asyncio.wait_for(supervisor.run(begin), 20) is Exit.STOPPED
    assert log.read_text() == "cba"


async def test_a_second_ctrl_c_kills(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path, lambda _: None)
    processes: list[int] = []

    async def begin() -> None:
        part = supervisor.start(python(STUBBORN, grace=60), stage=0)
        await until(says(part, "here"), "the start")
        assert part.pid is not None
        processes.append(part.pid)
        os.kill(os.getpid(), signal.SIGINT)
        asyncio.get_running_loop().call_later(0.5, os.kill, os.getpid(), signal.SIGINT)

    await asyncio.wait_for(supervisor.run(begin), 10)
    assert not lives(processes[0])


async def test_a_part_that_does_not_start_stops_the_others_and_is_named(tmp_path: Path) -> None:
    async def never() -> bool:
        return False

    supervisor = Supervisor(tmp_path, lambda _: None)
    others: list[Part] = []

    async def begin() -> None:
        others.append(supervisor.start(python(FOR_EVER, name="other"), stage=0))
        broken = supervisor.start(python("import sys; sys.exit('no such module')", name="broken", ready=never), stage=1)
        await supervisor.settled(broken)

    with pytest.raises(RefusalError, match=r"The broken does not start: no such module\. .*broken\.log") as refused:
        await asyncio.wait_for(supervisor.run(begin), 20)
    assert refused.value.code is Exit.FAILED
    assert others[0].pid is None
