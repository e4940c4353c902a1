"""A small chart of the last hour below a figure of the API server: the rules of static/js/series.js. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from planes.assess.sampling import value_of
from planes.structs.rows import SampleRow

#: Seconds shown, and seconds between two samples beyond which nothing was observed between them.
_SPAN, _GAP = 3600.0, 95.0
#: Label of a figure -> the sample's field, and the least range of its scale.
QUANTITIES = {"requests": ("requests", 1.0), "p99": ("p99", 0.02), "5xx": ("error_ratio", 0.01), "in flight": ("inflight", 4.0)}


@dataclass(frozen=True, slots=True)
class Chart:
    """Two paths: the line, with a dot where a value stands alone, and what lies under it."""

    line: str
    area: str


def chart(rows: Sequence[SampleRow], label: str, now: float, box: tuple[float, float, float, float]) -> Chart | None:
    """The samples of a figure within (x, y, width, height); None if it has none."""
    if label not in QUANTITIES:
        return None
    field, least = QUANTITIES[label]
    runs = _runs(rows, field, now)
    values = [value for run in runs for _, value in run]
    if not values:
        return None
    x, y, w, h = box
    low, high = min(values), max(values)
    spread = max(high - low, high / 3, least)
    foot = max(0.0, (low + high) / 2 - spread / 2)
    newest = _at(rows[-1])
    end = now if now - newest > _GAP else newest
    start = max(end - _SPAN, min(_at(rows[0]), end - 600))

    def place(point: tuple[float, float]) -> str:
        at, value = point
        return f"{x + (at - start) / max(1.0, end - start) * w:.1f} {y + h - 2 - (value - foot) / spread * (h - 4):.1f}"

    line = "".join(f"M{'L'.join(map(place, run))}" if len(run) > 1 else f"M{place(run[0])}h0.1" for run in runs)
    area = "".join(f"M{'L'.join(map(place, run))}V{y + h:.1f}H{place(run[0]).split(' ', 1)[0]}Z" for run in runs if len(run) > 1)
    return Chart(line, area)


def _runs(rows: Sequence[SampleRow], field: str, now: float) -> list[list[tuple[float, float]]]:
    """What was observed, as runs without a gap: a sample without the value is one too."""
    runs: list[list[tuple[float, float]]] = []
    before: float | None = None
    for row in rows:
        value = value_of(row, field)
        if value is None or _at(row) < now - _SPAN:
            before = None
        else:
            if before is None or _at(row) - before > _GAP:
                runs.append([])
            runs[-1].append((_at(row), value))
            before = _at(row)
    return runs


def _at(row: SampleRow) -> float:
    return row[0] or 0.0
