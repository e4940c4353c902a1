"""Clusters as a collector would have stored them, in the states that pages are looked at in: `frame(name, at)`."""

from planes.structs.rows import (
    AGENTS,
    AgentRow,
    AttentionRow,
    ChangeRow,
    ClusterRow,
    ComponentRow,
    ConditionRow,
    EventRow,
    EvidenceRow,
    FaultRow,
    Frame,
    InstanceRow,
    NodeRow,
    PlaneRow,
    PodRow,
)
from planes.structs.time_tokens import ago, until

VERSION = "v1.36.2"
ZONES = ("eu-1a", "eu-1b", "eu-1c")
GIB = 2**30

#: The wall's clusters: name, nodes, what is wrong.
WALL = (
    ("prod-eu-1", 120, "broken"),
    ("prod-us-1", 240, ""),
    ("prod-ap-1", 96, "managed"),
    ("staging", 24, ""),
    ("edge-17", 12, "unreachable"),
    ("ci", 40, "etcd"),
)


def frame(name: str, nodes: int, wrong: str, at: float) -> Frame:
    """A full frame: `wrong` is "" (healthy), "broken", "managed", "unreachable", "etcd" or "empty"."""
    if wrong == "unreachable":
        return _unreachable(nodes, at)
    if wrong == "empty":
        return Frame(at=at, full=True, cluster=ClusterRow(server=f"https://{name}:6443"), attention=[])
    rows = {row.name: row for row in (node(number, at, _agents(number, wrong, at)) for number in range(nodes))}
    sick = [row for row in rows.values() if row.state not in ("healthy", "cordoned")]
    components = [component(kind, at, wrong) for kind in _control(wrong)] + [
        roll_up(kind, list(rows.values()), at) for kind in AGENTS
    ]
    return Frame(
        at=at,
        full=True,
        cluster=ClusterRow(
            server=f"https://{name}.example:6443",
            version=VERSION,
            distribution="EKS" if wrong == "managed" else "kubeadm",
            zones=3,
            pods=sum(len(row.pods) for row in rows.values()),
            heard_at=at,
            control=_control_plane(wrong, at),
            data=PlaneRow("down" if sick else "healthy", f"{len(sick)} of {nodes} nodes need you" if sick else "", at - 72),
            missing=(
                FaultRow(
                    "forbidden",
                    "Leases in kube-system may not be read (403).",
                    "Grant get, list and watch on leases in kube-system.",
                    at - 3600,
                ),
            )
            if wrong == "managed"
            else (),
        ),
        components=components,
        nodes=rows,
        attention=_attention(rows, wrong, at),
        changes=_changes(wrong, at),
    )


def _control(wrong: str) -> tuple[str, ...]:
    return ("kube-apiserver", "etcd", "kube-controller-manager", "kube-scheduler")


def _control_plane(wrong: str, at: float) -> PlaneRow:
    return {
        "broken": PlaneRow("degraded", "kube-scheduler degraded", at - 48),
        "etcd": PlaneRow("down", "etcd does not answer", at - 15),
        "managed": PlaneRow("not_observable", "Run by the provider; its API server answers.", at - 86400),
    }.get(wrong, PlaneRow("healthy", "", at - 90000))


def component(kind: str, at: float, wrong: str) -> ComponentRow:
    """A control-plane component."""
    if wrong == "managed" and kind != "kube-apiserver":
        hidden = (EvidenceRow(f"Lease kube-system/{kind}", "not permitted (403)", "readable", "not_observable", "watch", None),)
        because = "Run by the provider: neither its lease nor its pods can be seen."
        return ComponentRow(kind, "control", "not_observable", because, at - 86400, evidence=hidden)
    state, because, line = "healthy", "Every signal of it is fresh and good.", f"lease renewed {ago(at - 0.9)} ago"
    if kind == "kube-scheduler" and wrong == "broken":
        state, because = "degraded", "Its lease is fresh, yet 5 pods have waited over 30 s for any decision."
    if kind == "etcd" and wrong == "etcd":
        state, because = "down", f"/livez/etcd has failed for {ago(at - 15)}: context deadline exceeded."
    return ComponentRow(
        kind,
        "control",
        state,
        because,
        at - 48,
        line=line,
        evidence=evidence(kind, state, at),
        instances=tuple(
            InstanceRow(f"{kind}-node-{number}", f"node-{number}", number == 0 and kind != "etcd", "healthy", "", VERSION, 0)
            for number in range(3)
        ),
        facts={"requests/s": "1,284", "p99": "38 ms", "5xx": "0.0 %", "in flight": "23"} if kind == "kube-apiserver" else {},
    )


