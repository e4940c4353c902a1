"""The tasks. `collect` runs for as long as a cluster is collected, on the queue `watch`; the others are short, on `jobs`.

They hold no logic: see planes.collect and planes.store.
"""

import logging
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from celery import shared_task
from celery.signals import worker_shutting_down
from django.conf import settings
from django.db import DatabaseError, InterfaceError

from planes.collect import dispatch, missing
from planes.live.stream import LOST
from planes.store import fleet, pruning, services, twins
from planes.store.away import said
from planes.store.node_samples import STEPS as NODE_STEPS
from planes.store.samples import STEPS
from planes.structs.samples import Step
from planes.structs.thresholds import Thresholds
from planes.up import datadir, hub_words, kubeconfigs
from planes.up.directory import Directories
from planes.up.examined import examined_kubeconfigs
from planes.up.refusal import RefusalError

if TYPE_CHECKING:
    from planes.up.hubs import Hubs

logger = logging.getLogger(__name__)

#: So many changes of each cluster are remembered at most: one that flaps for weeks takes no other's room.
REMEMBERED_CHANGES = 50_000

#: The list of the queue `watch` in Valkey: Celery's prefix (dashboard.celery) and the queue's name.
WATCH_QUEUE = "pw:celery:watch"

_stopping = threading.Event()
#: A hub that answers slowly is asked by one task at a time.
_asking_hubs = threading.Lock()


@worker_shutting_down.connect
def stop_collectors(**_: object) -> None:
    """The worker was told to stop: its collectors see it within a quarter of a second and let their clusters go."""
    _stopping.set()


@shared_task(name="planes.collect", ignore_result=True)
def collect(cluster_id: int) -> None:
    """Collect one cluster until the worker stops, the cluster is disabled, or another collector has taken it."""
    if _stopping.is_set() or not dispatch.is_asked(settings.REDIS_URL, cluster_id):
        return
    # Here, because the jobs worker collects nothing: the Kubernetes client is a third of what it would import.
    from planes.collect import work

    try:
        work.collect(
            cluster_id,
            settings.REDIS_URL,
            _stopping.is_set,
            Thresholds(**settings.BOUNDS),
            settings.CLUSTERS_PER_WORKER,
            settings.DIAL_APISERVERS,
        )
    except (DatabaseError, InterfaceError) as error:
        logger.warning("The database %s; collecting begins when it can.", said(error))


@shared_task(name="planes.ensure_collectors", ignore_result=True)
def ensure_collectors() -> None:
    """Ask for a collector wherever none is at work, and say where none is to be had."""
    try:
        twins.settle()
        done = dispatch.dispatch(
            settings.REDIS_URL,
            lambda cluster_id: collect.apply_async((cluster_id,), retry=False),
            settings.DECLARED_BY,
            queue=WATCH_QUEUE,
        )
        for one in done.uncollected:
            with suppress(services.Fenced):
                missing.tell(one, settings.REDIS_URL)
    except (DatabaseError, InterfaceError, *LOST) as error:
        logger.warning("Collectors could not be checked (%s); it will be tried again in a few seconds.", type(error).__name__)
        return
    if done.asked:
        logger.info("Asked for %d collectors.", len(done.asked))


@shared_task(name="planes.look_at_directories", ignore_result=True)
def look_at_directories() -> None:
    """Watch what the kubeconfigs in the directories name that are to be watched, if there are any."""
    if not settings.KUBECONFIG_DIRS:
        return
    try:
        _directories().declare(datadir.found(datadir.identity(settings.DATA_DIR)))
    except (DatabaseError, InterfaceError) as error:
        logger.warning("The database %s; kubeconfigs are looked at again when it can.", said(error))


@shared_task(name="planes.look_at_hubs", ignore_result=True)
def look_at_hubs() -> None:
    """Watch what the ClusterProfiles of the hubs name that are to be watched, if there are any."""
    if not settings.CLUSTER_PROFILES or not _asking_hubs.acquire(blocking=False):
        return
    try:
        _hubs().declare(datadir.profiled(datadir.identity(settings.DATA_DIR)), time.monotonic(), time.time())
    except (DatabaseError, InterfaceError) as error:
        logger.warning("The database %s; ClusterProfiles are looked at again when it can.", said(error))
    except (RefusalError, OSError) as error:
        logger.warning("ClusterProfiles cannot be looked at: %s", error)
    finally:
        _asking_hubs.release()


@cache
def _hubs() -> "Hubs":
    from planes.up.hubs import Hubs  # the Kubernetes client is much: only where there is a hub

    found = [hub_words.hub(word, examined_kubeconfigs(), kubeconfigs.of_file) for word in settings.CLUSTER_PROFILES]
    return Hubs(found, settings.CLUSTERPROFILE_PROVIDER_FILE, datadir.hubs(settings.DATA_DIR))


@cache
def _directories() -> Directories:
    return Directories(settings.KUBECONFIG_DIRS, kubeconfigs.of_file)


@shared_task(name="planes.prune", ignore_result=True)
def prune() -> None:
    """Forget what is too old, and what there is no room for."""
    steps = tuple(Step(one.seconds, kept) for one, kept in zip(STEPS, settings.SAMPLES_KEPT, strict=True))
    of_nodes = tuple(Step(one.seconds, kept) for one, kept in zip(NODE_STEPS, settings.SAMPLES_KEPT, strict=True))
    limits = pruning.Limits(settings.HISTORY_DAYS * 86_400.0, REMEMBERED_CHANGES, settings.HISTORY_BYTES, steps, of_nodes)
    try:
        done = pruning.prune(time.time(), limits)
        fleet.forget()
    except (DatabaseError, InterfaceError) as error:
        logger.warning("Old changes could not be removed (%s); it will be tried again in an hour.", type(error).__name__)
        return
    if done.changes:
        logger.info("Removed %d old changes; gave %.1f MB back to the disk.", done.changes, done.given_back / 1e6)
    if done.room is not None:
        logger.warning(
            "The history had no room: all of before %s was removed.",
            datetime.fromtimestamp(done.room, UTC).isoformat(timespec="seconds"),
        )
