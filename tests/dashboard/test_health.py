"""The probes: they need no signing in and tell nothing but ok or not ready."""

import asyncio
import socket
import threading
import time

import pytest
from django.db import DatabaseError
from django.test import AsyncClient, Client
from pytest_django import Settings

from dashboard import readiness
from tests.services import Valkey

pytestmark = pytest.mark.django_db(transaction=True)


def test_healthz_says_ok_and_asks_nobody(django_assert_num_queries: object) -> None:
    response = Client().get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert response["Cache-Control"] == "no-store"
    assert not response.cookies


async def test_readyz_says_ok_while_database_and_valkey_answer(valkey: str, settings: Settings) -> None:
    settings.REDIS_URL = valkey
    response = await AsyncClient().get("/readyz")
    assert (response.status_code, response.content) == (200, b"ok\n")


async def test_readyz_says_not_ready_while_valkey_is_away_and_ok_when_it_is_back(own_valkey: Valkey, settings: Settings) -> None:
    settings.REDIS_URL = own_valkey.url
    own_valkey.kill()
    response = await AsyncClient().get("/readyz")
    assert (response.status_code, response.content) == (503, b"not ready\n")
    own_valkey.start()
    assert (await AsyncClient().get("/readyz")).status_code == 200


async def test_readyz_says_not_ready_while_the_database_is_away(
    valkey: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REDIS_URL = valkey

    def fails() -> None:
        raise DatabaseError("connection refused by 10.0.0.7")

    monkeypatch.setattr(readiness, "_select", fails)
    response = await AsyncClient().get("/readyz")
    assert (response.status_code, response.content) == (503, b"not ready\n")


async def test_readyz_does_not_wait_for_what_hangs(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # the kernel accepts; nobody ever answers
        settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        monkeypatch.setattr(readiness, "PATIENCE", 0.3)
        started = time.monotonic()
        response = await AsyncClient().get("/readyz")
    assert response.status_code == 503
    assert time.monotonic() - started < 2


async def test_readyz_does_not_wait_for_a_database_that_hangs(
    valkey: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REDIS_URL = valkey
    release = threading.Event()
    monkeypatch.setattr(readiness, "PATIENCE", 0.3)
    monkeypatch.setattr(readiness, "_select", lambda: release.wait(10))
    try:
        started = time.monotonic()
        answer = await asyncio.wait_for(readiness.is_ready(), 5)
        assert answer is False
        assert time.monotonic() - started < 2
    finally:
        release.set()
