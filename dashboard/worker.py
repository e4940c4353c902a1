"""A worker as `manage.py up` starts it: `python -m dashboard.worker --queues watch --hostname watch@%h`.

The same as the `celery … worker` of docs/running.md, but without Celery's command line: to import all its commands costs a fifth of
what a worker computes until it works, and memory for as long as it runs.
"""

import argparse
import socket
import sys

from dashboard.celery import app


def main(words: list[str]) -> int:
    """Work until told to stop; the exit code."""
    parser = argparse.ArgumentParser(prog="dashboard.worker")
    parser.add_argument("--queues", required=True)
    parser.add_argument("--hostname", required=True, help="%%h stands for this machine's name")
    parser.add_argument("--concurrency", type=int)
    said = parser.parse_args(words)
    worker = app.Worker(
        hostname=said.hostname.replace("%h", socket.gethostname()),
        queues=said.queues,
        concurrency=said.concurrency,
        pool="threads",
        loglevel="INFO",
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    worker.start()
    return int(worker.exitcode or 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
