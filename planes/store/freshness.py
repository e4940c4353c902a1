"""When a stored picture may be shown as the present, and what is said of it when it may not. Pure: the time comes as an argument.

A picture is late when the collector has not been heard for 5 s, or when the API server has not answered the collector for 5 s.
The browser judges by the same rules from pulses (static/js/socket.js), and only pulses reach it: so what a collector stores vouches
for nothing once its pulses have stopped, nor once Valkey, which brings them, has not answered for as long.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from planes.live.stream import EXPIRY
from planes.live.wire import Lateness, Pulse
from planes.store.selectors import ClusterHead
from planes.structs import time_tokens
from planes.structs.events import BLAME, FaultKind

#: Seconds without a pulse, or without an answer of the API server, after which a picture is late.
LATE_AFTER = 5.0
#: A collector that lives pulses every second. While nothing was heard of the API server for too long and no pulse came for so many
#: seconds either, it is the collector that stands still, and nobody knows of the API server.
MISSED = 2.5
#: A moment that lies so many seconds ahead of our own clock was written by a clock that disagrees with it: no age can be told from
#: it, and a collector that died would look alive until our clock has caught up. Clocks that are kept in step differ by far less.
CLOCKS_APART = 2.0
#: What is said of a Valkey that answers and yet does not take what a collector tells: it is full, or the way there is cut.
NO_NEWS = "Valkey takes no news."
_NOBODY = "No collector watches this cluster."


@dataclass(frozen=True, slots=True)
class Freshness:
    """`collected_at`: when the collector last said that it lives (its pulse, or its last flush if there is no pulse); `heard_at`:
    when the API server last answered it. Epoch seconds; None: never. `kept`: for so many seconds the pulse that was read is kept at
    most, so that one which is older by its own word was written by another clock; None where nothing is known of that. `age`: how
    many seconds ago the pulse was written, by the clock of who keeps it, whatever it says itself. `fault`: the kind of fault
    (planes.structs.events.FaultKind) by which the collector fails to ask the API server; empty: none. `trouble`: what is wrong
    with Planewatch itself, in a sentence; empty: nothing. `silence`: for how many seconds Valkey has not answered whoever asks;
    None: it does."""

    collected_at: float | None
    heard_at: float | None
    kept: float | None = None
    age: float | None = None
    fault: str = ""
    trouble: str = ""
    silence: float | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """A state as it may be shown: `last` is the last known state when `state` is "unknown" for being late, else what was stored."""

    state: str
    last: str
    because: str


def untold(cluster_id: int) -> float | None:
    """How old a pulse is, where only its own word is known."""
    return None


def freshness_of(head: ClusterHead, pulse: Pulse | None, age: Callable[[int], float | None] = untold) -> Freshness:
    """Of a stored cluster, by its collector's latest pulse; `age` tells how long ago that was written. One of another epoch is of a
    collector whose picture is not the stored one, and vouches for nothing."""
    fault = head.row.fault.kind if head.row.fault is not None else ""
    if pulse is None or pulse.epoch != str(head.epoch):
        return Freshness(head.collected_at, _vouched(head, head.row.heard_at), fault=fault)
    collected_at = max(pulse.pulse, head.collected_at or 0.0)
    heard_at = pulse.heard if pulse.heard is not None else head.row.heard_at
    if collected_at > pulse.pulse:
        heard_at = _vouched(head, heard_at)
    # It stores what it sees, and its pulses do not arrive.
    trouble = NO_NEWS if collected_at - pulse.pulse > MISSED else ""
    return Freshness(collected_at, heard_at, EXPIRY, age(head.id), fault, trouble)


def with_trouble(fresh: Freshness, trouble: str, silence: float | None = None) -> Freshness:
    """The same, with what is wrong with Planewatch itself, and for how many seconds Valkey has not answered."""
    return replace(fresh, trouble=trouble or fresh.trouble, silence=silence)


def _vouched(head: ClusterHead, heard_at: float | None) -> float | None:
    """When the API server was last heard, where no pulse is as young as what is stored: a collector that says every few seconds
    that its picture still holds, and has stored no fault, was answered."""
    if head.row.fault is not None or heard_at is None or head.collected_at is None:
        return heard_at
    return max(heard_at, head.collected_at)


def lateness(fresh: Freshness, now: float) -> Lateness | None:
    """None while the picture is the present."""
    nobody = fresh.fault == FaultKind.UNCOLLECTED
    if fresh.collected_at is None:
        return Lateness("never", _NOBODY if nobody else "This cluster has not been collected yet.", None)
    if fresh.age is not None and fresh.age > LATE_AFTER:
        # By the clock of who keeps it no pulse came for too long: whatever its own clock says, and however wrong that is.
        written = now - fresh.age
        since = fresh.collected_at if abs(written - fresh.collected_at) <= CLOCKS_APART else round(written, 1)
        return _silent(since, nobody, fresh.trouble, unheard=fresh.trouble == NO_NEWS)
    apart = _apart(fresh, now)
    if apart:
        disagree = f"The clocks of this server and its collector differ by {time_tokens.duration(apart)}"
        return Lateness("clocks", f"{disagree}, so its age is unknown.", None, apart=round(apart, 1))
    if fresh.silence is not None and fresh.silence > LATE_AFTER:
        since = min(fresh.collected_at, round(now - fresh.silence, 1))
        return _silent(since, nobody, fresh.trouble, unheard=since < fresh.collected_at)
    # By the clock of who keeps it, where that is known: the collector's own may be wrong by a little.
    collected_at = fresh.collected_at
    if fresh.age is not None and now - fresh.age - collected_at > CLOCKS_APART:
        collected_at = round(now - fresh.age, 1)
    unheard = fresh.heard_at is not None and now - fresh.heard_at > LATE_AFTER
    heard_in_time = fresh.heard_at is not None and fresh.collected_at - fresh.heard_at <= LATE_AFTER
    # No pulse could be read, for a reason that is known. What was stored of when the API server answered is as old as the last
    # change of its row, and blames nobody; a collector that found a fault has stored it.
    unread = fresh.kept is None and bool(fresh.trouble) and unheard and not fresh.fault
    stands = fresh.kept is not None and unheard and heard_in_time and now - collected_at > MISSED
    if now - collected_at > LATE_AFTER or stands or unread:
        return _silent(collected_at, nobody, fresh.trouble)
    blame = BLAME.get(FaultKind(fresh.fault)) if fresh.fault in list(FaultKind) else None
    if fresh.heard_at is None:
        return Lateness("cluster", f"{blame[1]}." if blame else "Its API server has not answered yet.", None)
    if now - fresh.heard_at > LATE_AFTER:
        heard = time_tokens.ago(fresh.heard_at)
        said = f"{blame[1]} since it last answered {heard} ago." if blame else f"Its API server last answered {heard} ago."
        return Lateness("cluster", said, fresh.heard_at)
    return None


def believed(fresh: Freshness, late: Lateness | None) -> Freshness:
    """The moments from which whoever is shown the picture judges on: of a silent collector those that can be believed, whatever its
    own clock said."""
    if late is None or late.cause != "collector" or late.since is None:
        return fresh
    heard_at = None if fresh.heard_at is None else min(fresh.heard_at, late.since)
    return replace(fresh, collected_at=late.since, heard_at=heard_at)


def _silent(since: float, nobody: bool, trouble: str, *, unheard: bool = False) -> Lateness:
    """The collector was not heard since then, epoch seconds; `nobody`: for there is none that could be; `trouble`: for something is
    wrong with Planewatch itself; `unheard`: it has stored since then."""
    if nobody:
        return Lateness("collector", f"{_NOBODY} It was last seen {time_tokens.ago(since)} ago.", since, _NOBODY)
    if trouble and unheard:
        return Lateness("collector", f"{trouble} The last news of it is {time_tokens.ago(since)} old.", since, trouble)
    if trouble:
        return Lateness("collector", f"{trouble} The last stored state is {time_tokens.ago(since)} old.", since, trouble)
    return Lateness("collector", f"Its collector last reported {time_tokens.ago(since)} ago.", since, "Its collector is silent.")


def _apart(fresh: Freshness, now: float) -> float:
    """By how many seconds the collector's clock is seen to disagree with ours; 0 where it is not.

    Ahead of ours it is at once. Behind ours may be an old pulse: it is another clock if who keeps it says that it was written just
    now, or would have dropped it long ago.
    """
    if fresh.collected_at is None:
        return 0.0
    behind = now - fresh.collected_at
    if -behind > CLOCKS_APART:
        return -behind
    written_now = fresh.age is not None and fresh.age <= LATE_AFTER and behind - fresh.age > CLOCKS_APART
    expired = fresh.kept is not None and behind > fresh.kept + CLOCKS_APART
    return behind if expired or (written_now and behind > LATE_AFTER) else 0.0


def unknown_since(late: Lateness | None, since: float) -> float:
    """Since when a shown state holds that has been stored since then: a silent collector makes everything unknown since it was last
    heard."""
    return late.since if late is not None and late.cause == "collector" and late.since is not None else since


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
