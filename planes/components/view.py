"""From the cache in memory to what rules look at."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from planes.cache.cluster import ClusterCache
from planes.cache.leases import LeaseTrack
from planes.cache.system import PodTrack
from planes.cache.workloads import EndpointStore
from planes.components.distribution import Distribution, Marks, detect
from planes.components.verdict_builder import unreachable
from planes.structs import objects, versions
from planes.structs.events import FaultKind, Mono
from planes.structs.feeds import Feed
from planes.structs.observations import (
    AddonObservation,
    ApiServerObservation,
    DisruptionSeen,
    EtcdObservation,
    FeedSeen,
    HealthSeen,
    IdentitySeen,
    LeaderObservation,
    LeaseSeen,
    NodeObservation,
    NodeScene,
    PodSeen,
    ProxyScene,
    RatesSeen,
    ReachSeen,
    ServerSeen,
)
from planes.structs.thresholds import Thresholds

IDENTITY_LABEL = "apiserver.kubernetes.io/identity"
_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Known:
    """What this cluster was seen to have before, as rules ask for it."""

    leases: frozenset[str] = frozenset()
    pods: frozenset[str] = frozenset()
    node_leases: bool = False
    kube_proxy: bool = False
    etcd_check: bool = False


class Observer:
    """Makes observations of one cache. Holds what is the same for all components at a moment; call `look` first."""

    def __init__(self, cache: ClusterCache, thresholds: Thresholds) -> None:
        self.cache = cache
        self.thresholds = thresholds
        self.silence = DisruptionSeen()
        self.distribution = Distribution("Kubernetes")
        self.known = Known()
        self.nobody_watches = ""  # why Kubernetes itself would not notice that a node died; told by who judges
        self.now: Mono = 0.0
        self._offset = 0.0
        self.clock_offset: float | None = None  # what to add to our monotonic clock for the cluster's, where known
        self.reach = ReachSeen()
        self.server = ServerSeen()
        self.rates = RatesSeen()
        self._hosts: dict[str, str] = {}
        self._hosts_of = -1
        self._leases_readable = True
        self._peak = 0
        self._peak_at: Mono = 0.0

    def look(self, now: Mono, wall_offset: float, known: Known, silence: DisruptionSeen) -> None:
        """Take in the moment."""
        cache = self.cache
        self.now, self._offset, self.known, self.silence = now, wall_offset, known, silence
        self.clock_offset = cache.clock_offset(wall_offset)
        self.reach = cache.reach.reach(now)
        server = cache.reach.server
        ends = server.certificate_not_after
        left = ends - (server.at + wall_offset) if ends is not None and server.at is not None else None
        self.server = replace(server, certificate_left=left)
        self.rates = cache.rates.seen()
        self._leases_readable = _steady(self.feed(Feed.NODE_LEASES), now, self.thresholds).fault is None
        self.distribution = self._distribution()

    def feed(self, feed: Feed) -> FeedSeen:
        """One feed's standing."""
        return self.cache.reach.feeds[feed].seen()

    # --- nodes ----------------------------------------------------------------------------------------------------------------

    def scene(self) -> NodeScene:
        """What all nodes have in common. Kept free of what changes with every event, so that two scenes compare equal while the
        nodes need not be judged anew."""
        away = unreachable(self.reach, self.now, self.thresholds)
        silence = self.silence
        return NodeScene(
            nodes=_steady(self.feed(Feed.NODES), self.now, self.thresholds),
            leases=_steady(self.feed(Feed.NODE_LEASES), self.now, self.thresholds),
            pods=_steady(self.feed(Feed.SYSTEM_PODS), self.now, self.thresholds),
            unreachable=away[0] if away is not None else "",
            unreachable_since=away[1] if away is not None else None,
            silence=silence.suspicion,
            silence_since=silence.since,
            server_version=_minor(self.server.version),
            proxy=self._proxies(),
            leases_seen_before=self.known.node_leases or bool(self.cache.node_leases.tracks),
            waiting=away is not None and away[2],
            nobody_watches=self.silence.blocked or self.nobody_watches,
        )

    def _proxies(self) -> ProxyScene:
        cache = self.cache
        daemon_set = cache.daemon_sets.find("kube-proxy")
        wanted = daemon_set.desired if daemon_set is not None else None
        return ProxyScene(
            wanted=wanted,
            everywhere=wanted is not None and wanted >= len(cache.nodes) > 0,
            replaced_by=cache.system_pods.replacement(),
            seen_before=self.known.kube_proxy,
            pods_seen=bool(cache.system_pods.by_component.get("kube-proxy")),
            hidden=self.distribution.proxy,
        )

    def node(self, name: str) -> NodeObservation:
        """One node."""
        cache = self.cache
        track = cache.nodes[name]
        node = track.node
        info = node.status.nodeInfo
        lease = cache.node_leases.tracks.get(name)
        on_node = cache.system_pods.on_node.get(name)
        proxies: tuple[PodSeen, ...] = ()
        replacement: PodSeen | None = None
        if on_node:
            proxies = tuple(one.seen(False) for one in on_node.values() if one.component == "kube-proxy")
            if not proxies:
                replacement = next((one.seen(False) for one in on_node.values()), None)
        return NodeObservation(
            name=name,
            seen_at=track.seen_at,
            added_at=track.added_at,
            conditions=track.conditions,
            ready_flips=track.flips,
            kubelet_version=info.kubeletVersion,
            runtime_version=info.containerRuntimeVersion,
            lease=lease.seen(name, self.clock_offset, self.thresholds.kubelet_slow) if lease is not None else None,
            proxies=proxies,
            proxy_missing_since=cache.system_pods.missing_since.get(name),
            proxy_short=not proxies and self._short(),
            replacement=replacement,
        )

    def _short(self) -> bool:
        daemon_set = self.cache.daemon_sets.find("kube-proxy")
        present = len(self.cache.system_pods.by_component.get("kube-proxy", ()))
        return daemon_set is None or daemon_set.desired > present

    def _is_silent(self, name: str) -> bool:
        track = self.cache.nodes.get(name)
        ready = track.conditions.get("Ready") if track is not None else None
        if ready is not None and ready.status == "Unknown":
            return True
        lease = self.cache.node_leases.tracks.get(name)
        if lease is None or not self._leases_readable:
            return False
        if lease.gone_at is not None:
            return True
        return lease.in_grace or self.now - lease.stale_since > lease.duration * self.thresholds.kubelet_slow

    # --- the control plane ----------------------------------------------------------------------------------------------------

    def pods(self, component: str) -> tuple[PodSeen, ...]:
        """A component's pods, those of silent kubelets marked."""
        return tuple(self._instance(track) for track in self.cache.system_pods.of(component))

    def _instance(self, track: PodTrack) -> PodSeen:
        """While a node is away the node lifecycle controller marks its pods as not ready. When it is back that stands until its
        kubelet has reported each of them anew: so long they are as last known."""
        node = self.cache.nodes.get(track.pod.spec.nodeName)
        ready = node.conditions.get("Ready") if node is not None else None
        back = ready is not None and ready.status == "True" and self.now - ready.since <= self.thresholds.pods_counted
        returning = back and not track.ready and track.containers_ready
        return track.seen(returning or self._is_silent(track.pod.spec.nodeName), returning)

    def _pod(self, track: PodTrack) -> PodSeen:
        return track.seen(self._is_silent(track.pod.spec.nodeName))

    def health(self, path: str) -> HealthSeen | None:
        """The last answer to /livez or /readyz."""
        return self.cache.reach.health.get(path)

    def apiserver(self) -> ApiServerObservation:
        """The API servers."""
        cache = self.cache
        tracks = {name: one for name, one in cache.system_leases.tracks.items() if _is_identity(one)}
        live = _living(tracks.values(), self.now, self.thresholds)
        if live >= self._peak or self.now - self._peak_at > _HOUR:
            self._peak, self._peak_at = live, self.now
        identities = tuple(self._identity(name, one) for name, one in tracks.items() if one.gone_at is None)
        system, webhook = self.feed(Feed.SYSTEM_ENDPOINTS), self.feed(Feed.WEBHOOK_ENDPOINTS)
        books: list[tuple[EndpointStore, str | None]] = []
        if webhook.listed_at is not None and webhook.fault is None:
            books.append((cache.webhook_endpoints, None))
        if system.listed_at is not None and system.fault is None:
            books.append((cache.system_endpoints, "kube-system"))
        validating, mutating = self.feed(Feed.VALIDATING_WEBHOOKS), self.feed(Feed.MUTATING_WEBHOOKS)
        return ApiServerObservation(
            reach=self.reach,
            livez=self.health("/livez"),
            readyz=self.health("/readyz"),
            server=self.server,
            leases=self.feed(Feed.SYSTEM_LEASES),
            endpoints_feed=self.feed(Feed.APISERVER_ENDPOINTS),
            pods_feed=self.feed(Feed.SYSTEM_PODS),
            api_services_feed=self.feed(Feed.API_SERVICES),
            webhooks_feed=validating if validating.fault is not None or validating.listed_at is None else mutating,
            identities=identities,
            endpoints=cache.apiserver_endpoints.find("default/kubernetes"),
            pods=self.pods("kube-apiserver"),
            expected=self._peak,
            rates=self.rates,
            api_services=tuple(cache.api_services.seen.values()),
            webhooks=tuple(cache.validating.seen(books) + cache.mutating.seen(books)),
            hosts=self._host_names(),
            writes_blocked=self.silence.blocked,
        )

    def _identity(self, name: str, track: LeaseTrack) -> IdentitySeen:
        meta = track.lease.metadata
        labels, annotations = (meta.labels, meta.annotations) if isinstance(meta, objects.LabelledMeta) else ({}, {})
        address = annotations.get("kubernetes.io/peer-advertise-address", "")
        # The identity's own duration is an hour; fresh at first sight is what is within the bound for being frozen.
        seen = track.seen(name, self.clock_offset, self.thresholds.identity_frozen / track.duration)
        return IdentitySeen(
            lease=seen, host=labels.get("kubernetes.io/hostname", ""), address=address.rpartition(":")[0].strip("[]")
        )

    def _host_names(self) -> dict[str, str]:
        if self._hosts_of != self.cache.nodes_version:
            self._hosts_of = self.cache.nodes_version
            self._hosts = {}
            for name, track in self.cache.nodes.items():
                if is_control_plane(track.node):
                    self._hosts[track.node.metadata.labels.get("kubernetes.io/hostname", name)] = name
                    for address in track.node.status.addresses:
                        self._hosts[address.address] = name
        return self._hosts

    def etcd(self) -> EtcdObservation:
        """The state store."""
        livez, readyz = self.health("/livez"), self.health("/readyz")
        feed = self.feed(Feed.SYSTEM_PODS)
        return EtcdObservation(
            reach=self.reach,
            livez=livez,
            readyz=readyz,
            pods_feed=feed,
            pods=self.pods("etcd"),
            rates=self.rates,
            check_seen_before=self.known.etcd_check,
        )

    def leader(self, kind: str) -> LeaderObservation:
        """One of the elected."""
        cache = self.cache
        works = kind == "kube-controller-manager"
        return LeaderObservation(
            kind=kind,
            reach=self.reach,
            leases=self.feed(Feed.SYSTEM_LEASES),
            pods_feed=self.feed(Feed.SYSTEM_PODS),
            lease=self._leader_lease(kind),
            pods=self.pods(kind),
            server=self.server,
            writes_blocked=self.silence.blocked,
            lease_seen_before=kind in self.known.leases,
            elsewhere=self.distribution.elsewhere,
            undecided=cache.pods.undecided_seen(),
            pods_all=self.feed(Feed.PODS) if kind == "kube-scheduler" else None,
            lagging=cache.daemon_sets.lagging() + cache.deployments.lagging() if works else (),
            workloads=self._workloads() if works else None,
            more=self.distribution.more,
            place=self._leader_place(kind),
        )

    def _workloads(self) -> FeedSeen:
        """The feed of workloads that can be read, if one can."""
        both = (self.feed(Feed.DAEMON_SETS), self.feed(Feed.DEPLOYMENTS))
        return next((one for one in both if one.fault is None and one.listed_at is not None), both[0])

    def _leader_lease(self, kind: str) -> LeaseSeen | None:
        for book in (self.cache.system_leases, self.cache.extra_leases):
            track = book.tracks.get(kind)
            if track is not None:
                return track.seen(kind, self.clock_offset, self.thresholds.leader_degraded)
        return None

    def _leader_place(self, kind: str) -> str:
        track = self.cache.extra_leases.tracks.get(kind)
        if track is None or kind in self.cache.system_leases.tracks:
            return "kube-system"
        return track.lease.metadata.namespace

    # --- add-ons --------------------------------------------------------------------------------------------------------------

    def addons(self) -> list[AddonObservation]:
        """DNS and metrics-server, where they were seen."""
        cache = self.cache
        made: list[AddonObservation] = []
        for kind, names, service in (
            ("dns", ("kube-dns", "coredns"), "kube-system/kube-dns"),
            ("metrics-server", ("metrics-server",), "kube-system/metrics-server"),
        ):
            workload, endpoints, pods = cache.deployments.find(*names), cache.system_endpoints.find(service), self.pods(kind)
            if workload is None and endpoints is None and not pods:
                continue
            api_service = cache.api_services.seen.get("v1beta1.metrics.k8s.io") if kind == "metrics-server" else None
            deployments, system = self.feed(Feed.DEPLOYMENTS), self.feed(Feed.SYSTEM_ENDPOINTS)
            feed = self.feed(Feed.SYSTEM_PODS)
            made.append(
                AddonObservation(
                    kind=kind,
                    reach=self.reach,
                    workloads=deployments,
                    endpoints_feed=system,
                    pods_feed=feed,
                    workload=workload,
                    endpoints=endpoints,
                    pods=pods,
                    api_service=api_service,
                )
            )
        return made

    def _distribution(self) -> Distribution:
        cache = self.cache
        track = next(iter(cache.nodes.values()), None)
        system = cache.system_pods
        return detect(
            Marks(
                version=self.server.version,
                labels=track.node.metadata.labels if track is not None else None,
                os_image=track.node.status.nodeInfo.osImage if track is not None else "",
                kubelet_version=track.node.status.nodeInfo.kubeletVersion if track is not None else "",
                namespaces={one.pod.metadata.namespace for one in system.of("kube-apiserver")},
                mirrored=[
                    kind
                    for kind in ("kube-apiserver", "etcd", "kube-scheduler", "kube-controller-manager")
                    if system.by_component.get(kind)
                ],
                leases=tuple(cache.system_leases.tracks),
            )
        )


