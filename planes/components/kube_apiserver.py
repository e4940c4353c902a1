"""kube-apiserver: whether it answers, what its checks say, its instances, its figures, its certificate, what it depends on."""

from dataclasses import replace

from planes.components import apiserver_figures as figures
from planes.components import apiserver_instances
from planes.components.apiserver_observing import observe
from planes.components.divided import LATELY, Divided, divided, look_again, unanswered
from planes.components.etcd import is_check
from planes.components.probes import Probed, names, probe
from planes.components.rate_figures import METRICS_OF
from planes.components.said import WAITING
from planes.components.spec import Component, Plane, Signal, pod_signal, static_pods
from planes.components.verdict_builder import RIGHTS, Judged, VerdictBuilder, clause, plural, reach_due, sentence, unknown
from planes.structs.events import OURS, FaultKind
from planes.structs.moments import Mono
from planes.structs.observations import ApiServerObservation, HealthSeen
from planes.structs.thresholds import Thresholds
from planes.structs.time_tokens import ago
from planes.structs.verdicts import Evidence, State, Verdict

#: One connection that is not answered can be lost by chance; so many within 15 s are not. [rule]
_MOST_UNANSWERED = 2


def judge(seen: ApiServerObservation, now: Mono, thresholds: Thresholds) -> Judged:
    """The API servers of one cluster as a whole, and each instance."""
    builder = VerdictBuilder()
    answers = _check_reach(builder, seen, now, thresholds)
    if answers is not None:
        return Judged(verdict=answers, instances=())
    _check_probes(builder, seen, now, thresholds)
    instances = apiserver_instances.check(builder, seen, now, thresholds)
    figures.check_rates(builder, seen, thresholds)
    figures.check_certificate(builder, seen, now, thresholds)
    figures.check_api_services(builder, seen, now, thresholds)
    figures.check_webhooks(builder, seen, now, thresholds)
    figures.check_skew_of_clock(builder, seen, thresholds)
    under_way = apiserver_instances.upgrade(seen)
    verdict = builder.verdict(
        good=f"It answers, and every check passes. {under_way}".rstrip(),
        # That it answers some requests is not enough to call it healthy: /readyz may have failed for an hour.
        hidden=f"It answers; what its own checks say is not permitted; needs {RIGHTS['/livez']}. {under_way}".rstrip(),
    )
    return Judged(verdict=verdict, instances=instances, facts=figures.facts(seen, thresholds))


def _check_reach(builder: VerdictBuilder, seen: ApiServerObservation, now: Mono, thresholds: Thresholds) -> Verdict | None:
    """The line "answers". Returns a verdict at once when nothing else can be told."""
    reach = seen.reach
    signal, should_be, source = "answers", "every request is answered", "the collector's requests"
    if (due := reach_due(reach, thresholds)) is not None:
        builder.due(due)
    fault, since = reach.fault, reach.failing_since
    if fault is not None and since is not None:
        ours = fault.kind in OURS
        line = Evidence(
            signal,
            f"no, for {ago(since)}: {clause(fault.message)}",
            should_be,
            State.UNKNOWN if ours else State.DOWN,
            source,
            reach.tried_at,
        )
        if ours:
            said = sentence(fault.message)
            return unknown(said, f"ours-{fault.kind.value}", (line,), due=reach_due(reach, thresholds))
        if reach.flowing:
            worse = Evidence(
                signal, f"new requests fail: {clause(fault.message)}", should_be, State.DEGRADED, source, reach.tried_at
            )
            said = f"New requests have failed for {ago(since)} ({clause(fault.message)}), while open watches still deliver."
            builder.bad(worse, said, "half-reachable", hold=thresholds.hold_probe, line="new requests fail")
            return None
        what = {
            FaultKind.REFUSED: "It has refused connections",
            FaultKind.HANGING: "It has accepted connections without answering",
            FaultKind.CLOSED: "It has closed connections without an answer",
            FaultKind.SERVER_ERROR: "It, or a proxy in front of it, has answered with nothing but errors",
        }.get(fault.kind, "It has not answered")
        said = f"{what} for {ago(since)}. Pods keep running; nothing can be read or changed."
        builder.bad(line, said, f"unreachable-{fault.kind.value}", hold=thresholds.hold_probe, line=f"no answer for {ago(since)}")
        builder.awaits()  # whatever else is wrong with it cannot be seen
        return builder.verdict(good="")
    if reach.heard_at is None:
        line = Evidence(signal, "waiting for the first answer", should_be, State.UNKNOWN, source, None)
        return unknown(WAITING, "waiting", (line,), waiting=True)
    if now - reach.heard_at > thresholds.probe_stale:
        line = Evidence(signal, f"nothing heard for {ago(reach.heard_at)}", should_be, State.UNKNOWN, source, reach.heard_at)
        return unknown(f"No word from it for {ago(reach.heard_at)}.", "probe-stale", (line,))
    lost, of = unanswered((seen.livez, seen.readyz), now)
    if lost >= _MOST_UNANSWERED:
        told = f"{lost} of the last {of} connections were not answered within 2 s, the others were"
        said = f"{lost} of the last {of} connections to it were not answered within 2 s, while others were: one of several API "
        said += "servers hangs, or part of the way to them."
        worse = Evidence(signal, told, should_be, State.DEGRADED, source, reach.heard_at)
        builder.bad(worse, said, "some-unanswered", hold=thresholds.hold_probe, line="some connections hang")
    else:
        builder.good(Evidence(signal, "yes", should_be, State.HEALTHY, source, reach.heard_at))
    return None


