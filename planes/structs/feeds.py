"""What is asked of a cluster: every feed, declared once.

From this table are made the lists and watches (planes/kube), the rights and the manifest that grants them (rights.py), what a
quick list looks at, what the first frame waits for, and the order of the rights in the documents. A new feed is a member of `Feed`,
its declaration in `FEEDS`, its Struct in objects.py and a store in planes/cache.
"""

from dataclasses import dataclass
from enum import StrEnum

from planes.structs import objects
from planes.structs.usage_objects import NodeMetrics


class Feed(StrEnum):
    """The feeds of a cluster: each is one kind of object in one place. The value is its name in evidence and logs."""

    NODES = "nodes"
    NODE_LEASES = "leases/kube-node-lease"
    SYSTEM_LEASES = "leases/kube-system"
    EXTRA_LEASES = "leases/elsewhere"
    PODS = "pods"
    SYSTEM_PODS = "pods/kube-system"
    DAEMON_SETS = "daemonsets"
    DEPLOYMENTS = "deployments"
    APISERVER_ENDPOINTS = "endpointslices/default"
    SYSTEM_ENDPOINTS = "endpointslices/kube-system"
    WEBHOOK_ENDPOINTS = "endpointslices"
    API_SERVICES = "apiservices"
    VALIDATING_WEBHOOKS = "validatingwebhookconfigurations"
    MUTATING_WEBHOOKS = "mutatingwebhookconfigurations"
    EVENTS = "events"
    CSI_NODES = "csinodes"
    NODE_METRICS = "metrics.k8s.io/nodes"


OPENSHIFT = "OpenShift"

#: Seconds for one page of a list. A list that takes longer is stuck: an API server without its etcd never answers one.
SMALL_LIST = 10.0
LARGE_LIST = 30.0
#: Seconds of silence after which a watch is opened anew. The server sends a bookmark about once a minute.
QUIET = 90.0
#: Leases are renewed every 2 to 10 s, so a silent watch of them is checked by a list much sooner.
QUIET_LEASES = 17.0
QUIET_SLOW_LEASES = 60.0
#: A feed of leases of which nothing came for so long is listed at once, whatever its watch promises; where watches do not work, it
#: is listed this often. Time without either is nobody's silence. In seconds. [rule]
RHYTHM, SLOW_RHYTHM = 5.0, 20.0


@dataclass(frozen=True, slots=True)
class Place:
    """One list of a feed. `namespace` is empty for the whole cluster; `fields` is a field selector. `only` names the distribution
    that alone has this namespace: it is asked where it exists, and its faults do not make the feed fail. `crowded`: it holds
    much else, so that a quick list asks for it by labels. `seldom`: few clusters of that distribution have it, so that it is listed
    whether or not it exists: an empty list says as much."""

    namespace: str = ""
    fields: str = ""
    only: str = ""
    crowded: bool = False
    seldom: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """One feed.

    `struct` is what its objects become, `called` their kind in the plural, as Kubernetes writes it. `costs` ends the sentence
    "Without list/watch on …: " and may name the {namespace}; `role`: the right is granted by a Role in each place and not by the
    ClusterRole; `together` is what to call these places where a right is named that all of them need. A feed is watched, or, where
    `every` is not 0, asked for every so many seconds. `never_quiet`: while it holds anything it is never silent for `quiet`
    seconds, so silence is checked by listing. `rhythm`: so soon is that done while its watch is open; 0 for a feed that may be
    silent. `quick`: a quick list looks at it. `awaited`: the first full frame after a restart waits for it.
    """

    feed: Feed
    struct: type[objects.Item]
    resource: str
    called: str
    costs: str
    group: str = ""
    version: str = "v1"
    places: tuple[Place, ...] = (Place(),)
    role: bool = False
    together: str = ""
    every: float = 0.0
    list_limit: float = SMALL_LIST
    quiet: float = QUIET
    never_quiet: bool = False
    rhythm: float = 0.0
    quick: bool = False
    awaited: bool = False

    @property
    def title(self) -> str:
        """What it reads, in words: "Nodes", "EndpointSlices in kube-system"."""
        place = self.places[0].namespace
        where = self.together or (f"in {place}" if place else "")
        return f"{self.called} {where}".rstrip()

    def path(self, namespace: str = "") -> str:
        """Where it is listed, in one namespace or in all."""
        root = f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"
        return f"{root}/namespaces/{namespace}/{self.resource}" if namespace else f"{root}/{self.resource}"


