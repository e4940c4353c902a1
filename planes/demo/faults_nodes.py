"""Faults of nodes and of the agents that run on them."""

from collections.abc import Callable
from functools import partial

from planes.demo.clock import rfc3339
from planes.demo.cluster import Troubles, changed
from planes.demo.faults import Fault, Faults, Notice

SEEN = 1.5  # seconds until a kubelet notices what happens on its node
FLAP = 20.0  # seconds between two turns of a flapping kubelet
CRASH_AGAIN = 20.0
ENDS = 3.0  # seconds until the machine of a node that was marked is ended
TO_BE_DELETED = "ToBeDeletedByClusterAutoscaler"
OLD_VERSION = "v1.32.9"  # four minors behind: one more than a kubelet may be

ADDONS = ("dns", "metrics-server")  # on a node that is not ready they are not, either

Marked = Callable[[Troubles], set[str]]


def _silence(faults: Faults, node: str) -> None:
    faults.cluster.troubles.silent.add(node)


def _unsilence(faults: Faults, node: str) -> None:
    if faults.cluster.node(node).zone not in faults.active.get("zone-lost", []):
        faults.cluster.troubles.silent.discard(node)
        faults.life.after(0.5, partial(faults.life.speak, node))


def _mark(which: Marked, faults: Faults, node: str) -> None:
    which(faults.cluster.troubles).add(node)
    faults.life.after(SEEN, partial(faults.life.post, node))


def _unmark(which: Marked, faults: Faults, node: str) -> None:
    which(faults.cluster.troubles).discard(node)
    faults.life.after(SEEN, partial(faults.life.post, node))


def _flap(faults: Faults, node: str) -> None:
    restarting = faults.cluster.troubles.restarting

    def turn() -> float:
        restarting.symmetric_difference_update({node})
        faults.life.after(0.0, partial(faults.life.post, node))
        return FLAP

    faults.repeat("kubelet-flapping", node, turn)


def _unflap(faults: Faults, node: str) -> None:
    faults.rest("kubelet-flapping", node)
    _unmark(lambda troubles: troubles.restarting, faults, node)


def _crash_proxy(faults: Faults, node: str) -> None:
    def crash() -> float:
        pod = faults.work.proxy_pod(node)
        if pod is not None:
            faults.life.after(0.0, partial(faults.work.crash, f"{pod.namespace}/{pod.name}"))
        return CRASH_AGAIN

    faults.repeat("kube-proxy-crash", node, crash)


def _mend_proxy(faults: Faults, node: str) -> None:
    faults.rest("kube-proxy-crash", node)
    pod = faults.work.proxy_pod(node)
    if pod is not None:
        faults.life.after(SEEN, partial(faults.work.recover, f"{pod.namespace}/{pod.name}"))


def _remove_proxy(faults: Faults, node: str) -> None:
    faults.cluster.troubles.no_proxy.add(node)
    pod = faults.work.proxy_pod(node)
    if pod is not None:
        faults.life.after(0.0, partial(faults.cluster.remove_pod, f"{pod.namespace}/{pod.name}"))


def _return_proxy(faults: Faults, node: str) -> None:
    faults.cluster.troubles.no_proxy.discard(node)

    def create() -> None:
        if faults.work.proxy_pod(node) is None:
            faults.work.create(faults.work.proxy, node)

    faults.life.after(0.0, create)


def _cordon(cordoned: bool, faults: Faults, node: str) -> None:
    faults.life.after(0.0, partial(faults.life.cordon, node, cordoned))


def _scale_down(faults: Faults, node: str) -> None:
    """The cluster autoscaler marks it, and ends its machine."""

    def mark() -> None:
        cluster = faults.cluster
        cluster.nodes.put(cluster.node(node).with_taint(TO_BE_DELETED, "NoSchedule", rfc3339(cluster.clock.wall())))

    faults.life.after(0.0, mark)
    faults.life.after(ENDS, partial(faults.cluster.troubles.silent.add, node))


def _keep(faults: Faults, node: str) -> None:
    faults.life.after(0.0, lambda: faults.cluster.nodes.put(faults.cluster.node(node).without_taint(TO_BE_DELETED)))
    _unsilence(faults, node)


def _install(faults: Faults, node: str, version: str) -> None:
    def install() -> None:
        faults.cluster.nodes.put(changed(faults.cluster.node(node), version=version))

    faults.life.after(0.0, install)


def _downgrade(faults: Faults, node: str) -> None:
    faults.before["version-skew", node] = faults.cluster.node(node).version
    _install(faults, node, OLD_VERSION)


def _upgrade(faults: Faults, node: str) -> None:
    _install(faults, node, faults.before.pop(("version-skew", node)))


def _lose_zone(faults: Faults, zone: str) -> None:
    cluster = faults.cluster
    for node in cluster.node_records():
        if node.zone == zone:
            cluster.troubles.silent.add(node.name)
    for number in _servers_in(faults, zone):
        if cluster.servers > 1:
            cluster.troubles.lost_servers.add(number)
    for name, number in cluster.leader.items():
        others = [other for other in range(cluster.servers) if other not in cluster.troubles.lost_servers]
        if number in cluster.troubles.lost_servers and others:
            faults.life.after(16.0, partial(faults.life.take_over, name, others[0]))


