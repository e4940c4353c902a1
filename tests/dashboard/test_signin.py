"""Signing in: the one-time link, the password with its brake, signing out, and what the cookies say."""

from datetime import timedelta
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
import redis
from django.conf import settings as live_settings
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from dashboard import auth, forms, throttle
from dashboard.models import SignInLink
from dashboard.views.session import WANTED
from tests.services import Valkey

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Settings, valkey: str) -> None:
    settings.REDIS_URL = valkey
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


BASE = "http://127.0.0.1:8765"


def path_of(link: str) -> str:
    assert link.startswith(f"{BASE}/signin/")
    return link.removeprefix(BASE)


def is_signed_in(client: Client) -> bool:
    return client.get("/").status_code == 200


def test_opening_a_link_changes_nothing_and_its_button_signs_in_the_administrator() -> None:
    path, client = path_of(auth.one_time_link(BASE)), Client()
    for _ in range(3):
        assert b"<form" in client.get(path).content
    assert not is_signed_in(client)
    response = client.post(path)
    assert (response.status_code, response["Location"]) == (302, "/")
    assert is_signed_in(client)
    user = User.objects.get(username="admin")
    assert user.is_superuser
    assert not user.has_usable_password()


def test_a_link_works_once() -> None:
    path = path_of(auth.one_time_link(BASE))
    assert Client().post(path).status_code == 302
    second = Client()
    response = second.post(path)
    assert response.status_code == 410
    assert b"no longer works" in response.content
    assert second.get(path).status_code == 410
    assert not is_signed_in(second)


def test_a_link_leads_to_the_address_that_was_asked_for_first() -> None:
    client = Client()
    asked = client.get("/c/prod-eu-1/kube-scheduler/?theme=dark")
    assert client.get(asked["Location"]).status_code == 200
    signed_in = client.post(path_of(auth.one_time_link(BASE)))
    assert signed_in["Location"] == "/c/prod-eu-1/kube-scheduler/?theme=dark"
    assert not signed_in.cookies[WANTED].value, "once"


