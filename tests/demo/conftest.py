"""A demo cluster without a server for what lives inside it, and one that serves over TLS for what its viewers see."""

import contextlib
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from planes.demo.build import Shape
from planes.demo.clock import ManualClock
from planes.demo.serving import Demo, Options
from tests.demo.client import Client
from tests.demo.world import World

SHAPE = Shape(nodes=30, pods=200, seed=7)


@pytest.fixture
def world() -> World:
    """A small cluster that lives only when it is told to."""
    return World(SHAPE)


@dataclass
class Running:
    """A demo that serves, on a clock that the test moves, and clients of its three kinds of users."""

    demo: Demo
    clock: ManualClock
    reader: Client
    admin: Client
    context: ssl.SSLContext


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    clock = ManualClock()
    demo = Demo(Options(tmp_path, shape=SHAPE, story=False), clock)
    await demo.start()
    context = ssl.create_default_context(cadata=demo.authority.pem.decode())
    async with contextlib.AsyncExitStack() as stack:
        reader = await stack.enter_async_context(Client(demo.url, demo.token, context))
        admin = await stack.enter_async_context(Client(demo.url, demo.admin_token, context))
        yield Running(demo, clock, reader, admin, context)
    await demo.stop()
