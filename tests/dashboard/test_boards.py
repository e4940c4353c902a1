"""What walls show of all clusters, made once for everyone, and what the server paints of it."""

import asyncio
import time
import xml.etree.ElementTree as ET

import msgspec
import pytest

from dashboard import boards, zones
from dashboard.board_pictures import SIZES, Pictures, Screen, place_of, size_for
from dashboard.boards import BoardNews, Boards, BoardScene
from dashboard.presenters.cards import CardPlane, WallCard
from planes.models import Cluster
from planes.structs.moments import Epoch
from planes.structs.rows import AttentionRow
from planes.structs.verdicts import State
from tests.dashboard import scenes
from tests.dashboard.rows import Collecting

SVG = "{http://www.w3.org/2000/svg}"
NOW = 1_795_448_530.0


def collect(slug: str, wrong: str = "", nodes: int = 6) -> Collecting:
    collecting = Collecting(slug)
    collecting.flush(scenes.frame(slug, nodes, wrong, time.time()))
    return collecting


def shown(found: boards.Made) -> BoardScene:
    return msgspec.json.decode(found.plain, type=BoardScene)


def expired(made: Boards, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it made holds no longer."""
    monkeypatch.setattr(made, "_until", 0.0)


@pytest.mark.django_db
@pytest.mark.any_database
def test_a_scene_is_made_once_for_all_who_ask_and_a_display_gets_its_own_clusters_only(monkeypatch: pytest.MonkeyPatch) -> None:
    collect("one")
    collect("two", "broken")
    made = Boards()
    ids = {one.slug: one.pk for one in Cluster.objects.all()}
    assert [one.card.slug for one in shown(made.get()).clusters] == ["one", "two"]
    assert [one.card.slug for one in shown(made.get(frozenset({ids["two"]}))).clusters] == ["two"]
    assert made.get() is made.get()
    assert made.scenes == 1
    expired(made, monkeypatch)
    made.get()
    assert made.scenes == 2


@pytest.mark.django_db
@pytest.mark.any_database
def test_a_plane_that_changed_is_announced_with_what_it_was_and_why_to_those_who_may_know(monkeypatch: pytest.MonkeyPatch) -> None:
    one = collect("one")
    collect("two")
    made = Boards()
    assert shown(made.get()).changes == ()
    one.flush(scenes.frame("one", 6, "broken", time.time()))
    expired(made, monkeypatch)
    changes = shown(made.get()).changes
    assert [(each.slug, each.plane, each.before, each.after) for each in changes] == [
        ("one", "control plane", "healthy", "degraded")
    ]
    assert all(each.because for each in changes)
    other = Cluster.objects.get(slug="two").pk
    assert shown(made.get(frozenset({other}))).changes == ()


@pytest.mark.django_db
@pytest.mark.any_database
def test_what_changed_while_nobody_looked_is_not_announced_as_new(monkeypatch: pytest.MonkeyPatch) -> None:
    one = collect("one")
    made = Boards()
    made.get()
    one.flush(scenes.frame("one", 6, "broken", time.time()))
    monkeypatch.setattr(made, "_begun", made._begun - boards.WATCHED)
    expired(made, monkeypatch)
    assert shown(made.get()).changes == ()


@pytest.mark.django_db
@pytest.mark.any_database
def test_news_are_of_one_cluster_as_it_is_now_and_never_of_a_scene_from_before_they_were_asked_for() -> None:
    one = collect("one")
    made = Boards()
    made.get()
    one.flush(scenes.frame("one", 6, "broken", time.time()))
    told = made.news(one.cluster.id)
    assert told is not None
    news = msgspec.json.decode(told, type=BoardNews)
    assert (news.slug, news.cluster.card.control.state) == ("one", "degraded")
    assert [each.after for each in news.changes] == ["degraded"]
    assert made.scenes == 2
    assert made.news(one.cluster.id + 1) is None


@pytest.mark.django_db
@pytest.mark.any_database
def test_all_that_is_wrong_with_a_cluster_is_told_for_the_wall_that_shows_it_alone() -> None:
    one = collect("one")
    wrong = [
        AttentionRow(f"k{at:02}", "Node", f"n-{at:02}", f"n-{at:02}", State.DOWN, "No heartbeat.", Epoch(NOW)) for at in range(40)
    ]
    one.flush(msgspec.structs.replace(scenes.frame("one", 6, "", time.time()), attention=wrong))
    [found] = Boards().get().scene.clusters
    told = [*found.card.trouble, *found.further]
    assert [each.title for each in told] == [each.title for each in wrong[: len(told)]]
    assert (len(found.card.trouble), len(told), found.card.more) == (3, 30, 37)


@pytest.mark.django_db
@pytest.mark.any_database
def test_the_ribbons_of_a_day_come_some_at_a_time_and_none_is_made_up_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boards, "DAYS_AT_ONCE", 1)
    collect("one")
    collect("two")
    made = Boards()
    assert [one.sky is None for one in shown(made.get()).clusters] == [False, True]
    expired(made, monkeypatch)
    found = shown(made.get()).clusters
    assert [one.sky is None for one in found] == [False, False]
    for one in found:
        assert one.sky is not None
        assert one.sky[0][1] == ""  # nobody had watched it a day ago


@pytest.mark.django_db
@pytest.mark.any_database
def test_a_cluster_that_goes_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    collect("one")
    collect("two")
    made = Boards()
    made.get()
    Cluster.objects.filter(slug="one").delete()
    expired(made, monkeypatch)
    assert [one.card.slug for one in shown(made.get()).clusters] == ["two"]


# --- painted ------------------------------------------------------------------------------------------------------------------


def scene(count: int) -> bytes:
    plane = CardPlane("healthy", "healthy", "", NOW - 60)
    cards = [WallCard(f"c{at}", f"cluster <{at}>", plane, plane, 6, 6, 60, "6 nodes") for at in range(count)]
    turns = ((NOW - 86_400, "healthy"),)
    clusters = tuple(boards.BoardCluster(one, NOW - 1, NOW - 1, 0.0, turns, turns, None, False, NOW - 9e5) for one in cards)
    return msgspec.json.encode(BoardScene(NOW, clusters, ()))


@pytest.mark.parametrize("count", [0, 1, 12, 60])
def test_the_server_paints_the_same_wall_with_its_time_in_it(count: int) -> None:
    screen = Screen(size=(1920, 1080), name="Platform team", place="floor 3", message="Call Ana.", zone="Europe/Berlin")
    drawn = ET.fromstring(Pictures().draw(screen, scene(count), NOW))  # noqa: S314 - our own
    words = [text.text for text in drawn.iter(f"{SVG}text")]
    assert "Platform team · floor 3 · painted 16:42:10 CET" in words
    assert "Call Ana." in words
    assert len([one for one in drawn.iter(f"{SVG}g") if one.get("data-card")]) == count


def test_old_screens_find_every_shape_by_the_name_that_they_know() -> None:
    drawn = Pictures().draw(Screen(size=(1280, 720)), scene(1), NOW).decode()
    assert drawn.count("<use ") == drawn.count(" xlink:href=") > 0


async def test_a_picture_is_painted_once_for_all_who_look_and_again_when_it_is_old(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boards.shared(), "get", lambda _: boards.Made(BoardScene(NOW, (), ()), "", scene(3)))
    pictures = Pictures(holds=60.0)
    screen = Screen(size=(1280, 720))
    found = await asyncio.gather(*(pictures.get(screen) for _ in range(20)))
    assert len({one.etag for one in found}) == pictures.painted == 1
    assert (await pictures.get(screen)).etag == found[0].etag
    assert pictures.painted == 1
    aged = Pictures(holds=0.0)
    await aged.get(screen)
    await aged.get(screen)
    assert aged.painted == 2


@pytest.mark.parametrize(
    ("width", "height", "painted"),
    [
        (1280, 720, (1280, 720)),
        (1366, 768, (1920, 1080)),
        (960, 540, (1280, 720)),
        (7680, 4320, (3840, 2160)),
        (1080, 1920, (1080, 1920)),
        (0, 0, (1920, 1080)),
        (1, 40_000, (720, 1280)),
    ],
)
def test_a_screen_takes_the_picture_that_is_shaped_most_like_it(width: int, height: int, painted: tuple[int, int]) -> None:
    assert size_for(width, height) == painted
    assert painted in SIZES


# --- where and when -----------------------------------------------------------------------------------------------------------


def test_a_screen_is_where_it_was_said_to_be_else_where_its_zone_is_named_after() -> None:
    assert zones.clock("Europe/Berlin", NOW) == ("16:42:10", "CET")
    assert zones.clock("", NOW) == ("15:42:10", "UTC")
    berlin = zones.place("Europe/Berlin")
    assert berlin is not None
    assert [round(one, 2) for one in berlin] == [52.5, 13.37]
    assert zones.place("Etc/UTC") is None
    told = place_of(1.0, 2.0, "Europe/Berlin", NOW)
    assert (told.latitude, told.longitude, told.offset) == (1.0, 2.0, 3600.0)
    assert place_of(None, None, "America/Bogota", NOW).latitude == pytest.approx(4.6)
    assert place_of(None, None, "", NOW).latitude is None
