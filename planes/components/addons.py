"""Add-ons (DNS, metrics-server): judged by their own readiness, beside the two planes."""

from planes.components.leader import instance_of, pod_line
from planes.components.verdict_builder import Judged, Weighing, away_verdict, feed_gap, plural, reach_due, unreachable, weigh_gap
from planes.structs.events import Mono
from planes.structs.observations import AddonObservation
from planes.structs.thresholds import Bounds
from planes.structs.time_tokens import ago
from planes.structs.verdicts import Evidence, State


def judge(seen: AddonObservation, now: Mono, bounds: Bounds) -> Judged:
    """One add-on of one cluster."""
    instances = tuple(instance_of(pod) for pod in sorted(seen.pods, key=lambda pod: pod.name))
    if (away := unreachable(seen.reach, now, bounds)) is not None:
        return Judged(away_verdict(away), instances)
    weighing = Weighing()
    if (due := reach_due(seen.reach, bounds)) is not None:
        weighing.due(due)
    _weigh_endpoints(weighing, seen, now, bounds)
    _weigh_workload(weighing, seen, now, bounds)
    for pod in seen.pods:
        weighing.evidence.append(pod_line(pod))
    if seen.api_service is not None:
        one = seen.api_service
        if one.available:
            weighing.good(Evidence("API service", "available", "available", State.HEALTHY, f"apiservice {one.name}", one.since))
        else:
            line = Evidence(
                "API service",
                f"away for {ago(one.since)}: {one.reason}",
                "available",
                State.DOWN,
                f"apiservice {one.name}",
                one.since,
            )
            weighing.bad(line, f"Its API {one.name} has not answered for {ago(one.since)}.", "apiservice", hold=bounds.hold_probe)
    return Judged(weighing.verdict(good="It is ready."), instances)


def _weigh_endpoints(weighing: Weighing, seen: AddonObservation, now: Mono, bounds: Bounds) -> None:
    if (gap := feed_gap(seen.endpoints_feed, "endpoints", "at least one ready", now, bounds)) is not None:
        weigh_gap(weighing, gap, principal=seen.endpoints is not None, said="Its endpoints cannot be seen")
        return
    if seen.endpoints is None:
        return
    total = len(seen.endpoints.endpoints)
    ready = sum(end.ready for end in seen.endpoints.endpoints)
    source = f"endpointslices of {seen.kind}"
    if ready:
        line = Evidence(
            "endpoints", f"{ready} of {total} ready", "at least one ready", State.HEALTHY, source, seen.endpoints.seen_at
        )
        weighing.good(line, principal=True)
        weighing.line = f"{ready} of {total} ready"
    else:
        line = Evidence(
            "endpoints",
            f"none ready for {ago(seen.endpoints.since)}",
            "at least one ready",
            State.DOWN,
            source,
            seen.endpoints.since,
        )
        weighing.bad(
            line,
            f"Nobody has answered for it for {ago(seen.endpoints.since)}.",
            "no-endpoints",
            hold=bounds.hold_probe,
            line="no ready endpoint",
        )


def _weigh_workload(weighing: Weighing, seen: AddonObservation, now: Mono, bounds: Bounds) -> None:
    if (gap := feed_gap(seen.workloads, "replicas", "all ready", now, bounds)) is not None:
        weigh_gap(weighing, gap, principal=False, said="")
        return
    work = seen.workload
    if work is None:
        return
    source = f"{work.kind} {work.namespace}/{work.name}"
    text = f"{work.ready} of {work.desired} ready"
    if work.ready >= work.desired and work.desired > 0:
        weighing.good(Evidence("replicas", text, "all ready", State.HEALTHY, source, work.seen_at), principal=True)
        weighing.line = weighing.line or text
    elif work.desired == 0:
        weighing.hidden(
            Evidence("replicas", "none wanted", "all ready", State.NOT_OBSERVABLE, source, work.seen_at), "It is scaled to zero."
        )
    else:
        state = State.DOWN if work.ready == 0 else State.DEGRADED
        line = Evidence("replicas", text, "all ready", state, source, work.seen_at)
        verb = "is" if work.ready == 1 else "are"
        weighing.bad(
            line, f"{work.ready} of {plural(work.desired, 'replica')} {verb} ready.", "replicas", hold=bounds.hold_probe, line=text
        )
