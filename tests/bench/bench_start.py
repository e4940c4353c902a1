"""How long `manage.py up` takes until it serves: python -m tests.bench.bench_start.

With a demo cluster, in a data directory of its own: the first start, which prepares the database, three more, and what each costs
in `manage.py check`s of the same moment, as tests/faults/test_start_and_stop.py limits it.
"""

import os
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from tests.e2e.fixtures import DEMO  # noqa: E402
from tests.e2e.running import AT_REST, Up  # noqa: E402

STARTS = 3


def started(up: Up) -> float:
    """Seconds until it prints its address; it is stopped again."""
    begun = time.monotonic()
    up.start()
    took = time.monotonic() - begun
    up.stop(within=60)
    return took


def main() -> None:
    up = Up(*DEMO)
    try:
        sys.stdout.write(f"first start {started(up):.1f} s\n")
        for _ in range(STARTS):
            pace = up.pace()
            took = started(up)
            sys.stdout.write(f"another {took:.1f} s, {took / pace / AT_REST:.1f} times a bare check; the pace is {pace:.2f}\n")
    finally:
        up.close()


if __name__ == "__main__":
    main()
