"""What collecting costs: the whole collector beside a bare reflector, on a demo cluster in a process of its own.

    python -m tests.bench.bench_collect [--nodes N] [--pods N] [--changes N] [--seconds N] [--yardstick FILE] [--profile FILE]

The demo's API server has 1,000 nodes and 21,000 pods, 50 of which change a second, and 100 renewals a second. One process is the
whole collector: list and watch, judge, SQLite, and a real Valkey. Then the yardstick watches the same cluster: a list-and-watch of
pods, nodes and leases that keeps what it decodes and does nothing else. It is no part of the repository; where it is missing it is
left out. Prints CPU seconds and memory of both. The demo's CPU is in neither.
"""

import argparse
import cProfile
import os
import re
import resource
import runpy
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from unittest.mock import patch

from tests.services import Valkey, until

ROOT = Path(__file__).resolve().parent.parent.parent
YARDSTICK = ROOT.parent / "shared" / "spikes" / "reflector.py"
#: Seconds for which the demo's start and the first sync are waited for.
PATIENCE = 90.0
#: Seconds after which either of the two is ended.
LONGEST = 300.0
#: Seconds between the first sync and the measurement: the first listings' last frames are stored by then.
SETTLING = 5.0


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def cpu() -> float:
    """CPU seconds of this process until now, all threads."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def most_memory() -> float:
    """The most that this process ever had resident, MB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1e6 if sys.platform == "darwin" else most * 1024 / 1e6


def memory() -> str:
    """What this process has resident now, where the system says so, and the most that it ever had."""
    now = Path("/proc/self/statm")
    resident = f"{int(now.read_text().split()[1]) * os.sysconf('SC_PAGE_SIZE') / 1e6:.0f} MB, " if now.exists() else ""
    return f"{resident}{most_memory():.0f} MB at most"


class Measuring:
    """Asked by the collector several times a second whether to stop; says when the cluster is stored whole, and when it is over.

    It looks into the database until then and never after: looking would be measured too."""

    def __init__(self, cluster_id: int, nodes: int, pods: int, seconds: float) -> None:
        self._wanted = (cluster_id, nodes, pods)
        self._seconds = seconds
        self._synced = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._began = 0.0
        self._cpu = 0.0
        self._since = time.monotonic()

    def start(self) -> None:
        self._thread.start()

    def is_over(self) -> bool:
        """Whether everything was measured. Raises TimeoutError when the cluster is never stored whole."""
        now = time.monotonic()
        if not self._synced.is_set():
            if now - self._since > PATIENCE:
                raise TimeoutError(f"the cluster was not stored within {PATIENCE:g} s")
            return False
        if not self._began:
            self._began = now + SETTLING
        if now < self._began:
            self._cpu = cpu()
            return False
        if now - self._began < self._seconds:
            return False
        say(f"  {self._seconds:g} s of watching: {cpu() - self._cpu:.2f} s CPU, {memory()}")
        return True

    def _look(self) -> None:
        from django.db import connection
        from django.db.models import Sum

        from planes.models import Node

        cluster_id, nodes, pods = self._wanted
        mine = Node.objects.filter(cluster=cluster_id)
        until(lambda: mine.count() == nodes, "every node", patience=PATIENCE)
        # Some of them come and go.
        until(lambda: (mine.aggregate(all=Sum("pods_used"))["all"] or 0) >= pods * 0.98, "every pod", patience=PATIENCE)
        connection.close()
        took = time.monotonic() - self._since
        say(f"  first sync: {cpu():.2f} s CPU in {took:.1f} s, the interpreter's start included, {memory()}")
        self._synced.set()


def collect(kubeconfig: str, redis_url: str, options: argparse.Namespace) -> None:
    """The collector, in this process."""
    import django

    django.setup()
    from planes.collect import work
    from planes.store import clusters
    from planes.up import limits

    limits.one_arena()  # as a worker does

    cluster = clusters.declare([clusters.Declaration("demo", "bench", kubeconfig, "demo")])[0]
    measuring = Measuring(cluster.pk, options.nodes, options.pods, options.seconds)
    measuring.start()
    work.collect(cluster.pk, redis_url, measuring.is_over)


def profile(kubeconfig: str, redis_url: str, options: argparse.Namespace) -> None:
    """The same under cProfile, every thread of it, into a file a thread: FILE.<thread's name>."""
    own = threading.Thread.run

    def run(thread: threading.Thread) -> None:
        profiler = cProfile.Profile(time.thread_time)
        try:
            profiler.runcall(own, thread)
        finally:
            profiler.dump_stats(f"{options.profile}.{thread.name}")

    profiler = cProfile.Profile(time.thread_time)
    with patch.object(threading.Thread, "run", run):  # there is no other way into a pool's threads
        profiler.runcall(collect, kubeconfig, redis_url, options)
    profiler.dump_stats(f"{options.profile}.main")


