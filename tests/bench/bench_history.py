"""What a month of 500 nodes takes on the disk, and how long a start takes after a year: `python -m tests.bench.bench_history`.

On SQLite, or on PostgreSQL with `python -m tests.services postgres -- python -m tests.bench.bench_history`. Fails when a figure is
beyond what docs/operating.md promises.
"""

import os
import sys
import time

NODES = 500
DAYS = 30
#: Bytes of a node and day, with two changes each, and of its figures; seconds of a start.
BYTES, FIGURES, START = 1_000, 1_200, 6.0


def main() -> int:
    """Run, print, compare."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    from django.db import connection
    from django.test.utils import setup_databases, teardown_databases

    from planes.collect.store_thread import remembered
    from planes.store import clusters, pruning, services
    from planes.tasks import REMEMBERED_CHANGES
    from tests.bench.living import DAY, Life, live, noted
    from tests.store.rows import NOW, full

    databases = setup_databases(verbosity=0, interactive=False)
    wrong = []

    def told(name: str, value: float, unit: str, bound: float | None = None) -> None:
        print(f"{connection.vendor:>12}  {name:<34}{value:12,.3f} {unit}")  # noqa: T201  what a benchmark is for
        if bound is not None and value > bound:
            wrong.append(name)

    try:
        cluster = clusters.declare([clusters.Declaration("kubeconfig", "bench", "/nowhere", "bench")])[0]
        limits = pruning.Limits(90.0 * DAY, REMEMBERED_CHANGES, 2e9)
        epoch = services.take(cluster.pk)
        before, begun = pruning.size(), time.perf_counter()
        ended = live(Life(cluster.pk, epoch, NODES), float(NOW), DAYS, limits)
        held = pruning.size() - before
        told("30 days were lived in", time.perf_counter() - begun, "s")
        told("30 days hold", held / 1e6, "MB")
        told("of a node and day", held / NODES / DAYS, "bytes", BYTES)
        between = pruning.size()
        noted(cluster.pk, [f"node-{number:04}" for number in range(NODES)], float(NOW))
        told("its figures, of a node and day", (pruning.size() - between) / NODES / DAYS, "bytes", FIGURES)
        ended = live(Life(cluster.pk, services.take(cluster.pk), NODES, scrape=3_600), ended, 365 - DAYS, limits)
        told("a year holds", (pruning.size() - before) / 1e6, "MB", 2_000.0)
        services.flush(cluster.pk, services.take(cluster.pk), 1, full(tuple(f"node-{number:04}" for number in range(NODES))))
        begun = time.perf_counter()
        services.take(cluster.pk)
        remembered(cluster.pk)
        pruning.prune(ended, limits)
        told("a start after a year", time.perf_counter() - begun, "s", START)
    finally:
        teardown_databases(databases, verbosity=0)
    if wrong:
        print(f"beyond what is promised: {', '.join(wrong)}", file=sys.stderr)  # noqa: T201  what a benchmark is for
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
