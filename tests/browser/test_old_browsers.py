"""The oldest browsers that the pages are made for: nothing untrue, no state without its colour, no error. Below: a sentence."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.old_browsers import BROWSERS, OldBrowser, lowered, script
from tests.browser.pages_shots import Served

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180), pytest.mark.xdist_group("product")]

#: The colours of what is drawn for each state on the wall, and of both planes' verdicts.
COLOURS = """() => [...document.querySelectorAll('.half .as-known .glyph, .pill .glyph')].map(glyph => [
  glyph.getAttribute('class').match(/state-\\w+/)[0], getComputedStyle(glyph).color])"""
#: How many different colours stand in the field of nodes.
PIXELS = """() => {
  const canvas = [...document.querySelectorAll('#field canvas')].find(one => one.width);
  if (!canvas) return 0;
  const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  const seen = new Set();
  for (let at = 0; at < data.length; at += 4) if (data[at + 3] === 255) seen.add(data[at] << 16 | data[at + 1] << 8 | data[at + 2]);
  return seen.size;
}"""


@pytest.fixture(scope="module", params=BROWSERS, ids=lambda one: one.name)
def old(request: pytest.FixtureRequest) -> OldBrowser:
    assert isinstance(request.param, OldBrowser)
    return request.param


@pytest.fixture(scope="module")
def _said() -> list[str]:
    return []


@pytest.fixture
def errors(_said: list[str]) -> list[str]:
    """What a page complains of from now on."""
    _said.clear()
    return _said


@pytest.fixture(scope="module")
def page(browser: Browser, product: Served, old: OldBrowser, _said: list[str]) -> Iterator[Page]:
    """Of who is signed in with that browser: all its tests show their pages in it, one after the other."""

    def answer(route: Route) -> None:
        whole = route.fetch()
        route.fulfill(response=whole, body=lowered(whole.text(), old))

    with browser.new_context(viewport={"width": 1920, "height": 1080}) as context:
        context.add_cookies([{"name": product.cookie["name"], "value": product.cookie["value"], "url": product.origin}])
        context.add_init_script(script(old))
        page = context.new_page()
        page.route("**/css/*.css", answer)
        page.on("pageerror", lambda error: _said.append(str(error)))
        page.on("console", lambda said: _said.append(said.text) if said.type == "error" else None)
        yield page


def test_the_wall_is_live_and_each_state_has_its_own_colour(page: Page, product: Served, errors: list[str]) -> None:
    page.goto(f"{product.origin}/wall/")
    expect(page.locator("[data-card=prod-eu-1] [data-status]")).to_contain_text("live")
    expect(page.locator("#live[data-attended]")).to_be_attached()
    page.wait_for_function(f"new Map(({COLOURS})()).size >= 4", polling=100)
    colours = dict(page.evaluate(COLOURS))
    assert colours["state-healthy"] == "rgb(53, 196, 143)"
    assert len(set(colours.values())) == len(colours)
    product.say("frame staging broken")
    try:
        expect(page.locator("[data-card=staging]")).to_have_class("plane-card state-down", timeout=15_000)
    finally:
        product.say("frame staging healthy")
    assert errors == []


def test_the_picture_is_live_and_coloured_and_its_cards_open(page: Page, product: Served, errors: list[str]) -> None:
    page.goto(f"{product.origin}/c/prod-eu-1/")
    expect(page.locator("#freshness")).to_contain_text("live ·", timeout=15_000)
    expect(page.locator(".unattended")).to_be_hidden()
    page.wait_for_function(f"new Map(({COLOURS})()).size === 2", polling=100)
    assert len({colour for _, colour in page.evaluate(COLOURS)}) == 2
    page.wait_for_function(f"({PIXELS})() > 12", polling=100)
    expect(page.locator("#attention .entry")).to_have_count(5)
    # Hovering asks for more, within a limit of time.
    page.locator("#find").fill("node-63")
    page.locator("#find").press("Enter")
    assert errors == []


def test_a_list_renews_itself(page: Page, product: Served, errors: list[str]) -> None:
    page.goto(f"{product.origin}/")
    expect(page.locator("#freshness")).to_contain_text("live ·", timeout=15_000)
    product.say("frame prod-us-1 etcd")
    try:
        expect(page.locator("[data-card=prod-us-1]")).to_contain_text("etcd does not answer", timeout=15_000)
    finally:
        product.say("frame prod-us-1 healthy")
    assert errors == []


def test_below_the_floor_a_sentence_says_which_browser_is_needed_and_the_tables_stand(browser: Browser, product: Served) -> None:
    with browser.new_context() as context:
        context.add_cookies([{"name": product.cookie["name"], "value": product.cookie["value"], "url": product.origin}])
        context.add_init_script("delete Object.hasOwn; delete Array.prototype.at;")
        page = context.new_page()
        page.goto(f"{product.origin}/c/prod-eu-1/")
        expect(page.locator(".below-floor")).to_contain_text("Chromium 94, Safari 15.4, Firefox 115")
        expect(page.get_by_text("connecting")).to_have_count(0)
        expect(page.get_by_text("live ·")).to_have_count(0)
        expect(page.locator("#tables")).to_contain_text("node-63")
