"""The certificates of one cluster: a page, CSV, a calendar."""

import time

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from dashboard import certificate_pages, csv_files
from dashboard.rest import asking
from dashboard.rest.access import Access, reads_in_thread
from dashboard.rest.asking import Nothing
from dashboard.views.refusing import no_cluster
from planes.store import selectors


@require_safe
@login_required
def of_cluster(request: HttpRequest, slug: str) -> HttpResponse:
    """What can be seen of them, and what cannot."""
    head = selectors.cluster(slug)
    if head is None:
        return no_cluster(request, slug)
    template = "parts/certificates.html" if "fragment" in request.GET else "certificates.html"
    return render(request, template, certificate_pages.context(head, time.time()))


@require_safe
@login_required
def csv(request: HttpRequest, slug: str) -> HttpResponse:
    """The same as a table."""
    head = selectors.cluster(slug)
    if head is None:
        return no_cluster(request, slug)
    return csv_files.answer(f"certificates-{slug}.csv", certificate_pages.table(head, time.time()))


@require_safe
def calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """When they end, for a calendar that asks now and then: by a session, or by a personal token as the API takes it."""
    opened = _calendar if "Authorization" in request.headers else login_required(_calendar)
    return opened(request, slug)


@reads_in_thread
def _calendar(request: HttpRequest, access: Access, slug: str) -> HttpResponse:
    asking.read(request.GET, Nothing)
    head = access.head(slug)
    address = request.build_absolute_uri(reverse("certificates", args=[slug]))
    response = HttpResponse(certificate_pages.calendar(head, address, time.time()), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="certificates-{slug}.ics"'
    response["Cache-Control"] = "private, no-cache"
    return response
