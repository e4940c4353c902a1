"""How long to wait before trying again."""

import random


class Backoff:
    """The waits of one loop, in seconds: exponential with full jitter, so that what failed together is not tried together.

    The n-th wait lies anywhere up to `first` × 2^(n-1), `cap` at most, and never under `floor`, whatever the dice say: jitter must
    not make a hot loop. `failures` counts those in a row.
    """

    def __init__(self, rng: random.Random, *, first: float, cap: float, floor: float) -> None:
        self.failures = 0
        self._rng = rng
        self._first, self._cap, self._floor = first, cap, floor

    def succeeded(self) -> None:
        """Start over."""
        self.failures = 0

    def failed(self, cap: float | None = None) -> float:
        """The wait after one more failure. `cap` bounds this one instead."""
        self.failures += 1
        limit = min(self._cap if cap is None else cap, self._first * 2.0 ** min(self.failures - 1, 16))
        return max(self._floor, self._rng.uniform(0.0, limit))
