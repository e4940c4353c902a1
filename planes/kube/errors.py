"""Every way in which a question to a cluster can fail, as one `Fault`: a sentence, a remedy, and which side it is on.

Nothing in a `Fault` is taken over from an exception's text, because such texts hold URLs, paths and at times credentials; the
sentences are written here. What a Kubernetes `Status` says about missing rights is the exception: it names a user, a verb and a
resource, which is what a person needs to grant it.
"""

import errno
import re
import socket
import ssl
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import aiohttp
import msgspec

from planes.picture.events import Fault, FaultKind

#: No wait that a server asks for is longer than this, in seconds.
LONGEST_RETRY_AFTER = 120.0

READ_VERBS = '["get", "list", "watch"]'


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


@dataclass(frozen=True)
class Answer:
    """One complete answer. `took` is in seconds; `at` is the monotonic time at which it was complete."""

    path: str
    status: int
    body: bytes
    content_type: str
    date: str
    retry_after: str
    took: float
    at: float = 0.0
    wall: float = field(default=0.0)  # our own wall clock in the middle of the question, epoch seconds


class _Details(msgspec.Struct):
    retryAfterSeconds: float = 0


class Status(msgspec.Struct):
    """The API server's own error object."""

    kind: str = ""
    message: str = ""
    reason: str = ""
    code: int = 0
    details: _Details | None = None


_STATUS = msgspec.json.Decoder(Status)

_FORBIDDEN = re.compile(
    r'[Ff]orbidden: User "(?P<user>[^"]*)" cannot (?P<verb>\w+) '
    r'(?:resource "(?P<resource>[^"]+)" in API group "(?P<group>[^"]*)"'
    r'(?: at the cluster scope| in the namespace "(?P<namespace>[^"]+)")?|path "(?P<path>[^"]+)")'
)


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
        f"{server} takes the connection and gives no answer within {limit:g} s.",
        "Look at the API server's host: load, disk, and whether etcd answers it.",
    )


def paused(seconds: float) -> Fault:
    """Our own process stood still, so that its time limits mean nothing."""
    return Fault(
        FaultKind.INTERNAL,
        f"Planewatch itself stood still for about {seconds:.0f} s, so it cannot tell what the cluster did meanwhile.",
        "It asks again at once; when this repeats, give its machine more CPU or keep it from sleeping.",
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
        f"Planewatch met a defect of its own ({type(exc).__name__}).",
        "The log has the details; please report it.",
    )


def _of_redirect(exc: BaseException, server: str, _limit: float, _hands: bool) -> Fault:
    assert isinstance(exc, RedirectedError)
    where = origin(exc.location) if exc.location.startswith(("http://", "https://")) else "another path"
    return not_kubernetes(server, f"with a redirect ({exc.status}) to {where}").fault


def _of_dns(_exc: BaseException, server: str, _limit: float, _hands: bool) -> Fault:
    host = urlsplit(server).hostname
    return Fault(
        FaultKind.NAME,
        f"The name {host} does not resolve.",
        "Check the server address in the kubeconfig, this machine's DNS, and whether a VPN is needed.",
    )


