"""One list-and-watch: the loop of client-go's reflector, as finite steps.

A step lists when nothing is held, then watches until the watch ends, and says how long to wait before the next step. The endless
loop around it is trivial (source.py). What the steps keep in between is the resource version to go on from.

A watch that ends is the rule, not a fault: the server ends it at `timeoutSeconds`, load balancers sooner. It goes on from the
last version seen. Only what fails when asked for again is told as `Failed`.

A watch that is open and silent proves nothing. Beside that of a feed with a rhythm stands a guard (guarding.py), which lists as
soon as nothing came for that long. Where watches turn out to be of no use, the feed is polled by lists, and a watch is tried again
now and then.
"""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable

from planes.kube import answers
from planes.kube.backoff import FaultBackoff
from planes.kube.clock import monotonic
from planes.kube.decoding import Codec, Line
from planes.kube.errors import FaultError, garbled
from planes.kube.feeds import Part
from planes.kube.guarding import Guard
from planes.kube.link import Link
from planes.kube.suspicion import Suspicion
from planes.structs.events import Changed, Failed, Fault, FaultKind, Gone, Heard, Listed, Polled, SourceEvent
from planes.structs.moments import NEVER, Mono
from planes.structs.objects import Item, Pod
from planes.structs.time_tokens import duration

logger = logging.getLogger(__name__)

Emit = Callable[[SourceEvent], Awaitable[None]]

PAGE = 500
#: Seconds within which a watch's head must come.
OPENING = 15.0
#: The server ends a watch after so many seconds, drawn anew each time so that not all end together.
SHORTEST_WATCH, LONGEST_WATCH = 300, 600
#: A watch that lived this long worked; one that did not is followed by a wait, or a server that closes at once makes a hot loop.
WORKED = 5.0
#: So many watches in a row that were of no use, and the feed is polled. [rule]
USELESS = 3
#: While it is polled, a watch is tried again this often, in seconds. [rule]
WATCH_AGAIN = 60.0
#: Seconds between two lists of a feed without a rhythm that is polled: so many, and one more for each so many objects. [rule]
POLL_EVERY, POLL_OBJECTS, POLL_LONGEST = 10.0, 50, 120.0
#: The same while one of its leases is late. [rule]
POLL_LATE = 1.0
#: So many polls in a row that were older than what is known, and etcd itself is asked, which decides: it may have been restored
#: from a backup, and its versions with it. [rule]
BEHIND = 3
#: Where something else than watches answers a watch, or nothing does.
_NO_WATCH = (FaultKind.SERVER_ERROR, FaultKind.THROTTLED, FaultKind.GARBLED, FaultKind.NOT_KUBERNETES, FaultKind.HANGING)
#: A right or an API that was there is asked for again so many times, so many seconds apart, before it is taken to be gone. [rule]
_RETURNS, _RETURNS_IN = 15, (3.0, 6.0)
#: Added to the longest wait in a step: a step that overstays it is begun anew by the watchdog, in seconds.
_SLACK = 20.0
#: An object in etcd has 1.5 MB at most; a line that is longer than this is no object. Bytes.
LONGEST_LINE = 16 << 20
#: So many pages end a list that never ends (150,000 pods are 300).
MOST_PAGES = 4000


