"""A real Chromium: the one-time link signs in by itself, no page breaks its own policy, sockets open."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright

from dashboard import auth
from tests.chromium import FLAGS, executable
from tests.dashboard.conftest import Served, holds, in_thread
from tests.dashboard.rows import Collecting

pytestmark = pytest.mark.browser

PAGES = ["/", "/c/prod/", "/c/prod/kube-scheduler/", "/c/prod/nodes/node-1/", "/wall/", "/wall/prod/", "/c/nowhere/"]


class Watched:
    """A page, and what its console complained of."""

    def __init__(self, page: Page) -> None:
        self.complaints: list[str] = []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))

    def _hear(self, message: ConsoleMessage) -> None:
        # A page that says 404 is a complaint of the console too; that is what it is for.
        if message.type in ("error", "warning") and "404" not in message.text:
            self.complaints.append(message.text)


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable(), args=FLAGS)
        try:
            yield browser
        finally:
            await browser.close()


async def test_opening_the_one_time_link_signs_in_and_every_page_keeps_its_policy(
    served: Served, collecting: Collecting, chromium: Browser
) -> None:
    page = await chromium.new_page()
    watched = Watched(page)
    await page.goto(await in_thread(auth.one_time_link)(served.origin))
    await page.wait_for_url(f"{served.origin}/")
    for address in PAGES:
        await page.goto(served.origin + address, wait_until="load")
        assert watched.complaints == [], address
    await page.goto(f"{served.origin}/c/prod/")
    await holds(lambda: served.hub.viewers >= 1)
    assert watched.complaints == []


async def test_without_scripts_the_links_button_signs_in(served: Served, collecting: Collecting, chromium: Browser) -> None:
    page = await (await chromium.new_context(java_script_enabled=False)).new_page()
    await page.goto(await in_thread(auth.one_time_link)(served.origin))
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url(f"{served.origin}/")
    assert await page.get_by_text("prod").count() > 0
