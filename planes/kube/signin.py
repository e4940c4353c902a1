"""From a cluster and a user of a kubeconfig to a client that is signed in, in the order and with the refusals of kubectl.

What counts before what is client-go's: validation.go and client_config.go of tools/clientcmd, transport/round_trippers.go and
plugin/pkg/client/auth/exec/exec.go; it was tried with kubectl 1.32. A token or a user name beats a plugin, a client certificate
goes with either, and nothing of the user but whom it acts as is sent over plain HTTP.
"""

import asyncio
import base64
import binascii
import os
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

import msgspec
from kubernetes.aio.client import Configuration

from planes.kube import oidc, plugin, proxies
from planes.kube.client import Access, make_client, token_file, trust
from planes.kube.errors import FaultError, origin, sentence
from planes.kube.kubeconfig import EXEC_EXTENSION, Cluster, Exec, User, wrong
from planes.structs.certificates import Credentials, first_of_pem, of_pem
from planes.structs.events import FaultKind

#: What became of the auth-providers that client-go had once, and what to do about it.
_GONE = {
    "gcp": "Install gke-gcloud-auth-plugin and run gcloud container clusters get-credentials again: it writes an exec part.",
    "azure": "Install kubelogin and run kubelogin convert-kubeconfig: it writes an exec part.",
}
_MODES = ("Never", "IfAvailable", "Always")
#: What no header may hold.
_BREAKS = frozenset("\r\n\0")
#: Of ASCII, what a header's name may have (RFC 9110, token), but for the percent sign, which begins what it may not have.
_LEGAL = frozenset(b"!#$&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")


@dataclass
class _Credentials:
    """What there is to sign in with. `header` is the value of Authorization, and `words` say what it is."""

    header: str = field(default="", repr=False)
    words: str = ""
    certificate: bytes = b""
    key: bytes = field(default=b"", repr=False)
    source: str = "the kubeconfig"
    expires: float | None = None
    renewed: str = ""  # by whom, where that needs nobody's doing
    files: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


async def sign_in(cluster: Cluster, user: User, strays: list[str]) -> Access:
    """A client. `strays` are fields of both that client-go does not have. Raises `FaultError` (CONFIGURATION or CREDENTIALS); the
    cluster has not been asked anything then."""
    url, secure = _server(cluster)
    _check(user, secure)
    proxy = proxies.of_cluster(cluster.proxy_url, url, os.environ)
    headers = _acting(user)
    held = _Credentials()
    if strays:
        held.notes.append(f"The kubeconfig has fields that kubectl does not know, and they are not used: {', '.join(strays)}.")
    authority = await asyncio.to_thread(
        _pem, "certificate-authority", cluster.certificate_authority_data, cluster.certificate_authority
    )
    if cluster.insecure_skip_tls_verify and authority and secure:
        raise wrong(
            "The kubeconfig gives its cluster a CA and insecure-skip-tls-verify; kubectl refuses that too.",
            "Remove insecure-skip-tls-verify, or the CA.",
        )
    await asyncio.to_thread(_certificate, user, held)
    if secure:
        await asyncio.to_thread(_own, user, held)
        if user.exec is not None and not held.header and not held.certificate:
            await _by_plugin(user, cluster, url, authority, held)
        elif user.exec is not None:
            held.notes.append("The user's exec plugin is not run, because the kubeconfig also gives other credentials.")
        if user.auth_provider is not None and not held.header:
            await _by_provider(user.auth_provider.config, held)
    else:
        held = _Credentials(words="requests without credentials; none are sent over plain HTTP", notes=held.notes)
    if not held.header and (basic := urlsplit(cluster.server)).username is not None:
        held.header, held.words = (
            _basic(unquote(basic.username or ""), unquote(basic.password or "")),
            "the credentials in the server's URL",
        )
    if set(held.header) & _BREAKS:
        raise sentence(FaultKind.CREDENTIALS, "The token of this context contains a line break.", "Copy it again: it is one line.")
    configuration = Configuration(host=url)
    configuration.verify_ssl = not cluster.insecure_skip_tls_verify
    configuration.tls_server_name = cluster.tls_server_name or None
    if authority and secure:
        trust(configuration, authority)
    if held.header:
        configuration.api_key["BearerToken"] = held.header
    if secure and user.tokenFile:
        configuration.refresh_api_key_hook = token_file(Path(user.tokenFile))  # type: ignore[assignment] # declared as None only
    client = await asyncio.to_thread(make_client, configuration, held.certificate, held.key, proxy, held.source)
    return Access(
        client,
        origin(url),
        url,
        _in_words(held),
        held.expires,
        headers,
        not cluster.disable_compression,
        tuple(filter(None, (cluster.certificate_authority, *held.files))),
        proxy,
        tuple(held.notes),
        _credentials(
            held, authority if secure else b"", roots=secure and not authority, verified=configuration.verify_ssl and secure
        ),
    )


