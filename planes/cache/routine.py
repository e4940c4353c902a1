"""What a cluster tells again and again, and what changes nothing of a component at once: it is judged within a second anyway."""

from collections.abc import Mapping

from planes.cache.leases import LeaseStore
from planes.structs.events import CacheEvent, Changed, Gone, Health, Tidied
from planes.structs.feeds import Feed
from planes.structs.objects import Lease
from planes.structs.observations import HealthSeen

#: A leader's lease that is renewed within so many seconds was never late.
_IN_TIME = 4.0
_OF_NODES = frozenset({Feed.NODE_LEASES, Feed.PODS, Feed.DEPLOYMENTS})


def is_routine(event: CacheEvent, leases: LeaseStore, health: Mapping[str, HealthSeen]) -> bool:
    """To be asked before the event is applied: renewals in time by the same holder, pods, Deployments that roll, probes that go on
    passing. `leases` are the leaders', `health` the last answers by path."""
    match event:
        case Changed(feed=Feed.SYSTEM_LEASES, item=Lease() as lease, at=at):
            track = leases.tracks.get(lease.metadata.name)
            if track is None or track.gone_at is not None or track.holder != lease.spec.holderIdentity:
                return False
            return at - track.changed_at < _IN_TIME
        case Changed(feed=feed) | Gone(feed=feed):
            return feed in _OF_NODES
        case Health():
            seen = health.get(event.path)
            passed = seen is not None and seen.failing_since is None and seen.checks == event.checks
            return passed and event.fault is None and event.status == 200
        case Tidied():
            return True
    return False
