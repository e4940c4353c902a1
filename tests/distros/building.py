"""Clusters that are put together in a test: as few objects as show one thing, each as its API server would give it.

    told = lived(Cluster("v1.31.2-vke.4", nodes=[node("w1", labels={…})], pods=[…]))

Times are of the day before the cases begin (replaying.BEGINNING). An object's `then` is a list of (seconds, merge patch): what it
turns into so many seconds after the beginning.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.distros.living import LIVES, Told, live_through
from tests.distros.replaying import Case, Object

#: A day before the beginning.
MADE = "2026-11-25T08:00:00Z"
Then = Sequence[tuple[float, Object]]
_CHECKS = ["ping", "log", "etcd", "poststarthook/start-apiextensions-controllers"]


def _meta(name: str, space: str = "", **more: object) -> Object:
    made: Object = {"name": name, "uid": f"uid-{space}-{name}", "creationTimestamp": MADE, "labels": {}, "annotations": {}}
    if space:
        made["namespace"] = space
    return {**made, **more}


def conditions(ready: str = "True", message: str = "", since: str = MADE, beat: str = MADE, reason: str = "") -> list[Object]:
    """The four of a kubelet."""
    kinds = {"MemoryPressure": "False", "DiskPressure": "False", "PIDPressure": "False", "Ready": ready}
    said = {"Ready": (reason or ("KubeletReady" if ready == "True" else "KubeletNotReady"), message)}
    return [
        {
            "type": kind,
            "status": status,
            "reason": said.get(kind, ("", ""))[0],
            "message": said.get(kind, ("", ""))[1],
            "lastTransitionTime": since,
            "lastHeartbeatTime": beat,
        }
        for kind, status in kinds.items()
    ]


def node(
    name: str,
    version: str = "",
    *,
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
    taints: Sequence[Object] = (),
    status: Sequence[Object] | None = None,
    provider: str = "",
    runtime: str = "containerd://1.7.13",
    image: str = "Ubuntu 22.04.4 LTS",
    system: str = "linux",
    address: str = "",
    cordoned: bool = False,
    made: str = MADE,
    deleted: str = "",
    then: Then = (),
) -> Object:
    """A Node; its version is the cluster's where none is told."""
    meta = _meta(
        name,
        creationTimestamp=made,
        labels={"kubernetes.io/hostname": name, "kubernetes.io/os": system, **(labels or {})},
        annotations=dict(annotations or {}),
    )
    if deleted:
        meta["deletionTimestamp"] = deleted
    info = {"kubeletVersion": version, "containerRuntimeVersion": runtime, "osImage": image, "operatingSystem": system}
    found: Object = {
        "metadata": meta,
        "spec": {"taints": list(taints), "providerID": provider, "unschedulable": cordoned},
        "status": {
            "conditions": list(status if status is not None else conditions()),
            "nodeInfo": {**info, "architecture": "amd64"},
            "addresses": [{"type": "InternalIP", "address": address}] if address else [],
        },
    }
    return {**found, "_then": [list(one) for one in then]} if then else found


def taint(key: str, value: str = "", at: str = "", effect: str = "NoSchedule") -> Object:
    """A taint, and when it was put there."""
    return {"key": key, "value": value, "effect": effect, **({"timeAdded": at} if at else {})}


def lease(
    name: str,
    holder: str = "",
    *,
    space: str = "kube-system",
    duration: int = 15,
    every: float | None = 2.0,
    until: float | None = None,
    renewed: str = MADE,
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
) -> Object:
    """A Lease that is renewed every so many seconds (None: never), until so many seconds after the beginning."""
    spec = {
        "holderIdentity": holder or f"{name}_1",
        "leaseDurationSeconds": duration,
        "renewTime": renewed.replace("Z", ".000000Z"),
    }
    made: Object = {
        "metadata": _meta(name, space, labels=dict(labels or {}), annotations=dict(annotations or {})),
        "spec": {**spec, "leaseTransitions": 1},
    }
    if every is not None:
        made["_every"] = every
    if until is not None:
        made["_until"] = until
    return made


def identity(host: str) -> Object:
    """An API server's identity."""
    labels = {"apiserver.kubernetes.io/identity": "kube-apiserver", "kubernetes.io/hostname": host}
    return lease(f"apiserver-{host}", f"apiserver-{host}_1", duration=3600, every=10, labels=labels)


