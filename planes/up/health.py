"""Whether a running part still does its work, and what `manage.py status` is told of it.

A process that is stopped, deadlocked or starved does not end, and nothing that waits for its end would notice. So each part is
asked again and again: the web server for /healthz, Valkey by a PING, the demo cluster by a handshake. A worker says by itself once
a second that it lives, through a pipe. What has been silent for too long is killed, and started again like what has ended.
"""

import os
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import msgspec

from planes.structs.time_tokens import duration

#: Seconds between two questions.
EVERY = 1.0
#: A part that was alive is hung after so many seconds of silence, one that has only just been started after the second.
HUNG, NEVER_ALIVE = 15.0, 60.0
#: It is said to be silent after so many.
SILENT = 5.0
#: A gap between two questions that means that we ourselves stood still (a laptop that slept): it counts against no part.
PAUSE = 6.0

Alive = Callable[[], Awaitable[bool]]


class Silence:
    """For how long one life of a part has been silent. Times are monotonic seconds."""

    def __init__(self, now: float) -> None:
        self.known = False  # it was alive at some time
        self._alive_at = now
        self._looked_at = now

    def look(self, alive: bool, now: float) -> None:
        """It was asked, and this is the answer."""
        if alive:
            self.known, self._alive_at = True, now
        elif now - self._looked_at > PAUSE:
            self._alive_at = now
        self._looked_at = now

    def lasts(self, now: float) -> float:
        """For how many seconds."""
        return max(0.0, now - self._alive_at)

    def is_too_long(self, now: float) -> bool:
        """Whether it is to be started again."""
        return self.lasts(now) > (HUNG if self.known else NEVER_ALIVE)


class PartHealth(msgspec.Struct, frozen=True):
    """`state`: "works", "starting", "silent" or "ended"; `since`: epoch seconds."""

    name: str
    title: str
    state: str
    since: float


class Health(msgspec.Struct, frozen=True):
    """Of all parts, as `manage.py up` saw them at `at` (epoch seconds)."""

    at: float
    parts: tuple[PartHealth, ...]


_decode = msgspec.json.Decoder(Health)
#: Written at least so often, so that an `up` that stands still itself is seen.
REFRESH = 2.0


def path(data_dir: Path) -> Path:
    """Where it is written."""
    return data_dir / "health.json"


def write(data_dir: Path, parts: tuple[PartHealth, ...]) -> None:
    """Replace what was said. A full disk keeps the old, which is then too old to be believed."""
    beside = data_dir / f".health-{os.getpid()}"
    with suppress(OSError):
        try:
            beside.write_bytes(msgspec.json.encode(Health(round(time.time(), 1), parts)))
            beside.replace(path(data_dir))
        finally:
            beside.unlink(missing_ok=True)


def troubles(data_dir: Path, now: float) -> list[str]:
    """What is wrong with the parts that `up` runs on this data directory, a sentence each. Empty where all is well, and where no
    `up` has run: workers that were started one by one answer for themselves. `now`: epoch seconds."""
    health = read(data_dir)
    if health is None:
        return []
    age = now - health.at
    if age > HUNG:
        return [f"`manage.py up` on {data_dir} last reported {duration(age)} ago; what it started may not be running."]
    return [said for one in health.parts if (said := _trouble(one, now))]


def _trouble(one: PartHealth, now: float) -> str:
    since = duration(max(0.0, now - one.since))
    if one.state == "silent":
        return f"{one.title} has not answered for {since}; it is restarted after {HUNG:.0f} s."
    if one.state == "ended":
        return f"{one.title} ended {since} ago and is being restarted."
    if one.state == "starting":
        return f"{one.title} is starting, for {since}."
    return ""


def read(data_dir: Path) -> Health | None:
    """What was said last; None if nothing was, or it cannot be read."""
    try:
        return _decode.decode(path(data_dir).read_bytes())
    except (OSError, msgspec.DecodeError):
        return None
