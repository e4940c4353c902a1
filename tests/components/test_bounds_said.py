"""Bounds are settings: what is said of them is what is set, whatever they are by default."""

from dataclasses import replace

import pytest

from planes.components import etcd, kube_apiserver, kube_controller_manager, kube_proxy, kube_scheduler, kubelet
from planes.components.apiserver_figures import certificate_bound, check_api_services, check_certificate, time_left
from planes.components.verdict_builder import VerdictBuilder
from planes.structs.observations import IdentitySeen, RatesSeen
from planes.structs.thresholds import Thresholds
from planes.structs.verdicts import State, Verdict
from planes.structs.workload_observations import ApiServiceSeen
from tests.components import making
from tests.components.making import NOW, SERVER, THRESHOLDS, leader, lease, node, pod, scene

SET = replace(
    THRESHOLDS,
    flap_window=7200.0,
    rate_window=7200.0,
    error_ratio=0.5,
    latency=2.5,
    etcd_latency=2.5,
    etcd_errors=0.5,
    inflight_limit=77.0,
    apiservice_unavailable=7200.0,
    clock_skew=7.0,
    pod_undecided=77.0,
    generation_lag=77.0,
    leader_released=77.0,
    identity_frozen=77.0,
    leader_failovers=5.0,
    ready_flips=5.0,
    proxy_restarts=5.0,
)


def should_be(verdict: Verdict) -> dict[str, str]:
    return {one.signal: one.should_be for one in verdict.evidence}


def now_of(verdict: Verdict) -> dict[str, str]:
    return {one.signal: one.now for one in verdict.evidence}


def of_server(thresholds: Thresholds = SET, **spoilt: object) -> Verdict:
    return kube_apiserver.judge(making.apiserver(**spoilt), NOW, thresholds).verdict


def test_an_api_servers_bounds_are_told_as_they_are_set() -> None:
    told = should_be(of_server())
    assert told["errors"] == "at most 50 % over 120 min"
    assert told["latency"] == "99 % within 2.5 s over 120 min"
    assert told["in flight"] == "fewer than 77 (the default limit)"
    assert told["API services"] == "none unavailable for more than 120 min"
    assert told["clock"] == "within 7 s of ours"


def test_a_state_stores_bounds_are_told_as_they_are_set() -> None:
    told = should_be(etcd.judge(making.etcd(), NOW, SET).verdict)
    assert (told["request latency"], told["request errors"]) == ("99 % within 2500 ms", "at most 50 % fail")


def test_a_leaders_bounds_are_told_as_they_are_set() -> None:
    failovers = tuple(NOW - 300 * index for index in range(8, 0, -1))
    seen = leader(lease=lease(failovers=failovers))
    verdict = kube_scheduler.judge(seen, NOW, SET).verdict
    assert should_be(verdict)["failovers"] == "fewer than 5 within 120 min"
    assert now_of(verdict)["failovers"] == "4 in all, 8 within 120 min"
    assert "Its leader changed 8 times in 120 min." in verdict.because
    assert should_be(verdict)["pods undecided"] == "none waits longer than 77 s without a decision"
    released = leader(lease=lease(released_at=NOW - 5))
    assert should_be(kube_scheduler.judge(released, NOW, SET).verdict)["lease"] == "taken within 77 s"
    manager = kube_controller_manager.judge(leader("kube-controller-manager", workloads=making.feed("w")), NOW, SET).verdict
    assert should_be(manager)["controllers keep up"] == "observedGeneration follows within 77 s"


def test_a_nodes_bounds_are_told_as_they_are_set() -> None:
    flips = tuple(NOW - 300 * index for index in range(8, 0, -1))
    verdict = kubelet.judge(node(ready_flips=flips), scene(), False, NOW, SET)
    assert should_be(verdict)["flips of Ready"] == "at most 5 within 120 min"
    assert verdict.because == "Ready changed 8 times in 120 min."
    proxy = kube_proxy.judge(node(proxies=(pod(restarts=9, restarted_at=flips),)), scene(), False, NOW, SET)
    assert should_be(proxy)["restarts"] == "fewer than 5 within 120 min"
    assert now_of(proxy)["restarts"] == "9 in all, 8 within 120 min"
    assert proxy.because == "It restarted 8 times in 120 min."


