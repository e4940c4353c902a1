"""Clusters as a collector would have stored them, in the states that pages are looked at in: `frame(name, at)`."""

from planes.components.registry import AGENT_KINDS
from planes.structs.rows import (
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
        roll_up(kind, list(rows.values()), at) for kind in AGENT_KINDS
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
            data=PlaneRow(
                state="down" if sick else "healthy", because=f"{len(sick)} of {nodes} nodes need you" if sick else "", since=at - 72
            ),
            missing=(
                FaultRow(
                    kind="forbidden",
                    message="Leases in kube-system may not be read (403).",
                    remedy="Grant get, list and watch on leases in kube-system.",
                    since=at - 3600,
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
        "broken": PlaneRow(state="degraded", because="kube-scheduler degraded", since=at - 48),
        "etcd": PlaneRow(state="down", because="etcd does not answer", since=at - 15),
        "managed": PlaneRow(state="not_observable", because="Run by the provider; its API server answers.", since=at - 86400),
    }.get(wrong, PlaneRow(state="healthy", because="", since=at - 90000))


def component(kind: str, at: float, wrong: str) -> ComponentRow:
    """A control-plane component."""
    if wrong == "managed" and kind != "kube-apiserver":
        hidden = (
            EvidenceRow(
                signal=f"Lease kube-system/{kind}",
                now="not permitted (403)",
                should_be="readable",
                state="not_observable",
                source="watch",
                at=None,
            ),
        )
        because = "Run by the provider: neither its lease nor its pods can be seen."
        return ComponentRow(kind=kind, plane="control", state="not_observable", because=because, since=at - 86400, evidence=hidden)
    state, because, line = "healthy", "Every signal of it is fresh and good.", f"lease renewed {ago(at - 0.9)} ago"
    if kind == "kube-scheduler" and wrong == "broken":
        state, because = "degraded", "Its lease is fresh, yet 5 pods have waited over 30 s for any decision."
    if kind == "etcd" and wrong == "etcd":
        state, because = "down", f"/livez/etcd has failed for {ago(at - 15)}: context deadline exceeded."
    return ComponentRow(
        kind=kind,
        plane="control",
        state=state,
        because=because,
        since=at - 48,
        line=line,
        evidence=evidence(kind, state, at),
        instances=tuple(
            InstanceRow(
                name=f"{kind}-node-{number}",
                host=f"node-{number}",
                leader=number == 0 and kind != "etcd",
                state="healthy",
                because="",
                version=VERSION,
                restarts=0,
            )
            for number in range(3)
        ),
        facts={"requests/s": "1,284", "p99": "38 ms", "5xx": "0.0 %", "in flight": "23"} if kind == "kube-apiserver" else {},
    )


def evidence(kind: str, state: str, at: float) -> tuple[EvidenceRow, ...]:
    """Evidence as the rules write it."""
    if kind in ("etcd", "kube-apiserver"):
        bad = state == "down"
        return (
            EvidenceRow(
                signal="/livez/etcd",
                now="failed: context deadline exceeded" if bad else "ok",
                should_be="ok",
                state=state,
                source="probe",
                at=at - 1,
            ),
            EvidenceRow(
                signal="/readyz",
                now="failed on etcd" if bad else "41 of 41 checks pass",
                should_be="all pass",
                state=state,
                source="probe",
                at=at - 1,
            ),
            EvidenceRow(
                signal="Serving certificate",
                now=f"over in {until(at + 201 * 86400)}",
                should_be="more than 7 d",
                state="healthy",
                source="probe",
                at=at - 4,
            ),
        )
    rows = [
        EvidenceRow(
            signal=f"Lease kube-system/{kind}",
            now=f"renewed {ago(at - 0.9)} ago",
            should_be="≤ 15 s (its own duration)",
            state="healthy",
            source="watch",
            at=at - 0.3,
        ),
        EvidenceRow(
            signal="Leader",
            now=f"node-0_9e547150-9a7c, for {ago(at - 273600)}",
            should_be="one holder",
            state="healthy",
            source="watch",
            at=at - 0.3,
        ),
        EvidenceRow(signal="Failovers in 1 h", now="0", should_be="< 3", state="healthy", source="history", at=at),
        EvidenceRow(signal="Mirror pods ready", now="3 of 3", should_be="all", state="healthy", source="watch", at=at - 0.3),
        EvidenceRow(signal="Restarts in 1 h", now="0", should_be="0", state="healthy", source="watch", at=at - 0.3),
        EvidenceRow(
            signal="Version against API server",
            now=f"{VERSION} = {VERSION}",
            should_be="same or one minor older",
            state="healthy",
            source="watch",
            at=at - 4,
        ),
    ]
    if kind == "kube-scheduler":
        waiting = f"5, the oldest for {ago(at - 78)}" if state == "degraded" else "0"
        rows += [
            EvidenceRow(
                signal="Pods without a decision",
                now=waiting,
                should_be="none longer than 30 s",
                state=state,
                source="watch",
                at=at - 0.3,
            ),
            EvidenceRow(
                signal="Pods that fit no node",
                now="3",
                should_be="not counted: capacity, not the scheduler",
                state="healthy",
                source="watch",
                at=at - 0.3,
            ),
            EvidenceRow(
                signal="/healthz through the API server",
                now="not permitted (403)",
                should_be="ok",
                state="unknown",
                source="probe",
                at=None,
            ),
        ]
    return tuple(rows)


def roll_up(kind: str, nodes: list[NodeRow], at: float) -> ComponentRow:
    """kubelet, kube-proxy or container-runtime of all nodes."""
    agents = [getattr(row, kind.replace("-", "_")) for row in nodes]
    sick = [agent for agent in agents if agent.state != "healthy"]
    state = "degraded" if sick else "healthy"
    because = f"{len(sick)} of {len(agents)} are not healthy." if sick else f"{len(agents)} of {len(agents)} are healthy."
    rows = (
        EvidenceRow(
            signal="Healthy",
            now=f"{len(agents) - len(sick)} of {len(agents)}",
            should_be="all",
            state=state,
            source="watch",
            at=at - 0.3,
        ),
        EvidenceRow(
            signal="Versions",
            now=f"{VERSION} on {len(agents)}",
            should_be="at most 3 minors older than the API server",
            state="healthy",
            source="watch",
            at=at,
        ),
    )
    return ComponentRow(kind=kind, plane="data", state=state, because=because, since=at - 31, line=because, evidence=rows)


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
            EvidenceRow(
                signal="Lease",
                now=f"renewed {ago(at - 31 if state != 'healthy' else at - 4)} ago",
                should_be="≤ 40 s",
                state=state,
                source="watch",
                at=at - 1,
            ),
            EvidenceRow(signal="Condition Ready", now="True", should_be="True", state="healthy", source="watch", at=at - 1),
        ),
        "kube-proxy": (
            EvidenceRow(
                signal="Pod",
                now="ready" if state == "healthy" else "CrashLoopBackOff",
                should_be="ready",
                state=state,
                source="watch",
                at=at - 1,
            ),
        ),
        "container-runtime": (
            EvidenceRow(
                signal="Condition Ready",
                now="False: container runtime is down" if state == "down" else "True",
                should_be="True",
                state=state,
                source="watch",
                at=at,
            ),
        ),
    }
    version = "containerd://2.1.4" if kind == "container-runtime" else VERSION
    return AgentRow(state=state, because=why or good[kind], since=at - 72, version=version, evidence=signals[kind])


