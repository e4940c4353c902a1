"""Hysteresis: a state is announced after it held for its window; recovery likewise.

A pure state machine. One `Memory` a subject (a component, or one agent of one node); `step` takes the newest verdict and tells what
is shown and whether a change is to be announced. Whoever gets worse again and again has to be better for longer each time before
it is believed, so that a value that swings about its bound does not fill the history.
"""

from dataclasses import dataclass, replace
from math import isinf

from planes.assess.rollup import word
from planes.components.said import WAITING
from planes.components.verdict_builder import harm
from planes.structs.moments import NEVER, Mono
from planes.structs.thresholds import Thresholds
from planes.structs.time_tokens import at, until
from planes.structs.verdicts import SEVERITY, State, Verdict

#: So often may it get worse within the flap window before recovering takes longer, and how much longer each time.
_FREE, _LONGER = 2, 4.0
_REMEMBERED = 16


@dataclass(slots=True)
class Memory:
    """What is announced of a subject. `known` is the last state that was not unknown, `known_at` when it was last judged so;
    `settled` turns true with the first verdict that rests on an observation (or by restoring)."""

    state: State
    since: Mono
    shown: Verdict
    known: State | None = None
    known_at: Mono = NEVER
    settled: bool = False
    pending: State | None = None
    pending_since: Mono = NEVER
    hold: float = 0.0
    waits: bool = False  # shown as unknown while nothing was seen yet, without a change of state
    held: bool = False  # it is better, `pending` tells how, and only held as bad as it was until that has lasted
    coming: bool = False  # it is worse, or cannot be known, as `pending` tells, and is not shown so before that has lasted
    relapses: tuple[Mono, ...] = ()  # when it was last announced as worse
    reasons: tuple[str, ...] = ()  # causes for which the state that is announced was announced, the one of now last
    returns: tuple[Mono, ...] = ()  # when a cause that had been announced before was announced again
    turned: str = ""  # another cause for it, not announced yet
    turned_since: Mono = NEVER
    restored_at: Mono | None = None  # what was known before a restart, until it is known anew
    reason_known: bool = False  # and for which cause
    before: State | None = None  # degraded or down, as it was before a restart, until a verdict since has been as bad
    before_reason: str = ""  # and for which cause, where that is known
    known_since: Mono | None = None  # and since when that was so, though it cannot be seen meanwhile

    @property
    def awaits_worse(self) -> bool:
        """Whether it was degraded or down before a restart, and is unknown since."""
        unseen = self.waits or self.state is State.UNKNOWN
        return unseen and self.restored_at is not None and self.before is not None


@dataclass(frozen=True, slots=True)
class Change:
    """An announced change: from, to, and since when the new state held. Where both are one state, it is the reason that changed."""

    before: State
    after: State
    since: Mono


def begin(verdict: Verdict, now: Mono) -> Memory:
    """The memory of a subject that is seen for the first time. Nothing is announced."""
    memory = Memory(verdict.state, _began(verdict, now), verdict, settled=not verdict.waiting, waits=verdict.waiting)
    _turn_to(memory, verdict)
    _know(memory, verdict, now)
    return memory


def _began(verdict: Verdict, now: Mono) -> Mono:
    """Since when it is so that is seen for the first time: by the cluster's own record, where that tells."""
    return now if verdict.since is None else min(now, verdict.since)


def restored(state: State, since: Mono, last: State | None, now: Mono, seen_at: Mono | None = None, reason: str = "") -> Memory:
    """The memory of a subject as it was stored before a restart. `seen_at`: until when that was known to hold; None: until now.
    `reason`: for which cause, where that is known."""
    verdict = Verdict(state=State.UNKNOWN, because=WAITING, cause="waiting", waiting=True)
    known = last if state in (State.UNKNOWN, State.NOT_OBSERVABLE) else state
    known_at = now if seen_at is None else min(now, seen_at)
    if seen_at is not None and state is State.UNKNOWN:
        known_at = min(known_at, since)  # it was known until it was not
    return Memory(
        state,
        since,
        verdict,
        known=known,
        known_at=known_at,
        settled=True,
        waits=True,
        restored_at=now,
        known_since=None if state is State.UNKNOWN else since,
        reasons=(reason,) if reason else (),
        reason_known=bool(reason),
        before=known if known in (State.DOWN, State.DEGRADED) else None,
        before_reason=reason,
    )


