"""The cluster page in a real Chromium: what a person sees and does while the wire says this and that."""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Unpack
from urllib.parse import parse_qs, urlsplit

import pytest
from msgspec.structs import replace
from playwright.sync_api import Page, expect

from planes.live.wire import Delta, GoneRows, Snapshot, Update
from planes.structs.moments import Epoch
from planes.structs.rows import AttentionRow, InstanceRow
from planes.structs.verdicts import State
from tests.browser.building import ail, control_plane, nodes, snapshot, values
from tests.browser.lending import Lender, Options
from tests.browser.pictures import PICTURES
from tests.browser.reading import AXE, axe
from tests.browser.stage import Stage, Standing, end

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

DESK = {"width": 1920, "height": 1080}
SIZES = [(1920, 1080), (3840, 2160), (1080, 1920), (390, 844), (1366, 768)]


Opened = Callable[..., Stage]


@pytest.fixture
def opened(lender: Lender, request: pytest.FixtureRequest) -> Iterator[Opened]:
    """Open a picture by its name; the page must end without a broken policy, a missing file or an error."""
    stages: list[Stage] = []

    def go(name: str | Snapshot, *, size: tuple[int, int] = (1920, 1080), drawn: bool = True, **options: Unpack[Options]) -> Stage:
        page = lender.page(size, **options)
        now = time.time()
        stage = Stage(page, PICTURES[name](now) if isinstance(name, str) else name)
        stages.append(stage)
        stage.open()
        if drawn:
            stage.drawn()
            stage.pulse()
        return stage

    yield go
    end(request.node.name, stages, lender)


def delta(stage: Stage, offset: int, **update: object) -> Delta:
    """The delta that follows the one before."""
    return Delta(o=offset, prev=offset - 1, epoch=stage.snapshot.epoch, at=time.time(), u=Update(**update), x=GoneRows())  # type: ignore[arg-type]  # keywords of the caller's


def live(page: Page) -> None:
    expect(page.locator("#freshness")).to_contain_text("live · ")
    expect(page.locator("#freshness")).not_to_contain_text("not live")


def test_the_picture_stands_and_says_that_it_is_live(opened: Opened) -> None:
    page = opened("120-broken").page
    live(page)
    expect(page.locator(".unit")).to_have_count(4)
    expect(page.locator(".unit.state-degraded")).to_contain_text("5 pods have waited")
    expect(page.locator(".api")).to_contain_text("1,284")
    expect(page.locator("#attention-title")).to_have_text("Needs attention · 4")
    assert "the lease allows 40\u00a0s" in page.locator("#attention").inner_text(), "a unit is never on the next line"
    expect(page.locator(".pill.state-down")).to_contain_text("3 of 120 nodes need attention")
    expect(page).to_have_title("down · prod-eu-1 · Planewatch")
    expect(page.locator("#favicon")).to_have_attribute("href", re.compile(r"down\.svg"))


def test_a_delta_changes_what_is_drawn_without_a_reload(opened: Opened) -> None:
    stage = opened("120")
    page = stage.page
    expect(page.locator(".rail")).to_contain_text("Nothing needs attention")
    before = page.locator("#field canvas").last.evaluate("canvas => canvas.toDataURL()")
    now = time.time()
    node = nodes(120, now)[40]
    ail(node, "down", "container runtime is down", now, runtime="down")
    entry = AttentionRow("k", "Node", "node-40", "node-40 · container runtime", State.DOWN, "container runtime is down", Epoch(now))
    stage.send(delta(stage, 11, nodes=[values(node)], attention=[entry]))
    expect(page.locator("#attention-title")).to_have_text("Needs attention · 1")
    expect(page.locator("#announcer")).to_contain_text("Needs attention: node-40 · container runtime")
    page.wait_for_function("before => [...document.querySelectorAll('#field canvas')].at(-1).toDataURL() !== before", arg=before)
    assert stage.fetched == 1


def test_a_missed_delta_is_noticed_and_the_picture_fetched_again(opened: Opened) -> None:
    stage = opened("120")
    stage.snapshot = PICTURES["120-broken"](time.time())
    stage.snapshot.o = 15
    stage.send(delta(stage, 15))  # continues 14; the page has 10
    expect(stage.page.locator("#attention-title")).to_have_text("Needs attention · 4")
    assert stage.fetched == 2


