"""The cluster page in a real Chromium without a server: the template rendered by Django, static files from the tree, and the
network of the page answered from here, so that a test can say what comes over the wire and when."""

import mimetypes
import os
import re
import time
from pathlib import Path
from urllib.parse import unquote, urlsplit

import msgspec
from django.conf import settings
from django.template.loader import render_to_string
from playwright.sync_api import BrowserContext, Page, Route, WebSocketRoute

from dashboard import presenters
from planes.live.wire import Message, Pulse, Snapshot, encode

ORIGIN = "http://planewatch.test"
#: Where tests leave what they saw, to be looked at.
SHOWN = Path("build/screenshots/tests")
#: As strict as the product's own.
POLICY = "default-src 'none'; base-uri 'none'; connect-src 'self' ws:; " + "; ".join(
    f"{kind}-src 'self'" for kind in ("script", "style", "img", "font")
)


class Stage:
    """One page and the wire that feeds it."""

    def __init__(self, page: Page, snapshot: Snapshot) -> None:
        self.page = page
        self.snapshot = snapshot
        self.sockets: list[WebSocketRoute] = []
        self.fetched = 0
        self.refused = False  # sockets and snapshots find nobody
        self.violations: list[str] = []
        self.labels: dict[str, list[str]] = {}  # nodes by label, as the server would answer
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.violations.append(str(error)))
        page.route(f"{ORIGIN}/**", self._answer)
        page.route_web_socket(re.compile(r"/ws/"), self._socket)

    def open(self, query: str = "") -> None:
        """Go there and wait until the picture stands."""
        self.page.goto(f"{ORIGIN}/c/{self.snapshot.slug}/{query}", wait_until="load")
        self.page.wait_for_function("document.fonts.status === 'loaded'")

    def drawn(self) -> None:
        """Wait for the first picture."""
        self.page.wait_for_selector("#cluster.is-drawn", timeout=10_000)

    def pulse(self, *, heard: float | None = None, at: float | None = None) -> None:
        """The collector lives."""
        now = time.time() if at is None else at
        self.send(Pulse(pulse=now, heard=now - 0.3 if heard is None else heard, epoch=self.snapshot.epoch, o=self.snapshot.o))

    def send(self, message: Message) -> None:
        """One message to the newest socket."""
        self.sockets[-1].send(encode(message))

    def cut(self) -> None:
        """The server goes away."""
        self.refused = True
        self.sockets[-1].close(code=1011)

    def _console(self, message: object) -> None:
        text = str(getattr(message, "text", message))
        if getattr(message, "type", "") == "error" and not self.refused:
            self.violations.append(text)

    def _socket(self, socket: WebSocketRoute) -> None:
        if self.refused:
            socket.close(code=1011)
            return
        self.sockets.append(socket)

    def _answer(self, route: Route) -> None:
        path = unquote(urlsplit(route.request.url).path)
        if path.startswith("/static/"):
            self._static(route, path)
        elif self.refused:
            route.abort()
        elif path.endswith("/snapshot"):
            self.fetched += 1
            route.fulfill(body=msgspec.json.encode(self.snapshot), content_type="application/json")
        elif path.endswith("/search"):
            wanted = unquote(urlsplit(route.request.url).query.removeprefix("label="))
            route.fulfill(body=msgspec.json.encode({"names": self.labels.get(wanted, [])}), content_type="application/json")
        elif "/nodes/" in path and path.startswith("/api/"):
            route.fulfill(body="{}", content_type="application/json")  # no line of evidence beyond what the picture has
        else:
            now = time.time()
            body = render_to_string(
                "cluster.html",
                {
                    "snapshot": self.snapshot,
                    "tables": presenters.tables(self.snapshot, None),
                    "late": None,
                    "now": now,
                    "wall": "/wall/" in path,
                },
            )
            route.fulfill(body=body, content_type="text/html; charset=utf-8", headers={"Content-Security-Policy": POLICY})

    def _static(self, route: Route, path: str) -> None:
        base = Path(settings.BASE_DIR)
        rest = re.sub(r"^/static/(?:[0-9a-f]{12}/)?", "", path)
        file = base / "node_modules" / rest[4:] if rest.startswith("npm/") else base / "static" / rest
        if not file.is_file():
            self.violations.append(f"no such file: {path}")
            route.fulfill(status=404)
            return
        kind = "text/javascript" if file.suffix == ".js" else mimetypes.guess_type(file.name)[0]
        route.fulfill(body=file.read_bytes(), content_type=kind or "application/octet-stream")


def end(test: str, stages: list[Stage], contexts: list[BrowserContext]) -> None:
    """Keep what each page of a test showed last, as build/screenshots/tests/<test>.jpg, and close all. Nothing may have been wrong
    on any of them: no error, no missing file, no broken policy."""
    # Where nobody would look at them they only take time.
    kept = [] if os.environ.get("CI") else stages
    SHOWN.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^\w.-]+", "-", test.removeprefix("test_")).strip("-")
    for at, stage in enumerate(kept):
        if not stage.page.is_closed():
            stage.page.screenshot(path=SHOWN / f"{name}{f'-{at + 1}' if at else ''}.jpg", quality=85)
    for stage in stages:
        assert not stage.violations, stage.violations
    for context in contexts:
        context.close()
