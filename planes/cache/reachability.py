"""Whether the cluster answers, feed by feed and probe by probe."""

import dataclasses

from planes.cache.recent import Noted, Recent
from planes.cache.servers import Servers
from planes.structs.answers import was_heard
from planes.structs.events import OURS, Connection, Failed, Fault, FaultKind, Health, Metrics, Polled, Served, Server, Usage
from planes.structs.feeds import Feed
from planes.structs.moments import Mono
from planes.structs.observations import Answered, FeedSeen, HealthSeen, ReachSeen, ServerSeen

#: For so long after its last event an open watch is taken to be alive.
_FLOWING = 15.0


def _newest(before: Mono | None, at: Mono) -> Mono:
    """Feeds and probes are told in no order between them: what comes late moves nothing back."""
    return at if before is None else max(before, at)


def _weight(one: tuple[Fault, Mono]) -> tuple[Mono, bool, str]:
    """Of the faults of one moment the same is told in whatever order they come."""
    fault, at = one
    return at, fault.kind in OURS, fault.message


class FeedTrack:
    """One feed's standing."""

    __slots__ = ("failing_since", "fault", "heard_at", "hidden_since", "listed_at", "name", "polled", "polled_since", "retry_at")

    def __init__(self, name: str) -> None:
        self.name = name
        self.listed_at: Mono | None = None
        self.heard_at: Mono | None = None
        self.fault: Fault | None = None
        self.failing_since: Mono | None = None
        self.hidden_since: Mono | None = None  # since when it is not permitted or not served
        self.retry_at: Mono | None = None
        self.polled = ""  # why it is asked by lists, its watches being of no use
        self.polled_since: Mono | None = None

    def heard(self, at: Mono) -> None:
        """Anything good came from it."""
        self.heard_at = at
        if self.fault is not None:
            self.fault = self.failing_since = self.hidden_since = self.retry_at = None

    def failed(self, event: Failed) -> None:
        """Its last request failed."""
        if self.failing_since is None:
            self.failing_since = event.at
        if event.fault.kind not in (FaultKind.FORBIDDEN, FaultKind.NOT_SERVED):
            self.hidden_since = None
        elif self.hidden_since is None:
            self.hidden_since = event.at
        self.fault, self.retry_at = event.fault, event.retry_at

    def seen(self) -> FeedSeen:
        """As rules see it."""
        return FeedSeen(
            name=self.name,
            listed_at=self.listed_at,
            heard_at=self.heard_at,
            fault=self.fault,
            failing_since=self.failing_since,
            retry_at=self.retry_at,
        )


#: Answers to /livez and /readyz of so many seconds, and so many at most, are remembered.
_LATELY, _MOST_LATELY = 15.0, 30