def _tell_divided(
    builder: VerdictBuilder,
    path: str,
    shared: Divided,
    found: Probed,
    health: HealthSeen | None,
    failed: frozenset[str],
    thresholds: Thresholds,
) -> None:
    """Some of several API servers fail their checks, others are well."""
    which = names(found.failed) or ", ".join(sorted(failed))
    if shared.failed:
        said = f"{path} checks: {which} failed in {shared.failed} of the last {shared.of} answers: "
        said += "some API servers are not well, others are."
    else:
        since = health.failing_since if health is not None and health.failing_since is not None else found.line.at
        many = len(found.failed) != 1
        said = f"The {path} {'checks' if many else 'check'} {which} of an API server {'have' if many else 'has'} been failing"
        said += f" for {ago(since)}. " if since is not None else ". "
        said += "Leases are still renewed, so other API servers work."
    line = replace(found.line, now=f"{shared.told()}: {which}", state=State.DEGRADED)
    builder.bad(line, said, f"some-{path.strip('/')}", hold=thresholds.hold_probe, line=f"{path} fails for some")


def _divided(health: HealthSeen | None, failed: frozenset[str], seen: ApiServerObservation, now: Mono) -> Divided | None:
    """A check of the state store is the same on both paths, and who fails it cannot write. Of other checks /livez lets some
    pass for a while that /readyz fails already (kubernetes.io, "Kubernetes API health endpoints": the grace period of /livez), and
    who fails them may go on writing: there only what one path says at different times tells."""
    if not failed or health is None:
        return None
    if all(is_check(name) for name in failed):
        return divided((seen.livez, seen.readyz), seen.others, now, failed.__contains__)
    return divided((health,), replace(seen.others, renewed_at=None), now, failed.__contains__)


def _failed_lately(health: HealthSeen | None, now: Mono) -> frozenset[str]:
    if health is None:
        return frozenset()
    return frozenset(name for one in health.lately if now - one.at <= LATELY for name in one.failed)


