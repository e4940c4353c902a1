"""kube-apiserver: whether it answers, what its checks say, its instances, its figures, its certificate, what it depends on."""

from planes.components import apiserver_figures as figures
from planes.components import apiserver_instances
from planes.components.probes import names, probe
from planes.components.verdict_builder import RIGHTS, Judged, Weighing, clause, plural, reach_due, sentence, unknown
from planes.structs.events import OURS, FaultKind, Mono
from planes.structs.observations import ApiServerObservation
from planes.structs.thresholds import Bounds
from planes.structs.time_tokens import ago
from planes.structs.verdicts import Evidence, State, Verdict


def judge(seen: ApiServerObservation, now: Mono, bounds: Bounds) -> Judged:
    """The API servers of one cluster as a whole, and each instance."""
    weighing = Weighing()
    answers = _weigh_reach(weighing, seen, now, bounds)
    if answers is not None:
        return Judged(answers, ())
    _weigh_probes(weighing, seen, now, bounds)
    instances = apiserver_instances.weigh(weighing, seen, now, bounds)
    figures.weigh_rates(weighing, seen, bounds)
    figures.weigh_certificate(weighing, seen, now, bounds)
    figures.weigh_api_services(weighing, seen, now, bounds)
    figures.weigh_webhooks(weighing, seen, now, bounds)
    figures.weigh_skew_of_clock(weighing, seen, bounds)
    verdict = weighing.verdict(
        good="It answers, and every check passes.",
        # That it answers some requests is not enough to call it healthy: /readyz may have failed for an hour.
        hidden=f"It answers; what its own checks say is not permitted; needs {RIGHTS['/livez']}.",
    )
    return Judged(verdict, instances, figures.facts(seen))


def _weigh_reach(weighing: Weighing, seen: ApiServerObservation, now: Mono, bounds: Bounds) -> Verdict | None:
    """The line "answers". Returns a verdict at once when nothing else can be told."""
    reach = seen.reach
    signal, should_be, source = "answers", "every request is answered", "the collector's requests"
    if (due := reach_due(reach, bounds)) is not None:
        weighing.due(due)
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
            return unknown(said, f"ours-{fault.kind.value}", (line,), due=reach_due(reach, bounds))
        if reach.flowing:
            worse = Evidence(
                signal, f"new requests fail: {clause(fault.message)}", should_be, State.DEGRADED, source, reach.tried_at
            )
            said = f"New requests have failed for {ago(since)} ({clause(fault.message)}), while open watches still deliver."
            weighing.bad(worse, said, "half-reachable", hold=bounds.hold_probe, line="new requests fail")
            return None
        what = {
            FaultKind.REFUSED: "It refuses connections",
            FaultKind.HANGING: "It accepts connections and does not answer",
            FaultKind.CLOSED: "It closes connections without an answer",
        }.get(fault.kind, "It does not answer")
        said = f"{what}, for {ago(since)}. Running pods go on; nothing can be read or changed."
        weighing.bad(line, said, f"unreachable-{fault.kind.value}", hold=bounds.hold_probe, line=f"no answer for {ago(since)}")
        return weighing.verdict(good="")
    if reach.heard_at is None:
        line = Evidence(signal, "waiting for the first answer", should_be, State.UNKNOWN, source, None)
        return unknown("Waiting for the first answer.", "waiting", (line,), waiting=True)
    if now - reach.heard_at > bounds.probe_stale:
        line = Evidence(signal, f"nothing heard for {ago(reach.heard_at)}", should_be, State.UNKNOWN, source, reach.heard_at)
        return unknown(f"Nothing was heard from it for {ago(reach.heard_at)}.", "probe-stale", (line,))
    weighing.good(Evidence(signal, "yes", should_be, State.HEALTHY, source, reach.heard_at))
    return None


def _weigh_probes(weighing: Weighing, seen: ApiServerObservation, now: Mono, bounds: Bounds) -> None:
    told: list[str] = []
    for path, health, worst in (("/livez", seen.livez, State.DOWN), ("/readyz", seen.readyz, State.DEGRADED)):
        found = probe(path, health, now, bounds)
        line = found.line
        if health is not None:
            weighing.due(health.at + bounds.probe_stale)
        if line.state is State.HEALTHY:
            weighing.good(line, principal=True)
            if health is not None and health.checks:
                told.append(f"{path.strip('/')} {len(health.checks)}/{len(health.checks)}")
        elif line.state is State.UNKNOWN:
            waiting = health is None
            said = f"Waiting for the first answer of {path}." if waiting else f"{path} was last answered {ago(line.at or now)} ago."
            weighing.unsure(line, said, "waiting" if waiting else "probe-stale", waiting=waiting)
        elif line.state is State.NOT_OBSERVABLE:
            weighing.hidden(line)
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
            weighing.bad(bad, said, f"check-{path.strip('/')}", hold=bounds.hold_probe, line=short)
            for check in found.failed:
                reason = f": {check.reason}" if check.reason else ""
                weighing.evidence.append(
                    Evidence(f"{path}/{check.name}", f"failed{reason}", "ok", state, f"GET {path}/{check.name}", line.at)
                )
    if told and not weighing.line:
        weighing.line = " · ".join(told)
