"""Faults of the control plane, of what it leans on, and of the way to it."""

from datetime import timedelta
from functools import partial

import msgspec

from planes.demo import objects
from planes.demo.cluster import SYSTEM
from planes.demo.faults import Fault, FaultError, Faults, Notice
from planes.demo.health import START
from planes.demo.pods import Workload
from planes.demo.template import Body

EXPIRING = timedelta(days=5)
SKEW = 300.0  # seconds
PROBE = 10.0  # seconds until a kubelet's probes have found a control-plane pod dead
METRICS_API = objects.METRICS_API


def _instances(faults: Faults, component: str) -> list[str]:
    """Keys of the mirror pods of a component."""
    return [f"{SYSTEM}/{component}-{host}" for host in faults.cluster.control_plane]


def _kill(component: str, faults: Faults, _: str) -> None:
    """Every instance dies at once, with SIGKILL: nobody releases the lease."""
    faults.cluster.troubles.dead_leaders.add(component)
    for key in _instances(faults, component):
        faults.life.after(3.0, partial(_if_dead, faults, component, key))


def _if_dead(faults: Faults, component: str, key: str) -> None:
    if component in faults.cluster.troubles.dead_leaders:
        faults.work.crash(key)


def _revive(component: str, faults: Faults, _: str) -> None:
    for key in _instances(faults, component):
        faults.life.after(1.0, partial(faults.work.recover, key))
    if component == "kube-scheduler" and "scheduler-hung" in faults.active:
        return
    faults.cluster.troubles.dead_leaders.discard(component)
    number = faults.cluster.rng.randrange(faults.cluster.servers)
    faults.life.after(1.0, partial(faults.life.take_over, component, number))


def _hang_schedulers(faults: Faults, _: str) -> None:
    faults.cluster.troubles.dead_leaders.add("kube-scheduler")


def _wake_schedulers(faults: Faults, _: str) -> None:
    if "scheduler-dead" not in faults.active:
        faults.cluster.troubles.dead_leaders.discard("kube-scheduler")


def _stick(faults: Faults, _: str) -> None:
    """The scheduler leads and decides nothing; a few pods are replaced so that there is something to decide."""
    faults.cluster.troubles.scheduler_stuck = True
    teams = [app for app in faults.cluster.deployments if not app.critical] or faults.cluster.deployments
    app = faults.cluster.rng.choice(teams)
    for _number in range(3):
        faults.life.after(0.0, partial(faults.work.replace_one, app))


def _unstick(faults: Faults, _: str) -> None:
    faults.cluster.troubles.scheduler_stuck = False


def _fail_over(faults: Faults, _: str) -> None:
    """The leading controller manager stops in good order; another takes over within two seconds. It is over by itself."""
    name = "kube-controller-manager"
    follower = (faults.cluster.leader[name] + 1) % faults.cluster.servers
    faults.life.after(0.0, partial(faults.life.release, name))
    faults.life.after(2.0, partial(faults.life.take_over, name, follower))


def _nothing(faults: Faults, _: str) -> None:
    """What is over by itself needs no healing."""


def _flag(name: str, value: bool, faults: Faults, _: str) -> None:
    setattr(faults.cluster.troubles, name, value)


def _start_server(faults: Faults, _: str) -> None:
    """A new process listens: it is not ready at once, and counts from nothing."""
    faults.cluster.troubles.refused = False
    faults.cluster.process_started = now = faults.cluster.clock.wall()
    for number, host in enumerate(faults.cluster.control_plane):
        if (pod := faults.cluster.pod(f"{SYSTEM}/kube-apiserver-{host}")) is not None and pod.phase == "running":
            faults.cluster.put_pod(msgspec.structs.replace(pod, started=now + 0.25 * number))
    faults.cluster.ready_at = faults.cluster.clock.mono() + START


def _switch(name: str) -> tuple[partial[None], partial[None]]:
    return partial(_flag, name, True), partial(_flag, name, False)


def _last_server(faults: Faults) -> str:
    lost = faults.cluster.troubles.lost_servers
    left = [host for number, host in enumerate(faults.cluster.control_plane) if number not in lost]
    if len(left) < 2:
        raise FaultError("Only one API server is left; use apiserver-down to lose it too.")
    return left[-1]