def _return_zone(faults: Faults, zone: str) -> None:
    cluster = faults.cluster
    elsewhere = {*faults.active.get("kubelet-silent", [])}
    for position, node in enumerate(cluster.node_records()):
        if node.zone == zone and node.name not in elsewhere:
            cluster.troubles.silent.discard(node.name)
            faults.life.after(0.5 + position * 0.003, partial(faults.life.speak, node.name))
    for number in _servers_in(faults, zone):
        if cluster.control_plane[number] not in faults.active.get("apiserver-replica-lost", []):
            cluster.troubles.lost_servers.discard(number)
            faults.life.after(0.5, partial(faults.life.identify, number))


def _servers_in(faults: Faults, zone: str) -> list[int]:
    return [number for number, host in enumerate(faults.cluster.control_plane) if faults.cluster.node(host).zone == zone]


def _agent(
    name: str, about: str, which: Marked, component: str, state: str, gentle: bool = False, tolerated: tuple[str, ...] = ADDONS
) -> Fault:
    notice = Notice(component, "down" if state == "down" else "degraded", 15, "subject")
    inject, heal = partial(_mark, which), partial(_unmark, which)
    return Fault(name, about, "node", (notice,), inject, heal, gentle=gentle, tolerated=tolerated)


NODE_FAULTS = (
    Fault(
        "kubelet-silent",
        "A node's kubelet falls silent: its lease freezes, and 50 s later Kubernetes says Ready=Unknown.",
        "node",
        (Notice("kubelet", "degraded", 30, "subject"), Notice("kubelet", "down", 45, "subject")),
        _silence,
        _unsilence,
        gentle=True,
        tolerated=("kube-proxy", "container-runtime", *ADDONS),
    ),
    Fault(
        "kubelet-flapping",
        f"A node's kubelet keeps restarting: Ready turns every {FLAP:g} s while its lease stays fresh.",
        "node",
        (Notice("kubelet", "degraded", 75, "subject"),),
        _flap,
        _unflap,
        heals_within=960,  # the quarter of an hour over which turns are counted
        tolerated=ADDONS,
    ),
    _agent(
        "runtime-down",
        "A node's container runtime is down: Ready=False says so, the lease stays fresh.",
        lambda troubles: troubles.runtime,
        "container-runtime",
        "down",
        gentle=True,
        tolerated=("kube-proxy", *ADDONS),  # whose pod nobody can see meanwhile
    ),
    _agent(
        "pleg-unhealthy",
        "A node's runtime answers too slowly: Ready=False, PLEG is not healthy.",
        lambda troubles: troubles.pleg,
        "container-runtime",
        "degraded",
        gentle=True,
    ),
    _agent(
        "network-not-ready",
        "A node's network plugin is not initialised: Ready=False, container runtime network not ready.",
        lambda troubles: troubles.network,
        "container-runtime",
        "degraded",
        gentle=True,
    ),
    _agent(
        "pressure",
        "A node runs out of memory: MemoryPressure=True and a taint that keeps new pods away.",
        lambda troubles: troubles.pressure,
        "kubelet",
        "degraded",
        gentle=True,
    ),
    Fault(
        "kube-proxy-crash",
        "A node's kube-proxy pod crashes again and again.",
        "node",
        (Notice("kube-proxy", "degraded", 15, "subject"),),
        _crash_proxy,
        _mend_proxy,
        heals_within=960,  # its restarts are counted over a quarter of an hour
        gentle=True,
    ),
    Fault(
        "kube-proxy-missing",
        "A node's kube-proxy pod is gone and none comes back, though the DaemonSet wants one.",
        "node",
        (Notice("kube-proxy", "down", 75, "subject"),),
        _remove_proxy,
        _return_proxy,
    ),
    Fault(
        "cordon",
        "A node is cordoned: on purpose, not unhealthy.",
        "node",
        (Notice("node", "cordoned", 5, "subject"),),
        partial(_cordon, True),
        partial(_cordon, False),
        gentle=True,
    ),
    Fault(
        "scale-down",
        "The cluster autoscaler removes a node: it is marked first, and then falls silent, as it should.",
        "node",
        (Notice("node", "leaving", 5, "subject"),),
        _scale_down,
        _keep,
        gentle=True,
        tolerated=("kubelet", "kube-proxy", "container-runtime", *ADDONS),
    ),
    Fault(
        "version-skew",
        f"A node's kubelet is {OLD_VERSION}, four minors behind the API server.",
        "node",
        (Notice("kubelet", "degraded", 15, "subject"),),
        _downgrade,
        _upgrade,
        tolerated=("kube-proxy",),  # which then is more than three minors ahead of its kubelet
    ),
    Fault(
        "zone-lost",
        "Every node of a zone falls silent, its API server, if it holds one, with them.",
        "zone",
        (Notice("kubelet", "down", 45, "subject"), Notice("kube-apiserver", "degraded", 45)),
        _lose_zone,
        _return_zone,
        tolerated=("kube-proxy", "container-runtime", "kube-controller-manager", "kube-scheduler", "etcd", *ADDONS),
    ),
)
