"""Asking one cluster: requests with time limits, one sign-in for all, every failure a `FaultError`.

A `Link` is one cluster's ApiClient for the life of a source. All feeds and probes share it, and so its connections and its
credentials: whoever meets a 401 signs in anew for everybody, once.
"""

import asyncio
import contextlib
import logging
import ssl
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from urllib.parse import urlsplit

import aiohttp
import msgspec
from multidict import CIMultiDict

from planes.kube import answers, errors
from planes.kube.answers import Answer
from planes.kube.client import Access
from planes.kube.clock import monotonic
from planes.kube.connect import Target, open_access
from planes.kube.errors import FaultError, RedirectedError
from planes.kube.holding import Holding
from planes.kube.proxies import Proxy
from planes.kube.tls import ASKING, Handshake, Serving, observe
from planes.structs.certificates import Certificate, Credentials
from planes.structs.events import Fault, FaultKind
from planes.structs.moments import Mono

logger = logging.getLogger(__name__)

#: Seconds for TCP and TLS together.
CONNECT_LIMIT = 5.0
#: Signing in anew is tried at most this often, in seconds: an exec plugin costs a process, an identity provider counts.
SIGN_IN_EVERY = 10.0
#: Credentials that say when they end are renewed this long before, in seconds.
RENEW_BEFORE = 30.0
#: For what an API server shows a certificate, whatever its address (kubernetes.io, "PKI certificates and requirements").
NAME = "kubernetes.default.svc"
#: No answer is longer than this, in bytes.
LONGEST_ANSWER = 256 << 20
#: A time limit overrun by more than this says that we ourselves stood still, in seconds.
PAUSE = 2.0


