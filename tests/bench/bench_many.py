"""What many clusters cost one watch worker: python -m tests.bench.bench_many [CLUSTERS].

A PostgreSQL, a Valkey, the web server, the jobs worker and one watch worker run by the commands of docs/running.md, and one demo
cluster of three nodes, which is watched under CLUSTERS names (60). Prints after how many seconds all of them are live, and over a
minute from then on the worker's CPU, its memory, and how many connections to PostgreSQL it has at most.
"""

import os
import sys
import time
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

import psycopg  # noqa: E402

from tests.e2e.running import until  # noqa: E402
from tests.reliability.here import Watch  # noqa: E402
from tests.reliability.several import Several, several  # noqa: E402

MINUTE = 60.0
_TICKS = os.sysconf("SC_CLK_TCK")


def cpu(process: int) -> float:
    """Seconds of a core that it has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def memory(process: int) -> float:
    """Megabytes that it holds."""
    line = next(line for line in Path(f"/proc/{process}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def connections(here: Several) -> int:
    """To PostgreSQL, of all parts."""
    with psycopg.connect(here.database, connect_timeout=5) as database:
        row = database.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()").fetchone()
    return int(row[0]) - 1 if row else 0


def main(words: list[str]) -> None:
    clusters = int(words[0]) if words else 60
    begun = time.monotonic()
    with several(clusters=clusters, watches=("watch-1",)) as here:
        began = time.monotonic()
        watch = Watch(here)
        watch.start()
        until(lambda: watch.is_live(0.0), "live pictures of all clusters", within=180)
        live = time.monotonic() - began
        process, most, gaps = here.pid("watch-1"), 0, 0
        used, since = cpu(process), time.monotonic()
        while time.monotonic() - since < MINUTE:
            most = max(most, connections(here))
            watch.join(2.0)
        spent = (cpu(process) - used) / (time.monotonic() - since)
        gaps = sum(not one.live for one in watch.looks if one.at > since)
        watch.end()
        sys.stdout.write(
            f"{clusters} clusters of 3 nodes on one watch worker: all live after {live:.0f} s; in the minute after that "
            f"{spent:.2f} of a core, {memory(process):.0f} MB, at most {most} connections of all parts, "
            f"{gaps} looks that were not live. "
            f"({time.monotonic() - begun:.0f} s in all)\n"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
