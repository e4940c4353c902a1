"""`manage.py users`: who may sign in with a name and a password."""

import io

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client

from dashboard.operators import is_operator

GOOD = "correct horse battery"


def run(monkeypatch: pytest.MonkeyPatch, *words: str, typed: str = "") -> str:
    said = io.StringIO()
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    call_command("users", *words, stdout=said)
    return said.getvalue()


def signs_in(name: str, password: str) -> bool:
    return Client().login(username=name, password=password)


@pytest.mark.django_db
def test_an_account_is_added_listed_switched_off_and_on_given_a_password_and_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "There are no accounts yet" in run(monkeypatch, "list")
    assert run(monkeypatch, "add", "ada", typed=GOOD + "\n") == "ada can sign in.\n"
    assert signs_in("ada", GOOD)
    assert not User.objects.get().is_superuser
    assert run(monkeypatch, "off", "ada") == "ada can no longer sign in.\n"
    assert not signs_in("ada", GOOD)
    assert "ada: switched off, last signed in" in run(monkeypatch, "list")
    assert run(monkeypatch, "on", "ada") == "ada can sign in again.\n"
    assert signs_in("ada", GOOD)
    assert run(monkeypatch, "password", "ada", typed="another horse battery\n") == "ada has a new password.\n"
    assert not signs_in("ada", GOOD)
    assert signs_in("ada", "another horse battery")
    assert run(monkeypatch, "remove", "ada") == "ada is removed.\n"
    assert User.objects.count() == 0


@pytest.mark.django_db
def test_an_account_is_made_an_operators_and_a_readers_again(monkeypatch: pytest.MonkeyPatch) -> None:
    for user in (User.objects.create_user("ada"), User.objects.create_superuser("admin")):
        was = is_operator(user)
        assert was is user.is_superuser
        assert run(monkeypatch, "operator", user.username) == f"{user.username} can now manage clusters and displays.\n"
        user.refresh_from_db()
        assert (is_operator(user), user.is_superuser) == (True, was)
        assert f"{user.username}: never signed in" in run(monkeypatch, "list")
        assert ", operator\n" in run(monkeypatch, "list")
        assert run(monkeypatch, "reader", user.username) == f"{user.username} can no longer manage clusters and displays.\n"
        user.refresh_from_db()
        assert not is_operator(user)
        assert ", operator\n" not in run(monkeypatch, "list").partition(user.username)[2].partition("\n")[0] + "\n"
    user.is_active, user.is_staff = False, True
    assert not is_operator(user), "while it is switched off"


@pytest.mark.django_db
def test_an_account_of_one_time_links_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    User.objects.create_user("admin").save()
    assert run(monkeypatch, "list") == "admin: never signed in, by one-time links alone\n"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("words", "typed", "said"),
    [
        (["add", "ada"], "short\n", "at least 10 characters"),
        (["add", "ada"], "password1234\n", "too common"),
        (["add", "ada"], "", "at least 10 characters"),
        (["add", "a b<c>"], GOOD, "valid username"),
        (["add", "x" * 151], GOOD, "at most 150"),
        (["add", "Bob"], GOOD, "An account Bob already exists"),
        (["password", "bob"], "short\n", "at least 10 characters"),
        (["password", "ada"], GOOD, "There is no account ada"),
        (["off", "ada"], "", "There is no account ada"),
        (["remove", "BOB"], "", "There is no account BOB"),
        (["rename", "bob"], "", "invalid choice"),
        ([], "", "required"),
    ],
)
def test_what_cannot_be_done_is_told_and_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, words: list[str], typed: str, said: str
) -> None:
    User.objects.create_user("bob", password=GOOD)
    with pytest.raises(CommandError, match=said):
        run(monkeypatch, *words, typed=typed)
    assert [user.username for user in User.objects.all()] == ["bob"]
    assert signs_in("bob", GOOD)
