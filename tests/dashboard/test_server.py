"""The real server and a real Valkey: who is let in, what arrives, and what happens when a part goes away."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast

import msgspec
import pytest
from django.conf import settings as live_settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import OperationalError
from django.http import HttpRequest
from django.test import AsyncClient, Client
from django.utils import timezone
from pytest_django import Settings
from uvicorn.protocols.utils import ClientDisconnected
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus

from dashboard import consumers, sessions
from dashboard.boards import BoardNews
from dashboard.hub import QUEUE_SIZE
from dashboard.middleware import TRY_AGAIN_LATER, LostSockets
from planes.live.stream import Stream
from planes.live.wire import Delta, Gone, KeepAlive, Message, Pulse, Resync, WallChanged, WallPulse
from planes.store import selectors, services
from tests.dashboard import scenes, walls
from tests.dashboard.conftest import Served, holds, in_thread, serving
from tests.dashboard.rows import Collecting, silent_frame
from tests.services import Valkey

PATIENCE = 10.0


M = TypeVar("M", Delta, KeepAlive, WallChanged)


async def messages(socket: ClientConnection, until: type[Message]) -> list[Message]:
    """Messages up to and with the first of this type. What is not one of the wire's messages raises msgspec.ValidationError."""
    received: list[Message] = []
    async with asyncio.timeout(PATIENCE):
        while not received or type(received[-1]) is not until:
            received.append(msgspec.json.decode(await socket.recv(), type=Message))
    return received


async def next_of(socket: ClientConnection, kind: type[M]) -> M:
    """The next message of this type."""
    message = (await messages(socket, kind))[-1]
    assert isinstance(message, kind)
    return message


async def close_code(socket: ClientConnection) -> int:
    """The code with which the server closes."""
    async with asyncio.timeout(PATIENCE):
        with contextlib.suppress(ConnectionClosed):
            async for _ in socket:
                pass
    assert socket.close_code is not None
    return socket.close_code


async def following(stream: Stream, collecting: Collecting, socket: ClientConnection, kind: type[Message] = Pulse) -> None:
    """Pulse until the socket hears it: from then on nothing is missed."""
    pulse = Pulse(pulse=time.time(), heard=None, epoch=str(collecting.epoch), o=collecting.offset)
    async with asyncio.timeout(PATIENCE):
        while True:
            await stream.pulse(collecting.id, pulse)
            try:
                async with asyncio.timeout(0.2):
                    await messages(socket, kind)
                    return
            except TimeoutError:
                continue


async def test_deltas_arrive_in_order_after_a_heartbeat(served: Served, valkey: str, collecting: Collecting) -> None:
    socket = await served.socket("/ws/c/prod/")
    assert (await next_of(socket, KeepAlive)).app
    stream = Stream(valkey)
    await following(stream, collecting, socket)
    for number in range(20):
        delta = await in_thread(collecting.flush)(silent_frame(f"node-{number % 3}"))
        await stream.delta(collecting.id, delta)
    offsets = [(await next_of(socket, Delta)).o for _ in range(20)]
    await stream.aclose()
    assert offsets == list(range(2, 22))


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "http://127.0.0.1:1", "https://127.0.0.1", "http://localhost.evil.example", "null", "file://"]
)
async def test_a_socket_from_another_origin_is_refused(served: Served, collecting: Collecting, origin: str) -> None:
    with pytest.raises(InvalidStatus) as caught:
        await served.socket("/ws/c/prod/", origin=origin)
    assert caught.value.response.status_code == 403


async def test_a_socket_for_another_host_is_refused(served: Served, collecting: Collecting) -> None:
    with pytest.raises(InvalidStatus) as caught:
        await served.socket("/ws/c/prod/", host=f"evil.example:{served.port}", origin=f"http://evil.example:{served.port}")
    assert caught.value.response.status_code == 403


@pytest.mark.parametrize("path", ["/ws/c/prod/", "/ws/wall/"])
async def test_who_is_not_signed_in_is_closed_with_4401(served: Served, collecting: Collecting, path: str) -> None:
    assert await close_code(await served.socket(path, signed_in=False)) == consumers.SIGNED_OUT
    assert served.hub.viewers == 0


