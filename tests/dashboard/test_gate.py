"""What strangers can send to the real server, and what becomes of it."""

import asyncio
import contextlib
import re
import time
from collections.abc import AsyncIterator

import pytest
from django.conf import settings as live_settings
from django.contrib.auth.models import User
from pytest_django import Settings

from dashboard import connections, gate
from dashboard.throttle import FAILURES
from tests.dashboard.conftest import Served, holds

pytestmark = pytest.mark.any_database

PATIENCE = 20.0


async def said(port: int, *parts: bytes, pause: float = 0.0) -> bytes:
    """All that the server answers until it closes; b"" where it closes without a word."""
    async with asyncio.timeout(PATIENCE):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            with contextlib.suppress(OSError):
                for part in parts:
                    writer.write(part)
                    await writer.drain()
                    await asyncio.sleep(pause)
            with contextlib.suppress(OSError):
                return await reader.read()
            return b""
        finally:
            writer.close()


def asked(method: str, path: str, *headers: str, host: str = "127.0.0.1") -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", f"Host: {host}", "Connection: close", *headers, "", ""]).encode()


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


@contextlib.asynccontextmanager
async def probing(served: Served) -> AsyncIterator[list[float]]:
    """How long /healthz took, asked again and again meanwhile."""
    took: list[float] = []

    async def probe() -> None:
        while True:
            begun = time.monotonic()
            assert status(await said(served.port, asked("GET", "/healthz"))) == 200
            took.append(time.monotonic() - begun)
            await asyncio.sleep(0.02)

    task = asyncio.create_task(probe())
    try:
        yield took
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_a_body_beyond_the_bound_is_refused_before_it_is_sent(served: Served) -> None:
    answer = await said(served.port, asked("POST", "/signin/", f"Content-Length: {gate.ANYBODY + 1}"))
    assert status(answer) == 413
    assert b"At most 64 kB" in answer


