"""Which component cannot work without which, and what reaches us through what: the only reasons for which one state is told to
belong to another. Pure.

Sources: https://kubernetes.io/docs/concepts/architecture/ (only the API server talks to etcd, all others talk to the API server),
https://kubernetes.io/docs/concepts/architecture/leases/ (leaders and kubelets renew leases through the API server),
https://kubernetes.io/docs/concepts/architecture/cri/ (the kubelet starts containers through the runtime's endpoint, and
registers no node without it), https://kubernetes.io/docs/tasks/extend-kubernetes/configure-aggregation-layer/ (the metrics API is
served through the API server).
"""

from collections.abc import Mapping

from planes.structs.incidents import Step, Tie
from planes.structs.verdicts import State

#: (kind, what it depends on): how it depends, as the sentence that is shown.
_OF_COMPONENTS: dict[tuple[str, str], tuple[Tie, str]] = {
    ("kube-apiserver", "etcd"): (Tie.NEEDS, "The API server cannot work without etcd: it keeps everything there."),
    ("kube-scheduler", "kube-apiserver"): (
        Tie.NEEDS,
        "The scheduler renews its lease through the API server, and cannot work without it.",
    ),
    ("kube-controller-manager", "kube-apiserver"): (
        Tie.NEEDS,
        "The controller manager renews its lease through the API server, and cannot work without it.",
    ),
    ("cloud-controller-manager", "kube-apiserver"): (
        Tie.NEEDS,
        "The cloud controller manager renews its lease through the API server, and cannot work without it.",
    ),
    ("metrics-server", "kube-apiserver"): (Tie.NEEDS, "The metrics API is served through the API server."),
    ("kubelet", "kube-apiserver"): (Tie.AFTER, "A kubelet sends its heartbeats through the API server."),
    ("", "kube-apiserver"): (Tie.AFTER, "Nodes send their heartbeats through the API server."),
}
#: The same of two agents of one node.
_ON_A_NODE: dict[tuple[str, str], tuple[Tie, str]] = {
    ("kubelet", "container-runtime"): (Tie.NEEDS, "A kubelet cannot work without its node's container runtime."),
    ("container-runtime", "kubelet"): (Tie.AFTER, "What is known of a runtime is told by the kubelet of its node."),
    ("kube-proxy", "kubelet"): (Tie.AFTER, "What is known of a kube-proxy is told by the kubelet of its node."),
}


def link_of(step: Step, before: Step, zones: Mapping[str, str], *, together: bool) -> tuple[Tie, str] | None:
    """How `step` depends on the earlier step `before`, as a sentence; None: nothing is known to link the two. `together`: they
    began so near to each other that their order may be that of the rules' windows."""
    if _subjects(step) & _subjects(before):
        return Tie.AFTER, "It is the same again, soon after it had healed."
    known = _depends(step, before)
    if known is not None:
        return known
    if not together:
        return None
    reverse = _depends(before, step)
    if reverse is not None:
        return Tie.TOGETHER, f"Announced in the other order, for each rule has a window of its own. {reverse[1]}"
    zone = _zone(step, zones)
    if zone and zone == _zone(before, zones):
        return Tie.TOGETHER, f"All of these nodes are in zone {zone}."
    return None


def _depends(step: Step, on: Step) -> tuple[Tie, str] | None:
    """What nobody saw to be wrong explains nothing: a step that is unknown has none that depend on it, but for what is told of a
    node through its kubelet."""
    if on.worst is not State.UNKNOWN and (known := _OF_COMPONENTS.get((_kind(step), _kind(on)))) is not None:
        return known
    known = _ON_A_NODE.get((_kind(step), _kind(on)))
    if known is None or (known[0] is Tie.NEEDS and on.worst is State.UNKNOWN):
        return None
    # Of each node that the step is about: one node's fault explains no other's.
    nodes = {spell.subject[1] for spell in step.spells}
    return known if nodes <= {spell.subject[1] for spell in on.spells} else None


def _kind(step: Step) -> str:
    """A component's kind or an agent's, all of a step's are of one; "" of what is told of all nodes."""
    kind, subject, agent = step.spells[0].subject
    return agent if kind == "Node" else subject if kind == "Component" else ""


def _subjects(step: Step) -> set[tuple[str, str, str]]:
    return {spell.subject for spell in step.spells}


def _zone(step: Step, zones: Mapping[str, str]) -> str:
    """The one zone in which all nodes of the step are; "": there is none, or it is not about nodes."""
    if step.spells[0].subject[0] != "Node":
        return ""
    found = {zones.get(spell.subject[1], "") for spell in step.spells}
    return found.pop() if len(found) == 1 else ""
