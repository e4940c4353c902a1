"""Kubeconfig files as client-go reads them: which fields there are, how files are merged, and where a relative path leads.

The fields are those of client-go's tools/clientcmd/api/v1/types.go (kubernetes/kubernetes at 03a3b6c); what is done with each
stands in docs/kubeconfig.md. Merging follows tools/clientcmd/loader.go: the first file that has a cluster, user or context of a
name gives all of it, the first that sets a current context sets it, and relative paths are meant from their own file. Nothing here
signs in or asks a cluster.
"""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

import msgspec
import yaml
from msgspec import Raw, Struct

from planes.kube.errors import FaultError, sentence
from planes.structs.events import FaultKind

#: The name under which a cluster keeps what its exec plugin is told.
EXEC_EXTENSION = "client.authentication.k8s.io/exec"
#: The name under which a context that we have written ourselves keeps why its cluster cannot be asked: a NoAccess.
NO_ACCESS_EXTENSION = "planewatch/no-access"


def _kebab(name: str) -> str:
    return name.rstrip("_").replace("_", "-")


class Private(Struct):
    """A struct whose text shows nothing of what is in it, wherever it may be logged."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


class Extension(Struct):
    """Something that a tool keeps in a kubeconfig; `extension` is its JSON."""

    name: str = ""
    extension: Raw = Raw(b"null")


class Cluster(Private, rename=_kebab):
    """How a cluster is reached (client-go: Cluster). `certificate_authority` is an absolute path once it is read."""

    server: str = ""
    tls_server_name: str = ""
    insecure_skip_tls_verify: bool = False
    certificate_authority: str = ""
    certificate_authority_data: str = ""
    proxy_url: str = ""
    disable_compression: bool = False
    extensions: list[Extension] = []


class Variable(Private):
    """An environment variable of an exec plugin (client-go: ExecEnvVar)."""

    name: str = ""
    value: str = ""


class Exec(Private):
    """A plugin that signs in (client-go: ExecConfig). `command` is an absolute path once it is read, if it was a path at all."""

    command: str = ""
    args: list[str] = []
    env: list[Variable] = []
    apiVersion: str = ""
    installHint: str = ""
    provideClusterInfo: bool = False
    interactiveMode: str = ""


class Provider(Private):
    """An older kind of sign-in (client-go: AuthProviderConfig)."""

    name: str = ""
    config: dict[str, str] = {}


class User(Private, rename=lambda name: "tokenFile" if name == "tokenFile" else _kebab(name)):
    """Who signs in, and how (client-go: AuthInfo). Paths are absolute once they are read."""

    client_certificate: str = ""
    client_certificate_data: str = ""
    client_key: str = ""
    client_key_data: str = ""
    token: str = ""
    tokenFile: str = ""
    as_: str = ""
    as_uid: str = ""
    as_groups: list[str] = []
    as_user_extra: dict[str, list[str]] = {}
    username: str = ""
    password: str = ""
    auth_provider: Provider | None = None
    exec: Exec | None = None
    extensions: list[Extension] = []


class Context(Struct):
    """A cluster and who asks it (client-go: Context). The namespace is not used: all of the cluster is watched."""

    cluster: str = ""
    user: str = ""
    namespace: str = ""
    extensions: list[Extension] = []


class NoAccess(Struct):
    """Why a cluster that is known cannot be asked, and what to do."""

    message: str
    remedy: str


class NamedCluster(Struct):
    name: str
    cluster: Cluster = msgspec.field(default_factory=Cluster)


class NamedUser(Struct):
    name: str
    user: User = msgspec.field(default_factory=User)


class NamedContext(Struct):
    name: str
    context: Context = msgspec.field(default_factory=Context)


class Preferences(Struct):
    """Of kubectl's output; not used."""

    colors: bool = False
    extensions: list[Extension] = []


