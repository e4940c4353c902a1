"""The state store, as the API server's own checks of it tell. A list answered from the watch cache proves nothing about it."""

from planes.components import rate_figures
from planes.components.divided import Divided, divided, look_again, others
from planes.components.pod_lines import count_ready, instance_of, named, pod_line
from planes.components.probes import probe
from planes.components.rate_figures import METRICS, METRICS_OF, missing
from planes.components.said import WAITING
from planes.components.spec import REACH, Component, Figure, Form, Over, Plane, Signal, brief, pod_signal, static_pods
from planes.components.verdict_builder import Judged, VerdictBuilder, begin, check_gap, feed_gap
from planes.components.view import ClusterView
from planes.structs.events import Check
from planes.structs.feeds import Feed
from planes.structs.moments import Mono
from planes.structs.observations import EtcdObservation, HealthSeen, PodSeen, RatesSeen
from planes.structs.thresholds import Thresholds
from planes.structs.time_tokens import ago
from planes.structs.verdicts import Evidence, State, Verdict

#: k3s and RKE2 label the nodes that keep etcd so.
_ROLE = "node-role.kubernetes.io/etcd"
#: The store in which kOps keeps events alone (kops.sigs.k8s.io, "etcd"), and what its pods' names begin with.
_EVENTS = "etcd-manager-events"


def is_check(name: str) -> bool:
    """Whether a check of /livez or /readyz asks the state store."""
    return name == "etcd" or name.startswith(("etcd-", "etcd/"))


def failing(seen: HealthSeen | None, now: Mono, thresholds: Thresholds) -> Check | None:
    """The check of the state store that fails now, if one does and the answer is fresh."""
    if seen is None or now - seen.at > thresholds.probe_stale:
        return None
    return next((check for check in seen.checks if not check.ok and is_check(check.name)), None)


def passing(seen: HealthSeen | None, now: Mono, thresholds: Thresholds) -> bool:
    """Whether a fresh answer says that the state store works."""
    if seen is None or now - seen.at > thresholds.probe_stale:
        return False
    return any(check.ok and is_check(check.name) for check in seen.checks) and failing(seen, now, thresholds) is None


def judge(seen: EtcdObservation, now: Mono, thresholds: Thresholds) -> Judged:
    """The state store of one cluster."""
    members = tuple(instance_of(pod) for pod in sorted(seen.pods, key=lambda pod: pod.name))
    builder = begin(seen.reach, now, thresholds)
    if isinstance(builder, Verdict):
        return Judged(verdict=builder, instances=members)
    _check_checks(builder, seen, now, thresholds)
    _check_members(builder, seen, now, thresholds)
    _check_rates(builder, seen.rates, thresholds)
    facts = _check_stored(builder, seen, thresholds)
    return Judged(verdict=builder.verdict(good="The API server's checks of it pass."), instances=members, facts=facts)


def _check_checks(builder: VerdictBuilder, seen: EtcdObservation, now: Mono, thresholds: Thresholds) -> None:
    found = False
    passed: list[str] = []
    both = (seen.livez, seen.readyz)
    if (again := look_again(both, seen.others, now)) is not None:
        builder.due(again)
    shared = divided(both, seen.others, now, is_check)
    if shared is not None:
        _tell_divided(builder, shared, both, thresholds)
    for path, health in (("/livez", seen.livez), ("/readyz", seen.readyz)):
        base = probe(path, health, now, thresholds).line
        signal, source = f"etcd checks of {path}", f"GET {path}?verbose"
        if health is None or not health.checks or base.state in (State.UNKNOWN, State.NOT_OBSERVABLE):
            gap = Evidence(signal, base.now, "ok", base.state, source, base.at)
            if base.state is State.UNKNOWN:
                waiting = health is None
                if health is None:
                    said = WAITING
                elif now - health.at > thresholds.probe_stale:
                    said = f"{path} last answered {ago(health.at)} ago."
                else:
                    said = f"{path} shows nothing about it: {base.now}."
                builder.unsure(gap, said, "waiting" if waiting else "probe-stale", waiting=waiting)
            elif base.state is State.NOT_OBSERVABLE:
                builder.hidden(gap, f"The API server's checks cannot be read: {base.now}.")
            elif base.state is State.HEALTHY:
                builder.hidden(Evidence(signal, "the answer lists no checks", "ok", State.NOT_OBSERVABLE, source, base.at))
            else:
                builder.unsure(
                    Evidence(signal, base.now, "ok", State.UNKNOWN, source, base.at),
                    f"{path} shows nothing about it: {base.now}.",
                    "probe-stale",
                    hold=thresholds.hold_probe,
                )
            continue
        builder.due(health.at + thresholds.probe_stale)
        checks = [check for check in health.checks if is_check(check.name)]
        if not checks:
            text = "this API server leaves etcd out here" if path == "/readyz" else "not among the checks"
            builder.hidden(Evidence(signal, text, "ok", State.NOT_OBSERVABLE, source, health.at))
            continue
        found = True
        for check in checks:
            signal = f"{path}/{check.name}"
            if check.ok:
                passed.append(check.name)
                builder.good(Evidence(signal, "ok", "ok", State.HEALTHY, source, health.at), principal=True)
            else:
                _tell_failing(builder, check, health, shared is not None, thresholds)
    if passed and not builder.line:
        builder.line = "etcd checks pass"
    if not found and seen.check_seen_before and seen.livez is not None and seen.livez.checks:
        builder.hidden(
            Evidence("etcd checks", "no longer listed", "listed", State.NOT_OBSERVABLE, "GET /livez?verbose", seen.livez.at),
            "The API server no longer lists a check of it.",
        )


