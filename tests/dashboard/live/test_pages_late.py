"""What a page calls live is what it shows. On every page each source fails in turn: what is fetched, the socket, pulses, the web
server, the script. All pages are open at once, so that they wait together."""

import asyncio
import re
import time
from collections.abc import Sequence

import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.dashboard.conftest import Served
from tests.dashboard.live.breaking import Breaking
from tests.dashboard.live.conftest import Collector
from tests.dashboard.live.waiting import all_hold

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("live"),
    pytest.mark.asyncio(loop_scope="package"),
    pytest.mark.timeout(120),
]

PATIENCE = 20_000  # milliseconds
LIST = ("/", "/wall/")
PICTURES = ("/c/prod-eu-1/", "/wall/prod-eu-1/")
#: All pages that show the present.
ALL = (*LIST, *PICTURES, "/c/prod-eu-1/kube-scheduler/", "/c/prod-eu-1/kubelet/", "/c/prod-eu-1/nodes/node-90/")
#: One of each kind: that of kubelets is a component's, as that of the scheduler is.
KINDS = tuple(one for one in ALL if not one.endswith("/kubelet/"))
#: One for each script that a page begins with, and each way in which what is shown turns grey.
SCRIPTS = ("/", "/wall/", "/c/prod-eu-1/", "/c/prod-eu-1/kube-scheduler/")
#: What JavaScript says of a page.
NOT_LIVE = "/not-live|is-blind/.test(document.body.className)"
FRESHNESS = "document.querySelector('#freshness').innerText"
WHY = "[...document.querySelectorAll('#late, #overlay')]"
GREY = "/saturate\\(0\\.1/.test(getComputedStyle(document.querySelector('#live, #cluster')).filter)"


#: What is seen through is not painted, each second and on each page, and keeps its words, classes and styles.
UNPAINTED = "() => { document.documentElement.style.opacity = '0'; }"
#: All sentences that are said of a state and can be read.
SENTENCES = """[...document.querySelectorAll(
  '.subject .because, .agent .because, .proof .now, #attention .entry p, .unit .line, .api .line, .node .because, .troubles .why')]
  .filter((one) => one.getClientRects().length).map((one) => one.innerText.trim()).filter(Boolean)"""
#: One that nobody vouches for is told as what was true then; who is silent is told of now.
THEN = "/^(for .+· )?When last seen: |^(for .+· )?(Its collector|The clocks)|^for [0-9a-z\\s]+$/"


class Tabs:
    """Every page in a tab of its own, of who is signed in."""

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self.context = context
        self.origin = origin
        self.pages: dict[str, Page] = {}

    async def open(self, addresses: tuple[str, ...] = ALL) -> None:
        while len(self.context.pages) < len(addresses):
            await self.context.new_page()
        self.pages = dict(zip(addresses, self.context.pages, strict=False))
        # Words, classes and colours are looked at: in a small window without motion they cost a sixth of the pixels.
        for address, page in self.pages.items():
            # A wall has room for what needs attention.
            await page.set_viewport_size({"width": 1280, "height": 720} if address == "/wall/" else {"width": 800, "height": 500})
            await page.emulate_media(reduced_motion="reduce")
        await asyncio.gather(*(page.goto(f"{self.origin}{address}") for address, page in self.pages.items()))
        await asyncio.gather(*(page.evaluate(UNPAINTED) for page in self.pages.values()))

    async def live(self) -> None:
        """All of them say that they are, and none tells of a state as of one that was."""
        await asyncio.gather(*(self._is_live(page) for page in self.pages.values()))

    async def _is_live(self, page: Page) -> None:
        said = [] if self._is(page, "/wall/") else [f"{FRESHNESS}.trim().startsWith('live ·')"]
        none = f"!{SENTENCES}.some((one) => one.includes('When last seen'))"
        await all_hold(
            page, ["document.querySelectorAll('[data-attended]').length === 1", f"!{NOT_LIVE}", *said, none], 2 * PATIENCE
        )

    async def late(self, words: str = "") -> None:
        """All of them are grey, with an age, and say why."""
        await asyncio.gather(*(self._is_late(page, words) for page in self.pages.values()))

    async def _is_late(self, page: Page, words: str) -> None:
        conditions = [NOT_LIVE]
        if words:
            conditions += [f"{WHY}.length === 1", f"/{words}/.test({WHY}[0].textContent.replace(/\\s+/g, ' '))"]
        if not self._is(page, "/wall/"):
            conditions += [f"{FRESHNESS}.includes('not live')"]
        # No state that is said in words passes for the present.
        words_of_states = "[...document.querySelectorAll('main h1 .state-word, .pill b, .card-live .words')]"
        conditions += [
            f"{words_of_states}.every((one) => one.innerText !== 'live')",
            "[...document.querySelectorAll('.pill b')].every((one) => one.innerText === 'unknown')",
            f"{SENTENCES}.every((one) => {THEN}.test(one))",
        ]
        if words and not self._is(page, *LIST):
            conditions += [f"{SENTENCES}.length"]
        await all_hold(page, conditions, PATIENCE)

    def _is(self, page: Page, *addresses: str) -> bool:
        return page.url.removeprefix(self.origin) in addresses


