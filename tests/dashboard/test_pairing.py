"""A screen that shows a code until an operator confirms it: nothing is shown before, a code is good once, and guessing is slow."""

import re

import pytest
import redis
import segno
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from dashboard import displays, pairings
from dashboard.displays import Wanted
from dashboard.guessing import Bucket, Guessing
from dashboard.models import Display, Pairing
from dashboard.pairings import ALPHABET, LENGTH, TooManyError
from dashboard.rest.allowance import Allowance
from dashboard.views import pairing
from tests.dashboard.rows import Collecting
from tests.dashboard.walls import TV, made, screen
from tests.services import Valkey, until

STATE, CONFIRM = "/pair/state/", "/displays/pair/"


@pytest.fixture(autouse=True)
def _nobody_has_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairing, "_new", Allowance(60, 120))
    monkeypatch.setattr(pairing, "_guessing", guessing())


def guessing(of_one: int = 20, of_all: int = 200) -> Guessing:
    """As a web process that has just begun."""
    return Guessing("code", (Bucket(10, of_one), Bucket(10, of_one), Bucket(100, of_all)))


def code_on(tv: Client) -> str:
    """What the screen shows now."""
    page = tv.get("/pair/").content.decode()
    found = re.search(r'id="code">([^<]+)<', page)
    assert found is not None, page
    return found[1]


@pytest.mark.parametrize("choice", ["new", "one that exists"])
def test_a_screen_is_paired_by_an_operator_and_comes_to_its_wall(operator: Client, collecting: Collecting, choice: str) -> None:
    tv = Client(headers=TV)
    code = code_on(tv)
    assert tv.cookies["planewatch_pairing"]["max-age"] == "", "it is there still when the code is over"
    assert re.fullmatch(f"[{ALPHABET}]{{4}}-[{ALPHABET}]{{2}}", code)
    assert code_on(tv) == code, "it stays until it is over"
    waiting = tv.get(f"{STATE}?w=3840&h=2160").json()
    assert (waiting["state"], 590 < waiting["left"] <= 600) == ("waiting", True)
    known = made()[0] if choice != "new" else None
    page = operator.get(f"{CONFIRM}?code={code.lower()}").content.decode()
    assert "It is at 127.0.0.1, 3840 × 2160, Chromium 87" in page
    assert tv.get(STATE).json()["state"] == "waiting", "looking at it confirms nothing"
    answer = operator.post(
        CONFIRM, {"code": code, "display": str(known.wall.id) if known else "new", "name": "Lobby", "place": "Berlin"}
    )
    assert answer.status_code == 302
    assert Display.objects.count() == 1
    confirmed = tv.get(STATE)
    assert (confirmed.json()["state"], confirmed.json()["to"]) == ("confirmed", "/wall/lobby/")
    assert tv.get("/wall/lobby/").status_code == 200
    # The same code once more, and the same screen after its answer was lost.
    assert operator.get(f"{CONFIRM}?code={code}").status_code == 404
    assert tv.get(STATE).json()["state"] == "confirmed"


def test_a_screen_without_scripts_comes_to_its_wall_by_loading_itself_again(operator: Client, collecting: Collecting) -> None:
    tv = Client(headers=TV)
    code = code_on(tv)
    assert '<noscript><meta http-equiv="refresh" content="15"></noscript>' in tv.get("/pair/").content.decode()
    operator.post(CONFIRM, {"code": code, "display": "new", "name": "Lobby"})
    answer = tv.get("/pair/")
    assert (answer.status_code, answer["Location"]) == (302, "/wall/lobby/")
    assert tv.get("/wall/lobby/").status_code == 200


@pytest.mark.any_database
def test_a_screen_that_starts_at_pair_is_led_to_the_display_that_it_has_and_back_to_it_when_it_is_prolonged(db: None) -> None:
    known, secret = made()
    tv = screen(secret)
    assert tv.get("/pair/")["Location"] == "/wall/lobby/"
    Display.objects.update(expires=1.0)
    assert '<meta http-equiv="refresh" content="60; url=/pair/">' in tv.get("/wall/lobby/").content.decode()
    code_on(tv)
    assert tv.get(STATE).json()["state"] == "waiting"
    Display.objects.update(expires=None)
    back = tv.get(STATE).json()
    assert (back["state"], back["to"]) == ("confirmed", "/wall/lobby/")
    displays.revoke(known.wall.id)
    assert tv.get("/pair/").status_code == 200


