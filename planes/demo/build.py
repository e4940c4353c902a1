"""Building the cluster that the demo starts with: three zones, three control-plane nodes, workers, and what runs on them."""

from dataclasses import dataclass

from planes.demo import objects
from planes.demo.clock import Clock, rfc3339
from planes.demo.cluster import NODE_LEASES, SERVER_VERSION, SYSTEM, Cluster
from planes.demo.leases import LeaseRecord
from planes.demo.nodes import NodeKind, NodeRecord, conditions
from planes.demo.pods import PodRecord, Workload

ZONES = ("eu-1a", "eu-1b", "eu-1c")
GIB = 1 << 30
STATIC = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler")
WEBHOOK_NAMESPACE = "policy"
APPS = ("web", "checkout", "search", "mailer", "ledger", "images", "auth", "feed", "reports", "queue", "billing", "maps")


@dataclass(frozen=True)
class Shape:
    """How large the demo cluster is. Pods include those of the system; there are never fewer than those."""

    nodes: int = 60
    pods: int = 1200
    seed: int = 1


def build(shape: Shape, clock: Clock) -> Cluster:
    """The healthy cluster. Costs about 10 µs a pod."""
    cluster = Cluster(clock, shape.seed)
    age = 3 * 3600.0
    _nodes(cluster, shape, age)
    teams = [f"team-{number}" for number in range(min(10, max(2, shape.nodes // 4)))]
    for namespace in ("default", "kube-node-lease", "kube-public", SYSTEM, WEBHOOK_NAMESPACE, *teams):
        cluster.store.table("namespaces").put(objects.namespace(cluster, namespace))
        cluster.store.table("configmaps").put(objects.root_ca(cluster, namespace))
    pods = _system_pods(cluster, age)
    pods += _team_pods(cluster, teams, max(0, shape.pods - len(pods)), age)
    cluster.load_pods(pods)
    _leases(cluster)
    objects.furnish(cluster)
    for table in cluster.store.tables():
        table.expire()  # it was all there before anybody watched
    return cluster


def _nodes(cluster: Cluster, shape: Shape, age: float) -> None:
    masters = 3 if shape.nodes >= 4 else 1
    width = max(2, len(str(shape.nodes)))
    kinds = {
        (pool, zone): NodeKind(pool, kind, zone, cpu, memory, control, runtime)
        for pool, kind, cpu, memory, control, runtime in (
            ("control-plane", "m6.xlarge", 4, 16 * GIB, True, "containerd://2.1.4"),
            ("general", "m6.2xlarge", 8, 32 * GIB, False, "containerd://2.1.4"),
            ("memory", "r6.4xlarge", 16, 128 * GIB, False, "containerd://2.1.4"),
            ("batch", "c6.4xlarge", 16, 32 * GIB, False, "cri-o://1.35.2"),
        )
        for zone in ZONES
    }
    records = []
    for number in range(shape.nodes):
        zone = ZONES[number % len(ZONES)]
        master = number < masters
        pool = "control-plane" if master else ("general", "general", "memory", "batch", "general")[(number // 3) % 5]
        name = f"cp-{number + 1}" if master else f"node-{number - masters + 1:0{width}d}"
        (cluster.control_plane if master else cluster.workers).append(name)
        posted = rfc3339(cluster.clock.wall() - cluster.rng.uniform(0, 300))
        since = rfc3339(cluster.clock.wall() - age + cluster.rng.uniform(0, 60))
        healthy = conditions(since, (), pressure=False, message="")
        records.append(
            NodeRecord(
                name=name,
                number=number,
                serial=cluster.serial(),
                kind=kinds[pool, zone],
                version="v1.35.4" if pool == "batch" else SERVER_VERSION,
                created=cluster.clock.wall() - age,
                conditions=conditions(posted, healthy, pressure=False, message=""),
            )
        )
    cluster.nodes.load(records)


def _pod(cluster: Cluster, workload: Workload, name: str, node: NodeRecord, age: float) -> PodRecord:
    created = cluster.clock.wall() - age * cluster.rng.uniform(0.05, 0.99)
    return PodRecord(
        name=name,
        workload=workload,
        serial=cluster.serial(),
        created=created,
        node=node.name,
        address=node.address,
        started=created + 2,
        ready_since=created + 2,
    )


def _system_pods(cluster: Cluster, age: float) -> list[PodRecord]:
    pods: list[PodRecord] = []
    for component in STATIC:
        tag = "3.6.13-0" if component == "etcd" else SERVER_VERSION
        workload = Workload(
            name=component,
            namespace=SYSTEM,
            owner="Mirror",
            owner_name="",
            owner_serial=cluster.serial(),
            labels={"component": component, "tier": "control-plane"},
            containers=((component, f"registry.k8s.io/{component}:{{{{version}}}}"),),
            version=tag,
            critical=True,
            host_network=True,
        )
        pods += [_pod(cluster, workload, f"{component}-{name}", cluster.node(name), age) for name in cluster.control_plane]
    proxy = objects.workload(cluster, "kube-proxy", SYSTEM, "DaemonSet", "registry.k8s.io/kube-proxy:{{version}}", SERVER_VERSION)
    cluster.daemons.append(proxy)
    pods += [_pod(cluster, proxy, objects.pod_name(cluster, proxy), node, age) for node in cluster.node_records()]
    dns = objects.workload(
        cluster, "coredns", SYSTEM, "ReplicaSet", "registry.k8s.io/coredns/coredns:{{version}}", "v1.13.1", "kube-dns"
    )
    metrics = objects.workload(
        cluster, "metrics-server", SYSTEM, "ReplicaSet", "registry.k8s.io/metrics-server/metrics-server:{{version}}", "v0.8.0"
    )
    policy = objects.workload(
        cluster, "policy-webhook", WEBHOOK_NAMESPACE, "ReplicaSet", "registry.example/policy-webhook:{{version}}", "v2.4.1"
    )
    homes = cluster.workers or cluster.control_plane
    for workload, replicas in ((dns, 2), (metrics, 1), (policy, 2)):
        cluster.deployments.append(workload)
        for number in range(replicas):
            home = cluster.node(homes[number % len(homes)])
            pods.append(_pod(cluster, workload, objects.pod_name(cluster, workload), home, age))
    return pods


def _team_pods(cluster: Cluster, teams: list[str], wanted: int, age: float) -> list[PodRecord]:
    replicas = max(6, wanted // 600)
    homes = [cluster.node(name) for name in cluster.workers or cluster.control_plane]
    pods: list[PodRecord] = []
    number = 0
    while len(pods) < wanted:
        app = f"{APPS[number % len(APPS)]}{number // len(APPS) or ''}"
        name = f"registry.example/{app}:{{{{version}}}}"
        workload = objects.workload(
            cluster, app, teams[number % len(teams)], "ReplicaSet", name, f"v{number % 9 + 1}.{number % 5}", critical=False
        )
        cluster.deployments.append(workload)
        for _ in range(min(replicas + cluster.rng.randrange(replicas), wanted - len(pods))):
            home = homes[cluster.rng.randrange(len(homes))]
            pods.append(_pod(cluster, workload, objects.pod_name(cluster, workload), home, age))
        number += 1
    return pods


def _leases(cluster: Cluster) -> None:
    now = cluster.clock.wall()
    records = [
        LeaseRecord(node.name, NODE_LEASES, cluster.serial(), node.name, 40, node.created, now - cluster.rng.uniform(0, 10))
        for node in cluster.node_records()
    ]
    for number, host in enumerate(cluster.control_plane):
        records.append(objects.identity_lease(cluster, number, host, now))
    for name in ("kube-controller-manager", "kube-scheduler"):
        records.append(
            LeaseRecord(
                name=name,
                namespace=SYSTEM,
                serial=cluster.serial(),
                holder=objects.holder(cluster, cluster.control_plane[0]),
                duration=15,
                created=now - 3 * 3600,
                renewed=now,
                acquired=now - 3 * 3600,
            )
        )
    cluster.leases.load(records)
