"""Debian's WebKitGTK, the engine of Safari: one signs in, sees the picture, a change, a loss and its return, and saves a file. Its
console complains of nothing."""

from collections.abc import Callable, Iterator

import pytest

from tests.browser.pages_shots import Served
from tests.browser.test_firefox import LIVE, PIXELS
from tests.browser.webkit import ENTER, WebKit, browser, listening, webkit
from tests.services import until

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(180),
    pytest.mark.xdist_group("product"),
    pytest.mark.skipif(
        browser() is None, reason="there is no WebKit on this machine (Debian: apt-get install webkit2gtk-driver xvfb)"
    ),
]

#: One of each kind: all are open at once.
PAGES = ("/", "/wall/", "/c/prod-eu-1/", "/c/prod-eu-1/kube-scheduler/", "/c/prod-eu-1/nodes/", "/c/prod-eu-1/changes/?range=all")


@pytest.fixture(scope="module")
def complaints(product: Served) -> Iterator[Callable[[], list[str]]]:
    """Of the pages and of one that complains, open while the other tests run."""
    wrong = "data:text/html,<script>console.error('heard')</script>"
    with listening([wrong, *(product.origin + path for path in PAGES)], product.cookie) as said:
        yield said


@pytest.fixture(scope="module")
def window(product: Served, complaints: object) -> Iterator[WebKit]:
    """Of who has signed in by the form."""
    with webkit() as running:
        running.size(1440, 900)
        running.open(f"{product.origin}/c/prod-eu-1/kube-scheduler/")
        running.until("location.pathname === '/signin/'")
        running.type("input[name=username]", "ada")
        running.type("input[name=password]", f"correct horse battery{ENTER}")
        running.until("location.pathname === '/c/prod-eu-1/kube-scheduler/'")
        running.until(LIVE)
        running.until("document.querySelector('h1').innerText.includes('kube-scheduler degraded')")
        yield running


def test_the_picture_is_live_is_coloured_and_is_saved(window: WebKit, product: Served) -> None:
    window.open(f"{product.origin}/c/prod-eu-1/")
    window.until(LIVE)
    window.until("document.querySelectorAll('#attention .entry').length === 5")
    window.until(f"{PIXELS} > 12")
    window.until("document.documentElement.scrollWidth <= innerWidth")
    window.click("#picture-menu summary")
    window.click("#picture-menu a[href*='.svg']")
    until(lambda: any(one.suffix == ".svg" and one.stat().st_size for one in window.saved.iterdir()), "a saved picture")
    (file,) = window.saved.glob("*.svg")
    assert "prod-eu-1" in file.read_text()


def test_a_change_a_loss_and_its_return_are_seen(window: WebKit, product: Served) -> None:
    window.open(f"{product.origin}/")
    product.say("frame staging broken")
    try:
        window.until("document.querySelector('[data-card=staging]').matches('.state-down')")
    finally:
        product.say("frame staging healthy")
    window.open(f"{product.origin}/c/prod-us-1/")
    window.until(LIVE)
    product.say("mute prod-us-1")
    try:
        window.until("document.querySelector('#cluster').matches('.is-late')")
        window.until(f"!{LIVE}")
    finally:
        product.say("pulse prod-us-1")
    window.until(f"{LIVE} && !document.querySelector('#cluster').matches('.is-late')")


def test_nothing_is_complained_of(complaints: Callable[[], list[str]], window: WebKit) -> None:
    until(lambda: "heard" in str(complaints()), "what the console says")
    assert [one for one in complaints() if "heard" not in one] == []
