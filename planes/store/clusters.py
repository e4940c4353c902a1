"""Which clusters are watched: declared anew each time Planewatch starts."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils.text import slugify

from planes.models import Cluster
from planes.store.naming import short_names


@dataclass(frozen=True, slots=True)
class Declaration:
    """A cluster to watch. `source` is "kubeconfig", "in-cluster" or "demo" (models.Cluster.Source); for an in-cluster one the path
    and the context are empty. What it is known by is (source, kubeconfig, context): a name may change."""

    source: str
    name: str
    kubeconfig: str = ""
    context: str = ""


def declare(wanted: Iterable[Declaration]) -> list[Cluster]:
    """Watch these clusters and no others, in one transaction; returns them in the order given.

    What each is called is shortened to what tells these clusters apart (naming.py). One that was declared before keeps its slug,
    its history and its epoch. One that is no longer named is disabled, not deleted, and is itself again when it is named again.
    """
    with transaction.atomic():
        known = {(one.source, one.kubeconfig, one.context): one for one in Cluster.objects.all()}
        slugs = {one.slug for one in known.values()}
        declared: dict[tuple[str, str, str], Cluster] = {}
        clusters = list(wanted)
        for one, name in zip(clusters, short_names([one.name for one in clusters]), strict=True):
            key = (one.source, one.kubeconfig, one.context)
            if key in declared:
                continue
            cluster = known.get(key)
            if cluster is None:
                slug = _slug(one.name, slugs)
                slugs.add(slug)
                cluster = Cluster.objects.create(
                    slug=slug, name=name, source=one.source, kubeconfig=one.kubeconfig, context=one.context
                )
            elif not cluster.enabled or cluster.name != name:
                cluster.enabled, cluster.name = True, name
                cluster.save(update_fields=["enabled", "name"])
            declared[key] = cluster
        keep = [cluster.pk for cluster in declared.values()]
        Cluster.objects.filter(enabled=True).exclude(pk__in=keep).update(enabled=False)
    return list(declared.values())


def _slug(name: str, taken: set[str]) -> str:
    """A slug of the name that nobody has: prod, prod-2, prod-3, …"""
    stem = slugify(name)[:90] or "cluster"
    slug, number = stem, 1
    while slug in taken:
        number += 1
        slug = f"{stem}-{number}"
    return slug
