"""What is remembered of everything that has an uptime: both planes of a cluster, and each component."""

import msgspec

from planes.components.registry import AGENT_KINDS, CONTROL_PLANE
from planes.store import history, moments, selectors
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
    tracks = moments.tracks(head.slug, began, ended, AGENT_KINDS)
    rows = selectors.components(head.slug)
    seen = history.spans(head.id, began)
    return Remembered(
        kinds=tuple(row.kind for row in rows),
        components={
            row.kind: history.component(head.id, row.kind, row.state, row.since, began, seen)
            for row in rows
            if row.kind not in AGENT_KINDS
        },
        agents=tracks.agents,
        data=tracks.data,
        spans=seen,
    )
