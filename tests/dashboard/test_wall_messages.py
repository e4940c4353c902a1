"""A wall that goes dark, and one that comes back, are told once each to a webhook, by whoever looks, and only if we were there to
hear them."""

import asyncio
import hashlib
import hmac
import logging
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import OperationalError, connections
from pytest_django import Settings

from dashboard import displays, services, wall_messages, webhook
from dashboard import listening as listening_
from dashboard.models import Display, DisplayMessage, Listening
from dashboard.tasks import tell_of_walls
from dashboard.wall_messages import AGE, FIRST, LEASE, LONGEST, TRIES, listen, look, send
from dashboard.wall_notices import AFTER, GAP, STEADY
from dashboard.webhook import CameBack
from tests.dashboard.receiver import Receiver, receiving
from tests.dashboard.walls import made

T = 1_780_000_000.0
SECRET_PATH = "/services/T0PSECRET/4f7k2q"


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    with receiving() as one:
        settings.WALLS_WEBHOOK = f"{one.url}{SECRET_PATH}?to=ops"
        settings.WALLS_WEBHOOK_KEY = ""
        settings.UP_URL = "https://planes.example.org"
        yield one


def heard(at: float, name: str = "Lobby") -> None:
    assert Display.objects.filter(name=name).update(seen_at=at, frame_at=at - 2, browser="Chromium 87", width=1920, height=1080)


def listening(since: float, to: float) -> None:
    Listening.objects.update_or_create(pk=1, defaults={"since": since, "at": to})


def looked(at: float, since: float = T - 3600) -> int:
    listening(since, at)
    return look(at)


@pytest.mark.any_database
def test_a_wall_is_told_as_dark_and_as_back_once_each_with_all_that_one_needs(db: None, receiver: Receiver) -> None:
    known, _ = made(place="Berlin, 2nd floor")
    heard(T)
    assert looked(T + AFTER - 0.1) == 0
    assert looked(T + AFTER) == 1
    assert looked(T + AFTER + 10) == 0, "once"
    assert send(T + AFTER + 10) == 1
    assert send(T + AFTER + 20) == 0
    (path, headers, body) = receiver.got[0]
    assert path == f"{SECRET_PATH}?to=ops"
    assert (headers["Content-Type"], headers[webhook.SIGNATURE]) == ("application/json", None)
    said = msgspec.json.decode(body)
    assert said.pop("id") != ""
    assert said == {
        "event": "dark",
        "text": "Display Lobby (Berlin, 2nd floor) is dark: nothing has been heard of it since 2026-05-28 20:26 UTC, for 3 min.",
        "at": "2026-05-28T20:29:40Z",
        "display": {"name": "Lobby", "slug": "lobby", "place": "Berlin, 2nd floor"},
        "since": "2026-05-28T20:26:40Z",
        "frame": "2026-05-28T20:26:38Z",
        "screen": "1920 × 1080, Chromium 87",
        "url": f"https://planes.example.org/displays/{known.wall.id}/",
    }
    back = T + 1000
    for after in range(0, int(STEADY), 10):
        heard(back + after)
        assert looked(back + after) == 0
    heard(back + STEADY)
    assert looked(back + STEADY) == 1
    assert send(back + STEADY) == 1
    assert receiver.told() == [("dark", "Lobby"), ("back", "Lobby")]


@pytest.mark.any_database
def test_a_wall_that_comes_for_a_moment_is_not_back(db: None) -> None:
    made()
    heard(T)
    assert looked(T + AFTER) == 1
    heard(T + 500)
    assert looked(T + 505) == 0
    assert looked(T + 600) == 0, "dark again before it was steady"
    heard(T + 700)
    assert looked(T + 700 + STEADY - 1) == 0, "what was before the second silence counts no more"


@pytest.mark.any_database
def test_what_was_not_heard_while_no_web_process_listened_is_no_wall_going_dark(db: None) -> None:
    """The server was away for ten minutes, and comes back at T + 600."""
    made()
    heard(T)
    listening(T - 3600, T)
    assert look(T + GAP) == 0, "nobody listens"
    assert look(T + 600) == 0
    listen(T + 600)
    assert look(T + 600 + GAP - 1) == 0
    for after in range(0, int(AFTER), 10):
        listen(T + 600 + after)
        assert look(T + 600 + after) == 0
    listen(T + 600 + AFTER)
    assert look(T + 600 + AFTER) == 1, "it does not come back, though it could"


@pytest.mark.any_database
def test_a_gap_shorter_than_a_restart_takes_begins_nothing_again(db: None) -> None:
    listen(T)
    listen(T + GAP - 1)
    assert Listening.objects.get().since == T
    listen(T + 2 * GAP)
    assert Listening.objects.get().since == T + 2 * GAP
    listen(T - 7200)
    assert (Listening.objects.get().since, Listening.objects.get().at) == (T - 7200, T - 7200), "the clock was set"


