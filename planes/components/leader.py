"""What the elected have in common: a lease that its holder renews, and the pods that stand ready to take it.

The lease's own duration is the measure (client-go's leader election uses it so), and its renewal is what we saw change on our own
clock; timestamps of the cluster are not compared with ours.
"""

from dataclasses import replace

from planes.cache.leases import LeaseTrack
from planes.cache.recent import Noted
from planes.components import skew
from planes.components.lease_names import KUBE_SYSTEM, Held, lease_of
from planes.components.pod_lines import instance_of
from planes.components.relics import is_abandoned, renewed_at
from planes.components.verdict_builder import Instance, VerdictBuilder, check_gap, feed_due, feed_gap, plural
from planes.components.view import ClusterView
from planes.structs import versions
from planes.structs.feeds import Feed
from planes.structs.lease_seen import LeaseSeen
from planes.structs.moments import Mono
from planes.structs.observations import FeedSeen, LeaderObservation
from planes.structs.thresholds import Thresholds
from planes.structs.time_tokens import ago
from planes.structs.verdicts import Evidence, State

#: What stands still without a leader, and what does not.
_WITHOUT = {
    "kube-scheduler": " New pods stay Pending; running ones keep running.",
    "kube-controller-manager": " What fails is not replaced; pods keep running.",
    "cloud-controller-manager": " Changes in the cloud stand still; pods keep running.",
}


def check_lease(builder: VerdictBuilder, seen: LeaderObservation, now: Mono, thresholds: Thresholds) -> None:
    """The lease: frozen, released, taken away, changing hands too often; or why it cannot be seen."""
    source = f"lease {seen.place}/{seen.called or seen.kind}"
    gap = feed_gap(seen.leases, "lease", "renewed within its own duration", now, thresholds)
    if gap is not None:
        # Ready pods alone are no leader: until leases were listed, or while they cannot be, nobody knows who leads.
        check_gap(builder, gap, principal=True, said="Its lease cannot be read")
        return
    if (due := feed_due(seen.leases, thresholds)) is not None:
        builder.due(due)
    lease = seen.lease
    if lease is None:
        if seen.lease_seen_before:
            line = Evidence("lease", "missing; it was seen before", "present and renewed", State.DOWN, source, seen.leases.heard_at)
            builder.bad(
                line,
                f"Its lease is missing; this cluster had one before.{_without(seen.kind, line.state)}",
                "lease-gone",
                hold=2 * thresholds.leader_released,
            )
            return
        line = Evidence(
            "lease",
            f"none has been seen{_why_none(seen)}",
            "present and renewed",
            State.NOT_OBSERVABLE,
            source,
            seen.leases.heard_at,
        )
        builder.hidden(line, _unseen(seen))
        return
    if lease.gone_at is not None:
        _check_gone(builder, seen, lease, lease.gone_at, source, now, thresholds)
    elif lease.released_at is not None:
        _check_released(builder, seen, lease, lease.released_at, source, now, thresholds)
    else:
        _check_renewal(builder, seen, lease, source, now, thresholds)
    _check_failovers(builder, lease, source, now, thresholds)


def _why_none(seen: LeaderObservation) -> str:
    """Why no lease of it is seen, as far as that is known. Before 1.17 the lead is kept in an Endpoints object, until 1.20 it may
    be (kubernetes 1.16 to 1.20, --leader-elect-resource-lock)."""
    if seen.elsewhere:
        return f" (it runs {seen.elsewhere})"
    found = versions.minor(seen.server.version)
    if found is not None and found < (1, 20):
        keeps = "keeps" if found < (1, 17) else "may keep"
        return f" (Kubernetes {found[0]}.{found[1]} {keeps} the lead in an Endpoints object)"
    return ""


def _unseen(seen: LeaderObservation) -> str:
    """What is said of one of which neither lease nor pod is seen. Nothing is advised that cannot be followed."""
    if seen.elsewhere:
        more = f" {seen.more}" if seen.more else ""
        return f"It runs {seen.elsewhere}: no lease of it has been seen.{more}"
    if seen.kind == "kube-scheduler" and seen.nodes == 0:
        return "None is visible, and there are no nodes to schedule to."
    return f"Not recognised: neither a lease nor a pod under any known name has been seen{_why_none(seen)}."


