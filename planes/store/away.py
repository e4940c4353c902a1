"""A database that is away, full, read-only or shutting down: not a fault in what was asked of it, and over some time later."""

from django.db import Error, InterfaceError, InternalError, OperationalError

#: What using it raises then. PostgreSQL tells that it is read-only, as a standby is during a failover, by an internal error.
AWAY = (OperationalError, InterfaceError, InternalError)

#: PostgreSQL's SQLSTATE, or its class, and what is said of it. [https://www.postgresql.org/docs/current/errcodes-appendix.html]
_SAID = {
    "25006": "takes no writes (it is read-only)",
    "53100": "has no space left on its disk",
    "53300": "has no connection left",
    "57014": "took too long over a statement",
    "55P03": "is locked by something else",
    "28": "rejects our credentials",
    "57P": "is shutting down or starting",
}
#: SQLite's words.
_WORDS = {
    "database or disk is full": _SAID["53100"],
    "attempt to write a readonly database": _SAID["25006"],
    "database is locked": _SAID["55P03"],
    "unable to open database file": "cannot be opened",
    "no such table": "has not been prepared",
    "file is not a database": "is not a database",
    "disk image is malformed": "is damaged",
}


def said(error: Error) -> str:
    """What the database does, to follow its name: "takes no writes (it is read-only)". Never what was asked, nor where."""
    state = getattr(error.__cause__, "sqlstate", None) or ""
    for code, words in _SAID.items():
        if state.startswith(code):
            return words
    text = str(error)
    return next((words for part, words in _WORDS.items() if part in text), "does not answer")
