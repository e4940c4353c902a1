"""What all components of a cluster have in common at a moment: reach, feeds, pods, versions, distribution."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from itertools import islice

from planes.cache.cluster import ClusterCache
from planes.cache.dating import dated
from planes.cache.recent import Noted
from planes.cache.system import MIRROR, PodTrack
from planes.components.distribution import NODES, Gathered, Marks, detect
from planes.components.distributions import KUBERNETES
from planes.components.node_labels import is_control_plane
from planes.components.verdict_builder import is_unproven
from planes.structs.events import FaultKind
from planes.structs.feeds import Feed
from planes.structs.moments import Epoch, Mono
from planes.structs.observations import (
    DisruptionSeen,
    FeedSeen,
    HealthSeen,
    PodSeen,
    RatesSeen,
    ReachSeen,
    ServerSeen,
)
from planes.structs.thresholds import Thresholds
from planes.structs.versions import order

#: Two certificates of one issuer last as long as each other, but for this many seconds.
_CLOSE = 3600.0
#: The cluster's clock is measured again and again, and differs by a little each time. Dates are moved when it differs by more.
_SET = 2.0
#: After so many answers to /version each API server behind a load balancer is taken to have given one. [rule]
_ANSWERS = 4
#: Where pods of these are seen, nobody else runs the control plane.
CONTROL = ("kube-apiserver", "etcd", "kube-scheduler", "kube-controller-manager")


@dataclass(frozen=True, slots=True)
class Known:
    """What this cluster was seen to have before, as rules ask for it."""

    leases: frozenset[str] = frozenset()
    pods: frozenset[str] = frozenset()
    node_leases: bool = False
    kube_proxy: bool = False
    etcd_check: bool = False
    #: Of the last renewal of the serving certificate: what the new one had left, and what the old one had left, in seconds.
    renewal: tuple[float, float] | None = None


class ClusterView:
    """One cluster at a moment: what is the same for all components. Their modules observe through it; call `look` first."""

    def __init__(self, cache: ClusterCache, thresholds: Thresholds) -> None:
        self.cache = cache
        self.thresholds = thresholds
        self.disruption = DisruptionSeen()
        self.distribution = KUBERNETES
        self.proxy_off = False  # its nodes say that they were started without kube-proxy
        self.known = Known()
        self.nobody_watches = ""  # why Kubernetes itself would not notice that a node died; told by who judges
        self.unheard: Collection[str] = ()  # nodes of whose kubelet nothing is known; told by who judges
        self.now: Mono = Mono(0.0)
        self.clock_offset: float | None = None  # what to add to our monotonic clock for the cluster's, where known
        self.dating: float | None = None  # the same, but it stands still: by this dates of the cluster are moved to our clock
        self.wall_offset = 0.0  # what to add to our monotonic clock for epoch seconds
        self.reach = ReachSeen()
        self.server = ServerSeen()
        self.rates = RatesSeen()
        self._certificate = (0.0, 0.0)  # of the one that is shown: when it ends, and what it had left at first sight
        self._shown_by: tuple[object, ...] = ()
        self._hosts: dict[str, str] = {}
        self._hosts_of = -1
        self._leases_readable = True
        self._leases_until: Mono = Mono(0.0)

    def look(self, now: Mono, wall_offset: float, known: Known, disruption: DisruptionSeen) -> None:
        """Take in the moment. `wall_offset` leads from our monotonic clock to epoch seconds."""
        cache = self.cache
        self.now, self.known, self.disruption = now, known, disruption
        self.wall_offset = wall_offset
        self.clock_offset = offset = cache.clock_offset(wall_offset)
        if offset is not None and (self.dating is None or abs(offset - self.dating) > _SET):
            self.dating = offset
        self.reach = self._reach(now)
        server = cache.reach.server
        ends = server.certificate_not_after
        left = ends - (server.at + wall_offset) if ends is not None and server.at is not None else None
        pods = [one.version for one in cache.system_pods.of("kube-apiserver") if one.version]
        told = tuple(sorted(cache.reach.servers.versions(now) | set(pods), key=lambda one: (order(one), one)))
        unsettled = cache.reach.servers.answers < _ANSWERS and len(pods) < self._listed()
        self.server = replace(server, certificate_left=left, versions=told, unsettled=unsettled)
        self._tell_term(ends, left)
        self.rates = cache.rates.seen()
        leases = steady(self.feed(Feed.NODE_LEASES), now, self.thresholds)
        self._leases_readable = leases.fault is None and leases.proven_at is None
        self._leases_until = cache.node_leases.observed(now)
        self._recognise()

    def _listed(self) -> int:
        """How many API servers there are by their own endpoints; one where those are not seen."""
        seen = self.cache.apiserver_endpoints.find("default/kubernetes", self.dating)
        count = len(seen.endpoints) if seen is not None else 1
        return 0 if count == 1 else count

    def _tell_term(self, ends: float | None, left: float | None) -> None:
        """How long such a certificate lasts: by its own dates, or, as an issuer may date one back to its own beginning, by what a
        new one had left when it was first seen."""
        if ends is None or left is None:
            return
        if self._certificate[0] != ends:
            self._certificate = (ends, left)
        begins, renewal = self.server.certificate_not_before, self.known.renewal
        term = None if begins is None else ends - begins
        if renewal is not None and self._certificate[1] <= renewal[0] + _CLOSE:
            term = renewal[0] if term is None else min(renewal[0], term)
            self.server = replace(self.server, certificate_renewed=renewal[1])
        self.server = replace(self.server, certificate_term=term)

    def _reach(self, now: Mono) -> ReachSeen:
        """An outage that an earlier collector saw begin goes on."""
        seen = self.cache.reach.reach(now)
        if seen.failing_since is None:
            return seen
        return replace(seen, failing_since=self.cache.recent.since(Noted.OUTAGE, "", seen.failing_since, self.wall_offset))

    def before(self, kind: Noted, name: str) -> tuple[Mono, ...]:
        """When this happened before we began to look, as an earlier collector saw it."""
        return self.cache.recent.before(kind, name, self.wall_offset)

    def feed(self, feed: Feed) -> FeedSeen:
        """One feed's standing."""
        return self.cache.feed(feed)

    # --- the control plane ----------------------------------------------------------------------------------------------------

    def pods(self, component: str) -> tuple[PodSeen, ...]:
        """A component's pods, those of silent kubelets marked."""
        return tuple(self._instance(track) for track in self.cache.system_pods.of(component) if _counts(track))

    def _instance(self, track: PodTrack) -> PodSeen:
        """While a node is away the node lifecycle controller marks its pods as not ready. When it is back that stands until its
        kubelet has reported each of them anew: so long they are as last known."""
        node = self.cache.nodes.get(track.pod.spec.nodeName)
        ready = node.conditions.get("Ready") if node is not None else None
        back = node is not None and ready is not None and ready.status == "True"
        if node is not None and ready is not None and back:
            date = ready.recorded if ready.since == node.added_at else None
            since = dated(ready.since, None if date is None else Epoch(date), self.dating)
            back = self.now - since <= self.thresholds.pods_counted
        returning = back and not track.ready and track.containers_ready
        silent = returning or self.is_silent(track.pod.spec.nodeName)
        return track.seen(silent, returning, offset=self.dating, before=self.restarts_before(track))

    def restarts_before(self, track: PodTrack) -> tuple[Mono, ...]:
        """Restarts of a pod that an earlier collector saw."""
        return self.before(Noted.RESTART, track.key) if self.cache.recent.has_before(Noted.RESTART) else ()

    def health(self, path: str) -> HealthSeen | None:
        """The last answer to /livez or /readyz."""
        seen = self.cache.reach.health.get(path)
        if seen is None or seen.failing_since is None:
            return seen
        return replace(seen, failing_since=self.cache.recent.since(Noted.CHECK, path, seen.failing_since, self.wall_offset))

    def host_names(self) -> dict[str, str]:
        """Host names and addresses of control-plane nodes -> node name."""
        if self._hosts_of != self.cache.nodes_version:
            self._hosts_of = self.cache.nodes_version
            self._hosts = {}
            for name, track in self.cache.nodes.items():
                if is_control_plane(track.node):
                    self._hosts[track.node.metadata.labels.get("kubernetes.io/hostname", name)] = name
                    for address in track.node.status.addresses:
                        self._hosts[address.address] = name
        return self._hosts

    @property
    def nobody_heard(self) -> str:
        """Why what any pod of the cluster reports is the last known state; empty while a kubelet is heard."""
        if self.disruption.suspicion:
            return self.disruption.suspicion
        return "No kubelet in this cluster reports." if self.unheard and len(self.unheard) >= len(self.cache.nodes) else ""

    def is_silent(self, name: str) -> bool:
        """Whether a node's kubelet does not report, so that what its pods say is the last known state."""
        if name in self.unheard:
            return True
        track = self.cache.nodes.get(name)
        ready = track.conditions.get("Ready") if track is not None else None
        if ready is not None and ready.status == "Unknown":
            return True
        lease = self.cache.node_leases.tracks.get(name)
        if lease is None or not self._leases_readable:
            return False
        if lease.gone_at is not None:
            return True
        return lease.in_grace or self._leases_until - lease.stale_since > lease.duration * self.thresholds.kubelet_slow

    def _recognise(self) -> None:
        """Which distribution this is. Looked at again only when something changed of what shows it."""
        cache = self.cache
        system = cache.system_pods
        mirrored = tuple(kind for kind in CONTROL if system.by_component.get(kind))
        leases = frozenset(cache.system_leases.tracks)
        workloads = (cache.daemon_sets.version, cache.deployments.version)
        shown_by = (cache.nodes_version, self.server.version, cache.reach.groups, mirrored, leases, workloads)
        if shown_by == self._shown_by:
            return
        self._shown_by = shown_by
        gathered = Gathered()
        for track in islice(cache.nodes.values(), NODES):
            gathered.add(track.node)
        works = [*cache.daemon_sets.seen.values(), *cache.deployments.seen.values()]
        self.proxy_off = gathered.proxy_off
        self.distribution = detect(
            Marks(
                versions={self.server.version} | gathered.versions,
                labels=gathered.labels,
                annotations=gathered.annotations,
                images=gathered.images,
                providers=gathered.providers,
                groups=cache.reach.groups,
                workloads={one.name for one in works if one.namespace == "kube-system"},
                workload_labels={key for one in works if one.namespace == "kube-system" for key in one.labels},
                leases=leases,
                namespaces={one.pod.metadata.namespace for kind in CONTROL for one in system.of(kind)},
                mirrored=mirrored,
                kubeadm=[kind for kind in CONTROL if any(_is_kubeadms(one) for one in system.of(kind))],
                simulated=0 < gathered.nodes == gathered.simulated,
                own_nodes=gathered.own_nodes,
            )
        )


