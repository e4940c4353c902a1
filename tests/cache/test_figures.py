"""What scrapes of /metrics become: which families are added up to what, over which time, of which instances."""

import math
from collections.abc import Mapping

import pytest

from planes.cache.metrics import RatesStore, Totals, percentile, totals
from planes.structs.events import Fault, FaultKind, Metrics, Sample
from planes.structs.moments import Mono
from planes.structs.observations import RatesSeen

INF = float("inf")
BROKEN = Fault(FaultKind.SERVER_ERROR, "the server answers 500")
Families = Mapping[str, tuple[Sample, ...]]


def sample(value: float, **labels: str) -> Sample:
    return Sample(tuple(sorted(labels.items())), value)


def scrape(at: float, families: Families, instance: float = 1.0) -> Metrics:
    return Metrics(Mono(at), 0.1, instance, dict(families))


def requests(count: float, errors: float = 0.0) -> Families:
    return {"apiserver_request_total": (sample(count - errors, code="200"), sample(errors, code="503"))}


def seen(*scrapes: Metrics, window: float = 300.0) -> RatesSeen:
    store = RatesStore(window)
    for one in scrapes:
        store.took(one)
    return store.seen()


# --- one scrape ---------------------------------------------------------------------------------------------------------------


def test_a_scrape_is_added_up_by_family() -> None:
    families: Families = {
        "apiserver_request_total": (
            sample(90.0, code="200"),
            sample(4.0, code="429"),
            sample(2.0, code="500"),
            sample(1.0, code="504"),
            sample(7.0, code="500", subresource="/livez"),
            sample(7.0, code="500", subresource="/readyz"),
            sample(7.0, code="500", subresource="/healthz"),
            sample(3.0, code="201", subresource="status"),
            sample(5.0),
        ),
        "apiserver_request_terminations_total": (sample(1.0, code="504"), sample(2.0, code="429")),
        "apiserver_flowcontrol_rejected_requests_total": (sample(3.0), sample(4.0, reason="x")),
        "apiserver_admission_webhook_fail_open_count": (sample(6.0),),
        "etcd_requests_total": (sample(11.0, operation="get"), sample(12.0, operation="list")),
        "etcd_request_errors_total": (sample(1.0, operation="get"),),
    }
    assert totals(scrape(5.0, families)) == Totals(
        Mono(5.0),
        {
            "requests": 105.0,
            "errors": 3.0,
            "terminations": 3.0,
            "rejected": 7.0,
            "fail_open": 6.0,
            "etcd_requests": 23.0,
            "etcd_errors": 1.0,
        },
    )


def test_a_family_that_is_not_served_is_missing_and_not_nothing() -> None:
    assert totals(scrape(5.0, {})).counters == {}


def test_buckets_are_added_up_by_bound_without_what_runs_long() -> None:
    bucket = "apiserver_request_sli_duration_seconds_bucket"
    families: Families = {
        bucket: (
            sample(1.0, le="0.1", verb="GET"),
            sample(2.0, le="0.1", verb="LIST"),
            sample(4.0, le="+Inf", verb="LIST"),
            sample(8.0, le="0.1", verb="WATCH"),
            sample(8.0, le="0.1", verb="CONNECT"),
            sample(8.0, le="0.1", verb="WATCHLIST"),
            sample(8.0, le="odd", verb="GET"),
            sample(16.0, le="1", verb="GET"),
        )
    }
    assert totals(scrape(5.0, families)).latency == {0.1: 3.0, INF: 4.0, 1.0: 16.0}


def test_requests_to_the_store_are_counted_by_its_histogram_where_no_counter_is_served() -> None:
    bucket = (sample(8.0, le="0.1", operation="get"), sample(9.0, le="+Inf", operation="get"))
    made = totals(scrape(5.0, {"etcd_request_duration_seconds_bucket": bucket}))
    assert (made.counters, made.etcd) == ({"etcd_calls": 9.0, "etcd_requests": 9.0}, {0.1: 8.0, INF: 9.0})
    both = totals(scrape(5.0, {"etcd_request_duration_seconds_bucket": bucket, "etcd_requests_total": (sample(20.0),)}))
    assert both.counters == {"etcd_calls": 9.0, "etcd_requests": 20.0}


