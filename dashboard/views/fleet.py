"""What operators do with clusters: add one, which is tried first; call it something; stop it; forget it."""

import time
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from dashboard import adding, notes, operators
from dashboard.views.refusing import no_cluster, no_operator
from planes.store import clusters, fleet, selectors, twins
from planes.structs.events import FaultKind
from planes.up import pasted, trial

#: Seconds after which a page that waits for an answer looks again, without scripts too.
LOOK_AGAIN = 1
View = Callable[..., HttpResponse]


def _for_operators(view: View) -> View:
    @wraps(view)
    @login_required
    def guarded(request: HttpRequest, **kwargs: str) -> HttpResponse:
        if not operators.is_operator(request.user):
            return no_operator(request, "What is watched concerns everybody", ("Clusters", reverse("clusters")))
        return view(request, **kwargs)

    return guarded


@require_safe
@_for_operators
def manage(request: HttpRequest) -> HttpResponse:
    """All clusters, the stopped ones too: whence, since when, and where each is managed."""
    return render(request, "manage_clusters.html", {"heads": selectors.watched(), "stopped": fleet.stopped(), "now": time.time()})


@require_http_methods(["GET", "HEAD", "POST"])
@_for_operators
def one(request: HttpRequest, slug: str) -> HttpResponse:
    """One cluster: what it is called, its address here, its labels; stopped, watched again, removed. POST does what `do` says."""
    head = fleet.known(slug)
    if head is None:
        return no_cluster(request, slug)
    if request.method != "POST":
        return _cluster(request, head)
    match request.POST.get("do", ""):
        case "call":
            return _called(request, head)
        case "stop":
            fleet.stop(slug)
        case "resume":
            fleet.resume(slug)
        case "accept":
            clusters.accept(slug)
        case "remove":
            return _removed(request, head)
    return redirect("manage-cluster", slug=slug)


def _called(request: HttpRequest, head: selectors.ClusterHead) -> HttpResponse:
    typed = {name: request.POST.get(name, "").strip() for name in ("title", "slug", "labels")}
    try:
        fleet.say(head.slug, fleet.Said(typed["title"], typed["slug"], fleet.labels_of(typed["labels"])))
    except fleet.WrongError as error:
        return _cluster(request, head, status=400, error=str(error), typed=typed)
    return redirect("manage-cluster", slug=typed["slug"])


def _removed(request: HttpRequest, head: selectors.ClusterHead) -> HttpResponse:
    history = request.POST.get("history", "")
    if history not in ("keep", "delete"):
        return _cluster(request, head, status=400, removing="Say whether its history is to be kept or deleted.")
    fleet.remove(head.slug, history=history == "delete")
    if history == "delete":
        notes.forget(head.id)
    trial.drop_pasted(settings.DATA_DIR, head.kubeconfig)
    return redirect("manage-clusters")


def _cluster(request: HttpRequest, head: selectors.ClusterHead, *, status: int = 200, **shown: object) -> HttpResponse:
    context = {
        "head": head,
        "now": time.time(),
        "typed": {"title": head.name, "slug": head.slug, "labels": fleet.written(head.labels)},
        "others": twins.others(head.id),
        "taken": head.row.fault is not None and head.row.fault.kind == FaultKind.ANOTHER.value,
        **shown,
    }
    return render(request, "manage_cluster.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@_for_operators
def add(request: HttpRequest) -> HttpResponse:
    """Ways to add a cluster; POST tries one and leads to its trial."""
    if request.method != "POST":
        return _ways(request)
    try:
        return redirect("try-cluster", trial=adding.begin(request.POST.dict()))
    except (adding.WrongError, pasted.WrongError, trial.BusyError) as error:
        return _ways(request, status=400, error=str(error))
    except OSError as error:
        return _ways(request, status=500, error=f"Nothing can be written to the data directory ({error.strerror}).")


def _ways(request: HttpRequest, *, status: int = 200, error: str = "") -> HttpResponse:
    typed = {name: request.POST.get(name, "") for name in ("name", "server", "ca")}  # what is secret is typed again
    return render(request, "add_cluster.html", {"ways": adding.ways(), "error": error, "typed": typed}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@_for_operators
def tried(request: HttpRequest, **kwargs: str) -> HttpResponse:
    """What was found of a cluster that is tried, as it is found; POST watches it."""
    found = trial.look(settings.DATA_DIR, kwargs["trial"])
    if found is None:
        return _ways(request, status=404, error="This trial is over, or was never begun. Try the cluster again.")
    if request.method != "POST":
        return _trial(request, found)
    told = adding.told(found)
    if told is None or told.same is not None:
        return _trial(request, found)
    try:
        slug = adding.keep(kwargs["trial"])
    except OSError as error:
        return _ways(request, status=500, error=f"Nothing can be written to the data directory ({error.strerror}).")
    return redirect("manage-cluster", slug=slug) if slug else redirect("add-cluster")


def _trial(request: HttpRequest, found: trial.Trial) -> HttpResponse:
    response = render(request, "try_cluster.html", {"trial": found, "told": adding.told(found)})
    if not found.ended:
        response.headers["Refresh"] = str(LOOK_AGAIN)
    return response
