"""What is said of each fault of the demo cluster, and while the way to it breaks:
python -m tests.bench.bench_truth [--write] [--jobs N] [--phases N] [--faults | --chaos [--short]] [FAULT …].

Prints fault × component × verdict × seconds to notice × others that turned × healed after, and the way that breaks × fault behind
it (tests/bench/bench_chaos.py), which takes an hour; `--faults` leaves that out, as naming faults does, `--chaos` the first. Ends
with 1 if anything was missed, said of the wrong one, or said too late. `--write` puts the tables into docs/truth.md; one that was
left out stays there as it was.
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
from planes.kube.feeds import parts
from tests.bench import bench_chaos
from tests.bench.looking import TICK, Turn
from tests.bench.truth import LASTS, SETTLE, SHAPE, Noticed, Outcome, live_through
from tests.chaos.living import LIVE, TOLD
from tests.chaos.ways import WAYS

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "truth.md"
_HEAD = """# Truth

What Planewatch says of each fault that the demo cluster can have, and after how many seconds. Written by `{command}` on {date}, \
on {machine}.

Each fault is lived through on a demo cluster of its own, of {nodes} nodes in three zones with three API servers, by the same \
source, picture and rules as in a collector, over HTTPS. All of it runs by one clock that jumps to the next moment at which \
anything happens, so a second is a second of the cluster's life whatever else the machine does; judging every {tick} s as a \
collector does. The fault is injected {settle:g} s after the start or later, when every component and node is healthy, lasts \
{lasts:g} s or longer, and is healed.

Most of what passes before a fault is noticed is waiting: for the next question (health is asked for every 2 s, the certificate is \
seen every 60 s, metrics are read every 30 s, all of them a tenth sooner or later), then until it has held. So one fault takes \
longer at one time than at another; each was lived through {phases}, begun at moments that are spread over a minute, and where \
times differ the table has the shortest and the longest.

*Noticed* is the time from breaking it to the state being shown, for the last of those concerned; in brackets the time within \
which it must be. *Others* are components and agents that turned besides, as they may: what runs on a broken node, or cannot be \
seen without etcd or the API server. Nothing else may turn at all. *Healed* is the time from healing it until everything is \
shown as before; in brackets the time allowed. Restarts and flips of Ready are counted over 15 min, errors and latency over 5 \
min, and recover accordingly.

"""
_WAYS = """
## While the way to the cluster breaks

The same demo cluster, watched through a proxy that ends TLS and breaks the way in each of the ways below, for a minute unless \
said otherwise, and mends it again (tests/chaos/ways.py). Each way is lived through three times: with nothing wrong behind it; \
with two faults that begin two seconds after it, every scheduler hangs and one node's kubelet is silent; and with the two of \
them five seconds before it. So two leases really stop, and nothing else tells of them. Written by `{command}` on {date}, on \
{machine}.

A life is right if nothing is called degraded or down that works (but for the API server where it does not answer as it should), \
if neither of the two dead is called healthy for longer than {told:g} s after its death (*told*: for how long scheduler and \
kubelet were; from then on they are red or unknown), nor red before its lease can be late, if both are red {told:g} s after the \
way is mended, and if everything else is as before {live:g} s after that. *Unknown* is the most that was unknown at one moment, \
of {subjects} components, nodes and agents; *polled* the most feeds of {feeds} that were listed instead of watched. Ways that \
differ in a figure share a row, with the longest of their times.

