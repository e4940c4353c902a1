"""A pretended server: it changes its objects at random, as hypothesis draws, and tells both the events and the list."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from planes.structs.events import Changed, Gone, Listed, SourceEvent
from planes.structs.feeds import FEEDS, Feed
from planes.structs.moments import Mono
from planes.structs.objects import Item

NODES = ("node-0", "node-1", "node-2", "node-3")
WATCHED = (
    Feed.NODES,
    Feed.NODE_LEASES,
    Feed.SYSTEM_LEASES,
    Feed.PODS,
    Feed.SYSTEM_PODS,
    Feed.DEPLOYMENTS,
    Feed.APISERVER_ENDPOINTS,
)
#: draw(n) gives a number from 0 to n - 1.
Draw = Callable[[int], int]


class Server:
    """Objects by feed and name, each as plain JSON."""

    def __init__(self) -> None:
        self.objects: dict[Feed, dict[str, dict[str, Any]]] = {feed: {} for feed in WATCHED}
        self.generation = 0
        for feed in WATCHED:
            for place in range(3):
                self._put(feed, place, lambda _: 0)

    def lists(self, at: float) -> list[SourceEvent]:
        """Every feed as a complete list."""
        return [self.list(feed, at) for feed in WATCHED]

    def list(self, feed: Feed, at: float) -> SourceEvent:
        """One feed as a complete list."""
        return Listed(feed, [decoded(feed, one) for one in self.objects[feed].values()], "", Mono(at))

    def change(self, draw: Draw, at: float) -> SourceEvent | None:
        """Change one object, add or delete one."""
        self.generation += 1
        feed, place = WATCHED[draw(len(WATCHED))], draw(4)
        name = f"{feed.value}-{place}" if feed not in (Feed.NODES, Feed.NODE_LEASES) else NODES[place]
        if draw(5) == 0:
            old = self.objects[feed].pop(name, None)
            return Gone(feed, decoded(feed, old), Mono(at)) if old is not None else None
        return Changed(feed, decoded(feed, self._put(feed, place, draw)), Mono(at))

    def _put(self, feed: Feed, place: int, draw: Draw) -> dict[str, Any]:
        name = f"{feed.value}-{place}" if feed not in (Feed.NODES, Feed.NODE_LEASES) else NODES[place]
        old = self.objects[feed].get(name)
        uid = old["metadata"]["uid"] if old is not None else f"{name}:{self.generation}"
        meta: dict[str, Any] = {"name": name, "namespace": "kube-system", "uid": uid, "labels": {}, "annotations": {}}
        made = _MAKERS[feed](meta, place, draw, self.generation, old)
        self.objects[feed][name] = made
        return made


def decoded(feed: Feed, one: Mapping[str, Any]) -> Item:
    """Through the very types of the reflector."""
    return msgspec.convert(one, FEEDS[feed].struct, strict=False)


def _node(meta: dict[str, Any], place: int, draw: Draw, generation: int, old: object) -> dict[str, Any]:
    ready = ("True", "False", "Unknown")[draw(3)]
    message = ("fine", "container runtime is down", "PLEG is not healthy")[draw(3)]
    meta["labels"] = {"topology.kubernetes.io/zone": f"zone-{place % 2}"}
    conditions = [
        {"type": "Ready", "status": ready, "message": message},
        {"type": "DiskPressure", "status": ("False", "True")[draw(2)]},
    ]
    return {"metadata": meta, "spec": {"unschedulable": draw(4) == 1}, "status": {"conditions": conditions}}


def _lease(meta: dict[str, Any], place: int, draw: Draw, generation: int, old: object) -> dict[str, Any]:
    stamp = f"2026-11-22T12:{generation // 60 % 60:02d}:{generation % 60:02d}.000000Z"
    return {"metadata": meta, "spec": {"holderIdentity": meta["name"], "leaseDurationSeconds": 40, "renewTime": stamp}}


def _leader(meta: dict[str, Any], place: int, draw: Draw, generation: int, old: object) -> dict[str, Any]:
    return _lease(meta, place, draw, generation, old)


def _pod(meta: dict[str, Any], place: int, draw: Draw, generation: int, old: Any) -> dict[str, Any]:
    bound = old["spec"]["nodeName"] if old is not None else ""
    spec = {"nodeName": bound or ("", *NODES)[draw(5)]}  # once bound, a pod stays
    conditions = [{"type": "PodScheduled", "status": "False"}] if draw(2) and not spec["nodeName"] else []
    phase = "Running" if spec["nodeName"] else "Pending"
    statuses = [{"name": "app", "ready": draw(2) == 0, "restartCount": 0}] if spec["nodeName"] else []
    return {"metadata": meta, "spec": spec, "status": {"phase": phase, "conditions": conditions, "containerStatuses": statuses}}


def _system_pod(meta: dict[str, Any], place: int, draw: Draw, generation: int, old: Any) -> dict[str, Any]:
    meta["labels"] = {"k8s-app": "kube-proxy"} if place else {"component": "etcd", "tier": "control-plane"}
    if not place:
        meta["annotations"] = {"kubernetes.io/config.mirror": "x"}
    spec = {"nodeName": NODES[place], "containers": [{"name": "kube-proxy", "image": f"kube-proxy:v1.3{draw(7)}.0"}]}
    ready = ("True", "False")[draw(2)]
    status = {"phase": "Running", "conditions": [{"type": "Ready", "status": ready}], "containerStatuses": []}
    return {"metadata": meta, "spec": spec, "status": status}


def _deployment(meta: dict[str, Any], place: int, draw: Draw, generation: int, old: object) -> dict[str, Any]:
    meta["generation"] = 2
    return {"metadata": meta, "spec": {"replicas": 2}, "status": {"observedGeneration": 1 + draw(2), "readyReplicas": draw(3)}}


def _slice(meta: dict[str, Any], place: int, draw: Draw, generation: int, old: object) -> dict[str, Any]:
    meta["namespace"] = "default"
    meta["labels"] = {"kubernetes.io/service-name": "kubernetes"}
    return {"metadata": meta, "endpoints": [{"addresses": [f"10.0.0.{place}"], "conditions": {"ready": draw(2) == 0}}], "ports": []}


_MAKERS: dict[Feed, Callable[[dict[str, Any], int, Draw, int, Any], dict[str, Any]]] = {
    Feed.NODES: _node,
    Feed.NODE_LEASES: _lease,
    Feed.SYSTEM_LEASES: _leader,
    Feed.PODS: _pod,
    Feed.SYSTEM_PODS: _system_pod,
    Feed.DEPLOYMENTS: _deployment,
    Feed.APISERVER_ENDPOINTS: _slice,
}
