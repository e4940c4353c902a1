"""Scrapes told apart by the process that answered: what is kept of each, and for how long."""

from planes.cache.server_rates import KEPT, LEAST, MOST, SAMPLES, ServerRates
from planes.structs.events import Fault, FaultKind, Metrics
from planes.structs.moments import Mono
from tests.cache.test_metrics import scrape


def dialled(at: float, instance: float, address: str) -> Metrics:
    plain = scrape(at, instance, at)
    return Metrics(plain.at, plain.took, plain.instance, plain.families, apart=True, address=address)


def started(book: ServerRates) -> list[float]:
    return [one.started for one in book.seen()]


def test_each_process_has_its_own_rates() -> None:
    book = ServerRates()
    for at, process, good, bad in ((0, 1, 0, 0), (15, 2, 0, 0), (30, 1, 95, 5), (45, 2, 100, 0)):
        book.took(scrape(float(at), float(process), float(good), float(bad)))
    one, other = book.seen()
    assert (one.started, one.rates.error_ratio, one.rates.at) == (1.0, 0.05, 30.0)
    assert (other.started, other.rates.error_ratio, other.rates.at) == (2.0, 0.0, 45.0)
    assert [sample.recent_error_ratio for sample in one.samples] == [None, 0.05]


def test_a_scrape_that_failed_or_names_no_process_says_nothing_of_any() -> None:
    book = ServerRates()
    book.took(Metrics(Mono(1.0), 0.1, fault=Fault(FaultKind.HANGING, "No answer.", "")))
    book.took(Metrics(Mono(2.0), 0.1, None, {}))
    assert book.seen() == ()


def test_scrapes_that_follow_at_once_make_no_sample_of_their_own() -> None:
    book = ServerRates()
    for at in (0.0, LEAST - 0.1, LEAST):
        book.took(scrape(at, 1.0, at))
    assert [sample.at for sample in book.seen()[0].samples] == [0.0, LEAST]


def test_a_process_is_forgotten_when_it_has_not_answered_for_so_long_and_its_samples_before() -> None:
    book = ServerRates()
    book.took(scrape(0.0, 1.0, 0.0))
    book.took(scrape(100.0, 1.0, 0.0))
    book.took(scrape(KEPT, 2.0, 0.0))
    assert [[sample.at for sample in one.samples] for one in book.seen()] == [[0.0, 100.0], [KEPT]]
    book.took(scrape(KEPT + 100.0, 2.0, 0.0))
    assert [[sample.at for sample in one.samples] for one in book.seen()] == [[100.0], [KEPT, KEPT + 100.0]]
    book.took(scrape(KEPT + 111.0, 2.0, 0.0))
    assert started(book) == [2.0]


def test_only_so_many_processes_and_samples_are_kept() -> None:
    book = ServerRates()
    for number in range(MOST + 3):
        book.took(scrape(float(number), float(number), 0.0))
    assert started(book) == [float(number) for number in range(3, MOST + 3)]
    for number in range(SAMPLES + 5):
        book.took(scrape(100.0 + number * LEAST, 18.0, 0.0))
    assert len(book.seen()[-1].samples) == SAMPLES


def test_an_address_is_the_process_that_answered_there_last() -> None:
    book = ServerRates()
    book.took(dialled(0.0, 1.0, "10.0.0.1"))
    book.took(dialled(1.0, 2.0, "10.0.0.2"))
    assert [one.address for one in book.seen()] == ["10.0.0.1", "10.0.0.2"]
    book.took(dialled(30.0, 3.0, "10.0.0.1"))
    assert [one.address for one in book.seen()] == ["", "10.0.0.2", "10.0.0.1"]
