"""What a page tells of an agent over all nodes, read and counted."""

from collections import Counter
from collections.abc import Mapping, Sequence

from django.conf import settings

from dashboard import pulses
from dashboard.presenters.rollup import Rollup, rollup
from planes.live.wire import Lateness, NodeCells
from planes.store import selectors
from planes.store.selectors import ComponentDetail
from planes.structs.thresholds import Thresholds


def of_agent(detail: ComponentDetail, cells: Sequence[NodeCells], late: Lateness | None, now: float) -> Rollup:
    """`cells`: all nodes of the cluster. Heartbeats are told only of now (epoch seconds), while somebody vouches for it."""
    kind, cluster = detail.row.kind, detail.cluster
    versions: Mapping[str, int]
    if kind == "kube-proxy":
        versions = selectors.proxy_versions(cluster.slug)
    else:
        versions = Counter(one.version if kind == "kubelet" else one.runtime_version for one in cells)
    beats = pulses.peek().heartbeats(cluster.id) if kind == "kubelet" and late is None else None
    return rollup(kind, cells, versions, cluster.row.version, Thresholds(**settings.BOUNDS), beats=beats or None, now=now)
