"""The picture of a cluster as a file: /c/<slug>/picture.svg and .png, for chat and incident notes. GET, for who is signed in.

?w= and ?h= are its size in pixels (picture.WIDTHS, picture.HEIGHTS; 1920 × 1080), ?theme= dark (the default) or light, ?group=
zone, pool, type, role or none and ?sort= name, state, load or age, as in the address of the page. ?download makes the browser save
it under the cluster's name and the time. ?at= is a moment in the past (ISO 8601; without an offset it is UTC): the picture as it is
remembered.
"""

import re
import time
from datetime import UTC, datetime
from urllib.parse import quote

import msgspec
from channels.db import database_sync_to_async
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from dashboard import answers, picture, wanted_changes
from dashboard.picture import typeface
from dashboard.pictured import Seen, seen_now
from planes.store import moments
from planes.store.freshness import Freshness


class _WrongError(Exception):
    """What was asked for does not exist; its text says what does."""


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


async def _answer(request: HttpRequest, slug: str, form: picture.Form) -> HttpResponse:
    now = time.time()
    try:
        wanted, at = _wanted(request), wanted_changes.moment(request.GET, "at")
    except (_WrongError, wanted_changes.WrongError) as error:
        return _problem(400, str(error))
    if at is not None and at > now:
        return _problem(400, "at= has to lie in the past.")
    seen = await seen_now(slug) if at is None else await database_sync_to_async(_seen_then, thread_sensitive=False)(slug, at)
    if seen is None:
        return _problem(404, f"There is no cluster {slug} here.")
    now = now if at is None else at
    try:
        drawn = await picture.painter().painted(
            form, seen.snapshot, seen.fresh, now, wanted, seen.beats, user=(await request.auser()).pk
        )
    except picture.CannotDrawError as error:
        response = _problem(503, str(error))
        if isinstance(error, picture.TooManyError):
            response["Retry-After"] = "3"
        return response
    response = HttpResponse(drawn, content_type="image/png" if form == "png" else "image/svg+xml; charset=utf-8")
    if form == "svg" and answers.takes_gzip(request.headers.get("Accept-Encoding", "")):
        response.content = answers.zipped_of(drawn)
        response["Content-Encoding"] = "gzip"
        response["Vary"] = "Accept-Encoding, Cookie"
    response["Content-Disposition"] = _disposition(seen.name, now, form, download="download" in request.GET)
    if form == "svg":
        response["Content-Security-Policy"] = typeface.POLICY.format(typeface.style_hash())
    # A picture holds for the moment at which it was taken: nobody may show it again as a newer one.
    response["Cache-Control"] = "no-store"
    return response


def _seen_then(slug: str, at: float) -> Seen | None:
    found = moments.snapshot(slug, at)
    return None if found is None else Seen(found.name, msgspec.json.encode(found), Freshness(at, at), {})


def _wanted(request: HttpRequest) -> picture.Wanted:
    asked = request.GET
    theme = next((one for one in picture.THEMES if one == asked.get("theme", "dark")), None)
    if theme is None:
        raise _WrongError("theme is dark or light.")
    group = asked.get("group", picture.GROUPINGS[0])
    if group not in picture.GROUPINGS:
        raise _WrongError("group is zone, pool, type, role or none.")
    sort = asked.get("sort", picture.SORTINGS[0])
    if sort not in picture.SORTINGS:
        raise _WrongError("sort is name, state, load or age.")
    usual = picture.Wanted()
    return picture.Wanted(
        width=_pixels("w", asked.get("w"), usual.width, picture.WIDTHS),
        height=_pixels("h", asked.get("h"), usual.height, picture.HEIGHTS),
        theme=theme,
        group=group,
        sort=sort,
    )


def _pixels(name: str, text: str | None, default: int, bounds: tuple[int, int]) -> int:
    if text is None:
        return default
    if not re.fullmatch(r"[0-9]{1,5}", text) or not bounds[0] <= int(text) <= bounds[1]:
        raise _WrongError(f"{name} is a number of pixels from {bounds[0]} to {bounds[1]}.")
    return int(text)


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
