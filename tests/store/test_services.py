"""Writing: one transaction a flush, nothing twice, nothing without the right to."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from planes.models import Cluster, Component, Instance, Node, Transition
from planes.store import clusters, pruning, services
from planes.structs.rows import Frame
from tests.store.rows import NOW, change, component, full, node


def test_taking_a_cluster_raises_its_epoch_and_begins_its_offsets_anew(cluster: Cluster) -> None:
    assert services.take(cluster.pk) == 1
    services.flush(cluster.pk, 1, 1, full())
    assert services.take(cluster.pk) == 2
    cluster.refresh_from_db()
    assert (cluster.epoch, cluster.offset) == (2, 0)


def test_a_stale_collector_cannot_write(cluster: Cluster, epoch: int) -> None:
    services.flush(cluster.pk, epoch, 1, full())
    services.take(cluster.pk)
    with pytest.raises(services.Fenced):
        services.flush(cluster.pk, epoch, 2, Frame(at=NOW, nodes={"node-9": node("node-9")}, changes=[change()]))
    with pytest.raises(services.Fenced):
        services.touch(cluster.pk, epoch, NOW)
    assert not Node.objects.filter(name="node-9").exists()
    assert Transition.objects.count() == 1


def test_a_disabled_or_deleted_cluster_can_be_neither_taken_nor_written(cluster: Cluster, epoch: int) -> None:
    clusters.declare([])
    with pytest.raises(services.Fenced):
        services.flush(cluster.pk, epoch, 1, full())
    with pytest.raises(services.Fenced):
        services.take(cluster.pk)
    Cluster.objects.all().delete()
    with pytest.raises(services.Fenced):
        services.take(cluster.pk)
    assert not Node.objects.exists()


def test_the_same_offset_is_stored_once_even_when_the_answer_to_its_commit_was_lost(cluster: Cluster, epoch: int) -> None:
    services.flush(cluster.pk, epoch, 1, full())
    services.flush(cluster.pk, epoch, 1, full())
    assert Transition.objects.count() == 1


def test_writing_again_updates_and_never_duplicates(cluster: Cluster, epoch: int) -> None:
    services.flush(cluster.pk, epoch, 1, full())
    changed = Frame(
        at=NOW + 1, components=[component(state="down", instances=("a", "c"))], nodes={"node-2": node("node-2", "down")}
    )
    services.flush(cluster.pk, epoch, 2, changed)
    assert list(Node.objects.order_by("name").values_list("name", "state", "kubelet", "kube_proxy")) == [
        ("node-1", "healthy", "healthy", "healthy"),
        ("node-2", "down", "down", "healthy"),
        ("node-3", "healthy", "healthy", "healthy"),
    ]
    assert list(Component.objects.order_by("kind").values_list("kind", "state")) == [("etcd", "down"), ("kubelet", "healthy")]
    assert list(Instance.objects.order_by("name").values_list("name", "state")) == [("a", "down"), ("c", "down")]
    with pytest.raises(IntegrityError), transaction.atomic():
        Node.objects.create(cluster=cluster, name="node-1", since=0.0, row=b"")


def test_a_full_frame_removes_what_is_not_in_it_and_says_so(cluster: Cluster, epoch: int) -> None:
    services.flush(cluster.pk, epoch, 1, full())
    stored = services.flush(
        cluster.pk, epoch, 2, Frame(at=NOW, full=True, components=[component()], nodes={"node-3": node("node-3")})
    )
    assert (stored.gone_components, stored.gone_nodes) == (["kubelet"], ["node-1", "node-2"])
    assert list(Node.objects.values_list("name", flat=True)) == ["node-3"]
    assert list(Component.objects.values_list("kind", flat=True)) == ["etcd"]


def test_a_partial_frame_removes_what_it_names_and_nothing_else(cluster: Cluster, epoch: int) -> None:
    services.flush(cluster.pk, epoch, 1, full())
    services.flush(cluster.pk, epoch, 2, Frame(at=NOW, gone_nodes=["node-2"], gone_components=["etcd"]))
    assert list(Node.objects.order_by("name").values_list("name", flat=True)) == ["node-1", "node-3"]
    assert list(Component.objects.values_list("kind", flat=True)) == ["kubelet"]
    assert not Instance.objects.exists()


def test_two_clusters_do_not_touch_each_other(cluster: Cluster, epoch: int) -> None:
    both = [clusters.Declaration("kubeconfig", name, "/etc/kube", name.lower()) for name in ("Prod", "Test")]
    other = clusters.declare(both)[1]
    services.flush(cluster.pk, epoch, 1, full())
    services.flush(other.pk, services.take(other.pk), 1, full(("node-1",)))
    assert Node.objects.filter(cluster=cluster).count() == 3
    assert Node.objects.filter(cluster=other).count() == 1


def test_a_touch_writes_the_time_and_nothing_else(cluster: Cluster, epoch: int) -> None:
    services.flush(cluster.pk, epoch, 1, full())
    services.touch(cluster.pk, epoch, NOW + 30)
    cluster.refresh_from_db()
    assert (cluster.collected_at, cluster.offset) == (NOW + 30, 1)


def test_what_no_database_takes_is_made_to_fit(cluster: Cluster, epoch: int) -> None:
    odd = node("node-1", because="nul\x00here")
    long = component("etcd", instances=("x" * 300,))
    services.flush(cluster.pk, epoch, 1, Frame(at=NOW, nodes={"node-1": odd}, components=[long], changes=[change("a\x00b")]))
    assert Node.objects.get().because == "nul�here"
    assert len(Instance.objects.get().name) == 253
    assert Transition.objects.get().because == "a�b"


def test_old_changes_are_forgotten_and_the_newest_kept(cluster: Cluster, epoch: int) -> None:
    changes = [change(f"change {number}", at=NOW + number) for number in range(10)]
    services.flush(cluster.pk, epoch, 1, Frame(at=NOW, changes=changes))
    assert pruning.changes(before=NOW + 3, keep=100) == 3
    assert pruning.changes(before=NOW, keep=4) == 3
    assert list(Transition.objects.values_list("because", flat=True)) == [f"change {number}" for number in (9, 8, 7, 6)]


def test_a_flush_of_many_nodes_takes_a_bounded_number_of_statements(cluster: Cluster, epoch: int) -> None:
    names = tuple(f"node-{number}" for number in range(1000))
    with CaptureQueriesContext(connection) as captured:
        services.flush(cluster.pk, epoch, 1, full(names))
    assert len(captured) < 40
