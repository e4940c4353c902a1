"""Runs every test, in parts that run beside each other: says in the end how long each took, by the clock and of a core. All parts
run, whatever one of them says; the exit code is 1 if any failed. What is told of a core is of all processes of the part: browsers,
PostgreSQL and Valkey too.

Each of them waits now and then, for a page, a lease or a limit, so that two of those that compute keep two cores busy; the next
begins when one of them ends. What runs real processes mostly waits, for leases to run out and for parts to come back: it runs
beside them from the beginning. As it measures seconds, the others give way to it (nice).

What a part says is shown whole: that of the first while it speaks, that of the others when their turn comes.

    python -m tests.parts [PART …]
"""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PURE = ("tests/structs", "tests/cache", "tests/components", "tests/assess")
#: Where tests use the database: tests/conftest.py lets no others do so. To collect all others too takes PostgreSQL's part as long
#: as a tenth of its tests.
ROWS = ("tests/collect", "tests/dashboard", "tests/doctor", "tests/store", "tests/up")
#: Where a browser is driven, but for what runs the whole of it.
BROWSER = ("tests/browser", "tests/dashboard/live")
_REST = ("tests", *(word for folder in PURE for word in ("--ignore", folder)), "--ignore", "tests/bench")
_ONE = (sys.executable, "-m", "pytest", "-q")
_ALONE = "not browser and not faults and not e2e"
#: How many of the parts that compute run at once, and how much they give way to the one beside them.
AT_ONCE = 2
_GIVE_WAY = ("nice", "-n", "10")
#: What counts a command's processes with it, whoever has started them.
_ADOPTING = (sys.executable, "-S", "-E", str(ROOT / "tests" / "adopting.py"))
#: Seconds that a part has to end after ctrl-C, with all that it has started.
_PATIENCE = 60.0


@dataclass(frozen=True)
class Part:
    """A name, what it is in a sentence, and its commands, of which each must succeed."""

    name: str
    what: str
    commands: tuple[tuple[str, ...], ...]


def _workers(number: int) -> tuple[str, ...]:
    return (*_ONE, "-n", str(number), "--dist", "loadgroup")


def computing() -> list[Part]:
    """The parts that compute, in the order in which they begin. A worker computes for five seconds before its first test: only
    those parts have several whose tests wait, or which would be the last for long. Those of one process come first: the last of
    all would leave a core idle, and PostgreSQL's did so for a minute. What has several workers fills both cores to its end."""
    scripts = [str(path.relative_to(ROOT)) for path in sorted((ROOT / "tests" / "js").glob("*.test.js"))]
    postgres = (sys.executable, "-m", "tests.services", "postgres", "--", *_ONE, "--rows", "-m", _ALONE, *ROWS)
    browser = (*_workers(2), "-m", "browser and not faults and not e2e", *BROWSER)
    return [
        Part("postgres", "what uses the database, on a real PostgreSQL", (postgres,)),
        Part("browser", "the pages in a real Chromium", (browser,)),
        Part("pure", "the pure core", ((*_ONE, *PURE),)),
        Part("js", "the browser's pure modules, in Node.js", ((".ci/node", sys.prefix, "--test", *scripts),)),
        Part("sqlite", "all that is not pure, on SQLite, with a real Valkey", ((*_workers(3), "-m", _ALONE, *_REST),)),
    ]


BESIDE = Part(
    "processes",
    "the whole of it, run, killed part by part and started again",
    ((*_workers(3), "-m", "faults or e2e", "tests/faults", "tests/e2e"),),
)


def say(text: str) -> None:
    """A line, before whatever the next part says."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


class Run:
    """A part that runs, on a thread of its own, once `room` has a place for it; what it says is kept until it is asked for."""

    def __init__(self, part: Part, room: threading.Semaphore | None) -> None:
        self.part = part
        self.seconds = 0.0
        self.computed = 0.0
        self.failed = False
        self._room = room
        self._said = tempfile.TemporaryFile()  # noqa: SIM115  closed by end()
        self._shown = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._ending = False
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def show(self) -> None:
        """Say what it says until it has ended."""
        say(f"\n== {self.part.name}: {self.part.what}")
        while not self._ended.wait(0.2):
            self._pass_on()
        self._pass_on()

    def end(self) -> None:
        """If it still runs, its answer is not wanted any more."""
        with self._lock:
            self._ending = True
            running = self._process
        if running and running.returncode is None:
            self._signal(running, signal.SIGINT)
            if not self._ended.wait(_PATIENCE):
                self._signal(running, signal.SIGKILL)
                self._ended.wait(_PATIENCE)
        self._said.close()

    def _run(self) -> None:
        with self._room or contextlib.nullcontext():
            begun = time.monotonic()
            try:
                self.failed = any(self._failed(command) for command in self.part.commands)
            finally:
                self.seconds = time.monotonic() - begun
                self._ended.set()

    def _failed(self, command: Sequence[str]) -> bool:
        words = (*(() if self._room is None else _GIVE_WAY), *_ADOPTING, *command)
        with self._lock:
            if self._ending:
                return True
            # A group of its own: ctrl-C is for us, and is passed on once.
            self._process = subprocess.Popen(
                words, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=self._said, stderr=subprocess.STDOUT, process_group=0
            )
        _, status, used = os.wait4(self._process.pid, 0)
        self._process.returncode = os.waitstatus_to_exitcode(status)
        self.computed += used.ru_utime + used.ru_stime
        return self._process.returncode != 0

    def _pass_on(self) -> None:
        words = os.pread(self._said.fileno(), 1 << 20, self._shown)
        while words:
            sys.stdout.write(words.decode(errors="replace"))
            sys.stdout.flush()
            self._shown += len(words)
            words = os.pread(self._said.fileno(), 1 << 20, self._shown)

    @staticmethod
    def _signal(process: "subprocess.Popen[bytes]", which: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, which)


def table(runs: list[Run], seconds: float) -> str:
    """The parts with their seconds, by the clock and of a core."""
    lines = [
        f"{_seconds(run.part.name, run.seconds, run.computed)}  {'FAILED ' if run.failed else ''}{run.part.what}" for run in runs
    ]
    return "\n".join(["", *lines, _seconds("in all", seconds, sum(run.computed for run in runs))])


def _seconds(name: str, taken: float, computed: float) -> str:
    return f"{name:<10}{taken:>6.0f} s{computed:>6.0f} s of a core"


def main(words: list[str]) -> int:
    """Run all parts, or those that are named."""
    parts = computing()
    names = [part.name for part in (*parts, BESIDE)]
    if unknown := [word for word in words if word not in names]:
        sys.stderr.write(f"There is no part {', '.join(unknown)}; there are {', '.join(names)}.\n")
        return 64
    begun = time.monotonic()
    room = threading.Semaphore(AT_ONCE)
    runs: list[Run] = []
    try:
        beside = [Run(BESIDE, None)] if not words or BESIDE.name in words else []
        runs += beside
        for part in parts:
            if not words or part.name in words:
                runs.append(Run(part, room))
        runs = [*runs[len(beside) :], *beside]  # what takes longest is told of last
        say(f"Beside each other: {', '.join(run.part.name for run in runs)}")
        for run in runs:
            run.show()
    finally:
        for run in runs:
            run.end()
    say(table(runs, time.monotonic() - begun))
    return int(any(run.failed for run in runs))


if __name__ == "__main__":
    # Ctrl-C too, for a shell starts with it ignored what it runs in the background, and so would all that we start.
    for which in (signal.SIGINT, signal.SIGTERM):
        signal.signal(which, signal.default_int_handler)
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
