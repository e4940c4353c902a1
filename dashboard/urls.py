"""Addresses of the pages and the API. Sockets: dashboard/asgi.py; the probes: dashboard/gate.py."""

from collections.abc import Callable, Coroutine
from typing import Any

from django.http import HttpResponse
from django.urls import URLPattern, path

from dashboard.rest.declared import RESOURCES, Resource
from dashboard.views import (
    account,
    api,
    bookmarks,
    certificates,
    changes,
    compare,
    displays,
    fleet,
    incidents,
    nodes,
    pages,
    pairing,
    picture,
    rest,
    screens,
    search,
    session,
    then,
    upgrade,
    uptime,
    walls,
)

#: Views of the addresses that pages ask, too.
_OF_PAGES: dict[str, Callable[..., Coroutine[Any, Any, HttpResponse]]] = {
    "api-clusters": api.clusters,
    "api-snapshot": api.snapshot,
    "api-node": api.node,
    "api-search": api.search,
}


def _address(resource: Resource) -> URLPattern:
    route, name = f"api/v1/{resource.route}", resource.name
    return path(route, _OF_PAGES[name], name=name) if resource.serve is None else path(route, rest.view(resource.serve), name=name)


urlpatterns = [
    path("", pages.clusters, name="clusters"),
    path("c/<slug:slug>/", then.cluster, name="cluster"),
    path("c/<slug:slug>/picture.svg", picture.svg, name="picture-svg"),
    path("c/<slug:slug>/picture.png", picture.png, name="picture-png"),
    path("c/<slug:slug>/nodes/", nodes.table, name="nodes"),
    path("c/<slug:slug>/nodes.csv", nodes.csv, name="nodes-csv"),
    path("c/<slug:slug>/nodes/<path:name>/", pages.node, name="node"),
    path("c/<slug:slug>/changes/", changes.of_cluster, name="cluster-changes"),
    path("c/<slug:slug>/changes.atom", changes.atom, name="cluster-changes-atom"),
    path("c/<slug:slug>/changes.csv", changes.csv, name="cluster-changes-csv"),
    path("c/<slug:slug>/uptime/", uptime.of_cluster, name="uptime"),
    path("c/<slug:slug>/uptime.csv", uptime.csv, name="uptime-csv"),
    path("c/<slug:slug>/certificates/", certificates.of_cluster, name="certificates"),
    path("c/<slug:slug>/certificates.csv", certificates.csv, name="certificates-csv"),
    path("c/<slug:slug>/certificates.ics", certificates.calendar, name="certificates-ics"),
    path("c/<slug:slug>/upgrade/", upgrade.of_cluster, name="upgrade"),
    path("c/<slug:slug>/day/", then.last_day, name="day"),
    path("c/<slug:slug>/past/", then.latest, name="past"),
    path("c/<slug:slug>/bookmarks/", bookmarks.of_cluster, name="bookmarks"),
    path("c/<slug:slug>/incidents/", incidents.of_cluster, name="cluster-incidents"),
    path("c/<slug:slug>/incidents.part", incidents.open_now, name="open-incidents"),
    path("c/<slug:slug>/incidents/<str:name>/report.html", incidents.report, name="incident-report"),
    path("c/<slug:slug>/incidents/<str:name>/report.md", incidents.markdown, name="incident-markdown"),
    path("c/<slug:slug>/incidents/<str:name>/", incidents.one, name="incident"),
    path("incidents/", incidents.of_all, name="incidents"),
    path("changes/", changes.of_all, name="changes"),
    path("changes.atom", changes.atom, name="changes-atom"),
    path("changes.csv", changes.csv, name="changes-csv"),
    path("c/<slug:slug>/acknowledge/", walls.acknowledge, name="acknowledge"),
    path("c/<slug:slug>/<slug:kind>/", pages.component, name="component"),
    path("c/<slug:slug>/<slug:kind>/<path:name>/", pages.instance, name="instance"),
    path("clusters/", fleet.manage, name="manage-clusters"),
    path("clusters/add/", fleet.add, name="add-cluster"),
    path("clusters/add/<str:trial>/", fleet.tried, name="try-cluster"),
    path("clusters/<slug:slug>/", fleet.one, name="manage-cluster"),
    path("compare/", compare.page, name="compare"),
    path("wall/", pages.wall, name="wall"),
    path("wall/in/<str:secret>/", screens.link, name="wall-link"),
    path("wall/<slug:slug>/", screens.wall, name="wall_cluster"),
    path("wall/<slug:display>/says/", screens.says, name="wall-says"),
    path("wall/worker.js", walls.worker, name="wall-worker"),
    path("wall/<slug:display>/scene.json", walls.scene, name="wall-scene"),
    path("wall/<slug:display>/basic/", walls.basic, name="wall-basic"),
    path("wall/<slug:display>/board.svg", walls.board, {"form": "svg"}, name="wall-board"),
    path("wall/<slug:display>/board.png", walls.board, {"form": "png"}, name="wall-board-png"),
    path("wall/<slug:display>/c/<slug:slug>/picture.svg", walls.page, name="wall-page"),
    path("displays/", displays.every, name="displays"),
    path("displays/pair/", pairing.confirm, name="pair-confirm"),
    path("pair/", pairing.screen, name="pair"),
    path("pair/state/", pairing.state, name="pair-state"),
    path("displays/new/", displays.new, name="display-new"),
    path("displays/<int:number>/", displays.one, name="display"),
    path("search/", search.page, name="search"),
    path("account/tokens/", account.own_tokens, name="tokens"),
    path("signin/", session.SignIn.as_view(), name="signin"),
    path("signin/<str:token>/", session.link, name="signin-link"),
    path("signout/", session.SignOut.as_view(), name="signout"),
    path("api/v1/openapi.json", rest.schema, name="api-schema"),
    path("api/v1/docs/", rest.docs, name="api-docs"),
    *(_address(one) for one in RESOURCES),
]

handler403 = "dashboard.views.errors.not_permitted"
handler404 = "dashboard.views.errors.not_found"
handler500 = "dashboard.views.errors.failed"
