"""Runs every test, in parts: says what each is before it begins, and in the end how long each took. All parts run, whatever one of
them says; the exit code is 1 if any failed.

The parts that compute follow each other, each on two cores. What runs real processes mostly waits, for leases to run out and for
parts to come back: it runs beside the others from the beginning, and its words are shown when it is done. As it measures seconds,
the others give way to it (nice).

    python -m tests.parts [PART …]
"""

import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PURE = ("tests/structs", "tests/cache", "tests/components", "tests/assess")
_REST = ("tests", *(word for folder in PURE for word in ("--ignore", folder)), "--ignore", "tests/bench")
_COVERAGE = (sys.executable, "-m", "coverage")
_DATA = "--data-file=.coverage.pure"
_COVERED = "--source=" + ",".join(folder.replace("tests/", "planes.") for folder in PURE)
_ONE = (sys.executable, "-m", "pytest", "-q")
_TWO = (*_ONE, "-n", "2", "--dist", "loadgroup")
_ALONE = "not browser and not faults and not e2e"


@dataclass(frozen=True)
class Part:
    """A name, what it is in a sentence, and its commands, of which each must succeed."""

    name: str
    what: str
    commands: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Outcome:
    """What came of a part."""

    part: Part
    seconds: float
    failed: bool


def following() -> list[Part]:
    """The parts that compute, one after the other."""
    scripts = [str(path.relative_to(ROOT)) for path in sorted((ROOT / "tests" / "js").glob("*.test.js"))]
    measured = (*_COVERAGE, "run", _DATA, _COVERED, "-m", "pytest", "-q", "-n", "2", *PURE)
    coverage = ((*_COVERAGE, "erase", _DATA), measured, (*_COVERAGE, "combine", "-q", _DATA), (*_COVERAGE, "report", _DATA))
    postgres = (sys.executable, "-m", "tests.services", "postgres", "--", *_TWO, "--rows", "-m", _ALONE, *_REST)
    browser = (*_TWO, "-m", "browser and not faults and not e2e", "tests/browser", "tests/dashboard")
    return [
        Part("js", "the browser's pure modules, in Node.js", ((".ci/node", sys.prefix, "--test", *scripts),)),
        Part("pure", "the pure core, with its coverage", coverage),
        Part("sqlite", "all the rest on SQLite, with a real Valkey", ((*_TWO, "-m", _ALONE, *_REST),)),
        Part("postgres", "what uses the database, once more on a real PostgreSQL", (postgres,)),
        Part("browser", "the pages in a real Chromium", (browser,)),
    ]


BESIDE = Part(
    "processes",
    "the whole of it, run, killed part by part and started again, one test at a time",
    ((*_ONE, "-m", "faults or e2e", "tests/faults", "tests/e2e"),),
)


def say(text: str) -> None:
    """A line, before whatever the next part says."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def follow(part: Part) -> Outcome:
    """Run it to its end."""
    say(f"\n== {part.name}: {part.what}")
    begun = time.monotonic()
    failed = any(subprocess.run(["nice", "-n", "10", *command], cwd=ROOT, check=False).returncode for command in part.commands)
    return Outcome(part, time.monotonic() - begun, failed)


class Aside:
    """A part that runs meanwhile; its words are kept."""

    def __init__(self, part: Part) -> None:
        say(f"\n== {part.name}: {part.what}; beside the others, its words come last")
        self.part = part
        self._said = tempfile.TemporaryFile()  # noqa: SIM115  closed by close()
        self._begun = time.monotonic()
        self._process = subprocess.Popen(part.commands[0], cwd=ROOT, stdout=self._said, stderr=subprocess.STDOUT)
        self._ended = threading.Thread(target=self._wait, daemon=True)
        self._ended.start()

    def _wait(self) -> None:
        self._process.wait()
        self._whole = time.monotonic() - self._begun

    def outcome(self) -> Outcome:
        """Wait for its end and say what it said. It takes as long as it is waited for: what it took before was not lost."""
        begun = time.monotonic()
        say(f"\n== {self.part.name}: {self.part.what}")
        self._ended.join()
        failed = self._process.returncode != 0
        self._said.seek(0)
        sys.stdout.write(self._said.read().decode(errors="replace"))
        waited = Part(
            self.part.name, f"{self.part.what} (waited for; {self._whole:.0f} s in all, beside the others)", self.part.commands
        )
        return Outcome(waited, time.monotonic() - begun, failed)

    def close(self) -> None:
        """If it still runs, nobody wants to know any more."""
        if self._ended.is_alive():
            self._process.send_signal(signal.SIGINT)
            self._ended.join(60)
        self._said.close()


def table(outcomes: list[Outcome], seconds: float) -> str:
    """The parts with their seconds."""
    lines = [f"{one.part.name:<10}{one.seconds:>6.0f} s  {'FAILED ' if one.failed else ''}{one.part.what}" for one in outcomes]
    return "\n".join(["", *lines, f"{'in all':<10}{seconds:>6.0f} s"])


def main(words: list[str]) -> int:
    """Run all parts, or those that are named."""
    parts = following()
    names = [part.name for part in (*parts, BESIDE)]
    if unknown := [word for word in words if word not in names]:
        sys.stderr.write(f"There is no part {', '.join(unknown)}; there are {', '.join(names)}.\n")
        return 64
    chosen = [part for part in parts if not words or part.name in words]
    begun = time.monotonic()
    aside = Aside(BESIDE) if not words or BESIDE.name in words else None
    outcomes: list[Outcome] = []
    try:
        outcomes += [follow(part) for part in chosen]
        if aside:
            outcomes.append(aside.outcome())
    finally:
        if aside:
            aside.close()
    say(table(outcomes, time.monotonic() - begun))
    return int(any(one.failed for one in outcomes))


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
