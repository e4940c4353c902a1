"""Faults of a Planewatch as `manage.py up` runs it: SQLite and Valkey of its own, a demo cluster. Its data directory is a small
disk of its own where this machine can mount one, so that it can be filled."""

import os
import signal
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.e2e.fixtures import DEMO
from tests.e2e.running import Up
from tests.reliability.disk import mounted, needs_a_disk
from tests.reliability.here import Visitor
from tests.reliability.rows import Place
from tests.up.processes import descendants

#: Seconds that a start may take, three of them beside each other and one of them with libfaketime.
START = 180.0
_WORDS = {"web": "--descriptor", "watch": "watch@", "jobs": "jobs@", "valkey": "valkey"}


class One:
    """`manage.py up --demo`."""

    def __init__(self, up: Up, data_dir: Path) -> None:
        self.up = up
        self._data_dir = data_dir

    @property
    def address(self) -> str:
        return self.up.address

    @property
    def data_dir(self) -> Path:
        return self._data_dir

    def pid(self, part: str) -> int:
        """`up` itself too."""
        if part == "up":
            return self.up.pid
        return self.up.part(str(self.data_dir / "demo") if part == "demo" else _WORDS[part])

    def sign_in_link(self) -> str:
        return self.up.manage("signin", "--url", self.up.address).strip()

    def said(self) -> list[str]:
        return list(self.up.said)

    def family(self) -> list[int]:
        """`up` and all that it has started."""
        return [self.up.pid, *descendants(self.up.pid)]


@contextmanager
def one(environ: dict[str, str] | None = None) -> Iterator[One]:
    """It runs, until the end."""
    with tempfile.TemporaryDirectory(prefix="pwdisk-") as directory, mounted(Path(directory)):
        data_dir = Path(directory) / "data"
        up = Up(*DEMO, environ={"PLANEWATCH_DATA_DIR": str(data_dir), **(environ or {})})
        up.patience = START
        with up:
            yield One(up, data_dir)


ONE = Place("one", one)


def _kill(name: str, part: str, *, red: bool = False) -> None:
    @ONE.fault(f"{name} is killed", red=red)
    def killed(here: One) -> Iterator[None]:
        os.kill(here.pid(part), signal.SIGKILL)
        yield

    @ONE.fault(f"{name} stands still (SIGSTOP)", red=red)
    def stopped(here: One) -> Iterator[None]:
        os.kill(here.pid(part), signal.SIGSTOP)
        yield


for _name, _part in (
    ("The web server", "web"),
    ("The watch worker", "watch"),
    ("The jobs worker", "jobs"),
    ("The embedded Valkey", "valkey"),
):
    _kill(_name, _part)
# That its API server refuses or hangs is then true of the cluster.
_kill("The demo cluster", "demo", red=True)


@ONE.fault("All of it sleeps, as with its machine", lasts=30.0)
def asleep(here: One) -> Iterator[None]:
    family = here.family()
    for pid in family:
        os.kill(pid, signal.SIGSTOP)
    yield
    for pid in reversed(family):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


@ONE.fault("`manage.py up` is killed, and started again by hand")
def up_killed(here: One) -> Iterator[None]:
    port = here.address.rpartition(":")[2]
    os.kill(here.up.pid, signal.SIGKILL)
    here.up.wait(10)
    here.up.restart("--port", port)
    yield


@ONE.fault("SQLite is locked by another process in mid-transaction, and one signs in meanwhile", lasts=30.0)
def sqlite_locked(here: One) -> Iterator[None]:
    database = sqlite3.connect(here.data_dir / "planewatch.sqlite3", timeout=20, isolation_level=None)
    try:
        database.execute("BEGIN IMMEDIATE")
        database.execute("UPDATE planes_cluster SET name = name")
        Visitor(here.address).sign_in(here.sign_in_link(), limit=4.0)
        yield
        database.execute("ROLLBACK")
    finally:
        database.close()


@ONE.fault("The disk is full to the brim", lasts=30.0, dark=True, needs=needs_a_disk)
def disk_full(here: One) -> Iterator[None]:
    filling = here.data_dir.parent / "filling"
    with suppress(OSError), filling.open("wb", buffering=0) as file:
        while True:
            file.write(b"\0" * 4096)
    yield
    filling.unlink()
