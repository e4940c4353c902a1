"""The API server's own /metrics, and the nodes' usage from metrics.k8s.io.

/metrics has 2 MB and 18,000 lines where a thousand nodes live. Families stand together in it, each behind its `# TYPE` line, so the
wanted ones are cut out of the bytes before anything is parsed; of their labels only those that a rule reads are kept, and what
then has the same labels is summed. That is done within one scrape, of one instance, where counters may be added.
"""

import random
import re
from collections.abc import Awaitable, Callable

from planes.kube.answers import Answer
from planes.kube.backoff import MISSING
from planes.kube.clock import monotonic
from planes.kube.decoding import Codec
from planes.kube.errors import FaultError
from planes.kube.link import Link
from planes.structs.certificates import of_der
from planes.structs.events import Fault, FaultKind, Metrics, Sample, SourceEvent, Usage
from planes.structs.feeds import FEEDS, Feed
from planes.structs.moments import Mono
from planes.structs.quantity import quantity
from planes.structs.usage_objects import NodeMetrics

Emit = Callable[[SourceEvent], Awaitable[None]]
Labels = tuple[tuple[str, str], ...]

#: Seconds between two scrapes, and for one.
EVERY, LIMIT = 30.0, 20.0
_USAGE = FEEDS[Feed.NODE_METRICS]

#: Families that rules read, and the labels kept of each (signals.md, "Metrics"). A histogram's samples come under its names with
#: _bucket, _sum and _count; "le" is kept wherever it stands.
FAMILIES: dict[str, frozenset[str]] = {
    "process_start_time_seconds": frozenset(),
    "apiserver_request_total": frozenset({"code", "subresource"}),
    "apiserver_request_sli_duration_seconds": frozenset({"verb", "subresource"}),
    "apiserver_current_inflight_requests": frozenset({"request_kind", "requestKind"}),  # the latter before 1.18
    "apiserver_request_terminations_total": frozenset(),
    "apiserver_flowcontrol_rejected_requests_total": frozenset(),
    "etcd_request_duration_seconds": frozenset(),
    "etcd_requests_total": frozenset(),
    "etcd_request_errors_total": frozenset(),
    "apiserver_storage_size_bytes": frozenset({"storage_cluster_id", "cluster"}),
    "apiserver_admission_webhook_fail_open_count": frozenset(),
    "apiserver_requested_deprecated_apis": frozenset({"group", "version", "resource", "subresource", "removed_release"}),
}

#: What a family was called before, newest first: read where an API server does not serve the family itself, with these labels.
#: The histogram of requests is "sli" since 1.26 and "slo" since 1.23; before that there is only the one that counts the time of
#: webhooks in. The size is the storage's since 1.28, and etcd's until 1.25 (CHANGELOGs of Kubernetes).
FORMER: dict[str, tuple[tuple[str, frozenset[str]], ...]] = {
    "apiserver_request_sli_duration_seconds": (
        ("apiserver_request_slo_duration_seconds", frozenset({"verb", "subresource"})),
        ("apiserver_request_duration_seconds", frozenset({"verb", "subresource"})),
    ),
    "apiserver_storage_size_bytes": (
        ("apiserver_storage_db_total_size_in_bytes", frozenset({"endpoint"})),
        ("etcd_db_total_size_in_bytes", frozenset({"endpoint"})),
    ),
}
#: Requests of ours where they are told apart: until 1.18 requests were counted by client.
_OURS = re.compile(rb'(?:^|,)client="planewatch["/]')

_LABEL = re.compile(rb'([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"')
#: In place of the labels of a sample that counts nothing but what we ask ourselves.
_OURS_ALONE: Labels = (("client", "planewatch"),)
_ESCAPE = re.compile(r"\\(.)")
#: Label texts that are remembered, so that a scrape looks up what the one before it has parsed.
_REMEMBERED = 50_000