@pytest.mark.any_database
@pytest.mark.parametrize("ending", ["revoked", "expired"])
def test_whoever_waits_for_a_dark_wall_is_told_that_it_was_ended(db: None, receiver: Receiver, ending: str) -> None:
    known, _ = made()
    made(name="Never shown")
    made(name="Well")
    heard(T)
    heard(T + 390, "Well")
    assert looked(T + AFTER) == 1
    if ending == "revoked":
        displays.revoke(known.wall.id, T + 300)
    else:
        Display.objects.filter(pk=known.wall.id).update(expires=T + 300)
    assert [looked(T + 400), looked(T + 410)] == [1, 0]
    assert [send(T + 400), send(T + 410)] == [1, 1], "one display's messages go one a round, in their order"
    assert receiver.told() == [("dark", "Lobby"), ("ended", "Lobby")]


@pytest.mark.any_database
def test_a_wall_that_was_ended_while_it_drew_is_not_told(db: None) -> None:
    known, _ = made()
    heard(T)
    displays.revoke(known.wall.id, T + 1)
    assert looked(T + AFTER) == 0


def test_of_two_who_look_and_send_at_once_one_tells(transactional_db: None, receiver: Receiver) -> None:
    for name in ("Lobby", "Upper", "Lower"):
        made(name=name)
        heard(T, name)
    listening(T - 3600, T + AFTER)

    def both() -> tuple[int, int]:
        try:
            return look(T + AFTER), send(T + AFTER)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        done = [one.result(60) for one in [pool.submit(both) for _ in range(4)]]
    send(T + AFTER)
    assert sum(looks for looks, _ in done) == 3
    assert sorted(name for _, name in receiver.told()) == ["Lobby", "Lower", "Upper"]


