"""Pods as they are told of: as lines of evidence, and as instances of a component."""

from planes.components.verdict_builder import Instance, sentence
from planes.structs.observations import PodSeen
from planes.structs.time_tokens import ago
from planes.structs.timestamps import written
from planes.structs.verdicts import Evidence, State

#: Why what runs as pods is unknown.
NOT_HEARD = "The kubelets of all its pods are not heard"


def pod_line(pod: PodSeen) -> Evidence:
    """One pod as a line of evidence."""
    should_be = "ready"
    source = f"pod {pod.namespace}/{pod.name}"
    if pod.silent:
        last = "ready" if pod.ready or pod.returning else pod.reason or "not ready"
        why = "its node has only just come back" if pod.returning else "its kubelet is not heard"
        return Evidence("pod", f"last known: {last}; {why}", should_be, State.UNKNOWN, source, pod.seen_at)
    if pod.ready:
        return Evidence("pod", "ready", should_be, State.HEALTHY, source, pod.seen_at)
    if pod.homeless_since is not None:
        return Evidence("pod", f"{homeless(pod)}: a matter of capacity", should_be, State.NOT_OBSERVABLE, source, pod.seen_at)
    return Evidence("pod", f"{pod.reason or 'not ready'} for {ago(pod.changed_at)}", should_be, State.DEGRADED, source, pod.seen_at)


def homeless(pod: PodSeen) -> str:
    """Since when it fits on no node, by the condition that says so."""
    return f"fits on no node{f' since {written(pod.homeless_since, 0.0)}' if pod.homeless_since else ''}"


def unheard(pod: PodSeen) -> str:
    """Why nothing is known of a pod now."""
    return f"Its {'node has only just come back' if pod.returning else 'kubelet is not heard'}; this is the last known state."


def instance_of(pod: PodSeen, *, leader: bool = False) -> Instance:
    """A pod as an instance."""
    if pod.silent:
        state, because = State.UNKNOWN, unheard(pod)
    elif pod.ready:
        state, because = State.HEALTHY, ""
    elif pod.homeless_since is not None:
        state, because = State.NOT_OBSERVABLE, sentence(f"F{homeless(pod)[1:]}")
    else:
        state, because = State.DEGRADED, f"{pod.reason or 'Not ready'} for {ago(pod.changed_at)}."
    return Instance(
        name=pod.name, host=pod.node, leader=leader, state=state, because=because, version=pod.version, restarts=pod.restarts
    )
