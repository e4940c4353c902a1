"""Fixtures of the web edge: a collected cluster, somebody who is signed in, and the real server on a real port."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field

import pytest
import uvicorn
from asgiref.typing import ASGI3Application
from channels.db import database_sync_to_async
from django.conf import settings as live_settings
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings
from websockets.asyncio.client import ClientConnection, connect

from dashboard import pulses
from dashboard.hub import Hub
from dashboard.serving import config
from planes.store import incidents, walks
from tests.dashboard.rows import Collecting, full_frame


@pytest.fixture(autouse=True)
def _no_failed_sign_ins() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture(autouse=True)
def _nothing_is_remembered() -> None:
    """Rows of a test that was rolled back may have the keys and times of another's."""
    incidents.forget()
    walks.forget()


@pytest.fixture(autouse=True)
def _valkey_answered_just_now() -> None:
    """There is none in most of these tests: nothing that is stored would be live after the first five seconds of a process."""
    pulses.peek().answered()


@pytest.fixture
def collecting(db: None) -> Collecting:
    """A cluster "prod" with three nodes, flushed once; in the test's own transaction, unless something else in the test asks for
    `transactional_db` because other threads are to see it. That empties every table and costs five times as much."""
    collecting = Collecting()
    collecting.flush(full_frame())
    return collecting


@pytest.fixture
def visitor(db: None) -> User:
    return User.objects.create_user("ada", password="correct horse battery")


@pytest.fixture
def operator(db: None) -> Client:
    """The browser of somebody who may manage displays."""
    client = Client()
    client.force_login(User.objects.create_user("grace", is_staff=True))
    return client


@pytest.fixture
def reader(visitor: User) -> Client:
    """The browser of the visitor, who may not."""
    client = Client()
    client.force_login(visitor)
    return client


@pytest.fixture
def session(visitor: User) -> str:
    """The key of a session that signs in the visitor."""
    client = Client()
    client.force_login(visitor)
    return client.cookies[live_settings.SESSION_COOKIE_NAME].value


@dataclass
class Served:
    """The product, served by uvicorn in the test's own event loop."""

    port: int
    server: uvicorn.Server
    session: str
    sockets: contextlib.AsyncExitStack = field(default_factory=contextlib.AsyncExitStack)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def hub(self) -> Hub:
        hub: Hub = self.server.lifespan.state["hub"]
        return hub

    async def socket(
        self, path: str, *, signed_in: bool = True, cookies: str = "", origin: str | None = None, host: str | None = None
    ) -> ClientConnection:
        """An open WebSocket, with the session's cookie or with `cookies`; closed when the test ends."""
        held = f"{live_settings.SESSION_COOKIE_NAME}={self.session}" if signed_in else cookies
        headers = {"Cookie": held} if held else {}
        # The name in the URL makes the Host header; the connection goes to 127.0.0.1 whatever it says.
        connecting = connect(
            f"ws://{host or f'127.0.0.1:{self.port}'}{path}",
            host="127.0.0.1",
            port=self.port,
            origin=(origin or self.origin),  # type: ignore[arg-type]  # a NewType of str
            additional_headers=headers,
            open_timeout=10,
            proxy=None,
        )
        return await self.sockets.enter_async_context(connecting)


@pytest.fixture
async def served(transactional_db: None, valkey: str, settings: Settings, session: str) -> AsyncIterator[Served]:
    """The real server, with a real Valkey. Its threads read what the test's has written, so that is committed."""
    settings.REDIS_URL = valkey
    async with serving(session) as served:
        yield served


@contextlib.asynccontextmanager
async def serving(
    session: str, listening: socket.socket | None = None, application: ASGI3Application | None = None
) -> AsyncIterator[Served]:
    """Start the server with the options that `manage.py up` gives it, on a port of its own or on `listening`; `application` is
    served instead of the product's."""
    listening = listening or socket.create_server(("127.0.0.1", 0))
    configured = config(())
    configured.app = application or configured.app
    server = uvicorn.Server(configured)  # what ours adds to it is for a process of its own
    running = asyncio.create_task(server.serve([listening]))
    try:
        await holds(lambda: server.started or running.done())
        served = Served(listening.getsockname()[1], server, session)
        async with served.sockets:
            yield served
    finally:
        server.should_exit = True
        await asyncio.wait_for(running, 20)
        listening.close()


in_thread = database_sync_to_async


async def holds(condition: Callable[[], bool], patience: float = 10.0) -> None:
    """Wait until a condition holds, for a limited time."""
    async with asyncio.timeout(patience):
        while not condition():  # noqa: ASYNC110 - what is waited for lies in the product, which tells nobody
            await asyncio.sleep(0.01)
