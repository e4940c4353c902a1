"""Incidents from the changes that are on record. Pure.

A spell is the time in which a subject was degraded, down or unknown. Spells of one cause and moment are one step, as the list of
changes ties them. A step belongs to an earlier one when both are near in time *and* a dependency between them is known
(planes.assess.dependencies); near in time alone is no reason. Where nothing that was degraded or down had a part, nothing was
observed to be wrong, and there is no incident.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec

from planes.assess.dependencies import Traits, link_of, traits
from planes.components.registry import AGENT_KINDS
from planes.structs.incidents import Incident, Link, Spell, Step, Subject, Tie
from planes.structs.moments import Epoch
from planes.structs.rows import ChangeRow
from planes.structs.verdicts import SEVERITY, State

#: States that are somebody's trouble, or hide whether there is any.
BAD = frozenset({State.DEGRADED, State.DOWN, State.UNKNOWN})
#: Seconds after a step has healed in which another may still follow from it: a lease of 40 s, and the window of a rule.
FOLLOWS = 60.0
#: Seconds by which two steps may differ and still count as together, whichever was told first: rules have windows of their own, and
#: changes of one cause are tied together within as much.
TOGETHER = 60.0
#: Earlier steps of nodes that each one is compared with: the newest.
COMPARED = 50
_PREFERRED = (Tie.NEEDS, Tie.AFTER, Tie.TOGETHER)


@dataclass(slots=True)
class _Open:
    """A spell that has not ended yet, and the group of the change that began it."""

    began: Epoch
    worst: State
    because: str
    group: str
    turns: list[tuple[Epoch, State]]
    about: str
    led: Epoch | None

    def spell(self, subject: Subject, ended: Epoch | None, *, goes_on: bool) -> Spell:
        turns = tuple(self.turns)
        return Spell(subject, self.began, ended, goes_on, self.worst, self.because, turns, self.about, self.led)


@dataclass(slots=True)
class _Tree:
    """Steps that hang together."""

    steps: list[Step] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Earlier:
    """A step, its place among all, and until when another may follow from it."""

    place: int
    began: float
    until: float
    traits: Traits


class _Near:
    """The steps from which the next may follow. Of those of nodes the newest: there may be thousands, of components a few."""

    def __init__(self) -> None:
        self._of_components: list[_Earlier] = []
        self._of_nodes: list[_Earlier] = []

    def add(self, one: _Earlier) -> None:
        (self._of_nodes if one.traits.nodes else self._of_components).append(one)

    def link(self, began: float, own: Traits) -> Link | None:
        """The strongest link of a step to an earlier one, of equals the nearest in time; `to` is its place among all."""
        self._of_components = [one for one in self._of_components if began <= one.until]
        self._of_nodes = [one for one in self._of_nodes if began <= one.until][-COMPARED:]
        best: Link | None = None
        for one in sorted((*self._of_components, *self._of_nodes), key=lambda one: one.place, reverse=True):
            known = link_of(own, one.traits, together=began - one.began <= TOGETHER)
            if known is not None and (best is None or _PREFERRED.index(known[0]) < _PREFERRED.index(best.tie)):
                best = Link(one.place, known[0], known[1], began - one.began)
                if best.tie is _PREFERRED[0]:
                    break
        return best


def incidents(changes: Iterable[ChangeRow], states: Mapping[Subject, State], zones: Mapping[str, str]) -> list[Incident]:
    """`changes` of one cluster, oldest first; `states` of every subject that is there now; `zones` of nodes by name. The newest
    incident comes first. What was bad already when the record begins has no beginning in it, and is left out."""
    steps = sorted(_steps(_spells(changes, states)), key=lambda one: (one.began, one.spells[0].subject))
    trees: list[_Tree] = []
    placed: list[tuple[_Tree, int]] = []  # of each step its tree, and its place within
    near = _Near()
    for at, step in enumerate(steps):
        own = traits(step, zones)
        found = near.link(step.began, own)
        if found is None:
            tree = _Tree([step])
            trees.append(tree)
        else:
            tree, to = placed[found.to]
            tree.steps.append(msgspec.structs.replace(step, link=msgspec.structs.replace(found, to=to)))
        placed.append((tree, len(tree.steps) - 1))
        near.add(_Earlier(at, step.began, _until(step), own))
    made = [Incident(name_of(tree.steps[0]), tuple(tree.steps)) for tree in trees]
    return sorted((one for one in made if one.worst is not State.UNKNOWN), key=lambda one: (one.began, one.id), reverse=True)


def _until(step: Step) -> float:
    """Until when another may follow from it: for as long as it goes on, and a moment longer. Of a spell whose end is not on record
    only its beginning counts."""
    if step.goes_on:
        return float("inf")
    return max(one.began if one.ended is None else one.ended for one in step.spells) + FOLLOWS


def _spells(changes: Iterable[ChangeRow], states: Mapping[Subject, State]) -> Iterable[tuple[Spell, str]]:
    """Each with the group of the change that began it, in no order."""
    open_: dict[Subject, _Open] = {}
    for row in changes:
        subject = (row.subject_kind, row.subject, row.agent)
        if row.subject_kind == "Component" and row.subject in AGENT_KINDS:
            continue  # the sum of what is told of each node
        going = open_.get(subject)
        if row.after not in BAD:
            if going is not None:
                yield going.spell(subject, row.at, goes_on=False), going.group
                del open_[subject]
        elif going is not None:
            going.turns.append((row.at, row.after))
            if SEVERITY[row.after] > SEVERITY[going.worst]:
                going.worst, going.because, going.led = row.after, row.because, row.led
            if row.about != going.about:
                going.about = ""  # more than that one part was wrong, or another
        elif row.before not in BAD:
            open_[subject] = _Open(row.at, row.after, row.because, row.group, [(row.at, row.after)], row.about, row.led)
    for subject, going in open_.items():
        # Of a cluster no state is kept by this name: what is told of all nodes goes on until it is told to be over.
        goes_on = subject[0] == "Cluster" or states.get(subject) in BAD
        yield going.spell(subject, None, goes_on=goes_on), going.group


def _steps(spells: Iterable[tuple[Spell, str]]) -> Iterable[Step]:
    grouped: dict[str, list[Spell]] = {}
    for spell, group in spells:
        if group:
            grouped.setdefault(group, []).append(spell)
        else:
            yield Step((spell,))
    for together in grouped.values():
        yield Step(tuple(sorted(together, key=lambda one: (one.began, one.subject))))


def name_of(first: Step) -> str:
    """20261124T134012Z-etcd, 20261124T140208Z-node-057.kubelet: of an incident, by its first step."""
    kind, subject, agent = first.spells[0].subject
    who = "nodes" if kind == "Cluster" else f"{subject}.{agent}" if agent else subject
    return f"{datetime.fromtimestamp(first.began, UTC):%Y%m%dT%H%M%SZ}-{who}"
