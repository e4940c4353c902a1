"""How long from an event at the API server to its pixel: cordons in the demo cluster, timed in a real Chromium.

    python -m tests.bench.bench_latency [--nodes N] [--samples N] [--changes N]

The whole way is real: `manage.py up --demo`, watch, judge, SQL, Valkey, socket, page. While single nodes are cordoned and timed,
others are cordoned and mended so often a second that `--changes` nodes change a second. The time ends at the second animation frame
after the message with the node has reached the page, by when it is drawn. Browser, server and demo share the machine.
"""

import argparse
import os
import statistics
import sys
import threading
import time
from itertools import cycle
from pathlib import Path

import django
from playwright.sync_api import TimeoutError as NotSeen

from planes.demo.control import ControlError, ask
from tests.chromium import chromium

#: Notes when each node's row has been drawn: window.drawn[name] = [state code, epoch milliseconds].
WATCH = """
window.drawn = {};
window.rows = 0;
window.WebSocket = class extends WebSocket {
  constructor(...given) {
    super(...given);
    this.addEventListener('message', ({ data }) => {
      const rows = JSON.parse(data).u?.nodes ?? [];
      window.rows += rows.length;
      if (!rows.length) return;
      requestAnimationFrame(() => requestAnimationFrame(() => {
        for (const [name, state] of rows) window.drawn[name] = [state, Date.now()];
      }));
    });
  }
};
"""
CORDONED = 5
#: Seconds for which one node is waited for before it counts as never seen.
PATIENCE = 10.0


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


class Churn:
    """Cordons and mends nodes in turn, so many a second, until told to stop."""

    def __init__(self, directory: Path, nodes: list[str], rate: float) -> None:
        self.done = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(directory, nodes, rate), daemon=True)

    def __enter__(self) -> "Churn":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(PATIENCE)

    def _run(self, directory: Path, nodes: list[str], rate: float) -> None:
        begun = time.monotonic()
        for verb in cycle(("inject", "heal")):
            for node in nodes:
                if self._over.wait(max(0.0, begun + self.done / rate - time.monotonic())):
                    return
                try:
                    ask(directory, verb, "cordon", node)
                except ControlError:
                    continue
                finally:
                    self.done += 1


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", type=int, default=600)
    parser.add_argument("--samples", type=int, default=60)
    parser.add_argument("--changes", type=float, default=200.0, help="changed nodes a second besides")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    # These read models, which want Django to be set up.
    from tests.e2e.fixtures import is_healthy
    from tests.e2e.running import Up, until

    took: list[float] = []
    lost = 0
    say(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores, {options.nodes} nodes")
    with Up("--demo", "--nodes", str(options.nodes), "--no-story", "--port", "0") as up, chromium() as browser:
        until(lambda: is_healthy(up), "a healthy cluster", within=120)
        names = [f"node-{number:0{len(str(options.nodes))}d}" for number in range(1, options.nodes - 3)]
        directory = up.data_dir / "demo"
        page = browser.new_page(viewport={"width": 1920, "height": 1080}, bypass_csp=True)
        page.add_init_script(WATCH)
        page.goto(up.manage("signin", "--url", up.address).strip())
        page.wait_for_url(lambda url: "/signin" not in url, timeout=15_000)
        page.goto(f"{up.address}/c/demo/")
        page.wait_for_selector("#cluster.is-drawn:not(.is-late)", timeout=30_000)
        with Churn(directory, names[options.samples :], options.changes) as churn:
            page.wait_for_timeout(5_000)
            begun, rows, done = time.monotonic(), page.evaluate("window.rows"), churn.done
            for name in names[: options.samples]:
                at = time.time()
                ask(directory, "inject", "cordon", name)
                wanted = f"window.drawn['{name}']?.[0] === {CORDONED}"
                try:
                    page.wait_for_function(wanted, timeout=PATIENCE * 1000, polling=50)
                except NotSeen:
                    lost += 1
                    say(f"  {name}: not seen within {PATIENCE:g} s")
                    continue
                took.append(page.evaluate(f"window.drawn['{name}'][1]") / 1000 - at)
            span = time.monotonic() - begun
            arrived = page.evaluate("window.rows") - rows
            say(f"changes {(churn.done - done) / span:.0f}/s made, {arrived / span:.0f} rows/s arrived")
    took.sort()
    say(f"event to pixel, {len(took)} samples, {lost} never seen:")
    say(f"  p50 {statistics.median(took) * 1000:.0f} ms (bound 400)")
    say(f"  p99 {took[min(len(took) - 1, int(len(took) * 0.99))] * 1000:.0f} ms (bound 1,000)")
    say(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
