"""Every way in which a question to a cluster can fail, as one `Fault`: a sentence, a remedy, and which side it is on.

Nothing in a `Fault` is taken over from an exception's text, because such texts hold URLs, paths and at times credentials; the
sentences are written here. This module explains exceptions; answers.py explains answers.
"""

import errno
import socket
import ssl
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from planes.structs.events import Fault, FaultKind
from planes.structs.time_tokens import duration


class FaultError(Exception):
    """Carries a `Fault` up to whoever turns it into an event."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


class RedirectedError(Exception):
    """The server answered with a redirect, which an API server never does for a read."""

    def __init__(self, status: int, location: str) -> None:
        super().__init__(f"redirected with {status}")
        self.status = status
        self.location = location


class SocksError(OSError):
    """What a SOCKS proxy says instead of connecting; its text holds no address and no secret, and may be shown."""


def origin(url: str) -> str:
    """Scheme, host and port of a URL: what may be shown. User names and passwords in it are left out."""
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "an address that is not a URL"
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}"


def short(path: str) -> str:
    """A path without its query: resource versions and continue tokens explain nothing to a person."""
    return path.partition("?")[0]


def sentence(kind: FaultKind, message: str, remedy: str = "") -> FaultError:
    return FaultError(Fault(kind, message, remedy))


def garbled(path: str, what: str) -> FaultError:
    return sentence(
        FaultKind.GARBLED,
        f"The answer to {short(path)} cannot be read: {what}.",
        "Look for a proxy that cuts answers short between Planewatch and the API server.",
    )


def not_kubernetes(server: str, what: str) -> FaultError:
    return sentence(
        FaultKind.NOT_KUBERNETES,
        f"{server} answers {what}, so it is not a Kubernetes API server.",
        "Check the server address in the kubeconfig, and proxies and sign-in pages on the way to it.",
    )


def hanging(server: str, limit: float) -> Fault:
    return Fault(
        FaultKind.HANGING,
        f"{server} accepts the connection but gives no answer within {limit:g} s.",
        "Look at the API server's host: load, disk, and whether etcd answers it.",
    )


def paused(seconds: float) -> Fault:
    """Our own process stood still, so that its time limits mean nothing."""
    return Fault(
        FaultKind.INTERNAL,
        f"Planewatch itself was paused for about {duration(seconds)}, so it cannot tell what the cluster did meanwhile.",
        "It asks again at once. If this repeats, give its machine more CPU or keep it from sleeping.",
    )


def of_exception(exc: BaseException, server: str, limit: float, *, shaking_hands: bool = False) -> Fault:
    """The fault behind an exception of the transport.

    `server` is the origin that was asked, `limit` the time limit in seconds; `shaking_hands` says that TCP was connected and TLS
    was not, which turns a connect timeout into a server that hangs.
    """
    for known, explain in _EXPLAINERS:
        if isinstance(exc, known):
            return explain(exc, server, limit, shaking_hands)
    if isinstance(exc, OSError):
        return _of_os_error(exc, server)
    return Fault(
        FaultKind.INTERNAL,
        f"Planewatch has a bug ({type(exc).__name__}).",
        "The log has the details; please report it.",
    )


def _of_redirect(exc: BaseException, server: str, _limit: float, _hands: bool) -> Fault:
    assert isinstance(exc, RedirectedError)
    where = origin(exc.location) if exc.location.startswith(("http://", "https://")) else "another path"
    return not_kubernetes(server, f"with a redirect ({exc.status}) to {where}").fault


def _of_dns(exc: BaseException, server: str, limit: float, hands: bool) -> Fault:
    host = urlsplit(server).hostname
    if _is_the_proxys(exc, server):
        return _of_proxy(exc, server, limit, hands)
    return Fault(
        FaultKind.NAME,
        f"The name {host} does not resolve.",
        "Check the server address in the kubeconfig, this machine's DNS, and whether a VPN is needed.",
    )


def _is_the_proxys(exc: BaseException, server: str) -> bool:
    """Whether it was not the server that could not be connected to, but a proxy on the way to it."""
    return isinstance(exc, aiohttp.ClientConnectorError) and (exc.host, exc.port) != (URL(server).raw_host, URL(server).port)


def _of_proxy(exc: BaseException, server: str, _limit: float, _hands: bool) -> Fault:
    why = ""
    if isinstance(exc, aiohttp.ClientHttpProxyError):
        why = f" (it answers {exc.status})"
    elif isinstance(exc, aiohttp.ClientConnectorDNSError) or isinstance(getattr(exc, "os_error", None), socket.gaierror):
        why = " (its name does not resolve)"
    elif isinstance(exc, aiohttp.ClientConnectorCertificateError | aiohttp.ClientConnectorSSLError):
        why = " (TLS with it fails; its certificate has to be one that the kubeconfig trusts)"
    elif isinstance(exc, aiohttp.ClientConnectorError):
        why = f" ({exc.os_error})" if isinstance(exc.os_error, SocksError) else " (it cannot be connected to)"
    return proxy_refuses(server, why)


def of_proxying(exc: BaseException, server: str) -> Fault | None:
    """The fault behind an exception that came while a proxy was asked for a connection; None where its kind says that anyway."""
    if isinstance(exc, aiohttp.ClientConnectorError | aiohttp.ClientHttpProxyError):
        return None
    if isinstance(exc, TimeoutError):
        return proxy_refuses(server, " (it gives no answer)")
    if isinstance(exc, aiohttp.ClientResponseError):
        return proxy_refuses(server, " (it does not speak HTTP)")
    return proxy_refuses(server, " (it closes the connection)")


def proxy_refuses(server: str, why: str) -> Fault:
    """It is the proxy that fails; of the API server nothing follows. `why` is in brackets, after a space, or empty."""
    return Fault(
        FaultKind.UNREACHABLE,
        f"The proxy on the way to {server} does not let Planewatch through{why}.",
        "Check proxy-url in the kubeconfig and HTTPS_PROXY and NO_PROXY in Planewatch's environment.",
    )


def _of_connect_timeout(_exc: BaseException, server: str, limit: float, shaking_hands: bool) -> Fault:
    if shaking_hands:
        return hanging(server, limit)
    return Fault(
        FaultKind.UNREACHABLE,
        f"{server} cannot be reached: connecting took longer than {limit:g} s.",
        "Check the route, firewall or VPN between Planewatch and the API server, and whether its host is up.",
    )


def _of_timeout(_exc: BaseException, server: str, limit: float, _hands: bool) -> Fault:
    return hanging(server, limit)


def _of_tls(exc: BaseException, server: str, limit: float, hands: bool) -> Fault:
    if _is_the_proxys(exc, server):
        return _of_proxy(exc, server, limit, hands)
    error = exc.os_error if isinstance(exc, aiohttp.ClientConnectorError) else exc
    if isinstance(exc, aiohttp.ClientConnectorCertificateError):
        error = exc.certificate_error
    return of_tls_error(error, server)


def of_tls_error(error: BaseException, server: str) -> Fault:
    """What OpenSSL refused, in words: by its verify code where there is one, else by its reason."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _of_verification(error, server)
    reason = (getattr(error, "reason", "") or "").upper()
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError) or "EOF" in reason:
        return _closed(server)
    if "WRONG_VERSION_NUMBER" in reason or "HTTP_REQUEST" in reason or "RECORD_LAYER" in reason:
        return Fault(
            FaultKind.TLS,
            f"{server} does not speak TLS on this port.",
            "Check the port, and whether the server address should begin with http://.",
        )
    if "ALERT" in reason and ("CERTIFICATE" in reason or "UNKNOWN_CA" in reason):
        return Fault(
            FaultKind.TLS,
            f"{server} refuses our client certificate.",
            "Renew the client certificate in the kubeconfig, or take one that this cluster's authority has signed.",
        )
    return Fault(
        FaultKind.TLS,
        f"The TLS handshake with {server} fails.",
        "Check that the address is the API server's and that nothing on the way ends TLS.",
    )