async def test_an_unknown_cluster_is_said_to_be_gone(served: Served, collecting: Collecting) -> None:
    socket = await served.socket("/ws/c/nowhere/")
    assert await messages(socket, Gone) == [Gone()]
    assert await close_code(socket) == consumers.NO_SUCH_CLUSTER


@pytest.mark.parametrize("signed_in", [True, False])
@pytest.mark.parametrize("path", ["/ws/zzz/", "/ws/c/prod", "/", "/ws/c/a/b/"])
async def test_an_unknown_address_of_sockets_is_closed_with_4404_and_not_logged(
    served: Served, path: str, signed_in: bool, caplog: pytest.LogCaptureFixture
) -> None:
    assert await close_code(await served.socket(path, signed_in=signed_in)) == consumers.NO_SUCH_CLUSTER
    assert [record.getMessage() for record in caplog.records if record.levelname != "INFO"] == []


@pytest.mark.parametrize(
    ("words", "raised"),
    [
        ("Unexpected ASGI message 'websocket.send', after sending 'websocket.close'.", ClientDisconnected),
        ("Expected ASGI message 'websocket.accept' but got 'websocket.send'.", ClientDisconnected),
        ("a defect of ours", RuntimeError),
    ],
)
async def test_what_is_sent_after_a_socket_is_lost_is_no_defect(words: str, raised: type[Exception]) -> None:
    """As uvicorn says it of a socket that it gave up because no ping was answered; it logs anything but ClientDisconnected."""

    async def gone(event: object) -> None:
        raise RuntimeError(words)

    async def tells(scope: object, receive: object, send: Callable[[object], Awaitable[None]]) -> None:
        await send({"type": "websocket.send", "text": "x"})

    with pytest.raises(RuntimeError if raised is RuntimeError else OSError) as caught:
        await LostSockets(cast(Any, tells))(cast(Any, {"type": "websocket"}), cast(Any, None), cast(Any, gone))
    assert caught.type is raised


def handshake(served: Served, *more: str) -> bytes:
    lines = ["GET /ws/c/prod/ HTTP/1.1", f"Host: 127.0.0.1:{served.port}", f"Origin: {served.origin}", *more]
    lines += ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {'A' * 22}==", "", ""]
    return "\r\n".join(lines).encode()


async def test_a_socket_that_is_lost_before_it_is_open_leaves_nothing_in_the_log(
    served: Served, collecting: Collecting, caplog: pytest.LogCaptureFixture
) -> None:
    for pause in (0.0, 0.001, 0.005, 0.02):
        for _ in range(10):
            _, writer = await asyncio.open_connection("127.0.0.1", served.port)
            writer.write(handshake(served))
            await asyncio.sleep(pause)
            writer.transport.abort()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
    await asyncio.sleep(0.5)
    assert [record.getMessage() for record in caplog.records if record.levelname not in ("INFO", "DEBUG")] == []


async def test_a_client_that_keeps_talking_is_closed(served: Served, collecting: Collecting) -> None:
    socket = await served.socket("/ws/c/prod/")
    for _ in range(consumers.INCOMING_MESSAGES + 1):
        await socket.send("hello")
    assert await close_code(socket) == consumers.TOO_CHATTY


async def test_a_client_that_says_too_much_at_once_is_closed(served: Served, collecting: Collecting) -> None:
    socket = await served.socket("/ws/c/prod/")
    await socket.send("x" * (consumers.INCOMING_SIZE + 1))
    assert await close_code(socket) == consumers.TOO_CHATTY


def _deleted() -> None:
    Session.objects.all().delete()


def _run_out() -> None:
    Session.objects.update(expire_date=timezone.now())


def _switched_off() -> None:
    User.objects.update(is_active=False)


def _no_account() -> None:
    User.objects.all().delete()


def _another_password() -> None:
    user = User.objects.get()
    user.set_password("another horse battery")
    user.save()


@pytest.mark.parametrize("end", [_deleted, _run_out, _switched_off, _no_account, _another_password])
async def test_whatever_ends_a_session_closes_its_sockets_at_the_next_look(
    served: Served, collecting: Collecting, end: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "LOOK", 0.1)
    sockets = [await served.socket("/ws/c/prod/"), await served.socket("/ws/wall/")]
    for socket in sockets:
        await messages(socket, KeepAlive)
    await in_thread(end)()
    assert [await close_code(socket) for socket in sockets] == [consumers.SIGNED_OUT] * 2