@pytest.mark.any_database
def test_a_receiver_that_fails_is_asked_again_later_and_later_and_then_no_more(
    db: None, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    made()
    heard(T)
    looked(T + AFTER)
    receiver.status, now, waits = 503, T + AFTER, []
    with caplog.at_level(logging.DEBUG):
        while (row := DisplayMessage.objects.get()).ended is None:
            now = max(now, row.due)
            assert send(now) == 0
            waits.append(DisplayMessage.objects.get().due - now)
    assert len(receiver.got) == TRIES
    assert len({body for _, _, body in receiver.got}) == 1, "by the same id each time"
    for number, wait in enumerate(waits):
        most = min(LONGEST, FIRST * 2**number)
        assert most / 2 - 0.01 <= wait <= most + 0.01
    assert DisplayMessage.objects.get().outcome == "503"
    assert send(now + AGE) == 0
    assert "not taken by 127.0.0.1 (503). It is given up." in caplog.text
    assert "T0PSECRET" not in caplog.text


@pytest.mark.any_database
def test_a_message_that_is_too_old_is_given_up_and_one_that_ended_is_forgotten(db: None, receiver: Receiver) -> None:
    made()
    heard(T)
    looked(T + AFTER)
    receiver.status = 500
    send(T + AFTER + AGE)
    assert DisplayMessage.objects.get().ended is not None
    send(T + AFTER + AGE + wall_messages.KEPT)
    assert not DisplayMessage.objects.exists()


@pytest.mark.any_database
def test_one_that_fails_ends_the_round_and_a_worker_that_died_over_one_is_taken_over_from(db: None) -> None:
    for name in ("Lobby", "Upper"):
        made(name=name)
        heard(T, name)
    looked(T + AFTER)
    asked: list[bytes] = []

    def dies(body: bytes) -> CameBack:
        asked.append(body)
        raise SystemExit

    def fails(body: bytes) -> CameBack:
        asked.append(body)
        return CameBack(False, "refused")

    with pytest.raises(SystemExit):
        send(T + AFTER, dies)
    first = DisplayMessage.objects.order_by("id").first()
    assert first is not None
    assert (first.tries, first.due) == (1, T + AFTER + LEASE)
    send(T + AFTER + LEASE, fails)
    assert asked == [first.body.encode()] * 2, "the other one waits for the next round"


@pytest.mark.any_database
def test_while_too_many_wait_no_more_are_made_and_they_are_made_later(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("Lobby", "Upper"):
        made(name=name)
        heard(T, name)
    monkeypatch.setattr(wall_messages, "MOST", 1)
    assert [looked(T + AFTER), looked(T + AFTER + 10)] == [1, 0]
    assert send(T + AFTER + 10, lambda body: CameBack(True, "200")) == 1
    assert looked(T + AFTER + 20) == 1


@pytest.mark.any_database
def test_the_task_does_it_and_without_a_webhook_nothing(db: None, receiver: Receiver, settings: Settings) -> None:
    made()
    now = time.time()
    heard(now - AFTER - 5)
    listening(now - 3600, now)
    where, settings.WALLS_WEBHOOK = settings.WALLS_WEBHOOK, ""
    tell_of_walls()
    assert not DisplayMessage.objects.exists()
    settings.WALLS_WEBHOOK = where
    tell_of_walls()
    assert receiver.told() == [("dark", "Lobby")]


@pytest.mark.any_database
async def test_a_web_process_says_that_it_listens_and_goes_on_after_a_database_that_was_away(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries, told = 0, threading.Event()

    def listen_once_it_is_there(now: float) -> None:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise OperationalError("away")
        listen(now)
        told.set()

    monkeypatch.setattr(listening_, "EVERY", 0.01)
    monkeypatch.setattr(wall_messages, "listen", listen_once_it_is_there)
    listener = listening_.Listener()
    await listener.start()
    assert await asyncio.to_thread(told.wait, 20)
    await listener.stop()
    assert await Listening.objects.acount() == 1


# --- the request ----------------------------------------------------------------------------------------------------------------


def test_the_body_is_signed_where_there_is_a_key(receiver: Receiver) -> None:
    came = webhook.post(f"{receiver.url}/x", "abc", b'{"a":1}')
    assert came == CameBack(True, "204")
    (_, headers, body) = receiver.got[0]
    assert headers[webhook.SIGNATURE] == f"sha256={hmac.new(b'abc', body, hashlib.sha256).hexdigest()}"


def test_a_name_and_a_password_in_the_address_are_sent_as_such(receiver: Receiver) -> None:
    webhook.post(receiver.url.replace("://", "://grace:hop%40per@"), "", b"{}")
    assert receiver.got[0][1]["Authorization"] == "Basic Z3JhY2U6aG9wQHBlcg=="


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.status = 302
    assert webhook.post(f"{receiver.url}/x", "", b"{}") == CameBack(False, "302: a redirect, which is not followed")
    assert [path for path, _, _ in receiver.got] == ["/x"]


def test_who_takes_no_connection_speaks_no_http_or_says_nothing_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert webhook.post(f"http://127.0.0.1:{port}{SECRET_PATH}", "", b"{}") == CameBack(False, "Connection refused")
    monkeypatch.setattr(webhook, "CONNECT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        assert webhook.post(f"http://127.0.0.1:{port}{SECRET_PATH}", "", b"{}") == CameBack(False, "no answer in time")
        assert webhook.post(f"https://127.0.0.1:{port}{SECRET_PATH}", "", b"{}") == CameBack(False, "no answer in time")


def test_who_answers_a_byte_at_a_time_is_left_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "ANSWER", 0.5)
    over = threading.Event()

    def drip(server: socket.socket) -> None:
        taken, _ = server.accept()
        with taken:
            taken.sendall(b"HTTP/1.1 ")
            while not over.wait(0.05):
                try:
                    taken.sendall(b"a")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, args=(server,), daemon=True)
        thread.start()
        assert webhook.post(f"http://127.0.0.1:{server.getsockname()[1]}/", "", b"{}") == CameBack(False, "no answer in time")
        over.set()
        thread.join(10)


@pytest.mark.parametrize(
    "said", ["hooks.secret", "ftp://x/", "http://", "https://x:0/", "https://x:abc/", "https://x/a b", "https://x/\n"]
)
def test_an_address_that_is_none_is_refused_and_not_repeated(said: str) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        services.webhook("PLANEWATCH_WALLS_WEBHOOK", said)
    assert said not in str(refused.value).replace("https://hooks.example.org/planewatch", "")
    assert "PLANEWATCH_WALLS_WEBHOOK is no address" in str(refused.value)


def test_the_command_says_what_came_back_and_no_secret(
    receiver: Receiver, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("displays", "--test-webhook")
    assert capsys.readouterr().out == "127.0.0.1 took the test (204).\n"
    assert receiver.told() == [("test", "")]
    receiver.status = 404
    with pytest.raises(CommandError, match=r"^127\.0\.0\.1 did not take the test: 404\.$"):
        call_command("displays", "--test-webhook")
    settings.WALLS_WEBHOOK = ""
    with pytest.raises(CommandError, match="is not set"):
        call_command("displays", "--test-webhook")


@pytest.mark.any_database
def test_the_command_lists_displays_the_dark_ones_first(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("displays")
    assert "There are no displays." in capsys.readouterr().out
    made(name="Atrium")
    made(place="Berlin")
    heard(T - 1e6)
    call_command("displays")
    assert capsys.readouterr().out.splitlines() == [
        "Lobby (Berlin): dark. Nothing has been heard of it since.",
        "Atrium: never shown. No screen has shown it yet.",
    ]
