"""Reading: what was written comes back typed, whole, and as one state of the database."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, connections
from msgspec.structs import replace
from pytest_django import DjangoAssertNumQueries

from planes.live import wire
from planes.models import Cluster, Node
from planes.store import clusters, selectors, services
from planes.store.reading import one_view
from planes.structs.moments import Epoch
from planes.structs.rows import ChangeRow, Frame
from planes.structs.time_tokens import ago
from planes.structs.verdicts import State
from tests.store.rows import NOW, change, component, full, node
from tests.store.rows import cluster as cluster_row


def test_a_snapshot_is_columnar_and_says_what_a_delta_would_say(cluster: Cluster, epoch: int) -> None:
    frame = full()
    services.flush(cluster.pk, epoch, 1, frame)
    snapshot = selectors.snapshot("prod")
    assert snapshot is not None
    assert (snapshot.epoch, snapshot.o, snapshot.at, snapshot.slug) == ("1", 1, NOW, "prod")
    assert snapshot.nodes == wire.columnar(wire.node_values(wire.node_cells(row)) for row in frame.nodes.values())
    assert snapshot.cluster == frame.cluster
    assert snapshot.components == frame.components
    assert snapshot.attention == frame.attention
    assert snapshot.changes == frame.changes


def of_zone(count: int, at: float, group: str = "kubelet:silent:down:1") -> list[ChangeRow]:
    return [
        ChangeRow(
            subject_kind="Node",
            subject=f"node-{n:04}",
            agent="kubelet",
            before=State.HEALTHY,
            after=State.DOWN,
            because="No heartbeat.",
            at=Epoch(at),
            group=group,
        )
        for n in range(count)
    ]


def test_a_thousand_changes_of_one_cause_do_not_hide_what_else_happened(cluster: Cluster, epoch: int) -> None:
    alone = [change(f"It happened at {at}.", NOW - 100 + at) for at in range(3)]
    told = [*alone, *of_zone(1000, NOW - 50), *of_zone(30, NOW - 40, "cordon"), change("It happened last.", NOW)]
    told = [replace(row, group="") if row in alone else row for row in told]
    services.flush(cluster.pk, epoch, 1, replace(full(), changes=told))
    snapshot = selectors.snapshot("prod")
    assert snapshot is not None
    assert [(row.group, row.more, row.more_from) for row in snapshot.changes if row.more] == [
        ("cordon", 22, NOW - 40),
        ("kubelet:silent:down:1", 992, NOW - 50),
    ]
    assert sum(1 + row.more for row in snapshot.changes) == len(told)
    assert [row.because for row in snapshot.changes if not row.group] == [row.because for row in reversed(alone)]
    assert len(snapshot.changes) <= selectors.RECENT
    assert [row.at for row in snapshot.changes] == sorted((row.at for row in snapshot.changes), reverse=True)


def test_a_group_that_is_not_listed_whole_says_when_its_first_change_was(cluster: Cluster, epoch: int) -> None:
    told = [replace(row, at=Epoch(NOW - 50 + at)) for at, row in enumerate(of_zone(selectors.GROUPED + 3, NOW))]
    services.flush(cluster.pk, epoch, 1, replace(full(), changes=told))
    snapshot = selectors.snapshot("prod")
    assert snapshot is not None
    assert (snapshot.changes[-1].at, snapshot.changes[-1].more, snapshot.changes[-1].more_from) == (NOW - 47, 3, NOW - 50)


def test_an_age_in_a_change_of_an_older_version_stands_still(cluster: Cluster, epoch: int) -> None:
    services.flush(cluster.pk, epoch, 1, replace(full(), changes=[change(f"Silent for {ago(NOW - 31)}.", NOW)]))
    snapshot = selectors.snapshot("prod")
    assert snapshot is not None
    assert [row.because for row in snapshot.changes] == ["Silent for 31 s."]


def test_groups_that_are_listed_whole_have_no_more(cluster: Cluster, epoch: int) -> None:
    services.flush(cluster.pk, epoch, 1, replace(full(), changes=of_zone(selectors.GROUPED, NOW)))
    snapshot = selectors.snapshot("prod")
    assert snapshot is not None
    assert [(row.more, row.more_from) for row in snapshot.changes] == [(0, None)] * selectors.GROUPED


def test_components_come_in_the_order_of_the_planes_add_ons_last(cluster: Cluster, epoch: int) -> None:
    kinds = ["dns", "kubelet", "kube-scheduler", "etcd"]
    services.flush(cluster.pk, epoch, 1, Frame(at=NOW, components=[component(kind) for kind in kinds]))
    assert [row.kind for row in selectors.components("prod")] == ["etcd", "kube-scheduler", "kubelet", "dns"]


def test_a_component_and_a_node_come_with_their_own_changes(cluster: Cluster, epoch: int) -> None:
    services.flush(cluster.pk, epoch, 1, full())
    detail, about = selectors.component("prod", "etcd"), selectors.node("prod", "node-1")
    assert detail is not None
    assert detail.row == component()
    assert detail.changes == ()
    assert about is not None
    assert about.row == node("node-1")
    assert about.changes == (change(),)
    assert about.cluster.row == cluster_row()


def test_a_component_comes_with_those_beside_it_and_with_the_nodes_that_are_there(cluster: Cluster, epoch: int) -> None:
    components = [component(), component("kube-scheduler", state="down", instances=("a",)), component("kubelet", "data")]
    services.flush(cluster.pk, epoch, 1, replace(full(("host-b", "host-c")), components=components))
    detail = selectors.component("prod", "etcd")
    assert detail is not None
    assert {one.kind: one.state for one in detail.beside} == {"kube-scheduler": State.DOWN, "kubelet": State.HEALTHY}
    assert detail.nodes == ("host-b",)


def test_what_is_not_there_or_not_watched_is_none(cluster: Cluster, epoch: int) -> None:
    services.flush(cluster.pk, epoch, 1, full())
    assert selectors.component("prod", "nonsense") is None
    assert selectors.node("prod", "node-99") is None
    clusters.declare([])
    assert selectors.snapshot("prod") is None
    assert selectors.component("prod", "etcd") is None
    assert selectors.node("prod", "node-1") is None
    assert selectors.clusters() == []
    assert selectors.changes("prod") == []


def test_a_cluster_never_collected_has_an_empty_snapshot(cluster: Cluster) -> None:
    snapshot = selectors.snapshot("prod")
    assert snapshot is not None
    assert snapshot.nodes == {column: [] for column in wire.NODE_COLUMNS}
    assert snapshot.o == 0


def test_the_list_of_clusters_counts_nodes_by_state_in_three_queries(
    cluster: Cluster, epoch: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    frame = full()
    frame.nodes["node-2"] = node("node-2", "down")
    services.flush(cluster.pk, epoch, 1, frame)
    with django_assert_num_queries(3):
        summaries = selectors.clusters()
    assert summaries[0].nodes == {"down": 1, "healthy": 2}
    assert [one.kind for one in summaries[0].components] == ["etcd", "kubelet"]


@contextmanager
def flushing_beside(cluster: Cluster) -> Iterator[None]:
    """A writer of another connection flushes, and commits, while the block waits for it to be done."""

    def write() -> None:
        try:
            services.flush(cluster.pk, 1, 2, full(("node-1",)))
        finally:
            connections.close_all()

    writer = threading.Thread(target=write)
    writer.start()
    writer.join(20)
    assert not writer.is_alive(), "a reader must not keep the writer waiting"
    yield


@pytest.mark.django_db(transaction=True)
def test_one_view_sees_one_state_while_a_writer_commits_and_does_not_hold_it_up() -> None:
    cluster = clusters.declare([clusters.Declaration("kubeconfig", "Prod", "/etc/kube", "prod")])[0]
    services.flush(cluster.pk, services.take(cluster.pk), 1, full())
    with one_view():
        assert Node.objects.count() == 3
        with flushing_beside(cluster):
            assert Node.objects.count() == 3
            with one_view():  # within another, it is that one
                assert Node.objects.count() == 3
            assert Cluster.objects.get(pk=cluster.pk).offset == 1
    assert Node.objects.count() == 1
    assert not connection.in_atomic_block


@pytest.mark.django_db(transaction=True)
async def test_a_view_that_fails_leaves_the_connection_usable() -> None:
    def fail_and_read() -> int:
        try:
            with one_view():
                raise LookupError
        except LookupError:
            with one_view():
                return Node.objects.count()
        finally:
            connections.close_all()

    assert await asyncio.to_thread(fail_and_read) == 0
