"""Exec plugins: what they are told, what they answer, and what is said of those that fail; real processes throughout."""

import asyncio
import base64
import json
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from planes.kube import plugin
from planes.kube.connect import Target, open_access
from planes.kube.errors import FaultError
from planes.kube.kubeconfig import Exec, Variable
from planes.structs.events import FaultKind
from tests.kube.conftest import Kubeconfig
from tests.replay import Authority

CREDENTIAL = """
import json
print(json.dumps({"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": %s}))
"""
V1, BETA = plugin.VERSIONS
ABOUT = plugin.Cluster("https://10.0.0.1", msgspec.Raw(b"null"))


def script(folder: Path, text: str, name: str = "sign-in") -> str:
    path = folder / name
    path.write_text(f"#!{sys.executable}\n{text}\n")
    path.chmod(0o700)
    return str(path)


def echo(folder: Path) -> str:
    """A plugin that leaves KUBERNETES_EXEC_INFO in a file beside it and signs in."""
    return script(
        folder,
        f"import os\nopen({str(folder / 'info')!r}, 'w').write(os.environ['KUBERNETES_EXEC_INFO'])" + CREDENTIAL % "{'token': 't'}",
    )


def asked(command: str, **more: Any) -> Exec:
    return Exec(command, apiVersion=V1, interactiveMode="Never", **more)


async def refusal(of: Exec, **more: Any) -> FaultError:
    with pytest.raises(FaultError) as caught:
        await plugin.run(of, ABOUT, **more)
    assert caught.value.fault.kind is FaultKind.CREDENTIALS
    assert caught.value.fault.remedy
    return caught.value


# --- what a plugin is told ---------------------------------------------------------------------------------------------------


async def test_a_plugin_is_told_all_of_the_cluster_when_it_asks(
    kubeconfig: Kubeconfig, tmp_path: Path, authority: Authority
) -> None:
    """Held against what kubectl 1.32 gives a plugin for the same kubeconfig."""
    (tmp_path / "ca.pem").write_bytes(authority.pem)
    told = {"audience": "06e3fbd18de8", "tags": [1, 2.5, True, None]}
    kubeconfig.cluster |= {
        "server": "https://k8s.example:6443",
        "certificate-authority": "ca.pem",
        "tls-server-name": "inner.example",
        "proxy-url": "http://me:pw@proxy.example:3128",
        "disable-compression": True,
        "extensions": [{"name": "other", "extension": 1}, {"name": "client.authentication.k8s.io/exec", "extension": told}],
    }
    kubeconfig.user = {
        "exec": {"command": echo(tmp_path), "apiVersion": V1, "interactiveMode": "IfAvailable", "provideClusterInfo": True}
    }
    await kubeconfig.sign_in()
    assert json.loads((tmp_path / "info").read_text()) == {
        "kind": "ExecCredential",
        "apiVersion": V1,
        "spec": {
            "cluster": {
                "server": "https://k8s.example:6443",
                "tls-server-name": "inner.example",
                "certificate-authority-data": base64.b64encode(authority.pem).decode(),
                "proxy-url": "http://me:pw@proxy.example:3128",
                "disable-compression": True,
                "config": told,
            },
            "interactive": False,
        },
    }


async def test_a_plugin_is_told_that_certificates_are_not_looked_at(kubeconfig: Kubeconfig, tmp_path: Path) -> None:
    kubeconfig.cluster |= {"server": "https://k8s.example:6443/", "insecure-skip-tls-verify": True}
    kubeconfig.user = {
        "exec": {"command": echo(tmp_path), "apiVersion": V1, "interactiveMode": "Never", "provideClusterInfo": True}
    }
    await kubeconfig.sign_in()
    spec = json.loads((tmp_path / "info").read_text())["spec"]
    assert spec["cluster"] == {"server": "https://k8s.example:6443", "insecure-skip-tls-verify": True, "config": None}


async def test_a_plugin_that_does_not_ask_is_told_of_no_cluster(kubeconfig: Kubeconfig, tmp_path: Path) -> None:
    kubeconfig.user = {"exec": {"command": echo(tmp_path), "apiVersion": V1, "interactiveMode": "Never"}}
    await kubeconfig.sign_in()
    assert json.loads((tmp_path / "info").read_text()) == {
        "kind": "ExecCredential",
        "apiVersion": V1,
        "spec": {"interactive": False},
    }


async def test_a_plugins_environment_is_ours_with_its_own_on_top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGION", "us")
    monkeypatch.setenv("ACCOUNT", "7")
    body = CREDENTIAL % '{"token": __import__("os").environ["REGION"] + __import__("os").environ["ACCOUNT"]}'
    got = await plugin.run(asked(script(tmp_path, body), env=[Variable("REGION", "eu")]), ABOUT)
    assert got.token == "eu7"


# --- where it is found -------------------------------------------------------------------------------------------------------


