"""From a kubeconfig or a pod's ServiceAccount to a client that may ask: who we are, whom we trust, and where the server is.

Parsing and merging are the client library's (`kubernetes.aio`), and so are clients and transport. Done here instead: exec plugins
(bounded, see plugin.py), OpenID Connect (verified, see oidc.py), token files that rotate, and keeping keys off the disk. Requests
are link.py's part.
"""

import asyncio
import base64
import binascii
import os
import ssl
import tempfile
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import yaml
from kubernetes.aio.client import ApiClient, Configuration
from kubernetes.aio.config import ConfigException
from kubernetes.aio.config.incluster_config import SERVICE_CERT_FILENAME, SERVICE_TOKEN_FILENAME, InClusterConfigLoader
from kubernetes.aio.config.kube_config import FileOrData, KubeConfigLoader, KubeConfigMerger

from planes.kube import oidc, plugin
from planes.kube.errors import FaultError, origin, sentence
from planes.kube.tls import pem_end
from planes.structs.events import FaultKind

#: A token file is read again when it is older than this, in seconds; the kubelet rotates them long before they end.
TOKEN_FILE_AGE = 60.0
#: Signing in may take this long in all, in seconds.
SIGN_IN_LIMIT = 20.0


@dataclass(frozen=True)
class Target:
    """Which cluster: a kubeconfig (a path, or several joined by ':') and a context in it ("": the current one), or the cluster
    that this process is a pod of."""

    kubeconfig: str = ""
    context: str = ""
    in_cluster: bool = False


@dataclass(frozen=True)
class ContextInfo:
    """One context of a kubeconfig. `server` is scheme, host and port only."""

    name: str
    cluster: str
    server: str
    current: bool


@dataclass(frozen=True)
class Access:
    """A client that is signed in, and what is known about the credentials (never they themselves)."""

    client: ApiClient
    server: str  # what may be shown
    url: str  # what is asked, with its path prefix if it has one
    signed_in_with: str  # in words, for the sentence of a 401
    expires: float | None  # epoch seconds at which the credentials end, where they say so


def default_kubeconfig() -> str:
    return os.environ.get("KUBECONFIG", "") or str(Path("~/.kube/config").expanduser())


def contexts(path: str) -> list[ContextInfo]:
    """The contexts of a kubeconfig, in its own order. Raises `FaultError` (CONFIGURATION) with one clear sentence."""
    config = _read(path)
    clusters = {entry.name: entry.cluster.server for entry in config.clusters or ()}
    current = config.current_context or ""
    return [
        ContextInfo(entry.name, entry.context.cluster, origin(clusters.get(entry.context.cluster, "")), entry.name == current)
        for entry in config.contexts or ()
    ]


async def open_access(target: Target) -> Access:
    """Sign in. Raises `FaultError` (CONFIGURATION or CREDENTIALS); nothing has been asked of the cluster then."""
    try:
        async with asyncio.timeout(SIGN_IN_LIMIT):
            if target.in_cluster:
                return await asyncio.to_thread(_in_cluster)
            loader = await asyncio.to_thread(_loader, target)
            return await loader.access()
    except TimeoutError:
        raise sentence(
            FaultKind.CREDENTIALS,
            f"Signing in takes longer than {SIGN_IN_LIMIT:g} s.",
            "Check that the kubeconfig's files and its identity provider can be reached.",
        ) from None


# --- kubeconfig --------------------------------------------------------------------------------------------------------------


class _ClusterPart(msgspec.Struct):
    server: str = ""


class _NamedCluster(msgspec.Struct):
    name: str
    cluster: _ClusterPart = msgspec.field(default_factory=_ClusterPart)


class _ContextPart(msgspec.Struct):
    cluster: str = ""


class _NamedContext(msgspec.Struct):
    name: str
    context: _ContextPart = msgspec.field(default_factory=_ContextPart)


class _Config(msgspec.Struct, rename={"current_context": "current-context"}):
    clusters: list[_NamedCluster] | None = None
    contexts: list[_NamedContext] | None = None
    current_context: str | None = None


def _merged(path: str) -> KubeConfigMerger:
    """The kubeconfig as the client library merges it; every way in which the files can be wrong is a sentence."""
    path = path or default_kubeconfig()
    files = [Path(part).expanduser() for part in path.split(os.pathsep) if part]
    shown = ", ".join(map(str, files))
    try:
        if not any(file.exists() for file in files):
            raise _wrong(f"There is no kubeconfig at {shown}.", "Give its path with --kubeconfig, or set KUBECONFIG.")
        merger = KubeConfigMerger(path)
        node = merger.config
        if node is None or not isinstance(node.value, dict):
            raise TypeError
    except yaml.YAMLError as exc:
        mark = getattr(exc, "problem_mark", None)
        where = f" (line {mark.line + 1})" if mark is not None else ""
        raise _wrong(
            f"The kubeconfig {shown} is not valid YAML{where}.", "Correct it; kubectl config view shows how it reads it."
        ) from None
    except PermissionError:
        raise _wrong(f"The kubeconfig {shown} cannot be read by this user.", "Give this user the right to read the file.") from None
    except (OSError, UnicodeDecodeError):
        raise _wrong(f"The kubeconfig {shown} cannot be read.", "Check that it is a file, and that it is text.") from None
    except (AttributeError, TypeError, KeyError, ValueError, ConfigException):
        raise _not_a_kubeconfig(shown) from None
    return merger


