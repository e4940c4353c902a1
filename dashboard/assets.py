"""Static files, under an address that changes when any of them does.

Addresses are /static/<version>/…, and the version is a digest of everything below static/ and of package-lock.json. ES modules
import each other by relative addresses, so a page and all of its modules are always of one version, browsers may keep them for
good, and nothing has to be built or collected. After an upgrade the version differs; open pages read it from the keepalive.
"""

import functools
import hashlib
from http import HTTPStatus
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

from dashboard import answers


def version(folder: Path, *files: Path) -> str:
    """A short digest of the content of every file below `folder` and of `files`; one that is missing counts as empty."""
    digest = hashlib.sha256()
    for path in (*sorted(path for path in folder.rglob("*") if path.is_file()), *files):
        content = path.read_bytes() if path.is_file() else b""
        digest.update(f"{path.name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:12]


#: Compressing what is smaller costs more than it saves, bytes; fonts and images are compressed already.
_WORTH_ZIPPING = 1024
_ZIPPED = ("text/", "image/svg+xml", "application/json")


@functools.lru_cache(maxsize=512)
def _zip(content: bytes) -> bytes:
    return answers.zipped_of(content)


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]  # whitenoise has no types
    """Whitenoise, answering with the whole file: under ASGI Django warns at every synchronous stream, and our files are small.
    Text goes out compressed, once done kept in memory: there is no build step that could do it."""

    @staticmethod
    def serve(static_file: StaticFile, request: HttpRequest) -> HttpResponse:
        try:
            answer = static_file.get_response(request.method, request.META)
        except FileNotFoundError:  # taken away while we run
            return HttpResponse(status=HTTPStatus.NOT_FOUND)
        content = b""
        if answer.file is not None:
            with answer.file:
                content = answer.file.read()
        response = HttpResponse(content, status=int(answer.status))
        del response["Content-Type"]
        for key, value in answer.headers:
            response[key] = value
        if answer.file is not None:
            # Whitenoise measured the file when the server started; it may have been edited since.
            response["Content-Length"] = str(len(content))
        if len(content) >= _WORTH_ZIPPING and answer.status == HTTPStatus.OK and response["Content-Type"].startswith(_ZIPPED):
            patch_vary_headers(response, ("Accept-Encoding",))
            if answers.takes_gzip(request.headers.get("Accept-Encoding", "")):
                response.content = _zip(content)
                response["Content-Encoding"] = "gzip"
                response["Content-Length"] = str(len(response.content))
                del response["ETag"]  # that of the plain bytes; what is kept for good is not asked for again
        return response
