"""The picture of a cluster as a file: /c/<slug>/picture.svg and .png, for chat and incident notes. GET, for who is signed in.

?w= and ?h= are its size in pixels (picture.WIDTHS, picture.HEIGHTS; 1920 × 1080), ?theme= dark (the default) or light, ?group=
zone, pool, type, role or none, as in the address of the page. ?download makes the browser save it under the cluster's name and the
time.
"""

import asyncio
import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from channels.db import database_sync_to_async
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from dashboard import answers, picture, pulses
from planes.live.wire import Snapshot
from planes.store import selectors
from planes.store.freshness import Freshness, lateness

#: Pictures drawn at a time, and how many may wait for that: the rest is asked to come back.
_DRAWING, _WAITING = 2, 16
_pool = ThreadPoolExecutor(_DRAWING, thread_name_prefix="picture")
_asked = 0


class _WrongError(Exception):
    """What was asked for does not exist; its text says what does."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    size: tuple[int, int]
    theme: picture.Theme
    group: picture.Grouping
    download: bool


@require_safe
@login_required
async def svg(request: HttpRequest, slug: str) -> HttpResponse:
    """The picture as SVG."""
    return await _answer(request, slug, "svg")


@require_safe
@login_required
async def png(request: HttpRequest, slug: str) -> HttpResponse:
    """The picture as PNG."""
    return await _answer(request, slug, "png")


async def _answer(request: HttpRequest, slug: str, form: str) -> HttpResponse:
    global _asked  # counted in the event loop's thread only
    try:
        wanted = _wanted(request)
    except _WrongError as error:
        return _problem(400, str(error))
    found = await database_sync_to_async(_read, thread_sensitive=False)(slug)
    if found is None:
        return _problem(404, f"There is no cluster {slug} here.")
    if _asked >= _DRAWING + _WAITING:
        response = _problem(503, "Too many pictures are being drawn. Try again in a few seconds.")
        response["Retry-After"] = "3"
        return response
    now = time.time()
    _asked += 1
    try:
        drawn = await asyncio.get_running_loop().run_in_executor(_pool, _draw, *found, now, wanted, form)
    except picture.CannotDrawError as error:
        return _problem(503, str(error))
    finally:
        _asked -= 1
    response = HttpResponse(drawn, content_type="image/png" if form == "png" else "image/svg+xml; charset=utf-8")
    if form == "svg" and answers.takes_gzip(request.headers.get("Accept-Encoding", "")):
        response.content = answers.zipped_of(drawn)
        response["Content-Encoding"] = "gzip"
        response["Vary"] = "Accept-Encoding, Cookie"
    response["Content-Disposition"] = _disposition(found[0].name, now, form, download=wanted.download)
    # A picture holds for the moment at which it was taken: nobody may show it again as a newer one.
    response["Cache-Control"] = "no-store"
    return response


def _wanted(request: HttpRequest) -> _Wanted:
    asked = request.GET
    theme = next((one for one in picture.THEMES if one == asked.get("theme", "dark")), None)
    if theme is None:
        raise _WrongError("theme is dark or light.")
    group = next((one for one in picture.GROUPINGS if one == asked.get("group", "zone")), None)
    if group is None:
        raise _WrongError("group is zone, pool, type, role or none.")
    width = _pixels("w", asked.get("w"), picture.DEFAULT_SIZE[0], picture.WIDTHS)
    height = _pixels("h", asked.get("h"), picture.DEFAULT_SIZE[1], picture.HEIGHTS)
    return _Wanted((width, height), theme, group, "download" in asked)


def _pixels(name: str, text: str | None, default: int, bounds: tuple[int, int]) -> int:
    if text is None:
        return default
    if not re.fullmatch(r"[0-9]{1,5}", text) or not bounds[0] <= int(text) <= bounds[1]:
        raise _WrongError(f"{name} is a number of pixels from {bounds[0]} to {bounds[1]}.")
    return int(text)


def _read(slug: str) -> tuple[Snapshot, Freshness] | None:
    snapshot, head = selectors.snapshot(slug), selectors.cluster(slug)
    if snapshot is None or head is None:
        return None
    snapshot.series = pulses.peek().series(head.id)
    return snapshot, pulses.freshness(head)


def _draw(snapshot: Snapshot, fresh: Freshness, now: float, wanted: _Wanted, form: str) -> bytes:
    late = lateness(fresh, now)
    drawn = picture.draw(snapshot, fresh=fresh, late=late, now=now, size=wanted.size, theme=wanted.theme, group=wanted.group)
    return picture.rasterise(drawn) if form == "png" else drawn.encode()


def _disposition(name: str, now: float, form: str, *, download: bool) -> str:
    """prod-eu-1-2026-11-22T154210Z.svg; letters beyond ASCII in the form of RFC 6266."""
    moment = f"{datetime.fromtimestamp(now, UTC):%Y-%m-%dT%H%M%SZ}"
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[:100] or "cluster"
    full = quote(f"{name[:100]}-{moment}.{form}", safe="")
    return f"{'attachment' if download else 'inline'}; filename=\"{plain}-{moment}.{form}\"; filename*=UTF-8''{full}"


def _problem(status: int, sentence: str) -> HttpResponse:
    response = HttpResponse(f"{sentence}\n", status=status, content_type="text/plain; charset=utf-8")
    response["Cache-Control"] = "no-store"
    return response
