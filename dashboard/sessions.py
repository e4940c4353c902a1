"""Sessions that open sockets belong to: one look for all of them, often enough that signing out is seen everywhere within seconds.

Each socket also looks for itself about once a minute (dashboard/consumers.py): an account that is switched off or a new password
leave the session where it is.
"""

import asyncio
import contextlib
import logging
import random
from collections import Counter

from channels.db import database_sync_to_async
from django.db import DatabaseError

from dashboard import auth

logger = logging.getLogger(__name__)

#: Seconds between two looks, give or take a sixth.
LOOK = 2.0


class Sessions:
    """Lives in one event loop, as the hub does: `start` and `stop` are called by the server's lifespan (dashboard.asgi)."""

    def __init__(self) -> None:
        self._watched: Counter[str] = Counter()
        self._ended: dict[str, asyncio.Event] = {}
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._look())

    async def stop(self) -> None:
        """End looking."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def end_of(self, key: str) -> None:
        """Wait until this session is no more, or over."""
        self._watched[key] += 1
        try:
            await self._ended.setdefault(key, asyncio.Event()).wait()
        finally:
            self._watched[key] -= 1
            if not self._watched[key]:
                del self._watched[key]
                self._ended.pop(key, None)

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK * random.uniform(5 / 6, 7 / 6))  # noqa: S311 - spreads the load, guards nothing
            if not self._watched:
                continue
            try:
                ended = await database_sync_to_async(auth.ended)(list(self._watched))
            except DatabaseError as error:
                # A database that is away for a moment signs nobody out; each socket's own look says so in the log.
                logger.debug("Sessions could not be looked at: %s.", type(error).__name__)
                continue
            for key in ended:
                if (event := self._ended.get(key)) is not None:
                    event.set()
