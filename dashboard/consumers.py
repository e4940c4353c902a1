"""WebSockets: what a cluster's viewers and the walls are sent. Sockets only read; changes go through HTTP.

Who is not signed in is closed with 4401, an unknown cluster or address with 4404, one that keeps talking with 1008. Once open
there is no SQL, with one exception: about once a minute each socket looks whether its cluster is still watched, a wall which are.
That its session no longer holds is seen within seconds, by one look for all sockets (dashboard/sessions.py).
"""

import asyncio
import contextlib
import logging
import random

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import DatabaseError

from dashboard.hub import Hub, Viewer
from dashboard.sessions import Session, Sessions
from planes.live.wire import Gone, encode
from planes.store import selectors

logger = logging.getLogger(__name__)

SIGNED_OUT = 4401
NO_SUCH_CLUSTER = 4404
TOO_CHATTY = 1008

GONE = encode(Gone())

#: A client has nothing to say; a few messages, each small, are overlooked.
INCOMING_MESSAGES = 8
INCOMING_SIZE = 1024
#: Seconds between two looks at what is watched, give or take a sixth.
RECHECK = 60.0


class Reader(AsyncWebsocketConsumer):
    """A socket that only reads: joins the hub when its user is signed in, sends what its viewer's queue holds, leaves."""

    viewer: Viewer
    hub: Hub
    sessions: Sessions
    _tasks: tuple[asyncio.Task[None], ...] = ()
    _received = 0
    _joined = False

    async def connect(self) -> None:
        # Accepted first: a browser sees the code of a close only on a socket that was open.
        await self.accept()
        user = self.scope["user"]
        if user is None or not user.is_authenticated:
            await self.close(SIGNED_OUT)
            return
        self.hub, self.sessions = self.scope["state"]["hub"], self.scope["state"]["sessions"]
        self.viewer = Viewer()
        if not await self.join():
            await self.send(text_data=GONE)
            await self.close(NO_SUCH_CLUSTER)
            return
        self._joined = True
        self._tasks = (
            asyncio.create_task(self._write()),
            asyncio.create_task(self._look_again()),
            asyncio.create_task(self._end_with_session(user.pk)),
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

    async def _end_with_session(self, user: int) -> None:
        key: str | None = self.scope["session"].session_key
        assert key is not None, "who is signed in has a session"
        await self.sessions.end_of(Session(key, user))
        await self.end(SIGNED_OUT)

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
