"""kube-apiserver in figures: errors, latency, load, certificate, API services, webhooks, clock."""

from planes.components import rate_figures
from planes.components.etcd import is_check
from planes.components.rate_figures import METRICS, missing
from planes.components.spec import Figure, Form, Over, brief, facts_of
from planes.components.verdict_builder import VerdictBuilder, check_gap, feed_gap, some
from planes.structs.moments import Mono
from planes.structs.observations import ApiServerObservation, RatesSeen, ServerSeen
from planes.structs.parts import api_service, webhook
from planes.structs.thresholds import Thresholds
from planes.structs.time_tokens import ago, duration
from planes.structs.verdicts import Evidence, State

DAY = 86400.0


def _in_flight(rates: RatesSeen) -> float | None:
    reading, mutating = rates.inflight_reading, rates.inflight_mutating
    return None if reading is None or mutating is None else reading + mutating


FIGURES = (
    Figure(
        key="requests",
        fact="requests/s",
        told="requests per second",
        form=Form.COUNT,
        least=1.0,
        digits=2,
        sampled=lambda rates: rates.last_requests,
        shown=lambda rates: rates.requests,
    ),
    Figure(
        key="p99",
        fact="p99",
        told="99 % of requests within",
        form=Form.MILLISECONDS,
        least=0.02,
        digits=4,
        sampled=lambda rates: rates.recent_p99,
        shown=lambda rates: rates.p99,
        bound="latency",
    ),
    Figure(
        key="error_ratio",
        fact="5xx",
        told="requests answered with 5xx",
        form=Form.PERCENT,
        least=0.01,
        digits=5,
        sampled=lambda rates: rates.recent_error_ratio,
        shown=lambda rates: rates.error_ratio,
        bound="error_ratio",
    ),
    Figure(
        key="inflight",
        fact="in flight",
        told="requests in flight",
        form=Form.COUNT,
        least=4.0,
        digits=1,
        sampled=_in_flight,
        shown=_in_flight,
        over=Over.NOW,
    ),
    Figure(
        key="rejected",
        fact="rejected/s",
        told="requests rejected by priority and fairness per second",
        form=Form.COUNT,
        least=1.0,
        digits=2,
        sampled=lambda rates: rates.last_rejected,
        shown=lambda rates: rates.rejected,
    ),
)


def check_rates(builder: VerdictBuilder, seen: ApiServerObservation, thresholds: Thresholds) -> None:
    """Errors and latency over the window; load, rejections and terminations as plain lines."""
    rates, window = seen.rates, f"{thresholds.rate_window / 60:.0f} min"
    should_be = f"at most {thresholds.error_ratio * 100:.0f} % over {window}"
    share = f"{(rates.error_ratio or 0.0) * 100:.1f} % of requests"
    figure = (f"{share} fail with 5xx", rates.error_ratio, rates.recent_error_ratio)
    bad = (f"{share} fail with 5xx.", "errors")
    rate_figures.check(builder, "errors", should_be, rates, figure, thresholds.error_ratio, bad, thresholds)
    should_be = f"99 % within {thresholds.latency:g} s over {window}"
    figure = (f"99 % within {brief(rates.p99 or 0.0)}", rates.p99, rates.recent_p99)
    bad = (f"1 % of requests take longer than {brief(rates.p99 or 0.0)}.", "latency")
    rate_figures.check(builder, "latency", should_be, rates, figure, thresholds.latency, bad, thresholds)
    _check_load(builder, seen, thresholds)


def _limit(rates: RatesSeen, thresholds: Thresholds) -> float:
    """How many requests in flight those API servers admit by default whose own are added up."""
    return thresholds.inflight_limit * max(1, rates.inflight_of)


def _check_load(builder: VerdictBuilder, seen: ApiServerObservation, thresholds: Thresholds) -> None:
    rates = seen.rates
    limit = f"fewer than {_limit(rates, thresholds):,.0f} (the default limit)"
    if rates.inflight_reading is None or rates.inflight_mutating is None:
        builder.hidden(Evidence("in flight", missing(rates), limit, State.NOT_OBSERVABLE, METRICS, rates.at))
    else:
        text = f"{rates.inflight_reading:,.0f} reading, {rates.inflight_mutating:,.0f} mutating"
        builder.good(Evidence("in flight", text, limit, State.HEALTHY, METRICS, rates.at))
    for signal, value in (
        ("terminated requests", rates.terminations),
        ("rejected by priority and fairness", rates.rejected),
        ("webhooks failed open", rates.webhook_fail_open),
    ):
        if value is None:
            builder.hidden(Evidence(signal, missing(rates), "0/s", State.NOT_OBSERVABLE, METRICS, rates.at))
        else:
            builder.good(Evidence(signal, f"{value:.2f}/s", "0/s", State.HEALTHY, METRICS, rates.at))


