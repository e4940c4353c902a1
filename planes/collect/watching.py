"""Since when this collector has watched its cluster without a gap: what the history may call observed.

A change that was missed while nobody watched is nowhere, so that a span must never reach over a moment in which nothing was judged.
SQL that is away makes no gap: what was judged meanwhile is kept and stored later (planes.collect.publishing).
"""

from planes.structs.history import Span
from planes.structs.moments import Epoch


class Watching:
    """The current span of one term of a collector."""

    def __init__(self) -> None:
        self._began: Epoch | None = None
        self._last = Epoch(0.0)

    def judged(self, at: Epoch, *, after_a_pause: bool) -> None:
        """The cluster was judged at `at`. We ourselves may have stood still before; and a clock that was set back begins a new
        span, for one that ends before it begins says nothing."""
        if self._began is None or after_a_pause or at < self._last:
            self._began = at
        self._last = at

    @property
    def span(self) -> Span | None:
        """From the first judgement after the last gap to the last one; None before the first."""
        return None if self._began is None else Span(self._began, self._last)
