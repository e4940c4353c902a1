"""What the tests of planes.kube share: links to a replaying server, and a place for the events that they lead to."""

import asyncio
import base64
import random
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
import yaml

from planes.kube.client import Access
from planes.kube.connect import Target, open_access
from planes.kube.errors import FaultError
from planes.kube.link import Link, open_link
from planes.structs.events import Failed, Fault, SourceEvent
from planes.structs.moments import Mono
from tests.replay import Authority, Server

Event = TypeVar("Event")


class Events:
    """Collects what is emitted; use it as `emit`."""

    def __init__(self) -> None:
        self.all: list[SourceEvent] = []
        self._came = asyncio.Event()

    async def __call__(self, event: SourceEvent) -> None:
        self.all.append(event)
        self._came.set()

    def of(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.all if isinstance(event, kind)]

    def faults(self) -> list[Fault]:
        return [event.fault for event in self.of(Failed)]

    def names(self) -> list[str]:
        return [type(event).__name__ for event in self.all]

    async def until(self, true: Callable[["Events"], object], limit: float = 10.0) -> None:
        """Wait until `true(self)`, looking after each event."""
        async with asyncio.timeout(limit):
            while not true(self):
                self._came.clear()
                await self._came.wait()


class Clock:
    """A monotonic clock that moves when told, or when `sleep` is called."""

    def __init__(self) -> None:
        self.now = Mono(1000.0)
        self.slept: list[float] = []

    def __call__(self) -> Mono:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0.001)


@pytest.fixture
def events() -> Events:
    return Events()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rng() -> random.Random:
    return random.Random(7)


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority()


@pytest.fixture
async def link_to(tmp_path: Path) -> AsyncIterator[Callable[..., Awaitable[Link]]]:
    """Makes links to servers, and closes them."""
    links: list[Link] = []

    async def make(server: Server, **options: object) -> Link:
        clock = options.pop("clock", None)
        path = server.write_kubeconfig(tmp_path, **options)  # type: ignore[arg-type] # passed on as they are
        link = await open_link(Target(str(path)), **({"clock": clock} if clock else {}))  # type: ignore[arg-type] # likewise
        links.append(link)
        return link

    yield make
    for link in links:
        await link.close()


class Kubeconfig:
    """A kubeconfig to be changed and used: one context with a cluster and a user."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "kubeconfig"
        self.cluster: dict[str, Any] = {"server": "https://10.0.0.1:6443"}
        self.user: dict[str, Any] = {"token": "t"}
        self.context: dict[str, Any] = {"cluster": "k", "user": "u"}
        self.more: dict[str, Any] = {}
        self._opened: list[Access | Link] = []

    def to(self, server: Server) -> None:
        """Lead to a server, and trust it."""
        self.cluster["server"] = server.url
        if server.scheme == "https":
            self.cluster["certificate-authority-data"] = base64.b64encode(server.authority.pem).decode()

    def write(self) -> Path:
        whole = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "c",
            "clusters": [{"name": "k", "cluster": self.cluster}],
            "users": [{"name": "u", "user": self.user}],
            "contexts": [{"name": "c", "context": self.context}],
        }
        self.path.write_text(yaml.safe_dump(whole | self.more))
        return self.path

    async def sign_in(self) -> Access:
        self._opened.append(access := await open_access(Target(str(self.write()))))
        return access

    async def link(self) -> Link:
        self._opened.append(link := await open_link(Target(str(self.write()))))
        return link

    async def refusal(self) -> FaultError:
        """What is said instead of signing in."""
        with pytest.raises(FaultError) as caught:
            await self.sign_in()
        assert caught.value.fault.remedy
        return caught.value

    async def close(self) -> None:
        for one in self._opened:
            await (one.client if isinstance(one, Access) else one).close()


@pytest.fixture
def unused_port() -> int:
    """A port of this machine on which nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@pytest.fixture
async def kubeconfig(tmp_path: Path) -> AsyncIterator[Kubeconfig]:
    made = Kubeconfig(tmp_path)
    yield made
    await made.close()
