"""How lines of evidence become one verdict, and what may be said when a line is missing.

A line is *principal* when the component cannot be called healthy without it or another principal one. The worst line decides, of
equals the one that does the most harm now; the others are named after it. What is hidden (not permitted, not served, not run here)
never counts against a component.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from planes.components.said import WAITING
from planes.structs import rights
from planes.structs.events import FaultKind
from planes.structs.moments import Mono
from planes.structs.observations import FeedSeen, RatesSeen, ReachSeen
from planes.structs.thresholds import Thresholds
from planes.structs.time_tokens import ago
from planes.structs.verdicts import SEVERITY, Evidence, State, Verdict

#: The right that would show more, by feed or path.
RIGHTS = rights.TEXTS

#: What refuses work now comes before what works with a fault (all causes that are not here), that before what is slow or restless,
#: and that before what will only do harm later.
_HARM = {
    **dict.fromkeys(
        (
            *("webhook", "errors", "half-reachable", "some-unanswered", "no-endpoints", "etcd-check", "etcd-some", "etcd-errors"),
            *("no-work-done", "lease-gone", "lease-released", "lease-frozen", "check-livez", "some-livez", "certificate-over"),
            *("silent", "not-ready", "network", "pod-missing", "agents-not-ready"),
            *("runtime-down", "network-not-ready", "runtime-not-ready", "runtime-error", "pleg"),
        ),
        0,
    ),
    **dict.fromkeys(("latency", "etcd-latency", "failovers", "restarts", "flapping"), 2),
    **dict.fromkeys(("certificate", "skew", "etcd-quota"), 3),
}
_USUAL = 1
#: So many others are named after the first; beyond that they are counted.
_NAMED = 4
#: Words with which a sentence begins that are small in the middle of one.
_BEGINS = re.compile(r"^(Its?|The|A|No|New|Only|Webhook)\b")


@dataclass(frozen=True, slots=True)
class _Bad:
    """One cause of a state that is degraded or down."""

    state: State
    because: str
    cause: str
    hold: float
    line: str
    about: str
    part: str = ""


def harm(cause: str) -> int:
    """How much harm a cause does now: 0 the most."""
    return _HARM.get(cause, _USUAL)


def _rank(one: _Bad) -> tuple[int, int]:
    return -SEVERITY[one.state], _HARM.get(one.cause, _USUAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFigures:
    """What one instance's own metrics say: `told` is ready to show, by the name of the fact; `at` is its last scrape and `samples`
    are what it told at each of the last. Empty with `untold`, which is why nothing can be told of this one by itself."""

    told: dict[str, str] = field(default_factory=dict)
    at: Mono | None = None
    samples: tuple[RatesSeen, ...] = ()
    untold: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One running instance of a component. `own`: its own figures, of a kind that has any."""

    name: str
    host: str = ""
    leader: bool = False
    state: State = State.UNKNOWN
    because: str = ""
    version: str = ""
    restarts: int | None = None
    own: OwnFigures | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A component judged: the verdict, its instances, and figures ready to show."""

    verdict: Verdict
    instances: tuple[Instance, ...] = ()
    facts: dict[str, str] = field(default_factory=dict)


class VerdictBuilder:
    """Collects lines of evidence and weighs them. `good` is what is said when every line is good."""

    __slots__ = ("_awaited", "_bad", "_best", "_due", "_hidden", "_ripe", "_unsure", "_waiting", "evidence", "line")

    def __init__(self) -> None:
        self.evidence: list[Evidence] = []
        self.line = ""
        self._bad: list[_Bad] = []
        self._unsure: tuple[str, str, float] | None = None
        self._best = False
        self._hidden = ""
        self._due: Mono | None = None
        self._ripe: Mono | None = None
        self._waiting = False
        self._awaited = False

    def due(self, moment: Mono) -> None:
        """Remember that the verdict could change by then."""
        if self._due is None or moment < self._due:
            self._due = moment

    def ripens(self, moment: Mono) -> None:
        """A rule that needs time has found something, and may speak at that moment. Until then a collector that has only just
        started does not know better than the one before it."""
        self.due(moment)
        if self._ripe is None or moment > self._ripe:
            self._ripe = moment

    def awaits(self, *, soon: bool = False) -> None:
        """A rule cannot have looked yet, for what it looks at was not told yet. `soon`: it was asked for, and may be answered."""
        self._ripe = Mono(math.inf)
        self._awaited = self._awaited or soon

    def good(self, evidence: Evidence, *, principal: bool = False) -> None:
        """A line that says what it should. `principal`: it is enough to call the component healthy."""
        self.evidence.append(evidence)
        self._best = self._best or principal

    def enough(self) -> None:
        """The good lines so far are enough to call the component healthy."""
        self._best = True

    def bad(
        self,
        evidence: Evidence,
        because: str,
        cause: str,
        *,
        hold: float = 0.0,
        line: str = "",
        about: str = "",
        part: str = "",
    ) -> None:
        """A line whose state is degraded or down. What does the most harm is said first, see `verdict`. `about`: whom it concerns,
        where the same cause may concern several: each of them is named. `part`: the one part of the component whose fault it is
        (Verdict.about)."""
        self.evidence.append(evidence)
        self.worse(evidence.state, because, cause, hold=hold, line=line, about=about, part=part)

    def worse(
        self, state: State, because: str, cause: str, *, hold: float = 0.0, line: str = "", about: str = "", part: str = ""
    ) -> None:
        """The same without a line of its own."""
        self._bad.append(_Bad(state, because, cause, hold, line, about, part))

    def unsure(self, evidence: Evidence, because: str, cause: str, *, waiting: bool = False, hold: float = 0.0) -> None:
        """A principal line that should be there and cannot be trusted now: without something worse, the component is unknown."""
        self.evidence.append(evidence)
        if waiting:
            self.awaits()
        if self._unsure is None:
            self._unsure = (because, cause, hold)
            self._waiting = waiting

    def hidden(self, evidence: Evidence, because: str = "") -> None:
        """A line that cannot be had. `because` is said if nothing else can be seen either."""
        self.evidence.append(evidence)
        if because and not self._hidden:
            self._hidden = because

    def verdict(self, *, good: str, hidden: str = "") -> Verdict:
        """All lines weighed."""
        evidence = tuple(self.evidence)
        if self._bad:
            worst, *others = self._by_harm()
            return Verdict(
                state=worst.state,
                because=and_more(worst.because, [*(one.because for one in others), *self._not_known(worst.state)]),
                evidence=evidence,
                line=next((one.line for one in sorted(self._bad, key=_rank) if one.line), self.line),
                due=self._due,
                cause=worst.cause,
                hold=worst.hold,
                ripe=self._ripe,
                doubt=self._unsure[:2] if self._unsure is not None else None,
                about=worst.part if all(one.part == worst.part for one in self._bad) else "",
            )
        if self._unsure is not None:
            because, cause, hold = self._unsure
            return Verdict(
                state=State.UNKNOWN,
                because=because,
                evidence=evidence,
                line=self.line,
                due=self._due,
                cause=cause,
                waiting=self._waiting,
                hold=hold,
                ripe=self._ripe,
            )
        if self._best:
            return Verdict(
                state=State.HEALTHY, because=good, evidence=evidence, line=self.line, due=self._due, cause="", ripe=self._ripe
            )
        if self._awaited:
            # What would tell of it may be on its way: nobody knows yet whether it can be observed.
            return Verdict(
                state=State.UNKNOWN,
                because=WAITING,
                evidence=evidence,
                line=self.line,
                due=self._due,
                cause="waiting",
                waiting=True,
                ripe=self._ripe,
            )
        because = self._hidden or hidden
        return Verdict(
            state=State.NOT_OBSERVABLE,
            because=because,
            evidence=evidence,
            line=self.line or "not observable",
            due=self._due,
            cause="hidden",
            ripe=self._ripe,
        )

    def _by_harm(self) -> list[_Bad]:
        """The causes, the worst first; of each, for each of whom it concerns, only the first of its worst."""
        causes: dict[tuple[str, str], _Bad] = {}
        for one in sorted(self._bad, key=_rank):
            causes.setdefault((one.cause, one.about), one)
        return list(causes.values())

    def _not_known(self, state: State) -> list[str]:
        """What should be known besides: what works with a fault may not work at all."""
        return [] if state is State.DOWN or self._unsure is None or self._waiting else [self._unsure[0]]


def and_more(because: str, others: list[str]) -> str:
    """The first sentence, and the others named after it, as many as can be read."""
    if not others:
        return because
    named = [_BEGINS.sub(lambda found: found[0].lower(), clause(one)) for one in others]
    if len(named) > _NAMED:
        named = [*named[: _NAMED - 1], f"and {len(named) - _NAMED + 1} others"]
    return f"{sentence(because)} Also: {'; '.join(named)}."


def unknown(
    because: str, cause: str, evidence: tuple[Evidence, ...] = (), *, due: Mono | None = None, waiting: bool = False
) -> Verdict:
    """A verdict of not knowing."""
    return Verdict(state=State.UNKNOWN, because=because, evidence=evidence, line="", due=due, cause=cause, waiting=waiting)


def away_verdict(away: tuple[str, Mono | None, bool]) -> Verdict:
    """The verdict of everything that is seen through the API server while that cannot be asked: see `unreachable`."""
    because, since, waiting = away
    text = "waiting for the first answer" if waiting else f"no: {clause(because)}"
    line = Evidence("API server answers", text, "every request is answered", State.UNKNOWN, "the collector's requests", since)
    return unknown(because, "unreachable", (line,), waiting=waiting)


def unreachable(reach: ReachSeen, now: Mono, thresholds: Thresholds) -> tuple[str, Mono | None, bool] | None:
    """Why the cluster cannot be asked now: the sentence, since when, and whether we only wait for the first answer.

    None while it answers. A failure counts once it held for `hold_probe`, as it does for the API server itself.
    """
    if reach.fault is not None and reach.failing_since is not None and not reach.flowing:
        if now - reach.failing_since < thresholds.hold_probe and reach.heard_at is not None:
            return None
        return (sentence(reach.fault.message), reach.failing_since, False)
    if reach.heard_at is None:
        return ("Waiting for the first answer of the API server.", None, True)
    if now - reach.heard_at > thresholds.probe_stale:
        return (f"No word from the API server for {ago(reach.heard_at)}.", reach.heard_at, False)
    return None


def reach_due(reach: ReachSeen, thresholds: Thresholds) -> Mono | None:
    """When `unreachable` may turn by the passing of time alone."""
    if reach.fault is not None and reach.failing_since is not None and not reach.flowing:
        return reach.failing_since + thresholds.hold_probe
    return reach.heard_at + thresholds.probe_stale if reach.heard_at is not None else None


def begin(reach: ReachSeen, now: Mono, thresholds: Thresholds) -> VerdictBuilder | Verdict:
    """How every judging of what is seen through the API server begins: with an empty builder, or, while that cannot be asked, with
    the verdict that says so, which is the whole of it."""
    if (away := unreachable(reach, now, thresholds)) is not None:
        return away_verdict(away)
    builder = VerdictBuilder()
    if (due := reach_due(reach, thresholds)) is not None:
        builder.due(due)
    return builder


def feed_gap(feed: FeedSeen, signal: str, should_be: str, now: Mono, thresholds: Thresholds) -> Evidence | None:
    """The line that stands where a feed's word would, if that cannot be taken: not permitted, not served, never listed, or failing
    for longer than the bound, or silent for longer. None while it can."""
    fault = feed.fault
    if fault is not None:
        if fault.kind is FaultKind.FORBIDDEN:
            lost = feed.listed_at is not None and feed.failing_since is not None
            what = f"permission lost {ago(feed.failing_since or now)} ago" if lost else "not permitted"
            text = f"{what}; needs {RIGHTS.get(feed.name, feed.name)}"
            return Evidence(signal, text, should_be, State.NOT_OBSERVABLE, feed.name, feed.failing_since)
        if fault.kind is FaultKind.NOT_SERVED:
            text = "not served by this API server"
            return Evidence(signal, text, should_be, State.NOT_OBSERVABLE, feed.name, feed.failing_since)
        if feed.listed_at is None:
            return Evidence(signal, f"the first read failed ({clause(fault.message)})", should_be, State.UNKNOWN, feed.name, None)
        if feed.failing_since is not None and now - feed.failing_since > thresholds.feed_stale:
            text = f"reads have failed for {ago(feed.failing_since)} ({clause(fault.message)})"
            return Evidence(signal, text, should_be, State.UNKNOWN, feed.name, feed.heard_at)
    elif feed.listed_at is None:
        return Evidence(signal, "waiting for the first answer", should_be, State.UNKNOWN, feed.name, None)
    if feed.proven_at is not None and is_unproven(feed, now, thresholds):
        text = f"nothing received for {ago(feed.proven_at)}"
        return Evidence(signal, text, should_be, State.UNKNOWN, feed.name, feed.proven_at)
    return None


def is_unproven(feed: FeedSeen, now: Mono, thresholds: Thresholds) -> bool:
    """Whether nothing of the feed arrived for so long that its silence is ours, and nobody else's."""
    return feed.proven_at is not None and now - feed.proven_at > max(thresholds.feed_stale, feed.patience)


