"""What is listed and watched: the path of every feed, and the time limits that fit how often it speaks.

A feed has one part, or several when a distribution keeps its objects in more namespaces than one.
"""

from dataclasses import dataclass
from urllib.parse import quote

from planes.structs.events import Feed

#: Namespaces in which OpenShift keeps what kubeadm keeps in kube-system.
OPENSHIFT_PODS = (
    "openshift-kube-apiserver",
    "openshift-etcd",
    "openshift-kube-scheduler",
    "openshift-kube-controller-manager",
)
OPENSHIFT_LEASES = ("openshift-kube-scheduler", "openshift-kube-controller-manager")
#: The API group by which OpenShift and its like are known.
OPENSHIFT_GROUP = "config.openshift.io"

#: Seconds for one page of a list. A list that takes longer is stuck: an API server without its etcd never answers one.
SMALL_LIST = 10.0
LARGE_LIST = 30.0
#: Seconds of silence after which a watch is opened anew. The server sends a bookmark about once a minute.
QUIET = 90.0
#: Leases are renewed every 2 to 10 s, so a silent watch of them is checked by a list much sooner.
QUIET_LEASES = 17.0
QUIET_SLOW_LEASES = 60.0


@dataclass(frozen=True)
class Part:
    """One list-and-watch. `essential` parts make their feed fail; of the others a fault is only logged."""

    feed: Feed
    path: str
    fields: str = ""  # field selector
    list_limit: float = SMALL_LIST
    quiet: float = QUIET
    never_quiet: bool = False  # while it holds anything: then silence is checked by listing
    essential: bool = True

    @property
    def name(self) -> str:
        return self.path + (f"?{self.fields}" if self.fields else "")

    def list_path(self, page: int, token: str) -> str:
        """`resourceVersion` stays unset: only then are pages honoured, and the answer is as new as etcd."""
        rest = "&continue=" + quote(token, safe="") if token else ""
        return f"{self.path}?limit={page}{self._selector()}{rest}"

    def watch_path(self, version: str, seconds: int) -> str:
        return (
            f"{self.path}?watch=1&allowWatchBookmarks=true&resourceVersion={quote(version, safe='')}"
            f"&timeoutSeconds={seconds}{self._selector()}"
        )

    def _selector(self) -> str:
        return f"&fieldSelector={quote(self.fields, safe='')}" if self.fields else ""


_LEASES = "/apis/coordination.k8s.io/v1/namespaces/{}/leases"
_SLICES = "/apis/discovery.k8s.io/v1/namespaces/{}/endpointslices"
_WEBHOOKS = "/apis/admissionregistration.k8s.io/v1/{}webhookconfigurations"
_PODS = "/api/v1/namespaces/{}/pods"


def parts(openshift: tuple[str, ...] = ()) -> dict[Feed, list[Part]]:
    """Every feed of a cluster with its parts. `openshift` are those of OpenShift's namespaces that exist here."""
    everywhere = [
        Part(Feed.NODES, "/api/v1/nodes", list_limit=LARGE_LIST),
        Part(Feed.NODE_LEASES, _LEASES.format("kube-node-lease"), quiet=QUIET_LEASES, never_quiet=True),
        Part(Feed.SYSTEM_LEASES, _LEASES.format("kube-system"), quiet=QUIET_LEASES, never_quiet=True),
        Part(Feed.PODS, "/api/v1/pods", list_limit=LARGE_LIST),
        Part(Feed.SYSTEM_PODS, _PODS.format("kube-system"), list_limit=LARGE_LIST),
        Part(Feed.DAEMON_SETS, "/apis/apps/v1/daemonsets"),
        Part(Feed.DEPLOYMENTS, "/apis/apps/v1/deployments", list_limit=LARGE_LIST),
        Part(Feed.APISERVER_ENDPOINTS, _SLICES.format("default")),
        Part(Feed.SYSTEM_ENDPOINTS, _SLICES.format("kube-system")),
        Part(Feed.API_SERVICES, "/apis/apiregistration.k8s.io/v1/apiservices"),
        Part(Feed.VALIDATING_WEBHOOKS, _WEBHOOKS.format("validating")),
        Part(Feed.MUTATING_WEBHOOKS, _WEBHOOKS.format("mutating")),
        # Of all events only those about nodes and about what runs in kube-system are read; the others are the many.
        Part(Feed.EVENTS, "/api/v1/events", fields="involvedObject.kind=Node", list_limit=LARGE_LIST),
        Part(Feed.EVENTS, "/api/v1/namespaces/kube-system/events", list_limit=LARGE_LIST),
    ]
    elsewhere = [
        Part(Feed.EXTRA_LEASES, _LEASES.format(space), quiet=QUIET_SLOW_LEASES, never_quiet=True, essential=False)
        for space in OPENSHIFT_LEASES
        if space in openshift
    ] + [
        Part(Feed.SYSTEM_PODS, _PODS.format(space), list_limit=LARGE_LIST, essential=False)
        for space in OPENSHIFT_PODS
        if space in openshift
    ]
    feeds: dict[Feed, list[Part]] = {}
    for part in everywhere + elsewhere:
        feeds.setdefault(part.feed, []).append(part)
    return feeds
