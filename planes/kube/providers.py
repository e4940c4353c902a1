"""The provider file of KEP-5339: which command gives a credential for a cluster whose ClusterProfile names a provider.

It is ours, as a kubeconfig is; a ClusterProfile only says a name that stands in it. Its form is that of cluster-inventory-api's
pkg/credentials (config.go), so that one file serves several programs. What an object would add to a command (additional-args,
additional-envs) is never taken, whatever policy the file has.
"""

import os
from dataclasses import dataclass
from pathlib import Path

import msgspec
from msgspec import Struct

from planes.kube.kubeconfig import Exec, pruned, wrong

#: Bytes of the file, and providers in it, that are read.
LONGEST, MOST = 1 << 20, 64

_EXAMPLE = '{"providers": [{"name": "…", "execConfig": {"apiVersion": "client.authentication.k8s.io/v1", "command": "…"}}]}'


class _Entry(Struct, rename="camel"):
    name: str
    exec_config: Exec
    arguments: str = msgspec.field(default="", name="profileSourcedCLIArgsPolicy")
    variables: str = msgspec.field(default="", name="profileSourcedEnvVarsPolicy")


class _File(Struct):
    providers: list[_Entry]


@dataclass(frozen=True, slots=True)
class Providers:
    """By name, in the file's order, which is the order of preference. `notes`: what stands in the file and is not done."""

    commands: dict[str, Exec]
    notes: tuple[str, ...] = ()


def read(path: Path) -> Providers:
    """Raises `FaultError` (CONFIGURATION) with one sentence; it names fields, never what stands in them. A command with a slash is
    meant from the file's own folder."""
    try:
        with path.open("rb") as file:
            text = file.read(LONGEST + 1)
    except OSError as error:
        raise wrong(
            f"The provider file {path} cannot be read ({error.strerror}).", "Correct the path, or the file's rights."
        ) from None
    try:
        found = msgspec.convert(pruned(msgspec.json.decode(text[:LONGEST])), _File)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise wrong(f"The file {path} is not a provider file.", f"It reads like {_EXAMPLE}.") from None
    names = [one.name for one in found.providers]
    if len(names) > MOST or len(set(names)) < len(names):
        raise wrong(f"The provider file {path} has a name twice, or more than {MOST}.", "Leave each provider in it once.")
    notes = [
        f"What ClusterProfiles would add to the command of the provider {one.name} is not taken, though {path} allows it."
        for one in found.providers
        if {one.arguments, one.variables} - {"", "Ignore"}
    ]
    return Providers({one.name: _ours(one.exec_config, path) for one in found.providers}, tuple(notes))


def _ours(asked: Exec, path: Path) -> Exec:
    if not asked.command or not asked.apiVersion:
        raise wrong(f"A provider in {path} has no command, or no apiVersion.", f"It reads like {_EXAMPLE}.")
    command = str(path.absolute().parent / asked.command) if os.sep in asked.command else asked.command
    return msgspec.structs.replace(asked, command=command, interactiveMode="Never")
