"""What a node's conditions mean. Kubernetes declares five of them; all others are put there by who watches nodes, and a name alone
does not say whether True is good: a kind that is not declared here has no colour.

Sources: Kubernetes ("Node status"), node-problem-detector's default and health-checker configurations, the detectors of AKS, GKE,
ACK, TKE and CCE, EKS's node monitoring agent, k3s and RKE2 (EtcdIsVoter).
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from planes.components.heartbeat import how_long
from planes.components.spec import Signal
from planes.components.verdict_builder import VerdictBuilder, colon
from planes.structs.observations import ConditionSeen, NodeObservation
from planes.structs.verdicts import Evidence, State

_KUBELET, _PROXY, _RUNTIME = "kubelet", "kube-proxy", "container-runtime"

#: Known to be bad when True, by the agent that they concern; what concerns the machine is told by its kubelet.
_BAD: Mapping[str, str] = {
    **dict.fromkeys(
        (
            *("KernelDeadlock", "ReadonlyFilesystem", "FrequentKubeletRestart", "FrequentUnregisterNetDevice", "KubeletUnhealthy"),
            *(
                "KubeletProblem",
                "FilesystemCorruptionProblem",
                "XfsShutdown",
                "CperHardwareErrorFatal",
                "DiskReadonly",
                "OutOfDisk",
            ),
            *("KubeletOffline", "InodesPressure", "DiskProblem", "NTPProblem", "PIDProblem", "FDProblem", "MemoryProblem"),
            *("ConntrackFullProblem", "ResolvConfFileProblem", "CNIProblem", "NetworkProblem"),
        ),
        _KUBELET,
    ),
    **dict.fromkeys(
        (
            *("ContainerRuntimeUnhealthy", "ContainerRuntimeProblem", "FrequentDockerRestart", "FrequentContainerdRestart"),
            *("FrequentCRIRestart", "CorruptDockerOverlay2", "CRIProblem", "RuntimeOffline", "DockerOffline", "DockerHung"),
        ),
        _RUNTIME,
    ),
    "KubeProxyUnhealthy": _PROXY,
    "KubeProxyOffline": _PROXY,
}
_BAD_BY_LOWER = {name.lower(): agent for name, agent in _BAD.items()}
#: An agent's name in that of a detector's problem: KUBEPROXYProblem, CRIOProblem.
_NAMED = (
    ("kubelet", _KUBELET),
    ("kubeproxy", _PROXY),
    ("containerruntime", _RUNTIME),
    ("containerd", _RUNTIME),
    ("docker", _RUNTIME),
    ("crio", _RUNTIME),
)
_ENDINGS = ("problem", "unhealthy")
#: Known to be bad when False: EKS's node monitoring agent.
_GOOD: Mapping[str, str] = {
    "ContainerRuntimeReady": _RUNTIME,
    "KernelReady": _KUBELET,
    "StorageReady": _KUBELET,
    "NetworkingReady": _KUBELET,
    "AcceleratedHardwareReady": _KUBELET,
}
#: Judged by rules of their own.
_OWN_RULES = frozenset({"Ready", "MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable"})
#: Kubernetes' own that are bad when True.
_PRESSURES = _OWN_RULES - {"Ready"}


SIGNAL = Signal(
    "condition {condition}",
    "the Node's conditions",
    "What a detector on its node says of it. Told only where it is known to be bad.",
    "it is known to be bad",
    thresholds=("hold_condition",),
)


@lru_cache(maxsize=1024)
def _bad_when_true(kind: str) -> str:
    """The agent that a kind concerns if it is known to be bad when True, else empty."""
    lower = kind.lower().replace("-", "").replace("_", "")
    if (agent := _BAD_BY_LOWER.get(lower)) is not None:
        return agent
    if lower.endswith(_ENDINGS):
        return next((agent for name, agent in _NAMED if name in lower), "")
    return ""


def _good_when_true(kind: str) -> bool:
    return kind.endswith("Ready") or kind == "EtcdIsVoter"


@lru_cache(maxsize=4096)
def state_of(kind: str, status: str) -> State | None:
    """What a condition says by itself; None: nothing is known of such a kind."""
    if _good_when_true(kind):
        bad = State.DOWN if kind == "Ready" else State.DEGRADED
        return {"True": State.HEALTHY, "False": bad}.get(status, State.UNKNOWN)
    if kind in _PRESSURES or _bad_when_true(kind):
        return {"True": State.DEGRADED, "False": State.HEALTHY}.get(status, State.UNKNOWN)
    return None


def warnings(agent: str, conditions: Mapping[str, ConditionSeen]) -> Iterator[tuple[str, ConditionSeen, str]]:
    """Conditions that warn of an agent now: the kind, what was seen of it, and what it should be."""
    for kind, one in conditions.items():
        if kind in _OWN_RULES:
            continue
        if one.status == "True" and _bad_when_true(kind) == agent:
            yield kind, one, "False"
        elif one.status == "False" and _GOOD.get(kind) == agent:
            yield kind, one, "True"


def check(builder: VerdictBuilder, agent: str, node: NodeObservation) -> None:
    """Put what detectors warn of an agent of a node on the scales."""
    for kind, one, should_be in warnings(agent, node.conditions):
        told, lasted = one.message or one.reason, how_long(node, one)
        line = Evidence(
            f"condition {kind}",
            f"{one.status} for {lasted}{colon(told)}",
            should_be,
            State.DEGRADED,
            f"Node {node.name}",
            one.since,
        )
        said = f"A detector on its node has reported {kind}={one.status} for {lasted}{colon(told)}."
        builder.bad(line, said, f"condition-{kind}", hold=1.0, line=kind)
