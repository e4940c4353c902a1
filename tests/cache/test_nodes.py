"""Nodes and what Kubernetes reports about them: conditions and since when, flips of Ready, the newest Events."""

from collections.abc import Sequence

import pytest

from planes.cache.node_events import NodeEventStore
from planes.cache.nodes import NodeStore, NodeTrack
from planes.cache.stores import Dirty
from planes.structs.moments import Epoch, Mono
from planes.structs.objects import Condition, Event, LabelledMeta, Meta, Node, NodeSpec, NodeStatus, ObjectRef
from planes.structs.observations import ConditionSeen
from planes.structs.rows import EventRow

NOON = 1795348800.0  # 2026-11-22T12:00:00Z


def node(
    ready: str = "True",
    message: str = "",
    reason: str = "",
    *,
    name: str = "n",
    uid: str = "u",
    cordoned: bool = False,
    labels: dict[str, str] | None = None,
    annotations: dict[str, str] | None = None,
    version: str = "1",
    more: Sequence[Condition] = (),
) -> Node:
    meta = LabelledMeta(name, uid=uid, resourceVersion=version, labels=labels or {}, annotations=annotations or {})
    return Node(meta, NodeSpec(cordoned), NodeStatus([Condition("Ready", ready, reason, message), *more]))


def store() -> tuple[NodeStore, Dirty, list[str]]:
    dirty, left = Dirty(), list[str]()
    return NodeStore(dirty, left.append), dirty, left


def test_a_condition_is_as_it_is_since_its_status_turned_whatever_is_said_with_it() -> None:
    track = NodeTrack(node(), Mono(1.0))
    assert track.conditions == {"Ready": ConditionSeen(status="True", reason="", message="", since=Mono(1.0))}
    for at, seen, expected in (
        (2.0, node(message="well"), ConditionSeen(status="True", reason="", message="well", since=Mono(1.0))),
        (2.5, node(message="well", reason="Odd"), ConditionSeen(status="True", reason="Odd", message="well", since=Mono(1.0))),
        (3.0, node(reason="Odd"), ConditionSeen(status="True", reason="Odd", message="", since=Mono(1.0))),
        (4.0, node("False", reason="Odd"), ConditionSeen(status="False", reason="Odd", message="", since=Mono(4.0))),
        (5.0, node("Unknown"), ConditionSeen(status="Unknown", reason="", message="", since=Mono(5.0))),
    ):
        assert track.change(seen, Mono(at))
        assert (track.conditions["Ready"], track.seen_at, track.added_at) == (expected, at, 1.0)


def test_a_condition_that_is_told_no_more_is_gone_and_a_new_one_begins() -> None:
    track = NodeTrack(node(more=[Condition("DiskPressure", "False")]), Mono(1.0))
    track.change(node(more=[Condition("PIDPressure", "False")]), Mono(2.0))
    assert {kind: one.since for kind, one in track.conditions.items()} == {"Ready": 1.0, "PIDPressure": 2.0}


def test_only_ready_flips_and_the_newest_sixteen_are_remembered() -> None:
    track = NodeTrack(Node(LabelledMeta("n", uid="u")), Mono(0.0))
    track.change(node(), Mono(1.0))
    assert track.flips == (), "the first word on it is no flip"
    track.change(node(more=[Condition("DiskPressure", "False")]), Mono(2.0))
    track.change(node(more=[Condition("DiskPressure", "True")]), Mono(3.0))
    assert track.flips == ()
    for at in range(4, 24):
        track.change(node("False" if at % 2 == 0 else "True"), Mono(float(at)))
    assert track.flips == tuple(float(at) for at in range(8, 24))


