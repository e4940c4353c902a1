"""The JSON that pages fetch: GET, for who is signed in. docs/wire.md tells what is in it."""

from channels.db import database_sync_to_async
from django.http import HttpRequest, HttpResponse

from dashboard import answers, reports
from dashboard.snapshots import shared

_snapshots = shared()

#: A label's key and value, as Kubernetes bounds them: 253 + 1 + 63, "=", 63.
LONGEST_LABEL = 381


@answers.signed_in
async def snapshot(request: HttpRequest, slug: str) -> HttpResponse:
    """The whole picture of a cluster."""
    found = await _snapshots.get(slug)
    if found is None:
        return answers.problem(404, f"There is no cluster {slug} here.")
    return answers.conditional(request, plain=found.plain, zipped=found.zipped, etag=found.etag)


@answers.signed_in
async def node(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """One node, with its agents' evidence, its pods and its events."""
    found = await database_sync_to_async(reports.node)(slug, name)
    if found is None:
        return answers.problem(404, f"There is no node {name} in a cluster {slug} here.")
    return answers.answer(request, found)


@answers.signed_in
async def clusters(request: HttpRequest) -> HttpResponse:
    """All clusters, as cards of two planes."""
    return answers.answer(request, await database_sync_to_async(reports.clusters)())


@answers.signed_in
async def search(request: HttpRequest, slug: str) -> HttpResponse:
    """The names of the nodes that carry a label: ?label=key or ?label=key=value."""
    wanted = request.GET.get("label", "").strip()
    if not wanted or len(wanted) > LONGEST_LABEL:
        return answers.problem(400, "Name a label: ?label=key or ?label=key=value.")
    names = await database_sync_to_async(reports.labelled)(slug, wanted)
    if names is None:
        return answers.problem(404, f"There is no cluster {slug} here.")
    return answers.answer(request, names)
