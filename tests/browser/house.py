"""The one HTTP server of a process for all stages of the browser tests, on a port of its own.

It answers from threads of its own. To intercept requests in the browser instead costs two round trips through Playwright's driver
for each of the sixty files of a page, and turns the browser's own cache of scripts off: a page then takes twice as long.
"""

import functools
import itertools
import mimetypes
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from django.conf import settings


@dataclass(frozen=True)
class Answer:
    """A body and what it is."""

    body: bytes
    kind: str
    status: int = 200
    policy: str = ""
    lasting: bool = False  # the address will never answer otherwise


#: What no stage is needed for.
_EMPTY = "/empty"
#: What answers each stage's pages, by the name that they send as X-Stage.
_stages: dict[str, Callable[[str], Answer | None]] = {}
_names = itertools.count(1)


def admit(answer: Callable[[str], Answer | None]) -> tuple[str, str]:
    """The origin of the server, and the name by which a page asks for these answers."""
    name = str(next(_names))
    _stages[name] = answer
    return _origin(), name


def dismiss(name: str) -> None:
    """What is still asked under this name is not answered any more."""
    del _stages[name]


def empty() -> str:
    """The address of a page that shows nothing."""
    return f"{_origin()}{_EMPTY}"


@functools.cache
def static_file(path: str) -> Answer | None:
    """A file of ours or of npm's; None: there is none."""
    base = Path(settings.BASE_DIR)
    rest = re.sub(r"^/static/(?:[0-9a-f]{12}/)?", "", path)
    file = base / "node_modules" / rest[4:] if rest.startswith("npm/") else base / "static" / rest
    if not file.is_file():
        return None
    kind = "text/javascript" if file.suffix == ".js" else mimetypes.guess_type(file.name)[0]
    return Answer(file.read_bytes(), kind or "application/octet-stream", lasting=True)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16  # head and body in one piece

    def do_GET(self) -> None:
        answer = self._answer()
        if answer is None:
            self.close_connection = True
            return
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Cache-Control", "public, max-age=31536000, immutable" if answer.lasting else "no-store")
        if answer.policy:
            self.send_header("Content-Security-Policy", answer.policy)
        self.end_headers()
        self.wfile.write(answer.body)

    def _answer(self) -> Answer | None:
        if self.path == _EMPTY:
            return Answer(b"<!doctype html><title>nothing</title>", "text/html")
        stage = _stages.get(self.headers["X-Stage"])
        return None if stage is None else stage(self.path)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the stage knows what was asked."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: a page that is closed hangs up in the middle of what it asked for."""


@functools.cache
def _origin() -> str:
    server = _Server(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, name="house", daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"
