"""From the wall to the cause, to the moment in which it began, to its incident and back to the present: by links alone."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.pages_shots import Served
from tests.chromium import SMALL

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120), pytest.mark.xdist_group("product")]

#: What is reached by Tab is reached within so many presses.
PRESSES = 60
THEN = re.compile(r"/c/prod-eu-1/\?at=[^&]+$")
Follow = Callable[[Locator], None]


def by_mouse(link: Locator) -> None:
    link.click()


def by_keys(link: Locator) -> None:
    """As somebody does who has no pointer: Tab until it has the focus, then Enter."""
    expect(link).to_be_visible()
    one = link.element_handle()
    for _ in range(PRESSES):
        link.page.keyboard.press("Tab")
        # To find it again by what it is called takes longer than all that a press does.
        if not one.evaluate("link => link.isConnected"):
            one = link.element_handle()
        if one.evaluate("link => link === document.activeElement"):
            link.page.keyboard.press("Enter")
            return
    raise AssertionError(f"{PRESSES} presses of Tab do not reach {link}")


@pytest.mark.parametrize("follow", [by_mouse, by_keys])
def test_from_the_wall_links_lead_to_a_node_to_the_past_to_its_incident_and_back(
    browser: Browser, product: Served, follow: Follow
) -> None:
    with browser.new_context(**SMALL) as context:
        context.add_cookies([{"name": product.cookie["name"], "value": product.cookie["value"], "url": product.origin}])
        walk(context.new_page(), product.origin, follow)


def walk(page: Page, origin: str, follow: Follow) -> None:
    page.goto(f"{origin}/wall/")
    follow(page.locator("[data-card=prod-eu-1] h2 a"))
    page.wait_for_url("**/c/prod-eu-1/")
    expect(page.locator("#cluster")).to_have_class(re.compile("is-drawn"))
    # What goes on is told without being asked for.
    goes_on = page.get_by_role("list", name="Open incidents").get_by_role("listitem")
    expect(goes_on.filter(has_text="container runtime of node-63 is down")).to_be_visible()
    follow(page.locator("#attention").get_by_role("link", name="node-63"))
    page.wait_for_url("**/nodes/node-63/")
    expect(page.get_by_role("list", name="Evidence about container runtime")).to_contain_text("container runtime is down")
    # Not the change that lasts: the one of an hour ago.
    follow(page.locator("[data-panel=changes] li", has_text="Ready is False").get_by_role("link"))
    page.wait_for_url(THEN)
    expect(page.locator("#past-band")).to_contain_text("This is the past")
    expect(page.locator("#attention")).to_contain_text("node-63")
    follow(page.get_by_role("link", name="Incident: container runtime of node-63 was down"))
    page.wait_for_url(re.compile(r"/incidents/[^/]+/$"))
    expect(page.locator("h1")).to_contain_text("container runtime of node-63 was down")
    with page.expect_download() as kept:
        follow(page.get_by_role("link", name="Report (HTML)"))
    report = Path(kept.value.path()).read_text(encoding="utf-8")
    assert "<h1>container runtime of node-63 was down</h1>" in report
    assert report.count("<img") == 3
    follow(page.locator("figure", has_text="during").get_by_role("link"))
    page.wait_for_url(THEN)
    follow(page.get_by_role("link", name="Live"))
    page.wait_for_url("**/c/prod-eu-1/")
    expect(page.locator("#freshness")).to_contain_text("live ·")
    expect(page.locator("#attention")).to_contain_text("kube-scheduler")
