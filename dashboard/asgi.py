"""The way in: HTTP through the gate to Django, WebSockets to the consumers, and the server's lifespan to the hub.

Served by uvicorn. A socket is let in only if its Host is one of ours, its Origin is this very site (host and port, not the host
alone), and its session is signed in. The hub lives in the server's own event loop and reaches the consumers by the scope's state.
"""

import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, cast

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
django = get_asgi_application()

# What follows needs Django set up, which get_asgi_application has done.
from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.db import database_sync_to_async  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.security.websocket import AllowedHostsOriginValidator  # noqa: E402
from django.conf import settings  # noqa: E402
from django.urls import path, re_path  # noqa: E402

from dashboard import boards, pulses  # noqa: E402
from dashboard.consumers import (  # noqa: E402
    ClusterConsumer,
    DisplayClusterConsumer,
    DisplayEndsConsumer,
    DisplayWallConsumer,
    NoSuchSocket,
    WallConsumer,
)
from dashboard.gate import Gate  # noqa: E402
from dashboard.hub import Hub  # noqa: E402
from dashboard.listening import Listener  # noqa: E402
from dashboard.middleware import DatabaseUnavailableSockets, LostSockets  # noqa: E402
from dashboard.origin import SameOrigin  # noqa: E402
from dashboard.sessions import DisplaySessions, Sessions  # noqa: E402
from planes.live.stream import Stream  # noqa: E402

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


async def lifespan(scope: Scope, receive: Receive, send: Send) -> None:
    """Starts the hub and the look at sessions with the server, and stops them. A Valkey that is away does not keep the server
    from starting."""
    sessions, displays, listener = Sessions(), DisplaySessions(), Listener()
    stream = Stream(settings.REDIS_URL)
    hub = Hub(
        lambda: Stream(settings.REDIS_URL),
        app=settings.STATIC_VERSION,
        trouble=lambda: pulses.ask(stream.trouble.said),
        news=database_sync_to_async(boards.shared().news, thread_sensitive=False),
    )
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await hub.start()
            await sessions.start()
            await displays.start()
            await listener.start()
            scope["state"].update(hub=hub, sessions=sessions, displays=displays)
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await listener.stop()
            await displays.stop()
            await sessions.stop()
            await hub.stop()
            await stream.aclose()
            await send({"type": "lifespan.shutdown.complete"})
            return


# Any: Channels routes ASGI applications with Django's path(), whose types know views only.
_routes: list[Any] = [
    path("ws/c/<slug:slug>/", cast(Any, ClusterConsumer.as_asgi())),
    path("ws/wall/", cast(Any, WallConsumer.as_asgi())),
    path("ws/wall/<slug:display>/", cast(Any, DisplayWallConsumer.as_asgi())),
    path("ws/wall/<slug:display>/ends/", cast(Any, DisplayEndsConsumer.as_asgi())),
    path("ws/wall/<slug:display>/c/<slug:slug>/", cast(Any, DisplayClusterConsumer.as_asgi())),
    re_path("", cast(Any, NoSuchSocket.as_asgi())),
]
_signed_in = DatabaseUnavailableSockets(cast(Any, AuthMiddlewareStack(URLRouter(_routes))))
sockets = LostSockets(cast(Any, AllowedHostsOriginValidator(SameOrigin(cast(Any, _signed_in)))))

http = Gate(cast(Any, django))
application = ProtocolTypeRouter({"http": cast(Any, http), "websocket": cast(Any, sockets), "lifespan": lifespan})
