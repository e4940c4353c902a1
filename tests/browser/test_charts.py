"""Charts by mouse and by keys: one crosshair for all, another stretch of time by dragging, and the same values as a table."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.pages_shots import Served
from tests.browser.reading import axe

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120), pytest.mark.xdist_group("product")]
VALUE = re.compile(r"^\d\d:\d\d:\d\d: (\d|not observed)")


@pytest.fixture(scope="module")
def page(browser: Browser, product: Served) -> Iterator[Page]:
    """Of who is signed in."""
    with browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce") as context:
        context.add_cookies([{"name": product.cookie["name"], "value": product.cookie["value"], "url": product.origin}])
        yield context.new_page()


def test_keys_move_one_crosshair_over_all_charts_and_a_drawn_rectangle_is_an_address(page: Page, product: Served) -> None:
    page.goto(f"{product.origin}/c/prod-us-1/kube-apiserver/?range=1h")
    plots, said = page.locator("[data-plot]"), page.locator("[data-said]")
    expect(page.locator("[data-plot] canvas")).to_have_count(5)
    plots.first.focus()
    page.keyboard.press("End")
    for at in range(5):
        expect(said.nth(at)).to_have_text(VALUE)
    last = said.first.text_content()
    page.keyboard.press("ArrowLeft")
    expect(said.first).not_to_have_text(str(last))
    one_moment = "new Set([...document.querySelectorAll('[data-said]')].map(one => one.textContent.slice(0, 8))).size === 1"
    page.wait_for_function(one_moment, polling=100)
    for at in range(5):
        expect(said.nth(at)).to_have_text(VALUE)
    page.keyboard.press("Escape")
    for at in range(5):
        expect(said.nth(at)).to_have_text("")
    page.get_by_role("heading", name="Values").click()
    expect(page.locator(".values tbody tr").first).to_be_visible()
    assert axe(page, "#charts", first=lambda: None) == []
    box = page.locator("[data-plot] .u-over").nth(1).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 60, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 60, steps=4)
    page.mouse.up()
    page.wait_for_url(re.compile(r"\?from=.*&to=.*#charts$"))
    expect(page.locator("[data-plot] canvas")).to_have_count(5)
    plots.first.focus()
    with page.expect_navigation():
        page.keyboard.press("-")
    expect(page.locator("[data-plot] canvas")).to_have_count(5)
    page.go_back()
    page.go_back()
    expect(page.locator(".ranges [aria-current]")).to_have_text("1h")
