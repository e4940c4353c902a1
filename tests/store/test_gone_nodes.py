"""A node that went is remembered: that it went, when that was noticed, what it was last, and its changes."""

import pytest

from planes.models import Cluster
from planes.store import gone_nodes, services
from planes.structs.history import Span
from planes.structs.moments import Epoch
from planes.structs.rows import ChangeRow, Frame
from planes.structs.verdicts import State
from tests.store.rows import NOW, full, node


def flush(cluster: Cluster, epoch: int, offset: int, frame: Frame) -> None:
    services.flush(cluster.pk, epoch, offset, frame)


def left(at: float, *, wholly: bool) -> Frame:
    """A frame by which node-2 is not there: a full one without it, or one that says so."""
    return full(("node-1", "node-3"), at=at) if wholly else Frame(at=Epoch(at), full=False, gone_nodes=["node-2"])


def about(name: str, at: float, before: str, after: str) -> ChangeRow:
    return ChangeRow("Node", name, "kubelet", State(before), State(after), "It went silent.", Epoch(at))


@pytest.mark.parametrize("wholly", [True, False])
def test_a_node_that_went_is_told_with_what_it_was_last_and_since_when(cluster: Cluster, epoch: int, wholly: bool) -> None:
    flush(cluster, epoch, 1, full(at=NOW))
    flush(cluster, epoch, 2, Frame(at=Epoch(NOW + 10), full=False, nodes={"node-2": node("node-2", "down")}))
    flush(cluster, epoch, 3, left(NOW + 60, wholly=wholly))
    found = gone_nodes.gone_node(cluster.slug, "node-2")
    assert found is not None
    assert (found.at, found.state, found.since) == (NOW + 60, State.DOWN, node("node-2", "down").since)


def test_a_node_that_is_there_is_not_gone_also_when_it_came_back(cluster: Cluster, epoch: int) -> None:
    flush(cluster, epoch, 1, full(at=NOW))
    flush(cluster, epoch, 2, left(NOW + 60, wholly=True))
    flush(cluster, epoch, 3, full(at=NOW + 90))
    assert gone_nodes.gone_node(cluster.slug, "node-2") is None
    flush(cluster, epoch, 4, left(NOW + 120, wholly=True))
    again = gone_nodes.gone_node(cluster.slug, "node-2")
    assert again is not None
    assert again.at == NOW + 120


def test_a_name_that_was_never_a_nodes_is_not_gone(cluster: Cluster, epoch: int) -> None:
    flush(cluster, epoch, 1, full(at=NOW))
    flush(cluster, epoch, 2, left(NOW + 60, wholly=True))
    assert gone_nodes.gone_node(cluster.slug, "node-9") is None
    assert gone_nodes.gone_node("no-such-cluster", "node-2") is None


def test_one_that_went_before_that_was_noted_is_known_by_its_changes(cluster: Cluster, epoch: int) -> None:
    flush(cluster, epoch, 1, Frame(at=Epoch(NOW), full=False, changes=[about("node-8", NOW, "healthy", "down")]))
    found = gone_nodes.gone_node(cluster.slug, "node-8")
    assert found is not None
    assert (found.at, found.state, len(found.changes)) == (None, None, 1)
    assert gone_nodes.histories(found, NOW - 60) == []


def test_its_history_ends_when_it_went_and_begins_with_the_first_change_that_is_remembered(cluster: Cluster, epoch: int) -> None:
    flush(cluster, epoch, 1, full(at=NOW))
    flush(cluster, epoch, 2, Frame(at=Epoch(NOW + 10), full=False, changes=[about("node-2", NOW + 10, "healthy", "down")]))
    flush(cluster, epoch, 3, left(NOW + 60, wholly=True))
    services.touch(cluster.pk, epoch, Epoch(NOW + 100), span=Span(Epoch(NOW), Epoch(NOW + 100)))
    found = gone_nodes.gone_node(cluster.slug, "node-2")
    assert found is not None
    (history,) = gone_nodes.histories(found, NOW - 60)
    assert history.spans == (Span(Epoch(NOW + 10), Epoch(NOW + 60)),)
    assert history.state == State.DOWN
