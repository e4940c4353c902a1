"""Live through every attack and fault, and print what came of it:
python -m tests.reliability [--write] [--faults] [--on PLACE] [WORDS …].

With words, only rows whose names hold one of them. `--write` puts the table into docs/reliability.md, or these rows into it. Ends
with 1 if anything was wrong. The installations are run beside each other; a row takes half a minute.
"""

import argparse
import os
import platform
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from tests.attacks.living import Attacked, attacked  # noqa: E402
from tests.attacks.living import table as attack_table  # noqa: E402
from tests.reliability.clock import CLOCK  # noqa: E402
from tests.reliability.live import live  # noqa: E402
from tests.reliability.one import ONE  # noqa: E402
from tests.reliability.rows import BACK, Outcome, Place, Row, table  # noqa: E402
from tests.reliability.several import SEVERAL  # noqa: E402

DOCUMENT = Path(__file__).parents[2] / "docs" / "reliability.md"
PLACES: tuple[Place[Any], ...] = (ONE, SEVERAL, CLOCK)
_HEAD = """# Reliability

What becomes of Planewatch when it is attacked, and when something inside it breaks: after how many seconds that is said, and \
after how many all is live again. Written by `{command}` on {date}, on {machine}. The real thing runs: `manage.py up` with SQLite \
and a Valkey of its own; the same on PostgreSQL with two watch workers, started one by one, behind proxies that swallow all; and \
one whose clock is set by libfaketime. Somebody is signed in and looks twice a second.

*Said on the page* is when what is shown is no longer called live, *in the terminal or log* when the first line about it came. \
*Back* is when all is shown as live and well for good: counted from the fault where it mends by itself, else from its end; \
{back:.0f} s are allowed. No state may be false meanwhile: nothing red that is well, and nothing live of which nothing is known. \
During attacks `/healthz` is asked 20 times a second by a process of its own: whoever attacks shares the machine.
"""


def renewed(before: str, made: str) -> str:
    """The document with the rows of `made` in place of those of the same names: for some that were lived through once more."""

    def name(line: str) -> str:
        return line.split(" | ")[0]

    new = {name(line): line for line in made.splitlines() if line.startswith("| ") and not line.startswith("| --")}
    return "".join(f"{new.get(name(line), line) if line.startswith('| ') else line}\n" for line in before.splitlines())


_ATTACKS = "## Attacks from outside"


def say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def lived(place: Place[Any], rows: list[Row[Any]]) -> list[Outcome]:
    """All of one installation."""
    return list(live(place, rows, lambda text: say(f"{place.name}: {text}")))


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make test-faults")
    parser.add_argument("--write", action="store_true", help="write docs/reliability.md")
    parser.add_argument("--on", choices=[place.name for place in PLACES], help="one installation alone")
    parser.add_argument("--faults", action="store_true", help="the faults inside alone")
    parser.add_argument("words", nargs="*", help="rows whose names hold one of these")
    asked = parser.parse_args(words)

    def is_asked(row: Row[Any]) -> bool:
        return not asked.words or any(word.lower() in row.name.lower() for word in asked.words)

    attacks: list[Attacked] = []
    skipped: list[tuple[Row[Any], str]] = []
    running = []
    with ThreadPoolExecutor(len(PLACES)) as pool:
        for place in PLACES:
            wanted = [row for row in place.rows if asked.on in (None, place.name) and is_asked(row)]
            left = [(row, why) for row in wanted if (why := row.needs())]
            skipped += left
            rows = [row for row in wanted if not any(row is one for one, _ in left)]
            if rows:
                running.append(pool.submit(lived, place, rows))
        outcomes = [one for done in running for one in done.result()]
    made = "## Faults inside\n\n" + table(outcomes, skipped)
    if asked.on is None and not asked.faults:
        attacks = list(attacked(asked.words, say))  # alone, for they measure how soon /healthz is answered
        made = f"{_ATTACKS}\n\n{attack_table(attacks)}\n\n{made}"
    sys.stdout.write(made + "\n")
    if asked.write:
        machine = f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
        date = f"{datetime.now(UTC):%Y-%m-%d}"
        head = _HEAD.format(command="make test-faults ARGS=--write", date=date, machine=machine, back=BACK)
        before = DOCUMENT.read_text(encoding="utf-8") if DOCUMENT.exists() else ""
        if (asked.words or asked.on is not None) and before:
            DOCUMENT.write_text(renewed(before, made), encoding="utf-8")
        else:
            if not attacks and _ATTACKS in before:
                made = before[before.index(_ATTACKS) : before.index("## Faults inside")] + made  # as they were measured last
            DOCUMENT.write_text(f"{head}\n{made}\n", encoding="utf-8")
    return int(any(one.wrong for one in outcomes) or any(one.wrong for one in attacks))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
