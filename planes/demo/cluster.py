"""The simulated cluster's state, and the few ways to change it. Who changes it over time is life.py, what breaks it faults.py."""

import copy
import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import msgspec

from planes.demo.clock import Clock, rfc3339
from planes.demo.leases import LeaseRecord
from planes.demo.nodes import NodeRecord
from planes.demo.pods import PodRecord, Workload
from planes.demo.store import Doc, Resource, Store, Table, key_of
from planes.demo.template import Body, managed_fields, uid

SERVER_VERSION = "v1.36.2"
NODE_LEASES = "kube-node-lease"
SYSTEM = "kube-system"
EVENTS_KEPT = 2000  # real ones end after an hour

RESOURCES = (
    Resource("", "v1", "namespaces", "Namespace", False, ("ns",)),
    Resource("", "v1", "nodes", "Node", False, ("no",)),
    Resource("", "v1", "pods", "Pod", True, ("po",)),
    Resource("", "v1", "services", "Service", True, ("svc",)),
    Resource("", "v1", "configmaps", "ConfigMap", True, ("cm",)),
    Resource("", "v1", "events", "Event", True, ("ev",)),
    Resource("coordination.k8s.io", "v1", "leases", "Lease", True),
    Resource("apps", "v1", "daemonsets", "DaemonSet", True, ("ds",)),
    Resource("apps", "v1", "deployments", "Deployment", True, ("deploy",)),
    Resource("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", True),
    Resource("apiregistration.k8s.io", "v1", "apiservices", "APIService", False),
    Resource("admissionregistration.k8s.io", "v1", "validatingwebhookconfigurations", "ValidatingWebhookConfiguration", False),
    Resource("admissionregistration.k8s.io", "v1", "mutatingwebhookconfigurations", "MutatingWebhookConfiguration", False),
    Resource("storage.k8s.io", "v1", "csinodes", "CSINode", False),
)

#: Changes kept for watches that come back: of leases a good minute's even at 5,000 nodes.
WINDOWS = {"leases": 40_000, "pods": 20_000}


@dataclass
class Troubles:
    """What is broken just now. Faults set these; life.py and the server act upon them."""

    silent: set[str] = field(default_factory=set)  # nodes whose kubelet says nothing
    runtime: set[str] = field(default_factory=set)
    pleg: set[str] = field(default_factory=set)
    network: set[str] = field(default_factory=set)
    restarting: set[str] = field(default_factory=set)  # nodes whose kubelet has just come back and is not ready yet
    pressure: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)  # keys of pods that a fault keeps from being ready
    no_proxy: set[str] = field(default_factory=set)  # nodes where no kube-proxy pod comes back
    dead_leaders: set[str] = field(default_factory=set)  # leases that nobody renews
    lost_servers: set[int] = field(default_factory=set)  # API servers by number, of those behind the address
    scheduler_stuck: bool = False
    etcd: bool = False
    refused: bool = False
    hanging: bool = False
    slow: bool = False
    failing: bool = False
    revoked: bool = False
    webhook: bool = False
    metrics_server: bool = False

    @property
    def writable(self) -> bool:
        """Whether anybody in the cluster can write: through an API server that answers, to an etcd that is there."""
        return not (self.etcd or self.refused or self.hanging)


