"""Displays: made by operators, opened by a secret link, good for their own wall and for nothing else, ended at once."""

import re

import pytest
from django.conf import settings
from django.core.signing import Signer
from django.db import DatabaseError
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse

from dashboard import consumers, displays, seen, showing
from dashboard.display_shapes import Over, Page
from dashboard.displays import Wanted
from dashboard.logs import redact
from dashboard.models import Display
from dashboard.rest.allowance import Allowance
from dashboard.urls import urlpatterns
from dashboard.views import screens
from tests.dashboard.conftest import Served, holds, in_thread
from tests.dashboard.rows import Collecting
from tests.dashboard.test_server import close_code
from tests.dashboard.walls import TV, made, screen


@pytest.fixture(autouse=True)
def _nothing_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(displays, "_noted", {})
    monkeypatch.setattr(screens, "_wrong", Allowance(30, 60))


def test_the_secret_is_shown_once_and_only_its_digest_is_kept(operator: Client, collecting: Collecting) -> None:
    page = operator.post("/displays/new/", {"name": "Lobby", "place": "Berlin", "shows": "overview", "scope": "every"})
    found = re.search(r'<code id="made">http://testserver/wall/in/([0-9a-f]{12}_[A-Za-z0-9_-]{43})/</code>', page.content.decode())
    assert found is not None
    row = Display.objects.get()
    assert not any(found[1].partition("_")[2] in str(value) for value in vars(row).values())
    for address in ("/displays/", f"/displays/{row.pk}/", "/wall/lobby/"):
        assert found[1] not in operator.get(address).content.decode()
    assert (row.name, row.place, row.author) == ("Lobby", "Berlin", "grace")


def test_the_link_lets_a_screen_in_and_leads_on_at_once(db: None) -> None:
    _, secret = made()
    client = Client(headers=TV)
    answer = client.get(f"/wall/in/{secret}/")
    assert (answer.status_code, answer["Location"], answer["Referrer-Policy"]) == (302, "/wall/lobby/", "no-referrer")
    assert answer["Cache-Control"].find("no-store") >= 0
    (cookie,) = answer.cookies.values()
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert int(cookie["max-age"]) > 366 * 86_400
    assert secret not in cookie.value
    assert client.get("/wall/lobby/").status_code == 200
    # As often as it is switched on, and from wherever.
    assert Client().get(f"/wall/in/{secret}/", REMOTE_ADDR="198.51.100.7").status_code == 302


#: What anybody may open, signed in or not; and what a display may, besides.
OPEN = {"signin", "signin-link", "signout", "wall-link", "pair", "pair-state", "wall-worker"}
OWN = {"wall_cluster", "wall-says", "wall-scene", "wall-basic", "wall-board", "wall-board-png", "wall-page"}
FILLED = {
    "trial": "0123456789abcdef",
    "slug": "prod",
    "cluster": "prod",
    "display": "lobby",
    "kind": "kube-scheduler",
    "name": "node-0",
    "node": "node-0",
    "incident": "x",
    "token": "x",
    "secret": "x",
    "number": 1,
}


@pytest.mark.any_database
def test_a_display_opens_its_wall_and_nothing_else_whatever_there_is(collecting: Collecting) -> None:
    """A new address is refused until it is named above."""
    _, secret = made(pages=(Page(collecting.cluster.id),))
    client = screen(secret)
    # What it opens of its own is its own alone: of a cluster and of another display's wall nothing.
    _, other = made(name="Other")
    assert client.get("/wall/prod/").status_code == 403
    assert client.get("/wall/other/").status_code == 403
    assert client.post("/wall/other/says/").status_code == 403
    assert screen(other).get("/wall/lobby/").status_code == 403
    opened = set()
    for one in urlpatterns:
        assert one.name is not None
        filled = {**FILLED, "slug": "lobby"} if one.name in OWN else FILLED
        places = {name: filled[name] for name in one.pattern.converters}
        for answer in (client.get(reverse(one.name, kwargs=places)), client.post(reverse(one.name, kwargs=places))):
            to_sign_in = answer.status_code == 302 and answer["Location"].startswith("/signin/")
            if not (to_sign_in or answer.status_code in (401, 403, 405)):
                opened.add(one.name)
    assert opened - OPEN == OWN


@pytest.mark.any_database
@pytest.mark.parametrize("slug", ["lobby", "nowhere"])
def test_who_holds_nothing_is_not_told_which_displays_there_are(db: None, slug: str) -> None:
    made()
    for answer in (Client().get(f"/wall/{slug}/"), Client().post(f"/wall/{slug}/says/")):
        assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/signin/")


@pytest.mark.any_database
def test_a_machine_with_two_screens_shows_two_displays(db: None) -> None:
    (_, first), (_, second) = made(), made(name="Upper")
    client = screen(first)
    assert client.get(f"/wall/in/{second}/").status_code == 302
    assert [client.get(f"/wall/{slug}/").status_code for slug in ("lobby", "upper")] == [200, 200]


