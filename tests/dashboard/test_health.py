"""The probes: they need no signing in and tell nothing but ok or not ready."""

import asyncio
import socket
import threading
from typing import Any, cast

import pytest
from django.db import DatabaseError
from pytest_django import Settings

from dashboard import readiness
from dashboard.asgi import application
from tests.services import Valkey

pytestmark = pytest.mark.django_db(transaction=True)


async def ask(path: str, method: str = "GET") -> tuple[int, dict[bytes, bytes], bytes]:
    """Status, headers and body, as the gate answers."""
    scope = {"type": "http", "method": method, "path": path, "headers": [(b"host", b"10.1.2.3")]}
    said: list[dict[str, Any]] = []

    async def receive() -> dict[str, str]:
        return {"type": "http.disconnect"}

    async def send(event: dict[str, Any]) -> None:
        said.append(event)

    await cast(Any, application)(scope, receive, send)
    start, body = said
    return start["status"], dict(start["headers"]), body["body"]


async def test_healthz_says_ok_and_asks_nobody(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setattr(readiness, "_select", lambda: pytest.fail("the database was asked"))
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    status, headers, body = await ask("/healthz")
    assert (status, body) == (200, b"ok\n")
    assert headers[b"cache-control"] == b"no-store"
    assert b"set-cookie" not in headers
    assert await ask("/healthz", "HEAD") == (200, headers, b"")


async def test_readyz_says_ok_while_database_and_valkey_answer(valkey: str, settings: Settings) -> None:
    settings.REDIS_URL = valkey
    status, _, body = await ask("/readyz")
    assert (status, body) == (200, b"ok\n")


async def test_readyz_says_not_ready_while_valkey_is_away_and_ok_when_it_is_back(own_valkey: Valkey, settings: Settings) -> None:
    settings.REDIS_URL = own_valkey.url
    own_valkey.kill()
    status, _, body = await ask("/readyz")
    assert (status, body) == (503, b"not ready\n")
    own_valkey.start()
    assert (await ask("/readyz"))[0] == 200


async def test_readyz_says_not_ready_while_the_database_is_away(
    valkey: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REDIS_URL = valkey

    def fails() -> None:
        raise DatabaseError("connection refused by 10.0.0.7")

    monkeypatch.setattr(readiness, "_select", fails)
    status, _, body = await ask("/readyz")
    assert (status, body) == (503, b"not ready\n")


async def test_readyz_does_not_wait_for_what_hangs(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # the kernel accepts; nobody ever answers
        settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        monkeypatch.setattr(readiness, "PATIENCE", 0.3)
        status, _, _ = await asyncio.wait_for(ask("/readyz"), 20)
    assert status == 503


async def test_readyz_does_not_wait_for_a_database_that_hangs(
    valkey: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REDIS_URL = valkey
    release = threading.Event()
    monkeypatch.setattr(readiness, "PATIENCE", 0.3)
    monkeypatch.setattr(readiness, "_select", lambda: release.wait(100))
    try:
        answer = await asyncio.wait_for(readiness.is_ready(), 20)
        assert answer is False
    finally:
        release.set()
