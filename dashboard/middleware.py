"""What holds for every answer: nobody else may keep it, and a database that is away is said in one sentence."""

import logging
from collections.abc import Callable

from asgiref.typing import (
    ASGI3Application,
    ASGIReceiveCallable,
    ASGISendCallable,
    ASGISendEvent,
    HTTPScope,
    LifespanScope,
    WebSocketScope,
)
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.deprecation import MiddlewareMixin
from uvicorn.protocols.utils import ClientDisconnected

from dashboard.views import errors
from planes.store.away import is_away, remedy, said

logger = logging.getLogger(__name__)

#: What a page of ours may use of the machine that shows it.
_NOTHING = ", ".join(f"{name}=()" for name in ("camera", "display-capture", "geolocation", "microphone", "payment", "usb"))

#: WebSocket close code "try again later".
TRY_AGAIN_LATER = 1013


class PrivateByDefaultMiddleware(MiddlewareMixin):
    """Pages show what one person may see, as it is now."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        super().__init__(get_response)

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Where a view says nothing else, nothing keeps its answer; other sites may not embed it, and it uses no sensor."""
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", _NOTHING)
        return response


class DatabaseUnavailableMiddleware(MiddlewareMixin):
    """For HTTP: 503 and one sentence."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        super().__init__(get_response)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """503 instead of a traceback."""
        if not isinstance(exception, Error) or not is_away(exception):
            return None
        _tell(exception)
        return errors.database_away(request, said(exception), remedy(exception))


class DatabaseUnavailableSockets:
    """For WebSockets: closed with 1013, or refused if not yet open, and the browser tries again later."""

    def __init__(self, inner: ASGI3Application) -> None:
        self.inner = inner

    async def __call__(
        self, scope: HTTPScope | WebSocketScope | LifespanScope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        try:
            await self.inner(scope, receive, send)
        except Error as error:
            if not is_away(error):
                raise
            _tell(error)
            await send({"type": "websocket.close", "code": TRY_AGAIN_LATER, "reason": None})


class LostSockets:
    """For WebSockets: one that is lost while it is spoken to ends without a word. uvicorn takes what is sent after that for a
    defect of ours, and with a thousand viewers one lost router would be a thousand tracebacks."""

    def __init__(self, inner: ASGI3Application) -> None:
        self.inner = inner

    async def __call__(
        self, scope: HTTPScope | WebSocketScope | LifespanScope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        async def sending(event: ASGISendEvent) -> None:
            try:
                await send(event)
            except RuntimeError as error:
                if "ASGI message" not in str(error):
                    raise
                raise ClientDisconnected from error

        await self.inner(scope, receive, sending)


def _tell(error: Error) -> None:
    logger.warning("The database %s: %s.", said(error), str(error).strip().partition("\n")[0] or type(error).__name__)