class Cluster:
    """The objects, by kind, with the indexes that the simulation needs."""

    def __init__(self, clock: Clock, seed: int) -> None:
        self.clock = clock
        self.seed = seed
        self.rng = random.Random(seed)  # for what the cluster is and does
        self.noise = random.Random(seed)  # for what happens to requests: viewers do not change the cluster's life
        self.store = Store()
        self.troubles = Troubles()
        for resource in RESOURCES:
            self.store.add(resource, WINDOWS.get(resource.plural, 4000))
        self.nodes = self.store.table("nodes")
        self.pods = self.store.table("pods")
        self.leases = self.store.table("leases", "coordination.k8s.io")
        self.events = self.store.table("events")
        self.control_plane: list[str] = []  # names of its nodes
        self.workers: list[str] = []
        self.deployments: list[Workload] = []
        self.daemons: list[Workload] = []
        self.pods_on: dict[str, set[str]] = defaultdict(set)
        self.undecided: dict[str, None] = {}  # keys of pods that no scheduler has looked at
        self.counts: dict[Workload, list[int]] = defaultdict(lambda: [0, 0])  # pods, ready pods
        self.members: dict[Workload, dict[str, None]] = defaultdict(dict)  # keys of pods, oldest first
        self.restless: dict[Workload, None] = {}  # whose status is behind
        self.leader: dict[str, int] = {"kube-controller-manager": 0, "kube-scheduler": 0}
        self.process_started = clock.wall() - 3 * 3600  # of the API server that answers
        self.ready_at = clock.mono()  # when its post-start hooks are done
        self._serial = (seed - 1) << 24  # of another seed, another cluster: it shares no UID
        self._event_keys: list[str] = []

    @property
    def servers(self) -> int:
        return len(self.control_plane)

    def serial(self) -> int:
        """A number never given before; objects make their uids of it. Nodes use the three after theirs, too."""
        self._serial += 4
        return self._serial

    def now(self) -> str:
        return rfc3339(self.clock.wall())

    # --- nodes and leases -----------------------------------------------------------------------------------------------------

    def node(self, name: str) -> NodeRecord:
        record = self.nodes.get(name)
        if not isinstance(record, NodeRecord):
            raise KeyError(name)
        return record

    def node_records(self) -> list[NodeRecord]:
        return [record for record in self.nodes.records() if isinstance(record, NodeRecord)]

    def lease(self, namespace: str, name: str) -> LeaseRecord | None:
        record = self.leases.get(f"{namespace}/{name}")
        return record if isinstance(record, LeaseRecord) else None

    # --- pods -----------------------------------------------------------------------------------------------------------------

    def pod(self, key: str) -> PodRecord | None:
        record = self.pods.get(key)
        return record if isinstance(record, PodRecord) else None

    def pods_of(self, node: str) -> list[PodRecord]:
        return [pod for key in sorted(self.pods_on.get(node, ())) if (pod := self.pod(key)) is not None]

    def load_pods(self, pods: Iterable[PodRecord]) -> None:
        """The pods that were there from the start."""
        loaded = list(pods)
        self.pods.load(loaded)
        for pod in loaded:
            self._index(key_of(pod), None, pod)
        self.restless.clear()

    def put_pod(self, pod: PodRecord) -> None:
        key = key_of(pod)
        self._index(key, self.pod(key), pod)
        self.pods.put(pod)

    def remove_pod(self, key: str) -> None:
        pod = self.pod(key)
        if pod is not None:
            self._index(key, pod, None)
            self.pods.remove(key)

    def _index(self, key: str, before: PodRecord | None, after: PodRecord | None) -> None:
        for pod, step in ((before, -1), (after, 1)):
            if pod is None:
                continue
            counts = self.counts[pod.workload]
            counts[0] += step
            counts[1] += step * (pod.ready and pod.phase == "running" and not pod.deleted)
            self.restless[pod.workload] = None
        if after is None and before is not None:
            self.members[before.workload].pop(key, None)
        elif after is not None:
            self.members[after.workload][key] = None
        if before is not None and before.node:
            self.pods_on[before.node].discard(key)
        if after is not None and after.node:
            self.pods_on[after.node].add(key)
        if after is not None and after.phase == "undecided":
            self.undecided[key] = None
        else:
            self.undecided.pop(key, None)

    # --- everything else ------------------------------------------------------------------------------------------------------

    def meta(self, name: str, namespace: str = "", **more: object) -> Body:
        """metadata of a new object; resourceVersion is filled in when it is read."""
        meta: Body = {"name": name}
        if namespace:
            meta["namespace"] = namespace
        return {**meta, "uid": uid(self.serial()), "resourceVersion": "", "creationTimestamp": self.now(), **more}

    def edit(self, table: Table, key: str, change: Callable[[Body], None]) -> None:
        """Change a copy of a plain object and store it, if that made a difference."""
        record = table.get(key)
        if not isinstance(record, Doc):
            return
        body = copy.deepcopy(record.body)
        change(body)
        if body != record.body:
            table.put(Doc(record.name, record.namespace, 0, body))

    def event(
        self, kind: str, namespace: str, name: str, object_uid: str, reason: str, message: str, source: str, warning: bool = False
    ) -> None:
        """Record an Event; the oldest goes when there are too many."""
        now = self.now()
        home = namespace or "default"
        involved: Body = {
            "kind": kind,
            **({"namespace": namespace} if namespace else {}),
            "name": name,
            "uid": object_uid,
            "apiVersion": "v1",
        }
        described: Body = {
            "involvedObject": involved,
            "reason": reason,
            "message": message,
            "source": {"component": source},
            "firstTimestamp": now,
            "lastTimestamp": now,
            "count": 1,
            "type": "Warning" if warning else "Normal",
        }
        fields = managed_fields(source, "v1", {**described, "involvedObject": {}, "reportingComponent": source}, now)
        meta = self.meta(f"{name}.{0x18EA6AE86A90A480 + self.serial() * 4099:x}", home, managedFields=[fields])
        body = {"metadata": meta, **described, "eventTime": None, "reportingComponent": source, "reportingInstance": ""}
        doc = Doc.of(body)
        self.events.put(doc)
        self._event_keys.append(key_of(doc))
        if len(self._event_keys) > EVENTS_KEPT:
            self.events.remove(self._event_keys.pop(0))

    def node_event(self, name: str, reason: str, message: str, source: str = "node-controller") -> None:
        node_uid = uid(self.node(name).serial)
        self.event("Node", "", name, node_uid, reason, message, source)

    def pod_event(self, pod: PodRecord, reason: str, message: str, source: str, warning: bool = False) -> None:
        self.event("Pod", pod.namespace, pod.name, uid(pod.serial), reason, message, source, warning)


def changed(node: NodeRecord, **fields: object) -> NodeRecord:
    return msgspec.structs.replace(node, **fields)