def _tell_failing(builder: VerdictBuilder, check: Check, health: HealthSeen, told: bool, thresholds: Thresholds) -> None:
    """`told`: it is told already that other API servers are well."""
    reason = f": {check.reason}" if check.reason else ""
    since = ago(health.failing_since if health.failing_since is not None else health.at)
    state = State.DEGRADED if told else State.DOWN
    line = Evidence(
        f"{health.path}/{check.name}", f"failed for {since}{reason}", "ok", state, f"GET {health.path}?verbose", health.at
    )
    if told:
        builder.evidence.append(line)
        return
    said = f"The API server's check of it has been failing for {since}{reason}. Nothing can be changed; "
    said += "cached objects can still be read, and pods keep running."
    builder.bad(line, said, "etcd-check", hold=thresholds.hold_probe, line=f"{health.path}/{check.name} fails")


def _tell_divided(builder: VerdictBuilder, shared: Divided, both: tuple[HealthSeen | None, ...], thresholds: Thresholds) -> None:
    """Some API servers cannot reach it, others can: it works."""
    fails = [one for one in both if one is not None and any(not check.ok and is_check(check.name) for check in one.checks)]
    at = max(one.at for one in both if one is not None)
    if shared.failed:
        now = f"failed in {shared.failed} of the last {shared.of} answers"
        said = f"The API server's check of it {now}: some API servers reach it, others do not."
    else:
        since = ago(min(one.failing_since or one.at for one in fails))
        now = f"failed for {since}, while leases are renewed"
        said = f"An API server's check of it has been failing for {since}. Leases are still renewed, so other API servers reach it."
    line = Evidence("checks by all API servers", now, "ok", State.DEGRADED, "GET /livez?verbose, GET /readyz?verbose", at)
    builder.bad(line, said, "etcd-some", hold=thresholds.hold_probe, line="some API servers do not reach it")


def _check_members(builder: VerdictBuilder, seen: EtcdObservation, now: Mono, thresholds: Thresholds) -> None:
    gap = feed_gap(seen.pods_feed, "members", "every member ready", now, thresholds)
    if gap is not None:
        check_gap(builder, gap, principal=False, said="Its members cannot be read")
        return
    if not seen.pods:
        text = f"state store: {seen.store}" if seen.store else "not recognised: no pod of it is visible; where it runs is not known"
        builder.hidden(
            Evidence("members", text, "every member ready", State.NOT_OBSERVABLE, seen.pods_feed.name, seen.pods_feed.heard_at)
        )
        return
    for pod in seen.pods:
        builder.evidence.append(pod_line(pod))
    events = [pod for pod in seen.pods if pod.name.startswith(_EVENTS)]
    _check_quorum(builder, "", [pod for pod in seen.pods if pod not in events], thresholds)
    _check_quorum(builder, f" of {_EVENTS}", events, thresholds)


def _check_quorum(builder: VerdictBuilder, of: str, pods: list[PodSeen], thresholds: Thresholds) -> None:
    """The members of one store, `of` it where there is another, for each has a majority of its own."""
    bad = [pod for pod in pods if not pod.silent and not pod.ready]
    if bad:
        ready = len(pods) - len(bad)
        quorum = len(pods) // 2 + 1
        said = f"{count_ready(ready, len(pods), 'member', of)}; not ready: {named(bad)}."
        said += f" It keeps working while {quorum} are." if ready >= quorum else f" It needs {quorum} to work."
        builder.worse(State.DEGRADED, said, "member-not-ready", hold=thresholds.hold_condition)


