"""Pods as they are told of: as lines of evidence, and as instances of a component."""

from collections.abc import Iterable, Sequence

from planes.components.verdict_builder import Instance, plural, sentence
from planes.structs.moments import Mono
from planes.structs.observations import PodSeen
from planes.structs.time_tokens import ago
from planes.structs.timestamps import written
from planes.structs.verdicts import Evidence, State

#: Why what runs as pods is unknown.
NOT_HEARD = "No word from the kubelets of its pods"


def pod_line(pod: PodSeen) -> Evidence:
    """One pod as a line of evidence."""
    should_be = "ready"
    source = f"pod {pod.namespace}/{pod.name}"
    if pod.silent:
        last = "ready" if pod.ready or pod.returning else pod.reason or "not ready"
        why = "its node has only just come back" if pod.returning else "no word from its kubelet"
        return Evidence("pod", f"last known: {last}; {why}", should_be, State.UNKNOWN, source, pod.seen_at)
    if pod.ready:
        return Evidence("pod", "ready", should_be, State.HEALTHY, source, pod.seen_at)
    if pod.homeless_since is not None:
        return Evidence("pod", homeless(pod), should_be, State.NOT_OBSERVABLE, source, pod.seen_at)
    return Evidence("pod", f"{pod.reason or 'not ready'} for {ago(pod.changed_at)}", should_be, State.DEGRADED, source, pod.seen_at)


def homeless(pod: PodSeen) -> str:
    """Since when it fits on no node, by the condition that says so."""
    return f"unschedulable{f' since {written(pod.homeless_since, 0.0)}' if pod.homeless_since else ''}: no node fits"


def named(pods: Iterable[PodSeen]) -> str:
    """Pods that are not ready, each with the reason where one is given: "etcd-a, etcd-b (CrashLoopBackOff)"."""
    return ", ".join(f"{pod.name} ({pod.reason})" if pod.reason else pod.name for pod in pods)


def count_ready(ready: int, total: int, what: str, of: str = "") -> str:
    """ "2 of 3 members are ready"; `of`: of what they are, where that is to be told."""
    return f"{ready:,} of {plural(total, what)}{of} {'is' if 1 in (ready, total) else 'are'} ready"


def not_ready(unready: Sequence[PodSeen], since: Mono) -> str:
    """Which are not, and for how long the first of them: "not ready for up to 31 s: a, b (Error)"."""
    return f"not ready for {'up to ' if len(unready) > 1 else ''}{ago(since)}: {named(unready)}"


def unheard(pod: PodSeen) -> str:
    """Why nothing is known of a pod now."""
    return f"{'Its node has only just come back' if pod.returning else 'No word from its kubelet'}; this is the last known state."


def instance_of(pod: PodSeen, *, leader: bool = False) -> Instance:
    """A pod as an instance."""
    if pod.silent:
        state, because = State.UNKNOWN, unheard(pod)
    elif pod.ready:
        state, because = State.HEALTHY, ""
    elif pod.homeless_since is not None:
        state, because = State.NOT_OBSERVABLE, sentence(f"U{homeless(pod)[1:]}")
    else:
        state, because = State.DEGRADED, f"{pod.reason or 'Not ready'} for {ago(pod.changed_at)}."
    return Instance(
        name=pod.name, host=pod.node, leader=leader, state=state, because=because, version=pod.version, restarts=pod.restarts
    )
