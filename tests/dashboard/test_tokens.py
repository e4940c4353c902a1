"""Tokens of people's programs: shown once, kept as digests, good for what they name until they end, and for nothing but reading."""

import io
import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import DatabaseError
from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone

from dashboard import tokens
from dashboard.logs import redact
from dashboard.models import ApiToken, ApiTokenCluster
from dashboard.rest import access
from dashboard.rest.allowance import Allowance
from dashboard.tokens import WrongError
from tests.dashboard.rows import Collecting

PAGE = "/account/tokens/"


@pytest.fixture(autouse=True)
def _nobody_has_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "_right", Allowance(300, 100))
    monkeypatch.setattr(access, "_wrong", Allowance(30, 30))


@pytest.fixture
def browser(visitor: User) -> Client:
    client = Client()
    client.force_login(visitor)
    return client


def status(token: str, address: str = "/api/v1/c/prod/nodes") -> int:
    return Client().get(address, headers={"Authorization": f"Bearer {token}"}).status_code


def test_a_token_reads_and_only_its_digest_is_kept(visitor: User, collecting: Collecting) -> None:
    token = tokens.make(visitor, "grafana", None)
    assert re.fullmatch(r"pw_[0-9a-f]{12}_[A-Za-z0-9_-]{43}", token)
    assert status(token) == 200
    row = ApiToken.objects.get()
    secret = token.split("_", 2)[2]
    assert not any(secret in str(value) for value in vars(row).values())
    assert row.expires - row.created > timedelta(days=89.9)
    # No more than reading, and nothing but the API.
    assert Client().post("/api/v1/c/prod/nodes", headers={"Authorization": f"Bearer {token}"}).status_code == 405
    assert Client().get("/c/prod/", headers={"Authorization": f"Bearer {token}"}).status_code == 302
    assert Client().get(PAGE, headers={"Authorization": f"Bearer {token}"}).status_code == 302


@pytest.mark.any_database
@pytest.mark.parametrize("change", ["one off", "no secret", "another prefix", "no token", "spaces", "not ASCII", "long"])
def test_what_is_no_token_opens_nothing_and_says_what_to_do(
    visitor: User, collecting: Collecting, browser: Client, change: str
) -> None:
    token = tokens.make(visitor, "grafana", None)
    wrong = {
        "one off": token[:-1] + ("A" if token[-1] != "A" else "B"),
        "no secret": token[:16],
        "another prefix": "pw_" + "0" * 12 + token[15:],
        "no token": "",
        "spaces": token.replace("_", " "),
        "not ASCII": "pw_é",
        "long": "pw_" + "a" * 5_000,
    }[change]
    # A session beside it does not make up for it.
    response = browser.get("/api/v1/c/prod", headers={"Authorization": f"Bearer {wrong}"})
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Bearer realm="Planewatch", error="invalid_token"'
    assert "Make another" in response.json()["detail"]


@pytest.mark.any_database
def test_another_scheme_is_not_known(visitor: User, collecting: Collecting) -> None:
    token = tokens.make(visitor, "grafana", None)
    for header in (f"Basic {token}", f"Token {token}", token):
        assert Client().get("/api/v1/c/prod", headers={"Authorization": header}).status_code == 401
    assert Client().get("/api/v1/c/prod", headers={"Authorization": f"bearer {token}"}).status_code == 200


def test_a_token_ends_when_it_expires_is_revoked_or_its_account_is_switched_off_or_removed(
    visitor: User, collecting: Collecting
) -> None:
    def ended(change: str) -> tuple[int, int]:
        token = tokens.make(visitor, change, None)
        before, row = status(token), ApiToken.objects.get(name=change)
        if change == "expires":
            ApiToken.objects.filter(pk=row.pk).update(expires=timezone.now())
        elif change == "revoked":
            assert tokens.revoke(row.prefix)
            assert not tokens.revoke(row.prefix)
        elif change == "off":
            User.objects.filter(pk=visitor.pk).update(is_active=False)
        else:
            visitor.delete()
        after = status(token)
        if change == "off":
            assert [one.ended for one in tokens.of(visitor) if one.name == "off"] == ["account switched off"]
            User.objects.filter(pk=visitor.pk).update(is_active=True)
        return before, after

    for change in ("expires", "revoked", "off", "removed"):
        assert ended(change) == (200, 401), change
    assert ApiToken.objects.count() == 0


