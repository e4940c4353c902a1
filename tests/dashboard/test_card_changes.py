"""A wall is told of a change only when its card would show it."""

import msgspec
import pytest

from dashboard.card_changes import Glance
from planes.live.wire import Delta, GoneRows, Update, delta_of
from planes.structs.rows import ClusterRow, Frame, PlaneRow
from tests.dashboard.rows import AT, component, silent_frame

ROW = ClusterRow(
    server="https://127.0.0.1:6443", heard_at=AT, clock_skew=0.1, control=PlaneRow(state="healthy", because="", since=AT), pods=7
)


def encoded(frame: Frame) -> bytes:
    return msgspec.json.encode(delta_of(frame, epoch=1, offset=2, previous=1))


def of(cluster: ClusterRow) -> bytes:
    return encoded(Frame(at=AT, cluster=cluster))


def test_evidence_that_is_renewed_is_no_news() -> None:
    assert not Glance().is_news(encoded(Frame(at=AT, components=[component()])))


def test_a_cluster_that_was_only_heard_again_is_no_news() -> None:
    glance = Glance()
    assert glance.is_news(of(ROW))
    assert not glance.is_news(of(msgspec.structs.replace(ROW, heard_at=AT + 1, clock_skew=0.2)))


@pytest.mark.parametrize(
    "change", [{"control": PlaneRow(state="down", because="etcd is down", since=AT)}, {"pods": 8}, {"version": "v1.37.0"}]
)
def test_a_cluster_whose_row_changed_is_news_once(change: dict[str, object]) -> None:
    glance = Glance()
    glance.is_news(of(ROW))
    changed = of(msgspec.structs.replace(ROW, **change))
    assert glance.is_news(changed)
    assert not glance.is_news(changed)


def test_nodes_and_attention_are_news_also_when_they_go() -> None:
    assert Glance().is_news(encoded(silent_frame("node-1")))
    assert Glance().is_news(encoded(Frame(at=AT, attention=[])))
    gone = Delta(o=2, prev=1, epoch="1", at=AT, u=Update(), x=GoneRows(nodes=["node-1"]))
    assert Glance().is_news(msgspec.json.encode(gone))


def test_what_cannot_be_read_counts_as_news() -> None:
    assert Glance().is_news(b"{")
