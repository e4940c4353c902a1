"""Leases in memory: when we saw each renewed, on our own clock.

A renewal is the commonest event by far (500 a second at 5,000 nodes), so `renew` does as little as it can.
"""

from collections.abc import Iterable, Iterator

from planes.cache.dating import dated
from planes.cache.recent import Noted, Recent
from planes.cache.stores import Dirty
from planes.structs import objects
from planes.structs.feeds import RHYTHM
from planes.structs.lease_seen import LeaseSeen
from planes.structs.moments import Mono
from planes.structs.timestamps import epoch

#: client-go's default for leader election, for a lease that does not say.
DEFAULT_DURATION = 15.0
#: OpenYurt: of a node that is cut off the leader of its pool renews the lease, and says so (pkg/yurthub, pool coordinator).
DELEGATED = "openyurt.io/delegate-heartbeat"
#: So many changes of holder are remembered.
REMEMBERED = 16
#: A lease is silent that should have been renewed by now: a node's every 10 s of 40 s, a leader's every 2 s of 15 s.
_SILENT, _SILENT_SHARE = 14.0, 0.35
#: So many seconds a second may a holder's clock drift from ours; what is later than that was under way. [rule]
_DRIFT = 0.001
#: Two proofs of a feed's life that are further apart than so many of its rhythms leave a gap, in which nothing was observed. [rule]
_GAP = 1.6

AnyLease = objects.Lease | objects.NodeLease


class Clock:
    """A lower limit of the cluster's clock, as epoch seconds minus our monotonic clock: whatever renewTime we see was written
    before we saw it. It stands in where the API server's Date is not known (ClusterCache.clock_offset)."""

    __slots__ = ("newest",)

    def __init__(self) -> None:
        self.newest: float | None = None

    def saw(self, renewed: float, at: Mono) -> None:
        """A renewTime was seen."""
        offset = renewed - at
        if self.newest is None or offset > self.newest:
            self.newest = offset


def _is_delegated(lease: AnyLease) -> bool:
    """Whether a neighbour renews it for its node."""
    return lease.metadata.annotations.get(DELEGATED) == "true"


class LeaseTrack:
    """One lease and what we saw of it."""

    __slots__ = (
        "_ahead",
        "_renewed",
        "changed_at",
        "confirmed",
        "duration",
        "failovers",
        "first_at",
        "first_renewed",
        "fresh_since",
        "gone_at",
        "holder",
        "in_grace",
        "lease",
        "released_at",
        "renew_time",
        "seen_at",
        "stale_since",
        "transitions",
        "uid",
    )

    def __init__(self, lease: AnyLease, at: Mono) -> None:
        spec = lease.spec
        self.uid = lease.metadata.uid
        self.lease = lease
        self.holder = spec.holderIdentity or ""
        self.renew_time = spec.renewTime
        self.transitions = spec.leaseTransitions
        self.duration = float(spec.leaseDurationSeconds or DEFAULT_DURATION)
        self.first_at = self.changed_at = self.stale_since = self.fresh_since = self.seen_at = at
        self.first_renewed = self._renewed = epoch(spec.renewTime)
        self._ahead: float | None = None if self._renewed is None else self._renewed - at
        self.confirmed = False
        self.in_grace = False
        self.released_at = None if self.holder else at
        if not self.holder:
            self.duration = DEFAULT_DURATION
        self.gone_at: Mono | None = None
        self.failovers: tuple[Mono, ...] = ()

    def renew(self, lease: AnyLease, at: Mono) -> bool:
        """Take the newest state; True if more than renewTime changed."""
        spec = lease.spec
        turned = _is_delegated(lease) is not _is_delegated(self.lease)
        self.lease = lease
        if spec.renewTime != self.renew_time:
            self.renew_time = spec.renewTime
            self._lives(at, self._made(at))
            self.confirmed, self.in_grace = True, False
        holder = spec.holderIdentity or ""
        if holder == self.holder and spec.leaseTransitions == self.transitions and self.gone_at is None:
            if holder and spec.leaseDurationSeconds and spec.leaseDurationSeconds != self.duration:
                self.duration = float(spec.leaseDurationSeconds)
                return True
            return turned
        self._hand_over(spec, holder, at)
        return True

    def _made(self, at: Mono) -> Mono:
        """When the renewal that is seen now was made, by its holder's own clock and how far that was ahead of ours when others were
        seen at once: what a list tells after a gap, or a watch that was held back, may be long over. Not before the one before."""
        renewed, before = epoch(self.renew_time), self._renewed
        self._renewed = renewed
        if renewed is None:
            return at
        ahead: float = renewed - at
        known = self._ahead if before is not None and renewed >= before else None  # None: its clock was set back
        self._ahead = ahead if known is None else max(ahead, known - _DRIFT * (at - self.seen_at))
        return max(self.changed_at, Mono(at - (self._ahead - ahead)))

    def _lives(self, at: Mono, made: Mono) -> None:
        """Seen to be renewed. What was seen before a pause of ours may be told after it, and takes nothing of its excuse away."""
        self.seen_at, self.changed_at = at, made
        self.stale_since, self.fresh_since = max(self.stale_since, at), max(self.fresh_since, made)

    def _hand_over(self, spec: objects.LeaseSpec, holder: str, at: Mono) -> None:
        moved = (spec.leaseTransitions or 0) - (self.transitions or 0)
        if holder and holder != self.holder and moved <= 0 and self.holder:
            moved = 1
        if moved > 0:
            self.failovers = (*self.failovers, *(at,) * min(moved, REMEMBERED))[-REMEMBERED:]
        if holder:
            if holder != self.holder:  # whoever took it lives
                renewed = epoch(spec.renewTime)
                self._ahead = None if renewed is None else renewed - at
                self._lives(at, at)
                self.confirmed, self.in_grace = True, False
            self.released_at = None
            self.duration = float(spec.leaseDurationSeconds or DEFAULT_DURATION)
        elif self.holder:
            self.released_at = at
        self.holder, self.transitions, self.gone_at = holder, spec.leaseTransitions, None

    def _recorded(self, offset: float | None) -> Mono | None:
        if self.confirmed or offset is None or self.first_renewed is None or self.released_at is not None:
            return None
        return Mono(self.first_renewed - offset)

    def seen(
        self, name: str, offset: float | None, fresh: float, until: Mono | None = None, dating: float | None = None
    ) -> LeaseSeen:
        """As rules see it. `offset` is the cluster's clock; `fresh` is the share of its duration within which a first sight is
        fresh; `until` is how far its feed was observed; `dating` is the cluster's clock by which ages are told."""
        stale = False
        if not self.confirmed and self.released_at is None:
            stale = self.first_renewed is None or (
                offset is not None and abs(offset + self.first_at - self.first_renewed) > fresh * self.duration
            )
        first = None if self.confirmed else self.first_renewed
        released = self.released_at
        return LeaseSeen(
            recorded=self._recorded(offset),
            delegated=_is_delegated(self.lease),
            name=name,
            holder=self.holder,
            duration=self.duration,
            first_at=self.first_at,
            changed_at=dated(self.changed_at, first, dating),
            confirmed=self.confirmed,
            stale_on_arrival=stale,
            in_grace=self.in_grace,
            stale_since=self.stale_since,
            released_at=released,
            released_since=dated(released, first, dating) if released is not None and released == self.first_at else None,
            gone_at=self.gone_at,
            transitions=self.transitions,
            failovers=self.failovers,
            until=until,
            fresh_since=self.fresh_since,
        )


