"""Living through rows, one after the other on one installation."""

import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import psycopg
import redis

from tests.reliability.here import Here, Watch
from tests.reliability.rows import Life, Outcome, Place, Row, outcome

#: Seconds: for a Planewatch to be well before it is broken, to be back, and to stay well afterwards.
WELL, BACK, STAYS = 90.0, 60.0, 3.0
#: What mends by itself and has not been seen after so many seconds is no interruption.
UNSEEN = 20.0

H = TypeVar("H", bound=Here)


def live(place: Place[H], rows: list[Row[H]], say: Callable[[str], None]) -> Iterator[Outcome]:
    """What comes of each of these rows."""
    with place.installation() as here:
        for row in rows:
            say(f"{row.name} …")
            try:
                done = _one(row, here)
            except (OSError, AssertionError, RuntimeError, subprocess.SubprocessError, psycopg.Error, redis.RedisError) as error:
                done = Outcome(row, None, None, None, "", (f"it could not be lived through ({type(error).__name__}: {error})",))
            say(f"{row.name}: page {done.page}, line {done.line}, back {done.back}. {done.how} {'; '.join(done.wrong)}")
            yield done


def _one(row: Row[H], here: H) -> Outcome:
    watch = Watch(here)
    watch.start()
    try:
        _until(lambda: watch.is_live(0.0), WELL)
        lines = len(watch.lines)
        broken = time.monotonic()
        breaking = row.breaks(here)
        next(breaking)
        _wait(broken + max(row.lasts, row.holds) - time.monotonic())
        next(breaking, None)
        mended = time.monotonic()
        since = mended if row.lasts else broken
        if not row.lasts:
            _until(lambda: any(one.at > broken and not one.live for one in watch.looks), UNSEEN)
        _until(lambda: watch.is_live(since), BACK)
        _wait(STAYS)
        return outcome(row, Life(broken, mended, list(watch.looks), watch.lines[lines:]))
    finally:
        watch.end()


def _until(holds: Callable[[], bool], limit: float) -> bool:
    end = time.monotonic() + limit
    while not holds():
        if time.monotonic() > end:
            return False
        _wait(0.1)
    return True


def _wait(seconds: float) -> None:
    threading.Event().wait(max(0.0, seconds))
