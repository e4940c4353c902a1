"""A machine that slept blames itself, not the cluster."""

import os
import signal
import sqlite3
import threading
import time
from contextlib import closing

import pytest

from tests.e2e.fixtures import is_healthy
from tests.e2e.running import Up, until

# Not with those that look at the one that all share: it takes as long as all of them.
pytestmark = [pytest.mark.faults, pytest.mark.timeout(180), pytest.mark.xdist_group("own")]
#: Longer than the lease of a kubelet, and than the one by which the collector holds its cluster.
STOOD_STILL = 60.0
RED = {"degraded", "down"}


def changes(up: Up) -> list[tuple[str, str, str, str]]:
    """Every announced change: subject, agent, from, to."""
    with closing(sqlite3.connect(up.data_dir / "planewatch.sqlite3", timeout=10)) as database:
        return list(database.execute("SELECT subject, agent, before, after FROM planes_transition ORDER BY id"))


def stored(up: Up) -> set[tuple[str, str]]:
    """Who is degraded or down in the database: components, and nodes."""
    with closing(sqlite3.connect(up.data_dir / "planewatch.sqlite3", timeout=10)) as database:
        found = set(database.execute("SELECT kind, state FROM planes_component"))
        found |= set(database.execute("SELECT name, state FROM planes_node"))
    return {(name, state) for name, state in found if state in RED}


def test_a_watch_worker_that_slept_with_its_machine_for_60_s_turns_nothing_red_and_announces_nothing(running: Up) -> None:
    up = running
    until(lambda: is_healthy(up), "a healthy cluster", within=40)
    before = changes(up)
    worker = up.part("watch@")
    # Together with who looks after it: of a worker that stands still alone, it starts another after 15 s.
    os.kill(up.pid, signal.SIGSTOP)
    os.kill(worker, signal.SIGSTOP)
    try:
        threading.Event().wait(STOOD_STILL)
        states = {one.state for cluster in up.status().clusters for one in cluster.components}
        assert states == {"unknown"}, "what was last known is late"
    finally:
        os.kill(worker, signal.SIGCONT)
        os.kill(up.pid, signal.SIGCONT)
    red: set[tuple[str, str]] = set()
    begun = time.monotonic()
    pause = threading.Event()
    while time.monotonic() - begun < 45:  # longer than a frozen lease would take to be called down
        red |= stored(up)
        pause.wait(0.25)
    assert red == set()
    assert changes(up) == before
    assert is_healthy(up)
    assert up.part("watch@") == worker, "it was not taken for hung"