class Reflector:
    """Keeps one part of a feed: `step` until cancelled. `clock` is monotonic."""

    def __init__(self, part: Part, link: Link, *, clock: Callable[[], Mono] = monotonic, rng: random.Random | None = None) -> None:
        self.part = part
        self._link = link
        self._clock = clock
        self._rng = rng or random.Random()  # noqa: S311 - jitter, not cryptography
        self._backoff = FaultBackoff(self._rng)
        self._codec = Codec(part.of.struct)
        self._version: str | None = None  # None: list first
        self._newest: str | None = None  # the version that was known before it was forgotten: what is polled may be behind it
        self._suspicion = Suspicion() if part.of.rhythm else None
        self._url = link.url
        self._place = part.place.namespace if part.place.only else ""
        self._held = 0  # objects in the last list; never_quiet holds only for a feed that has some
        self._useless = 0  # watches in a row that were of no use
        self._refused = 0  # times in a row that it was not permitted or not served
        self._polled = ""  # why it is polled
        self._behind = 0  # polls in a row that were older than what is known
        self._watch_at = NEVER  # while it is polled: when a watch is tried again
        self.signs = 0  # counts signs of life: pages, and lines of the watch
        self.patience = max(part.of.quiet, part.of.list_limit, OPENING, 60.0) + _SLACK

    async def step(self, emit: Emit) -> float:
        """List if needed, watch once. Returns the seconds to wait before the next step; raises nothing but defects."""
        opened: Mono | None = None

        async def opening() -> None:
            nonlocal opened
            opened = self._clock()
            await emit(Heard(self.part.feed, opened, False, self._place))

        if self._url != self._link.url:
            self._url, self._version, self._newest = self._link.url, None, None
        if self._polled and (self._clock() < self._watch_at or self._is_blind()):
            return await self._poll(emit)
        fault: Fault | None = None
        asked_to_watch = False
        listed = self._version is None
        blind = ""
        try:
            if self._version is None:
                await self._list(emit)
            asked_to_watch = True
            blind = await self._watch(emit, opening)
        except FaultError as exc:
            fault = exc.fault
        lived = self._clock() - opened if opened is not None else 0.0
        if asked_to_watch:
            blind = blind or self._judge_watch(fault, opened is not None, lived, listed)
        elif fault is not None and fault.kind is FaultKind.EXPIRED:
            return await self._tell(fault, emit)  # said of a list that has nothing that could be too old
        if blind:
            return await self._begin_to_poll(blind, emit)
        if self._polled and lived >= WORKED:
            await self._end_polling(emit)
        return await self._after(fault, opened is not None, lived, emit)

    # --- polling --------------------------------------------------------------------------------------------------------------

    def _is_blind(self) -> bool:
        """The way holds watches back, as the guard of a feed with a rhythm found out; that feed tries again for all."""
        return bool(self._link.blind) and not self.part.of.rhythm

    def _judge_watch(self, fault: Fault | None, opened: bool, lived: float, listed: bool) -> str:
        """Why watches are of no use, if this was one too many. `listed`: a list was answered just before."""
        if opened and lived >= WORKED:
            self._useless = self._refused = 0
            return ""
        if listed and fault is not None and fault.kind is FaultKind.NOT_SERVED:
            return "lists are answered, but watches are not found"
        ended = opened and (fault is None or fault.kind in (FaultKind.CLOSED, FaultKind.HANGING))
        if not ended and (fault is None or fault.kind not in (FaultKind.EXPIRED, *_NO_WATCH)):
            return ""
        self._useless += 1
        put_off = fault is not None and (fault.retry_after or 0.0) > WORKED  # for longer than a feed may go without
        if self._useless < (1 if self._polled or put_off else USELESS):
            return ""
        if ended:
            return f"they end within {WORKED:g} s"
        return (
            "the version just listed is said to be too old" if fault is None or fault.kind is FaultKind.EXPIRED else fault.message
        )

    async def _begin_to_poll(self, why: str, emit: Emit) -> float:
        if not self._polled:
            logger.warning("%s: watches do not work (%s); it is listed every %s", self.part.name, why, duration(self._poll_every()))
        self._polled = why
        self._list_anew()
        self._watch_at = self._clock() + WATCH_AGAIN
        await emit(Polled(self.part.feed, why, self._clock()))
        return self._rng.uniform(0.2, 0.5)

    async def _end_polling(self, emit: Emit) -> None:
        logger.warning("%s: watches work again", self.part.name)
        self._polled = ""
        if self.part.of.rhythm:
            self._link.blind = ""
        await emit(Polled(self.part.feed, "", self._clock()))

    def _poll_every(self) -> float:
        return self.part.of.rhythm or min(POLL_LONGEST, POLL_EVERY + self._held / POLL_OBJECTS)

    async def _poll(self, emit: Emit) -> float:
        """One list from the API server's cache, in place of a watch."""
        cached = self._behind < BEHIND
        try:
            items, version = await self._pages(cached=cached)
        except FaultError as exc:
            self._watch_at = NEVER  # what was wrong with watches may be over when it answers again
            return await self._tell(exc.fault, emit)
        if _is_older(version, self._version or self._newest) and self._behind < BEHIND:
            self._behind += 1
            return self._rng.uniform(0.9, 1.1)  # another API server's cache, which is behind
        self._version, self._held, self._behind = version, len(items), 0
        await self._tell_list(items, version, emit)
        return self._rng.uniform(0.9, 1.1) * (min(POLL_LATE, self._poll_every()) if self.is_late() else self._poll_every())

    # --- one step -------------------------------------------------------------------------------------------------------------

    async def _after(self, fault: Fault | None, opened: bool, lived: float, emit: Emit) -> float:
        """What the end of a step means: tell it or not, and how long to wait."""
        if lived >= WORKED:
            self._backoff.succeeded()
        if fault is not None and fault.kind is FaultKind.EXPIRED:
            self._list_anew()
            return 0.0 if lived >= WORKED else self._backoff.failed()
        if opened and (fault is None or fault.kind in (FaultKind.CLOSED, FaultKind.HANGING)):
            # It ended, was cut, or fell silent. Whether something is wrong shows when it is asked for again.
            if fault is not None and fault.kind is FaultKind.HANGING and self.part.of.never_quiet and self._held:
                self._list_anew()
            if fault is None:
                await emit(Heard(self.part.feed, self._clock(), False, self._place))
            return self._rng.uniform(0.0, 0.5) if lived >= WORKED else self._backoff.failed()
        if fault is None:  # unreachable: a watch that did not open has a fault
            return self._backoff.failed()
        if opened or fault.status == 504 or fault.kind in (FaultKind.FORBIDDEN, FaultKind.NOT_SERVED):
            # What was held may have missed something; and where only listing is permitted, listing is what is left.
            self._list_anew()
        return await self._tell(fault, emit)

    def _list_anew(self) -> None:
        self._newest, self._version = self._version or self._newest, None

    async def _tell(self, fault: Fault, emit: Emit) -> float:
        wait = self._backoff.failed(fault)
        if fault.kind in (FaultKind.FORBIDDEN, FaultKind.NOT_SERVED) and self._held and self._refused < _RETURNS:
            self._refused += 1  # it was there, and may be again at once
            wait = self._rng.uniform(*_RETURNS_IN)
        now = self._clock()
        await emit(Failed(self.part.feed, fault, now, now + wait))
        return wait

    async def _list(self, emit: Emit) -> None:
        """All pages, then one `Listed`. A continue token that ends in between (410) starts the list anew, once; where they end each
        time, for etcd is compacted more often than we get through, all is asked for in one page, as client-go's pager does."""
        for page in (PAGE, PAGE, 0):
            try:
                items, version = await self._pages(page)
            except FaultError as exc:
                if exc.fault.kind is FaultKind.EXPIRED and page:
                    continue
                raise
            self._version, self._newest, self._held = version, None, len(items)
            await self._tell_list(items, version, emit)
            return

    async def _tell_list(self, items: list[Item], version: str, emit: Emit) -> None:
        now = self._clock()
        if self._suspicion is not None:
            self._suspicion.listed(items, now)
        await emit(Listed(self.part.feed, items, version, now, self._place))

    async def _pages(self, size: int = PAGE, *, cached: bool = False, quietly: bool = False) -> tuple[list[Item], str]:
        items: list[Item] = []
        token = ""
        for _ in range(MOST_PAGES):
            path = self.part.list_path(size, token, cached=cached)
            answer = await self._link.ask(path, limit=self.part.of.list_limit)
            self.signs += not quietly
            page = self._codec.page(answer.body, path, self._link.server)
            for item in page.items:
                if isinstance(item, Pod):
                    item.trim()  # page by page, so that the next page takes up the memory
            items += page.items
            if not page.token:
                return items, page.resource_version
            token = page.token
        raise garbled(self.part.path, f"the list has no end after {MOST_PAGES} pages")

    async def _watch(self, emit: Emit, opening: Callable[[], Awaitable[None]]) -> str:
        """One watch under its guard. Returns why watches are of no use, if the guard found that out."""
        reading = asyncio.create_task(self._read(emit, opening))
        guard = asyncio.create_task(Guard(self, self._link, self._held).stand(emit))
        try:
            await asyncio.wait((reading, guard), return_when=asyncio.FIRST_COMPLETED)
            if not reading.done():
                return guard.result()
            reading.result()
            return ""
        finally:
            reading.cancel()
            guard.cancel()
            await asyncio.gather(reading, guard, return_exceptions=True)

    def is_late(self) -> bool:
        """Whether a lease of this feed is silent for so long that a bound is near."""
        return self._suspicion is not None and self._suspicion.is_any_late(self._clock())

    async def suspect(self, emit: Emit) -> list[Item] | None:
        """Nothing came for a while: ask. None if the watch spoke meanwhile, which is newer than any list."""
        before = self.signs
        try:
            items, version = await self._pages(quietly=True)
        except FaultError:
            if self.signs != before:
                return None
            self._list_anew()
            raise
        if self.signs != before:
            return None
        self._held = len(items)
        await self._tell_list(items, version, emit)
        return items

    async def _read(self, emit: Emit, opening: Callable[[], Awaitable[None]]) -> None:
        """One watch, until the server ends it. The hot path of the whole program."""
        path = self.part.watch_path(self._version or "", self._rng.randint(SHORTEST_WATCH, LONGEST_WATCH))
        of = self.part.of
        quiet = of.quiet if self._held or not of.never_quiet else max(of.quiet, 60.0)
        feed, clock, decode, suspicion = self.part.feed, self._clock, self._codec.line, self._suspicion
        async with self._link.stream(path, opening=OPENING, quiet=quiet) as chunks:
            await opening()
            async for lines in _lines(chunks, path):
                now = clock()
                self.signs += 1
                for raw in lines:
                    if not raw:
                        continue
                    line = decode(raw, path)
                    if line.resource_version:
                        self._version = line.resource_version
                    if line.item is None:
                        await self._other(line, emit, now)
                    elif line.type == "DELETED":
                        await emit(Gone(feed, line.item, now))
                    else:
                        if suspicion is not None:
                            suspicion.noted(line.item, now)
                        await emit(Changed(feed, line.item, now))

    async def _other(self, line: Line[Item], emit: Emit, now: Mono) -> None:
        """A bookmark, an error under HTTP 200, or a type that we do not know."""
        if line.status is not None:
            raise FaultError(answers.of_status(line.status, self.part.path, self._link.server))
        if line.type == "BOOKMARK":
            await emit(Heard(self.part.feed, now, place=self._place))


def _is_older(version: str, than: str | None) -> bool:
    """Resource versions are numbers that grow (KEP-5504 makes that official); whatever is none is taken to be new."""
    return than is not None and version.isdecimal() and than.isdecimal() and int(version) < int(than)


async def _lines(chunks: AsyncIterator[bytes], path: str) -> AsyncIterator[list[bytes]]:
    """The complete lines of each chunk. What follows the last newline waits for the rest; at the end it is dropped."""
    waiting: list[bytes] = []
    size = 0
    async for chunk in chunks:
        if b"\n" not in chunk:
            waiting.append(chunk)
            size += len(chunk)
            if size > LONGEST_LINE:
                raise garbled(path, f"a line is longer than {LONGEST_LINE >> 20} MB")
            continue
        *lines, rest = b"".join((*waiting, chunk)).split(b"\n") if waiting else chunk.split(b"\n")
        waiting, size = ([rest], len(rest)) if rest else ([], 0)
        yield lines
