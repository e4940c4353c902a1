"""Which component cannot work without which, and what reaches us through what: the only reasons for which one state is told to
belong to another. Pure.

Sources: https://kubernetes.io/docs/concepts/architecture/ (only the API server talks to etcd, all others talk to the API server),
https://kubernetes.io/docs/concepts/architecture/leases/ (leaders and kubelets renew leases through the API server),
https://kubernetes.io/docs/concepts/architecture/cri/ (the kubelet starts containers through the runtime's endpoint, and
registers no node without it), https://kubernetes.io/docs/tasks/extend-kubernetes/configure-aggregation-layer/ (the metrics API is
served through the API server).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from planes.structs import parts
from planes.structs.incidents import Step, Subject, Tie
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


class Known(NamedTuple):
    """What a kind has to do with another: `depends`: it is the one that depends; else the other depends on it."""

    other: str
    depends: bool
    said: str


def known(kind: str) -> tuple[Known, ...]:
    """All that links a kind of component to others, what it depends on first."""
    every = {**_OF_COMPONENTS, **_ON_A_NODE}
    on = [Known(other, True, said) for (one, other), (_, said) in every.items() if one == kind]
    by = [Known(one, False, said) for (one, other), (_, said) in every.items() if one and other == kind]
    return (*on, *by)


@dataclass(frozen=True, slots=True)
class Traits:
    """What of a step counts for its links. `kind`: a component's, or the agent of its nodes, all of a step's are of one; "" of what
    is told of all nodes. `zone`: the one in which all its nodes are; "": there is none, or it is not about nodes. `seen`: some of
    it was observed to be wrong, and is not only unknown. `about`: the one part of its component that was all its trouble."""

    kind: str
    subjects: frozenset[Subject]
    nodes: frozenset[str]
    zone: str
    seen: bool
    about: str = ""


def traits(step: Step, zones: Mapping[str, str]) -> Traits:
    """`zones`: of nodes by name."""
    kind, subject, agent = step.spells[0].subject
    nodes = frozenset(spell.subject[1] for spell in step.spells) if kind == "Node" else frozenset[str]()
    within = {zones.get(node, "") for node in nodes}
    return Traits(
        kind=agent if kind == "Node" else subject if kind == "Component" else "",
        subjects=frozenset(spell.subject for spell in step.spells),
        nodes=nodes,
        zone=within.pop() if len(within) == 1 else "",
        seen=step.worst is not State.UNKNOWN,
        about=step.about,
    )


def link_of(step: Traits, before: Traits, *, together: bool) -> tuple[Tie, str] | None:
    """How a step depends on an earlier one, `before`, as a sentence; None: nothing is known to link the two. `together`: they began
    so near to each other that their order may be that of the rules' windows."""
    if step.kind == before.kind and not step.subjects.isdisjoint(before.subjects):
        return Tie.AFTER, "It is the same again, soon after it had healed."
    known = _depends(step, before)
    if known is not None:
        return known
    if not together:
        return None
    reverse = _depends(before, step)
    if reverse is not None:
        return Tie.TOGETHER, f"Announced in the other order, for each rule has a window of its own. {reverse[1]}"
    if step.zone and step.zone == before.zone:
        return Tie.TOGETHER, f"All of these nodes are in zone {step.zone}."
    return None


def _on_a_part(step: Traits, on: Traits) -> tuple[Tie, str] | None:
    """Where one webhook or API service is all that is wrong with the API server, it works: only what passes through that part is
    touched. A webhook may refuse each write that others make, a lease's renewal too; reads it never sees."""
    if parts.is_metrics(step.about) and on.kind == "metrics-server":
        return Tie.NEEDS, "The API server cannot answer for the metrics API without metrics-server, which stands behind it."
    if parts.is_metrics(on.about) and step.kind == "metrics-server":
        return Tie.AFTER, "The metrics API is served through the API server by metrics-server."
    if parts.is_webhook(on.about) and step.kind != "metrics-server" and (step.kind, on.kind) in _OF_COMPONENTS:
        return Tie.AFTER, f"It writes through the API server, which refuses what {on.about} does not answer for."
    return None


def _depends(step: Traits, on: Traits) -> tuple[Tie, str] | None:
    """What nobody saw to be wrong explains nothing: on a step that is unknown none depends, but for what is told of a node through
    its kubelet."""
    if on.about or parts.is_metrics(step.about):
        return _on_a_part(step, on) if on.seen else None
    if on.seen and (known := _OF_COMPONENTS.get((step.kind, on.kind))) is not None:
        return known
    known = _ON_A_NODE.get((step.kind, on.kind))
    if known is None or (known[0] is Tie.NEEDS and not on.seen):
        return None
    # Of each node that the step is about: one node's fault explains no other's.
    return known if step.nodes <= on.nodes else None
