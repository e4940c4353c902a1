"""Parts of a running Planewatch are killed; it goes on, and says so meanwhile."""

import os
import signal
import sqlite3
import time
from contextlib import closing

import pytest
from playwright.sync_api import Page

from tests.e2e.fixtures import is_healthy
from tests.e2e.running import Up, until

pytestmark = [pytest.mark.faults, pytest.mark.timeout(120), pytest.mark.xdist_group("up")]

LATE = "#cluster.is-late"
LIVE = "#cluster.is-drawn:not(.is-late)"


def rows(up: Up) -> dict[str, int]:
    """How many rows of each kind there are, and how many different ones."""
    questions = {
        "components": "SELECT COUNT(*) FROM planes_component",
        "different components": "SELECT COUNT(DISTINCT cluster_id || kind) FROM planes_component",
        "instances": "SELECT COUNT(*) FROM planes_instance",
        "nodes": "SELECT COUNT(*) FROM planes_node",
        "different nodes": "SELECT COUNT(DISTINCT cluster_id || name) FROM planes_node",
        "changes": "SELECT COUNT(*) FROM planes_transition",
    }
    with closing(sqlite3.connect(up.data_dir / "planewatch.sqlite3", timeout=10)) as database:
        return {name: database.execute(question).fetchone()[0] for name, question in questions.items()}


def changes(up: Up) -> list[tuple[str, ...]]:
    """What the history has, the newest first: said if a test fails."""
    with closing(sqlite3.connect(up.data_dir / "planewatch.sqlite3", timeout=10)) as database:
        return database.execute("SELECT subject, before, after, because FROM planes_transition ORDER BY id DESC LIMIT 9").fetchall()


def test_a_killed_watch_worker_is_replaced_and_the_page_says_it_is_late_meanwhile(up: Up, page: Page) -> None:
    before = rows(up)
    os.kill(up.part("watch@"), signal.SIGKILL)
    page.wait_for_selector(LATE, timeout=20_000)
    page.wait_for_selector(LIVE, timeout=60_000)
    assert any("The watch worker ended by signal 9" in line for line in up.said)
    until(lambda: is_healthy(up), "a healthy cluster", within=20)
    assert rows(up) == before, changes(up)


def test_a_killed_valkey_is_back_and_the_page_live_again(up: Up, page: Page) -> None:
    valkey = up.part("valkey-server")
    begun = time.monotonic()
    os.kill(valkey, signal.SIGKILL)
    until(lambda: any("The embedded Valkey ended by signal 9" in line for line in up.said), "word of it", within=20)
    until(lambda: (up.status().clusters[0].age_s or 99) < time.monotonic() - begun - 1, "a pulse of afterwards", within=30)
    page.wait_for_selector(LIVE, timeout=30_000)
    assert is_healthy(up)


def test_a_killed_web_server_is_back_and_the_page_reconnects(up: Up, page: Page) -> None:
    os.kill(up.part("--descriptor"), signal.SIGKILL)
    page.wait_for_selector(LATE, timeout=20_000)
    page.wait_for_selector(LIVE, timeout=60_000)
    assert any("The web server ended by signal 9" in line for line in up.said)
