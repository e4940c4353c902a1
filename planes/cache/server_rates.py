"""Each API server's own figures: scrapes of /metrics told apart by the process that answered.

`process_start_time_seconds` stays the same as long as a process lives, and two processes of one cluster have the same only if both
began within its hundredth of a second. [signals.md, "Probes"]
"""

from collections import deque
from dataclasses import dataclass, field

from planes.cache.metrics import RatesStore
from planes.structs.events import Metrics
from planes.structs.moments import Mono
from planes.structs.observations import ProcessSeen, RatesSeen

#: What a process told is kept for so many seconds, and so many samples of it.
KEPT, SAMPLES = 1200.0, 40
#: Scrapes of one process that follow each other sooner tell nothing more, and a rate between them is noise; seconds.
LEAST = 10.0
#: So many processes are remembered: of a cluster's API servers, and of those that they replaced.
MOST = 16


@dataclass(slots=True)
class _Process:
    last: Mono
    rates: RatesStore = field(default_factory=RatesStore)
    samples: deque[RatesSeen] = field(default_factory=lambda: deque(maxlen=SAMPLES))
    address: str = ""


class ServerRates:
    """What was scraped lately, by process."""

    __slots__ = ("_processes",)

    def __init__(self) -> None:
        self._processes: dict[float, _Process] = {}

    def took(self, event: Metrics) -> None:
        """One scrape. One that failed, or that does not tell which process answered, says nothing about any."""
        if event.fault is not None or event.instance is None:
            return
        process = self._processes.setdefault(event.instance, _Process(event.at))
        if not process.samples or event.at - process.last >= LEAST:
            process.rates.took(event)
            process.last = event.at
            process.samples.append(process.rates.seen())
        if event.address:
            # What listens at an address now is the process that answered there last.
            for other in self._processes.values():
                other.address = "" if other.address == event.address else other.address
            process.address = event.address
        self._forget(event.at)

    def _forget(self, now: Mono) -> None:
        for process in self._processes.values():
            while process.samples and (at := process.samples[0].at) is not None and at < now - KEPT:
                process.samples.popleft()
        old = [started for started, process in self._processes.items() if process.last < now - KEPT]
        most = sorted(self._processes, key=lambda started: self._processes[started].last)[: max(0, len(self._processes) - MOST)]
        for started in {*old, *most}:
            del self._processes[started]

    def seen(self) -> tuple[ProcessSeen, ...]:
        """As rules see them, in the order in which they started."""
        return tuple(
            ProcessSeen(started=started, address=one.address, rates=one.rates.seen(), samples=tuple(one.samples))
            for started, one in sorted(self._processes.items())
        )