def _lose_server(faults: Faults, host: str) -> None:
    number = faults.cluster.control_plane.index(host)
    faults.cluster.troubles.lost_servers.add(number)

    def probe() -> None:
        if number in faults.cluster.troubles.lost_servers:
            faults.work.crash(f"{SYSTEM}/kube-apiserver-{host}")

    faults.life.after(PROBE, probe)


def _return_server(faults: Faults, host: str) -> None:
    number = faults.cluster.control_plane.index(host)
    faults.cluster.troubles.lost_servers.discard(number)
    faults.life.after(0.5, partial(faults.life.identify, number))
    faults.life.after(2.0, partial(faults.work.recover, f"{SYSTEM}/kube-apiserver-{host}"))


def _app(faults: Faults, name: str) -> Workload:
    return next(app for app in faults.cluster.deployments if app.name == name)


def _crash_all(faults: Faults, name: str) -> None:
    for key in list(faults.cluster.members[_app(faults, name)]):
        faults.life.after(0.5, partial(faults.work.crash, key))


def _recover_all(faults: Faults, name: str) -> None:
    for key in list(faults.cluster.members[_app(faults, name)]):
        faults.life.after(1.0, partial(faults.work.recover, key))


def _lose_webhook(faults: Faults, _: str) -> None:
    faults.cluster.troubles.webhook = True
    _crash_all(faults, "policy-webhook")


def _return_webhook(faults: Faults, _: str) -> None:
    faults.cluster.troubles.webhook = False
    _recover_all(faults, "policy-webhook")


def _available(faults: Faults, good: bool) -> None:
    service = f"{SYSTEM}/metrics-server"
    reason = "Passed" if good else "MissingEndpoints"
    message = (
        "all checks passed"
        if good
        else f'endpoints for service/metrics-server in "{SYSTEM}" have no addresses with port name "https"'
    )

    def change(body: Body) -> None:
        body["status"] = {"conditions": [objects.available(good, reason, message, faults.cluster.now())]}

    faults.cluster.edit(faults.cluster.store.table("apiservices", "apiregistration.k8s.io"), METRICS_API, change)
    faults.cluster.event("Service", SYSTEM, service.split("/")[1], "", reason, message, "apiserver")


def _lose_api(faults: Faults, _: str) -> None:
    faults.cluster.troubles.metrics_server = True
    _crash_all(faults, "metrics-server")
    faults.life.after(2.0, partial(_available, faults, False))


def _return_api(faults: Faults, _: str) -> None:
    faults.cluster.troubles.metrics_server = False
    _recover_all(faults, "metrics-server")
    faults.life.after(3.0, partial(_available, faults, True))


def _age_certificate(faults: Faults, _: str) -> None:
    faults.certificate_life = EXPIRING


def _renew_certificate(faults: Faults, _: str) -> None:
    faults.certificate_life = timedelta(days=365)


def _lose_dns(faults: Faults, _: str) -> None:
    _crash_all(faults, "coredns")


def _return_dns(faults: Faults, _: str) -> None:
    _recover_all(faults, "coredns")


def _expire(faults: Faults, _: str) -> None:
    """A compaction: all watches and continue tokens of before are too old. It is over by itself."""
    faults.reader.expire()
    for table in faults.cluster.store.tables():
        table.expire()


def _skew(seconds: float, faults: Faults, _: str) -> None:
    faults.cluster.clock.skew = seconds


_ALL = (
    "kube-apiserver", "etcd", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy", "container-runtime",
    "dns", "metrics-server",
)  # fmt: skip

