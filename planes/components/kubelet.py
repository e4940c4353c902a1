"""The kubelet of one node: its lease, its Ready condition, what presses it, its version."""

from dataclasses import replace

from planes.components import heartbeat, node_conditions, skew
from planes.components.container_runtime import speaks_of_runtime
from planes.components.said import TOGETHER
from planes.components.spec import REACH, SILENT, Agent, Plane, Signal, on_all_nodes
from planes.components.unwatched import unwatched
from planes.components.verdict_builder import VerdictBuilder, away_verdict, check_gap, colon, feed_gap, plural, unknown
from planes.structs.moments import Mono
from planes.structs.observations import NodeObservation, NodeScene
from planes.structs.thresholds import Thresholds
from planes.structs.time_tokens import ago
from planes.structs.verdicts import Evidence, State, Verdict

PRESSURES = {"MemoryPressure": "memory", "DiskPressure": "disk", "PIDPressure": "process ids"}


def judge(node: NodeObservation, scene: NodeScene, silent: bool, now: Mono, thresholds: Thresholds) -> Verdict:
    """The kubelet of one node; `silent` says that it does not report."""
    if scene.unreachable:
        return away_verdict((scene.unreachable, scene.unreachable_since, scene.waiting))
    if node.placeholder:
        return _placeholder(node)
    if scene.silence:
        line = Evidence(
            "node lease",
            f"not renewed for {ago(scene.silence_since or now)}, like all others",
            "renewed",
            State.UNKNOWN,
            heartbeat.source_of(node),
            scene.silence_since,
        )
        return unknown(f"{TOGETHER} {scene.silence}", "all-silent", (line,))
    builder = VerdictBuilder()
    why = unwatched(node, scene)
    gap = feed_gap(scene.nodes, "Ready", "True", now, thresholds)
    if gap is not None:
        check_gap(builder, gap, principal=True, said="Nodes cannot be read")
    heartbeat.check(builder, node, scene, now, thresholds)
    if gap is None:
        if why:
            _last_known(builder, node)
            builder.unsure(_last_ready(node), why, "unwatched")
        elif silent and not _given_up(node):
            builder.hidden(_last_ready(node))
            _last_known(builder, node)
        else:
            _check_ready(builder, node)
            _check_conditions(builder, node)
            node_conditions.check(builder, "kubelet", node)
        _check_flips(builder, node, now, thresholds)
    _check_csi(builder, node, scene, now, thresholds)
    _check_skew(builder, node, scene, thresholds)
    verdict = builder.verdict(good=_good(node, builder.evidence))
    since = heartbeat.began(node) if verdict.cause in ("silent", "not-ready") else None
    return verdict if since is None else replace(verdict, since=since)


def _good(node: NodeObservation, evidence: list[Evidence]) -> str:
    """What a healthy one rests on: nothing is said of a heartbeat, or of Ready, that is not seen."""
    seen, ready = {one.signal: one for one in evidence if one.state is State.HEALTHY}, node.conditions.get("Ready")
    by_status = "node lease" in seen and seen["node lease"].source == f"Node {node.name}"
    beat = "It renews no lease but writes its status" if by_status else "Its heartbeat is on time"
    if "Ready" not in seen or ready is None:
        return f"{beat}; whether it reports Ready cannot be read now."
    said = "reports Ready" if ready.status == "True" else "reports trouble with its container runtime"
    return (
        f"{beat}, and it {said}."
        if by_status
        else f"{beat} and it {said}."
        if "node lease" in seen
        else f"It {said}; its heartbeat cannot be seen."
    )


def _placeholder(node: NodeObservation) -> Verdict:
    said = "It stands for a node of another cluster. What it reports is not its own, so that node's state is unknown."
    text, source = "a placeholder has none of its own", heartbeat.source_of(node)
    line = Evidence("node lease", text, "present and renewed", State.NOT_OBSERVABLE, source, None)
    return Verdict(state=State.NOT_OBSERVABLE, because=said, evidence=(line,), line="placeholder", cause="placeholder")


def _check_skew(builder: VerdictBuilder, node: NodeObservation, scene: NodeScene, thresholds: Thresholds) -> None:
    version, source = node.kubelet_version, f"Node {node.name}"
    if node.own_version:
        builder.hidden(skew.not_applicable(version, source, node.seen_at))
        return
    allowed = skew.allowed_of(version, thresholds.kubelet_skew)
    beside = scene.servers.get(node.name, "")  # it talks to the API server beside it, where there is one
    unsettled = scene.unsettled and not beside
    line, said = skew.check(version, beside or scene.server_version, allowed, source, node.seen_at, unsettled)
    if said:
        builder.bad(line, said, "skew")
    else:
        builder.good(line)


def _given_up(node: NodeObservation) -> bool:
    """Whether Kubernetes itself says that it has not heard from the node: that is news, and not the node's last word."""
    ready = node.conditions.get("Ready")
    return ready is not None and ready.status == "Unknown"


