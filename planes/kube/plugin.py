"""Running an exec plugin (`users[].user.exec` of a kubeconfig) within a time limit.

The client library runs plugins without one, swallows their failure and asks on without credentials; here a plugin that is missing,
fails, hangs or answers nonsense is one sentence. Protocol: client.authentication.k8s.io, ExecCredential.
"""

import asyncio
import contextlib
import os
import re
import signal
import subprocess
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from planes.kube.errors import FaultError, sentence
from planes.structs.events import FaultKind

#: Seconds a plugin may take.
LIMIT = 15.0
#: Bytes of a plugin's output that are read; a credential has a few kB.
LONGEST = 1 << 20

_SECRET = re.compile(r"[A-Za-z0-9+/_=.\-]{25,}")


class _Variable(msgspec.Struct):
    name: str
    value: str


class Plugin(msgspec.Struct):
    """The `exec` part of a kubeconfig's user."""

    command: str
    apiVersion: str = "client.authentication.k8s.io/v1"
    args: list[str] | None = None
    env: list[_Variable] | None = None
    installHint: str | None = None
    interactiveMode: str | None = None
    provideClusterInfo: bool = False


class Cluster(
    msgspec.Struct, omit_defaults=True, rename={"ca": "certificate-authority-data", "tls_server_name": "tls-server-name"}
):
    """What a plugin is told about the cluster when it asks for it."""

    server: str = ""
    ca: str | None = None
    tls_server_name: str | None = None


class Credential(msgspec.Struct):
    """What a plugin answers: a token, or a certificate with its key, and when it ends."""

    token: str | None = None
    clientCertificateData: str | None = None
    clientKeyData: str | None = None
    expirationTimestamp: datetime | None = None


class _Answer(msgspec.Struct):
    apiVersion: str
    kind: str
    status: Credential | None = None


@dataclass(frozen=True)
class _Ended:
    code: int
    out: bytes
    err: bytes


async def run(plugin: Plugin, cluster: Cluster, base: Path, *, limit: float = LIMIT) -> Credential:
    """The credential that a plugin gives. `base` is the kubeconfig's directory, from which a relative command is meant.

    Raises `FaultError` (CREDENTIALS) when the plugin is missing, needs a terminal, fails, hangs or answers something else.
    """
    name = Path(plugin.command).name
    if plugin.interactiveMode == "Always":
        raise _refusal(f"The sign-in plugin {name} needs a terminal.", "Use credentials that work unattended, such as a token.")
    try:
        ended = await asyncio.wait_for(_run(_argv(plugin, base), _environment(plugin, cluster)), limit)
    except TimeoutError:
        raise _refusal(
            f"The sign-in plugin {name} gives no answer within {limit:g} s.",
            f"Run {name} by hand and sign in there, or see what it waits for.",
        ) from None
    except FileNotFoundError:
        raise _refusal(
            f"The sign-in plugin {name} that the kubeconfig names is not installed here.",
            plugin.installHint or f"Install {name}, or put it on the PATH that Planewatch is started with.",
        ) from None
    except OSError:
        raise _refusal(f"The sign-in plugin {name} cannot be started.", "Check that the file is executable.") from None
    if ended.code != 0:
        raise _refusal(f"The sign-in plugin {name} fails (exit code {ended.code}){_last_words(ended.err)}", f"Run {name} by hand.")
    return _credential(name, plugin, ended.out)


def _credential(name: str, plugin: Plugin, out: bytes) -> Credential:
    remedy = f"Run {name} by hand: it should print an ExecCredential of {plugin.apiVersion}."
    try:
        answer = msgspec.json.decode(out, type=_Answer)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise _refusal(f"The sign-in plugin {name} does not print an ExecCredential.", remedy) from None
    if answer.kind != "ExecCredential" or answer.apiVersion != plugin.apiVersion:
        raise _refusal(f"The sign-in plugin {name} answers in another version than the kubeconfig asks for.", remedy)
    got = answer.status
    if got is None or not (got.token or (got.clientCertificateData and got.clientKeyData)):
        raise _refusal(f"The sign-in plugin {name} gives neither a token nor a certificate with its key.", remedy)
    return got


def _argv(plugin: Plugin, base: Path) -> list[str]:
    command = plugin.command
    if os.sep in command and not Path(command).is_absolute():
        command = str(base / command)
    return [command, *(plugin.args or [])]


def _environment(plugin: Plugin, cluster: Cluster) -> dict[str, str]:
    spec: dict[str, object] = {"interactive": False}
    if plugin.provideClusterInfo:
        spec["cluster"] = msgspec.to_builtins(cluster)
    info = {"apiVersion": plugin.apiVersion, "kind": "ExecCredential", "spec": spec}
    extra = {one.name: one.value for one in plugin.env or ()}
    return {**os.environ, **extra, "KUBERNETES_EXEC_INFO": msgspec.json.encode(info).decode()}


async def _run(argv: list[str], environment: dict[str, str]) -> _Ended:
    # Its own session, so that a plugin's children end with it. Pipes are read through the loop rather than by asyncio's own
    # subprocess support, because collectors run in threads, where the loop cannot watch children.
    process = subprocess.Popen(  # noqa: ASYNC220, S603 - fork and exec are short; the command is the kubeconfig's, as with kubectl
        argv, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )
    try:
        out, err = await asyncio.gather(_read(process.stdout), _read(process.stderr))
        while process.poll() is None:  # noqa: ASYNC110 - both pipes have ended, so this is a matter of milliseconds
            await asyncio.sleep(0.02)
        return _Ended(process.returncode, out, err)
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


async def _read(pipe: object) -> bytes:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
    try:
        got = bytearray()
        while len(got) < LONGEST and (chunk := await reader.read(1 << 16)):
            got += chunk
        return bytes(got)
    finally:
        transport.close()


def _last_words(err: bytes) -> str:
    """The last line a plugin wrote, with whatever looks like a secret taken out."""
    lines = [line.strip() for line in err.decode(errors="replace").splitlines() if line.strip()]
    if not lines:
        return "."
    return f": {_SECRET.sub('…', lines[-1])[:200].rstrip('.')}."


def _refusal(message: str, remedy: str) -> FaultError:
    return sentence(FaultKind.CREDENTIALS, message, remedy)
