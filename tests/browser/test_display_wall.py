"""The wall of a display in a real Chromium: what only that shows. tests/js/board.test.js holds how it is laid out by the widths of
letters that are reckoned with; here they are the browser's own."""

import re
import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from playwright.sync_api import Browser, Page, Route, WebSocketRoute, expect

from dashboard.boards import BoardChange, BoardCluster, BoardScene
from dashboard.presenters.cards import CardPlane, Trouble, WallCard
from planes.live.wire import KeepAlive, Pulse, Resync, WallPulse, encode
from tests.browser.pages_shots import Served
from tests.browser.reading import AXE, LOOK

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120), pytest.mark.xdist_group("product")]

COUNTS = (1, 2, 3, 6, 12, 30, 60)
SCREENS = ((1280, 720), (1920, 1080), (3840, 2160), (1080, 1920), (1366, 768))
NAMES = ("prod-eu-1", "gke_my-project_europe-west1-b_shop", "arn:aws:eks:eu-central-1:123456789012:cluster/payments")

#: What is wrong with a wall as the browser has laid it out; `least` is the smallest type, CSS pixels.
WRONG = """least => {
  const found = [];
  const scrolls = document.scrollingElement;
  if (scrolls.scrollWidth > innerWidth || scrolls.scrollHeight > innerHeight) found.push("it scrolls");
  const box = one => one.getBoundingClientRect();
  const over = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  const cards = [...document.querySelectorAll("[data-card] > rect:first-of-type")].map(box);
  cards.forEach((a, at) => cards.slice(at + 1).forEach(b => over(a, b) && found.push("cards lie over each other")));
  for (const group of document.querySelectorAll("#board svg > g")) {
    const card = group.querySelector("[data-card] > rect");
    const room = card ? box(card) : { left: 0, top: 0, right: innerWidth, bottom: innerHeight };
    const texts = [...group.querySelectorAll("text")].map(text => {
      const { left, right, top, bottom } = box(text);
      const size = parseFloat(getComputedStyle(text).fontSize);
      if (size < least - 0.05) found.push(`“${text.textContent}” is in ${size}`);
      const within = left >= room.left - 1 && right <= room.right + 1 && top >= room.top - 1 && bottom <= room.bottom + 1;
      if (!within) found.push(`“${text.textContent}” leaves its room`);
      // The box of a line is taller than its letters.
      return { left, right, top: top + (bottom - top) * 0.2, bottom: bottom - (bottom - top) * 0.2, text: text.textContent };
    });
    texts.forEach((a, at) => texts.slice(at + 1).forEach(b => over(a, b) && found.push(`“${a.text}” lies over “${b.text}”`)));
  }
  return found;
}"""


def cluster(number: int, now: float, *, down: bool) -> BoardCluster:
    """Down, or well."""
    well = CardPlane("healthy", "healthy", "", now - 400)
    because = "33 of 1,200 nodes are down: no heartbeat for 1 min 40 s of a 40 s lease."
    card = WallCard(
        slug=f"c{number}",
        name=NAMES[number] if number < len(NAMES) else f"cluster-{number}",
        control=well,
        data=CardPlane("down", because.rstrip("."), because, now - 100) if down else well,
        nodes=1200,
        nodes_healthy=1167 if down else 1200,
        pods=34_000,
        foot="1,200 nodes · 34,120 pods · 3 zones · v1.36.2 · kubeadm",
        trouble=(Trouble("node-057", "down", "No heartbeat for 1 min 40 s.", now - 100),) if down else (),
    )
    turns = ((now - 90_000, "healthy"), (now - 4_000, ""), (now - 3_000, "healthy"))
    return BoardCluster(card, now, now, 0.0, turns, turns, now - 2e6, down, now - 3e6)


