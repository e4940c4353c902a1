"""States, and what becomes of one that we do not know."""

import msgspec
import pytest

from planes.structs.rows import PlaneRow
from planes.structs.verdicts import PASSING, SEVERITY, State


@pytest.mark.parametrize("stored", ["mending", "", "HEALTHY", "healthy "])
def test_a_state_that_a_newer_version_stored_is_unknown_and_never_healthy(stored: str) -> None:
    row = msgspec.json.decode(msgspec.json.encode({"state": stored, "because": "", "since": 1.0}), type=PlaneRow)
    assert row.state is State.UNKNOWN


def test_states_are_read_and_written_by_their_value() -> None:
    for state in State:
        text = msgspec.json.encode({"state": state, "because": "", "since": 1.0})
        assert msgspec.json.decode(text, type=PlaneRow).state is state
        assert f'"{state.value}"' in text.decode()


def test_bad_outweighs_unknown_and_unknown_outweighs_good() -> None:
    order = sorted(State, key=SEVERITY.__getitem__)
    expected = [State.NOT_OBSERVABLE, State.HEALTHY, State.CORDONED, State.JOINING, State.LEAVING]
    assert order == [*expected, State.UNKNOWN, State.DEGRADED, State.DOWN]


def test_a_node_comes_and_goes_for_a_while() -> None:
    assert {State.JOINING, State.LEAVING} == PASSING
