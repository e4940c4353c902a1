"""The product served in the loop of a Chromium, a collector that stores, publishes and pulses, and a page of who is signed in."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from django.conf import settings
from playwright.async_api import Browser, BrowserContext, Page, async_playwright
from pytest_django import Settings
from redis.asyncio import Redis

from planes.live.stream import EXPIRY, Stream, pulse_key
from planes.live.wire import Pulse
from tests.chromium import FLAGS, executable
from tests.dashboard import scenes
from tests.dashboard.conftest import Served, in_thread, serving
from tests.dashboard.live.breaking import Breaking, product
from tests.dashboard.rows import Collecting


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


@pytest.fixture(scope="package")
def listening() -> Iterator[socket.socket]:
    """The port of all servers of this folder, one after the other: what a browser keeps of the scripts, it keeps by the address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


@pytest.fixture
def breaking() -> Breaking:
    """Spoils what the server says."""
    return Breaking(product())


@pytest_asyncio.fixture(loop_scope="package")
async def served(
    transactional_db: None, valkey: str, settings: Settings, session: str, listening: socket.socket, breaking: Breaking
) -> AsyncIterator[Served]:
    """As the folder's, on the loop of the browser."""
    settings.REDIS_URL = valkey
    async with serving(session, listening.dup(), breaking) as served:
        yield served


@pytest_asyncio.fixture(loop_scope="package")
async def collector(served: Served, valkey: str) -> AsyncIterator[Collector]:
    collector = Collector(await in_thread(Collecting)("prod-eu-1"), valkey, 120)
    await collector.show("")
    pulsing = asyncio.create_task(collector.pulse())
    yield collector
    pulsing.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await pulsing
    await collector.stream.aclose()


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def browser() -> AsyncIterator[Browser]:
    """One for all tests of this folder: to start one costs as much as a test. What a page keeps, it keeps for its own context."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable(), args=FLAGS)
        try:
            yield browser
        finally:
            await browser.close()


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def kept(browser: Browser) -> AsyncIterator[BrowserContext]:
    """One context of it, whose tabs all tests show their pages in: one that has shown a page before has its scripts
    compiled, and costs half."""
    async with await browser.new_context(viewport={"width": 1920, "height": 1080}) as context:
        await context.new_page()
        yield context


@pytest_asyncio.fixture(loop_scope="package")
async def context(served: Served, kept: BrowserContext) -> AsyncIterator[BrowserContext]:
    """It, of who is signed in; it comes without anything that was stored, and leaves nothing on any of its pages."""
    await kept.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": served.session, "url": served.origin}])
    yield kept
    await kept.unroute_all()
    nothing = f"{served.origin}/healthz"
    for page in kept.pages:
        if page.url not in (nothing, "about:blank"):  # else the test has left it alone
            await page.goto(nothing)
            await page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
    await kept.clear_cookies()


@pytest_asyncio.fixture(loop_scope="package")
async def page(context: BrowserContext) -> Page:
    """A page of who is signed in, as large as that of a desk, without motion."""
    page = context.pages[0]
    await page.set_viewport_size({"width": 1920, "height": 1080})
    await page.emulate_media(color_scheme="light", reduced_motion="reduce")
    return page
