"""What rules look at: frozen facts, with every moment on our own monotonic clock (`Mono`).

planes.components makes these from what is in memory, and judges them. A fact that was never seen is None or empty, and the
`FeedSeen` beside it tells why: not listed yet, not permitted, not served, failing.
"""

from dataclasses import dataclass, field

from planes.structs.events import Check, Fault
from planes.structs.feeds import Feed
from planes.structs.lease_seen import LeaseSeen
from planes.structs.moments import Mono
from planes.structs.workload_observations import ApiServiceSeen, EndpointsSeen, UndecidedSeen, WebhookSeen, WorkloadSeen


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSeen:
    """One feed: whether its word can be taken. `failing_since` is the first failure since it last worked. `proven_at`: of leases,
    when anything of it last arrived; without that for `patience` seconds, and for the bound of all feeds, it says nothing."""

    name: str
    listed_at: Mono | None = None
    heard_at: Mono | None = None
    fault: Fault | None = None
    failing_since: Mono | None = None
    retry_at: Mono | None = None
    proven_at: Mono | None = None
    patience: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DisruptionSeen:
    """All leases silent together. `suspicion` is said of the nodes, `blocked` of the leaders; ordinarily both are empty. `grace`:
    feeds of leases for which that is over since the look before, so that those still silent are to be counted anew (Graced)."""

    suspicion: str = ""
    blocked: str = ""
    since: Mono | None = None
    grace: tuple[Feed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PodSeen:
    """A pod of a component. `silent`: its node's kubelet does not report, so this is the last known state; `returning`: it reports
    again, but has not said anew how the pod is, which Kubernetes counted as not ready meanwhile. `homeless_since`: a scheduler has
    found no node for it, since that moment of the cluster's own clock (epoch seconds; None: it fits, or nobody has looked)."""

    namespace: str
    name: str
    node: str
    phase: str
    ready: bool
    reason: str  # a waiting reason such as CrashLoopBackOff, or the pod's own
    restarts: int
    restarted_at: tuple[Mono, ...]  # restarts that we saw, a moment each
    version: str  # from the image's tag
    terminating: bool
    changed_at: Mono  # when ready or reason last changed, or the first sight
    seen_at: Mono
    silent: bool = False
    containers_ready: bool = False  # every container is, whatever Kubernetes says of the pod because of its node
    returning: bool = False
    homeless_since: float | None = None
    own_version: bool = False  # `version` is its provider's, and no version of Kubernetes
    quota: float | None = None  # of a member of the state store: how many bytes it may keep, where that is seen
    started: float | None = None  # its component's container, in whole epoch seconds of its node's clock; None: it does not run


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One answer to /livez or /readyz, with the checks that it lists. `unanswered`: connections that had been waited for in vain
    when it came by another."""

    at: Mono
    checks: tuple[Check, ...]
    unanswered: int = 0

    @property
    def failed(self) -> tuple[str, ...]:
        """The names of those that failed."""
        return tuple(check.name for check in self.checks if not check.ok)


@dataclass(frozen=True, slots=True, kw_only=True)
class OthersSeen:
    """What tells of other API servers than the one that answered. `several`: there is more than one behind the address;
    `renewed_at`: when a lease was last renewed, through any of them."""

    several: bool = False
    renewed_at: Mono | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthSeen:
    """The last answer to /livez or /readyz. `failing_since`: since when it has not been a plain 200. `lately`: the answers of the
    last seconds, this one too, oldest first."""

    path: str
    at: Mono
    took: float
    status: int | None
    checks: tuple[Check, ...]
    fault: Fault | None
    failing_since: Mono | None = None
    lately: tuple[Answered, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachSeen:
    """Whether the cluster could be asked at all. `heard_at` is when it was last heard (structs/answers.py); `fault` is why the last
    try failed, and is None while tries succeed. `flowing`: answers still arrive on open watches although new requests fail."""

    heard_at: Mono | None = None
    fault: Fault | None = None
    failing_since: Mono | None = None
    tried_at: Mono | None = None
    retry_at: Mono | None = None
    flowing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSeen:
    """What /version and its connection tell. `version` is whichever API server answered last; `versions` are those of all API
    servers seen lately, by their pods and by their answers, oldest version first: during an upgrade there is more than one.
    `unsettled`: another is to be expected, for the version of some is not known and they have not had their chance to answer."""

    at: Mono | None = None
    version: str = ""
    versions: tuple[str, ...] = ()
    unsettled: bool = False
    certificate_not_after: float | None = None  # epoch seconds
    certificate_not_before: float | None = None
    certificate_left: float | None = None  # seconds left at `at`
    certificate_term: float | None = None  # how long such a certificate lasts, in seconds
    certificate_renewed: float | None = None  # seconds that the one before it had left when it was renewed; None: not seen yet
    clock_skew: float | None = None

    @property
    def newest(self) -> str:
        """The newest version of an API server: what others may be behind, and must not be ahead of."""
        return self.versions[-1] if self.versions else self.version


@dataclass(frozen=True, slots=True, kw_only=True)
class RatesSeen:
    """What /metrics says, over the window. `span` is how much of the window the samples cover; figures need two scrapes."""

    at: Mono | None = None
    fault: Fault | None = None
    span: float = 0.0
    requests: float | None = None  # per second
    error_ratio: float | None = None
    recent_error_ratio: float | None = None  # between the last two scrapes
    p99: float | None = None  # seconds
    recent_p99: float | None = None
    inflight_reading: float | None = None
    inflight_mutating: float | None = None
    inflight_of: int = 0  # API servers whose requests in flight are added up
    terminations: float | None = None  # per second
    rejected: float | None = None  # by priority and fairness, per second
    webhook_fail_open: float | None = None  # per second
    etcd_p99: float | None = None
    recent_etcd_p99: float | None = None
    etcd_error_ratio: float | None = None
    storage_bytes: float | None = None
    last_requests: float | None = None  # per second, between each instance's last two scrapes
    last_rejected: float | None = None  # per second, as last_requests
    last_etcd_requests: float | None = None  # the same of requests to the state store
    recent_etcd_error_ratio: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessSeen:
    """One API server's process, as scrapes tell it apart. `rates` are its own, as its last scrape told them. `samples` are the same
    as each of its last scrapes told them, oldest first. `address` is where it was dialled, empty if it was not."""

    started: float  # process_start_time_seconds: epoch seconds of its host's clock
    address: str
    rates: RatesSeen
    samples: tuple[RatesSeen, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentitySeen:
    """An API server's identity lease, with where it says that it listens."""

    lease: LeaseSeen
    host: str
    address: str  # without the port; empty if not told
    node: str = ""  # the Node of that host, while there is one
    leaving: bool = False  # that Node is cordoned or being deleted


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionSeen:
    """A node's condition. `since` is when we saw status, reason or message take this value; `recorded` when status did by the
    cluster's own record (epoch seconds of its clock)."""

    status: str
    reason: str
    message: str
    since: Mono
    recorded: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CSIDriverSeen:
    """A storage driver that a kubelet has registered. `volumes`: as many may be attached at once; None: no limit is told."""

    name: str
    volumes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyScene:
    """What the whole cluster tells about kube-proxy: the same for all nodes."""

    wanted: int | None = None  # desired by the DaemonSet; None: there is none that we see
    everywhere: bool = False  # the DaemonSet wants one on every node
    replaced_by: str = ""  # what is proven to take its place
    beside: str = ""  # what runs here and may take its place, without proof
    told: str = ""  # what the setting of that says otherwise, or what would show it; to go on in the sentence
    seen_before: bool = False
    pods_seen: bool = False
    unlisted: bool = False  # what DaemonSets there are was not told yet
    hidden: str = ""  # why none is seen in this distribution, and what would show more


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeScene:
    """What all nodes have in common at a moment; when it changes, all of them are judged anew."""

    nodes: FeedSeen
    leases: FeedSeen
    pods: FeedSeen  # where kube-proxy's pods come from
    unreachable: str = ""  # why the cluster cannot be asked; empty while it can
    unreachable_since: Mono | None = None
    silence: str = ""  # what is suspected while all node leases are silent together; empty otherwise
    silence_since: Mono | None = None
    server_version: str = ""  # of the newest API server, by its minor: "v1.36"
    unsettled: bool = False  # see ServerSeen
    servers: dict[str, str] = field(default_factory=dict)  # node -> that of the API server which runs on it
    proxy: ProxyScene = field(default_factory=ProxyScene)
    csi: FeedSeen | None = None  # where storage drivers come from
    leases_seen_before: bool = False
    waiting: bool = False  # `unreachable` only because the first answer has not come yet
    nobody_watches: str = ""  # why Kubernetes would not take Ready=True back from a node that died; empty while it would


@dataclass(frozen=True, slots=True)
class NodeMark:
    """Something on a node that says that it leaves."""

    name: str  # where it stands
    says: str
    at: float | None = None  # since when, by the cluster's own record: epoch seconds of its clock
    of_kubelet: bool = False  # its kubelet itself says so


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeObservation:
    """One node as its three agents are judged by."""

    name: str
    seen_at: Mono
    added_at: Mono
    conditions: dict[str, ConditionSeen]
    ready_flips: tuple[Mono, ...]
    kubelet_version: str
    runtime_version: str
    lease: LeaseSeen | None
    proxies: tuple[PodSeen, ...]
    proxy_missing_since: Mono | None  # since when no kube-proxy pod is on this node
    proxy_short: bool = False  # the DaemonSet wants more pods than there are, or is not visible
    replacement: PodSeen | None = None
    csi_drivers: tuple[CSIDriverSeen, ...] | None = None  # None: there is no CSINode of it
    own_version: bool = False  # what it reports is no kubelet's version
    placeholder: bool = False  # nothing that it reports is its own: it stands for a node of another cluster
    status_beat: Mono | None = None  # when it last wrote its status, as far as that is known
    marks: tuple[NodeMark, ...] = ()  # what says that it leaves, the most certain first
    taints: tuple[str, ...] = ()  # keys
    drained: bool = False  # cordoned, and no pods are left but those of DaemonSets and static ones
    created_at: Mono | None = None  # by the cluster's own record, where its clock is known
    silent_from: float | None = None  # its last heartbeat by the cluster's own clock, where we never saw one ourselves
    clock_offset: float | None = None  # what to add to our monotonic clock for the cluster's


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaderObservation:
    """One of the elected: controller manager, scheduler, cloud controller manager."""

    kind: str
    reach: ReachSeen
    leases: FeedSeen
    pods_feed: FeedSeen
    lease: LeaseSeen | None
    pods: tuple[PodSeen, ...]
    server: ServerSeen
    writes_blocked: str = ""  # why leases cannot be written or seen now (the state store is down, …); empty otherwise
    lease_seen_before: bool = False
    elsewhere: str = ""  # how this distribution runs it, where that hides it: "inside the k3s process"
    undecided: UndecidedSeen = field(default_factory=UndecidedSeen)
    unbound: int = 0  # pods without a node, decided about or not
    pods_all: FeedSeen | None = None  # the feed that `undecided` rests on
    lagging: tuple[WorkloadSeen, ...] = ()
    workloads: FeedSeen | None = None  # the feed that `lagging` rests on
    more: str = ""  # what would show it in this distribution where no lease of it is seen
    place: str = "kube-system"  # the namespace of its lease
    called: str = ""  # the lease's own name, where that is not the kind's
    holder_on: str = ""  # where its lease is held, as far as that can be told: "node-a, a node of this cluster"
    nodes: int | None = None  # how many there are; None: not known
    templates: bool = False  # no node, no pod, and no controller seen to take notice: workloads may be kept for another cluster


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiServerObservation:
    reach: ReachSeen
    livez: HealthSeen | None
    readyz: HealthSeen | None
    server: ServerSeen
    leases: FeedSeen
    endpoints_feed: FeedSeen
    pods_feed: FeedSeen
    api_services_feed: FeedSeen
    webhooks_feed: FeedSeen
    identities: tuple[IdentitySeen, ...]
    endpoints: EndpointsSeen | None
    pods: tuple[PodSeen, ...]
    rates: RatesSeen
    api_services: tuple[ApiServiceSeen, ...]
    webhooks: tuple[WebhookSeen, ...]
    hosts: dict[str, str] = field(default_factory=dict)  # host name or address -> node name
    writes_blocked: str = ""  # why no lease can be renewed now; empty otherwise
    others: OthersSeen = OthersSeen()
    processes: tuple[ProcessSeen, ...] = ()  # in the order in which they started


@dataclass(frozen=True, slots=True, kw_only=True)
class EtcdObservation:
    reach: ReachSeen
    livez: HealthSeen | None
    readyz: HealthSeen | None
    pods_feed: FeedSeen
    pods: tuple[PodSeen, ...]
    rates: RatesSeen
    check_seen_before: bool = False
    store: str = ""  # where this distribution keeps its state store, where no pod of it is seen
    others: OthersSeen = OthersSeen()


@dataclass(frozen=True, slots=True, kw_only=True)
class AddonObservation:
    """An add-on: judged by its own readiness."""

    kind: str
    reach: ReachSeen
    workloads: FeedSeen
    endpoints_feed: FeedSeen
    pods_feed: FeedSeen
    workload: WorkloadSeen | None
    endpoints: EndpointsSeen | None
    pods: tuple[PodSeen, ...]
    api_service: ApiServiceSeen | None = None
    unheard: str = ""  # why what is said of its pods is the last known state: no node is heard
