"""Incidents: runs of states that hang together by order in time and by a dependency that is known."""

from enum import StrEnum

import msgspec

from planes.structs.moments import Epoch
from planes.structs.verdicts import SEVERITY, State

#: Kind of subject ("Component", "Node", "Cluster"), its name, and the agent of a node or "".
Subject = tuple[str, str, str]


class Tie(StrEnum):
    """By what a step belongs to an earlier one. None of them claims a cause."""

    TOGETHER = "together with"
    AFTER = "after"
    NEEDS = "cannot work without"


class Spell(msgspec.Struct, frozen=True):
    """For how long one subject was degraded, down or unknown, without a break. `worst` is its worst state, `because` what was said
    when it reached that, `turns` each state from when on. `ended`: None where no end is on record; it goes on only if `goes_on`,
    else the subject has gone or something else is true of it now, and nothing says since when. `about`: the one part of the subject
    that was all its trouble from beginning to end, as far as was told; else empty. `led`: since when what `because` says had been
    so when it was told; None: no longer than that, or not known."""

    subject: Subject
    began: Epoch
    ended: Epoch | None
    goes_on: bool
    worst: State
    because: str
    turns: tuple[tuple[Epoch, State], ...] = ()
    about: str = ""
    led: Epoch | None = None


class Link(msgspec.Struct, frozen=True):
    """Why a step belongs to the one at `to` (its place among the incident's steps). `words` is the dependency as a sentence,
    `seconds` is how long after that step this one began."""

    to: int
    tie: Tie
    words: str
    seconds: float


class Step(msgspec.Struct, frozen=True):
    """What one change began: one spell, or those of several nodes that were of one cause and moment, the first one first. `link`:
    None of the incident's first step."""

    spells: tuple[Spell, ...]
    link: Link | None = None

    @property
    def began(self) -> Epoch:
        return self.spells[0].began

    @property
    def ended(self) -> Epoch | None:
        """When the last of them healed; None while one goes on, or where an end is not on record."""
        ends = [one.ended for one in self.spells if one.ended is not None]
        return max(ends) if len(ends) == len(self.spells) else None

    @property
    def goes_on(self) -> bool:
        return any(one.goes_on for one in self.spells)

    @property
    def worst(self) -> State:
        return max((one.worst for one in self.spells), key=SEVERITY.__getitem__)

    @property
    def because(self) -> str:
        """What was said of the first of the worst."""
        return next(one.because for one in self.spells if one.worst is self.worst)

    @property
    def about(self) -> str:
        """The one part of its one subject that was all of its trouble; else empty."""
        return self.spells[0].about if len(self.spells) == 1 else ""

    @property
    def led(self) -> Epoch | None:
        """Since when the first of it had been so when it was told; None: it had not been, or that is not known."""
        return min((one.led for one in self.spells if one.led is not None and one.led < self.began), default=None)


class Incident(msgspec.Struct, frozen=True):
    """`id` names it by its first subject and moment. `steps` in the order in which they began."""

    id: str
    steps: tuple[Step, ...]

    @property
    def began(self) -> Epoch:
        return self.steps[0].began

    @property
    def goes_on(self) -> bool:
        return any(one.goes_on for one in self.steps)

    @property
    def ended(self) -> Epoch | None:
        """When the last of it healed; None while it goes on, or where the end of a part is not on record."""
        ends = [one.ended for one in self.steps if one.ended is not None]
        return max(ends) if len(ends) == len(self.steps) else None

    @property
    def worst(self) -> State:
        return max((one.worst for one in self.steps), key=SEVERITY.__getitem__)

    @property
    def nodes(self) -> frozenset[str]:
        """The nodes of which an agent has a part in it."""
        return frozenset(spell.subject[1] for step in self.steps for spell in step.spells if spell.subject[0] == "Node")
