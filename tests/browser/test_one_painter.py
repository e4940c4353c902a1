"""Page and file say the same: each scene read from a real Chromium and from the saved picture, and held to each other."""

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Protocol

import msgspec
import pytest
from msgspec.structs import replace

from dashboard.picture import Painter, Wanted
from planes.live.wire import STATES, Snapshot
from planes.store.freshness import Freshness
from planes.structs.moments import Epoch
from planes.structs.rows import AttentionRow, ComponentRow
from planes.structs.verdicts import State
from tests.browser.building import ail, control_plane, nodes, snapshot
from tests.browser.lending import Lender
from tests.browser.painted import COUNTING, Card, Told, of_file, of_page, painted
from tests.browser.pictures import broken
from tests.browser.skies import SKIES
from tests.browser.stage import Stage, Standing

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

Scene = Callable[[float], Snapshot]
painter = Painter()


def _lead(row: ComponentRow, leader: int) -> ComponentRow:
    return replace(row, instances=tuple(replace(one, leader=at == leader) for at, one in enumerate(row.instances)))


def _fell(row: ComponentRow, member: int, now: float) -> ComponentRow:
    """One member of etcd is down, and the cluster of them is not as it should be."""
    instances = list(row.instances)
    instances[member] = replace(instances[member], state="down", because="It does not answer.")
    because = f"1 of {len(instances)} members is down. What is stored is safe while a majority is there."
    return replace(row, state="degraded", because=because, since=now - 30, instances=tuple(instances))


def _members(count: int, down: int, leader: int) -> Scene:
    def made(now: float) -> Snapshot:
        hosts = tuple(f"control-{at}" for at in range(1, count + 1))
        etcd, manager, scheduler, *others = control_plane(now, hosts)
        entry = AttentionRow("etcd", "Component", "etcd", "etcd", State.DEGRADED, "1 member is down.", Epoch(now - 30))
        parts = [_fell(etcd, down, now), _lead(manager, leader), _lead(scheduler, leader), *others]
        return snapshot(now, nodes(30, now, control=count), parts, attention=[entry])

    return made


def _kubelets_down(now: float) -> Snapshot:
    """No kubelet of any node has been heard of."""
    listed = nodes(24, now)
    for node in listed:
        ail(node, "down", "No heartbeat for 90 s", now - 90, kubelet="down", proxy="unknown", runtime="unknown")
    parts = [
        replace(row, state="down", because="24 of 24 are silent") if row.kind == "kubelet" else row for row in control_plane(now)
    ]
    return snapshot(now, listed, parts)


SCENES: dict[str, Scene] = {
    "seven members, the 7th down": _members(7, down=6, leader=2),
    "a leader beyond the chips": _members(12, down=9, leader=11),
    "all kubelets down": _kubelets_down,
    "k3s": SKIES["k3s"],
    "managed": SKIES["managed-eks"],
    "120 nodes": broken(120),
    "5,000 nodes": broken(5000),
}


class Both(Protocol):
    """A scene as a page and as a file of that size."""

    def __call__(self, name: str, size: tuple[int, int] = (1920, 1080)) -> tuple[Stage, Told, str, Told]: ...


@pytest.fixture(scope="module")
def _page(lender: Lender) -> Iterator[Standing]:
    one = Standing(lender, init=f"({COUNTING})()", color_scheme="dark")
    yield one
    one.leave()


@pytest.fixture
def both(_page: Standing, request: pytest.FixtureRequest) -> Iterator[Both]:
    """A scene as the page shows it and as the file does, in the same moment."""

    def go(name: str, size: tuple[int, int] = (1920, 1080)) -> tuple[Stage, Told, str, Told]:
        now = time.time()
        stage = _page.show(SCENES[name](now), size)
        stage.page.wait_for_selector("#freshness.is-live")
        svg = painter.svg(
            msgspec.json.encode(stage.snapshot), Freshness(now, now), time.time(), Wanted(width=size[0], height=size[1])
        )
        return stage, of_page(stage.page), svg, of_file(svg)

    yield go
    _page.looked_at(request.node.name)


def still(text: str) -> str:
    """Without ages, which run between the one and the other, and as one line."""
    ages = r"\b[\d.]+ (?:min|[smhd])\b( \d+ (?:min|[smhd])\b)?"
    return re.sub(r"\s+", " ", re.sub(ages, "AGE", text.replace("\xa0", " "))).strip()


def tight(text: str) -> str:
    """Without spaces: those between a figure and its unit are made by margins in the page."""
    return re.sub(r"\s", "", text).replace("–notknownnow", "notknownnow")


def same_card(page: Card, file: Card) -> None:
    assert (page.state, page.title, page.chips, page.rest) == (file.state, file.title, file.chips, file.rest)
    assert page.role.startswith(file.role.removesuffix("…"))
    for line in page.lines:
        assert still(line) in still(" ".join(file.lines)), page.title
    for word in re.findall(r"\w{3,}", still(file.says)):
        assert word in still(page.says), f"{page.title} says {word} in the file only"


