"""Pictures, a few at a time, in threads of their own: whoever asks waits within a limit, and is refused when too many wait."""

import asyncio
import random
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Literal

import msgspec

from dashboard.picture.engine import Engine, tokens
from dashboard.picture.errors import CannotDrawError, TooManyError
from dashboard.picture.png import rasterise
from dashboard.picture.typeface import with_typeface
from planes.store.freshness import Freshness, believed, lateness

Theme = Literal["dark", "light"]
THEMES: tuple[Theme, ...] = ("dark", "light")
Form = Literal["svg", "png"]

#: Pictures drawn at a time, and how many may wait for that.
DRAWING, WAITING = 2, 16
#: Of these, how many one person may have asked for: others get theirs whatever one of them does.
SHARE = 3
#: Seconds that one waits, in the queue and for the drawing.
LIMIT = 60.0
#: Seconds after which a place is asked for again, at least and at most.
_AGAIN = (0.1, 0.4)


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """How a picture is wanted. Sizes in pixels; `group` and `sort` as the page's address has them (static/js/arrange.js)."""

    width: int = 1920
    height: int = 1080
    theme: Theme = "dark"
    group: str = "zone"
    sort: str = "name"


class _Options(msgspec.Struct, frozen=True, kw_only=True):
    """What static/js/file/scene.js calls Options."""

    css: str
    width: int
    height: int
    theme: str
    group: str
    sort: str
    now: float
    pulse: float | None
    heard: float | None
    apart: float
    beats: dict[str, float]


class Painter:
    """`engine` draws; what it is asked for at a time is bounded."""

    def __init__(
        self,
        engine: Engine | None = None,
        *,
        drawing: int = DRAWING,
        waiting: int = WAITING,
        share: int = SHARE,
        limit: float = LIMIT,
    ) -> None:
        self._engine = engine or Engine()
        self._pool = ThreadPoolExecutor(drawing, thread_name_prefix="picture")
        self._places, self._share, self._limit = drawing + waiting, share, limit
        #: Pictures that are drawn or wait, by who asked for them.
        self._asked: Counter[int | None] = Counter()
        self._lock = threading.Lock()

    def svg(
        self, snapshot: bytes, fresh: Freshness, now: float, wanted: Wanted | None = None, beats: dict[str, float] | None = None
    ) -> str:
        """The picture of an encoded snapshot as it may be shown at `now` (epoch seconds), in the thread of who asks. `beats`: when
        each node's lease was last seen to be renewed. Raises CannotDrawError."""
        wanted, late = wanted or Wanted(), lateness(fresh, now)
        fresh = believed(fresh, late)
        options = _Options(
            css=tokens(),
            width=wanted.width,
            height=wanted.height,
            theme=wanted.theme,
            group=wanted.group,
            sort=wanted.sort,
            now=now,
            pulse=fresh.collected_at,
            heard=fresh.heard_at,
            apart=(late.apart or 0.0) if late is not None else 0.0,
            beats=beats or {},
        )
        return self._engine.draw(snapshot.decode(), msgspec.json.encode(options).decode())

    def paint(
        self,
        form: Form,
        snapshot: bytes,
        fresh: Freshness,
        now: float,
        wanted: Wanted | None = None,
        beats: dict[str, float] | None = None,
    ) -> bytes:
        """The same as a file, for a caller that may wait: at most LIMIT seconds. Raises CannotDrawError, TooManyError."""
        future = self._submit(lambda: self._file(form, self.svg(snapshot, fresh, now, wanted, beats)), None)
        try:
            return future.result(self._limit)
        except TimeoutError as error:
            future.cancel()
            raise self._late() from error

    async def painted(
        self,
        form: Form,
        snapshot: bytes,
        fresh: Freshness,
        now: float,
        wanted: Wanted | None = None,
        beats: dict[str, float] | None = None,
        *,
        user: int | None = None,
    ) -> bytes:
        """The same for an event loop, which goes on meanwhile. `user` is the account that asks: it has a share of the places, and
        no more."""
        future = self._submit(lambda: self._file(form, self.svg(snapshot, fresh, now, wanted, beats)), user)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), self._limit)
        except TimeoutError as error:
            raise self._late() from error

    async def made(self, work: Callable[[], bytes]) -> bytes:
        """What `work` draws, in one of the painter's threads, for an event loop. Raises CannotDrawError, TooManyError."""
        try:
            return await asyncio.wait_for(asyncio.wrap_future(self._submit(work, None)), self._limit)
        except TimeoutError as error:
            raise self._late() from error

    async def patiently(
        self, form: Form, snapshot: bytes, fresh: Freshness, now: float, wanted: Wanted | None = None, *, user: int | None = None
    ) -> bytes:
        """The same for a file that lasts, which would lack the picture for ever: while too many are being drawn, it waits for a
        place, within the limit. Raises CannotDrawError."""
        try:
            async with asyncio.timeout(self._limit):
                while True:
                    try:
                        return await self.painted(form, snapshot, fresh, now, wanted, user=user)
                    except TooManyError:
                        await asyncio.sleep(random.uniform(*_AGAIN))  # noqa: S311 - spreads the load, guards nothing
        except TimeoutError as error:
            raise self._late() from error

    def _submit(self, work: Callable[[], bytes], user: int | None) -> Future[bytes]:
        with self._lock:
            if user is not None and self._asked[user] >= self._share:
                raise TooManyError(
                    f"You have asked for {self._share} pictures that are still being drawn. Try again when one is done."
                )
            if self._asked.total() >= self._places:
                raise TooManyError("Too many pictures are being drawn. Try again in a few seconds.")
            self._asked[user] += 1
        try:
            future = self._pool.submit(work)
        except BaseException:
            self._give_back(user)
            raise
        future.add_done_callback(lambda _: self._give_back(user))
        return future

    def _give_back(self, user: int | None) -> None:
        with self._lock:
            self._asked[user] -= 1
            if not self._asked[user]:
                del self._asked[user]

    def _late(self) -> CannotDrawError:
        return CannotDrawError(f"The picture was not drawn within {self._limit:g} s. Try again, or ask for a smaller one.")

    @staticmethod
    def _file(form: Form, svg: str) -> bytes:
        return rasterise(svg) if form == "png" else with_typeface(svg).encode()
