"""Sessions that open sockets belong to: one look for all of them, often enough that the end of one is seen everywhere in seconds.

A session ends when it is signed out of or runs out, and when its account is deleted, switched off or given another password: those
leave the session where it is, so that the accounts are looked at too.
"""

import asyncio
import contextlib
import logging
import random
from collections import Counter
from dataclasses import dataclass

from channels.db import database_sync_to_async
from django.db import DatabaseError

from dashboard import auth

logger = logging.getLogger(__name__)

#: Seconds between two looks, give or take a sixth.
LOOK = 2.0


@dataclass(frozen=True, slots=True)
class Session:
    """A session by its key, and the account that it signs in."""

    key: str
    user: int


class Sessions:
    """Lives in one event loop, as the hub does: `start` and `stop` are called by the server's lifespan (dashboard.asgi)."""

    def __init__(self) -> None:
        self._watched: Counter[Session] = Counter()
        self._ended: dict[Session, asyncio.Event] = {}
        #: The accounts as they stood at the last look (auth.standing).
        self._standing: dict[int, str] = {}
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

    async def end_of(self, session: Session) -> None:
        """Wait until this session is no more, or over, or signs its account in no longer."""
        self._watched[session] += 1
        try:
            await self._ended.setdefault(session, asyncio.Event()).wait()
        finally:
            self._watched[session] -= 1
            if not self._watched[session]:
                del self._watched[session]
                self._ended.pop(session, None)

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK * random.uniform(5 / 6, 7 / 6))  # noqa: S311 - spreads the load, guards nothing
            if not self._watched:
                continue
            try:
                ended = await database_sync_to_async(self._over)(list(self._watched))
            except DatabaseError as error:
                # A database that is away for a moment signs nobody out.
                logger.debug("Sessions could not be checked: %s.", type(error).__name__)
                continue
            for session in ended:
                if (event := self._ended.get(session)) is not None:
                    event.set()

    def _over(self, watched: list[Session]) -> list[Session]:
        """Those that are over: two queries, and one or two for each session whose account changed since the last look."""
        ended = auth.ended(session.key for session in watched)
        standing = auth.standing(session.user for session in watched)
        # An account that was not there at the last look is looked at once: it may have changed since its socket was opened.
        changed = {user for user, text in standing.items() if self._standing.get(user) != text}
        over = [
            session for session in watched if session.key in ended or session.user not in standing or self._lost(session, changed)
        ]
        self._standing = standing
        return over

    @staticmethod
    def _lost(session: Session, changed: set[int]) -> bool:
        return session.user in changed and not auth.holds(session.key, session.user)
