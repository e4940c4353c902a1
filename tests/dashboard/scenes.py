"""Clusters as a collector would have stored them, in the states that pages are looked at in: `frame(name, at)`."""

from planes.components.registry import AGENT_KINDS
from planes.structs.moments import Epoch
from planes.structs.rows import (
    AgentRow,
    AttentionRow,
    ChangeRow,
    ClusterRow,
    ComponentRow,
    EvidenceRow,
    FaultRow,
    Frame,
    InstanceRow,
    NodeRow,
    PlaneRow,
)
from planes.structs.time_tokens import ago
from planes.structs.verdicts import State
from tests.dashboard.scene_evidence import VERSION, evidence
from tests.dashboard.scene_nodes import agents_of, node
from tests.dashboard.scene_survey import survey

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
        return Frame(at=Epoch(at), full=True, cluster=ClusterRow(server=f"https://{name}:6443"), attention=[])
    rows = {row.name: row for row in (node(number, at, agents_of(number, wrong, at)) for number in range(nodes))}
    sick = [row for row in rows.values() if row.state not in ("healthy", "cordoned")]
    components = [component(kind, at, wrong) for kind in _control(wrong)] + [
        roll_up(kind, list(rows.values()), at) for kind in AGENT_KINDS
    ]
    return Frame(
        at=Epoch(at),
        full=True,
        survey=survey(at, wrong),
        cluster=ClusterRow(
            server=f"https://{name}.example:6443",
            version=VERSION,
            distribution="EKS" if wrong == "managed" else "kubeadm",
            zones=3,
            pods=sum(len(row.pods) for row in rows.values()),
            heard_at=Epoch(at),
            control=_control_plane(wrong, at),
            data=PlaneRow(
                state=State("down" if sick else "healthy"),
                because=f"{len(sick)} of {nodes} nodes need attention" if sick else "",
                since=Epoch(at - 72),
            ),
            missing=(
                FaultRow(
                    kind="forbidden",
                    message="Leases in kube-system may not be read (403).",
                    remedy="Grant get, list and watch on leases in kube-system.",
                    since=Epoch(at - 3600),
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
        "broken": PlaneRow(state=State.DEGRADED, because="kube-scheduler degraded", since=Epoch(at - 48)),
        "etcd": PlaneRow(state=State.DOWN, because="etcd does not answer", since=Epoch(at - 15)),
        "managed": PlaneRow(
            state=State.NOT_OBSERVABLE, because="Run by the provider; its API server answers.", since=Epoch(at - 86400)
        ),
    }.get(wrong, PlaneRow(state=State.HEALTHY, because="", since=Epoch(at - 90000)))


def component(kind: str, at: float, wrong: str) -> ComponentRow:
    """A control-plane component."""
    if wrong == "managed" and kind != "kube-apiserver":
        hidden = (
            EvidenceRow(
                signal=f"Lease kube-system/{kind}",
                now="not permitted (403)",
                should_be="readable",
                state=State.NOT_OBSERVABLE,
                source="watch",
                at=None,
            ),
        )
        because = "Run by the provider: neither its lease nor its pods can be seen."
        return ComponentRow(
            kind=kind, plane="control", state=State.NOT_OBSERVABLE, because=because, since=Epoch(at - 86400), evidence=hidden
        )
    state, because, line = "healthy", "Every signal of it is fresh and good.", f"lease renewed {ago(at - 0.9)} ago"
    if kind == "kube-scheduler" and wrong == "broken":
        state, because = "degraded", "Its lease is fresh, yet 5 pods have waited over 30 s for any decision."
    if kind == "etcd" and wrong == "etcd":
        state, because = "down", f"/livez/etcd has been failing for {ago(at - 15)}: context deadline exceeded."
    return ComponentRow(
        kind=kind,
        plane="control",
        state=State(state),
        because=because,
        since=Epoch(at - 48),
        line=line,
        evidence=evidence(kind, state, at),
        instances=tuple(
            InstanceRow(
                name=f"{kind}-node-{number}",
                host=f"node-{number}",
                leader=number == 0 and kind != "etcd",
                state=State.HEALTHY,
                because="",
                version=VERSION,
                restarts=0,
            )
            for number in range(3)
        ),
        facts={"requests/s": "1,284", "p99": "38 ms", "5xx": "0.0 %", "in flight": "23"} if kind == "kube-apiserver" else {},
    )


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
            state=State(state),
            source="watch",
            at=Epoch(at - 0.3),
        ),
        EvidenceRow(
            signal="Versions",
            now=f"{VERSION} on {len(agents)}",
            should_be="at most 3 minors older than the API server",
            state=State.HEALTHY,
            source="watch",
            at=Epoch(at),
        ),
    )
    return ComponentRow(
        kind=kind, plane="data", state=State(state), because=because, since=Epoch(at - 31), line=because, evidence=rows
    )


def _attention(rows: dict[str, NodeRow], wrong: str, at: float) -> list[AttentionRow]:
    if wrong == "etcd":
        return [
            AttentionRow(
                key="etcd",
                kind="Component",
                name="etcd",
                title="etcd",
                state=State.DOWN,
                because="/livez/etcd fails: context deadline exceeded.",
                since=Epoch(at - 15),
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
                    since=Epoch(at - 72),
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
            state=State.DEGRADED,
            because=because,
            since=Epoch(at - 48),
        ),
    ]


def _changes(wrong: str, at: float) -> list[ChangeRow]:
    changes = [
        ChangeRow(
            subject_kind="Node",
            subject=f"node-{n}",
            agent="",
            before=State.UNKNOWN,
            after=State.HEALTHY,
            because="Joined.",
            at=Epoch(at - 9000),
            group="joined",
        )
        for n in range(31, 38)
    ]
    changes.append(
        ChangeRow(
            subject_kind="Component",
            subject="kube-scheduler",
            agent="",
            before=State.HEALTHY,
            after=State.DEGRADED,
            because="Its lease was frozen for 16 s.",
            at=Epoch(at - 5000),
        )
    )
    changes.append(
        ChangeRow(
            subject_kind="Component",
            subject="kube-scheduler",
            agent="",
            before=State.DEGRADED,
            after=State.HEALTHY,
            because="Its lease is renewed again.",
            at=Epoch(at - 4990),
        )
    )
    if wrong == "broken":
        because = "5 pods have waited over 30 s for any decision."
        changes.append(
            ChangeRow(
                subject_kind="Node",
                subject="node-63",
                agent="container-runtime",
                before=State.HEALTHY,
                after=State.DOWN,
                because="container runtime is down",
                at=Epoch(at - 72),
            )
        )
        changes.append(
            ChangeRow(
                subject_kind="Component",
                subject="kube-scheduler",
                agent="",
                before=State.HEALTHY,
                after=State.DEGRADED,
                because=because,
                at=Epoch(at - 48),
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
        since=Epoch(since),
    )
    unknown = AgentRow(state=State.UNKNOWN, because=because, since=Epoch(since), last="healthy", version=VERSION)
    components = [
        ComponentRow(
            kind=kind,
            plane="control",
            state=State.UNKNOWN,
            because=because,
            since=Epoch(since),
            last="healthy",
            evidence=evidence(kind, "healthy", since),
        )
        for kind in _control("")
    ] + [
        ComponentRow(kind=kind, plane="data", state=State.UNKNOWN, because=because, since=Epoch(since), last="healthy")
        for kind in AGENT_KINDS
    ]
    rows = {}
    for number in range(nodes):
        whole = node(number, since, {})
        rows[whole.name] = NodeRow(
            name=whole.name,
            uid=whole.uid,
            state=State.UNKNOWN,
            because=because,
            since=Epoch(since),
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
        at=Epoch(at),
        full=True,
        cluster=ClusterRow(
            server="https://edge-17.example:6443",
            version=VERSION,
            distribution="k3s",
            zones=3,
            heard_at=Epoch(since),
            retry_at=Epoch(at + 14),
            fault=fault,
            control=PlaneRow(state=State.UNKNOWN, because=because, since=Epoch(since), last="healthy"),
            data=PlaneRow(state=State.UNKNOWN, because=f"{nodes} nodes unknown", since=Epoch(since), last="healthy"),
        ),
        components=components,
        nodes=rows,
        attention=[
            AttentionRow(
                key="cluster",
                kind="Cluster",
                name="edge-17",
                title="edge-17 does not answer",
                state=State.UNKNOWN,
                because=fault.message,
                since=Epoch(since),
            )
        ],
    )
