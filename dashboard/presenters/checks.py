"""The history of the checks of /livez and /readyz, on the API server's page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from planes.live.wire import Lateness
from planes.store.checks import CheckFailure
from planes.structs.history import Span
from planes.structs.time_tokens import duration

#: So many seconds between two spans of watching are not told.
_LEAST = 10.0


@dataclass(frozen=True, slots=True)
class CheckLine:
    """`title` is as the API server calls it: "/readyz/etcd". `ended` None: it fails still, as far as is known. `said` is the
    rest of it, in words."""

    title: str
    state: str
    began: float
    ended: float | None
    reason: str
    said: str


@dataclass(frozen=True, slots=True)
class ChecksPart:
    """`several`: an answer may be of any of several API servers."""

    lines: tuple[CheckLine, ...]
    several: bool


def checks_part(failures: Sequence[CheckFailure], spans: Sequence[Span], several: bool, late: Lateness | None) -> ChecksPart:
    """`spans`: when the cluster was watched, oldest first."""
    return ChecksPart(tuple(_line(one, spans, late) for one in failures), several)


def _line(one: CheckFailure, spans: Sequence[Span], late: Lateness | None) -> CheckLine:
    if one.ended is None:
        said = "failing when last seen" if late is not None else "fails still"
        return CheckLine(f"{one.path}/{one.name}", "unknown" if late is not None else "degraded", one.began, None, one.reason, said)
    long = one.ended - one.began
    away = long - sum(_shared(spans, one.began, one.ended))
    said = f"for {duration(long)}" if long >= 1 else "once"
    if away >= _LEAST:
        said += f", {duration(away)} of it not watched"
    return CheckLine(f"{one.path}/{one.name}", "healthy", one.began, one.ended, one.reason, said)


def _shared(spans: Sequence[Span], began: float, ended: float) -> Iterable[float]:
    return (max(0.0, min(one.ended, ended) - max(one.began, began)) for one in spans)
