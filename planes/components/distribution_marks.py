"""How a distribution is declared: its marks, and what it does with what others run as pods. The table is distributions.py."""

from dataclasses import dataclass
from enum import StrEnum


class Where(StrEnum):
    """Where a mark is looked for. The value ends the sentence "known by …"."""

    VERSION = "the version"  # of the API server, or of a kubelet: contained in it
    LABEL = "a node label"  # its key begins so, or, up to the slash, is of a domain below; with a value that is the value
    ANNOTATION = "a node annotation"  # its key begins so
    IMAGE = "the nodes' operating system"  # contained in osImage
    PROVIDER = "a providerID"  # begins so
    GROUP = "an API group"  # is it, or ends with it after a dot
    WORKLOAD = "a workload of kube-system"  # is called so
    WORKLOAD_LABEL = "a label of a workload"  # its key begins so
    LEASE = "a lease in kube-system"  # is called so


@dataclass(frozen=True, slots=True)
class Mark:
    """One proof. `value` of a label: that is its value; empty: any."""

    where: Where
    text: str
    value: str = ""

    def __str__(self) -> str:
        return f"{self.where.value} {self.text}{'=' + self.value if self.value else ''}"


def version(text: str) -> Mark:
    """In the version."""
    return Mark(Where.VERSION, text)


def label(text: str, value: str = "") -> Mark:
    """A label of a node."""
    return Mark(Where.LABEL, text, value)


def annotation(text: str) -> Mark:
    """An annotation of a node."""
    return Mark(Where.ANNOTATION, text)


def group(text: str) -> Mark:
    """An API group that is served."""
    return Mark(Where.GROUP, text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """`marks`: any is enough; where nodes are seen, one of `beside` must be there too, if it has any, and with one of `unless` it
    may be another. `elsewhere`: how it runs its control plane where that is not as pods ("inside the k3s process"). `more`: what
    would show the elected where no lease of them is seen; only what can be followed. `proxy`: why no kube-proxy is seen. `store`:
    where its state store is. `managed`: somebody else runs the control plane; `own` is what bears its marks and runs it itself
    (empty: what other marks say). `process`: control plane and agents are one process, by its name. `source`: where its marks and
    this are documented."""

    name: str
    marks: tuple[Mark, ...] = ()
    beside: tuple[Mark, ...] = ()
    unless: tuple[Mark, ...] = ()
    elsewhere: str = ""
    more: str = ""
    proxy: str = ""
    store: str = ""
    managed: bool = False
    own: str = ""
    process: bool = False
    source: str = ""
