"""One list-and-watch: the loop of client-go's reflector, as finite steps.

A step lists when nothing is held, then watches until the watch ends, and says how long to wait before the next step. The endless
loop around it is trivial (source.py). What the steps keep in between is the resource version to go on from.

A watch that ends is the rule, not a fault: the server ends it at `timeoutSeconds`, load balancers sooner. It goes on from the
last version seen. Only what fails when asked for again is told as `Failed`.
"""

import random
from collections.abc import AsyncIterator, Awaitable, Callable

from planes.kube import answers
from planes.kube.backoff import FaultBackoff
from planes.kube.clock import monotonic
from planes.kube.decoding import Codec, Line
from planes.kube.errors import FaultError, garbled
from planes.kube.feeds import Part
from planes.kube.link import Link
from planes.structs.events import Changed, Failed, Fault, FaultKind, Gone, Heard, Listed, SourceEvent
from planes.structs.moments import Mono
from planes.structs.objects import Item, Pod

Emit = Callable[[SourceEvent], Awaitable[None]]

PAGE = 500
#: Seconds within which a watch's head must come.
OPENING = 15.0
#: The server ends a watch after so many seconds, drawn anew each time so that not all end together.
SHORTEST_WATCH, LONGEST_WATCH = 300, 600
#: A watch that lived this long worked; one that did not is followed by a wait, or a server that closes at once makes a hot loop.
WORKED = 5.0
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
        self._url = link.url
        self._held = 0  # objects in the last list; never_quiet holds only for a feed that has some

    async def step(self, emit: Emit) -> float:
        """List if needed, watch once. Returns the seconds to wait before the next step; raises nothing but defects."""
        opened: Mono | None = None

        async def opening() -> None:
            nonlocal opened
            opened = self._clock()
            await emit(Heard(self.part.feed, opened))

        fault: Fault | None = None
        if self._url != self._link.url:
            self._url, self._version = self._link.url, None
        try:
            if self._version is None:
                await self._list(emit)
            await self._watch(emit, opening)
        except FaultError as exc:
            fault = exc.fault
        lived = self._clock() - opened if opened is not None else 0.0
        return await self._after(fault, opened is not None, lived, emit)

    async def _after(self, fault: Fault | None, opened: bool, lived: float, emit: Emit) -> float:
        """What the end of a step means: tell it or not, and how long to wait."""
        if lived >= WORKED:
            self._backoff.succeeded()
        if fault is not None and fault.kind is FaultKind.EXPIRED:
            self._version = None
            return 0.0 if lived >= WORKED else self._backoff.failed()
        if opened and (fault is None or fault.kind in (FaultKind.CLOSED, FaultKind.HANGING)):
            # It ended, was cut, or fell silent. Whether something is wrong shows when it is asked for again.
            if fault is not None and fault.kind is FaultKind.HANGING and self.part.of.never_quiet and self._held:
                self._version = None
            if fault is None:
                await emit(Heard(self.part.feed, self._clock()))
            return self._rng.uniform(0.0, 0.5) if lived >= WORKED else self._backoff.failed()
        if fault is None:  # unreachable: a watch that did not open has a fault
            return self._backoff.failed()
        if opened or fault.status == 504 or fault.kind in (FaultKind.FORBIDDEN, FaultKind.NOT_SERVED):
            # What was held may have missed something; and where only listing is permitted, listing is what is left.
            self._version = None
        wait = self._backoff.failed(fault)
        now = self._clock()
        await emit(Failed(self.part.feed, fault, now, now + wait))
        return wait

    async def _list(self, emit: Emit) -> None:
        """All pages, then one `Listed`. A continue token that ends in between (410) starts the list anew, once."""
        for attempt in (0, 1):
            try:
                items, version = await self._pages()
            except FaultError as exc:
                if exc.fault.kind is FaultKind.EXPIRED and attempt == 0:
                    continue
                raise
            self._version, self._held = version, len(items)
            await emit(Listed(self.part.feed, items, version, self._clock()))
            return

    async def _pages(self) -> tuple[list[Item], str]:
        items: list[Item] = []
        token = ""
        for _ in range(MOST_PAGES):
            path = self.part.list_path(PAGE, token)
            answer = await self._link.ask(path, limit=self.part.of.list_limit)
            page = self._codec.page(answer.body, path, self._link.server)
            for item in page.items:
                if isinstance(item, Pod):
                    item.trim()  # page by page, so that the next page takes up the memory
            items += page.items
            if not page.token:
                return items, page.resource_version
            token = page.token
        raise garbled(self.part.path, f"the list has no end after {MOST_PAGES} pages")

    async def _watch(self, emit: Emit, opening: Callable[[], Awaitable[None]]) -> None:
        """One watch, until the server ends it. The hot path of the whole program."""
        path = self.part.watch_path(self._version or "", self._rng.randint(SHORTEST_WATCH, LONGEST_WATCH))
        of = self.part.of
        quiet = of.quiet if self._held or not of.never_quiet else max(of.quiet, 60.0)
        feed, clock, decode = self.part.feed, self._clock, self._codec.line
        async with self._link.stream(path, opening=OPENING, quiet=quiet) as chunks:
            await opening()
            async for lines in _lines(chunks, path):
                now = clock()
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
                        await emit(Changed(feed, line.item, now))

    async def _other(self, line: Line[Item], emit: Emit, now: Mono) -> None:
        """A bookmark, an error under HTTP 200, or a type that we do not know."""
        if line.status is not None:
            raise FaultError(answers.of_status(line.status, self.part.path, self._link.server))
        if line.type == "BOOKMARK":
            await emit(Heard(self.part.feed, now))


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
