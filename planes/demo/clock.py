"""The demo cluster's clocks, and how the Kubernetes API writes times.

`mono` paces the simulation; `wall` is what the simulated machines believe the time to be, which the fault clock-skew moves away
from ours.
"""

import time
from datetime import UTC, datetime
from email.utils import formatdate
from functools import lru_cache


class Clock:
    """Real time. `skew` is how many seconds the cluster's clock is ahead of ours."""

    def __init__(self) -> None:
        self.skew = 0.0

    def mono(self) -> float:
        """Seconds that only ever grow."""
        return time.monotonic()

    def wall(self) -> float:
        """The cluster's time, epoch seconds."""
        return time.time() + self.skew


class ManualClock(Clock):
    """A clock that stands still until it is moved: for tests, and to live through minutes in a moment."""

    def __init__(self, start: float = 1_800_000_000.0) -> None:
        super().__init__()
        self._start = start
        self._passed = 0.0

    def advance(self, seconds: float) -> None:
        self._passed += seconds

    def mono(self) -> float:
        return self._passed

    def wall(self) -> float:
        return self._start + self._passed + self.skew


@lru_cache(maxsize=4096)
def _second(whole: int) -> str:
    return datetime.fromtimestamp(whole, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def rfc3339(moment: float) -> str:
    """As metav1.Time: "2026-11-22T16:29:04Z"."""
    return _second(int(moment)) + "Z"


def since_epoch(written: str) -> float:
    """The moment of a metav1.Time, epoch seconds."""
    return datetime.strptime(written, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()


def rfc3339_micro(moment: float) -> str:
    """As metav1.MicroTime, which leases use: "2026-11-22T16:29:45.516263Z"."""
    whole = int(moment)
    return f"{_second(whole)}.{int((moment - whole) * 1e6):06d}Z"


def http_date(moment: float) -> str:
    """As the Date header: "Sun, 22 Nov 2026 16:29:46 GMT"."""
    return formatdate(moment, usegmt=True)
