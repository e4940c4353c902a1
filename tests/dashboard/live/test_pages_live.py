"""Pages in a real Chromium: they change without a reload, keep the reader's place, say when they are late, and recover."""

import time

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from msgspec.structs import replace
from playwright.async_api import Browser, BrowserContext, Page, expect

from dashboard.then import iso
from planes.store import incidents
from planes.structs.rows import EvidenceRow
from planes.structs.verdicts import State
from tests.browser.reading import AXE, BY_COLOUR, LOOK
from tests.dashboard import scenes
from tests.dashboard.conftest import Served, in_thread
from tests.dashboard.live.conftest import Collector
from tests.dashboard.live.waiting import all_hold
from tests.dashboard.rows import Collecting

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("live"), pytest.mark.asyncio(loop_scope="package")]

PATIENCE = 15_000  # milliseconds


async def live(page: Page, address: str) -> None:
    """Go there and wait until it says that it is live; leave a mark that a reload would take away."""
    await page.goto(address)
    await expect(page.locator("#freshness")).to_contain_text("live ·", timeout=PATIENCE)
    await page.evaluate("window.untouched = true")


async def test_a_component_page_changes_without_a_reload_and_keeps_the_focus(
    served: Served, collector: Collector, page: Page
) -> None:
    await live(page, f"{served.origin}/c/prod-eu-1/kube-scheduler/")
    await expect(page.locator("h1")).to_have_text("kube-scheduler last known healthy", use_inner_text=False)
    link = page.get_by_role("link", name="node-1", exact=True).last
    await link.focus()
    await collector.show("broken")
    await expect(page.locator("h1 .state-word")).to_have_text("degraded", timeout=PATIENCE)
    await expect(page.locator(".evidence")).to_contain_text("5, the oldest for")
    await expect(link).to_be_focused()
    assert await page.evaluate("window.untouched")


async def test_an_incident_comes_and_goes_beside_the_picture_without_a_reload(
    served: Served, collector: Collector, page: Page
) -> None:
    await live(page, f"{served.origin}/c/prod-eu-1/")
    beside = page.locator("#open-incidents")
    await collector.show("broken")
    await beside.get_by_role("link", name="kube-scheduler is degraded").wait_for(timeout=PATIENCE)
    # What was found holds for fifty times as long as it took to find, which for the first of a process may be longer than we wait.
    await in_thread(incidents.forget)()
    await collector.show("")
    await expect(beside).to_be_hidden(timeout=PATIENCE)
    assert await page.evaluate("window.untouched")


async def test_a_roll_up_hears_of_its_nodes(served: Served, collector: Collector, page: Page) -> None:
    await live(page, f"{served.origin}/c/prod-eu-1/kubelet/")
    await collector.show("broken")
    await page.get_by_role("link", name="node-90").wait_for(timeout=PATIENCE)


async def test_a_node_page_changes_and_keeps_what_was_opened(served: Served, collector: Collector, page: Page) -> None:
    await live(page, f"{served.origin}/c/prod-eu-1/nodes/node-90/")
    await page.locator("#live summary").click()
    await collector.show("broken")
    await expect(page.locator("h1 .state-word")).to_have_text("down", timeout=PATIENCE)
    await expect(page.locator(".last-known")).to_be_visible()
    await expect(page.locator("#live details")).to_have_attribute("open", "")


async def test_a_page_whose_collector_is_away_says_so_and_comes_back(served: Served, collector: Collector, page: Page) -> None:
    await live(page, f"{served.origin}/c/prod-eu-1/kube-scheduler/")
    collector.muted = True
    await page.locator("#late").wait_for(timeout=PATIENCE)
    await expect(page.locator("#late")).to_contain_text("has not reported since")
    await expect(page.locator("#freshness")).to_contain_text("not live")
    await expect(page.locator("h1 .state-word")).to_have_text("unknown", timeout=PATIENCE)
    collector.muted = False
    await expect(page.locator("#late")).to_be_hidden(timeout=PATIENCE)
    await expect(page.locator("h1 .state-word")).to_have_text("healthy", timeout=PATIENCE)


async def test_a_browser_that_calls_itself_offline_shows_the_live_page_all_the_same(
    served: Served, collector: Collector, context: BrowserContext
) -> None:
    """A laptop that has nothing but its loopback interface."""
    page = await context.new_page()  # of its own: its script stays
    await page.add_init_script("Object.defineProperty(navigator, 'onLine', { get: () => false })")
    await live(page, f"{served.origin}/c/prod-eu-1/kube-scheduler/")
    await page.evaluate("dispatchEvent(new Event('offline'))")
    await collector.show("broken")
    await expect(page.locator("h1 .state-word")).to_have_text("degraded", timeout=PATIENCE)
    await expect(page.locator("#freshness")).to_contain_text("live ·")
    await page.close()


