"""The uptime of one cluster: a page, CSV."""

import time
from collections.abc import Callable

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from dashboard import csv_files, uptime_pages, wanted_window
from dashboard.views.refusing import no_cluster, wrong_time
from dashboard.wanted_changes import WrongError
from dashboard.wanted_window import Window
from planes.store import selectors
from planes.store.selectors import ClusterHead


@require_safe
@login_required
def of_cluster(request: HttpRequest, slug: str) -> HttpResponse:
    """`?range=` (24h, 7d, 30d), or `from=` and `to=`."""
    return _of(request, slug, _page)


@require_safe
@login_required
def csv(request: HttpRequest, slug: str) -> HttpResponse:
    """The same as a table, in seconds."""
    return _of(request, slug, lambda _, head, window, now: csv_files.answer(f"uptime-{slug}.csv", uptime_pages.table(head, window)))


def _of(request: HttpRequest, slug: str, show: Callable[[HttpRequest, ClusterHead, Window, float], HttpResponse]) -> HttpResponse:
    head, now = selectors.cluster(slug), time.time()
    if head is None:
        return no_cluster(request, slug)
    try:
        window = wanted_window.asked(request.GET.dict(), now)
    except WrongError as error:
        return wrong_time(request, str(error), reverse("uptime", args=[slug]))
    return show(request, head, window, now)


def _page(request: HttpRequest, head: ClusterHead, window: Window, now: float) -> HttpResponse:
    context = {"page": uptime_pages.page(head, window), "query": request.GET.urlencode(), "now": now}
    return render(request, "uptime.html", context)
