"""The field of nodes in a real Chromium: groups, order, filter, zoom, keyboard, touch, and the address that remembers them."""

import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from planes.live.wire import Delta, GoneRows, Heartbeats, Update
from tests.browser.building import ail, nodes, values
from tests.browser.lending import Lender
from tests.browser.pictures import PICTURES
from tests.browser.stage import Stage, end

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

Opened = Callable[..., Stage]


@pytest.fixture
def opened(lender: Lender, request: pytest.FixtureRequest) -> Iterator[Opened]:
    """Open a picture by its name and an address's query; the page must end without an error."""
    stages: list[Stage] = []

    def go(name: str, query: str = "", *, size: tuple[int, int] = (1920, 1080), touch: bool = False, tabs: int = 1) -> Stage:
        first = lender.page(size, alone=tabs > 1, reduced_motion="reduce", has_touch=touch)
        for page in (first, *(lender.beside(first) for _ in range(tabs - 1))):
            stage = Stage(page, PICTURES[name](time.time()))
            stages.append(stage)
            stage.open(query)
            stage.drawn()
            stage.pulse()
        return stage

    go.stages = stages  # type: ignore[attr-defined]  # for the test of several tabs
    yield go
    end(request.node.name, stages, lender)


def level(page: Page) -> str | None:
    return page.locator("#field").get_attribute("data-level")


def pixels(page: Page) -> str:
    """What the lower canvas shows."""
    return str(page.locator("#field canvas").first.evaluate("canvas => canvas.toDataURL()"))


def turn(page: Page, steps: int) -> None:
    """The wheel over the middle of the field, towards the viewer's screen."""
    box = page.locator("#field").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for _ in range(abs(steps)):
        page.mouse.wheel(0, -120 if steps > 0 else 120)


def test_nodes_are_grouped_as_chosen_and_the_address_remembers_it(opened: Opened) -> None:
    page = opened("120").page
    expect(page.locator(".zone-head h3")).to_have_text(["eu-1a", "eu-1b", "eu-1c"])
    page.locator("#group-by").select_option("role")
    expect(page.locator(".zone-head h3")).to_have_text(["control plane", "worker"])
    page.get_by_label("sort").select_option("worst first")
    expect(page).to_have_url(re.compile(r"\?group=role&sort=state$"))
    page.locator("#group-by").select_option("zone")
    page.get_by_label("sort").select_option("name")
    expect(page).to_have_url(re.compile("/c/prod-eu-1/$"))


def test_an_address_brings_groups_order_filter_and_zoom_back(opened: Opened) -> None:
    page = opened("5000", "?group=pool&sort=state&q=eu-1b+down&z=5,0.4,0.2").page
    expect(page.locator("#group-by")).to_have_value("pool")
    expect(page.locator("#sort-by")).to_have_value("state")
    expect(page.locator("#find")).to_have_value("eu-1b down")
    expect(page.locator("#hits")).to_contain_text("of 5,000")
    expect(page.locator("#zoom-fit")).to_have_text("5.0×")
    expect(page.locator("#field")).to_have_attribute("data-level", "tile")
    expect(page).to_have_url(re.compile(r"\?group=pool&sort=state&q=eu-1b\+down&z=5,0\.4,0\.2$"))


def test_sorted_by_state_the_worst_node_comes_first(opened: Opened) -> None:
    page = opened("120-broken", "?group=none&sort=state").page
    page.locator(".roving").focus()
    expect(page.locator(".hover")).to_contain_text("container runtime is down")


def test_a_click_follows_where_a_pointer_opens_a_card_between_two_nodes_too(opened: Opened) -> None:
    page = opened("120").page
    page.locator(".roving").focus()
    box = page.locator(".roving").bounding_box()
    across = page.locator(".roving").evaluate("link => -parseFloat(link.style.getPropertyValue('--across'))")
    assert box
    assert across > 1
    x, y = box["x"] + box["width"] + across - 0.5, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    expect(page.locator(".hover")).to_be_visible()
    assert page.evaluate("([x, y]) => document.elementFromPoint(x, y).className", [x, y]) == "roving"


def test_what_is_typed_dims_the_rest_and_is_counted(opened: Opened) -> None:
    page = opened("5000").page
    whole = pixels(page)
    page.keyboard.press("n")
    expect(page.locator("#find")).to_be_focused()
    page.keyboard.type("eu-1b -unknown")
    expect(page.locator("#hits")).to_have_text("1,367 of 5,000")
    page.wait_for_function("one => document.querySelector('#field canvas').toDataURL() !== one", arg=whole, polling=100)
    page.keyboard.press("Escape")
    expect(page.locator("#hits")).to_have_text("")
    expect(page.locator("#find")).to_have_value("")
    page.wait_for_function("one => document.querySelector('#field canvas').toDataURL() === one", arg=whole, polling=100)
    page.keyboard.press("Escape")
    expect(page.locator("#find")).not_to_be_focused()


