"""Two contexts of one cluster are one: by the uid of its kube-system namespace, which no other has (planes/kube/identity.py).

The one that was known first is watched, and the others stand aside for as long as it is. Nothing is claimed of a cluster whose
namespace may not be read, nor of one that is not heard at the moment: whoever has a way that works keeps it.
"""

import logging
import time

from django.db import transaction
from django.db.models import F, Q

from planes.models import Cluster
from planes.store.naming import by_name
from planes.store.selectors import ClusterHead, head_of

logger = logging.getLogger(__name__)

#: A cluster counts as heard for so many seconds after what was last stored of it.
HEARD = 60.0


def settle(now: float | None = None) -> None:
    """Let those stand aside that are another by another name, and take up again those whose other is no longer watched. Cheap where
    there is nothing to do: two queries. Whoever collects what stands aside is fenced. `now`: epoch seconds. Raises
    django.db.Error."""
    now = time.time() if now is None else now
    _return(now)
    found = Cluster.objects.filter(enabled=True).exclude(identity="").exclude(source=Cluster.Source.DEMO)
    first: dict[str, int] = {}
    pairs: list[tuple[int, int]] = []
    for pk, identity in found.order_by("pk").values_list("pk", "identity"):
        if identity in first:
            pairs.append((first[identity], pk))
        first.setdefault(identity, pk)
    for kept, other in pairs:
        _stand_aside(kept, other, now)


def others(cluster_id: int) -> list[ClusterHead]:
    """The other ways to a cluster, which stand aside for it, by name."""
    found = Cluster.objects.filter(same_as=cluster_id, doomed=False, declared__isnull=False)
    return [head_of(one) for one in by_name(found.distinct())]


def _return(now: float) -> None:
    """A cluster that stands aside is watched again when the other is not, nor collected by anybody, or has become another one."""
    alone = Q(same_as__enabled=False) | Q(same_as__collected_at__lt=now - HEARD) | ~Q(same_as__identity=F("identity"))
    for one in Cluster.objects.filter(alone, same_as__isnull=False).select_related("same_as"):
        other = one.same_as
        wanted = not one.off and not one.doomed and one.declared.exists()
        Cluster.objects.filter(pk=one.pk).update(same_as=None, enabled=wanted)
        if wanted:
            logger.info(
                "%s is watched again: %s, which led to the same cluster, no longer does or is not watched.", one.slug, other
            )


def _stand_aside(kept: int, other: int, now: float) -> None:
    with transaction.atomic():
        rows = {one.pk: one for one in Cluster.objects.select_for_update().filter(pk__in=(kept, other), enabled=True)}
        if len(rows) < 2 or not all(_is_heard(one, now) for one in rows.values()):
            return
        Cluster.objects.filter(pk=other).update(enabled=False, same_as=kept, epoch=F("epoch") + 1, offset=0)
    logger.info(
        "%s is the same cluster as %s, by its kube-system namespace: it is watched once.", rows[other].slug, rows[kept].slug
    )


def _is_heard(one: Cluster, now: float) -> bool:
    return head_of(one).row.fault is None and one.collected_at is not None and abs(now - one.collected_at) < HEARD
