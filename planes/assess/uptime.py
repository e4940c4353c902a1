"""Uptime: how much of a window was spent in which state, of a component, a plane or a cluster. Pure.

A ratio is of the time that a collector watched, and what it said to be unknown is part of it. What nobody watched is part of none,
and how much was watched stands beside each.
"""

from collections.abc import Iterable, Sequence

import msgspec

from planes.assess.ribbon import shares, worst
from planes.structs.history import Stretch
from planes.structs.verdicts import State

#: On purpose: somebody drains a node, or it joins or leaves.
MAINTENANCE = frozenset({State.CORDONED, State.LEAVING, State.JOINING})


class Uptime(msgspec.Struct, frozen=True):
    """Seconds in each state; `maintenance`: cordoned, leaving or joining; `hidden`: not observable. `unwatched` is part of no
    ratio."""

    healthy: float
    degraded: float
    down: float
    unknown: float
    maintenance: float
    hidden: float
    unwatched: float

    @property
    def watched(self) -> float:
        return self.healthy + self.degraded + self.down + self.unknown + self.maintenance + self.hidden

    def of(self, seconds: float) -> float | None:
        """Their share of the time that was watched, 0 to 1; None where nothing was."""
        return seconds / self.watched if self.watched > 0 else None

    @property
    def observed(self) -> float | None:
        """The share of the window that was watched, 0 to 1; None for a window without time."""
        whole = self.watched + self.unwatched
        return self.watched / whole if whole > 0 else None


def uptime(stretches: Iterable[Stretch]) -> Uptime:
    """Of a window that the stretches fill (planes.assess.ribbon)."""
    counted = shares(stretches)
    seconds = counted.seconds
    return Uptime(
        healthy=seconds.get(State.HEALTHY, 0.0),
        degraded=seconds.get(State.DEGRADED, 0.0),
        down=seconds.get(State.DOWN, 0.0),
        unknown=seconds.get(State.UNKNOWN, 0.0),
        maintenance=sum(seconds.get(one, 0.0) for one in MAINTENANCE),
        hidden=seconds.get(State.NOT_OBSERVABLE, 0.0),
        unwatched=counted.unwatched,
    )


def cluster(control: Sequence[Stretch], data: Sequence[Stretch]) -> tuple[Stretch, ...]:
    """The worse of both planes at each moment, of one whose state is known then."""
    return worst([control, data])
