"""The simulated API server as an ASGI application: who asks, what for, and which module answers."""

import asyncio
import contextlib
from dataclasses import dataclass, field

import msgspec

from planes.demo import discovery, health, reviews, usage
from planes.demo.access import User, forbidden, forbidden_path, who
from planes.demo.clock import http_date
from planes.demo.cluster import Cluster
from planes.demo.metrics import Traffic, there
from planes.demo.reading import Reader
from planes.demo.replies import (
    INTERNAL,
    METRICS,
    NOT_SERVED,
    TIMED_OUT,
    UNAUTHORIZED,
    Receive,
    Reply,
    Request,
    Scope,
    Send,
    common_headers,
    refusal,
    reply,
    send_reply,
    text,
)
from planes.demo.store import Table
from planes.demo.watching import Watch, open_watch

REQUEST_TIMEOUT = 60.0  # seconds after which a request that waits for etcd is given up
LONGEST_BODY = 1 << 20
_HEALTH = {"livez", "readyz", "healthz"}
_ACCEPTED = ("application/json", "application/yaml", "application/vnd.kubernetes.protobuf")


@dataclass(frozen=True)
class Target:
    """What a path under /api or /apis names."""

    group: str
    version: str
    plural: str
    namespace: str = ""
    name: str = ""

    @classmethod
    def of(cls, path: str) -> "Target | None":
        parts = path.strip("/").split("/")
        if parts[0] == "api":
            parts = ["", *parts[1:]]
        elif parts[0] == "apis":
            parts = parts[1:]
        else:
            return None
        if len(parts) < 3 or not all(parts[1:]):
            return None
        group, version, *rest = parts
        if rest[0] == "namespaces" and len(rest) >= 3:
            return cls(group, version, rest[2], rest[1], rest[3] if len(rest) == 4 else "") if len(rest) <= 4 else None
        return cls(group, version, rest[0], "", rest[1] if len(rest) == 2 else "") if len(rest) <= 2 else None


