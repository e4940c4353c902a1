"""Which nodes carry a label. Labels are not part of the picture: they stand in a row of a node, and are read when somebody asks."""

import msgspec

from planes.models import Cluster, Node


class _Labelled(msgspec.Struct):
    """What is read of a delta.NodeRow: all the rest is passed over, its pods among it."""

    name: str
    labels: dict[str, str] = {}


_labelled = msgspec.json.Decoder(_Labelled)

#: Rows held in memory at once, each of some kilobytes.
_AT_ONCE = 500


def matches(labels: dict[str, str], wanted: str) -> bool:
    """`wanted` is "key" (it is there) or "key=beginning of a value"; the key with or without its prefix, both in any case."""
    key, equals, value = wanted.lower().partition("=")
    return any(
        (name.lower() == key or name.lower().rpartition("/")[2] == key) and (not equals or held.lower().startswith(value))
        for name, held in labels.items()
    )


def nodes_labelled(slug: str, wanted: str) -> list[str] | None:
    """The names of the nodes of one enabled cluster that carry a label, in order; None if there is no such cluster."""
    cluster = Cluster.objects.filter(slug=slug, enabled=True).first()
    if cluster is None:
        return None
    rows = Node.objects.filter(cluster=cluster).order_by("name").values_list("row", flat=True)
    found = (_labelled.decode(row) for row in rows.iterator(chunk_size=_AT_ONCE))
    return [one.name for one in found if matches(one.labels, wanted)]
