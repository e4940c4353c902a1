"""One instance's own figures, with the small chart of one of them, drawn by the server as static/js/series.js draws it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from dashboard.presenters.words import counted
from planes.components.registry import FIGURES
from planes.components.spec import brief
from planes.structs.rows import OwnFiguresRow

#: What the chart is of, and the size of its box; it is stretched to its place.
CHART = "p99"
WIDTH, HEIGHT = 200.0, 28.0
#: Beyond so many seconds between two scrapes nothing was observed of what happened (the window over which figures are told).
GAP = 310.0
#: The least time and the least range of a chart (seconds), so that the first values do not fill it, nor noise look like news.
_SPAN, _LEAST = 600.0, 0.02
_COLUMN = next(place for place, one in enumerate(FIGURES, 1) if one.key == CHART)


@dataclass(frozen=True, slots=True)
class OwnLine:
    """`facts`: name and value; `at`: the last scrape, epoch seconds; `chart`: a path, empty where nothing was observed, and `said`
    is the chart in words. `untold` is why there are none."""

    facts: tuple[tuple[str, str], ...]
    at: float | None
    chart: str
    said: str
    untold: str


def own_line(row: OwnFiguresRow | None) -> OwnLine | None:
    """None where the kind has no figures of each instance."""
    if row is None:
        return None
    points = [(at, value) for at, value in ((one[0], one[_COLUMN]) for one in row.samples) if at is not None and value is not None]
    return OwnLine(tuple(row.facts.items()), row.at, path(points), _said(points), row.untold)


def path(points: Sequence[tuple[float, float]]) -> str:
    """Runs without a gap as lines, and what stands alone as a dot; points are (epoch seconds, value), oldest first."""
    if not points:
        return ""
    values = [value for _, value in points]
    low, high, last = min(values), max(values), points[-1][0]
    began = min(points[0][0], last - _SPAN)
    spread = max(high - low, high / 3, _LEAST)
    foot = max(0.0, (low + high) / 2 - spread / 2)

    def place(point: tuple[float, float]) -> str:
        x = (point[0] - began) / (last - began) * WIDTH
        y = HEIGHT - 2 - (point[1] - foot) / spread * (HEIGHT - 4)
        return f"{x:.1f} {y:.1f}"

    breaks = [0, *(at for at, (one, other) in enumerate(pairwise(points), 1) if other[0] - one[0] > GAP), len(points)]
    runs = [points[begin:end] for begin, end in pairwise(breaks)]
    return "".join("M" + "L".join(place(one) for one in run) + ("" if len(run) > 1 else "h0") for run in runs)


def _said(points: Sequence[tuple[float, float]]) -> str:
    if not points:
        return ""
    values = [value for _, value in points]
    return f"p99 at {counted(len(points), 'scrape')}: {brief(min(values))} to {brief(max(values))}"
