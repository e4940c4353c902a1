"""Clocks that are set while Planewatch runs, by libfaketime: its web server and its watch workers each see another time of day than
Valkey, PostgreSQL and the clusters; their monotonic clocks go on. (Not beat's: libfaketime breaks its way of sleeping.)"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.reliability.rows import Place
from tests.reliability.several import WATCHES, Several, several

TEN_MINUTES = 600


def library() -> Path | None:
    """libfaketime for programs with threads, as Debian installs it."""
    return next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)


def needs_it() -> str:
    return "" if library() is not None else "libfaketime is not installed (Debian: apt-get install libfaketime)"


CLOCKED = ("web", *WATCHES)


@contextmanager
def clocked() -> Iterator[Several]:
    """As `several`; the clocks of its web server and its watch workers are what a file of each says."""
    preloaded = {
        "LD_PRELOAD": str(library()),
        "FAKETIME_CACHE_DURATION": "1",  # seconds for which the file is not looked at again
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }
    with several(preloaded, CLOCKED) as here:
        yield here


CLOCK = Place("clock", clocked)


@CLOCK.fault("The clock of the watch workers is set back by ten minutes", lasts=30.0, needs=needs_it)
def watch_back(here: Several) -> Iterator[None]:
    for name in WATCHES:
        here.set_clock(name, -TEN_MINUTES)
    yield
    for name in WATCHES:
        here.set_clock(name, 0)


@CLOCK.fault("The clock of the web server is set back by ten minutes", lasts=30.0, needs=needs_it)
def web_back(here: Several) -> Iterator[None]:
    here.set_clock("web", -TEN_MINUTES)
    yield
    here.set_clock("web", 0)


@CLOCK.fault("All clocks are set back by ten minutes", needs=needs_it)
def all_back(here: Several) -> Iterator[None]:
    for name in CLOCKED:
        here.set_clock(name, -TEN_MINUTES)
    yield


@CLOCK.fault("All clocks are set forward by ten minutes", needs=needs_it)
def all_forward(here: Several) -> Iterator[None]:
    for name in CLOCKED:
        here.set_clock(name, 0)
    yield
