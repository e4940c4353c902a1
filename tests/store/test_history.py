"""What is remembered of a subject: its changes and the spans in which it was watched, and nothing of others."""

import pytest

from planes.models import Cluster, Watched
from planes.store import clusters, history, pruning, services
from planes.structs.history import History, Span, Turn
from planes.structs.moments import Epoch
from planes.structs.rows import ChangeRow, Frame
from planes.structs.verdicts import State
from tests.store.rows import NOW, full


def change(at: float, subject: str, after: State, *, kind: str = "Component", agent: str = "") -> ChangeRow:
    before = State.HEALTHY if after is State.DOWN else State.DOWN
    return ChangeRow(subject_kind=kind, subject=subject, agent=agent, before=before, after=after, because="x", at=Epoch(at))


def watched(cluster: Cluster, epoch: int, began: float, ended: float) -> None:
    services.touch(cluster.pk, epoch, ended, span=Span(Epoch(began), Epoch(ended)))


def test_a_span_that_goes_on_is_one_row_and_after_a_gap_another_begins(cluster: Cluster, epoch: int) -> None:
    watched(cluster, epoch, NOW, NOW + 5)
    watched(cluster, epoch, NOW, NOW + 10)
    watched(cluster, epoch, NOW + 40, NOW + 45)
    rows = Watched.objects.order_by("began").values_list("began", "ended")
    assert list(rows) == [(NOW, NOW + 10), (NOW + 40, NOW + 45)]


def test_a_collector_that_was_relieved_has_watched_nothing(cluster: Cluster, epoch: int) -> None:
    services.take(cluster.pk)
    with pytest.raises(services.Fenced):
        watched(cluster, epoch, NOW, NOW + 5)
    assert not Watched.objects.exists()


def test_a_component_has_its_own_changes_of_the_window_and_the_last_before_it(cluster: Cluster, epoch: int) -> None:
    changes = [
        change(NOW - 300, "etcd", State.DOWN),
        change(NOW - 200, "etcd", State.HEALTHY),
        change(NOW - 150, "kubelet", State.DOWN),
        change(NOW - 50, "etcd", State.DOWN),
        change(NOW - 40, "node-1", State.DOWN, kind="Node", agent="kubelet"),
    ]
    services.flush(cluster.pk, epoch, 1, Frame(at=NOW, changes=changes))
    watched(cluster, epoch, NOW - 400, NOW - 390)
    watched(cluster, epoch, NOW - 350, NOW - 60)
    watched(cluster, epoch, NOW - 55, NOW)
    assert history.of_component(cluster.pk, "etcd", State.DOWN, NOW - 50, NOW - 100) == History(
        state=State.DOWN,
        since=Epoch(NOW - 50),
        turns=(Turn(Epoch(NOW - 200), State.DOWN, State.HEALTHY), Turn(Epoch(NOW - 50), State.HEALTHY, State.DOWN)),
        spans=(Span(Epoch(NOW - 350), Epoch(NOW - 60)), Span(Epoch(NOW - 55), Epoch(NOW))),
    )


def test_a_nodes_agents_have_each_their_own(cluster: Cluster, epoch: int) -> None:
    kubelet = change(NOW - 50, "node-1", State.DOWN, kind="Node", agent="kubelet")
    another = change(NOW - 40, "node-2", State.DOWN, kind="Node", agent="kubelet")
    services.flush(cluster.pk, epoch, 1, Frame(at=NOW, changes=[kubelet, another]))
    agents = {"kubelet": (State.DOWN, NOW - 50), "kube-proxy": (State.HEALTHY, NOW - 90)}
    found = history.of_agents(cluster.pk, "node-1", agents, NOW - 100)
    assert [one.turns for one in found] == [(Turn(Epoch(NOW - 50), State.HEALTHY, State.DOWN),), ()]
    assert [(one.state, one.since) for one in found] == [(State.DOWN, NOW - 50), (State.HEALTHY, NOW - 90)]


def test_of_one_that_flaps_without_end_the_newest_changes_are_read(
    cluster: Cluster, epoch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "TURNS", 2)
    changes = [change(NOW - at, "etcd", State.DOWN if at % 2 else State.HEALTHY) for at in (4, 3, 2, 1)]
    services.flush(cluster.pk, epoch, 1, Frame(at=NOW, changes=changes))
    found = history.of_component(cluster.pk, "etcd", State.DOWN, NOW - 1, NOW - 100)
    assert [turn.at for turn in found.turns] == [NOW - 2, NOW - 1]


def test_another_clusters_history_is_not_ours(cluster: Cluster, epoch: int) -> None:
    other = clusters.declare([clusters.Declaration("kubeconfig", "Other", "/etc/kube", "other")])[0]
    services.flush(other.pk, services.take(other.pk), 1, full())
    services.touch(other.pk, 1, NOW, span=Span(Epoch(NOW - 5), Epoch(NOW)))
    assert history.of_component(cluster.pk, "etcd", State.HEALTHY, NOW, NOW - 100) == History(state=State.HEALTHY, since=Epoch(NOW))


def test_spans_are_forgotten_with_the_changes_of_their_time(cluster: Cluster, epoch: int) -> None:
    watched(cluster, epoch, NOW - 400, NOW - 390)
    watched(cluster, epoch, NOW - 350, NOW - 60)
    pruning.changes(before=NOW - 380, keep=10)
    assert list(Watched.objects.values_list("began", flat=True)) == [NOW - 350]


def test_of_a_time_whose_changes_were_too_many_to_be_kept_nothing_is_known(cluster: Cluster, epoch: int) -> None:
    changes = [change(NOW - at, "etcd", State.DOWN if at % 2 else State.HEALTHY) for at in (40, 31, 20, 11)]
    services.flush(cluster.pk, epoch, 1, Frame(at=NOW, changes=changes))
    watched(cluster, epoch, NOW - 90, NOW - 60)
    watched(cluster, epoch, NOW - 50, NOW)
    pruning.changes(before=NOW - 1000, keep=2)
    found = history.of_component(cluster.pk, "etcd", State.DOWN, NOW - 11, NOW - 100)
    assert [turn.at for turn in found.turns] == [NOW - 20, NOW - 11]
    assert found.spans == (Span(Epoch(NOW - 31), Epoch(NOW)),)
