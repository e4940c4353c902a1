"""What a cluster is sent of a kubeconfig's user, over real HTTPS, and what is refused before it is asked; expectations tried with
kubectl 1.32."""

import asyncio
import base64
import os
from pathlib import Path
from typing import Any

import pytest

from planes.kube.connect import Target
from planes.kube.errors import FaultError
from planes.kube.source import ClusterSource
from planes.structs.events import FaultKind, Health
from tests.kube.conftest import Events, Kubeconfig
from tests.replay import Authority, Reply, Request, Server, reply, serve, server_context, status

EXEC = {"command": "no-such-plugin", "apiVersion": "client.authentication.k8s.io/v1", "interactiveMode": "Never"}


async def version(_request: Request) -> Reply:
    return reply({"gitVersion": "v1.36.2", "padding": "x" * 2000})


async def sent(kubeconfig: Kubeconfig, path: str = "/version") -> Request:
    """The request that a server gets."""
    async with serve(version, authority=None) as server:
        kubeconfig.to(server)
        link = await kubeconfig.link()
        assert (await link.ask(path, limit=5)).status == 200
        await link.close()
        return server.requests[0]


def basic(pair: str) -> str:
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


# --- what counts before what -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("user", "authorization"),
    [
        ({"token": "t"}, "Bearer t"),
        ({"tokenFile": "token"}, "Bearer of-the-file"),
        ({"token": "t", "tokenFile": "token"}, "Bearer of-the-file"),
        ({"token": "t", "tokenFile": "gone"}, "Bearer t"),
        ({"token": "t", "tokenFile": "empty"}, "Bearer t"),
        ({"token": "t", "exec": EXEC}, "Bearer t"),
        ({"tokenFile": "token", "exec": EXEC}, "Bearer of-the-file"),
        ({"username": "jane", "password": "pw:é"}, basic("jane:pw:é")),
        ({"username": "jane", "password": "pw", "exec": EXEC}, basic("jane:pw")),
        ({"username": "jane"}, basic("jane:")),
        ({"password": "pw"}, None),
        ({"password": "pw", "tokenFile": "token"}, "Bearer of-the-file"),
        ({"token": "t", "auth-provider": {"name": "oidc"}}, "Bearer t"),
        ({"token": "t", "client-key": "gone"}, "Bearer t"),
        ({}, None),
    ],
)
async def test_the_authorization_is_the_one_that_kubectl_sends(
    kubeconfig: Kubeconfig, tmp_path: Path, user: dict[str, Any], authorization: str | None
) -> None:
    (tmp_path / "token").write_text("of-the-file\n")
    (tmp_path / "empty").write_text("\n")
    kubeconfig.user = user
    assert (await sent(kubeconfig)).headers.get("authorization") == authorization


async def test_a_client_certificate_beats_a_plugin_and_goes_with_a_token(kubeconfig: Kubeconfig, authority: Authority) -> None:
    certificate, key = authority.issue("jane", client=True)
    pair = {"client-certificate-data": base64.b64encode(certificate).decode(), "client-key-data": base64.b64encode(key).decode()}
    server = Server(version, authority)
    await server.start(server_context(*authority.issue("127.0.0.1"), client_authority=authority.pem))
    kubeconfig.to(server)
    for more in ({"exec": EXEC}, {"token": "t"}):
        kubeconfig.user = {**pair, **more}
        link = await kubeconfig.link()
        assert (await link.ask("/version", limit=5)).status == 200
        await link.close()
        access = await kubeconfig.sign_in()
        assert any("plugin is not run" in note for note in access.notes) is ("exec" in more)
    await server.stop()
    assert [one.headers.get("authorization") for one in server.requests] == [None, "Bearer t"]


async def test_a_user_name_in_the_servers_url_is_sent_where_nothing_else_is(kubeconfig: Kubeconfig) -> None:
    async with serve(version) as server:
        kubeconfig.to(server)
        kubeconfig.cluster["server"] = server.url.replace("://", "://me:p%40w@") + "/?a=b#c"
        for user in ({}, {"token": "t"}):
            kubeconfig.user = user
            link = await kubeconfig.link()
            assert (await link.ask("/version", limit=5)).status == 200
            assert "p%40w" not in link.server + link.url
            await link.close()
    assert [(one.path, one.headers["authorization"]) for one in server.requests] == [
        ("/version", basic("me:p@w")),
        ("/version", "Bearer t"),
    ]


