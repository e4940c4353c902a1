"""When all leases fall silent together: then it is what they have in common, and no single node or leader is to blame.

Each kubelet renews about every 10 s, so that with three nodes or more a cluster never goes 14 s without any renewal while the way
from the nodes through the API server and the state store to us is whole.
"""

from planes.cache.cluster import ClusterCache
from planes.cache.leases import LeaseStore, LeaseTrack
from planes.components import etcd
from planes.components.divided import divided, others
from planes.structs.feeds import Feed
from planes.structs.moments import Mono
from planes.structs.observations import DisruptionSeen
from planes.structs.thresholds import Thresholds

#: Nodes that fell silent longer before the last one than this were silent for reasons of their own.
_TOGETHER = 40.0
#: Leaders renew every 2 s; identities of API servers, which last an hour, are renewed every 10 s and tell less.
_JUST_NOW, _IDENTITY = 6.0, 600.0
_LEADERS = (Feed.SYSTEM_LEASES, Feed.EXTRA_LEASES)


class FullDisruption:
    """Looked at before every judging. It only looks: that grace is due stands in what it returns."""

    __slots__ = ("_seen",)

    def __init__(self) -> None:
        self._seen = DisruptionSeen()

    def look(self, cache: ClusterCache, now: Mono, thresholds: Thresholds) -> DisruptionSeen:
        """Whether all are silent, and whose silence is over since the look before."""
        reach, before = cache.reach, self._seen
        failing = _failing_everywhere(cache, now, thresholds)
        leaders_silent = _all_frozen(cache.system_leases, now, thresholds)
        suspicion = ""
        newest = cache.node_leases.newest_change
        feed = reach.feeds[Feed.NODE_LEASES]
        # Where the state store is known to fail, nothing more need be heard of leases to know why none arrives.
        until = now if failing else cache.node_leases.observed(now)
        if newest is not None and until - newest > thresholds.all_silent and (feed.fault is None or before.suspicion):
            together = sum(track.changed_at >= newest - _TOGETHER for _, track in cache.node_leases.living())
            proven = etcd.passing(reach.health.get("/livez"), now, thresholds)
            alone = together < thresholds.all_silent_least
            if together and (failing or leaders_silent or not alone):
                suspicion = _suspicion(failing, proven, leaders_silent, _some_alive(cache.system_leases, now))
        blocked = ""
        if failing:
            blocked = "etcd is down"
        elif suspicion and leaders_silent:
            blocked = "no lease in this cluster is being renewed"
        over: tuple[Feed, ...] = (Feed.NODE_LEASES,) if before.suspicion and not suspicion else ()
        if before.blocked and not blocked:
            over += _LEADERS
        self._seen = DisruptionSeen(suspicion=suspicion, blocked=blocked, since=newest if suspicion else None, grace=over)
        return self._seen


def _failing_everywhere(cache: ClusterCache, now: Mono, thresholds: Thresholds) -> bool:
    """Whether no API server reaches the state store, as far as can be told: its check fails, and nothing shows that others do."""
    both = [cache.reach.health.get(path) for path in ("/livez", "/readyz")]
    fails = any(etcd.failing(one, now, thresholds) is not None for one in both)
    return fails and divided(both, others(cache), now, etcd.is_check) is None


def _suspicion(failing: bool, proven: bool, leaders_silent: bool, leaders_alive: bool) -> str:
    if failing:
        return "The cause is etcd: the API server's check of it fails, so no heartbeat can be written."
    if leaders_silent and proven:
        return "The leaders' leases are silent too, though the etcd check passes: suspect the API server or Planewatch's own watch."
    if leaders_alive:
        return (
            "The leaders' leases are still renewed: suspect the path from the nodes to the API server, or Planewatch's own watch."
        )
    return "Suspect what they share: etcd, the API server, the path to it, or Planewatch's own watch."


def _all_frozen(book: LeaseStore, now: Mono, thresholds: Thresholds) -> bool:
    tracks = [track for _, track in book.living() if track.confirmed]
    return bool(tracks) and all(_is_frozen(track, book.observed(now), thresholds) for track in tracks)


def _some_alive(book: LeaseStore, now: Mono) -> bool:
    """Whether a leader was renewed just now."""
    return any(track.confirmed and now - track.changed_at <= _JUST_NOW and track.duration < _IDENTITY for _, track in book.living())


def _is_frozen(track: LeaseTrack, observed: Mono, thresholds: Thresholds) -> bool:
    return observed - track.stale_since > thresholds.all_silent
