"""The figures of a cluster over time: kept with each flush, and read for charts.

One row holds all figures of a cluster within one bucket (docs/decisions/0018): a scrape every 30 s writes three small rows, and a
cluster's whole memory is some 8,000 of them, whatever the number of its nodes.
"""

from collections.abc import Sequence

import msgspec

from planes.components.registry import FIGURES
from planes.models import Sample
from planes.store import columns
from planes.structs import samples
from planes.structs.rows import SampleRow
from planes.structs.samples import Buckets, Moment, Step

#: How long buckets are kept where no setting says otherwise, the finest first (planes.store.pruning).
STEPS = (Step(10, 2 * 3600.0), Step(60, 2 * 86_400.0), Step(600, 30 * 86_400.0))
#: Rows that are read for one chart at most: those of 400 days, the longest that may be set.
_READ = 60_000

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Buckets).decode


def keep(cluster_id: int, rows: Sequence[SampleRow]) -> None:
    """Add what was sampled to the buckets of each step. Called within the transaction of a flush, behind its fence: a sample that
    was stored already is known by its time and not added again."""
    taken = sorted(((at, _buckets(row)) for row in rows if (at := row[0]) is not None), key=lambda one: one[0])
    if not taken:
        return
    for step in STEPS:
        beginnings = sorted({samples.beginning(at, step.seconds) for at, _ in taken})
        known = {one.began: one for one in _rows(cluster_id, step.seconds, beginnings[0], beginnings[-1])}
        changed: dict[int, Moment] = {}
        for at, buckets in taken:
            began = samples.beginning(at, step.seconds)
            before = known.get(began)
            if before is None:
                known[began] = changed[began] = Moment(began, at, buckets)
            elif at > before.at:
                known[began] = changed[began] = Moment(began, at, samples.all_joined(before.buckets, buckets))
        columns.SAMPLE.run([(cluster_id, step.seconds, one.began, one.at, _encode(one.buckets)) for one in changed.values()])


def between(cluster_id: int, step: int, began: float, ended: float) -> list[Moment]:
    """The buckets of `step` seconds that touch a window, epoch seconds, oldest first."""
    return _rows(cluster_id, step, samples.beginning(began, step), ended)


def _rows(cluster_id: int, step: int, first: float, last: float) -> list[Moment]:
    found = Sample.objects.filter(cluster=cluster_id, step=step, began__gte=first, began__lte=last).order_by("began")
    return [
        Moment(began, at, _decode(bytes(figures))) for began, at, figures in found.values_list("began", "at", "figures")[:_READ]
    ]


def _buckets(row: SampleRow) -> Buckets:
    """What one sample says, by the keys of the figures: those may be others in another version."""
    values = zip(FIGURES, row[1:], strict=False)
    return {figure.key: samples.alone(value) for figure, value in values if value is not None}