async def test_a_change_of_an_account_leaves_the_sessions_that_still_hold(
    served: Served, collecting: Collecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "LOOK", 0.1)

    def another_password_and_stay() -> None:
        # As Django's own form does it for whoever changes it.
        user = User.objects.get()
        user.set_password("another horse battery")
        user.save()
        request = HttpRequest()
        request.session = SessionStore(served.session)
        request.user = user
        update_session_auth_hash(request, user)
        request.session.save()
        served.session = request.session.session_key or ""

    def other_name() -> None:
        User.objects.update(first_name="Ada", last_login=timezone.now())

    socket = await served.socket("/ws/c/prod/")
    await in_thread(other_name)()
    await asyncio.sleep(sessions.LOOK * 4)
    await messages(socket, KeepAlive)
    await in_thread(another_password_and_stay)()
    newer = await served.socket("/ws/c/prod/")
    assert await close_code(socket) == consumers.SIGNED_OUT  # update_session_auth_hash gives the session another key
    await asyncio.sleep(sessions.LOOK * 4)
    await messages(newer, KeepAlive)


async def test_a_session_that_ends_elsewhere_closes_its_sockets_within_5_s(served: Served, collecting: Collecting) -> None:
    sockets = [await served.socket("/ws/c/prod/"), await served.socket("/ws/wall/")]
    for socket in sockets:
        await messages(socket, KeepAlive)
    elsewhere = AsyncClient()
    elsewhere.cookies[live_settings.SESSION_COOKIE_NAME] = served.session
    begun = time.monotonic()
    await elsewhere.post("/signout/")
    answered = time.monotonic()
    assert [await close_code(socket) for socket in sockets] == [consumers.SIGNED_OUT] * 2
    assert time.monotonic() - answered < 5 + (answered - begun)  # a busy machine looks as late as it answers


async def test_a_cluster_no_longer_watched_is_said_to_be_gone(
    served: Served, collecting: Collecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "RECHECK", 0.1)
    socket = await served.socket("/ws/c/prod/")
    await in_thread(lambda: type(collecting.cluster).objects.update(enabled=False))()
    assert (await messages(socket, Gone))[-1] == Gone()


