"""On SQLite a process that writes again and again is never the last to close the database."""

import sqlite3
from pathlib import Path

import pytest
from django.db import connections

from planes.store import anchor


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "planes.sqlite3"
    monkeypatch.setitem(connections.settings, "default", {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path)})
    monkeypatch.setattr(anchor, "_held", {})
    return path


def written(path: Path) -> bool:
    """Write and close, as each flush does; whether the write-ahead log is still there, which the last one to close removes."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE IF NOT EXISTS one (n INTEGER)")
    connection.execute("INSERT INTO one VALUES (1)")
    connection.commit()
    connection.close()
    return path.with_name(f"{path.name}-wal").exists()


def test_while_one_is_held_whoever_closes_is_not_the_last(database: Path) -> None:
    assert not written(database)
    anchor.hold()
    anchor.hold()
    assert len(anchor._held) == 1
    assert written(database)
    anchor.let_go()
    assert not written(database)


def test_what_is_held_keeps_no_other_from_writing_or_reading_what_is_new(database: Path) -> None:
    written(database)
    anchor.hold()
    other = sqlite3.connect(database, timeout=0.1)
    other.execute("DELETE FROM one")
    other.commit()
    assert other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0  # nobody reads an older state
    other.close()
    anchor.let_go()


@pytest.mark.parametrize("name", [":memory:", "file:memorydb_default?mode=memory&cache=shared", "/nowhere/at/all.sqlite3"])
def test_what_cannot_be_held_is_left(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setitem(connections.settings, "default", {"ENGINE": "django.db.backends.sqlite3", "NAME": name})
    monkeypatch.setattr(anchor, "_held", {})
    anchor.hold()
    assert anchor._held == {}


def test_postgresql_needs_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connections.settings, "default", {"ENGINE": "django.db.backends.postgresql", "NAME": "planes"})
    monkeypatch.setattr(anchor, "_held", {})
    anchor.hold()
    assert anchor._held == {}
