"""Every attack in turn on a Planewatch of their own, and the table of what they found."""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.attacks.attacks import ATTACKS, Found
from tests.attacks.speaking import Target
from tests.e2e.fixtures import is_healthy
from tests.e2e.running import Up, until

DEMO = ("--demo", "--nodes", "120", "--no-story", "--port", "0")


@dataclass(frozen=True)
class Attacked:
    """An attack, what it found, and whether the cluster was shown as well afterwards."""

    name: str
    found: Found
    well: bool

    @property
    def wrong(self) -> bool:
        """Whether something did not hold."""
        probes = self.found.probes
        return not self.found.held or not self.well or (probes is not None and probes.worst > self.found.within)


def attacked(words: list[str], say: Callable[[str], None]) -> Iterator[Attacked]:
    """Those whose names hold one of the words; all if there are none."""
    names = [name for name in ATTACKS if not words or any(word.lower() in name.lower() for word in words)]
    if not names:
        return
    with Up(*DEMO) as up:
        until(lambda: is_healthy(up), "a healthy cluster", within=60)
        target = Target(up)
        for name in names:
            begun = time.monotonic()
            found = asyncio.run(ATTACKS[name](target))
            one = Attacked(name, found, is_healthy(up))
            probed = f", /healthz {_slowest(found)}" if found.probes else ""
            say(f"{name}: {found.said}{probed}{' WRONG' if one.wrong else ''} ({time.monotonic() - begun:.0f} s)")
            yield one


def table(done: list[Attacked]) -> str:
    """As Markdown."""
    lines = ["| attack | what came of it | slowest `/healthz`, and without waiting for a core |", "| --- | --- | --- |"]
    for one in done:
        wrong = " **Wrong.**" if one.wrong else ""
        slowest = _slowest(one.found)
        lines.append(
            f"| {one.name[0].upper()}{one.name[1:]} | {one.found.said[0].upper()}{one.found.said[1:]}{wrong} | {slowest} |"
        )
    return "\n".join(lines)


def _slowest(found: Found) -> str:
    probes = found.probes
    return f"{probes.worst * 1000:.0f} ms, {probes.worst_by_itself * 1000:.0f} ms" if probes is not None else ""
