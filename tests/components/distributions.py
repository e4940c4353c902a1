"""Clusters of many distributions, as events: small generated objects in the shapes that their documentation shows.

Only the marks are theirs (labels, names, namespaces, versions, which leases and pods there are at all); everything renews as it
should, so that whatever turns red in such a cluster is an error of ours.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from planes.structs.events import Changed, Check, Health, Listed, Server, SourceEvent
from planes.structs.feeds import FEEDS, Feed
from tests.replaying import START, decode

MIRROR = {"kubernetes.io/config.mirror": "0123456789abcdef"}
CHECKS = ("ping", "log", "etcd", "poststarthook/start-apiserver-admission-initializer", "informer-sync")
#: Feeds that are not listed at all in these clusters, because nobody asks.
_FEEDS = [feed for feed in Feed if not FEEDS[feed].every]


@dataclass
class Shape:
    """A cluster. `nodes` are names; `leaders` are (namespace, name, holder, duration in seconds)."""

    version: str
    nodes: tuple[str, ...]
    labels: dict[str, str] = field(default_factory=dict)
    os_image: str = "Ubuntu 24.04.3 LTS"
    runtime: str = "containerd://2.1.4"
    kubelet: str = ""
    leaders: tuple[tuple[str, str, str, int], ...] = ()
    other_node_leases: tuple[str, ...] = ()
    identities: tuple[str, ...] = ("apiserver-aaaaaaaaaaaaaaaaaaaaaaaaaa",)
    pods: list[dict[str, object]] = field(default_factory=list)
    daemon_sets: list[dict[str, object]] = field(default_factory=list)
    livez: tuple[str, ...] = CHECKS
    readyz: tuple[str, ...] = (*CHECKS, "shutdown")
    addresses: tuple[str, ...] = ("10.0.0.1",)


def pod(
    name: str, node: str, labels: dict[str, str], image: str, *, space: str = "kube-system", mirror: bool = False
) -> dict[str, object]:
    """A pod that runs and is ready."""
    return {
        "metadata": {
            "name": name,
            "namespace": space,
            "uid": f"{space}-{name}",
            "labels": labels,
            "annotations": MIRROR if mirror else {},
        },
        "spec": {"nodeName": node, "containers": [{"name": labels.get("component", "main"), "image": image}]},
        "status": {
            "phase": "Running",
            "conditions": [{"type": "Ready", "status": "True"}],
            "containerStatuses": [{"name": "main", "ready": True, "restartCount": 0, "state": {}}],
        },
    }


def static(component: str, node: str, image: str, **labels: str) -> dict[str, object]:
    """A mirror pod as kubeadm, RKE2, Talos and kind label it."""
    labels = {"component": component, "tier": "control-plane"} | labels
    return pod(f"{component}-{node}", node, labels, image, mirror=True)


def daemon_set(name: str, labels: dict[str, str], count: int) -> dict[str, object]:
    """A DaemonSet that has all that it wants."""
    return {
        "metadata": {"name": name, "namespace": "kube-system", "uid": f"ds-{name}", "labels": labels, "generation": 1},
        "status": {
            "observedGeneration": 1,
            "desiredNumberScheduled": count,
            "currentNumberScheduled": count,
            "numberReady": count,
        },
    }


def events(shape: Shape, until: float) -> list[SourceEvent]:
    """The cluster as it is told, from START for `until` seconds: listed once, then renewing."""
    lists: dict[Feed, list[dict[str, object]]] = {feed: [] for feed in _FEEDS}
    lists[Feed.NODES] = [_node(shape, name, place) for place, name in enumerate(shape.nodes)]
    lists[Feed.NODE_LEASES] = [lease("kube-node-lease", name, name, 40, 0.0) for name in (*shape.nodes, *shape.other_node_leases)]
    system = [one for one in shape.leaders if one[0] == "kube-system"]
    others = [one for one in shape.leaders if one[0] != "kube-system"]
    lists[Feed.SYSTEM_LEASES] = [lease(*one, 0.0) for one in system] + [_identity(name, 0.0) for name in shape.identities]
    lists[Feed.EXTRA_LEASES] = [lease(*one, 0.0) for one in others]
    lists[Feed.SYSTEM_PODS] = lists[Feed.PODS] = shape.pods
    lists[Feed.DAEMON_SETS] = shape.daemon_sets
    lists[Feed.APISERVER_ENDPOINTS] = [_endpoints(shape.addresses)]
    made: list[SourceEvent] = [Server(START + 0.1, shape.version, "linux/amd64", None, 0.0)]
    made += [Listed(feed, [decode(feed, one) for one in items], "1", START + 0.2) for feed, items in lists.items()]
    made += _renewals(Feed.NODE_LEASES, [("kube-node-lease", name, name, 40) for name in shape.nodes], 10.0, until)
    made += _renewals(Feed.NODE_LEASES, [("kube-node-lease", name, name, 60) for name in shape.other_node_leases], 30.0, until)
    made += _renewals(Feed.SYSTEM_LEASES, system, 2.0, until)
    made += _renewals(Feed.EXTRA_LEASES, [one for one in others if one[3] < 100], 2.0, until)
    made += _renewals(Feed.EXTRA_LEASES, [one for one in others if one[3] >= 100], 26.0, until)
    for second in _seconds(10.0, until):
        made += [
            Changed(Feed.SYSTEM_LEASES, decode(Feed.SYSTEM_LEASES, _identity(name, second)), START + second)
            for name in shape.identities
        ]
    for second in _seconds(2.0, until):
        made.append(Health("/livez", START + second, 0.01, 200, tuple(Check(name, True) for name in shape.livez)))
        made.append(Health("/readyz", START + second, 0.01, 200, tuple(Check(name, True) for name in shape.readyz)))
    return made


def _seconds(every: float, until: float) -> Iterable[float]:
    second = 0.5
    while second <= until:
        yield second
        second += every


def _renewals(feed: Feed, leases: Iterable[tuple[str, str, str, int]], every: float, until: float) -> list[SourceEvent]:
    return [
        Changed(feed, decode(feed, lease(*one, second + place % 7 * 0.1)), START + second + place % 7 * 0.1)
        for place, one in enumerate(leases)
        for second in _seconds(every, until)
    ]


def _stamp(second: float) -> str:
    return f"2026-11-22T17:{int(second) // 60:02d}:{second % 60:09.6f}Z"


def lease(namespace: str, name: str, holder: str, duration: int, second: float) -> dict[str, object]:
    """A lease, renewed so many seconds after the beginning."""
    return {
        "metadata": {"name": name, "namespace": namespace, "uid": f"lease-{namespace}-{name}"},
        "spec": {"holderIdentity": holder, "leaseDurationSeconds": duration, "renewTime": _stamp(second), "leaseTransitions": 1},
    }


def _identity(name: str, second: float) -> dict[str, object]:
    made = lease("kube-system", name, f"{name}_1", 3600, second)
    meta = made["metadata"]
    assert isinstance(meta, dict)
    meta["labels"] = {"apiserver.kubernetes.io/identity": "kube-apiserver", "kubernetes.io/hostname": f"host-{name}"}
    return made


def _endpoints(addresses: tuple[str, ...]) -> dict[str, object]:
    return {
        "metadata": {
            "name": "kubernetes",
            "namespace": "default",
            "uid": "slice",
            "labels": {"kubernetes.io/service-name": "kubernetes"},
        },
        "endpoints": [{"addresses": [address], "conditions": {"ready": True}} for address in addresses],
    }


def _node(shape: Shape, name: str, place: int) -> dict[str, object]:
    return {
        "metadata": {"name": name, "uid": f"node-{name}", "labels": {"kubernetes.io/hostname": name} | shape.labels},
        "spec": {},
        "status": {
            "conditions": [
                {"type": "MemoryPressure", "status": "False", "reason": "KubeletHasSufficientMemory"},
                {"type": "DiskPressure", "status": "False", "reason": "KubeletHasNoDiskPressure"},
                {"type": "PIDPressure", "status": "False", "reason": "KubeletHasSufficientPID"},
                {"type": "Ready", "status": "True", "reason": "KubeletReady"},
            ],
            "addresses": [{"type": "InternalIP", "address": f"10.0.0.{place + 1}"}],
            "nodeInfo": {
                "kubeletVersion": shape.kubelet or shape.version,
                "containerRuntimeVersion": shape.runtime,
                "osImage": shape.os_image,
            },
        },
    }
