"""All nodes of a cluster as one table: a page, and CSV."""

import time

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dashboard import csv_files, node_pages
from dashboard.views.refusing import no_cluster
from planes.store import selectors


@require_safe
@login_required
def table(request: HttpRequest, slug: str) -> HttpResponse:
    """Sorted, filtered, a page at a time."""
    head = selectors.cluster(slug)
    if head is None:
        return no_cluster(request, slug)
    wanted = node_pages.asked(request.GET.dict(), request.GET.getlist("columns"))
    template = "parts/node_table.html" if "fragment" in request.GET else "nodes.html"
    return render(request, template, node_pages.context(head, wanted, time.time()))


@require_safe
@login_required
def csv(request: HttpRequest, slug: str) -> HttpResponse:
    """All nodes that the filter finds, with every column, states as they were last stored."""
    if selectors.cluster(slug) is None:
        return no_cluster(request, slug)
    wanted = node_pages.asked(request.GET.dict(), request.GET.getlist("columns"))
    return csv_files.answer(f"nodes-{slug}.csv", node_pages.sheet(slug, wanted))