@pytest.mark.parametrize("name", SCENES)
def test_page_and_file_say_the_same(both: Both, name: str) -> None:
    _, page, _, file = both(name)
    assert page.cards.keys() == file.cards.keys()
    for kind, card in page.cards.items():
        same_card(card, file.cards[kind])
    assert page.arrows == file.arrows
    assert page.arrows
    assert sorted(map(tight, page.figures)) == sorted(map(tight, file.figures)), "in two lines, a file has them column by column"
    assert page.charts == file.charts
    assert (page.pills, page.counts, page.links) == (file.pills, file.counts, file.links)
    assert page.groups == file.groups
    assert page.attention.upper() == file.attention
    assert page.entries == file.entries
    assert page.changes == file.changes
    if page.nodes:
        assert page.nodes == file.nodes


@pytest.mark.parametrize("name", ["seven members, the 7th down", "managed", "120 nodes"])
def test_page_and_file_say_the_same_on_a_phone(both: Both, name: str) -> None:
    _, page, svg, file = both(name, (390, 844))
    assert re.match(r'<svg [^>]*width="390" height="\d{4}"', svg), "as tall as its nodes want it, as the page is"
    assert page.cards.keys() == file.cards.keys()
    for kind, card in page.cards.items():
        same_card(card, file.cards[kind])
    assert page.arrows == file.arrows
    assert sorted(map(tight, page.figures)) == sorted(map(tight, file.figures))
    assert page.charts == file.charts
    assert (page.pills, page.counts, page.groups) == (file.pills, file.counts, file.groups)
    assert sorted(page.links) == sorted(file.links)
    assert page.attention.upper() == file.attention
    assert page.entries == file.entries
    assert page.changes == file.changes
    if page.nodes:
        assert page.nodes == file.nodes


def test_the_member_that_is_down_is_seen_in_both(both: Both) -> None:
    _, page, _, file = both("seven members, the 7th down")
    for told in (page, file):
        assert ("control-7", "down", False) in told.cards["etcd"].chips
        assert told.cards["etcd"].rest == []


def test_who_is_down_and_who_leads_come_before_who_is_well(both: Both) -> None:
    _, page, _, file = both("a leader beyond the chips")
    for told in (page, file):
        assert told.cards["etcd"].chips[0] == ("control-10", "down", False)
        assert told.cards["etcd"].rest == [("healthy", 4)]
        assert told.cards["kube-controller-manager"].chips[0] == ("control-12", "healthy", True)


def test_no_arrow_from_silent_kubelets_is_green(both: Both) -> None:
    _, page, svg, file = both("all kubelets down")
    groups = [arrow for arrow in page.arrows if arrow.startswith("eu-")]
    assert groups == [f"eu-1{zone} calls kube-apiserver: broken" for zone in "abc"]
    assert groups == [arrow for arrow in file.arrows if arrow.startswith("eu-")]
    assert svg.count('data-part="arrow" data-state="broken"') == 3


def test_one_process_and_what_the_provider_hides_are_said_in_both(both: Both) -> None:
    for told in both("k3s")[1::2]:
        assert isinstance(told, Told)
        assert told.cards["kube-controller-manager"].title == "k3s process"
        assert "kube-scheduler" not in told.cards
    for told in both("managed")[1::2]:
        assert isinstance(told, Told)
        assert told.cards["kube-apiserver"].role == "run by EKS"
        assert "its members are not visible" in told.cards["etcd"].says


def test_of_five_thousand_nodes_canvas_and_file_paint_as_many_in_each_state(both: Both) -> None:
    stage, _, svg, file = both("5,000 nodes")
    expected = Counter(STATES[int(str(code))] for code in stage.snapshot.nodes["state"])
    counted: Counter[str] = Counter()
    for state, count in re.findall(r'data-part="cells" data-state="(\w+)" data-count="(\d+)"', svg):
        counted[state] += int(count)
    assert counted == expected

    below, above = painted(stage.page)
    colours = stage.page.evaluate(
        """() => { const probe = document.body.appendChild(document.createElement('canvas')).getContext('2d');
          return Object.fromEntries(['healthy', 'degraded', 'down', 'cordoned'].map(name => {
            probe.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`);
            const span = document.body.appendChild(document.createElement('span'));
            span.style.color = `var(--${name})`;
            probe.fillStyle = getComputedStyle(span).color;
            span.remove();
            return [name, probe.fillStyle];
          })); }"""
    )
    for state in ("healthy", "degraded", "down", "cordoned"):
        assert below["fills"][colours[state]] == expected[state], state
    assert below["fills"]["hatch"] == expected["unknown"]
    # The shapes over them: as many as the file has nodes that are named.
    assert above["shapes"] == len(file.nodes) == expected["down"] + expected["degraded"]
