"""What a database that is away is said to do, asked of real ones."""

import os
from pathlib import Path

import psycopg
import pytest
from django.db import (
    DatabaseError,
    Error,
    IntegrityError,
    InternalError,
    OperationalError,
    ProgrammingError,
    connection,
    transaction,
)

from dashboard import services
from planes.store.away import AGAIN, AWAY, is_away, remedy, said

OLDER = "lacks what this version needs: it is older, or was not prepared"
postgres = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="of PostgreSQL")


def caused(error: Error, cause: psycopg.Error) -> Error:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (caused(InternalError(), psycopg.errors.ReadOnlySqlTransaction()), "takes no writes (it is read-only)"),
        (caused(OperationalError(), psycopg.errors.DiskFull()), "has no space left on its disk"),
        (caused(OperationalError(), psycopg.errors.TooManyConnections()), "has no connection left"),
        (caused(OperationalError(), psycopg.errors.QueryCanceled()), "took too long over a statement"),
        (caused(OperationalError(), psycopg.errors.LockNotAvailable()), "is locked by something else"),
        (caused(OperationalError(), psycopg.errors.AdminShutdown()), "is shutting down or starting"),
        (caused(OperationalError(), psycopg.errors.CannotConnectNow()), "is shutting down or starting"),
        (caused(OperationalError(), psycopg.errors.InvalidPassword()), "rejects our credentials"),
        (caused(ProgrammingError(), psycopg.errors.UndefinedColumn()), OLDER),
        (caused(ProgrammingError(), psycopg.errors.UndefinedTable()), OLDER),
        (OperationalError("no such column: planes_cluster.new"), OLDER),
        (OperationalError("table planes_cluster has no column named new"), OLDER),
        (OperationalError("no such table: planes_new"), OLDER),
        (OperationalError("database or disk is full"), "has no space left on its disk"),
        (OperationalError("attempt to write a readonly database"), "takes no writes (it is read-only)"),
        (OperationalError("database is locked"), "is locked by something else"),
        (OperationalError("connection to server at 10.0.0.7 failed"), "does not answer"),
    ],
)
def test_what_it_does_is_said_in_words(error: Error, words: str) -> None:
    assert said(error) == words
    assert is_away(error)


def test_what_is_wrong_in_a_question_is_no_database_that_is_away() -> None:
    assert not is_away(caused(ProgrammingError(), psycopg.errors.SyntaxError()))
    assert not is_away(IntegrityError())
    assert not is_away(None)


def test_what_to_do_is_told_where_it_is_not_over_by_itself() -> None:
    assert remedy(OperationalError("database or disk is full")).startswith("Make room there")
    assert "manage.py up" in remedy(caused(ProgrammingError(), psycopg.errors.UndefinedColumn()))
    assert remedy(OperationalError("connection failed")) == AGAIN


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="of SQLite")
@pytest.mark.django_db
def test_a_full_or_read_only_sqlite_is_away() -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = 1")
        try:
            with pytest.raises(AWAY) as caught, transaction.atomic():
                cursor.execute("CREATE TABLE away (a)")
        finally:
            cursor.execute("PRAGMA query_only = 0")
    assert said(caught.value) == "takes no writes (it is read-only)"


@postgres
@pytest.mark.django_db
def test_a_standby_and_a_statement_that_takes_too_long_are_away() -> None:
    with connection.cursor() as cursor:
        for setting, statement, words in (
            ("transaction_read_only = on", "CREATE TABLE away (a int)", "takes no writes (it is read-only)"),
            ("statement_timeout = '20ms'", "SELECT pg_sleep(5)", "took too long over a statement"),
        ):
            with pytest.raises(AWAY) as caught, transaction.atomic():
                cursor.execute(f"SET LOCAL {setting}; {statement}")
            assert said(caught.value) == words
            assert isinstance(caught.value, DatabaseError)


@postgres
@pytest.mark.django_db
def test_the_server_is_told_what_takes_too_long(tmp_path: Path) -> None:
    """By the product's own options: a test may stay in its transaction for longer."""
    url = os.environ["PLANEWATCH_TEST_DATABASE_URL"]
    with psycopg.connect(url, options=services.database(url, tmp_path)["OPTIONS"]["options"], connect_timeout=10) as told:
        for name, value in (("statement_timeout", "30s"), ("lock_timeout", "10s"), ("idle_in_transaction_session_timeout", "10s")):
            assert told.execute(f"SHOW {name}").fetchone() == (value,)
