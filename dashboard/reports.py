"""What the API says of clusters and nodes, put together from what is stored and what Valkey holds."""

import msgspec

from dashboard import pulses
from dashboard.presenters.cards import WallCard, wall_card
from planes.live.wire import NodeReport
from planes.store import labels, selectors
from planes.structs.rows import NodeRow


class ClustersReport(msgspec.Struct, frozen=True):
    clusters: list[WallCard]


class LabelReport(msgspec.Struct, frozen=True):
    names: list[str]


def node(slug: str, name: str) -> NodeReport | None:
    """One node; None if the cluster or the node is not there."""
    found = selectors.node(slug, name)
    if found is None:
        return None
    fields = {field: getattr(found.row, field) for field in NodeRow.__struct_fields__}
    return NodeReport(**fields, beat=pulses.peek().heartbeats(found.cluster.id).get(name))


def clusters() -> ClustersReport:
    """The enabled clusters, by name."""
    return ClustersReport([wall_card(summary) for summary in selectors.clusters()])


def labelled(slug: str, wanted: str) -> LabelReport | None:
    """The nodes that carry a label; None if the cluster is not there."""
    names = labels.nodes_labelled(slug, wanted)
    return None if names is None else LabelReport(names)
