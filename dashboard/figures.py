"""The figures of a component over a window: read in the finest step that is kept, and told in at most 600 values each."""

from dataclasses import dataclass

from django.conf import settings

from dashboard.ribbons import states_of_component
from dashboard.wanted_window import Window
from planes.components.registry import of
from planes.components.spec import Figure
from planes.store import samples
from planes.structs.history import Stretch
from planes.structs.samples import Lines, Step, coarser, finest, lines, width
from planes.structs.verdicts import State

#: Values of one figure that are told at most.
MOST = 600
#: Rows that are read for them, unless nothing coarser is kept.
_READ = 3_000
#: Seconds without a value beyond which a line is broken: scrapes come every 30 s to 33 s (static/js/series.js says the same).
GAP = 95.0


@dataclass(frozen=True, slots=True)
class Charts:
    """`seconds`: how long the buckets are of which `lines` are made. `stretches`: the component's states over the window, None
    for what nobody watched."""

    figures: tuple[Figure, ...]
    seconds: int
    lines: Lines
    stretches: tuple[Stretch, ...]


def of_component(
    cluster_id: int, kind: str, state: State, since: float, window: Window, now: float, heard: float | None, *, most: int = MOST
) -> Charts:
    """`state` is what it is in now, `since` epoch seconds; `heard`: when its collector last vouched for the present;
    `most`: values of one figure at most."""
    declared = of(kind)
    figures = declared.figures if declared is not None else ()
    step = finest(_steps(), window.began, now, _READ).seconds
    seconds = width(window.span, step, most - 1)  # a window that begins within a bucket touches one more
    moments = samples.between(cluster_id, step, window.began, window.ended) if figures else []
    told = lines(coarser(moments, seconds), [one.key for one in figures], seconds, GAP)
    return Charts(figures, seconds, told, states_of_component(cluster_id, kind, state, since, window.began, window.ended, heard))


def _steps() -> list[Step]:
    return [Step(one.seconds, kept) for one, kept in zip(samples.STEPS, settings.SAMPLES_KEPT, strict=True)]