def test_an_identity_is_measured_by_the_bound_that_is_set() -> None:
    found = (IdentitySeen(lease=lease(1.0, 3600.0, name="apiserver-a"), host="a", address=""),)
    assert should_be(of_server(identities=found))["identity of a"] == "renewed within 77 s"


# --- figures in words -----------------------------------------------------------------------------------------------------------

BAD = RatesSeen(
    at=NOW,
    span=7200.0,
    requests=10.0,
    error_ratio=0.6543,
    recent_error_ratio=0.6,
    p99=3.0004,
    recent_p99=3.0,
    etcd_p99=3.0004,
    recent_etcd_p99=3.0,
    etcd_error_ratio=0.6543,
    recent_etcd_error_ratio=0.6,
)


def test_shares_are_told_in_percent_and_latencies_in_seconds_or_milliseconds() -> None:
    told = now_of(of_server(rates=BAD))
    assert (told["errors"], told["latency"]) == ("65.4 % of requests fail with 5xx", "99 % within 3.0 s")
    said = of_server(rates=BAD).because
    assert "65.4 % of requests fail with 5xx." in said
    assert "1 % of requests take longer than 3.0 s." in said
    store = etcd.judge(making.etcd(rates=BAD), NOW, SET).verdict
    assert (now_of(store)["request latency"], now_of(store)["request errors"]) == ("99 % within 3.0 s", "65.4 %")
    assert "1 % of requests to it take longer than 3.0 s" in store.because
    assert "65.4 % of the API server's requests to it fail" in store.because


@pytest.mark.parametrize(
    ("ratio", "recent", "state"),
    [
        (0.5, 0.6, State.HEALTHY),
        (0.501, 0.6, State.DEGRADED),
        (0.501, None, State.DEGRADED),
        (0.501, 0.5, State.HEALTHY),  # since the last look it is within its bound
        (0.501, 0.501, State.DEGRADED),
    ],
)
def test_errors_of_the_state_store_count_above_their_bound_and_while_they_go_on(
    ratio: float, recent: float | None, state: State
) -> None:
    rates = RatesSeen(at=NOW, span=7200.0, requests=10.0, etcd_error_ratio=ratio, recent_etcd_error_ratio=recent)
    verdict = etcd.judge(making.etcd(rates=rates), NOW, SET).verdict
    assert {one.signal: one.state for one in verdict.evidence}["request errors"] is state


@pytest.mark.parametrize(
    ("skew", "said", "state"),
    [
        (7.0, "same as ours", State.HEALTHY),
        (-7.0, "same as ours", State.HEALTHY),
        (7.5, "7 s ahead of ours; no verdict rests on it", State.DEGRADED),
        (-7.5, "7 s behind ours; no verdict rests on it", State.DEGRADED),
    ],
)
def test_a_clock_that_is_off_is_told_with_the_way_in_which_it_is(skew: float, said: str, state: State) -> None:
    verdict = of_server(server=replace(SERVER, clock_skew=skew))
    (line,) = [one for one in verdict.evidence if one.signal == "clock"]
    assert (line.now, line.state, verdict.state) == (said, state, State.HEALTHY)


# --- certificates ---------------------------------------------------------------------------------------------------------------

DAY = 86_400.0


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (30 * DAY, "30 d"),
        (2 * DAY + 1, "2 d"),
        (2 * DAY, "2 d"),
        (2 * DAY - 1, "1 d 23 h"),
        (5 * 3600 + 3599, "5 h"),
        (2 * 3600 + 1, "2 h"),
        (2 * 3600, "2 h"),
        (2 * 3600 - 1, "1 h 55 min"),
        (599, "5 min"),
        (300, "5 min"),
        (299, "less than 5 min"),
        (0, "less than 5 min"),
    ],
)
def test_what_is_left_is_told_in_steps(left: float, said: str) -> None:
    assert time_left(left) == said


