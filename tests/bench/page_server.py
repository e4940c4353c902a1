"""The cluster page on a real HTTP and WebSocket server, fed from here: compressed as the product does it, counted byte by byte."""

import asyncio
import gzip
import mimetypes
import re
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import uvicorn
from django.conf import settings
from django.template.loader import render_to_string

from dashboard import presenters
from planes.live.wire import Delta, Pulse, Snapshot

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

#: Already small.
_PACKED = (".woff2", ".png")


class PageServer:
    """One picture for whoever asks; `say` tells every socket. `sent` has the bytes of each answer's body by path."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.sent: dict[str, int] = {}
        self._sockets: set[asyncio.Queue[str]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._body = gzip.compress(msgspec.json.encode(snapshot), 5)
        self.address = ""

    def say(self, message: Pulse | Delta) -> None:
        """From any thread."""
        text = msgspec.json.encode(message).decode()
        assert self._loop
        self._loop.call_soon_threadsafe(self._spread, text)

    def _spread(self, text: str) -> None:
        for queue in self._sockets:
            queue.put_nowait(text)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._loop = asyncio.get_running_loop()
        if scope["type"] == "websocket":
            await self._socket(receive, send)
        elif scope["type"] == "http":
            await self._http(scope["path"], send)

    async def _socket(self, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        queue: asyncio.Queue[str] = asyncio.Queue()
        self._sockets.add(queue)
        gone = asyncio.ensure_future(receive())
        while not gone.done():
            text = asyncio.ensure_future(queue.get())
            await asyncio.wait({gone, text}, return_when=asyncio.FIRST_COMPLETED)
            if text.done():
                await send({"type": "websocket.send", "text": text.result()})
            else:
                text.cancel()
        self._sockets.discard(queue)

    async def _http(self, path: str, send: Send) -> None:
        body, kind = self._answer(path)
        headers = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode())]
        if not path.endswith(_PACKED):
            headers.append((b"content-encoding", b"gzip"))
        self.sent[path] = self.sent.get(path, 0) + len(body)
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _answer(self, path: str) -> tuple[bytes, str]:
        if path.endswith("/snapshot"):
            return self._body, "application/json"
        if path.startswith("/static/"):
            base = Path(settings.BASE_DIR)
            rest = re.sub(r"^/static/(?:[0-9a-f]{12}/)?", "", path)
            file = base / "node_modules" / rest[4:] if rest.startswith("npm/") else base / "static" / rest
            body = file.read_bytes()
            kind = "text/javascript" if file.suffix == ".js" else mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            return (body if path.endswith(_PACKED) else gzip.compress(body, 9)), kind
        if path.startswith("/api/"):
            return gzip.compress(b"{}"), "application/json"
        facts = {
            "snapshot": self.snapshot,
            "tables": presenters.tables(self.snapshot, None),
            "late": None,
            "now": time.time(),
            "served": time.time(),
            "wall": False,
        }
        return gzip.compress(render_to_string("cluster.html", facts).encode(), 5), "text/html; charset=utf-8"


@contextmanager
def serving(snapshot: Snapshot) -> Iterator[PageServer]:
    """Listens on a free port of 127.0.0.1 until the end."""
    app = PageServer(snapshot)
    server = uvicorn.Server(
        uvicorn.Config(app, port=0, log_level="warning", lifespan="off", ws="websockets-sansio", ws_per_message_deflate=False)
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    limit = time.monotonic() + 10
    while not server.started and time.monotonic() < limit:
        time.sleep(0.02)
    app.address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield app
    finally:
        server.should_exit = True
        thread.join(10)
