"""What is said of each fault of the demo cluster: python -m tests.bench.bench_truth [--write] [--jobs N] [FAULT …].

Prints fault × component × verdict × seconds to notice × others that turned × healed after. Ends with 1 if anything was missed, said
of the wrong one, or said too late. `--write` puts the table into docs/truth.md.
"""

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

from planes.components import registry
from planes.demo.catalogue import FAULTS
from planes.demo.faults import Fault
from tests.bench.looking import TICK, Turn
from tests.bench.truth import LASTS, SETTLE, SHAPE, Noticed, Outcome, live_through

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "truth.md"
_HEAD = """# Truth

What Planewatch says of each fault that the demo cluster can have, and after how many seconds. Written by `{command}` on {date}, \
on {machine}.

Each fault is lived through on a demo cluster of its own, of {nodes} nodes in three zones with three API servers, by the same \
source, picture and rules as in a collector, over HTTPS. All of it runs by one clock that jumps to the next moment at which \
anything happens, so a second is a second of the cluster's life whatever else the machine does; judging every {tick} s as a \
collector does. The fault is injected {settle:g} s after the start, when every component and node is healthy, lasts {lasts:g} s \
or longer, and is healed.

*Noticed* is the time from breaking it to the state being shown, for the last of those concerned; in brackets the time within \
which it must be. *Others* are components and agents that turned besides, as they may: what runs on a broken node, or cannot be \
seen without etcd or the API server. Nothing else may turn at all. *Healed* is the time from healing it until everything is \
shown as before; in brackets the time allowed. Restarts and flips of Ready are counted over 15 min, errors and latency over 5 \
min, and recover accordingly.

"""
_COLUMNS = "| fault | on | component | verdict | noticed (within) | others that turned | healed (within) | |\n"


@dataclass(frozen=True)
class Row:
    """One fault as the table has it, one line a notice."""

    fault: str
    lines: tuple[str, ...]
    right: bool
    complaints: tuple[str, ...]


def row(outcome: Outcome) -> Row:
    """An outcome, ready to print."""
    fault = outcome.fault
    healed = "by itself" if fault.momentary else _seconds(outcome.healed_after)
    ending = f"{_others(outcome.tolerated)} | {healed} ({fault.heals_within:g} s) | {'right' if outcome.right else '**wrong**'} |"
    begin = f"| {fault.name} | {_where(outcome)}"
    lines = [
        f"{begin} | {one.notice.component} | {one.notice.state} | {_seconds(one.after)} ({one.notice.within:g} s) | "
        for one in outcome.noticed
    ] or [f"{begin} | none | nothing may turn | | "]
    lines = [line + (ending if number == len(lines) - 1 else "| | |") for number, line in enumerate(lines)]
    return Row(fault.name, tuple(lines), outcome.right and not _undeclared(outcome), tuple(_complaints(outcome)))


def _where(outcome: Outcome) -> str:
    return outcome.subject or "the cluster"


def _seconds(value: float | None) -> str:
    return "never" if value is None else f"{value:.1f} s"


def _others(turns: Iterable[Turn]) -> str:
    """ "kubelet unknown, dns degraded": each component or agent with the states that it was in, whatever the node."""
    found: dict[str, list[str]] = {}
    for turn in turns:
        states = found.setdefault(turn.subject.partition("/")[2] or turn.subject, [])
        if turn.state not in states:
            states.append(turn.state)
    return ", ".join(f"{what} {' and '.join(states)}".replace("_", " ") for what, states in sorted(found.items())) or "none"


def _complaints(outcome: Outcome) -> Iterable[str]:
    for one in outcome.noticed:
        if not one.in_time:
            yield f"{_of(one)} must be {one.notice.state} within {one.notice.within:g} s, and was after {_seconds(one.after)}."
    for turn in outcome.wrong:
        yield f"{turn.subject} was shown as {turn.state}: {turn.because}"
    if outcome.still_off:
        yield f"After healing it was not as before: {', '.join(outcome.still_off)}."
    elif outcome.healed_after is not None and outcome.healed_after > outcome.fault.heals_within:
        yield f"All was as before only {outcome.healed_after:.1f} s after healing."
    for component, signal in _undeclared(outcome):
        yield f"{component} has a line of evidence that is not declared: {signal}."


def _of(one: Noticed) -> str:
    return ", ".join(one.subjects)


def _undeclared(outcome: Outcome) -> list[tuple[str, str]]:
    return sorted(one for one in outcome.evidence if registry.find(*one) is None)


def measured(name: str) -> Row:
    """Live through one fault, in a directory of its own."""
    with tempfile.TemporaryDirectory(prefix="planewatch-truth-") as directory:
        return row(live_through(name, Path(directory)))


def machine() -> str:
    """The machine, in a few words."""
    return f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}"


def document(rows: Iterable[Row], took: float) -> str:
    """docs/truth.md."""
    command, date = "make bench-truth ARGS=--write", datetime.now(UTC).strftime("%Y-%m-%d")
    measures = {"nodes": SHAPE.nodes, "tick": TICK, "settle": SETTLE, "lasts": LASTS}
    head = _HEAD.format(command=command, date=date, machine=machine(), **measures)
    rows = list(rows)
    lines = [line for one in rows for line in one.lines]
    right = sum(one.right for one in rows)
    foot = f"\n{right} of {len(rows)} faults are told rightly. Measured in {took:.0f} s.\n"
    complaints = [f"- **{one.fault}**: {said}" for one in rows for said in one.complaints]
    return (
        head
        + _COLUMNS
        + "| --- " * 8
        + "|\n"
        + "\n".join(lines)
        + "\n"
        + foot
        + "\n".join(["", *complaints, ""] if complaints else [])
    )


def _longest_first(fault: Fault) -> float:
    return -(fault.heals_within + max((notice.within for notice in fault.notices), default=0.0))


def main(arguments: list[str]) -> int:
    """Measure, print, perhaps write. The exit code."""
    parser = argparse.ArgumentParser(description="What is said of each fault of the demo cluster.")
    parser.add_argument("faults", nargs="*", metavar="FAULT", help="these only")
    parser.add_argument("--write", action="store_true", help="put the table into docs/truth.md")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 2, help="so many at once")
    options = parser.parse_args(arguments)
    known = {fault.name: fault for fault in FAULTS}
    unknown = [name for name in options.faults if name not in known]
    if unknown:
        parser.error(f"there is no fault named {unknown[0]}; there are {', '.join(known)}.")
    wanted = [known[name] for name in options.faults] or list(FAULTS)
    began = time.monotonic()
    found: dict[str, Row] = {}
    with ProcessPoolExecutor(options.jobs, mp_context=get_context("spawn")) as pool:
        running = [pool.submit(measured, fault.name) for fault in sorted(wanted, key=_longest_first)]
        for done in as_completed(running):
            one = done.result()
            found[one.fault] = one
            sys.stderr.write("".join([*(f"{line}\n" for line in one.lines), *(f"    {said}\n" for said in one.complaints)]))
    rows = [found[fault.name] for fault in wanted]
    text = document(rows, time.monotonic() - began)
    sys.stdout.write(text)
    if options.write:
        DOCUMENT.write_text(text, encoding="utf-8")
    return 0 if all(one.right for one in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
