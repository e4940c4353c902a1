"""Pictures, a few at a time, in threads of their own: whoever asks waits within a limit, and is refused when too many wait."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Literal

import msgspec

from dashboard.picture.engine import Engine, tokens
from dashboard.picture.errors import CannotDrawError, TooManyError
from dashboard.picture.png import rasterise
from planes.store.freshness import Freshness

Theme = Literal["dark", "light"]
THEMES: tuple[Theme, ...] = ("dark", "light")
Form = Literal["svg", "png"]

#: Pictures drawn at a time, and how many may wait for that.
DRAWING, WAITING = 2, 16
#: Seconds that one waits, in the queue and for the drawing.
LIMIT = 60.0


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
    beats: dict[str, float]


class Painter:
    """`engine` draws; what it is asked for at a time is bounded."""

    def __init__(
        self, engine: Engine | None = None, *, drawing: int = DRAWING, waiting: int = WAITING, limit: float = LIMIT
    ) -> None:
        self._engine = engine or Engine()
        self._pool = ThreadPoolExecutor(drawing, thread_name_prefix="picture")
        self._room = threading.BoundedSemaphore(drawing + waiting)
        self._limit = limit

    def svg(
        self, snapshot: bytes, fresh: Freshness, now: float, wanted: Wanted | None = None, beats: dict[str, float] | None = None
    ) -> str:
        """The picture of an encoded snapshot as it may be shown at `now` (epoch seconds), in the thread of who asks. `beats`: when
        each node's lease was last seen to be renewed. Raises CannotDrawError."""
        wanted = wanted or Wanted()
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
        """The same as a file, for who may wait: at most LIMIT seconds. Raises CannotDrawError, TooManyError."""
        future = self._submit(lambda: self._file(form, self.svg(snapshot, fresh, now, wanted, beats)))
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
    ) -> bytes:
        """The same for an event loop, which goes on meanwhile."""
        future = self._submit(lambda: self._file(form, self.svg(snapshot, fresh, now, wanted, beats)))
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), self._limit)
        except TimeoutError as error:
            raise self._late() from error

    def _submit(self, work: Callable[[], bytes]) -> Future[bytes]:
        if not self._room.acquire(blocking=False):
            raise TooManyError("Too many pictures are being drawn. Try again in a few seconds.")
        try:
            future = self._pool.submit(work)
        except BaseException:
            self._room.release()
            raise
        future.add_done_callback(lambda _: self._room.release())
        return future

    def _late(self) -> CannotDrawError:
        return CannotDrawError(f"The picture was not drawn within {self._limit:g} s. Try again, or ask for a smaller one.")

    @staticmethod
    def _file(form: Form, svg: str) -> bytes:
        return rasterise(svg) if form == "png" else svg.encode()
