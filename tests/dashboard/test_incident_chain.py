"""The drawing of an incident's chain: where bars, arrows, marks and words stand on its axis."""

from itertools import pairwise

import pytest

from dashboard.presenters.incident_chain import MOST_LED, Chain, began_of, chain
from planes.structs.incidents import Incident, Link, Spell, Step, Tie
from planes.structs.moments import Epoch
from planes.structs.verdicts import State

DEGRADED, DOWN = State.DEGRADED, State.DOWN
BEGAN, ENDED = 1_000.0, 2_000.0


def spell(
    name: str, began: float, ended: float | None, state: State = DEGRADED, *, goes_on: bool = False, led: float | None = None
) -> Spell:
    kind, _, agent = name.partition("/")
    subject = ("Node", kind, agent) if agent else ("Component", name, "")
    until = None if ended is None else Epoch(ended)
    return Spell(
        subject, Epoch(began), until, goes_on, state, "x", ((Epoch(began), state),), led=None if led is None else Epoch(led)
    )


def after(to: int, *spells: Spell) -> Step:
    return Step(spells, Link(to, Tie.NEEDS, "It cannot work without it.", 1.0))


WHOLE = Incident(
    "x",
    (
        Step((spell("etcd", 1_100, 1_900),)),
        after(0, spell("node-1/kubelet", 1_200, 1_300)),
        after(0, spell("kube-apiserver", 1_300, 1_400, DOWN)),
        after(2, spell("kube-scheduler", 1_850, None)),
    ),
)


def drawn(one: Incident = WHOLE, now: float = ENDED) -> Chain:
    return chain(one, BEGAN, ENDED, now)


def em(text: str) -> float:
    return float(text.removesuffix("em"))


def test_each_plane_has_its_rows_the_control_plane_above_the_horizon() -> None:
    made = drawn()
    assert [row.step.what for row in made.control] == ["etcd", "kube-apiserver", "kube-scheduler"]
    assert [row.step.what for row in made.data] == ["kubelet of node-1"]
    assert all(em(row.middle) < em(made.horizon) for row in made.control)
    assert all(em(made.horizon) < em(row.middle) < em(made.height) for row in made.data)
    assert all(em(two.middle) - em(one.middle) == 2.5 for one, two in pairwise(made.control))


def test_of_one_plane_alone_nothing_else_is_drawn() -> None:
    made = drawn(Incident("x", (Step((spell("node-1/kubelet", 1_100, 1_200),)),)))
    assert (made.control, made.horizon, len(made.data)) == ((), "0.00em", 1)
    made = drawn(Incident("x", (Step((spell("etcd", 1_100, 1_200),)),)))
    assert (made.data, made.height) == ((), made.horizon)


def test_an_arrow_leads_from_the_bar_on_which_a_step_depends_to_its_own_and_carries_its_number() -> None:
    made = drawn()
    rows = {row.step.number: row for row in (*made.control, *made.data)}
    assert [(one.number, one.x, one.to_x) for one in made.arrows] == [
        (1, "10.000%", "20.000%"), (2, "10.000%", "30.000%"), (3, "30.000%", "85.000%"),
    ]  # fmt: skip
    for one, of in zip(made.arrows, (0, 0, 2), strict=True):
        assert one.to_y == rows[one.number].middle
        assert em(one.y) == em(rows[of].middle) + 0.625  # the lower edge of its bar: all lead downwards here
        assert em(one.y) < em(one.badge_y) < em(one.to_y)


def test_an_arrow_that_leads_from_the_data_plane_leads_upwards() -> None:
    one = Incident("x", (Step((spell("node-1/kubelet", 1_100, 1_200),)), after(0, spell("dns", 1_150, 1_200))))
    made = drawn(one)
    (arrow,) = made.arrows
    assert em(arrow.to_y) < em(arrow.badge_y) < em(arrow.y) < em(made.data[0].middle)


def test_words_stand_in_a_long_bar_behind_a_short_one_and_before_one_near_the_end() -> None:
    etcd, apiserver, scheduler, kubelet = (*drawn().control, *drawn().data)
    assert (etcd.within, etcd.said_x, etcd.anchor, etcd.said) == (True, "10.000%", "start", "degraded for 13 min")
    assert (kubelet.within, kubelet.said_x, kubelet.anchor) == (False, "30.000%", "start")
    assert (apiserver.said, apiserver.said_x) == ("down for 1 min 40 s", "40.000%")
    assert (scheduler.said_x, scheduler.anchor, scheduler.said) == ("85.000%", "end", "degraded; its end is not on record")


def test_of_several_states_the_worst_is_told_and_how_long_all_took() -> None:
    one = Spell(
        ("Component", "etcd", ""), Epoch(1_100), Epoch(1_132), False, DOWN, "x", ((Epoch(1_100), DEGRADED), (Epoch(1_110), DOWN))
    )
    assert drawn(Incident("x", (Step((one,)),))).control[0].said == "down at worst, 32 s in all"


def test_what_goes_on_ends_at_the_present() -> None:
    one = Incident("x", (Step((spell("etcd", 1_100, None, goes_on=True),)),))
    (row,) = drawn(one).control
    assert row.said == "degraded for 15 min so far"
    assert row.step.blocks[-1].width == "90.000%"


def test_the_axis_has_room_for_what_was_so_before_it_was_told_but_not_for_a_day_of_it() -> None:
    one = Incident("x", (Step((spell("etcd", 1_100, 1_900, led=1_100 - 180),)),))
    began = began_of(one, BEGAN, ENDED)
    assert 880 < began < 1_100 - 180
    (row,) = chain(one, began, ENDED, ENDED).control
    assert row.lead is not None
    assert float(row.lead.x[:-1]) > 0
    long = Incident("x", (Step((spell("etcd", 1_100, 1_900, led=1_100 - 2 * 86_400),)),))
    began = began_of(long, BEGAN, ENDED)
    assert (ENDED - BEGAN) / (ENDED - began) == pytest.approx(1 - MOST_LED)
    assert drawn(long).control[0].lead is not None
    assert began_of(WHOLE, BEGAN, ENDED) == BEGAN


@pytest.mark.parametrize(
    ("whole", "step"), [(30.0, 5), (70.0, 10), (240.0, 30), (1_000.0, 300), (7_200.0, 900), (86_400.0 * 40, 604_800)]
)
def test_marks_are_round_moments_and_not_too_many(whole: float, step: int) -> None:
    made = chain(WHOLE, BEGAN, BEGAN + whole, ENDED).marks
    assert 1 <= len(made) <= 8
    assert all(mark.at % step == 0 for mark in made)
    assert all(two.at - one.at == step for one, two in pairwise(made))
