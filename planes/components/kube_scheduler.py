"""kube-scheduler: its lease and pods, and whether it does its work: pods that nobody decides about."""

from planes.components import leader, leader_pods
from planes.components.leader_gauges import OLDEST, RENEWED, UNBOUND, UNDECIDED
from planes.components.leader_signals import HIDDEN, LEADS, RIGHTS, STANDS, UNKNOWN
from planes.components.spec import Component, Plane, Signal, static_pods
from planes.components.verdict_builder import Judged, VerdictBuilder, begin, check_gap, colon, feed_gap, plural
from planes.structs.moments import Mono
from planes.structs.observations import LeaderObservation
from planes.structs.thresholds import Thresholds
from planes.structs.time_tokens import ago
from planes.structs.verdicts import Evidence, State, Verdict


def judge(seen: LeaderObservation, now: Mono, thresholds: Thresholds) -> Judged:
    """The scheduler of one cluster."""
    builder = begin(seen.reach, now, thresholds)
    if isinstance(builder, Verdict):
        return Judged(verdict=builder)
    leader.check_lease(builder, seen, now, thresholds)
    decided = _check_undecided(builder, seen, now, thresholds)
    leader_pods.check(builder, seen, now, thresholds)
    leader.check_versions(builder, seen, thresholds)
    good = f"{leader.stands(seen, now)}, and no pod waits for a decision." if decided else f"{leader.stands(seen, now)}."
    verdict = builder.verdict(good=good)
    facts = (
        {"undecided pods": f"{seen.undecided.count:,}"} if seen.pods_all is not None and seen.pods_all.listed_at is not None else {}
    )
    return Judged(verdict=verdict, instances=leader.instances(seen, now, thresholds), facts=facts)


def _check_undecided(builder: VerdictBuilder, seen: LeaderObservation, now: Mono, thresholds: Thresholds) -> bool:
    """A pod that fits no node has a PodScheduled condition that says so: capacity, not the scheduler's fault. A pod without any was
    never looked at. Returns whether every pod is seen to have been decided about."""
    should_be = f"none waits longer than {thresholds.pod_undecided:.0f} s without a decision"
    if seen.pods_all is None:
        return False
    if (gap := feed_gap(seen.pods_all, "pods undecided", should_be, now, thresholds)) is not None:
        check_gap(builder, gap, principal=False, said="")
        return False
    waiting, source, at = seen.undecided, seen.pods_all.name, seen.pods_all.heard_at
    if waiting.oldest is None:
        builder.good(Evidence("pods undecided", "none", should_be, State.HEALTHY, source, at))
        return True
    text = f"{waiting.count:,}, the oldest for {ago(waiting.oldest)}{colon(', '.join(waiting.names))}"
    # Its creation may be told late, and what was decided of it right after: it counts from when it was seen to wait for a moment.
    ripe = waiting.oldest + thresholds.pod_undecided
    if waiting.sighted is not None:
        ripe = max(ripe, waiting.sighted + thresholds.hold_probe)
    overdue = now > ripe
    builder.due(ripe)
    lease = seen.lease
    leads = lease is not None and lease.gone_at is None and lease.released_at is None
    if overdue and (leads or seen.pods) and not seen.writes_blocked:
        many = waiting.count != 1
        since = f"{', the oldest' if many else ''} for {ago(waiting.oldest)}"
        said = f"{plural(waiting.count, 'pod')} {'have' if many else 'has'} waited for a decision{since}."
        line = Evidence("pods undecided", text, should_be, State.DEGRADED, source, waiting.oldest)
        builder.bad(line, said, "no-work-done", line=f"{plural(waiting.count, 'pod')} undecided for {ago(waiting.oldest)}")
    else:
        if not overdue:
            builder.ripens(ripe)
        builder.good(Evidence("pods undecided", text, should_be, State.HEALTHY, source, waiting.oldest))
    return False


COMPONENT: Component[LeaderObservation] = Component(
    kind="kube-scheduler",
    plane=Plane.CONTROL,
    title="kube-scheduler",
    role="places pods on nodes",
    does="Assigns each new pod to a node by what it asks for and what is free. One instance leads, the others stand by.",
    away="While it is away, pods keep running; new and evicted pods stay Pending.",
    commands=(
        "kubectl -n kube-system get lease kube-scheduler -o yaml",
        "kubectl get pods -A --field-selector status.phase=Pending",
        "kubectl -n kube-system get pods -l component=kube-scheduler -o wide",
        "kubectl -n kube-system logs -l component=kube-scheduler --tail=50",
    ),
    pods=static_pods("kube-scheduler"),
    healthy="its lease is renewed in time, and no pod waits for a decision",
    degraded="its lease is late, an instance is not ready, its leader changes too often, or it leads but decides nothing",
    down="its lease has not been renewed for twice its duration, there is no leader, or no instance is ready",
    unknown=UNKNOWN,
    hidden=HIDDEN,
    signals=(
        *LEADS,
        Signal(
            "pods undecided",
            "pods",
            "Pods without any PodScheduled condition. A pod that fits no node has one: that is capacity, not its fault.",
            "one waits for longer than the bound while the scheduler leads",
            thresholds=("pod_undecided",),
        ),
        *STANDS,
    ),
    rights=(*RIGHTS, "pods"),
    gauges=(UNDECIDED, OLDEST, UNBOUND, RENEWED),
    observe=lambda view: leader.observe(view, "kube-scheduler"),
    judge=judge,
)