def _last_ready(node: NodeObservation) -> Evidence:
    ready = node.conditions.get("Ready")
    text = f"last known: {ready.status}" if ready is not None else "never reported"
    return Evidence("Ready", text, "True", State.UNKNOWN, f"Node {node.name}", ready.since if ready is not None else None)


def _last_known(builder: VerdictBuilder, node: NodeObservation) -> None:
    """What a silent kubelet said of pressure: how it was, neither good nor bad now."""
    for kind in (*PRESSURES, "NetworkUnavailable"):
        condition = node.conditions.get(kind)
        if condition is not None:
            text = f"last known: {condition.status}"
            builder.hidden(Evidence(kind, text, "False", State.UNKNOWN, f"Node {node.name}", condition.since))


def _check_ready(builder: VerdictBuilder, node: NodeObservation) -> None:
    source = f"Node {node.name}"
    ready = node.conditions.get("Ready")
    if ready is None:
        builder.unsure(
            Evidence("Ready", "never reported", "True", State.UNKNOWN, source, node.seen_at),
            "It has not reported whether it is ready.",
            "no-ready",
        )
    elif ready.status == "True":
        builder.good(Evidence("Ready", "True", "True", State.HEALTHY, source, ready.since), principal=True)
        if not builder.line:
            builder.line = "Ready"
    elif ready.status == "Unknown":
        builder.bad(
            Evidence(
                "Ready",
                f"Unknown for {heartbeat.how_long(node, ready)}{colon(ready.message or ready.reason)}",
                "True",
                State.DOWN,
                source,
                ready.since,
            ),
            heartbeat.not_heard(node, ready),
            "silent",
        )
    elif speaks_of_runtime(ready.message):
        # The kubelet lives and tells of the runtime: that is the runtime's matter.
        text = f"{ready.status}: {ready.message}"
        builder.good(
            Evidence("Ready", f"{text} (judged with the runtime)", "True", State.HEALTHY, source, ready.since), principal=True
        )
        builder.line = builder.line or "reports trouble with its container runtime"
    else:
        why = ready.message or ready.reason or "no reason given"
        said = f"It has reported not ready for {heartbeat.how_long(node, ready)}: {why}."
        builder.bad(
            Evidence("Ready", f"{ready.status}{colon(ready.message or ready.reason)}", "True", State.DEGRADED, source, ready.since),
            said,
            "not-ready",
            hold=1.0,
            line=f"not ready: {ready.reason}" if ready.reason else "not ready",
        )


def _check_conditions(builder: VerdictBuilder, node: NodeObservation) -> None:
    source = f"Node {node.name}"
    for kind, what in PRESSURES.items():
        condition = node.conditions.get(kind)
        if condition is None:
            builder.hidden(Evidence(kind, "not reported", "False", State.NOT_OBSERVABLE, source, None))
        elif condition.status == "True":
            lasted = heartbeat.how_long(node, condition)
            told = f"True for {lasted}{colon(condition.message)}"
            line = Evidence(kind, told, "False", State.DEGRADED, source, condition.since)
            builder.bad(
                line,
                f"Its node has been short of {what} for {lasted}; pods may be evicted.",
                "pressure",
                hold=1.0,
                about=kind,
            )
        elif condition.status == "False":
            builder.good(Evidence(kind, "False", "False", State.HEALTHY, source, condition.since))
        else:
            builder.hidden(Evidence(kind, condition.status, "False", State.UNKNOWN, source, condition.since))
    network = node.conditions.get("NetworkUnavailable")
    if network is not None and network.status == "True":
        line = Evidence(
            "NetworkUnavailable", f"True{colon(network.message or network.reason)}", "False", State.DEGRADED, source, network.since
        )
        builder.bad(line, f"The node's network is not set up{colon(network.message or network.reason)}.", "network", hold=1.0)


def _check_csi(builder: VerdictBuilder, node: NodeObservation, scene: NodeScene, now: Mono, thresholds: Thresholds) -> None:
    """The storage drivers that it has registered. Shown only: a driver that is taken out on purpose looks no different."""
    if scene.csi is None:
        return
    should_be = "those that its pods' volumes need"
    if (gap := feed_gap(scene.csi, "CSI drivers", should_be, now, thresholds)) is not None:
        check_gap(builder, gap, principal=False, said="")
        return
    source = f"CSINode {node.name}"
    if node.csi_drivers is None:
        builder.hidden(Evidence("CSI drivers", "it has no CSINode", should_be, State.NOT_OBSERVABLE, source, None))
        return
    told = [one.name if one.volumes is None else f"{one.name} (up to {plural(one.volumes, 'volume')})" for one in node.csi_drivers]
    builder.good(Evidence("CSI drivers", ", ".join(told) or "none", should_be, State.HEALTHY, source, node.seen_at))


