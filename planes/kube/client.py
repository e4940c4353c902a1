"""The client that asks a cluster, and what goes with each of its requests."""

import re
import ssl
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kubernetes.aio.client import ApiClient, Configuration

from planes.kube import socks
from planes.kube.errors import sentence
from planes.kube.proxies import Proxy
from planes.structs.certificates import NOTHING, Credentials
from planes.structs.events import FaultKind

#: A token file is read again when it is older than this, in seconds; the kubelet rotates them long before they end.
TOKEN_FILE_AGE = 60.0

_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


@dataclass(frozen=True)
class Access:
    """A client that is signed in, and what is known about the credentials (never they themselves)."""

    client: ApiClient
    server: str  # what may be shown
    url: str  # what is asked, with its path prefix if it has one
    signed_in_with: str  # in words, for the sentence of a 401
    expires: float | None = None  # epoch seconds at which the credentials end, where they say so
    headers: tuple[tuple[str, str], ...] = ()  # whom each request is made as; a name may come several times
    compression: bool = True
    files: tuple[str, ...] = ()  # certificates and keys that were read from files, which may be written anew
    proxy: Proxy | None = None  # what all of it passes through
    notes: tuple[str, ...] = ()  # what stands in the kubeconfig and is not used, in sentences
    credentials: Credentials = NOTHING  # when what we sign in with ends, and whom we trust


def token_file(path: Path, clock: Callable[[], float] = time.monotonic) -> Callable[[Configuration], None]:
    """A hook that keeps the bearer token as fresh as its file. A file that is gone for a moment leaves the token as it is."""
    read_at = float("-inf")

    def refresh(configuration: Configuration) -> None:
        nonlocal read_at
        if clock() - read_at < TOKEN_FILE_AGE:
            return
        read_at = clock()
        try:
            token = path.read_text().strip()
        except (OSError, UnicodeDecodeError):
            return
        if len(token.splitlines()) == 1:
            configuration.api_key["BearerToken"] = f"Bearer {token}"

    return refresh


def trust(configuration: Configuration, authority: bytes) -> None:
    """Believe certificates of an authority in PEM. Raises `FaultError` (CREDENTIALS) if there is no certificate in it."""
    found = _PEM.findall(authority)
    if not found:
        raise sentence(FaultKind.CREDENTIALS, "The CA certificate in the kubeconfig cannot be used.", "Check that it is PEM.")
    configuration.ca_cert_data = b"\n".join(found).decode("ascii", errors="replace")


def make_client(
    configuration: Configuration, certificate: bytes, key: bytes, proxy: Proxy | None = None, source: str = "the kubeconfig"
) -> ApiClient:
    """An ApiClient whose key lies on the disk (mode 0600) only while OpenSSL reads it. `source` is where the certificate is from.

    Raises `FaultError` (CREDENTIALS) if it cannot be used."""
    # Python 3.13 refuses CAs without an authority key identifier, which kubectl accepts and many clusters have.
    configuration.disable_strict_ssl_verification = True
    # Proxies are settled in the configuration: with trust_env, aiohttp would also read ~/.netrc for every request.
    configuration.client_session_kwargs = {"trust_env": False}
    if proxy is not None and proxy.scheme != "socks5":
        configuration.proxy = proxy.url
    if b"ENCRYPTED" in key:
        raise sentence(
            FaultKind.CREDENTIALS,
            f"The client key in {source} has a passphrase.",
            "Use a key without one: Planewatch cannot type it.",
        )
    try:
        with tempfile.TemporaryDirectory(prefix="planewatch-") as folder:
            if certificate:
                configuration.cert_file = _write(folder, "certificate", certificate)
                configuration.key_file = _write(folder, "key", key) if key else None
            client = ApiClient(configuration)
            if proxy is not None and proxy.scheme == "socks5":
                client.rest_client = socks.Client(configuration, proxy)
            return client
    except (ssl.SSLError, ValueError):
        what = "CA or client certificate" if certificate else "CA certificate"
        raise sentence(
            FaultKind.CREDENTIALS,
            f"The {what} in {source} cannot be used.",
            "Check that it is PEM, and that key and certificate match.",
        ) from None
    except OSError:
        raise sentence(
            FaultKind.CREDENTIALS,
            "The client certificate cannot be handed to TLS, for the directory of temporary files cannot be written to.",
            "Make room there, or set TMPDIR to another.",
        ) from None


def _write(folder: str, name: str, data: bytes) -> str:
    path = Path(folder, name)
    path.touch(mode=0o600)
    path.write_bytes(data)
    return str(path)
