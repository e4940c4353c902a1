"""Clocks that are set while Planewatch runs, by libfaketime: it sees another time of day, and its monotonic clock goes on."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.reliability.one import One, one
from tests.reliability.rows import Place

TEN_MINUTES = 600


def library() -> Path | None:
    """libfaketime for programs with threads, as Debian installs it."""
    return next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)


def needs_it() -> str:
    return "" if library() is not None else "libfaketime is not installed (Debian: apt-get install libfaketime)"


_set_by = Path(tempfile.gettempdir()) / "unset"


@contextmanager
def clocked() -> Iterator[One]:
    """As `one`; its clock is what a file says."""
    global _set_by
    with tempfile.TemporaryDirectory(prefix="pwclock-") as directory:
        _set_by = Path(directory) / "clock"
        _set_by.write_text("+0")
        environ = {
            "LD_PRELOAD": str(library()),
            "FAKETIME_TIMESTAMP_FILE": str(_set_by),
            "FAKETIME_CACHE_DURATION": "1",  # seconds for which the file is not looked at again
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DONT_FAKE_MONOTONIC": "1",
        }
        with one(environ) as here:
            yield here


CLOCK = Place("clock", clocked)


def _set(seconds: int) -> None:
    beside = _set_by.with_suffix(".new")
    beside.write_text(f"{seconds:+d}")
    beside.replace(_set_by)


@CLOCK.fault("The clock is set back by ten minutes", needs=needs_it)
def back(here: One) -> Iterator[None]:
    _set(-TEN_MINUTES)
    yield


@CLOCK.fault("The clock is set forward by ten minutes", needs=needs_it)
def forward(here: One) -> Iterator[None]:
    _set(0)
    yield
