"""What many want at once: in small turns, in order, and a probe before all of them."""

import asyncio
import socket
import time
from collections.abc import Callable
from functools import partial

import uvicorn
import uvloop
from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, Scope
from uvicorn.server import ServerState

from dashboard.connections import BoundedProtocol, turns_of
from dashboard.turns import Turns
from tests.dashboard.conftest import holds


def busy(seconds: float) -> None:
    """Computes for this long."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


class Clock:
    """What is computed takes as long as it says, whatever the machine does meanwhile."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def busy(self, seconds: float) -> None:
        """Computes for this long."""
        self.now += seconds


async def test_what_is_too_much_for_a_turn_waits_for_the_next_in_order() -> None:
    loop = asyncio.get_running_loop()
    clock = Clock()
    turns = Turns(loop, 0.002, clock)
    done: list[int] = []
    turn, at = 0, []

    def work(number: int) -> None:
        clock.busy(0.0015)
        done.append(number)
        at.append(turn)

    for number in range(10):
        turns.take(partial(work, number))
    assert done == [0, 1], "the rest waits"
    while len(turns):
        turn += 1
        await asyncio.sleep(0)
    assert done == list(range(10))
    assert max(at.count(one) for one in at) <= 2, "two of these fill a turn"


async def test_a_new_turn_has_its_whole_time() -> None:
    clock = Clock()
    turns = Turns(asyncio.get_running_loop(), 0.001, clock)
    turns.take(partial(clock.busy, 0.002))
    assert not turns.is_free()
    await asyncio.sleep(0)
    assert turns.is_free()


async def test_work_that_fails_leaves_the_others_their_turn() -> None:
    loop = asyncio.get_running_loop()
    failures: list[object] = []
    loop.set_exception_handler(lambda _, context: failures.append(context["exception"]))
    clock = Clock()
    turns = Turns(loop, 0.001, clock)
    done: list[str] = []

    def fail() -> None:
        raise ValueError("broken")

    steps: list[Callable[[], None]] = [partial(clock.busy, 0.002), fail, partial(done.append, "next")]
    for step in steps:
        turns.take(step)
    await holds(lambda: not len(turns))
    assert done == ["next"]
    assert [str(one) for one in failures] == ["broken"]


async def answering(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    """Says which path was asked for."""
    assert scope["type"] == "http"
    body = scope["path"].encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers, "trailers": False})
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def _asked_while_others_wait(path: str) -> tuple[bytes, int]:
    """The answer to a GET that comes while the turns of this loop are taken, and how many are still waiting when it is there."""
    loop = asyncio.get_running_loop()
    config = uvicorn.Config(answering, http=BoundedProtocol, ws="none", lifespan="off", log_config=None)
    config.load()
    server = await loop.create_server(lambda: BoundedProtocol(config, ServerState(), {}), "127.0.0.1", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        for _ in range(100):
            turns_of(loop).take(partial(busy, 0.005))
        writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        answer = await reader.read()
        waiting = len(turns_of(loop))
        writer.close()
    return answer, waiting


def test_a_probe_is_answered_before_what_waits() -> None:
    answer, waiting = uvloop.run(_asked_while_others_wait("/healthz"))
    assert answer.endswith(b"/healthz")
    assert waiting > 50


def test_a_page_is_answered_in_its_turn() -> None:
    answer, waiting = uvloop.run(_asked_while_others_wait("/signin/"))
    assert answer.endswith(b"/signin/")
    assert waiting == 0


def test_a_request_that_comes_in_pieces_while_others_wait_is_whole() -> None:
    async def main() -> bytes:
        loop = asyncio.get_running_loop()
        config = uvicorn.Config(answering, http=BoundedProtocol, ws="none", lifespan="off", log_config=None)
        config.load()
        server = await loop.create_server(lambda: BoundedProtocol(config, ServerState(), {}), "127.0.0.1", 0)
        async with server:
            with socket.create_connection(server.sockets[0].getsockname()) as asking:
                asking.setblocking(False)
                for piece in (b"GET /in/pie", b"ces HTTP/1.1\r\nHo", b"st: x\r\nConnection: close\r\n\r\n"):
                    for _ in range(5):
                        turns_of(loop).take(partial(busy, 0.005))
                    await loop.sock_sendall(asking, piece)
                    await asyncio.sleep(0)
                got = b""
                while some := await loop.sock_recv(asking, 4096):
                    got += some
                return got

    assert uvloop.run(main()).endswith(b"/in/pieces")
