"""Rows to store: small, whole, and with something in every column."""

from planes.structs.moments import Epoch
from planes.structs.rows import (
    AgentRow,
    AttentionRow,
    ChangeRow,
    ClusterRow,
    ComponentRow,
    EvidenceRow,
    Frame,
    InstanceRow,
    NodeRow,
    PlaneRow,
    PodRow,
)
from planes.structs.verdicts import State

NOW = Epoch(1_800_000_000.0)


def agent(state: str = "healthy", because: str = "All is well.") -> AgentRow:
    return AgentRow(state=State(state), because=because, since=NOW - 60, version="v1.36.2", evidence=(evidence(),))


def evidence() -> EvidenceRow:
    return EvidenceRow(
        signal="lease",
        now="renewed ⟨a:1799999990.0⟩ ago",
        should_be="at most 25 s",
        state=State.HEALTHY,
        source="kube-node-lease",
        at=NOW - 3,
    )


def node(name: str, state: str = "healthy", *, pods: int = 2, because: str = "All is well.") -> NodeRow:
    return NodeRow(
        name=name,
        uid=f"uid-{name}",
        state=State(state),
        because=because,
        since=NOW - 60,
        kubelet=agent(state, because),
        kube_proxy=agent(),
        container_runtime=agent(),
        zone="zone-a",
        pool="general",
        instance_type="m5.large",
        pods_used=pods,
        pods_max=110,
        cpu_used=1.0,
        cpu_max=4.0,
        memory_used=1e9,
        memory_max=4e9,
        created=NOW - 86400,
        labels={"kubernetes.io/hostname": name},
        pods=tuple(
            PodRow(namespace="default", name=f"{name}-pod-{number}", phase="Running", ready=1, containers=1, restarts=0)
            for number in range(pods)
        ),
    )


def component(
    kind: str = "etcd", plane: str = "control", state: str = "healthy", instances: tuple[str, ...] = ("a", "b")
) -> ComponentRow:
    return ComponentRow(
        kind=kind,
        plane=plane,
        state=State(state),
        because="Every check passes.",
        since=NOW - 60,
        line="readyz passes",
        evidence=(evidence(),),
        instances=tuple(
            InstanceRow(
                name=name, host=f"host-{name}", leader=name == "a", state=State(state), because="", version="3.6.13", restarts=0
            )
            for name in instances
        ),
        facts={"size": "12 MB"},
    )


def change(because: str = "It went silent.", at: float = NOW) -> ChangeRow:
    return ChangeRow(
        subject_kind="Node",
        subject="node-1",
        agent="kubelet",
        before=State.HEALTHY,
        after=State.DEGRADED,
        because=because,
        at=Epoch(at),
        group="group-1",
    )


def cluster(control: str = "healthy", data: str = "healthy") -> ClusterRow:
    return ClusterRow(
        server="https://10.0.0.1:6443",
        version="v1.36.2",
        distribution="kubeadm",
        zones=3,
        pods=6,
        heard_at=NOW,
        control=PlaneRow(state=State(control), because="All five kinds do their job.", since=NOW - 60),
        data=PlaneRow(state=State(data), because="All 3 nodes do their job.", since=NOW - 60),
    )


def full(names: tuple[str, ...] = ("node-1", "node-2", "node-3"), *, at: float = NOW) -> Frame:
    """A whole cluster."""
    return Frame(
        at=Epoch(at),
        full=True,
        cluster=cluster(),
        components=[component(), component("kubelet", "data", instances=())],
        nodes={name: node(name) for name in names},
        attention=[
            AttentionRow(
                key="k",
                kind="Node",
                name="node-1",
                title="node-1 · kubelet",
                state=State.DEGRADED,
                because="It is silent.",
                since=NOW,
            )
        ],
        changes=[change()],
    )
