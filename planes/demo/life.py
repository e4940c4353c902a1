"""The cluster's life: kubelets that renew their leases, leaders that lead, and what the parts do about one another.

`Life.step` does what is due and returns; whoever drives it (serving.py, or a test with a clock of its own) decides when. While
nobody can write (no etcd, no API server), everything waits, as it would.
"""

import heapq
import itertools
from collections.abc import Callable
from functools import partial

import msgspec

from planes.demo import nodes as node_states
from planes.demo import objects
from planes.demo.clock import rfc3339
from planes.demo.cluster import NODE_LEASES, SYSTEM, Cluster, changed
from planes.demo.nodes import NOT_READY, UNREACHABLE, NodeRecord
from planes.demo.store import key_of
from planes.demo.template import Body

RENEW = 10.0  # seconds between a kubelet's renewals, ± 4 %
LEAD = 2.0  # between a leader's
IDENTITY = 10.0  # between an API server's
POSTED = 300.0  # a kubelet posts an unchanged status no more often
GRACE = 50.0  # node-monitor-grace-period
MONITOR = 5.0  # between two looks of the node lifecycle controller
ENDPOINT_TTL = 15.0  # the API servers' endpoint reconciler drops a silent one after this
A_STEP = 400  # how much is done in one step at most, so that serving never waits long

DOWN_MESSAGE = "container runtime is down"
PLEG_MESSAGE = "PLEG is not healthy: pleg was last seen active 3m12s ago; threshold is 3m0s"
NETWORK_MESSAGE = (
    "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady "
    "message:Network plugin returns error: cni plugin not initialized"
)
RESTARTED_MESSAGE = "CSINode is not yet initialized"


