"""/metrics of the API server: the families that tell about its work, with the traffic of a cluster that lives.

Counters grow by what the demo answers, and by the simulated traffic of kubelets and controllers, brought up to date when asked.
"""

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from planes.demo.cluster import RESOURCES, SYSTEM, Cluster
from planes.demo.replies import Request

SLI_BUCKETS = (0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60)
ETCD_BUCKETS = (0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60)
SLOW = (1.2, 2.4)  # seconds that slow-api adds to a request
ERROR_SHARE = 0.05  # of requests that fail under errors-5xx
LAUNCH = 1.4  # seconds from the start of a process to that of its container, as the kubelet notes it
HOOK = "pods.policy.example"
HOOK_BUCKETS = (0.005, 0.025, 0.1, 0.5, 1.0, 2.5, 10, 25)

#: APIs that somebody asks although they are deprecated: group, version, resource, and the release that has them no more, if one is
#: named.
DEPRECATED = (("", "v1", "endpoints", ""), ("resource.k8s.io", "v1beta1", "resourceslices", "1.38"))

#: verb, group, version, resource, subresource, scope, requests a second: for every node, and for the cluster; mean seconds
_TRAFFIC = (
    ("PUT", "coordination.k8s.io", "v1", "leases", "", "resource", 0.1, 2.0, 0.006),
    ("GET", "coordination.k8s.io", "v1", "leases", "", "resource", 0.0, 2.0, 0.003),
    ("PATCH", "", "v1", "nodes", "status", "resource", 0.0033, 0.0, 0.012),
    ("PATCH", "", "v1", "pods", "status", "resource", 0.02, 0.5, 0.011),
    ("GET", "", "v1", "pods", "", "resource", 0.03, 1.0, 0.004),
    ("GET", "", "v1", "nodes", "", "resource", 0.01, 0.5, 0.004),
    ("POST", "", "v1", "events", "", "resource", 0.01, 0.5, 0.008),
    ("POST", "", "v1", "pods", "", "namespace", 0.0, 0.3, 0.021),
    ("LIST", "", "v1", "pods", "", "cluster", 0.0005, 0.05, 0.045),
    ("LIST", "", "v1", "nodes", "", "cluster", 0.0, 0.05, 0.03),
    ("GET", "", "v1", "configmaps", "", "resource", 0.01, 0.3, 0.003),
)


class Histogram:
    """Counts by upper bound; the last is everything."""

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.counts = [0.0] * (len(bounds) + 1)
        self.total = 0.0

    def add(self, seconds: float, times: float = 1.0) -> None:
        self.counts[bisect_left(self.bounds, seconds)] += times
        self.total += seconds * times

    def spread(self, mean: float, times: float, delay: float = 0.0) -> None:
        """As many observations, spread around a mean as answering times are: most below, few far above; all later by `delay`."""
        for factor, share in ((0.4, 0.35), (0.9, 0.4), (1.8, 0.17), (4.0, 0.07), (9.0, 0.01)):
            self.add(mean * factor + delay, times * share)

    def lines(self, name: str, labels: str) -> Iterator[str]:
        running = 0.0
        comma = "," if labels else ""
        for bound, count in zip((*self.bounds, math.inf), self.counts, strict=True):
            running += count
            le = "+Inf" if bound == math.inf else f"{bound:g}"
            yield f'{name}_bucket{{{labels}{comma}le="{le}"}} {int(running)}'
        yield f"{name}_sum{{{labels}}} {self.total:.6f}"
        yield f"{name}_count{{{labels}}} {int(running)}"


@dataclass(frozen=True)
class Part:
    """What one of several API servers does: so many of the requests, and so much slower than the first."""

    share: float = 1.0
    pace: float = 1.0


#: The first answers all whose connection stays; on connections of their own, the others answer in turn.
PARTS = (Part(), Part(0.8, 1.6), Part(0.6, 0.8))


