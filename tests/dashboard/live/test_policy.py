"""A real Chromium: the one-time link signs in by itself, no page breaks its own policy, sockets open."""

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, expect

from dashboard import auth, displays
from dashboard.models import Pairing
from tests.dashboard.conftest import Served, holds, in_thread
from tests.dashboard.rows import Collecting

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("live"), pytest.mark.asyncio(loop_scope="package")]

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


async def test_opening_the_one_time_link_signs_in_and_every_page_keeps_its_policy(
    served: Served, collecting: Collecting, browser: Browser
) -> None:
    page = await browser.new_page()
    watched = Watched(page)
    await page.goto(await in_thread(auth.one_time_link)(served.origin))
    await page.wait_for_url(f"{served.origin}/")
    for address in PAGES:
        await page.goto(served.origin + address, wait_until="load")
        assert watched.complaints == [], address
    await page.goto(f"{served.origin}/c/prod/")
    await holds(lambda: served.hub.viewers >= 1)
    assert watched.complaints == []
    await page.close()


async def test_without_scripts_the_links_button_signs_in(served: Served, collecting: Collecting, browser: Browser) -> None:
    page = await browser.new_page(java_script_enabled=False)
    await page.goto(await in_thread(auth.one_time_link)(served.origin))
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url(f"{served.origin}/")
    await expect(page.get_by_text("prod").first).to_be_attached()


#: What Chromium 38 has not, and a socket, taken away from one of today.
OLD = """for (const name of ["fetch", "WebSocket", "URLSearchParams", "ResizeObserver", "IntersectionObserver", "AbortController"])
  delete window[name];
for (const name of ["includes", "find", "from", "of"]) { delete Array.prototype[name]; delete Array[name]; }
for (const name of ["padStart", "includes", "startsWith", "repeat"]) delete String.prototype[name];
for (const name of ["assign", "entries", "values"]) delete Object[name];"""


async def test_an_old_screen_is_paired_from_a_phone_that_is_signed_in_and_shut_out_when_its_display_is_revoked(
    served: Served, collecting: Collecting, browser: Browser
) -> None:
    tv = await browser.new_context(viewport={"width": 1080, "height": 1920})
    screen = await tv.new_page()
    watched = Watched(screen)
    await screen.add_init_script(OLD)
    await screen.goto(f"{served.origin}/pair/")
    await screen.get_by_text("connected; nothing is shown until someone confirms").wait_for()
    code = await screen.locator("#code").inner_text()
    box = await screen.locator("#code").bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= 1080
    assert watched.complaints == []
    # Cut off it says so in the same place, tries by itself, and goes on with the same code.
    await tv.set_offline(True)
    await screen.locator("#said", has_text="no connection; trying again in").wait_for()
    await tv.set_offline(False)
    await screen.locator("#said", has_text="connected").wait_for(timeout=20_000)
    assert await screen.locator("#code").inner_text() == code
    # A code that is over is replaced by itself.
    await in_thread(Pairing.objects.update)(expires=1.0)
    await screen.locator("#code", has_not_text=code).wait_for()
    code = await screen.locator("#code").inner_text()

    phone = await (await browser.new_context(viewport={"width": 390, "height": 844})).new_page()
    await phone.goto(await in_thread(auth.one_time_link)(served.origin))
    await phone.wait_for_url(f"{served.origin}/")
    await phone.goto(f"{served.origin}/displays/pair/?code={code}")
    await phone.get_by_label("Its name").fill("Lobby")
    await phone.get_by_role("button", name="Show it").click()
    await screen.wait_for_url(f"{served.origin}/wall/lobby/")
    # The same display on a screen of today.
    wall = await tv.new_page()
    await wall.goto(f"{served.origin}/wall/lobby/")
    await holds(lambda: served.hub.viewers > 0)

    known = await in_thread(displays.find)("lobby")
    assert known is not None
    await in_thread(displays.revoke)(known.wall.id)
    # Its socket is closed within 2.3 s (dashboard/sessions.py), the page begins again within 1.7 s (js/wall/reloads.js).
    await wall.get_by_text("This display was revoked").wait_for()
    await screen.reload()
    await screen.get_by_text("This display was revoked").wait_for()
    await phone.context.close()
    await tv.close()
