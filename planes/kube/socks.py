"""Connections through a SOCKS5 proxy (RFC 1928, with the user names of RFC 1929).

aiohttp has none, and what there is beside it forgets `tls-server-name`. The proxy resolves names, as with Go's socks5.
"""

import asyncio
import ipaddress
import socket
import ssl
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.client_proto import ResponseHandler
from kubernetes.aio.client import Configuration
from kubernetes.aio.client.rest import RESTClientObject

from planes.kube.errors import SocksError
from planes.kube.proxies import Proxy

_REFUSALS = {
    1: "it fails",
    2: "its rules do not allow it",
    3: "the network cannot be reached from it",
    4: "the host cannot be reached from it",
    5: "the connection is refused there",
    6: "the way is too long",
    7: "it does not know how to connect",
    8: "it does not know this kind of address",
}


class Client(RESTClientObject):
    """The client library's transport, by way of a SOCKS proxy."""

    def __init__(self, configuration: Configuration, proxy: Proxy) -> None:
        super().__init__(configuration)
        self._socks = proxy

    def _create_connector(self) -> aiohttp.TCPConnector:
        return connector(self._socks, self.ssl_context, self.maxsize)


def connector(proxy: Proxy, context: ssl.SSLContext, limit: int = 100) -> aiohttp.TCPConnector:
    """What opens at most `limit` connections through a proxy."""
    return _Connector(proxy, limit=limit, ssl=context, resolver=_AsItIs())


class _AsItIs(AbstractResolver):
    """Leaves names to the proxy."""

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> list[ResolveResult]:
        return [{"hostname": host, "host": host, "port": port, "family": family, "proto": 0, "flags": 0}]

    async def close(self) -> None:
        """There is nothing to close."""


class _Connector(aiohttp.TCPConnector):
    def __init__(self, proxy: Proxy, **options: Any) -> None:
        super().__init__(**options)
        self._proxy = proxy

    async def _wrap_create_connection(
        self, *args: Any, addr_infos: Any, req: aiohttp.ClientRequest, **more: Any
    ) -> tuple[asyncio.Transport, ResponseHandler]:
        host, port = addr_infos[0][4][:2]
        try:
            async with asyncio.timeout(more["timeout"].sock_connect):
                way = await _reach(self._proxy, host, port)
        except TimeoutError:
            raise
        except OSError as exc:
            raise aiohttp.ClientProxyConnectionError(req.connection_key, exc) from exc
        return await self._wrap_existing_connection(*args, req=req, sock=way, **more)


async def _reach(proxy: Proxy, host: str, port: int) -> socket.socket:
    """A socket on which the far side of the proxy is spoken to. Raises OSError."""
    loop = asyncio.get_running_loop()
    failed: OSError = SocksError("it has no address")
    for family, kind, protocol, _, address in await loop.getaddrinfo(proxy.host, proxy.port, type=socket.SOCK_STREAM):
        way = socket.socket(family, kind, protocol)
        way.setblocking(False)
        try:
            await loop.sock_connect(way, address)
            await _negotiate(loop, way, proxy)
            await _ask(loop, way, host, port)
        except SocksError:
            way.close()
            raise
        except OSError as exc:
            way.close()
            failed = exc
        except BaseException:
            way.close()
            raise
        else:
            return way
    raise failed


async def _negotiate(loop: asyncio.AbstractEventLoop, way: socket.socket, proxy: Proxy) -> None:
    methods = b"\x00\x02" if proxy.username else b"\x00"
    await loop.sock_sendall(way, bytes((5, len(methods))) + methods)
    version, method = await _exactly(loop, way, 2)
    if version != 5:
        raise SocksError("it does not speak SOCKS5")
    if method == 2 and proxy.username:
        name, password = proxy.username.encode()[:255], proxy.password.encode()[:255]
        await loop.sock_sendall(way, bytes((1, len(name))) + name + bytes((len(password),)) + password)
        if (await _exactly(loop, way, 2))[1] != 0:
            raise SocksError("it does not accept the user name and password in its URL")
    elif method != 0:
        raise SocksError("it wants a user name and password in its URL")


async def _ask(loop: asyncio.AbstractEventLoop, way: socket.socket, host: str, port: int) -> None:
    await loop.sock_sendall(way, b"\x05\x01\x00" + _address(host) + port.to_bytes(2, "big"))
    version, answer, _, kind = await _exactly(loop, way, 4)
    if version != 5:
        raise SocksError("it does not speak SOCKS5")
    if answer != 0:
        raise SocksError(_REFUSALS.get(answer, "it does not connect"))
    length = {1: 4, 4: 16}.get(kind) or (await _exactly(loop, way, 1))[0]
    await _exactly(loop, way, length + 2)


def _address(host: str) -> bytes:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        name = host.encode("ascii")[:255]
        return bytes((3, len(name))) + name
    return bytes((1 if address.version == 4 else 4,)) + address.packed


async def _exactly(loop: asyncio.AbstractEventLoop, way: socket.socket, count: int) -> bytes:
    got = b""
    while len(got) < count:
        more = await loop.sock_recv(way, count - len(got))
        if not more:
            raise SocksError("it closes the connection")
        got += more
    return got
