"""What a cluster was ever seen to have, so that a signal that stops is told apart from one that never was.

Stored with the cluster, so that a restarted collector remembers it.
"""

import msgspec

from planes.cache.cluster import ClusterCache
from planes.cache.recent import Handed
from planes.components.etcd import is_check
from planes.components.lease_names import lease_of
from planes.components.registry import CONTROL_PLANE
from planes.components.view import Known
from planes.structs.moments import Mono


class Baseline(msgspec.Struct):
    """Kinds of components by what was seen of them, and what happened lately that a restart must not forget."""

    leases: list[str] = []
    pods: list[str] = []
    node_leases: bool = False
    kube_proxy: bool = False
    etcd_check: bool = False
    renewal: tuple[float, float] | None = None
    recent: Handed = {}  # what happened lately, see planes.cache.recent
    transitions: dict[str, int] = {}  # leaseTransitions by lease
    reasons: dict[str, str] = {}  # for which cause a component is degraded or down, by kind

    def known(self) -> Known:
        """As rules ask for it."""
        return Known(frozenset(self.leases), frozenset(self.pods), self.node_leases, self.kube_proxy, self.etcd_check, self.renewal)

    def learn(self, cache: ClusterCache, offset: float = 0.0) -> bool:
        """Take in what is seen now; True if that was news. `offset` leads from our monotonic clock to epoch seconds."""
        before = self._size()
        for kind in CONTROL_PLANE:
            if kind not in self.leases and lease_of(cache, kind) is not None:
                self.leases.append(kind)
            if kind not in self.pods and cache.system_pods.by_component.get(kind):
                self.pods.append(kind)
        self.node_leases = self.node_leases or bool(cache.node_leases.tracks)
        self.kube_proxy = self.kube_proxy or bool(cache.system_pods.by_component.get("kube-proxy"))
        if not self.etcd_check:
            self.etcd_check = any(is_check(check.name) for one in cache.reach.health.values() for check in one.checks)
        if (renewal := cache.reach.servers.take_renewal()) is not None:
            self.renewal = (renewal.ends - (renewal.at + offset), renewal.ended - (renewal.at + offset))
        return before != self._size()

    def _size(self) -> tuple[object, ...]:
        return len(self.leases), len(self.pods), self.node_leases, self.kube_proxy, self.etcd_check, self.renewal

    def hand_on(self, cache: ClusterCache, wall_offset: float, now: Mono) -> None:
        """Take in what happened lately."""
        self.recent, self.transitions = cache.recent.hand_on(wall_offset, now), dict(cache.recent.counts)


def decode(data: bytes) -> Baseline:
    """A stored baseline; an empty one if it is malformed."""
    try:
        return msgspec.json.decode(data or b"{}", type=Baseline)
    except msgspec.DecodeError:
        return Baseline()


def encode(baseline: Baseline) -> bytes:
    """A baseline as it is stored."""
    return msgspec.json.encode(baseline)
