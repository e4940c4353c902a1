"""Every page: a strict Content-Security-Policy that our own templates keep, the other headers, and no page without signing in."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from dashboard import auth
from dashboard.urls import urlpatterns
from tests.dashboard.rows import Collecting

ROOT = Path(settings.BASE_DIR)

#: Without signing in, by design: signing in itself, the secret link of a display, a screen that waits to be paired, and the probes.
OPEN = {"signin", "signin-link", "wall-link", "pair", "pair-state", "wall-worker"}
ARGUMENTS = {
    "slug": "prod",
    "cluster": "prod",
    "kind": "kube-scheduler",
    "name": "node-1",
    "node": "node-1",
    "token": "A" * 43,
    "incident": "20261124T134012Z-etcd",
    "trial": "0123456789abcdef",
    "secret": f"{'0' * 12}_{'A' * 43}",
    "display": "lobby",
    "number": 1,
}
PAGES = [
    "/",
    "/c/prod/",
    "/c/prod/kube-scheduler/",
    "/c/prod/nodes/node-1/",
    "/wall/",
    "/wall/prod/",
    "/search/?q=node",
    "/account/tokens/",
    "/displays/",
    "/pair/",
    "/wall/in/nothing/",
    "/api/v1/docs/",
    "/signin/",
    "/c/nowhere/",
    "/nothing/here/",
]


@pytest.fixture
def browser(collecting: Collecting, visitor: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(visitor)
    return client


def addresses() -> dict[str, str]:
    """An address for every route, by the route's name."""
    return {
        str(route.name): reverse(str(route.name), kwargs={one: ARGUMENTS[one] for one in route.pattern.converters})
        for route in urlpatterns
    }


def test_nothing_is_shown_without_signing_in(collecting: Collecting) -> None:
    for name, address in addresses().items():
        if name in OPEN:
            continue
        response = Client().get(address)
        if name in ("signout", "wall-says"):
            assert response.status_code == 405
        elif name.startswith("api-") and name != "api-docs":
            assert response.status_code == 401, name
        else:
            assert response.status_code == 302, name
            assert response["Location"].startswith("/signin/?next="), name


@pytest.mark.parametrize("page", PAGES)
def test_every_page_carries_the_strict_headers(browser: Client, page: str) -> None:
    response = browser.get(page)
    policy = dict(part.strip().partition(" ")[::2] for part in response["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == ("no-referrer" if page.startswith("/wall/in/") else "same-origin")
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "no-store" in response["Cache-Control"]
    assert "camera=()" in response["Permissions-Policy"]
    assert "Strict-Transport-Security" not in response  # over plain HTTP it would say nothing


@pytest.mark.parametrize("page", PAGES)
def test_no_page_holds_what_its_policy_forbids(browser: Client, page: str) -> None:
    response = browser.get(page, follow=True)
    html = response.content.decode()
    assert response.status_code in (200, 404)
    assert_keeps_policy(html, page)


def test_the_page_of_a_sign_in_link_keeps_the_policy(transactional_db: None) -> None:
    assert_keeps_policy(Client().get(auth.one_time_link("")).content.decode(), "link")


def assert_keeps_policy(html: str, where: str) -> None:
    for tag in re.findall(r"<script\b[^>]*>", html):
        data_only = 'type="application/json"' in tag
        assert f'src="{settings.STATIC_URL}' in tag or data_only, f"{where}: inline script {tag}"
    assert not re.search(r"<style\b", html), f"{where}: inline style sheet"
    assert not re.search(r"<[^>]+\sstyle=", html), f"{where}: style attribute"
    assert not re.search(r"<[^>]+\son[a-z]+=", html), f"{where}: event handler attribute"
    assert not re.search(r"(?:href|src|action)\s*=\s*[\"']?\s*javascript:", html, re.IGNORECASE), where
    assert not re.search(r"<(?:script|link|img)\b[^>]*(?:src|href)=[\"'](?:https?:)?//", html), f"{where}: something from elsewhere"


def test_no_template_holds_inline_script_or_style() -> None:
    templates = list((ROOT / "templates").rglob("*.html"))
    assert templates
    for path in templates:
        text = path.read_text()
        for tag in re.findall(r"<script\b[^>]*>", text):
            assert "src=" in tag or "application/json" in tag, path
        assert not re.search(r"<style\b|<[^>]+\s(?:style|on[a-z]+)=", text), path


def test_no_script_makes_code_out_of_text() -> None:
    for path in (ROOT / "static" / "js").rglob("*.js"):
        assert not re.search(r"\beval\(|new Function\(|\.setAttribute\(\s*[\"'](?:style|on)", path.read_text()), path


def test_a_host_that_is_not_ours_is_refused(browser: Client) -> None:
    assert browser.get("/signin/", HTTP_HOST="evil.example").status_code == 400
