"""Reaching the database and bringing its tables up to date."""

import time
from collections.abc import Callable
from io import StringIO

import psycopg
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor

from planes.up.refusal import Exit, RefusalError

Say = Callable[[str], None]
_SAY_EVERY_S = 2.0


def prepare(say: Say) -> None:
    """Reach the database and migrate it, if there is anything to migrate. Called in a thread of its own."""
    try:
        _reach()
        _migrate(say)
    except DatabaseError as error:
        raise _refusal(error) from error
    finally:
        connections.close_all()


def _reach() -> None:
    """Ask PostgreSQL directly: a pool would try for as long as it may and then say nothing of why."""
    settings = connections.settings[DEFAULT_DB_ALIAS]
    if "postgresql" not in settings["ENGINE"]:
        return
    options = {name: value for name, value in settings["OPTIONS"].items() if name != "pool"}
    try:
        with psycopg.connect(
            dbname=settings["NAME"] or None,
            user=settings["USER"] or None,
            password=settings["PASSWORD"] or None,
            host=settings["HOST"] or None,
            port=settings["PORT"] or None,
            **{"connect_timeout": 5, **options},
        ):
            return
    except psycopg.Error as error:
        place = f"{settings['HOST'] or 'the local socket'}{':' + settings['PORT'] if settings['PORT'] else ''}"
        raise RefusalError(
            f"The database {settings['NAME']!r} at {place} cannot be reached: {_last_line(error)}.",
            "Start PostgreSQL, correct DATABASE_URL, or leave DATABASE_URL out for SQLite.",
            Exit.SERVICE,
        ) from error


def _migrate(say: Say) -> None:
    steps = {alias: _steps(alias) for alias in connections}
    if not any(steps.values()):
        return
    say(f"Preparing the database: {sum(steps.values())} steps.")
    progress = _Progress(say, sum(steps.values()))
    for alias, number in steps.items():
        if number:
            call_command("migrate", database=alias, interactive=False, verbosity=1, stdout=progress)


def _steps(alias: str) -> int:
    executor = MigrationExecutor(connections[alias])
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


class _Progress(StringIO):
    """Says every two seconds how far migrating is, from the lines that Django's command writes."""

    def __init__(self, say: Say, steps: int) -> None:
        super().__init__()
        self._say = say
        self._steps = steps
        self._done = 0
        self._said = time.monotonic()

    def write(self, text: str) -> int:
        if text.strip() == "OK":
            self._done += 1
            if time.monotonic() - self._said > _SAY_EVERY_S:
                self._said = time.monotonic()
                self._say(f"  {self._done} of {self._steps} steps done.")
        return len(text)


def _refusal(error: DatabaseError) -> RefusalError:
    settings = connections.settings[DEFAULT_DB_ALIAS]
    text = _last_line(error)
    if "is full" in text or "No space left" in text:
        return RefusalError(
            "The disk that holds the database is full.", "Free some space, or name another place with --data-dir.", Exit.PLACE
        )
    if "sqlite" in settings["ENGINE"]:
        return RefusalError(
            f"The database {settings['NAME']} cannot be used: {text}.",
            "Correct its permissions, move it out of the way, or name another directory with --data-dir.",
            Exit.PLACE,
        )
    return RefusalError(f"The database refuses: {text}.", "Fix it, or correct DATABASE_URL.", Exit.SERVICE)


def _last_line(error: Exception) -> str:
    """The telling end of a driver's message. libpq says where and as whom before it, and never the password."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = lines[0] if lines else type(error).__name__
    return text.rpartition("failed: ")[2].rstrip(".")
