"""What the elected have in common: a lease that its holder renews, and the pods that stand ready to take it.

The lease's own duration is the measure (client-go's leader election uses it so), and its renewal is what we saw change on our own
clock; timestamps of the cluster are not compared with ours.
"""

from planes.components import skew
from planes.components.verdict_builder import Instance, Weighing, feed_due, feed_gap, plural, weigh_gap
from planes.structs.events import Mono
from planes.structs.observations import LeaderObservation, LeaseSeen, PodSeen
from planes.structs.thresholds import Bounds
from planes.structs.time_tokens import ago
from planes.structs.verdicts import Evidence, State


def weigh_lease(weighing: Weighing, seen: LeaderObservation, now: Mono, bounds: Bounds) -> None:
    """The lease: frozen, released, taken away, changing hands too often; or why it cannot be seen."""
    source = f"lease {seen.place}/{seen.kind}"
    gap = feed_gap(seen.leases, "lease", "renewed within its own duration", now, bounds)
    if gap is not None:
        # Ready pods alone are no leader: until leases were listed, or while they cannot be, nobody knows who leads.
        weigh_gap(weighing, gap, principal=True, said=f"The lease of {seen.kind} cannot be seen")
        return
    if (due := feed_due(seen.leases, bounds)) is not None:
        weighing.due(due)
    lease = seen.lease
    if lease is None:
        if seen.lease_seen_before:
            line = Evidence(
                "lease", "not there, though it was seen before", "there, and renewed", State.DOWN, source, seen.leases.heard_at
            )
            weighing.bad(
                line, "Its lease is gone, though this cluster had one before.", "lease-gone", hold=2 * bounds.leader_released
            )
            return
        where = f" (it runs {seen.elsewhere})" if seen.elsewhere else ""
        line = Evidence(
            "lease", f"none was ever seen{where}", "there, and renewed", State.NOT_OBSERVABLE, source, seen.leases.heard_at
        )
        run = f"It runs {seen.elsewhere}" if seen.elsewhere else "It runs without leader election, or its provider hides it"
        more = f" {seen.more}" if seen.more else ""
        weighing.hidden(line, f"{run}: no lease of it was ever seen.{more}")
        return
    if lease.gone_at is not None:
        _weigh_gone(weighing, lease, lease.gone_at, source, now, bounds)
    elif lease.released_at is not None:
        _weigh_released(weighing, seen, lease, lease.released_at, source, now, bounds)
    else:
        _weigh_renewal(weighing, seen, lease, source, now, bounds)
    _weigh_failovers(weighing, lease, source, now, bounds)


def _weigh_gone(weighing: Weighing, lease: LeaseSeen, gone_at: Mono, source: str, now: Mono, bounds: Bounds) -> None:
    text = f"deleted {ago(gone_at)} ago and not made again"
    down = lease.duration * bounds.leader_down
    line = Evidence("lease", text, "there, and renewed", State.DOWN if now - gone_at > down else State.DEGRADED, source, gone_at)
    weighing.due(gone_at + down)
    late = now - lease.counts_from > lease.duration * bounds.leader_degraded  # it was not renewed for too long anyway
    hold = 0.0 if late else bounds.leader_handover
    weighing.bad(line, f"Its lease was deleted {ago(gone_at)} ago and nobody made a new one.", "lease-gone", hold=hold)


def _weigh_released(
    weighing: Weighing, seen: LeaderObservation, lease: LeaseSeen, released_at: Mono, source: str, now: Mono, bounds: Bounds
) -> None:
    """A graceful stop: the lease's holder is empty until another takes it."""
    should_be = f"taken again within {bounds.leader_released:.0f} s"
    text = f"released {ago(released_at)} ago, not taken again"
    age = now - released_at
    if age <= bounds.leader_handover:
        weighing.good(Evidence("lease", text, should_be, State.HEALTHY, source, released_at), principal=True)
        weighing.line = f"lease released {ago(released_at)} ago"
        weighing.due(released_at + bounds.leader_handover)
        return
    if seen.writes_blocked:
        line = Evidence("lease", text, should_be, State.UNKNOWN, source, released_at)
        weighing.unsure(line, f"Whether anybody leads cannot be known: {seen.writes_blocked}.", "writes-blocked")
        return
    state = State.DOWN if age > bounds.leader_released else State.DEGRADED
    weighing.due(released_at + bounds.leader_released)
    weighing.bad(
        Evidence("lease", text, should_be, state, source, released_at),
        f"It was stopped {ago(released_at)} ago and no other has taken the lead.",
        "lease-released",
        line=f"no leader for {ago(released_at)}",
    )