def _read(path: str) -> _Config:
    merger = _merged(path)
    plain = dict(merger.config.value)
    for part in ("clusters", "contexts", "users"):
        plain[part] = [getattr(entry, "value", entry) for entry in plain.get(part) or ()]
    try:
        return msgspec.convert(plain, _Config)
    except msgspec.ValidationError:
        raise _not_a_kubeconfig(path) from None


def _not_a_kubeconfig(path: str) -> FaultError:
    return _wrong(f"The file {path} is not a kubeconfig.", "It should hold clusters, contexts and users; see kubectl config view.")


def _wrong(message: str, remedy: str) -> FaultError:
    return sentence(FaultKind.CONFIGURATION, message, remedy)


def _loader(target: Target) -> "_Loader":
    names = [one.name for one in contexts(target.kubeconfig)]
    merger = _merged(target.kubeconfig)
    wanted = target.context or merger.config.value.get("current-context") or ""
    if not wanted:
        raise _wrong("The kubeconfig sets no current context.", "Choose one with --context, or kubectl config use-context.")
    if wanted not in names:
        known = ", ".join(names[:8]) or "none"
        raise _wrong(f"The kubeconfig has no context named {wanted}.", f"Choose one of those it has: {known}.")
    try:
        return _Loader(config_dict=merger.config, active_context=wanted, config_base_path=None)  # type: ignore[no-untyped-call] # likewise
    except ConfigException:
        raise _wrong(
            f"The context {wanted} names a cluster that the kubeconfig does not have, or has twice.", "Correct the kubeconfig."
        ) from None


class _Loader(KubeConfigLoader):
    """The library's loader, with exec plugins of ours and with certificates kept in memory."""

    expires: float | None = None
    _certificate: bytes = b""
    _key: bytes = b""
    _user: Any
    _cluster: Any

    async def access(self) -> Access:
        try:
            self._user = self._user if self._user is not None and self._user.value else None
            await self._load_authentication()  # type: ignore[no-untyped-call] # the library leaves it without types
            return await asyncio.to_thread(self._access)
        except FaultError:
            raise
        except (ConfigException, KeyError, TypeError, AttributeError, ValueError, binascii.Error, OSError):
            raise sentence(
                FaultKind.CREDENTIALS, "The credentials of this context cannot be used.", "Check its user in the kubeconfig."
            ) from None

    async def _load_oid_token(self) -> str:
        given = self._user["auth-provider"].value.get("config") or {}
        provider = msgspec.convert(given, oidc.Provider)
        if provider.idp_certificate_authority:
            provider.idp_certificate_authority = str(_folder(self._user) / provider.idp_certificate_authority)
        token = await oidc.id_token(provider, time.time())
        self.token, self.expires = f"Bearer {token}", oidc.ends(token) or None
        return self.token

    async def load_from_exec_plugin(self) -> bool:
        cluster = self._cluster.value
        try:
            asked = msgspec.convert(self._user["exec"].value, plugin.Plugin)
        except msgspec.ValidationError:
            raise sentence(
                FaultKind.CREDENTIALS, "The exec part of the kubeconfig's user is malformed.", "It needs command and apiVersion."
            ) from None
        about = plugin.Cluster(cluster.get("server", ""), cluster.get("certificate-authority-data"), cluster.get("tls-server-name"))
        got = await plugin.run(asked, about, _folder(self._user))
        if got.token:
            self.token = f"Bearer {got.token}"
        if got.clientCertificateData and got.clientKeyData:
            self._certificate, self._key = got.clientCertificateData.encode(), got.clientKeyData.encode()
        if got.expirationTimestamp is not None:
            self.expires = got.expirationTimestamp.timestamp()
        return True

    def _access(self) -> Access:
        cluster = self._cluster.value
        url = str(cluster.get("server") or "").rstrip("/")
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
            raise _wrong(
                "The context's cluster has no server address that is a URL.", "It reads like https://10.0.0.1:6443: correct it."
            )
        configuration = Configuration(host=url)
        configuration.verify_ssl = not cluster.get("insecure-skip-tls-verify")
        configuration.tls_server_name = cluster.get("tls-server-name")
        configuration.proxy = cluster.get("proxy-url") or proxy_for(url)
        if authority := self._pem(self._cluster, "certificate-authority"):
            configuration.ca_cert_data = authority.decode()
        if self._user is not None and not self._certificate:
            self._certificate = self._pem(self._user, "client-certificate")
            self._key = self._pem(self._user, "client-key")
        token = getattr(self, "token", None)
        if token:
            configuration.api_key["BearerToken"] = token
        self._follow_token_file(configuration)
        client = make_client(configuration, self._certificate, self._key)
        return Access(client, origin(url), url, self._in_words(bool(token)), self.expires)

    def _pem(self, part: Any, name: str) -> bytes:
        """A certificate or key of the kubeconfig, given in it or by a file's path, without leaving a copy on the disk."""
        try:
            data = FileOrData(part, name, file_base_path=str(_folder(part))).as_data()
            return base64.b64decode("".join(data.split()), validate=True) if data else b""
        except (OSError, UnicodeDecodeError):
            raise sentence(
                FaultKind.CREDENTIALS,
                f"The file that the kubeconfig names as {name} cannot be read.",
                "Check its path and its rights.",
            ) from None
        except (binascii.Error, ValueError, TypeError):
            raise sentence(
                FaultKind.CREDENTIALS, f"The kubeconfig's {name}-data is not base64.", "Copy it again in full."
            ) from None

    def _follow_token_file(self, configuration: Configuration) -> None:
        user = self._user.value if self._user is not None else {}
        name = user.get("tokenFile")
        if name and not user.get("token") and "exec" not in user:
            configuration.refresh_api_key_hook = token_file(_folder(self._user) / name)  # type: ignore[assignment] # declared as None only

    def _in_words(self, token: bool) -> str:
        if self._certificate and (end := pem_end(self._certificate)) is not None:
            ended = end < datetime.now(end.tzinfo)
            return f"the client certificate {'ended' if ended else 'is valid until'} {end:%Y-%m-%d %H:%M} UTC"
        if token:
            return f"a token of the {'sign-in plugin' if self._user is not None and 'exec' in self._user else 'kubeconfig'}"
        return "" if self._certificate else "the kubeconfig gives none"


