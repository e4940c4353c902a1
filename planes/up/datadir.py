"""The data directory: mode 0700, writable, and one Planewatch at a time."""

import fcntl
import os
import secrets
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from planes.up.refusal import Exit, RefusalError, of_os_error


class Running(msgspec.Struct):
    """Who holds the lock; what a second `up` says."""

    pid: int
    address: str = ""


def prepare(data_dir: Path) -> None:
    """Make the directory, keep others out of it, and see that it can be written: a few bytes really go to the disk."""
    probe = data_dir / f".probe-{os.getpid()}"
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        if data_dir.stat().st_mode & 0o077:
            data_dir.chmod(0o700)
        (data_dir / "log").mkdir(mode=0o700, exist_ok=True)
        try:
            with probe.open("wb") as file:
                file.write(b"\0" * 65536)
                file.flush()
                os.fsync(file.fileno())
        finally:
            probe.unlink(missing_ok=True)
    except OSError as error:
        raise of_os_error(error, f"The data directory {data_dir}") from error


def identity(data_dir: Path) -> str:
    """What this data directory is called among others that use the same database: made once, and kept in it."""
    path = data_dir / "up-id"
    try:
        if path.exists() and (known := path.read_text(encoding="ascii").strip()):
            return known
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = data_dir / f".up-id-{os.getpid()}"
        made = secrets.token_hex(8)
        beside.write_text(made, encoding="ascii")
        beside.replace(path)
    except (OSError, UnicodeDecodeError) as error:
        raise of_os_error(error if isinstance(error, OSError) else OSError(str(error)), f"The data directory {data_dir}") from error
    return made


def added(identity: str) -> str:
    """Who declares what `manage.py clusters add` adds here: not `up`, which declares its own anew at each start."""
    return f"{identity} by hand"


def found(identity: str) -> str:
    """Who declares what is found in directories of kubeconfigs."""
    return f"{identity} by directory"


def profiled(identity: str) -> str:
    """Who declares what ClusterProfiles of hubs name."""
    return f"{identity} by profiles"


def hubs(data_dir: Path) -> Path:
    """Where the kubeconfigs are that are written for ClusterProfiles."""
    return data_dir / "profiles"


def declaring(identity: str) -> tuple[str, ...]:
    """All names under which one Planewatch declares clusters."""
    return identity, added(identity), found(identity), profiled(identity)


class Lock:
    """Held while Planewatch runs on a data directory. The kernel lets go of it however the process ends."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._path = data_dir / "up.lock"
        self._fd = -1

    def __enter__(self) -> Self:
        try:
            self._fd = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise of_os_error(error, f"The data directory {self._data_dir}") from error
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            other = self._holder()
            os.close(self._fd)
            raise RefusalError(
                f"Planewatch already runs on {self._data_dir}"
                + (f": {other.address} (process {other.pid})." if other.address else "."),
                "Open that address, stop it with ctrl-C, or name another directory with --data-dir.",
                Exit.RUNNING,
            ) from None
        self.say("")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        os.close(self._fd)

    def say(self, address: str) -> None:
        """Write down where this Planewatch is to be found."""
        try:
            os.ftruncate(self._fd, 0)
            os.pwrite(self._fd, msgspec.json.encode(Running(pid=os.getpid(), address=address)), 0)
        except OSError as error:
            raise of_os_error(error, f"The data directory {self._data_dir}") from error

    def _holder(self) -> Running:
        try:
            return msgspec.json.decode(os.pread(self._fd, 4096, 0), type=Running)
        except msgspec.DecodeError:
            return Running(pid=0)