def test_enter_goes_from_the_filter_to_the_first_node_that_is_meant(opened: Opened) -> None:
    page = opened("5000").page
    page.keyboard.press("n")
    page.keyboard.type("node-4321")
    expect(page.locator("#hits")).to_have_text("1 of 5,000")
    page.keyboard.press("Enter")
    expect(page.locator(".roving")).to_be_focused()
    expect(page.locator(".roving")).to_have_attribute("href", "/c/prod-eu-1/nodes/node-4321/")


def test_a_click_on_a_state_in_the_legend_shows_the_nodes_in_it(opened: Opened) -> None:
    page = opened("120-broken").page
    page.keyboard.press("?")
    page.get_by_role("button", name="down").click()
    expect(page.locator("#legend")).to_be_hidden()
    expect(page.locator("#find")).to_have_value("state:down")
    expect(page.locator("#hits")).to_have_text("1 of 120")


def test_the_count_follows_the_picture(opened: Opened) -> None:
    stage = opened("120", "?q=down")
    expect(stage.page.locator("#hits")).to_have_text("0 of 120")
    now = time.time()
    node = nodes(120, now)[40]
    ail(node, "down", "container runtime is down", now, runtime="down")
    update = Update(nodes=[values(node)])
    stage.send(Delta(o=11, prev=10, epoch=stage.snapshot.epoch, at=now, u=update, x=GoneRows()))
    expect(stage.page.locator("#hits")).to_have_text("1 of 120")


def test_labels_are_asked_of_the_server(opened: Opened) -> None:
    stage = opened("120")
    stage.labels["team=a"] = ["node-3", "node-4"]
    stage.page.keyboard.press("n")
    stage.page.keyboard.type("label:team=a")
    expect(stage.page.locator("#hits")).to_have_text("2 of 120")


def test_the_wheel_turns_cells_into_tiles_and_tiles_into_cards_and_back(opened: Opened) -> None:
    stage = opened("5000")
    page = stage.page
    seen = [level(page)]
    page.evaluate("window.turns = 0; addEventListener('wheel', () => window.turns++, { passive: true, capture: true })")
    for _ in range(16):
        turn(page, 1)
        page.wait_for_timeout(30)
        if level(page) != seen[-1]:
            seen.append(level(page))
    assert seen == ["cell", "tile", "card"]
    expect(page.locator(".seat:not([hidden]) .node h4 a").first).to_be_visible()
    assert page.locator(".seat").count() < 80, "only what is in view has a card"
    # A browser delivers turns of a wheel when it has time: one that comes after the key would come nearer again.
    page.wait_for_function("window.turns >= 16")
    page.keyboard.press("0")
    expect(page.locator("#field")).to_have_attribute("data-level", "cell")
    expect(page.locator(".seat")).to_have_count(0)
    expect(page.locator("#zoom-fit")).to_have_text("fit")
    expect(page.locator("#zoom-out")).to_be_disabled()
    stage.violations.clear()  # the stage has no detail of the node under the pointer and answers 404


def test_keys_and_buttons_come_nearer_and_go_away(opened: Opened) -> None:
    page = opened("5000").page
    page.keyboard.press("+")
    expect(page.locator("#zoom-fit")).to_have_text("1.6×")
    page.click("#zoom-in")
    expect(page.locator("#zoom-fit")).to_have_text("2.6×")
    page.keyboard.press("-")
    expect(page.locator("#zoom-fit")).to_have_text("1.6×")
    page.click("#zoom-fit")
    expect(page.locator("#zoom-fit")).to_have_text("fit")


def test_a_drag_moves_the_picture_and_is_not_a_click(opened: Opened) -> None:
    page = opened("5000", "?z=6,0.5,0.5").page
    box = page.locator("#field").bounding_box()
    assert box
    before = page.url
    page.mouse.move(box["x"] + 500, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 300, box["y"] + 150, steps=5)
    page.mouse.up()
    page.wait_for_function("before => location.href !== before", arg=before)
    assert "/nodes/" not in page.url
    u, v = (float(part) for part in page.url.split("z=6,")[1].split(","))
    assert u > 0.5
    assert v > 0.5


def test_arrow_keys_cross_groups_and_bring_what_is_hidden_into_view(opened: Opened) -> None:
    page = opened("5000", "?z=30,0,0").page
    expect(page.locator("#field")).to_have_attribute("data-level", "card")
    page.locator(".seat .node h4 a").first.focus()
    for _ in range(9):
        page.keyboard.press("ArrowRight")
    page.wait_for_function("document.activeElement.textContent === 'node-9'", polling=100)
    box, field = page.locator(".seat a:focus").bounding_box(), page.locator("#field").bounding_box()
    assert box
    assert field
    assert field["x"] <= box["x"]
    assert box["x"] + box["width"] <= field["x"] + field["width"]
    page.keyboard.press("0")
    expect(page.locator(".roving")).to_be_focused()
    expect(page.locator(".roving")).to_have_attribute("aria-label", "node-9, healthy")