def test_a_pulse_that_names_a_lost_delta_fetches_the_picture_again(opened: Opened) -> None:
    stage = opened("120")
    stage.snapshot = PICTURES["120-broken"](time.time())
    stage.snapshot.o = 12
    stage.pulse()
    expect(stage.page.locator("#attention-title")).to_have_text("Needs attention · 4")


def test_without_a_pulse_the_picture_is_late_after_5_s_and_live_with_the_next(opened: Opened) -> None:
    stage = opened("120")
    page = stage.page
    live(page)
    begun = time.monotonic()
    page.locator("#cluster.is-late").wait_for(timeout=20_000)
    assert time.monotonic() - begun > 3, "not at the first moment without one"
    expect(page.locator("#overlay")).to_contain_text("The collector of this cluster has not reported since")
    expect(page.locator("#freshness")).to_contain_text("not live")
    expect(page.locator("#picture")).to_have_css("filter", re.compile("saturate"))
    expect(page).to_have_title(re.compile("^not live"))
    stage.pulse()
    live(page)
    expect(page.locator("#overlay")).to_be_hidden()


def test_an_api_server_that_does_not_answer_is_said_with_its_fault_and_the_next_try(opened: Opened) -> None:
    stage = opened("gone")
    stage.pulse(heard=time.time() - 134)
    overlay = stage.page.locator("#overlay")
    expect(overlay).to_contain_text("2 min 14 s old")
    expect(overlay).to_contain_text("The API server has not answered since")
    expect(overlay).to_contain_text("Connection refused at 10.0.0.1:6443.")
    expect(overlay).to_contain_text("Next attempt in")
    expect(stage.page.locator("#pills")).to_contain_text("API server refuses connections")


def test_a_lost_connection_is_late_at_once_and_comes_back_by_itself(opened: Opened) -> None:
    stage = opened("120")
    page = stage.page
    live(page)
    stage.cut()
    expect(page.locator("#overlay")).to_contain_text("The connection to Planewatch has been lost", timeout=15_000)
    stage.refused = False
    page.locator("#cluster:not(.is-late)").wait_for(timeout=20_000)
    assert len(stage.sockets) >= 2
    stage.pulse()
    live(page)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("empty", ["Waiting for the first list"]),
        ("unreachable", ["This cluster cannot be seen", "does not resolve", "Check the cluster's server address"]),
        ("forbidden", ["Nodes may not be read", "Grant get, list and watch on nodes", "manage.py doctor", "Cannot be seen · 5"]),
        ("no-nodes", ["No nodes yet"]),
    ],
)
def test_where_there_is_nothing_to_draw_it_is_said_why_and_what_helps(opened: Opened, name: str, said: list[str]) -> None:
    stage = opened(name, drawn=False)
    stage.drawn()
    if name == "unreachable":
        stage.pulse(heard=0.0)
    elif name != "empty":
        stage.pulse()
    for text in said:
        expect(stage.page.locator("#cluster")).to_contain_text(text, ignore_case=True)


def test_arrow_keys_move_between_nodes_and_enter_opens_the_page(opened: Opened) -> None:
    page = opened("120").page
    link = page.locator(".roving")
    link.focus()
    expect(link).to_have_attribute("href", "/c/prod-eu-1/nodes/node-0/")
    expect(page.locator(".hover")).to_contain_text("node-0")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".hover .name")).not_to_have_text(re.compile("^node-[01]$"))
    name = page.locator(".hover .name").inner_text()
    expect(link).to_have_attribute("href", f"/c/prod-eu-1/nodes/{name}/")
    expect(link).to_have_attribute("aria-label", f"{name}, healthy")
    page.keyboard.press("Escape")
    expect(page.locator(".hover")).to_be_hidden()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/nodes/{name}/")


def test_the_pointer_opens_a_nodes_card_and_a_click_its_page(opened: Opened) -> None:
    stage = opened("120-broken")
    page = stage.page
    field = page.locator("#field").bounding_box()
    assert field
    page.mouse.move(field["x"] + 40, field["y"] + 70)
    expect(page.locator(".hover")).to_contain_text("node-0")
    expect(page.locator(".hover")).to_contain_text("containerd 2.1.4")
    stage.violations.clear()  # the stage has no detail of nodes and answers 404
    page.mouse.click(field["x"] + 40, field["y"] + 70)
    page.wait_for_url("**/nodes/node-0/")
    stage.violations.clear()


