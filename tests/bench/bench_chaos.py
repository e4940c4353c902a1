"""What is said while the way to a cluster breaks: python -m tests.bench.bench_chaos [--jobs N] [--short] [WAY …].

Every way three times: with no fault behind it, with two that begin during it, with two that began before. A row a way, or a family
of ways that differ in one figure. Ends with 1 if anything was told wrongly.
"""

import argparse
import logging
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

from tests.chaos.living import SUBJECTS, WHEN, Lived, live_through
from tests.chaos.ways import WAYS, Way

COLUMNS = "| the way | no fault | told, fault during | told, fault before | unknown | polled | |\n"


def lived(name: str, when: str) -> Lived:
    """One life, in a directory of its own."""
    logging.lastResort = None
    with tempfile.TemporaryDirectory(prefix="planewatch-chaos-") as directory:
        return live_through(name, when, Path(directory))


def live_all(names: Sequence[str], jobs: int) -> dict[tuple[str, str], Lived]:
    """Every one of these ways, three times, `jobs` at once. Tells on stderr as it goes."""
    found: dict[tuple[str, str], Lived] = {}
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        running = [pool.submit(lived, name, when) for name in names for when in WHEN]
        for done in as_completed(running):
            one = done.result()
            found[one.name, one.when] = one
            sys.stderr.write(_line(one))
    return found


def _line(one: Lived) -> str:
    told = ", ".join(f"{subject} after {after:.1f} s" for subject, after in one.told_after.items())
    head = f"{'right' if one.right else 'WRONG'}  {one.name}, {one.when}{f': {told}' if told else ''}\n"
    return head + "".join(f"       {said}\n" for said in one.wrong)


def table(found: dict[tuple[str, str], Lived]) -> list[str]:
    """The rows, in the order of `WAYS`."""
    families: dict[str, list[Way]] = {}
    for name, way in WAYS.items():
        if (name, WHEN[0]) in found:
            families.setdefault(way.family or name, []).append(way)
    return [_row(family, ways, found) for family, ways in families.items()]


def _row(family: str, ways: list[Way], found: dict[tuple[str, str], Lived]) -> str:
    lives = [found[way.name, when] for way in ways for when in WHEN]
    calm = all(found[way.name, WHEN[0]].right for way in ways)
    told = [_told([found[way.name, when] for way in ways]) for when in WHEN[1:]]
    right = sum(one.right for one in lives)
    verdict = "right" if right == len(lives) else f"**{len(lives) - right} of {len(lives)} wrong**"
    unknown, polled = max(one.unknown for one in lives), max(one.polled for one in lives)
    return f"| {family} | {'nothing red' if calm else '**wrong**'} | {told[0]} | {told[1]} | {unknown} | {polled} | {verdict} |"


def _told(lives: Iterable[Lived]) -> str:
    """The longest that each of the two was called healthy, in seconds."""
    longest = {subject: max(one.told_after[subject] for one in lives) for subject in SUBJECTS} if (lives := list(lives)) else {}
    return ", ".join(f"{after:.1f} s" for after in longest.values())


def document(found: dict[tuple[str, str], Lived], took: float) -> str:
    """The chaos part of docs/truth.md."""
    rows = table(found)
    wrong = sum(not one.right for one in found.values())
    foot = f"\n{len(found)} lives, {wrong} with anything false. Measured in {took:.0f} s.\n"
    complaints = [f"- **{one.name}, {one.when}**: {said}" for one in found.values() for said in one.wrong]
    return COLUMNS + "| --- " * 7 + "|\n" + "\n".join(rows) + "\n" + foot + "\n".join(["", *complaints, ""] if complaints else [])


def short() -> list[str]:
    """One way of each family."""
    first: dict[str, str] = {}
    for name, way in WAYS.items():
        first.setdefault(way.family or name, name)
    return list(first.values())


def main(arguments: list[str]) -> int:
    """Live, print. The exit code."""
    parser = argparse.ArgumentParser(description="What is said while the way to a cluster breaks.")
    parser.add_argument("ways", nargs="*", metavar="WAY", help="these only")
    parser.add_argument("--short", action="store_true", help="one way of each family")
    parser.add_argument("--jobs", type=int, default=2, help="so many at once")
    options = parser.parse_args(arguments)
    strange = [name for name in options.ways if name not in WAYS]
    if strange:
        parser.error(f"there is no way named {strange[0]!r}; there are {', '.join(WAYS)}.")
    began = time.monotonic()
    found = live_all(options.ways or (short() if options.short else list(WAYS)), options.jobs)
    sys.stdout.write(document(found, time.monotonic() - began))
    return 0 if all(one.right for one in found.values()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
