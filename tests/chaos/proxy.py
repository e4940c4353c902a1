"""A proxy between a demo server and whoever watches it, that can be told to behave badly.

It ends TLS (with a certificate of the demo's own authority), so that it can treat watches otherwise than lists. One request is
answered on a connection. Its clock is its loop's, virtual or not.
"""

import asyncio
import contextlib
import ssl
from dataclasses import dataclass

from planes.demo.certificates import Authority

HOST = "127.0.0.1"


@dataclass(frozen=True, kw_only=True)
class Manners:
    """How requests are treated whose line holds `only`. All that is unset is as it should be; seconds unless said otherwise."""

    only: str = ""
    hold: bool = False  # the answer's head comes at once, its body when the manners change
    hold_head: bool = False  # so does its head
    end_at_once: bool = False  # 200 and nothing
    cut_after: float | None = None
    mute: bool = False  # taken, and nothing ever comes nor goes: half-open
    drip: float | None = None  # a byte each so many seconds
    status: int | None = None  # answered by the proxy itself
    body: bytes = b""


WELL = Manners()


class Proxy:
    """`manners` may be set at any time: open answers follow."""

    def __init__(self, target: int, authority: Authority) -> None:
        self.manners = WELL
        self.port = 0
        self._target = target
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority = authority
        authority.load_into(self._context)
        self._towards = ssl.create_default_context(cadata=authority.pem.decode())
        self._towards.verify_flags &= ~ssl.VERIFY_X509_STRICT
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

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

    def reset(self) -> None:
        """Every open connection is aborted."""
        for writer in list(self._open):
            writer.transport.abort()

    def swap_certificate(self, authority: Authority | None = None) -> None:
        """New connections see a certificate of another authority; None: of the right one again."""
        (authority or self._authority).load_into(self._context)

    async def _taken(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._open.add(writer)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await self._serve(reader, writer)
        finally:
            self._open.discard(writer)
            self._tasks.discard(task)
            writer.transport.abort()

    def _of(self, line: str) -> Manners:
        return self.manners if self.manners.only in line else WELL

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        line = head.split(b"\r\n", 1)[0].decode()
        manners = self._of(line)
        if manners.end_at_once or manners.status is not None:
            status = manners.status or 200
            told = f"HTTP/1.1 {status} Told\r\nContent-Type: application/json\r\nContent-Length: {len(manners.body)}\r\n"
            writer.write(told.encode() + b"Connection: close\r\n\r\n" + manners.body)
            await writer.drain()
            writer.close()
            await writer.wait_closed()
            return
        from_server, to_server = await asyncio.open_connection(HOST, self._target, ssl=self._towards)
        to_server.write(head.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        relay = asyncio.ensure_future(self._relay(line, from_server, writer))
        gone = asyncio.ensure_future(reader.read())  # the client closes
        try:
            await asyncio.wait((relay, gone), timeout=manners.cut_after, return_when=asyncio.FIRST_COMPLETED)
        finally:
            to_server.transport.abort()
            relay.cancel()
            gone.cancel()
            await asyncio.gather(relay, gone, return_exceptions=True)

    async def _relay(self, line: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        while self._of(line).hold_head or self._of(line).mute:  # noqa: ASYNC110 - looked at in virtual time
            await asyncio.sleep(0.25)
        writer.write(head)
        while chunk := await reader.read(1 << 16):
            while (now := self._of(line)).hold or now.hold_head or now.mute:  # noqa: ASYNC110 - likewise
                await asyncio.sleep(0.25)
            if now.drip is not None:
                for byte in chunk:
                    writer.write(bytes((byte,)))
                    await asyncio.sleep(now.drip if self._of(line).drip is not None else 0.0)
            else:
                writer.write(chunk)
            await writer.drain()
        await writer.drain()
        writer.close()
        await writer.wait_closed()
