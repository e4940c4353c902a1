"""kube-controller-manager and cloud-controller-manager: lease and pods, and whether controllers keep up with what is wanted."""

from planes.components import leader
from planes.components.verdict_builder import Judged, Weighing, away_verdict, feed_gap, plural, reach_due, unreachable, weigh_gap
from planes.structs.events import Mono
from planes.structs.observations import LeaderObservation
from planes.structs.thresholds import Bounds
from planes.structs.time_tokens import ago
from planes.structs.verdicts import Evidence, State


def judge(seen: LeaderObservation, now: Mono, bounds: Bounds) -> Judged:
    """A controller manager of one cluster; `seen.workloads` is None for the cloud's, whose work cannot be seen so."""
    if (away := unreachable(seen.reach, now, bounds)) is not None:
        return Judged(away_verdict(away))
    weighing = Weighing()
    if (due := reach_due(seen.reach, bounds)) is not None:
        weighing.due(due)
    leader.weigh_lease(weighing, seen, now, bounds)
    keeps_up = _weigh_lag(weighing, seen, now, bounds)
    leader.weigh_pods(weighing, seen, now, bounds)
    leader.weigh_versions(weighing, seen, bounds)
    good = f"{leader.stands(seen)}, and its controllers keep up." if keeps_up else f"{leader.stands(seen)}."
    return Judged(weighing.verdict(good=good), leader.instances(seen, now, bounds))


def _weigh_lag(weighing: Weighing, seen: LeaderObservation, now: Mono, bounds: Bounds) -> bool:
    """observedGeneration behind generation: somebody changed a workload, and no controller took notice. Returns whether they are
    seen to keep up."""
    if seen.workloads is None:
        return False
    should_be = f"observedGeneration follows within {bounds.generation_lag:.0f} s"
    if (gap := feed_gap(seen.workloads, "controllers keep up", should_be, now, bounds)) is not None:
        weigh_gap(weighing, gap, principal=False, said="Workloads cannot be seen")
        return False
    source = seen.workloads.name
    behind = sorted((one.lagging_since, f"{one.namespace}/{one.name}") for one in seen.lagging if one.lagging_since is not None)
    if not behind:
        weighing.good(Evidence("controllers keep up", "none lags", should_be, State.HEALTHY, source, seen.workloads.heard_at))
        return True
    since, name = behind[0]
    text = f"{plural(len(behind), 'workload')} lag, the first for {ago(since)}: {name}"
    weighing.due(since + bounds.generation_lag)
    if now - since > bounds.generation_lag and not seen.writes_blocked:
        said = f"{name} was changed {ago(since)} ago and no controller has taken notice."
        weighing.bad(Evidence("controllers keep up", text, should_be, State.DEGRADED, source, since), said, "no-work-done")
    else:
        weighing.good(Evidence("controllers keep up", text, should_be, State.HEALTHY, source, since))
    return now - since <= bounds.generation_lag
