"""docs/kubeconfig.md and the reader, field by field against client-go's own list."""

import re
from pathlib import Path

import msgspec
import pytest

from planes.kube import kubeconfig, plugin

DOC = Path(__file__).parents[2] / "docs" / "kubeconfig.md"

#: The JSON names of client-go's structs: staging/src/k8s.io/client-go/tools/clientcmd/api/v1/types.go of kubernetes/kubernetes at
#: commit 03a3b6c76bbf7ce7ca39ee5c53cc27f0572911bc, in its order.
CLIENT_GO = {
    "Config": ["kind", "apiVersion", "preferences", "clusters", "users", "contexts", "current-context", "extensions"],
    "Preferences": ["colors", "extensions"],
    "Cluster": [
        "server",
        "tls-server-name",
        "insecure-skip-tls-verify",
        "certificate-authority",
        "certificate-authority-data",
        "proxy-url",
        "disable-compression",
        "extensions",
    ],
    "AuthInfo": [
        "client-certificate",
        "client-certificate-data",
        "client-key",
        "client-key-data",
        "token",
        "tokenFile",
        "as",
        "as-uid",
        "as-groups",
        "as-user-extra",
        "username",
        "password",
        "auth-provider",
        "exec",
        "extensions",
    ],
    "Context": ["cluster", "user", "namespace", "extensions"],
    "NamedCluster": ["name", "cluster"],
    "NamedContext": ["name", "context"],
    "NamedAuthInfo": ["name", "user"],
    "NamedExtension": ["name", "extension"],
    "AuthProviderConfig": ["name", "config"],
    "ExecConfig": ["command", "args", "env", "apiVersion", "installHint", "provideClusterInfo", "interactiveMode"],
    "ExecEnvVar": ["name", "value"],
}

#: Of pkg/apis/clientauthentication/v1/types.go at commit 5070702dc7e7a0c4777e99a4250e4d1ef155b056.
EXEC_CREDENTIAL = {
    "ExecCredentialStatus": [
        "expirationTimestamp",
        "token",
        "authProxyHeaders",
        "clientCertificateData",
        "clientKeyData",
    ],
    "Cluster": [
        "server",
        "tls-server-name",
        "insecure-skip-tls-verify",
        "certificate-authority-data",
        "proxy-url",
        "disable-compression",
        "config",
    ],
}

STRUCTS: dict[str, type[msgspec.Struct]] = {
    "Config": kubeconfig.Config,
    "Preferences": kubeconfig.Preferences,
    "Cluster": kubeconfig.Cluster,
    "AuthInfo": kubeconfig.User,
    "Context": kubeconfig.Context,
    "NamedCluster": kubeconfig.NamedCluster,
    "NamedContext": kubeconfig.NamedContext,
    "NamedAuthInfo": kubeconfig.NamedUser,
    "NamedExtension": kubeconfig.Extension,
    "AuthProviderConfig": kubeconfig.Provider,
    "ExecConfig": kubeconfig.Exec,
    "ExecEnvVar": kubeconfig.Variable,
}

#: What stands within another's rows: names of parts, which have no choice, and preferences.
TOLD_ELSEWHERE = {"Preferences", "NamedCluster", "NamedContext", "NamedAuthInfo", "NamedExtension"}


def rows(section: str) -> list[tuple[str, str]]:
    """The fields of a section's table, and what is said of each."""
    text = DOC.read_text().partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    return re.findall(r"^\| `([^`]+)` \| (.+) \|$", text, re.MULTILINE)


def fields(struct: type[msgspec.Struct]) -> set[str]:
    return {one.encode_name for one in msgspec.structs.fields(struct)}


@pytest.mark.parametrize("name", [name for name in CLIENT_GO if name not in TOLD_ELSEWHERE])
def test_the_table_has_a_row_for_each_field_of_client_go_and_no_other(name: str) -> None:
    wanted = CLIENT_GO[name]
    if name == "Config":
        at = wanted.index("preferences") + 1
        wanted = [*wanted[:at], *(f"preferences.{one}" for one in CLIENT_GO["Preferences"]), *wanted[at:]]
    assert [field for field, _ in rows(name)] == wanted
    assert all(said.endswith(".") for _, said in rows(name))


@pytest.mark.parametrize("name", CLIENT_GO)
def test_each_field_of_client_go_is_read_and_no_other(name: str) -> None:
    assert fields(STRUCTS[name]) == set(CLIENT_GO[name])


def test_an_exec_plugin_is_told_and_asked_all_that_client_go_knows() -> None:
    assert fields(plugin.Cluster) == set(EXEC_CREDENTIAL["Cluster"])
    assert fields(plugin.Credential) == set(EXEC_CREDENTIAL["ExecCredentialStatus"])


def test_what_is_refused_or_not_used_is_said_so() -> None:
    """The words by which a reader finds what does not work."""
    said = {f"{name}.{field}": what for name in CLIENT_GO if name not in TOLD_ELSEWHERE for field, what in rows(name)}
    for field in ("Config.preferences", "Config.extensions", "AuthInfo.extensions", "Context.namespace", "Context.extensions"):
        assert said[field].startswith("Not used")
    for field in (
        "AuthProviderConfig.name",
        "ExecConfig.interactiveMode",
        "ExecConfig.apiVersion",
        "Cluster.insecure-skip-tls-verify",
    ):
        assert "refused" in said[field]
    for field in ("as-uid", "as-groups", "as-user-extra"):
        assert "Without `as` it is refused" in said[f"AuthInfo.{field}"]