def _minor(version: str) -> str:
    """ "v1.36" of "v1.36.2": while API servers are upgraded one by one, each answer may come from another patch version."""
    found = versions.minor(version)
    return f"v{found[0]}.{found[1]}" if found is not None else version


def is_control_plane(node: objects.Node) -> bool:
    """By its role label, the new one or the old."""
    labels = node.metadata.labels
    return "node-role.kubernetes.io/control-plane" in labels or "node-role.kubernetes.io/master" in labels


def _is_identity(track: LeaseTrack) -> bool:
    meta = track.lease.metadata
    return isinstance(meta, objects.LabelledMeta) and meta.labels.get(IDENTITY_LABEL) == "kube-apiserver"


def _living(identities: Iterable[LeaseTrack], now: Mono, thresholds: Thresholds) -> int:
    """How many API servers renew their identity."""
    return sum(
        track.confirmed and track.gone_at is None and now - track.stale_since <= thresholds.identity_frozen for track in identities
    )


def _steady(feed: FeedSeen, now: Mono, thresholds: Thresholds) -> FeedSeen:
    """Without the moments that move with every event, and without a failure that is too young to count."""
    fault, listed = feed.fault, None if feed.listed_at is None else 0.0
    hidden = fault is not None and fault.kind in (FaultKind.FORBIDDEN, FaultKind.NOT_SERVED)
    young = feed.failing_since is not None and now - feed.failing_since <= thresholds.feed_stale
    if fault is None or (listed is not None and young and not hidden):
        return FeedSeen(name=feed.name, listed_at=listed)
    return replace(feed, retry_at=None, heard_at=None, listed_at=listed)
