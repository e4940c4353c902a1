"""What is compared of a cluster as it is now."""

import msgspec
from django.db.models import Count

from planes.assess.compare import Node as Alike
from planes.assess.compare import Picture
from planes.models import Cluster, Node
from planes.store import selectors
from planes.store.reading import one_view
from planes.structs.rows import AttentionRow, ClusterRow

_cluster = msgspec.json.Decoder(ClusterRow)
_attention = msgspec.json.Decoder(list[AttentionRow])


def picture(slug: str, *, named: bool) -> Picture | None:
    """Of one enabled cluster; None if there is no such. `named`: with every node by name, else they are counted alone."""
    with one_view():
        found = Cluster.objects.filter(slug=slug, enabled=True).first()
        if found is None:
            return None
        nodes = Node.objects.filter(cluster=found)
        counts = nodes.order_by().values_list("state", "version", "runtime_version", "control_plane").annotate(count=Count("id"))
        return Picture(
            cluster=_cluster.decode(found.row),
            components=tuple(selectors.components(slug)),
            attention=len(_attention.decode(found.attention)),
            nodes={Alike(*alike): count for *alike, count in counts},
            named=list(nodes.order_by("name").values_list("name", "state", "because")) if named else (),
        )