CONTROL_FAULTS = (
    Fault(
        "scheduler-dead",
        "Every scheduler is killed: the lease freezes, new pods stay undecided.",
        "component",
        (Notice("kube-scheduler", "degraded", 20), Notice("kube-scheduler", "down", 35)),
        partial(_kill, "kube-scheduler"),
        partial(_revive, "kube-scheduler"),
    ),
    Fault(
        "scheduler-hung",
        "Every scheduler hangs: the lease freezes, while their pods still look well.",
        "component",
        (Notice("kube-scheduler", "degraded", 25), Notice("kube-scheduler", "down", 35)),
        _hang_schedulers,
        _wake_schedulers,
    ),
    Fault(
        "scheduler-stuck",
        "The scheduler leads, but decides nothing: pods wait without any PodScheduled condition.",
        "component",
        (Notice("kube-scheduler", "degraded", 45),),
        _stick,
        _unstick,
    ),
    Fault(
        "kcm-failover",
        "The controller manager hands over in good order: the lease is released and taken within 2 s. Over by itself.",
        "component",
        (),
        _fail_over,
        _nothing,
        gentle=True,
        momentary=True,
    ),
    Fault(
        "kcm-dead",
        "Every controller manager is killed: the lease freezes, nobody replaces pods or watches nodes.",
        "component",
        (Notice("kube-controller-manager", "degraded", 20), Notice("kube-controller-manager", "down", 35)),
        partial(_kill, "kube-controller-manager"),
        partial(_revive, "kube-controller-manager"),
    ),
    Fault(
        "etcd-down",
        "etcd is gone: its checks fail with 500, nothing can be written, leases freeze; lists from the cache keep working.",
        "component",
        (Notice("etcd", "down", 15), Notice("kube-apiserver", "down", 15)),
        *_switch("etcd"),
        heals_within=60,
        tolerated=_ALL,
    ),
    Fault(
        "apiserver-down",
        "Nothing listens any more: connections are refused.",
        "component",
        (Notice("kube-apiserver", "down", 15),),
        partial(_flag, "refused", True),
        _start_server,
        heals_within=60,
        tolerated=_ALL,
    ),
    Fault(
        "apiserver-hang",
        "The API server takes connections and never answers; open watches fall silent.",
        "component",
        (Notice("kube-apiserver", "down", 45),),
        *_switch("hanging"),
        heals_within=60,
        tolerated=_ALL,
    ),
    Fault(
        "apiserver-replica-lost",
        "One of several API servers is lost: its identity lease freezes, its pod is not ready, its endpoint leaves after 20 s.",
        "server",
        (Notice("kube-apiserver", "degraded", 30),),
        _lose_server,
        _return_server,
        heals_within=60,
        choose=_last_server,
    ),
    Fault(
        "webhook-down",
        "The admission webhook of failurePolicy Fail has no ready endpoint: pods can no longer be created.",
        "component",
        (Notice("kube-apiserver", "degraded", 90),),
        _lose_webhook,
        _return_webhook,
        heals_within=90,
    ),
    Fault(
        "apiservice-down",
        "metrics-server is gone: the APIService v1beta1.metrics.k8s.io is unavailable, usage unknown.",
        "component",
        (Notice("kube-apiserver", "degraded", 345),),
        _lose_api,
        _return_api,
        heals_within=90,
        tolerated=("metrics-server",),
    ),
    Fault(
        "certificate-expiring",
        f"The serving certificate ends in {EXPIRING.days} days.",
        "component",
        (Notice("kube-apiserver", "degraded", 120),),
        _age_certificate,
        _renew_certificate,
        heals_within=120,
    ),
    Fault(
        "slow-api",
        "Requests take one to two and a half seconds longer.",
        "component",
        (Notice("kube-apiserver", "degraded", 390),),
        *_switch("slow"),
        heals_within=390,
    ),
    Fault(
        "errors-5xx",
        "One request in twenty fails with 500.",
        "component",
        (Notice("kube-apiserver", "degraded", 390),),
        *_switch("failing"),
        heals_within=390,
    ),
    Fault(
        "coredns-down",
        "Both CoreDNS pods crash: the service kube-dns has no ready endpoint.",
        "component",
        (Notice("dns", "down", 30),),
        _lose_dns,
        _return_dns,
    ),
    Fault(
        "rights-revoked",
        "The rights of the user planewatch are taken away: open watches continue until they end, the next requests are refused.",
        "cluster",
        (),
        *_switch("revoked"),
        heals_within=90,
    ),
    Fault(
        "watch-expired",
        "A compaction: every open watch is told 410 and must list anew. Over by itself.",
        "cluster",
        (),
        _expire,
        _nothing,
        momentary=True,
    ),
    Fault(
        "clock-skew",
        f"The cluster's clock runs {SKEW:g} s ahead of ours.",
        "cluster",
        (),
        partial(_skew, SKEW),
        partial(_skew, 0.0),
    ),
)
