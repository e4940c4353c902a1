"""A web server, a jobs worker and two watch workers, started by the commands of docs/running.md on a PostgreSQL and a Valkey."""

import os
import signal
import time

import pytest

from tests.e2e.running import until
from tests.reliability.here import Watch
from tests.reliability.several import CLUSTERS, Several, several

pytestmark = [pytest.mark.faults, pytest.mark.timeout(180), pytest.mark.xdist_group("several")]


def killed_and_missed(here: Several, watch: Watch, name: str) -> float:
    """When this worker was killed, monotonic seconds; 0 where it was not missed: then it is started again."""
    here.kept[name].held = True
    os.kill(here.pid(name), signal.SIGKILL)
    killed = time.monotonic()
    try:
        until(lambda: any(one.at > killed and not one.live for one in watch.looks), "word of it", within=10)
    except AssertionError:
        here.kept[name].held = False
        return 0.0
    return killed


def test_the_documented_commands_watch_every_cluster_and_one_worker_takes_over_from_the_other() -> None:
    with several() as here:
        watch = Watch(here)
        watch.start()
        try:
            until(lambda: watch.is_live(0.0), "live pictures of all clusters", within=60)
            listed = here.manage("clusters", "list").splitlines()
            assert len(listed) == CLUSTERS + 1
            # All may have gone to one of them: then nobody notices that the other is gone.
            killed = next(at for name in ("watch-1", "watch-2") if (at := killed_and_missed(here, watch, name)))
            until(lambda: watch.is_live(killed + 1), "live pictures again", within=25 - (time.monotonic() - killed))
            assert not [one for one in watch.looks if one.red]
        finally:
            watch.end()
