"""Where a socket may come from: this very site.

Browsers send cookies with every socket, whoever's page opens it, and to every port of a host. Channels' own validator compares the
Origin's host with ALLOWED_HOSTS; here the Host header must be ours too, and the Origin must be the same host *and port*, or one of
CSRF_TRUSTED_ORIGINS.
"""

from typing import cast
from urllib.parse import SplitResult, urlsplit

from asgiref.typing import ASGI3Application, ASGIReceiveCallable, ASGISendCallable, HTTPScope, LifespanScope, WebSocketScope
from channels.security.websocket import WebsocketDenier
from django.conf import settings
from django.http.request import split_domain_port, validate_host

_PORTS = {"http": "80", "https": "443", "ws": "80", "wss": "443"}


def is_allowed(host: str, origin: str) -> bool:
    """Whether a socket asked of `host` (the Host header) by a page of `origin` (the Origin header) is let in."""
    domain, port = split_domain_port(host)
    if not domain or not validate_host(domain, settings.ALLOWED_HOSTS):
        return False
    if origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    try:
        parts: SplitResult = urlsplit(origin)
        origin_port = str(parts.port) if parts.port is not None else _PORTS.get(parts.scheme, "")
    except ValueError:
        return False
    if parts.scheme not in ("http", "https"):
        return False
    origin_domain, _ = split_domain_port(parts.netloc)
    return origin_domain == domain and origin_port == (port or _PORTS[parts.scheme])


class SameOrigin:
    """ASGI middleware: refuses with 403 before the socket is open."""

    def __init__(self, inner: ASGI3Application) -> None:
        self.inner = inner

    async def __call__(
        self, scope: HTTPScope | WebSocketScope | LifespanScope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        if scope["type"] != "websocket":
            raise ValueError("SameOrigin is for sockets.")
        # Of repeated headers each must be allowed: who reads which of them is nobody's to guess.
        hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        origins = [value.decode("latin-1") for name, value in scope["headers"] if name == b"origin"]
        application: ASGI3Application = self.inner
        if len(hosts) != 1 or len(origins) != 1 or not is_allowed(hosts[0], origins[0]):
            application = cast(ASGI3Application, WebsocketDenier.as_asgi())
        await application(scope, receive, send)
