"""When there is nothing to show: one clear sentence, as a page, or as JSON below /api/. None of these asks the database, nor the
session: the template is given no request, so that no context processor runs."""

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from dashboard import answers


def not_permitted(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 403, "Not permitted", "This account may not see what is here.")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _answer(
        request,
        403,
        "Nothing was changed",
        "This form was sent without its key, or from another site. Load the page again; cookies must be allowed.",
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 404, "Not found", "There is nothing at this address.")


def failed(request: HttpRequest) -> HttpResponse:
    return _answer(
        request, 500, "An error in Planewatch", "Planewatch could not answer because of an error of its own. The log says more."
    )


def database_away(request: HttpRequest, said: str = "does not answer") -> HttpResponse:
    return _answer(request, 503, f"The database {said}", "Try again in a few seconds. The log says more.")


def _answer(request: HttpRequest, status: int, title: str, sentence: str) -> HttpResponse:
    if request.path.startswith("/api/"):
        return answers.problem(status, sentence)
    return HttpResponse(page(status, title, sentence), status=status)


def page(status: int, title: str, sentence: str) -> str:
    """The page of an error."""
    return render_to_string("error.html", {"status": status, "title": title, "message": sentence, "links": [], "back": "/"})
