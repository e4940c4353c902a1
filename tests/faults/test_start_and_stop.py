"""How the whole of it starts, stops, and ends when it is not asked."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from planes.up.refusal import Exit
from tests.e2e.fixtures import DEMO
from tests.e2e.running import PATIENCE, Up, until
from tests.up.processes import descendants, lives

pytestmark = [pytest.mark.faults, pytest.mark.timeout(180), pytest.mark.xdist_group("own")]
PARTS = 5  # Valkey, demo, web, two workers


@pytest.fixture(scope="module")
def own() -> Iterator[Up]:
    """A Planewatch of this module's own, not running at the start of a test, and its directory prepared."""
    up = Up(*DEMO)
    try:
        up.start()
        up.stop()
        yield up
    finally:
        up.close()


def test_a_second_start_serves_within_6_s(own: Up) -> None:
    begun = time.monotonic()
    own.start()
    took = time.monotonic() - begun
    assert own.stop() == Exit.STOPPED
    assert took < 6, f"{took:.1f} s"


def test_ctrl_c_stops_everything_within_8_s(own: Up) -> None:
    own.start()
    until(lambda: len(descendants(own.pid)) >= PARTS, "all parts", within=20)
    family = descendants(own.pid)
    begun = time.monotonic()
    assert own.stop() == Exit.STOPPED
    assert time.monotonic() - begun < 8
    assert [one for one in family if lives(one)] == []
    assert "Traceback" not in "\n".join(own.said)


def test_sigterm_in_the_middle_of_starting_stops_it_too(own: Up) -> None:
    own.launch()
    until(lambda: descendants(own.pid), "the first part", within=PATIENCE)
    family = descendants(own.pid)
    os.kill(own.pid, signal.SIGTERM)
    assert own.wait(15) == Exit.STOPPED
    assert [one for one in family if lives(one)] == []


def test_kill_9_leaves_no_orphan(own: Up) -> None:
    own.start()
    until(lambda: len(descendants(own.pid)) >= PARTS, "all parts", within=20)
    family = descendants(own.pid)
    os.kill(own.pid, signal.SIGKILL)
    own.wait(10)
    until(lambda: not any(lives(one) for one in family), "the end of every part", within=3)


def test_after_kill_9_it_starts_again(own: Up) -> None:
    own.start()
    os.kill(own.pid, signal.SIGKILL)
    own.wait(10)
    own.start()
    assert own.stop() == Exit.STOPPED


def test_a_second_one_on_the_same_directory_is_told_where_the_first_is(own: Up) -> None:
    own.start()
    second = Up(*DEMO, environ={"PLANEWATCH_DATA_DIR": str(own.data_dir)})
    try:
        second.launch()
        assert second.wait(30) == Exit.RUNNING
        assert f"{own.address} (process {own.pid})" in second.said[-1]
    finally:
        second.close()
        own.stop()


def test_data_directories_with_long_paths_work(tmp_path: Path) -> None:
    deep = tmp_path / ("a" * 60) / ("b" * 60)
    with Up(*DEMO, environ={"PLANEWATCH_DATA_DIR": str(deep)}) as up:
        assert up.link
        assert not (deep / "valkey.sock").exists()
