"""The pages. Each reads through a selector, is shaped by a presenter and shown by a template; what is wrong about an address is
answered with what exists instead. `?fragment=1` gives the part of a page that static/js/pages/live.js renews."""

import difflib
import time

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from dashboard import boards, chart_pages, component_help, lookups, operators, presenters, pulses, ribbons, rollups, wanted_window
from dashboard.cards_now import cards_now
from dashboard.presenters.checks import ChecksPart, checks_part
from dashboard.presenters.pods import pods_asked
from dashboard.views import gone_nodes
from dashboard.views.refusing import missing, no_cluster, wrong_time
from dashboard.wanted_changes import WrongError
from planes.live.wire import Lateness
from planes.store import checks, failovers, history, instances, selectors
from planes.store.freshness import believed, lateness
from planes.store.selectors import ComponentDetail
from planes.structs.lookups import About

#: Links that a page for something unknown offers.
_OFFERED = 12
#: What the charts of a node show unless asked: of one that fell silent, a day would show a pixel.
_NODE_RANGE = "1h"
#: Changes of a cluster among which those of one agent are looked for.
_SEARCHED = 500


@require_safe
@login_required
def clusters(request: HttpRequest) -> HttpResponse:
    """All clusters as two-plane cards or rows: grouped, ordered and filtered as the address says (presenters/fleet.py)."""
    now = time.time()
    shown = cards_now(now)
    if "fragment" in request.GET:
        boards.shared().get()  # reads what the ribbons of a day show: not while somebody waits for the page itself
    known = boards.shared().days()
    days = {slug: presenters.Dayful(*known[number]) for slug, number in shown.ids.items() if number in known}
    fleet = presenters.fleet(shown.cards, shown.labels, presenters.fleet_asked(request.GET.dict()), days, now)
    moments = {"late": shown.late, "heard": shown.heard, "served": now, "now": now}
    choices = {"orders": presenters.ORDERS, "shapes": presenters.SHAPES, "manages": operators.is_operator(request.user)}
    return _show(request, "clusters", {"fleet": fleet, **choices, **moments})


@require_safe
@login_required
def wall(request: HttpRequest) -> HttpResponse:
    """All clusters, to be read from afar."""
    return _show(request, "wall", _cards())


@require_safe
@login_required
def cluster(request: HttpRequest, slug: str) -> HttpResponse:
    """The picture of one cluster."""
    return _picture(request, slug, wall=False)


@require_safe
@login_required
def wall_cluster(request: HttpRequest, slug: str) -> HttpResponse:
    """The picture of one cluster at full bleed."""
    return _picture(request, slug, wall=True)


