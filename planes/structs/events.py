"""What planes/kube tells planes/cache: typed events, each stamped with the collector's monotonic clock.

A *feed* is one kind of object in one place (planes/structs/feeds.py). Events of one feed arrive in order; between feeds there is no
order. `ClusterCache.apply` takes any of these.

Seconds on our own monotonic clock are called `Mono` everywhere; a cluster's timestamps are never compared with our wall clock
(signals.md, "What changes the design", 1).
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Generic, TypeVar

import msgspec

from planes.structs.certificates import Certificate, Credentials
from planes.structs.feeds import Feed
from planes.structs.moments import Mono
from planes.structs.objects import Item

T_co = TypeVar("T_co", bound=Item, covariant=True)


class FaultKind(StrEnum):
    """Why a question to a cluster got no good answer. Which side is at fault follows from it: see `is_ours`."""

    FORBIDDEN = "forbidden"  # 403: not permitted; never unhealthy
    NOT_SERVED = "not served"  # 404: not served; never unhealthy
    UNAUTHENTICATED = "unauthenticated"  # 401, also after signing in once more
    CREDENTIALS = "credentials"  # kubeconfig, exec plugin, token file: nothing was sent
    CONFIGURATION = "configuration"  # kubeconfig missing or malformed, unknown context
    NAME = "name resolution"
    REFUSED = "refused"  # the host answers, nothing listens: TCP RST
    UNREACHABLE = "unreachable"  # no route, connect timed out
    HANGING = "hanging"  # connected, then no answer within the time limit
    CLOSED = "closed"  # connected, then closed or reset in mid-answer
    TLS = "tls"  # certificate not trusted, wrong name, expired; handshake refused
    NOT_KUBERNETES = "not Kubernetes"  # HTML, a redirect, other JSON
    GARBLED = "garbled"  # truncated or malformed JSON from a server that is Kubernetes otherwise
    THROTTLED = "throttled"  # 429
    SERVER_ERROR = "server error"  # 5xx
    EXPIRED = "expired"  # 410, either form; handled inside the reflector
    ANOTHER = "another cluster"  # it answers, and is another cluster than the one that was watched
    UNCOLLECTED = "no collector"  # nobody of ours asks: no worker has room, or none runs
    INTERNAL = "internal"  # a defect of ours, said as such


#: Whoever answers so mostly goes on to: nothing is awaited of it.
FOR_GOOD = frozenset({FaultKind.FORBIDDEN, FaultKind.NOT_SERVED})
#: Faults of our own side or of the way between: they say nothing about the cluster's components.
OURS = frozenset(
    {
        FaultKind.UNAUTHENTICATED,
        FaultKind.CREDENTIALS,
        FaultKind.CONFIGURATION,
        FaultKind.NAME,
        FaultKind.UNREACHABLE,
        FaultKind.TLS,
        FaultKind.NOT_KUBERNETES,
        FaultKind.ANOTHER,
        FaultKind.UNCOLLECTED,
        FaultKind.INTERNAL,
    }
)


#: Who is to blame while a cluster cannot be asked, where it is not that nobody answers: in two words, and in a clause that may be
#: followed by "since …".
BLAME: dict[FaultKind, tuple[str, str]] = {
    FaultKind.UNAUTHENTICATED: ("credentials refused", "The API server has refused Planewatch's credentials"),
    FaultKind.CREDENTIALS: ("no credentials", "Planewatch has had no credentials for the API server"),
    FaultKind.CONFIGURATION: ("kubeconfig unusable", "The kubeconfig of this cluster has not been usable"),
    FaultKind.NAME: ("name not found", "The name of the API server has not been found"),
    FaultKind.TLS: ("not trusted", "The connection to the API server has not been trusted"),
    FaultKind.NOT_KUBERNETES: ("not Kubernetes", "What answers in place of the API server has not been Kubernetes"),
    FaultKind.ANOTHER: ("another cluster", "What answers has been another cluster"),
    FaultKind.UNCOLLECTED: ("no collector", "No collector has watched this cluster"),
    FaultKind.INTERNAL: ("not asked", "Planewatch itself has failed to ask the API server"),
}


class Fault(msgspec.Struct, frozen=True):
    """One clear sentence about what went wrong, and one that says what to do. Never holds a token or other secret."""

    kind: FaultKind
    message: str
    remedy: str = ""
    status: int | None = None  # HTTP status, where there was one
    retry_after: float | None = None  # seconds, where the server said so


class Listed(msgspec.Struct, Generic[T_co], frozen=True):
    """A complete list: replaces all that the feed had said before, atomically. Items are of the feed's Struct (FEEDS). `place`: of
    a feed with a namespace for each leader, the one that was really asked; the others' items are what is held of them."""

    feed: Feed
    items: Sequence[T_co]
    resource_version: str
    at: Mono
    place: str = ""


