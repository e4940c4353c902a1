"""No part outlives its parent, however that ends."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.up.processes import descendants, lives, until

LAUNCHER = Path(__file__).parents[2] / "planes" / "up" / "child.py"
# A parent that starts a part through the launcher, which starts a process of its own.
PART = "import subprocess, sys; subprocess.run([sys.executable, '-S', '-c', 'import signal; signal.pause()'])"
PARENT = """
import os, signal, subprocess, sys
python = [sys.executable, "-S"]
subprocess.Popen([*python, sys.argv[1], str(os.getpid()), *python, "-c", sys.argv[2]], start_new_session=True)
signal.pause()
"""


def start(part: str, environ: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-S", "-c", PARENT, str(LAUNCHER), part], env={**os.environ, **environ})


async def test_a_part_is_gone_when_its_parent_was_killed() -> None:
    parent = start("import signal; signal.pause()", {})
    await until(lambda: len(descendants(parent.pid)) == 1, "the part's start")
    part = descendants(parent.pid)[0]
    await until(lambda: b"child.py" not in Path(f"/proc/{part}/cmdline").read_bytes(), "the launcher's exec")
    parent.kill()
    parent.wait(10)
    await until(lambda: not lives(part), "the part's end")


async def test_where_the_kernel_does_not_see_to_it_a_watcher_ends_the_part_and_what_it_started() -> None:
    parent = start(PART, {"PLANEWATCH_WATCH_FROM_ASIDE": "1"})
    await until(lambda: len(descendants(parent.pid)) == 3, "the part, its watcher and its child")
    family = descendants(parent.pid)
    parent.kill()
    parent.wait(10)
    await until(lambda: not any(lives(one) for one in family), "the end of all three", within=10)


async def test_the_watcher_leaves_when_the_part_has_ended_by_itself(tmp_path: Path) -> None:
    # The part lives until somebody opens the pipe: else it might have ended before anybody looked, and nothing been seen.
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    parent = start(f"open({str(pipe)!r}).read()", {"PLANEWATCH_WATCH_FROM_ASIDE": "1"})
    try:
        await until(lambda: len(descendants(parent.pid)) == 2, "the part and its watcher")
        with pipe.open("w"):
            pass
        await until(lambda: [one for one in descendants(parent.pid) if lives(one)] == [], "the watcher's end", within=5)
    finally:
        parent.kill()
        parent.wait(10)


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux's")
def test_a_parent_that_ended_before_the_launcher_ran_is_noticed() -> None:
    # A process id that is not our parent's stands for a parent that is gone already.
    done = subprocess.run([sys.executable, "-S", str(LAUNCHER), "1", "true"], timeout=10, check=False)
    assert done.returncode == -signal.SIGKILL