def node(number: int, at: float, states: dict[str, str], pods: int | None = None) -> NodeRow:
    """A node; `states` names the agents that are not healthy."""
    agents = {kind: agent(kind, states.get(kind, "healthy"), at) for kind in AGENT_KINDS}
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
            ConditionRow(
                type="Ready", status="True", reason="KubeletReady", message="kubelet is posting ready status", since=at - 41 * 86400
            ),
            ConditionRow(
                type="MemoryPressure",
                status="False",
                reason="KubeletHasSufficientMemory",
                message="kubelet has sufficient memory available",
                since=at - 9e5,
            ),
            ConditionRow(
                type="DiskPressure",
                status="True",
                reason="KubeletHasDiskPressure",
                message="kubelet has disk pressure",
                since=at - 480,
            )
            if number == 88
            else ConditionRow(
                type="DiskPressure",
                status="False",
                reason="KubeletHasNoDiskPressure",
                message="kubelet has no disk pressure",
                since=at - 9e5,
            ),
        ),
        os_image="Debian GNU/Linux 13 (trixie)",
        kernel="6.12.41",
        architecture="amd64",
        address=f"10.0.{number // 250}.{number % 250}",
        pods=tuple(_pod(number, index, at) for index in range(runs)),
        events=(
            EventRow(
                type="Warning",
                reason="SystemOOM",
                message="System OOM encountered, victim process: trainer, pid: 31337",
                count=3,
                at=at - 300,
            ),
        ),
    )


