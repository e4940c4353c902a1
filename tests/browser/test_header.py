"""The header and the menus in a real Chromium: themes, the cluster's name, saving the picture, and what an upgrade does."""

import re
import time
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from msgspec.structs import replace
from playwright.sync_api import expect

from planes.live.wire import KeepAlive
from planes.structs.moments import Epoch
from planes.structs.rows import PlaneRow
from planes.structs.verdicts import State
from tests.browser.lending import Lender
from tests.browser.pictures import PICTURES
from tests.browser.reading import Theme, axe
from tests.browser.stage import Stage, end

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

THEME = "document.documentElement.dataset.theme ?? 'system'"
AGE, CLOCK = re.compile(r"\d+\s(s|min|h)\b"), re.compile(r"\d\d:\d\d")
Opened = Callable[..., Stage]


@pytest.fixture
def staged(lender: Lender, request: pytest.FixtureRequest) -> Iterator[Opened]:
    """A picture of three nodes on its stage, not yet opened."""
    stages: list[Stage] = []

    def go(
        *, width: int = 1920, long: bool = False, alone: bool = False, color_scheme: Theme = "light", picture: str = "3"
    ) -> Stage:
        now = time.time()
        told = PICTURES[picture](now)
        if long:
            planes = replace(
                told.cluster,
                control=PlaneRow(State.DEGRADED, "kube-controller-manager has no leader now", Epoch(now - 50)),
                data=PlaneRow(State.DOWN, "zone eu-1a and 34 more nodes are silent", Epoch(now - 50)),
            )
            told = replace(told, name="edge-eu-central-1-prod", cluster=planes)
        stages.append(Stage(lender.page((width, 1080), alone=alone, color_scheme=color_scheme), told))
        return stages[-1]

    yield go
    end(request.node.name, stages, lender)


def test_the_switch_goes_from_the_systems_theme_to_light_and_dark_and_is_remembered(staged: Opened) -> None:
    stage = staged(color_scheme="dark")
    stage.open()
    button = stage.page.get_by_role("button", name="Theme")
    expect(button).to_have_attribute("aria-label", "Theme: system")
    seen = []
    for _ in range(3):
        button.press("Enter")
        seen.append((stage.page.evaluate(THEME), button.get_attribute("aria-label")))
    assert seen == [("light", "Theme: light"), ("dark", "Theme: dark"), ("system", "Theme: system")]
    button.press("Enter")
    stage.open()
    assert stage.page.evaluate(THEME) == "light"
    assert stage.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(243, 246, 251)"


def test_the_chosen_theme_stands_before_the_first_paint(staged: Opened) -> None:
    stage = staged(color_scheme="dark", alone=True)
    stage.page.add_init_script("localStorage.setItem('planewatch-theme', 'light')")
    # The body's first appearance in the document comes before any paint of it.
    stage.page.add_init_script(
        "new MutationObserver((_, watch) => { if (document.body) { watch.disconnect();"
        " window.themeAtBody = document.documentElement.dataset.theme } }).observe(document, { childList: true, subtree: true })"
    )
    stage.open()
    assert stage.page.evaluate("window.themeAtBody") == "light"


def test_the_address_may_ask_for_a_theme(staged: Opened) -> None:
    stage = staged(alone=True)
    stage.page.add_init_script("localStorage.setItem('planewatch-theme', 'dark')")
    for asked, theme in (("light", "light"), ("dark", "dark"), ("system", "system"), ("pink", "dark")):
        stage.page.goto(f"{stage.origin}/c/prod-eu-1/?theme={asked}", wait_until="load")
        assert stage.page.evaluate(THEME) == theme, asked