@pytest.mark.parametrize(
    ("buckets", "share", "value"),
    [
        ({0.1: 0.0, 0.2: 100.0, 0.4: 200.0, INF: 200.0}, 0.75, 0.3),
        ({0.1: 0.0, 0.2: 100.0, 0.4: 200.0, INF: 200.0}, 0.5, 0.2),
        ({0.1: 100.0, INF: 100.0}, 0.5, 0.05),  # from nought
        ({0.1: 50.0, INF: 100.0}, 0.99, 0.1),  # beyond the last bound: that bound
        ({INF: 10.0}, 0.5, 0.0),
        ({0.1: 10.0}, 0.5, 0.05),  # without a bucket of infinity
        ({0.1: 0.0, 0.2: 0.0, INF: 0.0}, 0.5, None),
        ({math.nan: 10.0}, 0.5, None),
        ({math.nan: 10.0, 0.1: 10.0}, 0.5, 0.05),
        ({0.1: 0.0, 0.2: 10.0}, 0.0, 0.1),  # nought of them lies below the first bound
        ({0.1: 1.0, INF: 1.0}, 0.5, 0.05),  # one is enough
        ({0.1: 0.0, 0.2: 10.0, 0.4: 10.0, INF: 10.0}, 1.0, 0.2),
        ({0.2: 10.0, INF: 10.0}, 1.0, 0.2),
        ({}, 0.5, None),
    ],
)
def test_a_percentile_is_estimated_as_prometheus_does(buckets: dict[float, float], share: float, value: float | None) -> None:
    found = percentile(buckets, share)
    assert found == (None if value is None else pytest.approx(value))


# --- over the window ----------------------------------------------------------------------------------------------------------


def full(requests: float, others: float, fast: float, slow: float) -> Families:
    """Counters at these values, each other one at another multiple of `others`; buckets with so many fast and slow."""
    return {
        "apiserver_request_total": (sample(requests, code="200"), sample(requests / 4, code="500")),
        "apiserver_request_terminations_total": (sample(others),),
        "apiserver_flowcontrol_rejected_requests_total": (sample(2 * others),),
        "apiserver_admission_webhook_fail_open_count": (sample(3 * others),),
        "etcd_requests_total": (sample(4 * others),),
        "etcd_request_errors_total": (sample(others),),
        "apiserver_request_sli_duration_seconds_bucket": (
            sample(fast, le="0.1"),
            sample(fast + slow, le="2.1"),
            sample(fast + slow, le="+Inf"),
        ),
        "etcd_request_duration_seconds_bucket": (sample(fast, le="1"), sample(fast + slow, le="3"), sample(fast + slow, le="+Inf")),
    }


def test_every_figure_over_the_window_and_between_the_last_two_scrapes() -> None:
    told = seen(
        scrape(100.0, full(0.0, 0.0, 0.0, 0.0)),
        scrape(110.0, full(100.0, 10.0, 0.0, 100.0)),
        scrape(120.0, full(300.0, 40.0, 100.0, 100.0)),
    )
    assert (told.at, told.fault, told.span) == (120.0, None, 20.0)
    assert told.requests == pytest.approx(375 / 20)
    assert told.last_requests == pytest.approx(250 / 10)
    assert told.error_ratio == told.recent_error_ratio == pytest.approx(0.2)
    assert told.p99 == pytest.approx(0.1 + 2.0 * 0.98)
    assert told.recent_p99 == pytest.approx(0.099)
    assert (told.terminations, told.rejected, told.webhook_fail_open) == (2.0, 4.0, 6.0)
    assert told.last_rejected == 6.0
    assert told.etcd_p99 == pytest.approx(1.0 + 2.0 * 0.98)
    assert told.recent_etcd_p99 == pytest.approx(0.99)
    assert told.etcd_error_ratio == told.recent_etcd_error_ratio == 0.25
    assert told.last_etcd_requests == pytest.approx(100 / 10)


def test_nothing_is_told_before_there_are_two_scrapes() -> None:
    assert seen() == RatesSeen()
    assert seen(scrape(100.0, requests(10.0))) == RatesSeen(at=Mono(100.0))


def test_a_share_of_no_requests_at_all_is_not_known() -> None:
    told = seen(scrape(100.0, requests(10.0, 5.0)), scrape(110.0, requests(10.0, 5.0)))
    assert (told.requests, told.error_ratio, told.recent_error_ratio) == (0.0, None, None)


