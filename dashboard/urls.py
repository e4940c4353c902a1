"""Addresses of the pages and the API. Sockets: dashboard/asgi.py; the probes: dashboard/gate.py."""

from django.urls import path

from dashboard.views import api, changes, nodes, pages, picture, session

urlpatterns = [
    path("", pages.clusters, name="clusters"),
    path("c/<slug:slug>/", pages.cluster, name="cluster"),
    path("c/<slug:slug>/picture.svg", picture.svg, name="picture-svg"),
    path("c/<slug:slug>/picture.png", picture.png, name="picture-png"),
    path("c/<slug:slug>/nodes/", nodes.table, name="nodes"),
    path("c/<slug:slug>/nodes.csv", nodes.csv, name="nodes-csv"),
    path("c/<slug:slug>/nodes/<path:name>/", pages.node, name="node"),
    path("c/<slug:slug>/changes/", changes.of_cluster, name="cluster-changes"),
    path("c/<slug:slug>/changes.atom", changes.atom, name="cluster-changes-atom"),
    path("c/<slug:slug>/changes.csv", changes.csv, name="cluster-changes-csv"),
    path("changes/", changes.of_all, name="changes"),
    path("changes.atom", changes.atom, name="changes-atom"),
    path("changes.csv", changes.csv, name="changes-csv"),
    path("c/<slug:slug>/<slug:kind>/", pages.component, name="component"),
    path("wall/", pages.wall, name="wall"),
    path("wall/<slug:slug>/", pages.wall_cluster, name="wall_cluster"),
    path("signin/", session.SignIn.as_view(), name="signin"),
    path("signin/<str:token>/", session.link, name="signin-link"),
    path("signout/", session.SignOut.as_view(), name="signout"),
    path("api/v1/clusters", api.clusters, name="api-clusters"),
    path("api/v1/c/<slug:slug>/snapshot", api.snapshot, name="api-snapshot"),
    path("api/v1/c/<slug:slug>/nodes/<path:name>", api.node, name="api-node"),
    path("api/v1/c/<slug:slug>/search", api.search, name="api-search"),
]

handler403 = "dashboard.views.errors.not_permitted"
handler404 = "dashboard.views.errors.not_found"
handler500 = "dashboard.views.errors.failed"
