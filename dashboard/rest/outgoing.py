"""How an answer goes out: with an ETag of its facts, its texts ready to read, and a link to the next page."""

from urllib.parse import urlencode

import msgspec
from django.http import HttpRequest, HttpResponse

from dashboard import answers
from dashboard.rest.problems import RefusedError
from dashboard.rest.shapes import Answer, ChangesAnswer, Dated
from planes.structs import time_tokens
from planes.structs.history import Span


def takes_json(request: HttpRequest) -> None:
    """Raises RefusedError (406) where a request names what it takes, and JSON is not among it."""
    if not request.accepts("application/json"):
        raise RefusedError(406, "This API answers with application/json only. Send that, or */*, as Accept.")


def answer(request: HttpRequest, value: Answer, now: float) -> HttpResponse:
    """The ETag is that of the facts: neither when they were last vouched for nor an age that runs on changes it. `now`: epoch
    seconds, at which ages are told."""
    etag = answers.etag_of(msgspec.json.encode(_facts(value)))
    plain = time_tokens.render(msgspec.json.encode(value).decode(), now).encode()
    response = answers.conditional(request, plain=plain, zipped=None, etag=etag)
    following = getattr(value, "next", None)
    if following:
        query = urlencode({**request.GET.dict(), "cursor": following})
        response["Link"] = f'<{request.path}?{query}>; rel="next"'
    return response


def _facts(value: Answer) -> Answer:
    if isinstance(value, Dated):
        return msgspec.structs.replace(value, as_of=None)
    heads = tuple(msgspec.structs.replace(one, as_of=None) for one in value.clusters)
    value = msgspec.structs.replace(value, as_of=None, clusters=heads)
    if not isinstance(value, ChangesAnswer):
        return value
    # The span that is being watched grows with every moment; a new one is a fact.
    spans = tuple(Span(one.began, one.began) for one in value.watched[-1:])
    return msgspec.structs.replace(value, watched=(*value.watched[:-1], *spans))
