"""Every way in which the way to a cluster breaks, three times: prints what was said of each. Arguments: some of the ways."""

import logging
import sys
import tempfile
from pathlib import Path

from tests.chaos.living import WAYS, WHEN, live_through


def main(names: list[str]) -> int:
    """The table; 1 if anything was told wrongly."""
    logging.disable(logging.WARNING)
    wrong = 0
    for name in names or WAYS:
        for when in WHEN:
            with tempfile.TemporaryDirectory() as directory:
                lived = live_through(name, when, Path(directory))
            wrong += not lived.right
            told = "" if lived.told_after is None else f", told after {lived.told_after:.0f} s"
            lines = [f"{'right' if lived.right else 'WRONG'}  {name}, {when}{told}"]
            lines += [f"       red: {turn.subject} {turn.state}: {turn.because}" for turn in lived.red]
            lines += [f"       late: {late}" for late in lived.late]
            sys.stdout.write("\n".join(lines) + "\n")
            sys.stdout.flush()
    sys.stdout.write(f"{wrong} told wrongly\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
