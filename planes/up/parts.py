"""What Planewatch is made of, as recipes: which command each part is, and how one sees that it works."""

import asyncio
import socket
import ssl
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from planes.up import redis
from planes.up.part import Recipe

_ANSWER_S = 3.0


@dataclass(frozen=True, slots=True)
class Plan:
    """All that the recipes need to know."""

    base_dir: Path  # where manage.py is
    data_dir: Path
    environ: dict[str, str]  # beside our own, for every part


def valkey(plan: Plan, address: Path) -> Recipe:
    """The embedded Valkey."""

    async def ready() -> bool:
        return await redis.answers(address)

    return Recipe(
        name="valkey",
        title="The embedded Valkey",
        command=redis.command(address),
        ready=ready,
        grace=1.0,
        ignore=r"overcommit|ready to exit|maxclients|maximum open files",
        directory=plan.base_dir,
    )


def demo(plan: Plan, kubeconfig: Path, number: int, *, nodes: int, pods: int, story: bool, port: int) -> Recipe:
    """The demo cluster, on one port for as long as we run, so that whoever watches it finds it again. Of several, `number`
    says which, from 1 on: each is another cluster."""
    command = [sys.executable, "manage.py", "demo", "serve", "--dir", str(kubeconfig.parent), "--port", str(port)]
    if number > 1:
        command += ["--seed", str(number)]
    if not story:
        command.append("--no-story")
    if nodes:
        command += ["--nodes", str(nodes)]
    if pods:
        command += ["--pods", str(pods)]

    async def ready() -> bool:
        return await asyncio.to_thread(kubeconfig.exists) and await _connects(port)

    async def alive() -> bool:
        return await _shakes_hands(port)

    return Recipe(
        name=kubeconfig.parent.name,
        title="The demo cluster" if number == 1 else f"The demo cluster {number}",
        command=command,
        environ=plan.environ,
        ready=ready,
        alive=alive,
        grace=1.0,
        directory=plan.base_dir,
    )


def web(plan: Plan, listening: socket.socket) -> Recipe:
    """Pages, API and sockets, on the socket that `up` has opened."""
    family, name = listening.family, listening.getsockname()
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(name[0], name[0])  # noqa: S104 (read, not bound to)
    command = [sys.executable, "manage.py", "web", "--descriptor", str(listening.fileno())]

    async def ready() -> bool:
        return await _is_healthy(family, host, int(name[1]))

    return Recipe(
        name="web",
        title="The web server",
        command=command,
        environ=plan.environ,
        descriptors=(listening.fileno(),),
        ready=ready,
        directory=plan.base_dir,
    )


def watch(plan: Plan) -> Recipe:
    """The worker that holds a collector for each cluster, a thread each, for as many as it has room for (dashboard/worker.py)."""
    return _worker(plan, "watch", "The watch worker")


def jobs(plan: Plan) -> Recipe:
    """The worker for short jobs. Beat runs inside it (dashboard/celery.py) and sees to it that every cluster has a collector."""
    return _worker(plan, "jobs", "The jobs worker")


def _worker(plan: Plan, queue: str, title: str) -> Recipe:
    command = [sys.executable, "-m", "dashboard.worker", "--queues", queue, "--hostname", f"{queue}@%h"]
    return Recipe(name=queue, title=title, command=command, environ=plan.environ, beats=True, grace=3.0, directory=plan.base_dir)


async def _connects(port: int) -> bool:
    try:
        async with asyncio.timeout(_ANSWER_S):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
    except (OSError, TimeoutError):
        return False
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return True


async def _shakes_hands(port: int) -> bool:
    """Whether the demo cluster begins TLS: its kernel alone would take a connection also while it is stopped."""
    # A bare one: the default context reads every certificate authority of the machine, each second, to trust none of them here.
    trust_any = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trust_any.check_hostname, trust_any.verify_mode = False, ssl.CERT_NONE
    try:
        async with asyncio.timeout(_ANSWER_S):
            _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trust_any)
    except (OSError, TimeoutError):
        return False
    writer.close()
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(_ANSWER_S):
            await writer.wait_closed()
    return True


async def _is_healthy(family: socket.AddressFamily, host: str, port: int) -> bool:
    """Whether GET /healthz is answered by 200. Our own socket listens all the while, so that a mere connection says nothing."""
    writer = None
    try:
        async with asyncio.timeout(_ANSWER_S):
            reader, writer = await asyncio.open_connection(host, port, family=family)
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return (await reader.readline()).startswith(b"HTTP/1.1 200")
    except (OSError, TimeoutError):
        return False
    finally:
        if writer is not None:
            writer.close()


def free_port() -> int:
    """A port of the loopback interface that nobody has now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port