def _credentials(held: _Credentials, authority: bytes, *, roots: bool, verified: bool) -> Credentials:
    """What may be shown of them: when they end, and whom we trust."""
    token = held.header.removeprefix("Bearer ") if held.header.startswith("Bearer ") else ""
    return Credentials(
        words=_in_words(held),
        client=first_of_pem(held.certificate) if held.certificate else None,
        expires=held.expires or (None if held.renewed else oidc.ends(token) or None),
        renewed=held.renewed,
        trusted=of_pem(authority),
        roots=roots and verified,
        verified=verified,
    )


def _server(cluster: Cluster) -> tuple[str, bool]:
    """The URL that is asked, without what is none of a server's (a query, a user name), and whether it is asked by TLS. A host and
    port alone are asked so where the cluster has a CA or says that it needs none (client-go: rest.DefaultServerURL)."""
    server, bare = cluster.server, "://" not in cluster.server and "/" not in cluster.server.rstrip("/")
    if bare:
        by_tls = cluster.certificate_authority or cluster.certificate_authority_data or cluster.insecure_skip_tls_verify
        server = f"{'https' if by_tls else 'http'}://{server}"
    try:
        parts = urlsplit(server)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https"):
        raise wrong(
            "The context's cluster has no server address that is a URL.", "It reads like https://10.0.0.1:6443: correct it."
        )
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}".rstrip("/"), parts.scheme == "https"


# --- what kubectl refuses ----------------------------------------------------------------------------------------------------


def _check(user: User, secure: bool) -> None:
    """What client-go refuses before it asks anything; who signs in it looks at for TLS alone. Raises `FaultError`."""
    if (user.username and user.tokenFile) or (user.token and (user.username or user.password)):
        raise wrong("The kubeconfig's user has both a token and a user name; kubectl refuses that too.", "Remove one of them.")
    if (user.as_uid or user.as_groups or user.as_user_extra) and not user.as_:
        raise wrong(
            "The kubeconfig's user acts as groups, a UID or extra fields (as-groups, as-uid, as-user-extra) but as no user.",
            "Add as: it names the user to act as.",
        )
    provider = user.auth_provider
    if provider is not None and user.exec is not None:
        raise wrong("The kubeconfig's user has both exec and auth-provider; kubectl refuses that too.", "Remove one of them.")
    if user.exec is not None:
        _check_plugin(user.exec, secure)
    if secure and provider is not None and provider.name != "oidc":
        raise sentence(
            FaultKind.CREDENTIALS,
            f"The kubeconfig signs in by auth-provider {provider.name or 'without a name'}, which kubectl no longer has either.",
            _GONE.get(provider.name, "Use an exec plugin, a token or a client certificate instead."),
        )


def _check_plugin(asked: Exec, secure: bool) -> None:
    def malformed(what: str, remedy: str) -> FaultError:
        return sentence(FaultKind.CREDENTIALS, f"The exec part of the kubeconfig's user {what}.", remedy)

    if not asked.command:
        raise malformed("has no command", "Name the plugin that signs in as its command.")
    if not asked.apiVersion:
        raise malformed("has no apiVersion", f"Set it to one that the plugin speaks, such as {plugin.VERSIONS[0]}.")
    if secure and asked.apiVersion not in plugin.VERSIONS:
        raise malformed(
            f"asks for {asked.apiVersion[:60]}, which kubectl no longer speaks",
            f"Upgrade the plugin, and set apiVersion to {' or '.join(plugin.VERSIONS)}.",
        )
    if any(not one.name for one in asked.env):
        raise malformed("sets a variable without a name", "Give each of its env a name and a value.")
    mode = asked.interactiveMode or ("IfAvailable" if asked.apiVersion != plugin.VERSIONS[0] else "")
    if mode not in _MODES:
        raise malformed(
            f"has {'an unknown' if mode else 'no'} interactiveMode, which {asked.apiVersion} wants",
            "Set it to Never or IfAvailable; with Always the plugin needs a terminal, and here is none.",
        )


# --- credentials -------------------------------------------------------------------------------------------------------------


def _certificate(user: User, held: _Credentials) -> None:
    """The certificate and key that the kubeconfig gives, in it or by files."""
    held.certificate = _pem("client-certificate", user.client_certificate_data, user.client_certificate)
    if held.certificate:
        held.key = _pem("client-key", user.client_key_data, user.client_key)
        if not held.key:
            raise sentence(
                FaultKind.CREDENTIALS,
                "The kubeconfig's user has a client certificate without its key.",
                "Add client-key-data or client-key.",
            )
        held.files += [user.client_certificate, user.client_key]
    elif user.client_key_data or user.client_key:
        held.notes.append("The user's client-key is not used, because there is no client-certificate for it.")


def _own(user: User, held: _Credentials) -> None:
    """The token or user name that the kubeconfig gives, in it or by a file."""
    if user.token or user.tokenFile:
        held.header, held.words = f"Bearer {_token(user).strip()}", "the token in the kubeconfig"
        held.renewed = "whoever writes the token's file" if user.tokenFile else ""
    elif user.username:
        held.header = _basic(user.username, user.password)
        held.words = f"basic authentication as {user.username}, which Kubernetes has not accepted since 1.19"
    elif user.password:
        held.notes.append("The user's password is not used, because there is no username for it.")