def _pod(number: int, index: int, at: float) -> PodRow:
    space = ("shop", "ml", "kube-system", "observability")[index % 4]
    name = f"{('api', 'trainer', 'kube-proxy', 'collector')[index % 4]}-{number:03d}{index:03d}-x7k2p"
    if index % 29 == 5:
        return PodRow(
            namespace=space,
            name=name,
            phase="Running",
            ready=0,
            containers=1,
            restarts=6,
            reason="CrashLoopBackOff",
            created=at - 900,
        )
    if index % 29 == 11:
        return PodRow(
            namespace=space, name=name, phase="Succeeded", ready=0, containers=1, restarts=0, reason="", created=at - 7200
        )
    return PodRow(
        namespace=space, name=name, phase="Running", ready=2, containers=2, restarts=0, reason="", created=at - 86400 - index * 600
    )


def _attention(rows: dict[str, NodeRow], wrong: str, at: float) -> list[AttentionRow]:
    if wrong == "etcd":
        return [
            AttentionRow(
                key="etcd",
                kind="Component",
                name="etcd",
                title="etcd",
                state="down",
                because="/livez/etcd fails: context deadline exceeded.",
                since=at - 15,
            )
        ]
    if wrong != "broken":
        return []
    entries = []
    for name, kind in (("node-90", "kubelet"), ("node-63", "container-runtime"), ("node-17", "kubelet"), ("node-88", "kube-proxy")):
        if name in rows:
            one = getattr(rows[name], kind.replace("-", "_"))
            entries.append(
                AttentionRow(
                    key=f"node/{name}",
                    kind="Node",
                    name=name,
                    title=f"{name} · {kind}",
                    state=one.state,
                    because=one.because,
                    since=at - 72,
                    agents={kind: one.state},
                )
            )
    because = "Its lease is fresh, yet 5 pods have waited over 30 s for any decision."
    return [
        *entries,
        AttentionRow(
            key="sch",
            kind="Component",
            name="kube-scheduler",
            title="kube-scheduler",
            state="degraded",
            because=because,
            since=at - 48,
        ),
    ]


def _changes(wrong: str, at: float) -> list[ChangeRow]:
    changes = [
        ChangeRow(
            subject_kind="Node",
            subject=f"node-{n}",
            agent="",
            before="",
            after="healthy",
            because="Joined.",
            at=at - 9000,
            group="joined",
        )
        for n in range(31, 38)
    ]
    changes.append(
        ChangeRow(
            subject_kind="Component",
            subject="kube-scheduler",
            agent="",
            before="healthy",
            after="degraded",
            because="Its lease was frozen for 16 s.",
            at=at - 5000,
        )
    )
    changes.append(
        ChangeRow(
            subject_kind="Component",
            subject="kube-scheduler",
            agent="",
            before="degraded",
            after="healthy",
            because="Its lease is renewed again.",
            at=at - 4990,
        )
    )
    if wrong == "broken":
        because = "5 pods have waited over 30 s for any decision."
        changes.append(
            ChangeRow(
                subject_kind="Node",
                subject="node-63",
                agent="container-runtime",
                before="healthy",
                after="down",
                because="container runtime is down",
                at=at - 72,
            )
        )
        changes.append(
            ChangeRow(
                subject_kind="Component",
                subject="kube-scheduler",
                agent="",
                before="healthy",
                after="degraded",
                because=because,
                at=at - 48,
            )
        )
    return changes


def _unreachable(nodes: int, at: float) -> Frame:
    since = at - 254
    because = "The API server has not answered; what follows from it is unknown."
    fault = FaultRow(
        kind="unreachable",
        message=f"https://edge-17.example:6443 has not answered for {ago(since)}: connecting timed out after 10 s.",
        remedy="Check the way there: route, VPN, firewall. The cluster itself may be well.",
        since=since,
    )
    unknown = AgentRow(state="unknown", because=because, since=since, last="healthy", version=VERSION)
    components = [
        ComponentRow(
            kind=kind,
            plane="control",
            state="unknown",
            because=because,
            since=since,
            last="healthy",
            evidence=evidence(kind, "healthy", since),
        )
        for kind in _control("")
    ] + [
        ComponentRow(kind=kind, plane="data", state="unknown", because=because, since=since, last="healthy") for kind in AGENT_KINDS
    ]
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
            control=PlaneRow(state="unknown", because=because, since=since, last="healthy"),
            data=PlaneRow(state="unknown", because=f"{nodes} nodes unknown", since=since, last="healthy"),
        ),
        components=components,
        nodes=rows,
        attention=[
            AttentionRow(
                key="cluster",
                kind="Cluster",
                name="edge-17",
                title="edge-17 does not answer",
                state="unknown",
                because=fault.message,
                since=since,
            )
        ],
    )
