"""A process that was frozen within a transaction does not keep its cluster from a successor. On a real PostgreSQL."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import OperationalError, connection, transaction

from planes.models import Cluster
from planes.store import away, clusters, frozen, services

pytestmark = [
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite cannot end another's transaction"),
    pytest.mark.django_db(transaction=True),
]


def declared() -> Cluster:
    return clusters.declare([clusters.Declaration("kubeconfig", "Prod", "/nowhere", "prod")])[0]


@contextmanager
def another() -> Iterator[psycopg.Connection]:
    """Another process's connection."""
    settings = connection.settings_dict
    where = {"host": settings["HOST"], "port": settings["PORT"] or None, "user": settings["USER"], "password": settings["PASSWORD"]}
    with psycopg.connect(dbname=str(settings["NAME"]), connect_timeout=5, **where) as made:
        try:
            yield made
        finally:
            made.close()


def held(cluster: Cluster) -> bool:
    """Whether somebody comes to hold this cluster's row, within a few seconds."""
    end = time.monotonic() + 5
    while time.monotonic() < end:
        try:
            with transaction.atomic():
                Cluster.objects.select_for_update(nowait=True).get(pk=cluster.pk)
        except OperationalError:
            return True
    return False


def test_a_transaction_that_was_stopped_in_a_pipeline_is_ended_and_the_cluster_taken(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(frozen, "PATIENCE", 0.5)
    monkeypatch.setattr(frozen, "FROZEN", 0.3)
    cluster = declared()
    with another() as stopped:
        # Sent without a Sync: the server waits for more, and counts it as at work.
        libpq = stopped.pgconn
        libpq.enter_pipeline_mode()
        libpq.send_query_params(b"BEGIN", None)
        libpq.send_query_params(b"UPDATE planes_cluster SET epoch = epoch + 1 WHERE id = $1", [str(cluster.pk).encode()])
        libpq.send_flush_request()
        libpq.flush()
        assert held(cluster), "it has the row"
        assert services.take(cluster.pk) == 1, "what was stopped was rolled back"
    assert "Ended 1 transactions that held a cluster" in caplog.text


def test_a_transaction_that_goes_on_is_waited_for_and_not_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frozen, "PATIENCE", 0.1)
    cluster = declared()
    with another() as young:
        young.execute("UPDATE planes_cluster SET epoch = epoch + 1 WHERE id = %s", [cluster.pk])
        with pytest.raises(OperationalError) as caught:
            services.take(cluster.pk)
        assert away.said(caught.value) == "is locked by something else"
        young.commit()
    assert services.take(cluster.pk) == 2


def test_who_merely_waits_behind_a_frozen_one_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frozen, "PATIENCE", 0.3)
    monkeypatch.setattr(frozen, "FROZEN", 0.1)
    cluster, update = declared(), "UPDATE planes_cluster SET name = 'x' WHERE id = %s"
    with another() as stopped, another() as waits:
        stopped.execute(update, [cluster.pk])
        done = threading.Event()

        def wait() -> None:
            waits.execute(update, [cluster.pk])
            waits.commit()
            done.set()

        thread = threading.Thread(target=wait)
        thread.start()
        try:
            assert services.take(cluster.pk) == 1
            assert done.wait(10)
        finally:
            thread.join(10)
