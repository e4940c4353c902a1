"""The heartbeat of one node: whose it is, when it was last seen, and since when it is silent by the cluster's own record."""

from dataclasses import replace

from planes.components.relics import is_abandoned, renewed_at
from planes.components.verdict_builder import VerdictBuilder, check_gap, clause, feed_due, feed_gap
from planes.structs.lease_seen import LeaseSeen
from planes.structs.moments import Mono
from planes.structs.observations import ConditionSeen, NodeObservation, NodeScene
from planes.structs.thresholds import Thresholds
from planes.structs.time_tokens import ago, until
from planes.structs.timestamps import written
from planes.structs.verdicts import Evidence, State, Verdict

#: The cluster's record is told where it is so much older than our own, in seconds.
_EARLIER = 5.0
#: The node lifecycle controller looks every 5 s (node-monitor-period), a tenth of its grace period.
_MONITORED = 1.1


def source_of(node: NodeObservation) -> str:
    """Where its heartbeat is read."""
    return f"lease kube-node-lease/{node.name}"


def is_silent(lease: LeaseSeen | None, ready: ConditionSeen | None, now: Mono, thresholds: Thresholds) -> bool:
    """Whether what its node reports is only the last known state: the lease is late, or Kubernetes itself gave it up."""
    if ready is not None and ready.status == "Unknown":
        return True
    if lease is None:
        return False
    return (
        lease.in_grace
        or lease.delegated
        or lease.gone_at is not None
        or lease.silence(now) > lease.duration * thresholds.kubelet_slow
    )


def doubted(kubelet: Verdict, other: Verdict) -> Verdict:
    """The verdict of another agent of a node whose kubelet was judged so. It rests on what the kubelet reports: while nobody knows
    whether that lives, what it said last is the last known state, and never health."""
    if kubelet.state is not State.UNKNOWN or kubelet.waiting or other.state is not State.HEALTHY:
        return other
    because = f"No word from its kubelet, so nothing newer is known. {kubelet.because}"
    return replace(other, state=State.UNKNOWN, because=because, line="", cause="kubelet-unheard")


def is_relic(node: NodeObservation, thresholds: Thresholds) -> bool:
    """Whether its lease was so old when first seen that it proves nothing, while Kubernetes says nothing against the node."""
    ready = node.conditions.get("Ready")
    says = ready is not None and ready.status == "True"
    return says and node.lease is not None and is_abandoned(node.lease, thresholds.lease_abandoned)


def lease_of(node: NodeObservation, scene: NodeScene, now: Mono, thresholds: Thresholds) -> LeaseSeen | None:
    """The lease whose silence counts. What cannot be read says nothing, not even by its silence; nor does a relic where the node
    itself writes."""
    if scene.leases.fault is not None or (is_relic(node, thresholds) and _writes(node, now, thresholds)):
        return None
    return node.lease


def _writes(node: NodeObservation, now: Mono, thresholds: Thresholds) -> bool:
    """Whether it wrote its status lately."""
    return node.status_beat is not None and now - node.status_beat <= thresholds.status_heartbeat


