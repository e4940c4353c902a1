"""Pages in a real Chromium: they change without a reload, keep the reader's place, say when they are late, and recover."""

import asyncio
import contextlib
import re
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from django.conf import settings
from msgspec.structs import replace
from playwright.async_api import Browser, Page, Route, async_playwright, expect
from pytest_django import Settings
from redis.asyncio import Redis

from planes.live.stream import EXPIRY, Stream, pulse_key
from planes.live.wire import Pulse
from planes.structs.rows import EvidenceRow
from planes.structs.verdicts import State
from tests.browser.reading import AXE, BY_COLOUR, LOOK
from tests.chromium import FLAGS, executable
from tests.dashboard import scenes
from tests.dashboard.conftest import Served, in_thread, serving
from tests.dashboard.rows import Collecting

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PATIENCE = 15_000  # milliseconds


class Collector:
    """Stores and publishes one cluster, and pulses once a second until it is muted."""

    def __init__(self, collecting: Collecting, url: str, nodes: int) -> None:
        self.collecting = collecting
        self.stream = Stream(url)
        self.url = url
        self.nodes = nodes
        self.muted = False

    async def show(self, wrong: str) -> None:
        """The cluster is in another state now."""
        frame = scenes.frame(self.collecting.cluster.slug, self.nodes, wrong, time.time())
        delta = await in_thread(self.collecting.flush)(frame)
        await self.stream.delta(self.collecting.id, delta)

    async def stream_is_old(self, seconds: float) -> None:
        """The collector was heard so long ago, and not since."""
        then = time.time() - seconds
        frame = scenes.frame(self.collecting.cluster.slug, self.nodes, "", then)
        await in_thread(self.collecting.flush)(frame)
        await self.stream.pulse(self.collecting.id, Pulse(then, then, str(self.collecting.epoch), self.collecting.offset))
        async with Redis.from_url(self.url) as client:
            await client.expire(pulse_key(self.collecting.id), max(1, int(EXPIRY - seconds)))

    async def pulse(self) -> None:
        """Pulse for ever."""
        while True:
            if not self.muted:
                now = time.time()
                beat = Pulse(now, now, str(self.collecting.epoch), self.collecting.offset)
                await self.stream.pulse(self.collecting.id, beat)
            await asyncio.sleep(1)


@pytest_asyncio.fixture(loop_scope="module")
async def served(transactional_db: None, valkey: str, settings: Settings, session: str) -> AsyncIterator[Served]:
    """As the folder's, on the loop of the browser."""
    settings.REDIS_URL = valkey
    async with serving(session) as served:
        yield served


@pytest_asyncio.fixture(loop_scope="module")
async def collector(served: Served, valkey: str) -> AsyncIterator[Collector]:
    collector = Collector(await in_thread(Collecting)("prod-eu-1"), valkey, 120)
    await collector.show("")
    pulsing = asyncio.create_task(collector.pulse())
    yield collector
    pulsing.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await pulsing
    await collector.stream.aclose()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One for all tests of this file: to start one costs as much as a test. What a page keeps, it keeps for its own context."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable(), args=FLAGS)
        try:
            yield browser
        finally:
            await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def page(served: Served, browser: Browser) -> AsyncIterator[Page]:
    """A page of who is signed in."""
    async with await browser.new_context(viewport={"width": 1920, "height": 1080}) as context:
        await context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": served.session, "url": served.origin}])
        yield await context.new_page()


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
    link = page.locator(".rows a", has_text="node-1")
    await link.focus()
    await collector.show("broken")
    await expect(page.locator("h1 .state-word")).to_have_text("degraded", timeout=PATIENCE)
    await expect(page.locator(".evidence")).to_contain_text("5, the oldest for")
    await expect(link).to_be_focused()
    assert await page.evaluate("window.untouched")


async def test_a_roll_up_hears_of_its_nodes(served: Served, collector: Collector, page: Page) -> None:
    await live(page, f"{served.origin}/c/prod-eu-1/kubelet/")
    await collector.show("broken")
    await expect(page.get_by_role("link", name="node-90")).to_be_visible(timeout=PATIENCE)


async def test_a_node_page_changes_and_keeps_what_was_opened(served: Served, collector: Collector, page: Page) -> None:
    await live(page, f"{served.origin}/c/prod-eu-1/nodes/node-90/")
    await page.locator("summary").click()
    await collector.show("broken")
    await expect(page.locator("h1 .state-word")).to_have_text("down", timeout=PATIENCE)
    await expect(page.locator(".last-known")).to_be_visible()
    await expect(page.locator("details")).to_have_attribute("open", "")