async def test_the_wall_hears_of_changes_and_of_a_collector_that_falls_silent(
    served: Served, collector: Collector, page: Page
) -> None:
    await page.goto(f"{served.origin}/wall/")
    card = page.locator("[data-card=prod-eu-1]")
    await expect(card).to_contain_text("120/120")
    await collector.show("broken")
    await expect(card).to_contain_text("116/120", timeout=PATIENCE)
    await expect(page.locator(".wall-head")).to_contain_text("1 down")
    collector.muted = True
    await expect(card.locator("[data-status]")).to_contain_text("not seen for", timeout=PATIENCE)
    await expect(card.locator(".headline:visible").first).to_have_text("unknown (was degraded)")
    await expect(page.locator(".wall-head")).to_contain_text("1 unknown", timeout=PATIENCE)


#: What changed has been laid out.
STILL = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
FITS = """() => ({
    scrolls: document.documentElement.scrollHeight > innerHeight || document.documentElement.scrollWidth > innerWidth,
    outside: [...document.querySelectorAll("[data-card]")].filter((card) => {
        const box = card.getBoundingClientRect();
        return box.bottom > innerHeight || box.right > innerWidth || box.width < 100;
    }).length,
})"""


async def test_the_wall_of_1_to_60_clusters_fits_without_scrolling(served: Served, collector: Collector, page: Page) -> None:
    known = 1
    for count in (1, 7, 60):
        for number in range(known, count):
            await in_thread(Collecting)(f"cluster-{number:02d}")
        known = count
        await page.goto(f"{served.origin}/wall/")
        await expect(page.locator("[data-card]")).to_have_count(count)
        for width, height in ((1920, 1080), (1080, 1920), (3840, 2160)):
            await page.set_viewport_size({"width": width, "height": height})
            await page.evaluate(STILL)
            size = f"innerWidth === {width} && innerHeight === {height}"
            await all_hold(page, [size, f"!({FITS})().scrolls", f"({FITS})().outside === 0"], PATIENCE)


async def test_no_page_is_wider_than_a_phone(served: Served, collector: Collector, page: Page) -> None:
    await collector.show("broken")
    await page.set_viewport_size({"width": 390, "height": 844})
    for address in ("/", "/wall/", "/c/prod-eu-1/kube-scheduler/", "/c/prod-eu-1/nodes/node-90/", "/c/nowhere/", "/signin/"):
        await page.goto(f"{served.origin}{address}")
        assert await page.evaluate("document.documentElement.scrollWidth") == 390, address


async def test_nothing_on_the_pages_keeps_a_reader_out(served: Served, collector: Collector, page: Page) -> None:
    """By all of axe-core's rules, and by those about colours in both themes."""
    await collector.show("broken")
    for address in ("/", "/wall/", "/c/prod-eu-1/kube-scheduler/", "/c/prod-eu-1/kubelet/", "/c/prod-eu-1/nodes/node-90/"):
        await page.goto(f"{served.origin}{address}")
        await page.evaluate(AXE)
        for scheme, rules in (("dark", {}), ("light", BY_COLOUR)):
            await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            await page.evaluate(STILL)
            assert await page.evaluate(LOOK, ["html", rules]) == [], f"{address} {scheme}"


async def test_nor_does_anything_on_pages_of_what_is_remembered_and_they_fit_a_phone(
    served: Served, collector: Collector, page: Page
) -> None:
    """Nor on those of operators. Their own parts: header and footer are those of the others."""
    await collector.show("broken")
    await in_thread(User.objects.update)(is_staff=True)
    found = (await in_thread(incidents.of_clusters)("prod-eu-1"))[0].incidents
    home = "/c/prod-eu-1/"
    pages = ("changes/", "incidents/", f"incidents/{found[0].id}/", "uptime/", "certificates/", "upgrade/", "bookmarks/")
    managing = ("/?show=rows", "/clusters/", "/clusters/prod-eu-1/", "/clusters/add/")
    for address in (*(home + one for one in pages), *managing, f"/compare/?a=prod-eu-1@{iso(time.time() - 60)}&b=prod-eu-1"):
        await page.set_viewport_size({"width": 1440, "height": 900})
        await page.goto(f"{served.origin}{address}")
        await page.evaluate(AXE)
        for scheme, rules in (("dark", {}), ("light", BY_COLOUR)):
            await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            await page.evaluate(STILL)
            assert await page.evaluate(LOOK, ["main", rules]) == [], f"{address} {scheme}"
        await page.set_viewport_size({"width": 390, "height": 844})
        assert await page.evaluate("document.documentElement.scrollWidth") == 390, address


