"""A client that is closed when nothing reads from it any more.

To close one while a watch on it is open would leave the reader waiting for ever: aiohttp drops the answer and its time limit.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from planes.kube.client import Access
from planes.kube.tls import Serving


class Holding:
    """An `Access` and how many read from it."""

    def __init__(self, access: Access, serving: Serving) -> None:
        self.access = access
        self.serving = serving
        self._readers = 0
        self._retired = False

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Access]:
        """Within this, it stays open."""
        self._readers += 1
        try:
            yield self.access
        finally:
            self._readers -= 1
            await self._close_if_idle()

    async def retire(self) -> None:
        """Nobody begins to read from it any more: close it, now or when the last reader leaves."""
        self._retired = True
        await self._close_if_idle()

    async def _close_if_idle(self) -> None:
        if self._retired and not self._readers:
            await self.access.client.close()

    async def close(self) -> None:
        """Whoever still reads is cut off: for the end of a source."""
        await self.access.client.close()

    @property
    def idle(self) -> bool:
        """Nobody reads from it."""
        return not self._readers
