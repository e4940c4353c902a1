"""Rates within one instance, that survive restarts and a load balancer; percentiles; what the recording really holds."""

import pytest

from planes.cache.metrics import RatesStore, percentile
from planes.structs.events import Metrics, Sample
from planes.structs.moments import Mono
from tests.replaying import events


def scrape(at: float, instance: float, good: float, bad: float = 0.0, fast: float = 0.0, slow: float = 0.0) -> Metrics:
    def one(value: float, **labels: str) -> Sample:
        return Sample(tuple(sorted(labels.items())), value)

    return Metrics(
        Mono(at),
        0.1,
        instance,
        {
            "apiserver_request_total": (
                one(good, code="200", verb="GET"),
                one(bad, code="503", verb="GET"),
                one(1e6, code="500", verb="GET", subresource="/readyz"),
            ),
            "apiserver_request_sli_duration_seconds_bucket": (
                one(fast, le="0.1", verb="GET"),
                one(fast + slow, le="2", verb="GET"),
                one(fast + slow, le="+Inf", verb="GET"),
                one(1e6, le="+Inf", verb="WATCH"),
            ),
        },
    )


def test_a_rate_needs_two_scrapes_of_one_instance() -> None:
    book = RatesStore()
    book.took(scrape(0.0, 1.0, 100.0))
    book.took(scrape(30.0, 2.0, 9000.0))
    assert book.seen().requests is None
    book.took(scrape(60.0, 1.0, 160.0))
    assert book.seen().requests == pytest.approx(1.0)


def test_instances_behind_a_load_balancer_add_up() -> None:
    book = RatesStore()
    for at, instance, good in ((0, 1, 0), (10, 2, 500), (60, 1, 60), (70, 2, 620)):
        book.took(scrape(float(at), float(instance), float(good)))
    assert book.seen().requests == pytest.approx(1.0 + 2.0)


def test_a_counter_that_went_back_begins_anew() -> None:
    book = RatesStore()
    book.took(scrape(0.0, 1.0, 1000.0))
    book.took(scrape(30.0, 1.0, 10.0))
    assert book.seen().requests is None
    book.took(scrape(60.0, 1.0, 40.0))
    assert book.seen().requests == pytest.approx(1.0)


def test_errors_are_a_share_of_requests_and_probes_are_not_among_them() -> None:
    book = RatesStore()
    book.took(scrape(0.0, 1.0, 0.0, 0.0))
    book.took(scrape(30.0, 1.0, 95.0, 5.0))
    seen = book.seen()
    assert seen.error_ratio == pytest.approx(0.05)
    assert seen.span == 30.0


@pytest.mark.parametrize(
    ("subresource", "counts"),
    [
        ("/livez", False),
        ("/readyz", False),
        ("/healthz", False),
        ("/readyz/etcd", False),
        ("/healthz/poststarthook/rbac/bootstrap-roles", False),
        ("/readyzz", True),
        ("/version", True),
        ("livez", True),
        ("status", True),
        ("", True),
    ],
)
def test_what_asks_for_health_is_neither_traffic_nor_error_nor_slow(subresource: str, counts: bool) -> None:
    def told(at: float, value: float) -> Metrics:
        labels = (("code", "500"), ("subresource", subresource), ("verb", "GET"))
        buckets = tuple(Sample((("le", le), *labels[1:]), count) for le, count in (("1", 0.0), ("2", value), ("+Inf", value)))
        families = {
            "apiserver_request_total": (Sample(labels, value), Sample((("code", "200"),), value)),
            "apiserver_request_sli_duration_seconds_bucket": buckets,
        }
        return Metrics(Mono(at), 0.1, 1.0, families)

    book = RatesStore()
    book.took(told(0.0, 0.0))
    book.took(told(30.0, 300.0))
    seen = book.seen()
    assert seen.requests == pytest.approx(20.0 if counts else 10.0)
    assert seen.error_ratio == pytest.approx(0.5 if counts else 0.0)
    assert (seen.p99 is not None) is counts


@pytest.mark.parametrize("subresource", ["attach", "exec", "log", "portforward", "proxy"])
def test_what_lasts_as_long_as_its_client_wants_is_not_slow(subresource: str) -> None:
    """Before 1.17 its verb may be that of the HTTP request."""
    book = RatesStore()
    for at, count in ((0.0, 0.0), (30.0, 100.0)):
        buckets = tuple(
            Sample((("le", le), ("subresource", one), ("verb", "GET")), value)
            for one, at_most in (("", 0.1), (subresource, 60.0))
            for le, value in (("0.1", count if at_most <= 0.1 else 0.0), ("60", count), ("+Inf", count))
        )
        book.took(Metrics(Mono(at), 0.1, 1.0, {"apiserver_request_duration_seconds_bucket": buckets}))
    assert book.seen().p99 == pytest.approx(0.1, abs=0.01)


