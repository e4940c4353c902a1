"""The wall of a display: its page, what it draws, and the pictures that the server paints, of the clusters it may know of only."""

import re
import time
import xml.etree.ElementTree as ET

import msgspec
import pytest
from django.test import Client
from django.urls import reverse

from dashboard import board_pictures, boards
from dashboard.board_pictures import Pictures
from dashboard.boards import Boards, BoardScene
from dashboard.display_shapes import Page, Theme
from dashboard.rotation import Page as Turned
from dashboard.wall_pages import pages_of, turn_of
from planes.store import selectors
from tests.dashboard import scenes, walls
from tests.dashboard.rows import Collecting

SVG = "{http://www.w3.org/2000/svg}"

pytestmark = [pytest.mark.any_database, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    made, painted = Boards(), Pictures()
    monkeypatch.setattr(boards, "shared", lambda: made)
    monkeypatch.setattr(board_pictures, "shared", lambda: painted)


def collect(slug: str, wrong: str = "") -> int:
    collecting = Collecting(slug)
    collecting.flush(scenes.frame(slug, 6, wrong, time.time()))
    return collecting.cluster.id


def screen(**wanted: object) -> Client:
    """The screen of a new display."""
    return walls.screen(walls.made(**wanted)[1])


def test_the_page_of_a_wall_names_all_that_its_scripts_need() -> None:
    ids = [collect("one"), collect("two")]
    client = screen(pages=(Page(None, 20), Page(ids[1], 10)), place="floor 3", zone="Europe/Berlin", theme=Theme.SUN)
    said = client.get("/wall/lobby/").content.decode()
    settings = msgspec.json.decode(re.findall(r'data-display="([^"]*)"', said)[0].replace("&quot;", '"'))
    assert settings["pages"] == [{"slug": None, "name": "", "seconds": 20}, {"slug": "two", "name": "two", "seconds": 10}]
    assert (settings["place"], round(settings["latitude"], 1)) == ("floor 3", 52.5)
    assert said.index("needs.js") < said.index("display.js")
    assert "url=/wall/lobby/basic/?why=" in said  # without scripts


def test_a_scene_is_of_the_clusters_that_the_display_may_know_of_and_is_not_sent_twice() -> None:
    collect("one")
    two = collect("two", "broken")
    client = screen(clusters=frozenset({two}))
    answer = client.get("/wall/lobby/scene.json")
    assert [one.card.slug for one in msgspec.json.decode(answer.content, type=BoardScene).clusters] == ["two"]
    assert client.get("/wall/lobby/scene.json", headers={"If-None-Match": answer["ETag"]}).status_code == 304


@pytest.mark.parametrize(("name", "kind"), [("wall-board", "image/svg+xml; charset=utf-8"), ("wall-board-png", "image/png")])
def test_the_server_paints_what_stands_on_the_wall(name: str, kind: str) -> None:
    collect("one")
    client = screen(message="Call Ana.")
    answer = client.get(reverse(name, args=["lobby"]), {"w": "1280", "h": "720"})
    assert (answer.status_code, answer["Content-Type"]) == (200, kind)
    if kind != "image/png":
        assert b"Call Ana." in answer.content
        assert b'width="1280"' in answer.content
        again = client.get(reverse(name, args=["lobby"]), {"w": "1280", "h": "720"}, headers={"If-None-Match": answer["ETag"]})
        assert again.status_code == 304


def test_a_cluster_has_its_own_picture_on_the_walls_that_may_know_of_it() -> None:
    one, _ = collect("one"), collect("two")
    client = screen(clusters=frozenset({one}), pages=(Page(one),))
    found = client.get("/wall/lobby/c/one/picture.svg", {"w": "1280", "h": "700"})
    assert b"one \xc2\xb7 Planewatch" in found.content
    assert [client.get(f"/wall/lobby/c/{slug}/picture.svg").status_code for slug in ("two", "none")] == [404, 404]


@pytest.mark.parametrize(("width", "height", "scale"), [(1920, 1080, 1.0), (1080, 1920, 1.0), (1280, 720, 1.5)])
def test_the_basic_wall_of_one_cluster_has_what_stands_around_its_picture(width: int, height: int, scale: float) -> None:
    one = collect("one", "broken")
    client = screen(pages=(Page(one),), place="floor 3", message="Call Ana.", scale=scale)
    painted = client.get("/wall/lobby/board.svg", {"w": f"{width}", "h": f"{height}"}).content
    drawn = ET.fromstring(painted)  # noqa: S314 - our own
    words = [text.text or "" for text in drawn.iter(f"{SVG}text")]
    assert "Call Ana." in words
    assert any(re.fullmatch(r"Lobby · floor 3 · painted \d\d:\d\d:\d\d UTC", text) for text in words)
    assert [group.get("data-state") for group in drawn.iter(f"{SVG}g") if group.get("data-part") == "ticker"] == ["degraded"]
    [inner] = [each for each in drawn.iter(f"{SVG}svg") if each is not drawn]
    across, down = float(inner.get("width", "")), float(inner.get("height", ""))
    # Over the whole width, and in the shape of its room.
    assert across == pytest.approx(width / scale, abs=0.5)
    assert float(inner.get("y", "")) + down < height / scale * 0.95
    box = [float(each) for each in inner.get("viewBox", "").split()]
    assert box[2] / box[3] == pytest.approx(across / down, rel=0.01)
    # What both define is told apart, for the picture may be grey where the wall is not.
    ids = [each.get("id") for each in drawn.iter() if each.get("id")]
    assert len(ids) == len(set(ids))
    asked = re.findall(r'(?:url\(#|href="#)([\w-]+)', ET.tostring(inner, encoding="unicode"))
    assert set(asked) <= {each.get("id") for each in inner.iter()}


def test_the_basic_wall_is_a_picture_that_needs_no_script() -> None:
    said = screen().get("/wall/lobby/basic/", {"w": "1920", "h": "1080", "why": 'old <b>"'}).content.decode()
    assert '<noscript><meta http-equiv="refresh" content="15"></noscript>' in said
    assert re.search(r'<img id="board" src="/wall/lobby/board\.svg\?w=1920&amp;h=1080&amp;t=\d+"', said)
    assert 'data-why="old &lt;b&gt;&quot;"' in said


def test_a_page_of_a_cluster_that_is_gone_is_left_out_and_of_none_the_overview_stands() -> None:
    ids = [collect("one"), collect("two")]
    known, _ = walls.made(pages=(Page(ids[0], 10), Page(99, 10)))
    assert pages_of(known.wall, selectors.watched()) == (Turned("one", "one", 10),)
    assert pages_of(known.wall, []) == (Turned(None, "", 30),)


def test_the_wall_goes_to_what_is_sick() -> None:
    ids = [collect("one"), collect("two", "broken")]
    known, _ = walls.made(pages=tuple(Page(one, 10) for one in ids))
    scene = boards.shared().get(None).scene
    turns = [turn_of(known.wall, scene, at) for at in (0.0, 11.0)]
    assert [(one.page.slug, one.attention) for one in turns] == [("two", True)] * 2
    # What nobody vouches for now is not known to be sick.
    late = msgspec.structs.replace(scene, at=scene.at + 6)
    assert [turn_of(known.wall, late, at).page.slug for at in (0.0, 11.0)] == ["one", "two"]
