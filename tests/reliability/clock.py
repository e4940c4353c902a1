"""The machine's clock is set while Planewatch runs, by libfaketime: all of it sees another time of day; monotonic clocks go on."""

import atexit
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from tests.reliability.one import One, one
from tests.reliability.rows import Place

TEN_MINUTES = 600


def library() -> Path | None:
    """libfaketime for programs with threads, as Debian installs it."""
    return next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)


#: Some versions of libfaketime break the waits that Python makes by the monotonic clock: those go to the kernel, past it.
_WAITS = """
#define _GNU_SOURCE
#include <errno.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
int clock_nanosleep(clockid_t clock, int flags, const struct timespec *request, struct timespec *left) {
    return syscall(SYS_clock_nanosleep, clock, flags, request, left) == -1 ? errno : 0;
}
"""


@cache
def _waits() -> Path | None:
    """A library that makes them so; None where there is no C compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    directory = Path(tempfile.mkdtemp(prefix="pwwaits-"))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    source, made = directory / "waits.c", directory / "waits.so"
    source.write_text(_WAITS)
    done = subprocess.run(
        [compiler, "-shared", "-fPIC", "-o", str(made), str(source)], capture_output=True, check=False, timeout=60
    )
    return made if done.returncode == 0 else None


def _preloaded(clock: Path) -> dict[str, str]:
    """For a process that sees the time of day that this file tells."""
    return {
        "LD_PRELOAD": " ".join(str(one) for one in (_waits(), library()) if one is not None),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_CACHE_DURATION": "1",  # seconds for which the file is not looked at again
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }


@cache
def needs_it() -> str:
    """Why no clock can be set here; empty where it can. Where its version breaks Python's waits, whatever the time is, and they
    cannot be mended, what is seen is its own fault and not ours."""
    if library() is None:
        return "libfaketime is not installed (Debian: apt-get install libfaketime)"
    with tempfile.TemporaryDirectory(prefix="pwclock-") as directory:
        clock = Path(directory, "clock")
        clock.write_text("+0")
        waits = [sys.executable, "-S", "-c", "import time; time.sleep(0.01)"]
        done = subprocess.run(waits, env={**os.environ, **_preloaded(clock)}, capture_output=True, check=False, timeout=30)
    if done.returncode:
        return "the libfaketime of this machine breaks time.sleep() of Python, and there is no C compiler (cc) to mend it with"
    return ""


class Clocked(One):
    """Its clock is what a file says."""

    off = 0

    def set_clock(self, seconds: int) -> None:
        """By so many."""
        self.off += seconds
        beside = self.data_dir.parent / "clock.new"
        beside.write_text(f"{self.off:+d}")
        beside.replace(self.data_dir.parent / "clock")


@contextmanager
def clocked() -> Iterator[Clocked]:
    """As `one`, with a clock of its own."""
    with tempfile.TemporaryDirectory(prefix="pwclock-") as directory:
        clock = Path(directory, "clock")
        clock.write_text("+0")
        with one(_preloaded(clock)) as here:
            made = Clocked(here.up, Path(directory) / "data")
            yield made


CLOCK = Place("clock", clocked)


@CLOCK.fault("The clock is set back by ten minutes", needs=needs_it)
def back(here: Clocked) -> Iterator[None]:
    here.set_clock(-TEN_MINUTES)
    yield


@CLOCK.fault("The clock is set back by ten minutes, and the watch worker is killed", needs=needs_it)
def back_and_killed(here: Clocked) -> Iterator[None]:
    here.set_clock(-TEN_MINUTES)
    os.kill(here.pid("watch"), signal.SIGKILL)
    yield


@CLOCK.fault("The clock is set forward by ten minutes", needs=needs_it)
def forward(here: Clocked) -> Iterator[None]:
    here.set_clock(TEN_MINUTES)
    yield
