"""The container runtime of one node, as its kubelet reports it in the message of Ready.

It can be down while the node's lease stays fresh, and the reverse. While the kubelet is silent, nothing is known of it.
"""

from planes.components import node_conditions
from planes.components.heartbeat import how_long
from planes.components.said import KUBELET_SILENT, TOGETHER
from planes.components.spec import REACH, Agent, Plane, Signal, on_all_nodes
from planes.components.unwatched import unwatched
from planes.components.verdict_builder import VerdictBuilder, away_verdict, check_gap, feed_gap, unknown
from planes.structs.moments import Mono
from planes.structs.observations import NodeObservation, NodeScene
from planes.structs.thresholds import Thresholds
from planes.structs.verdicts import Evidence, State, Verdict

#: What a kubelet's Ready message may say of the runtime (kubelet's runtimeState): text, state, our sentence.
MESSAGES: tuple[tuple[str, State, str, str], ...] = (
    ("container runtime is down", State.DOWN, "runtime-down", "The kubelet has not reached it"),
    ("pleg is not healthy", State.DEGRADED, "pleg", "It has answered the kubelet too slowly"),
    ("container runtime network not ready", State.DEGRADED, "network-not-ready", "Its pod network has not been ready"),
    ("runtime network not ready", State.DEGRADED, "network-not-ready", "Its pod network has not been ready"),  # until 1.20
    ("cni plugin not initialized", State.DEGRADED, "network-not-ready", "Its pod network has not been ready"),
    ("container runtime not ready", State.DEGRADED, "runtime-not-ready", "It has reported not ready"),
    (
        "container runtime status check may not have completed",
        State.DEGRADED,
        "runtime-not-checked",
        "The kubelet has not checked it",
    ),
    ("rpc error", State.DEGRADED, "runtime-error", "It has answered the kubelet with errors"),
)


#: Of a node that names none.
_NONE = "Its node reports no container runtime of its own."


def speaks_of_runtime(message: str) -> bool:
    """Whether a Ready message tells of the runtime rather than of the kubelet."""
    if not message:
        return False
    lower = message.lower()
    return any(text in lower for text, *_ in MESSAGES)


def is_down(message: str) -> bool:
    """Whether a Ready message says that the runtime does not answer its kubelet at all, so that the kubelet sees no container."""
    lower = message.lower()
    return any(state is State.DOWN and text in lower for text, state, *_ in MESSAGES)


def judge(node: NodeObservation, scene: NodeScene, silent: bool, now: Mono, thresholds: Thresholds) -> Verdict:
    """The runtime of one node; `silent` says that its kubelet does not report."""
    if scene.unreachable:
        return away_verdict((scene.unreachable, scene.unreachable_since, scene.waiting))
    if scene.silence:
        return unknown(f"{TOGETHER} {scene.silence}", "all-silent")
    if (why := unwatched(node, scene)) != "":
        return unknown(why, "unwatched")
    source = f"Node {node.name}"
    if node.placeholder:
        return _unreported(node, source)
    builder = VerdictBuilder()
    if not silent:
        node_conditions.check(builder, "container-runtime", node)
    if (gap := feed_gap(scene.nodes, "Ready message", "nothing about the runtime", now, thresholds)) is not None:
        check_gap(builder, gap, principal=True, said="Nodes cannot be read")
        return builder.verdict(good="")
    ready = node.conditions.get("Ready")
    version = node.runtime_version or "not reported"
    builder.evidence.append(
        Evidence(
            "runtime version",
            version,
            "reported",
            State.HEALTHY if node.runtime_version else State.NOT_OBSERVABLE,
            source,
            node.seen_at,
        )
    )
    should_be = "nothing about the runtime"
    if ready is None:
        builder.unsure(
            Evidence("Ready message", "never reported", should_be, State.UNKNOWN, source, None),
            "Its kubelet has reported nothing yet.",
            "no-ready",
        )
        return builder.verdict(good="")
    if silent:
        last = ready.message or ready.reason or ready.status
        line = Evidence("Ready message", f"last known: {last}", should_be, State.UNKNOWN, source, ready.since)
        builder.unsure(line, KUBELET_SILENT, "kubelet-silent")
        return builder.verdict(good="")
    if ready.status == "True" and not node.runtime_version:
        builder.hidden(
            Evidence("Ready message", "Ready, nothing about the runtime", should_be, State.NOT_OBSERVABLE, source, ready.since),
            _NONE,
        )
        return builder.verdict(good="")
    if ready.status == "True":
        builder.good(
            Evidence("Ready message", "Ready, nothing about the runtime", should_be, State.HEALTHY, source, ready.since),
            principal=True,
        )
        builder.line = node.runtime_version
        return builder.verdict(good="Its kubelet uses it and reports Ready.")
    lower = ready.message.lower()
    found = False
    for text, state, cause, said in MESSAGES:
        if text in lower:
            found = True
            effect = " Containers keep running; none can be started or stopped." if state is State.DOWN else ""
            builder.bad(
                Evidence("Ready message", ready.message, should_be, state, source, ready.since),
                f"{said} for {how_long(node, ready)}: {ready.message}.{effect}",
                cause,
                hold=thresholds.hold_condition,
                line=text.replace("pleg", "PLEG").replace("cni", "CNI"),
            )
            break
    if not found:
        line = Evidence(
            "Ready message",
            f"{ready.message or ready.reason} (not about the runtime)",
            should_be,
            State.HEALTHY,
            source,
            ready.since,
        )
        builder.good(line, principal=bool(node.runtime_version))
        builder.line = node.runtime_version
    return builder.verdict(good="Its kubelet reports no problem with it.", hidden=_NONE)


def _unreported(node: NodeObservation, source: str) -> Verdict:
    line = Evidence("runtime version", "not reported", "reported", State.NOT_OBSERVABLE, source, node.seen_at)
    return Verdict(
        state=State.NOT_OBSERVABLE,
        because=_NONE,
        evidence=(line,),
        line="not observable",
        cause="hidden",
    )


AGENT = Agent(
    kind="container-runtime",
    plane=Plane.DATA,
    title="container runtime",
    role="runs the containers of its node",
    does="Pulls images and runs containers (containerd, CRI-O and their like) as the kubelet asks for them.",
    away="While it is away, containers may keep running, but none is started, stopped or probed on this node, though the "
    "kubelet may still renew its lease.",
    commands=(
        "kubectl get nodes -o custom-columns=NODE:.metadata.name,RUNTIME:.status.nodeInfo.containerRuntimeVersion",
        "kubectl get events -A --field-selector involvedObject.kind=Node",
    ),
    healthy="its kubelet works with it",
    degraded="the kubelet says that it answers too slowly (PLEG), with errors, or that the pod network is not ready",
    down='the kubelet says "container runtime is down"; its own heartbeat continues',
    unknown="the kubelet is silent, or nothing would tell if it were",
    hidden="nodes may not be read",
    signals=(
        REACH,
        Signal("runtime version", "the Node's nodeInfo", "Its name and version. Shown only."),
        Signal(
            "Ready message",
            "the Node's conditions",
            "What the kubelet says of it in the message of Ready.",
            "PLEG is not healthy, network not ready, errors",
            "container runtime is down",
            "the kubelet is silent, or has reported nothing yet",
            ("hold_condition",),
        ),
        node_conditions.SIGNAL,
        *on_all_nodes("container-runtime"),
    ),
    rights=("nodes", "leases/kube-node-lease"),
    column="runtime",
    short="runtime",
    judge=judge,
)