async def test_a_page_whose_collector_is_away_says_so_and_comes_back(served: Served, collector: Collector, page: Page) -> None:
    await live(page, f"{served.origin}/c/prod-eu-1/kube-scheduler/")
    collector.muted = True
    await expect(page.locator("#late")).to_be_visible(timeout=PATIENCE)
    await expect(page.locator("#late")).to_contain_text("has not been heard since")
    await expect(page.locator("#freshness")).to_contain_text("not live")
    await expect(page.locator("h1 .state-word")).to_have_text("unknown", timeout=PATIENCE)
    collector.muted = False
    await expect(page.locator("#late")).to_be_hidden(timeout=PATIENCE)
    await expect(page.locator("h1 .state-word")).to_have_text("healthy", timeout=PATIENCE)


async def test_a_browser_that_calls_itself_offline_shows_the_live_page_all_the_same(
    served: Served, collector: Collector, page: Page
) -> None:
    """A laptop that has nothing but its loopback interface."""
    await page.add_init_script("Object.defineProperty(navigator, 'onLine', { get: () => false })")
    await live(page, f"{served.origin}/c/prod-eu-1/kube-scheduler/")
    await page.evaluate("dispatchEvent(new Event('offline'))")
    await collector.show("broken")
    await expect(page.locator("h1 .state-word")).to_have_text("degraded", timeout=PATIENCE)
    await expect(page.locator("#freshness")).to_contain_text("live ·")


PAGES = ("/", "/wall/", "/c/prod-eu-1/kube-scheduler/", "/c/prod-eu-1/nodes/node-90/")
GREY = re.compile(r"saturate\(0\.12\)")


async def refuse(route: Route) -> None:
    await route.fulfill(status=503, body="")


@pytest.mark.parametrize("address", PAGES)
async def test_a_page_whose_fragment_cannot_be_fetched_is_not_live_however_the_collector_pulses(
    served: Served, collector: Collector, page: Page, address: str
) -> None:
    await page.goto(f"{served.origin}{address}")
    await expect(page.locator("body")).not_to_have_class(re.compile(r"not-live"), timeout=PATIENCE)
    await page.route(re.compile(r"fragment=1"), refuse)
    await collector.show("broken")
    await expect(page.locator("#late")).to_contain_text("could not be fetched", timeout=PATIENCE)
    await expect(page.locator("body")).to_have_class(re.compile(r"not-live"))
    await page.unroute(re.compile(r"fragment=1"))
    await expect(page.locator("#late")).to_be_hidden(timeout=2 * PATIENCE)


async def test_a_picture_whose_snapshot_cannot_be_fetched_is_not_live(served: Served, collector: Collector, page: Page) -> None:
    await live(page, f"{served.origin}/c/prod-eu-1/")
    await page.route(re.compile(r"/snapshot$"), refuse)
    collector.collecting.offset += 1  # something was published that never came
    await expect(page.locator("#freshness")).to_contain_text("not live", timeout=PATIENCE)
    await expect(page.locator("#overlay")).to_contain_text("could not be fetched")
    await expect(page.locator("#picture")).to_have_css("filter", GREY)
    collector.collecting.offset -= 1
    await page.unroute(re.compile(r"/snapshot$"))
    await expect(page.locator("#freshness")).to_contain_text("live ·", timeout=2 * PATIENCE)


@pytest.mark.parametrize("address", [*PAGES, "/c/prod-eu-1/"])
async def test_a_page_whose_socket_never_opens_is_not_live(served: Served, collector: Collector, page: Page, address: str) -> None:
    await page.route_web_socket(re.compile(r"/ws/"), lambda socket: socket.close(code=1011))
    await page.goto(f"{served.origin}{address}")
    await expect(page.locator("body")).to_have_class(re.compile(r"not-live|is-blind"), timeout=PATIENCE)


@pytest.mark.parametrize("address", [*PAGES, "/c/prod-eu-1/"])
async def test_a_page_whose_script_does_not_come_turns_grey_by_itself(
    served: Served, collector: Collector, page: Page, address: str
) -> None:
    await page.route(re.compile(r"/js/(pages/live|cluster)\.js"), refuse)
    await page.goto(f"{served.origin}{address}")
    place = "#cluster" if address == "/c/prod-eu-1/" else "#live"
    await expect(page.locator(place)).to_have_css("filter", GREY, timeout=PATIENCE)


