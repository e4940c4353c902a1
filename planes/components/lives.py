"""Nodes that come and go. A node that is being removed falls silent on purpose, and one that has only just come is not set up yet:
both are expected, for a while, and need nobody.

Silence is expected only after a trustworthy mark that came before it: who marks a dead node afterwards explains nothing. Time is
counted from when we saw the mark; where the node was silent already when we first saw it, by the cluster's own record.

Sources: cluster-autoscaler, Karpenter, the node lifecycle controllers of Kubernetes and of cloud providers, kubelet's graceful node
shutdown, kubernetes-mixin (which ignores the same taints), GKE and AWS Node Termination Handler, castai/spot-handler; of new nodes
Cluster API, Gardener ("Node readiness"), aws-ebs-csi-driver ("Node startup taint"), Cilium ("Taint effects"); [signals.md] for the
bounds.
"""

from dataclasses import dataclass, replace

from planes.structs import objects
from planes.structs.moments import Mono
from planes.structs.observations import ConditionSeen, NodeMark, NodeObservation
from planes.structs.thresholds import Thresholds
from planes.structs.time_tokens import ago
from planes.structs.timestamps import epoch
from planes.structs.verdicts import PASSING, SEVERITY, Evidence, State, Verdict

#: Taints of a node that leaves, and what they say.
LEAVING_TAINTS = {
    "ToBeDeletedByClusterAutoscaler": "the cluster autoscaler is removing it",
    "karpenter.sh/disrupted": "Karpenter is removing it",
    "karpenter.sh/disruption": "Karpenter is removing it",
    "node.cloudprovider.kubernetes.io/shutdown": "its cloud provider reports its machine shut down",
    "node.kubernetes.io/out-of-service": "it was declared out of service",
    "cloud.google.com/impending-node-termination": "its cloud provider is about to terminate its machine",
    "aws-node-termination-handler/spot-itn": "its cloud provider is reclaiming its spot machine",
    "aws-node-termination-handler/rebalance-recommendation": "its cloud provider is likely to reclaim its spot machine",
    "aws-node-termination-handler/asg-lifecycle-termination": "its scaling group is removing it",
    "aws-node-termination-handler/scheduled-maintenance": "its cloud provider is about to maintain its machine",
    "autoscaling.cast.ai/draining": "CAST AI is removing it",
}
#: Taints of a node that may come to leave: no more than a candidate.
CANDIDATE_TAINTS = {"DeletionCandidateOfClusterAutoscaler": "candidate for removal by the cluster autoscaler"}
#: Taints of a new node.
JOINING_TAINTS = {
    "node.kubernetes.io/not-ready": "it is not ready yet",
    "node.cloudprovider.kubernetes.io/uninitialized": "its cloud provider has not initialised it yet",
    "node.kubernetes.io/network-unavailable": "its network is not set up yet",
    "karpenter.sh/unregistered": "Karpenter has not registered it yet",
    "node.cilium.io/agent-not-ready": "Cilium is not ready on it yet",
    "node.cluster.x-k8s.io/uninitialized": "Cluster API has not initialised it yet",
    "node.gardener.cloud/critical-components-not-ready": "Gardener's critical components are not ready on it yet",
    "ebs.csi.aws.com/agent-not-ready": "its storage driver is not ready yet",
    "efs.csi.aws.com/agent-not-ready": "its storage driver is not ready yet",
}
_NOT_READY = "node.kubernetes.io/not-ready"
#: What kubelet says while it shuts its node down in good order (pkg/kubelet/nodeshutdown).
_SHUTTING_DOWN = "node is shutting down"
#: Taints that are no sign of a node that was never set up: a condition of the node tells of the same and has a rule of its own, or
#: they come again (Cilium's operator taints each node whose agent restarts).
_COME_AGAIN = frozenset({_NOT_READY, "node.kubernetes.io/network-unavailable", "node.cilium.io/agent-not-ready"})
_LEAVING = frozenset({"leaving", "leaving-long"})
_SILENCE = frozenset({"silent", "kubelet-silent", "lease-missing"})
#: Why an agent is unknown that the life of its node explains.
_EXPLAINED = frozenset(
    {"kubelet-silent", "kubelet-unheard", "runtime-unseen", "lease-missing", "lease-unconfirmed", "no-ready", "pod-awaited"}
)