def evidence(kind: str, state: str, at: float) -> tuple[EvidenceRow, ...]:
    """Evidence as the rules write it."""
    if kind in ("etcd", "kube-apiserver"):
        bad = state == "down"
        return (
            EvidenceRow("/livez/etcd", "failed: context deadline exceeded" if bad else "ok", "ok", state, "probe", at - 1),
            EvidenceRow("/readyz", "failed on etcd" if bad else "41 of 41 checks pass", "all pass", state, "probe", at - 1),
            EvidenceRow("Serving certificate", f"over in {until(at + 201 * 86400)}", "more than 7 d", "healthy", "probe", at - 4),
        )
    rows = [
        EvidenceRow(
            f"Lease kube-system/{kind}", f"renewed {ago(at - 0.9)} ago", "≤ 15 s (its own duration)", "healthy", "watch", at - 0.3
        ),
        EvidenceRow("Leader", f"node-0_9e547150-9a7c, for {ago(at - 273600)}", "one holder", "healthy", "watch", at - 0.3),
        EvidenceRow("Failovers in 1 h", "0", "< 3", "healthy", "history", at),
        EvidenceRow("Mirror pods ready", "3 of 3", "all", "healthy", "watch", at - 0.3),
        EvidenceRow("Restarts in 1 h", "0", "0", "healthy", "watch", at - 0.3),
        EvidenceRow("Version against API server", f"{VERSION} = {VERSION}", "same or one minor older", "healthy", "watch", at - 4),
    ]
    if kind == "kube-scheduler":
        waiting = f"5, the oldest for {ago(at - 78)}" if state == "degraded" else "0"
        rows += [
            EvidenceRow("Pods without a decision", waiting, "none longer than 30 s", state, "watch", at - 0.3),
            EvidenceRow("Pods that fit no node", "3", "not counted: capacity, not the scheduler", "healthy", "watch", at - 0.3),
            EvidenceRow("/healthz through the API server", "not permitted (403)", "ok", "unknown", "probe", None),
        ]
    return tuple(rows)


def roll_up(kind: str, nodes: list[NodeRow], at: float) -> ComponentRow:
    """kubelet, kube-proxy or container-runtime of all nodes."""
    agents = [getattr(row, kind.replace("-", "_")) for row in nodes]
    sick = [agent for agent in agents if agent.state != "healthy"]
    state = "degraded" if sick else "healthy"
    because = f"{len(sick)} of {len(agents)} are not healthy." if sick else f"{len(agents)} of {len(agents)} are healthy."
    rows = (
        EvidenceRow("Healthy", f"{len(agents) - len(sick)} of {len(agents)}", "all", state, "watch", at - 0.3),
        EvidenceRow(
            "Versions", f"{VERSION} on {len(agents)}", "at most 3 minors older than the API server", "healthy", "watch", at
        ),
    )
    return ComponentRow(kind, "data", state, because, at - 31, line=because, evidence=rows)


def _agents(number: int, wrong: str, at: float) -> dict[str, str]:
    if wrong != "broken":
        return {}
    return {
        17: {"kubelet": "degraded"},
        63: {"container-runtime": "down"},
        88: {"kube-proxy": "degraded"},
        90: {"kubelet": "down"},
    }.get(number, {})


