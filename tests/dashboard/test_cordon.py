"""Since when a node is cordoned: by the cluster's record, by the change that was seen, or between two moments."""

import msgspec
import pytest

from dashboard.presenters.cordon import TAINT, Cordon, cordon_of
from planes.structs.history import Span
from planes.structs.moments import Epoch
from planes.structs.rows import ChangeRow, TaintRow
from planes.structs.verdicts import State
from tests.dashboard.rows import node


def change(at: float, after: State, agent: str = "") -> ChangeRow:
    return ChangeRow("Node", "node-1", agent, State.HEALTHY, after, "", Epoch(at))


CORDONED = [change(900.0, State.HEALTHY, "kubelet"), change(700.0, State.CORDONED), change(100.0, State.CORDONED)]


@pytest.mark.parametrize(
    ("taint", "changes", "spans", "told"),
    [
        (690.0, CORDONED, [(0, 1000)], Cordon(690.0, record=True)),
        (None, CORDONED, [(0, 1000)], Cordon(700.0)),
        (None, CORDONED, [(0, 200), (671, 1000)], Cordon(700.0, after=200.0)),
        (None, CORDONED, [(0, 200), (670, 1000)], Cordon(700.0)),
        (None, CORDONED, [(690, 1000)], Cordon(700.0)),  # nothing is known of the time before
        (None, CORDONED, [], Cordon(700.0)),
        (None, CORDONED[:1], [(0, 1000)], Cordon()),
    ],
)
def test_a_cordon_is_dated_by_the_best_that_is_known(
    taint: float | None, changes: list[ChangeRow], spans: list[tuple[int, int]], told: Cordon
) -> None:
    since = None if taint is None else Epoch(taint)
    row = msgspec.structs.replace(node("node-1"), cordoned=True, taints=(TaintRow(TAINT, "NoSchedule", since=since),))
    assert cordon_of(row, changes, [Span(Epoch(first), Epoch(last)) for first, last in spans]) == told


def test_a_node_that_is_not_cordoned_has_none_whatever_it_was() -> None:
    assert cordon_of(node("node-1"), CORDONED, []) is None
