"""WebSockets: what a cluster's viewers and the walls are sent. Sockets only read; changes go through HTTP.

Who is not signed in is closed with 4401, an unknown cluster or address with 4404, one that keeps talking with 1008. Once open
there is no SQL, with one exception: about once a minute each socket looks whether its cluster is still watched, a wall which are.
That its session no longer holds is seen within seconds, by one look for all sockets (dashboard/sessions.py).

A display (dashboard/showing.py) has sockets of its own, below /ws/wall/<display>/, which tell of no cluster that it may not know
of. One whose display was changed is closed with 4205: its page is out of date.
"""

import asyncio
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import DatabaseError

from dashboard import showing
from dashboard.hub import Hub, Viewer
from dashboard.sessions import DisplaySession, DisplaySessions, Session, Sessions
from dashboard.showing import Showing
from planes.live.wire import Gone, encode
from planes.store import selectors

logger = logging.getLogger(__name__)

SIGNED_OUT = 4401
NO_SUCH_CLUSTER = 4404
CHANGED = 4205
TOO_CHATTY = 1008

GONE = encode(Gone())

#: A client has nothing to say; a few messages, each small, are overlooked.
INCOMING_MESSAGES = 8
INCOMING_SIZE = 1024
#: Seconds between two looks at what is watched, give or take a sixth.
RECHECK = 60.0

#: Waits until a socket has to end, and says with which code.
Ends = Callable[[], Awaitable[int]]


