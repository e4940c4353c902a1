"""Finding something in all clusters by a part of its name, with the address that opens it."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from urllib.parse import urlencode

from django.urls import reverse

from dashboard.presenters import incidents as told_of
from dashboard.rest.access import Access
from dashboard.rest.queries import SearchQuery
from dashboard.rest.reading import across
from dashboard.rest.shapes import FoundGroup, FoundItem, SearchAnswer
from planes.store import finding, incidents
from planes.store.finding import EACH, Hit, Source, rank, wanted_of

#: Whoever types the beginning of this is shown the newest.
_CALLED = "incidents"
_SHORTEST = 3


def found(access: Access, asked: SearchQuery, now: float) -> SearchAnswer:
    """What there is of it in the clusters that may be known of."""
    heads = access.heads()
    sources = [Source(head.id, head.slug, head.name) for head in heads]
    result = finding.find(sources, asked.q, list(_incidents(sources, wanted_of(asked.q))))
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


def _incidents(sources: Sequence[Source], wanted: str) -> Iterator[Hit]:
    """Of each cluster the best, of equals the newest: by their titles, their ids, and as what they are called."""
    if len(wanted) < _SHORTEST:
        return
    for source in sources:
        hits = []
        for one in incidents.lately(source.slug):
            title = told_of.title(one)
            ranks = [place for text in (title, one.id, _CALLED) if (place := rank(text, wanted)) is not None]
            if ranks:
                about = f"{told_of.status(one)}, began {datetime.fromtimestamp(one.began, UTC):%Y-%m-%d %H:%M} UTC"
                hits.append(Hit("incident", source, title, one.id, about, min(ranks)))
        yield from sorted(hits, key=lambda hit: hit.rank)[:EACH]


def _item(hit: Hit) -> FoundItem:
    return FoundItem(hit.source.slug, hit.source.name, hit.name, hit.about, _address(hit))


def _address(hit: Hit) -> str:
    slug = hit.source.slug
    if hit.kind == "cluster":
        return reverse("cluster", args=[slug])
    if hit.kind == "incident":
        return reverse("incident", args=[slug, hit.where])
    if hit.kind == "instance" and hit.name:
        return reverse("instance", args=[slug, hit.where, hit.name])
    if hit.kind in ("component", "instance"):
        return reverse("component", args=[slug, hit.where])
    if hit.kind in ("label", "version"):
        return f"{reverse('nodes', args=[slug])}?{urlencode({'q': f'{hit.kind}:{hit.where}'})}"
    return reverse("node", args=[slug, hit.where]) + ("#pods-title" if hit.kind == "pod" else "")
