"""The Celery application: `celery -A dashboard.celery worker --pool threads --queues watch|jobs`.

Beat runs inside every worker that serves `jobs`, as a thread: a process of its own would outlive a worker that is killed. Several
beats do no harm, because what they enqueue is guarded (planes.collect.dispatch).
"""

import logging
import os
import warnings
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from time import monotonic
from typing import Any

from celery import Celery, bootsteps
from celery.beat import ScheduleEntry, Scheduler, SchedulingError, Service
from celery.exceptions import CPendingDeprecationWarning, SecurityWarning
from celery.schedules import schedule
from celery.signals import setup_logging, worker_init, worker_ready
from kombu import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
# Celery would run Django's checks at each start, and for them import every page. `make lint` runs them.
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")

from django.conf import settings

from dashboard import beats

# Celery warns of running as root, as containers do. Nothing but JSON is accepted here, so no message is code.
warnings.filterwarnings("ignore", category=SecurityWarning)

#: Seconds without an answer after which a connection to the broker counts as dead.
_DEAD = 10
#: Seconds before a beat that failed begins anew.
_RESTART = 5.0

logger = logging.getLogger(__name__)


def broker_url(redis_url: str) -> str:
    """REDIS_URL as Celery writes it: a Unix socket is redis+socket://."""
    return f"redis+socket{redis_url.removeprefix('unix')}" if redis_url.startswith("unix:") else redis_url


@setup_logging.connect
def keep_django_logging(**_: object) -> None:
    """Django has set logging up already; Celery would replace it."""


@worker_init.connect
def say_that_it_lives(**_: object) -> None:
    """To `manage.py up`, from the beginning: also while the broker is away and the worker not ready."""
    beats.begin()


@worker_ready.connect
def keep_quiet(**_: object) -> None:
    """Celery warns at each lost connection that running tasks go on, which is meant; it sets its filters up after ours."""
    warnings.filterwarnings("ignore", category=CPendingDeprecationWarning)


_BEGAN, _BEGAN_AT = monotonic(), datetime.now(UTC)


def steady() -> datetime:
    """The time of day at which this process began, and what has gone by since then. Beat goes by it: by a clock that is set back by
    ten minutes nothing would be due for as long, and a cluster whose collector dies meanwhile would get no other."""
    return _BEGAN_AT + timedelta(seconds=monotonic() - _BEGAN)


def every(seconds: float) -> schedule:
    """In beat's schedule."""
    return schedule(timedelta(seconds=seconds), nowfun=steady)


class QuietScheduler(Scheduler):
    """Celery's, but a broker that is away is told in one line, once. Keeps no file: the schedule is static."""

    _away = False

    def apply_async(self, entry: ScheduleEntry, producer: Any = None, advance: bool = True, **kwargs: Any) -> Any:
        try:
            result = super().apply_async(entry, producer=producer, advance=advance, **kwargs)
        except SchedulingError as error:
            if not self._away:
                self.logger.warning("The broker takes no tasks (%s).", type(error.__cause__ or error).__name__)
            self._away = True
            return None
        if self._away:
            self.logger.warning("The broker takes tasks again.")
        self._away = False
        return result


class BeatThread(bootsteps.StartStopStep):
    """Beat inside the worker of the queue `jobs`."""

    conditional = True
    label = "Beat thread"

    def __init__(self, parent: Any, **kwargs: Any) -> None:
        super().__init__(parent, **kwargs)
        self.enabled = "jobs" in parent.app.amqp.queues.consume_from
        self._service: Service | None = None
        self._stopping = Event()

    def start(self, parent: Any) -> None:
        Thread(target=self._run, args=(parent.app,), name="beat", daemon=True).start()

    def stop(self, parent: Any) -> None:
        self._stopping.set()
        if self._service is not None:
            # Without waiting: it may be held up by a broker that is away.
            self._service.stop(wait=False)

    def _run(self, application: Celery) -> None:
        # The first look comes at once, not after a first interval.
        with suppress(*application.connection_for_write().connection_errors):
            application.send_task("planes.ensure_collectors", expires=10.0, retry=False)
        while not self._stopping.is_set():
            self._service = Service(application, max_interval=1, scheduler_cls=QuietScheduler)
            try:
                self._service.start()
            except Exception:
                logger.exception("Beat failed on a bug; it starts again.")
                self._stopping.wait(_RESTART)


app = Celery("planewatch")
app.conf.update(
    broker_url=broker_url(settings.REDIS_URL),
    broker_transport_options={
        "global_keyprefix": "pw:celery:",
        "socket_timeout": _DEAD,
        "socket_connect_timeout": _DEAD,
        "socket_keepalive": True,
        "health_check_interval": _DEAD,
    },
    # A broker that is away is waited for, for ever, at start and later; collectors go on meanwhile.
    broker_connection_retry=True,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_connection_timeout=_DEAD,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    worker_enable_prefetch_count_reduction=False,
    worker_prefetch_multiplier=1,
    # A thread a cluster, and some in which more are refused at once (planes/collect/room.py). None is made before it is needed.
    worker_concurrency=settings.CLUSTERS_PER_WORKER + 8,
    worker_enable_remote_control=False,
    worker_send_task_events=False,
    task_acks_late=False,
    task_ignore_result=True,
    task_store_errors_even_if_ignored=False,
    task_serializer="json",
    accept_content=["json"],
    task_create_missing_queues=False,
    task_default_queue="jobs",
    task_queues=(Queue("watch"), Queue("jobs")),
    task_routes={"planes.collect": {"queue": "watch"}},
    task_publish_retry_policy={"max_retries": 1, "interval_start": 0.2},
    timezone="UTC",
    beat_schedule={
        # Often, so that a killed worker's clusters are taken again soon after their leases (15 s) run out: within 25 s with room.
        "ensure_collectors": {"task": "planes.ensure_collectors", "schedule": every(2.0), "options": {"expires": 5.0}},
        "look_at_directories": {"task": "planes.look_at_directories", "schedule": every(5.0), "options": {"expires": 5.0}},
        "look_at_hubs": {"task": "planes.look_at_hubs", "schedule": every(5.0), "options": {"expires": 5.0}},
        "tell_of_walls": {"task": "dashboard.tell_of_walls", "schedule": every(10.0), "options": {"expires": 10.0}},
        "prune": {"task": "planes.prune", "schedule": every(3600.0), "options": {"expires": 1800.0}},
    },
)
app.steps["worker"].add(BeatThread)
app.autodiscover_tasks()
