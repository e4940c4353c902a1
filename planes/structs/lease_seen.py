"""One lease as rules see it: what was observed of it, and for how long it is silent or unseen."""

from dataclasses import dataclass

from planes.structs.moments import NEVER, Mono


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseSeen:
    """A lease. `changed_at`: when the renewal that was seen last was made, on our clock; until one was seen its renewTime, where
    the cluster's clock is known, else our first sight: ages are told by it, never judged. `stale_on_arrival`: at first sight
    renewTime was older than the duration."""

    name: str
    holder: str
    duration: float  # as it was while held: a released lease says 1 s
    first_at: Mono
    changed_at: Mono
    confirmed: bool  # we saw it change
    stale_on_arrival: bool = False
    in_grace: bool = False  # not seen to change since all fell silent together
    stale_since: Mono = NEVER  # from here its silence counts: when its renewal was seen, or later where we ourselves saw nothing
    released_at: Mono | None = None
    gone_at: Mono | None = None  # the object itself was deleted
    transitions: int | None = None  # as the lease counts them
    failovers: tuple[Mono, ...] = ()  # when we saw the holder change
    until: Mono | None = None  # so far its feed was observed; None: until now
    fresh_since: Mono | None = None  # `changed_at`, or later where we ourselves were paused; None: `stale_since`
    recorded: Mono | None = None  # its renewTime by the cluster's clock, where it was not seen to change
    delegated: bool = False  # a neighbour renews it, so that its renewals are no contact of its own
    released_since: Mono | None = None  # when it was released, by the cluster's own date if that is older; None: `released_at`

    def observed(self, now: Mono) -> Mono:
        """The moment up to which its silence counts."""
        return now if self.until is None else min(now, self.until)

    def silence(self, now: Mono) -> float:
        """Seconds of observed time in which it was not renewed."""
        return self.observed(now) - self.stale_since

    def expires(self, after: float) -> Mono:
        """When what was last seen of it is older than `after` seconds, observed or not."""
        return (self.stale_since if self.fresh_since is None else self.fresh_since) + after

    def is_unseen(self, now: Mono, bound: float, slack: float) -> bool:
        """Whether what was last seen of it is older than its bound. `slack`: so long the next proof of its feed's life may be under
        way, which will tell; where there was a gap since it was last seen, there is nothing to wait for. All in seconds."""
        return now > self._unseen_at(bound, slack)

    def _unseen_at(self, bound: float, slack: float) -> Mono:
        gap = 0.0 if self.fresh_since is None else max(0.0, self.stale_since - self.fresh_since)
        return self.expires(bound) + max(0.0, slack - gap)

    def turns_unseen(self, now: Mono, bound: float, slack: float) -> Mono:
        """When to look again at one that is not silent for longer than its bound: when it may be, then when it is unseen. A bit
        later, for bounds are passed and not met."""
        bounds = (self.expires(bound), self._unseen_at(bound, slack))
        return next((at for at in bounds if at >= now), bounds[0]) + 0.001
