"""Rates and percentiles from scrapes of /metrics, each within one API server's process and over a window.

A load balancer may lead each scrape to another instance, and an instance may restart: differences are only ever taken between
scrapes with the same process start time, and a counter that went back starts anew.
"""

import re
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from planes.structs.events import Fault, Metrics, Sample
from planes.structs.moments import Mono
from planes.structs.observations import RatesSeen

#: Health is asked for by these paths, and by a path below them for one check; what they answer is no client's traffic. Of a
#: request that is for no resource, the API server tells the path as "subresource".
_NOT_SERVING = re.compile(r"/(?:livez|readyz|healthz)(?:/|$)")
#: An instance that answered none of the last so many scrapes may be gone: it no longer counts into the latest figures.
_LATELY = 3
#: What lasts as long as its client wants (kubernetes-mixin). Before 1.17 some of it goes by the verb of its HTTP request.
_LONG_RUNNING = ("WATCH", "CONNECT", "WATCHLIST", "PROXY")
_STREAMS = ("attach", "exec", "log", "portforward", "proxy")
#: How long requests took, and how much is stored, by the names of now and of before (planes/kube/metrics.py reads one of each).
_LATENCY = (
    "apiserver_request_sli_duration_seconds_bucket",
    "apiserver_request_slo_duration_seconds_bucket",
    "apiserver_request_duration_seconds_bucket",
)
_STORED = ("apiserver_storage_size_bytes", "apiserver_storage_db_total_size_in_bytes", "etcd_db_total_size_in_bytes")


@dataclass(frozen=True, slots=True)
class Totals:
    """The counters of one scrape, added up. Buckets are cumulative, by upper bound in seconds."""

    at: Mono
    counters: Mapping[str, float]
    latency: Mapping[float, float] = field(default_factory=dict)
    etcd: Mapping[float, float] = field(default_factory=dict)


def totals(event: Metrics) -> Totals:
    """One scrape added up. A family that was not served is missing among the counters."""
    counters: dict[str, float] = {}
    families = event.families
    if (requests := families.get("apiserver_request_total")) is not None:
        counters["requests"] = counters["errors"] = 0.0
        for one in requests:
            labels = dict(one.labels)
            if _NOT_SERVING.match(labels.get("subresource", "")):
                continue
            counters["requests"] += one.value
            if labels.get("code", "").startswith("5"):
                counters["errors"] += one.value
    for name, family in (
        ("terminations", "apiserver_request_terminations_total"),
        ("rejected", "apiserver_flowcontrol_rejected_requests_total"),
        ("fail_open", "apiserver_admission_webhook_fail_open_count"),
        ("etcd_requests", "etcd_requests_total"),
        ("etcd_errors", "etcd_request_errors_total"),
    ):
        if family in families:
            counters[name] = sum(one.value for one in families[family])
    etcd = _buckets(families.get("etcd_request_duration_seconds_bucket", ()))
    if etcd:
        counters["etcd_calls"] = etcd[max(etcd)]  # every request was observed once
        # Older API servers do not count them apart; and one without any error serves no counter of errors.
        counters.setdefault("etcd_requests", counters["etcd_calls"])
    latency = _buckets(one for one in _first(families, _LATENCY) if not _lasts_or_probes(dict(one.labels)))
    return Totals(event.at, counters, latency, etcd)


def _first(families: Mapping[str, tuple[Sample, ...]], names: tuple[str, ...]) -> tuple[Sample, ...]:
    """The samples of the first of these names that was served."""
    return next((families[name] for name in names if name in families), ())


def _lasts_or_probes(labels: Mapping[str, str]) -> bool:
    """Whether a request's duration does not tell how fast the API server is: it lasts as long as is wanted, or asks for health."""
    subresource = labels.get("subresource", "")
    return labels.get("verb") in _LONG_RUNNING or subresource in _STREAMS or _NOT_SERVING.match(subresource) is not None


def _buckets(samples: Iterable[Sample]) -> dict[float, float]:
    found: dict[float, float] = {}
    for one in samples:
        try:
            bound = float(dict(one.labels).get("le", "nan"))
        except ValueError:
            continue
        found[bound] = found.get(bound, 0.0) + one.value
    return found


def percentile(buckets: Mapping[float, float], share: float) -> float | None:
    """The value below which `share` of the observations lie, as Prometheus' histogram_quantile estimates it; None without any."""
    bounds = sorted(bound for bound in buckets if bound == bound)
    if not bounds or buckets[bounds[-1]] <= 0:
        return None
    wanted = share * buckets[bounds[-1]]
    low, before = 0.0, 0.0
    for bound in bounds:
        count = buckets[bound]
        if count >= wanted:
            if bound == float("inf"):
                return low
            inside = count - before
            return low + (bound - low) * ((wanted - before) / inside if inside > 0 else 1.0)
        low, before = bound, count
    return low