@pytest.mark.parametrize("address", [*PAGES, "/c/prod-eu-1/"])
async def test_a_page_that_is_opened_while_the_collector_is_silent_is_grey_from_the_first_paint_and_its_ages_stand_still(
    served: Served, collector: Collector, page: Page, address: str
) -> None:
    collector.muted = True
    await collector.stream_is_old(50)
    await page.route(re.compile(r"\.js$"), lambda route: route.abort())
    await page.goto(f"{served.origin}{address}")
    await expect(page.locator("body")).to_have_class(re.compile(r"not-live|is-blind"))
    await page.unroute(re.compile(r"\.js$"))
    await page.goto(f"{served.origin}{address}")
    await expect(page.locator("[data-attended]")).to_have_count(1, timeout=PATIENCE)
    await expect(page.locator("body")).to_have_class(re.compile(r"not-live|is-blind"))
    ages = "[...document.querySelectorAll('main [data-t^=a]:not(.for *)')].map((one) => one.textContent).join()"
    first = await page.evaluate(ages)
    await page.wait_for_function("(from) => Date.now() - from > 2500", arg=await page.evaluate("Date.now()"), timeout=PATIENCE)
    assert await page.evaluate(ages) == first


@pytest.mark.parametrize("address", ["/c/prod-eu-1/kube-scheduler/", "/c/prod-eu-1/"])
async def test_a_web_server_that_stands_still_is_not_told_as_a_silent_collector(
    served: Served, collector: Collector, page: Page, address: str
) -> None:
    await live(page, f"{served.origin}{address}")
    await page.route(re.compile(r"/healthz$"), lambda route: route.abort())
    collector.muted = True
    await expect(page.locator("main")).to_contain_text("web server does not answer", timeout=PATIENCE)
    await page.unroute(re.compile(r"/healthz$"))
    await expect(page.locator("main")).to_contain_text("collector of this cluster has not", timeout=PATIENCE)


@pytest.mark.parametrize("address", ["/", "/c/prod-eu-1/"])
async def test_signing_out_in_one_tab_is_said_in_the_other_within_5_s(
    served: Served, collector: Collector, page: Page, address: str
) -> None:
    await live(page, f"{served.origin}{address}")
    other = await page.context.new_page()
    await other.goto(f"{served.origin}/")
    await other.get_by_role("button", name="sign out").click()
    await expect(other.locator("#signed-out")).to_be_visible(timeout=PATIENCE)
    await expect(page.locator("body")).to_contain_text(re.compile("signed out", re.IGNORECASE), timeout=5000)


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
    await expect(card.locator(".headline:visible").first).to_have_text("unknown, last degraded")
    await expect(page.locator(".wall-head")).to_contain_text("1 unknown", timeout=PATIENCE)


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
        for width, height in ((1920, 1080), (1080, 1920), (3840, 2160)):
            await page.set_viewport_size({"width": width, "height": height})
            await page.goto(f"{served.origin}/wall/")
            await expect(page.locator("[data-card]")).to_have_count(count)
            assert await page.evaluate(FITS) == {"scrolls": False, "outside": 0}, f"{count} on {width} × {height}"


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
            await page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
            assert await page.evaluate(LOOK, ["html", rules]) == [], f"{address} {scheme}"


async def test_without_javascript_the_pages_say_what_they_know(served: Served, collector: Collector, browser: Browser) -> None:
    async with await browser.new_context(java_script_enabled=False) as context:
        await context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": served.session, "url": served.origin}])
        plain = await context.new_page()
        await plain.goto(f"{served.origin}/c/prod-eu-1/kube-scheduler/")
        await expect(plain.locator("h1")).to_contain_text("kube-scheduler")
        await expect(plain.locator(".noscript")).to_contain_text("reload it to see the present")


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


@pytest.mark.parametrize("width", [390, 1024, 1440, 1920])
async def test_a_long_version_of_a_runtime_stays_in_its_card(served: Served, collector: Collector, page: Page, width: int) -> None:
    frame = scenes.frame("prod-eu-1", collector.nodes, "broken", time.time())
    long = replace(
        frame.nodes["node-63"].container_runtime, version="cri-o://1.31.3-5.rhaos4.18.gitbc5c5e4.el9.x86_64", last="healthy"
    )
    frame.nodes["node-63"] = replace(frame.nodes["node-63"], container_runtime=long)
    await in_thread(collector.collecting.flush)(frame)
    await page.set_viewport_size({"width": width, "height": 900})
    await page.goto(f"{served.origin}/c/prod-eu-1/nodes/node-63/")
    out = """() => [...document.querySelectorAll(".agent")].flatMap((card) => [...card.querySelectorAll(".row > *")]
        .filter((part) => part.getBoundingClientRect().right > card.getBoundingClientRect().right - 8)
        .map((part) => part.textContent))"""
    assert await page.evaluate(out) == []


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