"""
_COLUMNS = "| fault | on | component | verdict | noticed (within) | others that turned | healed (within) | |\n"


#: Over so many seconds the beginnings of one fault are spread: the longest that anything is asked for only now and then.
_MINUTE = 60.0
#: Where the document's second part begins.
MARKER = "\n## While"


@dataclass(frozen=True)
class Row:
    """One fault as the table has it, one line a notice."""

    fault: str
    lines: tuple[str, ...]
    right: bool
    complaints: tuple[str, ...]


def row(*outcomes: Outcome) -> Row:
    """Outcomes of one fault, ready to print."""
    first = outcomes[0]
    fault, right = first.fault, all(one.right for one in outcomes)
    healed = "by itself" if fault.momentary else _span([one.healed_after for one in outcomes])
    others = _others([turn for one in outcomes for turn in one.tolerated])
    ending = f"{others} | {healed} ({fault.heals_within:g} s) | {'right' if right else '**wrong**'} |"
    begin = f"| {fault.name} | {_where(first)}"
    lines = []
    for number, one in enumerate(first.noticed):
        after = _span([outcome.noticed[number].after for outcome in outcomes])
        lines.append(f"{begin} | {one.notice.component} | {one.notice.state} | {after} ({one.notice.within:g} s) | ")
    lines = lines or [f"{begin} | none | nothing may turn | | "]
    lines = [line + (ending if number == len(lines) - 1 else "| | |") for number, line in enumerate(lines)]
    complaints = dict.fromkeys(said for one in outcomes for said in _complaints(one))
    return Row(fault.name, tuple(lines), right and not any(_undeclared(one) for one in outcomes), tuple(complaints))


def _span(values: list[float | None]) -> str:
    """ "5.5 to 6.6 s", or "5.5 s" where they do not differ; never, if one of them is."""
    told = [value for value in values if value is not None]
    if len(told) < len(values):
        return _seconds(None)
    least, most = (f"{value:.1f}" for value in (min(told), max(told)))
    return f"{most} s" if least == most else f"{least} to {most} s"


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


def measured(name: str, phases: int = 1) -> Row:
    """Live through one fault so many times, begun at moments that are spread over a minute, each in a directory of its own."""
    outcomes = []
    for phase in range(phases):
        with tempfile.TemporaryDirectory(prefix="planewatch-truth-") as directory:
            outcomes.append(live_through(name, Path(directory), SETTLE + phase * _MINUTE / phases))
    return row(*outcomes)


def machine() -> str:
    """The machine, in a few words."""
    return f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}"


def document(rows: Iterable[Row], took: float, phases: int) -> str:
    """docs/truth.md."""
    command, date = "make bench-truth ARGS=--write", datetime.now(UTC).strftime("%Y-%m-%d")
    measures = {
        "nodes": SHAPE.nodes,
        "tick": TICK,
        "settle": SETTLE,
        "lasts": LASTS,
        "phases": f"{phases} times" if phases > 1 else "once",
    }
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
    parser.add_argument("--write", action="store_true", help="put the tables into docs/truth.md")
    parser.add_argument("--faults", action="store_true", help="only faults, on a way that works", dest="only_faults")
    parser.add_argument("--chaos", action="store_true", help="only ways that break")
    parser.add_argument("--short", action="store_true", help="of ways that differ in a figure, one")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 2, help="so many at once")
    parser.add_argument("--phases", type=int, default=3, help="live so many times through each fault, begun at other moments")
    options = parser.parse_args(arguments)
    known = {fault.name: fault for fault in FAULTS}
    unknown = [name for name in options.faults if name not in known]
    if unknown:
        parser.error(f"there is no fault named {unknown[0]}; there are {', '.join(known)}.")
    wanted = [known[name] for name in options.faults] or list(FAULTS)
    first = second = ""
    right = True
    if not options.chaos:
        first, right = _faults(wanted, options.jobs, options.phases)
        sys.stdout.write(first)
    if not (options.faults or options.only_faults):
        second, well = _ways(options.short, options.jobs)
        right = right and well
        sys.stdout.write(second)
    if options.write:
        old, marker, ways = DOCUMENT.read_text(encoding="utf-8").partition(MARKER)
        DOCUMENT.write_text((first or old) + (second or marker + ways), encoding="utf-8")
    return 0 if right else 1


def _faults(wanted: list[Fault], jobs: int, phases: int) -> tuple[str, bool]:
    """The document's first part, and whether all was right."""
    began = time.monotonic()
    found: dict[str, Row] = {}
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        running = [pool.submit(measured, fault.name, phases) for fault in sorted(wanted, key=_longest_first)]
        for done in as_completed(running):
            one = done.result()
            found[one.fault] = one
            sys.stderr.write("".join([*(f"{line}\n" for line in one.lines), *(f"    {said}\n" for said in one.complaints)]))
    rows = [found[fault.name] for fault in wanted]
    return document(rows, time.monotonic() - began, phases), all(one.right for one in rows)


def _ways(short: bool, jobs: int) -> tuple[str, bool]:
    """The document's second part, and whether all was right."""
    began = time.monotonic()
    found = bench_chaos.live_all(bench_chaos.short() if short else list(WAYS), jobs)
    command, date = f"make bench-truth ARGS='--chaos{' --short' if short else ''} --write'", datetime.now(UTC).strftime("%Y-%m-%d")
    subjects = max(one.subjects for one in found.values())
    measures = {"told": TOLD, "live": LIVE, "subjects": subjects, "feeds": len(parts())}
    head = _WAYS.format(command=command, date=date, machine=machine(), **measures)
    return head + bench_chaos.document(found, time.monotonic() - began), all(one.right for one in found.values())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
