"""The page of a node that is not there any more, and what is answered to a name that was never a node's."""

import difflib
import time

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from dashboard import chart_pages, lookups, pulses, ribbons, wanted_window
from dashboard.presenters.gone_node import gone_node_page
from dashboard.views.refusing import wrong_time
from dashboard.wanted_changes import WrongError
from dashboard.wanted_window import RANGES, Window
from planes.store import selectors
from planes.store.freshness import believed, lateness
from planes.store.gone_nodes import GoneNode, gone_node
from planes.structs.lookups import About

#: Names of nodes that are offered.
_NEAR = 8


def page(request: HttpRequest, slug: str, name: str) -> HttpResponse | None:
    """What is remembered of it; None where nothing is."""
    node = gone_node(slug, name)
    if node is None:
        return None
    if lookups.is_meant(request):
        return lookups.fragment(request, node.cluster, About.NODE, name)
    now = time.time()
    fresh = pulses.freshness(node.cluster)
    late = lateness(fresh, now)
    names = [one.name for one in selectors.node_cells(slug)]
    near = tuple(difflib.get_close_matches(name, names, n=_NEAR, cutoff=0.6))
    found, charts = ribbons.histories_of_gone(node, now), None
    if "fragment" not in request.GET:
        try:
            charts = chart_pages.of_gone_node(node, found, _window(request, node, now), now)
        except WrongError as error:
            return wrong_time(request, str(error), reverse("node", args=[slug, name]))
    context = {
        "charts": charts,
        "page": gone_node_page(node, late, near, ribbons.of_gone_node(found, now)),
        "lookup": lookups.panel(request, node.cluster, About.NODE, name),
        "fresh": believed(fresh, late),
        "served": now,
        "now": now,
        "blind": late is not None and late.cause != "cluster",
    }
    return render(request, "parts/node_gone.html" if "fragment" in request.GET else "node_gone.html", context)


def _window(request: HttpRequest, node: GoneNode, now: float) -> Window:
    """What its charts show: the hour before it went, unless the address says otherwise. Raises WrongError."""
    query = request.GET.dict()
    if node.at is not None and not query.keys() & {"range", "from", "to"}:
        return Window(node.at - RANGES["1h"], node.at, "")
    return wanted_window.asked(query, now)
