"""The pods of the elected: mirror pods as a rule, whose probes their kubelets run.

An instance that restarts in good order (its manifest or its certificates changed, it lost the lead) is not ready for a while, and
another takes the lead meanwhile. So one that only starts is given the time that a failover takes, [signals.md] and client-go's
leader election; one that its kubelet says cannot run (CrashLoopBackOff, ImagePullBackOff, …) is not.
"""

from planes.components.pod_lines import NOT_HEARD, count_ready, not_ready, pod_line
from planes.components.verdict_builder import VerdictBuilder, check_gap, feed_due, feed_gap
from planes.structs.moments import Mono
from planes.structs.observations import LeaderObservation, PodSeen
from planes.structs.thresholds import Thresholds
from planes.structs.time_tokens import ago
from planes.structs.verdicts import Evidence, State

#: What a kubelet says of a container that is about to run; of one that runs and is not ready yet it gives no reason.
_STARTS = frozenset({"", "Pending", "ContainerCreating", "PodInitializing"})
#: leaseDurationSeconds of kube-controller-manager and kube-scheduler, unless they are told otherwise.
_USUAL = 15.0


def check(builder: VerdictBuilder, seen: LeaderObservation, now: Mono, thresholds: Thresholds) -> None:
    """Put the pods on the scales; those of kubelets that are not heard are the last known state and are not counted."""
    only = seen.lease is None and not seen.lease_seen_before  # its pods are all there is to judge by
    gap = feed_gap(seen.pods_feed, "pods", "every instance ready", now, thresholds)
    if gap is not None:
        check_gap(builder, gap, principal=False, said="", enough=only)
        return
    if (due := feed_due(seen.pods_feed, thresholds)) is not None:
        builder.due(due)
    if not seen.pods:
        text = f"it runs {seen.elsewhere}" if seen.elsewhere else "not recognised: none under any known name"
        if seen.holder_on:
            text += f"; its lease is held on {seen.holder_on}"
        source, at = seen.pods_feed.name, seen.pods_feed.heard_at
        builder.hidden(Evidence("pods", text, "every instance ready", State.NOT_OBSERVABLE, source, at))
        return
    patience = thresholds.leader_degraded * _duration(seen)
    starting = [pod for pod in seen.pods if _starts(pod) and now - pod.changed_at <= patience]
    for pod in seen.pods:
        builder.evidence.append(_starting_line(pod, patience) if pod in starting else pod_line(pod))
    for pod in starting:
        builder.due(pod.changed_at + patience)
    fresh = [pod for pod in seen.pods if not pod.silent and pod.homeless_since is None]
    bad = [pod for pod in fresh if not pod.ready and pod not in starting]
    if bad:
        _say(builder, seen, fresh, bad, now, thresholds)
    elif only:
        if fresh:
            builder.enough()
        elif not any(pod.homeless_since is not None for pod in seen.pods):
            line = Evidence("pods", NOT_HEARD, "every instance ready", State.UNKNOWN, seen.pods_feed.name, seen.pods_feed.heard_at)
            builder.unsure(line, f"{NOT_HEARD}, so its state is unknown.", "kubelet-silent")


def _say(
    builder: VerdictBuilder, seen: LeaderObservation, fresh: list[PodSeen], bad: list[PodSeen], now: Mono, thresholds: Thresholds
) -> None:
    ready = sum(pod.ready for pod in fresh)
    homeless_ones = sum(pod.homeless_since is not None for pod in seen.pods)
    unready = [pod for pod in fresh if not pod.ready]
    first = min(pod.changed_at for pod in unready)
    state = State.DEGRADED
    if ready == 0 and len(fresh) + homeless_ones == len(seen.pods):
        # An instance that restarts is not ready for a moment, and its lease is good for longer.
        slow = thresholds.leader_down * _duration(seen)
        ends = max(pod.changed_at + (slow if _starts(pod) else thresholds.leader_released) for pod in fresh)
        if now <= ends:
            builder.ripens(Mono(ends))
        builder.due(ends)
        state = State.DOWN if now > ends else State.DEGRADED
    said = f"{count_ready(ready, len(seen.pods), 'instance')}; {not_ready(unready, first)}."
    builder.worse(state, said, "pod-not-ready", hold=thresholds.hold_condition)


def _duration(seen: LeaderObservation) -> float:
    return seen.lease.duration if seen.lease is not None else _USUAL


def _starts(pod: PodSeen) -> bool:
    """Whether it is not ready and nothing is said against it."""
    return not pod.ready and not pod.silent and pod.homeless_since is None and pod.reason in _STARTS


def _starting_line(pod: PodSeen, patience: float) -> Evidence:
    text = f"{pod.reason or 'not ready'} for {ago(pod.changed_at)}: a normal restart may take {patience:g} s"
    return Evidence("pod", text, "ready", State.HEALTHY, f"pod {pod.namespace}/{pod.name}", pod.seen_at)
