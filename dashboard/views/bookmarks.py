"""The moments of one cluster that people gave a name: a page, to which the bar below a picture of the past leads, too."""

import time

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from dashboard import notes, wanted_changes
from dashboard.then import iso
from dashboard.views.refusing import no_cluster
from planes.store import moments, selectors
from planes.store.selectors import ClusterHead


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def of_cluster(request: HttpRequest, slug: str) -> HttpResponse:
    """All of them; POST keeps a moment (`name`, `at`), or deletes one's own (`delete`)."""
    head = selectors.cluster(slug)
    if head is None:
        return no_cluster(request, slug)
    if request.method != "POST":
        return _page(request, head)
    user = request.user
    assert isinstance(user, User)
    if "delete" in request.POST:
        # One that is not there, or another person's, is passed over.
        notes.let_go(user, head.id, notes.number(request.POST["delete"]))
        return redirect("bookmarks", slug)
    try:
        at = _moment(request, head)
        notes.keep(user, head.id, at, request.POST.get("name", ""))
    except (notes.WrongError, wanted_changes.WrongError) as wrong:
        asked = {"name": request.POST.get("name", ""), "at": request.POST.get("at", "")}
        return _page(request, head, status=400, error=str(wrong), **asked)
    return redirect(f"{reverse('cluster', args=[slug])}?at={iso(at)}")


def _moment(request: HttpRequest, head: ClusterHead) -> float:
    """Epoch seconds. Raises WrongError of wanted_changes."""
    at = wanted_changes.moment(request.POST.dict(), "at")
    near = moments.around(head.slug, at) if at is not None else None
    if at is None or at > time.time():
        raise wanted_changes.WrongError("A bookmark is of a moment in the past, such as 2026-11-22T14:05Z.")
    if near is None or near.oldest is None or at < near.oldest:
        raise wanted_changes.WrongError("Nothing is remembered of that moment.")
    return at


def _page(request: HttpRequest, head: ClusterHead, *, status: int = 200, **shown: str) -> HttpResponse:
    context = {
        "cluster": head,
        "kept": [(one, iso(one.at)) for one in notes.bookmarks(head.id)],
        "reader": request.user.pk,
        "longest": notes.LONGEST_NAME,
        "at": iso(time.time() - 60),
        **shown,
    }
    return render(request, "bookmarks.html", context, status=status)