def _check_probes(builder: VerdictBuilder, seen: ApiServerObservation, now: Mono, thresholds: Thresholds) -> None:
    told: list[str] = []
    for path, health, worst in (("/livez", seen.livez, State.DOWN), ("/readyz", seen.readyz, State.DEGRADED)):
        found = probe(path, health, now, thresholds)
        line = found.line
        if health is not None:
            builder.due(health.at + thresholds.probe_stale)
        if (again := look_again((health,), seen.others, now)) is not None:
            builder.due(again)
        failed = _failed_lately(health, now)
        shared = _divided(health, failed, seen, now)
        if shared is not None and line.state in (State.HEALTHY, State.DEGRADED):
            _tell_divided(builder, path, shared, found, health, failed, thresholds)
        elif line.state is State.HEALTHY:
            builder.good(line, principal=True)
            if health is not None and health.checks:
                told.append(f"{path.strip('/')} {len(health.checks)}/{len(health.checks)}")
        elif line.state is State.UNKNOWN:
            waiting = health is None
            said = f"Waiting for the first answer of {path}." if waiting else f"{path} last answered {ago(line.at or now)} ago."
            builder.unsure(line, said, "waiting" if waiting else "probe-stale", waiting=waiting)
        elif line.state is State.NOT_OBSERVABLE:
            builder.hidden(line)
        else:
            since = health.failing_since if health is not None and health.failing_since is not None else now
            failing = health is not None and (health.status or 0) >= 500
            state = worst if failing else State.DEGRADED
            if found.failed:
                which = names(found.failed)
                one = len(found.failed) == 1
                said = (
                    f"Its {path} {'check' if one else 'checks'} {which} {'has' if one else 'have'} been failing for {ago(since)}."
                )
                short = f"{path}: {plural(len(found.failed), 'check')} {'fails' if one else 'fail'}"
            else:
                said = f"{path} has been failing for {ago(since)}: {line.now}."
                short = f"{path} fails"
            bad = Evidence(line.signal, line.now, line.should_be, state, line.source, line.at)
            builder.bad(bad, said, f"check-{path.strip('/')}", hold=thresholds.hold_probe, line=short)
            for check in found.failed:
                reason = f": {check.reason}" if check.reason else ""
                builder.evidence.append(
                    Evidence(f"{path}/{check.name}", f"failed{reason}", "ok", state, f"GET {path}/{check.name}", line.at)
                )
    if told and not builder.line:
        builder.line = " · ".join(told)


_LEASES, _ENDPOINTS = "identity leases in kube-system", "EndpointSlice default/kubernetes"


def _check_of(path: str, effect: str) -> tuple[Signal, Signal]:
    name = path.strip("/")
    degraded, down = ("", "a check fails (an answer of 500 or worse)") if effect == "down" else ("a check fails", "")
    return (
        Signal(
            name,
            f"GET {path}?verbose",
            f"The answer of {path}, all of its checks by the names that this API server has for them.",
            f"{degraded or 'it does not answer as it should without saying that it fails'}; or, of several API servers behind one "
            "address, some fail while others pass (failed, passed and failed again in 15 s), or its checks of etcd fail "
            "while the other path's pass or leases are still renewed",
            down,
            "its last answer is too old, or it never answered",
            ("probe_stale", "hold_probe"),
        ),
        Signal(
            f"{path}/{{check}}",
            f"GET {path}/<check>",
            "A check that fails, with the reason that the API server gives.",
            "it fails" if not down else "",
            "it fails" if down else "",
            thresholds=("hold_probe",),
        ),
    )


