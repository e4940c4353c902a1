"""The kubelet of one node: its lease, its Ready condition, what presses it, its version."""

from dataclasses import replace

from planes.components import skew
from planes.components.container_runtime import speaks_of_runtime
from planes.components.spec import REACH, SILENT, Agent, Plane, Signal, on_all_nodes
from planes.components.unwatched import unwatched
from planes.components.verdict_builder import VerdictBuilder, away_verdict, check_gap, feed_due, feed_gap, plural, unknown
from planes.structs.moments import Mono
from planes.structs.observations import ConditionSeen, LeaseSeen, NodeObservation, NodeScene
from planes.structs.thresholds import Thresholds
from planes.structs.time_tokens import ago, until
from planes.structs.verdicts import Evidence, State, Verdict

#: The node lifecycle controller looks every 5 s (node-monitor-period), a tenth of its grace period.
_MONITORED = 1.1
PRESSURES = {"MemoryPressure": "memory", "DiskPressure": "disk", "PIDPressure": "process ids"}


def judge(node: NodeObservation, scene: NodeScene, silent: bool, now: Mono, thresholds: Thresholds) -> Verdict:
    """The kubelet of one node; `silent` says that it does not report."""
    if scene.unreachable:
        return away_verdict((scene.unreachable, scene.unreachable_since, scene.waiting))
    if scene.silence:
        line = Evidence(
            "node lease",
            f"not renewed, as none of the others, for {ago(scene.silence_since or now)}",
            "renewed",
            State.UNKNOWN,
            _source(node),
            scene.silence_since,
        )
        return unknown(f"All nodes fell silent together. {scene.silence}", "all-silent", (line,))
    builder = VerdictBuilder()
    why = unwatched(node, scene)
    gap = feed_gap(scene.nodes, "Ready", "True", now, thresholds)
    if gap is not None:
        check_gap(builder, gap, principal=True, said="Nodes cannot be read")
    heard = _check_lease(builder, node, scene, gap is None, now, thresholds)
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
        _check_flips(builder, node, now, thresholds)
    _check_csi(builder, node, scene, now, thresholds)
    line, said = skew.check(node.kubelet_version, scene.server_version, thresholds.kubelet_skew, f"Node {node.name}", node.seen_at)
    if said:
        builder.bad(line, said, "skew")
    else:
        builder.good(line)
    return builder.verdict(good=_good(node, gap is None, heard, thresholds))


def _good(node: NodeObservation, readable: bool, heard: bool, thresholds: Thresholds) -> str:
    """What is said where every line is good: no more than was seen."""
    ready = node.conditions.get("Ready")
    says = "it says Ready" if ready is None or ready.status == "True" else "it reports the container runtime as its trouble"
    if heard:
        return f"Its heartbeat is on time {f'and {says}' if readable else 'but whether it says Ready cannot be read now'}."
    late = f"Kubernetes itself would notice its silence only after {thresholds.monitor_grace:.0f} s"
    return f"{says[0].upper()}{says[1:]}, but its heartbeat cannot be seen; {late}."


def _source(node: NodeObservation) -> str:
    return f"lease kube-node-lease/{node.name}"


def is_silent(lease: LeaseSeen | None, ready: ConditionSeen | None, now: Mono, thresholds: Thresholds) -> bool:
    """Whether what its node reports is only the last known state: the lease is late, or Kubernetes itself gave it up."""
    if ready is not None and ready.status == "Unknown":
        return True
    if lease is None:
        return False
    return lease.in_grace or lease.gone_at is not None or lease.silence(now) > lease.duration * thresholds.kubelet_slow