@require_safe
@login_required
def component(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """One component: its state, why, the evidence, and the charts of its figures (`?range=`, `from=`, `to=`)."""
    detail = selectors.component(slug, kind)
    if detail is None:
        return _no_component(request, slug, kind)
    if lookups.is_meant(request):
        return lookups.fragment(request, detail.cluster, About.COMPONENT, kind)
    now = time.time()
    fresh = pulses.freshness(detail.cluster)
    late = lateness(fresh, now)
    drawn = ribbons.of_component(detail, fresh, now)
    if presenters.is_agent(kind):
        cells, changes = selectors.node_cells(slug), selectors.changes(slug, _SEARCHED)
        rolled = rollups.of_agent(detail, cells, late, now)
        page = presenters.component_page(detail, late, nodes=cells, changes=changes, ribbons=drawn, rollup=rolled)
    else:
        led = failovers.failovers(detail.cluster.id, kind)
        checked = _checks(detail, late)
        page = presenters.component_page(detail, late, ribbons=drawn, failovers=led, checks=checked)
    charts = None
    if "fragment" not in request.GET:
        try:
            charts = chart_pages.of_component(detail, fresh, wanted_window.asked(request.GET.dict(), now), now)
        except WrongError as error:
            return wrong_time(request, str(error), reverse("component", args=[slug, kind]))
    lookup = lookups.panel(request, detail.cluster, About.COMPONENT, kind)
    context = {"page": page, "charts": charts, "lookup": lookup, "fresh": believed(fresh, late), **_moments(late, now)}
    return _show(request, "component", context)


@require_safe
@login_required
def instance(request: HttpRequest, slug: str, kind: str, name: str) -> HttpResponse:
    """One instance of a component: its state, why, its own evidence and history. One that went keeps its page."""
    detail = instances.instance(slug, kind, name)
    if detail is None:
        return _no_instance(request, slug, kind, name)
    now = time.time()
    fresh = pulses.freshness(detail.component.cluster)
    late = lateness(fresh, now)
    page = presenters.instance_page(detail, late, ribbons.of_instance(detail, fresh, now))
    return _show(request, "instance", {"page": page, "fresh": believed(fresh, late), **_moments(late, now)})


@require_safe
@login_required
def node(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """One node: its three agents with their evidence, its conditions, capacity, pods and events."""
    detail = selectors.node(slug, name)
    if detail is None:
        return gone_nodes.page(request, slug, name) or _no_node(request, slug, name)
    if lookups.is_meant(request):
        return lookups.fragment(request, detail.cluster, About.NODE, name)
    now = time.time()
    fresh = pulses.freshness(detail.cluster)
    late = lateness(fresh, now)
    beat, known = pulses.heartbeat(detail.cluster, name), ribbons.known_of_node(detail, fresh, now)
    drawn = ribbons.of_node(known, now)
    spans = history.spans(detail.cluster.id, 0.0) if detail.row.cordoned else ()
    page = presenters.node_page(detail, late, beat=beat, ribbons=drawn, asked=pods_asked(request.GET.dict()), spans=spans)
    charts = None
    if "fragment" not in request.GET:
        try:
            window = wanted_window.asked(request.GET.dict(), now, _NODE_RANGE)
            charts = chart_pages.of_node(detail, fresh, known, window, now)
        except WrongError as error:
            return wrong_time(request, str(error), reverse("node", args=[slug, name]))
    lookup = lookups.panel(request, detail.cluster, About.NODE, name)
    context = {"page": page, "charts": charts, "lookup": lookup, "fresh": believed(fresh, late), **_moments(late, now)}
    return _show(request, "node", context)


def _checks(detail: ComponentDetail, late: Lateness | None) -> ChecksPart | None:
    """The history of its checks, of the kind that has some."""
    if detail.row.kind != "kube-apiserver":
        return None
    found = checks.failures(detail.cluster.id)
    spans = history.spans(detail.cluster.id, min((one.began for one in found), default=0.0)) if found else ()
    return checks_part(found, spans, len(detail.row.instances) > 1, late)


def _show(request: HttpRequest, page: str, context: dict[str, object]) -> HttpResponse:
    """The whole page, or the part of it that changes."""
    return render(request, f"parts/{page}.html" if "fragment" in request.GET else f"{page}.html", context)


def _moments(late: Lateness | None, now: float) -> dict[str, object]:
    """`served`: when the page is made; `now`: the moment at which its texts are rendered. Of a picture that nobody vouches for,
    ages stand still at what was true then."""
    blind = late is not None and late.cause != "cluster"
    stood = late.since if late is not None and late.cause == "collector" else None
    return {"served": now, "now": now if stood is None else stood, "blind": blind}


def _cards() -> dict[str, object]:
    now = time.time()
    shown = cards_now(now)
    moments = {"late": shown.late, "heard": shown.heard, "served": now, "now": now}
    return {"cards": shown.cards, "tally": presenters.tally(shown.cards), **moments}


def _picture(request: HttpRequest, slug: str, *, wall: bool) -> HttpResponse:
    found = selectors.snapshot(slug)
    head = selectors.cluster(slug)
    if found is None or head is None:
        return no_cluster(request, slug, wall=wall)
    now = time.time()
    fresh = pulses.freshness(head)
    late = lateness(fresh, now)
    context = {
        "snapshot": found,
        "full": head.context,
        "tables": None if wall else presenters.tables(found, late),
        "late": late,
        "fresh": believed(fresh, late),
        "wall": wall,
        "abouts": presenters.figure_abouts(),
        **_moments(late, now),
    }
    return render(request, "wall_cluster.html" if wall else "cluster.html", context)


def _no_component(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    head = selectors.cluster(slug)
    if head is None:
        return no_cluster(request, slug)
    links = [(component_help.of(row.kind).title, reverse("component", args=[slug, row.kind])) for row in selectors.components(slug)]
    title = f"{head.name} has no component “{kind}”"
    return missing(request, title, "These components were found in it:", links, reverse("cluster", args=[slug]))


def _no_instance(request: HttpRequest, slug: str, kind: str, name: str) -> HttpResponse:
    detail = selectors.component(slug, kind)
    if detail is None:
        return _no_component(request, slug, kind)
    links = [(one.name, reverse("instance", args=[slug, kind, one.name])) for one in detail.row.instances[:_OFFERED]]
    title = f"{component_help.of(kind).title} of {detail.cluster.name} has no instance “{name}”"
    return missing(request, title, "These are its instances:", links, reverse("component", args=[slug, kind]))


def _no_node(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    found = selectors.snapshot(slug)
    if found is None:
        return no_cluster(request, slug)
    names = [str(one) for one in found.nodes["name"]]
    near = difflib.get_close_matches(name, names, n=_OFFERED, cutoff=0.5) or names[:_OFFERED]
    links = [(one, reverse("node", args=[slug, one])) for one in near]
    lead = f"It may have been removed. Of its {presenters.counted(len(names), 'node')}, these come nearest:"
    return missing(request, f"{found.name} has no node “{name}”", lead, links, reverse("cluster", args=[slug]))