def _without(kind: str, state: State) -> str:
    return _WITHOUT.get(kind, "") if state is State.DOWN else ""


def _check_gone(
    builder: VerdictBuilder,
    seen: LeaderObservation,
    lease: LeaseSeen,
    gone_at: Mono,
    source: str,
    now: Mono,
    thresholds: Thresholds,
) -> None:
    text = f"deleted {ago(gone_at)} ago and not recreated"
    down = lease.duration * thresholds.leader_down
    line = Evidence("lease", text, "present and renewed", State.DOWN if now - gone_at > down else State.DEGRADED, source, gone_at)
    builder.due(gone_at + down)
    late = now > lease.expires(lease.duration * thresholds.leader_degraded)  # it was not renewed for too long anyway
    hold = 0.0 if late else thresholds.leader_handover
    said = f"Its lease was deleted {ago(gone_at)} ago and has not been recreated.{_without(seen.kind, line.state)}"
    builder.bad(line, said, "lease-gone", hold=hold)


def _check_released(
    builder: VerdictBuilder,
    seen: LeaderObservation,
    lease: LeaseSeen,
    released_at: Mono,
    source: str,
    now: Mono,
    thresholds: Thresholds,
) -> None:
    """A graceful stop: the lease's holder is empty until another takes it."""
    should_be = f"taken within {thresholds.leader_released:.0f} s"
    told = lease.released_since if lease.released_since is not None else released_at
    text = f"released {ago(told)} ago, not taken since"
    if not lease.confirmed:
        builder.ripens(released_at + thresholds.leader_released)
    age = lease.observed(now) - released_at
    if age <= thresholds.leader_handover:
        builder.good(Evidence("lease", text, should_be, State.HEALTHY, source, released_at), principal=True)
        builder.line = f"lease released {ago(told)} ago"
        builder.due(released_at + thresholds.leader_handover)
        return
    if seen.writes_blocked:
        line = Evidence("lease", text, should_be, State.UNKNOWN, source, released_at)
        builder.unsure(line, f"Whether it has a leader cannot be judged while {seen.writes_blocked}.", "writes-blocked")
        return
    state = State.DOWN if age > thresholds.leader_released else State.DEGRADED
    builder.due(released_at + thresholds.leader_released)
    builder.bad(
        Evidence("lease", text, should_be, state, source, released_at),
        f"Its leader stopped {ago(told)} ago and no other has taken over.{_without(seen.kind, state)}",
        "lease-released",
        line=f"no leader for {ago(told)}",
    )


def _check_renewal(
    builder: VerdictBuilder, seen: LeaderObservation, lease: LeaseSeen, source: str, now: Mono, thresholds: Thresholds
) -> None:
    should_be = f"renewed within {lease.duration:g} s (its own leaseDurationSeconds)"
    age = lease.silence(now)
    slow, silent = lease.duration * thresholds.leader_degraded, lease.duration * thresholds.leader_down
    if not lease.confirmed and age <= silent:
        builder.ripens(lease.stale_since + silent)
    if age <= slow:
        # What was seen to be late has a failover's time; what was not seen at all has none of it.
        limit = slow if age > lease.duration else lease.duration
        builder.due(lease.turns_unseen(now, limit, thresholds.hold_probe))
        if seen.writes_blocked and (now > lease.expires(slow) or age > lease.duration):
            _say_blocked(builder, seen, lease, source, should_be)
            return
        if lease.is_unseen(now, limit, thresholds.hold_probe) and not lease.in_grace:
            line = Evidence(
                "lease", f"nothing seen for {ago(lease.changed_at)}", should_be, State.UNKNOWN, source, lease.changed_at
            )
            why = "Leases could not be read for a while, and this one has not been seen renewed since."
            builder.unsure(line, why, "lease-unconfirmed")
            return
        if lease.in_grace or (lease.stale_on_arrival and not lease.confirmed):
            line = Evidence("lease", "not seen renewed yet", should_be, State.UNKNOWN, source, lease.changed_at)
            why = (
                "No lease could be renewed for a while, and this one" if lease.in_grace else "Its lease was old when first seen and"
            )
            builder.unsure(line, f"{why} has not been seen renewed yet.", "lease-unconfirmed")
            return
        if age > lease.duration:
            text = f"{_not_renewed(lease)}: a failover may take {slow:g} s"
            builder.line = f"lease not renewed for {ago(lease.changed_at)}"
        else:
            builder.due(lease.expires(lease.duration))
            text = f"renewed {ago(lease.changed_at)} ago, held by {lease.holder}"
            count = f" · {plural(lease.transitions, 'failover')}" if lease.transitions is not None else ""
            builder.line = f"lease renewed {ago(lease.changed_at)} ago{count}"
        builder.good(Evidence("lease", text, should_be, State.HEALTHY, source, lease.changed_at), principal=True)
        return
    if seen.writes_blocked:
        _say_blocked(builder, seen, lease, source, should_be)
        return
    if is_abandoned(lease, thresholds.lease_abandoned) and not _is_corroborated(seen, now, thresholds):
        text = f"last renewed {ago(renewed_at(lease))} ago, held by {lease.holder}"
        line = Evidence("lease", text, should_be, State.UNKNOWN, source, renewed_at(lease))
        why = f"Its lease was last renewed {ago(renewed_at(lease))} ago, long before watching began: it may be a leftover."
        builder.unsure(line, f"{why} Nothing else shows whether it has a leader.", "lease-old")
        return
    text = _not_renewed(lease)
    state = State.DOWN if age > silent else State.DEGRADED
    builder.due(lease.stale_since + silent)
    builder.bad(
        Evidence("lease", text, should_be, state, source, renewed_at(lease)),
        f"Its {lease.duration:g} s lease has not been renewed for {ago(renewed_at(lease))}.{_without(seen.kind, state)}",
        "lease-frozen",
        line=f"lease not renewed for {ago(renewed_at(lease))}",
    )


