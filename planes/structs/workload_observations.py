"""What rules look at of workloads, Services and webhooks, beside planes.structs.observations: frozen facts, every moment on our own
monotonic clock.
"""

from dataclasses import dataclass, field

from planes.structs.moments import Mono


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiServiceSeen:
    name: str
    available: bool
    reason: str
    since: Mono  # when `available` took its value: when we saw it, or as the cluster dates it


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSeen:
    """One webhook whose service we can look up. `ready` None: its endpoints cannot be seen."""

    name: str
    fails_closed: bool  # failurePolicy Fail
    service: str  # "namespace/name", or the URL's host; empty if neither
    ready: int | None
    since: Mono  # when `ready` last turned from or to zero
    configuration: str = ""  # in which it stands


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointSeen:
    address: str
    ready: bool
    node: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointsSeen:
    """The endpoints of one service. `since`: when the number of ready ones last turned from or to zero."""

    endpoints: tuple[EndpointSeen, ...]
    since: Mono
    seen_at: Mono


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadSeen:
    """A DaemonSet or Deployment. `lagging_since`: since when observedGeneration is behind generation. `settings`: those arguments
    and variables of its containers by which a dataplane tells that it takes kube-proxy's place, "FELIX_BPFENABLED=true"."""

    kind: str
    namespace: str
    name: str
    app: str  # the k8s-app label or the like, else the name
    desired: int
    ready: int
    seen_at: Mono
    lagging_since: Mono | None = None
    labels: dict[str, str] = field(default_factory=dict)
    settings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UndecidedSeen:
    """Pods that no scheduler has decided about: no node, and no PodScheduled condition of any value."""

    count: int = 0
    oldest: Mono | None = None  # since when the oldest waits, by its creation
    names: tuple[str, ...] = ()
    sighted: Mono | None = None  # when we first saw the oldest; None: `oldest`
