"""How long a connection may take to say what it wants and to read what it is told: uvicorn has no such limits.

A connection is unfinished from its first moment, and again from each answer on, until a request's head has come. Whoever opens
thousands of them and says nothing would use up the descriptors of the process and shut everyone out. So each has a deadline, and of
too many from one address the oldest goes, for a browser says at once what it wants.

Heads of requests are heard in turns (dashboard/turns.py), and so are the ends of sockets; a probe is heard at once.

Used by dashboard/serving.py, as uvicorn's protocols.
"""

import asyncio
import ipaddress
import resource
from collections import OrderedDict
from functools import partial
from weakref import WeakKeyDictionary

from django.conf import settings
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from dashboard.turns import Turns

#: Seconds within which a request's head must have come; uvicorn itself closes what says nothing at all after an answer, after 5 s.
HEAD_TIME = 10.0
#: Seconds for which a client may read nothing of what it asked for.
READ_TIME = 30.0
#: Unfinished connections of one address. A thousand displays behind one router that come back together say what they want at once.
OF_ADDRESS = 512
#: What is heard before all that waits: whoever asks whether this process lives ends it if the answer is late.
_PROBES = (b"GET /healthz ", b"GET /readyz ", b"HEAD /healthz ", b"HEAD /readyz ")


class Unfinished:
    """The connections of this process whose request has not come yet, the oldest first."""

    def __init__(self, of_address: int, in_all: int) -> None:
        self._of_address, self._in_all = of_address, in_all
        self._all: OrderedDict[BoundedProtocol, str] = OrderedDict()
        self._by_address: dict[str, OrderedDict[BoundedProtocol, None]] = {}

    def __len__(self) -> int:
        return len(self._all)

    def add(self, connection: "BoundedProtocol", address: str, *, trusted: bool) -> None:
        """One more. The oldest is closed where there are too many in all, or of one address that is no trusted proxy's."""
        self._all[connection] = address
        same = self._by_address.setdefault(address, OrderedDict())
        same[connection] = None
        if len(same) > self._of_address and not trusted:
            next(iter(same)).shed()
        elif len(self._all) > self._in_all:
            next(iter(self._all)).shed()

    def discard(self, connection: "BoundedProtocol") -> None:
        """It said what it wants, or is gone."""
        address = self._all.pop(connection, None)
        if address is None:
            return
        same = self._by_address[address]
        del same[connection]
        if not same:
            del self._by_address[address]


def in_all() -> int:
    """Unfinished connections that a process may have: a quarter of its descriptors."""
    return max(64, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 4)


unfinished = Unfinished(OF_ADDRESS, in_all())
_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, Turns] = WeakKeyDictionary()


def turns_of(loop: asyncio.AbstractEventLoop) -> Turns:
    """The turns of this event loop, the same for all of its connections."""
    found = _turns.get(loop)
    if found is None:
        found = _turns[loop] = Turns(loop)
    return found


class BoundedProtocol(H11Protocol):
    """uvicorn's own, with deadlines."""

    _head_due: asyncio.TimerHandle | None = None
    _read_due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_came()
        self._cancel_read()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        turns = turns_of(self.loop)
        if self._head_due is None or data.startswith(_PROBES):  # the rest of a request that was heard: a body has bounds of its own
            super().data_received(data)
        elif turns.is_free():
            turns.take(partial(super().data_received, data))
        else:
            # Nothing more is read of it meanwhile: what waits is bounded, and stays in order.
            self.transport.pause_reading()
            turns.take(partial(self._hear, data))

    def _hear(self, data: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.resume_reading()
            super().data_received(data)

    def handle_events(self) -> None:
        before = self.cycle
        super().handle_events()
        if self.cycle is not before:
            self._head_came()

    def handle_websocket_upgrade(self, event: object) -> None:
        self._head_came()
        super().handle_websocket_upgrade(event)  # type: ignore[arg-type]  # h11.Request, which is none of our imports

    def on_response_complete(self) -> None:
        before = self.cycle
        super().on_response_complete()
        if self.cycle is before and not self.transport.is_closing():
            self._await_head()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._cancel_read()
        self._read_due = self.loop.call_later(READ_TIME, self.transport.abort)

    def resume_writing(self) -> None:
        self._cancel_read()
        super().resume_writing()

    def shed(self) -> None:
        """Close it: it took too long, or there are too many."""
        self._head_came()
        self.transport.abort()

    def _await_head(self) -> None:
        address = self.client[0] if self.client else ""
        self._head_due = self.loop.call_later(HEAD_TIME, self.shed)
        unfinished.add(self, address, trusted=_is_trusted(address))

    def _head_came(self) -> None:
        if self._head_due is not None:
            self._head_due.cancel()
            self._head_due = None
        unfinished.discard(self)

    def _cancel_read(self) -> None:
        if self._read_due is not None:
            self._read_due.cancel()
            self._read_due = None


class PacedSockets(WebSocketsSansIOProtocol):
    """uvicorn's own; of a thousand that are lost at once, some end in each turn."""

    #: Sockets of this process that have ended.
    ended = 0

    def connection_lost(self, exc: Exception | None) -> None:
        # Nothing is sent to it from now on, whenever its turn comes.
        self.disconnected = True
        self.writable.set()
        self.stop_keepalive()
        PacedSockets.ended += 1
        turns_of(self.loop).take(partial(super().connection_lost, exc))


def _is_trusted(address: str) -> bool:
    try:
        of = ipaddress.ip_address(address)
        return any(of in ipaddress.ip_network(proxy, strict=False) for proxy in settings.UP_TRUSTED_PROXIES)
    except ValueError:  # a Unix socket's peer, or a proxy that is told by a name
        return address in settings.UP_TRUSTED_PROXIES
