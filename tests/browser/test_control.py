"""The sky in a real Chromium: every shape of a control plane without overlap, its charts, its arrows, and what it says."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Unpack

import pytest
from msgspec.structs import replace
from playwright.sync_api import Page, expect

from planes.live.wire import Delta, GoneRows, Snapshot, Update
from tests.browser.lending import Lender, Options
from tests.browser.pictures import PICTURES
from tests.browser.reading import axe
from tests.browser.skies import SKIES
from tests.browser.stage import Stage, Standing, end
from tests.sampling import sample_row, value_of

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

SIZES = [(1920, 1080), (3840, 2160), (1080, 1920), (1366, 768), (1280, 720), (960, 540), (820, 1180), (390, 844)]

CHECK = (Path(__file__).parent / "nothing_cut.js").read_text()

Opened = Callable[..., Stage]


@pytest.fixture
def opened(lender: Lender, request: pytest.FixtureRequest) -> Iterator[Opened]:
    """Open a sky by its name; the page must end without a broken policy, a missing file or an error."""
    stages: list[Stage] = []

    def go(name: str | Snapshot, *, size: tuple[int, int] = (1920, 1080), **options: Unpack[Options]) -> Stage:
        page = lender.page(size, **options)
        stage = Stage(page, SKIES[name](time.time()) if isinstance(name, str) else name)
        stages.append(stage)
        stage.open()
        stage.drawn()
        stage.pulse()
        return stage

    yield go
    end(request.node.name, stages, lender)


def tell(stage: Stage, offset: int, **update: object) -> None:
    """The delta that follows the one before."""
    told = Update(**update)  # type: ignore[arg-type]  # keywords of the caller's
    stage.send(Delta(o=offset, prev=offset - 1, epoch=stage.snapshot.epoch, at=time.time(), u=told, x=GoneRows()))
    stage.snapshot.o = offset


#: Boxes that lie on each other, and texts that leave their card.
_CLASHES = """() => {
  const hit = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  const found = [];
  const apart = (selector, scope = document) => {
    const shown = [...scope.querySelectorAll(selector)].filter(e => e.getClientRects().length);
    const boxes = shown.map(e => [e, e.getBoundingClientRect()]);
    boxes.forEach(([e, a], i) => boxes.slice(i + 1).forEach(([f, b]) => {
      if (!e.contains(f) && hit(a, b)) found.push(`${e.className || e.tagName} on ${f.className || f.tagName}`);
    }));
  };
  apart('.unit, .api, .horizon, .zone');
  for (const card of document.querySelectorAll('.unit, .api')) {
    apart('h3 > *, .role, .traffic, .chip, .absent, p.line, .checks span, .version, .server, .figure', card);
    const whole = card.getBoundingClientRect();
    for (const part of card.querySelectorAll('h3, p, li, dt, dd, svg.spark')) {
      if (!part.getClientRects().length || part.closest('.visually-hidden')) continue;
      const box = part.getBoundingClientRect();
      const out = Math.max(whole.left - box.left, box.right - whole.right, whole.top - box.top, box.bottom - whole.bottom);
      if (out > 1) found.push(`${part.className || part.tagName} leaves ${card.dataset.kind} by ${out}`);
    }
  }
  for (const figure of document.querySelectorAll('.figure dt, .figure dd')) {
    if (figure.scrollWidth > figure.clientWidth + 1) found.push(`cut: ${figure.textContent.trim()}`);
  }
  return found;
}"""


#: Names, reasons and versions that do not have the room that they need.
_CUT = """(names) => [...document.querySelectorAll(`.sky h3 a, .sky .role, .sky .line, .sky .version, .sky .said${names}`)]
  .filter(e => e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 2).map(e => e.textContent.trim())"""
#: Where it is looked for what keeps a reader out: what test_picture.py does not look at on whole pages (three API servers, what a
#: provider hides, a cluster that is not heard).
READ = {"servers-9", "external-etcd", "k3s", "ill", "begun-1"}


def a_chart_says_its_span_its_range_and_its_last_value(page: Page) -> None:
    charts = page.locator(".api .figures .spark")
    expect(charts).to_have_count(4)
    words = charts.first.get_attribute("aria-label") or ""
    assert words.startswith("requests per second over the last 58 min: ")
    last = [value_of(row, "requests") for row in SKIES["servers-3"](time.time()).series][-1]
    assert words.endswith(f", now {last:,.0f}")


def an_api_server_that_is_not_heard_shows_no_figure_as_if_it_were_now(page: Page) -> None:
    expect(page.locator(".is-requests dd").first).to_contain_text("not known now")
    expect(page.locator(".is-requests .spark.is-old")).to_have_count(1)
    expect(page.locator(".traffic")).not_to_contain_text("/s")
    expect(page.locator(".server.state-unknown, .chip.state-unknown")).to_have_count(12)
    expect(page.locator(".arrow.is-well")).to_have_count(0)
    expect(page.locator(".api p.line")).to_contain_text("It has refused connections for 6 min 4")


def arrows_are_as_well_as_their_ends(page: Page) -> None:
    expect(page.locator(".arrow")).to_have_count(4 + 3)
    states = [(arrow.get_attribute("class") or "").split()[-1] for arrow in page.locator(".arrow").all()]
    assert states == ["is-broken", "is-hidden", "is-well", "is-hidden", "is-well", "is-well", "is-well"]


def an_addon_that_is_not_well_says_so_in_a_word(page: Page) -> None:
    expect(page.locator(".addon.state-down")).to_contain_text("DNS down")


def one_process_is_one_card_with_a_way_to_each_of_its_parts(page: Page) -> None:
    card = page.locator(".unit.is-process")
    expect(card).to_contain_text("k3s process")
    expect(page.locator(".unit")).to_have_count(2)
    expect(card.locator("a")).to_have_text(["kube-controller-manager", "kube-scheduler"])
    assert (card.locator("a").last.get_attribute("href") or "").endswith("/kube-scheduler/")
    expect(card.locator(".line")).to_have_count(1)
    assert card.evaluate("card => getComputedStyle(card).borderStyle") == "dashed"


def what_is_not_visible_is_said_and_drawn_dashed(page: Page) -> None:
    expect(page.locator(".api")).to_contain_text("run by EKS")
    expect(page.locator(".api")).to_contain_text("its instances are not visible from here")
    expect(page.locator(".unit[data-kind=etcd]")).to_contain_text("its members are not visible from here")
    assert page.locator(".api").evaluate("card => getComputedStyle(card).borderStyle") == "dashed"
    expect(page.locator(".unit[data-kind=kube-scheduler] .leader")).to_have_count(1)


def beyond_nine_instances_the_rest_is_a_number_and_the_leader_is_among_those_shown(page: Page) -> None:
    expect(page.locator(".server")).to_have_count(9)
    expect(page.locator(".server.more")).to_have_text("+ 4")
    expect(page.locator(".unit[data-kind=kube-controller-manager] .leader")).to_have_count(1)


#: What else a sky shows, at a desk.
SHOWN: dict[str, tuple[Callable[[Page], None], ...]] = {
    "servers-3": (a_chart_says_its_span_its_range_and_its_last_value,),
    "unheard": (an_api_server_that_is_not_heard_shows_no_figure_as_if_it_were_now,),
    "ill": (
        arrows_are_as_well_as_their_ends,
        an_addon_that_is_not_well_says_so_in_a_word,
    ),
    "k3s": (one_process_is_one_card_with_a_way_to_each_of_its_parts,),
    "managed-eks": (what_is_not_visible_is_said_and_drawn_dashed,),
    "servers-12": (beyond_nine_instances_the_rest_is_a_number_and_the_leader_is_among_those_shown,),
}


@pytest.mark.parametrize("name", SKIES)
def test_all_that_a_sky_is_for_is_shown_and_nothing_lies_on_anything_leaves_its_card_is_cut_or_keeps_a_reader_out(
    standing: Standing, name: str
) -> None:
    """All that is to be seen of a sky, on one page: to open one costs more than to look at it."""
    stage = standing.show(SKIES[name](time.time()), SIZES[0])
    page = stage.page
    for is_shown in SHOWN.get(name, ()):
        is_shown(page)
    if name != "servers-12":
        assert page.evaluate(_CUT, ", .sky .name") == []
    stage.paint(False)
    for width, height in SIZES:
        stage.pulse()  # or it is late in the middle, and its words are longer
        stage.resize(width, height)
        assert page.evaluate(_CLASHES) == [], f"{width}x{height}"
        # Names of instances keep their ends where they have little room, and say themselves whole in a tip.
        assert page.evaluate(_CUT, "") == [], f"{width}x{height}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    if name in READ:
        stage.paint()
        stage.resize(*SIZES[0])
        assert axe(page, "section.sky", first=stage.pulse) == []


@pytest.mark.parametrize("name", ["3-broken", "12", "k3s"])
def test_no_text_of_few_nodes_is_cut_on_laptops_and_tablets(standing: Standing, name: str) -> None:
    stage = standing.show((PICTURES | SKIES)[name](time.time()), SIZES[0])
    stage.paint(False)
    for width, height in ((1280, 720), (1366, 768), (1440, 900), (1536, 864), (820, 1180)):
        stage.pulse()
        stage.resize(width, height)
        assert stage.page.evaluate(CHECK) == [], f"{width}x{height}"


def test_a_new_sample_moves_the_chart_and_a_known_one_does_not(standing: Standing) -> None:
    stage = standing.show(SKIES["servers-3"](time.time()), SIZES[0])
    chart = stage.page.locator(".is-requests .spark")
    before = chart.get_attribute("aria-label")
    tell(stage, 11, samples=[stage.snapshot.series[-1]], components=[stage.snapshot.components[4]])
    stage.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert chart.get_attribute("aria-label") == before
    tell(stage, 12, samples=[sample_row(time.time(), requests=4321.0)])
    expect(chart).to_have_attribute("aria-label", re.compile("now 4,321$"))


def test_where_cards_stand_in_several_lines_each_has_a_way_to_the_bar_by_the_margin(standing: Standing) -> None:
    page = standing.show(SKIES["ill"](time.time()), SIZES[-1]).page
    expect(page.locator(".arrow.down")).to_have_count(4)
    inside = page.evaluate(
        """() => {
          const width = document.documentElement.clientWidth;
          const cards = [...document.querySelectorAll('.unit')].map(card => card.getBoundingClientRect());
          return [...document.querySelectorAll('.arrow.down')].every(arrow => {
            const box = arrow.getBoundingClientRect();
            const beside = card => box.right <= card.left + 2 || box.left >= card.right - 2;
            return box.left >= 0 && box.right <= width && cards.every(beside);
          });
        }"""
    )
    assert inside
    states = {(arrow.get_attribute("class") or "").split()[-1] for arrow in page.locator(".arrow.down").all()}
    assert states == {"is-broken", "is-hidden", "is-well"}


def test_the_arrow_to_the_store_weighs_as_much_as_its_traffic(standing: Standing) -> None:
    def weight(page: Page) -> float:
        return float(page.locator(".arrow path").first.get_attribute("stroke-width") or 0)

    now = time.time()
    sky = SKIES["servers-3"](now)
    calm, busy, untold = (replace(sky, series=[sample_row(now - 5, etcd_requests=rate)]) for rate in (1.0, 900.0, None))
    weights = [weight(standing.show(told, SIZES[0]).page) for told in (calm, busy, untold)]
    assert weights[2] < weights[0] < weights[1]


def test_one_scrape_is_a_dot_and_a_gap_is_a_gap(opened: Opened) -> None:
    stage = opened("begun-1")
    page = stage.page
    expect(page.locator(".api .figures .spark")).to_have_count(1)  # in flight: a rate needs two scrapes
    assert (page.locator(".api .figures .spark .curve").get_attribute("d") or "").endswith("h0")
    assert (page.locator(".api .figures .spark").get_attribute("aria-label") or "") == "requests in flight: one sample, now 21"
    # What the figure is, for whoever has come to it by the keyboard, until the next key.
    page.locator(".api .figures dd[tabindex]").first.focus()
    said = re.compile(r"requests per second: 1,284 over up to 5\smin; read \d+\ss ago")
    expect(page.get_by_role("tooltip")).to_contain_text(said)
    page.keyboard.press("Escape")
    expect(page.locator("#tip")).to_be_hidden()
    curves = []
    for name in ("servers-3", "gap"):
        stage.show(SKIES[name](time.time()))
        curves.append(page.locator(".is-requests .curve").get_attribute("d") or "")
    assert [curve.count("M") for curve in curves] == [1, 2]


def test_the_horizon_stays_where_it_is_while_reasons_come_grow_and_go(opened: Opened) -> None:
    stage = opened("servers-3", size=(1440, 900))
    page = stage.page
    page.evaluate(
        "() => { window.jumps = [0]; new PerformanceObserver(list => list.getEntries().forEach(e => window.jumps.push(e.value)))"
        ".observe({ type: 'layout-shift' }); }"
    )
    horizon = "() => document.querySelector('.horizon').getBoundingClientRect().top"
    before = page.evaluate(horizon)
    etcd, api = stage.snapshot.components[0], stage.snapshot.components[4]
    first = "Its check of etcd has been failing for 9 s"
    reasons = (
        f"{first}.",
        f"{first} min 59 s. Nothing can be changed; cached objects can still be read, and pods keep running.",
        f"{first} h 59 min. Nothing can be changed; cached objects can still be read. Also: 4.1 % of requests fail with 5xx; its"
        " /readyz checks etcd and etcd-readiness have been failing for 2 h 59 min 59 s, as its /livez check has for 3 h.",
        f"{first} h 59 min: " + ", ".join(f"https://10.0.0.{one}:2379 refused the connection" for one in range(9)) + ".",
        f"{first} h 59 min " + "without a clause that could go " * 12 + ".",
        "",
    )
    for at, because in enumerate(reasons):
        state = "down" if because else "healthy"
        tell(stage, 11 + at, components=[replace(one, state=state, because=because) for one in (etcd, api)])
        expect(page.locator(".api p.line")).to_have_count(1 if because else 0)
        assert page.evaluate(horizon) == before, because
        if because:
            expect(page.locator(".api p.line")).to_contain_text(first)
            expect(page.locator(".unit[data-kind=etcd] .line")).to_contain_text(first, use_inner_text=True)
    assert max(page.evaluate("window.jumps")) < 0.01
    # Long names are whole, on a second line of chips, and take nothing from what is kept for reasons.
    named = [replace(one, host=f"control-plane-of-the-house-{at}") for at, one in enumerate(etcd.instances)]
    stays = set()
    for at, because in enumerate(reasons, start=11 + len(reasons)):
        tell(stage, at, components=[replace(etcd, state="down" if because else "healthy", because=because, instances=named)])
        expect(page.locator(".unit[data-kind=etcd] .chip .name")).to_have_text([one.host for one in named])
        expect(page.locator(".unit[data-kind=etcd] .line")).to_contain_text(because[:40], use_inner_text=True)
        stays.add(page.evaluate(horizon))
    assert len(stays) == 1
    assert page.evaluate("[...document.querySelectorAll('.chip .name')].every(one => one.scrollWidth <= one.clientWidth)")


def test_numbers_that_run_push_nothing_aside(opened: Opened) -> None:
    stage = opened("servers-3")
    page = stage.page
    page.evaluate(
        "() => { window.jumps = 0; new PerformanceObserver(list => list.getEntries().forEach(e => { window.jumps += e.value; }))"
        ".observe({ type: 'layout-shift' }); }"
    )
    places = (
        "() => [...document.querySelectorAll('.figure, .server, .unit, .chip')].map(e => JSON.stringify(e.getBoundingClientRect()))"
    )
    before = page.evaluate(places)
    api = stage.snapshot.components[4]
    for at, (rate, late, errors, flying) in enumerate(
        [("7", "4 ms", "0.0 %", "1"), ("48,211", "12345 ms", "100.0 %", "612"), ("999", "38 ms", "3.1 %", "88")]
    ):
        facts = api.facts | {"requests/s": rate, "p99": late, "5xx": errors, "in flight": flying}
        sample = sample_row(
            time.time() + at, requests=float(rate.replace(",", "")), p99=0.1 * at, error_ratio=0.3 * at, inflight=9.0 * at
        )
        tell(stage, 11 + at, components=[replace(api, facts=facts)], samples=[sample])
        expect(page.locator(".is-requests dd").first).to_contain_text(rate)
        assert page.evaluate(places) == before
        assert page.evaluate(_CLASHES) == []
    assert page.evaluate("window.jumps") < 0.01
