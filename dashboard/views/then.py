"""The picture of one cluster as it was: /c/<slug>/?at=2026-11-22T14:05Z, and what is said where there is none."""

import time

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from dashboard import presenters, wanted_changes
from dashboard.day import day
from dashboard.templatetags.planewatch import in_full
from dashboard.then import iso, then
from dashboard.views import pages
from dashboard.views.refusing import no_cluster, refused
from planes.store import moments, selectors
from planes.store.freshness import Freshness

#: Seconds: what was then is stored by now.
_AGO = 60.0


@require_safe
@login_required
def cluster(request: HttpRequest, slug: str) -> HttpResponse:
    """The picture of one cluster: as it is, or as it was at the moment that the address names."""
    return _cluster(request, slug) if "at" in request.GET else pages.cluster(request, slug)


@require_safe
@login_required
def latest(request: HttpRequest, slug: str) -> HttpResponse:
    """To the picture of a minute ago, with a day of both planes below it: from there one goes on."""
    if selectors.cluster(slug) is None:
        return no_cluster(request, slug)
    return redirect(f"{reverse('cluster', args=[slug])}?at={iso(time.time() - _AGO)}&lens=24h")


@require_safe
@login_required
def last_day(request: HttpRequest, slug: str) -> HttpResponse:
    """The last 24 hours of both planes, as a part of the page of the picture (static/js/day.js)."""
    head = selectors.cluster(slug)
    if head is None:
        return no_cluster(request, slug)
    return render(request, "parts/day.html", {"day": day(head, time.time())})


def _cluster(request: HttpRequest, slug: str) -> HttpResponse:
    head = selectors.cluster(slug)
    if head is None:
        return no_cluster(request, slug)
    now = time.time()
    live = reverse("cluster", args=[slug])
    try:
        at = wanted_changes.moment(request.GET, "at")
    except wanted_changes.WrongError as error:
        return refused(request, 400, "There is no such moment", str(error), [("Live", live)])
    if at is None or at > now:
        return refused(request, 400, "That moment is still to come", "at= has to lie in the past.", [("Live", live)])
    near = moments.around(slug, at)
    found = moments.snapshot(slug, at)
    if near is None or found is None:
        return no_cluster(request, slug)
    if near.oldest is None or at < near.oldest:
        return _too_old(request, live, near.oldest)
    context = {
        "snapshot": found,
        "full": head.context,
        "tables": presenters.tables(found, None),
        "late": None,
        "fresh": Freshness(at, at),
        "wall": False,
        "abouts": presenters.figure_abouts(),
        "served": now,
        "now": at,
        "blind": False,
        "past": then(head, at, near, request.GET.dict(), now),
    }
    return render(request, "cluster.html", context)


def _too_old(request: HttpRequest, live: str, oldest: float | None) -> HttpResponse:
    if oldest is None:
        return refused(request, 404, "Nothing is remembered yet", "This cluster was not watched until now.", [("Live", live)])
    links = [("The oldest moment that is remembered", f"{live}?at={iso(oldest)}"), ("Live", live)]
    return refused(request, 404, "Nothing is remembered of that moment", f"What is remembered begins on {in_full(oldest)}.", links)