@pytest.fixture
def tabs(context: BrowserContext, served: Served) -> Tabs:
    return Tabs(context, served.origin)


#: Remembers all that is said of how fresh a page is.
LISTEN = """() => {
  const place = document.querySelector("#late, #overlay");
  self.said = [];
  const all = { childList: true, characterData: true, subtree: true };
  new MutationObserver(() => self.said.push(place.textContent)).observe(place, all);
}"""
FETCHED = re.compile(r"fragment=1|/snapshot\?")


#: A change that came is not shown while `self.bad` stands.
UNSHOWN = (
    ("pages/panels.js", "export function renew(root, html) {"),
    ("scene/sky.js", "export function skyOf(picture, now) {"),
)


@pytest.mark.timeout(180)
async def test_each_source_fails_in_turn_and_no_page_calls_itself_live_until_it_is_back(
    collector: Collector, tabs: Tabs, breaking: Breaking
) -> None:
    """On pages that are opened once: that costs more than what is then done to them."""
    for script, beginning in UNSHOWN:
        breaking.spoil(script, beginning, f"{beginning}\n  if (self.bad) throw 1;")
    await tabs.open(KINDS)
    await tabs.live()
    await a_change_cannot_be_fetched(collector, tabs, breaking)
    await what_is_fetched_fails(collector, tabs, breaking)
    await collector_and_web_server_fail(collector, tabs)
    await web_server_fails_first(collector, tabs)
    await sockets_fail(tabs, breaking)
    await a_change_cannot_be_shown(collector, tabs)


async def a_change_cannot_be_fetched(collector: Collector, tabs: Tabs, breaking: Breaking) -> None:
    """A page whose fragment it would be is late; a picture that got it by its socket is not."""
    # A picture that still fetches its first snapshot when the change comes has to ask for it once more.
    await asyncio.gather(*(page.wait_for_load_state("networkidle") for page in tabs.pages.values()))
    breaking.refused = FETCHED
    await collector.show("broken")
    every = tabs.pages
    tabs.pages = {address: page for address, page in every.items() if address not in PICTURES}
    await tabs.late("could not be fetched")
    tabs.pages = {address: page for address, page in every.items() if address in PICTURES}
    await tabs.live()
    for page in tabs.pages.values():
        await expect(page.locator(".pills")).to_contain_text("down")
    tabs.pages = every
    breaking.refused = None
    await tabs.live()


async def what_is_fetched_fails(collector: Collector, tabs: Tabs, breaking: Breaking) -> None:
    breaking.refused = FETCHED
    collector.collecting.offset += 1  # something was published that never came, and pulses go on
    await tabs.late("could not be fetched")
    collector.collecting.offset -= 1
    breaking.refused = None
    await tabs.live()


async def collector_and_web_server_fail(collector: Collector, tabs: Tabs) -> None:
    collector.muted = True
    await tabs.late("been heard since|not reported since|No cluster's collector")
    await tabs.context.route(re.compile(r"/healthz$"), lambda route: route.abort())
    await tabs.late("web server does not answer")
    await tabs.context.unroute(re.compile(r"/healthz$"))
    collector.muted = False
    await tabs.live()


async def web_server_fails_first(collector: Collector, tabs: Tabs) -> None:
    """Then nothing is said of the collector at any time."""
    await tabs.context.route(re.compile(r"/healthz$"), lambda route: route.abort())
    for page in tabs.pages.values():
        await page.evaluate(LISTEN)
    collector.muted = True
    await tabs.late("web server does not answer")
    for page in tabs.pages.values():
        assert "collector" not in await page.evaluate("self.said.join()"), page.url
    await tabs.context.unroute(re.compile(r"/healthz$"))
    collector.muted = False
    await tabs.live()


