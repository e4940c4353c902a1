"""A database that is full, locked or older than the program: what can be read is shown, what cannot says why and what to do, and
nothing that was stored is lost. Real ones."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import psycopg
import pytest
from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, ASGISendEvent, Scope, WebSocketScope
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import OperationalError, ProgrammingError, connection, connections, router, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils.crypto import get_random_string

from dashboard.middleware import TRY_AGAIN_LATER, DatabaseUnavailableSockets
from dashboard.models import Bookmark
from dashboard.then import iso
from dashboard.urls import urlpatterns
from planes.store import services
from planes.structs.history import Span
from planes.structs.moments import Epoch
from tests.dashboard.rows import AT, Collecting

#: Pages that ask nothing of a cluster.
QUIET = frozenset({"signin", "signin-link", "signout", "tokens", "api-schema", "api-docs", "add-cluster", "try-cluster"}) | {
    "acknowledge"  # no page
}
#: Answers of other threads, which do not see what a test has not committed; their data comes by the selectors of the others.
APART = frozenset({"picture-svg", "picture-png", "incident-report", "api-clusters", "api-snapshot", "api-node", "api-search"})
#: What a screen asks that has the session of a display, and how it comes by one.
OF_SCREENS = ("wall/worker.js", "wall/in/", "wall/<slug:display>/", "displays/", "pair/")
NAMES = sorted(
    str(one.name) for one in urlpatterns if one.name not in QUIET | APART and not str(one.pattern).startswith(OF_SCREENS)
)
KEPT = "dashboard_bookmark"


def address(name: str) -> str:
    (pattern,) = [one for one in urlpatterns if one.name == name]
    known = {"slug": "prod", "kind": "kube-scheduler", "name": "node-1", "number": "1"}
    asked = reverse(name, kwargs={place: known.get(place, "x") for place in pattern.pattern.converters})
    return f"{asked}?q=node" if name in ("search", "api-find") else asked


@pytest.fixture
def browser(visitor: User, collecting: Collecting) -> Client:
    """Of an operator."""
    visitor.is_staff = True
    visitor.save()
    services.touch(collecting.id, collecting.epoch, AT, span=Span(Epoch(AT - 1000), AT))
    client = Client(raise_request_exception=False)
    client.force_login(visitor)
    return client


def keep(browser: Client, name: str) -> HttpResponse:
    """A bookmark of that name."""
    answer = browser.post("/c/prod/bookmarks/", {"at": iso(AT - 10), "name": name})
    assert isinstance(answer, HttpResponse)
    return answer


def test_a_database_that_is_older_than_the_program_is_told_on_every_page_with_what_to_do(
    collecting: Collecting, browser: Client
) -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute("ALTER TABLE planes_cluster RENAME COLUMN remembered_from TO of_another_version")
    for name in NAMES:
        asked = address(name)
        undo = transaction.savepoint()
        answer = browser.get(asked)
        transaction.savepoint_rollback(undo)
        said = answer.content.decode()
        assert (name, answer.status_code, answer.get("Retry-After")) == (name, 503, "5")
        assert "The database lacks what this version needs" in said, name
        assert "manage.py up, which brings its database up to date" in said, name
        assert "of_another_version" not in said
        assert "remembered_from" not in said
        if asked.startswith("/api/"):
            assert answer["Content-Type"] == "application/problem+json"


async def test_a_socket_is_told_to_come_back_later_where_the_database_is_older() -> None:
    sent: list[ASGISendEvent] = []

    async def fails(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        raise ProgrammingError from psycopg.errors.UndefinedColumn()

    async def send(event: ASGISendEvent) -> None:
        sent.append(event)

    scope: WebSocketScope = {"type": "websocket"}  # type: ignore[typeddict-item]  # no more of it is read
    await DatabaseUnavailableSockets(fails)(scope, None, send)  # type: ignore[arg-type]  # nothing is received
    assert sent == [{"type": "websocket.close", "code": TRY_AGAIN_LATER, "reason": None}]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="of SQLite: it can be told to be full")
def test_while_the_database_is_full_pages_are_read_and_nothing_that_was_kept_is_lost(
    transactional_db: None, collecting: Collecting, browser: Client
) -> None:
    assert keep(browser, "Kept.").status_code == 302
    with full():
        answer = keep(browser, "x" * 90)
        assert answer.status_code == 503
        assert "The database has no space left on its disk" in answer.content.decode()
        assert "Make room there" in answer.content.decode()
        # Its session is stored after the view, where no view sees what goes wrong.
        signing_in = Client(raise_request_exception=False).post(
            "/signin/", {"username": "ada", "password": "correct horse battery"}
        )
        assert (signing_in.status_code, "no space left" in signing_in.content.decode()) == (503, True)
        assert {name: status for name in NAMES if (status := browser.get(address(name)).status_code) not in (200, 302, 404)} == {}
        assert "Kept." in browser.get("/c/prod/bookmarks/").content.decode()
    assert keep(browser, "There is room again.").status_code == 302
    assert Bookmark.objects.filter(name="Kept.").exists()


def _a_bookmark(size: int) -> None:
    Bookmark.objects.create(cluster=0, author="x", at=0.0, name="x" * size)


def _a_session(size: int) -> None:
    Session.objects.create(session_key=get_random_string(32), session_data="x" * size, expire_date=datetime.now(UTC))


@contextmanager
def full() -> Iterator[None]:
    """The database of accounts, to the brim: no page is left, and none has room."""
    alias = router.db_for_write(Bookmark)
    with connections[alias].cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
        try:
            for filling in (_a_bookmark, _a_session):
                size = 2_000
                while size:
                    try:
                        with transaction.atomic(using=alias):
                            filling(size)
                    except OperationalError as error:
                        if "full" not in str(error):
                            raise
                        size //= 2
            yield
        finally:
            cursor.execute("PRAGMA max_page_count = 1073741823")


@contextmanager
def locked() -> Iterator[None]:
    """Somebody else holds the database of accounts, and nobody waits long for it."""
    ours = connections[router.db_for_write(Bookmark)]
    parameters = ours.get_connection_params()
    with ours.cursor() as cursor:
        if ours.vendor == "sqlite":
            other = sqlite3.connect(parameters["database"], isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            cursor.execute("PRAGMA busy_timeout = 20")
            release: Callable[[], object] = other.rollback
        else:
            held = psycopg.connect(
                **{name: parameters[name] for name in ("dbname", "user", "password", "host", "port") if name in parameters}
            )
            held.execute(f"LOCK TABLE {KEPT} IN SHARE MODE")
            cursor.execute("SET lock_timeout = '20ms'")
            release = held.rollback
        try:
            yield
        finally:
            release()
            (other if ours.vendor == "sqlite" else held).close()
            cursor.execute("PRAGMA busy_timeout = 20000" if ours.vendor == "sqlite" else "SET lock_timeout = '10s'")


@pytest.mark.django_db(transaction=True)
def test_while_the_database_is_locked_pages_are_read_and_what_cannot_be_written_says_so(
    transactional_db: None, collecting: Collecting, browser: Client
) -> None:
    assert keep(browser, "Kept.").status_code == 302
    with locked():
        answer = keep(browser, "Not kept.")
        assert answer.status_code == 503
        assert "The database is locked by something else" in answer.content.decode()
        assert "Try again in a few seconds" in answer.content.decode()
        assert {name: status for name in NAMES if (status := browser.get(address(name)).status_code) not in (200, 302, 404)} == {}
    assert keep(browser, "Free again.").status_code == 302
    assert sorted(Bookmark.objects.values_list("name", flat=True)) == ["Free again.", "Kept."]