_COORDINATION, _DISCOVERY, _ADMISSION = "coordination.k8s.io", "discovery.k8s.io", "admissionregistration.k8s.io"
_UNNOTICED = "webhooks that reject every request because nothing answers them are not noticed."

_DECLARED = (
    Declaration(
        feed=Feed.NODES,
        struct=objects.Node,
        resource="nodes",
        called="Nodes",
        costs="no node is seen, and so no kubelet, container runtime or kube-proxy.",
        list_limit=LARGE_LIST,
        quick=True,
        awaited=True,
    ),
    Declaration(
        feed=Feed.NODE_LEASES,
        struct=objects.NodeLease,
        group=_COORDINATION,
        resource="leases",
        called="Leases",
        places=(Place("kube-node-lease"),),
        role=True,
        costs="a silent kubelet is noticed only when Kubernetes itself says so, after about 50 s.",
        quiet=QUIET_LEASES,
        never_quiet=True,
        rhythm=RHYTHM,
        quick=True,
        awaited=True,
    ),
    Declaration(
        feed=Feed.SYSTEM_LEASES,
        struct=objects.Lease,
        group=_COORDINATION,
        resource="leases",
        called="Leases",
        places=(Place("kube-system"),),
        role=True,
        costs="controller manager and scheduler are judged by their pods alone, where there are any, "
        "and the loss of one of several API servers is noticed by its endpoint alone.",
        quiet=QUIET_LEASES,
        never_quiet=True,
        rhythm=RHYTHM,
        quick=True,
        awaited=True,
    ),
    Declaration(
        feed=Feed.EXTRA_LEASES,
        struct=objects.Lease,
        group=_COORDINATION,
        resource="leases",
        called="Leases",
        places=(
            Place("openshift-kube-scheduler", only=OPENSHIFT),
            Place("openshift-kube-controller-manager", only=OPENSHIFT),
        ),
        role=True,
        together="in the namespaces where this distribution elects its leaders",
        costs="the leader that is elected in {namespace} is not seen, and the component is judged by its pods alone.",
        quiet=QUIET_SLOW_LEASES,
        never_quiet=True,
        rhythm=SLOW_RHYTHM,
        quick=True,
    ),
    Declaration(
        feed=Feed.SYSTEM_PODS,
        struct=objects.SystemPod,
        resource="pods",
        called="Pods",
        places=(
            Place("kube-system", crowded=True),
            Place("openshift-kube-apiserver", only=OPENSHIFT),
            Place("openshift-etcd", only=OPENSHIFT),
            Place("openshift-kube-scheduler", only=OPENSHIFT),
            Place("openshift-kube-controller-manager", only=OPENSHIFT),
            Place("openshift-ovn-kubernetes", only=OPENSHIFT, crowded=True),
            Place("openshift-sdn", only=OPENSHIFT, crowded=True),
            Place("openshift-kube-proxy", only=OPENSHIFT, seldom=True),
        ),
        costs="kube-proxy, DNS, etcd members and the pods of the control plane are not seen.",
        list_limit=LARGE_LIST,
        quick=True,
        awaited=True,
    ),
    Declaration(
        feed=Feed.PODS,
        struct=objects.Pod,
        resource="pods",
        called="Pods",
        costs="nodes are shown without their pods, and a scheduler that leads but decides nothing is not noticed.",
        list_limit=LARGE_LIST,
    ),
    Declaration(
        feed=Feed.EVENTS,
        struct=objects.Event,
        resource="events",
        called="Events",
        # Of all events only those about nodes and about what runs in kube-system are read; the others are the many.
        places=(Place(fields="involvedObject.kind=Node"), Place("kube-system")),
        costs="what Kubernetes itself reports about nodes is not shown beside them.",
        list_limit=LARGE_LIST,
    ),
    Declaration(
        feed=Feed.DAEMON_SETS,
        struct=objects.DaemonSet,
        group="apps",
        resource="daemonsets",
        called="DaemonSets",
        costs="a node without its kube-proxy is not noticed, nor a controller manager that leads but does no work.",
        quick=True,
    ),
    Declaration(
        feed=Feed.DEPLOYMENTS,
        struct=objects.Deployment,
        group="apps",
        resource="deployments",
        called="Deployments",
        costs="DNS and metrics-server are judged by their pods and endpoints alone.",
        list_limit=LARGE_LIST,
    ),
    Declaration(
        feed=Feed.APISERVER_ENDPOINTS,
        struct=objects.EndpointSlice,
        group=_DISCOVERY,
        resource="endpointslices",
        called="EndpointSlices",
        places=(Place("default"),),
        costs="a lost API server of several is noticed by its lease alone.",
        quick=True,
    ),
    Declaration(
        feed=Feed.SYSTEM_ENDPOINTS,
        struct=objects.EndpointSlice,
        group=_DISCOVERY,
        resource="endpointslices",
        called="EndpointSlices",
        places=(Place("kube-system"),),
        costs="DNS without any ready endpoint is noticed by its pods alone.",
        quick=True,
    ),
    Declaration(
        feed=Feed.WEBHOOK_ENDPOINTS,
        struct=objects.EndpointSlice,
        group=_DISCOVERY,
        resource="endpointslices",
        called="EndpointSlices",
        costs=_UNNOTICED,
        every=30.0,  # of the services that are referred to, and soon after that changes: planes/kube/webhooks.py
    ),
    Declaration(
        feed=Feed.API_SERVICES,
        struct=objects.APIService,
        group="apiregistration.k8s.io",
        resource="apiservices",
        called="APIServices",
        costs="parts of the API that are not available are not noticed.",
        quick=True,
    ),
    Declaration(
        feed=Feed.VALIDATING_WEBHOOKS,
        struct=objects.WebhookConfiguration,
        group=_ADMISSION,
        resource="validatingwebhookconfigurations",
        called="ValidatingWebhookConfigurations",
        costs=_UNNOTICED,
    ),
    Declaration(
        feed=Feed.MUTATING_WEBHOOKS,
        struct=objects.WebhookConfiguration,
        group=_ADMISSION,
        resource="mutatingwebhookconfigurations",
        called="MutatingWebhookConfigurations",
        costs=_UNNOTICED,
    ),
    Declaration(
        feed=Feed.CSI_NODES,
        struct=objects.CSINode,
        group="storage.k8s.io",
        resource="csinodes",
        called="CSINodes",
        costs="which storage drivers a node's kubelet has registered is not shown.",
        list_limit=LARGE_LIST,
    ),
    Declaration(
        feed=Feed.NODE_METRICS,
        struct=NodeMetrics,
        group="metrics.k8s.io",
        version="v1beta1",
        resource="nodes",
        called="NodeMetrics",
        costs="CPU and memory in use are not shown.",
        every=30.0,  # metrics-server itself measures every 15 s; told as Usage
        list_limit=20.0,
    ),
)

#: Every feed, in the order in which rights are shown: what costs most comes first.
FEEDS: dict[Feed, Declaration] = {one.feed: one for one in _DECLARED}


def namespaces(distribution: str) -> tuple[str, ...]:
    """The namespaces that this distribution alone has, and in which something is asked for."""
    places = (place for one in _DECLARED for place in one.places if place.only == distribution)
    return tuple(dict.fromkeys(place.namespace for place in places))


def seldom(namespace: str) -> bool:
    """Whether this namespace is listed without asking first whether it exists."""
    return any(place.seldom for one in _DECLARED for place in one.places if place.namespace == namespace)