def _check_rates(builder: VerdictBuilder, rates: RatesSeen, thresholds: Thresholds) -> None:
    should_be = f"99 % within {thresholds.etcd_latency * 1000:.0f} ms"
    slowest = brief(rates.etcd_p99 or 0.0)
    bad = (f"1 % of requests to it take longer than {slowest}.", "etcd-latency")
    figure = (f"99 % within {slowest}", rates.etcd_p99, rates.recent_etcd_p99)
    rate_figures.check(builder, "request latency", should_be, rates, figure, thresholds.etcd_latency, bad, thresholds)
    should_be = f"at most {thresholds.etcd_errors * 100:.0f} % fail"
    if rates.etcd_error_ratio is None:
        builder.hidden(Evidence("request errors", missing(rates), should_be, State.NOT_OBSERVABLE, METRICS, rates.at))
    else:
        text = f"{rates.etcd_error_ratio * 100:.1f} %"
        recent = rates.recent_etcd_error_ratio
        if rates.etcd_error_ratio > thresholds.etcd_errors and (recent is None or recent > thresholds.etcd_errors):
            line = Evidence("request errors", text, should_be, State.DEGRADED, METRICS, rates.at)
            builder.bad(line, f"{text} of the API server's requests to it fail.", "etcd-errors")
        else:
            builder.good(Evidence("request errors", text, should_be, State.HEALTHY, METRICS, rates.at))


def _check_stored(builder: VerdictBuilder, seen: EtcdObservation, thresholds: Thresholds) -> dict[str, str]:
    """How much is stored, against the quota where its members say one. The least of theirs counts."""
    stored, at = seen.rates.storage_bytes, seen.rates.at
    if stored is None:
        return {}
    told = size(stored)
    quotas = [pod.quota for pod in seen.pods if not pod.name.startswith(_EVENTS)]
    known = [quota for quota in quotas if quota is not None]
    if not known or len(known) < len(quotas):
        builder.good(Evidence("stored bytes", told, "below the quota (not known here)", State.HEALTHY, METRICS, at))
    else:
        quota, share = min(known), stored / min(known)
        text = f"{told}, {share * 100:.0f} % of its quota"
        should_be = f"at most {thresholds.etcd_quota * 100:.0f} % of its quota of {size(quota)}"
        if share <= thresholds.etcd_quota:
            builder.good(Evidence("stored bytes", text, should_be, State.HEALTHY, METRICS, at))
        else:
            line = Evidence("stored bytes", text, should_be, State.DEGRADED, METRICS, at)
            said = f"It stores {told} of its {size(quota)} quota. Once that is full, nothing can be written."
            builder.bad(line, said, "etcd-quota")
    if builder.line:
        builder.line = f"{told} stored · {builder.line}"
    return {"stored": told}


def size(count: float) -> str:
    """Bytes as people read them: "412 MiB"."""
    for unit in ("B", "KiB", "MiB"):
        if count < 1024:
            return f"{count:,.0f} {unit}"
        count /= 1024
    return f"{count:,.1f} GiB"


def observe(view: ClusterView) -> EtcdObservation:
    """The state store of one cluster."""
    return EtcdObservation(
        reach=view.reach,
        livez=view.health("/livez"),
        readyz=view.health("/readyz"),
        pods_feed=view.feed(Feed.SYSTEM_PODS),
        pods=view.pods("etcd"),
        rates=view.rates,
        check_seen_before=view.known.etcd_check,
        others=others(view.cache),
        store=_store(view),
    )


def _store(view: ClusterView) -> str:
    """Where the state store is, by what the distribution is known to do. A server of k3s that keeps etcd has the role etcd
    (docs.k3s.io, "Cluster Datastore")."""
    if not view.distribution.process or view.distribution.store:
        return view.distribution.store
    name = view.distribution.name
    members = sorted(one for one, track in view.cache.nodes.items() if track.node.metadata.labels.get(_ROLE, "false") != "false")
    if members:
        return f"embedded etcd, in the {name} process of {', '.join(members)}"
    return f"inside the {name} process (no node has the role etcd: SQLite, or an external database behind kine)"


