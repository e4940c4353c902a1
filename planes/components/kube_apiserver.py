"""kube-apiserver: whether it answers, what its checks say, its instances, its figures, its certificate, what it depends on."""

from planes.components import apiserver_figures as figures
from planes.components import apiserver_instances
from planes.components.probes import names, probe
from planes.components.verdict_builder import RIGHTS, Judged, VerdictBuilder, clause, plural, reach_due, sentence, unknown
from planes.structs.events import OURS, FaultKind, Mono
from planes.structs.observations import ApiServerObservation
from planes.structs.thresholds import Thresholds
from planes.structs.time_tokens import ago
from planes.structs.verdicts import Evidence, State, Verdict


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
    verdict = builder.verdict(
        good="It answers, and every check passes.",
        # That it answers some requests is not enough to call it healthy: /readyz may have failed for an hour.
        hidden=f"It answers; what its own checks say is not permitted; needs {RIGHTS['/livez']}.",
    )
    return Judged(verdict=verdict, instances=instances, facts=figures.facts(seen))


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
            FaultKind.REFUSED: "It refuses connections",
            FaultKind.HANGING: "It accepts connections and does not answer",
            FaultKind.CLOSED: "It closes connections without an answer",
            FaultKind.SERVER_ERROR: "Only errors come back, from it or from what stands before it",
        }.get(fault.kind, "It does not answer")
        said = f"{what}, for {ago(since)}. Running pods go on; nothing can be read or changed."
        builder.bad(line, said, f"unreachable-{fault.kind.value}", hold=thresholds.hold_probe, line=f"no answer for {ago(since)}")
        return builder.verdict(good="")
    if reach.heard_at is None:
        line = Evidence(signal, "waiting for the first answer", should_be, State.UNKNOWN, source, None)
        return unknown("Waiting for the first answer.", "waiting", (line,), waiting=True)
    if now - reach.heard_at > thresholds.probe_stale:
        line = Evidence(signal, f"nothing heard for {ago(reach.heard_at)}", should_be, State.UNKNOWN, source, reach.heard_at)
        return unknown(f"Nothing was heard from it for {ago(reach.heard_at)}.", "probe-stale", (line,))
    builder.good(Evidence(signal, "yes", should_be, State.HEALTHY, source, reach.heard_at))
    return None


def _check_probes(builder: VerdictBuilder, seen: ApiServerObservation, now: Mono, thresholds: Thresholds) -> None:
    told: list[str] = []
    for path, health, worst in (("/livez", seen.livez, State.DOWN), ("/readyz", seen.readyz, State.DEGRADED)):
        found = probe(path, health, now, thresholds)
        line = found.line
        if health is not None:
            builder.due(health.at + thresholds.probe_stale)
        if line.state is State.HEALTHY:
            builder.good(line, principal=True)
            if health is not None and health.checks:
                told.append(f"{path.strip('/')} {len(health.checks)}/{len(health.checks)}")
        elif line.state is State.UNKNOWN:
            waiting = health is None
            said = f"Waiting for the first answer of {path}." if waiting else f"{path} was last answered {ago(line.at or now)} ago."
            builder.unsure(line, said, "waiting" if waiting else "probe-stale", waiting=waiting)
        elif line.state is State.NOT_OBSERVABLE:
            builder.hidden(line)
        else:
            since = health.failing_since if health is not None and health.failing_since is not None else now
            failing = health is not None and (health.status or 0) >= 500
            state = worst if failing else State.DEGRADED
            if found.failed:
                which = names(found.failed)
                said = f"Its {path.strip('/')} check {which} has failed for {ago(since)}."
                short = f"{path.strip('/')}: {plural(len(found.failed), 'check')} {'fails' if len(found.failed) == 1 else 'fail'}"
            else:
                said = f"{path} has not been well for {ago(since)}: {line.now}."
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