@pytest.mark.any_database
@pytest.mark.parametrize("change", ["value", "generation", "of another display", "salt", "none"])
def test_a_session_cannot_be_made_up(db: None, change: str) -> None:
    known, secret = made()
    other, other_secret = made(name="Other")
    name = f"{settings.DISPLAY_COOKIE}_{known.prefix}"
    right = screen(secret).cookies[name].value
    wrong = {
        "value": right[:-1] + ("A" if right[-1] != "A" else "B"),
        "generation": right.replace("1.", "2.", 1),
        "of another display": screen(other_secret).cookies[f"{settings.DISPLAY_COOKIE}_{other.prefix}"].value,
        "salt": Signer(salt="another").sign("1." + "0" * 16),
        "none": "",
    }[change]
    client = Client()
    client.cookies[name] = wrong
    assert client.get("/wall/lobby/").status_code == 403


@pytest.mark.parametrize(
    ("ending", "over", "status"),
    [
        ("renew", Over.REPLACED, 410),
        ("revoke", Over.REVOKED, 410),
        ("expire", Over.EXPIRED, 410),
        ("elsewhere", Over.ELSEWHERE, 403),
        ("delete", None, 404),
    ],
)
def test_a_display_that_is_over_says_why_to_who_held_it_and_nothing_to_others(
    db: None, ending: str, over: Over | None, status: int
) -> None:
    known, secret = made()
    client = screen(secret)
    number = known.wall.id
    if ending == "renew":
        assert displays.renew(number) is not None
    elif ending == "revoke":
        assert displays.revoke(number)
    elif ending == "delete":
        assert displays.delete(number)
    elif ending == "expire":
        Display.objects.update(expires=known.created)
    else:
        displays.change(number, Wanted(name="Lobby", networks="192.0.2.0/24"))
    assert displays.opened(secret, "127.0.0.1", known.created + 1) == over
    link = Client().get(f"/wall/in/{secret}/")
    assert link.status_code == status
    wall = client.get("/wall/lobby/")
    assert wall.status_code == (403 if over is None else status)
    assert "Clear-Site-Data" not in wall.headers, "browsers heed it over HTTPS alone"
    secure = client.get("/wall/lobby/", secure=True)
    assert secure.headers.get("Clear-Site-Data") == (None if over is None else '"storage"')
    if over is not None:
        title = showing.SAID[over][0]
        assert title in link.content.decode()
        assert title in wall.content.decode()
    # Of a link that was never right nobody learns what there is.
    wrong = Client().get(f"/wall/in/{known.prefix}_{'x' * 43}/")
    assert (wrong.status_code, "This link opens nothing" in wrong.content.decode()) == (404, True)


def test_another_link_opens_the_display_and_the_first_does_so_no_more(db: None) -> None:
    known, first = made()
    second = displays.renew(known.wall.id)
    assert second is not None
    assert screen(second).get("/wall/lobby/").status_code == 200
    third = displays.renew(known.wall.id)
    assert third is not None
    # Of those before the last one nothing is known any more.
    assert [displays.opened(one, "", known.created) for one in (first, second)] == [None, Over.REPLACED]
    assert displays.revoke(known.wall.id)
    assert not displays.revoke(known.wall.id)
    assert displays.renew(known.wall.id) is None


@pytest.mark.any_database
@pytest.mark.parametrize("secret", ["x", "0" * 12, "0" * 12 + "_", "0" * 12 + "_" + "x" * 43, "é" * 56, "x" * 5_000])
def test_what_is_no_link_opens_nothing(db: None, secret: str) -> None:
    made()
    assert Client().get(f"/wall/in/{secret}/").status_code == 404


@pytest.mark.any_database
def test_who_guesses_links_has_to_wait(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screens, "_wrong", Allowance(30, 2))
    _, secret = made()
    assert [Client().get("/wall/in/x/").status_code for _ in range(3)] == [404, 404, 429]
    waits = Client().get(f"/wall/in/{secret}/")
    assert (waits.status_code, waits["Retry-After"]) == (429, "2")
    assert Client().get(f"/wall/in/{secret}/", REMOTE_ADDR="198.51.100.7").status_code == 302


def test_secrets_of_displays_are_hidden_in_logs() -> None:
    secret = "0" * 12 + "_" + "x" * 43
    for line in (f"GET /wall/in/{secret}/", f"secret was {secret} today", f"planewatch_display_{'0' * 12}=1.{'0' * 16}:sig"):
        assert "xxxx" not in redact(line)
        assert "sig" not in redact(line)
        assert "[hidden]" in redact(line)


# --- what is seen of it ---------------------------------------------------------------------------------------------------------


def says(client: Client, **given: str) -> int:
    return client.post(
        "/wall/lobby/says/", {"w": "1920", "h": "1080", "frame": "0.5", "wall": "full", "v": seen.version(), **given}
    ).status_code