def pod(
    name: str,
    labels: Mapping[str, str] | None = None,
    on: str = "",
    *,
    space: str = "kube-system",
    container: str = "",
    image: str = "",
    mirror: bool = False,
    ready: bool = True,
    waiting: str = "",
    phase: str = "Running",
    reason: str = "",
    scheduled: Object | None = None,
    then: Then = (),
) -> Object:
    """A pod of one container."""
    container = container or name.split("-")[0]
    state: Object = {"waiting": {"reason": waiting}} if waiting else {"running": {}}
    told = [
        {"type": "Ready", "status": "True" if ready else "False", "lastTransitionTime": MADE},
        scheduled or {"type": "PodScheduled", "status": "True"},
    ]
    status: Object = {"phase": phase, "reason": reason, "conditions": told}
    if on:
        status["containerStatuses"] = [{"name": container, "ready": ready, "restartCount": 0, "state": state}]
    annotations = {"kubernetes.io/config.mirror": "x"} if mirror else {}
    made: Object = {
        "metadata": _meta(name, space, labels=dict(labels or {}), annotations=annotations),
        "spec": {"nodeName": on, "schedulerName": "default-scheduler", "containers": [{"name": container, "image": image}]},
        "status": status,
    }
    return {**made, "_then": [list(one) for one in then]} if then else made


def static(component: str, on: str, version: str, **more: str) -> Object:
    """A static pod as kubeadm makes it."""
    labels = {"component": component, "tier": "control-plane"}
    return pod(f"{component}-{on}", labels, on, container=component, image=f"registry.k8s.io/{component}:{version}", mirror=True)


def daemon_set(
    name: str,
    count: int,
    labels: Mapping[str, str] | None = None,
    *,
    space: str = "kube-system",
    args: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
) -> Object:
    """A DaemonSet, all of whose pods are ready."""
    container = {"name": name, "args": list(args), "env": [{"name": key, "value": value} for key, value in (env or {}).items()]}
    return {
        "metadata": _meta(name, space, labels=dict(labels or {}), generation=1),
        "spec": {"template": {"spec": {"containers": [container]}}},
        "status": {"observedGeneration": 1, "desiredNumberScheduled": count, "numberReady": count},
    }


def deployment(name: str, ready: int, of: int, labels: Mapping[str, str] | None = None, *, space: str = "kube-system") -> Object:
    """A Deployment."""
    return {
        "metadata": _meta(name, space, labels=dict(labels or {}), generation=1),
        "spec": {"replicas": of},
        "status": {"observedGeneration": 1, "readyReplicas": ready},
    }


def endpoints(service: str, *addresses: str, space: str = "kube-system", ready: bool = True) -> Object:
    """An EndpointSlice of a Service."""
    ends = [{"addresses": [one], "conditions": {"ready": ready}} for one in addresses]
    return {
        "metadata": _meta(f"{service}-x", space, labels={"kubernetes.io/service-name": service}),
        "addressType": "IPv4",
        "endpoints": ends,
    }


@dataclass
class Cluster:
    """What an API server of `version` holds. Leases of controller manager and scheduler and an identity are there unless others are
    told, and each node has a lease: one that is renewed, or not where it is `silent`, or none where it is `unleased`."""

    version: str
    nodes: Sequence[Object] = ()
    pods: Sequence[Object] = ()
    leases: Sequence[Object] | None = None
    daemon_sets: Sequence[Object] = ()
    deployments: Sequence[Object] = ()
    slices: Sequence[Object] = ()
    groups: Sequence[str] = ()
    namespaces: Sequence[str] = ()
    configmaps: Sequence[Object] = ()
    absent: Sequence[str] = ()
    versions: Sequence[str] = ()
    silent: Sequence[str] = ()
    unleased: Sequence[str] = ()
    checks: Sequence[str] = field(default_factory=lambda: list(_CHECKS))

    def case(self) -> Case:
        """As a case."""
        for one in self.nodes:
            info = one["status"]["nodeInfo"]
            info["kubeletVersion"] = info["kubeletVersion"] or self.version
        leading = [lease("kube-controller-manager"), lease("kube-scheduler"), identity("cp")]
        names = [one["metadata"]["name"] for one in self.nodes if one["metadata"]["name"] not in self.unleased]
        own = [lease(one, one, space="kube-node-lease", duration=40, every=None if one in self.silent else 10.0) for one in names]
        given = [one["metadata"]["namespace"] + "/" + one["metadata"]["name"] for one in self.leases or ()]
        own = [one for one in own if f"kube-node-lease/{one['metadata']['name']}" not in given]
        found: Object = {
            "nodes": list(self.nodes),
            "pods": list(self.pods),
            "leases": [*(leading if self.leases is None else self.leases), *own],
            "daemonsets": list(self.daemon_sets),
            "deployments": list(self.deployments),
            "endpointslices": [endpoints("kubernetes", "192.0.2.1", space="default"), *self.slices],
            "apiservices": [],
            "validating": [],
            "mutating": [],
            "configmaps": list(self.configmaps),
        }
        said: Object = {
            "version": self.version,
            "livez": list(self.checks),
            "readyz": list(self.checks),
            "metrics": None,
            "groups": list(self.groups),
            "namespaces": list(self.namespaces),
            "objects": found,
            "absent": list(self.absent),
            "versions": list(self.versions),
        }
        return Case("built", said)


def lived(cluster: Cluster, seconds: float = LIVES) -> Told:
    """What is said of it when it is lived through."""
    return live_through(cluster.case(), seconds)