def _of_verification(error: ssl.SSLCertVerificationError, server: str) -> Fault:
    if error.verify_code == 10:  # X509_V_ERR_CERT_HAS_EXPIRED
        return Fault(
            FaultKind.TLS,
            f"The certificate of {server} has expired.",
            "Renew the API server's certificate (kubeadm: kubeadm certs renew apiserver), or set this machine's clock right.",
        )
    if error.verify_code == 9:  # X509_V_ERR_CERT_NOT_YET_VALID
        return Fault(
            FaultKind.TLS,
            f"The certificate of {server} is not valid yet.",
            "Set the clock of this machine or of the API server right.",
        )
    if error.verify_code in (62, 64):  # host name or IP address mismatch
        return Fault(
            FaultKind.TLS,
            f"The certificate of {server} is for another name.",
            "Use a server address that the certificate names, or set tls-server-name in the kubeconfig.",
        )
    return Fault(
        FaultKind.TLS,
        f"The certificate of {server} is signed by an authority that the kubeconfig does not trust.",
        "Put this cluster's CA into certificate-authority-data of the kubeconfig.",
    )


def _closed(server: str) -> Fault:
    return Fault(
        FaultKind.CLOSED,
        f"{server} closes the connection before it has answered.",
        "Check whether the API server is restarting, and look at load balancers in front of it.",
    )


