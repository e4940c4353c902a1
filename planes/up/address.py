"""The listening socket. `up` opens it itself and hands it to the web part, so that a port in use is known before anything starts,
and visitors wait instead of being refused while the web part is started again."""

import errno
import socket

from planes.up.refusal import Exit, RefusalError

DEFAULT_PORT = 8765
_TRIES = 100
_WILDCARDS = ("0.0.0.0", "::", "")  # noqa: S104 (compared with, not bound to)


def listen(bind: str, port: int) -> tuple[socket.socket, bool]:
    """A listening socket on `bind`, and whether that is another port than the default.

    Port 0 means the default, or the next free one after it.
    """
    family, host = _resolve(bind)
    wanted = [port] if port else range(DEFAULT_PORT, DEFAULT_PORT + _TRIES)
    for candidate in wanted:
        try:
            return _open(family, host, candidate), not port and candidate != DEFAULT_PORT
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                continue
            raise _refusal(error, bind, candidate) from error
    where = f"Port {port}" if port else f"Every port from {DEFAULT_PORT} to {DEFAULT_PORT + _TRIES - 1}"
    raise RefusalError(
        f"{where} on {bind} is in use by another program.",
        "Stop that program, or name another port with --port or PLANEWATCH_PORT.",
        Exit.PLACE,
    )


def url(sock: socket.socket, *, bind: str) -> str:
    """Where a browser on this machine finds it."""
    name = sock.getsockname()
    host, port = str(name[0]), int(name[1])
    if bind in _WILDCARDS:
        host = "localhost"
    elif ":" in host:
        host = f"[{host}]"
    return f"http://{host}:{port}"


def is_beyond_this_machine(sock: socket.socket) -> bool:
    """Whether other machines may reach it."""
    host = str(sock.getsockname()[0])
    return not (host.startswith("127.") or host == "::1")


def allowed_hosts(bind: str, configured: list[str]) -> list[str]:
    """The Host headers to accept: those configured, and the address that was asked for or, for a wildcard, this machine's names."""
    if bind in _WILDCARDS:
        name = socket.gethostname()
        more = ["localhost", name, socket.getfqdn(name)]
    else:
        more = [f"[{bind}]" if ":" in bind else bind]
    return list(dict.fromkeys([*configured, *(host.lower() for host in more)]))


def _resolve(bind: str) -> tuple[socket.AddressFamily, str]:
    try:
        found = socket.getaddrinfo(bind or None, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (socket.gaierror, UnicodeError) as error:
        raise RefusalError(
            f"--bind {bind} is not an address of this machine.", "Use an IP address, for instance 127.0.0.1 or 0.0.0.0.", Exit.USAGE
        ) from error
    family, _, _, _, name = found[0]
    return family, str(name[0])


def _open(family: socket.AddressFamily, host: str, port: int) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        sock.listen(2048)
    except OSError:
        sock.close()
        raise
    return sock


def _refusal(error: OSError, bind: str, port: int) -> RefusalError:
    if error.errno == errno.EACCES:
        return RefusalError(
            f"Port {port} may be opened by root only.", "Name one above 1023 with --port or PLANEWATCH_PORT.", Exit.PLACE
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return RefusalError(
            f"{bind} is not an address of this machine.",
            "Use one that it has with --bind, for instance 127.0.0.1 or 0.0.0.0.",
            Exit.PLACE,
        )
    return RefusalError(
        f"Port {port} on {bind} cannot be opened: {error.strerror}.", "Name another with --port and --bind.", Exit.PLACE
    )
