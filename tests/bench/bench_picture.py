"""What the saved picture costs: the engine's start, its memory, and drawing 3, 120 and 5,000 nodes as SVG.

    python -m tests.bench.bench_picture

Times are of the processor, the best and the median of RUNS, beside a yardstick of the same run: the standard library encoding the
same snapshot as JSON, which knows nothing of us. Memory is what the process holds more after drawing than before the engine came.
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import django
import msgspec

RUNS = 9
NOW = 1_795_448_530.0


def line(name: str, found: str, bound: str = "") -> None:
    sys.stdout.write(f"  {name:<48}{found:>34}   {bound}\n")


def resident() -> float:
    """MB that this process holds."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def spent(work: Callable[[], object]) -> list[float]:
    """Milliseconds of CPU of each of RUNS, least first."""

    def once() -> float:
        started = time.process_time()
        work()
        return (time.process_time() - started) * 1e3

    return sorted(once() for _ in range(RUNS))


def told(times: list[float]) -> str:
    return f"{times[0]:.1f} ms, median {statistics.median(times):.1f} ms"


def main() -> None:
    from dashboard.picture.engine import Engine, script
    from dashboard.picture.painter import Painter, Wanted
    from planes.store.freshness import Freshness
    from tests.browser.pictures import PICTURES

    load = os.getloadavg()[0]
    sys.stdout.write(f"load {load:.1f} on {os.cpu_count()} cores\n")
    snapshots = {name: msgspec.json.encode(PICTURES[name](NOW)) for name in ("3", "120-broken", "5000")}
    fresh = Freshness(NOW, NOW)
    before = resident()
    joining = spent(lambda: script.__wrapped__())
    source = script()
    starting = spent(lambda: Engine(lambda: source)._context())
    painter = Painter()

    def draw(name: str, width: int = 1920, height: int = 1080) -> str:
        return painter.svg(snapshots[name], fresh, NOW + 0.3, Wanted(width=width, height=height))

    draw("3")
    line("modules joined, once a process", f"{told(joining)}, {len(source) / 1e3:.0f} kB")
    line("engine ready, once a thread", told(starting), "≤ 50 ms")
    line("memory more, engine ready", f"{resident() - before:.1f} MB", "≤ 40 MB")
    for name, bound in (("3", ""), ("120-broken", "≤ 20 ms"), ("5000", "≤ 300 ms")):
        times = spent(lambda name=name: draw(name))  # type: ignore[misc]  # the default binds
        line(f"{name} nodes as SVG ({len(draw(name)) / 1e3:.0f} kB)", told(times), bound)
        rows = json.loads(snapshots[name])
        line("  yardstick: json.dumps of its snapshot", told(spent(lambda rows=rows: json.dumps(rows))))  # type: ignore[misc]  # the same
    line("memory more, all of them drawn", f"{resident() - before:.1f} MB", "≤ 40 MB")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    main()