async def test_without_javascript_the_pages_say_what_they_know(served: Served, collector: Collector, browser: Browser) -> None:
    async with await browser.new_context(java_script_enabled=False) as context:
        await context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": served.session, "url": served.origin}])
        plain = await context.new_page()
        await plain.goto(f"{served.origin}/c/prod-eu-1/kube-scheduler/")
        await expect(plain.locator("h1")).to_contain_text("kube-scheduler")
        await expect(plain.locator(".noscript")).to_contain_text("reload it to see the latest")
        await expect(plain.locator("#freshness")).to_be_hidden()
        await plain.goto(f"{served.origin}/wall/")
        await expect(plain.locator(".noscript")).to_contain_text("loaded again every 10 s")
        await expect(plain.locator(".card-live").first).to_be_hidden()
        await plain.goto(f"{served.origin}/wall/prod-eu-1/")
        await expect(plain.locator(".noscript")).to_contain_text("loaded again every 30 s")
        assert await plain.locator(".plain img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
        drawn, screen = await plain.locator(".plain img").bounding_box(), plain.viewport_size
        assert drawn
        assert screen
        assert drawn["height"] > 0.9 * screen["height"]


LIES_APART = """() => [...document.querySelectorAll(".plane-card")].flatMap((card) => {
    const parts = [...card.querySelectorAll("header, .say, .count, footer")].filter((part) => part.getClientRects().length);
    const boxes = parts.map((part) => part.getBoundingClientRect()), whole = card.getBoundingClientRect();
    const out = boxes.filter((box) => box.right > whole.right + 1 || box.bottom > whole.bottom + 1);
    const on = boxes.flatMap((one, at) => boxes.slice(at + 1).filter((other) =>
        Math.min(one.right, other.right) - Math.max(one.left, other.left) > 1
        && Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 1));
    const cut = [...card.querySelectorAll(".headline, h3")].filter((text) => text.scrollWidth > text.clientWidth + 1);
    return [...out.map(() => "out"), ...on.map(() => "on"), ...cut.map((text) => text.textContent)];
})"""


@pytest.mark.parametrize("wrong", ["", "broken", "unreachable"])
async def test_on_a_phone_the_cards_of_clusters_lie_apart_and_no_word_is_cut(
    served: Served, collector: Collector, page: Page, wrong: str
) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    if wrong:
        await collector.show(wrong)
    await page.goto(f"{served.origin}/")
    await expect(page.locator(".plane-card")).to_be_visible()
    assert await page.evaluate(LIES_APART) == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390


async def test_a_long_version_of_a_runtime_stays_in_its_card(served: Served, collector: Collector, page: Page) -> None:
    frame = scenes.frame("prod-eu-1", collector.nodes, "broken", time.time())
    long = replace(
        frame.nodes["node-63"].container_runtime, version="cri-o://1.31.3-5.rhaos4.18.gitbc5c5e4.el9.x86_64", last="healthy"
    )
    frame.nodes["node-63"] = replace(frame.nodes["node-63"], container_runtime=long)
    await in_thread(collector.collecting.flush)(frame)
    await page.goto(f"{served.origin}/c/prod-eu-1/nodes/node-63/")
    out = """() => [...document.querySelectorAll(".agent")].flatMap((card) => [...card.querySelectorAll(".row > *")]
        .filter((part) => part.getBoundingClientRect().right > card.getBoundingClientRect().right - 8)
        .map((part) => part.textContent))"""
    for width in (390, 1024, 1440, 1920):
        await page.set_viewport_size({"width": width, "height": 900})
        await page.evaluate(STILL)
        assert await page.evaluate(out) == [], width


async def test_what_was_never_seen_has_no_age(served: Served, collector: Collector, page: Page) -> None:
    frame = scenes.frame("prod-eu-1", collector.nodes, "", time.time())
    line = EvidenceRow("members", "no pods of it are visible", "ready", State.NOT_OBSERVABLE, "pods of kube-system", None)
    frame.components[:] = [replace(row, evidence=(line,)) for row in frame.components]
    node = frame.nodes["node-63"]
    frame.nodes["node-63"] = replace(node, kubelet=replace(node.kubelet, evidence=(line,)))
    await in_thread(collector.collecting.flush)(frame)
    for address in ("/c/prod-eu-1/etcd/", "/c/prod-eu-1/nodes/node-63/"):
        await page.goto(f"{served.origin}{address}")
        said = await page.locator("main").inner_text()
        assert "pods of kube-system" in said
        assert "never" not in said