@pytest.mark.any_database
def test_a_screen_that_had_many_displays_finds_the_one_that_is_good(db: None) -> None:
    tv = Client(headers=TV)
    for number in range(12):
        known, secret = made(name=f"Old {number}")
        assert tv.get(f"/wall/in/{secret}/").status_code == 302
        if number != 10:
            displays.revoke(known.wall.id)
    assert tv.get("/pair/")["Location"] == "/wall/old-10/"


@pytest.mark.any_database
def test_a_code_opens_nothing_by_itself(operator: Client, collecting: Collecting) -> None:
    """Who overhears it, or the digests, has not what the screen has."""
    tv = Client(headers=TV)
    code = code_on(tv)
    other = Client(headers=TV)
    other.cookies["planewatch_pairing"] = f"{code.replace('-', '')}.{'x' * 43}"
    operator.post(CONFIRM, {"code": code, "display": "new", "name": "Lobby"})
    assert other.get(STATE).json()["state"] == "over"
    nothing = Client().get(STATE).json()
    assert (nothing["state"], nothing["cookie"]) == ("over", False)
    row = Pairing.objects.get()
    assert code.replace("-", "") not in "".join(str(value) for value in vars(row).values())


def test_a_code_that_ran_out_is_replaced_by_itself(operator: Client, collecting: Collecting) -> None:
    tv = Client(headers=TV)
    code = code_on(tv)
    Pairing.objects.update(expires=1.0)
    assert tv.get(STATE).json()["state"] == "over"
    assert tv.get(STATE).json()["cookie"] is True
    assert operator.get(f"{CONFIRM}?code={code}").status_code == 404
    assert operator.post(CONFIRM, {"code": code, "display": "new", "name": "Lobby"}).status_code == 404
    assert code_on(tv) != code
    assert Pairing.objects.count() == 1, "what is over is swept away"
    assert not Display.objects.exists()


@pytest.mark.any_database
@pytest.mark.parametrize("ending", ["revoked", "deleted", "not from there"])
def test_a_display_that_ends_before_its_screen_comes_shows_nothing(operator: Client, collecting: Collecting, ending: str) -> None:
    tv = Client(headers=TV)
    code = code_on(tv)
    known, _ = made()
    operator.post(CONFIRM, {"code": code, "display": str(known.wall.id)})
    if ending == "revoked":
        displays.revoke(known.wall.id)
    elif ending == "deleted":
        displays.delete(known.wall.id)
    else:
        displays.change(known.wall.id, Wanted(name="Lobby", networks="192.0.2.0/24"))
    assert tv.get(STATE).json()["state"] == "over"
    assert code_on(tv) != code


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"display": "new", "name": ""}, "A display needs a name"),
        ({"display": "new", "name": "x" * 101}, "at most 100 characters"),
        ({"display": "999"}, "Choose the display"),
        ({"display": "²"}, "Choose the display"),
        ({"display": ""}, "Choose the display"),
        ({"display": "over"}, "This display was revoked"),
        ({"display": "elsewhere"}, "Not from here"),
    ],
)
def test_a_choice_that_cannot_be_is_said_and_the_code_stays_good(
    operator: Client, collecting: Collecting, chosen: dict[str, str], said: str
) -> None:
    tv = Client(headers=TV)
    code = code_on(tv)
    over, elsewhere = made(name="Over")[0].wall.id, made(name="Elsewhere", networks="192.0.2.0/24")[0].wall.id
    displays.revoke(over)
    number = {"over": str(over), "elsewhere": str(elsewhere)}.get(chosen["display"], chosen["display"])
    answer = operator.post(CONFIRM, {**chosen, "display": number, "code": code})
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert tv.get(STATE).json()["state"] == "waiting"


