"""What a page asks of its cluster: the page never waits for it, and says plainly when there is no answer."""

import asyncio

import pytest
from django.contrib.auth.models import User
from django.template.loader import render_to_string
from django.test import Client
from pytest_django import Settings

from dashboard.lookups import ASKED, LookupPanel
from planes.live.lookups import Desk
from planes.structs.lookups import About, Found, FoundLine, FoundPart, Lookup
from tests.dashboard.rows import Collecting

pytestmark = pytest.mark.any_database

LINE = FoundLine("10.0.0.7", "ready", node="node-1", state="healthy")
FOUND = Found(
    1_000.0,
    (
        FoundPart("events", "Events", lack="Not permitted: <b>no</b>.", remedy="Grant it."),
        FoundPart("endpoints", "Endpoints", (LINE,), more=3),
        FoundPart("webhooks", "Webhooks", none="None is registered."),
        FoundPart("yaml", "Object as YAML", text="kind: Node\n", folded=True),
    ),
)


@pytest.fixture
def browser(visitor: User) -> Client:
    client = Client()
    client.force_login(visitor)
    return client


def test_each_part_says_what_was_found_or_why_not() -> None:
    shown = render_to_string("parts/lookup.html", {"lookup": LookupPanel(FOUND), "slug": "prod"})
    assert "Not permitted: &lt;b&gt;no&lt;/b&gt;." in shown
    assert "Grant it." in shown
    assert "Endpoints · 1 and 3 more" in shown
    assert 'href="/c/prod/nodes/node-1/"' in shown
    assert "None is registered." in shown
    assert "<details" in shown.split("kind: Node")[0].split("Webhooks")[1]


@pytest.mark.parametrize("page", ["kube-scheduler", "nodes/node-1"])
def test_a_page_asks_only_when_it_is_told_to(browser: Client, collecting: Collecting, settings: Settings, page: str) -> None:
    settings.REDIS_URL = "unix:///nowhere/valkey.sock"
    assert "Not asked yet." in browser.get(f"/c/prod/{page}/").content.decode()
    assert "No answer within 2.5" in browser.get(f"/c/prod/{page}/?asked=1").content.decode()
    alone = browser.get(f"/c/prod/{page}/?fragment=lookup").content.decode()
    assert "No answer within 2.5" in alone
    assert "<html" not in alone


def test_without_a_script_the_answer_is_in_the_page(
    browser: Client, collecting: Collecting, settings: Settings, valkey: str
) -> None:
    settings.REDIS_URL = valkey

    async def told() -> None:
        desk = Desk(valkey, collecting.cluster.pk)
        await desk.tell(Lookup(About.NODE, "node-1"), FOUND)
        await desk.aclose()

    asyncio.run(told())
    assert "None is registered." in browser.get("/c/prod/nodes/node-1/?asked=1").content.decode()


def test_one_account_cannot_ask_without_end(browser: Client, collecting: Collecting, settings: Settings) -> None:
    settings.REDIS_URL = "unix:///nowhere/valkey.sock"
    for _ in range(ASKED):
        browser.get("/c/prod/kube-scheduler/?fragment=lookup")
    assert "Too much was asked" in browser.get("/c/prod/kube-scheduler/?fragment=lookup").content.decode()


def test_only_who_is_signed_in_asks_and_only_of_what_is_there(browser: Client, collecting: Collecting) -> None:
    assert Client().get("/c/prod/kube-scheduler/?fragment=lookup").status_code == 302
    for page in ("/c/prod/no-such-kind/", "/c/prod/nodes/no-such-node/", "/c/other/kube-scheduler/"):
        assert browser.get(f"{page}?fragment=lookup").status_code == 404
