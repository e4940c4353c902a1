"""Generated pictures of clusters, in the wire's own types: what the browser tests and screenshots are fed with."""

import random
from collections.abc import Callable

from msgspec.structs import replace

from planes.live.wire import Snapshot
from planes.structs.moments import Epoch
from planes.structs.rows import (
    AttentionRow,
    ChangeRow,
    ClusterRow,
    FaultRow,
    PlaneRow,
)
from planes.structs.time_tokens import ago, until
from planes.structs.verdicts import State
from tests.browser.building import HOSTS, ail, component, control_plane, nodes, snapshot


def healthy(count: int) -> Callable[[float], Snapshot]:
    """A healthy cluster of so many nodes."""

    def made(now: float) -> Snapshot:
        changes = [
            ChangeRow(
                "Node",
                "node-9" if count > 9 else "node-2",
                "kubelet",
                State.DOWN,
                State.HEALTHY,
                "It renews its lease again.",
                Epoch(now - 2640),
            ),
            ChangeRow(
                "Component",
                "kube-controller-manager",
                "",
                State.HEALTHY,
                State.HEALTHY,
                "leader node-1 → node-2",
                Epoch(now - 9043),
            ),
        ]
        return snapshot(now, nodes(count, now), control_plane(now), changes=changes)

    return made


