"""What runs on the cluster, and who sees to it: the scheduler that binds pods, the kubelets that start them, and the controllers
that replace them and keep the status of workloads and services up to date."""

import math

import msgspec

from planes.demo import objects
from planes.demo.clock import since_epoch
from planes.demo.cluster import Cluster
from planes.demo.life import Life
from planes.demo.pods import PodRecord, Workload
from planes.demo.store import key_of
from planes.demo.template import Body

SYNC = 1.0  # seconds between two rounds of the controllers
SCHEDULE = 0.1
AT_ONCE = 100  # pods bound, or workloads brought up to date, in one round
CHURN = 360.0  # seconds between two replaced pods, times the number of nodes; never more often than every 0.5 s, unless asked to
CHANGES_A_POD = 5  # of a pod that is replaced: asked to go, gone; made, bound, started
CHURN_ROUND = 0.1  # seconds at least between two rounds of replacing; what falls due within one is done together
TOLERATED = 300.0  # seconds for which pods stay on a node that is unreachable or not ready
EVICTION_ROUND = 10.0
ROLLOUT_EVERY = 12  # replaced pods


class Work:
    """`pod_changes` a second are made by replacing pods; None: as many as a cluster of this size would have."""

    def __init__(self, cluster: Cluster, life: Life, pod_changes: float | None = None) -> None:
        self.cluster = cluster
        self.life = life
        self._churned = 0
        self._churn_due = cluster.clock.mono()
        self._churn_wait = max(0.5, CHURN / max(1, len(cluster.nodes))) if pod_changes is None else CHANGES_A_POD / pod_changes
        life.after(SYNC, self._sync)
        life.after(SCHEDULE, self._schedule)
        life.after(cluster.rng.uniform(3, 6), self._churn)
        life.after(EVICTION_ROUND, self._evict)

    # --- scheduler ------------------------------------------------------------------------------------------------------------

    def _schedule(self) -> None:
        self.life.after(SCHEDULE, self._schedule)
        troubles = self.cluster.troubles
        if "kube-scheduler" in troubles.dead_leaders or troubles.scheduler_stuck:
            return
        for key in list(self.cluster.undecided)[:AT_ONCE]:
            pod = self.cluster.pod(key)
            if pod is not None:
                self._bind(pod)

    def _bind(self, pod: PodRecord) -> None:
        home = pod.node or self._home()
        if not home:
            return
        bound = msgspec.structs.replace(
            pod,
            node=home,
            address=self.cluster.node(home).address,
            phase="creating",
            ready=False,
            started=self.cluster.clock.wall(),
        )
        self.cluster.put_pod(bound)
        note = f"Successfully assigned {pod.namespace}/{pod.name} to {home}"
        self.cluster.pod_event(bound, "Scheduled", note, "default-scheduler")
        self.life.after(self.cluster.rng.uniform(1.0, 3.0), lambda: self._start(key_of(bound)))

    def _home(self) -> str:
        """A node that takes pods; empty if none was found."""
        homes = self.cluster.workers or self.cluster.control_plane
        for _ in range(40):
            node = self.cluster.node(self.cluster.rng.choice(homes))
            if not node.taints and node.ready.status == "True" and len(self.cluster.pods_on[node.name]) < node.kind.max_pods:
                return node.name
        return ""

    # --- kubelets -------------------------------------------------------------------------------------------------------------

    def _idle(self, node: str) -> bool:
        return node in self.cluster.troubles.silent or node in self.cluster.troubles.runtime

    def _start(self, key: str) -> None:
        pod = self.cluster.pod(key)
        if pod is None or pod.phase != "creating":
            return
        if self._idle(pod.node):
            self.life.after(2.0, lambda: self._start(key))
            return
        now = self.cluster.clock.wall()
        running = msgspec.structs.replace(pod, phase="running", ready=True, started=now, ready_since=now)
        self.cluster.put_pod(running)
        name = pod.workload.containers[0][0]
        for reason, note in (
            ("Pulled", "Container image already present on machine"),
            ("Created", f"Created container: {name}"),
            ("Started", f"Started container {name}"),
        ):
            self.cluster.pod_event(running, reason, note, "kubelet")

    def _end(self, key: str) -> None:
        """A pod that is being deleted is gone once its kubelet has stopped it."""
        pod = self.cluster.pod(key)
        if pod is None:
            return
        if pod.node and self._idle(pod.node):
            self.life.after(2.0, lambda: self._end(key))
            return
        self.cluster.remove_pod(key)

    # --- controllers ----------------------------------------------------------------------------------------------------------

    def _churn(self) -> None:
        together = math.ceil(CHURN_ROUND / self._churn_wait)
        now = self.cluster.clock.mono()
        # Counted from when it fell due, not from when it was done: steps of the cluster's life would slow it down.
        self._churn_due = max(self._churn_due, now - 1.0) + together * self._churn_wait * self.cluster.rng.uniform(0.5, 1.5)
        self.life.after(max(0.0, self._churn_due - now), self._churn)
        teams = [app for app in self.cluster.deployments if not app.critical]
        for _ in range(together if teams else 0):
            self._churn_one(self.cluster.rng.choice(teams))

    def _churn_one(self, app: Workload) -> None:
        self._churned += 1
        if self._churned % ROLLOUT_EVERY == 0:
            self.roll_out(app)
        if self.life.controlled:
            self.replace_one(app)

    def roll_out(self, app: Workload) -> None:
        """Somebody changes a Deployment: its generation grows, and the controller takes note if there is one."""

        def change(body: Body) -> None:
            body["metadata"]["generation"] += 1

        self.cluster.edit(self.cluster.store.table("deployments", "apps"), f"{app.namespace}/{app.name}", change)
        self.cluster.restless[app] = None

    def replace_one(self, app: Workload) -> None:
        """Delete one pod of a workload and make another in its place."""
        alive = [pod for key in self.cluster.members[app] if (pod := self.cluster.pod(key)) is not None and not pod.deleted]
        if alive:
            self._delete(self.cluster.rng.choice(alive))
        self.create(app)

    def _delete(self, pod: PodRecord) -> None:
        """Ask for the deletion of a pod; it is gone when its kubelet has stopped it."""
        now = self.cluster.clock.wall()
        self.cluster.put_pod(msgspec.structs.replace(pod, deleted=now, ready=False, ready_since=now))
        if not self._idle(pod.node):
            self.cluster.pod_event(pod, "Killing", f"Stopping container {pod.workload.containers[0][0]}", "kubelet")
        self.life.after(self.cluster.rng.uniform(1.0, 2.0), lambda: self._end(key_of(pod)))

    def create(self, app: Workload, node: str = "") -> str:
        """A new pod, for any node or, of a DaemonSet, for one. Returns its key."""
        pod = PodRecord(
            name=objects.pod_name(self.cluster, app),
            workload=app,
            serial=self.cluster.serial(),
            created=self.cluster.clock.wall(),
            node=node,
            phase="undecided",
            ready=False,
        )
        self.cluster.put_pod(pod)
        self.cluster.pod_event(
            pod, "SuccessfulCreate", f"Created pod: {pod.name}", "replicaset-controller" if not node else "daemonset-controller"
        )
        return key_of(pod)

    def _sync(self) -> None:
        self.life.after(SYNC, self._sync)
        if not self.life.controlled:
            return
        services = objects.service_of(self.cluster) if self.cluster.restless else {}
        for app in list(self.cluster.restless)[:AT_ONCE]:
            del self.cluster.restless[app]
            self._status(app)
            if app in services:
                self._endpoints(app, services[app])

    def _evict(self) -> None:
        """Pods tolerate a node that is unreachable or not ready for five minutes; then they are replaced elsewhere."""
        self.life.after(EVICTION_ROUND, self._evict)
        now = self.cluster.clock.wall()
        doomed = [
            node.name
            for node in self.cluster.node_records()
            if any(taint.effect == "NoExecute" and now - since_epoch(taint.timeAdded) > TOLERATED for taint in node.taints)
        ]
        if not self.life.controlled:
            return
        for name in doomed:
            for pod in self.cluster.pods_of(name):
                if pod.workload.owner == "ReplicaSet" and not pod.deleted and not pod.workload.critical:
                    self._delete(pod)
                    self.create(pod.workload)

    def _status(self, app: Workload) -> None:
        total, ready = self.cluster.counts[app]
        now = self.cluster.now()

        def daemon_set(body: Body) -> None:
            body["status"] = objects.daemon_set_status(len(self.cluster.nodes), total, ready, body["metadata"]["generation"])

        def deployment(body: Body) -> None:
            wanted = body["spec"]["replicas"]
            generation = body["metadata"]["generation"]
            body["status"] = objects.deployment_status(app, wanted, total, ready, generation, body["status"], now)

        if app.owner == "DaemonSet":
            self.cluster.edit(self.cluster.store.table("daemonsets", "apps"), f"{app.namespace}/{app.name}", daemon_set)
        elif app.owner == "ReplicaSet":
            self.cluster.edit(self.cluster.store.table("deployments", "apps"), f"{app.namespace}/{app.name}", deployment)

    def _endpoints(self, app: Workload, service: str) -> None:
        table = self.cluster.store.table("endpointslices", "discovery.k8s.io")
        for record in table.records(app.namespace):
            if record.labels().get("kubernetes.io/service-name") == service:
                pods = [
                    pod
                    for key in self.cluster.members[app]
                    if (pod := self.cluster.pod(key)) is not None and pod.phase != "undecided"
                ]
                found = [objects.endpoint(self.cluster, pod) for pod in sorted(pods, key=lambda pod: pod.name)]

                def change(body: Body, found: list[Body] = found) -> None:
                    if body["endpoints"] != found:
                        body["endpoints"] = found
                        body["metadata"]["generation"] += 1
                        body["metadata"]["annotations"] = {"endpoints.kubernetes.io/last-change-trigger-time": self.cluster.now()}

                self.cluster.edit(table, f"{record.namespace}/{record.name}", change)

    @property
    def proxy(self) -> Workload:
        return self.cluster.daemons[0]

    def proxy_pod(self, node: str) -> PodRecord | None:
        """The kube-proxy pod of a node."""
        return next((pod for pod in self.cluster.pods_of(node) if pod.workload is self.proxy and not pod.deleted), None)

    def crash(self, key: str) -> None:
        """A container of a pod dies and is not restarted yet."""
        pod = self.cluster.pod(key)
        if pod is None or self._idle(pod.node):
            return
        self.cluster.troubles.held.add(key)
        now = self.cluster.clock.wall()
        down = msgspec.structs.replace(
            pod,
            phase="waiting",
            reason="CrashLoopBackOff",
            ready=False,
            ready_since=now if pod.ready else pod.ready_since,
            restarts=pod.restarts + 1,
        )
        self.cluster.put_pod(down)
        note = f"Back-off restarting failed container {pod.workload.containers[0][0]} in pod {pod.name}"
        self.cluster.pod_event(down, "BackOff", note, "kubelet", warning=True)

    def recover(self, key: str) -> None:
        """The container of a pod runs again."""
        self.cluster.troubles.held.discard(key)
        pod = self.cluster.pod(key)
        if pod is None or pod.phase != "waiting":
            return
        now = self.cluster.clock.wall()
        good = self.cluster.node(pod.node).ready.status == "True"
        self.cluster.put_pod(msgspec.structs.replace(pod, phase="running", reason="", ready=good, started=now, ready_since=now))
