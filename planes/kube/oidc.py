"""Renewing an OpenID Connect id-token (`auth-provider: oidc` of a kubeconfig).

The client library's own renewal does not verify the identity provider's certificate and misreads tokens in URL-safe base64, so
this is ours. A renewed token lives in memory: the kubeconfig is its owner's and is never written. Where the provider changes the
refresh token with each use, the newest is remembered for the life of the process.
"""

import base64
import binascii
import os
import ssl

import aiohttp
import msgspec

from planes.kube import proxies, socks
from planes.kube.errors import origin, sentence
from planes.kube.tls import as_kubectl
from planes.structs.events import FaultKind

#: Seconds for one request to the identity provider.
LIMIT = 10.0
#: A token that ends sooner than this is renewed, in seconds.
SOON = 60.0

_newest: dict[tuple[str, str, str], str] = {}


class Provider(msgspec.Struct, rename="kebab"):
    """The `config` of the kubeconfig's auth-provider."""

    idp_issuer_url: str = ""
    client_id: str = ""
    client_secret: str = ""
    id_token: str = ""
    refresh_token: str = ""
    idp_certificate_authority: str = ""
    idp_certificate_authority_data: str = ""


class _Claims(msgspec.Struct):
    exp: float = 0.0


class _WellKnown(msgspec.Struct):
    token_endpoint: str


class _Renewed(msgspec.Struct):
    id_token: str
    refresh_token: str = ""


def ends(token: str) -> float:
    """When an id-token ends, epoch seconds; 0.0 when it does not say, and then it counts as ended."""
    try:
        payload = token.split(".")[1]
        return msgspec.json.decode(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)), type=_Claims).exp
    except (IndexError, binascii.Error, ValueError, msgspec.DecodeError):
        return 0.0


async def id_token(provider: Provider, now: float) -> str:
    """An id-token that is valid at `now` (epoch seconds). Raises `FaultError` (CREDENTIALS) when none can be had."""
    if provider.id_token and ends(provider.id_token) > now + SOON:
        return provider.id_token
    issuer = origin(provider.idp_issuer_url)
    if not provider.refresh_token:
        raise sentence(
            FaultKind.CREDENTIALS, "The ID token in the kubeconfig has expired and nothing there renews it.", "Sign in again."
        )
    if not (provider.idp_issuer_url and provider.client_id):
        raise sentence(
            FaultKind.CREDENTIALS,
            "The kubeconfig's oidc provider lacks idp-issuer-url or client-id.",
            "Add both: the ID token cannot be renewed without them.",
        )
    key = (provider.idp_issuer_url, provider.client_id, provider.refresh_token)
    try:
        renewed = await _renew(provider, _newest.get(key, provider.refresh_token))
    except (aiohttp.ClientError, TimeoutError, OSError, msgspec.DecodeError, ValueError):
        raise sentence(
            FaultKind.CREDENTIALS,
            f"The identity provider {issuer} does not renew the ID token.",
            "Sign in again, and check that it can be reached from here and that its certificate is trusted.",
        ) from None
    if renewed.refresh_token:
        _newest[key] = renewed.refresh_token
    return renewed.id_token


async def _renew(provider: Provider, refresh_token: str) -> _Renewed:
    context = as_kubectl(ssl.create_default_context())
    if provider.idp_certificate_authority_data:
        context.load_verify_locations(cadata=base64.b64decode(provider.idp_certificate_authority_data).decode())
    elif provider.idp_certificate_authority:
        context.load_verify_locations(cafile=provider.idp_certificate_authority)
    form = {
        "grant_type": "refresh_token",
        "refresh_token": refresh_token,
        "client_id": provider.client_id,
        "client_secret": provider.client_secret,
    }
    issuer = provider.idp_issuer_url.rstrip("/")
    known = msgspec.json.decode(await _fetch(f"{issuer}/.well-known/openid-configuration", context), type=_WellKnown)
    return msgspec.json.decode(await _fetch(known.token_endpoint, context, form), type=_Renewed)


async def _fetch(url: str, context: ssl.SSLContext, form: dict[str, str] | None = None) -> bytes:
    """What an identity provider answers, by way of the environment's proxy where there is one for it."""
    proxy = proxies.of_environment(url, os.environ)
    way = socks.connector(proxy, context) if proxy is not None and proxy.scheme == "socks5" else aiohttp.TCPConnector(ssl=context)
    through = proxy.url if proxy is not None and proxy.scheme != "socks5" else None
    timeout = aiohttp.ClientTimeout(total=LIMIT)
    async with (
        aiohttp.ClientSession(timeout=timeout, connector=way, raise_for_status=True) as session,
        session.request("GET" if form is None else "POST", url, data=form, proxy=through) as answer,
    ):
        return await answer.read()
