"""What the tests of planes.kube share: links to a replaying server, and a place for the events that they lead to."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from planes.kube.connect import Target
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