class Traffic:
    """The figures of one API server: of the first of those that are there, or of the one of this number."""

    def __init__(self, cluster: Cluster, number: int | None = None) -> None:
        self._cluster = cluster
        self._number = number
        self._part = PARTS[(number or 0) % len(PARTS)]
        self._at = cluster.clock.mono() - 3600.0  # it has been at work for an hour already
        self._watches = 0
        self._forget()

    def _forget(self) -> None:
        self._process = self.process_started()
        self._requests: dict[str, float] = defaultdict(float)
        self._sli: dict[str, Histogram] = defaultdict(lambda: Histogram(SLI_BUCKETS))
        self._etcd: dict[str, Histogram] = defaultdict(lambda: Histogram(ETCD_BUCKETS))
        self._etcd_errors = 0.0
        self._hook = Histogram(HOOK_BUCKETS)
        self._hook_rejections = 0.0
        self._terminated = 0.0
        self._seen = 0

    def delay(self) -> float:
        """Seconds by which slow-api delays the request at hand."""
        return self._cluster.noise.uniform(*SLOW)

    def unlucky(self) -> bool:
        """Whether the request at hand is one of those that fail under errors-5xx."""
        return self._cluster.noise.random() < ERROR_SHARE

    def seen(self, request: Request, status: int, seconds: float) -> None:
        """A request that the demo itself has answered."""
        self._seen += 1
        parts = request.path.strip("/").split("/")
        verb = "WATCH" if request.watching else request.method
        if parts[0] in {"api", "apis"}:
            resource = next((kind for kind in RESOURCES if kind.plural in parts), None)
            if resource is None:
                return
            verb = "LIST" if verb == "GET" and parts[-1] == resource.plural else verb
            scope = "resource" if verb == "GET" else "namespace" if "namespaces" in parts[:-1] else "cluster"
            labels = (resource.group, resource.version, resource.plural, "", scope)
        else:
            labels = ("", "", "", f"/{parts[0]}", "")
        self._count(verb, *labels, status, 1.0)
        if verb != "WATCH":
            self._sli[_sli(verb, *labels)].add(seconds)

    @contextmanager
    def watching(self) -> Iterator[None]:
        self._watches += 1
        try:
            yield
        finally:
            self._watches -= 1

    def _count(self, verb: str, group: str, version: str, resource: str, sub: str, scope: str, code: int, times: float) -> None:
        component = "apiserver" if resource else ""
        labels = (
            f'code="{code}",component="{component}",dry_run="",group="{group}",resource="{resource}",scope="{scope}",'
            f'subresource="{sub}",system_client="",verb="{verb}",version="{version}"'
        )
        self._requests[labels] += times

    def catch_up(self) -> None:
        """Add the traffic since the last time. None flows while nobody can be reached. A new process counts from nothing."""
        now = self._cluster.clock.mono()
        if self._process != self.process_started():
            self._forget()
            self._at = now
        passed, self._at = now - self._at, now
        troubles = self._cluster.troubles
        if passed <= 0 or troubles.refused or troubles.hanging:
            return
        nodes = len(self._cluster.nodes)
        tide = 1.0 + 0.25 * math.sin(now / 120)
        failed = ERROR_SHARE if troubles.failing else 0.6 if troubles.etcd else 0.0
        for verb, group, version, resource, sub, scope, a_node, fixed, mean in _TRAFFIC:
            times = passed * (a_node * nodes + fixed) * tide * self._part.share
            self._count(verb, group, version, resource, sub, scope, 201 if verb == "POST" else 200, times * (1 - failed))
            if failed:
                self._count(verb, group, version, resource, sub, scope, 500, times * failed)
            slowness = sum(SLOW) / 2 if troubles.slow else 0.0
            self._sli[_sli(verb, group, version, resource, sub, scope)].spread(mean * self._part.pace, times, slowness)
            operation = {"PUT": "update", "PATCH": "update", "POST": "create", "LIST": "list"}.get(verb, "get")
            labels = f'group="{group}",operation="{operation}",resource="{resource}"'
            if troubles.etcd:
                self._etcd_errors += times * failed
            else:
                self._etcd[labels].spread(0.004, times)
        self._hook.spread(2.4 if troubles.webhook else 0.012, passed * 0.3)
        if troubles.webhook:
            self._hook_rejections += passed * 0.3
        if troubles.etcd:
            self._terminated += passed * 0.2

    def text(self) -> str:
        self.catch_up()
        return "\n".join([*self._request_lines(), *self._storage_lines(), *self._other_lines(), ""])

    def _request_lines(self) -> Iterator[str]:
        yield from _head(
            "apiserver_request_total", "counter", "[STABLE] Counter of apiserver requests by verb, resource and HTTP response code."
        )
        for labels, value in sorted(self._requests.items()):
            yield f"apiserver_request_total{{{labels}}} {int(value)}"
        name = "apiserver_request_sli_duration_seconds"
        yield from _head(
            name, "histogram", "[ALPHA] Response latency distribution (not counting webhook duration and queue waits)."
        )
        for labels, histogram in sorted(self._sli.items()):
            yield from histogram.lines(name, labels)
        load = self._part.pace * (1 + len(self._cluster.nodes) // 60)
        yield from _head("apiserver_current_inflight_requests", "gauge", "[STABLE] Requests in flight in the last second.")
        slow = 6 if self._cluster.troubles.slow else 1
        yield f'apiserver_current_inflight_requests{{request_kind="mutating"}} {int(load * 2 * slow)}'
        yield f'apiserver_current_inflight_requests{{request_kind="readOnly"}} {int(load * 3 * slow)}'
        yield from _head("apiserver_longrunning_requests", "gauge", "[STABLE] Active long-running requests.")
        watches = len(self._cluster.nodes) * 6 + 80 + self._watches
        labels = 'component="apiserver",group="",resource="pods",scope="cluster",subresource="",verb="WATCH",version="v1"'
        yield f"apiserver_longrunning_requests{{{labels}}} {watches}"
        yield from _head("apiserver_request_terminations_total", "counter", "[ALPHA] Requests terminated in self-defence.")
        labels = 'code="504",component="apiserver",group="",resource="pods",scope="cluster",subresource="",verb="LIST",version="v1"'
        yield f"apiserver_request_terminations_total{{{labels}}} {int(self._terminated)}"
        yield from _head(
            "apiserver_flowcontrol_rejected_requests_total", "counter", "[BETA] Requests rejected by API Priority and Fairness."
        )
        labels = 'flow_schema="global-default",priority_level="global-default",reason="queue-full"'
        yield f"apiserver_flowcontrol_rejected_requests_total{{{labels}}} 0"
        yield from _head(
            "apiserver_flowcontrol_current_inqueue_requests",
            "gauge",
            "[BETA] Requests waiting in queues of API Priority and Fairness.",
        )
        for flow, level in (("kube-controller-manager", "workload-high"), ("system-leader-election", "leader-election")):
            yield f'apiserver_flowcontrol_current_inqueue_requests{{flow_schema="{flow}",priority_level="{level}"}} 0'

    def _storage_lines(self) -> Iterator[str]:
        yield from _head("etcd_request_duration_seconds", "histogram", "[ALPHA] Etcd request latency in seconds.")
        for labels, histogram in sorted(self._etcd.items()):
            yield from histogram.lines("etcd_request_duration_seconds", labels)
        yield from _head("etcd_request_errors_total", "counter", "[ALPHA] Etcd failed request counts.")
        yield f'etcd_request_errors_total{{group="",operation="get",resource="pods"}} {int(self._etcd_errors)}'
        size = 8_000_000 + 2600 * len(self._cluster.pods) + 9000 * len(self._cluster.nodes)
        yield from _head(
            "apiserver_storage_size_bytes", "gauge", "[STABLE] Size of the storage database file physically allocated in bytes."
        )
        yield f'apiserver_storage_size_bytes{{storage_cluster_id="etcd-0"}} {size}'
        yield from _head("apiserver_resource_objects", "gauge", "[ALPHA] Number of stored objects at the time of last check.")
        for table in self._cluster.store.tables():
            yield f'apiserver_resource_objects{{group="{table.resource.group}",resource="{table.resource.plural}"}} {len(table)}'

    def _other_lines(self) -> Iterator[str]:
        troubles = self._cluster.troubles
        yield from _head("aggregator_unavailable_apiservice", "gauge", "[ALPHA] APIServices which are marked as unavailable.")
        for record in self._cluster.store.table("apiservices", "apiregistration.k8s.io").records():
            missing = troubles.metrics_server and record.name.endswith("metrics.k8s.io")
            yield f'aggregator_unavailable_apiservice{{name="{record.name}"}} {int(missing)}'
        labels = f'name="{HOOK}",operation="CREATE",rejected="false",type="validating"'
        name = "apiserver_admission_webhook_admission_duration_seconds"
        yield from _head(name, "histogram", "[STABLE] Admission webhook latency in seconds.")
        yield from self._hook.lines(name, labels)
        yield from _head("apiserver_admission_webhook_rejection_count", "counter", "[ALPHA] Admission webhook rejections.")
        labels = f'error_type="calling_webhook_error",name="{HOOK}",operation="CREATE",rejection_code="0",type="validating"'
        yield f"apiserver_admission_webhook_rejection_count{{{labels}}} {int(self._hook_rejections)}"
        yield from _head("apiserver_admission_webhook_fail_open_count", "counter", "[ALPHA] Admission webhook fail open count.")
        yield f'apiserver_admission_webhook_fail_open_count{{name="{HOOK}",type="validating"}} 0'
        name = "apiserver_requested_deprecated_apis"
        yield from _head(
            name,
            "gauge",
            "[STABLE] Gauge of deprecated APIs that have been requested, broken out by API group, version, resource, subresource, "
            "and removed_release.",
        )
        for group, version, resource, removed in DEPRECATED:
            labels = f'group="{group}",removed_release="{removed}",resource="{resource}",subresource="",version="{version}"'
            yield f"{name}{{{labels}}} 1"
        certificates = Histogram(
            (0, 1800, 3600, 7200, 21600, 43200, 86400, 172800, 345600, 604800, 2592000, 7776000, 15552000, 31104000)
        )
        certificates.add(20_000_000, self._seen)
        name = "apiserver_client_certificate_expiration_seconds"
        yield from _head(
            name, "histogram", "[ALPHA] Distribution of the remaining lifetime on the certificate used to authenticate a request."
        )
        yield from certificates.lines(name, "")
        yield from _head("process_start_time_seconds", "gauge", "Start time of the process since unix epoch in seconds.")
        yield f"process_start_time_seconds {self.process_started():.3f}"

    def process_started(self) -> float:
        """Of the API server that answers: before its container, as the kubelet notes that."""
        number = self._number if self._number is not None else next(iter(there(self._cluster)), 0)
        pod = self._cluster.pod(f"{SYSTEM}/kube-apiserver-{self._cluster.control_plane[number]}")
        return pod.started - LAUNCH if pod is not None else self._cluster.process_started


def there(cluster: Cluster) -> list[int]:
    """The API servers that are not lost, by number."""
    return [number for number in range(cluster.servers) if number not in cluster.troubles.lost_servers]


def _sli(verb: str, group: str, version: str, resource: str, sub: str, scope: str) -> str:
    component = "apiserver" if resource else ""
    where = f'component="{component}",group="{group}",resource="{resource}",scope="{scope}"'
    return f'{where},subresource="{sub}",verb="{verb}",version="{version}"'


def _head(name: str, kind: str, about: str) -> tuple[str, str]:
    return f"# HELP {name} {about}", f"# TYPE {name} {kind}"