async def sockets_fail(tabs: Tabs, breaking: Breaking) -> None:
    await breaking.lose()
    await tabs.late("has not been reached since|has been lost since")
    breaking.cut = False
    await tabs.live()


async def a_change_cannot_be_shown(collector: Collector, tabs: Tabs) -> None:
    for page in tabs.pages.values():
        await page.evaluate("self.bad = true")
    await collector.show("")
    await asyncio.gather(*(all_hold(page, [NOT_LIVE], PATIENCE) for page in tabs.pages.values()))
    for page in tabs.pages.values():
        await page.evaluate("self.bad = false")
    await tabs.live()


async def test_a_page_whose_socket_never_opens_is_not_live(collector: Collector, tabs: Tabs, breaking: Breaking) -> None:
    breaking.cut = True
    await tabs.open()
    await tabs.late()


#: A script, a place in it, and what stands there instead.
Spoilt = tuple[str, str, str]


@pytest.mark.parametrize(
    ("missing", "spoilt"),
    [
        (r"/js/(pages/live|cluster)\.js", ()),  # it does not come
        (r"/js/gaps\.js", ()),  # a module of it does not
        (
            None,
            [
                ("pages/live.js", "shown();\n", "throw new Error('at start');\n"),
                ("cluster.js", "const socket = new", "throw new Error('at start');\nconst socket = new"),
            ],
        ),
        (
            None,
            [
                (
                    "freshness.js",
                    "export function freshness(facts) {",
                    "export function freshness(facts) {\n  throw new Error('x');",
                )
            ],
        ),
    ],
    ids=["does not come", "lacks a module", "throws", "cannot judge"],
)
async def test_a_page_whose_script_fails_at_the_start_turns_grey_by_itself(
    collector: Collector, tabs: Tabs, breaking: Breaking, missing: str | None, spoilt: Sequence[Spoilt]
) -> None:
    breaking.refused = re.compile(missing) if missing else None
    for one in spoilt:
        breaking.spoil(*one)
    await tabs.open(SCRIPTS)
    for address, page in tabs.pages.items():
        said = [] if address == "/wall/" else [f"{FRESHNESS}.includes('not live')"]
        await all_hold(page, [GREY, *said], PATIENCE)


AGES = "[...document.querySelectorAll('main [data-t^=a]:not(.for *), .entry time')].map((one) => one.textContent).join()"


async def test_pages_that_are_opened_while_the_collector_is_silent_are_grey_from_the_first_paint_and_their_ages_stand_still(
    collector: Collector, tabs: Tabs
) -> None:
    collector.muted = True
    await collector.show("broken")
    await collector.stream_is_old(50)
    scripts = re.compile(r"\.js$")
    await tabs.context.route(scripts, lambda route: route.abort())
    await tabs.open()
    for page in tabs.pages.values():
        await all_hold(page, [NOT_LIVE], PATIENCE)
    await tabs.context.unroute(scripts)
    await asyncio.gather(*(page.reload() for page in tabs.pages.values()))
    await tabs.late("been heard since|not reported since|No cluster's collector")
    first = {address: await page.evaluate(AGES) for address, page in tabs.pages.items()}
    page = tabs.pages["/"]
    await page.wait_for_function("(from) => Date.now() - from > 2500", arg=await page.evaluate("Date.now()"), timeout=PATIENCE)
    assert {address: await page.evaluate(AGES) for address, page in tabs.pages.items()} == first


@pytest.mark.parametrize("address", ["/", "/c/prod-eu-1/", "/wall/prod-eu-1/"])
async def test_signing_out_in_one_tab_is_said_in_the_other_within_5_s(collector: Collector, tabs: Tabs, address: str) -> None:
    await tabs.open((address,))
    await tabs.live()
    other = await tabs.context.new_page()
    await other.goto(f"{tabs.origin}/")
    begun = time.monotonic()
    await other.get_by_role("button", name="sign out").click()
    await expect(other.locator("#signed-out")).to_be_visible(timeout=PATIENCE)
    took = time.monotonic() - begun
    page = tabs.pages[address]
    # What the other tab waited for its answer is what a busy machine may take for this one's, over what is promised.
    await expect(page.locator("body")).to_contain_text(re.compile("signed out", re.IGNORECASE), timeout=5000 + 2000 * took)
    await all_hold(page, [NOT_LIVE], PATIENCE)
    await other.close()