@pytest.mark.parametrize(
    ("name", "sizes"),
    [
        *((name, (SIZES[0], SIZES[3])) for name in ("3-broken", "one-long", "forty-groups", "gone")),
        ("30", SIZES[:1]),
        ("120-broken", (SIZES[0], SIZES[1], SIZES[2], SIZES[4])),
        ("nine-servers", SIZES),
    ],
)
def test_nothing_is_cut_off_or_pushed_aside(
    opened: Opened, standing: Standing, name: str, sizes: Sequence[tuple[int, int]]
) -> None:
    # Its name is longer too, and stands in the header that the server sends.
    stage = opened(name, size=sizes[0]) if name == "one-long" else standing.show(PICTURES[name](time.time()), sizes[0])
    stage.paint(False)
    for size in sizes:
        stage.resize(*size)
        fits(stage.page, size)


def fits(page: Page, size: tuple[int, int]) -> None:
    """The picture stands beside itself, within the screen."""
    wide, tall = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    assert wide <= size[0]
    if size[0] >= 1080:
        assert tall <= size[1], "the picture fits the screen"
    overlaps = page.evaluate(
        """() => {
          const boxes = [...document.querySelectorAll('.unit, .api, .zone')].map(e => [e, e.getBoundingClientRect()]);
          const hit = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
          const pairs = [];
          boxes.forEach(([e, a], i) => boxes.slice(i + 1).forEach(([f, b]) => hit(a, b) && pairs.push([e.className, f.className])));
          const parts = [...document.querySelectorAll('.api > *')].map(e => e.getBoundingClientRect());
          parts.forEach((a, i) => parts.slice(i + 1).forEach(b => hit(a, b) && pairs.push(['in the bar'])));
          return pairs;
        }"""
    )
    assert overlaps == []


def test_5000_nodes_fit_the_screen_and_are_all_drawn(standing: Standing) -> None:
    page = standing.show(PICTURES["5000"](time.time()), SIZES[0]).page
    expect(page.locator("#field")).to_have_attribute("data-level", "cell")
    assert page.locator("#field").evaluate("field => field.scrollHeight <= field.clientHeight + 1")
    expect(page.locator("#data-count")).to_contain_text("5,000 nodes")


#: What is not well comes first; axe reads hundreds of rows that look like those before them for two thirds of its time.
FEWER_ROWS = "() => document.querySelectorAll('#tables tr:nth-child(n + 21)').forEach(row => row.remove())"


@pytest.mark.parametrize("name", ["3-broken", "120-broken", "5000", "empty", "unreachable", "forbidden", "managed", "gone"])
def test_axe_finds_nothing_in_either_theme(opened: Opened, name: str) -> None:
    stage = opened(name, drawn=False)
    stage.drawn()

    def again() -> None:
        if name in ("empty", "gone"):
            if stage.page.locator("#cluster.is-late").count():
                stage.open()
                stage.drawn()
                stage.page.evaluate(AXE)
        else:
            stage.pulse(heard=0.0 if name == "unreachable" else None)

    again()
    if name == "120-broken":
        stage.page.click("#as-tables")
    stage.page.evaluate(FEWER_ROWS)
    assert axe(stage.page, first=again) == []


def test_without_javascript_the_same_is_there_as_tables(opened: Opened) -> None:
    page = opened("120-broken", drawn=False, java_script_enabled=False).page
    expect(page.locator("[data-table=nodes] tr")).to_have_count(120)
    expect(page.locator("[data-table=components]")).to_contain_text("kube-scheduler")
    expect(page.locator("[data-table=nodes]").get_by_text("container runtime is down")).to_be_visible()


def test_the_tables_are_kept_live_while_they_are_open(opened: Opened) -> None:
    stage = opened("120")
    page = stage.page
    expect(page.locator("#tables")).to_be_hidden()
    page.click("#as-tables")
    now = time.time()
    node = nodes(120, now)[7]
    ail(node, "degraded", "No heartbeat for a while", now, kubelet="degraded")
    stage.send(delta(stage, 11, nodes=[values(node)]))
    expect(page.locator("[data-table=nodes] tr").first).to_contain_text("node-7", timeout=15_000)
    expect(page.locator("[data-table=nodes] tr").first).to_contain_text("No heartbeat for a while")


