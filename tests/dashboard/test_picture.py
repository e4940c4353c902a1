"""The picture without a browser, from generated snapshots: whole, without overlaps, escaped, the same for the same arguments."""

import itertools
import re
import struct
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path

import msgspec
import pytest
from django.conf import settings
from msgspec.structs import replace

from dashboard import picture
from dashboard.picture import THEMES, Theme, Wanted
from dashboard.presenters.words import WORDS
from planes.live.wire import STATE_CODES, STATES, Snapshot
from planes.store.freshness import Freshness
from planes.structs.moments import Epoch
from planes.structs.rows import AttentionRow
from planes.structs.verdicts import State
from tests.browser.building import ail, control_plane, nodes, snapshot
from tests.browser.pictures import PICTURES
from tests.browser.skies import SKIES
from tests.colours import tokens

NOW = 1_795_448_530.0
SVG = "{http://www.w3.org/2000/svg}"
XLINK = "{http://www.w3.org/1999/xlink}"
Box = tuple[float, float, float, float]


def drawn(
    told: Snapshot,
    *,
    size: tuple[int, int] = (1920, 1080),
    theme: Theme = "dark",
    age: float = 0.3,
    group: str = "zone",
    sort: str = "name",
    beats: dict[str, float] | None = None,
) -> str:
    """The picture `age` seconds after its API server last answered."""
    wanted = Wanted(width=size[0], height=size[1], theme=theme, group=group, sort=sort)
    return picture.painter().svg(msgspec.json.encode(told), Freshness(NOW, NOW), NOW + age, wanted, beats)


def read(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314  # our own document


def subjects(root: ElementTree.Element) -> dict[str, ElementTree.Element]:
    """Title -> group: components and nodes."""
    found = {}
    for group in root.iter(f"{SVG}g"):
        if group.get("data-part") not in ("card", "bar", "node"):
            continue
        title = group.find(f"{SVG}title")
        if title is not None and title.text:
            found[title.text] = group
    return found


def box(group: ElementTree.Element) -> Box | None:
    """The bounds of a card or tile: its first rectangle."""
    rect = group.find(f"{SVG}rect")
    if rect is None:
        return None
    x, y, w, h = (float(rect.get(key, "0")) for key in ("x", "y", "width", "height"))
    return x, y, w, h


def overlap(one: Box, other: Box) -> bool:
    return (
        one[0] < other[0] + other[2] and other[0] < one[0] + one[2] and one[1] < other[1] + other[3] and other[1] < one[1] + one[3]
    )


@pytest.mark.parametrize("name", sorted(PICTURES))
@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (640, 480), (3840, 3840), (390, 844)])
def test_every_picture_is_well_formed_and_refers_to_nothing_outside(name: str, size: tuple[int, int]) -> None:
    svg = drawn(PICTURES[name](NOW), size=size)
    root = read(svg)
    assert root.get("width") == str(size[0])
    # One column is as tall as it has to be.
    assert root.get("height") == str(size[1]) or size[0] < 640
    # Nothing is drawn that XML's readers or a rasteriser would fetch; a namespace is a name, not an address.
    assert "http" not in re.sub(r'xmlns(:xlink)?="http://www\.w3\.org/[\w/]+"', "", svg, count=2).replace("https://", "")
    assert all(element.get(name, "#").startswith("#") for element in root.iter() for name in ("href", f"{XLINK}href"))
    assert not {element.tag.removeprefix(SVG) for element in root.iter()} & {"script", "style", "image", "foreignObject", "a"}
    # "nan" and the like would make a whole element vanish.
    numbers = [
        value for element in root.iter() for key, value in element.attrib.items() if key in ("x", "y", "width", "height", "r")
    ]
    assert all(re.fullmatch(r"-?\d+(\.\d+)?", value) for value in numbers)
    assert all(
        float(element.get("width", "0")) >= 0 and float(element.get("height", "0")) >= 0 for element in root.iter(f"{SVG}rect")
    )


@pytest.mark.parametrize(
    "name",
    [
        "3-broken",
        "12",
        "30",
        "120-broken",
        "300",
        "nine-servers",
        "forty-groups",
        "one-long",
        "managed",
        "ill",
        "servers-12",
        "k3s",
        "unheard",
        "managed-eks",
    ],
)
@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (1280, 720), (390, 844)])
def test_cards_and_tiles_do_not_overlap_and_stay_inside(name: str, size: tuple[int, int]) -> None:
    root = read(drawn((PICTURES | SKIES)[name](NOW), size=size))
    _, _, across, down = (float(part) for part in root.get("viewBox", "").split())
    boxes = [found for group in subjects(root).values() if (found := box(group)) is not None]
    assert len(boxes) >= 3
    for one, other in itertools.combinations(boxes, 2):
        assert not overlap(one, other), (one, other)
    for x, y, w, h in boxes:
        assert min(x, y) >= 0
        assert x + w <= across + 0.5
        assert y + h <= down + 0.5