COMPONENT: Component[EtcdObservation] = Component(
    kind="etcd",
    plane=Plane.CONTROL,
    title="etcd",
    role="stores the state",
    does="Keeps every object of the cluster, agreed between its members. The API server is its only client.",
    away="While it is away, or without a majority of its members, nothing can be written and consistent reads fail; lists "
    "that the API server serves from its cache may still answer. Pods keep running.",
    commands=(
        "kubectl get --raw /livez/etcd",
        "kubectl get --raw /readyz/etcd",
        "kubectl -n kube-system get pods -l component=etcd -o wide",
        "kubectl -n kube-system logs -l component=etcd --tail=50",
    ),
    unseen=(
        "Who leads, how often that changed, and whether the members are level with each other.",
        "How long its disks take to write, the commonest cause of a slow etcd (etcd_disk_wal_fsync_duration_seconds).",
        "Its alarms (NOSPACE, CORRUPT), how much of its file is free, and whether there is a backup.",
        "etcd answers only a client with a certificate of its own authority, which is as good as every right in the cluster, so "
        "Planewatch asks for none. On a member: etcdctl endpoint status --cluster -w table, and etcdctl alarm list.",
    ),
    pods=static_pods("etcd", "etcd-manager-main", _EVENTS, "etcd-server", hosted=False),  # etcd-manager-cilium is Cilium's own
    healthy="the API server's checks of it pass. A list that is answered proves nothing: it may come from a cache",
    degraded="a member is not ready, requests to it fail or are slow, or it is almost full",
    down="the API server's check of it fails: nothing can be changed, while what is cached can still be read",
    unknown="the checks were last answered too long ago, or the API server cannot be asked",
    hidden="the API server lists no check of it (not permitted, or its provider stores the state elsewhere) and no member is "
    "visible",
    signals=(
        REACH,
        Signal(
            "etcd checks of {path}",
            "GET /livez?verbose, GET /readyz?verbose",
            "Whether /livez and /readyz hold checks of the state store. OpenShift and MicroShift leave it out of /readyz.",
            unknown="that path was last answered too long ago",
            thresholds=("probe_stale",),
        ),
        Signal(
            "{path}/{check}",
            "GET /livez?verbose, GET /readyz?verbose",
            "Each check of the state store: etcd, etcd-readiness. Behind one address there may be several API servers.",
            down="it fails",
            thresholds=("hold_probe", "probe_stale"),
        ),
        Signal(
            "checks by all API servers",
            "GET /livez?verbose, GET /readyz?verbose, leases",
            "Whether all of several API servers reach it.",
            degraded="in the last 15 s its check failed, passed and failed again, or it fails while leases are still renewed",
            thresholds=("hold_probe",),
        ),
        Signal("etcd checks", "GET /livez?verbose", "Said when checks that were listed before no longer are."),
        Signal("members", "pods of kube-system", "Whether its members can be seen as pods."),
        pod_signal("Each member.", "one is not ready; while a majority is, it works"),
        Signal(
            "request latency",
            METRICS_OF,
            "The 99th percentile of requests to it, as the API server sees them, over the window.",
            "it is above the bound over the whole window, and still between the last two scrapes",
            unknown="it is above the bound, and the window is not covered yet",
            thresholds=("etcd_latency", "rate_window"),
        ),
        Signal(
            "request errors",
            METRICS_OF,
            "The share of requests to it that fail.",
            "it is above the bound",
            thresholds=("etcd_errors",),
        ),
        Signal(
            "stored bytes",
            f"{METRICS_OF}, flags of its pods",
            "The size of what is stored, against its quota where its pods say one (--quota-backend-bytes; 2 GiB without).",
            "it is above the bound",
            thresholds=("etcd_quota",),
        ),
    ),
    rights=("/livez", "/readyz", "/readyz/*", "/metrics", "pods/kube-system"),
    figures=(
        Figure(
            key="etcd_requests",
            told="requests to the state store per second",
            form=Form.COUNT,
            least=2.0,
            digits=2,
            sampled=lambda rates: rates.last_etcd_requests,
            over=Over.SCRAPE,
        ),
        Figure(
            key="etcd_p99",
            told="99 % of requests to the state store within",
            form=Form.MILLISECONDS,
            least=0.02,
            digits=4,
            sampled=lambda rates: rates.recent_etcd_p99,
            over=Over.SCRAPE,
        ),
    ),
    observe=observe,
    judge=judge,
)
