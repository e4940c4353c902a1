"""A real HTTPS server for tests: it answers from a recording, or as a script says, well or badly.

    async with serve(Recording("healthy")) as server:          # or serve(script), script: async (Request) -> Reply | None
        path = server.write_kubeconfig(tmp_path)               # a kubeconfig whose only context is "replay"
        ...
        server.asked("/livez")                                 # requests so far whose path begins so

`Recording` answers each path with its recorded exchanges one after the other and then keeps to the last one; recordings are
tried in order, so `Recording("errors", "healthy")` gives the errors first. Lists are answered by path, whatever the `limit`, and
complete (no continue token); a list that was recorded in one namespace answers for the whole cluster. Watches give the recorded
lines at once, or at their recorded pace times `pace`, and stay open.
"""

import asyncio
import base64
import contextlib
import gzip
import ipaddress
import json
import ssl
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

RECORDINGS = Path(__file__).parent / "recordings"
TOKEN = "replayed-token"


@dataclass(frozen=True)
class Request:
    method: str
    path: str  # without the query
    query: dict[str, str]
    headers: dict[str, str]  # names in lower case
    body: bytes = b""

    @property
    def watch(self) -> bool:
        return self.query.get("watch") in ("1", "true")


@dataclass
class Reply:
    """One answer. `chunks` makes it a stream; `fate` is what happens instead of, or after, a good ending."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    chunks: AsyncIterator[bytes] | None = None
    fate: str = ""  # "hang": never answers · "close": closes unanswered · "cut": closes in the middle of the body


Script = Callable[[Request], Awaitable[Reply | None]]


def reply(value: object, status: int = 200, **headers: str) -> Reply:
    """JSON, as the API server would send it. Underscores in header names stand for hyphens."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Reply(status, json.dumps(value, separators=(",", ":")).encode(), headers=named)


def status(code: int, reason: str, message: str = "", **headers: str) -> Reply:
    return reply(
        {"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": message, "reason": reason, "code": code},
        code,
        **headers,
    )


def listing(kind: str, items: list[Any], version: str = "100", token: str = "") -> Reply:
    meta = {"resourceVersion": version, **({"continue": token} if token else {})}
    return reply({"kind": f"{kind}List", "apiVersion": "v1", "metadata": meta, "items": items})


def stream(*events: object, then: str = "") -> Reply:
    """A watch. `then` is "" (the server ends it in good order), "hang" (it stays open, silent) or "cut"."""

    async def chunks() -> AsyncIterator[bytes]:
        for event in events:
            yield json.dumps(event, separators=(",", ":")).encode() + b"\n"
        if then == "hang":
            await asyncio.Event().wait()

    return Reply(chunks=chunks(), fate="cut" if then == "cut" else "")


# --- certificates ------------------------------------------------------------------------------------------------------------


