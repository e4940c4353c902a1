"""A receiver of webhooks for tests: a real HTTP server that answers as it is told and keeps what came."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec


@dataclass
class Receiver:
    """`status`: of each answer. `got`: path, headers and body of each request."""

    url: str = ""
    status: int = 204
    got: list[tuple[str, Message, bytes]] = field(default_factory=list)

    def told(self) -> list[tuple[str, str]]:
        """The event and the display of each."""
        bodies = [msgspec.json.decode(body) for _, _, body in self.got]
        return [(body["event"], body["display"]["name"] if body["display"] else "") for body in bodies]


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.got.append((self.path, self.headers, body))
            self.send_response(receiver.status)
            if receiver.status == 302:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    receiver.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
