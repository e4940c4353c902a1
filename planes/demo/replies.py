"""Answers of the API server: what every one carries, and the Status bodies of those that refuse."""

import asyncio
import gzip
import uuid
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from planes.demo.template import Body

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

JSON = "application/json"
TEXT = "text/plain; charset=utf-8"
METRICS = "text/plain; version=0.0.4; charset=utf-8; escaping=underscores"
GZIP_FROM = 128 * 1024  # bytes; smaller answers go as they are

FLOW_EXEMPT = "320c1869-995e-4517-a482-380c0240b36c"  # administrators
FLOW_PROBES = "351caf00-1e63-4969-9a00-abb3c9d0258c"
FLOW_DEFAULT = "de402cd1-6740-41ea-a405-e435d31edd38"
PRIORITY_LEVEL = "7d1f4c95-0f0c-4a2e-9a55-2c4b7d7d7f10"


@dataclass(frozen=True)
class Request:
    """One request, as far as the demo reads it."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes = b""

    @classmethod
    def of(cls, scope: Scope) -> "Request":
        query = dict(parse_qsl(scope["query_string"].decode("ascii", "replace"), keep_blank_values=True))
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        return cls(scope["method"], scope["path"], query, headers)

    @property
    def watching(self) -> bool:
        return self.query.get("watch", "").lower() in {"1", "true", "t"}

    def accepts(self, *media: str) -> bool:
        accepted = self.headers.get("accept", "*/*")
        ranges = [part.split(";")[0].strip().lower() for part in accepted.split(",")]
        return any(item == "*/*" or item in media or item == f"{media[0].split('/')[0]}/*" for item in ranges if item)


@dataclass(frozen=True)
class Reply:
    """An answer. `parts` follow the body, made as they are sent: a list of all pods is a gigabyte that never exists at once."""

    status: int
    body: bytes
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)
    parts: AsyncIterator[bytes] | None = None


def reply(body: object, status: int = 200, **headers: str) -> Reply:
    return Reply(status, msgspec.json.encode(body), headers={name.replace("_", "-"): value for name, value in headers.items()})


def text(body: str, status: int = 200) -> Reply:
    return Reply(status, body.encode(), TEXT)


NOT_SERVED = text("404 page not found\n", 404)


def status_body(code: int, reason: str, message: str, details: Body | None = None, metadata: Body | None = None) -> Body:
    body: Body = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": metadata or {},
        "status": "Failure",
        "message": message,
        "reason": reason,
    }
    if details is not None:
        body["details"] = details
    return {**body, "code": code}


def refusal(
    code: int, reason: str, message: str, details: Body | None = None, metadata: Body | None = None, **headers: str
) -> Reply:
    return reply(status_body(code, reason, message, details, metadata), code, **headers)


UNAUTHORIZED = refusal(401, "Unauthorized", "Unauthorized")
TIMED_OUT = refusal(504, "Timeout", "Timeout: request did not complete within the allotted timeout", {})
INTERNAL = refusal(
    500,
    "InternalError",
    "Internal error occurred: context deadline exceeded",
    {"causes": [{"message": "context deadline exceeded"}]},
)


def common_headers(date: str, flow: str | None) -> list[tuple[bytes, bytes]]:
    """What every answer carries. `flow` is the flow schema's uid; None before the request was classified (401)."""
    headers = [(b"Audit-Id", str(uuid.uuid4()).encode()), (b"Cache-Control", b"no-cache, private"), (b"Date", date.encode())]
    if flow is not None:
        headers += [
            (b"X-Kubernetes-Pf-Flowschema-Uid", flow.encode()),
            (b"X-Kubernetes-Pf-Prioritylevel-Uid", PRIORITY_LEVEL.encode()),
        ]
    return headers


async def send_reply(send: Send, request: Request, answer: Reply, date: str, flow: str | None) -> None:
    headers = common_headers(date, flow)
    body = answer.body
    zipped = "gzip" in request.headers.get("accept-encoding", "")
    headers.append((b"Content-Type", answer.content_type.encode()))
    headers += [(name.encode(), value.encode()) for name, value in answer.headers.items()]
    if zipped and (len(body) >= GZIP_FROM or answer.parts is not None):
        headers += [(b"Content-Encoding", b"gzip"), (b"Vary", b"Accept-Encoding")]
    if answer.parts is not None:
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await _send_parts(send, body, answer.parts, zipped=zipped)
        return
    if zipped and len(body) >= GZIP_FROM:
        body = await asyncio.to_thread(gzip.compress, body, 1, mtime=0)
    headers.append((b"Content-Length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def _send_parts(send: Send, body: bytes, parts: AsyncIterator[bytes], *, zipped: bool) -> None:
    packer = zlib.compressobj(1, zlib.DEFLATED, 31) if zipped else None
    data = packer.compress(body) if packer is not None else body
    await send({"type": "http.response.body", "body": data, "more_body": True})
    async for part in parts:
        data = await asyncio.to_thread(packer.compress, part) if packer is not None else part
        if data:
            await send({"type": "http.response.body", "body": data, "more_body": True})
    await send({"type": "http.response.body", "body": packer.flush() if packer is not None else b"", "more_body": False})
