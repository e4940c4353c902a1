"""A worker, as `manage.py up` starts it and docs/running.md tells to: `python -m dashboard.worker --queues watch`, or `jobs`.

All of its limits stand here and in dashboard/celery.py, not on a command line, so that whoever starts workers on several machines
cannot leave one out. It does without Celery's command line: to import all its commands costs a fifth of what a worker computes
until it works, and memory for as long as it runs.
"""

import argparse
import gc
import os
import socket
import sys

from django.core.exceptions import ImproperlyConfigured

from planes.up import limits
from planes.up.early import hide, take

#: Tasks at once, where that is not as many as there may be clusters (worker_concurrency in dashboard/celery.py).
CONCURRENCY = {"jobs": 2}


def main(argv: list[str]) -> int:
    """Work until told to stop; the exit code: 2 where an option or a setting is wrong. `argv`: with the module's name."""
    hide(argv, os.environ)
    parser = argparse.ArgumentParser(prog="dashboard.worker")
    parser.add_argument("--queues", required=True, choices=["watch", "jobs"])
    parser.add_argument("--hostname", help="its name in logs; %%h stands for this machine's, and the queue comes first by default")
    said = parser.parse_args(take(argv, os.environ)[1:])
    limits.one_arena()
    gc.disable()  # until it works: to look through what is imported, which stays, takes a tenth of a start
    try:
        from dashboard.celery import app  # it reads the settings
    except ImproperlyConfigured as error:
        sys.stderr.write(f"planewatch: {error}\n")
        return 2
    limits.raise_descriptors()  # a cluster takes some twenty: its watches, and the files and sockets around them
    worker = app.Worker(
        hostname=(said.hostname or f"{said.queues}@%h").replace("%h", socket.gethostname()),
        queues=said.queues,
        concurrency=CONCURRENCY.get(said.queues),
        pool="threads",
        loglevel="INFO",
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    gc.freeze()
    gc.enable()
    worker.start()
    return int(worker.exitcode or 0)


if __name__ == "__main__":
    sys.exit(main(["dashboard.worker", *sys.argv[1:]]))  # by this name it can be started again (planes.up.early.hide)
