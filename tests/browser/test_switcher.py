"""The switch of clusters in the header, by keys alone, the buttons that copy commands, and the dialogs that explain."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.pages_shots import Served

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120), pytest.mark.xdist_group("product")]


@pytest.fixture
def page(browser: Browser, product: Served) -> Iterator[Page]:
    """Of who is signed in."""
    with browser.new_context(viewport={"width": 1440, "height": 900}, permissions=["clipboard-read", "clipboard-write"]) as context:
        context.add_cookies([{"name": product.cookie["name"], "value": product.cookie["value"], "url": product.origin}])
        yield context.new_page()


def test_another_cluster_is_found_by_typing_and_opened_by_enter(page: Page, product: Served) -> None:
    page.goto(f"{product.origin}/c/prod-eu-1/")
    expect(page.locator("#cluster")).to_have_class(re.compile("is-drawn"))
    page.keyboard.press("c")
    names = page.locator(".switcher li a")
    expect(names).to_have_count(7)
    told = [" ".join(name.split()) for name in names.all_text_contents()]
    assert told == [
        "down ci",
        "down prod-eu-1",
        "unknown edge-17",
        "healthy prod-ap-1",
        "healthy prod-us-1",
        "healthy staging",
        "All clusters",
    ]
    expect(page.locator(".switcher a[aria-current=page]")).to_contain_text("prod-eu-1")
    page.keyboard.type("prod us")
    expect(names).to_have_count(2)
    page.keyboard.press("Enter")
    page.wait_for_url("**/c/prod-us-1/")


def test_arrow_keys_go_through_the_clusters_and_escape_closes(page: Page, product: Served) -> None:
    page.goto(f"{product.origin}/c/prod-eu-1/kube-scheduler/")
    summary = page.locator("#switch")
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".switcher li a")).to_have_count(7)
    page.keyboard.press("ArrowDown")
    expect(page.locator(".switcher li a").first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator(".switcher li a").last).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".switch-box")).to_be_hidden()
    expect(summary).to_be_focused()


def test_a_command_is_copied(page: Page, product: Served) -> None:
    page.goto(f"{product.origin}/c/prod-eu-1/kube-scheduler/")
    command = page.locator(".commands li").first
    command.hover()
    command.locator(".copy").click()
    expect(command.locator(".copy")).to_have_text("copied")
    assert page.evaluate("navigator.clipboard.readText()") == command.locator("code").text_content()


def test_states_and_keys_are_explained_on_every_page_by_one_key(page: Page, product: Served) -> None:
    page.goto(f"{product.origin}/c/prod-eu-1/nodes/")
    expect(page.locator("#help-open")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="States and keys")).to_contain_text("taken out on purpose")
    page.keyboard.press("Escape")
    expect(page.locator("#help")).to_be_hidden()


@pytest.mark.parametrize(("path", "name"), [("/wall/", "States and keys"), ("/wall/prod-eu-1/", "Legend and keys")])
def test_a_wall_explains_its_states_where_somebody_asks_and_shows_no_button_before(
    page: Page, product: Served, path: str, name: str
) -> None:
    page.clock.install()
    page.goto(product.origin + path)
    button = page.locator("#help-open")
    expect(button).to_be_attached()
    expect(button).not_to_be_hidden()
    expect(button).to_have_css("opacity", "0")
    page.mouse.move(700, 400)
    expect(button).to_have_css("opacity", "1")
    button.click()
    dialog = page.get_by_role("dialog", name=name)
    expect(dialog).to_contain_text("taken out on purpose")
    assert dialog.locator("[data-find]").count() == 0, "nothing that is chosen by chance may hide nodes of a wall"
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.keyboard.press("?")
    expect(dialog).to_be_visible()
    page.clock.fast_forward(70_000)
    expect(dialog).to_be_hidden()
    expect(button).to_have_css("opacity", "0")
