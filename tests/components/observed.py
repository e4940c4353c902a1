"""A view of a cluster that was told by events, for what components observe of it."""

from collections.abc import Iterable
from typing import Any

from planes.components.pod_kinds import new_cache
from planes.components.view import ClusterView, Known
from planes.structs.events import CacheEvent, Changed, Fault, FaultKind, Gone, Heard, Listed
from planes.structs.feeds import Feed
from planes.structs.moments import Mono
from planes.structs.observations import DisruptionSeen
from planes.structs.thresholds import DEFAULT
from tests.replaying import decode

#: Our wall clock minus our monotonic one; renewTimes below are of 2026-11-22T12:00, which was at 100.0 on ours.
NOON = 1795348800.0
OFFSET = NOON - 100.0
FORBIDDEN = Fault(FaultKind.FORBIDDEN, "not permitted")
BROKEN = Fault(FaultKind.SERVER_ERROR, "the server answers 500")
SHOWN = Known(leases=frozenset({"cloud-controller-manager"}))


def thing(feed: Feed, name: str, at: float = 100.0, *, space: str = "kube-system", gone: bool = False, **parts: Any) -> CacheEvent:
    """An object that is told; `meta` adds to its metadata, the rest are its parts."""
    meta = {"name": name, "namespace": space, "uid": f"{space}/{name}", **parts.pop("meta", {})}
    item = decode(feed, {"metadata": meta, **parts})
    return Gone(feed, item, Mono(at)) if gone else Changed(feed, item, Mono(at))


def lease(name: str, feed: Feed = Feed.SYSTEM_LEASES, at: float = 100.0, second: int = 0, **more: Any) -> CacheEvent:
    stamp = f"2026-11-22T12:{second // 60:02d}:{second % 60:02d}Z"
    spec = {"holderIdentity": f"{name}_1", "leaseDurationSeconds": more.pop("duration", 15), "renewTime": stamp}
    return thing(feed, name, at, spec=spec, **more)


def pod(
    name: str, labels: dict[str, str], node: str = "cp", *, mirror: bool = False, ready: bool = True, **more: Any
) -> CacheEvent:
    meta = {"labels": labels, "annotations": {"kubernetes.io/config.mirror": "x"} if mirror else {}}
    conditions = [{"type": "Ready", "status": "True" if ready else "False"}]
    status = {"phase": "Running", "conditions": conditions, "containerStatuses": [{"name": "c", "ready": more.pop("runs", ready)}]}
    return thing(Feed.SYSTEM_PODS, name, meta=meta, spec={"nodeName": node}, status=status, **more)


def node(name: str, ready: str = "True", at: float = 100.0, labels: dict[str, str] | None = None, **status: Any) -> CacheEvent:
    conditions = [{"type": "Ready", "status": ready}]
    return thing(Feed.NODES, name, at, space="", meta={"labels": labels or {}}, status={"conditions": conditions, **status})


def listed(*feeds: Feed, at: float = 100.0) -> list[CacheEvent]:
    return [Listed(feed, [], "1", Mono(at)) for feed in feeds]


def proven(feed: Feed, until: float) -> list[CacheEvent]:
    """Bookmarks of a feed from 100.0 on, never so far apart that time between them is not observed."""
    moments = [100.0 + 5 * n for n in range(int(until - 100) // 5 + 1)]
    return [Heard(feed, Mono(at)) for at in (*moments, until)]


def view(
    told: Iterable[CacheEvent], now: float = 101.0, known: Known = SHOWN, disruption: DisruptionSeen | None = None
) -> ClusterView:
    cache = new_cache()
    for event in told:
        cache.apply(event)
    made = ClusterView(cache, DEFAULT)
    made.look(Mono(now), OFFSET, known, disruption or DisruptionSeen())
    return made


def endpoints(service: str, feed: Feed = Feed.SYSTEM_ENDPOINTS, space: str = "kube-system", at: float = 100.0) -> CacheEvent:
    meta = {"labels": {"kubernetes.io/service-name": service}}
    ends = [{"addresses": ["10.0.0.1"], "conditions": {"ready": True}}]
    return thing(feed, f"{service}-abc", at, space=space, meta=meta, endpoints=ends)