def _check_lease(
    builder: VerdictBuilder, node: NodeObservation, scene: NodeScene, readable: bool, now: Mono, thresholds: Thresholds
) -> bool:
    """Put its heartbeat on the scales; whether it was heard in time. `readable`: whether it says Ready can be read."""
    gap = feed_gap(scene.leases, "node lease", "renewed in time", now, thresholds)
    if gap is not None:
        if gap.state is State.NOT_OBSERVABLE and readable and node.lease is not None:
            _check_lost(builder, node.lease, gap, now, thresholds)
        else:
            check_gap(builder, gap, principal=True, said="Its heartbeat cannot be seen")
        return False
    if (due := feed_due(scene.leases, thresholds)) is not None:
        builder.due(due)
    lease = node.lease
    if lease is None:
        text = "it has none"
        line = Evidence("node lease", text, "there, and renewed", State.UNKNOWN, _source(node), scene.leases.heard_at)
        if scene.leases_seen_before:
            builder.unsure(line, "It has no lease, so its heartbeat cannot be seen.", "lease-missing")
        else:
            builder.hidden(
                Evidence("node lease", text, "there, and renewed", State.NOT_OBSERVABLE, _source(node), scene.leases.heard_at)
            )
        return False
    if lease.gone_at is not None:
        line = Evidence(
            "node lease", f"deleted {ago(lease.gone_at)} ago", "there, and renewed", State.UNKNOWN, _source(node), lease.gone_at
        )
        builder.unsure(line, f"Its lease was deleted {ago(lease.gone_at)} ago, so its heartbeat cannot be seen.", "lease-missing")
        return False
    slow, silent = lease.duration * thresholds.kubelet_slow, lease.duration * thresholds.kubelet_silent
    should_be = f"renewed about every {lease.duration / 4:g} s of a {lease.duration:g} s lease"
    age = lease.silence(now)
    if age <= slow:
        builder.due(lease.turns_unseen(now, slow, thresholds.hold_probe))
        if lease.is_unseen(now, slow, thresholds.hold_probe) and not lease.in_grace:
            text = f"nothing seen of it for {ago(lease.changed_at)}"
            line = Evidence("node lease", text, should_be, State.UNKNOWN, _source(node), lease.changed_at)
            why = "Heartbeats could not be seen for a while, and none of it was seen since."
            builder.unsure(line, why, "lease-unconfirmed")
            return False
        if lease.in_grace or (lease.stale_on_arrival and not lease.confirmed):
            line = Evidence("node lease", "not seen to be renewed yet", should_be, State.UNKNOWN, _source(node), lease.changed_at)
            builder.unsure(line, "Waiting for its next heartbeat.", "lease-unconfirmed")
            return False
        builder.good(Evidence("node lease", "on time", should_be, State.HEALTHY, _source(node), lease.changed_at), principal=True)
        builder.line = f"heartbeat on time, every {lease.duration / 4:g} s of a {lease.duration:g} s lease"
        return True
    state = State.DOWN if age > silent else State.DEGRADED
    builder.due(lease.stale_since + silent)
    said = f"No heartbeat for {ago(lease.changed_at)} of a {lease.duration:g} s lease."
    ready = node.conditions.get("Ready")
    if ready is not None and ready.status == "Unknown":
        said += f" Kubernetes itself has said NotReady for {ago(ready.since)}."
    else:
        said += f" Kubernetes itself will say NotReady in about {until(lease.changed_at + thresholds.monitor_grace)}."
    builder.bad(
        Evidence("node lease", f"not renewed for {ago(lease.changed_at)}", should_be, state, _source(node), lease.changed_at),
        said,
        "silent",
        line=f"no heartbeat for {ago(lease.changed_at)}",
    )
    return False