async def test_a_socket_is_told_to_try_again_while_the_database_is_away(
    served: Served, collecting: Collecting, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(slug: str) -> None:
        raise OperationalError("disk I/O error")

    monkeypatch.setattr(selectors, "cluster", fails)
    assert await close_code(await served.socket("/ws/c/prod/")) == TRY_AGAIN_LATER
    assert [record.getMessage() for record in caplog.records] == ["The database does not answer: disk I/O error."]


async def test_a_closed_socket_leaves_the_hub(served: Served, collecting: Collecting) -> None:
    socket = await served.socket("/ws/c/prod/")
    wall = await served.socket("/ws/wall/")
    await messages(socket, KeepAlive)
    await messages(wall, KeepAlive)
    assert served.hub.viewers == 2
    await socket.close()
    await wall.close()
    await holds(lambda: served.hub.viewers == 0)


async def test_an_acknowledgement_is_told_to_screens_at_once_and_to_no_picture(
    served: Served, valkey: str, collecting: Collecting, visitor: User
) -> None:
    await in_thread(collecting.flush)(scenes.frame("prod", 6, "broken", time.time()))
    _, secret = await in_thread(walls.made)()
    screen, person = await in_thread(walls.screen)(secret), Client()
    await in_thread(person.force_login)(visitor)
    cookies = "; ".join(f"{name}={one.value}" for name, one in screen.cookies.items())
    wall = await served.socket("/ws/wall/lobby/", signed_in=False, cookies=cookies)
    picture = await served.socket("/ws/c/prod/")
    stream = Stream(valkey)
    await following(stream, collecting, picture)
    assert (await in_thread(person.post)("/c/prod/acknowledge/")).status_code == 204
    async with asyncio.timeout(PATIENCE):
        while b'"wall_news"' not in (said := str(await wall.recv()).encode()):
            pass
    news = msgspec.json.decode(said, type=BoardNews)
    assert (news.slug, news.cluster.acknowledged) == ("prod", visitor.get_username())
    # Of what no collector said a picture hears nothing: each of these would raise.
    await stream.pulse(collecting.id, Pulse(pulse=1.0, heard=None, epoch="1", o=1))
    assert all(isinstance(one, Pulse | KeepAlive) for one in await messages(picture, Pulse))
    await stream.aclose()


async def test_a_wall_gets_pulses_and_one_changed_a_second(served: Served, valkey: str, collecting: Collecting) -> None:
    wall = await served.socket("/ws/wall/")
    stream = Stream(valkey)
    await following(stream, collecting, wall, WallPulse)
    for number in range(10):
        await stream.delta(collecting.id, await in_thread(collecting.flush)(silent_frame(f"node-{number % 3}")))
    assert await next_of(wall, WallChanged) == WallChanged("prod")
    # All ten were handed on by now or will be with the next word, a second later: never ten words.
    await stream.pulse(collecting.id, Pulse(pulse=1.0, heard=None, epoch="1", o=1))
    rest = await messages(wall, WallPulse)
    assert sum(isinstance(message, WallChanged) for message in rest) <= 1
    await stream.aclose()


@pytest.mark.django_db(transaction=True)
async def test_viewers_resync_after_valkey_was_killed_and_came_back(
    own_valkey: Valkey, settings: Settings, session: str, collecting: Collecting
) -> None:
    settings.REDIS_URL = own_valkey.url
    async with serving(session) as served:
        socket = await served.socket("/ws/c/prod/")
        stream = Stream(own_valkey.url)
        await following(stream, collecting, socket)
        own_valkey.kill()
        await asyncio.to_thread(own_valkey.start)
        await messages(socket, Resync)
        await following(stream, collecting, socket)
        await stream.aclose()
        assert served.hub.counters.lost == 1
        assert served.hub.counters.failures == 0


@pytest.mark.django_db(transaction=True)
async def test_the_server_starts_without_valkey_and_viewers_are_let_in(
    own_valkey: Valkey, settings: Settings, session: str, collecting: Collecting
) -> None:
    own_valkey.kill()
    settings.REDIS_URL = own_valkey.url
    async with serving(session) as served:
        await messages(await served.socket("/ws/c/prod/"), KeepAlive)
        assert served.hub.viewers == 1


async def test_a_new_collector_continues_in_its_own_epoch(served: Served, valkey: str, collecting: Collecting) -> None:
    socket = await served.socket("/ws/c/prod/")
    stream = Stream(valkey)
    await following(stream, collecting, socket)
    collecting.epoch = await in_thread(services.take)(collecting.id)
    collecting.offset = 0
    await stream.delta(collecting.id, await in_thread(collecting.flush)(silent_frame("node-1")))
    delta = await next_of(socket, Delta)
    await stream.aclose()
    assert delta.epoch == str(collecting.epoch)


async def test_a_viewer_that_stops_reading_costs_bounded_memory_and_others_nothing(
    served: Served, valkey: str, collecting: Collecting
) -> None:
    slow, quick = await served.socket("/ws/c/prod/"), await served.socket("/ws/c/prod/")
    stream = Stream(valkey)
    await following(stream, collecting, quick)
    # Paused, the client's library and both kernels still take a few megabytes; then the server's own queue fills up.
    slow.transport.pause_reading()
    viewers = served.hub._clusters[collecting.id].viewers
    delta = await in_thread(collecting.flush)(silent_frame("node-1"))
    delta.u.changes *= 300  # about 50 kB
    sent = 0
    async with asyncio.timeout(30):
        while not any(viewer.resyncs for viewer in viewers):
            for _ in range(8):
                await stream.delta(collecting.id, delta)
                sent += 1
            for _ in range(8):
                await messages(quick, Delta)
    assert max(viewer.size for viewer in viewers) <= QUEUE_SIZE
    assert sum(viewer.resyncs > 0 for viewer in viewers) == 1
    slow.transport.resume_reading()
    received = await messages(slow, Resync)
    assert len(received) < sent
    await stream.aclose()
