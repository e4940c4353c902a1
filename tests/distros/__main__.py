"""Look at a case: python -m tests.distros NAME … [--seconds N] prints what is said of it; --serve PORT serves it in real time, for
`manage.py up` or a browser, until interrupted; --write puts the verdicts into docs/distributions.md."""

import argparse
import asyncio
import sys
import time
from pathlib import Path

from tests.distros.document import DOCUMENT, document
from tests.distros.living import LIVES, Told, live
from tests.distros.replaying import Case, Replayed, names
from tests.replay import serve


def shown(told: Told) -> str:
    """All that is said, with what turned meanwhile."""
    lines = [f"== {told.case.name}: {told.cluster.distribution} {told.cluster.version}", f"should: {told.case.said['should']}"]
    for subject in told.subjects():
        words = told.words(subject).splitlines()
        lines += [f"{subject}: {told.state(subject)}: {words[0] if words else ''}", *(f"      {line}" for line in words[1:])]
    lines += ["", *(f"  {turn.at:7.2f} {turn.subject} {turn.state}: {turn.because}" for turn in told.turns), ""]
    return "\n".join(lines)


async def serving(name: str, port: int) -> None:
    """In real time, as if it had begun now."""
    case = Case.load(name)
    async with serve(Replayed(case, time.time), port=port) as server:
        folder = Path.cwd() / "build" / case.name
        folder.mkdir(parents=True, exist_ok=True)
        sys.stdout.write(f"{server.url}: {server.write_kubeconfig(folder, context=case.context)}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


def main(arguments: list[str]) -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.distros", description=(__doc__ or "").partition(":")[2])
    parser.add_argument("cases", nargs="*", metavar="CASE", help=", ".join(names()))
    parser.add_argument("--seconds", type=float, default=LIVES)
    parser.add_argument("--serve", type=int, metavar="PORT")
    parser.add_argument("--write", action="store_true", help="put what is said of all cases into docs/distributions.md")
    options = parser.parse_args(arguments)
    if options.serve is not None:
        asyncio.run(serving(options.cases[0], options.serve))
    if options.write:
        DOCUMENT.write_text(document(live(name) for name in names()), encoding="utf-8")
    for name in options.cases:
        sys.stdout.write(shown(live(name, options.seconds)))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
