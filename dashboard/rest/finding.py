"""Finding something in all clusters by a part of its name, with the address that opens it."""

from itertools import groupby
from urllib.parse import urlencode

from django.urls import reverse

from dashboard.rest.access import Access
from dashboard.rest.queries import SearchQuery
from dashboard.rest.reading import across
from dashboard.rest.shapes import FoundGroup, FoundItem, SearchAnswer
from planes.store import finding
from planes.store.finding import Hit, Source


def found(access: Access, asked: SearchQuery, now: float) -> SearchAnswer:
    """What there is of it in the clusters that may be known of."""
    heads = access.heads()
    result = finding.find([Source(head.id, head.slug, head.name) for head in heads], asked.q)
    with_hits = {hit.source.id for hit in result.hits}
    told = across([head for head in heads if head.id in with_hits], now)
    order = {kind: place for place, kind in enumerate(dict.fromkeys(hit.kind for hit in result.hits))}
    by_kind = groupby(sorted(result.hits, key=lambda hit: order[hit.kind]), key=lambda hit: hit.kind)
    return SearchAnswer(
        as_of=told.as_of,
        late=told.late,
        clusters=told.clusters,
        query=" ".join(asked.q.split()),
        groups=tuple(FoundGroup(kind, tuple(_item(hit) for hit in hits)) for kind, hits in by_kind),
        more=result.more,
    )


def _item(hit: Hit) -> FoundItem:
    return FoundItem(hit.source.slug, hit.source.name, hit.name, hit.about, _address(hit))


def _address(hit: Hit) -> str:
    slug = hit.source.slug
    if hit.kind == "cluster":
        return reverse("cluster", args=[slug])
    if hit.kind == "instance" and hit.name:
        return reverse("instance", args=[slug, hit.where, hit.name])
    if hit.kind in ("component", "instance"):
        return reverse("component", args=[slug, hit.where])
    if hit.kind in ("label", "version"):
        return f"{reverse('nodes', args=[slug])}?{urlencode({'q': f'{hit.kind}:{hit.where}'})}"
    return reverse("node", args=[slug, hit.where]) + ("#pods-title" if hit.kind == "pod" else "")