@pytest.mark.parametrize(
    ("group", "headings"), [("role", {"control plane", "worker"}), ("pool", {"control", "workers"}), ("none", {"all nodes"})]
)
def test_nodes_are_grouped_as_the_page_is(group: str, headings: set[str]) -> None:
    svg = drawn(PICTURES["120-broken"](NOW), group=group)
    said = {text.text for text in read(svg).iter(f"{SVG}text")}
    assert headings <= said
    assert "eu-1a" not in said


@pytest.mark.parametrize("name", ["3-broken", "30", "120-broken", "300"])
def test_every_node_is_named_and_has_the_shape_of_its_state(name: str) -> None:
    told = PICTURES[name](NOW)
    titles = subjects(read(drawn(told)))
    for node, code in zip(told.nodes["name"], told.nodes["state"], strict=True):
        state = STATES[int(str(code))]
        title, group = next((title, group) for title, group in titles.items() if title.startswith(f"{node}, "))
        assert title.startswith(f"{node}, {WORDS[state]}")
        if state not in ("healthy", "not_observable"):
            assert group.find(f"{SVG}use[@{XLINK}href='#{state}']") is not None


def test_five_thousand_nodes_are_all_there_and_what_is_not_healthy_has_its_shape() -> None:
    told = PICTURES["5000"](NOW)
    svg = drawn(told)
    root = read(svg)
    cell = re.compile(r"M[\d.]+ [\d.]+h([\d.]+)v([\d.]+)h-\1Z")
    cells: Counter[str] = Counter()
    for path in root.iter(f"{SVG}path"):
        if path.get("data-part") == "cells":
            assert len(cell.findall(path.get("d", ""))) == int(path.get("data-count", ""))
            cells[path.get("data-state", "")] += int(path.get("data-count", ""))
    assert cells == Counter(STATES[int(str(code))] for code in told.nodes["state"])
    shapes = Counter(
        use.get(f"{XLINK}href", "")[1:]
        for group in subjects(root).values()
        for use in group.iter(f"{SVG}use")
        if group.find(f"{SVG}circle") is not None
    )
    expected = Counter(STATES[int(str(code))] for code in told.nodes["state"])
    # Among cells, bars and the hatch say the rest without a shape.
    assert shapes == {state: expected[state] for state in ("down", "degraded")}
    assert 'fill="url(#hatch-fine)"' in svg  # the unknown ones, an area of them
    assert len(svg) < 250_000


def picture_colour(token: str) -> str:
    return tokens("dark")[token]


def test_every_state_has_a_shape_of_its_own() -> None:
    listed = nodes(len(STATES), NOW)
    for node, state in zip(listed, STATES, strict=True):
        if state != "healthy":
            ail(node, state, "because", NOW - 60, kubelet=state, proxy=state, runtime=state)
    for count, told in ((len(STATES), listed), (len(STATES) * 10, listed * 10)):
        renamed = [{**node, "name": f"node-{at}"} for at, node in enumerate(told)]
        root = read(drawn(snapshot(NOW, renamed, control_plane(NOW))))
        used = {use.get(f"{XLINK}href") for use in root.iter(f"{SVG}use")}
        assert used >= {f"#{state}" for state in STATES if state != "not_observable" or count == len(STATES)}
        symbols = {symbol.get("id"): ElementTree.tostring(symbol[0]) for symbol in root.iter(f"{SVG}symbol")}
        whole = {symbol.get("id"): tuple(ElementTree.tostring(part) for part in symbol) for symbol in root.iter(f"{SVG}symbol")}
        assert set(symbols) == set(STATES)
        assert len(set(whole.values())) == len(STATES)


HOSTILE = "<script>alert('x')</script>&\"\x00\x1b\u202e"


def test_hostile_texts_are_escaped_everywhere() -> None:
    listed = nodes(3, NOW)
    listed[0]["name"] = HOSTILE
    listed[0]["zone"] = HOSTILE
    ail(listed[0], "down", HOSTILE, NOW)
    parts = [
        replace(row, line=HOSTILE, because=HOSTILE, facts={HOSTILE: HOSTILE, "version": HOSTILE})
        for row in control_plane(NOW, (HOSTILE,))
    ]
    entry = AttentionRow("k", "Node", HOSTILE, HOSTILE, State.DOWN, HOSTILE, Epoch(NOW), names=(HOSTILE,), count=2)
    told = snapshot(NOW, listed, parts, attention=[entry], name=HOSTILE)
    for count in (3, 120, 1000):
        more = (
            [*listed, *({**node, "name": f"other-{at}"} for at, node in enumerate(nodes(count - 3, NOW)))] if count > 3 else listed
        )
        svg = drawn(replace(told, nodes=snapshot(NOW, more, parts).nodes))
        root = read(svg)
        assert "<script" not in svg
        assert "\u202e" not in svg
        assert any("<script>" in (title.text or "") for title in root.iter(f"{SVG}title"))
        assert not list(root.iter(f"{SVG}script"))