@pytest.mark.any_database
@pytest.mark.parametrize("wanted", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"])
def test_a_link_leads_nowhere_else_whatever_was_asked_for(wanted: str) -> None:
    client = Client()
    client.get("/signin/", {"next": wanted})
    assert client.post(path_of(auth.one_time_link(BASE)))["Location"] == "/"
    forged = Client()
    forged.cookies[WANTED] = wanted
    assert forged.post(path_of(auth.one_time_link(BASE)))["Location"] == "/"


def test_a_link_is_over_after_15_minutes() -> None:
    path, client = path_of(auth.one_time_link(BASE)), Client()
    SignInLink.objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert client.get(path).status_code == 410
    assert client.post(path).status_code == 410
    assert not is_signed_in(client)
    lifetime = auth.LINK_LIFETIME
    assert lifetime == timedelta(minutes=15)


def test_a_wrong_token_signs_nobody_in() -> None:
    auth.one_time_link(BASE)
    client = Client()
    assert client.post("/signin/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/").status_code == 410
    assert not is_signed_in(client)
    assert not User.objects.exists()


def test_a_link_cannot_be_read_out_of_the_database() -> None:
    token = path_of(auth.one_time_link(BASE)).split("/")[2]
    assert len(token) >= 43
    assert token not in str(list(SignInLink.objects.values()))


def test_a_link_needs_the_forms_own_key() -> None:
    path, client = path_of(auth.one_time_link(BASE)), Client(enforce_csrf_checks=True)
    assert client.post(path).status_code == 403
    assert auth.is_open(path.split("/")[2])


def test_a_link_does_not_open_an_account_that_is_switched_off() -> None:
    User.objects.create_user("admin", is_active=False)
    client = Client()
    assert client.post(path_of(auth.one_time_link(BASE))).status_code == 410
    assert not is_signed_in(client)


def test_links_that_are_over_are_swept_away() -> None:
    auth.one_time_link(BASE)
    SignInLink.objects.update(expires=timezone.now() - timedelta(hours=1))
    auth.one_time_link(BASE)
    assert SignInLink.objects.count() == 1


def test_sessions_that_are_over_are_swept_away() -> None:
    client = Client()
    client.force_login(User.objects.create_user("ada"))
    auth.one_time_link(BASE)
    assert is_signed_in(client)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    auth.one_time_link(BASE)
    assert not Session.objects.exists()


def test_the_command_prints_a_link() -> None:
    out = StringIO()
    call_command("signin", "--url", BASE, stdout=out)
    assert Client().post(path_of(out.getvalue().strip())).status_code == 302


def test_the_command_knows_where_the_running_planewatch_is(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    (tmp_path / "up.lock").write_bytes(b'{"pid": 1, "address": "http://10.0.0.1:9000/"}')
    out = StringIO()
    call_command("signin", stdout=out)
    assert out.getvalue().startswith("http://10.0.0.1:9000/signin/")


def test_the_links_page_tells_its_address_to_nobody_and_is_not_stored() -> None:
    response = Client().get(path_of(auth.one_time_link(BASE)))
    assert response["Referrer-Policy"] == "strict-origin"
    assert "no-store" in response["Cache-Control"]


def sign_in(client: Client, password: str, address: str = "10.0.0.1", name: str = "ada") -> int:
    return client.post("/signin/", {"username": name, "password": password}, REMOTE_ADDR=address).status_code


def test_a_password_signs_in_and_a_wrong_one_does_not() -> None:
    User.objects.create_user("ada", password="correct horse battery")
    client = Client()
    assert sign_in(client, "wrong") == 200
    assert not is_signed_in(client)
    assert sign_in(client, "correct horse battery") == 302
    assert is_signed_in(client)


@pytest.mark.any_database
def test_after_10_failures_the_right_password_is_refused_from_there_and_only_from_there() -> None:
    User.objects.create_user("ada", password="correct horse battery")
    client = Client()
    for _ in range(throttle.FAILURES):
        assert sign_in(client, "wrong") == 200
    assert sign_in(client, "correct horse battery") == 200
    assert not is_signed_in(client)
    blocked = client.post("/signin/", {"username": "ada", "password": "wrong"}, REMOTE_ADDR="10.0.0.1")
    assert b"Wait 5 min," in blocked.content
    assert sign_in(client, "correct horse battery", address="10.0.0.2") == 302


@pytest.mark.any_database
def test_an_address_that_tries_many_accounts_is_slowed_down_and_not_locked() -> None:
    User.objects.create_user("ada", password="correct horse battery")
    for number in range(throttle.FAILURES_OF_ADDRESS):
        assert not throttle.admit("10.0.0.1", f"user-{number}").refused
    assert not throttle.admit("10.0.0.1", "one more").refused
    assert throttle.admit("10.0.0.1", "at once after it") == throttle.Admission(retry_after=throttle.PACE)
    slowed = Client().post("/signin/", {"username": "ada", "password": "correct horse battery"}, REMOTE_ADDR="10.0.0.1")
    assert b"Try again in a few seconds" in slowed.content
    assert sign_in(Client(), "correct horse battery", address="10.0.0.2") == 302


@pytest.mark.any_database
def test_tries_are_counted_before_their_passwords_are_looked_at() -> None:
    admitted = [throttle.admit("10.0.0.1", "ada") for _ in range(throttle.FAILURES + 1)]
    assert [one.refused for one in admitted] == [False] * throttle.FAILURES + [True]
    assert admitted[-1].retry_after == throttle.WINDOW


@pytest.mark.any_database
def test_an_account_tried_from_everywhere_takes_longer_and_is_never_locked() -> None:
    admitted = [throttle.admit(f"10.0.0.{number}", "ada") for number in range(throttle.FAILURES_OF_ACCOUNT + 8)]
    assert not any(one.refused for one in admitted)
    delays = [one.delay for one in admitted]
    assert delays == [0.0] * throttle.FAILURES_OF_ACCOUNT + [0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0, 8.0]
    assert throttle.admit("10.0.1.1", "grace") == throttle.Admission()


@pytest.mark.any_database
def test_while_valkey_is_away_each_process_counts_by_itself(settings: Settings, own_valkey: Valkey) -> None:
    settings.REDIS_URL = own_valkey.url
    own_valkey.kill()
    admitted = [throttle.admit("10.0.0.1", "ada").refused for _ in range(throttle.FAILURES + 1)]
    assert admitted == [False] * throttle.FAILURES + [True]


@pytest.mark.any_database
def test_a_right_password_leaves_no_count_that_never_ends(valkey: str) -> None:
    throttle.forgive("10.0.0.1", "ada")
    throttle.admit("10.0.0.1", "ada")
    throttle.forgive("10.0.0.1", "ada")
    with redis.Redis.from_url(valkey) as client:
        keys = list(client.scan_iter("pw:signin:*"))
        assert len(keys) == 2
        assert all(0 < int(str(client.ttl(key))) <= throttle.WINDOW and client.get(key) == b"0" for key in keys)


@pytest.mark.any_database
def test_a_success_forgives_the_failures_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[float] = []  # half a minute, were it waited for
    monkeypatch.setattr(forms, "time", SimpleNamespace(sleep=held.append))
    User.objects.create_user("ada", password="correct horse battery")
    for _ in range(3):
        for _ in range(throttle.FAILURES - 1):
            assert sign_in(Client(), "wrong") == 200
        assert sign_in(Client(), "correct horse battery") == 302
    # The account's are kept, but for the tries that were right: the 21st takes longer, from wherever it comes.
    assert [delay for delay in held if delay] == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0, 8.0]


@pytest.mark.any_database
def test_signing_out_is_a_post_and_ends_the_session() -> None:
    client = Client()
    client.force_login(User.objects.create_user("ada"))
    key = client.session.session_key
    assert client.get("/signout/").status_code == 405
    assert is_signed_in(client)
    assert client.post("/signout/").status_code == 200
    assert not is_signed_in(client)
    assert not auth.holds(key, User.objects.get().pk)


def test_a_session_holds_until_the_password_changes_or_the_account_is_switched_off() -> None:
    user = User.objects.create_user("ada", password="correct horse battery")
    client = Client()
    client.force_login(user)
    key = client.session.session_key
    assert auth.holds(key, user.pk)
    assert not auth.holds(key, user.pk + 1)
    assert not auth.holds(None, user.pk)
    user.is_active = False
    user.save()
    assert not auth.holds(key, user.pk)
    user.is_active = True
    user.set_password("another horse battery")
    user.save()
    assert not auth.holds(key, user.pk)


@pytest.mark.any_database
def test_after_signing_in_no_other_site_is_visited() -> None:
    User.objects.create_user("ada", password="correct horse battery")
    form = {"username": "ada", "password": "correct horse battery", "next": "https://evil.example/"}
    assert Client().post("/signin/", form)["Location"] == "/"


@pytest.mark.any_database
def test_cookies_are_out_of_reach_of_scripts_and_other_sites() -> None:
    User.objects.create_user("ada", password="correct horse battery")
    client = Client()
    client.get("/signin/")
    sign_in(client, "correct horse battery")
    session, csrf = client.cookies[live_settings.SESSION_COOKIE_NAME], client.cookies[live_settings.CSRF_COOKIE_NAME]
    assert (session["httponly"], session["samesite"], session["path"]) == (True, "Lax", "/")
    assert (csrf["httponly"], csrf["samesite"], csrf["path"]) == (True, "Strict", "/")
