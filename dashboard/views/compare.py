"""Two clusters, or two moments of one, beside each other: `/compare/?a=<cluster>[@moment]&b=<cluster>[@moment]`."""

import time
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from dashboard import compare_pages, vouching
from dashboard.compare_pages import NoClusterError, TooOldError, Wanted
from dashboard.then import iso
from dashboard.views.refusing import no_cluster
from dashboard.wanted_changes import WrongError
from planes.store import selectors

_DAY = 86_400.0


@require_safe
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """Both, or the choice of them while one is not named. A form's moments move into the address that is shared."""
    query, now = request.GET.dict(), time.time()
    try:
        a, b = (compare_pages.asked(query, name, now) for name in ("a", "b"))
    except WrongError as error:
        return _wrong(request, 400, "This cannot be compared", str(error), [])
    if query.get("a_at") or query.get("b_at"):
        return redirect(_address(a, b))
    if a is None or b is None:
        return _choice(request, a or b, now)
    try:
        found = compare_pages.compared(*compare_pages.sides(a, b, now), now)
    except NoClusterError as error:
        return no_cluster(request, error.slug)
    except TooOldError as error:
        return _too_old(request, error, a, b)
    context = {"found": found, **_chosen(a, b), **_standing(found.now, now)}
    return render(request, "parts/compare.html" if "fragment" in request.GET else "compare.html", context)


def _choice(request: HttpRequest, a: Wanted | None, now: float) -> HttpResponse:
    context = {"found": None, **_chosen(a, None), "yesterday": iso((now - _DAY) // 60 * 60), **_standing(False, now)}
    return render(request, "compare.html", context)


def _chosen(a: Wanted | None, b: Wanted | None) -> dict[str, object]:
    def moment(one: Wanted | None) -> str:
        return iso(one.at) if one is not None and one.at is not None else ""

    return {
        "heads": selectors.watched(),
        "a": a.slug if a else "",
        "b": b.slug if b else "",
        "a_at": moment(a),
        "b_at": moment(b),
        "yesterday": "",
        "turned": _address(b, a) if a and b else "",
        "query": _query(a, b),
    }


def _standing(present: bool, now: float) -> dict[str, object]:
    """What keeps the page live, where it shows the present."""
    if not present:
        return {"present": False, "served": now, "now": now}
    how = vouching.standing(None, now)
    return {"present": True, "vouched": how.vouched, "fresh": how.fresh, "late": how.late, "served": now, "now": now}


def _query(a: Wanted | None, b: Wanted | None) -> str:
    return urlencode({name: one.address for name, one in (("a", a), ("b", b)) if one is not None}, safe="@:")


def _address(a: Wanted | None, b: Wanted | None) -> str:
    return f"{reverse('compare')}?{_query(a, b)}"


def _too_old(request: HttpRequest, error: TooOldError, a: Wanted, b: Wanted) -> HttpResponse:
    if error.oldest is None:
        sentence = f"{error.head.name} was not watched until now."
        return _wrong(request, 404, "Nothing is remembered yet", sentence, [])
    oldest = Wanted(error.head.slug, -(-error.oldest // 1))
    address = _address(oldest, b) if error.side == "a" else _address(a, oldest)
    sentence = f"What is remembered of {error.head.name} begins at {iso(error.oldest)}."
    title = "Nothing is remembered of that moment"
    return _wrong(request, 404, title, sentence, [("The oldest moment that is remembered", address)])


def _wrong(request: HttpRequest, status: int, title: str, sentence: str, links: list[tuple[str, str]]) -> HttpResponse:
    links = [*links, ("Choose what to compare", reverse("compare"))]
    context = {"status": status, "title": title, "message": sentence, "links": links, "back": reverse("compare")}
    return render(request, "error.html", context, status=status)
