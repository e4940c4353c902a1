"""Finding something in all clusters: the page of the dialog that `/` opens (static/js/finder.js), for who has no scripts, too."""

import time

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dashboard.rest import finding
from dashboard.rest.access import Access
from dashboard.rest.queries import LONGEST_SEARCH, SearchQuery
from dashboard.rest.shapes import SearchAnswer

#: What a kind is called above what was found of it. static/js/finder.js has the same.
TITLES = {
    "cluster": "Clusters",
    "component": "Components",
    "instance": "Instances",
    "node": "Nodes",
    "label": "Labels",
    "version": "Versions",
    "address": "Addresses",
    "pod": "Pods",
    "incident": "Incidents",
}


@require_safe
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """What is found, grouped; without a text the field alone."""
    text = request.GET.get("q", "").replace("\x00", "")[:LONGEST_SEARCH]
    now = time.time()
    answer = finding.found(Access(), SearchQuery(q=text), now) if text.strip() else None
    return render(request, "search.html", {"text": text, "answer": answer, "groups": _groups(answer) if answer else []})


def _groups(answer: SearchAnswer) -> list[dict[str, object]]:
    late = {one.cluster for one in answer.clusters if one.late is not None}
    return [
        {"kind": group.kind, "title": TITLES[group.kind], "items": [(one, one.cluster in late) for one in group.found]}
        for group in answer.groups
    ]
