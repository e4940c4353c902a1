"""Fixtures for every test: real services, started once a session (and once a worker under xdist)."""

import gc
from collections.abc import Iterator

import pytest
import redis
from django.db import connection
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker
from whitenoise.responders import StaticFile

from dashboard.assets import StaticFiles
from tests import emptying
from tests.e2e.fixtures import browsing, own, page, running, stopped, up
from tests.parts import BROWSER, ROWS
from tests.services import Valkey

__all__ = ["browsing", "own", "page", "running", "stopped", "up"]

#: What pytest-django gives to tests that read or write rows; every fixture of ours that does rests on one of them.
_ROWS = {"db", "transactional_db", "django_db_reset_sequences", "django_db_serialized_rollback"}


#: The garbage collector looks for what is new when there is so much of it, and seldom at what has lasted: by Python's own bounds it
#: takes a fifth of a test's time, for it looks again and again at what a worker has imported and collected, which stays.
_LOOKS = (50_000, 20, 100)
gc.disable()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rows", action="store_true", help="only the tests that use the database, by whatever way")


def _with_all_databases(item: pytest.Item) -> None:
    """Accounts have a database of their own on SQLite: a test that may use one may use both."""
    mark = item.get_closest_marker("django_db")
    if mark is None and not _ROWS.intersection(getattr(item, "fixturenames", ())):
        return
    arguments = {**(mark.kwargs if mark is not None else {}), "databases": "__all__"}
    item.add_marker(pytest.mark.django_db(**arguments), append=False)


def _uses_rows(item: pytest.Item) -> bool:
    return item.get_closest_marker("django_db") is not None or bool(_ROWS.intersection(getattr(item, "fixturenames", ())))


def _stand_in(places: tuple[str, ...], items: list[pytest.Item], what: str) -> None:
    """A part of `make test` that collects these places only must lose none of them."""
    for item in items:
        if not item.nodeid.startswith(places):
            raise pytest.UsageError(f"{item.nodeid} {what} outside of {', '.join(places)}: name its place in tests/parts.py.")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With --rows, what would say the same on PostgreSQL as on SQLite is left out: what never touches the database, and what is
    marked `any_database`. What touches it, stands where it is looked for."""
    for item in items:
        _with_all_databases(item)
    kept = [item for item in items if _uses_rows(item)]
    driving = [item for item in items if item.get_closest_marker("browser") and not item.get_closest_marker("e2e")]
    _stand_in(ROWS, kept, "uses the database")
    _stand_in(BROWSER, [item for item in driving if not item.get_closest_marker("faults")], "drives a browser")
    if not config.getoption("--rows"):
        return
    asked = {item for item in kept if item.get_closest_marker("any_database") is None}
    config.hook.pytest_deselected(items=[item for item in items if item not in asked])
    items[:] = [item for item in items if item in asked]


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is there now stays: the garbage collector leaves it alone. And tests of one group share what is costly: that xdist heeds
    the marks must not be lost with a new version of either."""
    gc.freeze()
    gc.set_threshold(*_LOOKS)
    gc.enable()
    if getattr(session.config.option, "loadgroup", False):
        lost = [item.nodeid for item in session.items if item.get_closest_marker("xdist_group") and "@" not in item.nodeid]
        if lost:
            raise pytest.UsageError(f"xdist does not heed the group of {lost[0]} and {len(lost) - 1} others.")


@pytest.fixture(scope="session", autouse=True)
def _static_files_are_found_once() -> Iterator[None]:
    """Each client of a test builds the middleware anew, and with it looks through all static files: a third of what it costs to ask
    for a page."""
    found: dict[str, StaticFile] = {}
    look = StaticFiles.add_files_from_finders

    def remembered(self: StaticFiles) -> None:
        if not found:
            look(self)
            found.update(self.files)
        self.files.update(found)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StaticFiles, "add_files_from_finders", remembered)
        yield


@pytest.fixture(scope="session", autouse=True)
def _committed_rows_are_removed_cheaply() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", emptying.after_a_test)
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """As pytest-django's, and at the end nobody else is in the database: a thread of some pool may still hold a connection to it,
    and PostgreSQL drops no database that is in use."""
    yield
    with django_db_blocker.unblock():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                cursor.execute(f"{others} AND pid <> pg_backend_pid()")


@pytest.fixture(scope="session")
def _valkey_of_the_session() -> Iterator[Valkey]:
    server = Valkey()
    try:
        server.start()
        yield server
    finally:
        server.close()


@pytest.fixture
def valkey(_valkey_of_the_session: Valkey) -> str:
    """The URL of a real Valkey, empty at the start of the test."""
    with redis.Redis.from_url(_valkey_of_the_session.url) as client:
        client.flushall()
    return _valkey_of_the_session.url


@pytest.fixture
def own_valkey() -> Iterator[Valkey]:
    """A real Valkey of the test's own, running, to be killed and started again."""
    server = Valkey()
    try:
        server.start()
        yield server
    finally:
        server.close()


@pytest.fixture(scope="module")
def judged_seldom() -> Iterator[None]:
    """Clusters that are lived through are judged every half second, half as often as by a collector: to judge is most of what a
    life costs, and what these tests ask for are seconds."""
    from tests.bench.looking import Looking  # what it imports, most processes of pytest never need

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Looking, "tick", 0.5)
        yield
