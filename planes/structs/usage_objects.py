"""Of objects of metrics.k8s.io what Planewatch reads, as planes.structs.objects has others."""

from planes.structs.objects import Item, Meta


class NodeMetrics(Item):
    """metrics.k8s.io/v1beta1: `usage` holds quantities under "cpu" and "memory"."""

    metadata: Meta
    usage: dict[str, str] = {}