async def test_nothing_of_the_user_but_whom_it_acts_as_goes_over_plain_http(kubeconfig: Kubeconfig) -> None:
    """As with kubectl, which sends credentials by TLS alone."""
    async with serve(version, tls=False) as server:
        kubeconfig.cluster = {"server": server.url, "insecure-skip-tls-verify": True, "certificate-authority-data": "LS0t"}
        kubeconfig.user = {"token": "t", "exec": EXEC | {"apiVersion": "v1"}, "as": "jane"}
        link = await kubeconfig.link()
        assert (await link.ask("/version", limit=5)).status == 200
        await link.close()
    assert "authorization" not in server.requests[0].headers
    assert server.requests[0].headers["impersonate-user"] == "jane"


@pytest.mark.parametrize(
    ("user", "said"),
    [
        ({"token": "t", "username": "jane"}, "has both a token and a user name"),
        ({"token": "t", "password": "p"}, "has both a token and a user name"),
        ({"tokenFile": "x", "username": "jane"}, "has both a token and a user name"),
        ({"exec": EXEC, "auth-provider": {"name": "oidc"}}, "has both exec and auth-provider"),
    ],
)
async def test_two_ways_to_sign_in_are_refused(kubeconfig: Kubeconfig, user: dict[str, Any], said: str) -> None:
    kubeconfig.user = user
    fault = (await kubeconfig.refusal()).fault
    assert fault.kind is FaultKind.CONFIGURATION
    assert said in fault.message


@pytest.mark.parametrize(
    ("user", "said", "remedy"),
    [
        ({"auth-provider": {"name": "gcp"}}, "by auth-provider gcp, which", "gke-gcloud-auth-plugin"),
        ({"auth-provider": {"name": "azure", "config": {"x": "y"}}}, "by auth-provider azure, which", "kubelogin"),
        ({"token": "t", "auth-provider": {"name": "gcp"}}, "by auth-provider gcp, which", "gke-gcloud-auth-plugin"),
        ({"auth-provider": {"name": "openstack"}}, "by auth-provider openstack, which", "exec plugin"),
        ({"auth-provider": {}}, "by auth-provider without a name, which", "exec plugin"),
        ({"tokenFile": "gone"}, "names as tokenFile cannot be read, or is empty", "path"),
        ({"client-certificate-data": "aGVsbG8="}, "a client certificate without its key", "client-key"),
        ({"token": "one\ntwo"}, "contains a line break", "one line"),
        ({"auth-provider": {"name": "oidc", "config": {"refresh-token": "r"}}}, "lacks idp-issuer-url or client-id", "Add both"),
    ],
)
async def test_credentials_that_kubectl_does_not_take(kubeconfig: Kubeconfig, user: dict[str, Any], said: str, remedy: str) -> None:
    kubeconfig.user = user
    fault = (await kubeconfig.refusal()).fault
    assert fault.kind is FaultKind.CREDENTIALS
    assert said in fault.message
    assert remedy in fault.remedy


# --- the cluster's fields ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("off", "encoding"), [(False, "gzip"), (True, "identity")])
async def test_compression_can_be_turned_off(kubeconfig: Kubeconfig, off: bool, encoding: str) -> None:
    kubeconfig.cluster["disable-compression"] = off
    assert (await sent(kubeconfig)).headers["accept-encoding"] == encoding


async def test_a_server_is_held_to_its_tls_server_name(kubeconfig: Kubeconfig) -> None:
    async with serve(version, names=("inner.example",)) as server:
        kubeconfig.to(server)
        for name, good in (("inner.example", True), ("other.example", False), ("", False)):
            kubeconfig.cluster["tls-server-name"] = name
            link = await kubeconfig.link()
            if good:
                assert (await link.ask("/version", limit=5)).status == 200
            else:
                with pytest.raises(FaultError) as caught:
                    await link.ask("/version", limit=5)
                assert "is for another name" in caught.value.fault.message
            await link.close()


async def test_a_certificate_is_not_looked_at_where_that_is_asked_for(kubeconfig: Kubeconfig) -> None:
    async with serve(version, names=("other.example",), days=-1) as server:
        kubeconfig.cluster = {"server": server.url, "insecure-skip-tls-verify": True}
        link = await kubeconfig.link()
        assert (await link.ask("/version", limit=5)).status == 200
        await link.close()


@pytest.mark.parametrize("how", ["certificate-authority", "certificate-authority-data"])
async def test_a_ca_together_with_skipping_verification_is_refused(
    kubeconfig: Kubeconfig, authority: Authority, tmp_path: Path, how: str
) -> None:
    (tmp_path / "ca.pem").write_bytes(authority.pem)
    value = "ca.pem" if how == "certificate-authority" else base64.b64encode(authority.pem).decode()
    kubeconfig.cluster |= {"insecure-skip-tls-verify": True, how: value}
    assert "a CA and insecure-skip-tls-verify" in (await kubeconfig.refusal()).fault.message


