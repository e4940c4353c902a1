"""What an incident and each of its steps are, as told by the spells that they are made of."""

import pytest

from planes.structs.incidents import Incident, Spell, Step, Subject
from planes.structs.moments import Epoch
from planes.structs.verdicts import State

SCHEDULER: Subject = ("Component", "kube-scheduler", "")


def spell(
    began: float, ended: float | None = None, worst: State = State.DEGRADED, *, goes_on: bool = False, of: Subject = SCHEDULER
) -> Spell:
    return Spell(of, Epoch(began), None if ended is None else Epoch(ended), goes_on, worst, f"{worst.value} since {began:.0f}")


def step(*spells: Spell) -> Step:
    return Step(spells)


#: The spells of one step, when it ended, and whether it goes on.
ENDS = [
    ((spell(10, 40),), 40.0, False),
    ((spell(10, 40), spell(11, 60), spell(12, 50)), 60.0, False),
    ((spell(10, 40), spell(11, goes_on=True)), None, True),
    ((spell(10, goes_on=True), spell(11, goes_on=True)), None, True),
    ((spell(10, 40), spell(11)), None, False),  # no end is on record, and it does not go on
]


@pytest.mark.parametrize(("spells", "ended", "goes_on"), ENDS)
def test_a_step_began_with_its_first_spell_and_ended_with_its_last(
    spells: tuple[Spell, ...], ended: float | None, goes_on: bool
) -> None:
    assert (step(*spells).began, step(*spells).ended, step(*spells).goes_on) == (10.0, ended, goes_on)


@pytest.mark.parametrize(("spells", "ended", "goes_on"), ENDS)
def test_an_incident_began_with_its_first_step_and_ended_with_its_last(
    spells: tuple[Spell, ...], ended: float | None, goes_on: bool
) -> None:
    made = Incident("i", tuple(step(one) for one in spells))
    assert (made.began, made.ended, made.goes_on) == (10.0, ended, goes_on)


@pytest.mark.parametrize(
    ("states", "worst", "because"),
    [
        ((State.DEGRADED,), State.DEGRADED, "degraded since 0"),
        ((State.DEGRADED, State.DOWN), State.DOWN, "down since 1"),
        ((State.DOWN, State.UNKNOWN), State.DOWN, "down since 0"),
        ((State.UNKNOWN, State.DEGRADED, State.DEGRADED), State.DEGRADED, "degraded since 1"),  # the first of the worst
    ],
)
def test_the_worst_of_a_step_counts_and_what_was_said_of_the_first_that_was_so(
    states: tuple[State, ...], worst: State, because: str
) -> None:
    spells = [spell(at, worst=state) for at, state in enumerate(states)]
    assert (step(*spells).worst, step(*spells).because) == (worst, because)
    assert Incident("i", tuple(step(one) for one in spells)).worst is worst


def test_an_incident_names_the_nodes_of_which_an_agent_has_a_part_in_it() -> None:
    first = step(spell(10, of=("Node", "a", "kubelet")), spell(10, of=("Node", "b", "kubelet")))
    other = step(spell(12), spell(12, of=("Node", "a", "kube-proxy")))
    assert Incident("i", (first, other)).nodes == {"a", "b"}
    assert Incident("i", (step(spell(12)),)).nodes == frozenset()
