"""Does a watch deliver on this way to the cluster? One short trial of a feed that is never silent for long: leases."""

import asyncio
from dataclasses import dataclass

from planes.kube import answers
from planes.kube.decoding import Codec
from planes.kube.errors import FaultError
from planes.kube.feeds import Part
from planes.kube.guarding import HELD_BACK, UNDER_WAY
from planes.kube.link import Link
from planes.structs.objects import Item

#: Seconds within which a watch must open, and in which something should come: a leader renews every 2 s, a kubelet every 10 s.
OPENING, WAITS = 5.0, 6.0
_LIST_LIMIT = 5.0


@dataclass(frozen=True)
class Trial:
    """`delivers`: True, False with `why` (a clause), or None where nothing changed that could have been delivered, or nothing could
    be tried, with why."""

    delivers: bool | None
    why: str = ""


async def try_watch(link: Link, part: Part) -> Trial:
    """Watch this part until something comes, for `WAITS` seconds at most; then a list tells whether anything should have. Raises
    nothing."""
    codec = Codec(part.of.struct)
    try:
        before, version = await _list(link, part, codec)
    except FaultError as exc:
        return Trial(None, f"leases cannot be listed: {exc.fault.message}")
    if not before:
        return Trial(None, "there are no leases to watch")
    try:
        async with asyncio.timeout(OPENING + WAITS):
            why = await _first(link, part, codec, version)
    except TimeoutError:
        why = None
    except FaultError as exc:
        return Trial(False, exc.fault.message.rstrip("."))
    if why is not None:
        return Trial(not why, why)
    return await _compare(link, part, codec, before)


async def _compare(link: Link, part: Part, codec: Codec[Item], before: list[Item]) -> Trial:
    """Nothing came. What has changed meanwhile should have, but for what is still under way."""
    try:
        after, _ = await _list(link, part, codec)
    except FaultError as exc:
        return Trial(None, f"leases cannot be listed again: {exc.fault.message}")
    if after == before:
        return Trial(None, f"nothing changed within {WAITS:g} s")
    return Trial(False, HELD_BACK)


async def _list(link: Link, part: Part, codec: Codec[Item]) -> tuple[list[Item], str]:
    path = part.list_path(500)
    answer = await link.ask(path, limit=_LIST_LIMIT)
    page = codec.page(answer.body, path, link.server)
    return page.items, page.resource_version


async def _first(link: Link, part: Part, codec: Codec[Item], version: str) -> str:
    """Until a line has come: empty; or it has ended before: why it is of no use."""
    path = part.watch_path(version, int(2 * (OPENING + WAITS)))
    waiting = b""
    async with link.stream(path, opening=OPENING, quiet=OPENING + WAITS + UNDER_WAY) as chunks:
        async for chunk in chunks:
            waiting += chunk
            line, newline, _ = waiting.partition(b"\n")
            if not newline:
                continue
            told = codec.line(line, path)
            if told.status is not None:
                raise FaultError(answers.of_status(told.status, part.path, link.server))
            return ""
    return "they end at once"