class Life:
    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._ticket = itertools.count()
        self._renewals: list[tuple[float, str]] = []
        now = cluster.clock.mono()
        self._renewed: dict[str, float] = {}  # when each kubelet was last heard, as the node lifecycle controller saw it
        self._posted: dict[str, float] = {}
        self._servers_heard = dict.fromkeys(range(cluster.servers), now)
        self._was_writable = True
        rng = cluster.rng
        for record in cluster.node_records():
            self._renewed[record.name] = now
            self._posted[record.name] = now - rng.uniform(0, POSTED)
            self._renewals.append((now + rng.uniform(0, RENEW), record.name))
        heapq.heapify(self._renewals)
        for name in cluster.leader:
            self.after(rng.uniform(0, LEAD), partial(self._lead, name))
        for number in range(cluster.servers):
            self.after(rng.uniform(0, IDENTITY), partial(self._identify, number))
        self.after(MONITOR, self._monitor)
        self.after(1.0, self._reconcile_endpoints)

    def after(self, seconds: float, act: Callable[[], None]) -> None:
        """Do something later, when it can be written."""
        heapq.heappush(self._due, (self.cluster.clock.mono() + seconds, next(self._ticket), act))

    def step(self) -> None:
        now = self.cluster.clock.mono()
        writable = self.cluster.troubles.writable
        if writable and not self._was_writable:
            self._resume(now)
        self._was_writable = writable
        if not writable:
            return
        for _ in range(A_STEP):
            if not self._due or self._due[0][0] > now:
                break
            heapq.heappop(self._due)[2]()
        for _ in range(A_STEP):
            if not self._renewals or self._renewals[0][0] > now:
                break
            self._renew(*heapq.heappop(self._renewals), now)

    def _resume(self, now: float) -> None:
        """Controllers that could not see for a while start counting anew instead of blaming everybody."""
        for name in self._renewed:
            self._renewed[name] = now
        for number in self._servers_heard:
            self._servers_heard[number] = now

    # --- kubelets -------------------------------------------------------------------------------------------------------------

    def _renew(self, due: float, name: str, now: float) -> None:
        wait = RENEW * self.cluster.rng.uniform(0.96, 1.04)
        heapq.heappush(self._renewals, (max(due + wait, now + wait / 2), name))
        if name in self.cluster.troubles.silent:
            return
        lease = self.cluster.lease(NODE_LEASES, name)
        if lease is None:
            return
        self.cluster.leases.put(lease.renew(self.cluster.clock.wall()))
        self._renewed[name] = now
        if now - self._posted[name] >= POSTED:
            self.post(name)

    def speak(self, name: str) -> None:
        """A kubelet is back: it renews its lease and posts its status at once, and its pods are ready again soon after."""
        lease = self.cluster.lease(NODE_LEASES, name)
        if lease is not None and name not in self.cluster.troubles.silent:
            self.cluster.leases.put(lease.renew(self.cluster.clock.wall()))
            self._renewed[name] = self.cluster.clock.mono()
            self.post(name)

    def unready_message(self, name: str) -> str:
        """Why the kubelet says its node is not ready; empty if it is."""
        troubles = self.cluster.troubles
        parts = [
            message
            for names, message in (
                (troubles.runtime, DOWN_MESSAGE),
                (troubles.pleg, PLEG_MESSAGE),
                (troubles.network, NETWORK_MESSAGE),
                (troubles.restarting, RESTARTED_MESSAGE),
            )
            if name in names
        ]
        return parts[0] if len(parts) == 1 else f"[{', '.join(parts)}]" if parts else ""

    def post(self, name: str) -> None:
        """A kubelet writes its node's status, as it finds it now."""
        cluster = self.cluster
        if name in cluster.troubles.silent:
            return
        node = cluster.node(name)
        before = node.ready.status
        message = self.unready_message(name)
        posted = node_states.conditions(cluster.now(), node.conditions, pressure=name in cluster.troubles.pressure, message=message)
        self._posted[name] = cluster.clock.mono()
        cluster.nodes.put(changed(node, conditions=posted))
        if before != "True" and not message:
            cluster.node_event(name, "NodeReady", f"Node {name} status is now: NodeReady", "kubelet")
            self.after(0.02, lambda: self._untaint(name, "NoSchedule"))
            self.after(4.0, lambda: self._untaint(name, "NoExecute"))
            self.after(1.5, lambda: self._pods_ready(name))
        elif before == "True" and message:
            cluster.node_event(name, "NodeNotReady", f"Node {name} status is now: NodeNotReady", "kubelet")
            self.after(0.03, lambda: self._taint(name, "NoSchedule"))
            self.after(4.0, lambda: self._taint(name, "NoExecute"))
            self.after(0.1, lambda: self._pods_unready(name))
        if message and before == "Unknown":
            self.after(0.03, lambda: self._taint(name, "NoSchedule"))
        self._pressure_taint(name)

    # --- the node lifecycle controller ----------------------------------------------------------------------------------------

    @property
    def controlled(self) -> bool:
        """Whether controllers work: a controller manager leads."""
        return "kube-controller-manager" not in self.cluster.troubles.dead_leaders

    def _monitor(self) -> None:
        self.after(MONITOR, self._monitor)
        now = self.cluster.clock.mono()
        if not self.controlled:
            self._resume(now)
            return
        late = [name for name, heard in self._renewed.items() if now - heard > GRACE]
        for number, name in enumerate(late):
            if self.cluster.node(name).ready.status != "Unknown":
                self.after(number * 0.005, partial(self._lost, name))

    def _lost(self, name: str) -> None:
        cluster = self.cluster
        if cluster.clock.mono() - self._renewed[name] <= GRACE:
            return
        node = cluster.node(name)
        was_ready = node.ready.status == "True"
        cluster.nodes.put(changed(node, conditions=node_states.unknown_conditions(cluster.now(), node.conditions)))
        cluster.node_event(name, "NodeNotReady", f"Node {name} status is now: NodeNotReady")
        if was_ready:
            self._pods_unready(name)
        self.after(0.04, lambda: self._taint(name, "NoSchedule"))
        self.after(0.12, lambda: self._taint(name, "NoExecute"))

    def _taint(self, name: str, effect: str) -> None:
        node = self.cluster.node(name)
        status = node.ready.status
        if status == "True" or not self.controlled:
            return
        key, other = (UNREACHABLE, NOT_READY) if status == "Unknown" else (NOT_READY, UNREACHABLE)
        tainted = node.without_taint(other, effect)
        tainted = tainted.with_taint(key, "NoExecute" if effect == "NoExecute" else "NoSchedule", self.cluster.now())
        if tainted is not node:
            self.cluster.nodes.put(tainted)

    def _untaint(self, name: str, effect: str) -> None:
        node = self.cluster.node(name)
        if not self.controlled or node.ready.status != "True":
            return
        clean = node.without_taint(UNREACHABLE, effect).without_taint(NOT_READY, effect)
        if clean is not node:
            self.cluster.nodes.put(clean)

    def _pressure_taint(self, name: str) -> None:
        node = self.cluster.node(name)
        if name in self.cluster.troubles.pressure:
            marked = node.with_taint(node_states.MEMORY_PRESSURE, "NoSchedule", self.cluster.now())
        else:
            marked = node.without_taint(node_states.MEMORY_PRESSURE)
        if marked is not node:
            self.cluster.nodes.put(marked)

    def _pods_unready(self, name: str) -> None:
        now = self.cluster.clock.wall()
        for pod in self.cluster.pods_of(name):
            if pod.ready and self.cluster.node(name).ready.status != "True":
                self.cluster.put_pod(msgspec.structs.replace(pod, ready=False, ready_since=now))

    def _pods_ready(self, name: str) -> None:
        now = self.cluster.clock.wall()
        if self.cluster.node(name).ready.status != "True":
            return
        for pod in self.cluster.pods_of(name):
            if not pod.ready and pod.phase == "running" and key_of(pod) not in self.cluster.troubles.held:
                self.cluster.put_pod(msgspec.structs.replace(pod, ready=True, ready_since=now))

    # --- leaders and API servers ----------------------------------------------------------------------------------------------

    def _lead(self, name: str) -> None:
        self.after(LEAD * self.cluster.rng.uniform(0.98, 1.06), partial(self._lead, name))
        lease = self.cluster.lease(SYSTEM, name)
        if lease is not None and name not in self.cluster.troubles.dead_leaders:
            self.cluster.leases.put(lease.renew(self.cluster.clock.wall()))

    def take_over(self, name: str, number: int) -> None:
        """Another instance becomes the leader."""
        lease = self.cluster.lease(SYSTEM, name)
        if lease is None:
            return
        now = self.cluster.clock.wall()
        self.cluster.leader[name] = number
        host = self.cluster.control_plane[number]
        taken = msgspec.structs.replace(
            lease,
            holder=objects.holder(self.cluster, host),
            duration=15,
            acquired=now,
            renewed=now,
            transitions=lease.transitions + 1,
        )
        self.cluster.leases.put(taken)
        note = f"{taken.holder} became leader"
        self.cluster.event("Lease", SYSTEM, name, "", "LeaderElection", note, name)

    def release(self, name: str) -> None:
        """A leader steps down in good order: no holder, and a duration of one second."""
        lease = self.cluster.lease(SYSTEM, name)
        if lease is not None:
            self.cluster.leases.put(msgspec.structs.replace(lease, holder="", duration=1, renewed=self.cluster.clock.wall()))

    def identity(self, number: int) -> str:
        """The name of the identity lease of one API server."""
        host = self.cluster.control_plane[number]
        for record in self.cluster.leases.records(SYSTEM):
            if record.labels().get("kubernetes.io/hostname") == host:
                return record.name
        raise KeyError(host)

    def _identify(self, number: int) -> None:
        self.after(IDENTITY * self.cluster.rng.uniform(0.98, 1.04), partial(self._identify, number))
        self.identify(number)

    def identify(self, number: int) -> None:
        """An API server renews its identity lease, if it is there."""
        if number in self.cluster.troubles.lost_servers:
            return
        self._servers_heard[number] = self.cluster.clock.mono()
        lease = self.cluster.lease(SYSTEM, self.identity(number))
        if lease is not None:
            self.cluster.leases.put(lease.renew(self.cluster.clock.wall()))

    def _reconcile_endpoints(self) -> None:
        self.after(1.0, self._reconcile_endpoints)
        now = self.cluster.clock.mono()
        present = [number for number, heard in self._servers_heard.items() if now - heard <= ENDPOINT_TTL + IDENTITY / 2]

        def change(body: Body) -> None:
            body["endpoints"] = objects.server_endpoints(self.cluster, present or list(self._servers_heard))

        self.cluster.edit(self.cluster.store.table("endpointslices", "discovery.k8s.io"), "default/kubernetes", change)

    def cordon(self, name: str, cordoned: bool) -> None:
        node: NodeRecord = changed(self.cluster.node(name), unschedulable=cordoned)
        if cordoned:
            node = node.with_taint(node_states.UNSCHEDULABLE, "NoSchedule", rfc3339(self.cluster.clock.wall()))
        else:
            node = node.without_taint(node_states.UNSCHEDULABLE)
        self.cluster.nodes.put(node)
        note = "NodeNotSchedulable" if cordoned else "NodeSchedulable"
        self.cluster.node_event(name, note, f"Node {name} status is now: {note}", "kubelet")
