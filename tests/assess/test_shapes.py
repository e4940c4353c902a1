"""What judging makes: nothing of it can be changed on the way, and what was not told is nothing."""

from planes import assess
from planes.assess import attention, node_states, past
from planes.assess.baseline import Baseline
from tests.shapes import all_structs, said, thawed


def test_what_is_made_of_judging_cannot_be_changed_but_for_what_is_remembered_until_it_is_stored() -> None:
    assert thawed(all_structs(assess)) == {Baseline.__name__}


def test_what_was_not_told_is_nothing_unless_another_thing_is_usual() -> None:
    made = [attention.Entry, attention.Trouble, node_states.AgentChange, past.Stood]
    assert said([*all_structs(assess), *made]) == {"Entry.count": 1, "Fact.known": True, "Met.count": 1}
