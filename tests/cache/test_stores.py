"""Which store takes what, and what is dirty then."""

from collections.abc import Sequence

import pytest

from planes.cache.stores import Dirty, Intake
from planes.components.pod_kinds import new_cache
from planes.structs.events import Changed, Gone, Graced, Heard, Listed, Paused, Tidied, Usage
from planes.structs.feeds import FEEDS, Feed
from planes.structs.moments import Mono
from planes.structs.objects import AnnotatedMeta, Item, LabelledMeta, Lease, LeaseSpec, Meta, Node, NodeLease

STAMP = "2026-11-22T12:00:{:02d}.000000Z"


def node(name: str, uid: str = "u") -> Node:
    return Node(LabelledMeta(name, uid=uid))


def lease(name: str, second: int, holder: str = "") -> NodeLease:
    return NodeLease(AnnotatedMeta(name, uid=name), LeaseSpec(holder or name, 40, STAMP.format(second), 0))


def test_every_feed_that_is_listed_goes_into_a_store_of_its_struct() -> None:
    takes = {feed: intake.kind for feed, intake in new_cache()._intakes.items()}
    assert takes == {feed: one.struct for feed, one in FEEDS.items() if feed is not Feed.NODE_METRICS}


def test_an_item_of_another_kind_is_a_defect() -> None:
    class Nodes:
        def listed(self, items: Sequence[Node], at: Mono) -> None: ...
        def changed(self, item: Node, at: Mono) -> None: ...
        def gone(self, item: Node, at: Mono) -> None: ...

    intake, stranger = Intake(Node, Nodes()), Item(Meta("x"))
    for tell in (intake.changed, intake.gone):
        with pytest.raises(TypeError, match="Item where Node is told"):
            tell(stranger, Mono(1.0))
    with pytest.raises(TypeError, match="holds something else"):
        intake.listed([node("a"), stranger], Mono(1.0))


def test_what_is_taken_is_dirty_no_more() -> None:
    cache = new_cache()
    cache.apply(Listed(Feed.NODES, [node("a"), node("b")], "1", Mono(1.0)))
    cache.apply(Usage(Mono(1.0), {"a": (1.0, 2.0)}))
    taken = cache.take_dirty()
    assert (taken.nodes, taken.usage, taken.pods, taken.renewed) == ({"a", "b"}, {"a"}, set(), set())
    again = cache.take_dirty()
    assert [again.nodes, again.usage, again.pods, again.renewed] == [set()] * 4


def test_a_renewal_is_noted_and_a_change_of_holder_is_dirty() -> None:
    cache = new_cache()
    cache.apply(Listed(Feed.NODE_LEASES, [lease("a", 0), lease("b", 0)], "1", Mono(1.0)))
    assert cache.take_dirty().nodes == {"a", "b"}
    cache.apply(Changed(Feed.NODE_LEASES, lease("a", 10), Mono(8.0)))
    cache.apply(Changed(Feed.NODE_LEASES, lease("b", 10, "other"), Mono(8.0)))
    taken = cache.take_dirty()
    assert (taken.nodes, taken.renewed) == ({"b"}, {"a"})
    cache.apply(Gone(Feed.NODE_LEASES, lease("a", 10), Mono(9.0)))
    assert cache.take_dirty().nodes == {"a"}


def test_a_list_notes_every_lease_that_it_holds() -> None:
    cache = new_cache()
    cache.apply(Listed(Feed.NODE_LEASES, [lease("a", 0), lease("b", 0)], "1", Mono(1.0)))
    cache.take_dirty()
    cache.apply(Listed(Feed.NODE_LEASES, [lease("a", 0)], "2", Mono(2.0)))
    taken = cache.take_dirty()
    assert (taken.nodes, taken.renewed) == ({"b"}, {"a"})


def test_a_pause_notes_every_lease_and_grace_makes_the_silent_ones_dirty() -> None:
    cache = new_cache()
    cache.apply(Listed(Feed.NODE_LEASES, [lease("a", 0), lease("b", 0)], "1", Mono(1.0)))
    cache.take_dirty()
    cache.apply(Paused(60.0, Mono(70.0)))
    taken = cache.take_dirty()
    assert (taken.nodes, taken.renewed) == (set(), {"a", "b"})
    for moment in (77.0, 84.0, 91.0):
        cache.apply(Heard(Feed.NODE_LEASES, Mono(moment)))
    cache.apply(Changed(Feed.NODE_LEASES, lease("a", 10), Mono(99.0)))
    cache.apply(Graced((Feed.NODE_LEASES,), Mono(100.0)))
    assert cache.take_dirty().nodes == {"b"}
    assert (cache.node_leases.tracks["a"].in_grace, cache.node_leases.tracks["b"].in_grace) == (False, True)


def test_what_was_deleted_is_forgotten_by_an_event() -> None:
    cache = new_cache()
    system = Lease(LabelledMeta("x", uid="x"), LeaseSpec("h", 15, STAMP.format(0), 0))
    cache.apply(Listed(Feed.SYSTEM_LEASES, [system], "1", Mono(1.0)))
    cache.apply(Gone(Feed.SYSTEM_LEASES, system, Mono(2.0)))
    cache.apply(Tidied(Mono(2.0), Mono(60.0)))
    assert "x" in cache.system_leases.tracks
    cache.apply(Tidied(Mono(2.5), Mono(60.0)))
    assert "x" not in cache.system_leases.tracks


def test_a_node_that_is_replaced_takes_nothing_along() -> None:
    cache = new_cache()
    cache.apply(Changed(Feed.NODES, node("a", "1"), Mono(1.0)))
    cache.apply(Changed(Feed.NODES, node("a", "2"), Mono(2.0)))
    version = cache.nodes_version
    cache.apply(Gone(Feed.NODES, node("a", "1"), Mono(3.0)))
    assert "a" in cache.nodes
    assert cache.nodes_version == version == 2
    cache.apply(Listed(Feed.NODES, [], "9", Mono(4.0)))
    assert not cache.nodes


def test_dirty_is_taken_whole() -> None:
    dirty = Dirty()
    dirty.pods.add("a")
    taken = dirty.take()
    dirty.pods.add("b")
    assert (taken.pods, dirty.pods) == ({"a"}, {"b"})
