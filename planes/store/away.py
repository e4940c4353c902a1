"""A database that is away, full, locked, read-only, shutting down, or older than the program: not a fault in what was asked of it,
and over some time later."""

from django.db import Error, InterfaceError, InternalError, OperationalError, ProgrammingError

#: What using it raises then. PostgreSQL tells that it is read-only, as a standby is during a failover, by an internal error.
AWAY = (OperationalError, InterfaceError, InternalError)

_OLDER = "lacks what this version needs: it is older, or was not prepared"
#: What PostgreSQL answers where a table or a column is not there that a later migration makes; it is a ProgrammingError.
_LACKING = ("42P01", "42703")
#: PostgreSQL's SQLSTATE, or its class, and what is said of it. [https://www.postgresql.org/docs/current/errcodes-appendix.html]
_SAID = {
    "25006": "takes no writes (it is read-only)",
    "53100": "has no space left on its disk",
    "53300": "has no connection left",
    "57014": "took too long over a statement",
    "55P03": "is locked by something else",
    "28": "rejects our credentials",
    "57P": "is shutting down or starting",
    **dict.fromkeys(_LACKING, _OLDER),
}
#: SQLite's words.
_WORDS = {
    "database or disk is full": _SAID["53100"],
    "attempt to write a readonly database": _SAID["25006"],
    "database is locked": _SAID["55P03"],
    "unable to open database file": "cannot be opened",
    **dict.fromkeys(("no such table", "no such column", "has no column named"), _OLDER),
    "file is not a database": "is not a database",
    "disk image is malformed": "is damaged",
}


#: What to do about it, where it is not over by itself.
_REMEDIES = {
    _SAID[
        "53100"
    ]: "Make room there; Planewatch then goes on by itself. What was stored is still there, and can be read meanwhile.",
    _SAID["55P03"]: "A backup or another program may hold it. Try again in a few seconds; what is stored can be read meanwhile.",
    _SAID["28"]: "Set DATABASE_URL to credentials that it takes, and start Planewatch again.",
    _OLDER: "Stop Planewatch and start it again with manage.py up, which brings its database up to date, or run manage.py migrate.",
    "cannot be opened": "Look whether the data directory is there, and whether Planewatch may write to it.",
    "is not a database": "Put back a backup of the data directory.",
    "is damaged": "Put back a backup of the data directory.",
}
AGAIN = "Try again in a few seconds. The log says more."


def is_away(error: BaseException | None) -> bool:
    """Whether it is the database, and not what was asked of it."""
    return isinstance(error, AWAY) or (isinstance(error, ProgrammingError) and _sqlstate(error) in _LACKING)


def remedy(error: Error) -> str:
    """What to do about it, as one or two sentences."""
    return _REMEDIES.get(said(error), AGAIN)


def _sqlstate(error: Error) -> str:
    return getattr(error.__cause__, "sqlstate", None) or ""


def said(error: Error) -> str:
    """What the database does, to follow its name: "takes no writes (it is read-only)". Never what was asked, nor where."""
    state = _sqlstate(error)
    for code, words in _SAID.items():
        if state.startswith(code):
            return words
    text = str(error)
    return next((words for part, words in _WORDS.items() if part in text), "does not answer")