async def test_a_relative_command_is_meant_from_the_kubeconfigs_directory(kubeconfig: Kubeconfig, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    script(tmp_path / "bin", CREDENTIAL % "{'token': 't'}")
    kubeconfig.user = {"exec": {"command": "./bin/sign-in", "apiVersion": V1, "interactiveMode": "Never"}}
    access = await kubeconfig.sign_in()
    assert access.signed_in_with == "the token from the sign-in plugin"


async def test_a_plain_command_is_found_on_our_path_whatever_path_it_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(tmp_path, CREDENTIAL % "{'token': 't'}", "of-our-path")
    monkeypatch.setenv("PATH", str(tmp_path))
    got = await plugin.run(asked("of-our-path", env=[Variable("PATH", "/nowhere")]), ABOUT)
    assert got.token == "t"


async def test_a_plugin_that_is_missing_says_how_to_install_it() -> None:
    found = await refusal(asked("no-such-plugin", installHint="See \x1b[1mhttps://example.org/install\x1b[0m.\n"))
    assert "no-such-plugin that the kubeconfig names is not installed" in found.fault.message
    assert found.fault.remedy == "See https://example.org/install."
    assert "Install no-such-plugin" in (await refusal(asked("no-such-plugin"))).fault.remedy


# --- what it answers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("import sys; sys.exit('no session for ' + 'A' * 40 + '=')", "fails (exit code 1): no session for ….\n"),
        ("import sys; sys.exit(7)", "fails (exit code 7).\n"),
        ("print('hello')", "does not print an ExecCredential"),
        (CREDENTIAL % "{}", "neither a token nor a certificate"),
        (CREDENTIAL % "{'token': 't', 'clientCertificateData': 'c'}", "a certificate without its key, or a key alone"),
        (CREDENTIAL % "{'clientKeyData': 'k'}", "a certificate without its key, or a key alone"),
        (CREDENTIAL % "{'token': 't', 'expirationTimestamp': 'soon'}", "does not print an ExecCredential"),
        ('print(\'{"apiVersion": "v0", "kind": "ExecCredential", "status": {"token": "t"}}\')', "in a different version"),
    ],
)
async def test_a_plugin_that_does_not_sign_in(tmp_path: Path, body: str, said: str) -> None:
    assert said in f"{(await refusal(asked(script(tmp_path, body)))).fault.message}\n"


async def test_a_plugins_own_words_are_told_whole_and_without_what_the_kubeconfig_gave_it(tmp_path: Path) -> None:
    body = r"""
import os, sys
print("\x1b[31merror\x1b[0m: the session of", sys.argv[2], "ended at /home/me/.aws/sso/cache;", file=sys.stderr)
print("run: aws sso login --profile production", os.environ["CLIENT_SECRET"], sys.argv[1].partition("=")[2], file=sys.stderr)
sys.exit(255)
"""
    of = asked(
        script(tmp_path, body),
        args=["--refresh-token=hunter2", "arn:aws:iam::123456789012:role/Viewer"],
        env=[Variable("CLIENT_SECRET", "swordfish")],
    )
    assert (await refusal(of)).fault.message == (
        "The sign-in plugin sign-in fails (exit code 255): error: the session of arn:aws:iam::123456789012:role/Viewer ended at "
        "/home/me/.aws/sso/cache; run: aws sso login --profile production … …."
    )


async def test_no_value_of_a_plugins_environment_is_shown_whatever_its_name_or_form(tmp_path: Path) -> None:
    values = {"PIN": "471", "REGION": "eu", "COOKIE": "swordfish/é+1", "PAGES": "line one 1\nline two 2", "EMPTY": "", "ON": "1"}
    body = r"""
import base64, json, os, sys, urllib.parse
cookie = os.environ["COOKIE"]
print("pin", os.environ["PIN"], "in", os.environ["REGION"], "not in neutral 4710 or europe", file=sys.stderr)
print(cookie, urllib.parse.quote(cookie), urllib.parse.quote(cookie, safe=""), file=sys.stderr)
print(base64.b64encode(cookie.encode()).decode(), json.dumps(cookie), os.environ["PAGES"], file=sys.stderr)
sys.exit(1)
"""
    said = (
        await refusal(asked(script(tmp_path, body), env=[Variable(name, value) for name, value in values.items()]))
    ).fault.message
    assert "pin … in … not in neutral 4710 or europe" in said
    for part in ("swordfish", "3dvcmRmaXNo", "line one", "line two", "%C3%A9"):
        assert part not in said


