"""What the API answers with: JSON with an ETag, compressed where the browser takes it, and errors of one clear sentence."""

import gzip
import hashlib
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, ParamSpec

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], Coroutine[Any, Any, HttpResponse]]

#: Below this size compressing costs more than it saves, bytes.
WORTH_ZIPPING = 1024
_GZIP_LEVEL = 5


class Problem(msgspec.Struct, frozen=True):
    """The body of every error."""

    error: str


def problem(status: int, sentence: str) -> HttpResponse:
    """An error; `sentence` says what is wrong and what to do."""
    response = HttpResponse(msgspec.json.encode(Problem(sentence)), status=status, content_type="application/json")
    response["Cache-Control"] = "no-store"
    return response


def signed_in(view: View[P]) -> View[P]:
    """An asynchronous GET for who is signed in: 401 for who is not, 405 for other methods."""

    @wraps(view)
    async def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            response = problem(405, "This address can only be read.")
            response["Allow"] = "GET, HEAD"
            return response
        if not (await request.auser()).is_authenticated:
            return problem(401, "Not signed in. Open the page and sign in again.")
        return await view(request, *args, **kwargs)

    return guarded


def answer(request: HttpRequest, value: msgspec.Struct) -> HttpResponse:
    """The value as JSON."""
    plain = msgspec.json.encode(value)
    return conditional(request, plain=plain, zipped=None, etag=etag_of(plain))


def etag_of(content: bytes) -> str:
    """Weak, for the same content goes out compressed or not."""
    return f'W/"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'


def zipped_of(content: bytes) -> bytes:
    """The content compressed."""
    return gzip.compress(content, _GZIP_LEVEL, mtime=0)


def conditional(request: HttpRequest, *, plain: bytes, zipped: bytes | None, etag: str) -> HttpResponse:
    """304 if the browser has it, else the content; compressed if it takes gzip (then from `zipped`, where that is given)."""
    if etag in _known(request):
        response = HttpResponse(status=304)
        del response["Content-Type"]
    elif takes_gzip(request.headers.get("Accept-Encoding", "")) and len(plain) >= WORTH_ZIPPING:
        response = HttpResponse(zipped or zipped_of(plain), content_type="application/json")
        response["Content-Encoding"] = "gzip"
    else:
        response = HttpResponse(plain, content_type="application/json")
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ("Accept-Encoding", "Cookie"))
    return response


def takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding header allows gzip: named, or by *, and not with q=0."""
    qualities = {}
    for part in accepted.lower().split(","):
        coding, _, parameters = part.strip().partition(";")
        name, _, value = parameters.strip().partition("=")
        qualities[coding.strip()] = not (name.strip() == "q" and value.strip().rstrip("0") in ("", "0.", "."))
    return qualities.get("gzip", qualities.get("*", False))


def _known(request: HttpRequest) -> set[str]:
    header = request.headers.get("If-None-Match", "")
    return {tag.strip() for tag in header.split(",")} if header else set()
