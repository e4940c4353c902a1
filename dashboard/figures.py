"""The figures of a component or a node over a window: read in the finest step that is kept, and told in at most 600 values each."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings

from dashboard.ribbons import states_of_component, states_of_gone_node, states_of_node
from dashboard.wanted_window import Window
from planes.assess.ribbon import cut
from planes.components.node_figures import NODE_FIGURES
from planes.components.registry import of
from planes.components.spec import Charted
from planes.store import node_samples, samples
from planes.store.gone_nodes import GoneNode
from planes.store.selectors import NodeDetail
from planes.structs.history import History, Stretch
from planes.structs.moments import Epoch
from planes.structs.rows import NodeRow
from planes.structs.samples import Lines, Step, coarser, finest, lines, width
from planes.structs.verdicts import State

#: Values of one figure that are told at most.
MOST = 600
#: Rows that are read for them, unless nothing coarser is kept.
_READ = 3_000
#: Seconds without a value beyond which a line is broken: scrapes come every 30 s to 33 s (static/js/series.js says the same).
GAP = 95.0
#: The same of what is looked at once a minute.
NODE_GAP = 150.0


@dataclass(frozen=True, slots=True)
class Charts:
    """`seconds`: how long the buckets are of which `lines` are made. `stretches`: the subject's states over the window, None for
    what nobody watched."""

    figures: tuple[Charted, ...]
    seconds: int
    lines: Lines
    stretches: tuple[Stretch, ...]


def of_component(
    cluster_id: int, kind: str, state: State, since: float, window: Window, now: float, heard: float | None, *, most: int = MOST
) -> Charts:
    """`state` is what it is in now, `since` epoch seconds; `heard`: when its collector last vouched for the present;
    `most`: values of one figure at most. A kind is either scraped or looked at: it has figures or gauges."""
    declared = of(kind)
    figures = declared.figures if declared is not None else ()
    gauges = declared.gauges if declared is not None else ()
    states = states_of_component(cluster_id, kind, state, since, window.began, window.ended, heard)
    if gauges:
        step, seconds = _steps(node_samples.STEPS, window, now, most)
        looked = node_samples.of_component(cluster_id, kind, gauges, step, window.began, window.ended)
        return Charts(gauges, seconds, lines(coarser(looked, seconds), [one.key for one in gauges], seconds, NODE_GAP), states)
    step, seconds = _steps(samples.STEPS, window, now, most)
    moments = samples.between(cluster_id, step, window.began, window.ended) if figures else []
    return Charts(figures, seconds, lines(coarser(moments, seconds), [one.key for one in figures], seconds, GAP), states)


def of_node(cluster_id: int, row: NodeRow, window: Window, now: float, heard: float | None) -> Charts:
    """The same of a node, whose states are the worst of its agents."""
    states = states_of_node(cluster_id, row, window.began, window.ended, heard)
    return _of_node(cluster_id, row.name, window, now, states, MOST)


def of_known_node(
    detail: NodeDetail, known: tuple[Stretch, ...], window: Window, now: float, heard: float | None, most: int
) -> Charts:
    """The same where its states are `known` already, as far back as they go."""
    cluster_id, row = detail.cluster.id, detail.row
    if known and known[0].began <= window.began:
        states = cut(known, Epoch(window.began), Epoch(window.ended))
    else:
        states = states_of_node(cluster_id, row, window.began, window.ended, heard)
    return _of_node(cluster_id, row.name, window, now, states, most)


def of_gone_node(node: GoneNode, found: Sequence[History], window: Window, now: float, *, most: int = MOST) -> Charts:
    """The same of a node that is not there any more, of which `found` is remembered."""
    states = states_of_gone_node(found, window.began, window.ended)
    return _of_node(node.cluster.id, node.name, window, now, states, most)


def _of_node(cluster_id: int, name: str, window: Window, now: float, states: tuple[Stretch, ...], most: int) -> Charts:
    step, seconds = _steps(node_samples.STEPS, window, now, most)
    moments = node_samples.between(cluster_id, name, step, window.began, window.ended)
    told = lines(coarser(moments, seconds), [one.key for one in NODE_FIGURES], seconds, NODE_GAP)
    return Charts(NODE_FIGURES, seconds, told, states)


def _steps(steps: Sequence[Step], window: Window, now: float, most: int) -> tuple[int, int]:
    """Which of the steps is read, and how long the buckets are that are made of it, seconds. A window that begins within a bucket
    touches one more."""
    kept = [Step(one.seconds, long) for one, long in zip(steps, settings.SAMPLES_KEPT, strict=True)]
    step = finest(kept, window.began, now, _READ).seconds
    return step, width(window.span, step, most - 1)