async def test_no_secret_of_the_rest_of_the_kubeconfig_is_shown(kubeconfig: Kubeconfig, tmp_path: Path) -> None:
    body = "import sys\nprint('I read hunter2! and tr0mbone and pw:x', file=sys.stderr)\nsys.exit(1)"
    kubeconfig.cluster["proxy-url"] = "http://me:tr0mbone@127.0.0.1:3128"
    kubeconfig.user = {
        "password": "hunter2!",
        "exec": {"command": script(tmp_path, body), "apiVersion": V1, "interactiveMode": "Never"},
    }
    assert (await kubeconfig.refusal()).fault.message.endswith(": I read … and … and pw:x.")


async def test_a_plugins_certificate_that_cannot_be_used_is_not_the_kubeconfigs(kubeconfig: Kubeconfig, tmp_path: Path) -> None:
    command = script(tmp_path, CREDENTIAL % "{'clientCertificateData': 'c', 'clientKeyData': 'k'}")
    kubeconfig.user = {"exec": {"command": command, "apiVersion": V1, "interactiveMode": "Never"}}
    assert "in the sign-in plugin's answer cannot be used" in (await kubeconfig.refusal()).fault.message


async def test_headers_for_a_proxy_are_told_and_not_sent(kubeconfig: Kubeconfig, tmp_path: Path) -> None:
    command = script(tmp_path, CREDENTIAL % "{'token': 't', 'authProxyHeaders': {'CF-Access-Client-Secret': 'swordfish'}}")
    kubeconfig.user = {"exec": {"command": command, "apiVersion": V1, "interactiveMode": "Never"}}
    access = await kubeconfig.sign_in()
    assert access.notes == ("The sign-in plugin gives headers for a proxy (authProxyHeaders); as with kubectl, they are not sent.",)
    assert access.headers == ()


async def test_a_plugin_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    body = f"""
import os, pathlib, subprocess, time
child = subprocess.Popen(["sleep", "600"])
pathlib.Path({str(tmp_path / "pids")!r}).write_text(f"{{os.getpid()}} {{child.pid}}")
time.sleep(600)
"""
    started = time.monotonic()
    found = await refusal(asked(script(tmp_path, body)), limit=2.0)
    assert time.monotonic() - started < 60, "both would sleep for ten minutes"
    assert "gives no answer within 2 s" in found.fault.message
    pids = [int(pid) for pid in (tmp_path / "pids").read_text().split()]
    async with asyncio.timeout(15):
        while any(map(_alive, pids)):  # noqa: ASYNC110 - the kernel tells nobody when another's child has ended
            await asyncio.sleep(0.02)


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


# --- what is refused before it is started ------------------------------------------------------------------------------------


async def test_a_plugin_that_needs_a_terminal_is_not_started() -> None:
    found = await refusal(Exec("aws", apiVersion=V1, interactiveMode="Always"))
    assert "needs a terminal (its interactiveMode is Always), and here is none" in found.fault.message
    assert "IfAvailable" in found.fault.remedy


@pytest.mark.parametrize(
    ("part", "said", "remedy"),
    [
        ({"apiVersion": V1, "interactiveMode": "Never"}, "has no command", "Name the plugin"),
        ({"command": "x", "interactiveMode": "Never"}, "has no apiVersion", "Set it"),
        ({"command": "x", "apiVersion": V1}, "has no interactiveMode", "Never or IfAvailable"),
        (
            {"command": "x", "apiVersion": V1, "interactiveMode": "Sometimes"},
            "has an unknown interactiveMode",
            "Never or IfAvailable",
        ),
        (
            {"command": "x", "apiVersion": BETA, "interactiveMode": "never"},
            "has an unknown interactiveMode",
            "Never or IfAvailable",
        ),
        (
            {"command": "x", "apiVersion": "client.authentication.k8s.io/v1alpha1"},
            "asks for client.authentication.k8s.io/v1alpha1, which kubectl no longer speaks",
            f"set apiVersion to {V1} or {BETA}",
        ),
        ({"command": "x", "apiVersion": BETA, "env": [{"value": "1"}]}, "sets a variable without a name", "Give each"),
    ],
)
async def test_a_part_that_kubectl_refuses_is_refused(kubeconfig: Kubeconfig, part: dict[str, Any], said: str, remedy: str) -> None:
    """Also where it would not be run, because there is a token."""
    for more in ({}, {"token": "t"}):
        kubeconfig.user = {"exec": part, **more}
        fault = (await kubeconfig.refusal()).fault
        assert fault.kind is FaultKind.CREDENTIALS
        assert fault.message.startswith(f"The exec part of the kubeconfig's user {said}")
        assert remedy in fault.remedy


async def test_the_beta_protocol_needs_no_interactive_mode(kubeconfig: Kubeconfig, tmp_path: Path) -> None:
    body = (CREDENTIAL % "{'token': 't'}").replace(V1, BETA)
    kubeconfig.user = {"exec": {"command": script(tmp_path, body), "apiVersion": BETA}}
    access = await open_access(Target(str(kubeconfig.write())))
    assert access.signed_in_with == "the token from the sign-in plugin"
    await access.client.close()