def test_what_is_not_served_is_no_rate_unless_requests_are_and_is_never_counted() -> None:
    told = seen(scrape(100.0, requests(0.0)), scrape(110.0, requests(10.0)))
    assert (told.terminations, told.rejected, told.last_rejected) == (0.0, 0.0, 0.0), "no counter is served before its first event"
    assert told.last_etcd_requests is None
    gauges: Families = {"apiserver_storage_size_bytes": (sample(5.0),)}
    bare = seen(scrape(100.0, gauges), scrape(110.0, gauges))
    assert (bare.terminations, bare.requests, bare.last_requests) == (None, None, None)


def test_a_single_request_has_a_share() -> None:
    assert seen(scrape(100.0, requests(0.0)), scrape(110.0, requests(1.0, 1.0))).error_ratio == 1.0


def test_an_instance_that_does_not_serve_a_counter_adds_nothing_to_it() -> None:
    store: Families = {"etcd_requests_total": (sample(4.0),), "etcd_request_errors_total": (sample(1.0),)}
    bucket: Families = {"etcd_request_duration_seconds_bucket": (sample(4.0, le="+Inf"),)}
    told = seen(
        scrape(100.0, requests(0.0), 1.0),
        scrape(101.0, requests(0.0), 2.0),
        scrape(110.0, {**requests(10.0), **store, **bucket}, 1.0),
        scrape(111.0, requests(10.0), 2.0),
    )
    assert (told.etcd_error_ratio, told.last_etcd_requests) == (0.25, 0.4)


def test_buckets_that_were_not_served_before_began_at_nought_and_those_that_stood_still_add_nothing() -> None:
    def slow(*counts: float) -> Families:
        bounds = ("0.1", "0.2", "+Inf")
        return {
            "apiserver_request_sli_duration_seconds_bucket": tuple(
                sample(one, le=le) for one, le in zip(counts, bounds, strict=True)
            )
        }

    fresh = seen(scrape(100.0, requests(0.0)), scrape(110.0, {**requests(3.0), **slow(1.0, 3.0, 3.0)}))
    assert fresh.p99 == pytest.approx(0.1 + 0.1 * 1.97 / 2)
    still = seen(scrape(100.0, slow(5.0, 5.0, 5.0)), scrape(110.0, slow(5.0, 7.0, 7.0)))
    assert still.p99 == pytest.approx(0.1 + 0.1 * 0.99)


def test_rates_are_taken_over_five_minutes_unless_told_otherwise() -> None:
    assert RatesStore().window == 300.0


def test_two_scrapes_at_one_moment_are_no_rate() -> None:
    assert seen(scrape(100.0, requests(0.0)), scrape(100.0, requests(10.0))).requests == 0.0


def test_any_counter_that_went_back_is_an_instance_begun_anew() -> None:
    old, new = {**requests(10.0), "etcd_requests_total": (sample(50.0),)}, {**requests(20.0), "etcd_requests_total": (sample(5.0),)}
    assert seen(scrape(100.0, old), scrape(110.0, new)).requests is None
    lost = seen(scrape(100.0, {**old, "etcd_requests_total": (sample(1.0),)}), scrape(110.0, requests(20.0)))
    assert lost.requests is None, "a counter that is served no more went back, too"


def test_the_oldest_scrape_kept_lies_at_or_just_before_the_windows_start() -> None:
    for at, span in ((100.0, 100.0), (109.9, 109.9), (110.0, 100.0)):
        assert seen(
            scrape(0.0, requests(0.0)), scrape(10.0, requests(1.0)), scrape(at, requests(2.0)), window=100.0
        ).span == pytest.approx(span)
    assert seen(scrape(0.0, requests(0.0)), scrape(500.0, requests(1.0)), window=100.0).span == 500.0


def test_an_instance_counts_until_its_last_scrape_is_older_than_the_window() -> None:
    one = [scrape(0.0, requests(0.0)), scrape(10.0, requests(10.0))]
    assert seen(*one, scrape(110.0, requests(0.0), 2.0), window=100.0).requests == 1.0
    assert seen(*one, scrape(110.1, requests(0.0), 2.0), window=100.0).requests is None


