"""Which clusters are watched, and who has said so: each `manage.py up` anew when it starts, or `manage.py clusters`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import msgspec
from django.db import transaction
from django.db.models import F, Q
from django.utils.text import slugify

from planes.models import Cluster, Declared
from planes.store.naming import short_names


@dataclass(frozen=True, slots=True)
class Declaration:
    """A cluster to watch. `source` is "kubeconfig", "in-cluster" or "demo" (models.Cluster.Source); for an in-cluster one the path
    and the context are empty. What it is known by is (source, kubeconfig, context): a name may change. `labels` are those that what
    names the cluster gives it, as fleet.LABEL has them; an operator's stand before them."""

    source: str
    name: str
    kubeconfig: str = ""
    context: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)


def declare(wanted: Iterable[Declaration], by: str = "") -> list[Cluster]:
    """Of all that `by` has declared, watch these clusters and no others, in one transaction; returns them in the order given.

    `by` names who says so: one `manage.py up` by its data directory, so that two on one database keep each other's clusters. What
    each is called is shortened to what tells these clusters apart (naming.py). One that was declared before keeps its slug, its
    history and its epoch. One that nobody names any more is disabled, not deleted, and is itself again when it is named again.
    """
    with transaction.atomic():
        declared = _declared(wanted, by)
        keep = [cluster.pk for cluster in declared]
        Declared.objects.filter(by=by).exclude(cluster__in=keep).delete()
        # What nobody has declared is of a version that did not yet note who did: it was ours.
        Cluster.objects.filter(enabled=True, declared=None).update(enabled=False)
    return declared


def add(wanted: Iterable[Declaration], by: str) -> list[Cluster]:
    """Watch these clusters too. As `declare`, but what `by` has declared before stays."""
    with transaction.atomic():
        return _declared(wanted, by)


def declared_by(by: str) -> list[Declaration]:
    """What `by` has declared and not taken back, by the names that it has now."""
    pks = list(Declared.objects.filter(by=by).values_list("cluster", flat=True))
    return [
        Declaration(one.source, one.name, one.kubeconfig, one.context, msgspec.json.decode(one.told, type=dict[str, str]))
        for one in Cluster.objects.filter(pk__in=pks)
    ]


def remove(slug: str) -> bool:
    """Watch this cluster no longer, whoever has declared it; False if none of that slug is watched. Its history stays. An `up`
    whose options name it declares it again at its next start."""
    with transaction.atomic():
        Declared.objects.filter(cluster__slug=slug).delete()
        known = Q(enabled=True) | Q(same_as__isnull=False)
        return bool(Cluster.objects.filter(known, slug=slug).update(enabled=False, same_as=None))


def accept(slug: str) -> bool:
    """The context leads to another cluster than before, and that is meant: whichever it leads to next is this one. The history of
    the one before stays. False if none of that slug is watched."""
    taken = {"identity": "", "epoch": F("epoch") + 1, "offset": 0}  # whoever collects it is fenced, and begins anew
    return bool(Cluster.objects.filter(slug=slug, enabled=True).update(**taken))


def _declared(wanted: Iterable[Declaration], by: str) -> list[Cluster]:
    known = {(one.source, one.kubeconfig, one.context): one for one in Cluster.objects.all()}
    slugs = {one.slug for one in known.values()}
    declared: dict[tuple[str, str, str], Cluster] = {}
    clusters = list(wanted)
    for one, name in zip(clusters, short_names([one.name for one in clusters]), strict=True):
        key = (one.source, one.kubeconfig, one.context)
        if key in declared:
            continue
        cluster, told = known.get(key), msgspec.json.encode(dict(sorted(one.labels.items())))
        if cluster is None:
            slug = _slug(one.name, slugs)
            slugs.add(slug)
            cluster = Cluster.objects.create(
                slug=slug, name=name, source=one.source, kubeconfig=one.kubeconfig, context=one.context, told=told
            )
        else:
            # What an operator has stopped stays so, and what stands aside for another context of the same cluster; what was to be
            # forgotten is wanted again, with what is left of it.
            enabled = not cluster.off and cluster.same_as_id is None
            if cluster.enabled is not enabled or cluster.doomed or cluster.name != name or bytes(cluster.told) != told:
                cluster.enabled, cluster.name, cluster.doomed, cluster.told = enabled, name, False, told
                cluster.save(update_fields=["enabled", "name", "doomed", "told"])
        Declared.objects.get_or_create(cluster=cluster, by=by)
        declared[key] = cluster
    return list(declared.values())


def _slug(name: str, taken: set[str]) -> str:
    """A slug of the name that nobody has: prod, prod-2, prod-3, …"""
    stem = slugify(name)[:90] or "cluster"
    slug, number = stem, 1
    while slug in taken:
        number += 1
        slug = f"{stem}-{number}"
    return slug