_WHY = {
    ("kubelet", "degraded"): "No heartbeat for {ago} of a 40 s lease. Kubernetes itself will say NotReady in about {until}.",
    ("kubelet", "down"): "No heartbeat for {ago}; its lease of 40 s is over.",
    ("container-runtime", "down"): "Ready is False: “container runtime is down”. The kubelet still renews its lease.",
    ("kube-proxy", "degraded"): "Not ready, 6 restarts: CrashLoopBackOff. Services on this node may not route.",
}


def agent(kind: str, state: str, at: float) -> AgentRow:
    """One agent of a node."""
    why = _WHY.get((kind, state), "").format(ago=ago(at - 31), until=until(at + 19))
    good = {
        "kubelet": f"Its lease was renewed {ago(at - 4)} ago.",
        "kube-proxy": "Its pod is ready.",
        "container-runtime": "It is ready.",
    }
    signals = {
        "kubelet": (
            EvidenceRow("Lease", f"renewed {ago(at - 31 if state != 'healthy' else at - 4)} ago", "≤ 40 s", state, "watch", at - 1),
            EvidenceRow("Condition Ready", "True", "True", "healthy", "watch", at - 1),
        ),
        "kube-proxy": (EvidenceRow("Pod", "ready" if state == "healthy" else "CrashLoopBackOff", "ready", state, "watch", at - 1),),
        "container-runtime": (
            EvidenceRow(
                "Condition Ready", "False: container runtime is down" if state == "down" else "True", "True", state, "watch", at
            ),
        ),
    }
    version = "containerd://2.1.4" if kind == "container-runtime" else VERSION
    return AgentRow(state, why or good[kind], at - 72, version=version, evidence=signals[kind])


def node(number: int, at: float, states: dict[str, str], pods: int | None = None) -> NodeRow:
    """A node; `states` names the agents that are not healthy."""
    agents = {kind: agent(kind, states.get(kind, "healthy"), at) for kind in AGENTS}
    worst = next((one for one in agents.values() if one.state == "down"), None)
    worst = worst or next((one for one in agents.values() if one.state == "degraded"), None)
    cordoned = number in (101, 102)
    runs = pods if pods is not None else 12 + number * 7 % 40
    return NodeRow(
        name=f"node-{number}",
        uid=f"uid-{number}",
        state=worst.state if worst else "cordoned" if cordoned else "healthy",
        because=worst.because if worst else "Cordoned: takes no new pods." if cordoned else "",
        since=at - 72,
        kubelet=agents["kubelet"],
        kube_proxy=agents["kube-proxy"],
        container_runtime=agents["container-runtime"],
        cordoned=cordoned,
        control_plane=number < 3,
        zone=ZONES[number % 3],
        pool="general",
        instance_type="m7.4xlarge",
        roles=("control-plane",) if number < 3 else (),
        created=at - 41 * 86400,
        pods_used=runs,
        pods_max=110,
        cpu_used=1.6 + number % 13,
        cpu_max=16.0,
        memory_used=(9 + number * 5 % 50) * GIB,
        memory_max=62.8 * GIB,
        labels={"kubernetes.io/os": "linux", "topology.kubernetes.io/zone": ZONES[number % 3], "node.kubernetes.io/exclude": ""},
        conditions=(
            ConditionRow("Ready", "True", "KubeletReady", "kubelet is posting ready status", at - 41 * 86400),
            ConditionRow(
                "MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available", at - 9e5
            ),
            ConditionRow("DiskPressure", "True", "KubeletHasDiskPressure", "kubelet has disk pressure", at - 480)
            if number == 88
            else ConditionRow("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure", at - 9e5),
        ),
        os_image="Debian GNU/Linux 13 (trixie)",
        kernel="6.12.41",
        architecture="amd64",
        address=f"10.0.{number // 250}.{number % 250}",
        pods=tuple(_pod(number, index, at) for index in range(runs)),
        events=(EventRow("Warning", "SystemOOM", "System OOM encountered, victim process: trainer, pid: 31337", 3, at - 300),),
    )


