"""Debian's own Firefox: one signs in, sees the picture, a change, a loss and its return, and saves a file. It complains
of nothing."""

from collections.abc import Iterator

import pytest

from tests.browser.bidi import ENTER, TAB, Firefox, executable, firefox
from tests.browser.pages_shots import Served
from tests.services import until

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(180),
    pytest.mark.xdist_group("product"),
    pytest.mark.skipif(executable() is None, reason="there is no Firefox on this machine (Debian: apt-get install firefox-esr)"),
]

DESK, PHONE = (1440, 900), (390, 844)
#: How many different colours stand in the field of nodes.
PIXELS = """(() => {
  const canvas = [...document.querySelectorAll('#field canvas')].find(one => one.width);
  if (!canvas) return 0;
  const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  const seen = new Set();
  for (let at = 0; at < data.length; at += 4) if (data[at + 3] === 255) seen.add(data[at] << 16 | data[at + 1] << 8 | data[at + 2]);
  return seen.size;
})()"""
LIVE = "document.querySelector('#freshness').innerText.startsWith('live')"
#: What no other test here opens.
PAGES = (
    "/wall/",
    "/wall/prod-eu-1/",
    "/c/edge-17/",
    "/c/prod-eu-1/nodes/node-90/",
    "/c/prod-eu-1/nodes/",
    "/c/prod-eu-1/changes/?range=all",
)


def fits(tab: Firefox) -> None:
    """The page is as wide as the screen, at a desk and on a phone."""
    for size in (PHONE, DESK):
        tab.size(*size)
        tab.until(f"innerWidth === {size[0]} && document.documentElement.scrollWidth <= innerWidth")


@pytest.fixture(scope="module")
def started() -> Iterator[Firefox]:
    with firefox() as running:
        yield running


@pytest.fixture
def tab(started: Firefox, product: Served) -> Iterator[Firefox]:
    """Of who is signed in, at a desk. Nothing may be complained of."""
    started.cookie(product.cookie["name"], product.cookie["value"], "127.0.0.1")
    started.size(*DESK)
    started.heard()
    yield started
    assert started.heard() == []


def test_a_complaint_is_heard_to_the_last_and_so_is_a_module_that_does_not_come(tab: Firefox, product: Served) -> None:
    tab.open(f"{product.origin}/signin/")
    tab.evaluate("void import('/static/js/none.js')")
    tab.until("performance.getEntriesByName(new URL('/static/js/none.js', location.href).href).length")
    tab.evaluate("void setTimeout(() => console.error('at last'))")
    heard = tab.heard()
    assert "error: at last" in heard
    assert any("error loading dynamically imported module" in one and "none.js" in one for one in heard)


def test_one_signs_in_by_the_keyboard_and_comes_to_the_page_that_was_asked_for(tab: Firefox, product: Served) -> None:
    tab.forget()
    tab.open(f"{product.origin}/c/prod-eu-1/kube-scheduler/")
    tab.until("location.pathname === '/signin/'")
    tab.click("input[name=username]")
    tab.press(f"ada{TAB}correct horse battery{ENTER}")
    tab.until("location.pathname === '/c/prod-eu-1/kube-scheduler/'")
    tab.until(LIVE)
    tab.until("document.querySelector('h1').innerText.includes('kube-scheduler degraded')")
    fits(tab)


def test_the_picture_is_live_is_coloured_and_its_nodes_are_found_by_keys(tab: Firefox, product: Served) -> None:
    tab.open(f"{product.origin}/c/prod-eu-1/")
    tab.until(LIVE)
    tab.until("document.querySelectorAll('#attention .entry').length === 5")
    tab.until(f"{PIXELS} > 12")
    fits(tab)
    tab.press("nnode-63")
    tab.until("document.querySelector('#hits').innerText.includes('1')")
    tab.press(ENTER)
    tab.until("document.querySelector('#field').contains(document.activeElement)")
    tab.press(ENTER)
    tab.until("location.pathname.endsWith('/nodes/node-63/')")


def test_a_change_a_loss_and_its_return_are_seen(tab: Firefox, product: Served) -> None:
    tab.open(f"{product.origin}/")
    product.say("frame staging broken")
    try:
        tab.until("document.querySelector('[data-card=staging]').matches('.state-down')")
        fits(tab)
    finally:
        product.say("frame staging healthy")
    tab.open(f"{product.origin}/c/prod-us-1/")
    tab.until(LIVE)
    product.say("mute prod-us-1")
    try:
        tab.until("document.querySelector('#cluster').matches('.is-late')")
        tab.until(f"!{LIVE}")
    finally:
        product.say("pulse prod-us-1")
    tab.until(f"{LIVE} && !document.querySelector('#cluster').matches('.is-late')")


def test_the_picture_is_saved(tab: Firefox, product: Served) -> None:
    tab.open(f"{product.origin}/c/prod-us-1/")
    tab.until(LIVE)
    tab.click("#picture-menu summary")
    tab.click("#picture-menu a[href*='.svg']")
    until(lambda: any(one.suffix == ".svg" and one.stat().st_size for one in tab.saved.iterdir()), "a saved picture")
    (file,) = tab.saved.glob("*.svg")
    text = file.read_text()
    assert text.startswith("<svg")
    assert "prod-us-1" in text


@pytest.mark.parametrize("path", PAGES)
def test_a_page_comes_alive_is_as_wide_as_the_screen_and_nothing_is_complained_of(tab: Firefox, product: Served, path: str) -> None:
    tab.open(product.origin + path)
    tab.until("document.querySelector('#live[data-attended], #cluster.is-drawn')")
    fits(tab)