@dataclass(frozen=True, slots=True)
class Life:
    """A node that leaves or joins. `since` is when that began, as far as it counts. `state` is that of the node by this alone:
    degraded or down when the time is over. `late` is what is said then, and `cause` its name."""

    state: State
    why: str
    since: Mono
    due: Mono | None = None
    cause: str = ""
    added_at: Mono | None = None  # of the node that this is the life of: one that replaced it begins its own

    @property
    def passing(self) -> bool:
        """Whether what is wrong with it is expected, and so needs nobody yet."""
        return self.state in PASSING


def marks_of(node: objects.Node, ready: ConditionSeen | None) -> tuple[NodeMark, ...]:
    """Everything on a node that says that it leaves, the most certain first."""
    made: list[NodeMark] = []
    if node.metadata.deletionTimestamp:
        made.append(NodeMark("deletionTimestamp", "its Node is being deleted", epoch(node.metadata.deletionTimestamp)))
    for taint in node.spec.taints:
        says = LEAVING_TAINTS.get(taint.key)
        if says is not None and taint.value != "candidate":
            made.append(NodeMark(f"taint {taint.key}", says, epoch(taint.timeAdded) or _stamp(taint.value)))
    if ready is not None and ready.status == "False" and _SHUTTING_DOWN in ready.message.lower():
        made.append(NodeMark("Ready", "its kubelet reports that it is shutting down", ready.recorded, of_kubelet=True))
    return tuple(made)


def _stamp(value: str) -> float | None:
    """The cluster autoscaler writes the time of its taint into the value, in epoch seconds."""
    return float(value) if value.isdigit() and len(value) == 10 else None


def traits_of(node: objects.Node) -> tuple[str, ...]:
    """What else is to be said of a node: that it may come to leave."""
    return tuple(CANDIDATE_TAINTS[taint.key] for taint in node.spec.taints if taint.key in CANDIDATE_TAINTS)


def is_leaving(life: Life) -> bool:
    """In time, or for too long."""
    return life.cause in _LEAVING


def look(
    before: Life | None, seen: NodeObservation, silent: bool, was_heard: bool, now: Mono, thresholds: Thresholds
) -> Life | None:
    """Whether a node leaves or joins now. `before` is what was found at the look before, of this node or of the one that it
    replaced; `silent`: its kubelet does not report; `was_heard`: it did at the look before."""
    if before is not None and before.added_at not in (None, seen.added_at):
        before = None
    found = _leaving(before, seen, silent, was_heard, now)
    life = _aged(found, silent, now, thresholds) if found is not None else _joining(seen, now, thresholds)
    return None if life is None else replace(life, added_at=seen.added_at)


def _leaving(before: Life | None, seen: NodeObservation, silent: bool, was_heard: bool, now: Mono) -> Life | None:
    known = before if before is not None and is_leaving(before) else None
    mark = seen.marks[0] if seen.marks else None
    if not silent:
        if mark is None:
            return None
        return Life(State.LEAVING, f"{mark.says} ({mark.name})", known.since if known is not None else now)
    if known is not None:
        return known  # what was said before it fell silent stands, though Kubernetes may have written over it
    if was_heard and seen.drained:
        return Life(State.LEAVING, "it was cordoned and drained before it fell silent", now)
    since = None if mark is None else _by_record(mark, seen, now)
    return None if mark is None or since is None else Life(State.LEAVING, f"{mark.says} ({mark.name})", since)


def _by_record(mark: NodeMark, seen: NodeObservation, now: Mono) -> Mono | None:
    """Of a node that was silent when we first saw it: since when it leaves, if its mark is older than its silence by the cluster's
    own record. What its kubelet itself said came before it."""
    if seen.silent_from is None or seen.clock_offset is None or mark.at is None:
        return None
    if not mark.of_kubelet and mark.at > seen.silent_from:
        return None
    return Mono(min(now, mark.at - seen.clock_offset))


def _aged(life: Life, silent: bool, now: Mono, thresholds: Thresholds) -> Life:
    late, stuck = life.since + thresholds.leaving_long, life.since + thresholds.leaving_stuck
    if now <= late:
        return replace(life, state=State.LEAVING, due=Mono(late + 0.001), cause="leaving")
    if now <= stuck:
        return replace(life, state=State.DEGRADED, due=Mono(stuck + 0.001), cause="leaving-long")
    return replace(life, state=State.DOWN if silent else State.DEGRADED, due=None, cause="leaving-long")


