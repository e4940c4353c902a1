"""Threads that requests are worked on in, kept from one to the next.

Django would have a new thread for each request (asgiref's ThreadSensitiveContext), and the event loop waits until it has begun and
again until it has ended. While others compute, each of these takes as long as they hold the interpreter: up to a second was seen.
"""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from asgiref.sync import ThreadSensitiveContext


class Threads:
    """As many as were needed at once; the one that was given back last is lent first."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._free: list[ThreadPoolExecutor] = []
        self._made = 0

    def begin(self, number: int) -> None:
        """Start so many: whoever comes first waits for none of them."""
        for thread in [self._new() for _ in range(number)]:
            thread.submit(int).result()
            self._free.append(thread)

    @property
    def made(self) -> int:
        """How many there are."""
        return self._made

    @asynccontextmanager
    async def lent(self) -> AsyncIterator[None]:
        """What is thread-sensitive within runs in one thread, which nothing else uses meanwhile."""
        thread = self._free.pop() if self._free else self._new()
        try:
            async with ThreadSensitiveContext(executor=thread):
                yield
        finally:
            self._free.append(thread)

    def _new(self) -> ThreadPoolExecutor:
        self._made += 1
        return ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"{self._name}-{self._made}")
