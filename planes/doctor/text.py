"""A preflight's report for people at a terminal. Pure: a Report in, text out."""

import textwrap
import unicodedata

from planes.doctor.report import Report, RightReport
from planes.structs.time_tokens import duration

_WIDTH = 110


def text(report: Report, now: float) -> str:
    """The whole report. `now` is epoch seconds."""
    lines = [f"Cluster: {report.chosen}"] if report.chosen else []
    if report.fault is not None:
        lines += [f"✕ {report.fault.message}", f"  {report.fault.remedy}"]
        return _clean("\n".join(lines))
    lines += [*_server(report, now), *_who(report), *_versions(report), "", "Rights"]
    lines += [line for right in report.rights for line in _right(right)]
    if report.hidden:
        lines += ["", "Cannot be seen here"]
        lines += [line for one in report.hidden for line in _wrapped("○", f"{one.kind}: {one.because}")]
    if report.notes:
        lines += ["", "Good to know"]
        lines += [line for note in report.notes for line in _wrapped("·", note)]
    if report.grant:
        lines += ["", "To grant all of it, as someone who may:", f"  {report.grant}"]
    return _clean("\n".join([*lines, "", report.summary]))


def _server(report: Report, now: float) -> list[str]:
    said = f"{report.server} answers"
    if report.latency_ms is not None:
        said += f" in {report.latency_ms:.0f} ms"
    if report.certificate_not_after is not None:
        left = report.certificate_not_after - now
        said += f"; its certificate {'expires in ' + duration(left) if left > 0 else 'has expired'}"
    elif not report.tls:
        said += "; without TLS"
    lines = _wrapped("●", said)
    for path, health in report.health.items():
        sign = "●" if health.startswith("passes") else "✕" if health.startswith("fails") else "▲"
        lines += _wrapped(sign, f"{path} {health}")
    if report.watches:
        sign = "●" if report.watches == "deliver" else "✕" if report.watches.startswith("do not") else "▲"
        lines += _wrapped(sign, f"watches {report.watches}")
    return lines


def _who(report: Report) -> list[str]:
    if not report.user:
        return _wrapped("▲", report.user_said)
    groups = f" (groups: {', '.join(report.groups)})" if report.groups else ""
    return _wrapped("●", f"We are {report.user}{groups}")


def _versions(report: Report) -> list[str]:
    about = " on ".join(part for part in (report.version or "an unknown version", report.platform) if part)
    lines = _wrapped("●", f"{report.distribution or 'Kubernetes'}, {about}")
    for name, versions in report.versions.items():
        told = ", ".join(f"{version or 'not told'} on {count}" for version, count in versions.items())
        lines += _wrapped(" ", f"{name}: {told} of {report.nodes_seen} nodes looked at")
    return lines


def _right(right: RightReport) -> list[str]:
    if right.allowed is False:
        return _wrapped("✕", right.costs)
    if not right.served:
        return _wrapped("○", f"{right.of}: not served here")
    if right.allowed is None:
        return _wrapped("▲", f"{right.of}: not known. {right.said}")
    return [f"  ● {right.of}{' (by trying)' if right.how == 'try' else ''}"]


def _wrapped(sign: str, said: str) -> list[str]:
    return textwrap.wrap(said, _WIDTH, initial_indent=f"  {sign} ", subsequent_indent="    ", break_long_words=False)


def _clean(said: str) -> str:
    """What a cluster says may hold anything; a terminal gets no control characters from it."""
    return "".join(char if char == "\n" or not unicodedata.category(char).startswith("C") else " " for char in said)
