"""/livez and /readyz as lines of evidence. Check names are taken as they come; they differ by version and distribution."""

from dataclasses import dataclass

from planes.components.verdict_builder import RIGHTS, clause, plural
from planes.structs.answers import was_heard
from planes.structs.events import OURS, Check, FaultKind
from planes.structs.moments import Mono
from planes.structs.observations import HealthSeen
from planes.structs.thresholds import Thresholds
from planes.structs.time_tokens import ago
from planes.structs.verdicts import Evidence, State


@dataclass(frozen=True, slots=True)
class Probed:
    """What one probe says: a line, and the checks that fail."""

    line: Evidence
    failed: tuple[Check, ...] = ()


def probe(path: str, seen: HealthSeen | None, now: Mono, thresholds: Thresholds) -> Probed:
    """The answer to one path. State: healthy (200), degraded (5xx, or no answer), unknown (too old, never, or a fault of our side
    or of the way, which says nothing of the API server), not observable (403, 404)."""
    signal, source = path.strip("/"), f"GET {path}?verbose"
    should_be = "200, every check ok"
    if seen is None:
        return Probed(Evidence(signal, "waiting for the first answer", should_be, State.UNKNOWN, source, None))
    if now - seen.at > thresholds.probe_stale:
        text = f"last answer {ago(seen.at)} ago"
        return Probed(Evidence(signal, text, should_be, State.UNKNOWN, source, seen.at))
    fault = seen.fault
    if fault is not None:
        if fault.kind is FaultKind.FORBIDDEN:
            text = f"not permitted; needs {RIGHTS.get(path, path)}"
            return Probed(Evidence(signal, text, should_be, State.NOT_OBSERVABLE, source, seen.at))
        if fault.kind is FaultKind.NOT_SERVED:
            return Probed(Evidence(signal, "not served", should_be, State.NOT_OBSERVABLE, source, seen.at))
        if fault.kind is FaultKind.THROTTLED or fault.kind in OURS:
            return Probed(Evidence(signal, clause(fault.message), should_be, State.UNKNOWN, source, seen.at))
        errs = fault.kind is FaultKind.SERVER_ERROR and (seen.status or 0) >= 500  # of its own, or of what stands before it
        if not errs and not was_heard(fault):
            return Probed(Evidence(signal, f"no answer: {clause(fault.message)}", should_be, State.DEGRADED, source, seen.at))
    status = seen.status or 0
    failed = tuple(check for check in seen.checks if not check.ok)
    if status == 200 and not failed:
        text = f"200 in {seen.took * 1000:.0f} ms"
        if seen.checks:
            text += f", {len(seen.checks)} of {plural(len(seen.checks), 'check')} pass"
        return Probed(Evidence(signal, text, should_be, State.HEALTHY, source, seen.at))
    if failed:
        fail = "fails" if len(failed) == 1 else "fail"
        text = f"{status}: {len(failed)} of {plural(len(seen.checks), 'check')} {fail}: {names(failed)}"
    else:
        text = f"{status}" + (f": {clause(fault.message)}" if fault is not None else "")
    return Probed(Evidence(signal, text, should_be, State.DEGRADED, source, seen.at), failed)


def names(failed: tuple[Check, ...]) -> str:
    """The failing checks with their reasons: "etcd (context deadline exceeded), informer-sync"."""
    return ", ".join(f"{check.name} ({check.reason})" if check.reason else check.name for check in failed)
