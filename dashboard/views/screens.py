"""What screens ask: the link that makes one a display, its wall, and what it says of itself."""

import time

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from dashboard import displays, seen, showing
from dashboard.display_shapes import Over
from dashboard.rest.allowance import Allowance
from dashboard.showing import Showing, for_wall
from dashboard.views import pages, walls

#: Wrong links of one address, a minute and in one go, before it has to wait. None can be guessed; looking one up costs something.
_wrong = Allowance(30, 60)


@never_cache
@require_safe
def link(request: HttpRequest, secret: str) -> HttpResponse:
    """The secret link of a display: gives this browser its session and leads on at once, so that the secret stands in no address
    bar and is told to no other site. It works as often as a screen is switched on."""
    address, now = str(request.META.get("REMOTE_ADDR") or ""), time.monotonic()
    if wait := _wrong.look(address, now):
        answer = showing.refusal(request, "Too many wrong links came from here", f"Try again in {wait} s.", 429)
        answer["Retry-After"] = str(wait)
        return _silent(answer)
    found = displays.opened(secret, address, time.time())
    if found is None:
        _wrong.take(address, now)
        return _silent(
            showing.refusal(
                request, "This link opens nothing", "It is not complete, or the display was deleted. Ask for another.", 404
            )
        )
    if isinstance(found, Over):
        return _silent(showing.refusal(request, *showing.SAID[found], 403 if found is Over.ELSEWHERE else 410))
    answer = HttpResponseRedirect(reverse("wall_cluster", args=[found.wall.slug]))
    showing.signed_in(answer, found)
    return _silent(answer)


@require_safe
def wall(request: HttpRequest, slug: str) -> HttpResponse:
    """The wall of a display or, for who is signed in, of a cluster: no display is given the short name of a cluster that there is,
    and of one that comes to it later the display keeps it."""
    if displays.find(slug) is None and request.user.is_authenticated:
        return pages.wall_cluster(request, slug)
    found = showing.asked(request, slug)
    return _wall(request, found) if isinstance(found, Showing) else found


def _wall(request: HttpRequest, shown: Showing) -> HttpResponse:
    answer = walls.full(request, shown)
    if not shown.person:
        showing.signed_in(answer, shown.known, shown.screen)
    return answer


@csrf_exempt  # the display's cookie comes with no other site's request (SameSite), and nothing but what is seen of it is written
@require_POST
@for_wall
def says(request: HttpRequest, shown: Showing) -> HttpResponse:
    """What a screen says of itself, every 30 s: the answer tells when its display was last changed, and keeps its session."""
    seen.note(request, shown, request.POST.dict())
    answer = JsonResponse({"edited": shown.known.wall.edited, "now": time.time(), "v": seen.version()})
    if not shown.person:
        showing.signed_in(answer, shown.known, shown.screen)
    return answer


def _silent(response: HttpResponse) -> HttpResponse:
    response["Referrer-Policy"] = "no-referrer"
    return response
