"""A wall is told of a change only when its card would show it."""

import msgspec
import pytest

from dashboard.card_changes import CardChanges
from planes.live.wire import Delta, Encoded, GoneRows, Update, delta_of, encode
from planes.structs.rows import ClusterRow, Frame, PlaneRow
from planes.structs.verdicts import State
from tests.dashboard.rows import AT, component, silent_frame

ROW = ClusterRow(
    server="https://127.0.0.1:6443",
    heard_at=AT,
    clock_skew=0.1,
    control=PlaneRow(state=State.HEALTHY, because="", since=AT),
    pods=7,
)


def encoded(frame: Frame) -> Encoded:
    return encode(delta_of(frame, epoch=1, offset=2, previous=1))


def of(cluster: ClusterRow) -> Encoded:
    return encoded(Frame(at=AT, cluster=cluster))


def test_evidence_that_is_renewed_is_no_news() -> None:
    assert not CardChanges().is_changed_by(encoded(Frame(at=AT, components=[component()])))


def test_a_cluster_that_was_only_heard_again_is_no_news() -> None:
    card = CardChanges()
    assert card.is_changed_by(of(ROW))
    assert not card.is_changed_by(of(msgspec.structs.replace(ROW, heard_at=AT + 1, clock_skew=0.2)))


@pytest.mark.parametrize(
    "change", [{"control": PlaneRow(state=State.DOWN, because="etcd is down", since=AT)}, {"pods": 8}, {"version": "v1.37.0"}]
)
def test_a_cluster_whose_row_changed_is_news_once(change: dict[str, object]) -> None:
    card = CardChanges()
    card.is_changed_by(of(ROW))
    changed = of(msgspec.structs.replace(ROW, **change))
    assert card.is_changed_by(changed)
    assert not card.is_changed_by(changed)


def test_nodes_and_attention_are_news_also_when_they_go() -> None:
    assert CardChanges().is_changed_by(encoded(silent_frame("node-1")))
    assert CardChanges().is_changed_by(encoded(Frame(at=AT, attention=[])))
    gone = Delta(o=2, prev=1, epoch="1", at=AT, u=Update(), x=GoneRows(nodes=["node-1"]))
    assert CardChanges().is_changed_by(encode(gone))


def test_what_cannot_be_read_counts_as_news() -> None:
    assert CardChanges().is_changed_by(Encoded("{"))