def test_the_layout_does_not_jump_when_the_picture_comes_or_its_numbers_run(opened: Opened) -> None:
    stage = opened("120-broken", drawn=False)
    page = stage.page
    page.evaluate(
        "() => { window.jumps = 0; new PerformanceObserver(list => list.getEntries().forEach(e => { window.jumps += e.value; }))"
        ".observe({ type: 'layout-shift', buffered: true }); }"
    )
    stage.drawn()
    stage.pulse()
    live(page)
    top = page.locator(".horizon").bounding_box()
    stage.send(delta(stage, 11, components=list(PICTURES["120"](time.time()).components)))
    expect(page.locator(".unit.state-degraded")).to_have_count(0)
    assert page.locator(".horizon").bounding_box() == top
    assert page.evaluate("window.jumps") < 0.01


def test_a_click_on_the_last_24_hours_leads_to_that_moment_and_none_to_before_all_that_is_remembered(opened: Opened) -> None:
    page = opened("120-broken").page
    ribbon = page.locator("#day .ribbon").first
    expect(ribbon).to_be_visible()
    box = ribbon.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.1, box["y"] + 4)
    assert "at=" not in page.url
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 4)
    page.wait_for_url(re.compile(r"[?&]at=.*lens=24h"))
    at = datetime.fromisoformat(parse_qs(urlsplit(page.url).query)["at"][0]).timestamp()
    assert abs(time.time() - 43_200 - at) < 600


POOL = "gke-prod-europe-west1-general-pool-d2b25767"


def pool(now: float) -> Snapshot:
    """Twelve nodes as a provider names them, with the longest words that their agents can say."""
    listed = nodes(12, now, control=0, zones=("europe-west1-b",))
    for at, node in enumerate(listed):
        node["name"] = f"{POOL}-{at:04x}.c.my-project.internal"
        node["runtime_version"] = "cri-o://1.31.3-5.rhaos4.18.gitbc5c5e4.el9"
    ail(listed[0], "unknown", "Nothing is heard.", now - 5, kubelet="unknown", proxy="not_observable", runtime="unknown")
    return snapshot(now, listed, control_plane(now))


def test_nodes_of_a_pool_are_told_apart_and_no_word_of_a_state_is_cut(standing: Standing) -> None:
    stage = standing.show(pool(time.time()), (390, 844))
    stage.paint(False)
    names = [f"{POOL}-{at:04x}" for at in range(12)]
    for size in ((390, 844), (1440, 900), (1920, 1080), (3840, 2160)):
        stage.pulse()  # or it is late in the middle, and its words are longer
        stage.resize(*size)
        told = stage.page.locator(".seat:not([hidden]) .node").evaluate_all(
            """cards => cards.map(card => {
              const link = card.querySelector('h4 a'), name = link.querySelector('bdi'), around = card.getBoundingClientRect();
              const end = name.getBoundingClientRect().right <= link.getBoundingClientRect().right + 1;
              const parts = [...card.querySelectorAll('.word, .version')].filter(part => part.getClientRects().length);
              const cut = parts.filter(part => part.matches('.word:not(.beat)') && part.scrollWidth > part.clientWidth + 1);
              const out = parts.filter(part => part.getBoundingClientRect().right > around.right - 4);
              return [name.textContent, link.title, end, [...cut, ...out].map(part => part.textContent)];
            })"""
        )
        assert sorted(told) == [[name, f"{name}.c.my-project.internal", True, []] for name in names], size


@pytest.mark.parametrize("address", ["172.20.0.1", "fd00::1"])
def test_an_api_server_known_by_its_address_alone_is_called_by_it(standing: Standing, address: str) -> None:
    told = PICTURES["3"](time.time())
    one = InstanceRow(address, address, False, State.HEALTHY, "", "v1.20.8", None)
    server = replace(next(row for row in told.components if row.kind == "kube-apiserver"), instances=(one,))
    others = [row for row in told.components if row.kind != "kube-apiserver"]
    page = standing.show(replace(told, components=[server, *others]), SIZES[0]).page
    expect(page.locator(".server .name")).to_have_text(address)
