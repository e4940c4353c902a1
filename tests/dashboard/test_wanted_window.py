"""Windows of charts and uptime: never in the future, never empty, and refused in words where they make no sense."""

import pytest

from dashboard import wanted_window
from dashboard.wanted_changes import WrongError
from dashboard.wanted_window import Window

NOW = 1_780_000_000.0  # 2026-05-28T20:26:40Z
HOUR = 3_600.0


@pytest.mark.parametrize(
    ("query", "window"),
    [
        ({}, Window(NOW - 24 * HOUR, NOW, "24h")),
        ({"range": "7d"}, Window(NOW - 168 * HOUR, NOW, "7d")),
        ({"from": "2026-05-28T19:26:40Z"}, Window(NOW - HOUR, NOW, "")),
        ({"from": "2026-05-28T21:26:40+02:00", "range": "7d"}, Window(NOW - HOUR, NOW, "")),
        ({"to": "2026-05-28T19:26:40"}, Window(NOW - 25 * HOUR, NOW - HOUR, "")),
        ({"from": "2026-05-28T18:26:40", "to": "2026-05-28T19:26:40"}, Window(NOW - 2 * HOUR, NOW - HOUR, "")),
        ({"from": "2026-05-28T19:26:40", "to": "2027-01-01"}, Window(NOW - HOUR, NOW, "")),
        ({"from": "2026-05-28T20:26:39"}, Window(NOW - 60, NOW, "")),
    ],
)
def test_a_window_is_what_was_asked_for_and_ends_now_at_the_latest(query: dict[str, str], window: Window) -> None:
    assert wanted_window.asked(query, NOW) == window


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"range": "1y"}, "range= is one of: 1h, 24h, 7d, 30d."),
        ({"from": "x"}, "from= is a moment such as"),
        ({"from": "2026-05-28T20:26:40"}, "from= lies in the future."),
        ({"from": "2026-05-02", "to": "2026-05-01"}, "to= has to be later than from=."),
    ],
)
def test_a_window_that_makes_no_sense_is_refused_in_words(query: dict[str, str], said: str) -> None:
    with pytest.raises(WrongError, match=said):
        wanted_window.asked(query, NOW)
