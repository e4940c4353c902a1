"""Kubeconfigs good and bad, and every way of signing in, over real sockets and with real plugins."""

import base64
import os
import stat
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from kubernetes.aio.client import Configuration

from planes.kube import client, connect
from planes.kube.connect import ContextInfo, Target, contexts, open_access
from planes.kube.errors import FaultError
from planes.kube.link import Link, open_link
from planes.structs.events import FaultKind
from tests.kube.conftest import Clock
from tests.replay import TOKEN, Authority, Reply, Request, Server, reply, serve, server_context, status

LinkTo = Callable[..., Awaitable[Link]]


async def version(_request: Request) -> Reply:
    return reply({"gitVersion": "v1.36.2"})


def only(token: str) -> Callable[[Request], Awaitable[Reply]]:
    async def script(request: Request) -> Reply:
        if request.headers.get("authorization") == f"Bearer {token}":
            return await version(request)
        return status(401, "Unauthorized", "Unauthorized")

    return script


def config_fault(path: Path) -> str:
    with pytest.raises(FaultError) as caught:
        contexts(str(path))
    assert caught.value.fault.kind is FaultKind.CONFIGURATION
    assert caught.value.fault.remedy
    return caught.value.fault.message


def script_file(folder: Path, text: str) -> str:
    path = folder / "sign-in"
    path.write_text(f"#!{sys.executable}\n{text}\n")
    path.chmod(0o700)
    return str(path)


def exec_user(command: str, **more: object) -> dict[str, object]:
    return {"command": command, "apiVersion": "client.authentication.k8s.io/v1", "interactiveMode": "Never", **more}


CREDENTIAL = """
import json
print(json.dumps({"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": %s}))
"""


# --- contexts ----------------------------------------------------------------------------------------------------------------


