"""Pods of components in memory, by component; whose a pod is, is told by who makes the cache (planes.components.pod_kinds)."""

from collections.abc import Callable, Iterable

from planes.cache.dating import dated
from planes.cache.recent import Noted, Recent
from planes.cache.store_quota import quota_of
from planes.cache.stores import Dirty
from planes.structs import objects
from planes.structs.moments import Epoch, Mono
from planes.structs.observations import PodSeen
from planes.structs.timestamps import epoch, latest
from planes.structs.versions import image_version, is_kubernetes_own

MIRROR = "kubernetes.io/config.mirror"
#: The component that a pod is an instance of; empty if of none.
KindOf = Callable[[objects.SystemPod], str]
#: So many restarts are remembered.
REMEMBERED = 16

#: Of a pod that takes kube-proxy's place, before what people call it.
REPLACEMENT = "replacement:"


class PodTrack:
    """One pod of a component and what we saw of it."""

    __slots__ = (
        "changed_at",
        "component",
        "containers_ready",
        "date",
        "homeless_since",
        "otherwise_at",
        "own_version",
        "pod",
        "quota",
        "ready",
        "reason",
        "restarted_at",
        "restarts",
        "seen_at",
        "version",
    )

    def __init__(self, pod: objects.SystemPod, component: str, at: Mono) -> None:
        self.component = component
        self.changed_at = at
        self.restarted_at: tuple[Mono, ...] = ()
        self.restarts = sum(one.restartCount for one in pod.status.containerStatuses)
        self.date = _date(pod)  # of `changed_at`, by the cluster's clock
        self.otherwise_at: Mono | None = None  # when it was last seen to be otherwise
        self._take(pod, at)

    def _take(self, pod: objects.SystemPod, at: Mono) -> None:
        self.pod, self.seen_at = pod, at
        self.ready = _is_ready(pod)
        statuses = pod.status.containerStatuses
        self.containers_ready = pod.status.phase == "Running" and bool(statuses) and all(one.ready for one in statuses)
        self.reason = _reason(pod)
        self.homeless_since = _homeless_since(pod)
        images = {one.name: one.image for one in pod.spec.containers}
        first = next(iter(images.values()), "")
        image = images.get(self.component, first)
        self.version = image_version(image)
        self.quota = quota_of(pod) if self.component == "etcd" else None
        for one in pod.spec.containers:
            one.forget()
        self.own_version = self.component == "cloud-controller-manager" and not is_kubernetes_own(image)

    def change(self, pod: objects.SystemPod, at: Mono) -> bool:
        """Take the newest state; True if anything that is judged changed."""
        before, otherwise_at = self._judged(), self.seen_at
        restarts = sum(one.restartCount for one in pod.status.containerStatuses)
        # A count that stayed or fell, times a moment, is no moment.
        self.restarted_at = (*self.restarted_at, *(at,) * min(restarts - self.restarts, REMEMBERED))[-REMEMBERED:]
        self.restarts = restarts
        self._take(pod, at)
        after = self._judged()
        if before[:2] != after[:2]:
            self.changed_at, self.otherwise_at = at, otherwise_at
            # What is only the reason of it is not dated.
            self.date = _date(pod) if before[0] != after[0] or pod.metadata.deletionTimestamp else None
        return before != after

    def _judged(self) -> tuple[object, ...]:
        meta = self.pod.metadata
        return (
            self.ready,
            self.reason,
            self.containers_ready,
            self.homeless_since,
            self.restarts,
            self.version,
            self.quota,
            self.pod.spec.nodeName,
            meta.deletionTimestamp,
        )

    @property
    def key(self) -> str:
        """By what it is known."""
        return _key(self.pod)

    def seen(self, silent: bool, returning: bool = False, *, offset: float | None = None, before: tuple[Mono, ...] = ()) -> PodSeen:
        """As rules see it. `offset`: the cluster's clock minus our monotonic one; `before`: restarts that an earlier collector
        saw."""
        meta = self.pod.metadata
        return PodSeen(
            namespace=meta.namespace,
            name=meta.name,
            node=self.pod.spec.nodeName,
            phase=self.pod.status.phase,
            ready=self.ready,
            reason=self.reason,
            restarts=self.restarts,
            restarted_at=(*before, *self.restarted_at),
            version=self.version,
            own_version=self.own_version,
            quota=self.quota,
            terminating=bool(meta.deletionTimestamp),
            changed_at=dated(self.changed_at, self.date, offset, self.otherwise_at),
            seen_at=self.seen_at,
            silent=silent,
            containers_ready=self.containers_ready,
            returning=returning,
            homeless_since=self.homeless_since,
            started=_started(self.pod, self.component),
        )


def _date(pod: objects.SystemPod) -> Epoch | None:
    """Since when it is ready or not, or being deleted: deletionTimestamp is when its time to end in good order is over."""
    meta = pod.metadata
    if (ends := latest(meta.deletionTimestamp)) is not None:
        return ends - float(meta.deletionGracePeriodSeconds or 0)
    ready = next((one for one in pod.status.conditions if one.type == "Ready"), None)
    return latest(ready.lastTransitionTime) if ready is not None else None


