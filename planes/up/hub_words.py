"""Which hubs the words of --cluster-profiles name, and what was last said of them: without the Kubernetes client."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from planes.up.choice import ReadContexts, UnreadableError
from planes.up.refusal import Exit, RefusalError

#: What names the cluster that we are a pod of.
IN_CLUSTER = "in-cluster"
#: The file in which the worker keeps what it has to say.
SAID = "said.json"


@dataclass(frozen=True, slots=True)
class Hub:
    """A cluster whose ClusterProfiles are listed, of one namespace or ("") of all. `said`: the word that names it."""

    said: str
    kubeconfig: str = ""
    context: str = ""
    in_cluster: bool = False
    namespace: str = ""

    @property
    def id(self) -> str:
        """The same as long as it is named so, wherever its kubeconfig is."""
        return hashlib.sha256(self.said.encode()).hexdigest()[:16]


class HubState(msgspec.Struct, frozen=True):
    """`read_at`: epoch seconds of the last list that came; None: none since the worker started. `profiles`: in that list."""

    said: str
    read_at: float | None
    profiles: int
    complaints: list[str]


def hub(word: str, kubeconfigs: Sequence[str], read: ReadContexts) -> Hub:
    """CONTEXT or CONTEXT/NAMESPACE, where CONTEXT may hold slashes itself, as OpenShift's and EKS's do. Raises RefusalError."""
    rest, slash, last = word.rpartition("/")
    if IN_CLUSTER in (word, rest):
        return Hub(word, in_cluster=True, namespace=last if slash else "")
    unreadable: UnreadableError | None = None
    known: list[str] = []
    for kubeconfig in kubeconfigs:
        try:
            names = read(kubeconfig).names
        except UnreadableError as error:
            unreadable = error
            continue
        known += names
        if word in names:
            return Hub(word, kubeconfig, word)
        if slash and rest in names and last:
            return Hub(word, kubeconfig, rest, namespace=last)
    if not known and unreadable is not None:
        raise RefusalError(unreadable.sentence, unreadable.remedy or "Name another with --kubeconfig.", Exit.USAGE)
    raise RefusalError(
        f"--cluster-profiles {word!r} names no context of {', '.join(kubeconfigs)}.",
        f"Write CONTEXT or CONTEXT/NAMESPACE, with one of {', '.join(known[:8]) or 'none'}, or {IN_CLUSTER}.",
        Exit.USAGE,
    )


def last_said(place: Path) -> list[HubState]:
    """What the worker of this data directory has kept of its hubs; nothing where it has not begun."""
    try:
        return msgspec.json.decode((place / SAID).read_bytes(), type=list[HubState])
    except (OSError, msgspec.DecodeError):
        return []
