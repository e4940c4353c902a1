"""Rows of components: what is said of instances while nothing is heard of them."""

import pytest

from planes.assess.rows import instances_of
from planes.components.verdict_builder import Instance, Judged
from planes.structs.moments import Epoch
from planes.structs.rows import ComponentRow, InstanceRow
from planes.structs.verdicts import State, Verdict

POD = Instance(name="etcd-cp-1", host="cp-1", state=State.HEALTHY, version="3.6.0")
ROW = ComponentRow(
    kind="etcd",
    plane="control",
    state=State.HEALTHY,
    because="",
    since=Epoch(0.0),
    instances=(InstanceRow(name="etcd-cp-1", host="cp-1", leader=False, state=State.DEGRADED, because="Slow."),),
)


def judged(state: State, cause: str, *instances: Instance) -> Judged:
    return Judged(verdict=Verdict(state=state, because="because", cause=cause), instances=instances)


def test_no_instance_is_healthy_while_its_component_is_unknown() -> None:
    (shown,) = instances_of(judged(State.UNKNOWN, "unreachable", POD), None)
    assert (shown.state, shown.because, shown.version) == (State.UNKNOWN, "Last known: healthy.", "3.6.0")


@pytest.mark.parametrize(("state", "cause"), [(State.UNKNOWN, "ours-dns"), (State.DOWN, "unreachable-refused")])
def test_instances_that_are_no_longer_told_stay_as_last_known(state: State, cause: str) -> None:
    (shown,) = instances_of(judged(state, cause), ROW)
    assert (shown.state, shown.because) == (State.UNKNOWN, "Last known: degraded.")


def test_what_was_last_known_stays_the_same_from_look_to_look() -> None:
    (first,) = instances_of(judged(State.UNKNOWN, "unreachable", POD), None)
    row = InstanceRow(
        name=first.name, host=first.host, leader=first.leader, state=first.state, because=first.because, version=first.version
    )
    before = ComponentRow(kind="etcd", plane="control", state=State.UNKNOWN, because="", since=Epoch(0.0), instances=(row,))
    assert instances_of(judged(State.UNKNOWN, "unreachable"), before) == (first,)


def test_instances_that_are_gone_are_gone_when_the_cluster_answers() -> None:
    assert instances_of(judged(State.DOWN, "lease-gone"), ROW) == ()
    assert instances_of(judged(State.HEALTHY, ""), ROW) == ()


def test_a_healthy_component_shows_its_instances_as_they_are() -> None:
    assert instances_of(judged(State.HEALTHY, "", POD), ROW) == (POD,)
