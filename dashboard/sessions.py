"""Sessions that open sockets belong to: one look for all of them, often enough that the end of one is seen everywhere in seconds.

A person's session ends when it is signed out of or runs out, and when its account is deleted, switched off or given another
password: those leave the session where it is, so that the accounts are looked at too. A display's ends when the display is revoked,
deleted, given another secret, or over; and it is looked at afresh when the display was changed.
"""

import asyncio
import contextlib
import logging
import random
import time
from collections import Counter
from dataclasses import dataclass
from typing import Generic, TypeVar

from channels.db import database_sync_to_async
from django.db import DatabaseError

from dashboard import auth, displays

logger = logging.getLogger(__name__)

#: Seconds between two looks, give or take a sixth.
LOOK = 2.0

Watched = TypeVar("Watched")


@dataclass(frozen=True, slots=True)
class Session:
    """A session by its key, and the account that it signs in."""

    key: str
    user: int


@dataclass(frozen=True, slots=True)
class DisplaySession:
    """A display by its id, as it was when its socket was opened. `edited`: epoch seconds; `address`: where its screen is."""

    display: int
    generation: int
    edited: float
    address: str


class Ends(Generic[Watched]):
    """What may end, looked at by `over`. Lives in one event loop, as the hub does: `start` and `stop` are called by the server's
    lifespan (dashboard.asgi)."""

    def __init__(self) -> None:
        self._watched: Counter[Watched] = Counter()
        self._ended: dict[Watched, asyncio.Event] = {}
        self._task: asyncio.Task[None] | None = None

    def over(self, watched: list[Watched]) -> list[Watched]:
        """Those of these that are over. Asks the database."""
        raise NotImplementedError

    async def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._look())

    async def stop(self) -> None:
        """End looking."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def end_of(self, one: Watched) -> None:
        """Wait until this one is over."""
        self._watched[one] += 1
        try:
            await self._ended.setdefault(one, asyncio.Event()).wait()
        finally:
            self._watched[one] -= 1
            if not self._watched[one]:
                del self._watched[one]
                self._ended.pop(one, None)

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK * random.uniform(5 / 6, 7 / 6))  # noqa: S311 - spreads the load, guards nothing
            if not self._watched:
                continue
            try:
                ended = await database_sync_to_async(self.over)(list(self._watched))
            except DatabaseError as error:
                # A database that is away for a moment signs nobody out.
                logger.debug("Sessions could not be checked: %s.", type(error).__name__)
                continue
            for one in ended:
                if (event := self._ended.get(one)) is not None:
                    event.set()


class Sessions(Ends[Session]):
    """Sessions of people: over when they are no more, have run out, or sign their account in no longer."""

    def __init__(self) -> None:
        super().__init__()
        #: The accounts as they stood at the last look (auth.standing).
        self._standing: dict[int, str] = {}

    def over(self, watched: list[Session]) -> list[Session]:
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


class DisplaySessions(Ends[DisplaySession]):
    """Sessions of displays: over when the display is, and when it was changed, for it may then know of other clusters."""

    def over(self, watched: list[DisplaySession]) -> list[DisplaySession]:
        """Those that are over or out of date: one query."""
        now = time.time()
        there = displays.of_ids({session.display for session in watched})
        return [
            session
            for session in watched
            if (found := there.get(session.display)) is None
            or found.wall.edited != session.edited
            or found.term.over(now, session.address, session.generation) is not None
        ]