class Reader(AsyncWebsocketConsumer):
    """A socket that only reads: joins the hub when its user is signed in, sends what its viewer's queue holds, leaves."""

    viewer: Viewer
    hub: Hub
    _tasks: tuple[asyncio.Task[None], ...] = ()
    _received = 0
    _joined = False

    async def connect(self) -> None:
        # Accepted first: a browser sees the code of a close only on a socket that was open.
        await self.accept()
        self.hub = self.scope["state"]["hub"]
        ends = await self.admit()
        if ends is None:
            await self.close(SIGNED_OUT)
            return
        self.viewer = Viewer()
        if not await self.join():
            await self.send(text_data=GONE)
            await self.close(NO_SUCH_CLUSTER)
            return
        self._joined = True
        self._tasks = (
            asyncio.create_task(self._write()),
            asyncio.create_task(self._look_again()),
            asyncio.create_task(self._end_with(ends)),
        )

    async def disconnect(self, code: int) -> None:
        if self._joined:
            self.leave()
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Nothing is read; a client that talks on is closed."""
        self._received += 1
        if self._received > INCOMING_MESSAGES or len(text_data or bytes_data or b"") > INCOMING_SIZE:
            await self.end(TOO_CHATTY)

    async def end(self, code: int) -> None:
        """Send nothing more and close, saying why."""
        if self._tasks:
            self._tasks[0].cancel()
        await self.close(code)

    async def admit(self) -> Ends | None:
        """What tells when this socket has to end; None: it may not be opened. Here: when the session of a person is over."""
        user = self.scope["user"]
        if user is None or not user.is_authenticated:
            return None
        sessions: Sessions = self.scope["state"]["sessions"]
        key: str | None = self.scope["session"].session_key
        assert key is not None, "who is signed in has a session"

        async def end() -> int:
            await sessions.end_of(Session(key, user.pk))
            return SIGNED_OUT

        return end

    async def join(self) -> bool:
        """Join the hub; False if there is nothing to join."""
        raise NotImplementedError

    def leave(self) -> None:
        """Leave the hub."""
        raise NotImplementedError

    async def refresh(self) -> None:
        """What else is looked after about once a minute."""

    async def _write(self) -> None:
        # The connection may be lost in the middle of sending: OSError, and `disconnect` follows.
        with contextlib.suppress(OSError):
            while True:
                await self.send(text_data=await self.viewer.get())

    async def _end_with(self, ends: Ends) -> None:
        await self.end(await ends())

    async def _look_again(self) -> None:
        while True:
            await asyncio.sleep(RECHECK * random.uniform(5 / 6, 7 / 6))  # noqa: S311 - spreads the load, guards nothing
            try:
                await self.refresh()
            except DatabaseError as error:
                logger.warning("The clusters could not be checked: %s.", type(error).__name__)


class NoSuchSocket(AsyncWebsocketConsumer):
    """Any other address: closed with 4404."""

    async def connect(self) -> None:
        await self.accept()
        await self.close(NO_SUCH_CLUSTER)


class ClusterConsumer(Reader):
    """/ws/c/<slug>/: the deltas and pulses of one cluster, as docs/wire.md tells."""

    slug: str
    cluster_id: int

    async def join(self) -> bool:
        self.slug = self.scope["url_route"]["kwargs"]["slug"]
        head = await database_sync_to_async(selectors.cluster)(self.slug)
        if head is None:
            return False
        self.cluster_id = head.id
        self.hub.join(head.id, self.viewer)
        return True

    def leave(self) -> None:
        self.hub.leave(self.cluster_id, self.viewer)

    async def refresh(self) -> None:
        if await database_sync_to_async(selectors.cluster)(self.slug) is None:
            self.viewer.put(GONE)


class WallConsumer(Reader):
    """/ws/wall/: the pulses of every cluster, and which of them changed."""

    async def join(self) -> bool:
        await self.refresh()
        self.hub.join_wall(self.viewer)
        return True

    def leave(self) -> None:
        self.hub.leave_wall(self.viewer)

    async def refresh(self) -> None:
        heads = await database_sync_to_async(selectors.watched)()
        self.hub.show({head.id: head.slug for head in heads})


class OfDisplay(Reader):
    """A socket of a display: of its screen, as long as the display is good and unchanged, or of a person who looks at it."""

    shown: Showing

    async def admit(self) -> Ends | None:
        """When the display's session is over, or the display was changed; of a person, when theirs is."""
        found = await self._asked()
        if found is None:
            return None
        self.shown = found
        if found.person:
            return await super().admit()
        term, wall = found.known.term, found.known.wall
        one = DisplaySession(wall.id, term.generation, wall.edited, self._address)
        watch: DisplaySessions = self.scope["state"]["displays"]

        async def end() -> int:
            await watch.end_of(one)
            return SIGNED_OUT if await self._asked() is None else CHANGED

        return end

    async def _asked(self) -> Showing | None:
        user = self.scope["user"]
        person = user is not None and user.is_authenticated
        slug = self.scope["url_route"]["kwargs"]["display"]
        return await database_sync_to_async(showing.of_socket)(slug, self.scope["cookies"], self._address, person=person)

    @property
    def _address(self) -> str:
        client = self.scope.get("client")
        return str(client[0]) if client else ""


class DisplayWallConsumer(OfDisplay, WallConsumer):
    """/ws/wall/<display>/: as WallConsumer, of the clusters that the display may know of."""

    async def join(self) -> bool:
        await self.refresh()
        self.hub.join_wall(self.viewer, self.shown.known.wall.clusters, news=True)
        return True


class DisplayEndsConsumer(OfDisplay):
    """/ws/wall/<display>/ends/: says nothing, and closes when the display's session is over or the display was changed: what a
    basic wall, which asks for a picture now and then, must hear of at once."""

    async def join(self) -> bool:
        return True

    def leave(self) -> None:
        """It is in no hub."""


class DisplayClusterConsumer(OfDisplay, ClusterConsumer):
    """/ws/wall/<display>/c/<slug>/: as ClusterConsumer, of a cluster that the display may know of."""

    async def join(self) -> bool:
        head = await database_sync_to_async(selectors.cluster)(self.scope["url_route"]["kwargs"]["slug"])
        return head is not None and self.shown.known.wall.may(head.id) and await super().join()