def _is_kubeadms(track: PodTrack) -> bool:
    """A static pod labelled as kubeadm's are (kubernetes.io, "Implementation details"): others use k8s-app."""
    meta = track.pod.metadata
    return MIRROR in meta.annotations and "component" in meta.labels


def _counts(track: PodTrack) -> bool:
    """Whether a pod is an instance still: one of a Deployment or the like that is ending is none to its controller any more, which
    has made another. A static pod has nobody else to take its place."""
    meta = track.pod.metadata
    return not meta.deletionTimestamp or MIRROR in meta.annotations


def steady(feed: FeedSeen, now: Mono, thresholds: Thresholds) -> FeedSeen:
    """Without the moments that move with every event, and without a failure or a silence that is too young to count."""
    fault, listed = feed.fault, None if feed.listed_at is None else Mono(0.0)
    hidden = fault is not None and fault.kind in (FaultKind.FORBIDDEN, FaultKind.NOT_SERVED)
    young = feed.failing_since is not None and now - feed.failing_since <= thresholds.feed_stale
    proven = feed.proven_at if is_unproven(feed, now, thresholds) else None
    if fault is None or (listed is not None and young and not hidden):
        return FeedSeen(name=feed.name, listed_at=listed, proven_at=proven, patience=feed.patience)
    return replace(feed, retry_at=None, heard_at=None, listed_at=listed, proven_at=proven)