async def test_ca_data_counts_before_the_file(kubeconfig: Kubeconfig, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_bytes(Authority("another").pem)
    kubeconfig.cluster["certificate-authority"] = "ca.pem"
    assert (await sent(kubeconfig)).path == "/version"


async def test_a_ca_file_may_hold_words_and_several_certificates(kubeconfig: Kubeconfig, tmp_path: Path) -> None:
    async with serve(version) as server:
        (tmp_path / "ca.pem").write_bytes("# Zürich\n".encode() + Authority("another").pem + b"\nours\n" + server.authority.pem)
        kubeconfig.cluster = {"server": server.url, "certificate-authority": "ca.pem"}
        link = await kubeconfig.link()
        assert (await link.ask("/version", limit=5)).status == 200
        await link.close()


@pytest.mark.parametrize(
    ("cluster", "said"),
    [
        ({"certificate-authority": "gone"}, "names as certificate-authority cannot be read"),
        ({"certificate-authority-data": "aGVsbG8="}, "The CA certificate in the kubeconfig cannot be used."),
        ({"certificate-authority-data": "%%"}, "certificate-authority-data is not base64"),
        ({"server": "10.0.0.1:6443/k8s"}, "no server address that is a URL"),
        ({"server": "tcp://10.0.0.1:6443"}, "no server address that is a URL"),
        ({"server": "https://10.0.0.1:port"}, "no server address that is a URL"),
        ({"server": ""}, "no server address that is a URL"),
        ({"proxy-url": "ftp://x"}, "proxy-url is not the URL of a proxy"),
    ],
)
async def test_a_cluster_that_cannot_be_used(kubeconfig: Kubeconfig, cluster: dict[str, Any], said: str) -> None:
    kubeconfig.cluster |= cluster
    assert said in (await kubeconfig.refusal()).fault.message


@pytest.mark.parametrize("known", [True, False])
async def test_a_host_and_port_alone_are_asked_by_tls_where_there_is_a_ca_or_none_is_wanted(
    kubeconfig: Kubeconfig, known: bool
) -> None:
    async with serve(version) as server:
        kubeconfig.to(server)
        bare = server.url.removeprefix("https://")
        kubeconfig.cluster = {**kubeconfig.cluster, "server": bare} if known else {"server": bare, "insecure-skip-tls-verify": True}
        link = await kubeconfig.link()
        assert (await link.ask("/version", limit=5)).status == 200
        await link.close()


async def test_a_host_and_port_alone_are_asked_without_tls_where_nothing_speaks_for_it(kubeconfig: Kubeconfig) -> None:
    kubeconfig.cluster = {"server": "127.0.0.1:1"}
    assert (await kubeconfig.sign_in()).url == "http://127.0.0.1:1"


# --- in words ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("user", "words"),
    [
        ({"token": "t"}, "the token in the kubeconfig"),
        ({"username": "jane", "password": "secret"}, "basic authentication as jane, which Kubernetes has not accepted since 1.19"),
        ({}, "requests without credentials; the kubeconfig has none"),
    ],
)
async def test_a_401_says_what_was_refused(kubeconfig: Kubeconfig, user: dict[str, Any], words: str) -> None:
    async def refuse(_request: Request) -> Reply:
        return status(401, "Unauthorized", "Unauthorized")

    async with serve(refuse) as server:
        kubeconfig.to(server)
        kubeconfig.user = user
        link = await kubeconfig.link()
        with pytest.raises(FaultError) as caught:
            await link.ask("/version", limit=5)
        await link.close()
        assert caught.value.fault.message == f"{server.url} rejects {words} (401)."


async def test_a_certificate_that_is_written_anew_is_taken_up(
    kubeconfig: Kubeconfig, events: Events, authority: Authority, tmp_path: Path
) -> None:
    """As with client-go, which reads certificate files again."""

    async def slept(_seconds: float) -> None:
        await asyncio.sleep(0.01)

    for name, days in (("me.pem", -1), ("new.pem", 30)):
        certificate, key = authority.issue("jane", client=True, days=days)
        (tmp_path / name).write_bytes(certificate)
        (tmp_path / f"{name}.key").write_bytes(key)
    server = Server(version, authority)
    await server.start(server_context(*authority.issue("127.0.0.1"), client_authority=authority.pem))
    kubeconfig.to(server)
    kubeconfig.user = {"client-certificate": "me.pem", "client-key": "me.pem.key"}
    task = asyncio.create_task(ClusterSource(Target(str(kubeconfig.write())), sleep=slept).run(events))
    await events.until(lambda all_: all_.of(Health))
    assert server.requests == []
    os.replace(tmp_path / "new.pem.key", tmp_path / "me.pem.key")  # noqa: PTH105 - atomically
    os.replace(tmp_path / "new.pem", tmp_path / "me.pem")  # noqa: PTH105 - likewise
    await events.until(lambda _: server.requests)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await server.stop()
