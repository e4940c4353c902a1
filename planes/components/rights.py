"""Every right that Planewatch can make use of, what it is for, and what its lack costs: the one declaration of them.

What a line of evidence says is missing, what `manage.py doctor` reports, the manifest that grants it all (rbac.py) and the table
in docs/doctor.md are made from it. All of it is read-only; secrets are never among it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

READ = ("get", "list", "watch")
FOLLOW = ("list", "watch")
#: Kubernetes' own role for /metrics, /livez, /readyz and their like.
MONITORING = "system:monitoring"
#: Where OpenShift elects its leaders.
OPENSHIFT_LEASES = ("openshift-kube-scheduler", "openshift-kube-controller-manager")


@dataclass(frozen=True, slots=True)
class Right:
    """One right. `name` is the feed's or the path's, as in evidence; `verbs` are those that are used, `granted` those to grant.

    `namespace` is where it is read ("": in the whole cluster). `role`: it is granted by a Role there, not by the ClusterRole.
    `path` is set instead of a resource. `costs` ends the sentence "Without …: ". `used`: whether anything is read by it yet.
    """

    name: str
    group: str = ""
    resource: str = ""
    costs: str = ""
    namespace: str = ""
    verbs: tuple[str, ...] = FOLLOW
    granted: tuple[str, ...] = READ
    role: bool = False
    path: str = ""
    bound_by: str = ""  # for a path: the built-in ClusterRole that has it
    only: str = ""  # the distribution that alone makes use of it; a Role is left out of the manifest of the others
    used: bool = True

    @property
    def text(self) -> str:
        """What to grant, in words: "get, list and watch on leases in kube-node-lease"."""
        if self.path:
            return f"get on {self.path} (bind the role {self.bound_by})"
        return f"{listed(self.granted)} on {self.of}"

    @property
    def of(self) -> str:
        """What it is about: "apps daemonsets", "leases in kube-system", "/metrics"."""
        if self.path:
            return self.path
        group = f"{self.group} " if self.group and not self.role else ""
        place = f" in {self.namespace}" if self.namespace else ""
        return f"{group}{self.resource}{place}"

    def lack(self, missing: Iterable[str] = ()) -> str:
        """What it costs to be without it, in one sentence. `missing` are the verbs that are; none given: all that are used."""
        return f"Without {'/'.join(missing or self.verbs)} on {self.of}: {self.costs}"


def listed(words: Iterable[str]) -> str:
    """ "get, list and watch"."""
    *some, last = words
    return f"{', '.join(some)} and {last}" if some else last


def _lease(name: str, namespace: str, costs: str, only: str = "") -> Right:
    return Right(name, "coordination.k8s.io", "leases", costs, namespace, role=True, only=only)


def _path(path: str, costs: str, bound_by: str = MONITORING, name: str = "") -> Right:
    return Right(name or path, costs=costs, verbs=("get",), granted=("get",), path=path, bound_by=bound_by)


_ADMISSION = "admissionregistration.k8s.io"
_WEBHOOKS = "webhooks that reject every request because nobody answers them are not noticed."

#: In the order in which they are shown: what costs most comes first.
RIGHTS: tuple[Right, ...] = (
    Right("nodes", "", "nodes", "no node is seen, and so no kubelet, container runtime or kube-proxy."),
    _lease(
        "leases/kube-node-lease",
        "kube-node-lease",
        "a silent kubelet is noticed only when Kubernetes itself says so, after about 50 s.",
    ),
    _lease(
        "leases/kube-system",
        "kube-system",
        "controller manager and scheduler are judged by their pods alone, where there are any, "
        "and the loss of one of several API servers is noticed by its endpoint alone.",
    ),
    *(
        _lease(
            "leases/elsewhere",
            namespace,
            f"the leader that is elected in {namespace} is not seen, and the component is judged by its pods alone.",
            "OpenShift",
        )
        for namespace in OPENSHIFT_LEASES
    ),
    Right(
        "pods/kube-system",
        "",
        "pods",
        "kube-proxy, DNS, etcd members and the pods of the control plane are not seen.",
        "kube-system",
    ),
    Right(
        "pods",
        "",
        "pods",
        "nodes are shown without their pods, and a scheduler that leads but decides nothing is not noticed.",
    ),
    Right(
        "namespaces",
        "",
        "namespaces",
        "which of OpenShift's namespaces exist is guessed.",
        verbs=("get",),
        only="OpenShift",
    ),
    Right("services", "", "services", used=False),
    Right("events", "", "events", "what Kubernetes itself reports about nodes is not shown beside them."),
    Right(
        "daemonsets",
        "apps",
        "daemonsets",
        "a node without its kube-proxy is not noticed, nor a controller manager that leads but does no work.",
    ),
    Right("deployments", "apps", "deployments", "DNS and metrics-server are judged by their pods and endpoints alone."),
    Right(
        "endpointslices/default",
        "discovery.k8s.io",
        "endpointslices",
        "a lost API server of several is noticed by its lease alone.",
        "default",
    ),
    Right(
        "endpointslices/kube-system",
        "discovery.k8s.io",
        "endpointslices",
        "DNS without any ready endpoint is noticed by its pods alone.",
        "kube-system",
    ),
    Right("endpointslices", "discovery.k8s.io", "endpointslices", _WEBHOOKS, verbs=("list",)),
    Right("apiservices", "apiregistration.k8s.io", "apiservices", "parts of the API that are not available are not noticed."),
    Right("validatingwebhookconfigurations", _ADMISSION, "validatingwebhookconfigurations", _WEBHOOKS),
    Right("mutatingwebhookconfigurations", _ADMISSION, "mutatingwebhookconfigurations", _WEBHOOKS),
    Right("csinodes", "storage.k8s.io", "csinodes", used=False),
    Right(
        "metrics.k8s.io/nodes",
        "metrics.k8s.io",
        "nodes",
        "CPU and memory in use are not shown.",
        verbs=("list",),
        granted=("get", "list"),
    ),
    Right("metrics.k8s.io/pods", "metrics.k8s.io", "pods", verbs=("list",), granted=("get", "list"), used=False),
    _path("/livez", "whether the API server and its state store live is known only from whether requests are answered."),
    _path("/readyz", "the API server's own checks are not seen, etcd's among them."),
    _path("/readyz/ping", "of a check that fails only the name is told, not the reason.", name="/readyz/*"),
    _path("/metrics", "error ratio, latency and load of the API server, and the size and latency of etcd, are not seen."),
    _path(
        "/version",
        "versions are not compared, so that version skew is not noticed, and the distribution is guessed.",
        "system:discovery",
    ),
)


def _texts() -> dict[str, str]:
    texts: dict[str, str] = {}
    for right in RIGHTS:
        texts.setdefault(right.name, right.text)
    return texts | {
        "leases/elsewhere": "get, list and watch on leases in the namespaces where this distribution elects its leaders",
    }


#: What to grant, by feed or path, as evidence names it.
TEXTS: dict[str, str] = _texts()


def wanted(distribution: str = "", namespaces: Iterable[str] = ()) -> list[Right]:
    """The rights that are of use in a cluster of this distribution, which has these of the namespaces that only some have."""
    there = set(namespaces)
    return [right for right in RIGHTS if right.used and (not right.only or _is_there(right, distribution, there))]


def _is_there(right: Right, distribution: str, namespaces: set[str]) -> bool:
    return right.only == distribution and (not right.role or right.namespace in namespaces)
