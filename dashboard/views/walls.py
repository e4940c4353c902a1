"""The wall of a display: its page, what it draws, and the pictures of it that the server paints. For its screen and for whoever is
signed in (dashboard/showing.py); of clusters that it may not know of nothing is told."""

import re
import time
from pathlib import Path

import msgspec
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from dashboard import acknowledged, answers, board_pictures, boards, picture, pulses, seen, showing, wall_pages
from dashboard.display_shapes import Wall
from dashboard.picture import typeface
from dashboard.rotation import Page, Turn
from dashboard.showing import Showing, for_wall
from planes.store import selectors

_NOT_KEPT = "no-store"


def full(request: HttpRequest, shown: Showing) -> HttpResponse:
    """The page of a wall; without scripts it leads on to the basic one."""
    wall = shown.known.wall
    context = {
        "wall": wall,
        "settings": msgspec.json.encode(wall_pages.settings_of(wall)).decode(),
        "pictures": f"/wall/{wall.slug}/c/",
        "person": shown.person,
    }
    return render(request, "wall_display.html", context)


@require_safe
@for_wall
def scene(request: HttpRequest, shown: Showing) -> HttpResponse:
    """What the wall draws, as JSON; made once for all who show the same clusters."""
    made = boards.shared().get(shown.known.wall.clusters)
    return answers.conditional(request, plain=made.plain, zipped=None, etag=made.etag)


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The script that answers for walls while the server is away; it stands above them to do so, and tells nothing of anything."""
    source = (Path(settings.BASE_DIR) / "static" / "js" / "wall" / "worker.js").read_bytes()
    response = HttpResponse(source, content_type="text/javascript; charset=utf-8")
    response["Service-Worker-Allowed"] = "/wall/"
    response["Cache-Control"] = "no-cache"
    return response


@login_required
@require_POST
def acknowledge(request: HttpRequest, slug: str) -> HttpResponse:
    """Somebody who is signed in has seen that this cluster is not well."""
    found = next((one for one in selectors.clusters() if one.slug == slug), None)
    if found is None:
        return HttpResponse(status=404)
    acknowledged.keep(found.head.id, request.user.get_username(), acknowledged.wrong_with(found))
    boards.shared().outdate()
    pulses.peek().note(found.head.id)
    return HttpResponse(status=204)


@require_safe
@for_wall
def basic(request: HttpRequest, shown: Showing) -> HttpResponse:
    """The same wall for browsers that are never updated: a picture, and one small script that swaps it."""
    wall = shown.known.wall
    width, height = (_pixels(request.GET.get(name, "")) for name in ("w", "h"))
    # Its script says more by and by; of a screen without scripts this is all that is ever heard.
    seen.note(request, shown, {**request.GET.dict(), "wall": "basic", "frame": "0"})
    context = {
        "wall": wall,
        "address": reverse("wall-board", args=[wall.slug]),
        "width": width or 1920,
        "height": height or 1080,
        "why": request.GET.get("why", "")[:200],
        "now": int(time.time()),
    }
    return render(request, "wall_basic.html", context)


@require_safe
async def board(request: HttpRequest, display: str, form: picture.Form) -> HttpResponse:
    """/wall/<display>/board.svg and .png: what stands on the wall now. ?w= and ?h= are the screen's size in pixels."""
    found = await sync_to_async(showing.asked)(request, display)
    if not isinstance(found, Showing):
        return found
    wall, now = found.known.wall, time.time()
    size = board_pictures.size_for(*(_pixels(request.GET.get(name, "")) for name in ("w", "h")))
    turn = await sync_to_async(_turn)(wall, now)
    return await _painted(request, wall_pages.screen_of(wall, size, form, turn, now))


@require_safe
async def page(request: HttpRequest, display: str, slug: str) -> HttpResponse:
    """/wall/<display>/c/<slug>/picture.svg: a cluster's own picture, at full bleed."""
    found = await sync_to_async(showing.asked)(request, display)
    if not isinstance(found, Showing):
        return found
    head = await sync_to_async(selectors.cluster)(slug)
    if head is None or not found.known.wall.may(head.id):
        return HttpResponse(f"This wall shows no cluster {slug}.\n", status=404, content_type="text/plain; charset=utf-8")
    width, height = (_pixels(request.GET.get(name, "")) for name in ("w", "h"))
    size = (_within(width or 1920, picture.WIDTHS), _within(height or 1080, picture.HEIGHTS))
    theme = "light" if request.GET.get("theme") == "light" else "dark"
    return await _painted(request, board_pictures.Screen(size=size, theme=theme, page=slug, bare=True))


def _turn(wall: Wall, now: float) -> Turn:
    if len(wall.pages) == 1 and wall.pages[0].cluster is None:
        return Turn(Page(None, "", wall.pages[0].seconds), None, 0.0, attention=False)
    return wall_pages.turn_of(wall, boards.shared().get(wall.clusters).scene, now)


async def _painted(request: HttpRequest, screen: board_pictures.Screen) -> HttpResponse:
    try:
        painted = await board_pictures.shared().get(screen)
    except picture.CannotDrawError as error:
        return _not_drawn(error)
    kind = "image/png" if screen.form == "png" else "image/svg+xml; charset=utf-8"
    response = answers.conditional(
        request, plain=painted.plain, zipped=painted.zipped or None, etag=painted.etag, content_type=kind
    )
    if screen.form == "svg":
        response["Content-Security-Policy"] = typeface.POLICY.format(typeface.style_hash())
    return response


def _within(value: int, bounds: tuple[int, int]) -> int:
    return min(max(value, bounds[0]), bounds[1])


def _not_drawn(error: picture.CannotDrawError) -> HttpResponse:
    response = HttpResponse(f"{error}\n", status=503, content_type="text/plain; charset=utf-8")
    response["Retry-After"] = "5"
    response["Cache-Control"] = _NOT_KEPT
    return response


def _pixels(text: str) -> int:
    return int(text) if re.fullmatch(r"[0-9]{1,5}", text) else 0
