"""Real proxies of each kind before a real API server: what passes through them, and what is said of those that let nothing pass."""

import asyncio
import base64
import contextlib
import ipaddress
import ssl
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvloop

from planes.kube import oidc
from planes.kube.errors import FaultError
from planes.structs.events import FaultKind
from tests.kube.conftest import Kubeconfig
from tests.replay import TOKEN, Authority, Reply, Request, Server, reply, serve, server_context


async def version(_request: Request) -> Reply:
    return reply({"gitVersion": "v1.36.2"})


@dataclass
class Proxying:
    """A proxy on 127.0.0.1 that leads every name to `leads`, where it knows any: what it was asked for, and by whom."""

    scheme: str
    credentials: str = ""
    refuses: int = 0
    port: int = 0
    asked: list[str] = field(default_factory=list)
    by: list[str] = field(default_factory=list)
    leads: int = 0
    hangs: bool = False

    @property
    def url(self) -> str:
        return f"{self.scheme}://{f'{self.credentials}@' if self.credentials else ''}127.0.0.1:{self.port}"

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            if self.hangs:
                await reader.read()
            serve_one = self._socks if self.scheme == "socks5" else self._http
            if (way := await serve_one(reader, writer)) is not None:
                await asyncio.gather(_pump(reader, way[1]), _pump(way[0], writer))
        writer.close()

    async def _open(self, target: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        self.asked.append(target)
        return await asyncio.open_connection("127.0.0.1", self.leads or int(target.rpartition(":")[2]))

    async def _http(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        method, target, _ = head[0].split(" ")
        self.by += [line.partition(" ")[2] for line in head if line.lower().startswith("proxy-authorization:")]
        if self.refuses:
            writer.write(f"HTTP/1.1 {self.refuses} No\r\nContent-Length: 0\r\n\r\n".encode())
            return None
        if method == "CONNECT":
            way = await self._open(target)
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        else:
            way = await self._open(target.split("/")[2])
            way[1].write("\r\n".join([f"{method} /{target.split('/', 3)[3]} HTTP/1.1", *head[1:]]).encode())
        return way

    async def _socks(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        version, count = await reader.readexactly(2)
        assert version == 5
        method = 2 if self.credentials else 0
        if method not in await reader.readexactly(count):
            writer.write(b"\x05\xff")
            return None
        writer.write(bytes((5, method)))
        if method == 2:
            _, length = await reader.readexactly(2)
            name = (await reader.readexactly(length)).decode()
            password = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
            self.by.append(f"{name}:{password}")
            good = f"{name}:{password}" == self.credentials
            writer.write(b"\x01\x00" if good else b"\x01\x01")
            if not good:
                return None
        _, _, _, kind = await reader.readexactly(4)
        size = {1: 4, 4: 16}.get(kind) or (await reader.readexactly(1))[0]
        host = await reader.readexactly(size)
        shown = host.decode() if kind == 3 else str(ipaddress.ip_address(host))
        port = int.from_bytes(await reader.readexactly(2), "big")
        if self.refuses:
            writer.write(bytes((5, self.refuses, 0, 1, 0, 0, 0, 0, 0, 0)))
            return None
        way = await self._open(f"{shown}:{port}")
        writer.write(b"\x05\x00\x00\x03\x05there\x00\x50")
        return way


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    writer.close()


@contextlib.asynccontextmanager
async def proxy(scheme: str, authority: Authority | None = None, **more: object) -> AsyncIterator[Proxying]:
    made = Proxying(scheme, **more)  # type: ignore[arg-type] # passed on as they are
    context = server_context(*(authority or Authority()).issue("127.0.0.1", "localhost")) if scheme == "https" else None
    listener = await asyncio.start_server(made.connected, "127.0.0.1", 0, ssl=context)
    made.port = listener.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        listener.close()


@pytest.mark.parametrize("scheme", ["http", "https", "socks5"])
async def test_a_cluster_is_asked_through_its_proxy_by_name_and_with_its_own_certificate(
    kubeconfig: Kubeconfig, scheme: str
) -> None:
    """The name resolves nowhere but at the proxy; the certificate is for yet another name."""
    async with (
        serve(version, names=("inner.example",), days=20) as server,
        proxy(scheme, server.authority, leads=server.port) as between,
    ):
        kubeconfig.to(server)
        kubeconfig.user = {"token": TOKEN}
        kubeconfig.cluster |= {"server": "https://k8s.invalid:6443", "tls-server-name": "inner.example", "proxy-url": between.url}
        link = await kubeconfig.link()
        for _ in range(2):
            assert (await link.ask("/version", limit=5)).status == 200
        assert between.asked == ["k8s.invalid:6443"]
        assert [one.headers["authorization"] for one in server.requests] == [f"Bearer {TOKEN}"] * 2
        shown = link.certificate()
        assert shown is not None
        await link.close()
        remaining = shown.ends - time.time()
        assert 19 * 86400 < remaining < 21 * 86400  # the API server's, not the proxy's of 30 days


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_a_watch_goes_through_the_proxy_too(kubeconfig: Kubeconfig, scheme: str) -> None:
    async with serve(version) as server, proxy(scheme) as between:
        kubeconfig.to(server)
        kubeconfig.cluster["proxy-url"] = between.url
        link = await kubeconfig.link()
        async with link.stream("/api/v1/nodes?watch=1", opening=5, quiet=5) as chunks:
            assert b"".join([chunk async for chunk in chunks]).startswith(b"{")
        assert between.asked == [f"127.0.0.1:{server.port}"]
        await link.close()


@pytest.mark.parametrize("scheme", ["http", "https", "socks5"])
async def test_a_proxys_user_name_and_password_are_given_to_it_alone(kubeconfig: Kubeconfig, scheme: str) -> None:
    async with serve(version) as server, proxy(scheme, server.authority, credentials="me:p%40w".replace("%40", "@")) as between:
        kubeconfig.to(server)
        kubeconfig.cluster["proxy-url"] = between.url.replace("me:p@w", "me:p%40w")
        link = await kubeconfig.link()
        assert (await link.ask("/version", limit=5)).status == 200
        wanted = "me:p@w" if scheme == "socks5" else f"Basic {base64.b64encode(b'me:p@w').decode()}"
        assert between.by == [wanted]
        assert "proxy-authorization" not in server.requests[0].headers
        await link.close()


async def test_plain_http_goes_through_a_proxy(kubeconfig: Kubeconfig) -> None:
    async with serve(version, tls=False) as server, proxy("http", leads=server.port) as between:
        kubeconfig.cluster = {"server": "http://k8s.invalid:8080", "proxy-url": between.url}
        link = await kubeconfig.link()
        assert (await link.ask("/version", limit=5)).status == 200
        assert between.asked == ["k8s.invalid:8080"]
        await link.close()


async def test_the_environments_proxy_is_gone_through(kubeconfig: Kubeconfig, monkeypatch: pytest.MonkeyPatch) -> None:
    async with serve(version, names=("k8s.invalid",)) as server, proxy("socks5", leads=server.port) as between:
        kubeconfig.to(server)
        kubeconfig.cluster["server"] = "https://k8s.invalid:6443"
        monkeypatch.setenv("HTTPS_PROXY", between.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        link = await kubeconfig.link()
        assert (await link.ask("/version", limit=5)).status == 200
        await link.close()


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_an_identity_provider_is_asked_through_the_environments_proxy(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    async def script(request: Request) -> Reply:
        known = {"token_endpoint": "https://idp.invalid/token"}
        return reply(known if request.method == "GET" else {"id_token": "renewed"})

    async with serve(script, names=("idp.invalid",)) as server, proxy(scheme, leads=server.port) as between:
        monkeypatch.setenv("HTTPS_PROXY", between.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        ca = base64.b64encode(server.authority.pem).decode()
        asked = oidc.Provider("https://idp.invalid", "planewatch", "", "", "refresh", idp_certificate_authority_data=ca)
        assert await oidc.id_token(asked, time.time()) == "renewed"
        assert between.asked == ["idp.invalid:443"] * 2


@pytest.mark.parametrize(
    ("scheme", "more", "said"),
    [
        ("http", {"refuses": 403}, "(it answers 403)"),
        ("https", {"refuses": 407}, "(it answers 407)"),
        ("socks5", {"refuses": 2}, "(its rules do not allow it)"),
        ("socks5", {"refuses": 5}, "(the connection is refused there)"),
        ("socks5", {"refuses": 99}, "(it does not connect)"),
        ("socks5", {"credentials": "me:pw"}, "(it wants a user name and password in its URL)"),
    ],
)
async def test_a_proxy_that_does_not_let_us_through(
    kubeconfig: Kubeconfig, scheme: str, more: dict[str, object], said: str
) -> None:
    async with serve(version) as server, proxy(scheme, server.authority, **more) as between:
        kubeconfig.to(server)
        kubeconfig.cluster["proxy-url"] = f"{scheme}://127.0.0.1:{between.port}"
        await _is_told(kubeconfig, server, said)


async def test_a_wrong_password_for_a_socks_proxy_is_told_and_not_shown(kubeconfig: Kubeconfig) -> None:
    async with serve(version) as server, proxy("socks5", credentials="me:right") as between:
        kubeconfig.to(server)
        kubeconfig.cluster["proxy-url"] = f"socks5://me:wrongpw@127.0.0.1:{between.port}"
        await _is_told(kubeconfig, server, "(it does not accept the user name and password in its URL)")


@pytest.mark.parametrize(
    ("says", "why"),
    [
        (b"HTTP/1.0 400 Bad Request\r\n\r\n", "(it does not speak SOCKS5)"),
        (b"\x05", "(it closes the connection)"),
        (b"\x05\x00\x04\x00\x00\x01", "(it does not speak SOCKS5)"),
    ],
)
async def test_what_is_no_socks_proxy_is_told(kubeconfig: Kubeconfig, says: bytes, why: str) -> None:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(says)
        await reader.readexactly(3)
        if len(says) > 1:
            await reader.read()
        writer.close()

    listener = await asyncio.start_server(connected, "127.0.0.1", 0)
    async with serve(version) as server:
        kubeconfig.to(server)
        kubeconfig.cluster["proxy-url"] = f"socks5://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        await _is_told(kubeconfig, server, why)
    listener.close()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
@pytest.mark.parametrize("scheme", ["http", "https", "socks5"])
async def test_a_proxy_that_hangs_is_not_an_api_server_that_hangs(kubeconfig: Kubeconfig, scheme: str, host: str) -> None:
    """Of an API server that takes a connection and says nothing something follows; of a proxy that does so, nothing."""
    async with serve(version) as server, proxy(scheme, server.authority, hangs=True) as between:
        kubeconfig.to(server)
        kubeconfig.cluster["proxy-url"] = between.url.replace("127.0.0.1", host)
        await _is_told(kubeconfig, server, "(it gives no answer)", limit=0.5)


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(("says", "why"), [(b"", "(it closes the connection)"), (b"SSH-2.0-x\r\n\r\n", "(it does not speak HTTP)")])
async def test_a_proxy_that_does_not_answer_a_connect_is_told(kubeconfig: Kubeconfig, scheme: str, says: bytes, why: str) -> None:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(says)
        writer.close()

    authority = Authority()
    context = server_context(*authority.issue("localhost")) if scheme == "https" else None
    listener = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=context)
    async with serve(version, authority=authority) as server:
        kubeconfig.to(server)
        kubeconfig.cluster["proxy-url"] = f"{scheme}://localhost:{listener.sockets[0].getsockname()[1]}"
        await _is_told(kubeconfig, server, why)
    listener.close()


async def test_an_api_server_that_closes_behind_a_proxy_closes(kubeconfig: Kubeconfig) -> None:
    async def cut(_request: Request) -> Reply:
        return Reply(fate="close")

    async with serve(cut) as server, proxy("http") as between:
        kubeconfig.to(server)
        kubeconfig.cluster["proxy-url"] = between.url
        link = await kubeconfig.link()
        with pytest.raises(FaultError) as caught:
            await link.ask("/version", limit=5)
        assert caught.value.fault.kind is FaultKind.CLOSED
        await link.close()


async def test_an_api_server_that_hangs_behind_a_proxy_hangs(kubeconfig: Kubeconfig) -> None:
    async def never(_request: Request) -> Reply:
        return Reply(fate="hang")

    async with serve(never) as server, proxy("http") as between:
        kubeconfig.to(server)
        kubeconfig.cluster["proxy-url"] = between.url
        link = await kubeconfig.link()
        with pytest.raises(FaultError) as caught:
            await link.ask("/version", limit=0.5)
        assert caught.value.fault.kind is FaultKind.HANGING
        await link.close()


@pytest.mark.parametrize("scheme", ["http", "https", "socks5"])
async def test_a_proxy_that_is_not_there_is_not_the_api_server(kubeconfig: Kubeconfig, scheme: str, unused_port: int) -> None:
    async with serve(version) as server:
        kubeconfig.to(server)
        kubeconfig.cluster["proxy-url"] = f"{scheme}://127.0.0.1:{unused_port}"
        await _is_told(kubeconfig, server, "(it cannot be connected to)")


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_a_proxy_whose_name_does_not_resolve_is_not_the_api_server(kubeconfig: Kubeconfig, scheme: str) -> None:
    async with serve(version) as server:
        kubeconfig.to(server)
        kubeconfig.cluster["proxy-url"] = f"{scheme}://proxy.invalid:3128"
        await _is_told(kubeconfig, server, "(its name does not resolve)")


async def test_a_proxy_whose_certificate_is_not_trusted_is_not_the_api_server(kubeconfig: Kubeconfig) -> None:
    async with serve(version) as server, proxy("https", Authority("another")) as between:
        kubeconfig.to(server)
        kubeconfig.cluster["proxy-url"] = between.url
        await _is_told(kubeconfig, server, "(TLS with it fails; its certificate has to be one that the kubeconfig trusts)")


async def _is_told(kubeconfig: Kubeconfig, server: Server, why: str, limit: float = 5) -> None:
    link = await kubeconfig.link()
    with pytest.raises(FaultError) as caught:
        await link.ask("/version", limit=limit)
    fault = caught.value.fault
    assert fault.kind is FaultKind.UNREACHABLE
    assert fault.message == f"The proxy on the way to {server.url} does not let Planewatch through {why}."
    assert "proxy-url" in fault.remedy
    assert server.requests == []
    await link.close()


@pytest.mark.parametrize("scheme", ["http", "https", "socks5"])
def test_collectors_loop_goes_through_each(tmp_path: Path, scheme: str) -> None:
    """Collectors run on uvloop, whose sockets and TLS are its own."""

    async def ask() -> int:
        async with serve(version) as server, proxy(scheme, server.authority) as between:
            kubeconfig = Kubeconfig(tmp_path)
            kubeconfig.to(server)
            kubeconfig.cluster["proxy-url"] = between.url
            link = await kubeconfig.link()
            answer = await link.ask("/version", limit=5)
            await link.close()
            assert between.asked == [f"127.0.0.1:{server.port}"]
            return answer.status

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(ask()) == 200