class LeaseStore:
    """The leases of one feed by name, marking nothing. A deleted one is remembered until it comes back or is forgotten.

    `proven_at` is when the feed last proved that what it has to tell arrives. Silence is counted up to there and no further; what
    lies between two proofs that are too far apart was not observed, and counts against nobody.
    """

    __slots__ = ("_gap", "clock", "newest_change", "proven_at", "renewed_at", "tracks")

    def __init__(self, clock: Clock, rhythm: float = RHYTHM) -> None:
        self.clock = clock
        self._gap = _GAP * rhythm
        self.proven_at: Mono | None = None
        self.tracks: dict[str, LeaseTrack] = {}
        self.newest_change: Mono | None = None
        self.renewed_at: Mono | None = None  # when the newest renewal was made that was seen to be one

    def changed(self, lease: AnyLease, at: Mono) -> bool:
        """One lease was added or modified. True if a verdict may rest on what changed."""
        self.proved(at)
        track = self.tracks.get(lease.metadata.name)
        if track is not None and (track.uid == lease.metadata.uid or track.gone_at is not None):
            track.uid = lease.metadata.uid
            told = track.renew(lease, at)
            if track.seen_at == at:
                self._saw(at)
                self.renewed_at = track.changed_at if self.renewed_at is None else max(self.renewed_at, track.changed_at)
            return told
        track = LeaseTrack(lease, at)
        if track.first_renewed is not None:
            self.clock.saw(track.first_renewed, at)
        self.tracks[lease.metadata.name] = track
        self._saw(at)
        return True

    def proved(self, at: Mono) -> None:
        """Something came of the feed itself: an event, a bookmark, a list."""
        before = self.proven_at
        if before is not None and at - before > self._gap:
            self.shift(at - before, at, ours=False)
        self.proven_at = at if before is None else max(before, at)

    def observed(self, now: Mono) -> Mono:
        """The moment up to which silence counts."""
        return now if self.proven_at is None else min(now, self.proven_at)

    def _saw(self, at: Mono) -> None:
        self.newest_change = at if self.newest_change is None else max(self.newest_change, at)

    def listed(self, items: Iterable[AnyLease], at: Mono) -> list[str]:
        """A complete list. Names that a verdict may rest on."""
        self.proved(at)
        told: list[str] = []
        present: set[str] = set()
        for lease in items:
            present.add(lease.metadata.name)
            if self.changed(lease, at):
                told.append(lease.metadata.name)
        for name, track in self.tracks.items():
            if name not in present and track.gone_at is None:
                track.gone_at = at
                told.append(name)
        return told

    def gone(self, lease: AnyLease, at: Mono) -> None:
        """One lease was deleted."""
        self.proved(at)
        track = self.tracks.get(lease.metadata.name)
        if track is not None:
            track.gone_at = at

    def forget(self, before: Mono) -> None:
        """Drop what was deleted before a moment."""
        for name in [name for name, track in self.tracks.items() if track.gone_at is not None and track.gone_at < before]:
            del self.tracks[name]

    def excuse(self, at: Mono) -> list[str]:
        """All fell silent together, and that is over: those still silent are counted anew from here. Their names."""
        in_grace: list[str] = []
        for name, track in self.living():
            if at - track.stale_since > min(_SILENT, _SILENT_SHARE * track.duration):
                track.stale_since, track.in_grace = at, True
                in_grace.append(name)
        return in_grace

    def shift(self, gap: float, now: Mono, *, ours: bool = True) -> None:
        """Nothing was observed for `gap` seconds until `now`: that time counts against nobody. It counts for nobody either, unless
        it was `ours`, a pause that is told of as such."""
        for track in self.tracks.values():
            track.stale_since = min(now, track.stale_since + gap)
            if ours:
                track.fresh_since = min(now, track.fresh_since + gap)
            if track.released_at is not None:
                track.released_at = min(now, track.released_at + gap)
        if self.newest_change is not None:
            self.newest_change = min(now, self.newest_change + gap)
        if self.proven_at is not None:
            self.proven_at = min(now, self.proven_at + gap)

    def living(self) -> Iterator[tuple[str, LeaseTrack]]:
        """Those that were not deleted."""
        return ((name, track) for name, track in self.tracks.items() if track.gone_at is None)