def _of_proxy(exc: BaseException, server: str, _limit: float, _hands: bool) -> Fault:
    status = f" (it answers {exc.status})" if isinstance(exc, aiohttp.ClientHttpProxyError) else ""
    return Fault(
        FaultKind.UNREACHABLE,
        f"The proxy on the way to {server} does not let us through{status}.",
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


def _of_tls(exc: BaseException, server: str, _limit: float, _hands: bool) -> Fault:
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
        "Look whether the API server is restarting, and at load balancers in front of it.",
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


# --- statuses ----------------------------------------------------------------------------------------------------------------


def of_answer(answer: Answer, server: str, signed_in_with: str = "") -> Fault:
    """The fault behind an answer whose status is not 200. `signed_in_with` says what our credentials are, for a 401."""
    status = _status(answer.body)
    code = answer.status
    wait = retry_after(answer, status)
    if "html" in answer.content_type and code < 500:
        return not_kubernetes(server, f"with a web page ({code})").fault
    if code == 401:
        return Fault(
            FaultKind.UNAUTHENTICATED,
            f"{server} does not accept our credentials{f': {signed_in_with}' if signed_in_with else ''}.",
            "Sign in again (for instance with kubectl get nodes), or renew the token or client certificate in the kubeconfig.",
            401,
        )
    if code == 403:
        return _forbidden(status.message, answer.path)
    if code == 404:
        return Fault(
            FaultKind.NOT_SERVED,
            f"The API server does not serve {short(answer.path)}.",
            "Nothing is broken; where this part is wanted, install or enable what serves it.",
            404,
        )
    if code == 410:
        return Fault(FaultKind.EXPIRED, f"What we held of {short(answer.path)} is too old; it is listed anew.", "", 410)
    if code == 429:
        return Fault(
            FaultKind.THROTTLED,
            "The API server is busy and asks us to wait.",
            "Look at API priority and fairness: which flow takes the seats.",
            429,
            wait,
        )
    if code >= 500:
        return _server_error(answer, status, server, wait)
    return Fault(
        FaultKind.NOT_KUBERNETES if not status.kind else FaultKind.SERVER_ERROR,
        f"{server} answers {short(answer.path)} with HTTP status {code}.",
        "Check that the address is the API server's own.",
        code,
    )


def of_status(status: Status, path: str, server: str) -> Fault:
    """The fault in an ERROR event of a watch, which comes under HTTP 200."""
    body = msgspec.json.encode(status)
    return of_answer(Answer(path, status.code or 500, body, "application/json", "", "", 0.0), server)


def _server_error(answer: Answer, status: Status, server: str, wait: float | None) -> Fault:
    code = answer.status
    if not status.kind and "html" in answer.content_type:
        what = f"A gateway before {server} answers {code}: it does not reach the API server."
    elif "Too large resource version" in status.message:
        what = f"The API server that answered is behind the one asked before ({code}, too large resource version)."
    else:
        what = f"The API server answers {short(answer.path)} with an error of its own ({code})."
    return Fault(FaultKind.SERVER_ERROR, what, "Look at the API server's log and at etcd.", code, wait)


def _forbidden(message: str, path: str) -> Fault:
    found = _FORBIDDEN.search(message)
    if found is None:
        return Fault(FaultKind.FORBIDDEN, f"We may not read {short(path)}.", "Grant Planewatch's user the right to read it.", 403)
    user, verb, group, namespace = (found[name] or "" for name in ("user", "verb", "group", "namespace"))
    if found["path"]:
        return Fault(
            FaultKind.FORBIDDEN,
            f'User "{user}" may not {verb} the path {found["path"]}.',
            f'Bind the built-in ClusterRole system:monitoring to "{user}".',
            403,
        )
    what = found["resource"] + (f".{group}" if group else "")
    where = f"in the namespace {namespace}" if namespace else "in the whole cluster"
    role = f"Role in {namespace}" if namespace else "ClusterRole"
    return Fault(
        FaultKind.FORBIDDEN,
        f'User "{user}" may not {verb} {what} {where}.',
        f'Bind a {role} to "{user}" with the rule apiGroups ["{group}"], resources ["{found["resource"]}"], verbs {READ_VERBS}.',
        403,
    )


def _status(body: bytes) -> Status:
    try:
        status = _STATUS.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Status()
    return status if status.kind == "Status" else Status()


def retry_after(answer: Answer, status: Status | None = None) -> float | None:
    """Seconds to wait as the server asks, from the header or the Status; None when it does not say."""
    if answer.retry_after.isdigit():
        return min(float(answer.retry_after), LONGEST_RETRY_AFTER)
    if status is not None and status.details is not None and status.details.retryAfterSeconds > 0:
        return min(status.details.retryAfterSeconds, LONGEST_RETRY_AFTER)
    return None


def clock_skew(answer: Answer) -> float | None:
    """Seconds by which the server's clock is ahead of ours. `Date` counts whole seconds, so half a second is added."""
    try:
        return parsedate_to_datetime(answer.date).timestamp() + 0.5 - answer.wall
    except (TypeError, ValueError):
        return None


def short(path: str) -> str:
    """A path without its query: resource versions and continue tokens explain nothing to a person."""
    return path.partition("?")[0]