@pytest.mark.any_database
def test_only_operators_confirm(reader: Client, collecting: Collecting) -> None:
    tv = Client(headers=TV)
    code = code_on(tv)
    for client, status in ((reader, 403), (Client(), 302), (tv, 302)):
        assert client.get(f"{CONFIRM}?code={code}").status_code == status
        assert client.post(CONFIRM, {"code": code, "display": "new", "name": "Lobby"}).status_code == status
    assert tv.get(STATE).json()["state"] == "waiting"
    # On the way over signing in the code is kept.
    assert f"code%3D{code}" in Client().get(f"{CONFIRM}?code={code}")["Location"]


@pytest.mark.any_database
@pytest.mark.parametrize(("all_of_them", "address"), [(False, "127.0.0.1"), (False, "198.51.100.7"), (True, "198.51.100.7")])
def test_who_guesses_codes_has_to_wait(
    operator: Client, collecting: Collecting, monkeypatch: pytest.MonkeyPatch, all_of_them: bool, address: str
) -> None:
    monkeypatch.setattr(pairing, "_guessing", guessing(of_all=2) if all_of_them else guessing(of_one=2))
    tv = Client(headers=TV)
    code = code_on(tv)
    wrong = "".join("2" if one != "2" else "3" for one in code.replace("-", ""))
    tried = [operator.get(f"{CONFIRM}?code={wrong}").status_code for _ in range(3)]
    assert tried == [404, 404, 429]
    # Not even the right one is looked at then; that of another operator elsewhere is.
    right = operator.post(CONFIRM, {"code": code, "display": "new", "name": "Lobby"})
    assert (right.status_code, int(right["Retry-After"]) > 0) == (429, True)
    other = Client()
    other.force_login(User.objects.create_user("edsger", is_staff=True))
    expected = 429 if all_of_them or address == "127.0.0.1" else 200
    assert other.get(f"{CONFIRM}?code={code}", REMOTE_ADDR=address).status_code == expected


@pytest.mark.any_database
def test_screens_that_ask_for_too_many_codes_wait_and_try_again_by_themselves(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairing, "_new", Allowance(60, 1))
    assert Client().get("/pair/").status_code == 200
    answer = Client().get("/pair/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert '<meta http-equiv="refresh" content="1">' in answer.content.decode()
    assert Client().get("/pair/", REMOTE_ADDR="198.51.100.7").status_code == 200
    monkeypatch.setattr(pairings, "OPEN", 2)
    assert Client().get("/pair/", REMOTE_ADDR="198.51.100.8").status_code == 503


def test_two_screens_never_show_one_code(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter(["2"] * 6 + ["2"] * 6 + ["3"] * 6)
    monkeypatch.setattr("dashboard.pairings.secrets.choice", lambda of: next(drawn))
    assert [pairings.begin("", "", 1_780_000_000.0)[0] for _ in range(2)] == ["222222", "333333"]
    monkeypatch.setattr("dashboard.pairings.secrets.choice", lambda of: "2")
    with pytest.raises(TooManyError):
        pairings.begin("", "", 1_780_000_000.0)


def test_of_two_who_confirm_at_once_one_does(db: None) -> None:
    code, _ = pairings.begin("127.0.0.1", "", 1_780_000_000.0)
    waiting = pairings.of_code(code, 1_780_000_000.0)
    assert waiting is not None
    first, second = made()[0].wall.id, made(name="Upper")[0].wall.id
    assert pairings.confirm(waiting.id, first, 1_780_000_001.0)
    assert not pairings.confirm(waiting.id, second, 1_780_000_001.0)
    assert Pairing.objects.get().display_id == first


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("4F7K-2Q", "4F7K2Q"),
        (" 4f7k 2q ", "4F7K2Q"),
        ("4F7K–2Q", "4F7K2Q"),
        ("4F7K2", None),
        ("4F7K2QQ", None),
        ("4F7K-2O", None),
        ("", None),
        ("é" * 6, None),
    ],
)
def test_a_code_is_read_as_people_type_it(typed: str, code: str | None) -> None:
    assert pairings.read(typed) == code


def test_a_code_is_long_enough_and_holds_nothing_that_is_read_for_something_else() -> None:
    assert len(set(ALPHABET)) == len(ALPHABET)
    assert not set(ALPHABET) & set("0158BILOSZAEUMW")
    assert len(ALPHABET) ** LENGTH > 80_000_000


