"""Buckets of figures: no peak is lost in a coarser one, and where nothing was observed the line is broken."""

import pytest

from planes.structs.samples import Bucket, Lines, Moment, Step, all_joined, alone, beginning, coarser, finest, joined, lines, width

STEPS = (Step(10, 7_200.0), Step(60, 172_800.0), Step(600, 2_592_000.0))


def moment(began: int, value: float | None) -> Moment:
    return Moment(began, began + 5.0, {} if value is None else {"p99": alone(value)})


def test_a_joined_bucket_has_the_peaks_of_both_the_mean_of_all_values_and_the_later_last() -> None:
    both = joined(joined(alone(1.0), alone(9.0)), alone(2.0))
    assert both == Bucket(3, 1.0, 9.0, 12.0, 2.0)
    assert both.mean == 4.0


def test_a_figure_that_was_observed_in_one_of_two_buckets_is_as_it_was_there() -> None:
    assert all_joined({"a": alone(1.0)}, {"b": alone(2.0)}) == {"a": alone(1.0), "b": alone(2.0)}


@pytest.mark.parametrize(("at", "seconds", "began"), [(600.0, 600, 600), (599.9, 600, 0), (1209.9, 10, 1200), (1210.0, 10, 1210)])
def test_a_moment_belongs_to_the_bucket_that_begins_at_it_or_before(at: float, seconds: int, began: int) -> None:
    assert beginning(at, seconds) == began


def test_coarser_buckets_hold_what_their_parts_held_and_none_is_made_of_nothing() -> None:
    made = coarser([moment(0, 1.0), moment(60, 5.0), moment(240, 2.0)], 120)
    assert made == [Moment(0, 65.0, {"p99": Bucket(2, 1.0, 5.0, 6.0, 5.0)}), Moment(240, 245.0, {"p99": alone(2.0)})]


@pytest.mark.parametrize(
    ("span", "seconds"), [(3_600.0, 10), (7_200.0, 10), (7_201.0, 60), (172_800.0, 60), (172_801.0, 600), (9e6, 600)]
)
def test_a_window_is_told_in_the_finest_step_that_is_kept_for_all_of_it(span: float, seconds: int) -> None:
    assert finest(STEPS, 10_000_000.0 - span, 10_000_000.0, 5_000).seconds == seconds


def test_a_step_that_would_be_too_many_buckets_is_not_read() -> None:
    assert finest(STEPS, 0.0, 7_000.0, 699).seconds == 60
    assert finest(STEPS, 0.0, 7_000.0, 700).seconds == 10


@pytest.mark.parametrize(
    ("span", "step", "wide"), [(3_600.0, 10, 10), (6_000.0, 10, 10), (6_001.0, 10, 20), (2_592_000.0, 600, 4_800)]
)
def test_a_chart_has_at_most_six_hundred_buckets(span: float, step: int, wide: int) -> None:
    assert width(span, step, 600) == wide


def test_a_line_is_broken_where_nothing_was_observed_for_too_long_and_where_the_figure_was_not() -> None:
    made = lines([moment(0, 1.0), moment(30, 2.0), moment(60, None), moment(90, 3.0), moment(190, 4.0)], ["p99", "none"], 10, 95.0)
    assert made.at == (5.0, 35.0, 65.0, 95.0, 195.0)
    assert made.buckets["p99"] == (alone(1.0), alone(2.0), None, alone(3.0), alone(4.0))
    assert made.buckets["none"] == (None,) * 5


def test_a_gap_begins_one_moment_later_than_its_bound() -> None:
    assert lines([moment(0, 1.0), moment(100, 2.0)], ["p99"], 10, 95.0).at == (5.0, 105.0)
    assert lines([moment(0, 1.0), moment(101, 2.0)], ["p99"], 10, 95.0) == Lines(
        (5.0, 53.0, 106.0), {"p99": (alone(1.0), None, alone(2.0))}
    )


def test_the_newest_bucket_ends_with_its_last_value() -> None:
    assert lines([Moment(0, 7.0, {"p99": alone(1.0)})], ["p99"], 600, 95.0).at == (7.0,)