def test_a_state_that_is_not_known_is_drawn_as_unknown() -> None:
    told = PICTURES["3"](NOW)
    told.nodes["state"] = [99, STATE_CODES["healthy"], -1]
    titles = " ".join(subjects(read(drawn(told))))
    assert "node-0, unknown" in titles
    assert "node-2, unknown" in titles


def test_a_late_picture_says_its_age_in_large_letters_and_has_no_colours() -> None:
    svg = drawn(PICTURES["120-broken"](NOW), age=134)
    root = read(svg)
    large = max(root.iter(f"{SVG}text"), key=lambda text: float(text.get("font-size", "0")))
    assert large.text == "2 min 14 s old"
    assert float(large.get("font-size", "0")) >= 48
    assert "not live · 2 min 14 s old" in svg
    # Of the states' colours none is left in the picture; the header's own warning keeps its.
    for state in ("healthy", "down", "cordoned"):
        assert picture_colour(state) not in svg
    assert "not live" in (root.findtext(f"{SVG}desc") or "")


@pytest.mark.parametrize(
    ("off", "age", "said"),
    [
        (-20.0, 0.3, "differ by 20 s"),
        (20.0, 0.3, "differ by 19 s"),
        (20.0, 8.0, "8 s old"),
        (-20.0, 8.0, "8 s old"),
        (3605.0, 59.0, "59 s old"),
    ],
)
def test_a_picture_by_a_clock_that_is_wrong_says_what_the_pages_say(off: float, age: float, said: str) -> None:
    told = PICTURES["3"](NOW)
    drawn = picture.painter().svg(msgspec.json.encode(told), Freshness(NOW + off - age, NOW + off - age, 60.0, age), NOW)
    words = " ".join(re.sub("<[^>]*>", " ", drawn).split())
    assert said in words
    assert "unknown (was healthy)" in words


def test_texts_of_a_picture_that_nobody_confirms_stand_still() -> None:
    early, later = (drawn(PICTURES["120-broken"](NOW), age=age) for age in (30, 300))
    assert "No heartbeat for 31 s; the lease allows 40 s" in early
    assert "No heartbeat for 31 s; the lease allows 40 s" in later


def test_a_live_picture_says_when_it_was_taken() -> None:
    svg = drawn(PICTURES["3"](NOW))
    assert "23 Nov 2026 15:42:10 UTC" in svg
    assert "live when taken · 0.3 s old" in svg


@pytest.mark.parametrize("name", ["empty", "unreachable", "forbidden", "no-nodes"])
def test_what_cannot_be_seen_is_said(name: str) -> None:
    said = {
        "empty": "Waiting for the first list",
        "unreachable": "does not resolve",
        "forbidden": "Nodes may not be read",
        "no-nodes": "No nodes yet",
    }
    assert said[name] in drawn(PICTURES[name](NOW))


@pytest.mark.parametrize("name", ["3", "120-broken", "5000"])
@pytest.mark.parametrize("theme", THEMES)
def test_the_same_arguments_give_the_same_bytes(name: str, theme: Theme) -> None:
    told = PICTURES[name](NOW)
    assert drawn(told, theme=theme) == drawn(told, theme=theme)


def test_the_worst_stand_first_where_that_is_asked() -> None:
    titles = [title for title in subjects(read(drawn(PICTURES["120-broken"](NOW), sort="state"))) if title.startswith("node-")]
    assert titles[0].startswith("node-17, degraded")  # the worst of the first zone


def test_cards_tell_each_heartbeat_where_it_is_known() -> None:
    svg = drawn(PICTURES["3"](NOW), beats={"node-1": NOW - 2.0})
    assert svg.count(">heartbeat 2 s ago<") == 1


def test_what_an_address_may_ask_for_is_what_the_page_knows() -> None:
    script = (Path(settings.BASE_DIR) / "static" / "js" / "arrange.js").read_text(encoding="utf-8")
    for name, known in (("GROUPINGS", picture.GROUPINGS), ("SORTINGS", picture.SORTINGS)):
        listed = re.search(rf"const {name} = \[([^\]]*)\]", script)
        assert listed is not None
        assert tuple(re.findall(r'"(\w+)"', listed[1])) == known


def test_png_has_the_size_that_was_asked_for_and_its_letters() -> None:
    told = PICTURES["3"](NOW)
    png = picture.rasterise(drawn(told, size=(960, 540)))
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", png[16:24]) == (960, 540)
    # Without its fonts resvg leaves the texts out: another name must give other pixels.
    assert png != picture.rasterise(drawn(replace(told, name="staging"), size=(960, 540)))


def test_a_document_that_cannot_be_drawn_is_said_in_a_sentence() -> None:
    with pytest.raises(picture.CannotDrawError, match="could not be drawn as PNG"):
        picture.rasterise("<svg")
