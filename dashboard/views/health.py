"""For probes, without signing in: /healthz says that this process answers, /readyz that the database and Valkey answer it."""

from django.http import HttpRequest, HttpResponse

from dashboard import readiness


async def healthz(request: HttpRequest) -> HttpResponse:
    """200 "ok": the process lives."""
    return _plain(200, "ok")


async def readyz(request: HttpRequest) -> HttpResponse:
    """200 "ok", or 503 "not ready" and nothing else."""
    return _plain(200, "ok") if await readiness.is_ready() else _plain(503, "not ready")


def _plain(status: int, word: str) -> HttpResponse:
    return HttpResponse(word + "\n", status=status, content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"})
