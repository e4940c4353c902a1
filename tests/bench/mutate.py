"""Mutation testing of the pure rooms: `python -m tests.bench.mutate [--seed 7] [--room cache] [--all] [--at-least 92]`.

A seeded sample of each room's mutants (mutation.py) meets that room's own tests (hunting.py). What survives is a test that is
missing, or is equivalent: no test could tell it from the original. Those are said to be, with the reason, in equivalent.txt.
"""

import argparse
import multiprocessing
import random
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.hunting import BROKEN, ENDLESS, KILLED, SURVIVED, UNREACHED, Quarry, anew, at_import, imported, inside, of_room

ROOMS = ("structs", "cache", "components", "assess")
#: So many mutants a room are drawn.
SAMPLE = 50
#: What no test can tell from the original, and why.
EQUIVALENT = Path(__file__).with_name("equivalent.txt")


@dataclass(frozen=True)
class Claim:
    """One entry of equivalent.txt: mutants that no test can tell from the original. `line` is a piece of the source line."""

    file: str
    function: str
    what: str
    line: str
    reason: str

    def fits(self, quarry: Quarry) -> bool:
        """Whether it speaks of this mutant."""
        mutant = quarry.mutant
        same = (self.file, self.function, self.what) == (quarry.file, mutant.function or "module", mutant.what)
        return same and self.line in _source(quarry)


def claims(text: str) -> list[Claim]:
    """An entry is a line "file · function · change · piece of the source line" and, indented below it, its reason."""
    made: list[Claim] = []
    for line in text.splitlines():
        if line.startswith(" "):
            last = made.pop()
            made.append(Claim(last.file, last.function, last.what, last.line, f"{last.reason} {line.strip()}".strip()))
        elif line and not line.startswith("#"):
            file, function, what, piece = line.split(" · ", 3)
            made.append(Claim(file, function, what, piece, ""))
    return made


def _source(quarry: Quarry) -> str:
    return quarry.path.read_text().splitlines()[quarry.mutant.line - 1].strip()


def hunt(room: str, places: Sequence[int]) -> dict[int, str]:
    """The fate of the mutants at these places of `of_room`. Each step has a process of its own, in which nothing was imported."""
    quarries = of_room(room)
    with multiprocessing.get_context("fork").Pool(1, maxtasksperchild=1) as pool:
        lines = pool.apply(imported, (room,))
        fates = pool.apply(inside, (room, places))
        early = [one for one in at_import(quarries, places, lines) if fates.get(one) not in {KILLED, ENDLESS}]
        fates |= pool.apply(anew, (room, early))
    return {place: fates.get(place, UNREACHED) for place in places}


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _tell(name: str, room: str, fates: dict[int, str], said: Sequence[Claim]) -> float:
    """One line of the table. Returns the percentage killed of those that are not said to be equivalent."""
    quarries = of_room(room)
    excused = {place for place in fates if any(one.fits(quarries[place]) for one in said)}
    counts = Counter("equivalent" if place in excused and fate != KILLED else fate for place, fate in fates.items())
    dead = counts[KILLED] + counts[ENDLESS]
    asked = len(fates) - counts["equivalent"]
    share = 100 * dead / asked if asked else 100.0
    told = (KILLED, ENDLESS, SURVIVED, UNREACHED, "equivalent")
    say(f"{name:<15}{len(fates):>9}" + "".join(f"{counts[one]:>11}" for one in told) + f"{share:>8.1f}")
    for place, fate in fates.items():
        quarry = quarries[place]
        spoken = f"{quarry.file}:{quarry.mutant.line}: {quarry.mutant.what} in {quarry.mutant.function or 'module'}"
        if fate == KILLED and place in excused:
            say(f"  {spoken} is said to be equivalent, and was killed: {_source(quarry)[:100]}")
        elif fate in {SURVIVED, UNREACHED, BROKEN} and place not in excused:
            say(f"  {spoken} ({fate}): {_source(quarry)[:100]}")
    if counts[BROKEN]:
        raise RuntimeError(f"{counts[BROKEN]} mutants of {room} could not be put in place")
    return share


def main() -> int:
    """Hunt, tell, and fail if fewer than asked are killed in any room."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.mutate")
    parser.add_argument("--seed", type=int, action="append", help="another seed draws another sample; may be given again")
    parser.add_argument("--room", choices=ROOMS, action="append", help="this room only; may be given again")
    parser.add_argument("--all", action="store_true", help="every mutant instead of a sample; takes half an hour")
    parser.add_argument("--file", default="", help="only mutants of files whose path holds this")
    parser.add_argument("--at-least", type=float, default=92.0, metavar="PERCENT")
    asked = parser.parse_args()
    said = claims(EQUIVALENT.read_text())
    worst = 100.0
    say(f"{'room':<15}{'mutants':>9}{KILLED:>11}{ENDLESS:>11}{SURVIVED:>11}{UNREACHED:>11}{'equivalent':>11}{'%':>8}")
    for room in asked.room or ROOMS:
        quarries = of_room(room)
        for one in said:
            if one.file.startswith(f"planes/{room}/") and not any(one.fits(quarry) for quarry in quarries):
                say(f"  {EQUIVALENT.name} has an entry that matches nothing: {one.file} · {one.function} · {one.what} · {one.line}")
        places = [place for place, one in enumerate(quarries) if asked.file in one.file]
        samples = {room: places}
        if not asked.all and len(places) > SAMPLE:
            samples = {f"{room}, {seed}": random.Random(f"{seed} {room}").sample(places, SAMPLE) for seed in asked.seed or [1]}
        drawn = sorted({place for sample in samples.values() for place in sample})
        excused = {place for place in drawn if any(one.fits(quarries[place]) for one in said)}
        # What survives meets every test there is: what is said to do so is tried with --all alone.
        fates = dict.fromkeys(excused, SURVIVED) | hunt(room, [place for place in drawn if asked.all or place not in excused])
        for name, sample in samples.items():
            worst = min(worst, _tell(name, room, {place: fates[place] for place in sorted(sample)}, said))
    return 0 if worst >= asked.at_least else 1


if __name__ == "__main__":
    sys.exit(main())