class RatesStore:
    """Scrapes of the window by instance."""

    __slots__ = ("_fault", "_gauges", "_last", "_lately", "_scrapes", "window")

    def __init__(self, window: float = 300.0) -> None:
        self.window = window
        self._scrapes: dict[float | None, deque[Totals]] = {}
        self._fault: tuple[Fault, Mono] | None = None
        self._gauges: dict[float | None, dict[str, float]] = {}
        self._lately: deque[float | None] = deque(maxlen=_LATELY)
        self._last: Mono | None = None

    def took(self, event: Metrics) -> None:
        """One scrape."""
        if event.fault is not None:
            self._fault = (event.fault, self._fault[1] if self._fault is not None else event.at)
            return
        self._fault, self._last = None, event.at
        taken = totals(event)
        scrapes = self._scrapes.setdefault(event.instance, deque())
        if scrapes and any(taken.counters.get(name, 0.0) < value for name, value in scrapes[-1].counters.items()):
            scrapes.clear()
        scrapes.append(taken)
        # The oldest kept lies at or just before the window's start, so that the window is covered as a whole.
        while len(scrapes) > 2 and scrapes[1].at <= event.at - self.window:
            scrapes.popleft()
        for instance in [one for one, kept in self._scrapes.items() if kept[-1].at < event.at - self.window]:
            del self._scrapes[instance]
        self._lately.append(event.instance)
        self._gauges[event.instance] = _gauges(event.families)
        self._gauges = {one: kept for one, kept in self._gauges.items() if one in self._lately}

    def seen_fault(self) -> tuple[Fault, Mono] | None:
        """Why scraping fails, and since when."""
        return self._fault

    def seen(self) -> RatesSeen:
        """As rules see it."""
        fault = self._fault[0] if self._fault is not None else None
        pairs = [(kept[0], kept[-1]) for kept in self._scrapes.values() if len(kept) > 1]
        newest = max((kept for kept in self._scrapes.values() if len(kept) > 1), key=lambda kept: kept[-1].at, default=None)
        recent = [(newest[-2], newest[-1])] if newest is not None else []
        gauges = _together(self._gauges.values())
        rate = _Rates(pairs)
        last = _Rates([(kept[-2], kept[-1]) for one, kept in self._scrapes.items() if len(kept) > 1 and one in self._lately])
        late = _Rates(recent)
        return RatesSeen(
            at=self._last,
            fault=fault,
            span=max((last.at - first.at for first, last in pairs), default=0.0),
            requests=rate.per_second("requests"),
            error_ratio=rate.ratio("errors", "requests"),
            recent_error_ratio=late.ratio("errors", "requests"),
            p99=percentile(rate.latency(), 0.99),
            recent_p99=percentile(late.latency(), 0.99),
            inflight_reading=gauges.get("reading"),
            inflight_mutating=gauges.get("mutating"),
            inflight_of=sum("mutating" in one for one in self._gauges.values()),
            terminations=rate.per_second("terminations"),
            rejected=rate.per_second("rejected"),
            webhook_fail_open=rate.per_second("fail_open"),
            etcd_p99=percentile(rate.etcd(), 0.99),
            recent_etcd_p99=percentile(late.etcd(), 0.99),
            etcd_error_ratio=rate.ratio("etcd_errors", "etcd_requests"),
            storage_bytes=gauges.get("storage"),
            last_requests=last.counted("requests"),
            last_rejected=last.per_second("rejected"),
            last_etcd_requests=last.counted("etcd_calls"),
            recent_etcd_error_ratio=late.ratio("etcd_errors", "etcd_requests"),
        )


class _Rates:
    """Differences between pairs of scrapes."""

    def __init__(self, pairs: list[tuple[Totals, Totals]]) -> None:
        self._pairs = pairs

    def _has(self, name: str) -> bool:
        return any(name in last.counters for _, last in self._pairs)

    def per_second(self, name: str) -> float | None:
        if not self._pairs or (not self._has(name) and not self._has("requests")):
            return None
        return sum(
            (last.counters.get(name, 0.0) - first.counters.get(name, 0.0)) / (last.at - first.at)
            for first, last in self._pairs
            if last.at > first.at
        )

    def counted(self, name: str) -> float | None:
        """Per second, of a counter that was served; None otherwise."""
        return self.per_second(name) if self._has(name) else None

    def ratio(self, part: str, whole: str) -> float | None:
        all_of = sum(last.counters.get(whole, 0.0) - first.counters.get(whole, 0.0) for first, last in self._pairs)
        if all_of <= 0:
            return None
        return sum(last.counters.get(part, 0.0) - first.counters.get(part, 0.0) for first, last in self._pairs) / all_of

    def latency(self) -> dict[float, float]:
        return _differences((first.latency, last.latency) for first, last in self._pairs)

    def etcd(self) -> dict[float, float]:
        return _differences((first.etcd, last.etcd) for first, last in self._pairs)


def _differences(pairs: Iterable[tuple[Mapping[float, float], Mapping[float, float]]]) -> dict[float, float]:
    """What was added between the scrapes of each pair, of all pairs together. API servers of two versions may divide by other
    bounds: cumulative counts add up only at those that all of them have."""
    served = [(first, last) for first, last in pairs if last]
    if not served:
        return {}
    common = set.intersection(*(set(last) for _, last in served))
    return {bound: sum(max(0.0, last[bound] - first.get(bound, 0.0)) for first, last in served) for bound in common}


def _gauges(families: Mapping[str, tuple[Sample, ...]]) -> dict[str, float]:
    made: dict[str, float] = {}
    for one in families.get("apiserver_current_inflight_requests", ()):
        labels = dict(one.labels)
        kind = labels.get("request_kind") or labels.get("requestKind")
        if kind in ("readOnly", "mutating"):
            name = "reading" if kind == "readOnly" else "mutating"
            made[name] = made.get(name, 0.0) + one.value
    if any(name in families for name in _STORED):
        made["storage"] = max((one.value for one in _first(families, _STORED)), default=0.0)
    return made


def _together(each: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """The gauges of all instances as one: what they hold adds up, but they share one store."""
    made: dict[str, float] = {}
    for gauges in each:
        for name, value in gauges.items():
            made[name] = max(made.get(name, 0.0), value) if name == "storage" else made.get(name, 0.0) + value
    return made