class Reachability:
    """Feeds, probes, version: everything that is an answer or the lack of one."""

    __slots__ = (
        "_first_fault_at",
        "_flow_at",
        "_last_fault",
        "_ok_at",
        "_recent",
        "_tried_at",
        "connected_to",
        "feeds",
        "groups",
        "health",
        "heard_at",
        "probed",
        "quiet_from",
        "retry_at",
        "servers",
        "settings",
        "usage_fault",
    )

    def __init__(self, recent: Recent | None = None) -> None:
        self._recent = recent if recent is not None else Recent()
        self.feeds: dict[Feed, FeedTrack] = {feed: FeedTrack(feed.value) for feed in Feed}
        self.health: dict[str, HealthSeen] = {}
        self.servers = Servers()
        self.connected_to = ""
        self.groups: frozenset[str] | None = None  # API groups that are served; None: not known
        self.settings: frozenset[str] = frozenset()  # what Cilium says of kube-proxy, as Served has it
        self.heard_at: Mono | None = None
        self.quiet_from: Mono | None = None  # `heard_at`, or later where we ourselves were away
        self.retry_at: Mono | None = None
        self.usage_fault: tuple[Fault, Mono] | None = None
        self.probed = False
        self._ok_at: Mono | None = None
        self._last_fault: tuple[Fault, Mono] | None = None
        self._first_fault_at: Mono | None = None
        self._flow_at: Mono | None = None
        self._tried_at: Mono | None = None

    def flowed(self, feed: Feed, at: Mono) -> None:
        """A feed said something."""
        track = self.feeds[feed]
        track.heard_at = at
        if track.fault is not None:
            track.heard(at)
        self._flow_at = at
        self._hear(at)

    def listed(self, feed: Feed, at: Mono) -> None:
        """A feed listed all that there is."""
        self.flowed(feed, at)
        self.feeds[feed].listed_at = at

    def polled(self, event: Polled) -> None:
        """A feed is asked by lists now, or is watched again."""
        track = self.feeds[event.feed]
        if bool(track.polled) != bool(event.why):
            track.polled_since = event.at if event.why else None
        track.polled = event.why

    def failed(self, event: Failed) -> None:
        """A feed's request failed."""
        self.feeds[event.feed].failed(event)
        if was_heard(event):
            self._hear(event.at)
        elif not self.probed:
            self._miss(event.fault, event.at)
        if event.fault.kind not in (FaultKind.FORBIDDEN, FaultKind.NOT_SERVED):
            self.retry_at = event.retry_at

    def took_health(self, event: Health) -> None:
        """/livez or /readyz was asked."""
        before = self.health.get(event.path)
        good = event.fault is None and event.status == 200 and all(check.ok for check in event.checks)
        since = None if good else event.at
        if not good and before is not None and before.failing_since is not None:
            since = before.failing_since
        if since is None:
            self._recent.ended(Noted.CHECK, event.path)
        else:
            self._recent.began(Noted.CHECK, event.path, since)
        checks, status = event.checks, event.status
        self.health[event.path] = HealthSeen(
            path=event.path,
            at=event.at,
            took=event.took,
            status=status,
            checks=checks,
            fault=event.fault,
            failing_since=since,
            lately=_lately(before, event),
        )
        self._probe(event.fault, event.at)

    def took_server(self, event: Server) -> None:
        """/version was asked. What was known before stays where the new answer does not tell."""
        if event.fault is None:
            self.servers.took(event)
        self._probe(event.fault, event.at)

    @property
    def server(self) -> ServerSeen:
        """What the last answer told."""
        return self.servers.seen

    def took_connection(self, event: Connection) -> None:
        """Connecting worked, or failed before any request."""
        if event.server:
            self.connected_to = event.server
        self._probe(event.fault, event.at)

    def took_groups(self, event: Served) -> None:
        """/apis was asked."""
        self.groups, self.settings = event.groups, event.settings
        self._hear(event.at)

    def took_figures(self, event: Metrics | Usage) -> None:
        """/metrics or metrics.k8s.io was asked."""
        if was_heard(event):
            self._hear(event.at)
        if isinstance(event, Usage):
            self.usage_fault = (event.fault, event.at) if event.fault is not None else None

    def _probe(self, fault: Fault | None, at: Mono) -> None:
        self.probed = True
        self._tried_at = _newest(self._tried_at, at)
        if fault is None or was_heard(fault):
            self._ok_at = _newest(self._ok_at, at)
            self._recent.ended(Noted.OUTAGE, "")
            self._hear(at)
        else:
            self._miss(fault, at)

    def _hear(self, at: Mono) -> None:
        """What was heard earlier and is told only now moves neither back: other feeds' word, or that we were away, stands."""
        self.heard_at, self.quiet_from = _newest(self.heard_at, at), _newest(self.quiet_from, at)

    def shift(self, gap: float, now: Mono) -> None:
        """We were away for `gap` seconds: that time counts against nobody."""
        if self.quiet_from is not None:
            self.quiet_from = min(now, self.quiet_from + gap)
        for path, one in self.health.items():
            self.health[path] = dataclasses.replace(one, at=min(now, one.at + gap))
        for track in self.feeds.values():
            if track.failing_since is not None:
                track.failing_since = min(now, track.failing_since + gap)

    def _miss(self, fault: Fault, at: Mono) -> None:
        if self._first_fault_at is None or (self._ok_at is not None and self._first_fault_at <= self._ok_at):
            self._first_fault_at = at
            self._recent.began(Noted.OUTAGE, "", at)
        told = fault, at
        self._last_fault = told if self._last_fault is None else max(self._last_fault, told, key=_weight)

    def reach(self, now: Mono) -> ReachSeen:
        """As rules see it. A try that succeeded at or after the last failure ends it."""
        ok, flow = self._ok_at, self._flow_at
        fault, failed = self._last_fault or (None, None)
        recovered = failed is None or (ok is not None and ok >= failed) or (not self.probed and flow is not None and flow >= failed)
        if recovered:
            return ReachSeen(heard_at=self.quiet_from, tried_at=self._tried_at)
        since = self._first_fault_at
        flowing = flow is not None and since is not None and flow > since and now - flow <= _FLOWING
        return ReachSeen(
            heard_at=self.quiet_from,
            fault=fault,
            failing_since=since,
            tried_at=self._tried_at,
            retry_at=self.retry_at,
            flowing=flowing,
        )


def _lately(before: HealthSeen | None, event: Health) -> tuple[Answered, ...]:
    """The last answers with this one; no answer at all is none."""
    kept = tuple(one for one in before.lately if event.at - one.at <= _LATELY) if before is not None else ()
    if event.fault is not None:
        return kept
    return (*kept, Answered(at=event.at, checks=event.checks, unanswered=event.unanswered))[-_MOST_LATELY:]
