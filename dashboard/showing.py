"""Who may look at a wall: the screen that holds its display's session, and whoever is signed in.

A display's session is a cookie of its own, one for each display, so that a machine with two screens shows two; it signs its screen
in to nothing else. Every view refuses it but those that ask here, and so a new address is refused until it asks, too. The cookie
holds the display's generation and a number by which two screens are told apart, signed for this display: nothing of it is stored,
and it does not run out while the display is good.
"""

import re
import secrets
import time
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Concatenate, ParamSpec

import msgspec
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from dashboard import displays
from dashboard.display_shapes import Over
from dashboard.displays import Known

P = ParamSpec("P")

#: Seconds for which a browser keeps a cookie at most (RFC 6265bis). It is given again whenever the screen says that it lives.
_KEPT = 400 * 86_400
#: Displays of one browser that are looked at where none is named: browsers keep fewer cookies of one site.
_LOOKED_AT = 200
_VALUE = re.compile(r"([0-9]{1,9})\.([0-9a-f]{16})")

#: Seconds after which a screen that is shown nothing asks to be paired: nobody stands there with a keyboard. From there it finds
#: back by itself when its display is good again.
_THEN_PAIR = 60

#: What is said to the person in front of a screen whose display is over.
SAID: dict[Over, tuple[str, str]] = {
    Over.REVOKED: ("This display was revoked", "It shows nothing any more. Pair the screen again, or open another link."),
    Over.EXPIRED: ("This display has expired", "Its time is over. An operator can prolong it on the page of displays."),
    Over.REPLACED: ("This link was replaced", "A newer link was made for this display. Open that one, or pair the screen again."),
    Over.ELSEWHERE: ("Not from here", "This display may only be shown from certain addresses, and this screen's is none of them."),
}


class Showing(msgspec.Struct, frozen=True):
    """A display that may be looked at. `person`: by somebody who is signed in; else by its screen, whose number is `screen`."""

    known: Known
    person: bool
    screen: str = ""


class _Held(msgspec.Struct, frozen=True):
    generation: int
    screen: str


def signed_in(response: HttpResponse, known: Known, screen: str = "") -> None:
    """Let this answer give a screen its session, or keep it: `screen` is the number that it has, if it has one."""
    value = _signer(known.prefix).sign(f"{known.term.generation}.{screen or secrets.token_hex(8)}")
    response.set_cookie(
        _name(known.prefix), value, max_age=_KEPT, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE, path="/"
    )


def asked(request: HttpRequest, slug: str) -> Showing | HttpResponse:
    """The display of this slug, if whoever asks may look at it; else what they are answered: a page that says why (403, 410) to a
    screen, the way to sign in to everybody else, also where there is no such display."""
    known = displays.find(slug)
    if request.user.is_authenticated and known is not None:
        return Showing(known, person=True)
    held = None if known is None else _held(request.COOKIES, known.prefix)
    if known is None or held is None:
        is_screen = any(name.startswith(f"{settings.DISPLAY_COOKIE}_") for name in request.COOKIES)
        if is_screen and not request.user.is_authenticated:
            sentence = "This screen was not let in to this display, or the display was deleted."
            return refusal(request, "Nothing is shown here", sentence, 403)
        return redirect_to_login(request.get_full_path())
    over = known.term.over(time.time(), _remote(request), held.generation)
    if over is not None:
        answer = refusal(request, *SAID[over], 403 if over is Over.ELSEWHERE else 410)
        if request.is_secure():  # elsewhere browsers do not heed it
            # The last picture that the wall has kept is not for this screen any more.
            answer["Clear-Site-Data"] = '"storage"'
        return answer
    return Showing(known, person=False, screen=held.screen)


def good(request: HttpRequest, now: float) -> Known | None:
    """A display that this browser may show now, if it has been let in to one."""
    prefixes = [
        name.removeprefix(f"{settings.DISPLAY_COOKIE}_")
        for name in request.COOKIES
        if name.startswith(f"{settings.DISPLAY_COOKIE}_")
    ]
    for known in displays.of_prefixes(prefixes[:_LOOKED_AT]):
        held = _held(request.COOKIES, known.prefix)
        if held is not None and known.term.over(now, _remote(request), held.generation) is None:
            return known
    return None


def for_wall(view: Callable[Concatenate[HttpRequest, Showing, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """A view of a display: its address names the display as `display`, and it is given the display. One that is asynchronous asks
    for itself: `await database_sync_to_async(asked)(request, display)`."""

    @wraps(view)
    def guarded(request: HttpRequest, /, display: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        found = asked(request, display)
        return view(request, found, *args, **kwargs) if isinstance(found, Showing) else found

    return guarded


def refusal(request: HttpRequest, title: str, sentence: str, status: int) -> HttpResponse:
    """What a screen shows that is shown nothing: to be read from afar, in any browser."""
    return render(
        request, "screen.html", {"title": title, "sentence": sentence, "again": _THEN_PAIR, "then": reverse("pair")}, status=status
    )


def of_socket(slug: str, cookies: Mapping[str, str], address: str, *, person: bool) -> Showing | None:
    """The display whose socket is asked for from this address, if whoever asks may look at it. `person`: somebody is signed in."""
    known = displays.find(slug)
    if known is None or person:
        return None if known is None else Showing(known, person=True)
    held = _held(cookies, known.prefix)
    if held is None or known.term.over(time.time(), address, held.generation) is not None:
        return None
    return Showing(known, person=False, screen=held.screen)


def _remote(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR") or "")


def _held(cookies: Mapping[str, str], prefix: str) -> _Held | None:
    try:
        match = _VALUE.fullmatch(_signer(prefix).unsign(cookies.get(_name(prefix), "")))
    except BadSignature:
        return None
    return None if match is None else _Held(int(match[1]), match[2])


def _name(prefix: str) -> str:
    return f"{settings.DISPLAY_COOKIE}_{prefix}"


def _signer(prefix: str) -> Signer:
    return Signer(salt=f"planewatch.display.{prefix}")