class Parser:
    """Parses scrapes of one cluster; remembers label texts from one to the next."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, bytes], Labels] = {}

    def parse(self, body: bytes) -> dict[str, tuple[Sample, ...]]:
        """The wanted samples by sample name. A line that is not in the exposition format is left out."""
        if len(self._known) > _REMEMBERED:
            self._known.clear()
        sums: dict[str, dict[Labels, float]] = {}
        for family, kept in FAMILIES.items():
            for name, labels in ((family, kept), *FORMER.get(family, ())):
                if lines := _block(body, name):
                    for line in lines:
                        self._add(line, name, labels, sums)
                    break
        return {name: tuple(Sample(labels, value) for labels, value in found.items()) for name, found in sums.items()}

    def _add(self, line: bytes, family: str, kept: frozenset[str], sums: dict[str, dict[Labels, float]]) -> None:
        head, brace, rest = line.partition(b"{")
        if brace:
            text, _, number = rest.rpartition(b"} ")
        else:
            head, _, number = line.partition(b" ")
            text = b""
        try:
            value = float(number)
        except ValueError:
            return
        labels = self._known.get((family, text))
        if labels is None:
            labels = self._known[family, text] = _OURS_ALONE if _OURS.search(text) else _labels(text, kept)
        if labels is _OURS_ALONE:
            return
        found = sums.setdefault(head.decode(), {})
        found[labels] = found.get(labels, 0.0) + value


def _block(body: bytes, family: str) -> list[bytes]:
    """The sample lines of one family, found without reading the others."""
    mark = f"# TYPE {family} ".encode()
    at = body.find(mark)
    while at > 0 and body[at - 1 : at] != b"\n":
        at = body.find(mark, at + 1)
    if at < 0:
        return []
    start = body.find(b"\n", at) + 1
    if start == 0:
        return []
    if body.startswith(b"#", start):
        return []
    end = body.find(b"\n#", start)
    return (body[start:] if end < 0 else body[start:end]).splitlines()


def _labels(text: bytes, kept: frozenset[str]) -> Labels:
    pairs = ((key.decode(), value.decode(errors="replace")) for key, value in _LABEL.findall(text))
    return tuple(sorted((key, _unescaped(value)) for key, value in pairs if key in kept or key == "le"))


def _unescaped(value: str) -> str:
    return _ESCAPE.sub(lambda found: "\n" if found[1] == "n" else found[1], value) if "\\" in value else value


def scraped(answer: Answer, parser: Parser, *, apart: bool = False, address: str = "") -> Metrics:
    """What an answer of /metrics tells."""
    families = parser.parse(answer.body)
    start = families.pop("process_start_time_seconds", ())
    instance = start[0].value if start else None
    return Metrics(Mono(answer.at), answer.took, instance, families, apart=apart, address=address, certificate=of_der(answer.shown))


class MetricsProbe:
    """/metrics, at most every EVERY seconds."""

    def __init__(self, link: Link, *, clock: Callable[[], Mono] = monotonic, rng: random.Random | None = None) -> None:
        self._link = link
        self._clock = clock
        self._rng = rng or random.Random()  # noqa: S311 - jitter, not cryptography
        self._parser = Parser()

    async def step(self, emit: Emit) -> float:
        """Scrape once. Returns the seconds to wait before the next step."""
        started = self._clock()
        try:
            answer = await self._link.ask("/metrics", limit=LIMIT, accept="text/plain, */*;q=0.5")
            told = scraped(answer, self._parser)
        except FaultError as exc:
            now = self._clock()
            await emit(Metrics(now, now - started, fault=exc.fault))
            return pause(exc.fault, EVERY, self._rng)
        await emit(told)
        return EVERY * self._rng.uniform(1.0, 1.1)


class UsageProbe:
    """metrics.k8s.io nodes, where it is served; 404 is the common case where it is not installed."""

    def __init__(self, link: Link, *, clock: Callable[[], Mono] = monotonic, rng: random.Random | None = None) -> None:
        self._link = link
        self._clock = clock
        self._rng = rng or random.Random()  # noqa: S311 - jitter, not cryptography
        self._codec = Codec(NodeMetrics)

    async def step(self, emit: Emit) -> float:
        """Ask once. Returns the seconds to wait before the next step."""
        path = _USAGE.path()
        try:
            answer = await self._link.ask(path, limit=_USAGE.list_limit)
            page = self._codec.page(answer.body, path, self._link.server)
        except FaultError as exc:
            await emit(Usage(self._clock(), fault=exc.fault))
            return pause(exc.fault, _USAGE.every, self._rng)
        nodes = {}
        for item in page.items:
            cpu, memory = quantity(item.usage.get("cpu", "")), quantity(item.usage.get("memory", ""))
            if cpu is not None and memory is not None:
                nodes[item.metadata.name] = (cpu, memory)
        await emit(Usage(Mono(answer.at), nodes))
        return _USAGE.every * self._rng.uniform(1.0, 1.1)


def pause(fault: Fault, every: float, rng: random.Random) -> float:
    """Seconds before asking again: what is missing or not permitted may come, but rarely does."""
    base = MISSING if fault.kind in (FaultKind.FORBIDDEN, FaultKind.NOT_SERVED) else every
    return max(base * rng.uniform(0.75, 1.25), fault.retry_after or 0.0)
