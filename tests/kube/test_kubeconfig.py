"""Reading and merging kubeconfigs as client-go does; what is expected was tried with kubectl 1.32."""

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from planes.kube import proxies
from planes.kube.connect import Target, contexts, open_access
from planes.kube.errors import FaultError
from planes.kube.kubeconfig import Merged, read
from planes.structs.events import FaultKind
from tests.kube.conftest import Kubeconfig
from tests.replay import TOKEN

CLUSTERS = [{"name": "k", "cluster": {"server": "https://10.0.0.1:6443"}}]
USERS = [{"name": "u", "user": {"token": "t"}}]
CONTEXTS = [{"name": "c", "context": {"cluster": "k", "user": "u"}}]
EXEC = {"command": "x", "apiVersion": "client.authentication.k8s.io/v1beta1"}
WHOLE = {"apiVersion": "v1", "kind": "Config", "current-context": "c", "clusters": CLUSTERS, "users": USERS, "contexts": CONTEXTS}


def write(path: Path, **parts: object) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump({name.replace("_", "-"): part for name, part in parts.items()}))
    return path


def joined(*paths: Path) -> Merged:
    return read(os.pathsep.join(map(str, paths)))


def refusal(*paths: Path) -> str:
    with pytest.raises(FaultError) as caught:
        joined(*paths)
    assert caught.value.fault.kind is FaultKind.CONFIGURATION
    assert caught.value.fault.remedy
    return caught.value.fault.message


# --- merging -----------------------------------------------------------------------------------------------------------------


def test_the_first_file_that_has_a_name_gives_all_of_it(tmp_path: Path) -> None:
    first = write(tmp_path / "a", users=[{"name": "u", "user": {"username": "jane"}}])
    second = write(
        tmp_path / "b", users=[{"name": "u", "user": {"token": "t", "username": "joe"}}, {"name": "v", "user": {"token": "v"}}]
    )
    merged = joined(first, second)
    assert (merged.users["u"].username, merged.users["u"].token, merged.users["v"].token) == ("jane", "", "v")


def test_the_first_current_context_that_is_set_counts(tmp_path: Path) -> None:
    files = [write(tmp_path / name, current_context=name if name > "b" else "", contexts=CONTEXTS) for name in "abcd"]
    assert joined(*files).current == "c"


def test_a_file_without_anything_in_it_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "comment").write_text("# nothing yet\n")
    whole = write(tmp_path / "config", **WHOLE)
    merged = joined(tmp_path / "empty", tmp_path / "comment", tmp_path / "missing", whole)
    assert list(merged.contexts) == ["c"]
    assert refusal(tmp_path / "empty", tmp_path / "comment").endswith("is not a kubeconfig.")


def test_one_file_that_cannot_be_read_spoils_them_all(tmp_path: Path) -> None:
    (tmp_path / "bad").write_text("clusters: [")
    assert "is not valid YAML" in refusal(write(tmp_path / "config", **WHOLE), tmp_path / "bad")


def test_relative_paths_are_meant_from_their_own_file(tmp_path: Path) -> None:
    one = write(
        tmp_path / "one" / "config", clusters=[{"name": "k", "cluster": {"server": "https://x", "certificate-authority": "ca.pem"}}]
    )
    user = {
        "client-certificate": "../shared/me.pem",
        "client-key": "/etc/me.key",
        "tokenFile": "token",
        "exec": {"command": "./bin/sign-in"},
        "auth-provider": {"name": "oidc", "config": {"idp-certificate-authority": "idp.pem"}},
    }
    two = write(
        tmp_path / "two" / "config", users=[{"name": "u", "user": user}, {"name": "v", "user": {"exec": {"command": "aws"}}}]
    )
    merged = joined(one, two)
    held, plain = merged.users["u"], merged.users["v"]
    assert held.exec is not None
    assert plain.exec is not None
    assert held.auth_provider is not None
    assert merged.clusters["k"].certificate_authority == str(tmp_path / "one/ca.pem")
    assert Path(held.client_certificate).resolve() == tmp_path / "shared/me.pem"
    assert held.client_key == "/etc/me.key"
    assert held.tokenFile == str(tmp_path / "two/token")
    assert held.exec.command == str(tmp_path / "two/bin/sign-in")
    assert plain.exec.command == "aws"
    assert held.auth_provider.config["idp-certificate-authority"] == str(tmp_path / "two/idp.pem")


# --- one file ----------------------------------------------------------------------------------------------------------------


def test_only_the_first_document_of_a_file_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "config", **WHOLE)
    path.write_text(f"{path.read_text()}---\nclusters: 7\n")
    assert list(read(str(path)).clusters) == ["k"]


