"""Walls on one web process: 1,000 displays that come back after a restart and hear of 5 changes a second, some of them stalled, and
500 basic walls.

    python -m tests.bench.bench_walls [--displays N] [--basic N] [--seconds N] [--storm N]

The screens share the machine with the server; they are the least that a WebSocket client can be.
"""

import argparse
import asyncio
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from planes.live.stream import Stream
from planes.live.wire import Delta, GoneRows, Pulse, Update
from planes.structs.rows import ClusterRow
from tests.bench.bench_push import answers, cpu
from tests.services import Valkey, until

CLUSTERS = 12
#: Changes a second; of the displays so many read nothing.
RATE, STALLED = 5.0, 0.05
#: Opcodes of RFC 6455.
PING, PONG = 0x9, 0xA
#: Displays that the basic walls show; seconds between two pictures of one.
SHARED, EVERY = 10, 11.0


@dataclass
class Heard:
    """What came, and how long after it was published, seconds. `published`: when each cluster last changed; `changes`: how often it
    did."""

    published: dict[bytes, float] = field(default_factory=dict)
    changes: Counter[bytes] = field(default_factory=Counter)
    changed: list[float] = field(default_factory=list)
    news: list[float] = field(default_factory=list)


class Screen(asyncio.Protocol):
    """The socket of a display."""

    def __init__(self, request: bytes, heard: Heard) -> None:
        self._request, self._heard = request, heard
        self.open: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.transport: asyncio.Transport | None = None
        #: How often it was told that each cluster changed, and when it last was; how often to fetch all instead.
        self.told: Counter[bytes] = Counter()
        self.last: dict[bytes, float] = {}
        self.resyncs = 0
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        now = time.time()
        self._rest += data
        if not self.open.done():
            head, end, self._rest = self._rest.partition(b"\r\n\r\n")
            if not end:
                self._rest = head
                return
            if not head.startswith(b"HTTP/1.1 101"):
                self.open.set_exception(ConnectionError(head[:60].decode()))
                return
            self.open.set_result(None)
        while len(self._rest) >= 2:
            length, start = self._rest[1] & 0x7F, 2
            if length >= 126:
                start = 4 if length == 126 else 10
                if len(self._rest) < start:
                    return
                length = int.from_bytes(self._rest[2:start], "big")
            if len(self._rest) < start + length:
                return
            if self._rest[0] & 0x0F == PING:
                self._pong(self._rest[start : start + length])
            else:
                self._take(self._rest[start : start + 120], now)
            self._rest = self._rest[start + length :]

    def _pong(self, payload: bytes) -> None:
        """As every browser does by itself: after 40 s the server closes on who does not. Masked, with naught."""
        assert self.transport is not None
        self.transport.write(bytes([0x80 | PONG, 0x80 | len(payload), 0, 0, 0, 0]) + payload)

    def _take(self, frame: bytes, now: float) -> None:
        kind = frame[9 : frame.find(b'"', 9)]
        self.resyncs += kind == b"resync"
        if kind not in (b"wall_changed", b"wall_news"):
            return
        slug = frame.partition(b'"slug":"')[2].partition(b'"')[0]
        at = self._heard.published.get(slug)
        if at is None:
            return
        if kind == b"wall_changed":
            self.told[slug] += 1
            self.last[slug] = now
        (self._heard.changed if kind == b"wall_changed" else self._heard.news).append(now - at)


