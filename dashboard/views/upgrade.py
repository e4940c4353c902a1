"""What an upgrade of one cluster would meet."""

import time

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dashboard import upgrade_pages
from dashboard.views.refusing import no_cluster
from planes.store import selectors


@require_safe
@login_required
def of_cluster(request: HttpRequest, slug: str) -> HttpResponse:
    """Versions, nodes left behind, deprecated APIs in use, webhooks in the way."""
    head = selectors.cluster(slug)
    if head is None:
        return no_cluster(request, slug)
    template = "parts/upgrade.html" if "fragment" in request.GET else "upgrade.html"
    return render(request, template, upgrade_pages.context(head, time.time()))
