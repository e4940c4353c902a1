"""Each web process says every few seconds that it is there to hear of displays: what is not heard while none is says nothing of
them (dashboard/wall_notices.py). It is written where the words of screens are: while those cannot be written, this cannot."""

import asyncio
import contextlib
import logging
import time

from channels.db import database_sync_to_async
from django.db import DatabaseError

from dashboard import wall_messages

logger = logging.getLogger(__name__)

#: Seconds; wall_notices.GAP is more than four of them.
EVERY = 10.0


class Listener:
    """Lives in the server's event loop: `start` and `stop` are called by its lifespan (dashboard.asgi)."""

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to say so."""
        self._task = asyncio.create_task(self._listen())

    async def stop(self) -> None:
        """End saying so."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _listen(self) -> None:
        while True:
            await asyncio.sleep(EVERY)
            try:
                await database_sync_to_async(wall_messages.listen)(time.time())
            except DatabaseError as error:
                logger.debug("That displays are listened to could not be written down: %s.", type(error).__name__)