@dataclass
class App:
    """The API server. `tokens` are the bearer tokens it knows."""

    cluster: Cluster
    tokens: dict[str, User]
    address: str = "127.0.0.1:6443"
    reader: Reader = field(init=False)
    traffic: Traffic = field(init=False)
    each: list[Traffic] = field(init=False)

    def __post_init__(self) -> None:
        self.reader = Reader(self.cluster.store, self.cluster.clock)
        self.traffic = Traffic(self.cluster)
        self.each = [Traffic(self.cluster, number) for number in range(self.cluster.servers)]
        self._turn = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request.of(scope)
        if request.method == "POST":
            body = await _body(receive)
            request = Request(request.method, request.path, request.query, request.headers, body)
        gone = asyncio.create_task(_gone(receive))
        try:
            await self._serve(request, send, gone)
        finally:
            gone.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await gone

    async def _serve(self, request: Request, send: Send, gone: "asyncio.Task[None]") -> None:
        started = self.cluster.clock.mono()
        working = asyncio.create_task(self._answer(request))
        await asyncio.wait({working, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            working.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await working
            return
        answer, user = working.result()
        date = http_date(self.cluster.clock.wall())
        flow = user.flow(request.path) if user is not None else None
        if isinstance(answer, Watch):
            self.traffic.seen(request, 200, 0.0)
            await self._stream(answer, send, gone, date, flow)
            return
        self.traffic.seen(request, answer.status, self.cluster.clock.mono() - started)
        await send_reply(send, request, answer, date, flow)

    async def _stream(self, watch: Watch, send: Send, gone: "asyncio.Task[None]", date: str, flow: str | None) -> None:
        headers = [*common_headers(date, flow), (b"Content-Type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"", "more_body": True})
        with self.traffic.watching():
            async with contextlib.aclosing(watch.events(self._stalled)) as events:
                waiting = asyncio.ensure_future(anext(events, None))
                while True:
                    await asyncio.wait({waiting, gone}, return_when=asyncio.FIRST_COMPLETED)
                    if gone.done():
                        break
                    lines = waiting.result()
                    if lines is None:
                        break
                    await send({"type": "http.response.body", "body": lines, "more_body": True})
                    waiting = asyncio.ensure_future(anext(events, None))
                if not waiting.done():
                    waiting.cancel()
                    with contextlib.suppress(asyncio.CancelledError):
                        await waiting
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _until_awake(self) -> None:
        while self.cluster.troubles.hanging:  # noqa: ASYNC110 - a flag of plain state, set by a fault; a test may set it without a loop
            await asyncio.sleep(0.1)

    def _stalled(self) -> bool:
        return self.cluster.troubles.hanging

    async def _answer(self, request: Request) -> tuple[Reply | Watch, User | None]:
        troubles = self.cluster.troubles
        await self._until_awake()
        user = who(request, self.tokens)
        if user is None:
            return UNAUTHORIZED, None
        if troubles.revoked and not user.admin:
            user = user.without_rights() if user.known else user
        first = request.path.strip("/").split("/")[0]
        if troubles.slow:
            await asyncio.sleep(self.traffic.delay() * (0.3 if first in _HEALTH else 1.0))
        target = Target.of(request.path)
        if target is not None:
            if troubles.failing and self.traffic.unlucky():
                return INTERNAL, user
            return await self._resource(request, user, target), user
        return await self._plain(request, user, first), user

    async def _plain(self, request: Request, user: User, first: str) -> Reply:
        """Paths that are no resources."""
        path = request.path
        if not user.may_get(path):
            return forbidden_path(user, request.method.lower(), path)
        if request.method != "GET":
            return refusal(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", {})
        if first in _HEALTH:
            await asyncio.sleep(health.slow(self.cluster, path))
            return health.answer(self.cluster, request)
        if path.rstrip("/") == "/version":
            return reply(discovery.VERSION)
        if path == "/metrics":
            return Reply(200, self._dealt(request).text().encode(), METRICS)
        if path == "/metrics/slis":
            return Reply(200, health.slis(self.cluster).encode(), METRICS)
        if path == "/statusz":
            if request.accepts("text/plain"):
                return text(f"kube-apiserver statusz\n\nStarted: {self.cluster.process_started:.0f}\n")
            accepted = "application/json, application/yaml, text/plain"
            return refusal(406, "NotAcceptable", f"only the following media types are accepted: {accepted}")
        found = discovery.find(self.cluster, path, self.address)
        return reply(found) if found is not None else NOT_SERVED

    def _dealt(self, request: Request) -> Traffic:
        """Whose figures are told: who wants a connection for one request is led to each API server in turn, as by a balancer."""
        present = there(self.cluster)
        if request.headers.get("connection", "").lower() != "close" or not present:
            return self.traffic
        self._turn += 1
        number = present[self._turn % len(present)]
        return self.traffic if number == present[0] else self.each[number]

    async def _resource(self, request: Request, user: User, target: Target) -> Reply | Watch:
        table = self.cluster.store.find(target.group, target.version, target.plural)
        verb = _verb(request, target)
        if not user.may(verb, target.group, target.plural, target.namespace):
            return forbidden(user, verb, target.group, target.plural, target.namespace, target.name)
        if target.plural in reviews.KINDS and request.method == "POST":
            return reviews.answer(request, user, target.plural)
        if target.group == "metrics.k8s.io":
            return usage.answer(self.cluster, request, target.version, target.plural, target.namespace, target.name)
        waits = self.cluster.troubles.etcd and (verb == "get" or request.query.get("resourceVersion", "") == "")
        if (table is not None or target.plural == "componentstatuses") and waits:
            await asyncio.sleep(REQUEST_TIMEOUT)
            return TIMED_OUT
        if target.plural == "componentstatuses" and target.group == "" and request.method == "GET":
            note = '299 - "v1 ComponentStatus is deprecated in v1.19+"'
            return reply(discovery.component_statuses(self.cluster), Warning=note)
        if table is None or (target.namespace and not table.resource.namespaced):
            return NOT_SERVED
        if not request.accepts(*_ACCEPTED):
            return refusal(406, "NotAcceptable", f"only the following media types are accepted: {', '.join(_ACCEPTED)}")
        if request.method != "GET":
            return _refuse_write(request, table)
        if request.watching:
            return open_watch(self.cluster, table, target.namespace, request)
        if target.name:
            return self.reader.get(table, target.namespace, target.name)
        return await self.reader.page(table, target.namespace, request)


def _verb(request: Request, target: Target) -> str:
    if request.method in {"GET", "HEAD"}:
        if target.name:
            return "get"
        return "watch" if request.watching else "list"
    verbs = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete" if target.name else "deletecollection"}
    return verbs.get(request.method, request.method.lower())


def _refuse_write(request: Request, table: Table) -> Reply:
    """The demo changes by its own life only."""
    kind = table.resource.kind
    if request.method == "POST":
        try:
            msgspec.json.decode(request.body)
        except msgspec.DecodeError:
            reason = "couldn't get version/kind; json parse error: unexpected end of JSON input (<empty>)"
            return refusal(400, "BadRequest", f"the object provided is unrecognized (must be of type {kind}): {reason}")
    return refusal(
        405, "MethodNotAllowed", "the server does not allow this method on the requested resource", {"kind": table.resource.plural}
    )


async def _body(receive: Receive) -> bytes:
    body = b""
    while len(body) < LONGEST_BODY:
        message = await receive()
        body += message.get("body", b"")
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            break
    return body


async def _gone(receive: Receive) -> None:
    """Returns when the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        continue
