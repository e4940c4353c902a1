"""How long it takes to find something among 5,000 nodes and 150,000 pods: `python -m tests.bench.bench_find`.

On SQLite, or on PostgreSQL with `python -m tests.services postgres -- python -m tests.bench.bench_find`. Prints milliseconds, the
best and the worst of some runs; fails when even the best is beyond what the product promises.
"""

import os
import sys
import time

NODES, PODS_A_NODE, RUNS = 5_000, 30, 5
#: Milliseconds.
BOUND = 100.0
#: Of every node; what stands in such labels is most of what is searched besides pods.
LABELS = {f"topology.kubernetes.io/key-{number}": f"value-{number}" for number in range(10)}
#: Bytes by which a node's row is larger in a real cluster, by its evidence.
ROW = 2_500
#: What is typed, and what it is: found nowhere, in one place, in many, in all.
TYPED = {
    "zzzz": "nothing",
    "node-4999": "a node and its pods",
    "node-4999-pod-7": "a pod",
    "default/node-25": "pods by namespace",
    "pod-29": "a pod of each node",
    "node": "all nodes and pods",
    "default": "all pods, by namespace",
    "kubernetes.io": "all nodes, by label",
    "10.0.4": "nodes by address",
    "v1.36": "all nodes, by version",
}


def main() -> int:
    """Run all, print, compare."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    from django.db import connection
    from django.test.utils import setup_databases, teardown_databases
    from msgspec.structs import replace

    from planes.store import clusters, services
    from planes.store.finding import Source, find
    from tests.store.rows import full, node

    databases = setup_databases(verbosity=0, interactive=False)
    slow = []
    try:
        cluster = clusters.declare([clusters.Declaration("kubeconfig", "bench", "/nowhere", "bench")])[0]
        names = tuple(f"node-{number:04}" for number in range(NODES))
        frame = full(names)
        frame.nodes = {
            name: replace(node(name, pods=PODS_A_NODE), labels=LABELS, address=f"10.0.{name[5:]}", os_image="x" * ROW)
            for name in names
        }
        services.flush(cluster.pk, services.take(cluster.pk), 1, frame)
        for typed, what in TYPED.items():
            took = []
            for _ in range(RUNS):
                begun = time.perf_counter()
                found = find([Source(cluster.pk, cluster.slug, cluster.name)], typed)
                took.append((time.perf_counter() - begun) * 1000)
            line = (
                f"{connection.vendor:>12}  {typed:<18}{what:<24}{len(found.hits):3} hits  {min(took):6.1f} to {max(took):6.1f} ms"
            )
            print(line)  # noqa: T201  what a benchmark is for
            if min(took) > BOUND:
                slow.append(typed)
    finally:
        teardown_databases(databases, verbosity=0)
    if slow:
        print(f"too slow: {', '.join(slow)}", file=sys.stderr)  # noqa: T201  what a benchmark is for
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
