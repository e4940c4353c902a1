"""Running an exec plugin (`users[].user.exec` of a kubeconfig) within a time limit.

The client library runs plugins without one, swallows their failure and asks on without credentials; here a plugin that is missing,
fails, hangs or answers nonsense is one sentence. Protocol: client.authentication.k8s.io, ExecCredential, as client-go speaks
it (pkg/apis/clientauthentication/v1).
"""

import asyncio
import contextlib
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import msgspec

from planes.kube.errors import FaultError, sentence
from planes.kube.kubeconfig import Exec, Private
from planes.kube.redaction import in_a_line, last_words
from planes.structs.events import FaultKind

#: Seconds a plugin may take.
LIMIT = 15.0
#: Bytes of a plugin's output that are read; a credential has a few kB.
LONGEST = 1 << 20

_SECRET_NAME = re.compile(r"secret|token|passw|credential|key", re.IGNORECASE)

#: What a plugin may speak; the first wants an interactiveMode.
VERSIONS = ("client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1")


class Cluster(msgspec.Struct, omit_defaults=True, rename="kebab"):
    """What a plugin is told about the cluster when it asks for it (client-go: clientauthentication/v1.Cluster). `config` is the
    cluster's own extension for plugins, as JSON; the CA is PEM in base64."""

    server: str
    config: msgspec.Raw
    tls_server_name: str = ""
    insecure_skip_tls_verify: bool = False
    certificate_authority_data: str = ""
    proxy_url: str = ""
    disable_compression: bool = False


class _Spec(msgspec.Struct, omit_defaults=True):
    interactive: bool
    cluster: Cluster | None = None


class _Info(msgspec.Struct):
    apiVersion: str
    spec: _Spec
    kind: str = "ExecCredential"


class Credential(Private):
    """What a plugin answers: a token, or a certificate with its key, and when it ends."""

    token: str | None = None
    clientCertificateData: str | None = None
    clientKeyData: str | None = None
    expirationTimestamp: datetime | None = None
    authProxyHeaders: dict[str, str] | None = None


class _Answer(msgspec.Struct):
    apiVersion: str
    kind: str
    status: Credential | None = None


@dataclass(frozen=True)
class _Ended:
    code: int
    out: bytes
    err: bytes


async def run(asked: Exec, cluster: Cluster, *, secrets: Sequence[str] = (), limit: float = LIMIT) -> Credential:
    """The credential that a plugin gives. `secrets`: what else is not to be shown, should the plugin repeat it.

    Raises `FaultError` (CREDENTIALS) when the plugin is missing, needs a terminal, fails, hangs or answers something else.
    """
    name = Path(asked.command).name
    if asked.interactiveMode == "Always":
        raise _refusal(
            f"The sign-in plugin {name} needs a terminal (its interactiveMode is Always), and here is none.",
            "Set it to IfAvailable if the plugin can do without, or use credentials that work unattended, such as a token.",
        )
    try:
        ended = await asyncio.wait_for(_run(_argv(asked), _environment(asked, cluster)), limit)
    except TimeoutError:
        raise _refusal(
            f"The sign-in plugin {name} gives no answer within {limit:g} s.",
            f"Run {name} by hand and sign in there, or find out what it waits for.",
        ) from None
    except FileNotFoundError:
        raise _refusal(
            f"The sign-in plugin {name} that the kubeconfig names is not installed here.",
            in_a_line(asked.installHint) or f"Install {name}, or put it on the PATH that Planewatch is started with.",
        ) from None
    except (OSError, ValueError):
        raise _refusal(f"The sign-in plugin {name} cannot be started.", "Check that the file is executable.") from None
    if ended.code != 0:
        said = last_words(ended.err.decode(errors="replace"), [*_secrets(asked), *secrets])
        raise _refusal(f"The sign-in plugin {name} fails (exit code {ended.code}){said}", f"Run {name} by hand.")
    return _credential(name, asked, ended.out)


def _credential(name: str, asked: Exec, out: bytes) -> Credential:
    remedy = f"Run {name} by hand: it should print an ExecCredential of {asked.apiVersion}."
    try:
        answer = msgspec.json.decode(out, type=_Answer)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise _refusal(f"The sign-in plugin {name} does not print an ExecCredential.", remedy) from None
    if answer.kind != "ExecCredential" or answer.apiVersion != asked.apiVersion:
        raise _refusal(
            f"The sign-in plugin {name} answers in a different version from the one that the kubeconfig asks for.", remedy
        )
    got = answer.status
    if got is not None and bool(got.clientCertificateData) != bool(got.clientKeyData):
        raise _refusal(f"The sign-in plugin {name} gives a certificate without its key, or a key alone.", remedy)
    if got is None or not (got.token or got.clientKeyData):
        raise _refusal(f"The sign-in plugin {name} gives neither a token nor a certificate with its key.", remedy)
    return got


def _argv(asked: Exec) -> list[str]:
    """A plain name is looked for on our own PATH, whatever PATH the plugin is given."""
    command = asked.command if os.sep in asked.command else shutil.which(asked.command)
    if command is None:
        raise FileNotFoundError(asked.command)
    return [command, *asked.args]


def _environment(asked: Exec, cluster: Cluster) -> dict[str, str]:
    info = _Info(asked.apiVersion, _Spec(False, cluster if asked.provideClusterInfo else None))
    extra = {one.name: one.value for one in asked.env}
    return {**os.environ, **extra, "KUBERNETES_EXEC_INFO": msgspec.json.encode(info).decode()}


def _secrets(asked: Exec) -> list[str]:
    """What the kubeconfig gives the plugin and is not to be shown, should the plugin repeat it: all of its environment, for any
    name may stand before a secret, and of its arguments what is named as one."""
    flags = [(flag, value) for flag, _, value in (argument.partition("=") for argument in asked.args)]
    flags += [(flag, value) for flag, value in pairwise(asked.args) if flag.startswith("-") and "=" not in flag]
    return [one.value for one in asked.env] + [value for flag, value in flags if len(value) > 3 and _SECRET_NAME.search(flag)]


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


def _refusal(message: str, remedy: str) -> FaultError:
    return sentence(FaultKind.CREDENTIALS, message, remedy)
