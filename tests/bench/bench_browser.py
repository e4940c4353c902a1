"""How fast the picture is in a real Chromium: bytes, first picture, frames while nodes change and somebody looks around, memory.

    python -m tests.bench.bench_browser [--nodes N] [--seconds N] [--deltas N]

Prints each figure beside its bound. Browser and server share the machine; other work on it shows in every line, so the load is
printed first, and "cpu" beside "busy": the main thread's own time on the processor, without what it waited for one.
"""

import argparse
import os
import random
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import django
from playwright.sync_api import Page

from planes.live.wire import NODE_COLUMNS, Delta, GoneRows, NodeValues, Pulse, Snapshot, Update
from planes.structs.moments import Epoch
from planes.structs.rows import ChangeRow
from planes.structs.verdicts import State
from tests.chromium import chromium

#: In the page, before anything else: when was the first picture drawn, and could it be used?
WATCH = """
new MutationObserver((_, watching) => {
  if (!document.querySelector('#cluster.is-drawn')) return;
  watching.disconnect();
  requestAnimationFrame(() => setTimeout(() => { window.usable = performance.now(); }));
}).observe(document, { subtree: true, childList: true, attributeFilter: ['class'] });
"""
#: Frame times over some milliseconds, while something is done at every frame.
FRAMES = """
([limit, what]) => new Promise(done => {
  const field = document.querySelector('#field'), box = field.getBoundingClientRect(), times = [];
  const at = { clientX: box.x + box.width * 0.42, clientY: box.y + box.height * 0.55, bubbles: true, cancelable: true };
  let last = 0, begun = 0, count = 0;
  const frame = now => {
    begun ||= now;
    if (last) times.push(now - last);
    last = now;
    count += 1;
    const wave = Math.sin((now - begun) / 700);
    if (what === 'zoom') field.dispatchEvent(new WheelEvent('wheel', { ...at, deltaY: -45 * Math.sign(wave), ctrlKey: false }));
    if (what === 'pan') field.dispatchEvent(new WheelEvent('wheel', { ...at, deltaX: 24 * wave, deltaY: 0, shiftKey: true }));
    if (now - begun < limit) requestAnimationFrame(frame); else done(times);
  };
  requestAnimationFrame(frame);
})
"""


class Changes:
    """Deltas that follow each other over the nodes of a snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._epoch = snapshot.epoch
        self._offset = snapshot.o
        self._rows = [dict(zip(NODE_COLUMNS, row, strict=True)) for row in zip(*snapshot.nodes.values(), strict=True)]
        self._chance = random.Random(3)

    def next(self, count: int) -> Delta:
        """So many nodes have other numbers; one in fifty of them another state."""
        now = time.time()
        changed: list[NodeValues] = []
        told: list[ChangeRow] = []
        for row in self._chance.sample(self._rows, count):
            row.update(pods=self._chance.randint(5, 105), cpu=round(self._chance.random(), 3), mem=round(self._chance.random(), 3))
            if self._chance.random() < 0.02:
                before = row["state"]
                row.update(state=0 if before else self._chance.choice((1, 2, 3)), since=now)
                row["kubelet"] = row["state"]
                row["because"] = "No heartbeat for a while" if row["state"] else ""
                after = "healthy" if before else "down"
                told.append(
                    ChangeRow(
                        subject_kind="Node",
                        subject=str(row["name"]),
                        agent="kubelet",
                        before=State.HEALTHY,
                        after=State(after),
                        because="A lease is late.",
                        at=Epoch(now),
                    )
                )
            changed.append(tuple(row[column] for column in NODE_COLUMNS))
        self._offset += 1
        update = Update(nodes=changed, changes=told)
        return Delta(o=self._offset, prev=self._offset - 1, epoch=self._epoch, at=now, u=update, x=GoneRows())

    def pulse(self) -> Pulse:
        return Pulse(pulse=time.time(), heard=time.time() - 0.2, epoch=self._epoch, o=self._offset)


def line(what: str, found: str, bound: str) -> None:
    sys.stdout.write(f"  {what:<58} {found:>36}   {bound}\n")
    sys.stdout.flush()


def busy_of(page: Page, doing: Callable[[], object]) -> tuple[float, float]:
    """The share of the time that the main thread spent on tasks, and on the processor: less, where others want it too."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")

    def spent() -> tuple[float, float, float]:
        metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
        return metrics["TaskDuration"], metrics["ThreadTime"], metrics["Timestamp"]

    task, thread, at = spent()
    doing()
    task_after, thread_after, after = spent()
    session.detach()
    return (task_after - task) / (after - at), (thread_after - thread) / (after - at)


