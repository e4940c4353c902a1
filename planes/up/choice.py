"""Which clusters are watched, and why: what the options say, else the ServiceAccount of the pod that we run in, else KUBECONFIG or
~/.kube/config, else the demo cluster."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from planes.up.refusal import Exit, RefusalError

#: Where a pod's ServiceAccount is found.
SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount/token")
DEMO_CONTEXT = "demo"
#: Each is a process of some 100 MB.
MOST_DEMOS = 60


@dataclass(frozen=True, slots=True)
class Contexts:
    """What a kubeconfig holds: the names of its contexts, and the current one or ""."""

    names: tuple[str, ...]
    current: str


#: Reads a kubeconfig (one path, or several joined as in KUBECONFIG); raises UnreadableError.
ReadContexts = Callable[[str], Contexts]


class UnreadableError(Exception):
    """A kubeconfig that is missing or malformed: the sentence, and what to do."""

    def __init__(self, sentence: str, remedy: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Asked:
    """What options and environment variables ask for."""

    kubeconfigs: tuple[str, ...] = ()
    contexts: tuple[str, ...] = ()
    all_contexts: bool = False
    demo: bool = False
    directories: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()  # hubs whose ClusterProfiles are watched (hub_words.py)
    provider_file: str = ""  # of their credentials
    demo_clusters: int = 1  # so many, where a demo cluster is watched


@dataclass(frozen=True, slots=True)
class Around:
    """Where we run."""

    environ: Mapping[str, str]
    home: Path
    service_account: Path = SERVICE_ACCOUNT


@dataclass(frozen=True, slots=True)
class Watched:
    """One cluster to watch: `source` as in models.Cluster.Source."""

    source: str
    name: str
    kubeconfig: str = ""
    context: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """`why` is one sentence for people. `complaints` are kubeconfigs and contexts that are of no use, while others are."""

    watched: tuple[Watched, ...]
    why: str
    demo: bool = False
    complaints: tuple[str, ...] = ()


def choose(asked: Asked, around: Around, demo_dir: Path, read: ReadContexts) -> Choice:
    """The choice. Refuses when what was asked for, or the only kubeconfig there is, is of no use."""
    demos = tuple(_demo(number, demo_dir) for number in range(1, asked.demo_clusters + 1))
    called = "the demo cluster" if len(demos) == 1 else f"{len(demos)} demo clusters"
    # A kubeconfig beside a hub may be there for the hub alone: without a word of contexts it names no cluster to watch.
    if asked.contexts or asked.all_contexts or (asked.kubeconfigs and not asked.profiles):
        found = _as_asked(asked, around, read)
        if asked.demo:
            return Choice((*found.watched, *demos), f"{found.why}, and {called} (--demo)", True, found.complaints)
        return found
    if asked.demo:
        return Choice(demos, f"{called} (--demo)", True)
    if asked.directories or asked.profiles:
        named = [f"the kubeconfigs in {_list(asked.directories)}"] if asked.directories else []
        named += [f"the ClusterProfiles of {_list(asked.profiles)}"] if asked.profiles else []
        return Choice((), f"what {' and '.join(named)} name")
    if around.environ.get("KUBERNETES_SERVICE_HOST") and around.service_account.exists():
        return Choice((Watched("in-cluster", "this cluster"),), "the cluster that this runs in, by its pod's ServiceAccount")
    if around.environ.get("KUBECONFIG"):
        return _current(_joined(around.environ["KUBECONFIG"]), "KUBECONFIG", read)
    usual = around.home / ".kube" / "config"
    if usual.exists():
        return _current(str(usual), "~/.kube/config", read)
    return Choice(
        demos,
        f"{called}, because there is no --kubeconfig, no pod's ServiceAccount, no KUBECONFIG and no ~/.kube/config",
        True,
    )


def _demo(number: int, first: Path) -> Watched:
    """The first has the directory that it always had, the others stand beside it."""
    name = "demo" if number == 1 else f"demo-{number}"
    return Watched("demo", name, str(first.with_name(name) / "kubeconfig"), DEMO_CONTEXT)


def kubeconfigs(asked: Asked, around: Around) -> tuple[str, ...]:
    """Those that the options name, else the usual one."""
    return absolute(asked.kubeconfigs) or (_usual(around),)


def absolute(kubeconfigs: Sequence[str]) -> tuple[str, ...]:
    """As they may be named from wherever another process is started."""
    return tuple(_joined(path) for path in kubeconfigs)


def _joined(value: str) -> str:
    """KUBECONFIG with absolute paths. As kubectl does, files that do not exist are left out as long as one does."""
    paths = [str(Path(path).expanduser().absolute()) for path in value.split(os.pathsep) if path]
    return os.pathsep.join([path for path in paths if Path(path).exists()] or paths[:1])


def _current(kubeconfig: str, name: str, read: ReadContexts) -> Choice:
    try:
        contexts = read(kubeconfig)
    except UnreadableError as error:
        raise RefusalError(
            error.sentence, error.remedy or "Correct it, name another with --kubeconfig, or use --demo.", Exit.USAGE
        ) from error
    if not contexts.current:
        known = (
            f"name one of {', '.join(contexts.names)} with --context" if contexts.names else "name another file with --kubeconfig"
        )
        raise RefusalError(
            f"{name} ({kubeconfig}) has no current context.", f"{known[0].upper()}{known[1:]}, or use --demo.", Exit.USAGE
        )
    return Choice(
        (Watched("kubeconfig", contexts.current, kubeconfig, contexts.current),),
        f"context {contexts.current!r}, the current one of {name}",
    )


def _as_asked(asked: Asked, around: Around, read: ReadContexts) -> Choice:
    """The contexts that the options name, of the kubeconfigs that they name or the usual one."""
    named = kubeconfigs(asked, around)
    watched: list[Watched] = []
    complaints: list[RefusalError] = []
    known: list[str] = []
    for kubeconfig in named:
        try:
            contexts = read(kubeconfig)
        except UnreadableError as error:
            complaints.append(
                RefusalError(error.sentence, error.remedy or "Correct it, or name another with --kubeconfig.", Exit.USAGE)
            )
            continue
        known += contexts.names
        wanted = [name for name in asked.contexts if name in contexts.names]
        if asked.all_contexts:
            wanted = list(contexts.names)
        elif not asked.contexts:
            wanted = [contexts.current] if contexts.current else []
        if not wanted and not asked.contexts:
            complaints.append(
                RefusalError(
                    f"{kubeconfig} has no current context.", f"Name one with --context: {_list(contexts.names)}.", Exit.USAGE
                )
            )
        watched += [Watched("kubeconfig", name, kubeconfig, name) for name in wanted]
    for name in asked.contexts:
        if not any(one.context == name for one in watched) and (known or not complaints):
            complaints.append(
                RefusalError(f"There is no context {name!r} in {_list(named)}.", f"It has: {_list(known)}.", Exit.USAGE)
            )
    if not watched:
        raise complaints[0]
    count = "context" if len(watched) == 1 else f"{len(watched)} contexts:"
    return Choice(
        tuple(watched),
        f"{count} {', '.join(repr(one.context) for one in watched)}, as the options say",
        complaints=tuple(str(complaint) for complaint in complaints),
    )


def _usual(around: Around) -> str:
    """The kubeconfig that --context and --all-contexts speak of where --kubeconfig is not given."""
    value = around.environ.get("KUBECONFIG")
    return _joined(value) if value else str(around.home / ".kube" / "config")


def _list(names: list[str] | tuple[str, ...]) -> str:
    return ", ".join(dict.fromkeys(names)) or "none"
