"""An instance's own figures on a page: what is told, and its small chart, whose gaps are gaps."""

import re

import pytest

from dashboard.presenters.own_figures import GAP, HEIGHT, WIDTH, own_line, path
from planes.components.registry import FIGURES
from planes.structs.moments import Epoch
from planes.structs.rows import OwnFiguresRow, SampleRow


def sample(at: float, p99: float | None) -> SampleRow:
    return (at, *(p99 if one.key == "p99" else None for one in FIGURES))


def test_an_instance_of_a_kind_without_figures_has_no_line() -> None:
    assert own_line(None) is None


def test_what_is_told_stands_with_its_chart_in_words() -> None:
    row = OwnFiguresRow(facts={"p99": "38 ms"}, at=Epoch(90.0), samples=(sample(30.0, None), sample(60.0, 0.04), sample(90.0, 1.5)))
    line = own_line(row)
    assert line is not None
    assert (line.facts, line.at, line.untold) == ((("p99", "38 ms"),), 90.0, "")
    assert line.said == "p99 at 2 scrapes: 40 ms to 1.5 s"
    assert line.chart.count("M") == 1


def test_why_nothing_is_told_is_passed_on() -> None:
    line = own_line(OwnFiguresRow(untold="No scrape has reached it yet."))
    assert line is not None
    assert (line.chart, line.said, line.untold) == ("", "", "No scrape has reached it yet.")


@pytest.mark.parametrize(("apart", "runs"), [(GAP, 1), (GAP + 1, 2)])
def test_a_gap_is_a_gap(apart: float, runs: int) -> None:
    drawn = path([(0.0, 0.1), (30.0, 0.1), (30.0 + apart, 0.2), (60.0 + apart, 0.2)])
    assert drawn.count("M") == runs


def test_what_stands_alone_is_a_dot() -> None:
    assert path([(0.0, 0.1)]).endswith("h0")


def test_the_whole_stroke_stays_in_its_box() -> None:
    drawn = path([(float(at), 0.001 * (at % 170)) for at in range(0, 1200, 30)])
    places = [(float(x), float(y)) for x, y in re.findall(r"([\d.]+) ([\d.]+)", drawn)]
    assert len(places) == 40
    assert all(0 <= x <= WIDTH and 2 <= y <= HEIGHT - 2 for x, y in places)
