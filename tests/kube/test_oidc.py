"""Signing in with OpenID Connect, against a real identity provider of a few lines."""

import base64
import json
import ssl
import time
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from cryptography import x509

from planes.kube import oidc
from planes.kube.connect import Target
from planes.kube.errors import FaultError
from planes.kube.link import open_link
from planes.structs.events import FaultKind
from tests.replay import Authority, Reply, Request, Server, reply, serve, status


def token(name: str, lasts: float) -> str:
    """An id-token whose payload needs the URL-safe alphabet."""
    payload = base64.urlsafe_b64encode(json.dumps({"exp": time.time() + lasts, "name": f"{name}~~~???>>>"}).encode()).decode()
    return f"e30.{payload.rstrip('=')}.signature"


@pytest.fixture
async def provider() -> AsyncIterator[Server]:
    """Renews once for each refresh token and gives the next one with it."""
    valid = ["refresh-1", "refresh-2", "refresh-3"]

    async def script(request: Request) -> Reply:
        if request.path.endswith("/.well-known/openid-configuration"):
            return reply({"token_endpoint": f"{server.url}/token"})
        form = {key: values[0] for key, values in parse_qs(request.body.decode()).items()}
        if form["refresh_token"] != valid[0] or form["client_id"] != "planewatch":
            return status(400, "invalid_grant")
        valid.pop(0)
        return reply({"id_token": token(valid[0], 3600), "refresh_token": valid[0]})

    async with serve(script) as server:
        yield server


def config(provider: Server, **more: str) -> dict[str, str]:
    ca = base64.b64encode(provider.authority.pem).decode()
    return {"idp-issuer-url": provider.url, "client-id": "planewatch", "idp-certificate-authority-data": ca, **more}


async def test_an_ended_id_token_is_renewed_and_each_refresh_token_used_once(provider: Server, tmp_path: Path) -> None:
    async def script(request: Request) -> Reply:
        ok = "expired" not in request.headers["authorization"] and oidc.ends(request.headers["authorization"]) > time.time()
        return reply({"gitVersion": "v1"}) if ok else status(401, "Unauthorized")

    user = {"name": "oidc", "config": config(provider, **{"id-token": token("expired", -5), "refresh-token": "refresh-1"})}
    async with serve(script) as server:
        path = server.write_kubeconfig(tmp_path, token=None, auth_provider=user)
        for _ in range(2):  # a second sign-in, as after a restart of the source: the kubeconfig still has the first refresh token
            link = await open_link(Target(str(path)))
            assert (await link.ask("/version", limit=2)).status == 200
            await link.close()
    assert len(provider.asked("/token")) == 2
    assert "refresh-2" not in path.read_text()


async def test_a_valid_id_token_asks_nobody(provider: Server) -> None:
    valid = token("valid", 3600)
    assert await oidc.id_token(oidc.Provider(idp_issuer_url=provider.url, id_token=valid), time.time()) == valid
    assert provider.requests == []


async def test_a_provider_whose_certificate_is_not_trusted_gets_no_secret(provider: Server) -> None:
    ca = base64.b64encode(Authority("another").pem).decode()
    asked = oidc.Provider(provider.url, "planewatch", "secret", "", "refresh-1", idp_certificate_authority_data=ca)
    with pytest.raises(FaultError) as caught:
        await oidc.id_token(asked, time.time())
    assert caught.value.fault.kind is FaultKind.CREDENTIALS
    assert "refresh-1" not in caught.value.fault.message
    assert provider.requests == []


async def test_a_provider_whose_ca_lacks_what_newer_pythons_ask_for_is_trusted_as_kubectl_trusts_it(
    provider: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = ssl.create_default_context

    def as_of_python_3_13() -> ssl.SSLContext:
        context = made()
        context.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
        return context

    monkeypatch.setattr(ssl, "create_default_context", as_of_python_3_13)
    extensions = [one.value for one in provider.authority.certificate.extensions]
    assert not any(isinstance(one, x509.AuthorityKeyIdentifier | x509.SubjectKeyIdentifier) for one in extensions)
    ca = base64.b64encode(provider.authority.pem).decode()
    asked = oidc.Provider(provider.url, "planewatch", "", token("old", -5), "refresh-1", idp_certificate_authority_data=ca)
    assert oidc.ends(await oidc.id_token(asked, time.time())) > time.time()


@pytest.mark.parametrize(("refresh", "said"), [("", "nothing there renews it"), ("revoked", "does not renew the ID token")])
async def test_a_token_that_cannot_be_renewed(provider: Server, refresh: str, said: str) -> None:
    ca = base64.b64encode(provider.authority.pem).decode()
    asked = oidc.Provider(provider.url, "planewatch", "", token("old", -5), refresh, idp_certificate_authority_data=ca)
    with pytest.raises(FaultError) as caught:
        await oidc.id_token(asked, time.time())
    assert said in caught.value.fault.message


@pytest.mark.parametrize("text", ["", "a.b", "a.!!!.c", "a.e30.c", "no dots"])
def test_a_token_that_says_no_end_counts_as_ended(text: str) -> None:
    assert oidc.ends(text) == 0.0
