"""A proxy between a demo server and whoever watches it, that can be told to behave badly.

It ends TLS (with a certificate of the demo's own authority), so that it can treat watches otherwise than lists. One request is
answered on a connection. Its clock is its loop's, virtual or not.
"""

import asyncio
import contextlib
import random
import ssl
from dataclasses import dataclass

from planes.demo.certificates import Authority
from tests.chaos.unwell import SERVERS, Unwell

HOST = "127.0.0.1"
#: Seconds between two looks at whether what is held back may go on.
LOOK = 0.25


@dataclass(frozen=True, kw_only=True)
class Manners:
    """How requests are treated whose line holds `only` and none of `but`. All that is unset is as it should be; seconds unless said
    otherwise. `old`: only on connections that were open before."""

    only: str = ""
    but: tuple[str, ...] = ()
    old: bool = False
    hold: bool = False  # the answer's head comes at once, its body when the manners change
    hold_head: bool = False  # so does its head
    hold_until: int = 0  # what was answered is let through in portions of so many bytes
    end_at_once: bool = False  # 200 and nothing
    cut_after: float | None = None
    cut_at: int | None = None  # after so many bytes of what follows the head
    mute: bool = False  # taken, and nothing ever comes nor goes: half-open
    late: float = 0.0  # the answer begins so much later
    drip: float | None = None  # so many bytes at once, and the next so much later
    drop: int = 1
    status: int | None = None  # answered by the proxy itself
    body: bytes = b""
    kind: str = "application/json"
    headers: tuple[str, ...] = ()
    reset_share: float = 0.0  # of new connections so many are reset


WELL = Manners()
_OPENED = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"


