"""The state store, as the API server's own checks of it tell. A list answered from the watch cache proves nothing about it."""

from planes.components import rate_figures
from planes.components.leader import instance_of, pod_line
from planes.components.probes import probe
from planes.components.rate_figures import METRICS, missing
from planes.components.verdict_builder import Judged, Weighing, away_verdict, feed_gap, plural, reach_due, unreachable, weigh_gap
from planes.structs.events import Check, Mono
from planes.structs.observations import EtcdObservation, HealthSeen, RatesSeen
from planes.structs.thresholds import Bounds
from planes.structs.time_tokens import ago
from planes.structs.verdicts import Evidence, State


def is_check(name: str) -> bool:
    """Whether a check of /livez or /readyz asks the state store."""
    return name == "etcd" or name.startswith(("etcd-", "etcd/"))


def failing(seen: HealthSeen | None, now: Mono, bounds: Bounds) -> Check | None:
    """The check of the state store that fails now, if one does and the answer is fresh."""
    if seen is None or now - seen.at > bounds.probe_stale:
        return None
    return next((check for check in seen.checks if not check.ok and is_check(check.name)), None)


def passing(seen: HealthSeen | None, now: Mono, bounds: Bounds) -> bool:
    """Whether a fresh answer says that the state store works."""
    if seen is None or now - seen.at > bounds.probe_stale:
        return False
    return any(check.ok and is_check(check.name) for check in seen.checks) and failing(seen, now, bounds) is None


def judge(seen: EtcdObservation, now: Mono, bounds: Bounds) -> Judged:
    """The state store of one cluster."""
    members = tuple(instance_of(pod) for pod in sorted(seen.pods, key=lambda pod: pod.name))
    if (away := unreachable(seen.reach, now, bounds)) is not None:
        return Judged(away_verdict(away), members)
    weighing = Weighing()
    if (due := reach_due(seen.reach, bounds)) is not None:
        weighing.due(due)
    _weigh_checks(weighing, seen, now, bounds)
    _weigh_members(weighing, seen, now, bounds)
    _weigh_rates(weighing, seen.rates, bounds)
    facts = {}
    if seen.rates.storage_bytes is not None:
        facts["stored"] = size(seen.rates.storage_bytes)
        stored = Evidence(
            "stored bytes", facts["stored"], "below the quota (not known here)", State.HEALTHY, METRICS, seen.rates.at
        )
        weighing.good(stored)
        if weighing.line:
            weighing.line = f"{facts['stored']} stored · {weighing.line}"
    return Judged(weighing.verdict(good="The API server's checks of it pass."), members, facts)


def _weigh_checks(weighing: Weighing, seen: EtcdObservation, now: Mono, bounds: Bounds) -> None:
    found = False
    passed: list[str] = []
    for path, health in (("/livez", seen.livez), ("/readyz", seen.readyz)):
        base = probe(path, health, now, bounds).line
        signal, source = f"etcd checks of {path}", f"GET {path}?verbose"
        if health is None or not health.checks or base.state in (State.UNKNOWN, State.NOT_OBSERVABLE):
            gap = Evidence(signal, base.now, "ok", base.state, source, base.at)
            if base.state is State.UNKNOWN:
                waiting = health is None
                said = "Waiting for the first answer." if waiting else f"{path} was last answered {ago(base.at or now)} ago."
                weighing.unsure(gap, said, "waiting" if waiting else "probe-stale", waiting=waiting)
            elif base.state is State.NOT_OBSERVABLE:
                weighing.hidden(gap, f"The API server's checks cannot be read: {base.now}.")
            elif base.state is State.HEALTHY:
                weighing.hidden(Evidence(signal, "the answer lists no checks", "ok", State.NOT_OBSERVABLE, source, base.at))
            else:
                weighing.unsure(
                    Evidence(signal, base.now, "ok", State.UNKNOWN, source, base.at),
                    f"{path} does not tell: {base.now}.",
                    "probe-stale",
                    hold=bounds.hold_probe,
                )
            continue
        weighing.due(health.at + bounds.probe_stale)
        checks = [check for check in health.checks if is_check(check.name)]
        if not checks:
            text = "this API server leaves etcd out here" if path == "/readyz" else "not among the checks"
            weighing.hidden(Evidence(signal, text, "ok", State.NOT_OBSERVABLE, source, health.at))
            continue
        found = True
        for check in checks:
            signal = f"{path}/{check.name}"
            if check.ok:
                passed.append(check.name)
                weighing.good(Evidence(signal, "ok", "ok", State.HEALTHY, source, health.at), principal=True)
            else:
                reason = f": {check.reason}" if check.reason else ""
                since = health.failing_since if health.failing_since is not None else health.at
                weighing.bad(
                    Evidence(signal, f"failed for {ago(since)}{reason}", "ok", State.DOWN, source, health.at),
                    f"The API server's check of it has failed for {ago(since)}{reason}. Nothing can be changed; "
                    f"what is cached can still be read, and running pods go on.",
                    "etcd-check",
                    hold=bounds.hold_probe,
                    line=f"{path}/{check.name} fails",
                )
    if passed and not weighing.line:
        weighing.line = "etcd checks pass"
    if not found and seen.check_seen_before and seen.livez is not None and seen.livez.checks:
        weighing.hidden(
            Evidence("etcd checks", "no longer listed", "listed", State.NOT_OBSERVABLE, "GET /livez?verbose", seen.livez.at),
            "The API server no longer lists a check of its state store.",
        )


