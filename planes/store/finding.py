"""Finding by a part of a name: clusters, components, instances, nodes, labels, versions, addresses, pods.

Names that are equal come first, then those that begin so, then those of which a word begins so, then those that hold it. Names of
nodes and what stands in `Node.found_by` are searched in SQL, 2 MB for 5,000 nodes. The 150,000 pods stand as JSON in their nodes'
rows: SQL finds the rows that hold the text, and only those are decoded. Neither needs an index that each flush would have to keep.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import msgspec
from django.db import connection
from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When

from planes.components.registry import title_of
from planes.models import Component, Instance, Node
from planes.store.reading import one_view
from planes.structs.rows import PodRow

#: What is found, in the order in which kinds are told where they are found equally well.
KINDS = ("cluster", "component", "instance", "node", "label", "version", "address", "pod", "incident")
#: How many are told, and of one kind while others are found as well.
MOST, EACH = 20, 5
#: Texts of fewer characters are no part of a pod's name that says anything.
SHORTEST_POD = 2
#: Rows of nodes whose pods are all decoded. Of a text that more rows hold some are, and the best are looked for by themselves.
_ROWS, _SOME_ROWS = 60, 20

_pods = msgspec.json.Decoder(tuple[PodRow, ...])


class Source(msgspec.Struct, frozen=True):
    """A cluster that is searched."""

    id: int
    slug: str
    name: str


class Hit(msgspec.Struct, frozen=True):
    """`name` is what was found, `where` names it in an address: a component's kind, a node's name, a label as key=value, an
    incident's id. `about` is
    what else tells it apart. `rank`: 0 is equal, 1 begins so, 2 has a word that begins so, 3 holds it."""

    kind: str
    source: Source
    name: str
    where: str
    about: str
    rank: int


class Found(msgspec.Struct, frozen=True):
    """The best first; `more`: there are others."""

    hits: tuple[Hit, ...]
    more: bool


def rank(text: str, wanted: str) -> int | None:
    """How well a text is what is wanted (lower case); None: not at all."""
    text = text.lower()
    at = text.find(wanted)
    if at < 0:
        return None
    if at == 0:
        return 0 if len(text) == len(wanted) else 1
    return 2 if re.search(rf"(?<![^\W_]){re.escape(wanted)}", text) else 3


def wanted_of(text: str) -> str:
    """What is looked for of what was typed, as `rank` takes it."""
    return " ".join(text.lower().split())


def find(sources: Sequence[Source], text: str, others: Iterable[Hit] = ()) -> Found:
    """What these clusters have of it. `others`: what was found of it elsewhere."""
    wanted = wanted_of(text)
    if not wanted or not sources:
        return Found((), False)
    by_id = {one.id: one for one in sources}
    with one_view():
        hits = [
            *_clusters(sources, wanted),
            *_components(by_id, wanted),
            *_instances(by_id, wanted),
            *_nodes(by_id, wanted),
            *_versions(by_id, wanted),
            *_lines(by_id, wanted),
            *_pods_of(by_id, wanted),
            *others,
        ]
    return _best(hits)


def _best(hits: list[Hit]) -> Found:
    ordered = sorted(hits, key=lambda hit: (hit.rank, KINDS.index(hit.kind), len(hit.name), hit.name, hit.source.name))
    told: list[Hit] = []
    of_kind = Counter[str]()
    for hit in ordered:
        if len(told) < MOST and of_kind[hit.kind] < EACH:
            told.append(hit)
            of_kind[hit.kind] += 1
    rest = [hit for hit in ordered if hit not in told][: MOST - len(told)]
    return Found(tuple(hit for hit in ordered if hit in told or hit in rest), len(ordered) > MOST)


def _clusters(sources: Iterable[Source], wanted: str) -> Iterator[Hit]:
    for one in sources:
        ranks = [found for text in (one.name, one.slug) if (found := rank(text, wanted)) is not None]
        if ranks:
            yield Hit("cluster", one, one.name, "", "", min(ranks))


def _components(by_id: dict[int, Source], wanted: str) -> Iterator[Hit]:
    for cluster_id, kind in Component.objects.filter(cluster__in=by_id).values_list("cluster_id", "kind"):
        title = title_of(kind)
        ranks = [found for text in (kind, title) if (found := rank(text, wanted)) is not None]
        if ranks:
            yield Hit("component", by_id[cluster_id], title, kind, "", min(ranks))


def _instances(by_id: dict[int, Source], wanted: str) -> Iterator[Hit]:
    fields = ("component__cluster_id", "component__kind", "name", "host")
    every = Instance.objects.filter(component__cluster__in=by_id).filter(Q(name__icontains=wanted) | Q(host__icontains=wanted))
    for cluster_id, kind, name, host in every.values_list(*fields)[: 10 * MOST]:
        ranks = [found for text in (name, host) if (found := rank(text, wanted)) is not None]
        if ranks:
            yield Hit("instance", by_id[cluster_id], name, kind, title_of(kind), min(ranks))


def _nodes(by_id: dict[int, Source], wanted: str) -> Iterator[Hit]:
    best = _ranked(Node.objects.filter(cluster__in=by_id, name__icontains=wanted), "name", wanted)
    # Their versions are asked for apart: all else is read from the index of names, without a look at thousands of rows.
    told = list(best.values_list("id", "cluster_id", "name")[: MOST + 1])
    versions = dict(Node.objects.filter(id__in=[key for key, _, _ in told]).values_list("id", "version"))
    for key, cluster_id, name in told:
        found = rank(name, wanted)
        if found is not None:
            yield Hit("node", by_id[cluster_id], name, name, versions.get(key, ""), found)


def _ranked(every: QuerySet[Node], field: str, wanted: str) -> QuerySet[Node]:
    """The best first, so that of thousands only those are read that are told."""
    well = Case(
        When(**{f"{field}__iexact": wanted}, then=Value(0)),
        When(**{f"{field}__istartswith": wanted}, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    return every.order_by(well, field)


def _versions(by_id: dict[int, Source], wanted: str) -> Iterator[Hit]:
    """Of kubelets and of container runtimes."""
    nodes = Counter[tuple[int, str]]()
    every = Node.objects.filter(cluster__in=by_id).order_by().values_list("cluster_id", "version", "runtime_version")
    for cluster_id, version, runtime, count in every.annotate(count=Count("id")):
        nodes[cluster_id, version] += count
        if runtime != version:
            nodes[cluster_id, runtime] += count
    for (cluster_id, version), count in nodes.items():
        found = rank(version, wanted)
        if found is not None:
            yield Hit("version", by_id[cluster_id], version, version, _nodes_said(count), found)


def _lines(by_id: dict[int, Source], wanted: str) -> Iterator[Hit]:
    """Addresses and labels."""
    labels: dict[int, Counter[str]] = {cluster_id: Counter() for cluster_id in by_id}
    names = set[str]()
    every = Node.objects.filter(cluster__in=by_id, found_by__icontains=wanted)
    for cluster_id, name, lines in every.values_list("cluster_id", "name", "found_by").iterator(chunk_size=1_000):
        address, *rest = lines.split("\n")
        if wanted in address:
            yield Hit("address", by_id[cluster_id], address, name, name, rank(address, wanted) or 0)
        labels[cluster_id].update(rest)
        names.add(name)
    for cluster_id, counted in labels.items():
        for line, count in counted.items():
            key, _, value = line.partition("=")
            ranks = [found for text in (line, key, value) if (found := rank(text, wanted)) is not None]
            # A label that repeats its node's own name says nothing: the node itself is found.
            if ranks and value not in names:
                yield Hit("label", by_id[cluster_id], line, line, _nodes_said(count), min(ranks))


def _nodes_said(count: int) -> str:
    return "1 node" if count == 1 else f"{count:,} nodes"


def _pods_of(by_id: dict[int, Source], wanted: str) -> list[Hit]:
    """Of a text that few rows hold, all pods; of one that many hold, the best."""
    namespace, slash, name = wanted.partition("/")
    if len(wanted) < SHORTEST_POD or " " in wanted or "/" in name:
        return []
    held = f'{_inner(namespace)}","{_inner(name)}' if slash else _inner(wanted)
    rows = _rows(by_id, (held,), _ROWS + 1)
    if len(rows) <= _ROWS:
        return _decoded(by_id, rows, wanted)
    hits = _decoded(by_id, rows[:_SOME_ROWS], wanted)
    if not slash:
        better = _rows(by_id, (f',"{held}', f"-{held}"), _SOME_ROWS)
        if len(better) == _SOME_ROWS:  # what is equal may be among others of them
            better += _rows(by_id, (f',"{held}",',), _SOME_ROWS)
        hits += _decoded(by_id, better, wanted)
    # What so many rows hold may stand in few of their names: in a reason, which all share.
    hits = hits or _decoded(by_id, _rows(by_id, (held,), None), wanted)
    return list(dict.fromkeys(hits))


def _inner(text: str) -> str:
    """As it stands within a text of JSON."""
    return msgspec.json.encode(text).decode()[1:-1]


#: A row as it is read: the cluster's id, the node's name, its pods as JSON.
_Row = tuple[int, str, bytes]


def _rows(by_id: dict[int, Source], held: Sequence[str], limit: int | None) -> list[_Row]:
    """The nodes whose pods, as JSON, hold one of some texts. Names are in lower case and the words beside them (Running) are not:
    the case tells them apart."""
    places = ", ".join(["%s"] * len(by_id))
    if connection.vendor == "sqlite":
        # GLOB looks for its first character with a fast search, and is several times as fast as instr().
        test, patterns = "CAST(pods AS TEXT) GLOB %s", ["*" + _GLOB.sub(r"[\g<0>]", text) + "*" for text in held]
    else:
        test, patterns = "position(convert_to(%s, 'UTF8') in pods) > 0", list(held)
    tests = " OR ".join([test] * len(patterns))
    sql = f"SELECT cluster_id, name, pods FROM planes_node WHERE cluster_id IN ({places}) AND ({tests})"  # noqa: S608  words of ours
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} LIMIT %s" if limit else sql, [*by_id, *patterns, *([limit] if limit else [])])
        return [(cluster_id, name, bytes(pods)) for cluster_id, name, pods in cursor.fetchall()]


_GLOB = re.compile(r"[*?\[]")


def _decoded(by_id: dict[int, Source], rows: Iterable[_Row], wanted: str) -> list[Hit]:
    hits = []
    for cluster_id, node, pods in rows:
        for pod in _pods.decode(pods):
            full = f"{pod.namespace}/{pod.name}"
            if wanted in full:
                ranks = [found for text in (full, pod.name) if (found := rank(text, wanted)) is not None]
                hits.append(Hit("pod", by_id[cluster_id], full, node, f"on {node}", min(ranks)))
    return hits
