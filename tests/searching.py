"""How many cases a test draws that searches for one which breaks a rule.

`make test` draws a fifth, other cases each time; `make test-pure`, which `.ci/run` runs beside it, draws all, and so do those who
set PLANEWATCH_TEST_SEARCH=whole. What a search has ever found belongs into an `example` or a test of its own.
"""

import os

from hypothesis import settings

WHOLE = "PLANEWATCH_TEST_SEARCH"
SHARE = 5


def searching(examples: int) -> settings:
    """The decorator of a search that draws so many cases when it is whole; there is no limit to the time of one."""
    whole = os.environ.get(WHOLE) == "whole"
    return settings(max_examples=examples if whole else -(-examples // SHARE), deadline=None)