def test_json_and_null_are_read(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text('{"contexts": [{"name": "c", "context": {"cluster": "k", "user": null}}], "clusters": null, "users": [null]}')
    assert read(str(path)).contexts["c"].user == ""


def test_a_date_and_a_yes_in_quotes_are_text(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text("users: [{name: u, user: {token: 2020-01-01, username: 'yes'}}]")
    user = read(str(path)).users["u"]
    assert (user.token, user.username) == ("2020-01-01", "yes")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"users: [{{name: u, user: {{token: 1234, password: {TOKEN}}}}}]", "users[0].user.token is not text"),
        ("users: [{name: u, user: {token: yes}}]", "users[0].user.token is not text"),
        (
            "clusters: [{name: k, cluster: {insecure-skip-tls-verify: 'true'}}]",
            "clusters[0].cluster.insecure-skip-tls-verify is not true or false",
        ),
        ("users: [{name: u, user: {as-groups: admins}}]", "users[0].user.as-groups is not a list"),
        ("users: [{name: u, user: {as-user-extra: {a: b}}}]", "users[0].user.as-user-extra[...] is not a list"),
        ("users: [{name: u, user: {exec: aws}}]", "users[0].user.exec is not a map"),
        ("users: {u: {token: t}}", "users is not a list"),
        ("contexts: [{context: {cluster: k}}]", "contexts[0] has no name"),
        ("{kind: Pod, apiVersion: v1, metadata: {name: x}}", "it is one of Pod, v1, not of Config, v1"),
        ("{kind: Config, apiVersion: v2}", "it is one of Config, v2, not of Config, v1"),
        ("users: &u [*u]", ""),
    ],
)
def test_what_kubectl_cannot_read_is_told_by_its_field_and_without_its_value(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "config"
    path.write_text(text)
    message = refusal(path)
    assert message == f"The file {path} is not a kubeconfig{f': {said}' if said else ''}."


@pytest.mark.parametrize(("kind", "parts"), [("clusters", CLUSTERS), ("users", USERS), ("contexts", CONTEXTS)])
def test_a_name_that_a_file_has_twice_is_refused(tmp_path: Path, kind: str, parts: list[dict[str, Any]]) -> None:
    path = write(tmp_path / "config", **{**WHOLE, kind: parts * 2})
    assert refusal(path) == f"The kubeconfig {path} has two {kind} named {parts[0]['name']}."


# --- what a context names ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("context", "said"),
    [
        ({"cluster": "k", "user": "nobody"}, "The context c names a user that the kubeconfig does not have: nobody."),
        ({"cluster": "nowhere", "user": "u"}, "The context c names a cluster that the kubeconfig does not have: nowhere."),
        ({"user": "u"}, "The context c names no cluster."),
    ],
)
async def test_a_context_whose_user_or_cluster_is_missing_is_refused(
    kubeconfig: Kubeconfig, context: dict[str, str], said: str
) -> None:
    """kubectl asks on the terminal for a user name, or asks localhost, and says neither."""
    kubeconfig.context = context
    assert (await kubeconfig.refusal()).fault.message == said
    assert [one.name for one in contexts(str(kubeconfig.path))] == ["c"]


async def test_a_kubeconfig_without_a_current_context_wants_one_named(kubeconfig: Kubeconfig) -> None:
    kubeconfig.more = {"current-context": ""}
    assert (await kubeconfig.refusal()).fault.message == "The kubeconfig sets no current context."
    access = await open_access(Target(str(kubeconfig.path), "c"))
    await access.client.close()


# --- what is in no table -----------------------------------------------------------------------------------------------------


async def test_fields_that_kubectl_does_not_know_are_told_and_not_used(
    kubeconfig: Kubeconfig, caplog: pytest.LogCaptureFixture
) -> None:
    kubeconfig.user = {
        "token": "t",
        "tokenfile": "x",
        "Token": TOKEN,
        "exec": {
            "command": "x",
            "apiVersion": "client.authentication.k8s.io/v1beta1",
            "env": [{"name": "a", "valueFrom": 1}],
            "timeout": 5,
        },
    }
    kubeconfig.cluster |= {"insecure-skip-tls-verfy": True, "extensions": [{"name": "mine", "extension": {"anything": None}}]}
    kubeconfig.more = {"preferences": {"colors": True}, "extensions": []}
    for _ in range(2):
        access = await kubeconfig.sign_in()
    assert access.notes[0] == (
        "The kubeconfig has fields that kubectl does not know, and they are not used: cluster.insecure-skip-tls-verfy, user.Token, "
        "user.exec.env.valueFrom, user.exec.timeout, user.tokenfile."
    )
    assert [record.getMessage() for record in caplog.records].count(access.notes[0]) == 1  # said once, however often we sign in
    assert TOKEN not in caplog.text


def test_no_secret_is_in_the_text_of_what_is_read(tmp_path: Path) -> None:
    secret = {
        "token": "s3cret",
        "password": "s3cret",
        "client-key-data": "s3cret",
        "exec": {"command": "x", "args": ["--token=s3cret"], "env": [{"name": "a", "value": "s3cret"}]},
        "auth-provider": {"name": "oidc", "config": {"client-secret": "s3cret"}},
    }
    cluster = {"server": "https://me:s3cret@x", "proxy-url": "http://me:s3cret@y"}
    path = write(tmp_path / "config", users=[{"name": "u", "user": secret}], clusters=[{"name": "k", "cluster": cluster}])
    merged = read(str(path))
    assert merged.users["u"].token == "s3cret"
    assert "s3cret" not in repr(merged) + repr(merged.users["u"].exec) + repr(merged.users["u"].auth_provider)
    assert "s3cret" not in repr(proxies.of_cluster(merged.clusters["k"].proxy_url, "https://x", {}))


async def test_another_users_odd_fields_are_nothing_to_us(kubeconfig: Kubeconfig) -> None:
    kubeconfig.more = {"users": [{"name": "u", "user": {"token": "t"}}, {"name": "v", "user": {"odd": 1}}]}
    assert (await kubeconfig.sign_in()).notes == ()