class Changed(msgspec.Struct, Generic[T_co], frozen=True):
    """ADDED or MODIFIED."""

    feed: Feed
    item: T_co
    at: Mono


class Gone(msgspec.Struct, Generic[T_co], frozen=True):
    """DELETED; `item` is the object's last state."""

    feed: Feed
    item: T_co
    at: Mono


class Heard(msgspec.Struct, frozen=True):
    """The feed is alive though nothing changed: a bookmark, or a watch that (re)opened or ended in good order. Only the first is
    `proof` that what the feed has to tell arrives; of a feed with a namespace for each leader, in `place` alone."""

    feed: Feed
    at: Mono
    proof: bool = True
    place: str = ""


class Polled(msgspec.Struct, frozen=True):
    """Watches of this feed are of no use, for the reason `why`, so that it is listed instead; where that is empty, they work."""

    feed: Feed
    why: str
    at: Mono


class Failed(msgspec.Struct, frozen=True):
    """The feed's last request failed. What it said before stays, as last known; it will be tried again at `retry_at`."""

    feed: Feed
    fault: Fault
    at: Mono
    retry_at: Mono


class Check(msgspec.Struct, frozen=True):
    """One line of /livez?verbose or /readyz?verbose. `reason` is from /readyz/<check>, asked only when it fails."""

    name: str
    ok: bool
    reason: str = ""


class Health(msgspec.Struct, frozen=True):
    """The answer to /livez or /readyz. `fault` is set when there was none (then `checks` is empty and `status` may be None).
    `unanswered`: connections that had been waited for in vain when another was answered."""

    path: str  # "/livez" or "/readyz"
    at: Mono
    took: float  # seconds
    status: int | None = None
    checks: tuple[Check, ...] = ()
    fault: Fault | None = None
    unanswered: int = 0


class Server(msgspec.Struct, frozen=True):
    """The answer to /version, with what the connection told on the way."""

    at: Mono
    git_version: str = ""
    platform: str = ""
    certificate_not_after: float | None = None  # serving certificate, epoch seconds
    clock_skew: float | None = None  # their Date minus our wall clock, seconds; only ever shown
    fault: Fault | None = None
    certificate_not_before: float | None = None
    certificate: Certificate | None = None  # the same one, whole
    credentials: Credentials | None = None  # with which it was asked


class Sample(msgspec.Struct, frozen=True):
    """One metric sample: sorted label pairs, value."""

    labels: tuple[tuple[str, str], ...]
    value: float


class Metrics(msgspec.Struct, frozen=True):
    """One scrape of /metrics, filtered by name before parsing. `instance` is process_start_time_seconds: a load balancer may
    lead each scrape to another API server, and rates are only ever taken within one instance. `apart`: it was asked for the figures
    of each API server by itself, and takes no part in those of all together; of the one at `address`, where that was dialled, which
    showed this `certificate`."""

    at: Mono
    took: float
    instance: float | None = None
    families: dict[str, tuple[Sample, ...]] = {}
    fault: Fault | None = None
    apart: bool = False
    address: str = ""
    certificate: Certificate | None = None


class Usage(msgspec.Struct, frozen=True):
    """metrics.k8s.io nodes: CPU in cores and memory in bytes by node name."""

    at: Mono
    nodes: dict[str, tuple[float, float]] = {}
    fault: Fault | None = None


class Connection(msgspec.Struct, frozen=True):
    """Whether the cluster could be talked to at all: sent when connecting fails before any request, and when it first works."""

    at: Mono
    server: str = ""
    fault: Fault | None = None


class Served(msgspec.Struct, frozen=True):
    """The API groups that are served, as /apis names them: by some of them a distribution is known. `settings`: what the ConfigMap
    of Cilium says of kube-proxy ("kube-proxy-replacement=true"), where it is there and may be read."""

    groups: frozenset[str]
    at: Mono
    settings: frozenset[str] = frozenset()


SourceEvent = (
    Listed[Item] | Changed[Item] | Gone[Item] | Heard | Polled | Failed | Health | Server | Metrics | Usage | Connection | Served
)


class Paused(msgspec.Struct, frozen=True):
    """We ourselves were away for `gap` seconds until `at`: what was not seen in that time counts against nobody."""

    gap: float
    at: Mono


class Graced(msgspec.Struct, frozen=True):
    """All leases of these feeds had fallen silent together, and that is over: those still silent are counted anew from `at`."""

    feeds: tuple[Feed, ...]
    at: Mono


class Tidied(msgspec.Struct, frozen=True):
    """What was deleted before a moment may be forgotten."""

    before: Mono
    at: Mono


#: What the cache is told: by the cluster, and by who judges it.
CacheEvent = SourceEvent | Paused | Graced | Tidied
