"""What is remembered of everything that has an uptime: both planes of a cluster, and each component."""

import msgspec

from planes.components.registry import AGENT_KINDS, CONTROL_PLANE
from planes.store import history, selectors, walks
from planes.store.reading import one_view
from planes.store.selectors import ClusterHead
from planes.structs.history import History, Span, Stretch


class Remembered(msgspec.Struct, frozen=True):
    """`kinds` in the order of the picture. `components`: the history of each that is judged as a whole; `agents`: the states of
    each that runs on every node, in order; `data`: those of the data plane. `spans`: when the cluster was watched, oldest first."""

    kinds: tuple[str, ...]
    components: dict[str, History]
    agents: dict[str, tuple[Stretch, ...]]
    data: tuple[Stretch, ...]
    spans: tuple[Span, ...]

    @property
    def control(self) -> tuple[History, ...]:
        return tuple(one for kind, one in self.components.items() if kind in CONTROL_PLANE)


def remembered(head: ClusterHead, began: float, ended: float) -> Remembered:
    """From `began` to `ended`, epoch seconds."""
    rows = selectors.components(head.slug)
    with one_view():
        seen = history.spans(head.id, began)
        components = {
            row.kind: history.component(head.id, row.kind, row.state, row.since, began, seen)
            for row in rows
            if row.kind not in AGENT_KINDS
        }
        agents = walks.tracks(head.id, (walks.NODES, *AGENT_KINDS), seen, began, ended)
    data = agents.pop(walks.NODES)
    return Remembered(tuple(row.kind for row in rows), components, agents, data, seen)
