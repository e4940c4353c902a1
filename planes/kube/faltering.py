"""A line in the log when a feed falters and one when it is back, with counts; one that flickers gets no more than two a minute."""

import logging
from collections.abc import Awaitable, Callable

from planes.structs.events import Changed, Failed, FaultKind, Gone, Heard, Listed, SourceEvent
from planes.structs.feeds import FEEDS
from planes.structs.moments import Mono
from planes.structs.time_tokens import duration

logger = logging.getLogger(__name__)

Emit = Callable[[SourceEvent], Awaitable[None]]

#: Seconds between two lines about one feed that falters.
SELDOM = 60.0


class Faltering:
    """Of one feed. A right or an API that is missing from the beginning is no faltering: the cluster's page tells of that."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._since: Mono | None = None
        self._failures = 0
        self._unsaid = 0  # times that it faltered without a line
        self._said_at = Mono(float("-inf"))
        self._said = False
        self._worked = False

    def noting(self, emit: Emit) -> Emit:
        """`emit`, with what passes through noted."""

        async def noted(event: SourceEvent) -> None:
            if isinstance(event, Failed):
                self._failed(event)
            elif isinstance(event, Listed | Changed | Gone) or (isinstance(event, Heard) and _is_back(event)):
                self._worked = True
                if self._since is not None:
                    self._back(event.at)
            await emit(event)

        return noted

    def _failed(self, event: Failed) -> None:
        if event.fault.kind in (FaultKind.FORBIDDEN, FaultKind.NOT_SERVED) and not self._worked:
            return
        if self._since is None:
            self._since, self._failures = event.at, 0
            self._unsaid += 1
        self._failures += 1
        if not self._said and event.at - self._said_at >= SELDOM:
            often = f" (the {self._unsaid}th time since this was last said)" if self._unsaid > 3 else ""
            logger.warning("%s falters: %s%s", self._name, event.fault.message, often)
            self._said, self._said_at, self._unsaid = True, event.at, 0

    def _back(self, at: Mono) -> None:
        if self._said and self._since is not None:
            questions = "1 question" if self._failures == 1 else f"{self._failures} questions"
            logger.warning("%s is back after %s, in which %s failed", self._name, duration(at - self._since), questions)
        self._since, self._said = None, False


def _is_back(event: Heard) -> bool:
    """That a watch opened is all that can be waited for where a feed may be silent for long; leases tell soon."""
    return event.proof or not FEEDS[event.feed].rhythm
