"""Nodes of the pages' scenes: well, or with one agent that is not."""

from planes.components.registry import AGENT_KINDS
from planes.structs.moments import Epoch
from planes.structs.rows import (
    AgentRow,
    ConditionRow,
    EventRow,
    EvidenceRow,
    NodeRow,
    PodRow,
    TaintRow,
)
from planes.structs.time_tokens import ago, until
from planes.structs.verdicts import State
from tests.dashboard.scene_evidence import VERSION

ZONES = ("eu-1a", "eu-1b", "eu-1c")
GIB = 2**30


def agents_of(number: int, wrong: str, at: float) -> dict[str, str]:
    if wrong != "broken":
        return {}
    return {
        17: {"kubelet": "degraded"},
        63: {"container-runtime": "down"},
        88: {"kube-proxy": "degraded"},
        90: {"kubelet": "down"},
    }.get(number, {})


_WHY = {
    ("kubelet", "degraded"): "No heartbeat for {ago}; the lease allows 40 s. Kubernetes marks it NotReady in about {until}.",
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
                state=State(state),
                source="watch",
                at=Epoch(at - 1),
            ),
            EvidenceRow(
                signal="Condition Ready", now="True", should_be="True", state=State.HEALTHY, source="watch", at=Epoch(at - 1)
            ),
        ),
        "kube-proxy": (
            EvidenceRow(
                signal="Pod",
                now="ready" if state == "healthy" else "CrashLoopBackOff",
                should_be="ready",
                state=State(state),
                source="watch",
                at=Epoch(at - 1),
            ),
        ),
        "container-runtime": (
            EvidenceRow(
                signal="Condition Ready",
                now="False: container runtime is down" if state == "down" else "True",
                should_be="True",
                state=State(state),
                source="watch",
                at=Epoch(at),
            ),
        ),
    }
    version = "containerd://2.1.4" if kind == "container-runtime" else VERSION
    return AgentRow(state=State(state), because=why or good[kind], since=Epoch(at - 72), version=version, evidence=signals[kind])


def _taints(number: int, at: float, *, silent: bool, cordoned: bool) -> tuple[TaintRow, ...]:
    """Of control planes, of nodes that are silent, and of those that are taken out."""
    made = [TaintRow("node-role.kubernetes.io/control-plane", "NoSchedule")] if number < 3 else []
    if silent:
        unreachable = "node.kubernetes.io/unreachable"
        made += [TaintRow(unreachable, "NoSchedule"), TaintRow(unreachable, "NoExecute", since=Epoch(at - 35))]
    return (*made, *([TaintRow("node.kubernetes.io/unschedulable", "NoSchedule")] if cordoned else []))


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
        state=State(worst.state if worst else "cordoned" if cordoned else "healthy"),
        because=worst.because if worst else "Cordoned: takes no new pods." if cordoned else "",
        since=Epoch(at - 72),
        kubelet=agents["kubelet"],
        kube_proxy=agents["kube-proxy"],
        container_runtime=agents["container-runtime"],
        cordoned=cordoned,
        control_plane=number < 3,
        zone=ZONES[number % 3],
        pool="general",
        instance_type="m7.4xlarge",
        roles=("control-plane",) if number < 3 else (),
        created=Epoch(at - 41 * 86400),
        pods_used=runs,
        pods_max=110,
        cpu_used=1.6 + number % 13,
        cpu_max=16.0,
        memory_used=(9 + number * 5 % 50) * GIB,
        memory_max=62.8 * GIB,
        labels={"kubernetes.io/os": "linux", "topology.kubernetes.io/zone": ZONES[number % 3], "node.kubernetes.io/exclude": ""},
        conditions=(
            ConditionRow(
                type="Ready",
                status="True",
                reason="KubeletReady",
                message="kubelet is posting ready status",
                since=Epoch(at - 41 * 86400),
                state=State.HEALTHY,
            ),
            ConditionRow(
                type="MemoryPressure",
                status="False",
                reason="KubeletHasSufficientMemory",
                message="kubelet has sufficient memory available",
                since=Epoch(at - 9e5),
                state=State.HEALTHY,
            ),
            ConditionRow(
                type="DiskPressure",
                status="True",
                reason="KubeletHasDiskPressure",
                message="kubelet has disk pressure",
                since=Epoch(at - 480),
                state=State.DEGRADED,
            )
            if number == 88
            else ConditionRow(
                type="DiskPressure",
                status="False",
                reason="KubeletHasNoDiskPressure",
                message="kubelet has no disk pressure",
                since=Epoch(at - 9e5),
                state=State.HEALTHY,
            ),
        ),
        taints=_taints(number, at, silent=agents["kubelet"].state == "down", cordoned=cordoned),
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
                at=Epoch(at - 300),
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
            created=Epoch(at - 900),
        )
    if index % 29 == 11:
        return PodRow(
            namespace=space, name=name, phase="Succeeded", ready=0, containers=1, restarts=0, reason="", created=Epoch(at - 7200)
        )
    return PodRow(
        namespace=space,
        name=name,
        phase="Running",
        ready=2,
        containers=2,
        restarts=0,
        reason="",
        created=Epoch(at - 86400 - index * 600),
    )
