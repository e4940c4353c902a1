"""Stands between the product and its server, and spoils what a test names: answers, scripts, sockets.

Spoilt here and not in the browser: to intercept requests there turns the browser's own cache of scripts off, and a page then
fetches and compiles some sixty of them at every visit.
"""

import contextlib
import re
from pathlib import Path
from typing import cast

from asgiref.typing import ASGI3Application, ASGIReceiveCallable, ASGISendCallable, ASGISendEvent, HTTPScope, Scope
from django.conf import settings

STATIC = Path(settings.BASE_DIR) / "static" / "js"
#: Scripts of ours that tests spoil: no browser keeps them.
SPOILT = ("pages/live.js", "cluster.js", "gaps.js", "freshness.js", "pages/panels.js", "scene/sky.js")


class Breaking:
    """The product, as a test has it."""

    def __init__(self, product: ASGI3Application) -> None:
        self._product = product
        self._sockets: set[ASGISendCallable] = set()
        self.mend()

    def mend(self) -> None:
        """Nothing is spoilt any more."""
        self.refused: re.Pattern[str] | None = None  # paths with their query, answered with 503
        self.scripts: dict[str, str] = {}  # what is answered instead, by their place below static/js
        self.cut = False  # no socket opens

    def spoil(self, script: str, before: str, after: str) -> None:
        """A script has one place of it changed."""
        assert script in SPOILT, script
        text = (STATIC / script).read_text()
        assert before in text, before
        self.scripts[script] = text.replace(before, after, 1)

    async def lose(self) -> None:
        """The server is gone, for sockets."""
        self.cut = True
        for send in list(self._sockets):
            with contextlib.suppress(Exception):  # it may have been closed meanwhile
                await send({"type": "websocket.close", "code": 1011, "reason": ""})
        self._sockets.clear()

    async def __call__(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._product(scope, receive, send)
        elif self.cut:
            await send({"type": "websocket.close", "code": 1011, "reason": ""})
        else:
            self._sockets.add(send)
            try:
                await self._product(scope, receive, send)
            finally:
                self._sockets.discard(send)

    async def _http(self, scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        address = f"{scope['path']}?{scope['query_string'].decode()}"
        script = next((one for one in SPOILT if scope["path"].endswith(f"/js/{one}")), None)
        if self.refused and self.refused.search(address):
            await _answer(send, 503, "text/plain", "")
        elif script in self.scripts:
            await _answer(send, 200, "text/javascript", self.scripts[script])
        elif script:
            await self._product(scope, receive, _unkept(send))
        else:
            await self._product(scope, receive, send)


def _unkept(send: ASGISendCallable) -> ASGISendCallable:
    """The same answers, to be kept by no browser."""

    async def sending(message: ASGISendEvent) -> None:
        if message["type"] == "http.response.start":
            kept = [(name, value) for name, value in message.get("headers", ()) if name.lower() != b"cache-control"]
            message = {**message, "headers": [*kept, (b"cache-control", b"no-store")]}
        await send(message)

    return sending


async def _answer(send: ASGISendCallable, status: int, kind: str, text: str) -> None:
    headers = [(b"content-type", kind.encode()), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers, "trailers": False})
    await send({"type": "http.response.body", "body": text.encode(), "more_body": False})


def product() -> ASGI3Application:
    """The product's own application."""
    from dashboard.asgi import application  # not before Django is set up

    return cast(ASGI3Application, application)
