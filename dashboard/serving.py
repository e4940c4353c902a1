"""The web server: uvicorn with all that keeps strangers from using it up. `manage.py web` and `manage.py up` start this one.

Its limits stand here and not on a command line, so that whoever starts web servers on several machines cannot leave one out.
"""

import asyncio
import socket
import sys

import uvicorn

from dashboard.connections import BoundedProtocol, PacedSockets
from dashboard.garbage import Garbage, keep_looking
from planes.up import limits

#: Bytes of a message from a browser, which has nothing to say; seconds that open requests have left at the end.
MESSAGE, GRACE = 65_536, 2
#: Seconds for which a thread computes before another may. The event loop is one of up to fifty, and must get its turn soon.
SWITCH = 0.001


class Server(uvicorn.Server):
    """uvicorn's own, with its garbage looked after, and what the first requests need made beside them."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        from dashboard.asgi import http  # it sets Django up, which `config` does without
        from dashboard.warming import warm

        http.begin()
        await super().startup(sockets)
        garbage = Garbage()
        garbage.begin()
        connections = self.server_state.connections
        self._garbage = asyncio.create_task(keep_looking(garbage, lambda: len(connections), lambda: PacedSockets.ended))
        self._warming = asyncio.create_task(asyncio.to_thread(warm))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._garbage.cancel()
        self._warming.cancel()
        await super().shutdown(sockets)


def config(trusted_proxies: tuple[str, ...]) -> uvicorn.Config:
    """All that uvicorn is told. `trusted_proxies`: addresses whose X-Forwarded-For and X-Forwarded-Proto are believed."""
    return uvicorn.Config(
        "dashboard.asgi:application",
        loop="uvloop",
        http=BoundedProtocol,
        ws=PacedSockets,
        ws_per_message_deflate=False,  # deflate costs a viewer 300 kB and the server its latency
        ws_max_size=MESSAGE,
        lifespan="on",
        limit_concurrency=limits.connections(),  # beyond it 503 at once, before descriptors run out
        timeout_graceful_shutdown=GRACE,
        log_config=None,  # as the settings have it
        access_log=False,
        server_header=False,
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=list(trusted_proxies),
    )


def serve(listening: socket.socket, trusted_proxies: tuple[str, ...]) -> bool:
    """Until it is told to end; whether it had begun."""
    limits.raise_descriptors()
    sys.setswitchinterval(SWITCH)
    server = Server(config(trusted_proxies))
    server.run([listening])
    return server.started
