"""The charts of a component's or a node's page, and the same values as a table: for screen readers, and without JavaScript."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from dashboard import figures
from dashboard.figures import Charts
from dashboard.presenters.words import figure_text
from dashboard.then import iso
from dashboard.wanted_window import RANGES, Window
from planes.components.registry import of
from planes.components.spec import Form
from planes.store.freshness import Freshness
from planes.store.gone_nodes import GoneNode
from planes.store.selectors import ComponentDetail, NodeDetail
from planes.structs.history import History, Stretch
from planes.structs.samples import Bucket
from planes.structs.time_tokens import duration

#: Lines of the table: fewer than a chart has values.
_LINES = 60


@dataclass(frozen=True, slots=True)
class Cell:
    """A value in words; `between`: the least and the most, where they differ. Both empty: not observed."""

    mean: str
    between: str


@dataclass(frozen=True, slots=True)
class Line:
    """`at`: epoch seconds."""

    at: float
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class ChartsPart:
    """`figures`: key and what it is of. `address`: where the values are. `range` is empty where moments were named. `ranges`: those
    that can be chosen, in words. `lines` are the newest first, each of `step`, in words."""

    figures: tuple[tuple[str, str], ...]
    address: str
    range: str
    ranges: tuple[str, ...]
    began: float
    ended: float
    lines: tuple[Line, ...]
    step: str


def of_component(detail: ComponentDetail, fresh: Freshness, window: Window, now: float) -> ChartsPart | None:
    """None for a kind that has no figures."""
    row, declared = detail.row, of(detail.row.kind)
    if declared is None or not (declared.figures or declared.gauges):
        return None
    charts = figures.of_component(detail.cluster.id, row.kind, row.state, row.since, window, now, fresh.collected_at, most=_LINES)
    return _part(charts, window, reverse("api-component-figures", args=[detail.cluster.slug, row.kind]))


def of_node(detail: NodeDetail, fresh: Freshness, known: tuple[Stretch, ...], window: Window, now: float) -> ChartsPart:
    """Those of a node, of whose states some are known."""
    charts = figures.of_known_node(detail, known, window, now, fresh.collected_at, _LINES)
    return _part(charts, window, reverse("api-node-figures", args=[detail.cluster.slug, detail.row.name]))


def of_gone_node(node: GoneNode, found: Sequence[History], window: Window, now: float) -> ChartsPart:
    """Those of a node that is not there any more, of which `found` is remembered."""
    charts = figures.of_gone_node(node, found, window, now, most=_LINES)
    return _part(charts, window, reverse("api-node-figures", args=[node.cluster.slug, node.name]))


def _part(charts: Charts, window: Window, address: str) -> ChartsPart:
    asked = {"range": window.range} if window.range else {"from": iso(window.began), "to": iso(window.ended)}
    lines = []
    for index, at in enumerate(charts.lines.at):
        buckets = [charts.lines.buckets[one.key][index] for one in charts.figures]
        cells = tuple(_cell(one.form, bucket) for one, bucket in zip(charts.figures, buckets, strict=True))
        lines.append(Line(at, cells))
    return ChartsPart(
        figures=tuple((one.key, one.told) for one in charts.figures),
        address=f"{address}?{urlencode(asked)}",
        range=window.range,
        ranges=tuple(RANGES),
        began=window.began,
        ended=window.ended,
        lines=tuple(reversed(lines)),
        step=duration(charts.seconds),
    )


def _cell(form: Form, bucket: Bucket | None) -> Cell:
    if bucket is None:
        return Cell("", "")
    least, most = figure_text(form, bucket.least), figure_text(form, bucket.most)
    return Cell(figure_text(form, bucket.mean), "" if least == most else f"{least} to {most}")