def test_what_a_screen_says_is_written_down_once_in_ten_seconds(db: None) -> None:
    _, secret = made()
    client = screen(secret)
    for width in ("1920", "1280", "800"):
        assert says(client, w=width) == 200
    known = displays.find("lobby")
    assert known is not None
    assert known.seen is not None
    assert (known.seen.width, known.seen.browser, known.seen.address, known.seen.wall) == (1920, "Chromium 87", "127.0.0.1", "full")
    # Of another process the same holds.
    displays._noted.clear()
    says(client, w="800")
    assert Display.objects.get().width == 1920
    displays._noted.clear()
    Display.objects.update(seen_at=known.seen.at - 10.1)
    says(client, w="800")
    assert Display.objects.get().width == 800


def test_a_second_screen_of_one_display_is_noticed(db: None) -> None:
    _, secret = made()
    first, second = screen(secret), screen(secret)
    says(first)
    assert Display.objects.get().also_at is None
    says(first)
    says(second)
    assert Display.objects.get().also_at is not None


def test_a_screen_without_scripts_is_seen_by_what_it_loads(db: None, reader: Client) -> None:
    _, secret = made()
    assert reader.get("/wall/lobby/basic/").status_code == 200
    assert Display.objects.get().seen_at is None
    assert screen(secret).get("/wall/lobby/basic/?w=1366&h=768&why=no+scripts").status_code == 200
    row = Display.objects.get()
    assert (row.wall, row.why_basic, row.width, row.frame_at == row.seen_at) == ("basic", "no scripts", 1366, True)


def test_what_a_person_sees_of_a_wall_is_not_taken_for_its_screen(db: None, reader: Client) -> None:
    made()
    assert says(reader) == 200
    assert Display.objects.get().seen_at is None


@pytest.mark.any_database
def test_that_a_screen_cannot_be_written_down_darkens_no_wall(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    _, secret = made()
    client = screen(secret)

    def fails(*_: object, **__: object) -> int:
        raise DatabaseError("the disk is full")

    monkeypatch.setattr(QuerySet, "update", fails)
    assert says(client) == 200


def test_a_screen_keeps_its_session_and_learns_that_its_display_was_changed(db: None) -> None:
    known, secret = made()
    client = screen(secret)
    before = client.post("/wall/lobby/says/")
    assert before.json()["edited"] == known.wall.edited
    assert (
        before.cookies[f"{settings.DISPLAY_COOKIE}_{known.prefix}"].value
        == client.cookies[f"{settings.DISPLAY_COOKIE}_{known.prefix}"].value
    )
    displays.change(known.wall.id, Wanted(name="Hall"), known.created + 60)
    assert client.post("/wall/lobby/says/").json()["edited"] == known.created + 60


# --- sockets --------------------------------------------------------------------------------------------------------------------


async def test_a_display_hears_of_its_own_clusters_alone_and_its_sockets_close_when_it_is_revoked(
    served: Served, collecting: Collecting
) -> None:
    number = collecting.cluster.id
    known, secret = await in_thread(made)(clusters=frozenset({number}))
    _, elsewhere = await in_thread(made)(name="Other", clusters=frozenset({number + 1}))
    client, other = await in_thread(screen)(secret), await in_thread(screen)(elsewhere)

    def cookies(of: Client) -> str:
        return "; ".join(f"{name}={one.value}" for name, one in of.cookies.items())

    wall = await served.socket("/ws/wall/lobby/", signed_in=False, cookies=cookies(client))
    picture = await served.socket("/ws/wall/lobby/c/prod/", signed_in=False, cookies=cookies(client))
    # That of a basic wall tells of its end alone.
    ends = await served.socket("/ws/wall/lobby/ends/", signed_in=False, cookies=cookies(client))
    assert "hb" in str(await wall.recv())
    assert "hb" in str(await picture.recv())
    refused = {
        "/ws/wall/": client,  # those of people
        "/ws/c/prod/": client,
        "/ws/wall/lobby/": other,
        "/ws/wall/lobby/ends/": other,
    }
    for path, by in refused.items():
        assert await close_code(await served.socket(path, signed_in=False, cookies=cookies(by))) == consumers.SIGNED_OUT
    hidden = await served.socket("/ws/wall/other/c/prod/", signed_in=False, cookies=cookies(other))
    assert await close_code(hidden) == consumers.NO_SUCH_CLUSTER
    changed = await served.socket("/ws/wall/other/", signed_in=False, cookies=cookies(other))
    await changed.recv()
    otherwise = await served.socket("/ws/wall/other/ends/", signed_in=False, cookies=cookies(other))
    await in_thread(displays.revoke)(known.wall.id)
    found = await in_thread(displays.find)("other")
    assert found is not None
    await in_thread(displays.change)(found.wall.id, Wanted(name="Other"))
    assert await close_code(wall) == consumers.SIGNED_OUT
    assert await close_code(picture) == consumers.SIGNED_OUT
    assert await close_code(ends) == consumers.SIGNED_OUT
    assert await close_code(changed) == consumers.CHANGED
    assert await close_code(otherwise) == consumers.CHANGED
    await holds(lambda: served.hub.viewers == 0)