def _check_flips(builder: VerdictBuilder, node: NodeObservation, now: Mono, thresholds: Thresholds) -> None:
    recent = [at for at in node.ready_flips if now - at <= thresholds.flap_window]
    should_be = f"at most {thresholds.ready_flips:.0f} within {thresholds.flap_window / 60:.0f} min"
    source = f"Node {node.name}"
    if not recent:
        builder.good(Evidence("flips of Ready", "0", should_be, State.HEALTHY, source, node.seen_at))
        return
    builder.due(recent[0] + thresholds.flap_window + 0.001)
    if len(recent) > thresholds.ready_flips:
        line = Evidence("flips of Ready", str(len(recent)), should_be, State.DEGRADED, source, recent[-1])
        builder.bad(line, f"Ready changed {len(recent)} times in {thresholds.flap_window / 60:.0f} min.", "flapping")
    else:
        builder.good(Evidence("flips of Ready", str(len(recent)), should_be, State.HEALTHY, source, recent[-1]))


def _pressure(kind: str, what: str) -> Signal:
    return Signal(
        kind,
        "the Node's conditions",
        f"Whether the node runs short of {what}.",
        "True",
        unknown=SILENT,
        thresholds=("hold_condition",),
    )


AGENT = Agent(
    kind="kubelet",
    plane=Plane.DATA,
    title="kubelet",
    role="runs the pods of its node",
    does="The agent of each node: it starts and stops the pods assigned to it, probes them, and renews the node's lease "
    "every 10 s.",
    away="While it is silent, containers keep running but are not restarted or probed, and what their pods report is "
    "the last known state. After 50 s Kubernetes marks the node NotReady, and after 5 min more it evicts the pods.",
    commands=(
        "kubectl get nodes -o wide",
        "kubectl -n kube-node-lease get leases",
        "kubectl get events -A --field-selector involvedObject.kind=Node",
    ),
    healthy="its heartbeat is on time and it reports Ready",
    degraded="its heartbeat is late, it says that it is not ready, its node is under pressure, Ready flaps, or its version is not "
    "supported",
    down="no heartbeat for the lease's duration (40 s, as a rule), or Kubernetes itself says Ready=Unknown",
    unknown="its lease was deleted or not seen renewed yet; all nodes fell silent together, so that no single one is to "
    "blame; or its lease may not be read while the controller manager, which would notice its death, is down",
    hidden="neither nodes nor node leases may be read",
    signals=(
        REACH,
        Signal(
            "node lease",
            "leases in kube-node-lease",
            "Its heartbeat: renewed about every 10 s of a 40 s lease. It tells 25 to 30 s before Kubernetes itself does.",
            "not renewed for longer than the first bound",
            "not renewed for longer than the second",
            "deleted, missing, renewed by a neighbour, or not seen renewed yet; all nodes silent together",
            (
                "kubelet_slow",
                "kubelet_silent",
                "monitor_grace",
                "all_silent",
                "all_silent_least",
                "status_heartbeat",
                "lease_abandoned",
            ),
        ),
        Signal(
            "Ready",
            "the Node's conditions",
            "What it reports of itself. What it reports of the container runtime is judged with the runtime.",
            "False, for a reason of its own",
            "Unknown: Kubernetes has not heard from it",
            f"{SILENT}; or nothing would take it back if the node died",
            ("hold_condition", "monitor_grace"),
        ),
        _pressure("MemoryPressure", "memory"),
        _pressure("DiskPressure", "disk"),
        _pressure("PIDPressure", "process ids"),
        Signal(
            "NetworkUnavailable",
            "the Node's conditions",
            "Whether the node's network is set up. Told only where it is not, or as the last known state.",
            "True",
            unknown=SILENT,
            thresholds=("hold_condition",),
        ),
        Signal(
            "flips of Ready",
            "the Node's conditions",
            "How often Ready changed within the window.",
            "too often",
            thresholds=("ready_flips", "flap_window"),
        ),
        Signal(
            "CSI drivers",
            "csinodes",
            "The storage drivers that it has registered, and how many volumes each may attach. Shown only.",
        ),
        Signal(
            "version skew",
            "the Node's nodeInfo, GET /version",
            "Its version against the API server's on its own node, where there is one, else against the newest.",
            "it is newer, or older by more than the bound",
            unknown="it is newer than those that have told their version, and another API server may still be heard",
            thresholds=("kubelet_skew",),
        ),
        node_conditions.SIGNAL,
        Signal(
            "leaving",
            "the Node's taints, conditions and deletionTimestamp",
            "Whether the node is being removed, shut down or repaired, as was said before it fell silent. Then that is expected.",
            "for longer than the first bound",
            "for longer than the second, and silent",
            thresholds=("leaving_long", "leaving_stuck"),
        ),
        Signal(
            "joining",
            "the Node's taints and creationTimestamp",
            "Whether the node is new: nothing is expected of it yet.",
            "it is old enough, and a taint of a new node still stands that no condition explains",
            thresholds=("joining_time", "joining_long"),
        ),
        *on_all_nodes("kubelet"),
    ),
    rights=("nodes", "leases/kube-node-lease", "/version", "csinodes"),
    column="kubelet",
    short="kubelet",
    judge=judge,
)