def frames(page: Page, name: str, seconds: float, what: str) -> None:
    times: list[float] = []
    busy, cpu = busy_of(page, lambda: times.extend(page.evaluate(FRAMES, [seconds * 1000, what])))
    times.sort()
    found = f"{statistics.median(times):.1f} / {times[int(len(times) * 0.99)]:.1f} ms, busy {busy:.0%}, cpu {cpu:.0%}"
    line(name, found, "median ≤ 16.7, p99 ≤ 33 ms, busy < 50 %")


def heap(page: Page) -> tuple[float, int, int]:
    """What is left after collecting garbage: MB, nodes of the document and detached ones, listeners."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.enable")
    for _ in range(3):
        session.send("HeapProfiler.collectGarbage")
    used = session.send("Runtime.getHeapUsage")["usedSize"] / 1e6
    counters = session.send("Memory.getDOMCounters")
    session.detach()
    return used, counters["nodes"], counters["jsEventListeners"]


def bench(nodes: int, seconds: float, deltas: int) -> None:
    from tests.bench.page_server import serving
    from tests.browser.pictures import broken

    snapshot = broken(nodes)(time.time())
    pods = sum(int(str(one)) for one in snapshot.nodes["pods"])
    sys.stdout.write(f"{nodes:,} nodes, {pods:,} pods; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
    with serving(snapshot) as server, chromium() as browser:
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.add_init_script(WATCH)
        usable = []
        for _ in range(3):
            server.sent.clear()
            page.context.clear_cookies()
            session = page.context.new_cdp_session(page)
            session.send("Network.clearBrowserCache")
            session.detach()
            page.goto(f"{server.address}/c/{snapshot.slug}/")
            page.wait_for_function("window.usable", timeout=30_000)
            usable.append(float(page.evaluate("window.usable")))
        page.wait_for_timeout(1000)
        data = sum(size for path, size in server.sent.items() if not path.startswith("/static/"))
        line("page and snapshot, assets in the browser already", f"{data / 1e3:.0f} kB", "≤ 150 kB")
        line(f"everything, cold ({len(server.sent)} files, gzip)", f"{sum(server.sent.values()) / 1e3:.0f} kB", "≤ 400 kB")
        line(
            "drawn and answering, cold, median and worst of 3",
            f"{statistics.median(usable) / 1e3:.2f} s, {max(usable) / 1e3:.2f} s",
            "< 1.5 s",
        )
        changes = Changes(snapshot)
        with playing(server.say, changes, 0):
            frames(page, "nothing changes", seconds / 2, "")
            frames(page, "somebody zooms, from cells to cards and back", seconds, "zoom")
            for steps, what in ((3, "tiles"), (3, "cards")):
                for _ in range(steps):
                    page.keyboard.press("+")
                    page.wait_for_timeout(400)
                frames(page, f"somebody pans among {what}", seconds, "pan")
            page.keyboard.press("0")
            page.wait_for_timeout(500)
        with playing(server.say, changes, 50):
            frames(page, "500 changed nodes a second", seconds, "")
            frames(page, "500 changed nodes a second, and somebody zooms", seconds, "zoom")
        page.keyboard.press("0")
        page.wait_for_timeout(500)
        remember(server.say, changes, page, deltas)


@contextmanager
def playing(say: Callable[[Pulse | Delta], None], changes: Changes, nodes: int) -> Iterator[None]:
    """Ten times a second: the collector lives, and so many nodes have changed."""
    over = threading.Event()

    def play() -> None:
        due = time.monotonic()
        while not over.is_set():
            if nodes:
                say(changes.next(nodes))
            say(changes.pulse())
            due += 0.1
            over.wait(max(0.0, due - time.monotonic()))

    player = threading.Thread(target=play, daemon=True)
    player.start()
    try:
        yield
    finally:
        over.set()
        player.join(5)


def remember(say: Callable[[Pulse | Delta], None], changes: Changes, page: Page, deltas: int) -> None:
    """A day's changes as fast as the page takes them: one delta in ten seconds of a day, 50 nodes in each."""

    def play(count: int) -> None:
        for at in range(count):
            say(changes.next(50))
            if at % 100 == 99:
                # Rows of texts settle, the page keeps up.
                page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
        say(changes.pulse())
        page.wait_for_timeout(2500)

    play(300)
    before = heap(page)
    play(deltas)
    after = heap(page)
    line(f"heap after {deltas:,} more deltas of 50 nodes", f"{before[0]:.1f} → {after[0]:.1f} MB", "grows < 5 MB")
    line("nodes of the document, detached ones among them", f"{before[1]:,} → {after[1]:,}", "none left over")
    line("listeners", f"{before[2]:,} → {after[2]:,}", "none left over")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--nodes", type=int, default=5000)
    options.add_argument("--seconds", type=float, default=8)
    options.add_argument("--deltas", type=int, default=8640)
    asked = options.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    # Playwright's synchronous interface keeps a loop in this thread; nothing here touches the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    django.setup()
    bench(asked.nodes, asked.seconds, asked.deltas)


if __name__ == "__main__":
    main()
