"""What a person keeps for their own programs: tokens of the API."""

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from dashboard import tokens
from dashboard.presenters.words import counted
from planes.store import selectors

#: Days for which a token may be good, as the page offers them.
LIFETIMES = (7, 30, tokens.DAYS, 366)
#: Names of clusters that a token's line tells.
_NAMED = 4


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def own_tokens(request: HttpRequest) -> HttpResponse:
    """One's own tokens; POST makes one, which is shown in the answer and never again, or revokes one."""
    user = request.user
    assert isinstance(user, User)
    if request.method != "POST":
        return _page(request, user, every=True)
    if "revoke" in request.POST:
        return _revoked(request, user)
    return _made(request, user)


def _revoked(request: HttpRequest, user: User) -> HttpResponseRedirect:
    # One that is not there, or another person's, is passed over: what is wanted of it holds.
    tokens.revoke(request.POST["revoke"], user)
    return redirect("tokens")


def _made(request: HttpRequest, user: User) -> HttpResponse:
    every = request.POST.get("scope") == "every"
    there = {head.id for head in selectors.watched()}
    chosen = {int(one) for one in request.POST.getlist("cluster") if one.isascii() and one.isdigit() and len(one) < 19} & there
    days = request.POST.get("days", "")
    asked = {"name": request.POST.get("name", ""), "every": every, "chosen": chosen}
    if every and chosen:
        return _page(request, user, status=400, error="Choose all clusters or some of them, not both.", **asked)
    try:
        token = tokens.make(
            user, request.POST.get("name", ""), None if every else chosen, int(days) if days in map(str, LIFETIMES) else 0
        )
    except tokens.WrongError as error:
        return _page(request, user, status=400, error=str(error), **asked)
    return _page(request, user, made=token, every=True)


def _page(request: HttpRequest, user: User, *, status: int = 200, **shown: object) -> HttpResponse:
    heads = selectors.watched()
    names = {head.id: head.name for head in heads}
    context = {
        "heads": heads,
        "lines": [{"token": one, "clusters": _clusters(one.clusters, names)} for one in tokens.of(user)],
        "lifetimes": LIFETIMES,
        "days": tokens.DAYS,
        "chosen": set(),
        **shown,
    }
    return render(request, "tokens.html", context, status=status)


def _clusters(scope: frozenset[int] | None, names: dict[int, str]) -> str:
    if scope is None:
        return "all clusters"
    there = sorted(names[one] for one in scope if one in names)
    gone = len(scope) - len(there)
    more = [f"{counted(len(there) - _NAMED, 'more cluster')}"] if len(there) > _NAMED else []
    lost = [f"{counted(gone, 'cluster')} no longer watched"] if gone else []
    return ", ".join([*there[:_NAMED], *more, *lost])
