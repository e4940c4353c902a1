"""What may be shown of what we sign in with, and of whom we trust: when they end, and never they themselves."""

import base64
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from planes.kube.probes import VersionProbe
from planes.structs.certificates import Credentials
from planes.structs.events import Server as Told
from tests.kube.conftest import Events, Kubeconfig
from tests.replay import Authority, Recording, serve


def b64(text: bytes) -> str:
    return base64.b64encode(text).decode()


def jwt(**claims: float) -> str:
    return f"e30.{base64.urlsafe_b64encode(msgspec.json.encode(claims)).decode().rstrip('=')}.x"


async def told(kubeconfig: Kubeconfig) -> Credentials:
    return (await kubeconfig.sign_in()).credentials


async def test_a_client_certificate_is_told_by_its_name_and_its_end(kubeconfig: Kubeconfig, authority: Authority) -> None:
    certificate, key = authority.issue("jane", client=True, days=20)
    kubeconfig.user = {"client-certificate-data": b64(certificate), "client-key-data": b64(key)}
    found = await told(kubeconfig)
    assert found.client is not None
    assert found.client.subject == "jane"
    assert 19 * 86_400 < found.client.ends - time.time() < 21 * 86_400
    assert "PRIVATE" not in repr(found)


@pytest.mark.parametrize(
    ("user", "expires", "renewed"),
    [
        ({"token": jwt(exp=4e9)}, 4e9, ""),
        ({"token": jwt()}, None, ""),
        ({"token": "opaque"}, None, ""),
        ({"tokenFile": "token"}, None, "whoever writes the token's file"),  # the one that is read next may end later
        ({"username": "u", "password": "p"}, None, ""),
        ({}, None, ""),
    ],
)
async def test_a_token_ends_when_it_says_so(
    kubeconfig: Kubeconfig, tmp_path: Path, user: dict[str, Any], expires: float | None, renewed: str
) -> None:
    (tmp_path / "token").write_text(jwt(exp=4e9))
    kubeconfig.user = user
    found = await told(kubeconfig)
    assert (found.client, found.expires, found.renewed) == (None, expires, renewed)
    assert "opaque" not in repr(found)


@pytest.mark.parametrize(
    ("cluster", "count", "roots", "verified"),
    [
        ({"certificate-authority-data": "both"}, 2, False, True),
        ({}, 0, True, True),
        ({"insecure-skip-tls-verify": True}, 0, False, False),
        ({"server": "http://10.0.0.1:8080"}, 0, False, False),
    ],
)
async def test_whom_we_trust_is_told(
    kubeconfig: Kubeconfig, authority: Authority, cluster: dict[str, Any], count: int, roots: bool, verified: bool
) -> None:
    if "certificate-authority-data" in cluster:
        cluster = {"certificate-authority-data": b64(authority.pem + Authority("another").pem)}
    kubeconfig.cluster |= cluster
    found = await told(kubeconfig)
    assert (len(found.trusted.certificates), found.roots, found.verified) == (count, roots, verified)


async def test_each_answer_about_the_version_tells_both(kubeconfig: Kubeconfig, events: Events) -> None:
    async with serve(Recording("healthy"), names=("127.0.0.1", "kubernetes.default.svc")) as server:
        kubeconfig.to(server)
        link = await kubeconfig.link()
        await VersionProbe(link).step(events)
        await link.close()
    (one,) = events.of(Told)
    assert one.certificate is not None
    assert one.credentials is not None
    assert "kubernetes.default.svc" in one.certificate.names
    assert (one.certificate.ends, one.credentials.words) == (one.certificate_not_after, "the token in the kubeconfig")
