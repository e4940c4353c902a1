"""Who asks the API, and of which clusters they may know: a person by their session, or a program by a person's token.

A token comes in the header `Authorization: Bearer …` and nowhere else. Where that header is there, it alone counts: a program that
holds a cookie as well is told that its token is over. Asked for a cluster that it does not open, a token gets the answer that
there is no such cluster.
"""

import time
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, ParamSpec

import msgspec
from channels.db import database_sync_to_async
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from dashboard import answers, tokens
from dashboard.rest import asking
from dashboard.rest.allowance import Allowance
from dashboard.rest.problems import RefusedError
from planes.store import selectors
from planes.store.selectors import ClusterHead

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], Coroutine[Any, Any, HttpResponse]]

#: Wrong tokens of one address, a minute and in one go, before none of its tokens is looked up any more.
WRONG_A_MINUTE, WRONG_AT_ONCE = 30, 30
_CHALLENGE = 'Bearer realm="Planewatch"'

_right = Allowance(settings.API_REQUESTS_PER_MINUTE, max(10, settings.API_REQUESTS_PER_MINUTE // 3))
_wrong = Allowance(WRONG_A_MINUTE, WRONG_AT_ONCE)


class Access(msgspec.Struct, frozen=True):
    """`clusters`: ids of those that may be known of; None: all."""

    clusters: frozenset[int] | None = None

    def may(self, head: ClusterHead) -> bool:
        """Whether this cluster may be known of."""
        return self.clusters is None or head.id in self.clusters

    def head(self, slug: str) -> ClusterHead:
        """An enabled cluster. Raises RefusedError (404) where there is none, or none that may be known of."""
        found = selectors.cluster(slug)
        if found is None or not self.may(found):
            raise RefusedError(404, f"There is no cluster {slug} here.")
        return found

    def heads(self) -> list[ClusterHead]:
        """The enabled clusters that may be known of, by name."""
        return [head for head in selectors.watched() if self.may(head)]


def of(request: HttpRequest) -> Access:
    """Raises RefusedError: 400 for a token in the address, 401 for who is unknown, 429 for who asks too often, 405 for whatever is
    not reading."""
    if request.method not in ("GET", "HEAD"):
        raise RefusedError(405, "This address can only be read, by GET or HEAD.", {"Allow": "GET, HEAD"})
    asking.no_secret(request.GET)
    if "Authorization" in request.headers:
        return _by_token(request.headers["Authorization"], request.META.get("REMOTE_ADDR", ""))
    if request.user.is_authenticated:
        return Access()
    sentence = "Not signed in. Open the page and sign in again; a program sends a token as “Authorization: Bearer …”."
    raise RefusedError(401, sentence, {"WWW-Authenticate": _CHALLENGE})


def _by_token(header: str, address: str) -> Access:
    scheme, _, token = header.strip().partition(" ")
    if scheme.lower() != "bearer":
        raise RefusedError(
            401, "Only “Authorization: Bearer …” with a token of Planewatch is known here.", {"WWW-Authenticate": _CHALLENGE}
        )
    now = time.monotonic()
    if wait := _wrong.look(address, now):
        raise _too_often("Too many wrong tokens came from here.", wait)
    granted = tokens.grant(token.strip())
    if granted is None:
        _wrong.take(address, now)
        raise RefusedError(
            401,
            "This token opens nothing: it is unknown, has expired, was revoked, or its account is switched off. Make another on "
            "the page /account/tokens/.",
            {"WWW-Authenticate": f'{_CHALLENGE}, error="invalid_token"'},
        )
    if wait := _right.take(granted.prefix, now):
        raise _too_often(f"This token asked more than {settings.API_REQUESTS_PER_MINUTE} times a minute.", wait)
    return Access(granted.clusters)


def _too_often(why: str, wait: int) -> RefusedError:
    return RefusedError(429, f"{why} Try again in {wait} s.", {"Retry-After": str(wait)})


def refused(error: RefusedError) -> HttpResponse:
    """The answer to a request that goes no further."""
    return answers.problem(error.status, error.sentence, error.headers)


def reads_in_thread(
    view: Callable[Concatenate[HttpRequest, Access, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A view of the API that works in its request's own thread, as pages do."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, of(request), *args, **kwargs)
        except RefusedError as error:
            return refused(error)

    return guarded


def reads(view: Callable[Concatenate[HttpRequest, Access, P], Coroutine[Any, Any, HttpResponse]]) -> View[P]:
    """An asynchronous view of the API, which is given what its visitor may know of."""

    @wraps(view)
    async def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            access = await database_sync_to_async(of)(request)
            return await view(request, access, *args, **kwargs)
        except RefusedError as error:
            return refused(error)

    return guarded
