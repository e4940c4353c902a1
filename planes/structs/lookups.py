"""What a page asks of a cluster at the moment at which somebody looks, because it is not stored: the question and its answer.

The questions are few and fixed: an object by its kind's table (planes/collect/lookups.py), never a path that somebody typed.
"""

from enum import StrEnum

import msgspec

from planes.structs.objects import Item, Meta, PodSpec, PodStatus


class About(StrEnum):
    """What is asked about."""

    NODE = "node"
    COMPONENT = "component"


class Lookup(msgspec.Struct, frozen=True):
    """One question. `name` is the node's, or the component's kind."""

    about: About
    name: str


class FoundLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that was found. `at`: epoch seconds of what it tells. `node`: the node whose page tells more. `state`: how that
    stands, a state's name, where it is good or bad; "" where it is neither. `pods`: those behind it, as namespace/name. `shares`:
    two parts of a whole, the second holding the first, each 0 to 1, where it is drawn as a bar."""

    title: str
    text: str = ""
    at: float | None = None
    node: str = ""
    state: str = ""
    pods: tuple[str, ...] = ()
    shares: tuple[float, float] | None = None


class FoundPart(msgspec.Struct, frozen=True, omit_defaults=True):
    """One part of an answer: lines, or a `text` of many lines.

    `more` is how many lines were left out, `cut`: some of it was, and nobody knows how much. `lack` says in a sentence why it
    could not be read, with the `remedy`; `none` is what is said when nothing was found. `folded`: it is long, and seldom wanted.
    `brief`: its lines are facts of one thing, in order.
    """

    key: str
    title: str
    lines: tuple[FoundLine, ...] = ()
    text: str = ""
    about: str = ""
    more: int = 0
    cut: bool = False
    lack: str = ""
    remedy: str = ""
    none: str = ""
    folded: bool = False
    brief: bool = False


class Found(msgspec.Struct, frozen=True):
    """An answer. `at` is when it was read, epoch seconds of the collector's clock."""

    at: float
    parts: tuple[FoundPart, ...]


class WaitingPod(Item):
    """A pod of which it is asked why it waits: its conditions are read whole."""

    metadata: Meta
    spec: PodSpec = msgspec.field(default_factory=PodSpec)
    status: PodStatus = msgspec.field(default_factory=PodStatus)