def broken(count: int) -> Callable[[float], Snapshot]:
    """The cluster of the visual reference: a scheduler that decides nothing, one runtime down, a silent kubelet, two cordoned."""

    def made(now: float) -> Snapshot:
        listed = nodes(count, now)
        scale = count / 120
        silent, dead, looping = listed[int(17 * scale)], listed[int(63 * scale)], listed[int(88 * scale)]
        ail(silent, "degraded", f"No heartbeat for {ago(now - 31)}; the lease allows 40 s", now - 31, kubelet="degraded")
        ail(dead, "down", "Ready is False: “container runtime is down”", now - 72, runtime="down")
        ail(looping, "degraded", "kube-proxy is not ready, 6 restarts: CrashLoopBackOff", now - 480, proxy="degraded")
        for at in (101, 102):
            ail(listed[min(count - 1, int(at * scale))], "cordoned", "Taken out on purpose", now - 2370)
        if count >= 1000:
            chance = random.Random(3)
            for node in listed[int(count * 0.5) : int(count * 0.56)]:
                ail(
                    node,
                    "unknown",
                    "Not heard of: the last known state is healthy",
                    now - 60,
                    kubelet="unknown",
                    proxy="unknown",
                    runtime="unknown",
                )
            for node in chance.sample(listed, count // 140):
                state = chance.choice(["down", "degraded", "cordoned", "cordoned"])
                ail(node, state, "Chosen for this picture", now - 300, kubelet="healthy" if state == "cordoned" else state)
        parts = control_plane(now)
        line = f"lease renewed {ago(now - 0.9)} ago · 5 pods undecided"
        parts[2] = component(
            "kube-scheduler",
            "degraded",
            line,
            now,
            HOSTS,
            0,
            "5 pods have waited over 30 s for a decision, though its leader renews its lease.",
        )
        silence = (
            f"No heartbeat for {ago(now - 31)}; the lease allows 40 s. Kubernetes marks it NotReady in about {until(now + 19.5)}."
        )
        attention = [
            AttentionRow("a", "Node", str(dead["name"]), f"{dead['name']} · container runtime", State.DOWN,
                         "Ready is False: “container runtime is down”. The kubelet still renews its lease.", Epoch(now - 72)),
            AttentionRow("b", "Node", str(silent["name"]), f"{silent['name']} · kubelet", State.DEGRADED,
                         silence, Epoch(now - 31)),
            AttentionRow("c", "Node", str(looping["name"]), f"{looping['name']} · kube-proxy", State.DEGRADED,
                         "Not ready, 6 restarts: CrashLoopBackOff. Services on this node may not route.", Epoch(now - 480)),
            AttentionRow("d", "Component", "kube-scheduler", "kube-scheduler", State.DEGRADED,
                         "Its lease is fresh, yet 5 pods have waited over 30 s for any decision.", Epoch(now - 48)),
        ]  # fmt: skip
        changes = [
            ChangeRow("Node", str(silent["name"]), "kubelet", State.HEALTHY, State.DEGRADED, "No heartbeat", Epoch(now - 31)),
            ChangeRow("Component", "kube-scheduler", "", State.HEALTHY, State.DEGRADED, "Pods wait", Epoch(now - 48)),
            ChangeRow("Node", str(dead["name"]), "container-runtime", State.HEALTHY, State.DOWN, "Ready is False", Epoch(now - 72)),
            ChangeRow(
                "Node", str(looping["name"]), "kube-proxy", State.HEALTHY, State.DEGRADED, "CrashLoopBackOff", Epoch(now - 480)
            ),
            *(
                ChangeRow("Node", f"node-{at}", "", State.HEALTHY, State.CORDONED, "Cordoned", Epoch(now - 2370), "cordon")
                for at in (101, 102)
            ),
            ChangeRow("Node", "node-9", "kubelet", State.DOWN, State.HEALTHY, "It renews its lease again", Epoch(now - 2640)),
            *(
                ChangeRow("Node", f"node-{at}", "", State.UNKNOWN, State.HEALTHY, "joined, v1.36.2", Epoch(now - 10455), "join")
                for at in range(31, 39)
            ),
            ChangeRow("Component", "etcd", "", State.DOWN, State.HEALTHY, "readyz/etcd passes again", Epoch(now - 15114)),
        ]
        told = snapshot(now, listed, parts, attention=attention, changes=changes)
        planes = replace(
            told.cluster,
            control=PlaneRow(State.DEGRADED, "scheduler degraded", Epoch(now - 48)),
            data=PlaneRow(State.DOWN, f"3 of {count:,} nodes need attention", Epoch(now - 72)),
        )
        return replace(told, cluster=planes)

    return made


def empty(now: float) -> Snapshot:
    """A cluster that has not been collected yet."""
    return snapshot(now, [], [], at=0.0, o=0, epoch="0", cluster=ClusterRow())


def no_nodes(now: float) -> Snapshot:
    """A control plane whose first node has not registered."""
    return snapshot(now, [], control_plane(now))


def unreachable(now: float) -> Snapshot:
    """Never seen: its name does not resolve."""
    fault = FaultRow(
        "name resolution",
        "The name k8s.example.com of the API server in /home/ada/.kube/config does not resolve",
        "Check the cluster's server address in the kubeconfig, or the VPN that knows the name",
        Epoch(now - 90),
    )
    return snapshot(
        now, [], [], at=now, cluster=ClusterRow(server="https://k8s.example.com:6443", fault=fault, retry_at=Epoch(now + 4))
    )


def forbidden(now: float) -> Snapshot:
    """Reached, and nothing permitted but /version."""
    missing = tuple(
        FaultRow(
            "forbidden",
            f"The user may not list {what}",
            f"Grant get, list and watch on {what} (docker/kubernetes/rbac.yaml)",
            Epoch(now - 60),
        )
        for what in ("nodes", "pods", "leases in kube-system", "leases in kube-node-lease", "daemonsets")
    )
    hidden = [
        replace(row, state="not_observable", line="not permitted (403)", because="not permitted (403)", instances=())
        for row in control_plane(now)[:3]
    ]
    api = replace(control_plane(now)[4], facts={"livez": "38/38", "readyz": "41/41", "version": "v1.36.2"}, instances=())
    told = snapshot(now, [], [*hidden, api])
    return replace(
        told,
        cluster=replace(told.cluster, missing=missing, data=PlaneRow(State.NOT_OBSERVABLE, "nodes may not be read", Epoch(now))),
    )


def managed(now: float) -> Snapshot:
    """A managed control plane: only the API server and the leases can be seen."""
    parts = control_plane(now, ())
    hidden = [
        replace(
            row, state="not_observable", line="not observable: run by the provider", because="run by the provider", instances=()
        )
        if row.kind in ("etcd", "kube-controller-manager", "kube-scheduler")
        else row
        for row in parts
    ]
    told = snapshot(now, nodes(24, now, control=0), hidden)
    return replace(told, cluster=replace(told.cluster, distribution="EKS"))


def gone(now: float) -> Snapshot:
    """The API server refuses connections: it is down, and all below it is unknown."""
    told = broken(120)(now)
    parts = [
        replace(row, state="unknown", last=row.state, because=f"Cannot be asked: last known {ago(now - 134)} ago")
        for row in told.components
    ]
    parts[4] = replace(told.components[4], state="down", because="Connection refused at 10.0.0.1:6443", line="Connection refused")
    fault = FaultRow(
        "refused",
        "Connection refused at 10.0.0.1:6443",
        "Nothing listens there: look at the API server's own host",
        Epoch(now - 134),
    )
    planes = replace(
        told.cluster,
        heard_at=now - 134,
        retry_at=now + 40,
        fault=fault,
        control=PlaneRow(State.DOWN, "API server refuses connections", Epoch(now - 134)),
        data=PlaneRow(State.UNKNOWN, "cannot be asked", Epoch(now - 134), "down"),
    )
    return replace(told, components=parts, cluster=planes)


def silent(now: float) -> Snapshot:
    """Every node is unknown; the control plane answers."""
    listed = nodes(60, now)
    for node in listed:
        ail(node, "unknown", "Not heard of", now - 60, kubelet="unknown", proxy="unknown", runtime="unknown")
    return snapshot(now, listed, control_plane(now))


def one_long(now: float) -> Snapshot:
    """One node, every name as long as Kubernetes allows in practice."""
    listed = nodes(1, now, zones=("",), control=1)
    name = "ip-10-133-244-251.ap-southeast-2.compute.internal.long-company-name.example.com"
    listed[0]["name"] = name
    listed[0]["version"] = "v1.36.2-eks-1552ad0-with-a-very-long-build-suffix"
    parts = control_plane(now, (name,))
    told = snapshot(now, listed, parts, name="arn:aws:eks:ap-southeast-2:123456789012:cluster/production-platform-blue-2026")
    return replace(told, cluster=replace(told.cluster, distribution="OpenShift", zones=0))


def nine_servers(now: float) -> Snapshot:
    """Nine API servers."""
    hosts = tuple(f"control-{at}" for at in range(9))
    return snapshot(now, nodes(60, now, zones=("",), control=9), control_plane(now, hosts))


def forty_groups(now: float) -> Snapshot:
    """Forty zones of a few nodes each."""
    return snapshot(now, nodes(280, now, zones=tuple(f"edge-site-{at:02d}" for at in range(40))), control_plane(now))


def few(count: int) -> Callable[[float], Snapshot]:
    """A broken cluster of few nodes."""

    def made(now: float) -> Snapshot:
        listed = nodes(count, now)
        ail(listed[count // 2], "down", "Ready is False: “container runtime is down”", now - 72, runtime="down")
        ail(listed[-1], "cordoned", "Taken out on purpose", now - 2000)
        return snapshot(now, listed, control_plane(now))

    return made


PICTURES: dict[str, Callable[[float], Snapshot]] = {
    "120": healthy(120),
    "120-broken": broken(120),
    "3": healthy(3),
    "3-broken": few(3),
    "12": few(12),
    "30": few(30),
    "300": broken(300),
    "1000": healthy(1000),
    "5000": broken(5000),
    "empty": empty,
    "no-nodes": no_nodes,
    "unreachable": unreachable,
    "forbidden": forbidden,
    "managed": managed,
    "gone": gone,
    "silent": silent,
    "one-long": one_long,
    "nine-servers": nine_servers,
    "forty-groups": forty_groups,
}