def _folder(part: Any) -> Path:
    """The directory of the kubeconfig that a part of the merged one comes from: relative paths are meant from there."""
    return Path(part.path or ".").absolute().parent


# --- in the cluster ----------------------------------------------------------------------------------------------------------


def _in_cluster() -> Access:
    configuration = Configuration()
    try:
        InClusterConfigLoader(SERVICE_TOKEN_FILENAME, SERVICE_CERT_FILENAME, try_refresh_token=False).load_and_set(configuration)
    except (ConfigException, OSError):
        raise _wrong(
            "This process is not in a pod with a ServiceAccount, so it cannot watch the cluster it runs in.",
            "Give a kubeconfig, or mount the pod's ServiceAccount token.",
        ) from None
    configuration.refresh_api_key_hook = token_file(Path(SERVICE_TOKEN_FILENAME))  # type: ignore[assignment] # declared as None only
    client = make_client(configuration, b"", b"")
    return Access(client, origin(configuration.host), configuration.host, "the pod's ServiceAccount token", None)


# --- parts of both -----------------------------------------------------------------------------------------------------------


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
        if token:
            configuration.api_key["BearerToken"] = f"Bearer {token}"

    return refresh


def make_client(configuration: Configuration, certificate: bytes, key: bytes) -> ApiClient:
    """An ApiClient whose key lies on the disk (mode 0600) only while OpenSSL reads it."""
    # Python 3.13 refuses CAs without an authority key identifier, which kubectl accepts and many clusters have.
    configuration.disable_strict_ssl_verification = True
    # Proxies are settled in the configuration: with trust_env, aiohttp would also read ~/.netrc for every request.
    configuration.client_session_kwargs = {"trust_env": False}
    if b"ENCRYPTED" in key:
        raise sentence(
            FaultKind.CREDENTIALS,
            "The client key in the kubeconfig has a passphrase.",
            "Use a key without one; nobody is there to type it.",
        )
    try:
        with tempfile.TemporaryDirectory(prefix="planewatch-") as folder:
            if certificate:
                configuration.cert_file = _write(folder, "certificate", certificate)
                configuration.key_file = _write(folder, "key", key) if key else None
            return ApiClient(configuration)
    except (ssl.SSLError, ValueError):
        what = "CA or client certificate" if certificate else "CA certificate"
        raise sentence(
            FaultKind.CREDENTIALS,
            f"The {what} in the kubeconfig cannot be used.",
            "Check that it is PEM, and that key and certificate match.",
        ) from None


def _write(folder: str, name: str, data: bytes) -> str:
    path = Path(folder, name)
    path.touch(mode=0o600)
    path.write_bytes(data)
    return str(path)


def proxy_for(url: str) -> str | None:
    """The proxy that the environment names for a URL; never for this machine itself, as in kubectl."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host in ("localhost", "::1") or host.startswith("127.") or urllib.request.proxy_bypass(host):
        return None
    return urllib.request.getproxies().get(parts.scheme)