def _weigh_renewal(weighing: Weighing, seen: LeaderObservation, lease: LeaseSeen, source: str, now: Mono, bounds: Bounds) -> None:
    should_be = f"renewed within {lease.duration:g} s (its own leaseDurationSeconds)"
    age = now - lease.counts_from
    slow, silent = lease.duration * bounds.leader_degraded, lease.duration * bounds.leader_down
    if age <= slow:
        weighing.due(lease.counts_from + slow)
        if lease.excused or (lease.stale_on_arrival and not lease.confirmed):
            line = Evidence("lease", "not seen to be renewed yet", should_be, State.UNKNOWN, source, lease.changed_at)
            why = "No lease could be renewed for a while" if lease.excused else "Its lease was old when first seen"
            weighing.unsure(line, f"{why}, and it was not seen to be renewed yet.", "lease-unconfirmed")
            return
        text = f"renewed {ago(lease.changed_at)} ago, held by {lease.holder}"
        weighing.good(Evidence("lease", text, should_be, State.HEALTHY, source, lease.changed_at), principal=True)
        count = f" · {plural(lease.transitions, 'failover')}" if lease.transitions is not None else ""
        weighing.line = f"lease renewed {ago(lease.changed_at)} ago{count}"
        return
    text = f"not renewed for {ago(lease.changed_at)}, held by {lease.holder}"
    if seen.writes_blocked:
        line = Evidence("lease", text, should_be, State.UNKNOWN, source, lease.changed_at)
        weighing.unsure(line, f"Its lease is not renewed, which proves nothing now: {seen.writes_blocked}.", "writes-blocked")
        return
    state = State.DOWN if age > silent else State.DEGRADED
    weighing.due(lease.counts_from + silent)
    weighing.bad(
        Evidence("lease", text, should_be, state, source, lease.changed_at),
        f"Its lease has not been renewed for {ago(lease.changed_at)}; it lasts {lease.duration:g} s.",
        "lease-frozen",
        line=f"lease not renewed for {ago(lease.changed_at)}",
    )


def _weigh_failovers(weighing: Weighing, lease: LeaseSeen, source: str, now: Mono, bounds: Bounds) -> None:
    recent = [at for at in lease.failovers if now - at <= bounds.flap_window]
    should_be = f"fewer than {bounds.leader_failovers:.0f} within {bounds.flap_window / 60:.0f} min"
    total = f"{lease.transitions} in all, " if lease.transitions is not None else ""
    text = f"{total}{len(recent)} within {bounds.flap_window / 60:.0f} min"
    at = recent[-1] if recent else lease.first_at
    if len(recent) >= bounds.leader_failovers:
        weighing.due(recent[-int(bounds.leader_failovers)] + bounds.flap_window)
        weighing.bad(
            Evidence("failovers", text, should_be, State.DEGRADED, source, at),
            f"The lead changed hands {len(recent)} times within {bounds.flap_window / 60:.0f} minutes.",
            "failovers",
        )
    else:
        weighing.good(Evidence("failovers", text, should_be, State.HEALTHY, source, at))
    if recent:
        weighing.due(recent[0] + bounds.flap_window)


def stands(seen: LeaderObservation) -> str:
    """What a healthy one rests on: nothing is said of a lease that is not seen or not held."""
    if seen.lease is None:
        return "Its pods are ready"
    return "Its lease is renewed in time" if seen.lease.released_at is None else "Its lease was released, to be taken again at once"


