"""The page of a node that is not there any more, and what is answered to a name that was never a node's."""

import difflib
import time

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dashboard import lookups, pulses, ribbons
from dashboard.presenters.gone_node import gone_node_page
from planes.store import selectors
from planes.store.freshness import believed, lateness
from planes.store.gone_nodes import gone_node
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
    context = {
        "page": gone_node_page(node, late, near, ribbons.of_gone_node(node, now)),
        "lookup": lookups.panel(request, node.cluster, About.NODE, name),
        "fresh": believed(fresh, late),
        "served": now,
        "now": now,
        "blind": late is not None and late.cause != "cluster",
    }
    return render(request, "parts/node_gone.html" if "fragment" in request.GET else "node_gone.html", context)