def _not_renewed(lease: LeaseSeen) -> str:
    return f"not renewed for {ago(renewed_at(lease))}, held by {lease.holder}"


def _is_corroborated(seen: LeaderObservation, now: Mono, thresholds: Thresholds) -> bool:
    """Whether something besides its lease says that it does not work: its pods, or work that nobody does."""
    if seen.pods and not any(pod.ready for pod in seen.pods):
        return True
    oldest = seen.undecided.oldest
    if oldest is not None and now - oldest > thresholds.pod_undecided:
        return True
    return any(one.lagging_since is not None and now - one.lagging_since > thresholds.generation_lag for one in seen.lagging)


def _say_blocked(builder: VerdictBuilder, seen: LeaderObservation, lease: LeaseSeen, source: str, should_be: str) -> None:
    line = Evidence("lease", _not_renewed(lease), should_be, State.UNKNOWN, source, lease.changed_at)
    builder.unsure(line, f"Its lease cannot be judged while {seen.writes_blocked}.", "writes-blocked")


def _check_failovers(builder: VerdictBuilder, lease: LeaseSeen, source: str, now: Mono, thresholds: Thresholds) -> None:
    recent = [at for at in lease.failovers if now - at <= thresholds.flap_window]
    should_be = f"fewer than {thresholds.leader_failovers:.0f} within {thresholds.flap_window / 60:.0f} min"
    total = f"{lease.transitions} in all, " if lease.transitions is not None else ""
    text = f"{total}{len(recent)} within {thresholds.flap_window / 60:.0f} min"
    at = recent[-1] if recent else lease.first_at
    if len(recent) >= thresholds.leader_failovers:
        builder.due(recent[-int(thresholds.leader_failovers)] + thresholds.flap_window)
        builder.bad(
            Evidence("failovers", text, should_be, State.DEGRADED, source, at),
            f"Its leader changed {len(recent)} times in {thresholds.flap_window / 60:.0f} min.",
            "failovers",
        )
    else:
        builder.good(Evidence("failovers", text, should_be, State.HEALTHY, source, at))
    if recent:
        builder.due(recent[0] + thresholds.flap_window)


def stands(seen: LeaderObservation, now: Mono) -> str:
    """What a healthy one rests on: nothing is said of a lease that is not seen or not held."""
    if seen.lease is None:
        return "Its pods are ready" if all(pod.ready for pod in seen.pods) else "Its pods are ready or starting"
    if seen.lease.released_at is None and seen.lease.silence(now) > seen.lease.duration:
        return "Its lease is late, as during a failover"
    return (
        "Its lease is renewed in time" if seen.lease.released_at is None else "Its lease has just been released for the next leader"
    )


