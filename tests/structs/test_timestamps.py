"""Timestamps of the Kubernetes API: read, and written as people write them."""

import pytest

from planes.structs.timestamps import epoch, latest, written

NOON = 1795348800.0  # 2026-11-22T12:00:00Z


@pytest.mark.parametrize(
    ("timestamp", "moment"),
    [
        ("2026-11-22T12:00:00Z", NOON),
        ("2026-11-22T12:00:00.250000Z", NOON + 0.25),
        ("2026-11-22T13:00:00+01:00", NOON),
        ("noon", None),
        ("", None),
        (None, None),
    ],
)
def test_a_timestamp_is_a_moment_or_none(timestamp: str | None, moment: float | None) -> None:
    assert epoch(timestamp) == moment


@pytest.mark.parametrize(
    ("timestamp", "moment"),
    [
        ("2026-11-22T12:00:00Z", NOON + 1.0),  # the rest of the second was cut off
        ("2026-11-22T12:00:00.250000Z", NOON + 0.25),
        ("noon", None),
        ("no.on", None),
        ("", None),
        (None, None),
    ],
)
def test_a_timestamp_of_whole_seconds_may_stand_for_any_moment_within_its_own(timestamp: str | None, moment: float | None) -> None:
    assert latest(timestamp) == moment


@pytest.mark.parametrize(
    ("now", "text"),
    [
        (NOON, "22 November, 12:00 UTC"),
        (NOON + 39 * 86_400.0 + 43_199.0, "22 November, 12:00 UTC"),  # the last second of its year
        (NOON + 39 * 86_400.0 + 43_200.0, "22 November 2026, 12:00 UTC"),
        (NOON - 365 * 86_400.0, "22 November 2026, 12:00 UTC"),
    ],
)
def test_a_moment_long_past_is_written_with_its_year_where_that_is_another(now: float, text: str) -> None:
    assert written(NOON, now) == text
