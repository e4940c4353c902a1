"""The API for programs: every address that dashboard.rest.declared lists, its OpenAPI document, and the page that shows it."""

import time
from collections.abc import Callable

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dashboard import answers
from dashboard.rest import asking, openapi, outgoing
from dashboard.rest.access import Access, reads_in_thread
from dashboard.rest.asking import Nothing
from dashboard.rest.declared import RESOURCES, Serve

View = Callable[..., HttpResponse]


def view(serve: Serve) -> View:
    """The view of one address."""

    @reads_in_thread
    def answered(request: HttpRequest, access: Access, /, **places: str) -> HttpResponse:
        outgoing.takes_json(request)
        now = time.time()
        return outgoing.answer(request, serve(access, places, request.GET, now), now)

    return answered


@reads_in_thread
def schema(request: HttpRequest, access: Access) -> HttpResponse:
    """The OpenAPI document."""
    asking.read(request.GET, Nothing)
    outgoing.takes_json(request)
    whole = openapi.document()
    return answers.conditional(request, plain=whole, zipped=None, etag=answers.etag_of(whole))


@require_safe
@login_required
def docs(request: HttpRequest) -> HttpResponse:
    """The document as a page."""
    shown = [
        {
            "resource": one,
            "address": openapi.address(one),
            "parameters": openapi.parameters(one),
            "fields": one.answer.__struct_fields__,
        }
        for one in RESOURCES
    ]
    return render(request, "api.html", {"resources": shown, "origin": request.build_absolute_uri("/").rstrip("/")})
