"""What is compared of a cluster as it is now."""

from collections import Counter

import msgspec
from django.db.models import Count

from planes.assess.compare import Node as Alike
from planes.assess.compare import Picture
from planes.models import Cluster, Node
from planes.store import selectors
from planes.store.reading import one_view
from planes.structs.rows import AttentionRow, ClusterRow

#: The columns of Alike.
_ALIKE = ("state", "version", "runtime_version", "control_plane")
_cluster = msgspec.json.Decoder(ClusterRow)
_attention = msgspec.json.Decoder(list[AttentionRow])


def picture(slug: str, *, named: bool) -> Picture | None:
    """Of one enabled cluster; None if there is no such. `named`: with every node by name, else they are counted alone."""
    with one_view():
        found = Cluster.objects.filter(slug=slug, enabled=True).first()
        if found is None:
            return None
        nodes = Node.objects.filter(cluster=found)
        if named:  # what is read of each is counted here: to count them in the database takes half as long again
            rows = list(nodes.order_by("name").values_list("name", "state", "because", *_ALIKE[1:]))
            counts = Counter((state, *alike) for _, state, _, *alike in rows)
        else:
            rows = []
            alike_each = nodes.order_by().values_list(*_ALIKE).annotate(count=Count("id"))
            counts = Counter({tuple(alike): count for *alike, count in alike_each})
        return Picture(
            cluster=_cluster.decode(found.row),
            components=tuple(selectors.components(slug)),
            attention=len(_attention.decode(found.attention)),
            nodes={Alike(*alike): count for alike, count in counts.items()},
            named=[row[:3] for row in rows],
        )