def test_the_latest_ratios_are_of_the_instance_that_was_scraped_last() -> None:
    told = seen(
        scrape(0.0, requests(0.0), 1.0),
        scrape(1.0, requests(0.0), 2.0),
        scrape(10.0, requests(100.0, 50.0), 1.0),
        scrape(11.0, requests(100.0), 2.0),
    )
    assert (told.recent_error_ratio, told.error_ratio) == (0.0, 0.25)
    told = seen(
        scrape(0.0, requests(0.0), 1.0),
        scrape(5.0, requests(0.0), 2.0),
        scrape(10.0, requests(100.0), 2.0),
        scrape(11.0, requests(100.0, 50.0), 1.0),
    )
    assert (told.recent_error_ratio, told.span) == (0.5, 11.0), "and the window is covered by whoever covers most"


def test_an_instance_that_answered_none_of_the_last_three_scrapes_counts_into_the_latest_rates_no_more() -> None:
    one = [scrape(0.0, requests(0.0), 1.0), scrape(10.0, requests(100.0), 1.0)]
    others = [scrape(20.0 + 10 * place, requests(10.0 * place), 2.0) for place in range(3)]
    assert seen(*one, *others[:2]).last_requests == pytest.approx(10.0 + 1.0)
    told = seen(*one, *others)
    assert told.last_requests == pytest.approx(1.0)
    assert told.requests == pytest.approx(10.0 + 1.0), "over the window it still does"


def test_a_fault_lasts_since_it_began_and_what_was_scraped_stays() -> None:
    store = RatesStore()
    store.took(scrape(0.0, requests(0.0)))
    store.took(scrape(10.0, requests(10.0)))
    assert store.seen_fault() is None
    other = Fault(FaultKind.FORBIDDEN, "not permitted")
    store.took(Metrics(Mono(20.0), 0.1, fault=BROKEN))
    store.took(Metrics(Mono(30.0), 0.1, fault=other))
    assert store.seen_fault() == (other, 20.0)
    assert (store.seen().fault, store.seen().at, store.seen().requests) == (other, 10.0, 1.0)
    store.took(scrape(40.0, requests(40.0)))
    assert (store.seen_fault(), store.seen().fault, store.seen().at) == (None, None, 40.0)


# --- gauges -------------------------------------------------------------------------------------------------------------------


def inflight(reading: float, mutating: float, storage: float) -> Families:
    kinds = (sample(reading, request_kind="readOnly"), sample(mutating, request_kind="mutating"), sample(99.0, request_kind="odd"))
    return {"apiserver_current_inflight_requests": (*kinds, sample(99.0)), "apiserver_storage_size_bytes": (sample(storage),)}


def test_requests_in_flight_add_up_over_the_instances_and_the_store_is_one() -> None:
    told = seen(scrape(0.0, inflight(1.0, 2.0, 500.0), 1.0), scrape(1.0, inflight(3.0, 4.0, 400.0), 2.0))
    assert (told.inflight_reading, told.inflight_mutating, told.storage_bytes) == (4.0, 6.0, 500.0)


def test_gauges_are_of_each_instances_last_scrape_and_of_the_last_three_scrapes() -> None:
    one, other = inflight(1.0, 2.0, 500.0), inflight(3.0, 4.0, 400.0)
    assert seen(scrape(0.0, one), scrape(1.0, other)).inflight_reading == 3.0
    later = [scrape(1.0 + place, other, 2.0) for place in range(3)]
    assert seen(scrape(0.0, one), *later[:2]).inflight_reading == 4.0
    assert seen(scrape(0.0, one), *later).inflight_reading == 3.0


@pytest.mark.parametrize(
    ("families", "size"),
    [
        ({}, None),
        ({"apiserver_storage_size_bytes": (sample(5.0), sample(9.0), sample(7.0))}, 9.0),
        ({"apiserver_storage_db_total_size_in_bytes": (sample(6.0),)}, 6.0),  # its older name
        ({"apiserver_storage_size_bytes": (sample(5.0),), "apiserver_storage_db_total_size_in_bytes": (sample(6.0),)}, 5.0),
        ({"apiserver_storage_size_bytes": ()}, 0.0),
        ({"etcd_db_total_size_in_bytes": (sample(7.0), sample(8.0))}, 8.0),  # until 1.25
    ],
)
def test_the_size_of_the_store_is_that_of_its_largest_member(families: Families, size: float | None) -> None:
    assert seen(scrape(0.0, families)).storage_bytes == size


def test_requests_in_flight_of_one_kind_add_up_within_a_scrape() -> None:
    twice = (sample(1.0, request_kind="readOnly"), sample(2.0, request_kind="readOnly"))
    assert seen(scrape(0.0, {"apiserver_current_inflight_requests": twice})).inflight_reading == 3.0