def _pod(number: int, index: int, at: float) -> PodRow:
    space = ("shop", "ml", "kube-system", "observability")[index % 4]
    name = f"{('api', 'trainer', 'kube-proxy', 'collector')[index % 4]}-{number:03d}{index:03d}-x7k2p"
    if index % 29 == 5:
        return PodRow(space, name, "Running", 0, 1, 6, "CrashLoopBackOff", at - 900)
    if index % 29 == 11:
        return PodRow(space, name, "Succeeded", 0, 1, 0, "", at - 7200)
    return PodRow(space, name, "Running", 2, 2, 0, "", at - 86400 - index * 600)


def _attention(rows: dict[str, NodeRow], wrong: str, at: float) -> list[AttentionRow]:
    if wrong == "etcd":
        return [AttentionRow("etcd", "Component", "etcd", "etcd", "down", "/livez/etcd fails: context deadline exceeded.", at - 15)]
    if wrong != "broken":
        return []
    entries = []
    for name, kind in (("node-90", "kubelet"), ("node-63", "container-runtime"), ("node-17", "kubelet"), ("node-88", "kube-proxy")):
        if name in rows:
            one = getattr(rows[name], kind.replace("-", "_"))
            entries.append(
                AttentionRow(
                    f"node/{name}", "Node", name, f"{name} · {kind}", one.state, one.because, at - 72, agents={kind: one.state}
                )
            )
    because = "Its lease is fresh, yet 5 pods have waited over 30 s for any decision."
    return [*entries, AttentionRow("sch", "Component", "kube-scheduler", "kube-scheduler", "degraded", because, at - 48)]


def _changes(wrong: str, at: float) -> list[ChangeRow]:
    changes = [ChangeRow("Node", f"node-{n}", "", "", "healthy", "Joined.", at - 9000, "joined") for n in range(31, 38)]
    changes.append(ChangeRow("Component", "kube-scheduler", "", "healthy", "degraded", "Its lease was frozen for 16 s.", at - 5000))
    changes.append(ChangeRow("Component", "kube-scheduler", "", "degraded", "healthy", "Its lease is renewed again.", at - 4990))
    if wrong == "broken":
        because = "5 pods have waited over 30 s for any decision."
        changes.append(ChangeRow("Node", "node-63", "container-runtime", "healthy", "down", "container runtime is down", at - 72))
        changes.append(ChangeRow("Component", "kube-scheduler", "", "healthy", "degraded", because, at - 48))
    return changes


def _unreachable(nodes: int, at: float) -> Frame:
    since = at - 254
    because = "The API server has not answered; what follows from it is unknown."
    fault = FaultRow(
        "unreachable",
        f"https://edge-17.example:6443 has not answered for {ago(since)}: connecting timed out after 10 s.",
        "Check the way there: route, VPN, firewall. The cluster itself may be well.",
        since,
    )
    unknown = AgentRow("unknown", because, since, last="healthy", version=VERSION)
    components = [
        ComponentRow(kind, "control", "unknown", because, since, last="healthy", evidence=evidence(kind, "healthy", since))
        for kind in _control("")
    ] + [ComponentRow(kind, "data", "unknown", because, since, last="healthy") for kind in AGENTS]
    rows = {}
    for number in range(nodes):
        whole = node(number, since, {})
        rows[whole.name] = NodeRow(
            name=whole.name,
            uid=whole.uid,
            state="unknown",
            because=because,
            since=since,
            kubelet=unknown,
            kube_proxy=unknown,
            container_runtime=unknown,
            zone=whole.zone,
            pods_used=whole.pods_used,
            pods_max=110,
            pods=whole.pods,
            conditions=whole.conditions,
        )
    return Frame(
        at=at,
        full=True,
        cluster=ClusterRow(
            server="https://edge-17.example:6443",
            version=VERSION,
            distribution="k3s",
            zones=3,
            heard_at=since,
            retry_at=at + 14,
            fault=fault,
            control=PlaneRow("unknown", because, since, last="healthy"),
            data=PlaneRow("unknown", f"{nodes} nodes unknown", since, last="healthy"),
        ),
        components=components,
        nodes=rows,
        attention=[AttentionRow("cluster", "Cluster", "edge-17", "edge-17 does not answer", "unknown", fault.message, since)],
    )
