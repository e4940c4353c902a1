"""The history of announced changes, of one cluster or of all: a page, an Atom feed, CSV."""

import time
from collections.abc import Iterator

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from dashboard import change_feeds, change_pages, csv_files, wanted_changes
from dashboard.views.refusing import no_cluster, wrong_list
from planes.store import changes, selectors

#: Entries of a feed, and lines of a CSV that are read at once.
_FED, _READ = 100, 1_000
#: Lines of a CSV: the newest.
_WHOLE = 100_000


@require_safe
@login_required
def of_all(request: HttpRequest) -> HttpResponse:
    """The changes of every cluster."""
    return _page(request, "")


@require_safe
@login_required
def of_cluster(request: HttpRequest, slug: str) -> HttpResponse:
    """The changes of one cluster."""
    return _page(request, slug)


@require_safe
@login_required
def atom(request: HttpRequest, slug: str = "") -> HttpResponse:
    """The newest as a feed, filtered as the page is."""
    head = selectors.cluster(slug) if slug else None
    if slug and head is None:
        return no_cluster(request, slug)
    now = time.time()
    try:
        asked = wanted_changes.asked({"range": "all", **request.GET.dict()}, slug, now)
    except wanted_changes.WrongError as error:
        return _wrong(request, slug, str(error))
    found = changes.page(asked.wanted, None, _FED).found
    title = f"Changes of {head.name if head else 'all clusters'}"
    site = request.build_absolute_uri("/").rstrip("/")
    body = change_feeds.atom(found, title=title, address=request.build_absolute_uri(), site=site, now=now)
    response = HttpResponse(body, content_type="application/atom+xml; charset=utf-8")
    response["Cache-Control"] = "private, no-cache"
    return response


@require_safe
@login_required
def csv(request: HttpRequest, slug: str = "") -> HttpResponse:
    """All that the page's filter finds."""
    if slug and selectors.cluster(slug) is None:
        return no_cluster(request, slug)
    try:
        asked = wanted_changes.asked(request.GET.dict(), slug, time.time())
    except wanted_changes.WrongError as error:
        return _wrong(request, slug, str(error))
    return csv_files.answer(f"changes-{slug or 'all'}.csv", change_feeds.rows(_all(asked.wanted)))


def _all(wanted: changes.Wanted) -> Iterator[changes.Found]:
    place, count = None, 0
    while count < _WHOLE:
        part = changes.page(wanted, place, _READ)
        yield from part.found
        count, place = count + len(part.found), part.older
        if place is None:
            return


def _page(request: HttpRequest, slug: str) -> HttpResponse:
    head = selectors.cluster(slug) if slug else None
    if slug and head is None:
        return no_cluster(request, slug)
    now = time.time()
    try:
        asked = wanted_changes.asked(request.GET.dict(), slug, now)
    except wanted_changes.WrongError as error:
        return _wrong(request, slug, str(error))
    template = "parts/change_log.html" if "fragment" in request.GET else "changes.html"
    return render(request, template, change_pages.context(head, asked, now))


def _wrong(request: HttpRequest, slug: str, sentence: str) -> HttpResponse:
    back = reverse("cluster-changes", args=[slug]) if slug else reverse("changes")
    return wrong_list(request, sentence, ("All changes", back))
