"""Whether a collector gets on with its work. Pure: times come as arguments, seconds on our monotonic clock.

A collector that stands still must not keep its cluster: its lease says that somebody looks after it. What the database or its judge
do not finish is seen here, whatever the reason, and its lease is let go (planes.collect.holding). The fence in SQL keeps the truth.
"""

from planes.structs.moments import Mono

#: Seconds without a judgement. The first of a very large cluster takes some.
JUDGING = 30.0
#: Seconds in which SQL took nothing. Whoever has nothing to write says every 5 s that the picture still holds.
STORING = 15.0


class Progress:
    """When judging and storing were last finished. `judging` and `storing` are the limits above."""

    def __init__(self, now: Mono, *, judging: float = JUDGING, storing: float = STORING) -> None:
        self._judging, self._storing = judging, storing
        self._judged_at = self._stored_at = float(now)

    def judged(self, now: Mono) -> None:
        """A judgement is done."""
        self._judged_at = max(self._judged_at, now)

    def stored(self, now: Mono) -> None:
        """SQL took something."""
        self._stored_at = max(self._stored_at, now)

    def excuse(self, until: Mono) -> None:
        """Nothing is expected before `until`: it waits after a defect, or the whole process stood still."""
        self.judged(until)
        self.stored(until)

    def judges(self, now: Mono, within: float) -> bool:
        """Whether a judgement was done within so many seconds: what was published last is then all that there is to say."""
        return now - self._judged_at <= within

    def stores_nothing(self, now: Mono) -> bool:
        """Whether SQL has taken nothing for too long."""
        return now - self._stored_at > self._storing

    def stands(self, now: Mono) -> str:
        """What it does not get on with, to be followed by "for a while": empty while it does."""
        if self.stores_nothing(now):
            return "the database has taken nothing"
        if now - self._judged_at > self._judging:
            return "nothing has been judged"
        return ""