def certificate_bound(server: ServerSeen, thresholds: Thresholds) -> float:
    """So many seconds before its end a certificate should have been renewed: a share of how long it lasts, or days where that is
    less. One whose issuer is known to renew it later than that is late once half of what it usually has left is gone."""
    most = thresholds.certificate_warning * DAY
    share = most if server.certificate_term is None else server.certificate_term * thresholds.certificate_share
    renewed = server.certificate_renewed
    return min(share, most) if share >= most or renewed is None or renewed <= 0 else min(share, renewed / 2)


def time_left(left: float) -> str:
    """In steps, so that the text changes seldom and not with every look."""
    if left > 2 * DAY:
        return f"{left / DAY:.0f} d"
    if left > 2 * 3600.0:
        return duration(left // 3600 * 3600)
    return duration(left // 300 * 300) if left >= 300 else "less than 5 min"


def check_certificate(builder: VerdictBuilder, seen: ApiServerObservation, now: Mono, thresholds: Thresholds) -> None:
    """The serving certificate's end, as the TLS handshake showed it. While it is valid it works, however little is left."""
    server, bound = seen.server, certificate_bound(seen.server, thresholds)
    should_be = f"more than {time_left(bound)} left"
    if server.certificate_left is None or server.at is None:
        if not server.version:
            builder.awaits()  # it is seen when /version is answered
        builder.hidden(Evidence("serving certificate", "not seen", should_be, State.NOT_OBSERVABLE, "TLS handshake", server.at))
        return
    left = server.certificate_left - (now - server.at)
    for edge in (bound, 0.0):
        if left > edge:
            builder.due(now + left - edge)
    if left <= 0:
        line = Evidence("serving certificate", "expired", should_be, State.DOWN, "TLS handshake", server.at)
        builder.bad(line, "Its serving certificate has expired.", "certificate-over", line="certificate expired")
        return
    text = f"{time_left(left)} left"
    if left < bound:
        line = Evidence("serving certificate", text, should_be, State.DEGRADED, "TLS handshake", server.at)
        builder.bad(line, f"Its serving certificate expires in {time_left(left)}.", "certificate", line=f"certificate {text}")
    else:
        builder.good(Evidence("serving certificate", text, should_be, State.HEALTHY, "TLS handshake", server.at))


def check_api_services(builder: VerdictBuilder, seen: ApiServerObservation, now: Mono, thresholds: Thresholds) -> None:
    """API groups that others serve and that do not answer."""
    should_be = f"none unavailable for more than {thresholds.apiservice_unavailable / 60:.0f} min"
    if (gap := feed_gap(seen.api_services_feed, "API services", should_be, now, thresholds)) is not None:
        check_gap(builder, gap, principal=False, said="")
        return
    away = sorted((one.since, one.name, one.reason) for one in seen.api_services if not one.available)
    source, at = seen.api_services_feed.name, seen.api_services_feed.heard_at
    if not away:
        text = f"{len(seen.api_services):,} of {len(seen.api_services):,} available"
        builder.good(Evidence("API services", text, should_be, State.HEALTHY, source, at))
        return
    since = away[0][0]
    text = "unavailable: " + ", ".join(f"{name} for {ago(start)} ({reason})" for start, name, reason in away[:5])
    builder.due(since + thresholds.apiservice_unavailable)
    if now - since > thresholds.apiservice_unavailable:
        late = [name for start, name, _ in away if now - start > thresholds.apiservice_unavailable]
        if len(late) == 1:
            said = f"API service {late[0]} has been unavailable for {ago(since)}."
        else:
            said = f"{len(late):,} API services are unavailable, the first for {ago(since)}: {some(late, 3)}."
        line, part = Evidence("API services", text, should_be, State.DEGRADED, source, since), api_service(late[0])
        builder.bad(line, said, "apiservice", part=part if len(late) == 1 else "")
    else:
        builder.ripens(since + thresholds.apiservice_unavailable)
        builder.good(Evidence("API services", text, should_be, State.HEALTHY, source, since))


def check_webhooks(builder: VerdictBuilder, seen: ApiServerObservation, now: Mono, thresholds: Thresholds) -> None:
    """Admission webhooks whose service has nobody behind it: with failurePolicy Fail, every matching request fails."""
    should_be = "ready endpoints behind each"
    if (gap := feed_gap(seen.webhooks_feed, "webhooks", should_be, now, thresholds)) is not None:
        check_gap(builder, gap, principal=False, said="")
        return
    source = seen.webhooks_feed.name
    dead = [one for one in seen.webhooks if one.ready == 0]
    unseen = sum(one.ready is None for one in seen.webhooks)
    if not dead:
        text = _well([one.ready for one in seen.webhooks], "failing") + (f", endpoints of {unseen:,} not visible" if unseen else "")
        builder.good(Evidence("webhooks", text, should_be, State.HEALTHY, source, seen.webhooks_feed.heard_at))
        return
    closed = sorted((one.since, one.name, one.service) for one in dead if one.fails_closed)
    named = (f"{one.name} ({'Fail' if one.fails_closed else 'Ignore'})" for one in dead)
    text = f"{_well([one.ready for one in seen.webhooks], 'failing')}: {some(named, 5)}"
    if not closed:
        builder.good(Evidence("webhooks", text + ", so requests pass unchecked", should_be, State.HEALTHY, source, dead[0].since))
        return
    since, name, service = closed[0]
    builder.due(since + thresholds.webhook_unready)
    if now - since > thresholds.webhook_unready:
        said = f"Webhook {name} (failurePolicy Fail) has had no ready endpoint in {service} for {ago(since)}"
        said += ": the requests it checks are refused."
        line = Evidence("webhooks", text, should_be, State.DEGRADED, source, since)
        builder.bad(line, said, "webhook", part=webhook(name))
        for start, other, behind in closed[1:]:
            if now - start > thresholds.webhook_unready:
                told = f"Webhook {other} (failurePolicy Fail) has had no ready endpoint in {behind} for {ago(start)}."
                builder.worse(State.DEGRADED, told, "webhook", about=other, part=webhook(other))
    else:
        builder.ripens(since + thresholds.webhook_unready)
        builder.good(Evidence("webhooks", text, should_be, State.HEALTHY, source, since))


def check_skew_of_clock(builder: VerdictBuilder, seen: ApiServerObservation, thresholds: Thresholds) -> None:
    """Their clock against ours: said, and no verdict rests on it."""
    skew = seen.server.clock_skew
    should_be = f"within {thresholds.clock_skew:g} s of ours"
    if skew is None:
        builder.hidden(Evidence("clock", "not known", should_be, State.NOT_OBSERVABLE, "HTTP Date", seen.server.at))
        return
    if abs(skew) <= thresholds.clock_skew:
        builder.good(Evidence("clock", "same as ours", should_be, State.HEALTHY, "HTTP Date", seen.server.at))
    else:
        text = f"{duration(abs(skew))} {'ahead of' if skew > 0 else 'behind'} ours; no verdict rests on it"
        builder.evidence.append(Evidence("clock", text, should_be, State.DEGRADED, "HTTP Date", seen.server.at))


def _well(each: list[int | None], bad: str) -> str:
    """How many of them work: "6 ok", "1 of 6 failing", "5 of 6 ok" where it cannot be seen whether the sixth does; "none" of none.
    Each is how many answer for it; None: that cannot be seen."""
    failing, unseen, total = sum(one == 0 for one in each), sum(one is None for one in each), f"{len(each):,}"
    if failing:
        return f"{failing:,} of {total} {bad}"
    return f"{len(each) - unseen:,} of {total} ok" if unseen else f"{total} ok" if each else "none"


#: Facts that no scrape tells, as Figure.about has them.
ABOUT = {
    "webhooks": "admission webhooks whose Service has ready endpoints: …",
    "API services": "API groups that other servers answer for, and that are available: …",
}


def facts(seen: ApiServerObservation, thresholds: Thresholds) -> dict[str, str]:
    """Figures for the cache; what was not observed is not there."""
    made: dict[str, str] = {}
    if seen.server.newest:
        made["version"] = seen.server.newest
    for name, health in (("livez", seen.livez), ("readyz", seen.readyz)):
        if health is not None and health.checks:
            made[name] = f"{sum(check.ok for check in health.checks)}/{len(health.checks)}"
    store = [check for health in (seen.livez, seen.readyz) if health is not None for check in health.checks if is_check(check.name)]
    if store:
        made["etcd"] = "ok" if all(check.ok for check in store) else "fails"
    made |= facts_of(FIGURES, seen.rates)
    if (flying := made.get("in flight")) is not None:
        made["in flight"] = f"{flying} / {_limit(seen.rates, thresholds):,.0f}"
    if seen.server.certificate_left is not None:
        made["certificate"] = time_left(seen.server.certificate_left) if seen.server.certificate_left > 0 else "expired"
    if seen.webhooks_feed.listed_at is not None:
        made["webhooks"] = _well([one.ready for one in seen.webhooks], "failing")
    if seen.api_services_feed.listed_at is not None:
        made["API services"] = _well([int(one.available) for one in seen.api_services], "unavailable")
    return made