@pytest.mark.any_database
def test_of_several_web_processes_one_may_guess_no_more_than_of_one(
    operator: Client, collecting: Collecting, monkeypatch: pytest.MonkeyPatch, settings: Settings, own_valkey: Valkey
) -> None:
    settings.REDIS_URL = own_valkey.url
    tv = Client(headers=TV)
    code = code_on(tv)
    wrong = "".join("2" if one != "2" else "3" for one in code.replace("-", ""))
    several = [guessing(of_one=4), guessing(of_one=4), guessing(of_one=4)]

    def status(process: Guessing, typed: str) -> int:
        monkeypatch.setattr(pairing, "_guessing", process)
        return operator.get(f"{CONFIRM}?code={typed}").status_code

    assert [status(several[number % 3], code) for number in range(9)] == [200] * 9, "a right one costs nothing"
    assert [status(several[number % 3], wrong) for number in range(7)] == [404] * 4 + [429] * 3
    # One that is started again has not forgotten it; while Valkey is away each counts for itself, and guessing is slow still.
    assert status(guessing(of_one=4), code) == 429
    own_valkey.kill()
    assert [status(several[0], code) for _ in range(6)] == [200] * 6
    assert [status(several[0], wrong) for _ in range(6)] == [404] * 4 + [429] * 2


def test_what_is_counted_for_all_fills_by_and_by_and_is_forgotten_when_it_is_full(settings: Settings, valkey: str) -> None:
    settings.REDIS_URL = valkey
    quick = Guessing("code", (Bucket(60 * 50, 1),))
    assert quick.take(["grace"], 0.0) == 0
    assert quick.take(["edsger"], 0.0) == 0
    slow = Guessing("slow", (Bucket(1, 2), Bucket(1, 3)))
    assert [slow.take([who, "all"], 0.0) for who in ("grace", "grace", "edsger")] == [0, 0, 0]
    assert 50 <= slow.take(["edsger", "all"], 0.0) <= 60
    with redis.Redis.from_url(valkey) as client:
        for key in client.scan_iter("pw:guess:*"):
            assert 0 < client.ttl(key) <= 181
        assert not any(b"grace" in key for key in client.scan_iter("pw:guess:*"))
    slow.give_back(["edsger", "all"], 0.0)
    assert slow.take(["edsger", "all"], 0.0) == 0
    until(lambda: quick.take(["grace"], 0.0) == 0, "another try")


@pytest.mark.any_database
@pytest.mark.parametrize("base", ["", "https://planes.example.org"])
def test_the_qr_code_holds_the_very_address_at_which_the_code_is_confirmed(
    operator: Client, collecting: Collecting, settings: Settings, base: str
) -> None:
    settings.UP_URL = base
    page = Client(headers=TV).get("/pair/").content.decode()
    code = re.search(r'id="code">([^<]+)<', page)
    assert code is not None
    address = f"{base or 'http://testserver'}{CONFIRM}?code={code[1].replace('-', '')}"
    assert modules(page) == [list(row) for row in segno.make(address, error="m", micro=False).matrix]
    assert operator.get(address.removeprefix(base or "http://testserver")).status_code == 200
    assert f"{(base or 'http://testserver').partition('://')[2]}/displays/pair" in page
    assert not re.search(r"\sstyle=", page)


def modules(page: str) -> list[list[int]]:
    """What a camera sees of the QR code: its modules, dark ones as 1, within its quiet zone of two."""
    drawing = re.search(r'<svg[^>]*viewBox="0 0 (\d+) \d+"[^>]*>.*?<path class="qrline" stroke="#000" d="([^"]+)"', page)
    assert drawing is not None, page
    side = int(drawing[1])
    seen = [[0] * side for _ in range(side)]
    x, y = 0.0, 0.0
    for command, first, second in re.findall(r"([MmhH])(-?[\d.]+)(?:[ ,]?(-?[\d.]+))?", drawing[2]):
        if command in "Mm":
            x, y = (float(first), float(second)) if command == "M" else (x + float(first), y + float(second))
        else:
            assert command == "h"
            for column in range(int(x), int(x + float(first))):
                seen[int(y)][column] = 1
            x += float(first)
    assert not any(seen[0] + seen[1] + seen[-1] + seen[-2]), "the quiet zone"
    return [row[2:-2] for row in seen[2:-2]]