class Wire:
    """The page of the product's display, with what comes to it said from here."""

    def __init__(self, page: Page, product: Served) -> None:
        self.page, self.product = page, product
        self.count, self.sick, self.changes = 6, 1, 0
        self.away = False
        self.sockets: list[WebSocketRoute] = []
        page.route("**/scene.json", self._scene)
        page.route_web_socket(re.compile("/ws/"), self._socket)

    def open(self) -> None:
        self.page.goto(f"{self.product.origin}{self.product.wall}")
        expect(self.page.locator("[data-card]")).to_have_count(self.count)

    def swap(self, count: int, sick: int, changes: int = 0) -> None:
        """Another number of clusters."""
        self.count, self.sick, self.changes = count, sick, changes
        self.sockets[-1].send(encode(Resync()))
        expect(self.page.locator("[data-card]")).to_have_count(count)

    def connected(self, times: int) -> None:
        """It has found the server so many times."""
        for _ in range(200):
            if len(self.sockets) >= times:
                return
            self.page.wait_for_timeout(100)
        raise AssertionError("The wall does not come back.")

    def pulse(self) -> None:
        """All live."""
        now = time.time()
        self.sockets[-1].send(encode(KeepAlive(hb=now, app="")))
        for number in range(self.count):
            self.sockets[-1].send(encode(WallPulse(f"c{number}", Pulse(now, now, "1", 1))))

    def _scene(self, route: Route) -> None:
        if self.away:
            return route.abort()
        now = time.time()
        clusters = tuple(cluster(number, now, down=number < self.sick) for number in range(self.count))
        change = BoardChange(now, "c0", NAMES[0], "data plane", "healthy", "down", "33 of 1,200 nodes are down.")
        return route.fulfill(
            body=msgspec.json.encode(BoardScene(now, clusters, (change,) * self.changes)), content_type="application/json"
        )

    def _socket(self, socket: WebSocketRoute) -> None:
        if self.away:
            socket.close(code=1011)
        else:
            self.sockets.append(socket)


@pytest.fixture
def wire(browser: Browser, product: Served) -> Iterator[Wire]:
    """Of a screen, which nobody has signed in."""
    with browser.new_context(viewport={"width": 1920, "height": 1080}, service_workers="block") as context:
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        yield Wire(page, product)
        assert errors == []