def step(memory: Memory, verdict: Verdict, now: Mono, thresholds: Thresholds) -> Change | None:
    """Take the newest verdict. Changes `memory`; returns the change to announce, if there is one now."""
    memory.held = memory.coming = False
    if verdict.waiting:
        memory.waits, memory.shown, memory.pending = True, verdict, None
        return None
    if is_unripe(memory, verdict, now, thresholds):
        memory.waits, memory.shown, memory.pending = True, unripe(verdict), None
        return None
    _confirm(memory, verdict)
    learns, young = memory.restored_at is not None, _is_young(memory, verdict, now, thresholds)
    memory.waits = False
    if not young and verdict.state is not State.UNKNOWN:  # who sees nothing has no better knowledge than who saw it last
        memory.restored_at = None
    if not memory.settled:
        memory.state, memory.since, memory.shown = verdict.state, _began(verdict, now), verdict
        memory.settled, memory.pending = True, None
        _turn_to(memory, verdict)
        _know(memory, verdict, now)
        return None
    if verdict.state is memory.state:
        memory.shown, memory.pending = verdict, None
        _know(memory, verdict, now)
        if learns and _learn(memory, verdict, young):
            return None
        return _turn(memory, verdict, now, thresholds)
    hold = _hold(memory, verdict, now, thresholds)
    worse = SEVERITY[verdict.state] > SEVERITY[memory.state]
    if memory.pending is None or (
        memory.pending is not verdict.state and not (worse and SEVERITY[memory.pending] > SEVERITY[memory.state])
    ):
        memory.pending_since = now
    memory.pending, memory.hold = verdict.state, hold
    better_for = now - memory.pending_since
    better = verdict.state in (State.HEALTHY, State.DEGRADED, State.NOT_OBSERVABLE) and not worse
    if memory.state in (State.DOWN, State.DEGRADED) and better and better_for < hold:
        memory.shown, memory.held = _held(memory, verdict, now, thresholds), True
    if better_for < hold:
        if verdict.doubt is not None and memory.state is State.HEALTHY:
            because, cause = verdict.doubt
            memory.waits, memory.shown = True, replace(verdict, state=State.UNKNOWN, because=because, cause=cause)
        elif not memory.held:
            memory.shown, memory.coming = _coming(memory, verdict), True
        return None
    change = Change(memory.state, verdict.state, memory.pending_since)
    since = _went_on(memory, verdict) if learns else None
    memory.state, memory.since = verdict.state, memory.pending_since if since is None else since
    memory.shown, memory.pending = verdict, None
    if verdict.state is not State.UNKNOWN:
        memory.known_since = None
    if not learns or (since is None and verdict.state is not State.UNKNOWN):
        _turn_to(memory, verdict)
    if worse and verdict.state in (State.DOWN, State.DEGRADED):
        memory.relapses = (*memory.relapses, now)[-_REMEMBERED:]
    _know(memory, verdict, now)
    return change


def _went_on(memory: Memory, verdict: Verdict) -> Mono | None:
    """Since when it is so, if all that a collector knows anew is what was known before it: that it could not be seen at first makes
    it no younger."""
    return memory.known_since if memory.state is State.UNKNOWN and verdict.state is memory.known else None


def is_unripe(memory: Memory, verdict: Verdict, now: Mono, thresholds: Thresholds) -> bool:
    """Was it worse before a restart, and can the rule that said so not have spoken again? Then what was known goes on to be what is
    known, for no longer than the longest of our windows: what never comes is waited for no more."""
    if memory.before is None:
        return False
    return SEVERITY[verdict.state] < SEVERITY[memory.before] and _is_young(memory, verdict, now, thresholds)


def _confirm(memory: Memory, verdict: Verdict) -> None:
    """As bad as before a restart, and for the same cause where that is known: the rule that said so has spoken again, and when it
    takes that back, it is better. What has only become bad since then has nothing to do with the restart."""
    if memory.before is None or SEVERITY[verdict.state] < SEVERITY[memory.before]:
        return
    if not memory.before_reason or _reason(verdict) == memory.before_reason:
        memory.before = None


def _is_young(memory: Memory, verdict: Verdict, now: Mono, thresholds: Thresholds) -> bool:
    """Can a rule not have spoken since a restart? Then it is not known either for which reason it was so before."""
    if memory.restored_at is None or verdict.ripe is None:
        return False
    return now <= min(verdict.ripe, memory.restored_at + thresholds.rate_window)


def unripe(verdict: Verdict) -> Verdict:
    """What is said while a rule cannot have spoken since a restart."""
    if verdict.state is State.UNKNOWN:
        return verdict  # it says why
    ripe = verdict.ripe if verdict.ripe is not None else NEVER
    waits = "not everything has been listed yet" if isinf(ripe) else f"the slowest rule decides within {until(ripe)}"
    return replace(verdict, state=State.UNKNOWN, because=f"The collector has restarted: {waits}.", cause="waiting")


def due(memory: Memory) -> Mono | None:
    """When a pending state or another cause is to be announced if it goes on."""
    if memory.pending is not None:
        return memory.pending_since + memory.hold
    return memory.turned_since + memory.hold if memory.turned else None


