"""What a component touches: the components that it depends on or that depend on it, and the nodes on which it runs."""

from dataclasses import dataclass

from planes.assess import dependencies
from planes.components import registry
from planes.components.registry import AGENT_KINDS, title_of
from planes.live.wire import Lateness
from planes.store.freshness import seen
from planes.store.selectors import Beside, ComponentDetail
from planes.structs.verdicts import State

#: Nodes that are named; of the others it is said how many there are.
NAMED = 12


@dataclass(frozen=True, slots=True)
class TouchedComponent:
    """Another component, its state as it may be said now, and what links the two in a sentence. `last`: what it was, while it is
    unknown. `depends`: the page's depends on it, else it is the other way round."""

    kind: str
    title: str
    state: str
    last: str
    depends: bool
    said: str


@dataclass(frozen=True, slots=True)
class Touches:
    """`nodes` are named, `nodes_more` is how many others there are. `everywhere`: how many nodes there are, of a kind that runs on
    each of them; else None. `served`: it calls webhooks and API services, of which the cluster is asked."""

    components: tuple[TouchedComponent, ...]
    nodes: tuple[str, ...]
    nodes_more: int
    everywhere: int | None
    served: bool


def touches(detail: ComponentDetail, late: Lateness | None, nodes: int) -> Touches | None:
    """`nodes`: how many the cluster has. Only what the cluster has is told: a link leads to a page. None: nothing is known that it
    touches."""
    kind = detail.row.kind
    beside = {one.kind: one for one in detail.beside}
    linked: dict[str, list[dependencies.Known]] = {}
    for one in dependencies.known(kind):
        if one.other in beside:
            linked.setdefault(one.other, []).append(one)
    told = [_component(beside[other], links, late) for other, links in linked.items()]
    found = Touches(
        components=tuple(sorted(told, key=lambda one: (not one.depends, registry.rank(one.kind)))),
        nodes=detail.nodes[:NAMED],
        nodes_more=max(0, len(detail.nodes) - NAMED),
        everywhere=nodes if kind in AGENT_KINDS and nodes else None,
        served=kind == "kube-apiserver",
    )
    return found if found.components or found.nodes or found.everywhere or found.served else None


def _component(other: Beside, links: list[dependencies.Known], late: Lateness | None) -> TouchedComponent:
    shown = seen(other.state, other.last, other.because, late)
    return TouchedComponent(
        kind=other.kind,
        title=title_of(other.kind),
        state=shown.state,
        last=shown.last if shown.state == State.UNKNOWN and shown.last != State.UNKNOWN else "",
        depends=links[0].depends,
        said=" ".join(one.said for one in links),
    )
