"""Through which proxy a cluster is asked: the one that its kubeconfig names, else the environment's, as kubectl takes them.

proxy-url goes by client-go (tools/clientcmd, parseProxyURL), the environment by Go's golang.org/x/net/http/httpproxy: names in
capital letters count first, and NO_PROXY holds names, addresses, networks and ports.
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

from planes.kube.kubeconfig import wrong

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}


@dataclass(frozen=True)
class Proxy:
    """A proxy: `scheme` is http, https or socks5. `url` may hold a password, and is never shown."""

    scheme: str
    host: str
    port: int
    url: str = field(repr=False)
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)


def of_cluster(proxy_url: str, server: str, environ: Mapping[str, str]) -> Proxy | None:
    """The proxy for a server: `proxy_url`, whatever NO_PROXY says; else what the environment names for it; else none. Raises
    `FaultError` (CONFIGURATION) where one is named that cannot be used."""
    if proxy_url:
        return _parsed(proxy_url, "The kubeconfig's proxy-url", ("http", "https", "socks5"))
    return of_environment(server, environ)


def of_environment(server: str, environ: Mapping[str, str]) -> Proxy | None:
    """The proxy that HTTPS_PROXY (of an https server; HTTP_PROXY of others) names, unless NO_PROXY excepts the server."""
    parts = urlsplit(server)
    names = ("HTTPS_PROXY", "https_proxy") if parts.scheme == "https" else ("HTTP_PROXY", "http_proxy")
    name, value = _first(environ, *names)
    host = _ascii(parts.hostname or "")
    if not value or excepted(host, parts.port or _PORTS.get(parts.scheme, 0), _first(environ, "NO_PROXY", "no_proxy")[1]):
        return None
    if "://" not in value:
        value = f"http://{value}"
    return _parsed(value, f"The {name} of Planewatch's environment", tuple(_PORTS))


def _first(environ: Mapping[str, str], *names: str) -> tuple[str, str]:
    return next(((name, environ[name]) for name in names if environ.get(name)), ("", ""))


def _parsed(url: str, where: str, schemes: tuple[str, ...]) -> Proxy:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = SplitResult("", "", "", "", ""), None
    if parts.scheme not in schemes or not parts.hostname or url != url.strip():
        raise wrong(
            f"{where} is not the URL of a proxy that can be used.",
            "It reads like http://10.0.0.1:3128, https://… or socks5://…: correct it.",
        )
    return Proxy(
        parts.scheme.removesuffix("h"),
        parts.hostname,
        port or _PORTS[parts.scheme],
        url,
        unquote(parts.username or ""),
        unquote(parts.password or ""),
    )


# --- NO_PROXY ----------------------------------------------------------------------------------------------------------------


def excepted(host: str, port: int, no_proxy: str) -> bool:
    """Whether no proxy is used for a host. This machine itself never needs one."""
    host = host.lower().strip()
    address = _address(host)
    if host == "localhost" or (address is not None and address.is_loopback):
        return True
    return any(_matches(entry.strip().lower(), host, address, port) for entry in no_proxy.split(","))


def _matches(entry: str, host: str, address: _Address | None, port: int) -> bool:
    if entry == "*":
        return True
    if (network := _network(entry)) is not None:
        return address is not None and address.version == network.version and address in network
    name, wanted = _split(entry)
    if not name or (wanted and wanted != str(port)):
        return False
    if (one := _address(name)) is not None:
        return one == address
    name = _ascii(name.removeprefix("*") if name.startswith("*.") else name)
    return host.endswith(name) if name.startswith(".") else host == name or host.endswith(f".{name}")


def _split(entry: str) -> tuple[str, str]:
    """Host and port as Go's net.SplitHostPort takes them apart; what it refuses is a host without a port."""
    if entry.startswith("["):
        name, closed, port = entry[1:].partition("]:")
        return (name, port) if closed else (entry, "")
    name, _, port = entry.partition(":")
    return (name, port) if ":" in entry and ":" not in port else (entry, "")


def _network(entry: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    if not entry.rpartition("/")[2].isdigit() or "/" not in entry:
        return None
    try:
        network = ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return None
    if isinstance(network, ipaddress.IPv6Network) and network.prefixlen >= 96 and (mapped := network.network_address.ipv4_mapped):
        return ipaddress.IPv4Network((mapped, network.prefixlen - 96))
    return network


def _address(host: str) -> _Address | None:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, ipaddress.IPv6Address) else address


def _ascii(host: str) -> str:
    """A name with letters beyond ASCII in its form for the wire."""
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return host
