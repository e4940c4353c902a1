"""Which process that was scraped is which API server, so that each shows its own figures.

Behind a balancer a scrape of /metrics lands on one of several API servers, and `process_start_time_seconds` tells which process
answered [signals.md, "Probes"]. Which server that is, is told by where it was dialled, or by when the container of its pod was
started. Both moments are of the clock of one host; the process begins some seconds before the kubelet notes the start of its
container, and Linux tells the first by the time of the boot, which is whole seconds [seen: 4 to 5 s]. Where two servers
began within that of each other nothing is guessed: they are not told apart.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from planes.components.apiserver_figures import FIGURES
from planes.components.rate_figures import METRICS
from planes.components.spec import facts_of
from planes.components.verdict_builder import OwnFigures, VerdictBuilder, some
from planes.structs.moments import Mono
from planes.structs.observations import ApiServerObservation, ProcessSeen, RatesSeen
from planes.structs.verdicts import Evidence, State

#: A process begins so long before its container is noted as started, at most, and so long after, seconds. [rule]
BEFORE, AFTER = 10.0, 2.0
#: A process that was not scraped for so many seconds may be gone: twice the window over which figures are told.
LATELY = 600.0
#: So many processes without a name are told one by one.
_NAMED = 5
#: What each shows of its own: by the name of the fact.
OWN = ("p99", "5xx", "in flight")
_OWN = tuple(one for one in FIGURES if one.fact in OWN)


@dataclass(frozen=True, slots=True)
class Server:
    """One API server: its name, the address at which it listens, and when its container was started; empty or None: not known.
    `stands`: its pod is seen, and its container does not run."""

    name: str
    address: str
    started: float | None
    stands: bool = False


def figures(servers: Sequence[Server], processes: Sequence[ProcessSeen], rates: RatesSeen) -> list[OwnFigures]:
    """The own figures of each server, in their order. `rates` are those of all together, which tell why there are none."""
    if not processes:
        return [OwnFigures(untold=_why(rates)) for _ in servers]
    found = [_dialled(one, processes) or _started(one, servers, processes) for one in servers]
    if len(servers) == 1 and isinstance(found[0], str):
        found = [_only(processes)]
    return [_told(one) if isinstance(one, ProcessSeen) else OwnFigures(untold=one) for one in found]


def _why(rates: RatesSeen) -> str:
    if rates.fault is not None:
        return "Not told apart: /metrics cannot be read."
    return "Not told apart: no scrape yet." if rates.at is None else "Not told apart: /metrics does not say which process answers."


def _told(process: ProcessSeen) -> OwnFigures:
    return OwnFigures(told=facts_of(_OWN, process.rates), at=process.rates.at, samples=process.samples)


def _dialled(server: Server, processes: Sequence[ProcessSeen]) -> ProcessSeen | None:
    """The process that answered at its address."""
    return next((one for one in processes if server.address and one.address == server.address), None)


def _fits(server: Server, process: ProcessSeen) -> bool:
    return server.started is not None and server.started - BEFORE <= process.started <= server.started + AFTER


def _started(server: Server, servers: Sequence[Server], processes: Sequence[ProcessSeen]) -> ProcessSeen | str:
    """The process that began when its container did, or why none can be told."""
    if server.stands:
        return "No figures: its container does not run."
    if server.started is None:
        return "Not told apart: when its process started is not visible."
    near = [one.name for one in servers if one is not server and _near(server, one) and _dialled(one, processes) is None]
    if near:
        return f"Not told apart from {some(near, 3)}: they started within {BEFORE + AFTER:.0f} s of each other."
    free = [one for one in processes if _fits(server, one) and not _taken(one, server, servers)]
    if len(free) == 1:
        return free[0]
    return "Not told apart: several processes started when it did." if free else "No scrape has reached it yet."


def _near(server: Server, other: Server) -> bool:
    """Whether one process could be either's."""
    if server.started is None or other.started is None:
        return False
    return abs(server.started - other.started) <= BEFORE + AFTER


def _taken(process: ProcessSeen, server: Server, servers: Sequence[Server]) -> bool:
    """Whether it is known to be another's, by its address."""
    return any(one is not server and one.address and one.address == process.address for one in servers)


def _only(processes: Sequence[ProcessSeen]) -> ProcessSeen | str:
    """Of a sole server each process is one of its lives, and the last is the one that lives: unless an older one answered since
    that began to, so that there are several behind what looks like one."""
    *older, last = processes
    began = last.samples[0].at if last.samples else last.rates.at
    lives = [one for one in older if one.rates.at is not None and began is not None and one.rates.at > began]
    return f"Not told apart: {len(lives) + 1:,} processes answer for it." if lives else last


def check_unnamed(builder: VerdictBuilder, own: Iterable[OwnFigures], seen: ApiServerObservation, now: Mono) -> None:
    """Several processes that answer, where none can be told to be a certain server: their figures all the same. Shown only."""
    lately = [one for one in seen.processes if one.rates.at is not None and now - one.rates.at <= LATELY]
    if len(lately) < 2 or any(one.told for one in own):
        return
    each = [", ".join(f"{fact} {text}" for fact, text in facts_of(_OWN, one.rates).items()) or "one scrape" for one in lately]
    more = f"; and {len(each) - _NAMED:,} more" if len(each) > _NAMED else ""
    text = f"{len(each):,} answered lately, which server each is cannot be told: {'; '.join(each[:_NAMED])}{more}"
    builder.good(Evidence("processes", text, "told apart by name", State.HEALTHY, METRICS, seen.rates.at))
