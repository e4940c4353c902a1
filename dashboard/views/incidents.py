"""Incidents, of one cluster or of all: a list, a page for each, and its report as one HTML file or Markdown."""

import re
import time
from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

import msgspec
from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from dashboard import incident_pages, incident_reports, notes, picture
from dashboard.incident_pages import IncidentPage, Picture
from dashboard.incident_reports import Drawn
from dashboard.views.refusing import no_cluster, refused, wrong_list
from planes.components.registry import KINDS
from planes.store import moments, selectors
from planes.store.freshness import Freshness

_KINDS = tuple(one.kind for one in KINDS)
#: Characters of a node's name, as Kubernetes bounds them.
_LONGEST = 253
#: The pictures of a report, pixels.
_DRAWN = picture.Wanted(width=1280, height=720, theme="light")


@require_safe
@login_required
def of_all(request: HttpRequest) -> HttpResponse:
    """The incidents of every cluster."""
    return _list(request, "")


@require_safe
@login_required
def of_cluster(request: HttpRequest, slug: str) -> HttpResponse:
    """The incidents of one cluster."""
    return _list(request, slug)


@require_safe
@login_required
def open_now(request: HttpRequest, slug: str) -> HttpResponse:
    """Those of one cluster that go on, as the page of its picture lists them (static/js/open-incidents.js)."""
    head = selectors.cluster(slug)
    if head is None:
        return no_cluster(request, slug)
    response = render(request, "parts/open_incidents.html", incident_pages.followed(head, time.time()))
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def one(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """One incident; POST adds a note to it, or takes one's own away."""
    head, now, written, error = selectors.cluster(slug), time.time(), "", ""
    if head is None:
        return no_cluster(request, slug)
    if request.method == "POST":
        found = incident_pages.found_in(slug, name)
        if found is None:
            return _no_incident(request, slug)
        written = request.POST.get("text", "")
        error = _noted(request, head.id, found[1].id, written, now)
        if not error:
            return redirect(reverse("incident", args=[slug, found[1].id]) + "#notes-title")
    context = incident_pages.one(head, name, now)
    if context is None:
        return _no_incident(request, slug)
    context |= {"reader": request.user.pk, "longest": notes.LONGEST_NOTE, "written": written, "error": error}
    template = "parts/incident.html" if "fragment" in request.GET else "incident.html"
    return render(request, template, context, status=400 if error else 200)


def _noted(request: HttpRequest, cluster: int, incident: str, text: str, now: float) -> str:
    """Why what was asked for cannot be done; empty: it is done."""
    user = request.user
    assert isinstance(user, User)
    if "delete" in request.POST:
        # One that is not there, or another person's, is passed over: what is wanted of it holds, or is not one's to want.
        notes.take_away(user, cluster, notes.number(request.POST["delete"]))
        return ""
    try:
        notes.write(user, cluster, incident, text, now)
    except notes.WrongError as wrong:
        return str(wrong)
    return ""


@require_safe
@login_required
def markdown(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """The report of one as Markdown."""
    now = time.time()
    page = _page(slug, name, now)
    if page is None:
        return _missing(request, slug)
    body = incident_reports.markdown(page, _address(request, slug, name), now)
    return _file(body, "text/markdown", name, "md", download="download" in request.GET)


@require_safe
@login_required
async def report(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """The report of one as an HTML file that needs nothing beside it."""
    now = time.time()
    page = await sync_to_async(_page)(slug, name, now)
    if page is None:
        return await sync_to_async(_missing)(request, slug)
    user = (await request.auser()).pk
    pictures = [await _drawn(slug, one, user) for one in page.pictures]
    body = incident_reports.html(page, pictures, _address(request, slug, name), now)
    response = _file(body, "text/html", name, "html", download="download" in request.GET)
    response["Content-Security-Policy"] = incident_reports.policy()
    return response


async def _drawn(slug: str, one: Picture, user: int | None) -> Drawn:
    read: Callable[[str, float], Awaitable[bytes | None]] = sync_to_async(_snapshot)
    snapshot = await read(slug, one.at)
    if snapshot is None:
        return incident_reports.drawn(one.when, one.at, None, "The cluster is not watched any more.")
    try:
        svg = await picture.painter().patiently("svg", snapshot, Freshness(one.at, one.at), one.at, _DRAWN, user=user)
    except picture.CannotDrawError as error:
        return incident_reports.drawn(one.when, one.at, None, str(error))
    return incident_reports.drawn(one.when, one.at, svg)


def _snapshot(slug: str, at: float) -> bytes | None:
    found = moments.snapshot(slug, at)
    return None if found is None else msgspec.json.encode(found)


def _page(slug: str, name: str, now: float) -> IncidentPage | None:
    head = selectors.cluster(slug)
    found = incident_pages.found_in(slug, name) if head else None
    return None if head is None or found is None else incident_pages.page_of(head, *found, now)


def _list(request: HttpRequest, slug: str) -> HttpResponse:
    head = selectors.cluster(slug) if slug else None
    if slug and head is None:
        return no_cluster(request, slug)
    kind, node = request.GET.get("kind", "").strip(), request.GET.get("node", "").strip()
    if kind not in ("", *_KINDS):
        return wrong_list(request, f"kind= is one of: {', '.join(_KINDS)}.", ("All incidents", request.path))
    if len(node) > _LONGEST or "\x00" in node:
        return wrong_list(request, "node= is the name of a node: at most 253 characters.", ("All incidents", request.path))
    template = "parts/incident_list.html" if "fragment" in request.GET else "incidents.html"
    query = urlencode({name: value for name, value in (("kind", kind), ("node", node)) if value})
    return render(request, template, incident_pages.listed(head, time.time(), kind, node) | {"query": query})


def _address(request: HttpRequest, slug: str, name: str) -> str:
    return request.build_absolute_uri(reverse("incident", args=[slug, name]))


def _missing(request: HttpRequest, slug: str) -> HttpResponse:
    return _no_incident(request, slug) if selectors.cluster(slug) else no_cluster(request, slug)


def _no_incident(request: HttpRequest, slug: str) -> HttpResponse:
    links = [("All incidents of this cluster", reverse("cluster-incidents", args=[slug]))]
    sentence = "An incident goes when the changes that it is made of are no longer kept."
    return refused(request, 404, "There is no such incident on record", sentence, links, reverse("clusters"))


def _file(body: str, form: str, name: str, ending: str, *, download: bool) -> HttpResponse:
    response = HttpResponse(body, content_type=f"{form}; charset=utf-8")
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name)[:200]
    response["Content-Disposition"] = f'{"attachment" if download else "inline"}; filename="incident-{plain}.{ending}"'
    response["Cache-Control"] = "no-store"
    return response