def test_a_cluster_that_a_token_does_not_open_is_not_there_for_it(
    transactional_db: None, visitor: User, collecting: Collecting
) -> None:
    other = Collecting("other")
    token = tokens.make(visitor, "one of two", [other.id])
    client = Client(headers={"Authorization": f"Bearer {token}"})
    for address in ("", "/nodes", "/components", "/components/kube-scheduler", "/instances", "/attention", "/changes", "/watched"):
        assert client.get(f"/api/v1/c/prod{address}").status_code == 404, address
    for address in (
        "/snapshot",
        "/nodes/node-1",
        "/nodes/node-1/pods",
        "/nodes/node-1/ribbon",
        "/components/kube-scheduler/ribbon",
    ):
        assert client.get(f"/api/v1/c/prod{address}").status_code == 404, address
    assert client.get("/api/v1/c/prod/search?label=a").status_code == 404
    foreign, nowhere = client.get("/api/v1/c/prod").json(), client.get("/api/v1/c/nowhere").json()
    assert foreign["detail"].replace("prod", "nowhere") == nowhere["detail"]
    assert client.get("/api/v1/c/other").status_code == 200
    assert [one["slug"] for one in client.get("/api/v1/clusters").json()["clusters"]] == ["other"]
    assert [one["cluster"] for one in client.get("/api/v1/changes").json()["clusters"]] == ["other"]


@pytest.mark.any_database
def test_a_token_in_an_address_is_refused_even_from_who_is_signed_in(
    visitor: User, collecting: Collecting, browser: Client
) -> None:
    token = tokens.make(visitor, "grafana", None)
    for address in ("/api/v1/c/prod", "/api/v1/clusters", "/api/v1/c/prod/snapshot", "/api/v1/openapi.json"):
        for client in (Client(), browser):
            response = client.get(address, {"access_token": token})
            assert response.status_code == 400
            assert token not in response.content.decode()


def test_that_it_was_used_is_written_once_in_a_quarter_of_an_hour(
    visitor: User, collecting: Collecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, begun = tokens.make(visitor, "grafana", None), timezone.now()
    used = []
    for minutes in (0, 10, 14.9, 15, 20):
        monkeypatch.setattr(timezone, "now", lambda moment=begun + timedelta(minutes=minutes): moment)
        assert tokens.grant(token) is not None
        used.append(ApiToken.objects.get().last_used)
    assert [round((one - begun).total_seconds() / 60) for one in used if one] == [0, 0, 0, 15, 15]


def test_one_that_cannot_be_noted_is_answered_all_the_same(visitor: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> int:
        raise DatabaseError("attempt to write a readonly database")

    token = tokens.make(visitor, "grafana", None)
    monkeypatch.setattr(QuerySet, "update", fails)
    assert tokens.grant(token) is not None


@pytest.mark.any_database
def test_who_asks_too_often_or_with_too_many_wrong_tokens_is_told_to_wait(
    visitor: User, collecting: Collecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, other = tokens.make(visitor, "one", None), tokens.make(visitor, "other", None)
    monkeypatch.setattr(access, "_right", Allowance(1, 2))
    assert [status(token) for _ in range(3)] == [200, 200, 429]
    response = Client().get("/api/v1/c/prod", headers={"Authorization": f"Bearer {token}"})
    assert 1 <= int(response["Retry-After"]) <= 60
    assert status(other) == 200
    monkeypatch.setattr(access, "_wrong", Allowance(1, 2))
    assert [status("pw_wrong") for _ in range(3)] == [401, 401, 429]
    assert status(other) == 429, "nothing from there is looked up any more"


def test_the_page_makes_a_token_shows_it_once_and_revokes_it(browser: Client, collecting: Collecting, visitor: User) -> None:
    made = browser.post(PAGE, {"name": " nightly  report ", "days": "30", "cluster": str(collecting.id)})
    (token,) = re.findall(r"pw_[0-9a-f]{12}_[A-Za-z0-9_-]{43}", made.content.decode())
    assert made["Cache-Control"] == "no-store"
    assert status(token) == 200
    page = browser.get(PAGE).content.decode()
    assert token not in page
    assert "nightly report" in page
    assert [one.cluster for one in ApiTokenCluster.objects.all()] == [collecting.id]
    prefix = token.split("_")[1]
    assert browser.post(PAGE, {"revoke": prefix}).status_code == 302
    assert status(token) == 401
    assert "revoked" in browser.get(PAGE).content.decode()


def test_nobody_sees_or_revokes_another_persons_token(browser: Client, collecting: Collecting) -> None:
    token = tokens.make(User.objects.create_user("bob"), "of bob", None)
    assert "of bob" not in browser.get(PAGE).content.decode()
    browser.post(PAGE, {"revoke": token.split("_")[1]})
    assert status(token) == 200
    assert Client().get(PAGE).status_code == 302
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get(username="bob"))
    assert strict.post(PAGE, {"name": "x", "days": "30", "scope": "every"}).status_code == 403


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"name": "", "days": "30", "scope": "every"}, "A token needs a name"),
        ({"name": "a\x00b", "days": "30", "scope": "every"}, "A token needs a name"),
        ({"name": "x" * 101, "days": "30", "scope": "every"}, "A token needs a name"),
        ({"name": "x", "days": "31", "scope": "every"}, "A token is good for 1 to 366 days."),
        ({"name": "x", "days": "30"}, "Choose the clusters that the token opens"),
        ({"name": "x", "days": "30", "scope": "some"}, "Choose the clusters that the token opens"),
        ({"name": "x", "days": "30", "scope": "every", "cluster": "{}"}, "Choose all clusters or some of them, not both."),
        ({"name": "x", "days": "30", "cluster": ["999", "é", "9" * 40]}, "Choose the clusters that the token opens"),
    ],
)
def test_a_form_that_makes_no_sense_makes_no_token(
    browser: Client, collecting: Collecting, form: dict[str, str | list[str]], said: str
) -> None:
    filled = {name: value.format(collecting.id) if isinstance(value, str) else value for name, value in form.items()}
    response = browser.post(PAGE, filled)
    assert response.status_code == 400
    assert said in response.content.decode()
    assert ApiToken.objects.count() == 0


