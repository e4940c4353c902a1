"""Displays in the hands of operators: made, changed, given another link, revoked, deleted, and listed for everybody."""

import re
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client

from dashboard import displays, tokens
from dashboard.display_shapes import Over, Page, Seen
from dashboard.displays import Known, WrongError
from dashboard.models import Display
from tests.dashboard.rows import Collecting
from tests.dashboard.walls import made, screen


@pytest.fixture(autouse=True)
def _nothing_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(displays, "_noted", {})


@pytest.mark.any_database
def test_who_is_signed_in_sees_the_displays_and_only_operators_change_them(
    reader: Client, operator: Client, collecting: Collecting
) -> None:
    known, _ = made()
    number = known.wall.id
    assert "Lobby" in reader.get("/displays/").content.decode()
    assert "Make a display" not in reader.get("/displays/").content.decode()
    assert "Make a display" in operator.get("/displays/").content.decode()
    for address in ("/displays/new/", f"/displays/{number}/"):
        assert reader.get(address).status_code == 403
        for what in ({"name": "Mine"}, {"revoke": "1"}, {"renew": "1"}, {"delete": "1"}, {"delete": "1", "sure": "1"}):
            assert reader.post(address, what).status_code == 403
        assert operator.get(address).status_code == 200
    assert Client().get("/displays/").status_code == 302
    assert [row.name for row in Display.objects.all()] == ["Lobby"]


def test_an_operator_changes_renews_revokes_and_deletes(operator: Client, collecting: Collecting) -> None:
    known, first = made()
    address = f"/displays/{known.wall.id}/"
    form = {
        "name": "Hall",
        "shows": "rotation",
        "page": ["overview", str(collecting.cluster.id), ""],
        "seconds": ["30", "20", "30"],
        "scope": "some",
        "cluster": [str(collecting.cluster.id)],
    }
    assert operator.post(address, {**form, "ends": "2999-03-01"}).status_code == 302
    changed = displays.by_id(known.wall.id)
    assert changed is not None
    assert changed.wall.name == "Hall"
    assert changed.wall.slug == "lobby"
    assert changed.wall.pages == (Page(None, 30), Page(collecting.cluster.id, 20))
    assert changed.wall.clusters == frozenset({collecting.cluster.id})
    assert changed.term.expires == datetime(2999, 3, 1, tzinfo=UTC).timestamp()
    assert changed.term.generation == known.term.generation, "its screen stays"
    page = operator.post(address, {"renew": "1"}).content.decode()
    second = re.search(r"/wall/in/([0-9a-f]{12}_[A-Za-z0-9_-]{43})/", page)
    assert second is not None
    assert second[1] != first
    assert isinstance(displays.opened(second[1], "", known.created), Known)
    assert operator.post(address, {"revoke": "1"}).status_code == 302
    assert displays.opened(second[1], "", known.created) is Over.REVOKED
    assert operator.post(address, {"renew": "1"}).status_code == 409
    asked = operator.post(address, {"delete": "1"})
    assert "Delete Hall" in asked.content.decode()
    assert displays.by_id(known.wall.id) is not None, "it is asked first"
    assert operator.post(address, {"delete": "1", "sure": "1"}).status_code == 302
    assert operator.get(address).status_code == 404
    assert operator.post(address, {"delete": "1", "sure": "1"}).status_code == 404
    assert operator.get(f"/displays/{'9' * 40}/").status_code == 404


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"name": " "}, "needs a name"),
        ({"name": "x" * 101}, "at most 100 characters"),
        ({"place": "x" * 101}, "at most 100 characters"),
        ({"message": "x" * 501}, "at most 500 characters"),
        ({"clusters": frozenset()}, "Choose the clusters"),
        ({"clusters": frozenset({1}), "pages": (Page(2),)}, "may not show"),
        ({"pages": ()}, "shows one page"),
        ({"scale": 0.4}, "from 0.5 to 3"),
        ({"scale": 3.1}, "from 0.5 to 3"),
        ({"latitude": 1.0}, "both, latitude and longitude"),
        ({"latitude": 91.0, "longitude": 0.0}, "from −90 to 90"),
        ({"latitude": 0.0, "longitude": 180.5}, "from −90 to 90"),
        ({"expires": 1.0}, "lies in the past"),
        ({"networks": "here"}, "is no address"),
        ({"zone": "Mars"}, "Europe/Berlin"),
        ({"reload_at": "25:00"}, "03:30"),
    ],
)
@pytest.mark.any_database
def test_a_display_that_cannot_be_is_refused_in_a_sentence(db: None, wanted: dict[str, object], said: str) -> None:
    with pytest.raises(WrongError, match=said):
        made(**wanted)
    assert not Display.objects.exists()