def test_contexts_name_cluster_and_server_without_credentials(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text(
        yaml.safe_dump(
            {
                "current-context": "two",
                "clusters": [
                    {"name": "a", "cluster": {"server": "https://me:secret@10.0.0.1:6443/k8s"}},
                    {"name": "b", "cluster": {}},
                ],
                "users": [],
                "contexts": [{"name": "one", "context": {"cluster": "a"}}, {"name": "two", "context": {"cluster": "b"}}],
            }
        )
    )
    assert contexts(str(path)) == [ContextInfo("one", "a", "https://10.0.0.1:6443", False), ContextInfo("two", "b", "", True)]


def test_several_kubeconfigs_are_merged(tmp_path: Path) -> None:
    for name in ("x", "y"):
        (tmp_path / name).write_text(
            yaml.safe_dump(
                {
                    "clusters": [{"name": name, "cluster": {"server": f"https://{name}:6443"}}],
                    "contexts": [{"name": name, "context": {"cluster": name}}],
                }
            )
        )
    found = contexts(f"{tmp_path / 'x'}{os.pathsep}{tmp_path / 'missing'}{os.pathsep}{tmp_path / 'y'}")
    assert [one.name for one in found] == ["x", "y"]


def test_a_missing_kubeconfig(tmp_path: Path) -> None:
    assert config_fault(tmp_path / "none") == f"There is no kubeconfig at {tmp_path / 'none'}."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("clusters: [", "is not valid YAML (line 1)"),
        (f"token: {TOKEN}\n\tx: 1", "is not valid YAML (line 2)"),
        ("", "is not a kubeconfig"),
        ("just words", "is not a kubeconfig"),
        ("- a\n- b", "is not a kubeconfig"),
        ("contexts: 7", "is not a kubeconfig"),
        ("contexts: [{context: {cluster: a}}]", "is not a kubeconfig"),
        ("contexts: [7]", "is not a kubeconfig"),
    ],
)
def test_a_malformed_kubeconfig(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "config"
    path.write_text(text)
    message = config_fault(path)
    assert said in message
    assert TOKEN not in message


def test_a_kubeconfig_that_is_a_directory_or_no_text(tmp_path: Path) -> None:
    assert "cannot be read" in config_fault(tmp_path)
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00\x01")
    assert "cannot be read" in config_fault(tmp_path / "binary") or "not valid YAML" in config_fault(tmp_path / "binary")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_kubeconfig_that_this_user_may_not_read(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.touch(mode=0)
    assert "cannot be read by this user" in config_fault(path)


async def test_an_unknown_context_names_those_there_are(tmp_path: Path) -> None:
    path = Server(version, Authority()).write_kubeconfig(tmp_path)
    with pytest.raises(FaultError) as caught:
        await open_access(Target(str(path), "production"))
    assert caught.value.fault.message == "The kubeconfig has no context named production."
    assert caught.value.fault.remedy == "Choose one of those it has: replay."


async def test_outside_a_pod_there_is_no_cluster_to_be_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    with pytest.raises(FaultError) as caught:
        await open_access(Target(in_cluster=True))
    assert caught.value.fault.kind is FaultKind.CONFIGURATION


async def test_a_service_account_signs_in_from_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with serve(only("of-the-pod")) as server:
        (tmp_path / "token").write_text("of-the-pod\n")
        (tmp_path / "ca.crt").write_bytes(server.authority.pem)
        monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "127.0.0.1")
        monkeypatch.setenv("KUBERNETES_SERVICE_PORT", str(server.port))
        monkeypatch.setattr(connect, "SERVICE_TOKEN_FILENAME", str(tmp_path / "token"))
        monkeypatch.setattr(connect, "SERVICE_CERT_FILENAME", str(tmp_path / "ca.crt"))
        link = await open_link(Target(in_cluster=True))
        assert (await link.ask("/version", limit=2)).status == 200
        await link.close()


# --- ways of signing in ------------------------------------------------------------------------------------------------------


async def test_a_client_certificate_signs_in_and_leaves_no_key_on_the_disk(
    tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    spare = tmp_path / "tmp"
    spare.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(spare))
    certificate, key = authority.issue("planewatch", client=True)
    server = Server(version, authority)
    await server.start(server_context(*authority.issue("127.0.0.1"), client_authority=authority.pem))
    user: dict[str, Any] = {
        "client_certificate_data": base64.b64encode(certificate).decode(),
        "client_key_data": base64.b64encode(key).decode(),
    }
    link = await open_link(Target(str(server.write_kubeconfig(tmp_path, token=None, **user))))
    assert (await link.ask("/version", limit=2)).status == 200
    await link.close()
    await server.stop()
    assert list(spare.iterdir()) == []


async def test_a_401_says_when_the_client_certificate_ended(link_to: LinkTo, authority: Authority) -> None:
    certificate, key = authority.issue("planewatch", client=True, days=-3)
    user: dict[str, Any] = {
        "client_certificate_data": base64.b64encode(certificate).decode(),
        "client_key_data": base64.b64encode(key).decode(),
    }
    async with serve(only("nobody has it"), authority=authority) as server:
        link = await link_to(server, token=None, **user)
        with pytest.raises(FaultError) as caught:
            await link.ask("/version", limit=2)
    assert caught.value.fault.kind is FaultKind.UNAUTHENTICATED
    assert "rejects the client certificate, which expired on" in caught.value.fault.message


async def test_a_token_file_is_read_again_as_it_rotates(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "token"
    path.write_text("first\n")
    refresh = client.token_file(path, clock)
    configuration = Configuration()
    refresh(configuration)
    assert configuration.api_key["BearerToken"] == "Bearer first"
    path.write_text("second")
    refresh(configuration)
    assert configuration.api_key["BearerToken"] == "Bearer first"
    clock.now += 61
    refresh(configuration)
    assert configuration.api_key["BearerToken"] == "Bearer second"
    path.unlink()
    clock.now += 61
    refresh(configuration)
    assert configuration.api_key["BearerToken"] == "Bearer second"


async def test_a_relative_token_file_is_meant_from_the_kubeconfig(link_to: LinkTo, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-the-file\n")
    async with serve(only("from-the-file")) as server:
        link = await link_to(server, token=None, tokenFile="token")
        assert (await link.ask("/version", limit=2)).status == 200


async def test_a_401_signs_in_once_more_and_then_is_told(link_to: LinkTo, tmp_path: Path, clock: Clock) -> None:
    async with serve(only("new")) as server:
        link = await link_to(server, clock=clock, token="old")
        for _ in range(5):
            with pytest.raises(FaultError) as caught:
                await link.ask("/version", limit=2)
            assert caught.value.fault.kind is FaultKind.UNAUTHENTICATED
        assert len(server.requests) == 6  # one of the five was asked twice
        server.write_kubeconfig(tmp_path, token="new")
        clock.now += 60
        assert (await link.ask("/version", limit=2)).status == 200


async def test_a_plugin_gives_a_token_and_is_asked_again_when_it_ends(link_to: LinkTo, tmp_path: Path) -> None:
    counter = tmp_path / "calls"
    body = f"""
import json, pathlib
calls = pathlib.Path({str(counter)!r})
count = int(calls.read_text()) + 1 if calls.exists() else 1
calls.write_text(str(count))
print(json.dumps({{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status":
    {{"token": f"token-{{count}}", "expirationTimestamp": "2020-01-01T00:00:00Z" if count == 1 else "2099-01-01T00:00:00Z"}}}}))
"""
    async with serve(only("token-2")) as server:
        link = await link_to(server, token=None, exec=exec_user(script_file(tmp_path, body)))
        for _ in range(3):
            assert (await link.ask("/version", limit=2)).status == 200
        assert len(server.requests) == 3
    assert counter.read_text() == "2"


async def test_a_plugin_gives_a_client_certificate(link_to: LinkTo, tmp_path: Path, authority: Authority) -> None:
    certificate, key = authority.issue("planewatch", client=True)
    got = {"clientCertificateData": certificate.decode(), "clientKeyData": key.decode()}
    server = Server(version, authority)
    await server.start(server_context(*authority.issue("127.0.0.1"), client_authority=authority.pem))
    link = await link_to(server, token=None, exec=exec_user(script_file(tmp_path, CREDENTIAL % repr(got))))
    assert (await link.ask("/version", limit=2)).status == 200
    await server.stop()


@pytest.mark.parametrize(
    ("user", "kind", "said"),
    [
        ({"client_certificate_data": "%%%"}, FaultKind.CREDENTIALS, "client-certificate-data is not base64"),
        ({"client_certificate_data": "aGVsbG8=", "client_key_data": "aGVsbG8="}, FaultKind.CREDENTIALS, "cannot be used"),
        ({"client_certificate": "/no/such/file"}, FaultKind.CREDENTIALS, "names as client-certificate cannot be read"),
        ({"exec": {"args": []}}, FaultKind.CREDENTIALS, "exec part"),
        ({"auth_provider": {"name": "oidc"}}, FaultKind.CREDENTIALS, "nothing there renews it"),
        ({"auth_provider": {"name": "gcp"}}, FaultKind.CREDENTIALS, "by auth-provider gcp, which kubectl no longer has either"),
    ],
)
async def test_credentials_that_cannot_be_used(tmp_path: Path, user: dict[str, Any], kind: FaultKind, said: str) -> None:
    path = Server(version, Authority()).write_kubeconfig(tmp_path, token=None, **user)
    with pytest.raises(FaultError) as caught:
        await open_access(Target(str(path)))
    assert caught.value.fault.kind is kind
    assert said in caught.value.fault.message


async def test_a_key_with_a_passphrase_is_refused_rather_than_asked_for(tmp_path: Path, authority: Authority) -> None:
    locked = b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"
    certificate, _ = authority.issue("u", client=True)
    user: dict[str, Any] = {
        "client_certificate_data": base64.b64encode(certificate).decode(),
        "client_key_data": base64.b64encode(locked).decode(),
    }
    path = Server(version, authority).write_kubeconfig(tmp_path, token=None, **user)
    with pytest.raises(FaultError) as caught:
        await open_access(Target(str(path)))
    assert "passphrase" in caught.value.fault.message


async def test_a_key_that_cannot_be_handed_over_is_told(
    tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))
    certificate, key = authority.issue("u", client=True)
    user: dict[str, Any] = {
        "client_certificate_data": base64.b64encode(certificate).decode(),
        "client_key_data": base64.b64encode(key).decode(),
    }
    path = Server(version, authority).write_kubeconfig(tmp_path, token=None, **user)
    with pytest.raises(FaultError) as caught:
        await open_access(Target(str(path)))
    assert "temporary files cannot be written to" in caught.value.fault.message


async def test_a_server_address_that_is_no_url(tmp_path: Path) -> None:
    path = Server(version, Authority()).write_kubeconfig(tmp_path)
    path.write_text(path.read_text().replace("https://127.0.0.1:0", "ftp://10.0.0.1"))
    with pytest.raises(FaultError) as caught:
        await open_access(Target(str(path)))
    assert caught.value.fault.kind is FaultKind.CONFIGURATION


def test_a_key_is_written_for_its_owner_alone(tmp_path: Path) -> None:
    path = Path(client._write(str(tmp_path), "key", b"secret"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