def _prepare(count: int) -> tuple[dict[str, int], list[tuple[str, str]]]:
    """The clusters' ids by their slugs, and each display's slug and cookie."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connections
    from django.http import HttpResponse

    from dashboard import displays, showing
    from planes.models import Cluster
    from planes.store import services
    from tests.dashboard import scenes

    for alias in connections:
        call_command("migrate", database=alias, verbosity=0)
    ids: dict[str, int] = {}
    for number in range(CLUSTERS):
        slug = f"cluster-{number}"
        ids[slug] = Cluster.objects.create(slug=slug, name=slug, source="kubeconfig", context=slug).pk
        services.flush(ids[slug], services.take(ids[slug]), 1, scenes.frame(slug, 6, "broken" if number == 0 else "", time.time()))
    made = []
    for number in range(count):
        known, _ = displays.make(displays.Wanted(name=f"Wall {number}"), "bench")
        answer = HttpResponse()
        showing.signed_in(answer, known)
        [(name, morsel)] = answer.cookies.items()
        made.append((known.wall.slug, f"{name}={morsel.value}"))
    connections.close_all()
    return ids, made


async def _get(port: int, path: str, cookie: str) -> tuple[int, int]:
    """Status and bytes of an answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    headers = f"Host: 127.0.0.1:{port}\r\nCookie: {cookie}\r\nAccept-Encoding: gzip\r\nConnection: close"
    writer.write(f"GET {path} HTTP/1.1\r\n{headers}\r\n\r\n".encode())
    said = await reader.read()
    writer.close()
    return int(said[9:12]), len(said)


def _at(figures: list[float], share: float) -> str:
    ordered = sorted(figures)
    return f"{ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000:,.0f} ms" if ordered else "nothing came"