def settings(directory: str) -> AbstractContextManager[object]:
    """The product's own settings on SQLite in this directory, for us and the processes that we start."""
    wanted = {"DJANGO_SETTINGS_MODULE": "dashboard.settings", "PLANEWATCH_DATA_DIR": directory, "DATABASE_URL": ""}
    return patch.dict(os.environ, wanted)


@contextmanager
def demo(directory: Path, options: argparse.Namespace) -> Iterator[str]:
    """The demo cluster in a process of its own; gives the path of its kubeconfig."""
    words = ["--dir", str(directory), "--nodes", str(options.nodes), "--pods", str(options.pods), "--no-story"]
    process = subprocess.Popen(
        [sys.executable, "manage.py", "demo", "serve", *words, "--pod-changes", str(options.changes)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )
    try:
        until((directory / "kubeconfig").exists, "the demo's start", patience=PATIENCE)
        yield str(directory / "kubeconfig")
    finally:
        process.terminate()
        process.wait(PATIENCE)


def measure(options: argparse.Namespace) -> None:
    """Both, one after the other, each in a process of its own."""
    valkey = Valkey()
    valkey.start()
    try:
        with (
            tempfile.TemporaryDirectory(prefix="pwbench-") as directory,
            settings(directory),
            demo(Path(directory), options) as kubeconfig,
        ):
            # In a process of its own: what migrating takes of CPU and memory is none of a collector's.
            subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, check=True, timeout=PATIENCE)
            say(
                f"{options.nodes:,} nodes, {options.pods:,} pods, {options.changes:g} pod changes and {options.nodes / 10:g} "
                f"renewals a second; load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores"
            )
            say("the whole collector:")
            whole = _run("--collect", kubeconfig, valkey.url, *sys.argv[1:])
            if not options.yardstick.exists():
                say("the bare reflector: not measured, for ../shared/spikes/reflector.py is not beside this checkout")
                return
            say("the bare reflector:")
            bare = _run("--bare", str(options.yardstick), kubeconfig)
            ours, theirs = (
                re.search(pattern, text) for pattern, text in ((r"([\d.]+) s CPU, ", whole), (r"30s.*cpu=([\d.]+)", bare))
            )
            if ours is not None and theirs is not None and options.seconds == 30.0:
                say(f"the collector takes {float(ours[1]) / float(theirs[1]):.1f} times the bare reflector's CPU while watching")
    finally:
        valkey.close()


def yardstick(path: str, kubeconfig: str) -> None:
    """The bare reflector, in this process. It knows client certificates only, and the demo bearer tokens only: each request gets
    the header it lacks. It asks for the leases of all namespaces; our token may read those of the nodes."""
    import yaml
    from kubernetes.aio.client.rest import RESTClientObject

    token = yaml.safe_load(Path(kubeconfig).read_text(encoding="utf-8"))["users"][0]["user"]["token"]
    plain: Callable[..., Awaitable[object]] = RESTClientObject.request

    async def request(client: object, method: str, url: str, *, headers: dict[str, str], **more: object) -> object:
        url = url.replace("/v1/leases", "/v1/namespaces/kube-node-lease/leases")
        return await plain(client, method, url, headers={**headers, "Authorization": f"Bearer {token}"}, **more)

    with patch.object(RESTClientObject, "request", request), patch.object(sys, "argv", [path, kubeconfig]):
        runpy.run_path(path, run_name="__main__")


def _run(*words: str) -> str:
    """Runs this file with these words, shows what it prints, and gives it back. Ended when it takes too long."""
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "tests.bench.bench_collect", *words], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        end = threading.Timer(LONGEST, process.kill)
        end.start()
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            say(f"  {line.strip()}")
            lines.append(line)
        end.cancel()
    if process.returncode:
        say(f"  it ended with code {process.returncode}; the figures are not whole")
    return "".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", type=int, default=1000)
    parser.add_argument("--pods", type=int, default=21_000)
    parser.add_argument("--changes", type=float, default=50.0, help="pod changes a second")
    parser.add_argument("--seconds", type=float, default=30.0, help="for which it is watched; the yardstick takes 30")
    parser.add_argument("--yardstick", type=Path, default=YARDSTICK, help="the bare reflector, where it is elsewhere")
    parser.add_argument("--profile", default="", help="profile the collector into files that begin so")
    parser.add_argument("--collect", nargs=2, metavar=("KUBECONFIG", "REDIS_URL"), help=argparse.SUPPRESS)
    parser.add_argument("--bare", nargs=2, metavar=("FILE", "KUBECONFIG"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.bare is not None:
        yardstick(*options.bare)
    elif options.collect is None:
        measure(options)
    else:
        kubeconfig, redis_url = options.collect
        (profile if options.profile else collect)(kubeconfig, redis_url, options)


if __name__ == "__main__":
    main()