def check(builder: VerdictBuilder, node: NodeObservation, scene: NodeScene, now: Mono, thresholds: Thresholds) -> None:
    """Put its heartbeat on the scales."""
    gap = feed_gap(scene.leases, "node lease", "renewed in time", now, thresholds)
    readable = feed_gap(scene.nodes, "Ready", "True", now, thresholds) is None
    if gap is not None and gap.state is State.NOT_OBSERVABLE and readable and node.lease is not None:
        _check_lost(builder, node.lease, gap, now, thresholds)
        return
    if gap is not None:
        check_gap(builder, gap, principal=True, said="Its heartbeat cannot be read")
        return
    if (due := feed_due(scene.leases, thresholds)) is not None:
        builder.due(due)
    lease = node.lease
    relic = lease is not None and is_relic(node, thresholds)
    if (lease is None or relic) and _check_status_beat(builder, node, now, thresholds):
        return
    if lease is not None and relic and lease.silence(now) > lease.duration * thresholds.kubelet_slow:
        text = f"last renewed {ago(renewed_at(lease))} ago"
        line = Evidence("node lease", text, "present and renewed", State.UNKNOWN, source_of(node), renewed_at(lease))
        why = f"Its lease was last renewed {ago(renewed_at(lease))} ago, long before watching began, yet it reports Ready."
        builder.unsure(line, f"{why} So its lease does not show whether it is alive.", "lease-old")
        return
    if lease is None:
        text = "it has none"
        line = Evidence("node lease", text, "present and renewed", State.UNKNOWN, source_of(node), scene.leases.heard_at)
        if scene.leases_seen_before and not node.own_version:  # a kubelet has one; what is none may be heard by its status alone
            builder.unsure(line, "It has no lease, so its heartbeat cannot be seen.", "lease-missing")
        else:
            builder.hidden(
                Evidence("node lease", text, "present and renewed", State.NOT_OBSERVABLE, source_of(node), scene.leases.heard_at)
            )
        return
    if lease.gone_at is not None:
        line = Evidence(
            "node lease", f"deleted {ago(lease.gone_at)} ago", "present and renewed", State.UNKNOWN, source_of(node), lease.gone_at
        )
        builder.unsure(line, f"Its lease was deleted {ago(lease.gone_at)} ago, so its heartbeat cannot be seen.", "lease-missing")
        return
    if lease.delegated:
        text = "renewed by a neighbour, which proves no contact"
        line = Evidence("node lease", text, "renewed by its own kubelet", State.UNKNOWN, source_of(node), lease.changed_at)
        why = "It is cut off: a neighbour renews its lease for it, so what it reports is the last known state."
        builder.unsure(line, why, "delegated")
        return
    slow, silent = lease.duration * thresholds.kubelet_slow, lease.duration * thresholds.kubelet_silent
    should_be = f"renewed about every {lease.duration / 4:g} s of a {lease.duration:g} s lease"
    age = lease.silence(now)
    if not lease.confirmed and age <= silent:
        builder.ripens(lease.stale_since + silent)
    if age <= slow:
        builder.due(lease.turns_unseen(now, slow, thresholds.hold_probe))
        if lease.is_unseen(now, slow, thresholds.hold_probe) and not lease.in_grace:
            text = f"nothing seen for {ago(lease.changed_at)}"
            line = Evidence("node lease", text, should_be, State.UNKNOWN, source_of(node), lease.changed_at)
            why = "Heartbeats could not be read for a while, and none from it has been seen since."
            builder.unsure(line, why, "lease-unconfirmed")
            return
        if lease.in_grace or (lease.stale_on_arrival and not lease.confirmed):
            line = Evidence("node lease", "not seen renewed yet", should_be, State.UNKNOWN, source_of(node), lease.changed_at)
            builder.unsure(line, "Waiting for its next heartbeat.", "lease-unconfirmed")
            return
        builder.good(Evidence("node lease", "on time", should_be, State.HEALTHY, source_of(node), lease.changed_at), principal=True)
        builder.line = f"heartbeat on time, every {lease.duration / 4:g} s of a {lease.duration:g} s lease"
        return
    state = State.DOWN if age > silent else State.DEGRADED
    if state is State.DEGRADED:
        builder.due(lease.stale_since + silent)
    said = f"No heartbeat for {ago(lease.changed_at)}; the lease allows {lease.duration:g} s."
    ready = node.conditions.get("Ready")
    if ready is not None and (record := _record(node, ready)) is not None:
        said = f"No heartbeat for at least {ago(max(lease.first_at, lease.changed_at))} ({record})."
    elif ready is not None and ready.status == "Unknown":
        said += f" Kubernetes has marked it NotReady for {ago(ready.since)}."
    elif ready is not None and ready.status == "False":
        said += f" Kubernetes has marked it NotReady: {clause(ready.message or ready.reason or 'no reason given')}."
    elif now <= (told := lease.changed_at + thresholds.monitor_grace):
        said += f" Kubernetes marks it NotReady in about {until(told)}."
        builder.due(told + 0.001)
    elif now > (overdue := lease.changed_at + thresholds.monitor_grace * _MONITORED):
        grace = f"{thresholds.monitor_grace:.0f} s"
        said += f" Kubernetes has not marked it NotReady yet; by default it does after about {grace}."
    else:
        builder.due(overdue + 0.001)
    builder.bad(
        Evidence("node lease", f"not renewed for {ago(lease.changed_at)}", should_be, state, source_of(node), lease.changed_at),
        said,
        "silent",
        line=f"no heartbeat for {ago(lease.changed_at)}",
    )