def test_t_tells_times_as_ages_then_as_clock_times_and_the_choice_is_remembered(staged: Opened) -> None:
    stage = staged(alone=True, picture="120-broken")
    stage.open()
    page = stage.page
    button = page.get_by_role("button", name="Times:")
    ages, changes = page.locator("#attention .entry time"), page.locator("#changes time")
    horizon = "document.querySelector('.horizon').getBoundingClientRect().top"
    top = page.evaluate(horizon)
    told = {"relative": (AGE, AGE), "absolute": (CLOCK, CLOCK), "mixed": (AGE, CLOCK)}
    for times, (age, change) in told.items():
        page.keyboard.press("t")
        expect(page.locator("html")).to_have_attribute("data-times", times)
        expect(ages.first).to_have_text(age)
        expect(changes.first).to_have_text(change)
        assert page.evaluate(horizon) == top, "nothing jumps"
    for _ in ("relative", "absolute"):
        button.press("Enter")
    expect(button).to_have_attribute("aria-label", "Times: clock times")
    stage.open()
    expect(page.locator("#attention .entry time").first).to_have_text(CLOCK)
    expect(page.locator("[data-zone]")).to_have_text("UTC")


def test_a_long_reason_leaves_the_clusters_name_its_room_and_stays_whole(staged: Opened) -> None:
    stage = staged(long=True)
    stage.open()
    stage.drawn()
    cut = "element => element.scrollWidth > element.clientWidth"
    for width in (1920, 1440, 1366, 1280):
        stage.pulse()  # or it is late in the middle, and says other words
        stage.resize(width, 1080)
        assert stage.page.locator(".crumb h1").evaluate(cut) is False, width
        for words in (
            "control plane",
            "data plane",
            "kube-controller-manager has no leader now",
            "zone eu-1a and 34 more nodes are silent",
        ):
            assert stage.page.locator(".pill span", has_text=words).evaluate(cut) is False, width
        assert stage.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width


def test_the_header_gives_away_first_the_version_then_the_words_of_the_navigation_then_the_clock(staged: Opened) -> None:
    stage = staged(long=True)
    stage.open()
    stage.drawn()
    page = stage.page
    seen = """() => ['#facts', '.site nav span', '.site .logo span', '#clock'].map(one => {
      const box = document.querySelector(one).getBoundingClientRect();
      return box.width > 1 && box.height > 1;
    })"""
    frames = "requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done)))"
    told = []
    for width in (2560, 1920, 1600, 1440, 1366, 1280, 1130, 1024):
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(f"() => new Promise(done => {frames})")
        told.append(page.evaluate(seen))
    # What goes later stands only where what goes earlier has gone.
    assert all(one == sorted(one) for one in told), told
    assert told[0] == [True] * 4
    assert told[-1] == [False] * 4


@pytest.mark.parametrize(
    ("widths", "control", "data"),
    [
        ((390, 900, 1130, 1440, 1920), State.NOT_OBSERVABLE, State.UNKNOWN),
        ((1440,), State.HEALTHY, State.DEGRADED),  # the one says why, and takes nothing of the other
    ],
)
def test_the_word_of_a_states_plane_is_never_cut_whatever_the_clusters_name(
    staged: Opened, widths: tuple[int, ...], control: State, data: State
) -> None:
    """The name that `aws eks update-kubeconfig` writes, should there be no shorter one; the longest words; a long reason."""
    stage = staged(long=True)
    planes = replace(
        stage.snapshot.cluster,
        control=PlaneRow(control, "nothing of it can be seen" if control != State.HEALTHY else "", Epoch(time.time() - 50)),
        data=PlaneRow(data, "1 of 24 nodes needs you", Epoch(time.time() - 50), last="degraded" if data == State.UNKNOWN else ""),
    )
    name = "arn:aws:eks:us-east-1:123456789012:cluster/ecommerce-production"
    stage.snapshot = replace(stage.snapshot, name=name, cluster=replace(planes, version="v1.31.13-eks-ecaa3a6", distribution="EKS"))
    stage.open()
    stage.drawn()
    whole = """() => [...document.querySelectorAll('.pill')].map(pill => {
      const word = pill.querySelector('b'), box = word.getBoundingClientRect(), around = pill.getBoundingClientRect();
      const next = document.querySelector('#freshness').getBoundingClientRect();
      const under = next.top < box.bottom && next.bottom > box.top && next.left < box.right && next.right > box.left;
      return [word.textContent, word.scrollWidth <= word.clientWidth || getComputedStyle(word).display === 'inline',
        box.right <= around.right && box.right <= innerWidth && box.left >= around.left, under];
    })"""
    words = [str(state.value).replace("_", " ") for state in (control, data)]
    stage.paint(False)
    for width in widths:
        stage.pulse()
        stage.resize(width, 1080)
        assert stage.page.evaluate(whole) == [[word, True, True, False] for word in words], width
        assert stage.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, width


