"""One POST to an address that an operator has set: no redirect is followed, and everything has a limit.

The address may be a secret by itself, as of chat programs: of it nothing but the host is ever told.
"""

import hashlib
import hmac
import http.client
import socket
import ssl
from base64 import b64encode
from contextlib import suppress
from threading import Event, Timer
from urllib.parse import unquote, urlsplit

import msgspec

from planes.kube.redaction import in_a_line, without_secrets

#: Seconds for each address of the receiver, and for its handshake; then for all of its answer.
CONNECT, ANSWER = 5.0, 10.0
#: The header with "sha256=" and the HMAC of the body in hexadecimal digits, where there is a key.
SIGNATURE = "X-Planewatch-Signature"
_LONGEST = 200


class CameBack(msgspec.Struct, frozen=True):
    """Whether it was taken (any 2xx), and what came back, as words without a full stop."""

    taken: bool
    said: str


def host(address: str) -> str:
    """What may be told of an address."""
    return urlsplit(address).hostname or ""


def signature(body: bytes, key: str) -> str:
    """As the header tells it."""
    return f"sha256={hmac.new(key.encode(), body, hashlib.sha256).hexdigest()}"


def post(address: str, key: str, body: bytes) -> CameBack:
    """POST `body`, JSON, to an address that services.webhook has looked at. Never raises for what the network does."""
    parts = urlsplit(address)
    headers = {"Content-Type": "application/json", "User-Agent": "Planewatch"}
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
    if key:
        headers[SIGNATURE] = signature(body, key)
    connection = _connection(parts.scheme, host(address), parts.port)
    path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    # The limit of a socket is one for each read: who answers a byte a second would never be over it.
    late = Event()
    limit = Timer(ANSWER, _shut, [connection, late])
    limit.daemon = True
    try:
        connection.connect()
        limit.start()
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        return _read(answer.status)
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        return CameBack(False, in_a_line(without_secrets(_why(error, late.is_set()), [address, path, key]), _LONGEST))
    finally:
        limit.cancel()
        connection.close()


def _connection(scheme: str, name: str, port: int | None) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(name, port, timeout=CONNECT, context=ssl.create_default_context())
    return http.client.HTTPConnection(name, port, timeout=CONNECT)


def _shut(connection: http.client.HTTPConnection, late: Event) -> None:
    late.set()
    with suppress(OSError):
        connection.sock.shutdown(socket.SHUT_RDWR)


def _read(status: int) -> CameBack:
    if 300 <= status < 400:
        return CameBack(False, f"{status}: a redirect, which is not followed")
    return CameBack(200 <= status < 300, str(status))


def _why(error: Exception, late: bool) -> str:
    if late or isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, http.client.HTTPException):
        return f"no HTTP answer ({type(error).__name__})"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed: {error.reason or type(error).__name__}"
    return str(getattr(error, "strerror", None) or type(error).__name__)