class Proxy:
    """`manners` may be set at any time: open answers follow."""

    def __init__(self, target: int, authority: Authority) -> None:
        self._manners = WELL
        self._behaves_since = 0.0
        self.port = 0
        self._target = target
        self._authority = authority
        self._context = self._new_context()
        self._towards = ssl.create_default_context(cadata=authority.pem.decode())
        self._towards.verify_flags &= ~ssl.VERIFY_X509_STRICT
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._rng = random.Random(1)
        self._heads: dict[str, bytes] = {}  # the last request of each path
        self._unwell: Unwell | None = None

    def _new_context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.load_into(context)
        return context

    @property
    def manners(self) -> Manners:
        return self._manners

    @manners.setter
    def manners(self, manners: Manners) -> None:
        self._manners, self._behaves_since = manners, asyncio.get_running_loop().time()

    async def start(self) -> None:
        """Listen, on the same port as before."""
        self._server = await asyncio.start_server(self._taken, HOST, self.port, ssl=self._context)
        self.port = self._server.sockets[0].getsockname()[1]

    async def refuse(self) -> None:
        """Nothing listens any more, and nothing that was open goes on."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self.reset()

    async def stop(self) -> None:
        """For good."""
        await self.refuse()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def reset(self, share: float = 1.0) -> None:
        """Every open connection is aborted, or a share of them."""
        for writer in list(self._open):
            if share >= 1.0 or self._rng.random() < share:
                writer.transport.abort()

    def swap_certificate(self, authority: Authority | None = None) -> None:
        """New connections see a certificate of another authority; None: of the right one again."""
        (authority or self._authority).load_into(self._context)

    async def spoil_one_of_three(self, how: str) -> None:
        """From now on one of three API servers is unwell in this way (chaos/unwell.py): a third of what is asked comes to it."""
        unwell = Unwell(how, self._rng)
        lists = {path: head for path, head in self._heads.items() if path.startswith("/api")}
        await unwell.freeze(lists, self._target, self._towards)
        self._unwell = unwell

    def mend_it(self) -> None:
        """It goes on as the others do; what was open to it begins anew."""
        self._unwell = None
        self.reset(1 / SERVERS)

    async def want_certificate(self, authority: Authority | None) -> None:
        """From now on only clients whose certificate this authority has signed are let in; None: everybody is. What is open is
        reset."""
        await self.refuse()
        self._context = self._new_context()
        if authority is not None:
            self._context.verify_mode = ssl.CERT_REQUIRED
            self._context.load_verify_locations(cadata=authority.pem.decode())
        await self.start()

    async def _taken(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._open.add(writer)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                if self._rng.random() >= self._manners.reset_share:
                    await self._serve(reader, writer)
        finally:
            self._open.discard(writer)
            self._tasks.discard(task)
            writer.transport.abort()

    def _of(self, line: str, opened: float) -> Manners:
        now = self._manners
        meant = now.only in line and not any(one in line for one in now.but) and not (now.old and opened > self._behaves_since)
        return now if meant else WELL

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        opened = asyncio.get_running_loop().time()
        head = await reader.readuntil(b"\r\n\r\n")
        line = head.split(b"\r\n", 1)[0].decode()
        self._heads[line.split(" ")[1].partition("?")[0]] = head
        if self._unwell is not None and self._unwell.takes():
            await self._of_the_unwell(self._unwell, line, writer)
            return
        manners = self._of(line, opened)
        if manners.late:
            await asyncio.sleep(manners.late)
        if manners.end_at_once or manners.status is not None:
            await _answer(manners, writer)
            return
        from_server, to_server = await asyncio.open_connection(HOST, self._target, ssl=self._towards)
        to_server.write(head.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        relay = asyncio.ensure_future(self._relay(line, opened, from_server, writer))
        gone = asyncio.ensure_future(reader.read())  # the client closes
        try:
            await asyncio.wait((relay, gone), timeout=manners.cut_after, return_when=asyncio.FIRST_COMPLETED)
        finally:
            to_server.transport.abort()
            relay.cancel()
            gone.cancel()
            await asyncio.gather(relay, gone, return_exceptions=True)

    async def _of_the_unwell(self, unwell: Unwell, line: str, writer: asyncio.StreamWriter) -> None:
        if unwell.how == "dead":
            return
        answer = await unwell.answer(line) if unwell.how == "has lost etcd" else None
        if unwell.how == "has lost etcd":
            writer.write(_OPENED if answer is None else answer)
            await writer.drain()
        while answer is None and self._unwell is unwell:  # noqa: ASYNC110 - looked at in virtual time
            await asyncio.sleep(LOOK)
        writer.close()
        await writer.wait_closed()

    async def _relay(self, line: str, opened: float, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        while self._of(line, opened).hold_head or self._of(line, opened).mute:  # noqa: ASYNC110 - looked at in virtual time
            await asyncio.sleep(LOOK)
        writer.write(head)
        kept = _Kept()
        filling = asyncio.ensure_future(kept.fill(reader))
        try:
            await self._pass_on(line, opened, kept, writer)
        finally:
            filling.cancel()
            await asyncio.gather(filling, return_exceptions=True)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async def _pass_on(self, line: str, opened: float, kept: "_Kept", writer: asyncio.StreamWriter) -> None:
        told = 0
        while True:
            await kept.more.wait()
            now = self._of(line, opened)
            if now.hold or now.hold_head or now.mute or (len(kept.data) < now.hold_until and not kept.ended):
                await asyncio.sleep(LOOK)
                continue
            chunk = kept.take()
            if not chunk:
                return
            if now.cut_at is not None and told + len(chunk) > now.cut_at:
                writer.write(chunk[: max(0, now.cut_at - told)])
                await writer.drain()
                return
            told += len(chunk)
            await self._write(line, opened, chunk, writer)

    async def _write(self, line: str, opened: float, chunk: bytes, writer: asyncio.StreamWriter) -> None:
        while chunk and (now := self._of(line, opened)).drip is not None:
            drop, chunk = chunk[: now.drop], chunk[now.drop :]
            writer.write(drop)
            await writer.drain()
            await asyncio.sleep(now.drip or 0.0)
        writer.write(chunk)
        await writer.drain()


class _Kept:
    """What has come and was not passed on yet."""

    def __init__(self) -> None:
        self.data = b""
        self.ended = False
        self.more = asyncio.Event()

    async def fill(self, reader: asyncio.StreamReader) -> None:
        while chunk := await reader.read(1 << 16):
            self.data += chunk
            self.more.set()
        self.ended = True
        self.more.set()

    def take(self) -> bytes:
        """All of it; nothing once it has ended."""
        data, self.data = self.data, b""
        if not self.ended:
            self.more.clear()
        return data


async def _answer(manners: Manners, writer: asyncio.StreamWriter) -> None:
    head = [
        f"HTTP/1.1 {manners.status or 200} Told",
        f"Content-Type: {manners.kind}",
        f"Content-Length: {len(manners.body)}",
        "Connection: close",
        *manners.headers,
    ]
    writer.write("\r\n".join(head).encode() + b"\r\n\r\n" + manners.body)
    await writer.drain()
    writer.close()
    await writer.wait_closed()