def _joining(seen: NodeObservation, now: Mono, thresholds: Thresholds) -> Life | None:
    if seen.created_at is None:
        return None
    young, new = seen.created_at + thresholds.joining_time, seen.created_at + thresholds.joining_long
    taint = next((one for one in seen.taints if one in JOINING_TAINTS and not (one == _NOT_READY and _was_ready(seen))), None)
    if taint is not None and now <= new:
        return Life(State.JOINING, f"{JOINING_TAINTS[taint]} (taint {taint})", seen.created_at, Mono(new + 0.001), "joining")
    if now <= young:
        return Life(State.JOINING, "it is a new node", seen.created_at, Mono(young + 0.001), "joining")
    if taint is not None and taint not in _COME_AGAIN:
        return Life(State.DEGRADED, f"{JOINING_TAINTS[taint]} (taint {taint})", seen.created_at, cause="not-set-up")
    return None


def _was_ready(seen: NodeObservation) -> bool:
    """Whether it is ready or was before: then it is no longer new, whatever its taints say."""
    ready = seen.conditions.get("Ready")
    return bool(seen.ready_flips) or (ready is not None and ready.status == "True")


def explain(
    agent: str, life: Life | None, verdict: Verdict, name: str, thresholds: Thresholds, marks: tuple[NodeMark, ...] = ()
) -> Verdict:
    """The verdict of an agent of node `name` in the light of its life. What is expected takes the state of that life; a node that
    has been leaving for too long is told by its kubelet, as other matters of a node are. `marks` that explain nothing, for its
    silence came first, are told for what they are."""
    if life is None:
        if agent == "kubelet" and verdict.cause == "silent" and marks:
            told = f"It is marked as leaving, but as far as is known only since it fell silent: {marks[0].says} ({marks[0].name})."
            return replace(verdict, because=f"{verdict.because} {told}")
        return verdict
    if life.passing and _is_explained(verdict):
        verdict = replace(
            verdict,
            state=life.state,
            because=f"{sentence(life)} {'Its silence is expected' if verdict.cause in _SILENCE else 'No action is needed yet'}.",
            evidence=tuple(_softer(line, life.state) for line in verdict.evidence),
            line=life.state.value,
            cause=life.state.value,
            hold=0.0,
            since=None,  # what the cluster's record dates is what it is no longer called
        )
    elif not life.passing and agent == "kubelet":
        verdict = _overdue(life, verdict)
    return _with_line(life, verdict, name, thresholds) if agent == "kubelet" else verdict


def sentence(life: Life) -> str:
    """What a node's life says, for people."""
    match life.cause:
        case "joining":
            return f"Joining for {ago(life.since)}: {life.why}."
        case "leaving":
            return f"Leaving for {ago(life.since)}: {life.why}."
        case "not-set-up":
            return f"Not set up for {ago(life.since)}: {life.why}. No pods are placed here."
        case _:
            return f"Leaving for {ago(life.since)}, longer than expected: {life.why}."


def _overdue(life: Life, verdict: Verdict) -> Verdict:
    """While it was leaving in time its silence was expected; then it is as bad as its lateness, and no worse."""
    if verdict.state is State.UNKNOWN and verdict.cause not in _EXPLAINED:
        return verdict
    if SEVERITY[verdict.state] < SEVERITY[life.state] or life.cause == "leaving-long":
        because = sentence(life)
        if verdict.state is not State.HEALTHY and verdict.because:
            because += f" {verdict.because}"
        line = f"{'not set up' if life.cause == 'not-set-up' else 'leaving'} for {ago(life.since)}"
        return replace(verdict, state=life.state, because=because, cause=life.cause, line=line, hold=0.0)
    return verdict


def _with_line(life: Life, verdict: Verdict, name: str, thresholds: Thresholds) -> Verdict:
    coming = life.cause in ("joining", "not-set-up")
    bound = thresholds.joining_long if coming else thresholds.leaving_long
    line = Evidence(
        "joining" if coming else "leaving",
        f"for {ago(life.since)}: {life.why}",
        f"over within {bound / 60:g} min",
        life.state,
        f"Node {name}",
        life.since,
    )
    due = life.due if verdict.due is None else verdict.due if life.due is None else min(life.due, verdict.due)
    return replace(verdict, evidence=(line, *verdict.evidence), due=due)


def _is_explained(verdict: Verdict) -> bool:
    return verdict.state in (State.DOWN, State.DEGRADED) or (verdict.state is State.UNKNOWN and verdict.cause in _EXPLAINED)


def _softer(line: Evidence, state: State) -> Evidence:
    return replace(line, state=state) if line.state in (State.DOWN, State.DEGRADED, State.UNKNOWN) else line
