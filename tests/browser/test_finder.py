"""The dialog that `/` opens on every page: by keys alone, and what it says to who cannot see it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.pages_shots import Served

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120), pytest.mark.xdist_group("product")]


@pytest.fixture(scope="module")
def page(browser: Browser, product: Served) -> Iterator[Page]:
    """Of who is signed in."""
    with browser.new_context(viewport={"width": 1440, "height": 900}) as context:
        context.add_cookies([{"name": product.cookie["name"], "value": product.cookie["value"], "url": product.origin}])
        yield context.new_page()


def opened(page: Page) -> None:
    page.keyboard.press("/")
    expect(page.get_by_role("combobox", name="Find in all clusters")).to_be_focused()


def test_what_is_typed_is_chosen_by_arrow_keys_and_opened_by_enter(page: Page, product: Served) -> None:
    page.goto(f"{product.origin}/changes/")
    page.keyboard.press("/")
    box, options = page.get_by_role("combobox", name="Find in all clusters"), page.locator(".finder [role=option]")
    expect(box).to_be_focused()
    expect(box).to_have_attribute("aria-expanded", "false")
    page.keyboard.type("node-90")
    expect(options.first).to_contain_text("node-90")
    expect(box).to_have_attribute("aria-expanded", "true")
    first = options.first.get_attribute("id")
    expect(box).to_have_attribute("aria-activedescendant", str(first))
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", str(options.nth(1).get_attribute("id")))
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/c/[^/]+/nodes/node-90/$"))
    # On a wall, and faster than the answer comes: what is opened is what was typed.
    page.goto(f"{product.origin}/wall/")
    opened(page)
    page.keyboard.type("staging")
    page.keyboard.press("Enter")
    page.wait_for_url("**/c/staging/")


def test_in_the_picture_the_nodes_that_match_are_shown_and_escape_gives_the_focus_back(page: Page, product: Served) -> None:
    page.goto(f"{product.origin}/c/prod-eu-1/")
    expect(page.locator("#cluster")).to_have_class(re.compile("is-drawn"))
    opened(page)
    page.keyboard.type("state:down")
    shows = page.get_by_role("option", name="Show the nodes that match “state:down” in the picture")
    expect(shows).to_have_attribute("aria-selected", "true")
    expect(page.locator(".finder [role=status]")).to_have_text("Nothing that is watched is called “state:down”.")
    page.keyboard.press("Enter")
    expect(page.locator("#find")).to_be_focused()
    expect(page.locator("#hits")).to_have_text(re.compile(r"^\d+ of \d+$"))
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.locator("#theme").focus()
    opened(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("combobox", name="Find in all clusters")).to_be_hidden()
    expect(page.locator("#theme")).to_be_focused()


def test_a_server_that_does_not_answer_is_said(page: Page, product: Served) -> None:
    def fails(route: Route) -> None:
        route.fulfill(status=503, content_type="application/problem+json", body="{}")

    page.goto(f"{product.origin}/search/")
    page.route("**/api/v1/search?*", fails)
    page.locator("#finder-open").click()
    expect(page.get_by_role("combobox", name="Find in all clusters")).to_be_focused()
    page.keyboard.type("x")
    expect(page.locator(".finder [role=status]")).to_have_text("It cannot be looked for now.")
    page.unroute("**/api/v1/search?*")
    page.keyboard.type("zz")
    expect(page.locator(".finder [role=status]")).to_have_text("Nothing that is watched is called “xzz”.")
    page.keyboard.press("Escape")
