"""Speaking to a server as no browser does: bytes as they are, many at once, while /healthz is asked again and again."""

import asyncio
import contextlib
import re
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin

from tests.e2e.running import Up

#: Seconds after which an answer is given up.
PATIENCE = 60.0
PASSWORD = "correct horse battery"


async def said(port: int, *parts: bytes, of: str = "127.0.0.1", pause: float = 0.0) -> bytes:
    """All that the server answers, until it closes; what stands so far where it never does."""
    got = bytearray()
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(of, 0))
            try:
                with contextlib.suppress(OSError):
                    for part in parts:
                        writer.write(part)
                        await writer.drain()
                        await asyncio.sleep(pause)
                while some := await reader.read(1 << 16):
                    got += some
            finally:
                writer.close()
    return bytes(got)


def asked(method: str, path: str, *headers: str, host: str = "127.0.0.1", body: bytes = b"") -> bytes:
    """A request whose connection is closed after the answer."""
    length = [f"Content-Length: {len(body)}"] if body else []
    return (
        "\r\n".join([f"{method} {path} HTTP/1.1", f"Host: {host}", "Connection: close", *headers, *length, "", ""]).encode() + body
    )


def status(answer: bytes) -> int:
    """0 where there was no answer."""
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else 0


@dataclass
class Probing:
    """How long /healthz took, in seconds, each time it was asked meanwhile, and how much of it was waiting for a core."""

    took: list[float] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)
    failed: int = 0

    @property
    def worst(self) -> float:
        """Seconds."""
        return max(self.took, default=0.0)

    @property
    def worst_by_itself(self) -> float:
        """Seconds, without those in which the machine had no core for it: what is left is the server's own doing."""
        return max((took - waited for took, waited in zip(self.took, self.waited, strict=True)), default=0.0)


@contextlib.asynccontextmanager
async def probing(target: "Target") -> AsyncIterator[Probing]:
    """/healthz, asked 20 times a second by a process of its own, for what attacks is late itself."""
    seen = Probing()
    words = (str(Path(__file__).with_name("probe.py")), str(target.port), str(target.server))
    probe = await asyncio.create_subprocess_exec(sys.executable, "-S", *words, stdin=PIPE, stdout=PIPE)
    assert probe.stdout is not None
    first = await probe.stdout.readline()  # it has begun
    try:
        yield seen
    finally:
        rest, _ = await probe.communicate(b"\n")
        for line in (first + rest).decode().splitlines():
            took, waited, good = line.split()
            seen.took.append(float(took))
            seen.waited.append(float(waited))
            seen.failed += good != "1"


@dataclass(frozen=True)
class Form:
    """What a page's form is posted with."""

    key: str
    cookie: str


class Target:
    """A running Planewatch, and ways to speak to it."""

    def __init__(self, up: Up) -> None:
        self.up = up
        self.port = int(urlsplit(up.address).port or 80)
        self.server = up.part("--descriptor")
        self._accounts = 0

    async def form(self, cookie: str = "", path: str = "/signin/") -> Form:
        """A key, and the cookie that belongs to it."""
        page = (await said(self.port, asked("GET", path, *([f"Cookie: {cookie}"] if cookie else [])))).decode()
        key = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        set_cookie = re.search(r"set-cookie: (planewatch_csrf=[^;]+)", page, re.IGNORECASE)
        assert key is not None, page
        own = set_cookie[1] if set_cookie else ""
        return Form(key[1], "; ".join(filter(None, (cookie, own))))

    async def post(self, path: str, form: Form, *, of: str = "127.0.0.1", **fields: str) -> bytes:
        """The answer to a form."""
        body = urlencode({"csrfmiddlewaretoken": form.key, **fields}).encode()
        kind = "Content-Type: application/x-www-form-urlencoded"
        return await said(self.port, asked("POST", path, f"Cookie: {form.cookie}", kind, body=body), of=of)

    async def account(self) -> str:
        """The name of a new account with PASSWORD."""
        self._accounts += 1
        name = f"someone{self._accounts}"
        await asyncio.to_thread(self.up.feed, PASSWORD, "users", "add", name)
        return name

    async def session(self, name: str) -> str:
        """The cookie of a session that signs this account in."""
        answer = await self.post("/signin/", await self.form(), username=name, password=PASSWORD)
        cookie = re.search(r"set-cookie: (planewatch_session=[^;]+)", answer.decode(), re.IGNORECASE)
        assert cookie is not None, f"{name} cannot sign in: {status(answer)}"
        return cookie[1]

    def socket(self, path: str, cookie: str, *, of: str = "127.0.0.1") -> connect:
        """A WebSocket of a page of ours."""
        origin = f"http://127.0.0.1:{self.port}"
        return connect(
            f"ws://127.0.0.1:{self.port}{path}",
            origin=Origin(origin),
            additional_headers={"Cookie": cookie},
            open_timeout=PATIENCE,
            local_addr=(of, 0),
        )


async def closed(socket: ClientConnection) -> int:
    """The code by which the server closes it, or 0 if it does not in time."""
    with contextlib.suppress(TimeoutError, Exception):
        async with asyncio.timeout(PATIENCE):
            async for _ in socket:
                pass
    return socket.close_code or 0
