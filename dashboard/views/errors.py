"""When there is nothing to show: one clear sentence, as a page, or as JSON below /api/. None of these asks the database, nor the
session: the template is given no request, so that no context processor runs."""

import sys

from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from dashboard import answers
from planes.store.away import AGAIN, is_away, remedy, said

#: Seconds after which to ask again while the database is away.
RETRY_AFTER = 5
#: What passes (an overload, an error, a database that is away), and seconds after which a screen on a wall asks again.
_PASSING, _AGAIN = (408, 429, 500, 503), 15


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
    # Where a session is stored, after the view, no middleware sees what goes wrong.
    error = sys.exc_info()[1]
    if isinstance(error, Error) and is_away(error):
        return database_away(request, said(error), remedy(error))
    return _answer(
        request, 500, "An error in Planewatch", "Planewatch could not answer because of an error of its own. The log says more."
    )


def database_away(request: HttpRequest, what: str = "does not answer", todo: str = AGAIN) -> HttpResponse:
    """`what` it does, to follow its name; `todo`: a sentence or two (planes.store.away)."""
    response = _answer(request, 503, f"The database {what}", todo, f"The database {what}. {todo}")
    response["Retry-After"] = str(RETRY_AFTER)
    return response


def _answer(request: HttpRequest, status: int, title: str, sentence: str, told: str = "") -> HttpResponse:
    """`told`: what a program is told, who is shown no title; else the sentence."""
    if request.path.startswith("/api/"):
        return answers.problem(status, told or sentence)
    answer = HttpResponse(page(status, title, sentence), status=status)
    if seconds := again(request.path, status):
        answer["Refresh"] = str(seconds)
    return answer


def again(path: str, status: int) -> int:
    """Seconds after which a screen on a wall asks again by itself, for nobody stands there who would; 0: it does not."""
    return _AGAIN if path.startswith(("/wall/", "/pair/")) and status in _PASSING else 0


def page(status: int, title: str, sentence: str) -> str:
    """The page of an error."""
    return render_to_string("error.html", {"status": status, "title": title, "message": sentence, "links": [], "back": "/"})
