"""What a page asks of its cluster at the moment at which somebody looks: asked with the page where its address says so (`?asked=1`,
for browsers without JavaScript), else by the page afterwards (`?fragment=lookup`), so that no page waits for a cluster."""

from dataclasses import dataclass

from asgiref.sync import async_to_sync
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from planes.live import lookups
from planes.store.selectors import ClusterHead
from planes.structs.lookups import About, Found, Lookup

#: Questions that one account may ask within WINDOW seconds, in one process.
ASKED, WINDOW = 30, 10
_TOO_OFTEN = "Too much was asked from your account just now. Ask again in a few seconds."
_UNANSWERED = (
    f"No answer within {lookups.PATIENCE:g} s: nobody watches this cluster now, it does not answer, or too much is asked of it."
)


@dataclass(frozen=True, slots=True)
class LookupPanel:
    """`found` is None while nothing was asked, and where there was no answer: then `lack` says so."""

    found: Found | None
    lack: str = ""


def panel(request: HttpRequest, head: ClusterHead, about: About, name: str) -> LookupPanel:
    """What stands on the page when it is made."""
    if "asked" not in request.GET or "fragment" in request.GET:
        return LookupPanel(None)
    return _asked(request, head, Lookup(about, name))


def is_meant(request: HttpRequest) -> bool:
    """Whether only the answer is asked for, and not the page."""
    return request.GET.get("fragment") == "lookup"


def fragment(request: HttpRequest, head: ClusterHead, about: About, name: str) -> HttpResponse:
    """The answer alone."""
    return render(request, "parts/lookup.html", {"lookup": _asked(request, head, Lookup(about, name)), "slug": head.slug})


def _asked(request: HttpRequest, head: ClusterHead, asked: Lookup) -> LookupPanel:
    if _too_often(request.user.pk):
        return LookupPanel(None, _TOO_OFTEN)
    found = async_to_sync(lookups.ask)(settings.REDIS_URL, head.id, asked)
    return LookupPanel(found, "" if found is not None else _UNANSWERED)


def _too_often(account: int | None) -> bool:
    key = f"lookups:{account}"
    cache.add(key, 0, WINDOW)
    try:
        return cache.incr(key) > ASKED
    except ValueError:  # it ended between the two
        return False
