"""How fast a change reaches many viewers: 1,000 sockets on one uvicorn, 5 messages a second, through a real Valkey.

    python -m tests.bench.bench_push [--viewers N] [--rate N] [--seconds N]

Prints the time from publishing to arrival (p50, p99, greatest), what was delivered, and the server's CPU. The viewers share the
machine with the server.
"""

import argparse
import asyncio
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from planes.live.stream import Stream
from planes.live.wire import Delta, GoneRows, Update
from tests.services import Valkey, until

#: How `manage.py up` starts the server (planes/up/parts.py).
_TICKS = os.sysconf("SC_CLK_TCK")
#: About the size of a delta of one node, bytes.
_PADDING = "x" * 600


@dataclass(frozen=True)
class Figures:
    """Latencies in milliseconds; `cpu` is the server's share of one core."""

    p50: float
    p99: float
    greatest: float
    delivered: int
    expected: int
    cpu: float

    def __str__(self) -> str:
        share = self.delivered / self.expected
        return (
            f"p50 {self.p50:.0f} ms, p99 {self.p99:.0f} ms, greatest {self.greatest:.0f} ms; "
            f"{self.delivered:,} of {self.expected:,} delivered ({share:.1%}); server {self.cpu:.0%} of a core"
        )


def _prepare() -> tuple[int, str]:
    """A migrated database with one cluster and somebody signed in: the cluster's id and the session's cookie."""
    import django

    django.setup()
    from django.conf import settings
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.db import connections
    from django.test import Client

    from planes.models import Cluster

    for alias in connections:
        call_command("migrate", database=alias, verbosity=0)
    cluster = Cluster.objects.create(slug="bench", name="bench", source="demo")
    client = Client()
    client.force_login(User.objects.create_user("bench"))
    connections.close_all()
    return cluster.pk, f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


class _Viewer(asyncio.Protocol):
    """The least that a WebSocket client can be, so that a thousand of them cost little: counts frames and their delays."""

    def __init__(self, request: bytes, delays: list[float]) -> None:
        self.request = request
        self.delays = delays
        self.open: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        now = time.time()
        self._rest += data
        if not self.open.done():
            head, end, self._rest = self._rest.partition(b"\r\n\r\n")
            if not end:
                self._rest = head
                return
            assert head.startswith(b"HTTP/1.1 101"), head
            self.open.set_result(None)
        while (frame := self._frame()) is not None:
            at = frame.find(b'"at":')
            if at >= 0:
                self.delays.append(now - float(frame[at + 5 : frame.index(b",", at)]))

    def _frame(self) -> bytes | None:
        rest = self._rest
        if len(rest) < 2:
            return None
        length, start = rest[1] & 0x7F, 2
        if length >= 126:
            start = 4 if length == 126 else 10
            if len(rest) < start:
                return None
            length = int.from_bytes(rest[2:start], "big")
        if len(rest) < start + length:
            return None
        self._rest = rest[start + length :]
        return rest[start : start + length]


async def _measure(port: int, server: int, url: str, cluster_id: int, cookie: str, asked: argparse.Namespace) -> Figures:
    request = (
        f"GET /ws/c/bench/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\nCookie: {cookie}\r\n"
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"
    ).encode()
    loop = asyncio.get_running_loop()
    delays: list[float] = []
    transports = []
    for start in range(0, asked.viewers, 50):
        pairs = [
            await loop.create_connection(lambda: _Viewer(request, delays), "127.0.0.1", port)
            for _ in range(min(50, asked.viewers - start))
        ]
        await asyncio.wait_for(asyncio.gather(*(viewer.open for _, viewer in pairs)), 60)
        transports += [transport for transport, _ in pairs]
    await asyncio.sleep(2)  # until the hub follows and the last have joined
    stream = Stream(url)
    before, began = cpu(server), time.monotonic()
    messages = int(asked.rate * asked.seconds)
    for number in range(messages):
        delta = Delta(o=number + 1, prev=number, epoch=_PADDING, at=time.time(), u=Update(), x=GoneRows())
        await stream.delta(cluster_id, delta)
        await asyncio.sleep(max(0.0, began + (number + 1) / asked.rate - time.monotonic()))
    share = (cpu(server) - before) / (time.monotonic() - began)
    expected = messages * asked.viewers
    end = time.monotonic() + 10
    while len(delays) < expected and time.monotonic() < end:  # noqa: ASYNC110 - a thousand protocols share one list
        await asyncio.sleep(0.1)
    await stream.aclose()
    for transport in transports:
        transport.abort()
    delays.sort()
    assert delays, "nothing arrived"
    return Figures(
        p50=delays[len(delays) // 2] * 1000,
        p99=delays[int(len(delays) * 0.99)] * 1000,
        greatest=delays[-1] * 1000,
        delivered=len(delays),
        expected=expected,
        cpu=share,
    )


def cpu(process: int) -> float:
    """Seconds of CPU that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def run(words: list[str]) -> Figures:
    """Start everything, measure, stop everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--viewers", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=5.0, help="messages a second")
    parser.add_argument("--seconds", type=float, default=10.0)
    asked = parser.parse_args(words)
    data_dir = Path(tempfile.mkdtemp(prefix="planewatch-bench-"))
    valkey = Valkey()
    server: subprocess.Popen[bytes] | None = None
    try:
        valkey.start()
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "dashboard.settings",
            "PLANEWATCH_DATA_DIR": str(data_dir),
            "REDIS_URL": valkey.url,
        }
        cluster_id, cookie = _prepare()
        with socket.create_server(("127.0.0.1", 0), backlog=2048) as listening:
            port = listening.getsockname()[1]
            server = subprocess.Popen(
                [sys.executable, "manage.py", "web", "--descriptor", str(listening.fileno())],
                cwd=Path(__file__).parents[2],
                pass_fds=[listening.fileno()],
            )
            until(lambda: answers(port), "the server's start")
            return asyncio.run(_measure(port, server.pid, valkey.url, cluster_id, cookie, asked))
    finally:
        if server is not None:
            server.kill()
            server.wait(10)
        valkey.close()
        shutil.rmtree(data_dir, ignore_errors=True)


def answers(port: int) -> bool:
    """Whether a web server answers there."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as client:
            client.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return client.recv(64).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def main() -> None:
    print(run(sys.argv[1:]))  # noqa: T201 - a benchmark's own words


if __name__ == "__main__":
    main()