def feed_due(feed: FeedSeen, thresholds: Thresholds) -> Mono | None:
    """When `feed_gap` may turn by the passing of time alone."""
    failing = feed.failing_since + thresholds.feed_stale if feed.failing_since is not None else None
    unproven = feed.proven_at + max(thresholds.feed_stale, feed.patience) if feed.proven_at is not None else None
    return min((due for due in (failing, unproven) if due is not None), default=None)


def check_gap(builder: VerdictBuilder, line: Evidence, *, principal: bool, said: str, enough: bool = False) -> None:
    """Put the line of a missing feed on the scales: hidden if nobody may see it, unsure if we should. `enough`: what it would tell
    may be enough to call the component healthy, so that without an answer it is not known either whether it can be observed."""
    if line.state is State.NOT_OBSERVABLE:
        builder.hidden(line, f"{said}: {line.now}." if said else "")
    elif principal:
        waiting = _waits(line)
        because = WAITING if waiting else f"{said}: {line.now}."
        builder.unsure(line, because, "waiting" if waiting else "feed-stale", waiting=waiting)
        if line.at is None:
            builder.awaits()
    else:
        if line.at is None:
            builder.awaits(soon=enough and _waits(line))
        builder.hidden(line)


def _waits(line: Evidence) -> bool:
    """Whether it is the line of a feed that was asked for and has not answered yet."""
    return line.at is None and line.now.startswith("waiting")


def clause(text: str) -> str:
    """Without a full stop, to go on in the middle of a sentence."""
    return text.rstrip().rstrip(".")


def sentence(text: str) -> str:
    """With a full stop."""
    return text if not text or text.endswith((".", "?")) else text + "."


def colon(text: str) -> str:
    """What follows a colon, with it; nothing where there is nothing to say."""
    return f": {clause(text)}" if text else ""


def some(names: Iterable[str], most: int) -> str:
    """The first of them, and how many more there are: "a, b, c and 2 more"."""
    told = list(names)
    more = f" and {len(told) - most:,} more" if len(told) > most else ""
    return f"{', '.join(told[:most])}{more}"


def plural(count: int, one: str, many: str = "") -> str:
    """ "1 pod", "3 pods"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
