"""Frames merged while SQL is away have the effect of all of them, one after the other."""

from hypothesis import given
from hypothesis import strategies as st

from planes.collect.merge import CHANGES_KEPT, is_urgent, merge
from planes.structs.moments import Epoch
from planes.structs.rows import AgentRow, AttentionRow, ChangeRow, ClusterRow, ComponentRow, Frame, NodeRow
from planes.structs.verdicts import State
from tests.sampling import sample_row
from tests.searching import searching

NAMES = ["a", "b", "c"]


def node(name: str, because: str) -> NodeRow:
    agent = AgentRow(state=State.HEALTHY, because=because, since=Epoch(0.0))
    return NodeRow(
        name=name,
        uid="uid",
        state=State.HEALTHY,
        because=because,
        since=Epoch(0.0),
        kubelet=agent,
        kube_proxy=agent,
        container_runtime=agent,
    )


def component(kind: str, because: str) -> ComponentRow:
    return ComponentRow(kind=kind, plane="control", state=State.HEALTHY, because=because, since=Epoch(0.0))


def change(because: str) -> ChangeRow:
    return ChangeRow(
        subject_kind="Node", subject="a", agent="kubelet", before=State.HEALTHY, after=State.DOWN, because=because, at=Epoch(0.0)
    )


@st.composite
def frames(draw: st.DrawFn) -> Frame:
    """A frame as an assessor may give it: what is in it is not gone in it."""
    texts = st.sampled_from(["x", "y", "z"])
    nodes = {name: node(name, draw(texts)) for name in draw(st.sets(st.sampled_from(NAMES)))}
    kinds = draw(st.sets(st.sampled_from(NAMES)))
    full = draw(st.booleans())
    return Frame(
        at=Epoch(draw(st.floats(0, 100))),
        full=full,
        cluster=draw(st.none() | st.builds(ClusterRow, server=texts)),
        components=[component(kind, draw(texts)) for kind in sorted(kinds)],
        gone_components=[] if full else sorted(draw(st.sets(st.sampled_from(NAMES))) - kinds),
        nodes=nodes,
        gone_nodes=[] if full else sorted(draw(st.sets(st.sampled_from(NAMES))) - nodes.keys()),
        attention=draw(
            st.none()
            | st.just([])
            | st.just([AttentionRow(key="k", kind="Node", name="a", title="a", state=State.DOWN, because="x", since=Epoch(0.0))])
        ),
        changes=[change(text) for text in draw(st.lists(texts, max_size=2))],
        samples=[sample_row(at=at) for at in draw(st.lists(st.floats(0, 100), max_size=2))],
    )


def stored(state: dict[str, object], frame: Frame) -> dict[str, object]:
    """What planes.store.services.flush makes of it, in little."""
    kept = {} if frame.full else {key: row for key, row in state.items() if key[0] in "kn"}
    for kind in frame.gone_components:
        kept.pop(f"k{kind}", None)
    for name in frame.gone_nodes:
        kept.pop(f"n{name}", None)
    kept |= {f"k{row.kind}": row for row in frame.components}
    kept |= {f"n{name}": row for name, row in frame.nodes.items()}
    kept["cluster"] = frame.cluster or state.get("cluster")
    kept["attention"] = state.get("attention") if frame.attention is None else frame.attention
    kept["history"] = [*_history(state), *frame.changes]
    kept["samples"] = [*_history(state, "samples"), *frame.samples]
    kept["at"] = frame.at
    return kept


def _history(state: dict[str, object], what: str = "history") -> list[object]:
    history = state.get(what, [])
    assert isinstance(history, list)
    return history


@searching(150)
@given(st.lists(frames(), min_size=2, max_size=5), frames())
def test_a_merged_frame_has_the_effect_of_its_frames_in_order(some: list[Frame], before: Frame) -> None:
    begin = stored({}, before)
    one_by_one, merged = begin, some[0]
    for frame in some:
        one_by_one = stored(one_by_one, frame)
    for frame in some[1:]:
        merged = merge(merged, frame)
    assert stored(begin, merged) == one_by_one


@searching(100)
@given(frames(), frames())
def test_nothing_is_both_there_and_gone(older: Frame, newer: Frame) -> None:
    both = merge(older, newer)
    assert not both.nodes.keys() & set(both.gone_nodes)
    assert not {row.kind for row in both.components} & set(both.gone_components)


def test_changes_are_bounded_and_the_newest_are_kept() -> None:
    many = Frame(at=Epoch(0.0), changes=[change(str(number)) for number in range(CHANGES_KEPT)])
    both = merge(many, Frame(at=Epoch(1.0), changes=[change("newest")]))
    assert len(both.changes) == CHANGES_KEPT
    assert both.changes[-1].because == "newest"


def test_figures_may_wait_and_states_may_not() -> None:
    assert not is_urgent(Frame(at=Epoch(0.0), components=[component("etcd", "x")], nodes={"a": node("a", "x")}))
    assert is_urgent(Frame(at=Epoch(0.0), changes=[change("x")]))
    assert is_urgent(Frame(at=Epoch(0.0), full=True))
    assert is_urgent(Frame(at=Epoch(0.0), gone_nodes=["a"]))
    assert is_urgent(Frame(at=Epoch(0.0), attention=[]))