def test_no_wall_scrolls_cuts_or_crowds_whatever_the_count_and_the_screen(wire: Wire) -> None:
    wire.open()
    found = []
    for count in COUNTS:
        wire.swap(count, max(1, count // 8))
        for width, height in SCREENS:
            wire.page.set_viewport_size({"width": width, "height": height})
            expect(wire.page.locator(f"#board svg[width='{width}'][height='{height}']")).to_be_attached()
            least = height * 0.022 if count <= 12 else min(width, height) * 0.0125
            found += [f"{count} at {width} × {height}: {one}" for one in wire.page.evaluate(WRONG, least)]
    assert found == []


def test_a_change_is_announced_and_what_was_last_seen_is_shown_with_its_age_while_the_server_is_away_and_after_a_start(
    wire: Wire,
) -> None:
    wire.open()
    wire.swap(2, 1, changes=1)
    band = wire.page.locator("[data-part=band]")
    expect(band).to_contain_text("prod-eu-1, data plane: healthy → down")
    expect(band).to_contain_text("33 of 1,200 nodes are down.")
    wire.pulse()
    expect(wire.page.locator("#board")).to_have_attribute("data-attention", "1")
    wire.away = True
    wire.sockets[-1].close(code=1011)
    old = wire.page.locator("[data-part=old]")
    expect(old).to_contain_text(re.compile(r"^\D*\d+ s old"), timeout=15_000)
    expect(old).to_contain_text("Planewatch does not answer.")
    expect(wire.page.locator("[data-late='1']")).to_have_count(2)
    large = wire.page.evaluate("parseFloat(document.querySelector('[data-part=old] text').getAttribute('font-size'))")
    assert large > 0.09 * 1080
    # The screen is switched on again while nothing comes.
    wire.page.reload()
    expect(old).to_contain_text(re.compile(r"\d+ s old"))
    expect(wire.page.locator("[data-late='1']")).to_have_count(2)
    wire.away = False
    wire.connected(len(wire.sockets) + 1)
    wire.pulse()
    expect(old).to_have_count(0, timeout=10_000)
    expect(wire.page.locator("[data-late='1']")).to_have_count(0)


def test_somebody_who_is_signed_in_acknowledges_what_wants_attention_and_a_screen_cannot(wire: Wire) -> None:
    wire.open()
    expect(wire.page.locator("#board")).to_have_attribute("data-attention", "1")
    assert wire.page.locator(".acknowledge").count() == 0
    cookie = wire.product.cookie
    wire.page.context.add_cookies([{"name": cookie["name"], "value": cookie["value"], "url": wire.product.origin}])
    sent: list[tuple[str, bool]] = []

    def taken(route: Route) -> None:
        sent.append((urlsplit(route.request.url).path, bool(route.request.headers.get("x-csrftoken"))))
        wire.sick = 0
        route.fulfill(status=204)

    wire.page.route("**/acknowledge/", taken)
    wire.page.goto(f"{wire.product.origin}/wall/lobby/")
    button = wire.page.locator(".acknowledge")
    expect(button).to_have_text("Acknowledge prod-eu-1")
    expect(button).to_have_css("opacity", "0")
    wire.page.evaluate(AXE)
    assert wire.page.evaluate(LOOK, ["html", {}]) == []
    wire.page.mouse.move(400, 300)
    expect(button).to_have_css("opacity", "1")
    button.click()
    expect(button).to_be_hidden()
    assert sent == [("/c/c0/acknowledge/", True)]
    expect(wire.page.locator("#board")).to_have_attribute("data-attention", "")


def test_a_screen_that_is_switched_on_while_the_server_is_away_shows_its_last_picture(browser: Browser, product: Served) -> None:
    with browser.new_context(viewport={"width": 1280, "height": 720}) as context:
        page = context.new_page()
        page.goto(f"{product.origin}{product.wall}")
        expect(page.locator("[data-card]")).to_have_count(6)
        expect(page.locator("#board[data-kept]")).to_have_count(1, timeout=20_000)
        page.close()
        context.set_offline(True)
        page = context.new_page()
        # By the link that it is started with.
        page.goto(f"{product.origin}{product.wall}")
        expect(page.locator("[data-part=old]")).to_contain_text(re.compile(r"\d+ s old"))
        assert page.url.endswith("/wall/lobby/")
        expect(page.locator("[data-late='1']")).to_have_count(6)
        context.set_offline(False)
        expect(page.locator("[data-part=old]")).to_have_count(0, timeout=20_000)


#: What Chromium 38 does not have, as far as Playwright can do without.
YOUNGER = """
  for (const name of ["fetch", "URLSearchParams", "AbortController", "ResizeObserver", "queueMicrotask", "Headers"])
    delete window[name];
  for (const name of ["fromEntries", "hasOwn"]) delete Object[name];
  for (const name of ["at", "findLast", "flat"]) delete Array.prototype[name];
  delete String.prototype.padStart;
  window.later = 0;
  const real = Date.prototype.getTime;
  Date.prototype.getTime = function () { return real.call(this) + window.later; };
"""


def test_a_browser_that_is_never_updated_shows_the_basic_wall_by_itself_and_the_list_of_displays_says_so(
    browser: Browser, product: Served
) -> None:
    with browser.new_context(viewport={"width": 1280, "height": 720}) as context:
        page = context.new_page()
        context.add_init_script(YOUNGER)
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{product.origin}{product.hall}")
        page.wait_for_url("**/wall/hall/basic/**")
        assert parse_qs(urlsplit(page.url).query)["why"] == ["The browser is older than Chromium 94, Safari 15.4 and Firefox 115."]
        picture = page.locator("#board")
        expect(page.locator("#age")).to_be_hidden()
        first = picture.get_attribute("src")
        # A moment later by its clock its next picture comes, whole.
        page.evaluate("window.later = 15000")
        page.wait_for_function(
            "first => document.getElementById('board').getAttribute('src') !== first", arg=first, polling=100, timeout=10_000
        )
        page.wait_for_function("document.getElementById('board').naturalWidth === 1280", polling=100)
        page.route("**/board.*", lambda route: route.abort())
        # What is older than 45 s is greyed, and says so in large figures.
        page.evaluate("window.later = 75000")
        expect(page.locator("#age")).to_have_text(re.compile(r"^6\d s old$"))
        assert [error for error in errors if "basic" in error] == []
    with browser.new_context() as context:
        context.add_cookies([{"name": product.cookie["name"], "value": product.cookie["value"], "url": product.origin}])
        page = context.new_page()
        page.goto(f"{product.origin}/displays/")
        expect(page.locator("main li", has_text="Hall").last).to_contain_text("basic")


def test_a_basic_wall_goes_blank_when_its_display_is_revoked_though_no_picture_is_due(browser: Browser, product: Served) -> None:
    with browser.new_context() as desk, browser.new_context(viewport={"width": 1280, "height": 720}) as attic:
        desk.add_cookies([{"name": product.cookie["name"], "value": product.cookie["value"], "url": product.origin}])
        operator, screen = desk.new_page(), attic.new_page()
        operator.goto(f"{product.origin}/displays/new/")
        operator.get_by_label("Name").fill("Attic")
        operator.get_by_role("button", name="Make it").click()
        link = re.compile(r"/wall/in/[^\s\"<]+")
        expect(operator.locator("body")).to_contain_text(link)
        found = link.search(operator.content())
        assert found is not None
        screen.goto(f"{product.origin}{found[0]}")
        with screen.expect_websocket(lambda socket: socket.url.endswith("/ws/wall/attic/ends/")):
            screen.goto(f"{product.origin}/wall/attic/basic/")
        # Pictures do not come, and what it says of itself, every 30 s, is not due: it hears by its socket, or not at all.
        screen.route("**/board.*", lambda route: None)
        screen.wait_for_timeout(2000)
        operator.get_by_role("button", name="Revoke").click()
        expect(screen.locator("body")).to_contain_text("This display was revoked", timeout=20_000)
