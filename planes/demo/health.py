"""/livez, /readyz, /healthz and their single checks, as text; and the same as numbers on /metrics/slis."""

from planes.demo.cluster import Cluster
from planes.demo.replies import NOT_SERVED, Reply, Request, text

_HOOKS_BEFORE = (
    "start-apiserver-admission-initializer", "generic-apiserver-start-informers", "priority-and-fairness-config-consumer",
    "priority-and-fairness-filter", "storage-object-count-tracker-hook", "start-apiextensions-informers",
    "start-apiextensions-controllers", "crd-informer-synced", "start-system-namespaces-controller",
    "peer-endpoint-reconciler-controller", "start-cluster-authentication-info-controller",
    "start-kube-apiserver-identity-lease-controller", "start-kube-apiserver-identity-lease-garbage-collector", "storage-readiness",
    "start-legacy-token-tracking-controller", "start-service-ip-repair-controllers", "rbac/bootstrap-roles",
    "scheduling/bootstrap-system-priority-classes", "priority-and-fairness-config-producer", "bootstrap-controller",
    "start-kubernetes-service-cidr-controller", "start-kube-aggregator-informers", "apiservice-status-local-available-controller",
    "apiservice-status-remote-available-controller", "apiservice-registration-controller", "apiservice-wait-for-first-sync",
    "apiservice-discovery-controller", "kube-apiserver-autoregistration",
)  # fmt: skip
_HOOKS_AFTER = ("apiservice-openapi-controller", "apiservice-openapiv3-controller")
_HOOKS = (
    *(f"poststarthook/{name}" for name in _HOOKS_BEFORE),
    "autoregister-completion",
    *(f"poststarthook/{name}" for name in _HOOKS_AFTER),
)
CHECKS: dict[str, tuple[str, ...]] = {
    "livez": ("ping", "log", "loopback-serving-certificate", "etcd", *_HOOKS),
    "readyz": ("ping", "log", "etcd", "etcd-readiness", "informer-sync", *_HOOKS, "shutdown"),
    "healthz": ("ping", "log", "loopback-serving-certificate", "etcd", *_HOOKS),
}
ETCD_WAIT = 2.0  # seconds after which the etcd check gives up
START = 1.5  # seconds from the first answer of a new process until it is ready
_STARTING = (
    "informer-sync",
    "poststarthook/start-apiextensions-controllers",
    "poststarthook/crd-informer-synced",
    "poststarthook/start-kube-apiserver-identity-lease-controller",
    "poststarthook/rbac/bootstrap-roles",
)
_ETCD_REASON = "error getting data from etcd: context deadline exceeded"


def failing(cluster: Cluster) -> dict[str, str]:
    """The checks that fail just now, with the reason."""
    wrong = {"etcd": _ETCD_REASON, "etcd-readiness": _ETCD_REASON} if cluster.troubles.etcd else {}
    if cluster.clock.mono() < cluster.ready_at:
        wrong |= dict.fromkeys(_STARTING, "not finished")
    return wrong


def slow(cluster: Cluster, path: str) -> float:
    """Seconds that an answer takes longer because a check waits for what is not there."""
    return ETCD_WAIT if cluster.troubles.etcd and (path.count("/") == 1 or path.endswith(("/etcd", "/etcd-readiness"))) else 0.0


def answer(cluster: Cluster, request: Request) -> Reply:
    """`/livez`, `/livez?verbose`, `/livez?exclude=etcd`, `/livez/etcd`; likewise readyz and healthz."""
    kind, _, check = request.path.strip("/").partition("/")
    wrong = failing(cluster)
    if check:
        if check not in CHECKS[kind]:
            return NOT_SERVED
        if check in wrong:
            return text(f"internal server error: {wrong[check]}\n", 500)
        return text("ok")
    excluded = request.query.get("exclude", "").split(",")
    names = [name for name in CHECKS[kind] if name not in excluded]
    broken = [name for name in names if name in wrong]
    if not broken and "verbose" not in request.query:
        return text("ok")
    lines = [f"[-]{name} failed: reason withheld" if name in broken else f"[+]{name} ok" for name in names]
    verdict = "failed" if broken else "passed"
    return text("\n".join([*lines, f"{kind} check {verdict}", ""]), 500 if broken else 200)


def slis(cluster: Cluster) -> str:
    """/metrics/slis: each check as a gauge."""
    wrong = failing(cluster)
    lines = [
        "# HELP kubernetes_healthcheck [STABLE] This metric records the result of a single healthcheck.",
        "# TYPE kubernetes_healthcheck gauge",
    ]
    for kind in ("healthz", "livez", "readyz"):
        for name in sorted(CHECKS[kind]):
            lines.append(f'kubernetes_healthcheck{{name="{name}",type="{kind}"}} {0 if name in wrong else 1}')
    lines += [
        "# HELP kubernetes_healthchecks_total [STABLE] This metric records the results of all healthcheck.",
        "# TYPE kubernetes_healthchecks_total counter",
    ]
    asked = int(cluster.clock.wall() - cluster.process_started) // 10
    for kind in ("healthz", "livez", "readyz"):
        lines += [
            f'kubernetes_healthchecks_total{{name="{name}",status="success",type="{kind}"}} {asked}'
            for name in sorted(CHECKS[kind])
        ]
    lines += [
        "# HELP process_start_time_seconds Start time of the process since unix epoch in seconds.",
        "# TYPE process_start_time_seconds gauge",
        f"process_start_time_seconds {cluster.process_started:.3f}",
    ]
    return "\n".join(lines) + "\n"