def _token(user: User) -> str:
    """The file's token, as that is the newer one; the kubeconfig's own while there is no file."""
    if not user.tokenFile:
        return user.token
    try:
        told = Path(user.tokenFile).read_text().strip()
    except (OSError, UnicodeDecodeError):
        told = ""
    if not (told or user.token):
        raise sentence(
            FaultKind.CREDENTIALS,
            "The file that the kubeconfig names as tokenFile cannot be read, or is empty.",
            "Check its path and its rights.",
        )
    return told or user.token


def _basic(username: str, password: str) -> str:
    return f"Basic {base64.b64encode(f'{username}:{password}'.encode()).decode()}"


def _pem(name: str, data: str, path: str) -> bytes:
    """A certificate or key, given in the kubeconfig or by a file, without leaving a copy on the disk; given both ways, what stands
    in the kubeconfig counts."""
    if data:
        try:
            return base64.b64decode("".join(data.split()), validate=True)
        except (binascii.Error, ValueError):
            raise sentence(
                FaultKind.CREDENTIALS, f"The kubeconfig's {name}-data is not base64.", "Copy it again in full."
            ) from None
    if not path:
        return b""
    try:
        return Path(path).read_bytes()
    except OSError:
        raise sentence(
            FaultKind.CREDENTIALS, f"The file that the kubeconfig names as {name} cannot be read.", "Check its path and its rights."
        ) from None


async def _by_plugin(user: User, cluster: Cluster, url: str, authority: bytes, held: _Credentials) -> None:
    assert user.exec is not None
    told = next((one.extension for one in cluster.extensions if one.name == EXEC_EXTENSION), msgspec.Raw(b"null"))
    about = plugin.Cluster(
        url,
        told,
        cluster.tls_server_name,
        cluster.insecure_skip_tls_verify,
        base64.b64encode(authority).decode(),
        cluster.proxy_url,
        cluster.disable_compression,
    )
    held.renewed = "the sign-in plugin"
    got = await plugin.run(user.exec, about, secrets=_secrets(user, cluster))
    if got.token:
        held.header, held.words = f"Bearer {got.token.strip()}", "the token from the sign-in plugin"
    if got.clientCertificateData and got.clientKeyData:
        held.certificate, held.key = got.clientCertificateData.encode(), got.clientKeyData.encode()
        held.source = "the sign-in plugin's answer"
    if got.authProxyHeaders:
        held.notes.append("The sign-in plugin gives headers for a proxy (authProxyHeaders); as with kubectl, they are not sent.")
    if got.expirationTimestamp is not None:
        held.expires = got.expirationTimestamp.timestamp()


def _secrets(user: User, cluster: Cluster) -> list[str]:
    """What the kubeconfig holds beside the plugin and is shown by nobody: the plugin can read the same file."""
    key = base64.b64decode(user.client_key_data, validate=False).decode(errors="replace") if user.client_key_data else ""
    proxy = unquote(urlsplit(cluster.proxy_url).password or "")
    return [value for value in (user.token, user.password, user.client_key_data, key, proxy) if value]


async def _by_provider(config: dict[str, str], held: _Credentials) -> None:
    token = await oidc.id_token(msgspec.convert(config, oidc.Provider), time.time())
    held.header, held.words, held.expires = f"Bearer {token}", "the ID token of the auth-provider", oidc.ends(token) or None
    held.renewed = "the identity provider" if config.get("refresh-token") else ""


def _in_words(held: _Credentials) -> str:
    if held.certificate and (read := first_of_pem(held.certificate)) is not None:
        end = datetime.fromtimestamp(read.ends, UTC)
        ended = end < datetime.now(UTC)
        return f"the client certificate, {'which expired on' if ended else 'valid until'} {end:%Y-%m-%d %H:%M} UTC"
    return held.words or ("" if held.certificate else "requests without credentials; the kubeconfig has none")


# --- acting as another -------------------------------------------------------------------------------------------------------


def _acting(user: User) -> tuple[tuple[str, str], ...]:
    """The headers by which another is acted as (Kubernetes: user impersonation)."""
    if not user.as_:
        return ()
    headers = [("Impersonate-User", user.as_)]
    headers += [("Impersonate-Uid", user.as_uid)] if user.as_uid else []
    headers += [("Impersonate-Group", group) for group in user.as_groups]
    headers += [(f"Impersonate-Extra-{_key(key)}", value) for key, values in user.as_user_extra.items() for value in values]
    if any(set(value) & _BREAKS for _, value in headers):
        raise wrong(
            "What the kubeconfig's user acts as contains a line break.",
            "Write each of as, as-uid, as-groups and as-user-extra on one line.",
        )
    return tuple(headers)


def _key(key: str) -> str:
    """A key in a header's name: in lower case, as the API server takes it, percent-encoded where such a name may not have it."""
    return "".join(chr(byte).lower() if byte in _LEGAL else f"%{byte:02X}" for byte in key.encode())
