"""Asks /healthz 20 times a second until its input ends, and prints of each answer: the seconds it took, those of them in which the
server or this very process waited for a core, and whether it was 200.

A process of its own, and nothing but sockets: an event loop that makes an attack is late itself. `python probe.py PORT PID`.
"""

import os
import select
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path

ASKING = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
EVERY, PATIENCE = 0.05, 60.0


def waited(*processes: int) -> float:
    """Seconds for which the first threads of these have waited for a core so far (proc(5), schedstat)."""
    return sum(int(Path(f"/proc/{one}/task/{one}/schedstat").read_text().split()[1]) for one in processes) / 1e9


def answered(port: int) -> bool:
    """Whether it says 200."""
    got = b""
    with suppress(OSError), socket.socket() as asking:
        asking.settimeout(PATIENCE)
        asking.bind(("127.0.0.9", 0))
        asking.connect(("127.0.0.1", port))
        asking.sendall(ASKING)
        while some := asking.recv(4096):
            got += some
    return got.startswith(b"HTTP/1.1 200 ")


def main(port: int, server: int) -> None:
    """Until the input ends."""
    with suppress(PermissionError):  # where it may, it goes before those that attack; the server does not
        os.setpriority(os.PRIO_PROCESS, 0, -5)
    while True:
        before, begun = waited(server, os.getpid()), time.monotonic()
        good = answered(port)
        took = time.monotonic() - begun
        sys.stdout.write(f"{took:.6f} {waited(server, os.getpid()) - before:.6f} {good:d}\n")
        if select.select([sys.stdin], [], [], EVERY)[0]:
            return


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