COMPONENT: Component[ApiServerObservation] = Component(
    kind="kube-apiserver",
    plane=Plane.CONTROL,
    title="kube-apiserver",
    role="the only door between the planes",
    does="Serves the Kubernetes API: it authenticates, admits and stores every change, and tells everyone else about it. "
    "Everything that passes between the planes passes through it.",
    away="While it is away, pods keep running and Services keep routing by their last known endpoints. Nothing can be "
    "read or changed: no scheduling, no scaling, no replacement of what fails.",
    commands=(
        "kubectl get --raw '/livez?verbose'",
        "kubectl get --raw '/readyz?verbose'",
        "kubectl -n default get endpointslices -l kubernetes.io/service-name=kubernetes",
        "kubectl -n kube-system get leases -l apiserver.kubernetes.io/identity=kube-apiserver",
        "kubectl -n kube-system get pods -l component=kube-apiserver -o wide",
    ),
    pods=static_pods("kube-apiserver"),
    healthy="it answers, and what its own checks say is good",
    degraded="it works with a fault: a check of /readyz fails, one of several is lost, errors, slowness, or what it depends on is "
    "away",
    down="it cannot be used: it refuses connections, does not answer, /livez fails, or its certificate has expired",
    unknown="the reason lies on our side (kubeconfig, credentials, DNS, TLS trust, no route), or nothing was heard for too long",
    hidden="does not occur: an API server that answers is seen",
    signals=(
        Signal(
            "answers",
            "the collector's own requests",
            "Whether requests are answered at all.",
            "new requests fail while open watches still deliver; or two connections in 15 s are not answered within 2 s while "
            "others are",
            "connections are refused, closed without an answer, or taken and never answered",
            "the fault is on our side, or nothing was heard for too long",
            ("hold_probe", "probe_stale"),
        ),
        *_check_of("/livez", "down"),
        *_check_of("/readyz", "degraded"),
        Signal("identity leases", _LEASES, "Whether its instances can be told by their identity leases."),
        Signal(
            "identity of {host}",
            _LEASES,
            "Each instance renews a lease of its own every 10 s. One that lingers after its instance was replaced is no instance.",
            "it is not renewed while its pod, endpoint or Node remains, or while fewer live than are listed: that instance is "
            "lost, the others keep working",
            unknown="it was old when first seen, or nothing can be written while etcd is away",
            thresholds=("identity_frozen",),
        ),
        Signal("endpoint of {host}", _ENDPOINTS, "Whether an instance is among the API server's own endpoints."),
        Signal(
            "endpoints",
            _ENDPOINTS,
            "The addresses at which pods inside the cluster reach it.",
            "none is ready",
            thresholds=("hold_condition",),
        ),
        Signal("pods", "pods of kube-system", "Whether its pods can be seen."),
        pod_signal("Each mirror pod of it.", "one is not ready"),
        Signal(
            "versions",
            "GET /version, images of its pods",
            "The versions of its instances, by their pods and by who answers: during an upgrade they may be one minor apart.",
            "they are further apart",
        ),
        Signal(
            "errors",
            METRICS_OF,
            "The share of requests that fail with 5xx over the window. Requests for /livez, /readyz and /healthz are left out.",
            "it is above the bound over the whole window, and still between the last two scrapes",
            unknown="it is above the bound, and the window is not covered yet",
            thresholds=("error_ratio", "rate_window"),
        ),
        Signal(
            "latency",
            METRICS_OF,
            "The 99th percentile of requests over the window, by the SLI histogram or what was there before it; long-running "
            "requests and those for /livez, /readyz and /healthz are left out.",
            "it is above the bound over the whole window, and still between the last two scrapes",
            unknown="it is above the bound, and the window is not covered yet",
            thresholds=("latency", "rate_window"),
        ),
        Signal(
            "in flight", METRICS_OF, "Requests being served now, against the limit. Shown only.", thresholds=("inflight_limit",)
        ),
        Signal("processes", METRICS_OF, "The figures of each API server's process where none can be named. Shown only."),
        Signal("terminated requests", METRICS_OF, "Requests that it gave up, per second. Shown only."),
        Signal("rejected by priority and fairness", METRICS_OF, "Requests that API Priority and Fairness refused. Shown only."),
        Signal("webhooks failed open", METRICS_OF, "Requests let through unchecked because a webhook failed. Shown only."),
        Signal(
            "serving certificate",
            "TLS handshake",
            "When the certificate ends that it shows, by how long such a certificate lasts and when it is usually renewed.",
            "soon",
            "it has expired",
            thresholds=("certificate_warning", "certificate_share"),
        ),
        Signal(
            "API services",
            "apiservices",
            "API groups that others serve (metrics-server, …).",
            "one has been unavailable for longer than the bound",
            thresholds=("apiservice_unavailable",),
        ),
        Signal(
            "webhooks",
            "webhook configurations and endpointslices",
            "Admission webhooks, and whether their services have a ready endpoint.",
            "one of failurePolicy Fail has no ready endpoint, so that what it checks is refused",
            thresholds=("webhook_unready",),
        ),
        Signal(
            "clock",
            "the HTTP Date header",
            "The cluster's clock against ours. Said when it is off; no verdict rests on it.",
            thresholds=("clock_skew",),
        ),
    ),
    rights=(
        "/livez",
        "/readyz",
        "/readyz/*",
        "/metrics",
        "/version",
        "leases/kube-system",
        "pods/kube-system",
        "endpointslices/default",
        "endpointslices",
        "apiservices",
        "validatingwebhookconfigurations",
        "mutatingwebhookconfigurations",
    ),
    figures=figures.FIGURES,
    observe=observe,
    judge=judge,
)
