"""The database backend `dashboard.sqlite`: Django's own, but that a new file is made so that it can become smaller again.

SQLite takes `auto_vacuum` only before the first page of a file is written, and where it is set already, to set it once more is a
write (https://www.sqlite.org/pragma.html#pragma_auto_vacuum): said at each connection, it made readers wait for who
was writing.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base


class DatabaseWrapper(base.DatabaseWrapper):
    """See above."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """As Django does, after a file that is not there yet was made."""
        name = str(conn_params["database"])
        if not name.startswith(("file:", ":memory:")) and not (Path(name).exists() and Path(name).stat().st_size):
            with closing(sqlite3.connect(name, timeout=20, isolation_level=None)) as made:
                made.execute("PRAGMA auto_vacuum=INCREMENTAL")
                made.execute("PRAGMA journal_mode=WAL")
        return super().get_new_connection(conn_params)
