"""What somebody has seen wants no attention until something else is wrong."""

import time

import pytest
from django.contrib.auth.models import User
from django.test import Client

from dashboard import acknowledged, boards
from dashboard.acknowledged import Acknowledged, said
from dashboard.boards import Boards
from dashboard.presenters.cards import CardPlane
from tests.dashboard import scenes, walls
from tests.dashboard.rows import Collecting

NOW = 1_795_448_530.0
SEEN = Acknowledged("ada", NOW)


def plane(state: str, since: float | None) -> CardPlane:
    return CardPlane(state, state, "", since)


@pytest.mark.parametrize(
    ("control", "data", "by"),
    [
        (plane("healthy", NOW - 9), plane("down", NOW - 1), "ada"),
        (plane("healthy", NOW + 9), plane("down", NOW), "ada"),  # what is well may have begun whenever it did
        (plane("degraded", NOW - 1), plane("down", NOW - 1), "ada"),
        (plane("degraded", NOW - 1), plane("down", NOW + 0.1), ""),  # it became worse since
        (plane("healthy", NOW - 9), plane("down", None), ""),
        (plane("healthy", NOW - 9), plane("healthy", NOW - 9), ""),
        (plane("unknown", NOW - 9), plane("unknown", NOW - 9), ""),
    ],
)
def test_it_holds_for_the_states_that_there_were_then(control: CardPlane, data: CardPlane, by: str) -> None:
    assert said((control, data), SEEN) == by
    assert said((control, data), None) == ""


@pytest.mark.django_db
@pytest.mark.any_database
def test_who_is_signed_in_acknowledges_and_a_screen_does_not(visitor: User, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Boards()
    monkeypatch.setattr(boards, "shared", lambda: made)
    collecting = Collecting("prod")
    collecting.flush(scenes.frame("prod", 6, "broken", time.time()))
    screen = walls.screen(walls.made()[1])
    assert screen.post("/c/prod/acknowledge/").status_code == 302  # to sign in
    assert Client().post("/c/prod/acknowledge/").status_code == 302
    assert acknowledged.every() == {}
    person = Client()
    person.force_login(visitor)
    assert person.get("/c/prod/acknowledge/").status_code == 405
    assert person.post("/c/none/acknowledge/").status_code == 404
    assert made.get().scene.clusters[0].acknowledged == "", "which holds for a second"
    assert person.post("/c/prod/acknowledge/").status_code == 204
    assert made.get().scene.clusters[0].acknowledged == visitor.get_username()
    assert "data-person" in person.get("/wall/lobby/").content.decode()
    assert "data-person" not in screen.get("/wall/lobby/").content.decode()
