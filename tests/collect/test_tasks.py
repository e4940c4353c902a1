"""The tasks and the Celery application: what goes where, and that a part that is away is a sentence and not a traceback."""

import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import redis
from celery.beat import ScheduleEntry
from pytest_django import Settings

from dashboard import celery
from planes import tasks
from planes.collect import dispatch, work
from planes.collect.dispatch import PATIENCE, asked_key
from planes.collect.lease import owner_key
from planes.models import Cluster, Transition
from planes.store import clusters, services
from planes.structs.moments import Epoch
from planes.structs.rows import Frame
from tests.services import Valkey
from tests.store.rows import change

ROOT = Path(__file__).parents[2]


@pytest.fixture
def cluster(db: None) -> Cluster:
    return clusters.declare([clusters.Declaration("kubeconfig", "Prod", "/nowhere", "prod")])[0]


@pytest.mark.parametrize(
    ("redis_url", "broker"),
    [
        ("unix:///data/valkey.sock", "redis+socket:///data/valkey.sock"),
        ("redis://:secret@cache:6379/1", "redis://:secret@cache:6379/1"),
        ("rediss://cache:6380/0", "rediss://cache:6380/0"),
    ],
)
def test_celery_reaches_the_broker_that_redis_url_names(redis_url: str, broker: str) -> None:
    assert celery.broker_url(redis_url) == broker


def test_collectors_have_a_queue_of_their_own_and_every_scheduled_task_exists() -> None:
    celery.app.loader.import_default_modules()
    route = celery.app.amqp.router.route({}, "planes.collect")
    assert route["queue"].name == "watch"
    assert celery.app.conf.broker_transport_options["global_keyprefix"] + "watch" == tasks.WATCH_QUEUE
    assert celery.app.amqp.router.route({}, "planes.prune")["queue"].name == "jobs"
    assert {entry["task"] for entry in celery.app.conf.beat_schedule.values()} <= celery.app.tasks.keys()
    assert not celery.app.conf.task_acks_late


def test_what_is_due_goes_by_what_has_passed_and_not_by_the_time_of_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that is set back by ten minutes would leave every cluster without a new collector for as long."""
    passed = 1000.0
    monkeypatch.setattr(celery, "monotonic", lambda: passed)
    entries = {name: ScheduleEntry(name=name, app=celery.app, **entry) for name, entry in celery.app.conf.beat_schedule.items()}
    assert not any(entry.is_due()[0] for entry in entries.values())
    passed += 2.0
    assert {name for name, entry in entries.items() if entry.is_due()[0]} == {"ensure_collectors"}
    passed += 3598.0
    assert all(entry.is_due()[0] for entry in entries.values())


def test_a_worker_starts_without_what_only_pages_collectors_and_celerys_command_line_need() -> None:
    told = "import sys; from dashboard import celery, worker; celery.app.loader.import_default_modules(); print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", told], capture_output=True, text=True, check=True, timeout=60, cwd=ROOT
    ).stdout.split()
    assert "planes.tasks" in loaded
    assert {"kubernetes", "aiohttp", "dashboard.urls", "celery.bin.celery"}.isdisjoint(loaded)


@pytest.mark.parametrize(
    ("words", "setting", "said"),
    [
        (["--queues", "watch"], "sixty", "planewatch: PLANEWATCH_CLUSTERS_PER_WORKER is 'sixty'; set it to a number.\n"),
        (["--queues", "prune", "--redis-url", "redis://:secret@127.0.0.1:1/0"], "60", "invalid choice: 'prune'"),
    ],
)
def test_a_worker_that_is_told_what_is_wrong_says_so_without_a_traceback(words: list[str], setting: str, said: str) -> None:
    """As it is documented, by itself: with what every command takes, and a password moved off its command line."""
    done = subprocess.run(
        [sys.executable, "-m", "dashboard.worker", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=ROOT,
        env={**os.environ, "PLANEWATCH_CLUSTERS_PER_WORKER": setting, "DJANGO_SETTINGS_MODULE": "dashboard.settings"},
    )
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert ("a password on the command line" in done.stderr) == ("--redis-url" in words)
    assert "secret" not in done.stderr


@dataclass
class Asked:
    """A broker that takes note."""

    clusters: list[int] = field(default_factory=list)

    def __call__(self, arguments: tuple[int], **options: object) -> None:
        self.clusters.append(arguments[0])


def test_collectors_are_asked_for_where_none_is_at_work(
    cluster: Cluster, valkey: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REDIS_URL = valkey
    asked = Asked()
    monkeypatch.setattr(tasks.collect, "apply_async", asked)
    tasks.ensure_collectors()
    tasks.ensure_collectors()
    assert asked.clusters == [cluster.pk]
    with redis.Redis.from_url(valkey) as client:
        assert client.exists(asked_key(cluster.pk))


def test_a_worker_begins_what_was_asked_for_just_now_by_the_clock_of_valkey_alone(
    cluster: Cluster, own_valkey: Valkey, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message with an end by the asker's clock would be taken by no worker whose own is some seconds ahead."""
    settings.REDIS_URL = own_valkey.url
    begun: list[int] = []
    sent: list[dict[str, object]] = []
    monkeypatch.setattr(work, "collect", lambda cluster_id, *_: begun.append(cluster_id))
    monkeypatch.setattr(tasks.collect, "apply_async", lambda _, **options: sent.append(options))
    tasks.collect(cluster.pk)
    assert begun == [], "the message is old"
    tasks.ensure_collectors()
    assert sent == [{"retry": False}]
    tasks.collect(cluster.pk)
    assert begun == [cluster.pk]
    own_valkey.kill()
    tasks.collect(cluster.pk)
    assert begun == [cluster.pk] * 2, "whoever holds it is told by its lease"


