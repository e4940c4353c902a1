"""kube-scheduler: its lease and pods, and whether it does its work: pods that nobody decides about."""

from planes.components import leader
from planes.components.verdict_builder import Judged, Weighing, away_verdict, feed_gap, plural, reach_due, unreachable, weigh_gap
from planes.structs.events import Mono
from planes.structs.observations import LeaderObservation
from planes.structs.thresholds import Bounds
from planes.structs.time_tokens import ago
from planes.structs.verdicts import Evidence, State


def judge(seen: LeaderObservation, now: Mono, bounds: Bounds) -> Judged:
    """The scheduler of one cluster."""
    if (away := unreachable(seen.reach, now, bounds)) is not None:
        return Judged(away_verdict(away))
    weighing = Weighing()
    if (due := reach_due(seen.reach, bounds)) is not None:
        weighing.due(due)
    leader.weigh_lease(weighing, seen, now, bounds)
    decided = _weigh_undecided(weighing, seen, now, bounds)
    leader.weigh_pods(weighing, seen, now, bounds)
    leader.weigh_versions(weighing, seen, bounds)
    good = f"{leader.stands(seen)}, and every pod has been decided about." if decided else f"{leader.stands(seen)}."
    verdict = weighing.verdict(good=good)
    facts = (
        {"undecided pods": f"{seen.undecided.count:,}"} if seen.pods_all is not None and seen.pods_all.listed_at is not None else {}
    )
    return Judged(verdict, leader.instances(seen, now, bounds), facts)


def _weigh_undecided(weighing: Weighing, seen: LeaderObservation, now: Mono, bounds: Bounds) -> bool:
    """A pod that fits no node has a PodScheduled condition that says so: capacity, not the scheduler's fault. A pod without any was
    never looked at. Returns whether every pod is seen to have been decided about."""
    should_be = f"none waits longer than {bounds.pod_undecided:.0f} s without a decision"
    if seen.pods_all is None:
        return False
    if (gap := feed_gap(seen.pods_all, "pods undecided", should_be, now, bounds)) is not None:
        weigh_gap(weighing, gap, principal=False, said="Waiting pods cannot be seen")
        return False
    waiting, source, at = seen.undecided, seen.pods_all.name, seen.pods_all.heard_at
    if waiting.oldest is None:
        weighing.good(Evidence("pods undecided", "none", should_be, State.HEALTHY, source, at))
        return True
    names = ", ".join(waiting.names)
    text = f"{waiting.count:,}, the oldest for {ago(waiting.oldest)}: {names}"
    overdue = now - waiting.oldest > bounds.pod_undecided
    weighing.due(waiting.oldest + bounds.pod_undecided)
    lease = seen.lease
    leads = lease is not None and lease.gone_at is None and lease.released_at is None
    if overdue and (leads or seen.pods) and not seen.writes_blocked:
        said = f"It leads, yet {plural(waiting.count, 'pod')} wait for a decision, the oldest for {ago(waiting.oldest)}."
        line = Evidence("pods undecided", text, should_be, State.DEGRADED, source, waiting.oldest)
        weighing.bad(line, said, "no-work-done", line=f"{plural(waiting.count, 'pod')} undecided for {ago(waiting.oldest)}")
    else:
        weighing.good(Evidence("pods undecided", text, should_be, State.HEALTHY, source, waiting.oldest))
    return False