@pytest.mark.any_database
def test_a_form_that_is_refused_keeps_what_was_typed(operator: Client, collecting: Collecting) -> None:
    page = operator.post(
        "/displays/new/", {"name": "Lobby", "shows": "rotation", "page": "overview", "seconds": "4321", "scope": "every"}
    )
    assert page.status_code == 400
    assert "A page stands for 5 to 3,600 seconds." in page.content.decode()
    assert 'value="4321"' in page.content.decode()


def test_more_rows_of_a_rotation_save_nothing_and_keep_what_was_typed(operator: Client, collecting: Collecting) -> None:
    typed = {"name": "Lobby", "shows": "rotation", "page": "overview", "seconds": "45", "scope": "every"}
    page = operator.post("/displays/new/", {**typed, "rows": "1"}).content.decode()
    assert not Display.objects.exists()
    assert 'value="45"' in page
    assert page.count('name="page"') == 11
    known, _ = made()
    assert operator.post(f"/displays/{known.wall.id}/", {**typed, "name": "Hall", "rows": "1"}).status_code == 200
    assert [row.name for row in Display.objects.all()] == ["Lobby"]


def test_no_display_takes_the_address_of_a_cluster_and_one_that_has_it_keeps_it(operator: Client, collecting: Collecting) -> None:
    known, _ = made(name="prod")
    assert known.wall.slug == "prod-2"
    assert operator.get("/wall/prod/").context["snapshot"].name == "prod"
    again, _ = made(name="Lobby"), made(name="Lobby")
    assert again[0].wall.slug == "lobby"


def test_there_is_a_bound_to_how_many_there_are(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(displays, "MOST", 1)
    made()
    with pytest.raises(WrongError, match="There are 1 displays"):
        made(name="Upper")


@pytest.mark.any_database
def test_the_list_says_which_wall_is_dark_since_when(reader: Client, collecting: Collecting) -> None:
    page = reader.get("/displays/").content.decode()
    assert "No wall hangs yet" in page
    known, _ = made()
    heard = known.created - 3420
    displays.note(known.wall.id, Seen(heard, "10.4.1.31", "Chromium 142", "v", 1920, 1080, heard - 1, "full", "", 0.0), "s")
    page = reader.get("/displays/").content.decode()
    assert "dark <" in page
    assert "57\xa0min" in page
    assert "1920 × 1080, Chromium 142, at 10.4.1.31." in page


def test_the_api_tells_how_each_display_stands_and_no_secret(reader: Client, collecting: Collecting) -> None:
    number = collecting.cluster.id
    dark, secret = made(clusters=frozenset({number}))
    made(name="Upper", clusters=frozenset({number, number + 1}))
    heard = dark.created - 3420
    displays.note(
        dark.wall.id, Seen(heard, "10.4.1.31", "Chromium 56", "v", 1920, 1080, heard - 1, "basic", "no modules", 7200.0), "s"
    )
    answer = reader.get("/api/v1/displays").json()
    assert (answer["count"], answer["next"]) == (2, None)
    assert answer["counts"] == {"dark": 1, "degraded": 0, "drawing": 0, "waiting": 1, "ended": 0}
    lobby, upper = answer["displays"]
    assert (lobby["slug"], lobby["state"], lobby["since"], lobby["screen"]["wall"]) == ("lobby", "dark", heard, "basic")
    assert (upper["slug"], upper["state"], upper["screen"]) == ("upper", "waiting", None)
    assert secret[13:] not in str(answer)
    assert dark.prefix not in str(answer)
    assert [one["slug"] for one in reader.get("/api/v1/displays?state=dark").json()["displays"]] == ["lobby"]
    # In pages, which are the whole list.
    first = reader.get("/api/v1/displays?limit=1").json()
    second = reader.get(f"/api/v1/displays?limit=1&cursor={first['next']}").json()
    assert [one["slug"] for page in (first, second) for one in page["displays"]] == ["lobby", "upper"]
    assert second["next"] is None
    assert reader.get("/api/v1/displays?state=broken").status_code == 400
    # A token for some clusters is told of displays that may show no others; a display of none.
    token = tokens.make(User.objects.get(username="ada"), "alerts", [number])
    told = Client().get("/api/v1/displays", headers={"Authorization": f"Bearer {token}"}).json()
    assert [one["slug"] for one in told["displays"]] == ["lobby"]
    assert screen(secret).get("/api/v1/displays").status_code == 401