@pytest.mark.parametrize(
    ("term", "renewed", "bound"),
    [
        (None, None, 7 * DAY),
        (365 * DAY, None, 7 * DAY),
        (30 * DAY, None, 3 * DAY),
        (30 * DAY, 2 * DAY, 1 * DAY),  # its issuer renews it later than that: half of what it usually has left
        (30 * DAY, 20 * DAY, 3 * DAY),
        (30 * DAY, 0.0, 3 * DAY),
        (30 * DAY, -5.0, 3 * DAY),
        (70 * DAY, 2 * DAY, 7 * DAY),  # as long as the days that are set: those count
        (365 * DAY, 2 * DAY, 7 * DAY),
    ],
)
def test_a_certificate_should_have_been_renewed_by_a_share_of_its_term_or_by_days(
    term: float | None, renewed: float | None, bound: float
) -> None:
    server = replace(SERVER, certificate_term=term, certificate_renewed=renewed)
    assert certificate_bound(server, THRESHOLDS) == pytest.approx(bound)


@pytest.mark.parametrize(
    ("left", "state", "because", "due"),
    [
        (8 * DAY, State.HEALTHY, None, NOW + DAY),
        (7 * DAY, State.HEALTHY, None, NOW + 7 * DAY),
        (7 * DAY - 1, State.DEGRADED, "Its serving certificate expires in 7 d.", NOW + 7 * DAY - 1),
        (2 * DAY, State.DEGRADED, "Its serving certificate expires in 2 d.", NOW + 2 * DAY),
        (3600.0, State.DEGRADED, "Its serving certificate expires in 1 h.", NOW + 3600),
        (0.0, State.DOWN, "Its serving certificate has expired.", None),
        (-9.0, State.DOWN, "Its serving certificate has expired.", None),
    ],
)
def test_a_certificate_is_late_below_its_bound_and_over_at_its_end(
    left: float, state: State, because: str | None, due: float | None
) -> None:
    seen = making.apiserver(server=replace(SERVER, at=NOW - 10, certificate_left=left + 10))
    verdict = kube_apiserver.judge(seen, NOW, THRESHOLDS).verdict
    (line,) = [one for one in verdict.evidence if one.signal == "serving certificate"]
    assert (line.state, line.should_be) == (state, "more than 7 d left")
    if because is not None:
        assert (verdict.state, verdict.because) == (state, because)
    builder = VerdictBuilder()
    check_certificate(builder, seen, NOW, THRESHOLDS)
    assert builder.verdict(good="").due == due


# --- API services ---------------------------------------------------------------------------------------------------------------


def service(name: str, age: float, *, available: bool = False) -> ApiServiceSeen:
    return ApiServiceSeen(name=name, available=available, reason="odd", since=NOW - age)


@pytest.mark.parametrize(
    ("services", "state", "said"),
    [
        ((service("a", 900, available=True),), State.HEALTHY, ""),
        ((service("a", 300),), State.HEALTHY, ""),
        ((service("a", 300.1),), State.DEGRADED, f"API service a has been unavailable for ⟨a:{NOW - 300.1:.1f}⟩."),
        (
            (service("b", 301), service("a", 400), service("c", 1)),
            State.DEGRADED,
            f"2 API services are unavailable, the first for ⟨a:{NOW - 400:.1f}⟩: a, b.",
        ),
        (
            tuple(service(name, 400) for name in "abcd"),
            State.DEGRADED,
            f"4 API services are unavailable, the first for ⟨a:{NOW - 400:.1f}⟩: a, b, c and 1 more.",
        ),
    ],
)
def test_an_api_service_may_be_away_for_five_minutes(services: tuple[ApiServiceSeen, ...], state: State, said: str) -> None:
    verdict = of_server(THRESHOLDS, api_services=services)
    (line,) = [one for one in verdict.evidence if one.signal == "API services"]
    assert (line.state, verdict.state) == (state, state)
    if said:
        assert verdict.because == said


def test_of_api_services_that_are_away_the_first_five_are_named_and_it_ripens_when_the_first_is_late() -> None:
    builder = VerdictBuilder()
    away = tuple(service(name, 100 - index) for index, name in enumerate("abcdef"))
    check_api_services(builder, making.apiserver(api_services=away), NOW, THRESHOLDS)
    builder.enough()
    verdict = builder.verdict(good="")
    (line,) = verdict.evidence
    assert line.now == "unavailable: " + ", ".join(
        f"{name} for ⟨a:{NOW - 100 + index:.1f}⟩ (odd)" for index, name in enumerate("abcde")
    )
    assert (verdict.ripe, verdict.due) == (NOW + 200, NOW + 200)