class Link:
    """One cluster's client. Make it with `open_link`; close it with `close`."""

    def __init__(
        self, target: Target, access: Access, *, clock: Callable[[], Mono] = monotonic, wall: Callable[[], float] = time.time
    ) -> None:
        self._target = target
        self._clock = clock
        self._wall = wall
        self.blind = ""  # why watches tell nothing on this way, as long as they do not
        self.doubted: set[str] = set()  # paths of health whose last answer says that checks fail
        self._signing_in = asyncio.Lock()
        self._tried_at = float("-inf")
        self._generation = 0
        self._retired: list[Holding] = []
        self._held = Holding(access, self._prepare(access))

    @property
    def server(self) -> str:
        """Scheme, host and port, as may be shown."""
        return self._held.access.server

    @property
    def url(self) -> str:
        """What is asked. When a corrected kubeconfig leads elsewhere, nothing held of the old place is worth anything."""
        return self._held.access.url

    @property
    def files(self) -> tuple[str, ...]:
        """Certificates and keys that were read from files; when those are written anew, `reload`."""
        return self._held.access.files

    def now(self) -> float:
        """The clock by which answers are stamped, monotonic seconds."""
        return self._clock()

    def certificate(self) -> Certificate | None:
        """The serving certificate that was shown last; None before the first handshake, and without TLS."""
        return self._held.serving.told()

    def credentials(self) -> Credentials:
        """What we sign in with and whom we trust, as far as it may be shown."""
        return self._held.access.credentials

    async def reload(self) -> None:
        """Sign in anew because the kubeconfig has changed. Raises `FaultError` when what it says now cannot be used."""
        self._tried_at = float("-inf")
        await self._sign_in(self._generation)

    async def close(self) -> None:
        for held in (*self._retired, self._held):
            await held.close()

    async def get(
        self, path: str, *, limit: float, gzip: bool = True, accept: str = "application/json", last: bool = False
    ) -> Answer:
        """The whole answer, whatever its status. Raises `FaultError` when there is none within `limit` seconds. `last` closes the
        connection with it, so that one is opened anew: what shows the newest certificate, and lets a load balancer choose again."""
        started, wall = self._clock(), self._wall()
        timeout = aiohttp.ClientTimeout(total=limit, sock_connect=min(limit, CONNECT_LIMIT))
        async with self._explained(limit), self._send(path, gzip, accept, timeout, last=last) as response:
            body = await _read(response, path)
        ended = self._clock()
        return _answer(path, response, body, ended - started, ended, wall + (ended - started) / 2)

    async def ask(self, path: str, *, limit: float, accept: str = "application/json", last: bool = False) -> Answer:
        """As `get`, but an answer other than 200 raises its fault."""
        answer = await self.get(path, limit=limit, accept=accept, last=last)
        if answer.status != 200:
            raise self.fault_of(answer)
        return answer

    async def post(self, path: str, body: msgspec.Struct, *, limit: float) -> Answer:
        """The whole answer to a question that is asked by POST and changes nothing: a review of who we are or what we may."""
        started, wall = self._clock(), self._wall()
        timeout = aiohttp.ClientTimeout(total=limit, sock_connect=min(limit, CONNECT_LIMIT))
        async with self._explained(limit), self._send(path, True, "application/json", timeout, body) as response:
            text = await _read(response, path)
        ended = self._clock()
        return _answer(path, response, text, ended - started, ended, wall + (ended - started) / 2)

    async def dial(self, place: tuple[str, int], path: str, *, limit: float, accept: str, named: bool = True) -> Answer:
        """The answer of the one API server at this address and port, past every balancer, on a connection of its own. It must show
        a certificate for NAME that the cluster's CA vouches for before it is asked; `named` false: nor is it told who we are.
        Raises `FaultError` when there is none within `limit` seconds, and (CONFIGURATION) where nobody can be verified or a proxy
        stands between."""
        async with self._held.reading() as access:
            if (why := undialled(access)) is not None:
                raise FaultError(why)
            host, port = place
            url = f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}"
            headers = await _headers(access, True, accept)
            if not named:
                headers = CIMultiDict({"Accept": accept, "User-Agent": "planewatch"})
            timeout = aiohttp.ClientTimeout(total=limit, sock_connect=min(limit, CONNECT_LIMIT))
            connector = aiohttp.TCPConnector(ssl=access.client.rest_client.ssl_context, limit=1, force_close=True)
            started, wall = self._clock(), self._wall()
            async with (
                self._explained(limit, apart=url) as hands,
                aiohttp.ClientSession(connector=connector, timeout=timeout, trust_env=False) as session,
                session.get(url + path, headers=headers, server_hostname=NAME, allow_redirects=False) as response,
            ):
                body = await _read(response, path)
        ended = self._clock()
        answer = _answer(path, response, body, ended - started, ended, wall + (ended - started) / 2, hands.certificate)
        if named and answer.status != 200:
            raise self.fault_of(answer)
        return answer

    def fault_of(self, answer: Answer) -> FaultError:
        return FaultError(answers.of_answer(answer, self.server, self._held.access.signed_in_with))

    @asynccontextmanager
    async def stream(self, path: str, *, opening: float, quiet: float) -> AsyncIterator[AsyncIterator[bytes]]:
        """An answer that goes on: its chunks as they arrive. `opening` bounds the wait for its head, `quiet` the silence in it.

        A fault of kind HANGING raised while reading means silence; before that, that the stream did not open.
        """
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=min(opening, CONNECT_LIMIT), sock_read=quiet)
        async with AsyncExitStack() as stack:
            async with self._explained(opening), asyncio.timeout(opening):
                response = await stack.enter_async_context(self._send(path, False, "application/json", timeout))
                if response.status != 200:
                    body = await _read(response, path)
                    raise self.fault_of(_answer(path, response, body, 0.0, self._clock(), self._wall()))
            async with self._explained(quiet, whole=False):
                try:
                    yield response.content.iter_any()
                finally:
                    response.close()

    @asynccontextmanager
    async def _send(
        self,
        path: str,
        gzip: bool,
        accept: str,
        limits: aiohttp.ClientTimeout,
        body: msgspec.Struct | None = None,
        *,
        last: bool = False,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """The head of an answer, whose client stays open as long as it is read. A 401 signs in anew, once."""
        expires = self._held.access.expires
        if expires is not None and expires - self._wall() < RENEW_BEFORE:
            await self._sign_in(self._generation)
        for again in (False, True):
            generation = self._generation
            async with self._held.reading() as access, await _request(access, path, gzip, accept, limits, body, last) as response:
                if again or response.status != 401 or not await self._sign_in(generation):
                    yield response
                    return

    async def _sign_in(self, generation: int) -> bool:
        """Sign in anew, for everybody who met the same refusal. False when that was just done, or was of no use."""
        async with self._signing_in:
            if self._generation != generation:
                return True
            if self._clock() - self._tried_at < SIGN_IN_EVERY:
                return False
            self._tried_at = self._clock()
            access = await open_access(self._target)
            old, self._held = self._held, Holding(access, self._prepare(access))
            self._generation += 1
            # Watches stay on the client that they were opened on until they end by their own time limit.
            self._retired = [one for one in (*self._retired, old) if not one.idle]
            await old.retire()
        return True

    @staticmethod
    def _prepare(access: Access) -> Serving:
        trace = aiohttp.TraceConfig()
        trace.on_request_redirect.append(_refuse_redirect)
        trace.on_connection_create_start.append(_connecting)
        trace.on_connection_create_end.append(_connected)
        access.client.configuration.trace_configs = [trace]
        return observe(access.client.rest_client.ssl_context, _tls_host(access.proxy, access.url))

    @asynccontextmanager
    async def _explained(self, limit: float, *, whole: bool = True, apart: str = "") -> AsyncIterator[Handshake]:
        """Exceptions of the transport become faults. `whole`: the limit is for all of it, not for each wait in it. `apart`: another
        server than all others ask."""
        started, hands, server = self._clock(), Handshake(apart=bool(apart)), apart or self.server
        asking = ASKING.set(hands)
        try:
            yield hands
        except (aiohttp.ClientError, RedirectedError, TimeoutError, OSError) as exc:
            took = self._clock() - started
            if whole and isinstance(exc, TimeoutError) and took > limit + PAUSE:
                raise FaultError(errors.paused(took)) from None
            if hands.connecting and self._is_with_the_proxy(hands) and (fault := errors.of_proxying(exc, server)):
                raise FaultError(fault) from None
            within = min(limit, CONNECT_LIMIT) if isinstance(exc, aiohttp.ConnectionTimeoutError) else limit
            if isinstance(exc, aiohttp.ClientConnectionError) and hands.alert is not None:
                raise FaultError(errors.of_tls_error(hands.alert, server)) from None
            raise FaultError(errors.of_exception(exc, server, within, shaking_hands=hands.hangs)) from None
        finally:
            with contextlib.suppress(ValueError):  # a stream that is closed from elsewhere ends in another context
                ASKING.reset(asking)

    def _is_with_the_proxy(self, hands: Handshake) -> bool:
        """Whether a connection that is being made has not got past the proxy. Where a proxy is spoken to by TLS under the server's
        own name that cannot be told, and then nothing may follow for the server."""
        access = self._held.access
        proxy = access.proxy
        return proxy is not None and (not hands.begun or (proxy.scheme == "https" and not _tls_host(proxy, access.url)))


async def open_link(target: Target, *, clock: Callable[[], Mono] = monotonic, wall: Callable[[], float] = time.time) -> Link:
    """Sign in to a cluster. Raises `FaultError`; nothing has been asked of the cluster then."""
    return Link(target, await open_access(target), clock=clock, wall=wall)


async def _request(
    access: Access, path: str, gzip: bool, accept: str, limits: aiohttp.ClientTimeout, body: msgspec.Struct | None, last: bool
) -> aiohttp.ClientResponse:
    client = access.client
    headers = await _headers(access, gzip, accept)
    if last:
        headers["Connection"] = "close"
    asked: dict[str, object] = {"headers": headers, "_request_timeout": limits}
    if body is not None:
        headers["Content-Type"] = "application/json"
        asked["body"] = msgspec.to_builtins(body)  # the library writes the JSON
    answer = await client.rest_client.request("GET" if body is None else "POST", access.url + path, **asked)
    response: aiohttp.ClientResponse = answer.response
    return response


async def _headers(access: Access, gzip: bool, accept: str) -> CIMultiDict[str]:
    """Those of every request, with who we are."""
    encoding = "gzip" if gzip and access.compression else "identity"
    headers = CIMultiDict({"Accept": accept, "Accept-Encoding": encoding, "User-Agent": "planewatch"})
    for name, value in access.headers:
        headers.add(name, value)
    token = await access.client.configuration.get_api_key_with_prefix("BearerToken")
    if token:
        headers["Authorization"] = token.strip()  # a token file ends with a newline
    return headers


def undialled(access: Access) -> Fault | None:
    """Why single API servers may not be dialled with these credentials: they go only to who is verified, and past no proxy."""
    if access.proxy is not None:
        remedy = "Run Planewatch where the addresses can be reached."
        return Fault(FaultKind.CONFIGURATION, "The way to this cluster leads through a proxy.", remedy)
    if not access.url.startswith("https:") or access.client.rest_client.ssl_context.verify_mode is not ssl.CERT_REQUIRED:
        return Fault(FaultKind.CONFIGURATION, "Certificates are not verified here.", "Give the kubeconfig the cluster's CA.")
    return None


def _tls_host(proxy: Proxy | None, url: str) -> str:
    """The host of a proxy that is spoken to by TLS and can be told from the server by its name; else none."""
    return proxy.host if proxy is not None and proxy.scheme == "https" and proxy.host != urlsplit(url).hostname else ""


async def _connecting(_session: object, _context: object, _params: object) -> None:
    if (hands := ASKING.get()) is not None:
        hands.connecting = True


async def _connected(_session: object, _context: object, _params: object) -> None:
    if (hands := ASKING.get()) is not None:
        hands.connecting = False


async def _refuse_redirect(_session: object, _context: object, params: aiohttp.TraceRequestRedirectParams) -> None:
    response = params.response
    response.close()
    raise RedirectedError(response.status, response.headers.get("Location", ""))


async def _read(response: aiohttp.ClientResponse, path: str) -> bytes:
    chunks, size = [], 0
    async for chunk in response.content.iter_any():
        size += len(chunk)
        if size > LONGEST_ANSWER:
            raise errors.garbled(path, f"it is longer than {LONGEST_ANSWER >> 20} MB")
        chunks.append(chunk)
    return b"".join(chunks)


def _answer(
    path: str, response: aiohttp.ClientResponse, body: bytes, took: float, at: float, wall: float, shown: bytes = b""
) -> Answer:
    head = response.headers
    kind, date, later = head.get("Content-Type", ""), head.get("Date", ""), head.get("Retry-After", "")
    return Answer(path, response.status, body, kind, date, later, took, at, wall, shown)
