"""Nothing waits for ever for an answer of PostgreSQL, whoever asks. With a real server whose process is stopped."""

import os
import signal
from contextlib import nullcontext

import pytest
from django.db import OperationalError, connection, connections, transaction

from dashboard import bounded
from planes.models import Cluster
from planes.store import clusters
from planes.store.away import said

pytestmark = [
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no server to wait for"),
    pytest.mark.django_db(transaction=True),
]


def backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize("within", [False, True], ids=["alone", "in a transaction"])
def test_a_question_to_a_server_that_stands_still_ends_and_the_next_is_asked_on_another_connection(
    monkeypatch: pytest.MonkeyPatch, within: bool
) -> None:
    clusters.declare([clusters.Declaration("kubeconfig", "Prod", "/nowhere", "prod")])
    monkeypatch.setattr(bounded, "LIMIT", 0.5)
    stopped: list[int] = []

    def ask() -> None:
        with transaction.atomic() if within else nullcontext():
            stopped.append(backend())
            os.kill(stopped[0], signal.SIGSTOP)
            Cluster.objects.update(name="x")

    try:
        with pytest.raises(OperationalError) as caught:
            ask()
        assert said(caught.value) == "does not answer"
        connections["default"].close()
        assert Cluster.objects.get().name == "Prod"
        assert backend() != stopped[0]
    finally:
        os.kill(stopped[0], signal.SIGCONT)
        connections["default"].close()


def test_what_takes_long_and_ends_in_time_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "LIMIT", 5.0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.3), 7")
        assert cursor.fetchone()[1] == 7
