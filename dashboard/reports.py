"""What the API says of clusters and nodes, put together from what is stored and what Valkey holds."""

import time
from collections.abc import Collection

import msgspec

from dashboard import pulses
from dashboard.presenters.cards import ClusterCard, WallCard, cluster_card
from planes.live.wire import Lateness, NodeReport
from planes.store import labels, selectors
from planes.store.freshness import lateness
from planes.structs.rows import NodeRow


class CardReport(WallCard, frozen=True, kw_only=True):
    """A card as it may be said now: a late collector's states are unknown, with the last known ones beside them, and no node is
    counted as healthy. `late` says why, and since when; null while the card is the present. `labels`: as the page of all clusters
    groups by them."""

    late: Lateness | None
    labels: dict[str, str]


class ClustersReport(msgspec.Struct, frozen=True):
    clusters: list[CardReport]


class LabelReport(msgspec.Struct, frozen=True):
    names: list[str]


def node(slug: str, name: str) -> NodeReport | None:
    """One node; None if the cluster or the node is not there."""
    found = selectors.node(slug, name)
    if found is None:
        return None
    row = found.row
    late = lateness(pulses.freshness(found.cluster), time.time())
    fields = {field: getattr(row, field) for field in NodeRow.__struct_fields__}
    return NodeReport(**fields, beat=pulses.peek().heartbeats(found.cluster.id).get(name), late=late)


def clusters(among: Collection[int] | None = None) -> ClustersReport:
    """The enabled clusters, by name; with `among` those with one of these ids."""
    summaries = [one for one in selectors.clusters() if among is None or one.head.id in among]
    fresh = pulses.all_freshness([summary.head for summary in summaries])
    now = time.time()
    return ClustersReport(
        [
            _card(cluster_card(summary, one, lateness(one, now)), summary.head.labels)
            for summary, one in zip(summaries, fresh, strict=True)
        ]
    )


def _card(shown: ClusterCard, told: dict[str, str]) -> CardReport:
    fields = {field: getattr(shown.card, field) for field in WallCard.__struct_fields__}
    if shown.late is not None and shown.late.cause != "cluster":
        fields["nodes_healthy"] = 0
    return CardReport(**{**fields, "control": shown.control, "data": shown.data}, late=shown.late, labels=told)


def labelled(slug: str, wanted: str) -> LabelReport | None:
    """The nodes that carry a label; None if the cluster is not there."""
    names = labels.nodes_labelled(slug, wanted)
    return None if names is None else LabelReport(names)
