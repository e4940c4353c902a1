"""A connection of the process that is never closed while it lives, where the database is a file.

Whoever closes an SQLite database as the last one cleans up its write-ahead log, and locks out all readers meanwhile
(sqlite.org/wal, "Sometimes Queries Return SQLITE_BUSY In WAL Mode"). Collectors give their connection back after each write: every
second one of them would be the last, and if a worker was stopped in that moment every page would wait for as long as it stood.
"""

import atexit
import sqlite3
import threading
from contextlib import suppress

from django.db import DEFAULT_DB_ALIAS, connections

_lock = threading.Lock()
_held: dict[str, sqlite3.Connection] = {}


def hold() -> None:
    """Hold one from now on. It has no transaction open, and so keeps nobody from anything. A database that cannot be opened now is
    tried again with the next call."""
    settings = connections.settings[DEFAULT_DB_ALIAS]
    path = str(settings["NAME"])
    if "sqlite" not in settings["ENGINE"] or ":memory:" in path or "mode=memory" in path:
        return
    with _lock, suppress(sqlite3.Error):
        if path in _held:
            return
        connection = sqlite3.connect(path, timeout=1.0, check_same_thread=False, isolation_level=None)
        try:
            # Only a connection that has read counts as one that has the database open.
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.Error:
            connection.close()
            raise
        _held[path] = connection


@atexit.register
def let_go() -> None:
    """Close what is held."""
    with _lock:
        while _held:
            _held.popitem()[1].close()
