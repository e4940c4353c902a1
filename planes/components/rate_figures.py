"""Figures of /metrics that are judged over a window: shares of failed requests, percentiles."""

from planes.components.verdict_builder import VerdictBuilder, clause
from planes.structs.events import FOR_GOOD
from planes.structs.observations import RatesSeen
from planes.structs.thresholds import Thresholds
from planes.structs.time_tokens import duration
from planes.structs.verdicts import Evidence, State

METRICS = "/metrics"
#: So much of the window must be covered by samples.
_COVERED = 0.85
#: Where a figure comes from, as documentation says it.
METRICS_OF = "/metrics of the API server"


def check(
    builder: VerdictBuilder,
    signal: str,
    should_be: str,
    rates: RatesSeen,
    figure: tuple[str, float | None, float | None],
    bound: float,
    bad: tuple[str, str],
    thresholds: Thresholds,
) -> None:
    """One figure on the scales: (as text, over the window, between the last two scrapes), and (what is said, cause) if it is bad.

    Above its bound it is bad once the samples cover the window, and while it goes on. Before that the line says what it waits for.
    """
    text, value, recent = figure
    if value is None:
        if rates.requests is None and (rates.fault is None or rates.fault.kind not in FOR_GOOD):
            builder.awaits()  # a first scrape, or a second one
        builder.hidden(Evidence(signal, missing(rates), should_be, State.NOT_OBSERVABLE, METRICS, rates.at))
    elif value <= bound:
        builder.good(Evidence(signal, text, should_be, State.HEALTHY, METRICS, rates.at))
    elif recent is not None and recent <= bound:
        text += f" over the last {duration(rates.span)}, but within the bound at the last scrape"
        builder.good(Evidence(signal, text, should_be, State.HEALTHY, METRICS, rates.at))
    elif not covers(rates, thresholds):
        if rates.at is not None:
            builder.ripens(rates.at + (thresholds.rate_window * _COVERED - rates.span))
        text += f" over the last {duration(rates.span)}; judged after {duration(thresholds.rate_window)}"
        builder.hidden(Evidence(signal, text, should_be, State.UNKNOWN, METRICS, rates.at))
    else:
        said, cause = bad
        builder.bad(Evidence(signal, text, should_be, State.DEGRADED, METRICS, rates.at), said, cause)


def missing(rates: RatesSeen) -> str:
    """Why a figure of /metrics is not there."""
    if rates.fault is not None:
        return f"cannot be read: {clause(rates.fault.message)}"
    if rates.at is None:
        return "waiting for the first scrape"
    return "needs two scrapes of one API server" if rates.requests is None else "not among the metrics"


def covers(rates: RatesSeen, thresholds: Thresholds) -> bool:
    """Whether the samples cover so much of the window that a figure over it may alarm."""
    return rates.span >= thresholds.rate_window * _COVERED