def _check_lost(builder: VerdictBuilder, lease: LeaseSeen, gap: Evidence, now: Mono, thresholds: Thresholds) -> None:
    """It was seen before, and may not be read any more. Ready is taken back only after `monitor_grace` of silence, so that until
    then it tells nothing that is newer than the last heartbeat that we saw."""
    late = lease.expires(lease.duration * thresholds.kubelet_slow)
    told = lease.expires(thresholds.monitor_grace * _MONITORED)
    for due in (late, told):
        if due > now:
            builder.due(due + 0.001)
    if late < now <= told and lease.gone_at is None:
        why = f"Its heartbeat may no longer be read and was last seen {ago(lease.changed_at)} ago"
        text = f"{why}; its Ready condition is no newer yet."
        builder.unsure(replace(gap, state=State.UNKNOWN, at=lease.changed_at), text, "feed-stale")
    else:
        check_gap(builder, gap, principal=True, said="Its heartbeat cannot be read")


def _check_status_beat(builder: VerdictBuilder, node: NodeObservation, now: Mono, thresholds: Thresholds) -> bool:
    """A node without a lease (KWOK, virtual-kubelet) tells that it lives by writing its status. False: it was not seen to. That is
    no alarm, for an unchanged status may be written every five minutes only."""
    beat = node.status_beat
    if beat is None or not _writes(node, now, thresholds):
        return False
    builder.due(beat + thresholds.status_heartbeat + 0.001)
    has = "it has none" if node.lease is None else f"last renewed {ago(renewed_at(node.lease))} ago"
    text, should_be = f"{has}; its status was written {ago(beat)} ago", "renewed, or its status written"
    builder.good(Evidence("node lease", text, should_be, State.HEALTHY, f"Node {node.name}", beat), principal=True)
    builder.line = "heartbeat by its status"
    return True


def began(node: NodeObservation) -> Mono | None:
    """Since when Ready is not True by the cluster's own record, where that is before we first saw the node."""
    ready = node.conditions.get("Ready")
    return _began(node, ready) if ready is not None else None


def _began(node: NodeObservation, one: ConditionSeen) -> Mono | None:
    """Since when a condition has its status by the cluster's own record, where that is before we first saw the node. That Ready is
    True is no trouble to be dated."""
    if one.recorded is None or node.clock_offset is None or (one.status == "True" and one is node.conditions.get("Ready")):
        return None
    at = Mono(one.recorded - node.clock_offset)
    return at if one.since == node.added_at and at < node.added_at - _EARLIER else None


def _record(node: NodeObservation, one: ConditionSeen) -> str | None:
    """The same in words."""
    if _began(node, one) is None or one.recorded is None or node.clock_offset is None:
        return None
    return f"by the cluster's record since {written(one.recorded, node.clock_offset + node.seen_at)}"


def how_long(node: NodeObservation, one: ConditionSeen) -> str:
    """For how long a condition is as it is, where it may have been so before we first saw it."""
    record = _record(node, one)
    return ago(one.since) if record is None else f"at least {ago(one.since)} ({record})"


def not_heard(node: NodeObservation, ready: ConditionSeen) -> str:
    """That Kubernetes has not heard from it, and for how long."""
    record = _record(node, ready)
    if record is None:
        return f"Kubernetes has not heard from it; Ready has been Unknown for {ago(ready.since)}."
    return f"Kubernetes has not heard from it for at least {ago(ready.since)} ({record})."