def test_space_keeps_a_card_open_until_escape(opened: Opened) -> None:
    stage = opened("120")
    page = stage.page
    page.locator(".roving").focus()
    page.keyboard.press("Space")
    page.locator("#as-tables").focus()
    expect(page.locator(".hover")).to_be_visible()
    page.locator(".roving").focus()
    page.keyboard.press("Escape")
    expect(page.locator(".hover")).to_be_hidden()
    stage.violations.clear()  # the stage has no detail of nodes and answers 404


def test_a_card_tells_the_heartbeat_of_a_kubelet_that_is_well_and_its_age_runs(opened: Opened) -> None:
    stage = opened("3-broken")
    kubelets = stage.page.locator(".node .agents li:first-child .word")
    expect(kubelets).to_have_text(["healthy", "healthy", "healthy"])
    stage.pulse()
    at = time.time()
    node = nodes(3, at)[0]
    ail(node, "degraded", "No heartbeat for 31 s; the lease allows 40 s", at, kubelet="degraded")
    update = Update(nodes=[values(node)])
    stage.send(Delta(o=11, prev=10, epoch=stage.snapshot.epoch, at=at, u=update, x=GoneRows()))
    stage.send(Heartbeats({"node-0": at - 31, "node-1": at - 3, "node-2": at - 60}))
    # What is not well keeps its state's word, however new a heartbeat is told.
    expect(kubelets).to_have_text(["degraded", re.compile(r"heartbeat \d\ss ago"), re.compile(r"heartbeat 1\smin(\s\d\ss)? ago")])
    first = kubelets.nth(1).inner_text()
    stage.pulse()
    expect(kubelets.nth(1)).not_to_have_text(first)


def test_the_legend_opens_and_closes_with_a_key(opened: Opened) -> None:
    page = opened("120").page
    page.keyboard.press("?")
    legend = page.get_by_role("dialog", name="Legend and keys")
    expect(legend).to_be_visible()
    for word in ("healthy", "degraded", "down", "unknown", "not observable", "cordoned"):
        expect(legend.locator("dt", has_text=word).first).to_be_visible()
    page.keyboard.press("Escape")
    expect(legend).to_be_hidden()


def test_a_finger_chooses_first_and_opens_then(opened: Opened) -> None:
    stage = opened("120", size=(390, 844), touch=True)
    page = stage.page
    page.evaluate("document.querySelector('#field').scrollIntoView()")
    box = page.locator("#field").bounding_box()
    assert box
    page.touchscreen.tap(box["x"] + 40, box["y"] + 70)
    expect(page.locator(".hover")).to_contain_text("node-0")
    assert "/nodes/" not in page.url
    stage.violations.clear()  # the stage has no detail of nodes and answers 404
    page.touchscreen.tap(box["x"] + 40, box["y"] + 70)
    page.wait_for_url("**/nodes/node-0/")
    stage.violations.clear()


def test_two_fingers_come_nearer(opened: Opened) -> None:
    page = opened("5000", size=(390, 844), touch=True).page
    page.evaluate("document.querySelector('#field').scrollIntoView()")
    session = page.context.new_cdp_session(page)
    for kind, apart in (("touchStart", 40), ("touchMove", 80), ("touchMove", 120), ("touchMove", 160)):
        fingers = [{"x": 190 - apart / 2, "y": 300, "id": 1}, {"x": 190 + apart / 2, "y": 300, "id": 2}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(page.locator("#zoom-fit")).to_have_text("4.0×")
    assert page.evaluate("visualViewport.scale") == 1


def test_while_the_picture_is_late_the_viewer_may_still_look_around(opened: Opened) -> None:
    stage = opened("120")
    page = stage.page
    stage.cut()
    expect(page.locator("#cluster.is-late")).to_be_visible()
    page.keyboard.press("+")
    expect(page.locator("#zoom-fit")).to_have_text("1.6×")
    page.keyboard.press("n")
    page.keyboard.type("eu-1b")
    expect(page.locator("#hits")).to_have_text("40 of 120")


def test_three_tabs_stand_side_by_side(opened: Opened) -> None:
    opened("120", tabs=3)
    stages: list[Stage] = opened.stages  # type: ignore[attr-defined]  # set by the fixture
    stages[1].page.locator("#group-by").select_option("none")
    expect(stages[1].page.locator(".zone-head h3")).to_have_text(["all nodes"])
    for stage in (stages[0], stages[2]):
        expect(stage.page.locator(".zone-head h3")).to_have_count(3)
        assert len(stage.sockets) == 1


def test_after_a_missed_delta_the_view_stays_where_it_is(opened: Opened) -> None:
    stage = opened("5000", "?z=5,0.4,0.2&q=down")
    now = time.time()
    stage.snapshot = PICTURES["5000"](now)
    stage.snapshot.o = 15
    stage.send(Delta(o=15, prev=14, epoch=stage.snapshot.epoch, at=now, u=Update(), x=GoneRows()))
    stage.page.wait_for_function(
        "() => performance.getEntriesByType('resource').filter(e => e.name.endsWith('/snapshot')).length === 2"
    )
    expect(stage.page.locator("#zoom-fit")).to_have_text("5.0×")
    expect(stage.page).to_have_url(re.compile(r"\?z=5,0\.4,0\.2&q=down$"))
