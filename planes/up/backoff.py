"""How long to wait before a part that ended is started again."""

import random

FIRST_S = 0.25
LIMIT_S = 15.0
#: A part that ran for so long has recovered: its next end counts as the first again.
RECOVERED_S = 30.0


class Backoff:
    """Doubles from `FIRST_S` to `LIMIT_S`; each wait lies between half of that and all of it, so that parts that fell together do
    not rise together."""

    def __init__(self, rng: random.Random | None = None) -> None:
        self._rng = rng or random.Random()  # noqa: S311 (spreads restarts; guards nothing)
        self.failures = 0

    def next(self, ran: float) -> float:
        """The wait in seconds after a run of `ran` seconds."""
        if ran >= RECOVERED_S:
            self.failures = 0
        limit: float = min(LIMIT_S, FIRST_S * 2**self.failures)
        self.failures = min(self.failures + 1, 30)
        return self._rng.uniform(limit / 2, limit)
