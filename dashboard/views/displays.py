"""The displays on walls: /displays/ lists them for who is signed in; operators make, change, revoke and delete them.

An operator is an account that Django calls staff, or a superuser: the administrator of the one-time link, and whom
`manage.py users operator NAME` makes one.
"""

import time

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from dashboard import display_forms, display_pages, displays, operators, seen
from dashboard.display_forms import Filled
from dashboard.displays import Known, WrongError
from dashboard.views import refusing
from dashboard.views.refusing import missing
from planes.store import selectors

#: Empty rows of a rotation, for who asks for more.
_MORE_ROWS = 10


@require_safe
@login_required
def every(request: HttpRequest) -> HttpResponse:
    """All displays, those that are dark first; `?fragment=1`: the part of the page that changes."""
    now = time.time()
    names = {head.id: head.name for head in selectors.watched()}
    lines = display_pages.lines(displays.every(), names, seen.version(), now)
    context = {
        "lines": lines,
        "tally": display_pages.tally(lines),
        "manages": operators.is_operator(request.user),
        "now": now,
        "minute": int(now // 60),
    }
    return render(request, "parts/displays.html" if "fragment" in request.GET else "displays.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: HttpRequest) -> HttpResponse:
    """Make a display: its secret link is shown in the answer and never again."""
    if not operators.is_operator(request.user):
        return no_operator(request)
    if request.method != "POST":
        return _form(request, Filled(), None)
    form = typed(request)
    if "rows" in request.POST:
        return _form(request, form, None, spare=_MORE_ROWS)
    try:
        known, secret = displays.make(display_forms.wanted(form, slugs()), request.user.get_username())
    except WrongError as error:
        return _form(request, form, None, status=400, error=str(error))
    return _form(request, display_forms.of(known, slugs()), known, link=_link(request, secret))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def one(request: HttpRequest, number: int) -> HttpResponse:
    """One display: change it, make another link, revoke or delete it. Deleting asks first."""
    if not operators.is_operator(request.user):
        return no_operator(request)
    known = displays.by_id(number)
    if known is None:
        links = [(one.wall.name, reverse("display", args=[one.wall.id])) for one in displays.every()[:12]]
        return missing(request, "There is no such display", "These displays exist:", links, reverse("displays"))
    if request.method != "POST":
        return _form(request, display_forms.of(known, slugs()), known)
    return _done(request, known)


def _done(request: HttpRequest, known: Known) -> HttpResponse:
    number = known.wall.id
    if "renew" in request.POST:
        secret = displays.renew(number)
        again = displays.by_id(number) or known
        filled = display_forms.of(again, slugs())
        if secret is None:
            return _form(request, filled, again, status=409, error="It was revoked: make another display instead.")
        return _form(request, filled, again, link=_link(request, secret))
    if "revoke" in request.POST:
        displays.revoke(number)
        return redirect("displays")
    if "delete" in request.POST:
        if "sure" not in request.POST:
            return render(request, "display_delete.html", {"line": _line(known, time.time())})
        displays.delete(number)
        return redirect("displays")
    form = typed(request)
    if "rows" in request.POST:
        return _form(request, form, known, spare=_MORE_ROWS)
    try:
        displays.change(number, display_forms.wanted(form, slugs()))
    except WrongError as error:
        return _form(request, form, known, status=400, error=str(error))
    return redirect("displays")


def typed(request: HttpRequest) -> Filled:
    """The form as it came."""
    rows = zip(request.POST.getlist("page"), request.POST.getlist("seconds"), strict=False)
    return display_forms.typed(request.POST.dict(), request.POST.getlist("cluster"), rows)


def slugs() -> dict[int, str]:
    """Of the clusters that are watched, by id."""
    return {head.id: head.slug for head in selectors.watched()}


def no_operator(request: HttpRequest) -> HttpResponse:
    """The answer to who may look at displays only."""
    return refusing.no_operator(request, "Displays let in screens without an account", ("Displays", reverse("displays")))


def _link(request: HttpRequest, secret: str) -> str:
    return request.build_absolute_uri(reverse("wall-link", args=[secret]))


def _form(
    request: HttpRequest, form: Filled, known: Known | None, *, status: int = 200, spare: int = display_forms.SPARE, **shown: object
) -> HttpResponse:
    now = time.time()
    line = None if known is None else _line(known, now)
    rows = display_forms.rows_of(form, spare)
    context = {"form": form, "rows": rows, "line": line, "heads": selectors.watched(), "now": now, **shown}
    return render(request, "display.html", context, status=status)


def _line(known: Known, now: float) -> display_pages.Line:
    return display_pages.line(known, {head.id: head.name for head in selectors.watched()}, seen.version(), now)
