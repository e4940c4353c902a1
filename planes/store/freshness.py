"""When a stored picture may be shown as the present, and what is said of it when it may not. Pure: the time comes as an argument.

A picture is late when the collector has not been heard for 5 s, or when the API server has not answered the collector for 5 s.
The browser judges by the same rules from pulses (static/js/socket.js).
"""

from dataclasses import dataclass

import msgspec

from planes.live.stream import EXPIRY
from planes.live.wire import Pulse
from planes.store.selectors import ClusterHead
from planes.structs import time_tokens

#: Seconds without a pulse, or without an answer of the API server, after which a picture is late.
LATE_AFTER = 5.0
#: A moment that lies so many seconds ahead of our own clock was written by a clock that disagrees with it: no age can be told from
#: it, and a collector that died would look alive until our clock has caught up. Clocks that are kept in step differ by far less.
CLOCKS_APART = 2.0


@dataclass(frozen=True, slots=True)
class Freshness:
    """`collected_at`: when the collector last said that it lives (its pulse, or its last flush if there is no pulse); `heard_at`:
    when the API server last answered it. Epoch seconds; None: never. `kept`: for so many seconds the pulse that was read is kept at
    most, so that one which is older by its own word was written by another clock; None where nothing is known of that."""

    collected_at: float | None
    heard_at: float | None
    kept: float | None = None


class Lateness(msgspec.Struct, frozen=True):
    """Why the picture is not the present. `since` is the last moment for which it held, epoch seconds; None: it never did, or
    nobody can tell. `because` may hold time tokens (planes.structs.time_tokens); `brief` says the same beside each state, without
    an age: how old the whole is, is told once."""

    cause: str  # "never", "clocks", "collector" or "cluster"
    because: str
    since: float | None
    brief: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """A state as it may be shown: `last` is the last known state when `state` is "unknown" for being late, else what was stored."""

    state: str
    last: str
    because: str


def freshness_of(head: ClusterHead, pulse: Pulse | None) -> Freshness:
    """Of a stored cluster, by its collector's latest pulse. One of another epoch is of a collector whose picture is not the stored
    one, and vouches for nothing."""
    if pulse is None or pulse.epoch != str(head.epoch):
        return Freshness(head.collected_at, head.row.heard_at)
    collected_at = max(pulse.pulse, head.collected_at or 0.0)
    heard_at = pulse.heard if pulse.heard is not None else head.row.heard_at
    return Freshness(collected_at, heard_at, EXPIRY if collected_at == pulse.pulse else None)


def lateness(fresh: Freshness, now: float) -> Lateness | None:
    """None while the picture is the present."""
    if fresh.collected_at is None:
        return Lateness("never", "This cluster has not been collected yet.", None)
    ahead = fresh.collected_at - now
    if ahead > CLOCKS_APART or (fresh.kept is not None and -ahead > fresh.kept + CLOCKS_APART):
        apart = time_tokens.duration(abs(ahead))
        return Lateness(
            "clocks", f"The clocks of this server and of its collector disagree by {apart}: its age cannot be told.", None
        )
    if now - fresh.collected_at > LATE_AFTER:
        return Lateness(
            "collector",
            f"Its collector was last heard {time_tokens.ago(fresh.collected_at)} ago.",
            fresh.collected_at,
            "Its collector is silent.",
        )
    if fresh.heard_at is None:
        return Lateness("cluster", "Its API server has not answered yet.", None)
    if now - fresh.heard_at > LATE_AFTER:
        return Lateness("cluster", f"Its API server last answered {time_tokens.ago(fresh.heard_at)} ago.", fresh.heard_at)
    return None


def seen(state: str, last: str, because: str, late: Lateness | None) -> Seen:
    """What may be said of a stored state now.

    A collector that is late makes everything unknown, with the last known state beside it. A cluster that does not answer is
    judged by the collector itself, which is alive and knows why: its word stands.
    """
    if late is None or late.cause == "cluster":
        return Seen(state, last, because)
    known = last if state == "unknown" else state
    if late.cause == "never" or not known or known == "unknown":
        return Seen("unknown", "", late.brief or late.because)
    return Seen("unknown", known, f"{late.brief or late.because} Last known: {known.replace('_', ' ')}.")
