"""A connection to PostgreSQL on which nothing waits for ever.

The server ends what takes too long (statement_timeout), and the kernel what is not acknowledged (tcp_user_timeout). Neither helps
with a server that stands still, or with a proxy that acknowledges all and passes nothing on: whoever waited for an answer there
would wait until the process ended, and a worker that has two threads for its jobs would do no more of them.
"""

import time
from collections.abc import Generator
from typing import Any, TypeVar

import psycopg

#: Seconds for an answer: more than a lock is waited for (10 s), and less than is allowed until all is back.
LIMIT = 15.0
Answer = TypeVar("Answer")


class BoundedConnection(psycopg.Connection[Any]):
    """Closed, with an OperationalError, when an answer takes longer than LIMIT."""

    def wait(self, gen: Generator[Any, Any, Answer], interval: float = 0.1, timeout: float | None = None) -> Answer:
        """Every statement, commit and rollback waits here. psycopg looks up from waiting each `interval` seconds."""
        return super().wait(self._bounded(gen), interval, timeout)

    def _bounded(self, gen: Generator[Any, Any, Answer]) -> Generator[Any, Any, Answer]:
        end = time.monotonic() + LIMIT
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if not ready and time.monotonic() > end:
                    gen.close()
                    self.pgconn.finish()  # what comes later on it is not the answer to what is asked next
                    raise psycopg.OperationalError(f"no answer within {LIMIT:g} s")
                wanted = gen.send(ready)
        except StopIteration as done:
            answer: Answer = done.value
            return answer
