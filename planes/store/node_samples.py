"""The figures of single nodes, and of components that are not scraped, over time: kept with each flush in blocks of many,
and read one at a time for charts (docs/decisions/0021)."""

from collections.abc import Mapping, Sequence

from planes.components.node_figures import NODE_FIGURES
from planes.components.spec import Gauge
from planes.models import NodeSample
from planes.store import columns
from planes.structs import node_samples, samples
from planes.structs.node_samples import NodeSamplesRow
from planes.structs.samples import Bucket, Buckets, Moment, Step

#: How long buckets are kept where no setting says otherwise, the finest first: coarser than a cluster's figures, and as long.
STEPS = (Step(60, 2 * 3600.0), Step(600, 2 * 86_400.0), Step(3_600, 30 * 86_400.0))
#: Rows that are read for one chart at most: those of 400 days, the longest that may be set.
_MOST = 10_000


def keep(cluster_id: int, rows: Sequence[NodeSamplesRow]) -> None:
    """Add what was sampled to the buckets of each step. Called within the transaction of a flush, behind its fence: a sample that
    was stored already is known by its time and not added again."""
    for row in sorted(rows, key=lambda one: one.at):
        found = node_samples.buckets_of(row)
        for step in STEPS:
            began = samples.beginning(row.at, step.seconds)
            place = {"cluster": cluster_id, "step": step.seconds, "block": row.block, "began": began}
            before = NodeSample.objects.filter(**place).values_list("at", "figures").first()
            if before is not None and before[0] >= row.at:
                continue
            whole = found if before is None else node_samples.joined(node_samples.unpacked(bytes(before[1])), found)
            columns.NODE_SAMPLE.run([(cluster_id, step.seconds, row.block, began, row.at, node_samples.packed(whole))])


def between(cluster_id: int, name: str, step: int, began: float, ended: float) -> list[Moment]:
    """A node's buckets of `step` seconds that touch a window, epoch seconds, oldest first, in the figures' own units. Those in
    which others were observed and it was not are empty."""
    return _read(cluster_id, node_samples.block_of(name), name, step, began, ended, {one.key: one.unit for one in NODE_FIGURES})


def of_component(cluster_id: int, kind: str, gauges: Sequence[Gauge], step: int, began: float, ended: float) -> list[Moment]:
    """The same of a component."""
    units = {one.key: one.unit for one in gauges}
    return _read(cluster_id, node_samples.OF_COMPONENTS, kind, step, began, ended, units)


def _read(
    cluster_id: int, block: int, name: str, step: int, began: float, ended: float, units: Mapping[str, float]
) -> list[Moment]:
    first = samples.beginning(began, step)
    mine = NodeSample.objects.filter(cluster=cluster_id, step=step, block=block, began__gte=first, began__lte=ended)
    told = mine.order_by("began").values_list("began", "at", "figures")[:_MOST]
    return [Moment(one, at, _scaled(node_samples.unpacked_one(bytes(figures), name), units)) for one, at, figures in told]


def _scaled(buckets: Buckets, units: Mapping[str, float]) -> Buckets:
    return {key: _times(one, units[key]) for key, one in buckets.items() if key in units}


def _times(one: Bucket, unit: float) -> Bucket:
    return Bucket(one.count, one.least * unit, one.most * unit, one.total * unit, one.last * unit)
