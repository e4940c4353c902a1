"""A node that is taken out on purpose: told once as the node's own change, at once, and never as an illness."""

import msgspec

from planes.structs.events import Changed
from planes.structs.feeds import Feed
from planes.structs.objects import Node
from tests.assess.test_assessor import Cluster, changes, node


def cordoned(name: str, unschedulable: bool) -> Node:
    made = node(name)
    assert isinstance(made, Node)
    return msgspec.structs.replace(made, spec=msgspec.structs.replace(made.spec, unschedulable=unschedulable))


def test_a_cordon_and_its_end_are_changes_of_the_node_itself_and_of_nothing_else() -> None:
    cluster = Cluster()
    cluster.begin()
    cluster.run(12)
    cluster.apply(Changed(Feed.NODES, cordoned("node-1", True), cluster.now))
    assert changes(cluster.run(1)) == [("node-1", "", "healthy", "cordoned")]
    assert changes(cluster.run(20)) == []
    assert cluster.kubelet("node-1") == ("healthy", "")
    rows = [frame.nodes["node-1"] for frame in cluster.frames if "node-1" in frame.nodes]
    assert rows[-1].because == "Cordoned on purpose: no new pods are placed here."
    assert not any(frame.attention for frame in cluster.frames)
    cluster.apply(Changed(Feed.NODES, cordoned("node-1", False), cluster.now))
    assert changes(cluster.run(1)) == [("node-1", "", "cordoned", "healthy")]


def test_a_node_that_is_cordoned_at_first_sight_is_no_change() -> None:
    cluster = Cluster()
    cluster.begin()
    cluster.apply(Changed(Feed.NODES, cordoned("node-1", True), cluster.now))
    assert changes(cluster.run(20)) == []
