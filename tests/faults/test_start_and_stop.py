"""How the whole of it starts, stops, and ends when it is not asked.

A start costs five seconds of a core: each test begins with what the one before has left, where that is what it needs."""

import os
import signal
import time

import pytest

from planes.up.refusal import Exit
from tests.e2e.fixtures import DEMO
from tests.e2e.running import PATIENCE, Up, until
from tests.up.processes import descendants, lives

pytestmark = [pytest.mark.faults, pytest.mark.timeout(180), pytest.mark.xdist_group("own")]
PARTS = 5  # Valkey, demo, web, two workers


def family_of(up: Up) -> list[int]:
    """All its processes, once every part has one."""
    until(lambda: len(descendants(up.pid)) >= PARTS, "all parts", within=60)
    return descendants(up.pid)


def test_data_directories_with_long_paths_work(running: Up) -> None:
    assert len(str(running.data_dir)) > 107, "longer than a socket's path may be"
    assert running.link
    assert not (running.data_dir / "valkey.sock").exists()


def test_a_second_one_on_the_same_directory_is_told_where_the_first_is(running: Up) -> None:
    second = Up(*DEMO, environ={"PLANEWATCH_DATA_DIR": str(running.data_dir)})
    try:
        second.launch()
        assert second.wait(30) == Exit.RUNNING
        assert f"{running.address} (process {running.pid})" in second.said[-1]
    finally:
        second.close()


def test_ctrl_c_stops_everything_within_8_s_of_a_machine_at_rest(running: Up) -> None:
    family = family_of(running)
    pace = running.pace()
    begun = time.monotonic()
    assert running.stop(within=60) == Exit.STOPPED
    took = time.monotonic() - begun
    assert took < 8 * max(pace, running.pace()), f"{took:.1f} s"
    assert [one for one in family if lives(one)] == []
    said = "\n".join(running.said)
    assert "Traceback" not in said, said


def test_sigterm_in_the_middle_of_starting_stops_it_too(stopped: Up) -> None:
    stopped.launch()
    until(lambda: descendants(stopped.pid), "the first part", within=PATIENCE)
    family = descendants(stopped.pid)
    os.kill(stopped.pid, signal.SIGTERM)
    assert stopped.wait(30) == Exit.STOPPED
    assert [one for one in family if lives(one)] == []


def test_a_second_start_prepares_nothing_and_serves_within_6_s_of_a_machine_at_rest(stopped: Up) -> None:
    """tests.bench.bench_start prints the seconds."""
    pace = stopped.pace()
    begun = time.monotonic()
    stopped.start()
    took = time.monotonic() - begun
    assert [line for line in stopped.said if "Preparing the database" in line] == []
    assert took < 6 * max(pace, stopped.pace()), f"{took:.1f} s"


def test_kill_9_leaves_no_orphan_and_it_starts_again(running: Up) -> None:
    family = family_of(running)
    os.kill(running.pid, signal.SIGKILL)
    running.wait(10)
    running.launch()
    until(lambda: not any(lives(one) for one in family), "the end of every part", within=15)
    until(lambda: running.link or running.code is not None, "the address", within=PATIENCE)
    assert running.link, running.said
    assert running.stop(within=60) == Exit.STOPPED
