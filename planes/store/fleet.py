"""What an operator says of clusters: what they are called, their labels, that one is stopped, and that one is to be forgotten.

How a cluster is reached is said elsewhere (clusters.py); none of this changes it.
"""

import re
from collections.abc import Mapping

import msgspec
from django.db import transaction
from django.db.models import F, Model, QuerySet

from planes.models import (
    Cluster,
    Component,
    Declared,
    InstanceTurn,
    Node,
    NodeSample,
    Sample,
    Survey,
    Transition,
    Watched,
)
from planes.store.naming import by_name
from planes.store.selectors import ClusterHead, head_of

LONGEST_TITLE, LONGEST_SLUG, MOST_LABELS = 100, 63, 20
#: What a label's key and value may be: as those of Kubernetes, without a prefix; a value may not be empty.
LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
#: Words that stand where a slug could in an address.
_TAKEN = frozenset({"add", "new", "in", "all"})
#: Rows that one transaction removes.
_BATCH = 1_000


class WrongError(Exception):
    """What cannot be said of a cluster; the sentence says why."""


class Said(msgspec.Struct, frozen=True):
    """What an operator says of a cluster. `title`: empty leaves it what its context is called. `slug`: its place in addresses."""

    title: str
    slug: str
    labels: dict[str, str]


def labels_of(text: str) -> dict[str, str]:
    """Labels as they are typed: "environment=production, region=eu". Raises WrongError."""
    found: dict[str, str] = {}
    for one in filter(None, (part.strip() for part in re.split(r"[,\n]", text))):
        key, equals, value = (part.strip() for part in one.partition("="))
        if not equals or LABEL.fullmatch(key) is None or LABEL.fullmatch(value) is None:
            raise WrongError(f"“{one[:80]}” is no label. Write key=value, of letters, digits, “-”, “_” and “.”, commas between.")
        found[key] = value
    if len(found) > MOST_LABELS:
        raise WrongError(f"A cluster has {MOST_LABELS} labels at most.")
    return found


def written(labels: Mapping[str, str]) -> str:
    """As `labels_of` reads them."""
    return ", ".join(f"{key}={value}" for key, value in sorted(labels.items()))


def known(slug: str) -> ClusterHead | None:
    """A cluster that is watched, or that an operator has stopped."""
    found = Cluster.objects.filter(slug=slug, doomed=False).first()
    return head_of(found) if found is not None and (found.enabled or found.off) else None


def stopped() -> list[ClusterHead]:
    """The clusters that an operator has stopped, by name: they are not watched, and keep their history."""
    return [head_of(one) for one in by_name(Cluster.objects.filter(off=True, doomed=False))]


def say(slug: str, said: Said) -> bool:
    """Call it so from now on; False if it is not known. Raises WrongError."""
    title = " ".join(said.title.split())
    if len(title) > LONGEST_TITLE or not title.isprintable():
        raise WrongError(f"A name has {LONGEST_TITLE} printable characters at most.")
    if len(said.slug) > LONGEST_SLUG or _SLUG.fullmatch(said.slug) is None or said.slug in _TAKEN:
        raise WrongError(f"“{said.slug[:80]}” cannot stand in an address. Write lower-case letters, digits and “-” between them.")
    with transaction.atomic():
        mine = Cluster.objects.select_for_update().filter(slug=slug, doomed=False).first()
        if mine is None:
            return False
        if Cluster.objects.filter(slug=said.slug).exclude(pk=mine.pk).exists():
            raise WrongError(f"Another cluster has the address “{said.slug}”.")
        mine.title = "" if title == mine.name else title
        told = msgspec.json.decode(mine.told, type=dict[str, str])
        mine.slug, mine.labels = said.slug, msgspec.json.encode(_beside(told, said.labels))
        mine.save(update_fields=["title", "slug", "labels"])
    return True


def _beside(told: dict[str, str], said: dict[str, str]) -> dict[str, str]:
    """What an operator says other than what the cluster's source tells; with an empty value for what is to be left out of that.
    What both say alike stays the source's, and changes with it."""
    hidden = {key: "" for key in told if key not in said}
    return hidden | {key: value for key, value in said.items() if told.get(key) != value}


def stop(slug: str) -> bool:
    """Watch it no longer, until somebody says otherwise; False if it is not watched. Whoever collects it is fenced."""
    return bool(Cluster.objects.filter(slug=slug, enabled=True).update(enabled=False, off=True, epoch=F("epoch") + 1, offset=0))


def resume(slug: str) -> bool:
    """Watch a stopped one again; False if it is not stopped."""
    return bool(Cluster.objects.filter(slug=slug, off=True, doomed=False).update(enabled=True, off=False))


def remove(slug: str, *, history: bool) -> bool:
    """Forget that it is to be watched; False if it is not known. With `history` all that is remembered of it goes as well, batch by
    batch (`forget`). Without, it has its history again when it is named again."""
    with transaction.atomic():
        mine = Cluster.objects.select_for_update().filter(slug=slug, doomed=False).first()
        if mine is None:
            return False
        Declared.objects.filter(cluster=mine).delete()
        mine.enabled, mine.off, mine.doomed = False, False, history
        mine.epoch += 1
        mine.save(update_fields=["enabled", "off", "doomed", "epoch"])
    return True


def forget(batches: int = 1_000) -> int:
    """Remove what is left of the clusters that are to go with their history, in bounded batches; returns how many clusters are
    gone. One that is named again meanwhile keeps what is left. Raises django.db.Error."""
    gone = 0
    for pk in Cluster.objects.filter(doomed=True).values_list("pk", flat=True):
        for rows in _of(pk):
            while batches > 0 and _batch(pk, rows):
                batches -= 1
        with transaction.atomic():
            mine = Cluster.objects.select_for_update().filter(pk=pk, doomed=True)
            if batches > 0 and mine.exists():
                mine.delete()
                gone += 1
    return gone


def _of(pk: int) -> tuple["QuerySet[Model]", ...]:
    """What hangs on a cluster and may be much, and what may hang on that."""
    models: tuple[type[Model], ...] = (Transition, InstanceTurn, Sample, NodeSample, Watched, Node, Component, Survey)
    return tuple(model._default_manager.filter(cluster=pk).order_by("pk") for model in models)


def _batch(pk: int, rows: "QuerySet[Model]") -> bool:
    """Remove some; False if none are left, or the cluster is wanted again."""
    with transaction.atomic():
        if not Cluster.objects.select_for_update().filter(pk=pk, doomed=True).exists():
            return False
        some = list(rows.values_list("pk", flat=True)[:_BATCH])
        if some:
            rows.model._default_manager.filter(pk__in=some).delete()
    return bool(some)
