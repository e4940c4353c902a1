"""Pairing: a screen at /pair/ shows a code; an operator confirms it at /displays/pair/ and says what the screen is to show.

What the screen asks works in any browser from Chromium 38 on, without WebSockets, and without scripts by loading itself again.
"""

import time
from datetime import UTC, datetime

import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from dashboard import display_pages, displays, pairings, seen, showing
from dashboard.display_shapes import How, browser, pixels
from dashboard.displays import Known, Wanted, WrongError
from dashboard.guessing import Bucket, Guessing
from dashboard.operators import is_operator
from dashboard.pairings import Waiting
from dashboard.rest.allowance import Allowance
from dashboard.views.displays import no_operator
from planes.store import selectors
from planes.structs import time_tokens

#: New codes of one address: a building whose power comes back asks for many at once.
_new = Allowance(60, 120)
#: Wrong codes of one operator, of one address, and of all of them together.
_guessing = Guessing("code", (Bucket(10, 20), Bucket(10, 20), Bucket(100, 200)))
#: Seconds after which a page without scripts loads itself again.
_AGAIN = 15


@never_cache
@require_safe
def screen(request: HttpRequest) -> HttpResponse:
    """What the screen shows: its code until it is confirmed, a new one when that is over; then the way to its wall. A screen that
    has a display already is led to it: this may be the address with which it starts."""
    now = time.time()
    if (good := showing.good(request, now)) is not None:
        return _to_wall(good, redirect("wall_cluster", good.wall.slug))
    held, waiting = _held(request, now)
    if held is not None and waiting is not None:
        known = pairings.given(waiting, now)
        if known is not None:
            return _to_wall(known, redirect("wall_cluster", known.wall.slug))
        if waiting.display is None:
            return _page(request, held[0], waiting.expires, now)
    wait = _new.take(_address(request), time.monotonic())
    try:
        if wait:
            return _busy(request, wait)
        code, secret = pairings.begin(_address(request), browser(request.headers.get("User-Agent", "")), now)
    except pairings.TooManyError:
        return _busy(request, 60)
    answer = _page(request, code, now + pairings.LIFE, now)
    answer.set_cookie(
        settings.PAIRING_COOKIE,
        _signer().sign(f"{code}.{secret}"),
        # For as long as the browser runs: one that drops it when the code is over, or when its clock is set, would not be told so.
        max_age=None,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return answer


@never_cache
@require_safe
def state(request: HttpRequest) -> HttpResponse:
    """What the screen asks every few seconds: {"state": "waiting", "left": seconds, "now": epoch seconds}; "confirmed" with "to",
    the address of its wall, and the session for it; "over": it loads the page again and gets a new code."""
    now = time.time()
    if (good := showing.good(request, now)) is not None:  # prolonged, or let in by its link in another window
        return _confirmed_screen(good, now)
    held, waiting = _held(request, now)
    if held is None or waiting is None:
        return JsonResponse({"state": "over", "cookie": held is not None, "now": now})
    pairings.measured(waiting.id, pixels(request.GET.get("w", "")), pixels(request.GET.get("h", "")))
    known = pairings.given(waiting, now)
    if known is not None:
        return _confirmed_screen(known, now)
    if waiting.display is not None:
        return JsonResponse({"state": "over", "cookie": True, "now": now})
    return JsonResponse({"state": "waiting", "left": round(waiting.expires - now, 1), "now": now})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def confirm(request: HttpRequest) -> HttpResponse:
    """What an operator sees who has typed a code or scanned one: which screen it is, and what it is to show."""
    if not is_operator(request.user):
        return no_operator(request)
    given = request.POST if request.method == "POST" else request.GET
    typed = given.get("code", "")[:40]
    if not typed.strip():
        return _asking(request)
    clock, now = time.monotonic(), time.time()
    whose = (f"user {request.user.pk}", f"address {_address(request)}", "all")
    if wait := _guessing.take(whose, clock):
        answer = _asking(request, typed, f"Too many wrong codes were tried. Try again in {wait} s.", 429)
        answer["Retry-After"] = str(wait)
        return answer
    waiting = pairings.of_code(typed, now)
    if waiting is None:
        sentence = "No screen shows this code now. It may be mistyped, used, or over: the screen then shows another."
        return _asking(request, typed, sentence, 404)
    _guessing.give_back(whose, clock)
    if request.method != "POST" or "display" not in request.POST:
        return _choosing(request, typed, waiting)
    return _confirmed(request, typed, waiting, now)


def _confirmed(request: HttpRequest, typed: str, waiting: Waiting, now: float) -> HttpResponse:
    chosen = request.POST["display"]
    try:
        if chosen == "new":
            wanted = Wanted(name=request.POST.get("name", "")[:1_000], place=request.POST.get("place", "")[:1_000])
            known, _ = displays.make(wanted, request.user.get_username(), now)
        else:
            found = displays.by_id(int(chosen)) if chosen.isascii() and chosen.isdigit() and len(chosen) < 19 else None
            if found is None:
                raise WrongError("Choose the display that it is to show, or make one.")
            known = found
        over = known.term.over(now, waiting.address)
        if over is not None:
            raise WrongError(f"{showing.SAID[over][0]}. Choose another, or change it first.")
    except WrongError as error:
        return _choosing(request, typed, waiting, str(error), 400)
    if not pairings.confirm(waiting.id, known.wall.id, now):
        return _asking(request, typed, "The code ran out, or somebody else confirmed it a moment ago.", 409)
    messages.success(request, f"The screen shows {known.wall.name} in a few seconds.")
    return redirect("display", known.wall.id)


def _asking(request: HttpRequest, typed: str = "", error: str = "", status: int = 200) -> HttpResponse:
    return render(request, "pair_code.html", {"typed": typed, "error": error}, status=status)


def _choosing(request: HttpRequest, typed: str, waiting: Waiting, error: str = "", status: int = 200) -> HttpResponse:
    now = time.time()
    names = {head.id: head.name for head in selectors.watched()}
    lines = display_pages.lines(displays.every(), names, seen.version(), now)
    context = {
        "code": pairings.said(pairings.read(typed) or ""),
        "waiting": waiting,
        "lines": [line for line in lines if line.standing.how is not How.ENDED],
        "error": error,
        "chosen": request.POST.get("display", ""),
        "name": request.POST.get("name", ""),
        "place": request.POST.get("place", ""),
        "now": now,
    }
    return render(request, "pair_confirm.html", context, status=status)


def _page(request: HttpRequest, code: str, expires: float, now: float) -> HttpResponse:
    base = settings.UP_URL.rstrip("/") or request.build_absolute_uri("/").rstrip("/")
    address = f"{base}{reverse('pair-confirm')}"
    drawn = segno.make(f"{address}?code={code}", error="m", micro=False)
    context = {
        "code": pairings.said(code),
        "qr": drawn.svg_inline(omitsize=True, border=2),
        "typed_at": address.partition("://")[2].rstrip("/"),
        "left": max(0, round(expires - now)),
        "lasting": time_tokens.duration(expires - now),
        "told": f"{datetime.fromtimestamp(now, UTC):%H:%M:%S}",
        "browser": browser(request.headers.get("User-Agent", "")),
        "now": now,
        "again": _AGAIN,
    }
    return render(request, "pair.html", context)


def _busy(request: HttpRequest, wait: int) -> HttpResponse:
    sentence = f"Many screens ask for a code at the moment. This one tries again in {wait} s."
    answer = render(request, "screen.html", {"title": "One moment", "sentence": sentence, "again": wait}, status=503)
    answer["Retry-After"] = str(wait)
    return answer


def _confirmed_screen(known: Known, now: float) -> HttpResponse:
    to = reverse("wall_cluster", args=[known.wall.slug])
    return _to_wall(known, JsonResponse({"state": "confirmed", "to": to, "now": now}))


def _to_wall(known: Known, answer: HttpResponse) -> HttpResponse:
    """The way to the wall, with the session for it. The pairing stays good until its time is over: an answer may be lost."""
    showing.signed_in(answer, known)
    return answer


def _held(request: HttpRequest, now: float) -> tuple[tuple[str, str] | None, Waiting | None]:
    """The code and the secret in the screen's cookie, and its pairing."""
    try:
        code, _, secret = _signer().unsign(request.COOKIES.get(settings.PAIRING_COOKIE, "")).partition(".")
    except BadSignature:
        return None, None
    return (code, secret), pairings.of_screen(secret, now)


def _signer() -> Signer:
    return Signer(salt="planewatch.pairing")


def _address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR") or "")