def _check_lost(builder: VerdictBuilder, lease: LeaseSeen, gap: Evidence, now: Mono, thresholds: Thresholds) -> None:
    """Its heartbeat was seen before, and may not be read any more. Ready is taken back after `monitor_grace` of silence only, so
    that until then it tells nothing that is newer than the last heartbeat that we saw."""
    late = lease.expires(lease.duration * thresholds.kubelet_slow)
    told = lease.expires(thresholds.monitor_grace * _MONITORED)
    for due in (late, told):
        if due > now:
            builder.due(due + 0.001)
    if late < now <= told and lease.gone_at is None:
        why = f"Its heartbeat may not be read any more and was last seen {ago(lease.changed_at)} ago"
        text = f"{why}; that it says Ready tells nothing newer yet."
        builder.unsure(replace(gap, state=State.UNKNOWN, at=lease.changed_at), text, "feed-stale")
    else:
        check_gap(builder, gap, principal=True, said="Its heartbeat cannot be seen")


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
                "Ready", f"Unknown for {ago(ready.since)}: {ready.message or ready.reason}", "True", State.DOWN, source, ready.since
            ),
            f"Kubernetes has not heard from it and says Ready=Unknown for {ago(ready.since)}.",
            "silent",
        )
    elif speaks_of_runtime(ready.message):
        # The kubelet lives and tells of the runtime: that is the runtime's matter.
        text = f"{ready.status}: {ready.message}"
        builder.good(
            Evidence("Ready", f"{text} (the runtime's matter)", "True", State.HEALTHY, source, ready.since), principal=True
        )
        builder.line = builder.line or "reports the container runtime as its trouble"
    else:
        said = f"It says that it is not ready for {ago(ready.since)}: {ready.message or ready.reason or 'no reason told'}."
        builder.bad(
            Evidence("Ready", f"{ready.status}: {ready.message or ready.reason}", "True", State.DEGRADED, source, ready.since),
            said,
            "not-ready",
            hold=1.0,
            line=f"not ready: {ready.reason}",
        )


def _check_conditions(builder: VerdictBuilder, node: NodeObservation) -> None:
    source = f"Node {node.name}"
    for kind, what in PRESSURES.items():
        condition = node.conditions.get(kind)
        if condition is None:
            builder.hidden(Evidence(kind, "not reported", "False", State.NOT_OBSERVABLE, source, None))
        elif condition.status == "True":
            line = Evidence(
                kind, f"True for {ago(condition.since)}: {condition.message}", "False", State.DEGRADED, source, condition.since
            )
            builder.bad(
                line, f"Its node runs short of {what} for {ago(condition.since)}; pods may be evicted.", "pressure", hold=1.0
            )
        elif condition.status == "False":
            builder.good(Evidence(kind, "False", "False", State.HEALTHY, source, condition.since))
        else:
            builder.hidden(Evidence(kind, condition.status, "False", State.UNKNOWN, source, condition.since))
    network = node.conditions.get("NetworkUnavailable")
    if network is not None and network.status == "True":
        line = Evidence("NetworkUnavailable", f"True: {network.message}", "False", State.DEGRADED, source, network.since)
        builder.bad(line, f"The node's network is not set up: {network.message or network.reason}.", "network", hold=1.0)


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
        builder.bad(line, f"Ready changed {len(recent)} times within {thresholds.flap_window / 60:.0f} minutes.", "flapping")
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
    away="While it is silent, containers that run go on, but nobody restarts or probes them, and what their pods report is "
    "the last known state. After 50 s Kubernetes marks the node NotReady, and after 5 min more it evicts the pods.",
    commands=(
        "kubectl get nodes -o wide",
        "kubectl -n kube-node-lease get leases",
        "kubectl get events -A --field-selector involvedObject.kind=Node",
    ),
    healthy="its heartbeat is on time and it says Ready",
    degraded="its heartbeat is late, it says that it is not ready, its node is under pressure, Ready flaps, or its version is not "
    "supported",
    down="no heartbeat for the lease's duration (40 s, as a rule), or Kubernetes itself says Ready=Unknown",
    unknown="its lease was deleted or not seen to be renewed yet; all nodes fell silent together, so that no single one is to "
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
            "deleted, missing, or not seen to be renewed yet; all nodes silent together",
            ("kubelet_slow", "kubelet_silent", "monitor_grace", "all_silent", "all_silent_least"),
        ),
        Signal(
            "Ready",
            "the Node's conditions",
            "What it says of itself. What it says of the container runtime is the runtime's matter.",
            "False, for a reason of its own",
            "Unknown: Kubernetes has not heard from it",
            f"{SILENT}; or nobody would take it back if the node died",
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
            "Its version against the API server's.",
            "it is newer, or older by more than the bound",
            thresholds=("kubelet_skew",),
        ),
        *on_all_nodes("kubelet"),
    ),
    rights=("nodes", "leases/kube-node-lease", "/version", "csinodes"),
    column="kubelet",
    short="kubelet",
    judge=judge,
)