def _started(pod: objects.SystemPod, component: str) -> Epoch | None:
    """When the container of that name was started; of a pod with a single one, whatever it is called."""
    statuses = pod.status.containerStatuses
    found = next((one for one in statuses if one.name == component), statuses[0] if len(statuses) == 1 else None)
    return epoch(found.state.running.startedAt) if found is not None and found.state.running is not None else None


def _key(pod: objects.SystemPod) -> str:
    return pod.metadata.uid or f"{pod.metadata.namespace}/{pod.metadata.name}"


def _is_ready(pod: objects.SystemPod) -> bool:
    if pod.status.phase not in ("Running", ""):
        return False
    for one in pod.status.conditions:
        if one.type == "Ready":
            return one.status == "True"
    return bool(pod.status.containerStatuses) and all(one.ready for one in pod.status.containerStatuses)


def _homeless_since(pod: objects.SystemPod) -> float | None:
    """Since when a scheduler has found no node for it: PodScheduled=False, Unschedulable, by that condition's own clock."""
    for one in pod.status.conditions:
        if one.type == "PodScheduled" and one.status == "False" and one.reason == "Unschedulable" and not pod.spec.nodeName:
            return epoch(one.lastTransitionTime) or epoch(pod.metadata.creationTimestamp) or 0.0
    return None


def _reason(pod: objects.SystemPod) -> str:
    if pod.metadata.deletionTimestamp:
        return "Terminating"
    for one in pod.status.containerStatuses:
        if not one.ready and one.state.waiting is not None and one.state.waiting.reason:
            return one.state.waiting.reason
    return pod.status.reason or ("" if pod.status.phase in ("Running", "") else pod.status.phase)


class SystemPods:
    """Pods of components, by component; kube-proxy's also by node, and a node whose kube-proxy changed is dirty."""

    __slots__ = ("_dirty", "_kind_of", "_recent", "by_component", "missing_since", "on_node", "tracks")

    def __init__(self, dirty: Dirty, kind_of: KindOf, recent: Recent | None = None) -> None:
        self.tracks: dict[str, PodTrack] = {}
        self.by_component: dict[str, dict[str, PodTrack]] = {}
        self.on_node: dict[str, dict[str, PodTrack]] = {}  # kube-proxy and what replaces it
        self.missing_since: dict[str, Mono] = {}  # node -> when its last kube-proxy pod went
        self._dirty = dirty
        self._kind_of = kind_of
        self._recent = recent if recent is not None else Recent()

    def changed(self, pod: objects.SystemPod, at: Mono) -> None:
        """A pod was added or modified."""
        key = _key(pod)
        component = self._kind_of(pod)
        track = self.tracks.get(key)
        if track is not None and track.component == component:
            node, restarts = track.pod.spec.nodeName, track.restarts
            if not track.change(pod, at):
                return
            if track.restarts > restarts:
                self._recent.happened(Noted.RESTART, key, at, track.restarts - restarts)
            if node != pod.spec.nodeName:
                self._unplace(key, track, node, at)
                self._place(key, track)
            if key in self.on_node.get(pod.spec.nodeName, ()):
                self._dirty.nodes |= {node, pod.spec.nodeName} - {""}
            return
        if track is not None:
            self._remove(key, at)
        if component:
            track = self.tracks[key] = PodTrack(pod, component, at)
            self.by_component.setdefault(component, {})[key] = track
            self._place(key, track)

    def gone(self, pod: objects.SystemPod, at: Mono) -> None:
        """A pod was deleted."""
        self._remove(_key(pod), at)

    def listed(self, items: Iterable[objects.SystemPod], at: Mono) -> None:
        """A complete list."""
        present: set[str] = set()
        for pod in items:
            present.add(_key(pod))
            self.changed(pod, at)
        for key in [key for key in self.tracks if key not in present]:
            self._remove(key, at)

    def forget(self, node: str) -> None:
        """The node is gone."""
        self.missing_since.pop(node, None)
        self._recent.ended(Noted.NO_PROXY, node)

    def _place(self, key: str, track: PodTrack) -> None:
        node = track.pod.spec.nodeName
        if not node or not (track.component == "kube-proxy" or track.component.startswith(REPLACEMENT)):
            return
        self.on_node.setdefault(node, {})[key] = track
        if track.component == "kube-proxy":
            self.missing_since.pop(node, None)
            self._recent.ended(Noted.NO_PROXY, node)
        self._dirty.nodes.add(node)

    def _unplace(self, key: str, track: PodTrack, node: str, at: Mono) -> None:
        pods = self.on_node.get(node)
        if pods is None or pods.pop(key, None) is None:
            return
        if track.component == "kube-proxy" and not any(one.component == "kube-proxy" for one in pods.values()):
            self.missing_since[node] = at
            self._recent.began(Noted.NO_PROXY, node, at)
        if not pods:
            del self.on_node[node]
        self._dirty.nodes.add(node)

    def _remove(self, key: str, at: Mono) -> None:
        track = self.tracks.pop(key, None)
        if track is not None:
            del self.by_component[track.component][key]
            self._unplace(key, track, track.pod.spec.nodeName, at)

    def of(self, component: str) -> Iterable[PodTrack]:
        """The pods of one component."""
        return self.by_component.get(component, {}).values()