class Config(Struct, rename=lambda name: name if name == "apiVersion" else _kebab(name)):
    """One file (client-go: Config)."""

    kind: str = ""
    apiVersion: str = ""
    preferences: Preferences = msgspec.field(default_factory=Preferences)
    clusters: list[NamedCluster] = []
    users: list[NamedUser] = []
    contexts: list[NamedContext] = []
    current_context: str = ""
    extensions: list[Extension] = []


@dataclass
class Merged:
    """All files as one. `strays` are fields that client-go does not have, by the part that they stand in ("user admin")."""

    shown: str
    clusters: dict[str, Cluster] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    contexts: dict[str, Context] = field(default_factory=dict)
    current: str = ""
    strays: dict[str, list[str]] = field(default_factory=dict)

    def add(self, config: Config, strays: dict[str, list[str]]) -> None:
        """What is there already stays."""
        for cluster in config.clusters:
            self._keep(self.clusters, cluster.name, cluster.cluster, "cluster", strays)
        for user in config.users:
            self._keep(self.users, user.name, user.user, "user", strays)
        for context in config.contexts:
            self._keep(self.contexts, context.name, context.context, "context", strays)
        self.current = self.current or config.current_context

    def _keep(self, kept: dict[str, Any], name: str, part: object, kind: str, strays: dict[str, list[str]]) -> None:
        if name not in kept:
            kept[name] = part
            self.strays[f"{kind} {name}"] = strays.get(f"{kind} {name}", [])


def default_kubeconfig() -> str:
    return os.environ.get("KUBECONFIG", "") or str(Path("~/.kube/config").expanduser())


def read(path: str) -> Merged:
    """The kubeconfig at `path`: one file, or several joined as in KUBECONFIG ("": the usual ones). Files that do not exist are left
    out as long as one does. Raises `FaultError` (CONFIGURATION) with one sentence; it names fields, never what stands in them."""
    files = [Path(part).expanduser() for part in dict.fromkeys((path or default_kubeconfig()).split(os.pathsep)) if part]
    merged = Merged(", ".join(map(str, files)))
    try:
        there = [file for file in files if file.exists()]
    except OSError:
        raise _unreadable(merged.shown) from None
    if not there:
        raise wrong(f"There is no kubeconfig at {merged.shown}.", "Give its path with --kubeconfig, or set KUBECONFIG.")
    for file in there:
        merged.add(*_read(file))
    if not (merged.clusters or merged.users or merged.contexts):
        raise _no_kubeconfig(merged.shown)
    return merged


def wrong(message: str, remedy: str) -> FaultError:
    return sentence(FaultKind.CONFIGURATION, message, remedy)


# --- one file ----------------------------------------------------------------------------------------------------------------


