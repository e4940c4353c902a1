"""`manage.py web` as one types it: a process of its own, with every limit that `up`'s web server has."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.e2e.running import until

pytestmark = pytest.mark.faults

ROOT = Path(__file__).parents[2]


@contextmanager
def web(data_dir: Path, *words: str, soft: int = 256) -> Iterator["subprocess.Popen[str]"]:
    """With few descriptors, as a service manager gives them."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "PYTHONPATH", "VIRTUAL_ENV")}
    running = subprocess.Popen(
        ["sh", "-c", f'ulimit -Sn {soft}; exec "$@"', "sh", sys.executable, "manage.py", "web", *words],
        cwd=ROOT,
        env={**kept, "HOME": str(data_dir), "PLANEWATCH_DATA_DIR": str(data_dir), "PLANEWATCH_SECRET_KEY": "x" * 50},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with running:
        try:
            yield running
        finally:
            running.kill()


def healthy(port: int) -> bool:
    """Whether it answers."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as asking:
        try:
            asking.request("GET", "/healthz")
            return asking.getresponse().status == 200
        except OSError:
            return False


def free_port() -> int:
    """Of this moment."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def test_it_serves_raises_its_descriptors_and_ends_when_it_is_told_to(tmp_path: Path) -> None:
    port = free_port()
    with web(tmp_path, "--bind", "127.0.0.1", "--port", str(port)) as running:
        until(lambda: healthy(port), "an answer", within=60)
        (files,) = (line for line in Path(f"/proc/{running.pid}/limits").read_text().splitlines() if "open files" in line)
        soft, hard = files.split()[3:5]
        assert soft == hard
        with socket.create_connection(("127.0.0.1", port)) as asking:
            asking.sendall(b"POST /signin/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n")
            assert asking.recv(64).startswith(b"HTTP/1.1 400 "), "the gate stands before it"
        running.send_signal(signal.SIGTERM)
        assert running.wait(15) in (0, -signal.SIGTERM)
        assert running.stdout is not None
        assert [line.partition(" ")[2] for line in running.stdout.read().splitlines()] == [
            "WARNING dashboard.gate: Refused with 400: The request gives its length in two ways."
        ]


def test_a_port_that_is_in_use_is_said_in_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, web(tmp_path, "--port", str(taken.getsockname()[1])) as running:
        assert running.wait(60) == 3
        assert running.stdout is not None
        assert "is in use by another program" in running.stdout.read()
