"""kube-controller-manager and cloud-controller-manager: lease and pods, and whether controllers keep up with what is wanted."""

from planes.components import leader, leader_pods
from planes.components.leader_gauges import LAG, LAGGING, RENEWED
from planes.components.leader_signals import HIDDEN, LEADS, RIGHTS, STANDS, UNKNOWN
from planes.components.spec import Component, Plane, Signal, static_pods
from planes.components.verdict_builder import Judged, VerdictBuilder, begin, check_gap, feed_gap, plural
from planes.structs.moments import Mono
from planes.structs.observations import LeaderObservation
from planes.structs.thresholds import Thresholds
from planes.structs.time_tokens import ago
from planes.structs.verdicts import Evidence, State, Verdict


def judge(seen: LeaderObservation, now: Mono, thresholds: Thresholds) -> Judged:
    """A controller manager of one cluster; `seen.workloads` is None for the cloud's, whose work cannot be seen so."""
    builder = begin(seen.reach, now, thresholds)
    if isinstance(builder, Verdict):
        return Judged(verdict=builder)
    leader.check_lease(builder, seen, now, thresholds)
    keeps_up = _check_lag(builder, seen, now, thresholds)
    leader_pods.check(builder, seen, now, thresholds)
    leader.check_versions(builder, seen, thresholds)
    good = f"{leader.stands(seen, now)}, and its controllers keep up." if keeps_up else f"{leader.stands(seen, now)}."
    return Judged(verdict=builder.verdict(good=good), instances=leader.instances(seen, now, thresholds))


def _check_lag(builder: VerdictBuilder, seen: LeaderObservation, now: Mono, thresholds: Thresholds) -> bool:
    """observedGeneration behind generation: somebody changed a workload, and no controller took notice. Returns whether they are
    seen to keep up."""
    if seen.workloads is None:
        return False
    should_be = f"observedGeneration follows within {thresholds.generation_lag:.0f} s"
    if (gap := feed_gap(seen.workloads, "controllers keep up", should_be, now, thresholds)) is not None:
        check_gap(builder, gap, principal=False, said="")
        return False
    source = seen.workloads.name
    behind = sorted((one.lagging_since, f"{one.namespace}/{one.name}") for one in seen.lagging if one.lagging_since is not None)
    if not behind:
        builder.good(Evidence("controllers keep up", "none lags", should_be, State.HEALTHY, source, seen.workloads.heard_at))
        return True
    since, name = behind[0]
    if seen.templates:
        text = f"not known: no controller has noticed {plural(len(behind), 'workload')}, and none has been seen at work here"
        builder.hidden(Evidence("controllers keep up", text, should_be, State.NOT_OBSERVABLE, source, since))
        return False
    text = f"{plural(len(behind), 'workload')} {'lags' if len(behind) == 1 else 'lag'}, the first for {ago(since)}: {name}"
    builder.due(since + thresholds.generation_lag)
    if now - since > thresholds.generation_lag and not seen.writes_blocked:
        said = f"{name} changed {ago(since)} ago and no controller has noticed."
        builder.bad(Evidence("controllers keep up", text, should_be, State.DEGRADED, source, since), said, "no-work-done")
    else:
        if now - since <= thresholds.generation_lag:
            builder.ripens(since + thresholds.generation_lag)
        builder.good(Evidence("controllers keep up", text, should_be, State.HEALTHY, source, since))
    return now - since <= thresholds.generation_lag


COMPONENT: Component[LeaderObservation] = Component(
    kind="kube-controller-manager",
    plane=Plane.CONTROL,
    title="kube-controller-manager",
    role="reconciles desired and actual",
    does="Runs the controllers that make what is wanted real: replicas of Deployments, endpoints of Services, "
    "eviction from silent nodes, garbage collection. One instance leads, the others stand by.",
    away="While it is away, pods keep running. Failed pods of Deployments are not replaced, rollouts stand still, silent "
    "nodes are not marked NotReady, and endpoints do not follow their pods.",
    commands=(
        "kubectl -n kube-system get lease kube-controller-manager -o yaml",
        "kubectl -n kube-system get pods -l component=kube-controller-manager -o wide",
        "kubectl -n kube-system logs -l component=kube-controller-manager --tail=50",
    ),
    pods=static_pods("kube-controller-manager"),
    healthy="its lease is renewed in time, and its controllers keep up",
    degraded="its lease is late, an instance is not ready, its leader changes too often, or it leads but does no work",
    down="its lease has not been renewed for twice its duration, there is no leader, or no instance is ready",
    unknown=UNKNOWN,
    hidden=HIDDEN,
    signals=(
        *LEADS,
        Signal(
            "controllers keep up",
            "daemonsets, deployments",
            "Whether observedGeneration follows generation: whether a controller takes notice of what was changed.",
            "one lags for longer than the bound",
            thresholds=("generation_lag",),
        ),
        *STANDS,
    ),
    rights=(*RIGHTS, "daemonsets", "deployments"),
    gauges=(LAGGING, LAG, RENEWED),
    observe=lambda view: leader.observe(view, "kube-controller-manager"),
    judge=judge,
)