def weigh_pods(weighing: Weighing, seen: LeaderObservation, now: Mono, bounds: Bounds) -> None:
    """The mirror pods, whose probes their kubelets run; those of silent kubelets are the last known state and are not counted."""
    gap = feed_gap(seen.pods_feed, "pods", "every instance ready", now, bounds)
    if gap is not None:
        weigh_gap(weighing, gap, principal=False, said="Its pods cannot be seen")
        return
    if (due := feed_due(seen.pods_feed, bounds)) is not None:
        weighing.due(due)
    fresh = [pod for pod in seen.pods if not pod.silent]
    source = seen.pods_feed.name
    if not seen.pods:
        line = Evidence(
            "pods", "no pods of it are visible", "every instance ready", State.NOT_OBSERVABLE, source, seen.pods_feed.heard_at
        )
        weighing.hidden(line)
        return
    for pod in seen.pods:
        weighing.evidence.append(pod_line(pod))
    ready = sum(pod.ready for pod in fresh)
    if fresh and ready < len(fresh):
        which = ", ".join(f"{pod.name} ({pod.reason or 'not ready'})" for pod in fresh if not pod.ready)
        first = min(pod.changed_at for pod in fresh if not pod.ready)
        none_since = max(pod.changed_at for pod in fresh)
        state = State.DEGRADED
        if ready == 0 and len(fresh) == len(seen.pods):
            # An instance that restarts is not ready for a moment, and its lease is good for longer.
            weighing.due(none_since + bounds.leader_released)
            state = State.DOWN if now - none_since > bounds.leader_released else State.DEGRADED
        said = f"{ready} of {plural(len(seen.pods), 'instance')} {'is' if ready == 1 else 'are'} ready: {which}, for {ago(first)}."
        weighing.worse(state, said, "pod-not-ready", hold=bounds.hold_condition)
    elif fresh and (seen.lease is None and not seen.lease_seen_before):
        weighing.enough()  # its pods are all there is to judge by


def pod_line(pod: PodSeen) -> Evidence:
    """One pod as a line of evidence."""
    should_be = "ready"
    source = f"pod {pod.namespace}/{pod.name}"
    if pod.silent:
        last = "ready" if pod.ready or pod.returning else pod.reason or "not ready"
        why = "its node has only just come back" if pod.returning else "its kubelet is silent"
        return Evidence("pod", f"last known: {last}; {why}", should_be, State.UNKNOWN, source, pod.seen_at)
    if pod.ready:
        return Evidence("pod", "ready", should_be, State.HEALTHY, source, pod.seen_at)
    return Evidence("pod", f"{pod.reason or 'not ready'} for {ago(pod.changed_at)}", should_be, State.DEGRADED, source, pod.seen_at)


def weigh_versions(weighing: Weighing, seen: LeaderObservation, bounds: Bounds) -> None:
    """Each instance's version against the API server's."""
    for pod in seen.pods:
        line, said = skew.weigh(pod.version, seen.server.version, bounds.leader_skew, f"image of {pod.name}", pod.seen_at)
        if said:
            weighing.bad(line, f"{pod.name}: {said}", "skew")
        else:
            weighing.good(line)
    if not seen.pods:
        line, _ = skew.weigh("", seen.server.version, bounds.leader_skew, "image of its pods", None)
        weighing.hidden(line)


def instances(seen: LeaderObservation, now: Mono, bounds: Bounds) -> tuple[Instance, ...]:
    """Its pods, and the holder of the lease if it is none of them. Two leaders at once are never claimed."""
    holder = seen.lease.holder if seen.lease is not None and seen.lease.gone_at is None else ""
    host = holder.rpartition("_")[0] or holder
    found: list[Instance] = []
    led = False
    for pod in sorted(seen.pods, key=lambda pod: pod.name):
        leads = bool(host) and not led and host in (pod.node, pod.name)
        led = led or leads
        found.append(instance_of(pod, leader=leads))
    if holder and not led and seen.lease is not None:
        fresh = now - seen.lease.counts_from <= seen.lease.duration * bounds.leader_degraded and not seen.lease.excused
        sure = fresh and (seen.lease.confirmed or not seen.lease.stale_on_arrival)
        state = State.HEALTHY if sure else State.UNKNOWN
        found.insert(0, Instance(holder, host, leader=True, state=state, because="Known from its lease alone."))
    return tuple(found)


def unheard(pod: PodSeen) -> str:
    """Why nothing is known of a pod now."""
    return f"Its {'node has only just come back' if pod.returning else 'kubelet is silent'}; this is the last known state."


def instance_of(pod: PodSeen, *, leader: bool = False) -> Instance:
    """A pod as an instance."""
    if pod.silent:
        state, because = State.UNKNOWN, unheard(pod)
    elif pod.ready:
        state, because = State.HEALTHY, ""
    else:
        state, because = State.DEGRADED, f"{pod.reason or 'Not ready'} for {ago(pod.changed_at)}."
    return Instance(pod.name, pod.node, leader, state, because, pod.version, pod.restarts)
