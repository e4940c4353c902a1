"""The demo as a running process: the API server on a TLS socket that can really be closed, the life of the cluster, the control
channel, and the files in DIR by which others find it."""

import asyncio
import contextlib
import gc
import logging
import socket
import ssl
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import uvicorn

from planes.demo.access import ADMINISTRATOR, INVENTORY_READER, PLANEWATCH
from planes.demo.build import Shape, build
from planes.demo.catalogue import FAULTS
from planes.demo.certificates import LIFE, Authority, kubeconfig, new_token, write_private
from planes.demo.clock import Clock
from planes.demo.control import Control
from planes.demo.faults import Faults
from planes.demo.life import Life
from planes.demo.profiles import Profiles
from planes.demo.server import App
from planes.demo.story import Story
from planes.demo.work import Work

HOST = "127.0.0.1"
TICK = 0.05  # seconds between two steps of the cluster's life
log = logging.getLogger("planewatch.demo")


class PortError(Exception):
    """The port cannot be had; the message says why in one sentence."""


def bind(port: int) -> socket.socket:
    """A socket on the loopback interface; port 0 takes a free one."""
    listening = socket.socket(
        socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP
    )  # asyncio turns Nagle's delay off only for these
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
    except OSError as error:
        listening.close()
        raise PortError(f"Port {port} cannot be used: {(error.strerror or str(error)).lower()}.") from error
    return listening


class Listener:
    """The API server's socket. Closing it drops every connection and leaves nothing listening, as a server that died does."""

    def __init__(self, app: App, authority: Authority, port: int) -> None:
        self._app = app
        self._authority = authority
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._context.options |= ssl.OP_NO_TICKET  # every connection sees the certificate
        self._context.num_tickets = 0
        authority.load_into(self._context)
        self._socket: socket.socket | None = bind(port)
        self.port: int = self._socket.getsockname()[1]
        self._server: uvicorn.Server | None = None
        self._loop: asyncio.Task[None] | None = None

    async def open(self) -> None:
        if self._server is not None:
            return
        listening = self._socket or bind(self.port)
        self._socket = None
        config = uvicorn.Config(
            self._app,
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=75,
            ssl_context_factory=lambda _config, _default: self._context,
        )
        config.load()
        server = uvicorn.Server(config)
        server.lifespan = config.lifespan_class(config)
        await server.startup(sockets=[listening])
        self._server = server
        self._loop = asyncio.create_task(server.main_loop())

    async def close(self) -> None:
        server, self._server = self._server, None
        if server is None or self._loop is None:
            return
        server.should_exit = True
        for listening in server.servers:
            listening.close()
        self._drop(server)
        await self._loop
        deadline = asyncio.get_running_loop().time() + 1.0
        while server.server_state.tasks and asyncio.get_running_loop().time() < deadline:
            self._drop(server)
            await asyncio.sleep(0.01)
        for task in list(server.server_state.tasks):
            task.cancel()

    @staticmethod
    def _drop(server: uvicorn.Server) -> None:
        for connection in list(server.server_state.connections):
            transport = connection.transport
            if isinstance(transport, asyncio.WriteTransport):
                transport.abort()

    def certify(self, life: timedelta = LIFE) -> None:
        """Serve new connections with a certificate that ends after `life`; idle ones are closed, so that they notice."""
        self._authority.load_into(self._context, life)
        if self._server is not None:
            for connection in list(self._server.server_state.connections):
                connection.shutdown()


@dataclass
class Options:
    directory: Path
    port: int = 0
    shape: Shape = field(default_factory=Shape)
    story: bool = True
    profiles: Path | None = None  # a directory whose *.json are ClusterProfiles that it serves
    pod_changes: float | None = None  # a second; None: as many as a cluster of this size would have


class Demo:
    """Everything that runs. `start`, then `stop`; between them the cluster lives."""

    def __init__(self, options: Options, clock: Clock | None = None) -> None:
        self.options = options
        self.clock = clock or Clock()
        self.cluster = build(options.shape, self.clock)
        gc.freeze()  # the many objects of the start live as long as the process
        self.life = Life(self.cluster)
        self.work = Work(self.cluster, self.life, options.pod_changes)
        self.authority = Authority.create()
        self.token = new_token()
        self.admin_token = new_token()
        tokens = {self.token: PLANEWATCH if options.profiles is None else INVENTORY_READER, self.admin_token: ADMINISTRATOR}
        self.app = App(self.cluster, tokens)
        self.profiles = Profiles(self.cluster, options.profiles) if options.profiles is not None else None
        self.listener = Listener(self.app, self.authority, options.port)
        self.app.address = f"{HOST}:{self.listener.port}"
        self.faults = Faults(self.cluster, self.life, self.work, self.app.reader, FAULTS)
        self.story = Story(self.faults, self.cluster) if options.story else None
        self.control = Control(self.faults, options.directory)
        self._living: asyncio.Task[None] | None = None
        self._stepping = asyncio.Lock()

    @property
    def url(self) -> str:
        return f"https://{HOST}:{self.listener.port}"

    @property
    def kubeconfig(self) -> Path:
        return self.options.directory / "kubeconfig"

    async def start(self) -> None:
        self.options.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.kubeconfig.unlink(missing_ok=True)  # of a run before: whoever waits for the file waits for this one
        await self.listener.open()
        await self.control.open()
        write_private(self.kubeconfig, kubeconfig(self.url, self.authority, self.token))
        self._living = asyncio.create_task(self._live())

    async def stop(self) -> None:
        if self._living is not None:
            self._living.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._living
        self.kubeconfig.unlink(missing_ok=True)
        await self.control.close()
        await self.listener.close()

    async def _live(self) -> None:
        while True:
            try:
                await self.step()
            except Exception:  # the demo goes on; a defect in one part is seen in the log
                log.exception("A step of the demo cluster's life failed.")
            await asyncio.sleep(TICK)

    async def step(self) -> None:
        """Live on to this moment, and let the sockets follow."""
        async with self._stepping:
            await self._step()

    async def _step(self) -> None:
        if self.story is not None:
            self.story.step()
        self.faults.step()
        self.life.step()
        if self.profiles is not None:
            self.profiles.step()
        if self.faults.certificate_life is not None:
            self.listener.certify(self.faults.certificate_life)
            self.faults.certificate_life = None
        if self.cluster.troubles.refused:
            await self.listener.close()
        else:
            await self.listener.open()