def _of_close(exc: BaseException, server: str, _limit: float, _hands: bool) -> Fault:
    return _closed(server)


def _of_http(_exc: BaseException, server: str, _limit: float, _hands: bool) -> Fault:
    return not_kubernetes(server, "something other than HTTP").fault


def _of_url(_exc: BaseException, _server: str, _limit: float, _hands: bool) -> Fault:
    return Fault(
        FaultKind.CONFIGURATION,
        "The server address in the kubeconfig is not a URL.",
        "It reads like https://10.0.0.1:6443: correct it.",
    )


def _of_connector(exc: BaseException, server: str, _limit: float, _hands: bool) -> Fault:
    assert isinstance(exc, aiohttp.ClientConnectorError)
    if isinstance(exc.os_error, ssl.SSLError):
        return of_tls_error(exc.os_error, server)
    return _of_os_error(exc.os_error, server)


def _of_os_error(error: OSError, server: str) -> Fault:
    if isinstance(error, ConnectionRefusedError) or error.errno == errno.ECONNREFUSED:
        return Fault(
            FaultKind.REFUSED,
            f"{server} refuses the connection: nothing listens there.",
            "Start the API server, or check the address and port in the kubeconfig.",
        )
    if isinstance(error, ConnectionError) or error.errno in (errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED):
        return _closed(server)
    if isinstance(error, socket.gaierror):
        return _of_dns(error, server, 0, False)
    if error.errno in (errno.EMFILE, errno.ENFILE):
        return Fault(FaultKind.INTERNAL, "Planewatch has no file handles left.", "Raise its limit of open files (ulimit -n).")
    return Fault(
        FaultKind.UNREACHABLE,
        f"{server} cannot be reached: there is no route to it.",
        "Check the route, firewall or VPN between Planewatch and the API server.",
    )


# Order matters: the first class that fits explains. Subclasses stand before their bases.
_EXPLAINERS = (
    (RedirectedError, _of_redirect),
    (aiohttp.ClientConnectorDNSError, _of_dns),
    (aiohttp.ClientProxyConnectionError, _of_proxy),
    (aiohttp.ClientHttpProxyError, _of_proxy),
    (aiohttp.ConnectionTimeoutError, _of_connect_timeout),
    (aiohttp.ServerTimeoutError, _of_timeout),
    (TimeoutError, _of_timeout),
    (aiohttp.ClientConnectorCertificateError, _of_tls),
    (aiohttp.ClientConnectorSSLError, _of_tls),
    (ssl.SSLError, lambda exc, server, _limit, _hands: of_tls_error(exc, server)),
    (aiohttp.ClientConnectorError, _of_connector),
    (aiohttp.ServerDisconnectedError, _of_close),
    (aiohttp.ClientPayloadError, _of_close),
    (aiohttp.InvalidURL, _of_url),
    (aiohttp.NonHttpUrlClientError, _of_url),
    (aiohttp.ClientResponseError, _of_http),
)
