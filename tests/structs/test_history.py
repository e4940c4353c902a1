"""How long a subject was in which state: shares are of the time that was watched."""

import pytest

from planes.structs.history import Shares, Stretch
from planes.structs.moments import Epoch
from planes.structs.verdicts import State


def test_a_stretch_lasts_from_its_beginning_to_its_end() -> None:
    assert Stretch(Epoch(100.0), Epoch(130.0), State.DOWN).seconds == 30.0


def test_a_state_has_its_share_of_what_was_watched_and_what_was_not_is_part_of_none() -> None:
    shares = Shares({State.HEALTHY: 90.0, State.DOWN: 30.0}, 40.0)
    assert (shares.watched, shares.whole, shares.observed) == (120.0, 160.0, 0.75)
    assert (shares.of(State.HEALTHY), shares.of(State.DOWN), shares.of(State.UNKNOWN)) == (0.75, 0.25, 0.0)


@pytest.mark.parametrize(("unwatched", "observed"), [(40.0, 0.0), (0.0, None)])
def test_where_nothing_was_watched_there_is_no_share(unwatched: float, observed: float | None) -> None:
    shares = Shares({}, unwatched)
    assert (shares.of(State.HEALTHY), shares.observed) == (None, observed)


def test_half_a_second_is_time_enough_for_a_share() -> None:
    shares = Shares({State.DOWN: 0.5}, 0.0)
    assert (shares.of(State.DOWN), shares.observed) == (1.0, 1.0)
