"""A worker collects as many clusters as it has room for; what finds no collector says so."""

import logging
import threading

import pytest
import redis
from pytest_django import Settings

from planes import tasks
from planes.collect import missing, room, work
from planes.collect.dispatch import MISSING, Uncollected, asked_key, dispatch, missing_key, refused_key
from planes.collect.lease import owner_key
from planes.live.stream import stream_key
from planes.models import Cluster
from planes.store import clusters, selectors, services
from planes.store.freshness import freshness_of, lateness
from planes.store.status import collect_status
from planes.store.status_table import table
from tests.store.rows import full


@pytest.fixture
def cluster(transactional_db: None) -> Cluster:
    return clusters.declare([clusters.Declaration("kubeconfig", "Prod", "/nowhere", "prod")])[0]


def test_places_are_taken_and_given_back() -> None:
    with room.place(2) as one, room.place(2) as other, room.place(2) as third:
        assert (one, other, third) == (True, True, False)
    with room.place(1) as again:
        assert again


def test_a_worker_that_is_full_leaves_the_cluster_to_others_at_once(cluster: Cluster, valkey: str) -> None:
    with redis.Redis.from_url(valkey) as client, room.place(1):
        client.set(asked_key(cluster.pk), b"1")
        work.collect(cluster.pk, valkey, lambda: True, places=1)
        assert not client.exists(asked_key(cluster.pk)), "another may be asked"
        assert client.get(refused_key(cluster.pk)) == b"1"
        assert not client.exists(owner_key(cluster.pk))


def test_a_cluster_has_no_collector_after_a_while_and_it_is_known_why(cluster: Cluster, valkey: str) -> None:
    def look(at: float) -> list[Uncollected]:
        return dispatch(valkey, lambda _: None, clock=lambda: at).uncollected

    with redis.Redis.from_url(valkey) as client:
        assert look(100.0) == []
        assert look(100.0 + MISSING) == []
        assert look(100.1 + MISSING) == [Uncollected(cluster.pk, 0)]
        client.set(refused_key(cluster.pk), 60)
        assert look(105.0 + MISSING) == [Uncollected(cluster.pk, 60)]
        client.set(owner_key(cluster.pk), b"somebody")
        assert look(110.0 + MISSING) == []
        assert not client.exists(missing_key(cluster.pk))
        client.delete(owner_key(cluster.pk))
        assert look(120.0 + MISSING) == [], "it is missed anew"


def test_only_what_it_has_declared_is_looked_after_where_that_is_said(cluster: Cluster, valkey: str) -> None:
    mine = clusters.add([clusters.Declaration("kubeconfig", "Mine", "/nowhere", "mine")], "me")[0]
    assert dispatch(valkey, lambda _: None, ["me", "me by hand"]).asked == [mine.pk]


@pytest.mark.parametrize(
    ("places", "said"),
    [
        (60, "Planewatch has no room for this cluster: its watch workers collect 60 each, and are full."),
        (0, "No watch worker of Planewatch has taken this cluster."),
    ],
)
def test_it_is_said_on_the_page_in_status_and_once_in_the_log(
    cluster: Cluster, valkey: str, caplog: pytest.LogCaptureFixture, places: int, said: str
) -> None:
    services.flush(cluster.pk, services.take(cluster.pk), 1, full(at=1_000_000.0))
    one = Uncollected(cluster.pk, places)
    with caplog.at_level(logging.WARNING):
        assert missing.tell(one, valkey)
        assert not missing.tell(one, valkey), "it is said already"
    assert sum(said in record.getMessage() for record in caplog.records) == 1
    head = selectors.cluster("prod")
    assert head is not None
    assert head.row.fault is not None
    assert head.row.fault.message == said
    assert head.collected_at == 1_000_000.0, "what was last collected is no younger for it"
    late = lateness(freshness_of(head, None), 1_000_060.0)
    assert late is not None
    assert late.because.startswith("No collector watches this cluster. It was last seen ")
    status = collect_status(lambda _: None, 1_000_060.0)
    assert said in table(status, 1_000_060.0, colour=False)
    assert {component.state for component in status.clusters[0].components} <= {"unknown", "not_observable"}
    with redis.Redis.from_url(valkey) as client:
        assert client.xlen(stream_key(cluster.pk)) == 1, "open pages are told"
        assert not client.exists(owner_key(cluster.pk)), "a collector may begin"


def test_of_a_cluster_that_was_never_seen_it_is_said_too(cluster: Cluster, valkey: str) -> None:
    assert missing.tell(Uncollected(cluster.pk, 0), valkey)
    head = selectors.cluster("prod")
    assert head is not None
    assert head.collected_at is None
    late = lateness(freshness_of(head, None), 1_000_000.0)
    assert late is not None
    assert (late.cause, late.because) == ("never", "No collector watches this cluster.")


def test_nothing_is_said_over_a_collector_that_has_just_begun(cluster: Cluster, valkey: str) -> None:
    with redis.Redis.from_url(valkey) as client:
        client.set(owner_key(cluster.pk), b"somebody")
        assert not missing.tell(Uncollected(cluster.pk, 0), valkey)
    cluster.refresh_from_db()
    assert cluster.epoch == 0


def test_the_task_says_what_it_finds(cluster: Cluster, valkey: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.REDIS_URL = valkey
    monkeypatch.setattr(tasks.collect, "apply_async", lambda *_, **__: None)
    tasks.ensure_collectors()
    with redis.Redis.from_url(valkey) as client:
        client.set(missing_key(cluster.pk), 1.0)
    tasks.ensure_collectors()
    head = selectors.cluster("prod")
    assert head is not None
    assert head.row.fault is not None
    assert head.row.fault.kind == "no collector"


def test_many_at_once_take_no_more_places_than_there_are() -> None:
    got: list[bool] = []
    barrier, leave = threading.Barrier(20), threading.Event()

    def ask() -> None:
        barrier.wait(10)
        with room.place(7) as free:
            got.append(free)
            leave.wait(10)

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    while len(got) < 20:
        leave.wait(0.01)
    leave.set()
    for thread in threads:
        thread.join(10)
    assert sum(got) == 7
