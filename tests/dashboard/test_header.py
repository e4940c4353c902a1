"""What every page's head and header hold: the theme, and the way out."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.dashboard.rows import Collecting

pytestmark = pytest.mark.any_database


@pytest.fixture
def browser(visitor: User, collecting: Collecting) -> Client:
    client = Client()
    client.force_login(visitor)
    return client


@pytest.mark.parametrize("address", ["/wall/", "/wall/prod/"])
def test_a_wall_is_dark_unless_its_address_asks_otherwise(browser: Client, address: str) -> None:
    # What the address asks for is read by static/js/theme.js (tests/browser/test_header.py).
    assert '<html lang="en" data-theme="dark">' in browser.get(address).content.decode()


@pytest.mark.parametrize("address", ["/", "/c/prod/", "/c/prod/kube-scheduler/", "/c/prod/nodes/node-1/"])
def test_every_page_follows_the_system_and_lets_one_sign_out(browser: Client, address: str) -> None:
    said = browser.get(address).content.decode()
    assert '<html lang="en">' in said
    assert said.count('action="/signout/"') == 1
    assert 'id="theme"' in said


def test_who_is_not_signed_in_is_not_offered_to_sign_out(collecting: Collecting) -> None:
    assert "/signout/" not in Client().get("/signin/").content.decode()


def test_the_cluster_page_offers_its_picture(browser: Client) -> None:
    said = browser.get("/c/prod/").content.decode()
    assert "/c/prod/picture.svg?download=" in said
    assert "/c/prod/picture.png?download=" in said
    assert "picture.svg?download=" not in browser.get("/wall/prod/").content.decode()
