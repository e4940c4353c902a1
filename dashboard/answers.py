"""What the API answers with: JSON with an ETag, compressed where it is taken so, and errors of one clear sentence."""

import gzip
import hashlib
from collections.abc import Mapping
from http import HTTPStatus

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

#: Below this size compressing costs more than it saves, bytes.
WORTH_ZIPPING = 1024
_GZIP_LEVEL = 5


#: The media type of every error below /api/.
PROBLEM_TYPE = "application/problem+json"


class Problem(msgspec.Struct, frozen=True):
    """The body of every error, as RFC 9457 has it: `title` is the status in words, `detail` what is wrong and what to do. `error`
    is the same sentence, by the name that it had before problems had a form."""

    type: str
    title: str
    status: int
    detail: str
    error: str


def problem(status: int, sentence: str, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """An error; `sentence` says what is wrong and what to do."""
    body = Problem("about:blank", HTTPStatus(status).phrase, int(status), sentence, sentence)
    response = HttpResponse(msgspec.json.encode(body), status=status, content_type=PROBLEM_TYPE, headers=headers)
    response["Cache-Control"] = "no-store"
    return response


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


def conditional(
    request: HttpRequest, *, plain: bytes, zipped: bytes | None, etag: str, content_type: str = "application/json"
) -> HttpResponse:
    """304 if the browser has it, else the content; compressed if it takes gzip (then from `zipped`, where that is given)."""
    if etag in _known(request):
        response = HttpResponse(status=304)
        del response["Content-Type"]
    elif takes_gzip(request.headers.get("Accept-Encoding", "")) and len(plain) >= WORTH_ZIPPING:
        response = HttpResponse(zipped or zipped_of(plain), content_type=content_type)
        response["Content-Encoding"] = "gzip"
    else:
        response = HttpResponse(plain, content_type=content_type)
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ("Accept-Encoding", "Authorization", "Cookie"))
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