class Authority:
    """A certificate authority, made in memory."""

    def __init__(self, name: str = "replay-ca") -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.certificate = self._sign(self._name, self._key.public_key(), ca=True)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def issue(self, *names: str, days: float = 30, client: bool = False) -> tuple[bytes, bytes]:
        """Certificate and key in PEM for host names and IP addresses (or, for a client, a user name). Negative `days`: expired."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
        certificate = self._sign(subject, key.public_key(), names=() if client else names, days=days, client=client)
        text = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        return certificate.public_bytes(serialization.Encoding.PEM), text

    def _sign(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePublicKey,
        *,
        names: tuple[str, ...] = (),
        days: float = 365,
        ca: bool = False,
        client: bool = False,
    ) -> x509.Certificate:
        end = datetime.now(UTC) + timedelta(days=days)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(min(datetime.now(UTC), end) - timedelta(days=1))
            .not_valid_after(end)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
        if not ca:
            usage = ExtendedKeyUsageOID.CLIENT_AUTH if client else ExtendedKeyUsageOID.SERVER_AUTH
            builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        return builder.sign(self._key, hashes.SHA256())


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def server_context(certificate: bytes, key: bytes, client_authority: bytes = b"") -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, name) for name in ("certificate", "key")]
        for path, data in zip(paths, (certificate, key), strict=True):
            path.write_bytes(data)
        context.load_cert_chain(str(paths[0]), str(paths[1]))
    if client_authority:
        context.load_verify_locations(cadata=client_authority.decode())
        context.verify_mode = ssl.CERT_REQUIRED
    return context


# --- the server --------------------------------------------------------------------------------------------------------------


class Server:
    """Listens on 127.0.0.1. `script` may be replaced while it runs."""

    def __init__(
        self, script: Script, authority: Authority, date_offset: float = 0.0, wall: Callable[[], float] = time.time
    ) -> None:
        self.script = script
        self.authority = authority
        self.requests: list[Request] = []
        self.date_offset = date_offset
        self.wall = wall
        self.scheme = "https"
        self.port = 0
        self._open: set[asyncio.Task[None]] = set()
        self._listener: asyncio.Server | None = None

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def asked(self, prefix: str = "", *, watch: bool | None = None) -> list[Request]:
        """The requests so far by the beginning of their path; `watch` tells watches from lists."""
        return [one for one in self.requests if one.path.startswith(prefix) and (watch is None or one.watch is watch)]

    def write_kubeconfig(
        self, folder: Path, *, token: str | None = TOKEN, ca: bytes | None = None, context: str = "replay", **user: object
    ) -> Path:
        """A kubeconfig for this server. `user` are further fields of its user, underscores standing for hyphens."""
        who = {name.replace("_", "-"): value for name, value in user.items()} | ({"token": token} if token else {})
        cluster: dict[str, object] = {"server": self.url}
        if self.scheme == "https":
            cluster["certificate-authority-data"] = base64.b64encode(ca or self.authority.pem).decode()
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": context,
            "clusters": [{"name": "replay", "cluster": cluster}],
            "users": [{"name": "replay", "user": who}],
            "contexts": [{"name": context, "context": {"cluster": "replay", "user": "replay"}}],
        }
        path = folder / "kubeconfig"
        path.write_text(yaml.safe_dump(config))
        return path

    async def start(self, context: ssl.SSLContext | None, port: int = 0) -> None:
        self.scheme = "https" if context is not None else "http"
        self._listener = await asyncio.start_server(self._connected, "127.0.0.1", port, ssl=context)
        self.port = self._listener.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Refuse new connections and cut those that are open."""
        if self._listener is not None:
            self._listener.close()
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            while await self._exchange(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError, asyncio.CancelledError):
            pass
        finally:
            self._open.discard(task)
            with contextlib.suppress(Exception):
                writer.transport.abort() if task.cancelling() else writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request and its answer; False when the connection is to be closed."""
        first = await reader.readexactly(1)
        if first == b"\x16":  # a TLS handshake where TLS is not spoken: answered as Go's server does
            writer.write(b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTPS request to an HTTP server.\n")
            return False
        head = (first + await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        method, target, _ = head[0].split(" ", 2)
        parts = urlsplit(target)
        query = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        headers = {name.lower(): text.strip() for name, _, text in (line.partition(":") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        request = Request(method, parts.path, query, headers, body)
        self.requests.append(request)
        answer = await self.script(request) or status(404, "NotFound", "the server could not find the requested resource")
        if answer.fate == "hang":
            await asyncio.Event().wait()
        if answer.fate == "close":
            return False
        return await self._write(answer, request, writer)

    async def _write(self, answer: Reply, request: Request, writer: asyncio.StreamWriter) -> bool:
        now = format_datetime(datetime.fromtimestamp(self.wall() + self.date_offset, UTC), usegmt=True)
        headers = {"Content-Type": answer.content_type, "Date": now} | answer.headers
        body = answer.body
        if answer.chunks is None:
            if "gzip" in request.headers.get("accept-encoding", "") and len(body) > 1024:
                body, headers["Content-Encoding"] = gzip.compress(body, 1), "gzip"
            headers["Content-Length"] = str(len(body) + (1 if answer.fate == "cut" else 0))
        else:
            headers["Transfer-Encoding"] = "chunked"
        lines = [f"HTTP/1.1 {answer.status} Replayed", *(f"{name}: {text}" for name, text in headers.items())]
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        if answer.chunks is not None:
            await writer.drain()
            async for chunk in answer.chunks:
                writer.write(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
                await writer.drain()
            if not answer.fate:
                writer.write(b"0\r\n\r\n")
        await writer.drain()
        return not answer.fate


@contextlib.asynccontextmanager
async def serve(
    script: "Script | Recording",
    *,
    authority: Authority | None = None,
    days: float = 30,
    names: tuple[str, ...] = ("127.0.0.1",),
    tls: bool = True,
    wall: Callable[[], float] = time.time,
    port: int = 0,
) -> AsyncIterator[Server]:
    """A server that runs while the block does. `days` is how long its certificate is valid yet, `names` what it is for,
    `wall` its clock."""
    authority = authority or Authority()
    server = Server(script.answer if isinstance(script, Recording) else script, authority, wall=wall)
    await server.start(server_context(*authority.issue(*names, days=days)) if tls else None, port)
    try:
        yield server
    finally:
        await server.stop()


# --- recordings --------------------------------------------------------------------------------------------------------------


def load(name: str) -> list[dict[str, Any]]:
    """The exchanges of tests/recordings/<name>.json.gz, see the README beside it."""
    with gzip.open(RECORDINGS / f"{name}.json.gz") as file:
        exchanges: list[dict[str, Any]] = json.load(file)["exchanges"]
    return exchanges


class Recording:
    """Answers as recorded, see the module's docstring."""

    def __init__(self, *names: str, pace: float = 0.0) -> None:
        self._pace = pace
        self._answers: dict[tuple[str, bool], list[dict[str, Any]]] = {}
        for name in names:
            for exchange in load(name):
                if exchange["method"] == "GET" and "continue=" not in exchange["path"] and "NotOlderThan" not in exchange["path"]:
                    self._answers.setdefault(_key(exchange["path"]), []).append(exchange)

    async def answer(self, request: Request) -> Reply | None:
        waiting = self._answers.get((request.path, request.watch)) or self._elsewhere(request)
        if not waiting:
            listed = request.watch and (self._answers.get((request.path, False)) or self._elsewhere(replace(request, query={})))
            return stream(then="hang") if listed else None
        exchange = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if exchange.get("lines") is not None:
            return self._watch(exchange)
        return _recorded(exchange)

    def _elsewhere(self, request: Request) -> list[dict[str, Any]]:
        """What was recorded in one namespace for a question about all, and what was recorded of all for one about a namespace."""
        kind = request.path.rsplit("/", 1)[-1]
        namespace = request.path.split("/namespaces/")[1].split("/")[0] if "/namespaces/" in request.path else ""
        for (path, watch), waiting in self._answers.items():
            if watch is not request.watch or not path.endswith(f"/{kind}"):
                continue
            if not namespace and "/namespaces/kube-system/" in path:
                return waiting
            if namespace and "/namespaces/" not in path and not watch:
                return [_narrowed(waiting[0], namespace)]
        return []

    def _watch(self, exchange: dict[str, Any]) -> Reply:
        lines = list(exchange["lines"])
        exchange["lines"] = []  # what has been told is not told again when the watch is opened anew

        async def chunks() -> AsyncIterator[bytes]:
            before = exchange["at"]
            for at, event in lines:
                if self._pace:
                    await asyncio.sleep((at - before) * self._pace)
                before = at
                yield json.dumps(event, separators=(",", ":")).encode() + b"\n"
            await asyncio.Event().wait()

        return Reply(chunks=chunks())


def _key(path: str) -> tuple[str, bool]:
    parts = urlsplit(path)
    return parts.path, "watch=1" in parts.query


def _narrowed(exchange: dict[str, Any], namespace: str) -> dict[str, Any]:
    body = exchange["body"]
    if not isinstance(body, dict) or "items" not in body:
        return exchange
    return exchange | {"body": body | {"items": [item for item in body["items"] if item["metadata"].get("namespace") == namespace]}}


def _recorded(exchange: dict[str, Any]) -> Reply:
    if exchange["status"] is None:
        return Reply(fate="close" if "refused" in exchange["error"] else "hang")
    body = exchange["body"]
    headers = {name: text for name, text in exchange["headers"].items() if name not in ("Content-Type", "Date")}
    if isinstance(body, dict):
        if "items" in body:
            body = body | {
                "metadata": {key: value for key, value in body["metadata"].items() if key not in ("continue", "remainingItemCount")}
            }
        text = json.dumps(body, separators=(",", ":")).encode()
    else:
        text = (body or "").encode()
    return Reply(exchange["status"], text, exchange["headers"].get("Content-Type", ""), headers)