def _weigh_members(weighing: Weighing, seen: EtcdObservation, now: Mono, bounds: Bounds) -> None:
    gap = feed_gap(seen.pods_feed, "members", "every member ready", now, bounds)
    if gap is not None:
        weigh_gap(weighing, gap, principal=False, said="Its members cannot be seen")
        return
    if not seen.pods:
        text = "no pods of it are visible: it runs outside the cluster, or its provider hides it"
        weighing.hidden(
            Evidence("members", text, "every member ready", State.NOT_OBSERVABLE, seen.pods_feed.name, seen.pods_feed.heard_at)
        )
        return
    for pod in seen.pods:
        weighing.evidence.append(pod_line(pod))
    fresh = [pod for pod in seen.pods if not pod.silent]
    bad = [pod for pod in fresh if not pod.ready]
    if bad:
        ready = len(seen.pods) - len(bad)
        quorum = len(seen.pods) // 2 + 1
        which = ", ".join(f"{pod.name} ({pod.reason or 'not ready'})" for pod in bad)
        said = f"{ready} of {plural(len(seen.pods), 'member')} {'is' if ready == 1 else 'are'} ready: {which}."
        said += f" It works while {quorum} are." if ready >= quorum else f" It needs {quorum} to work."
        weighing.worse(State.DEGRADED, said, "member-not-ready", hold=bounds.hold_condition)


def _weigh_rates(weighing: Weighing, rates: RatesSeen, bounds: Bounds) -> None:
    should_be = f"99 % within {bounds.etcd_latency * 1000:.0f} ms"
    slowest = f"{(rates.etcd_p99 or 0.0) * 1000:.0f} ms"
    bad = (f"1 % of requests to it take longer than {slowest}.", "etcd-latency")
    figure = (f"99 % within {slowest}", rates.etcd_p99, rates.recent_etcd_p99)
    rate_figures.weigh(weighing, "request latency", should_be, rates, figure, bounds.etcd_latency, bad, bounds)
    should_be = f"at most {bounds.etcd_errors * 100:.0f} % fail"
    if rates.etcd_error_ratio is None:
        weighing.hidden(Evidence("request errors", missing(rates), should_be, State.NOT_OBSERVABLE, METRICS, rates.at))
    else:
        text = f"{rates.etcd_error_ratio * 100:.1f} %"
        recent = rates.recent_etcd_error_ratio
        if rates.etcd_error_ratio > bounds.etcd_errors and (recent is None or recent > bounds.etcd_errors):
            line = Evidence("request errors", text, should_be, State.DEGRADED, METRICS, rates.at)
            weighing.bad(line, f"{text} of the API server's requests to it fail.", "etcd-errors")
        else:
            weighing.good(Evidence("request errors", text, should_be, State.HEALTHY, METRICS, rates.at))


def size(count: float) -> str:
    """Bytes as people read them: "412 MiB"."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if count < 1024 or unit == "GiB":
            return f"{count:.0f} {unit}" if unit != "GiB" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} GiB"