def test_while_no_worker_takes_what_is_asked_it_is_not_asked_for_ever(
    cluster: Cluster, valkey: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REDIS_URL = valkey
    monkeypatch.setattr(dispatch, "WAITING", 2)
    asked = Asked()
    monkeypatch.setattr(tasks.collect, "apply_async", asked)
    with redis.Redis.from_url(valkey) as client:
        client.rpush(tasks.WATCH_QUEUE, b"one", b"other")
        tasks.ensure_collectors()
        assert (asked.clusters, client.exists(asked_key(cluster.pk))) == ([], 0)
        client.lpop(tasks.WATCH_QUEUE)
        tasks.ensure_collectors()
    assert asked.clusters == [cluster.pk]


def test_what_is_held_for_seconds_is_not_held_for_minutes_where_the_clock_of_valkey_is_set_back(
    cluster: Cluster, valkey: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It keeps until when a key holds, by its machine's time of day."""
    settings.REDIS_URL = valkey
    asked = Asked()
    monkeypatch.setattr(tasks.collect, "apply_async", asked)
    with redis.Redis.from_url(valkey) as client:
        client.set(owner_key(cluster.pk), b"dead", px=600_000 + 15_000)
        client.set(asked_key(cluster.pk), b"1", ex=600 + PATIENCE)
        tasks.ensure_collectors()
        assert 9_000 < client.pttl(owner_key(cluster.pk)) <= 10_000
        assert client.ttl(asked_key(cluster.pk)) <= PATIENCE
        client.pexpire(owner_key(cluster.pk), 5_000)
        tasks.ensure_collectors()
        assert client.pttl(owner_key(cluster.pk)) <= 5_000, "what holds for less is left as it is"
        assert asked.clusters == []


def test_a_valkey_that_is_away_is_one_sentence(
    transactional_db: None, cluster: Cluster, own_valkey: Valkey, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    own_valkey.kill()
    settings.REDIS_URL = own_valkey.url
    tasks.ensure_collectors()
    work.collect(cluster.pk, own_valkey.url, lambda: False)
    assert [record.getMessage() for record in caplog.records] == [
        "Collectors could not be checked (ConnectionError); it will be tried again in a few seconds.",
        "prod: Valkey cannot be reached (ConnectionError); it will be tried again.",
    ]
    assert not any(record.exc_info for record in caplog.records)


def test_a_cluster_that_is_collected_gone_or_disabled_is_left_alone(transactional_db: None, cluster: Cluster, valkey: str) -> None:
    with redis.Redis.from_url(valkey) as client:
        client.set(owner_key(cluster.pk), b"somebody")
        work.collect(cluster.pk, valkey, lambda: False)
        assert client.get(owner_key(cluster.pk)) == b"somebody"
        client.flushall()
        work.collect(cluster.pk + 1, valkey, lambda: False)
        clusters.declare([])
        work.collect(cluster.pk, valkey, lambda: False)
        assert not client.keys("*")
    cluster.refresh_from_db()
    assert cluster.epoch == 0


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_told_to_stop_lets_its_cluster_go(valkey: str, tmp_path: Path) -> None:
    """A kubeconfig that is not there is a fault on the page; the collector of it runs and stops like any other."""
    declaration = clusters.Declaration("kubeconfig", "Nowhere", str(tmp_path / "missing"), "prod")
    cluster = clusters.declare([declaration])[0]
    stopping = threading.Event()
    worker = threading.Thread(target=work.collect, args=(cluster.pk, valkey, stopping.is_set))
    worker.start()
    try:
        with redis.Redis.from_url(valkey) as client:
            end = threading.Event()
            for _ in range(150):
                cluster.refresh_from_db()
                if cluster.offset and b"missing" in bytes(cluster.row):
                    break
                end.wait(0.1)
            assert b"missing" in bytes(cluster.row)
            assert client.exists(owner_key(cluster.pk))
            stopping.set()
            worker.join(5.0)
            assert not worker.is_alive()
            assert not client.exists(owner_key(cluster.pk))
    finally:
        stopping.set()
        worker.join(10.0)


def test_pruning_keeps_what_is_young(cluster: Cluster) -> None:
    now = time.time()
    frame = Frame(at=Epoch(now), changes=[change("old", at=now - 91 * 86400), change("young", at=now - 89 * 86400)])
    services.flush(cluster.pk, services.take(cluster.pk), 1, frame)
    tasks.prune()
    assert list(Transition.objects.values_list("because", flat=True)) == ["young"]
