"""On SQLite accounts and sessions have a file of their own: signing in waits for no collector, and an upgrade brings them along."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib import import_module
from io import StringIO

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection, connections, models
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from dashboard import auth, routing
from dashboard.models import SignInLink

pytestmark = [
    pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL locks rows, not files"),
    pytest.mark.django_db(transaction=True),
]


@contextmanager
def writer_that_stands_still() -> Iterator[None]:
    """Another process is in the middle of a transaction on what is collected."""
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def test_one_signs_in_by_a_link_reads_and_signs_out_while_a_collector_stands_still_in_mid_transaction() -> None:
    client = Client()
    with writer_that_stands_still():
        link = auth.one_time_link("http://testserver")
        assert client.post(link).status_code == 302
        assert client.get("/", follow=True).status_code == 200
        assert client.post("/signout/").status_code == 200


def test_a_connection_that_is_opened_meanwhile_waits_for_nobody() -> None:
    """Nothing that is said to each new connection is a write."""
    with writer_that_stands_still():
        connection.close()
        connection.settings_dict["OPTIONS"]["timeout"] = 1
        assert list(Session.objects.all()[:1]) == []
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM planes_cluster")
            assert cursor.fetchone() == (0,)
    connection.settings_dict["OPTIONS"]["timeout"] = 20
    connection.close()


def test_one_signs_in_by_password_meanwhile() -> None:
    with writer_that_stands_still():
        User.objects.create_user("somebody", password="a-long-password")
        assert Client().post("/signin/", {"username": "somebody", "password": "a-long-password"}).status_code == 302


def test_only_accounts_are_in_their_database_and_only_what_is_collected_in_the_other() -> None:
    tables = {alias: set(connections[alias].introspection.table_names()) for alias in ("default", "accounts")}
    assert {"auth_user", "django_session", "dashboard_signinlink"} <= tables["accounts"] - tables["default"]
    assert {"planes_cluster", "planes_node"} <= tables["default"] - tables["accounts"]


@contextmanager
def as_before() -> Iterator[None]:
    """All in one database, as the version before has it: with an account, a session and a link."""
    kinds: tuple[type[models.Model], ...] = (User, Session, SignInLink)
    with connections["default"].schema_editor() as editor:
        for kind in kinds:
            editor.create_model(kind)
    try:
        User.objects.using("default").create(username="admin", password="hash", is_superuser=True)
        Session.objects.using("default").create(session_key="key", session_data="data", expire_date=timezone.now())
        SignInLink.objects.using("default").create(digest="d" * 64, expires=timezone.now())
        yield
    finally:
        with connections["default"].schema_editor() as editor:
            for kind in reversed(kinds):
                editor.delete_model(kind)


def test_a_database_of_the_version_before_keeps_its_accounts_sessions_and_links() -> None:
    copy = import_module("dashboard.migrations.0002_accounts_apart").copy
    with as_before(), connections["accounts"].schema_editor() as editor:
        copy(apps, editor)
        copy(apps, editor)
    user = User.objects.get()
    assert (user.username, user.password, user.is_superuser) == ("admin", "hash", True)
    assert Session.objects.get().session_data == "data"
    assert SignInLink.objects.get().digest == "d" * 64


def test_where_nothing_was_before_nothing_comes_along() -> None:
    copy = import_module("dashboard.migrations.0002_accounts_apart").copy
    with connections["accounts"].schema_editor() as editor:
        copy(apps, editor)
    assert not User.objects.exists()


def test_djangos_commands_for_accounts_find_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "a-long-password")
    call_command("createsuperuser", username="root", email="", interactive=False, stdout=StringIO())
    assert User.objects.using("accounts").get().username == "root"


def test_on_postgresql_all_is_in_one_database(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(settings.DATABASES, "accounts")
    router = routing.Accounts()
    assert router.db_for_write(User) == "default"
    assert router.allow_migrate("default", "auth")
    assert router.allow_migrate("default", "planes")