@pytest.mark.parametrize(
    ("after", "news"),
    [
        (node(version="2"), False),  # its heartbeat, every 5 min: nothing is alarmed about
        (node("False"), True),
        (node(cordoned=True), True),
        (node(labels={"zone": "b"}), True),
        (node(annotations={"a": "b"}), True),
    ],
)
def test_a_node_is_dirty_when_what_is_shown_or_judged_changed(after: Node, news: bool) -> None:
    nodes, dirty, _ = store()
    nodes.changed(node(), Mono(1.0))
    assert dirty.take().nodes == {"n"}
    nodes.changed(after, Mono(2.0))
    assert (dirty.take().nodes, nodes.tracks["n"].seen_at) == ({"n"} if news else set(), 2.0)
    assert nodes.version == 1


def written(second: int | None, ready: str = "True") -> Node:
    """A node that wrote its status at this second of 12:00."""
    stamp = None if second is None else f"2026-11-22T12:00:{second:02d}Z"
    said = Condition("Ready", ready, lastTransitionTime="2026-11-22T11:00:00Z", lastHeartbeatTime=stamp)
    return Node(LabelledMeta("n", uid="u"), NodeSpec(), NodeStatus([said]))


def test_a_node_beats_when_it_is_seen_to_write_its_status() -> None:
    nodes, dirty, _ = store()
    for at, second, told, beat, beat_at in (
        (1.0, 10, ({"n"}, set()), 10.0, None),  # that was before we looked
        (2.0, 10, (set(), set()), 10.0, None),
        (3.0, 20, (set(), {"n"}), 20.0, 3.0),
        (4.0, None, (set(), set()), 20.0, 3.0),
        (5.0, 20, (set(), set()), 20.0, 3.0),
        (6.0, 15, (set(), {"n"}), 15.0, 6.0),  # its clock was set back
    ):
        nodes.changed(written(second), Mono(at))
        taken, track = dirty.take(), nodes.tracks["n"]
        assert ((taken.nodes, taken.renewed), track.beat, track.beat_at) == (told, NOON + beat, beat_at)
    nodes.changed(written(30, "False"), Mono(7.0))
    taken = dirty.take()
    assert (taken.nodes, taken.renewed, nodes.tracks["n"].beat_at) == ({"n"}, set(), 7.0)


def test_a_condition_says_itself_since_when_it_is_so() -> None:
    assert NodeTrack(written(10), Mono(1.0)).conditions["Ready"].recorded == NOON - 3600.0


def test_a_node_of_the_same_name_with_another_uid_is_another_node() -> None:
    nodes, dirty, left = store()
    nodes.changed(node(), Mono(1.0))
    nodes.changed(node("False"), Mono(2.0))
    dirty.take()
    nodes.changed(node(uid="v"), Mono(3.0))
    track = nodes.tracks["n"]
    assert (track.added_at, track.flips, nodes.version, dirty.take().nodes, left) == (3.0, (), 2, {"n"}, [])
    nodes.gone(node(uid="u"), Mono(4.0))
    assert (nodes.tracks, left, dirty.take().nodes) == ({"n": track}, [], set())


def test_a_node_that_is_gone_is_told_of_once() -> None:
    nodes, dirty, left = store()
    nodes.changed(node(), Mono(1.0))
    dirty.take()
    for at in (2.0, 3.0):
        nodes.gone(node(), Mono(at))
    assert (nodes.tracks, nodes.version, left, dirty.take().nodes) == ({}, 2, ["n"], {"n"})


def test_a_list_of_nodes_keeps_who_is_in_it_and_parts_with_who_is_not() -> None:
    nodes, dirty, left = store()
    nodes.listed([node(name="a"), node(name="b")], Mono(1.0))
    dirty.take()
    nodes.listed([node(name="b"), node(name="c")], Mono(2.0))
    assert {name: one.added_at for name, one in nodes.tracks.items()} == {"b": 1.0, "c": 2.0}
    assert (left, dirty.take().nodes) == (["a"], {"a", "c"})


# --- Events -------------------------------------------------------------------------------------------------------------------


def event(
    name: str = "e",
    node: str = "n",
    kind: str = "Node",
    count: int | None = 3,
    first: str | None = None,
    last: str | None = None,
    moment: str | None = None,
    created: str | None = None,
) -> Event:
    ref = ObjectRef(kind, "", node)
    return Event(Meta(name, "default", creationTimestamp=created), ref, "Warning", "Odd", "it is odd", count, first, last, moment)


