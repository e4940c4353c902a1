"""Every page in every state at every size: no text is cut, none lies over another, nothing scrolls sideways.

The pages are the product's own, of stored clusters (tests.browser.pages_server). Each is loaded once and brought to all sizes.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from weakref import WeakKeyDictionary

import pytest
from playwright.sync_api import Browser, CDPSession, Page, ViewportSize, expect

from tests.browser.pages_shots import Served, served

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.xdist_group("product")]

CHECK = (Path(__file__).parent / "nothing_cut.js").read_text()
#: CSS pixels. 720 × 450 is 1440 × 900 at 200 %.
SIZES = (
    (1280, 720), (1366, 768), (1440, 900), (1536, 864), (1920, 1080), (3840, 2160), (1080, 1920), (390, 844), (720, 450),
)  # fmt: skip
#: What is seen through costs no pixels, of which the sizes have sixty million, and a window that stays small no surfaces of its
#: sizes; all is laid out as ever.
UNPAINTED = "() => { document.documentElement.style.opacity = '0'; }"
WINDOW: ViewportSize = {"width": 800, "height": 500}
STILL = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done))))"

#: By state: healthy, broken, hidden by the provider and without rights, a store that is down, never reached; and pages of nothing.
PAGES = {
    "clusters": "/",
    "clusters-as-rows": "/?show=rows",
    "managing": "/clusters/",
    "managing-one": "/clusters/prod-eu-1/",
    "adding": "/clusters/add/",
    "wall": "/wall/",
    "healthy": "/c/prod-us-1/",
    "broken": "/c/prod-eu-1/",
    "no-rights": "/c/prod-ap-1/",
    "etcd-down": "/c/ci/",
    "unreachable": "/c/edge-17/",
    "wall-broken": "/wall/prod-eu-1/",
    "wall-unreachable": "/wall/edge-17/",
    "scheduler-degraded": "/c/prod-eu-1/kube-scheduler/",
    "kubelets-broken": "/c/prod-eu-1/kubelet/",
    "apiserver-healthy": "/c/prod-us-1/kube-apiserver/",
    "etcd-of-it": "/c/ci/etcd/",
    "etcd-hidden": "/c/prod-ap-1/etcd/",
    "instance": "/c/prod-us-1/kube-apiserver/kube-apiserver-node-1/",
    "no-such-instance": "/c/prod-us-1/etcd/gone/",
    "node-broken": "/c/prod-eu-1/nodes/node-90/",
    "node-healthy": "/c/prod-us-1/nodes/node-5/",
    "scheduler-unreachable": "/c/edge-17/kube-scheduler/",
    "node-unreachable": "/c/edge-17/nodes/node-3/",
    "changes": "/c/prod-eu-1/changes/?range=all",
    "changes-of-all": "/changes/?range=all",
    "uptime": "/c/prod-eu-1/uptime/",
    "incidents": "/c/prod-eu-1/incidents/",
    "incidents-of-all": "/incidents/",
    "certificates": "/c/prod-eu-1/certificates/",
    "upgrade": "/c/prod-eu-1/upgrade/",
    "compare": "/compare/?a=prod-eu-1&b=prod-us-1",
    "nothing-to-compare": "/compare/",
    "incidents-of-one": "/c/prod-eu-1/incidents/?kind=kube-scheduler",
    "bookmarks": "/c/prod-eu-1/bookmarks/",
    "nodes": "/c/prod-eu-1/nodes/",
    "no-nodes": "/c/prod-eu-1/nodes/?q=no-such-node",
    "no-changes": "/c/prod-us-1/changes/?node=no-such-node",
    "find": "/search/?q=node-9",
    "found-nothing": "/search/?q=no-such-thing",
    "tokens": "/account/tokens/",
    "api": "/api/v1/docs/",
    "no-such-cluster": "/c/nowhere/",
    "no-such-node": "/c/prod-eu-1/nodes/node-999/",
}
NOT_FOUND = {"no-such-instance", "no-such-cluster", "no-such-node"}
#: Where what is said instead of the picture has the least room, and the most.
LATE_SIZES = ((1366, 768), (1080, 1920), (390, 844))
NOTHING_SIZES = ((1280, 720), *LATE_SIZES)
LATE = ("clusters", "wall", "healthy", "broken", "wall-broken", "scheduler-degraded", "node-broken")


#: What tells a page the size of its window. It lasts as long as the page: at its end Chromium forgets the page's scripts.
_tellers: WeakKeyDictionary[Page, CDPSession] = WeakKeyDictionary()


@pytest.fixture(scope="module")
def page(browser: Browser, product: Served) -> Iterator[Page]:
    """Of who is signed in, without motion: what moves would be measured on its way."""
    with browser.new_context(viewport=WINDOW, reduced_motion="reduce") as context:
        context.add_cookies([{"name": product.cookie["name"], "value": product.cookie["value"], "url": product.origin}])
        yield context.new_page()


def tell_size(page: Page, width: int, height: int) -> None:
    """Scripts, style sheets and layout have a window of this size from now on; the window stays as large as it is."""
    if page not in _tellers:
        _tellers[page] = page.context.new_cdp_session(page)
    size = {"width": width, "height": height, "screenWidth": width, "screenHeight": height}
    told = {**size, "deviceScaleFactor": 1, "mobile": False, "dontSetVisibleSize": True}
    _tellers[page].send("Emulation.setDeviceMetricsOverride", told)


def settled(page: Page) -> list[str]:
    """What is wrong once the page has taken its new size: on a busy machine that may take it some frames."""
    lines: list[str] = []
    for _ in range(5):
        page.evaluate(STILL)
        lines = page.evaluate(CHECK)
        if not lines:
            break
    return lines


def wrong(page: Page, sizes: Sequence[tuple[int, int]] = SIZES) -> dict[str, list[str]]:
    """What is wrong, and at which sizes."""
    found: dict[str, list[str]] = {}
    page.evaluate(UNPAINTED)
    for width, height in sizes:
        tell_size(page, width, height)
        for line in settled(page):
            found.setdefault(line, []).append(f"{width}x{height}")
    assert page.evaluate("[innerWidth, innerHeight]") == list(sizes[-1])
    return found


@pytest.mark.parametrize("name", PAGES)
def test_no_text_is_cut_or_lies_over_another_at_any_size(page: Page, product: Served, name: str) -> None:
    answer = page.goto(product.origin + PAGES[name])
    assert answer
    assert answer.status == (404 if name in NOT_FOUND else 200), "a page of an error has little to be cut"
    page.evaluate("document.fonts.ready.then(() => undefined)")
    if page.locator("#cluster").count():
        expect(page.locator("#cluster")).to_have_class(re.compile("is-drawn"))
    assert wrong(page) == {}


def test_nor_on_the_page_of_an_incident(page: Page, product: Served) -> None:
    found = page.request.get(f"{product.origin}/api/v1/c/prod-eu-1/incidents").json()["incidents"]
    whole = next(one for one in found if one["steps"] == 4)
    page.goto(f"{product.origin}/c/prod-eu-1/incidents/{whole['id']}/")
    expect(page.locator("#notes-title")).to_be_visible()
    assert wrong(page) == {}


def test_nor_in_the_past(page: Page, product: Served) -> None:
    spans = page.request.get(f"{product.origin}/api/v1/c/prod-eu-1/watched?window=30d").json()["spans"]
    moment = datetime.fromtimestamp(spans[-1]["began"] + 600, UTC).isoformat().replace("+00:00", "Z")
    page.goto(f"{product.origin}/c/prod-eu-1/?at={moment}")
    expect(page.locator("#cluster")).to_have_class(re.compile("is-drawn"))
    expect(page.locator("#attention-title")).to_contain_text("Needed attention then")
    assert wrong(page) == {}


def test_nor_when_nothing_of_it_is_new(page: Page, product: Served) -> None:
    slugs = ("prod-us-1", "prod-eu-1", "prod-ap-1", "staging", "edge-17", "ci")
    for slug in slugs:
        product.say(f"mute {slug}")
    found: dict[str, dict[str, list[str]]] = {}
    try:
        for name in LATE:
            page.goto(product.origin + PAGES[name])
            page.locator(".is-late, .not-live").first.wait_for(state="attached", timeout=15_000)
            found |= {name: said} if (said := wrong(page, LATE_SIZES)) else {}
    finally:
        for slug in slugs:
            product.say(f"pulse {slug}")
    assert found == {}


def test_nor_where_there_is_nothing_yet(browser: Browser) -> None:
    """A cluster without nodes, one that nobody has looked at, and none at all; on a server of its own, for it is left so."""
    found: dict[str, dict[str, list[str]]] = {}
    with served(2) as alone, browser.new_context(viewport=WINDOW, reduced_motion="reduce") as context:
        context.add_cookies([{"name": alone.cookie["name"], "value": alone.cookie["value"], "url": alone.origin}])
        page = context.new_page()
        page.goto(f"{alone.origin}/")
        for said, there, addresses in (
            (
                ("bare prod-us-1", "new fresh"),
                ("/c/fresh/", "fresh"),
                ("/c/prod-us-1/", "/wall/prod-us-1/", "/c/fresh/", "/wall/fresh/"),
            ),
            (("watch none",), ("/", "No cluster is watched yet"), ("/", "/wall/")),
        ):
            for line in said:
                alone.say(line)
            page.wait_for_function(
                "([at, text]) => fetch(at).then(answer => answer.ok && answer.text()).then(body => body && body.includes(text))",
                arg=there,
            )
            for address in addresses:
                page.goto(alone.origin + address)
                if page.locator("#cluster").count():
                    expect(page.locator("#cluster")).to_have_class(re.compile("is-drawn"))
                found |= {address: told} if (told := wrong(page, NOTHING_SIZES)) else {}
    assert found == {}


def test_nor_on_the_pages_of_who_is_not_signed_in(browser: Browser, product: Served) -> None:
    with browser.new_context(viewport=WINDOW) as context:
        page = context.new_page()
        page.goto(f"{product.origin}/signin/")
        assert wrong(page) == {}
