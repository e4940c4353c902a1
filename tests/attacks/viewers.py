"""Thousands of viewers in one process: sockets that read what comes, answer pings and look at nothing (RFC 6455)."""

import asyncio
import base64
import os

from tests.attacks.speaking import PATIENCE, asked

_PING, _CLOSE = 0x9, 0x8


class Viewer(asyncio.Protocol):
    """One open socket. A WebSocket client of a library would parse and keep every message, which costs more than to send it."""

    def __init__(self, request: bytes) -> None:
        self._request = request
        self._got = bytearray()
        self._open = False
        self.opened: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self.lost = False
        self.messages = 0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._request)

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True
        if not self.opened.done():
            self.opened.set_result(False)

    def data_received(self, data: bytes) -> None:
        self._got += data
        if not self._open:
            head, end, rest = self._got.partition(b"\r\n\r\n")
            if not end:
                return
            self._open = head.startswith(b"HTTP/1.1 101 ")
            self._got = rest
            self.opened.set_result(self._open)
        while self._open and self._frame():
            pass

    def close(self) -> None:
        """Go away without a word."""
        if self._transport is not None:
            self._transport.abort()

    def _frame(self) -> bool:
        """Take one frame off; False if it has not come whole."""
        got = self._got
        if len(got) < 2:
            return False
        length, start = got[1] & 0x7F, 2
        if length >= 126:
            start += 2 if length == 126 else 8
            if len(got) < start:
                return False
            length = int.from_bytes(got[2:start], "big")
        if len(got) < start + length:
            return False
        kind, payload = got[0] & 0x0F, bytes(got[start : start + length])
        del got[: start + length]
        self.messages += 1
        if kind == _PING:
            self._answer(payload)
        elif kind == _CLOSE:
            self.lost = True
        return True

    def _answer(self, payload: bytes) -> None:
        mask = os.urandom(4)
        masked = bytes(one ^ mask[index % 4] for index, one in enumerate(payload))
        assert self._transport is not None
        self._transport.write(bytes([0x8A, 0x80 | len(payload)]) + mask + masked)


async def view(port: int, path: str, cookie: str, *, of: str) -> Viewer:
    """An open one, from this address of ours."""
    key = base64.b64encode(os.urandom(16)).decode()
    upgrade = ("Upgrade: websocket", f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13")
    request = asked("GET", path, f"Cookie: {cookie}", f"Origin: http://127.0.0.1:{port}", *upgrade, host=f"127.0.0.1:{port}")
    request = request.replace(b"Connection: close", b"Connection: Upgrade")
    async with asyncio.timeout(PATIENCE):
        _, viewer = await asyncio.get_running_loop().create_connection(
            lambda: Viewer(request), "127.0.0.1", port, local_addr=(of, 0)
        )
        await viewer.opened
    return viewer
