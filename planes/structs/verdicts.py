"""What a rule returns: a state, why, and the evidence.

`because`, and the texts of an evidence, may hold *time tokens* instead of running numbers, so that a text changes only when a fact
does: `ago(t)` reads "31 s" and counts up, `until(t)` counts down, `at(t)` is the moment as a clock shows it. While judging,
t is on our monotonic clock; the collector rewrites tokens to epoch seconds (time_tokens.to_epoch) before a text is stored or sent,
and whoever shows it renders them (time_tokens.render; static/js/ages.js in the browser).
"""

from dataclasses import dataclass, field
from enum import StrEnum

from planes.structs.moments import Mono


class State(StrEnum):
    """What may be said of a component. How states compare when several are rolled up is told by `SEVERITY`."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    DOWN = "down"
    UNKNOWN = "unknown"
    NOT_OBSERVABLE = "not_observable"
    CORDONED = "cordoned"
    LEAVING = "leaving"
    JOINING = "joining"

    # Of an enumeration a function of Python hashes the name: five times as slow, where states are keys a hundred thousand times.
    __hash__ = str.__hash__

    @classmethod
    def _missing_(cls, value: object) -> "State":
        """What a newer version may have stored: a state that we do not know must never pass for healthy."""
        return cls.UNKNOWN


#: Worst last. Cordoned, joining and leaving are on purpose, not observable is nobody's fault: none of them outweighs anything that
#: was observed to be wrong.
SEVERITY: dict[State, int] = {
    State.NOT_OBSERVABLE: 0,
    State.HEALTHY: 1,
    State.CORDONED: 2,
    State.JOINING: 3,
    State.LEAVING: 4,
    State.UNKNOWN: 5,
    State.DEGRADED: 6,
    State.DOWN: 7,
}

#: States of a node that comes or goes: expected, for a while, and so nobody's trouble.
PASSING = frozenset({State.JOINING, State.LEAVING})


@dataclass(frozen=True, slots=True)
class Evidence:
    """One line of evidence: what was looked at, what it is, what it should be, who saw it and when.

    `state` is what this line alone says. `at` is when it was observed, on our monotonic clock; None if it never was.
    """

    signal: str
    now: str
    should_be: str
    state: State
    source: str
    at: Mono | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`because` is one or two plain sentences. `line` is the one most telling piece of evidence, short enough for a card.

    `due` is the earliest moment (monotonic) at which this verdict could change although nothing new is observed: a lease that
    will then have been frozen for too long, a window that ends. None: never by the mere passing of time. `cause` is a short stable
    name of the rule that decided ("lease-frozen"): subjects with one cause are grouped by it. `waiting`: nothing was seen yet,
    which is no change of state. `ripe`: a rule that needs time has found something, or cannot have looked yet, and speaks by then
    (monotonic); None: every rule has spoken. `hold` is for how long (seconds) this verdict must stand before it is announced;
    `doubt` is why it could not be called healthy meanwhile, and its cause. `since`: by the cluster's own record it is so since that
    moment, which is before we first looked. `about`: the one part of the component that is all its trouble, as it is called
    ("webhook policy.example.org"); empty: it is not one part's.
    """

    state: State
    because: str
    evidence: tuple[Evidence, ...] = field(default=())
    line: str = ""
    due: Mono | None = None
    cause: str = ""
    waiting: bool = False
    hold: float = 0.0
    ripe: Mono | None = None
    doubt: tuple[str, str] | None = None
    since: Mono | None = None
    about: str = ""
