"""The data directory: closed to others, refused when it cannot be used, one Planewatch at a time."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from planes.up import datadir
from planes.up.refusal import Exit, RefusalError, of_os_error


def test_it_is_made_closed_to_others(tmp_path: Path) -> None:
    datadir.prepare(tmp_path / "new" / "data")
    assert (tmp_path / "new" / "data").stat().st_mode & 0o777 == 0o700


def test_one_that_is_open_to_others_is_closed(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    datadir.prepare(tmp_path)
    assert tmp_path.stat().st_mode & 0o777 == 0o700


def test_it_leaves_nothing_behind_from_trying_to_write(tmp_path: Path) -> None:
    datadir.prepare(tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["log"]


def test_a_file_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RefusalError, match=r"The data directory .*/file cannot be used: File exists\. .*--data-dir") as refused:
        datadir.prepare(tmp_path / "file")
    assert refused.value.code is Exit.PLACE


def test_a_directory_of_the_kernels_is_refused() -> None:
    with pytest.raises(RefusalError, match="cannot be used"):
        datadir.prepare(Path("/proc/planewatch"))


def test_a_full_disk_is_called_full() -> None:
    # The device that is always full gives the kernel's own error.
    with pytest.raises(OSError, match="No space left") as raised, Path("/dev/full").open("wb", buffering=0) as full:
        full.write(b"x")
    assert raised.value.errno == errno.ENOSPC
    refusal = of_os_error(raised.value, "The data directory /data")
    assert (
        str(refusal)
        == "The data directory /data is on a disk that is full. Free some space, or name another place with --data-dir."
    )


def test_a_second_planewatch_is_told_where_the_first_is(tmp_path: Path) -> None:
    with datadir.Lock(tmp_path) as lock:
        lock.say("http://127.0.0.1:8765")
        with (
            pytest.raises(
                RefusalError, match=rf"already runs on {tmp_path}: http://127\.0\.0\.1:8765 \(process {os.getpid()}\)"
            ) as refused,
            datadir.Lock(tmp_path),
        ):
            pass
    assert refused.value.code is Exit.RUNNING


def test_the_lock_is_free_again_when_its_holder_was_killed(tmp_path: Path) -> None:
    program = (
        "import os, pathlib, signal, sys; from planes.up.datadir import Lock\n"
        "with Lock(pathlib.Path(sys.argv[1])): os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run([sys.executable, "-c", program, str(tmp_path)], timeout=30, check=False)
    assert killed.returncode == -9
    with datadir.Lock(tmp_path):
        pass
