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

    @property
    def made(self) -> int:
        """How many there are."""
        return self._made

    @asynccontextmanager
    async def lent(self) -> AsyncIterator[None]:
        """What is thread-sensitive within runs in one thread, which nothing else uses meanwhile."""
        if self._free:
            thread = self._free.pop()
        else:
            self._made += 1
            thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"{self._name}-{self._made}")
        try:
            async with ThreadSensitiveContext(executor=thread):
                yield
        finally:
            self._free.append(thread)