@pytest.mark.parametrize(
    "name",
    ["apiserver_request_sli_duration_seconds", "apiserver_request_slo_duration_seconds", "apiserver_request_duration_seconds"],
)
def test_the_latency_goes_by_the_name_of_each_version(name: str) -> None:
    book = RatesStore()
    for at, count in ((0.0, 0.0), (30.0, 100.0)):
        buckets = tuple(Sample((("le", le), ("verb", "GET")), value) for le, value in (("1", 0.0), ("2", count), ("+Inf", count)))
        book.took(Metrics(Mono(at), 0.1, 1.0, {f"{name}_bucket": buckets}))
    assert book.seen().p99 == pytest.approx(1.99)


def test_api_servers_that_divide_by_other_bounds_are_added_at_those_they_share() -> None:
    """Of 1.22 and 1.23 during an upgrade: 0.35 s is a bound of the former alone, and no request of the latter is above it."""
    book = RatesStore()
    for at, count in ((0.0, 0.0), (30.0, 100.0)):
        for instance, bounds in ((1.0, ("0.05", "0.35", "0.4", "+Inf")), (2.0, ("0.05", "0.4", "+Inf"))):
            buckets = tuple(Sample((("le", le), ("verb", "GET")), count) for le in bounds)
            book.took(Metrics(Mono(at), 0.1, instance, {"apiserver_request_duration_seconds_bucket": buckets}))
    assert book.seen().p99 == pytest.approx(0.0495)


@pytest.mark.parametrize("label", ["request_kind", "requestKind"])
def test_requests_in_flight_go_by_the_label_of_each_version(label: str) -> None:
    book = RatesStore()
    kinds = (Sample(((label, "readOnly"),), 3.0), Sample(((label, "mutating"),), 2.0))
    book.took(Metrics(Mono(0.0), 0.1, 1.0, {"apiserver_current_inflight_requests": kinds}))
    assert (book.seen().inflight_reading, book.seen().inflight_mutating) == (3.0, 2.0)


def test_the_window_moves_on_and_stays_covered() -> None:
    book = RatesStore(window=300.0)
    for at in range(0, 1000, 30):
        book.took(scrape(float(at), 1.0, at * 2.0))
    seen = book.seen()
    assert 300.0 <= seen.span <= 330.0
    assert seen.requests == pytest.approx(2.0)


def test_an_instance_that_is_gone_is_forgotten() -> None:
    book = RatesStore(window=300.0)
    for at in (0.0, 30.0):
        book.took(scrape(at, 1.0, at * 100))
    for at in (400.0, 430.0):
        book.took(scrape(at, 2.0, at))
    assert book.seen().requests == pytest.approx(1.0)


def test_latency_leaves_out_what_runs_long() -> None:
    book = RatesStore()
    book.took(scrape(0.0, 1.0, 0.0))
    book.took(scrape(30.0, 1.0, 100.0, fast=100.0))
    p99 = book.seen().p99
    assert p99 is not None
    assert p99 <= 0.1


def test_percentiles_interpolate_within_a_bucket() -> None:
    assert percentile({0.1: 50.0, 0.2: 100.0, float("inf"): 100.0}, 0.75) == pytest.approx(0.15)
    assert percentile({0.1: 0.0, float("inf"): 10.0}, 0.99) == pytest.approx(0.1)
    assert percentile({}, 0.99) is None


def test_the_recorded_metrics_hold_what_is_read() -> None:
    (event,) = [one for one in events("healthy") if isinstance(one, Metrics)]
    book = RatesStore()
    book.took(event)
    seen = book.seen()
    assert seen.storage_bytes == 15777792
    assert seen.inflight_mutating == 2


def calls(at: float, good: float, failed: float | None, counted: bool) -> Metrics:
    made = scrape(at, 1.0, good)
    made.families["etcd_request_duration_seconds_bucket"] = (Sample((("le", "+Inf"), ("operation", "get")), good),)
    if counted:
        made.families["etcd_requests_total"] = (Sample((("operation", "get"),), good),)
    if failed is not None:
        made.families["etcd_request_errors_total"] = (Sample((("operation", "get"),), failed),)
    return made


@pytest.mark.parametrize("counted", [True, False])
def test_failed_requests_to_the_state_store_are_a_share_of_all_although_their_counter_comes_with_the_first(counted: bool) -> None:
    book = RatesStore()
    book.took(calls(0.0, 100.0, None, counted))
    book.took(calls(30.0, 200.0, None, counted))
    assert (book.seen().etcd_error_ratio, book.seen().recent_etcd_error_ratio) == (0.0, 0.0)
    book.took(calls(60.0, 300.0, 10.0, counted))
    assert book.seen().etcd_error_ratio == pytest.approx(0.05)
    assert book.seen().recent_etcd_error_ratio == pytest.approx(0.1)


def test_the_recorded_metrics_count_requests_to_the_state_store() -> None:
    (event,) = [one for one in events("healthy") if isinstance(one, Metrics)]
    assert sum(one.value for one in event.families["etcd_requests_total"]) > 1000
