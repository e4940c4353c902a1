"""What is remembered of the elected over time (docs/decisions/0021): whether they renew their lease, and what waits for their work.

A number is told only while the feed that it rests on can be read: what was seen before is no observation of now.
"""

from planes.components.spec import Form, Gauge
from planes.structs.moments import Mono
from planes.structs.observations import FeedSeen, LeaderObservation


def _is_read(feed: FeedSeen | None) -> bool:
    return feed is not None and feed.listed_at is not None and feed.fault is None


def _renewed(seen: LeaderObservation, now: Mono) -> float | None:
    lease = seen.lease
    if not _is_read(seen.leases) or lease is None or not lease.confirmed or lease.gone_at is not None:
        return None
    return max(0.0, now - lease.changed_at)


def _undecided(seen: LeaderObservation, now: Mono) -> float | None:
    return seen.undecided.count if _is_read(seen.pods_all) else None


def _oldest(seen: LeaderObservation, now: Mono) -> float | None:
    if not _is_read(seen.pods_all):
        return None
    return 0.0 if seen.undecided.oldest is None else max(0.0, now - seen.undecided.oldest)


def _unbound(seen: LeaderObservation, now: Mono) -> float | None:
    return seen.unbound if _is_read(seen.pods_all) else None


def _since(seen: LeaderObservation) -> list[Mono] | None:
    """Since when workloads lag; None where nobody can tell, or where no controller was seen to take notice of any."""
    if not _is_read(seen.workloads) or seen.templates:
        return None
    return [one.lagging_since for one in seen.lagging if one.lagging_since is not None]


def _lagging(seen: LeaderObservation, now: Mono) -> float | None:
    return None if (found := _since(seen)) is None else len(found)


def _lag(seen: LeaderObservation, now: Mono) -> float | None:
    return None if (found := _since(seen)) is None else max((now - one for one in found), default=0.0)


RENEWED = Gauge(
    key="renewed", told="time since its lease was renewed", form=Form.SECONDS, least=15.0, digits=1, sampled=_renewed, unit=0.1
)
UNDECIDED = Gauge(key="undecided", told="pods without a decision", form=Form.COUNT, least=5.0, digits=1, sampled=_undecided)
OLDEST = Gauge(
    key="oldest_undecided", told="how long the oldest of them waits", form=Form.SECONDS, least=30.0, digits=1, sampled=_oldest
)
UNBOUND = Gauge(
    key="unbound", told="pods without a node, decided about or not", form=Form.COUNT, least=5.0, digits=1, sampled=_unbound
)
LAGGING = Gauge(
    key="lagging", told="workloads that no controller has noticed", form=Form.COUNT, least=5.0, digits=1, sampled=_lagging
)
LAG = Gauge(key="lag", told="how long the first of them waits", form=Form.SECONDS, least=30.0, digits=1, sampled=_lag)
