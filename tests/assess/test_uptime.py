"""Uptime counts each state apart, and what nobody watched in none."""

import pytest

from planes.assess.uptime import Uptime, cluster, uptime
from planes.structs.history import Stretch
from planes.structs.moments import Epoch
from planes.structs.verdicts import State


def stretches(*parts: tuple[float, State | None]) -> tuple[Stretch, ...]:
    """Each of so many seconds, one after the other."""
    made, at = [], 0.0
    for seconds, state in parts:
        made.append(Stretch(Epoch(at), Epoch(at + seconds), state))
        at += seconds
    return tuple(made)


@pytest.mark.parametrize(
    ("state", "field"),
    [
        (State.HEALTHY, "healthy"),
        (State.DEGRADED, "degraded"),
        (State.DOWN, "down"),
        (State.UNKNOWN, "unknown"),
        (State.CORDONED, "maintenance"),
        (State.LEAVING, "maintenance"),
        (State.JOINING, "maintenance"),
        (State.NOT_OBSERVABLE, "hidden"),
        (None, "unwatched"),
    ],
)
def test_every_state_is_counted_in_one_place(state: State | None, field: str) -> None:
    told = uptime(stretches((7.0, state)))
    assert {name: value for name in Uptime.__struct_fields__ if (value := getattr(told, name))} == {field: 7.0}


def test_ratios_are_of_what_was_watched_and_say_how_much_that_was() -> None:
    told = uptime(stretches((60.0, State.HEALTHY), (20.0, None), (15.0, State.DOWN), (5.0, State.UNKNOWN), (100.0, None)))
    assert told.watched == 80.0
    assert told.of(told.healthy) == 0.75
    assert told.of(told.unknown) == 0.0625
    assert told.observed == 0.4


def test_each_state_is_part_of_what_was_watched() -> None:
    told = uptime(stretches(*((2.0**place, state) for place, state in enumerate((*State, None)))))
    assert (told.watched, told.unwatched) == (255.0, 256.0)


def test_half_a_second_is_time_enough_for_a_ratio() -> None:
    told = uptime(stretches((0.5, State.DOWN)))
    assert (told.of(told.down), told.observed) == (1.0, 1.0)


def test_what_nobody_watched_has_no_ratio() -> None:
    told = uptime(stretches((100.0, None)))
    assert (told.of(told.healthy), told.observed) == (None, 0.0)
    assert uptime(()).observed is None


def test_a_cluster_is_as_the_worse_of_its_planes_at_each_moment() -> None:
    control = stretches((10.0, State.HEALTHY), (10.0, State.DEGRADED), (10.0, State.HEALTHY), (10.0, None))
    data = stretches((5.0, State.UNKNOWN), (10.0, State.HEALTHY), (5.0, State.DOWN), (20.0, None))
    assert cluster(control, data) == stretches(
        (5.0, State.UNKNOWN), (5.0, State.HEALTHY), (5.0, State.DEGRADED), (5.0, State.DOWN), (10.0, State.HEALTHY), (10.0, None)
    )
