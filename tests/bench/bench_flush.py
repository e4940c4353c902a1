"""How long a cluster of 5,000 nodes and 150,000 pods takes to be stored and to be read: `python -m tests.bench.bench_flush`.

On SQLite, or on PostgreSQL with `python -m tests.services postgres -- python -m tests.bench.bench_flush`. Prints seconds and bytes;
fails when a figure is beyond what the product promises.
"""

import os
import sys
import time
from collections.abc import Callable

NODES = 5_000
PODS_A_NODE = 30
#: Seconds: the first full frame, a second in which 200 nodes' pods changed, a snapshot as JSON.
BOUNDS = {
    "full frame": 10.0,
    "full frame again": 10.0,
    "200 nodes": 1.0,
    "nothing but the time": 0.1,
    "a scrape's figures": 0.1,
    "a turn of nodes": 0.1,
    "snapshot": 1.5,
}


def main() -> int:
    """Run all, print, compare."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    import msgspec
    from django.db import connection
    from django.test.utils import setup_databases, teardown_databases

    from planes.store import clusters, selectors, services
    from planes.structs.node_samples import NodeSamplesRow, block_of
    from planes.structs.rows import Frame
    from tests.sampling import sample_row
    from tests.store.rows import NOW, full, node

    databases = setup_databases(verbosity=0, interactive=False)
    slow = []

    def measure(name: str, work: Callable[[], object]) -> object:
        begun = time.perf_counter()
        result = work()
        took = time.perf_counter() - begun
        print(f"{connection.vendor:>12}  {name:<22}{took:8.3f} s")  # noqa: T201  what a benchmark is for
        if took > BOUNDS[name]:
            slow.append(name)
        return result

    try:
        cluster = clusters.declare([clusters.Declaration("kubeconfig", "bench", "/nowhere", "bench")])[0]
        epoch = services.take(cluster.pk)
        names = tuple(f"node-{number:04}" for number in range(NODES))
        frame = full(names)
        frame.nodes = {name: node(name, pods=PODS_A_NODE) for name in names}
        some = Frame(at=NOW + 1, nodes={name: frame.nodes[name] for name in names[:200]})
        measure("full frame", lambda: services.flush(cluster.pk, epoch, 1, frame))
        measure("full frame again", lambda: services.flush(cluster.pk, epoch, 2, frame))
        measure("200 nodes", lambda: services.flush(cluster.pk, epoch, 3, some))
        measure("nothing but the time", lambda: services.touch(cluster.pk, epoch, NOW + 2))
        figures = Frame(at=NOW + 3, samples=[sample_row(at=float(NOW), inflight=31.0, requests=1284.25, p99=0.0381)])
        measure("a scrape's figures", lambda: services.flush(cluster.pk, epoch, 4, figures))
        used = {"heartbeat": 4, "pods": PODS_A_NODE, "cpu": 150, "memory": 900}
        turn = NodeSamplesRow(NOW + 4, 3, {name: used for name in names if block_of(name) == 3})
        measure("a turn of nodes", lambda: services.flush(cluster.pk, epoch, 5, Frame(at=NOW + 4, node_samples=[turn])))
        snapshot = measure("snapshot", lambda: msgspec.json.encode(selectors.snapshot("bench")))
        assert isinstance(snapshot, bytes)
        print(f"{'':>12}  snapshot of {len(snapshot):,} bytes")  # noqa: T201  what a benchmark is for
    finally:
        teardown_databases(databases, verbosity=0)
    if slow:
        print(f"too slow: {', '.join(slow)}", file=sys.stderr)  # noqa: T201  what a benchmark is for
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