def check_versions(builder: VerdictBuilder, seen: LeaderObservation, thresholds: Thresholds) -> None:
    """Each instance's version against the API server's, where it is a version of Kubernetes."""
    for pod in seen.pods:
        if pod.own_version:
            builder.hidden(skew.not_applicable(pod.version, f"image of {pod.name}", pod.seen_at))
            continue
        server, image = seen.server, f"image of {pod.name}"
        line, said = skew.check(pod.version, server.newest, thresholds.leader_skew, image, pod.seen_at, server.unsettled)
        if said:
            builder.bad(line, f"{pod.name} {said.removeprefix('It ')}", "skew", about=pod.name)
        else:
            builder.good(line)
    if not seen.pods:
        line, _ = skew.check("", seen.server.newest, thresholds.leader_skew, "image of its pods", None)
        builder.hidden(line)


def instances(seen: LeaderObservation, now: Mono, thresholds: Thresholds) -> tuple[Instance, ...]:
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
        fresh = now <= seen.lease.expires(seen.lease.duration * thresholds.leader_degraded) and not seen.lease.in_grace
        sure = fresh and (seen.lease.confirmed or not seen.lease.stale_on_arrival)
        state = State.HEALTHY if sure else State.UNKNOWN
        found.insert(0, Instance(name=holder, host=host, leader=True, state=state, because="Known from its lease alone."))
    return tuple(found)


def observe(view: ClusterView, kind: str) -> LeaderObservation:
    """One of the elected."""
    cache = view.cache
    works = kind == "kube-controller-manager"
    held = lease_of(cache, kind)
    place = held.place if held is not None else KUBE_SYSTEM
    counted = view.feed(Feed.NODES).listed_at is not None
    return LeaderObservation(
        kind=kind,
        reach=view.reach,
        leases=view.cache.feed(Feed.EXTRA_LEASES, place) if place != KUBE_SYSTEM else view.feed(Feed.SYSTEM_LEASES),
        pods_feed=view.feed(Feed.SYSTEM_PODS),
        lease=_seen(view, held) if held is not None else None,
        pods=view.pods(kind),
        server=view.server,
        writes_blocked=view.disruption.blocked,
        lease_seen_before=kind in view.known.leases,
        elsewhere=view.distribution.elsewhere,
        undecided=cache.pods.undecided_seen(view.dating),
        unbound=len(cache.pods.waiting),
        pods_all=view.feed(Feed.PODS) if kind == "kube-scheduler" else None,
        lagging=cache.daemon_sets.lagging(view.wall_offset) + cache.deployments.lagging(view.wall_offset) if works else (),
        workloads=_workloads(view) if works else None,
        more=view.distribution.more,
        place=place,
        called=held.name if held is not None else "",
        holder_on=_holder_on(view, held.track) if held is not None else "",
        nodes=len(cache.nodes) if counted else None,
        templates=not (cache.nodes or cache.pods.count() or cache.daemon_sets.noticed or cache.deployments.noticed),
    )


def _holder_on(view: ClusterView, track: LeaseTrack) -> str:
    """On which host its lease is held, by the holder's name, and whether that is a node here."""
    host = track.holder.rpartition("_")[0] or track.holder
    if not host or not view.cache.nodes:
        return ""
    if host in view.cache.nodes or host in view.host_names():
        return f"{host}, a node of this cluster"
    return f"{host}, which is no node of this cluster"


def _workloads(view: ClusterView) -> FeedSeen:
    """The feed of workloads that can be read, if one can."""
    both = (view.feed(Feed.DAEMON_SETS), view.feed(Feed.DEPLOYMENTS))
    return next((one for one in both if one.fault is None and one.listed_at is not None), both[0])


def _seen(view: ClusterView, held: Held) -> LeaseSeen:
    # Old at first sight is what is past its own duration, though a failover is given longer.
    fresh, until = min(1.0, view.thresholds.leader_degraded), held.book.observed(view.now)
    seen = held.track.seen(held.name, view.clock_offset, fresh, until, view.dating)
    before = view.before(Noted.FAILOVER, held.name)
    return replace(seen, failovers=(*before, *seen.failovers)) if before else seen
