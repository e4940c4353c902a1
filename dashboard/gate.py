"""What every HTTP request passes before Django sees it: who may send how much, how many are worked on at once, under which name.

Django works on each request in a thread. Hundreds of threads that all want to compute starve the event loop, and with it every
viewer's socket; so few work at once and the others wait here, as coroutines, which cost next to nothing. A body is read here, whole
and within a bound and a time, before a thread is given to its request. /healthz and /readyz never wait and answer to any name: a
probe asks by an address that is in nobody's list.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache
from http import HTTPStatus
from typing import NoReturn

from asgiref.typing import (
    ASGI3Application,
    ASGIReceiveCallable,
    ASGIReceiveEvent,
    ASGISendCallable,
    ASGISendEvent,
    HTTPScope,
    Scope,
)
from django.conf import settings
from django.http.request import split_domain_port, validate_host

from dashboard import readiness
from dashboard.answers import PROBLEM_TYPE, problem
from dashboard.lending import Threads
from dashboard.logs import Sparing
from dashboard.views import errors

#: Bytes of a body: of whoever brings no session, and of whoever brings one.
ANYBODY, SIGNED_IN = 64 * 1024, 1024 * 1024
#: Seconds within which a body must have come.
BODY_TIME = 20.0
#: Requests that are worked on at once, and sign-ins, which may be held back for seconds (dashboard/throttle.py) and have their own.
PLACES, SIGN_INS = 12, 12
#: Requests that wait for a place, and for how many seconds.
QUEUE, QUEUE_TIME = 256, 15.0

_POLICY = b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; frame-ancestors 'none'"
_refused = Sparing("dashboard.gate")


class RefusalError(Exception):
    """Why a request goes no further: an HTTP status and a sentence for whoever asked."""

    def __init__(self, status: HTTPStatus, sentence: str, *, retry_after: int | None = None) -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.retry_after = status, sentence, retry_after


class Places:
    """So many at once; a bounded number of others wait, for a bounded time."""

    def __init__(self, places: int, queue: int, patience: float) -> None:
        self._places = asyncio.Semaphore(places)
        self._waiting, self._queue, self._patience = 0, queue, patience

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        """Holds a place. Raises RefusalError where too many wait already, or when no place was free in time."""
        if self._waiting >= self._queue and self._places.locked():
            _busy()
        self._waiting += 1
        try:
            async with asyncio.timeout(self._patience):
                await self._places.acquire()
        except TimeoutError:
            _busy()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._places.release()


class Answer:
    """What Django answered. Its pages are whole when they begin to go out."""

    def __init__(self) -> None:
        self._events: list[ASGISendEvent] = []

    async def keep(self, event: ASGISendEvent) -> None:
        """Take it."""
        self._events.append(event)

    async def give(self, send: ASGISendCallable) -> None:
        """Send all of it."""
        for event in self._events:
            await send(event)


class Gate:
    """ASGI middleware before Django. Sockets and the lifespan do not come here."""

    def __init__(self, inner: ASGI3Application) -> None:
        self._inner = inner
        self._all = Places(PLACES, QUEUE, QUEUE_TIME)
        self._sign_ins = Places(SIGN_INS, QUEUE, QUEUE_TIME)
        self._threads = Threads("request")

    def begin(self) -> None:
        """Start the threads for as many requests as are worked on at once."""
        self._threads.begin(PLACES + SIGN_INS)

    async def __call__(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        if scope["type"] != "http":
            raise ValueError("The gate is for HTTP.")
        if scope["path"] in ("/healthz", "/readyz"):
            await _probe(scope, send)
            return
        try:
            _host(scope)
            if settings.HTTPS:
                # Whoever runs it says that people come over HTTPS; a proxy that is not trusted, or does not tell, changes nothing.
                scope = {**scope, "scheme": "https"}
            receive = await _with_body(scope, receive)
            signs_in = scope["method"] == "POST" and scope["path"] == "/signin/"
            answer = Answer()
            async with (self._sign_ins if signs_in else self._all).taken(), self._threads.lent():
                await self._inner(scope, receive, answer.keep)
            # Given out when the place is free again: whoever reads slowly keeps nobody waiting.
            await answer.give(send)
        except RefusalError as refusal:
            _refused.warning(f"Refused with {refusal.status}: {refusal.sentence}")
            await _answer(scope, send, refusal)


def _busy() -> NoReturn:
    raise RefusalError(
        HTTPStatus.SERVICE_UNAVAILABLE, "Too many requests at the moment. Try again in a few seconds.", retry_after=5
    )


def _headers(scope: HTTPScope, wanted: bytes) -> list[str]:
    return [value.decode("latin-1") for name, value in scope["headers"] if name == wanted]


def _host(scope: HTTPScope) -> None:
    """Django checks it too, with a traceback into the log for each. Style sheets are for the page of whoever is refused as well."""
    if scope["path"].startswith("/static/"):
        return
    hosts = _headers(scope, b"host")
    domain = split_domain_port(hosts[0])[0] if len(hosts) == 1 else ""
    if not domain or not validate_host(domain, settings.ALLOWED_HOSTS):
        raise RefusalError(
            HTTPStatus.BAD_REQUEST,
            "Planewatch is not known by this name. Its administrator can add it to PLANEWATCH_ALLOWED_HOSTS.",
        )


async def _with_body(scope: HTTPScope, receive: ASGIReceiveCallable) -> ASGIReceiveCallable:
    """A `receive` that first hands over the whole body."""
    lengths, chunked = _headers(scope, b"content-length"), _headers(scope, b"transfer-encoding")
    if lengths and chunked:
        # Whoever stands before us may have believed the other one: what follows could be a request of somebody else.
        raise RefusalError(HTTPStatus.BAD_REQUEST, "The request gives its length in two ways.")
    if not lengths and not chunked:
        return receive
    limit = SIGNED_IN if f"{settings.SESSION_COOKIE_NAME}=" in "; ".join(_headers(scope, b"cookie")) else ANYBODY
    if lengths and int(lengths[0]) > limit:
        _too_large(limit)
    whole = bytearray()
    try:
        async with asyncio.timeout(BODY_TIME):
            while True:
                message = await receive()
                if message["type"] != "http.request":  # it was closed on the way
                    return _handing(message, receive)
                whole += message["body"]
                if len(whole) > limit:
                    _too_large(limit)
                if not message["more_body"]:
                    break
    except TimeoutError:
        raise RefusalError(HTTPStatus.REQUEST_TIMEOUT, f"The request did not come within {BODY_TIME:.0f} s.") from None
    return _handing({"type": "http.request", "body": bytes(whole), "more_body": False}, receive)


def _handing(first: ASGIReceiveEvent, receive: ASGIReceiveCallable) -> ASGIReceiveCallable:
    waiting = [first]

    async def handing() -> ASGIReceiveEvent:
        return waiting.pop() if waiting else await receive()

    return handing


def _too_large(limit: int) -> NoReturn:
    raise RefusalError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"At most {limit // 1024} kB may be sent here.")


async def _probe(scope: HTTPScope, send: ASGISendCallable) -> None:
    """200 "ok": this process answers (/healthz), and so do the database and Valkey (/readyz); else 503 "not ready"."""
    well = scope["path"] == "/healthz" or await readiness.is_ready()
    text = b"ok\n" if well else b"not ready\n"
    await _say(scope, send, HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE, b"text/plain; charset=utf-8", text)


async def _answer(scope: HTTPScope, send: ASGISendCallable, refusal: RefusalError) -> None:
    """A page, or JSON below /api/. The connection is closed: what else it holds is not read."""
    if scope["path"].startswith("/api/"):
        kind, body = PROBLEM_TYPE.encode(), problem(refusal.status, refusal.sentence).content
    else:
        kind, body = b"text/html; charset=utf-8", _page(refusal.status, refusal.sentence)
    more = [(b"connection", b"close")]
    if seconds := errors.again(scope["path"], refusal.status):
        more.append((b"refresh", str(seconds).encode()))
    if refusal.retry_after is not None:
        more.append((b"retry-after", str(refusal.retry_after).encode()))
    await _say(scope, send, refusal.status, kind, body, more)


@lru_cache(maxsize=32)
def _page(status: HTTPStatus, sentence: str) -> bytes:
    """Made once for each refusal that there is: those who are refused come in hundreds, and this is the event loop."""
    return errors.page(status, status.phrase, sentence).encode()


async def _say(
    scope: HTTPScope,
    send: ASGISendCallable,
    status: HTTPStatus,
    kind: bytes,
    body: bytes,
    more: list[tuple[bytes, bytes]] | None = None,
) -> None:
    headers = [
        (b"content-type", kind),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        (b"content-security-policy", _POLICY),
        *(more or []),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers, "trailers": False})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body, "more_body": False})