def _memory(process: int) -> float:
    """Megabytes that a process holds."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


async def _storm(port: int, made: list[tuple[str, str]], heard: Heard, seconds: float) -> list[Screen]:
    took: list[float] = []
    refused: list[str] = []
    found: list[Screen] = []

    async def one(slug: str, cookie: str) -> None:
        await asyncio.sleep(random.uniform(0, seconds))
        request = (
            f"GET /ws/wall/{slug}/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\nCookie: {cookie}\r\n"
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"
        ).encode()
        began = time.monotonic()
        try:
            _, screen = await asyncio.get_running_loop().create_connection(lambda: Screen(request, heard), "127.0.0.1", port)
            await asyncio.wait_for(screen.open, 30)
            status, _ = await asyncio.wait_for(_get(port, f"/wall/{slug}/scene.json", cookie), 30)
        except (OSError, TimeoutError) as error:
            refused.append(type(error).__name__)
            return
        took.append(time.monotonic() - began)
        if status != 200:
            refused.append(str(status))
        found.append(screen)

    await asyncio.gather(*(one(slug, cookie) for slug, cookie in made))
    print(  # noqa: T201 - a benchmark's own words
        f"storm of {len(made):,} over {seconds:g} s: connected and drawn after p50 {_at(took, 0.5)}, p99 {_at(took, 0.99)}, "
        f"at most {_at(took, 1.0)}; {len(refused)} refused {sorted(set(refused))}"
    )
    return found


async def _changes(url: str, ids: dict[str, int], heard: Heard, seconds: float) -> None:
    stream = Stream(url)
    slugs = list(ids)
    # Streams that there are, as of clusters that are watched for long.
    for each in slugs:
        await stream.delta(ids[each], Delta(o=1, prev=0, epoch="1", at=time.time(), u=Update(), x=GoneRows()))
    await asyncio.sleep(3)
    offsets = dict.fromkeys(slugs, 1)
    began = time.monotonic()
    for number in range(int(seconds * RATE)):
        slug = slugs[number % len(slugs)]
        heard.published[slug.encode()] = now = time.time()
        heard.changes[slug.encode()] += 1
        row = ClusterRow(server="https://bench", pods=number)
        offsets[slug] += 1
        mine = offsets[slug]
        await stream.delta(ids[slug], Delta(o=mine, prev=mine - 1, epoch="1", at=now, u=Update(cluster=row), x=GoneRows()))
        for each in slugs if number % int(RATE) == 0 else ():
            await stream.pulse(ids[each], Pulse(now, now, "1", offsets[each]))
        await asyncio.sleep(max(0.0, began + (number + 1) / RATE - time.monotonic()))
    await asyncio.sleep(2)
    await stream.aclose()


async def _basic(port: int, made: list[tuple[str, str]], count: int, seconds: float) -> tuple[int, float]:
    """How many pictures came, and how large they were on average, bytes."""
    sizes: list[int] = []
    end = time.monotonic() + seconds

    async def one(number: int) -> None:
        slug, cookie = made[number % SHARED]
        await asyncio.sleep(random.uniform(0, EVERY))
        while time.monotonic() < end:
            status, size = await _get(port, f"/wall/{slug}/board.svg?w=1920&h=1080&t={number}", cookie)
            assert status == 200, status
            sizes.append(size)
            await asyncio.sleep(EVERY)

    await asyncio.gather(*(one(number) for number in range(count)))
    return len(sizes), sum(sizes) / max(1, len(sizes))


def _delivered(readers: list[Screen], heard: Heard) -> str:
    """What became of the changes. The hub tells at most one a second and cluster, so that of those which come closer together all
    screens hear once: as often as the one that heard most. What a screen heard less than that was lost on its way to it."""
    most = Counter({slug: max((one.told[slug] for one in readers), default=0) for slug in heard.changes})
    lost = sum(most[slug] - one.told[slug] for one in readers for slug in most)
    newest = sum(one.last.get(slug, 0.0) >= at for one in readers for slug, at in heard.published.items())
    wanted = len(readers) * len(heard.published)
    return (
        f"of {heard.changes.total():,} changes {heard.changes.total() - most.total():,} were told with the one before; "
        f"{lost:,} lost to one screen or another, {sum(one.resyncs for one in readers):,} times told to fetch all instead; "
        f"of each cluster's newest {newest:,} of {wanted:,} heard"
    )


async def _measure(
    port: int, server: int, url: str, ids: dict[str, int], made: list[tuple[str, str]], asked: argparse.Namespace
) -> None:
    heard = Heard()
    begun = cpu(server)
    screens = await _storm(port, made, heard, asked.storm)
    print(f"  server {(cpu(server) - begun) / asked.storm:.0%} of a core meanwhile; it holds {_memory(server):,.0f} MB")  # noqa: T201
    await asyncio.sleep(2)
    stalled = int(len(screens) * STALLED)
    for screen in screens[:stalled]:
        assert screen.transport is not None
        screen.transport.pause_reading()
    before, held, began = cpu(server), _memory(server), time.monotonic()
    await _changes(url, ids, heard, asked.seconds)
    share = (cpu(server) - before) / (time.monotonic() - began)
    print(  # noqa: T201 - a benchmark's own words
        f"{RATE:g} changes a second to {len(screens):,} displays: "
        f"told after p50 {_at(heard.changed, 0.5)}, p99 {_at(heard.changed, 0.99)}; "
        f"shown after p50 {_at(heard.news, 0.5)}, p99 {_at(heard.news, 0.99)}; "
        f"server {share:.0%} of a core\n"
        f"  {_delivered(screens[stalled:], heard)}\n"
        f"  with {STALLED:.0%} of them stalled it holds {_memory(server):,.0f} MB, {_memory(server) - held:+,.0f} MB"
    )
    for screen in screens:
        assert screen.transport is not None
        screen.transport.abort()
    await asyncio.sleep(2)
    before, began = cpu(server), time.monotonic()
    pictures, size = await _basic(port, made, asked.basic, 3 * EVERY)
    share = (cpu(server) - before) / (time.monotonic() - began)
    print(f"{asked.basic:,} basic walls: {pictures:,} pictures of {size / 1000:.0f} kB; server {share:.0%} of a core")  # noqa: T201


def main() -> None:
    """Start everything, measure, stop everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--displays", type=int, default=1000)
    parser.add_argument("--basic", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--storm", type=float, default=30.0, help="seconds over which all come back")
    asked = parser.parse_args()
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
        ids, made = _prepare(asked.displays)
        with socket.create_server(("127.0.0.1", 0), backlog=2048) as listening:
            port = listening.getsockname()[1]
            server = subprocess.Popen(
                [sys.executable, "manage.py", "web", "--descriptor", str(listening.fileno())],
                cwd=Path(__file__).parents[2],
                pass_fds=[listening.fileno()],
            )
            until(lambda: answers(port), "the server's start")
            asyncio.run(_measure(port, server.pid, valkey.url, ids, made, asked))
    finally:
        if server is not None:
            server.kill()
            server.wait(10)
        valkey.close()
        shutil.rmtree(data_dir, ignore_errors=True)


if __name__ == "__main__":
    main()