def _learn(memory: Memory, verdict: Verdict, young: bool) -> bool:
    """After a restart it is not known for which reason it was so before until every rule has spoken. True: nothing is to be told;
    what goes back to a milder reason, or to one that was seen since, has turned."""
    reason = _reason(verdict)
    if memory.reason_known and memory.reasons:
        milder = harm(reason) > harm(memory.reasons[-1])
        memory.turned = "" if young and milder else memory.turned
        return young and milder  # the rule of the worse one may still speak
    if not young and (not memory.reasons or harm(reason) <= harm(memory.reasons[-1])):
        _turn_to(memory, verdict)
    elif not memory.reasons or (reason not in memory.reasons and harm(reason) <= harm(memory.reasons[-1])):
        memory.reasons = (*memory.reasons, reason)
    elif reason != memory.reasons[-1]:
        memory.reasons = memory.reasons[-1:]
        return False
    return True


def _turn(memory: Memory, verdict: Verdict, now: Mono, thresholds: Thresholds) -> Change | None:
    """It is as bad as before, for another cause: that is announced once it held. A cause that was announced before has to hold for
    longer, and longer each time, so that two that take turns do not fill the history. Sentences are not compared: they change with
    every pod they name."""
    reason = _reason(verdict)
    if not memory.reasons:  # what was restored does not know its cause
        _turn_to(memory, verdict)
    if verdict.state not in (State.DOWN, State.DEGRADED) or not reason or reason == memory.reasons[-1]:
        memory.turned = ""
        return None
    if reason != memory.turned:
        memory.turned, memory.turned_since = reason, now
    back = reason in memory.reasons
    memory.hold = max(verdict.hold, thresholds.hold_recovery)
    if back:
        recent = sum(now - at <= thresholds.flap_window for at in memory.returns)
        memory.hold = max(memory.hold, min(thresholds.hold_recovery * _LONGER ** (recent + 1), thresholds.hold_flapping))
    if now - memory.turned_since < memory.hold:
        return None
    memory.reasons, memory.turned = (*(one for one in memory.reasons if one != reason), reason)[-_REMEMBERED:], ""
    if back:
        memory.returns = (*memory.returns, now)[-_REMEMBERED:]
    return Change(verdict.state, verdict.state, memory.turned_since)


def _turn_to(memory: Memory, verdict: Verdict) -> None:
    memory.turned, memory.reasons = (
        "",
        (_reason(verdict),) if verdict.state in (State.DOWN, State.DEGRADED) and verdict.cause else (),
    )


def _reason(verdict: Verdict) -> str:
    """The cause, as changes of it are told: in which way a server does not answer is one and the same."""
    return "unreachable" if verdict.cause.startswith("unreachable") else verdict.cause


def _hold(memory: Memory, verdict: Verdict, now: Mono, thresholds: Thresholds) -> float:
    """How long a state must hold. Knowing again after not knowing needs no patience."""
    announced = memory.state
    if verdict.state is State.UNKNOWN:
        return verdict.hold
    if verdict.state in (State.DOWN, State.DEGRADED) and SEVERITY[verdict.state] > SEVERITY[announced]:
        return verdict.hold
    if announced in (State.DOWN, State.DEGRADED) and verdict.state in (State.HEALTHY, State.DEGRADED, State.NOT_OBSERVABLE):
        recent = sum(now - at <= thresholds.flap_window for at in memory.relapses)
        longer = thresholds.hold_recovery * _LONGER ** max(0, recent - _FREE)
        return max(thresholds.hold_recovery, min(longer, thresholds.hold_flapping))
    return 0.0


def _held(memory: Memory, verdict: Verdict, now: Mono, thresholds: Thresholds) -> Verdict:
    """What is said while a better state is held back, from its first moment on: damping may hold the colour, but never a sentence
    that is over. Why it is held is said where that takes longer than any recovery does."""
    held = (
        f"So since {at(memory.pending_since)}; still shown as {memory.state.value} until {at(memory.pending_since + memory.hold)}"
    )
    if memory.hold > thresholds.hold_recovery:
        recent = sum(now - at <= thresholds.flap_window for at in memory.relapses)
        held += f", because it got worse {recent} times in {thresholds.flap_window / 60:.0f} min"
    because = f"{verdict.because} {held}.".strip()
    return replace(verdict, state=memory.state, because=because, cause=memory.shown.cause)


def _coming(memory: Memory, verdict: Verdict) -> Verdict:
    """What is said while a worse state has not lasted long enough to be shown: what is so now, not what was so before."""
    still = f"Still shown as {word(memory.state)} until {at(memory.pending_since + memory.hold)}, in case it passes."
    because = f"{verdict.because} {still}".strip()
    cause = verdict.cause if memory.state in (State.DOWN, State.DEGRADED) else memory.shown.cause
    return replace(verdict, state=memory.state, because=because, cause=cause)


def _know(memory: Memory, verdict: Verdict, now: Mono) -> None:
    if verdict.state not in (State.UNKNOWN, State.NOT_OBSERVABLE):
        memory.known, memory.known_at = verdict.state, now