@pytest.mark.parametrize(("cookie", "limit"), [("", gate.ANYBODY), (live_settings.SESSION_COOKIE_NAME, gate.SIGNED_IN)])
async def test_a_body_of_untold_length_is_read_up_to_the_bound(served: Served, cookie: str, limit: int) -> None:
    headers = ["Transfer-Encoding: chunked", *([f"Cookie: {cookie}=x"] if cookie else [])]
    chunk = b"4000\r\n" + b"x" * 0x4000 + b"\r\n"
    small = await said(served.port, asked("POST", "/c/nowhere/", *headers), *[chunk] * 2, b"0\r\n\r\n")
    assert status(small) == 403  # a form without its key: Django has seen it
    large = await said(served.port, asked("POST", "/c/nowhere/", *headers), *[chunk] * (limit // 0x4000 + 1))
    assert status(large) == 413


async def test_a_length_told_twice_is_refused_and_the_connection_closed(served: Served) -> None:
    both = ("Content-Length: 4", "Transfer-Encoding: chunked")
    smuggled = b"0\r\n\r\n" + asked("GET", "/healthz")
    answer = await said(served.port, asked("POST", "/signin/", *both).replace(b"Connection: close\r\n", b""), smuggled)
    assert status(answer) == 400
    assert answer.count(b"HTTP/1.1") == 1


async def test_a_body_that_does_not_come_is_not_waited_for(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "BODY_TIME", 0.2)
    answer = await said(served.port, asked("POST", "/signin/", "Content-Length: 10"), b"abc")
    assert status(answer) == 408


async def test_a_name_that_is_not_ours_gets_a_page_that_says_so_and_one_line_in_the_log(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(20):
        answer = await said(served.port, asked("GET", "/", host="evil.example"))
        assert status(answer) == 400
        assert b"PLANEWATCH_ALLOWED_HOSTS" in answer
    style = re.search(rb'rel="stylesheet" href="([^"]+tokens.css)"', answer)
    assert style is not None
    assert status(await said(served.port, asked("GET", style[1].decode(), host="evil.example"))) == 200
    ours = [record for record in caplog.records if record.name.startswith(("dashboard", "django"))]
    assert len(ours) <= 1
    assert not any(record.exc_info for record in ours)


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_probes_answer_to_any_name(served: Served, path: str) -> None:
    assert status(await said(served.port, asked("GET", path, host="10.1.2.3:8765"))) == 200


async def test_connections_that_say_nothing_are_closed(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_TIME", 0.3)
    assert await said(served.port) == b""
    assert await said(served.port, b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n") == b""
    # Also after an answer, when the next request does not come to an end.
    well = asked("GET", "/healthz").replace(b"Connection: close\r\n", b"")
    assert (await said(served.port, well, b"GET /", pause=0.05)).count(b"HTTP/1.1 200") == 1
    await holds(lambda: len(connections.unfinished) == 0)


async def test_of_too_many_unfinished_connections_of_one_address_the_oldest_goes(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections.unfinished, "_of_address", 20)
    first = [await asyncio.open_connection("127.0.0.1", served.port) for _ in range(60)]
    await holds(lambda: len(connections.unfinished) == 20)
    assert status(await said(served.port, asked("GET", "/healthz"))) == 200
    async with asyncio.timeout(PATIENCE):
        for reader, _ in first[:40]:
            with contextlib.suppress(OSError):
                assert await reader.read() == b""
    for _, writer in first:
        writer.close()
    await holds(lambda: len(connections.unfinished) == 0)


async def test_a_trusted_proxys_connections_are_not_counted_as_one_address(
    served: Served, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.UP_TRUSTED_PROXIES = ["127.0.0.0/8"]
    monkeypatch.setattr(connections.unfinished, "_of_address", 20)
    opened = [await asyncio.open_connection("127.0.0.1", served.port) for _ in range(40)]
    await holds(lambda: len(connections.unfinished) == 40)
    for _, writer in opened:
        writer.close()
    await holds(lambda: len(connections.unfinished) == 0)


async def test_a_hundred_wrong_passwords_at_once_leave_the_server_answering(
    served: Served, settings: Settings, visitor: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    check = User.check_password

    def counting(self: User, password: str) -> bool:
        checked.append(password)
        return check(self, password)

    monkeypatch.setattr(User, "check_password", counting)
    page = await said(served.port, asked("GET", "/signin/"))
    key = page.split(b'name="csrfmiddlewaretoken" value="')[1].split(b'"')[0].decode()
    cookie = page.split(f"{settings.CSRF_COOKIE_NAME}=".encode())[1].split(b";")[0].decode()
    body = f"csrfmiddlewaretoken={key}&username=ada&password=wrong".encode()
    headers = (f"Cookie: {settings.CSRF_COOKIE_NAME}={cookie}", "Content-Type: application/x-www-form-urlencoded")
    post = asked("POST", "/signin/", *headers, f"Content-Length: {len(body)}") + body
    async with probing(served) as took:
        answers = await asyncio.gather(*(said(served.port, post) for _ in range(100)))
    assert {status(one) for one in answers} == {200}
    assert len(checked) == FAILURES
    assert sum(b"Wrong name or password" in one for one in answers) == FAILURES
    assert len(took) > 3


async def test_where_people_come_over_https_a_proxy_need_not_say_so(served: Served, settings: Settings) -> None:
    settings.HTTPS = True
    page = await said(served.port, asked("GET", "/signin/"))
    token = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    cookie = re.search(rb"set-cookie: ([^;]+);", page, re.IGNORECASE)
    assert token is not None
    assert cookie is not None
    form = b"username=ada&password=wrong&csrfmiddlewaretoken=" + token[1]
    head = asked(
        "POST",
        "/signin/",
        "Origin: https://127.0.0.1",
        f"Cookie: {cookie[1].decode()}",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(form)}",
    )
    assert status(await said(served.port, head + form)) == 200
    settings.HTTPS = False
    assert status(await said(served.port, head + form)) == 403
