"""The JSON that pages fetch: GET, for who is signed in, and for programs with a token. docs/wire.md tells what is in it."""

import time

from channels.db import database_sync_to_async
from django.http import HttpRequest, HttpResponse

from dashboard import answers, reports, wanted_changes
from dashboard.rest.access import Access, reads
from dashboard.snapshots import shared
from planes.store import moments

_snapshots = shared()

#: A label's key and value, as Kubernetes bounds them: 253 + 1 + 63, "=", 63.
LONGEST_LABEL = 381


@reads
async def snapshot(request: HttpRequest, access: Access, cluster: str) -> HttpResponse:
    """The whole picture of a cluster."""
    await _known(access, cluster)
    if "at" in request.GET:
        return await _as_it_was(request, cluster)
    found = await _snapshots.get(cluster)
    if found is None:
        return answers.problem(404, f"There is no cluster {cluster} here.")
    return answers.conditional(request, plain=found.plain, zipped=found.zipped, etag=found.etag)


async def _as_it_was(request: HttpRequest, cluster: str) -> HttpResponse:
    """The picture of a moment in the past."""
    try:
        at = wanted_changes.moment(request.GET, "at")
    except wanted_changes.WrongError as error:
        return answers.problem(400, str(error))
    if at is None or at > time.time():
        return answers.problem(400, "at= has to lie in the past.")
    found = await database_sync_to_async(moments.snapshot, thread_sensitive=False)(cluster, at)
    if found is None:
        return answers.problem(404, f"There is no cluster {cluster} here.")
    return answers.answer(request, found)


@reads
async def node(request: HttpRequest, access: Access, cluster: str, node: str) -> HttpResponse:
    """One node, with its agents' evidence, its pods and its events."""
    await _known(access, cluster)
    found = await database_sync_to_async(reports.node)(cluster, node)
    if found is None:
        return answers.problem(404, f"There is no node {node} in a cluster {cluster} here.")
    return answers.answer(request, found)


@reads
async def clusters(request: HttpRequest, access: Access) -> HttpResponse:
    """All clusters, as cards of two planes."""
    return answers.answer(request, await database_sync_to_async(reports.clusters)(access.clusters))


@reads
async def search(request: HttpRequest, access: Access, cluster: str) -> HttpResponse:
    """The names of the nodes that carry a label: ?label=key or ?label=key=value."""
    wanted = request.GET.get("label", "").strip()
    if not wanted or len(wanted) > LONGEST_LABEL:
        return answers.problem(400, "Name a label: ?label=key or ?label=key=value.")
    await _known(access, cluster)
    names = await database_sync_to_async(reports.labelled)(cluster, wanted)
    if names is None:
        return answers.problem(404, f"There is no cluster {cluster} here.")
    return answers.answer(request, names)


async def _known(access: Access, slug: str) -> None:
    """Raises RefusedError (404) for a cluster that a token does not open. Whoever may know of all is not asked for each."""
    if access.clusters is not None:
        await database_sync_to_async(access.head)(slug)