def test_an_account_has_so_many_tokens_and_those_that_are_over_do_not_count(visitor: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "EACH", 2)
    first = tokens.make(visitor, "first", None)
    tokens.make(visitor, "second", None)
    with pytest.raises(WrongError, match="This account has 2 tokens"):
        tokens.make(visitor, "third", None)
    tokens.revoke(first.split("_")[1])
    tokens.make(visitor, "third", None)


def run(*words: str) -> str:
    said = io.StringIO()
    call_command("tokens", *words, stdout=said)
    return said.getvalue()


def test_the_command_makes_lists_and_revokes(visitor: User, collecting: Collecting) -> None:
    assert run("list").startswith("There are no tokens.")
    token = run("add", "ada", "nightly report", "--days", "7", "--cluster", "prod").strip()
    assert status(token) == 200
    assert re.fullmatch(
        r"pw_[0-9a-f]{12}_… of ada, “nightly report”: prod; until .* UTC; last used about .* UTC\n", run("list", "ada")
    )
    assert token not in run("list")
    assert run("revoke", token).endswith("… opens nothing any more.\n")
    assert status(token) == 401
    assert "; revoked; " in run("list")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "bob", "x"), "There is no account bob"),
        (("add", "ada", "x", "--cluster", "nowhere"), "There is no cluster nowhere here. There are: prod."),
        (("add", "ada", " "), "A token needs a name"),
        (("add", "ada", "x", "--days", "367"), "1 to 366 days"),
        (("revoke", "000000000000"), "There is no token pw_000000000000_…"),
        (("list", "bob"), "There is no account bob"),
    ],
)
def test_what_the_command_cannot_do_is_said(visitor: User, collecting: Collecting, words: tuple[str, ...], said: str) -> None:
    with pytest.raises(CommandError, match=re.escape(said)):
        run(*words)


def test_a_token_never_stands_in_a_log(visitor: User) -> None:
    token = tokens.make(visitor, "grafana", None)
    prefix, secret = token[:16], token[16:]
    for line in (token, f"GET /x?a={token}", f"Authorization: Bearer {token}", f"[{token}]"):
        assert secret not in redact(line)
    assert redact(f"made {token}") == f"made {prefix}[hidden]"
