"""The registry of faults: what each does, whom it breaks, and what a truthful watcher must say of it.

How each is done is in faults_nodes.py and faults_control.py; catalogue.py lists them all.
"""

import difflib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

import msgspec

from planes.demo.cluster import Cluster
from planes.demo.life import Life
from planes.demo.reading import Reader
from planes.demo.work import Work

State = Literal["degraded", "down", "unknown", "cordoned", "leaving"]
Subject = Literal["node", "zone", "server", "component", "cluster"]


class FaultError(Exception):
    """The fault cannot be injected or healed. The message is one sentence for a person."""


@dataclass(frozen=True)
class Notice:
    """What must be said while a fault lasts: which component, in this state or a worse one, within how many seconds.

    `each` is whose agent it is: the subject of the fault ("subject"), or the component as a whole ("component").
    """

    component: str
    state: State
    within: float
    each: Literal["subject", "component"] = "component"


@dataclass(frozen=True)
class Fault:
    """`inject` and `heal` are given the subject: a node, a zone, the host of an API server, or "" where there is only one."""

    name: str
    about: str
    subject: Subject
    notices: tuple[Notice, ...]
    inject: Callable[["Faults", str], None]
    heal: Callable[["Faults", str], None]
    heals_within: float = 30.0  # seconds after healing by which all is well again
    gentle: bool = False  # fit for the story
    momentary: bool = False  # over by itself: never active
    choose: Callable[["Faults"], str] | None = None
    #: components that may show it too, without being wrong
    tolerated: tuple[str, ...] = ()


class FaultState(msgspec.Struct, frozen=True):
    """A fault as `demo list` shows it. `active` holds the subjects it is active on."""

    name: str
    about: str
    notices: str
    active: list[str]


@dataclass
class Faults:
    """The faults of one cluster, and which are active."""

    cluster: Cluster
    life: Life
    work: Work
    reader: Reader
    catalogue: tuple[Fault, ...]
    active: dict[str, list[str]] = field(default_factory=dict)
    certificate_life: timedelta | None = None  # for the listener to act upon
    before: dict[tuple[str, str], str] = field(default_factory=dict)  # what was before, to be put back
    _repeating: dict[tuple[str, str], tuple[float, Callable[[], float]]] = field(default_factory=dict)

    def known(self) -> dict[str, Fault]:
        return {fault.name: fault for fault in self.catalogue}

    def find(self, name: str) -> Fault:
        faults = self.known()
        if name in faults:
            return faults[name]
        near = difflib.get_close_matches(name, faults, n=3, cutoff=0.5)
        hint = f" Did you mean {' or '.join(near)}?" if near else " `demo list` names them all."
        raise FaultError(f"There is no fault named {name!r}.{hint}")

    def inject(self, name: str, node: str = "") -> str:
        """Break something; says what, in one sentence."""
        fault = self.find(name)
        subject = self._subject(fault, node)
        if subject in self.active.get(name, []):
            return f"{name} is active{_on(subject)} already."
        fault.inject(self, subject)
        if fault.momentary:
            return f"{name} has happened."
        self.active.setdefault(name, []).append(subject)
        return f"{name} is active{_on(subject)} now."

    def heal(self, name: str, node: str = "") -> str:
        """Mend it again; without a node wherever it is active. "--all" heals everything."""
        if name == "--all":
            healed = [self.heal(fault) for fault in list(self.active)]
            return " ".join(healed) or "Nothing is broken."
        fault = self.find(name)
        if fault.momentary:
            return f"{name} is over by itself."
        subjects = [subject for subject in self.active.get(name, []) if not node or subject == self._subject(fault, node)]
        if not subjects:
            return f"{name} is not active{_on(node)}."
        for subject in subjects:
            fault.heal(self, subject)
            self.active[name].remove(subject)
        if not self.active[name]:
            del self.active[name]
        return f"{name} is healed{_on(', '.join(subject for subject in subjects if subject))}."

    def states(self) -> list[FaultState]:
        return [
            FaultState(
                fault.name, fault.about, _notices(fault), [subject or "cluster" for subject in self.active.get(fault.name, [])]
            )
            for fault in self.known().values()
        ]

    def step(self) -> None:
        """Do what active faults do again and again."""
        now = self.cluster.clock.mono()
        for key, (due, act) in list(self._repeating.items()):
            if now >= due:
                self._repeating[key] = (now + act(), act)

    def repeat(self, name: str, subject: str, act: Callable[[], float]) -> None:
        """Call `act` until `rest`; it returns the seconds until its next call."""
        self._repeating[name, subject] = (self.cluster.clock.mono(), act)

    def rest(self, name: str, subject: str) -> None:
        self._repeating.pop((name, subject), None)

    def _subject(self, fault: Fault, node: str) -> str:
        if node:
            if fault.subject not in {"node", "zone", "server"}:
                raise FaultError(f"{fault.name} does not break a single node; leave --node out.")
            record = self.cluster.nodes.get(node)
            if record is None:
                example = (self.cluster.workers or self.cluster.control_plane)[0]
                raise FaultError(f"There is no node named {node!r}; nodes are named like {example}.")
            if fault.subject == "server" and node not in self.cluster.control_plane:
                raise FaultError(f"No API server runs on {node}; they run on {', '.join(self.cluster.control_plane)}.")
            return self.cluster.node(node).zone if fault.subject == "zone" else node
        if fault.choose is not None:
            return fault.choose(self)
        if fault.subject == "node":
            return self.some_node(fault.name)
        if fault.subject == "zone":
            return self.cluster.node_records()[-1].zone if len(self.cluster.nodes) < 3 else self.cluster.node_records()[2].zone
        return ""

    def some_node(self, name: str) -> str:
        """A healthy worker on which this fault is not active yet."""
        broken = {subject for subjects in self.active.values() for subject in subjects}
        homes = self.cluster.workers or self.cluster.control_plane
        free = [node for node in homes if node not in broken]
        if not free:
            raise FaultError(f"{name} is active on every node already.")
        return self.cluster.rng.choice(free)


def _on(subject: str) -> str:
    return f" on {subject}" if subject else ""


def _notices(fault: Fault) -> str:
    said = [f"{notice.component} {notice.state} within {notice.within:g} s" for notice in fault.notices]
    return "; ".join(said) or "no state turns degraded or down"