def test_where_nobody_vouches_for_the_picture_both_pills_say_so_and_all_of_the_header_has_its_room(staged: Opened) -> None:
    stage = staged()
    stage.open()
    stage.drawn()
    stage.pulse(at=time.time() - 20)
    stage.page.locator("body.is-blind").wait_for(timeout=10_000)
    cut = "() => [...document.querySelectorAll('.pill .last')].filter(one => one.scrollWidth > one.clientWidth).length"
    out = "() => [...document.querySelectorAll('.site *')].filter(one => one.getBoundingClientRect().right > innerWidth + 1).length"
    for width in (1130, 1440, 1600, 1920):
        stage.resize(width, 1080)
        told = ["control plane unknown (was healthy)", "data plane unknown (was healthy)"]
        expect(stage.page.locator(".pill"), str(width)).to_have_text(told, use_inner_text=True)
        assert stage.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, width
        if width >= 1440:
            assert stage.page.evaluate(cut) == 0, width
        assert stage.page.evaluate(out) == 0, width


def test_a_pill_says_its_state_and_then_why(staged: Opened) -> None:
    stage = staged(long=True)
    stage.open()
    stage.drawn()
    stage.pulse()
    told = [
        "control plane degraded kube-controller-manager has no leader now",
        "data plane down zone eu-1a and 34 more nodes are silent",
    ]
    expect(stage.page.locator(".pill")).to_have_text(told, use_inner_text=True)


def test_the_picture_is_saved_from_the_keyboard_in_the_theme_that_is_seen(staged: Opened) -> None:
    stage = staged(color_scheme="light")
    stage.open()
    stage.drawn()
    summary = stage.page.locator("#picture-menu summary")
    summary.focus()
    stage.page.keyboard.press("Enter")
    stage.page.keyboard.press("Tab")
    link = stage.page.locator("#picture-menu a", has_text="as SVG")
    expect(link).to_be_focused()
    expect(link).to_have_attribute("href", "/c/prod-eu-1/picture.svg?download=&theme=light")
    stage.page.keyboard.press("Escape")
    expect(link).to_be_hidden()
    expect(summary).to_be_focused()


@pytest.mark.parametrize("menu", ["pages", "picture"])
def test_axe_finds_nothing_in_an_open_menu(staged: Opened, menu: str) -> None:
    stage = staged()
    stage.open()
    stage.drawn()
    stage.pulse()
    stage.page.locator(f"#{menu}-menu summary").click()
    assert axe(stage.page, f"#{menu}-menu", first=stage.pulse) == []


def test_after_an_upgrade_the_page_begins_again_once(staged: Opened) -> None:
    stage = staged(alone=True)
    loads: list[str] = []
    stage.page.on("load", lambda page: loads.append(page.url))
    stage.open()
    stage.drawn()
    stage.send(KeepAlive(hb=time.time(), app=settings.STATIC_VERSION))
    with stage.page.expect_event("load"):
        stage.send(KeepAlive(hb=time.time(), app="0123456789ab"))
    stage.drawn()
    stage.send(KeepAlive(hb=time.time(), app="0123456789ab"))
    stage.send(KeepAlive(hb=time.time() + 2, app="0123456789ab"))
    # Both have been heard once a pulse that was sent after them shows.
    stage.pulse()
    expect(stage.page.locator("#freshness")).to_contain_text("live")
    assert len(loads) == 2