class _Loader(yaml.SafeLoader):
    """YAML as client-go's reader takes it: what looks like a date is text."""

    yaml_implicit_resolvers = {
        first: [one for one in resolvers if one[0] != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def _read(file: Path) -> tuple[Config, dict[str, list[str]]]:
    try:
        plain = _first_document(file.read_bytes().decode("utf-8-sig"))
        plain = {} if plain is None else pruned(plain)
        config = msgspec.json.decode(msgspec.json.encode(plain), type=Config)
    except yaml.YAMLError as exc:
        mark = getattr(exc, "problem_mark", None)
        where = f" (line {mark.line + 1})" if mark is not None else ""
        raise wrong(
            f"The kubeconfig {file} is not valid YAML{where}.", "Correct it; kubectl config view shows how it reads it."
        ) from None
    except PermissionError:
        raise wrong(f"The kubeconfig {file} cannot be read by this user.", "Give this user the right to read the file.") from None
    except (OSError, UnicodeDecodeError):
        raise _unreadable(str(file)) from None
    except msgspec.ValidationError as exc:
        raise _no_kubeconfig(str(file), _where(str(exc))) from None
    except (ValueError, TypeError, RecursionError):
        raise _no_kubeconfig(str(file)) from None
    if config.kind not in ("", "Config") or config.apiVersion not in ("", "v1"):
        what = f"{config.kind[:40] or 'without a kind'}, {config.apiVersion[:40] or 'without a version'}"
        raise _no_kubeconfig(str(file), f"it is one of {what}, not of Config, v1")
    for kind, names in (
        ("clusters", [one.name for one in config.clusters]),
        ("users", [one.name for one in config.users]),
        ("contexts", [one.name for one in config.contexts]),
    ):
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise wrong(f"The kubeconfig {file} has two {kind} named {twice}.", "Remove one of them.")
    _make_absolute(config, file.absolute().parent)
    return config, _strays(plain)


def _first_document(text: str) -> object:
    loader = _Loader(text)
    try:
        return loader.get_data() if loader.check_data() else None  # type: ignore[no-untyped-call] # types-pyyaml leaves it so
    finally:
        loader.dispose()


def pruned(value: object) -> object:
    """Without what is null, which is as good as absent; an extension is its tool's own, and stays as it is."""
    if isinstance(value, dict):
        return {str(key): one if key == "extension" else pruned(one) for key, one in value.items() if one is not None}
    if isinstance(value, list):
        return [pruned(one) for one in value if one is not None]
    return value


def _make_absolute(config: Config, folder: Path) -> None:
    def absolute(path: str) -> str:
        return str(folder / path) if path else ""

    for cluster in config.clusters:
        cluster.cluster.certificate_authority = absolute(cluster.cluster.certificate_authority)
    for named in config.users:
        user = named.user
        user.client_certificate, user.client_key = absolute(user.client_certificate), absolute(user.client_key)
        user.tokenFile = absolute(user.tokenFile)
        if user.exec is not None and os.sep in user.exec.command:
            user.exec.command = absolute(user.exec.command)
        if user.auth_provider is not None and (authority := user.auth_provider.config.get("idp-certificate-authority")):
            user.auth_provider.config["idp-certificate-authority"] = absolute(authority)


# --- fields that client-go does not have -------------------------------------------------------------------------------------


def _strays(plain: object) -> dict[str, list[str]]:
    """By part of the file; what stands outside of all parts is said of none, for nothing of a cluster depends on it."""
    found: dict[str, list[str]] = {}
    for kind, struct in (("cluster", Cluster), ("user", User), ("context", Context)):
        for named in _list(plain, f"{kind}s"):
            if isinstance(named, dict) and isinstance(named.get(kind), dict):
                found[f"{kind} {named.get('name')}"] = sorted(_unknown(named[kind], struct, kind))
    return found


def _list(plain: object, name: str) -> Iterable[object]:
    value = plain.get(name) if isinstance(plain, dict) else None
    return value if isinstance(value, list) else ()


def _unknown(value: object, struct: type[Struct], at: str) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _unknown(one, struct, at)
    if not isinstance(value, dict):
        return
    known = {one.encode_name: one.type for one in msgspec.structs.fields(struct)}
    for name, inner in value.items():
        if name not in known:
            yield f"{at}.{name}"[:80]
            continue
        for kind in (known[name], *get_args(known[name])):
            if isinstance(kind, type) and issubclass(kind, Struct):
                yield from _unknown(inner, kind, f"{at}.{name}")


# --- sentences ---------------------------------------------------------------------------------------------------------------


def _where(error: str) -> str:
    """Which field msgspec means, in our words; its own never hold a value."""
    at = re.search(r"at `\$\.?([^`]*)`", error)
    place = at[1] if at else "it"
    if missing := re.search(r"missing required field `(\w+)`", error):
        return f"{place} has no {missing[1]}"
    wanted = re.search(r"Expected `(\w+)", error)
    kinds = {"str": "text", "bool": "true or false", "array": "a list", "object": "a map"}
    return f"{place} is not {kinds.get(wanted[1] if wanted else '', 'what it should be')}"


def _no_kubeconfig(file: str, why: str = "") -> FaultError:
    return wrong(
        f"The file {file} is not a kubeconfig{f': {why}' if why else ''}.",
        "It should hold clusters, contexts and users; see kubectl config view.",
    )


def _unreadable(shown: str) -> FaultError:
    return wrong(f"The kubeconfig {shown} cannot be read.", "Check that it is a file, and that it is text.")