def events() -> tuple[NodeEventStore, Dirty]:
    dirty = Dirty()
    return NodeEventStore(dirty), dirty


def test_an_event_becomes_a_row_of_its_node() -> None:
    kept, dirty = events()
    kept.changed(event(last="2026-11-22T12:00:00Z"), Mono(1.0))
    assert kept.get("n") == {"e": EventRow(type="Warning", reason="Odd", message="it is odd", count=3, at=Epoch(NOON))}
    assert (kept.get("m"), dirty.take().pods) == (None, {"n"})


def test_events_about_anything_but_nodes_are_none_of_ours() -> None:
    kept, dirty = events()
    kept.changed(event(kind="Pod"), Mono(1.0))
    assert (kept.get("n"), dirty.take().pods) == (None, set())


@pytest.mark.parametrize(("count", "told"), [(None, 1), (0, 1), (1, 1), (7, 7)])
def test_an_event_without_a_count_happened_once(count: int | None, told: int) -> None:
    kept, _ = events()
    kept.changed(event(count=count), Mono(1.0))
    assert (kept.get("n") or {})["e"].count == told


@pytest.mark.parametrize(
    ("stamps", "at"),
    [
        (("2026-11-22T12:00:01Z", "2026-11-22T12:00:02Z", "2026-11-22T12:00:03Z", "2026-11-22T12:00:04Z"), 2.0),
        (("2026-11-22T12:00:01Z", None, "2026-11-22T12:00:03Z", "2026-11-22T12:00:04Z"), 3.0),
        (("2026-11-22T12:00:01Z", None, None, "2026-11-22T12:00:04Z"), 1.0),
        ((None, None, None, "2026-11-22T12:00:04Z"), 4.0),
    ],
)
def test_the_moment_of_an_event_is_its_last_and_else_what_there_is(stamps: tuple[str | None, ...], at: float) -> None:
    kept, _ = events()
    kept.changed(event("e", "n", "Node", 1, *stamps), Mono(1.0))
    assert (kept.get("n") or {})["e"].at == NOON + at


def test_the_newest_twenty_of_a_node_are_kept_and_one_without_a_moment_goes_first() -> None:
    kept, _ = events()
    kept.changed(event("undated"), Mono(1.0))
    for second in range(30, 49):
        kept.changed(event(f"e{second}", last=f"2026-11-22T12:00:{second}Z"), Mono(1.0))
    assert len(kept.get("n") or {}) == 20
    kept.changed(event("e49", last="2026-11-22T12:00:49Z"), Mono(1.0))
    assert set(kept.get("n") or {}) == {f"e{second}" for second in range(30, 50)}
    kept.changed(event("e50", last="2026-11-22T12:00:50Z"), Mono(1.0))
    assert set(kept.get("n") or {}) == {f"e{second}" for second in range(31, 51)}


def test_an_event_that_kubernetes_forgets_is_gone() -> None:
    kept, dirty = events()
    kept.changed(event(), Mono(1.0))
    dirty.take()
    for stranger in (event("other"), event(node="m")):
        kept.gone(stranger, Mono(2.0))
    assert dirty.take().pods == set()
    kept.gone(event(), Mono(2.0))
    assert (kept.get("n"), dirty.take().pods) == ({}, {"n"})


def test_a_list_of_events_replaces_them_on_every_node() -> None:
    kept, dirty = events()
    kept.listed([event("a", "n"), event("b", "m")], Mono(1.0))
    dirty.take()
    kept.listed([event("c", "o")], Mono(2.0))
    assert (kept.get("n"), kept.get("m"), set(kept.get("o") or {}), dirty.take().pods) == (None, None, {"c"}, {"n", "m", "o"})


def test_the_events_of_a_node_that_is_gone_are_forgotten() -> None:
    kept, _ = events()
    kept.changed(event(), Mono(1.0))
    kept.forget("stranger")
    kept.forget("n")
    assert kept.get("n") is None