class LeaderLeases(LeaseStore):
    """Leases of leaders and API servers: few, renewed often, and so what tells the cluster's time best. Who leads is noted."""

    __slots__ = ("_recent",)

    def __init__(self, clock: Clock, rhythm: float = RHYTHM, recent: Recent | None = None) -> None:
        super().__init__(clock, rhythm)
        self._recent = recent if recent is not None else Recent()

    def changed(self, lease: AnyLease, at: Mono) -> bool:
        """One lease was added or modified."""
        renewed = epoch(lease.spec.renewTime)
        if renewed is not None:
            self.clock.saw(renewed, at)
        name = lease.metadata.name
        before = self.tracks.get(name)
        failovers = before.failovers if before is not None else ()
        told = super().changed(lease, at)
        track = self.tracks[name]
        missed = 0 if track.transitions is None else self._recent.counted(name, track.transitions)
        if before is None and missed:
            track.failovers = (self._taken(lease, at),)
            self._recent.missed(Noted.FAILOVER, name, missed - 1)
        if track.failovers and track.failovers != failovers:
            newest = track.failovers[-1]
            self._recent.happened(Noted.FAILOVER, name, newest, track.failovers.count(newest) - failovers.count(newest))
        return told

    def _taken(self, lease: AnyLease, at: Mono) -> Mono:
        """When its holder took a lease that is seen for the first time: it says for how long it holds it, by one clock."""
        acquired, renewed = epoch(lease.spec.acquireTime), epoch(lease.spec.renewTime)
        return Mono(at - max(0.0, renewed - acquired)) if acquired is not None and renewed is not None else at


class NodeLeases(LeaseStore):
    """Leases of kubelets: whose changed is dirty, whose was merely renewed is noted."""

    __slots__ = ("_dirty",)

    def __init__(self, clock: Clock, dirty: Dirty) -> None:
        super().__init__(clock)
        self._dirty = dirty

    def changed(self, lease: AnyLease, at: Mono) -> bool:
        """One lease was added or modified. True if a verdict may rest on what changed."""
        told = super().changed(lease, at)
        (self._dirty.nodes if told else self._dirty.renewed).add(lease.metadata.name)
        return told

    def listed(self, items: Iterable[AnyLease], at: Mono) -> list[str]:
        """A complete list. Names that a verdict may rest on."""
        told = super().listed(items, at)
        self._dirty.nodes.update(told)
        return told

    def gone(self, lease: AnyLease, at: Mono) -> None:
        """One lease was deleted."""
        super().gone(lease, at)
        self._dirty.nodes.add(lease.metadata.name)

    def excuse(self, at: Mono) -> list[str]:
        """See LeaseStore. Their names are dirty."""
        in_grace = super().excuse(at)
        self._dirty.nodes.update(in_grace)
        return in_grace

    def shift(self, gap: float, now: Mono, *, ours: bool = True) -> None:
        """See LeaseStore. Each counts as renewed."""
        super().shift(gap, now, ours=ours)
        self._dirty.renewed |= self.tracks.keys()
