"""All pods of a cluster in memory, compact: 150,000 of them stay as one small row each, under their node.

A pod's node never changes once it is bound (the API server refuses it), so no index from pod to node is kept.
"""

from collections.abc import Iterable
from sys import intern

from planes.cache.dating import dated
from planes.cache.stores import Dirty
from planes.structs import objects
from planes.structs.lookups import WaitingPod
from planes.structs.moments import Epoch, Mono
from planes.structs.rows import PodRow
from planes.structs.timestamps import epoch, latest
from planes.structs.workload_observations import UndecidedSeen

FINISHED = ("Succeeded", "Failed")


def row_of(pod: objects.Pod) -> PodRow:
    """The compact row of a pod."""
    status = pod.status
    ready = restarts = 0
    reason = status.reason
    for one in status.containerStatuses:
        restarts += one.restartCount
        if one.ready:
            ready += 1
        elif one.state.waiting is not None and not reason:
            reason = one.state.waiting.reason
    if not reason and pod.metadata.deletionTimestamp:
        reason = "Terminating"
    return PodRow(
        namespace=pod.metadata.namespace,
        name=pod.metadata.name,
        phase=status.phase,
        ready=ready,
        containers=len(status.containerStatuses),
        restarts=restarts,
        reason=reason,
        created=epoch(pod.metadata.creationTimestamp),
        owner=_owner_of(pod),
    )


def _owner_of(pod: objects.Pod) -> str:
    """Many pods have one owner: the text is kept once."""
    owner = next((one for one in pod.metadata.ownerReferences if one.controller), None)
    return "" if owner is None else intern(f"{owner.kind} {owner.name}")


def is_undecided(pod: objects.Pod | WaitingPod) -> bool:
    """No scheduler has said anything about it. Pods that name another scheduler are none of kube-scheduler's."""
    if pod.spec.nodeName or pod.metadata.deletionTimestamp or pod.status.phase in FINISHED:
        return False
    if pod.spec.schedulerName not in ("", "default-scheduler"):
        return False
    return not any(one.type == "PodScheduled" for one in pod.status.conditions)


def _key(pod: objects.Pod) -> str:
    return pod.metadata.uid or f"{pod.metadata.namespace}/{pod.metadata.name}"


class PodStore:
    """Pods by node, and those that no scheduler has decided about."""

    __slots__ = ("_created", "_dirty", "by_node", "undecided", "waiting")

    def __init__(self, dirty: Dirty) -> None:
        self.by_node: dict[str, dict[str, PodRow]] = {}
        self.waiting: dict[str, str] = {}  # not bound to a node: key -> "namespace/name"
        self.undecided: dict[str, tuple[Mono, str]] = {}  # since we saw it
        self._created: dict[str, Epoch | None] = {}  # of those, by the cluster's clock
        self._dirty = dirty

    def changed(self, pod: objects.Pod, at: Mono) -> None:
        """A pod was added or modified."""
        if node := self._put(pod, at):
            self._dirty.pods.add(node)

    def _put(self, pod: objects.Pod, at: Mono) -> str:
        """The node whose row changed by it, or an empty string."""
        key, node = _key(pod), pod.spec.nodeName
        if not node:
            name = f"{pod.metadata.namespace}/{pod.metadata.name}"
            self.waiting[key] = name
            if is_undecided(pod):
                if key not in self.undecided:
                    self.undecided[key] = (at, name)
                    self._created[key] = latest(pod.metadata.creationTimestamp)
            else:
                self._decided(key)
            return ""
        if self.waiting:
            self.waiting.pop(key, None)
            self._decided(key)
        pods = self.by_node.get(node)
        if pods is None:
            pods = self.by_node[node] = {}
        row = row_of(pod)
        if pods.get(key) == row:
            return ""
        pods[key] = row
        return node

    def _decided(self, key: str) -> None:
        if self.undecided.pop(key, None) is not None:
            del self._created[key]

    def gone(self, pod: objects.Pod, at: Mono) -> None:
        """A pod was deleted."""
        key, node = _key(pod), pod.spec.nodeName
        self.waiting.pop(key, None)
        self._decided(key)
        pods = self.by_node.get(node)
        if pods is None or pods.pop(key, None) is None:
            return
        if not pods:
            del self.by_node[node]
        self._dirty.pods.add(node)

    def listed(self, items: Iterable[objects.Pod], at: Mono) -> None:
        """A complete list."""
        before, undecided = self.by_node, self.undecided
        self.by_node, self.waiting, self.undecided, self._created = {}, {}, {}, {}
        for pod in items:
            self._put(pod, at)
        for key, told in undecided.items():  # still so: it waits since we saw it first
            if key in self.undecided:
                self.undecided[key] = told
        self._dirty.pods |= {node for node in before.keys() | self.by_node.keys() if before.get(node) != self.by_node.get(node)}

    def rows(self, node: str) -> tuple[PodRow, ...]:
        """The pods of a node by namespace and name."""
        pods = self.by_node.get(node)
        if not pods:
            return ()
        return tuple(sorted(pods.values(), key=_by_name))

    def count(self) -> int:
        """All pods."""
        return sum(map(len, self.by_node.values())) + len(self.waiting)

    def shift(self, gap: float, now: Mono) -> None:
        """We were away for `gap` seconds: that time counts against nobody."""
        self.undecided = {key: (min(now, at + gap), name) for key, (at, name) in self.undecided.items()}

    def undecided_seen(self, offset: float | None = None) -> UndecidedSeen:
        """As rules see it: a pod waits since it was created. `offset`: the cluster's clock minus our monotonic one."""
        if not self.undecided:
            return UndecidedSeen()
        told = sorted((dated(at, self._created[key], offset), name, at) for key, (at, name) in self.undecided.items())
        oldest, _, at = told[0]
        sighted = at if oldest != at else None
        return UndecidedSeen(count=len(told), oldest=oldest, sighted=sighted, names=tuple(name for _, name, _ in told[:3]))


def _by_name(row: PodRow) -> tuple[str, str]:
    return row.namespace, row.name
