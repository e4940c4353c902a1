"""One sample a scrape: none without a new one, none while scraping fails, and nothing in it that was not observed."""

from dataclasses import replace

import msgspec
import pytest

from planes.assess.sampling import Sampler, samples_of
from planes.cache.metrics import RatesStore
from planes.structs.events import Fault, FaultKind, Metrics, Sample
from planes.structs.moments import Mono
from planes.structs.observations import RatesSeen
from tests.sampling import sample_row, value_of

OFFSET = 1_780_000_000.0


def scrape(at: float, instance: float, requests: float, inflight: float, calls: float | None = None) -> Metrics:
    families = {
        "apiserver_request_total": (Sample((("code", "200"), ("verb", "GET")), requests),),
        "apiserver_current_inflight_requests": (
            Sample((("request_kind", "readOnly"),), inflight),
            Sample((("request_kind", "mutating"),), 1.0),
        ),
    }
    if calls is not None:
        families["etcd_request_duration_seconds_bucket"] = (
            Sample((("le", "0.005"), ("operation", "get")), calls / 2),
            Sample((("le", "+Inf"), ("operation", "get")), calls),
        )
    return Metrics(Mono(at), 0.1, instance, families)


def test_a_scrape_gives_one_sample_and_the_first_knows_no_rate() -> None:
    book, sampler = RatesStore(), Sampler()
    assert sampler.look(book.seen(), OFFSET) == []
    book.took(scrape(10.0, 1.0, 100.0, 4.0))
    assert sampler.look(book.seen(), OFFSET) == [sample_row(at=OFFSET + 10.0, inflight=5.0)]
    assert sampler.look(book.seen(), OFFSET) == []
    book.took(scrape(40.0, 1.0, 160.0, 6.0))
    assert sampler.look(book.seen(), OFFSET) == [
        sample_row(at=OFFSET + 40.0, requests=2.0, error_ratio=0.0, inflight=7.0, rejected=0.0)
    ]


def test_of_many_scrapes_each_that_told_a_figure_is_a_sample() -> None:
    book = RatesStore()
    book.took(scrape(10.04, 1.0, 100.0, 4.0))
    told = book.seen()
    nothing, never = RatesSeen(at=Mono(20.0)), replace(told, at=None)
    assert samples_of((nothing, told, never), 1_000.0) == [sample_row(at=1_010.0, inflight=5.0)]


def test_a_rate_is_that_of_the_last_two_scrapes_not_of_the_window() -> None:
    book, sampler = RatesStore(), Sampler()
    for at, requests in ((0.0, 0.0), (30.0, 30.0), (60.0, 330.0)):
        book.took(scrape(at, 1.0, requests, 0.0, calls=requests * 2))
    (row,) = sampler.look(book.seen(), OFFSET)
    assert (value_of(row, "requests"), value_of(row, "etcd_requests")) == (10.0, 20.0)


def test_a_failed_scrape_leaves_a_gap() -> None:
    book, sampler = RatesStore(), Sampler()
    book.took(scrape(0.0, 1.0, 0.0, 0.0))
    sampler.look(book.seen(), OFFSET)
    book.took(Metrics(Mono(30.0), 0.1, fault=Fault(FaultKind.FORBIDDEN, "not permitted")))
    assert sampler.look(book.seen(), OFFSET) == []


def test_instances_behind_a_load_balancer_add_up_as_each_was_last_seen() -> None:
    book, sampler = RatesStore(), Sampler()
    for at, instance, requests, inflight in ((0, 1, 0, 2), (30, 2, 0, 3), (60, 1, 60, 5), (90, 2, 240, 7)):
        book.took(scrape(float(at), float(instance), float(requests), float(inflight)))
    (row,) = sampler.look(book.seen(), OFFSET)
    assert (value_of(row, "requests"), value_of(row, "inflight")) == (1.0 + 4.0, 6.0 + 8.0)


def test_a_server_that_restarted_is_not_counted_twice_after_three_scrapes() -> None:
    book, sampler = RatesStore(), Sampler()
    for at, instance, requests in ((0.0, 1.0, 0.0), (30.0, 1.0, 30.0)):
        book.took(scrape(at, instance, requests, 0.0))
    for at in (60.0, 90.0, 120.0):
        book.took(scrape(at, 2.0, at, 8.0))
    (row,) = sampler.look(book.seen(), OFFSET)
    assert (value_of(row, "requests"), value_of(row, "inflight")) == (1.0, 9.0)


def test_an_unserved_family_is_no_zero() -> None:
    book, sampler = RatesStore(), Sampler()
    for at in (0.0, 30.0):
        book.took(scrape(at, 1.0, at, 0.0))
    (row,) = sampler.look(book.seen(), OFFSET)
    assert value_of(row, "etcd_requests") is None


def test_requests_that_were_rejected_are_told_per_second() -> None:
    book, sampler = RatesStore(), Sampler()
    told = []
    for at, rejected in ((10.0, 5.0), (40.0, 95.0), (70.0, 95.0)):
        event = scrape(at, 1.0, at, 4.0)
        family = {"apiserver_flowcontrol_rejected_requests_total": (Sample((("reason", "queue-full"),), rejected),)}
        book.took(msgspec.structs.replace(event, families=event.families | family))
        told += [value_of(row, "rejected") for row in sampler.look(book.seen(), OFFSET)]
    assert told == [None, 3.0, 0.0]
    assert book.seen().rejected == pytest.approx(90.0 / 60.0)
