"""On paper, in forced colours and in the tab: nothing of what is said is lost."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.pages_shots import Served

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120), pytest.mark.xdist_group("product")]

#: Colours that stand in the field of nodes, the most frequent first.
COLOURS = """() => {
  const canvas = [...document.querySelectorAll('#field canvas')].find(one => one.width);
  if (!canvas) return [];
  const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  const counts = new Map();
  for (let at = 0; at < data.length; at += 4) if (data[at + 3] === 255) {
    const colour = data[at] << 16 | data[at + 1] << 8 | data[at + 2];
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  return [...counts].sort((one, other) => other[1] - one[1]).map(([colour]) => colour);
}"""


@pytest.fixture(scope="module")
def _shared(browser: Browser, product: Served) -> Iterator[Page]:
    """Of who is signed in."""
    with browser.new_context(viewport={"width": 1440, "height": 900}) as context:
        context.add_cookies([{"name": product.cookie["name"], "value": product.cookie["value"], "url": product.origin}])
        yield context.new_page()


@pytest.fixture
def page(_shared: Page) -> Page:
    """It, on a screen and in the page's own colours."""
    _shared.emulate_media(media="screen", forced_colors="none")
    return _shared


def test_on_paper_all_nodes_are_rows_and_what_needs_attention_comes_first(page: Page, product: Served) -> None:
    page.goto(f"{product.origin}/c/prod-eu-1/")
    expect(page.locator("#attention .entry")).to_have_count(5)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(page.locator("[data-table=nodes] tr").last).to_be_visible()
    expect(page.locator("[data-table=nodes] tr")).to_have_count(120)
    tops = page.evaluate(
        "['#attention', '#control-cards', '#tables'].map(one => document.querySelector(one).getBoundingClientRect().top)"
    )
    assert tops == sorted(tops)
    expect(page.locator(".site nav")).to_be_hidden()
    expect(page.locator(".tools")).to_be_hidden()
    expect(page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")


def test_in_forced_colours_a_node_that_is_down_does_not_look_like_the_others(page: Page, product: Served) -> None:
    page.emulate_media(forced_colors="active")
    page.goto(f"{product.origin}/c/prod-eu-1/")
    expect(page.locator("#attention .entry")).to_have_count(5)
    canvas, text = 0xFFFFFF, 0
    expect(page.locator("#cluster")).to_have_class(re.compile("is-drawn"))
    # What is well is told from what is not.
    page.wait_for_function(f"({COLOURS})().length > 2", polling=100)
    found = page.evaluate(COLOURS)
    assert found[0] == canvas, "a tile is as empty as the system has it"
    assert text in found


@pytest.mark.parametrize(
    ("path", "title", "icon"),
    [
        ("/", "down · Clusters · Planewatch", "down"),
        ("/c/prod-eu-1/", "down · prod-eu-1 · Planewatch", "down"),
        ("/c/prod-us-1/", "prod-us-1 · Planewatch", "healthy"),
        ("/c/prod-eu-1/kube-scheduler/", "degraded · kube-scheduler · prod-eu-1 · Planewatch", "degraded"),
        ("/c/prod-eu-1/nodes/node-90/", "down · node-90 · prod-eu-1 · Planewatch", "down"),
        ("/c/prod-us-1/nodes/node-5/", "node-5 · prod-us-1 · Planewatch", "healthy"),
        ("/wall/", "down · Wall · Planewatch", "down"),
    ],
)
def test_the_tab_says_the_state_of_its_page(page: Page, product: Served, path: str, title: str, icon: str) -> None:
    page.goto(product.origin + path)
    expect(page).to_have_title(title)
    expect(page.locator("#favicon")).to_have_attribute("href", re.compile(rf"/{icon}\.svg$"))
