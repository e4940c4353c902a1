"""The certificates that API servers showed, and the bundles that are read once."""

import pytest

from planes.cache.certificates import LATELY, Bundles, ServingCertificates
from planes.cache.deprecated import FAMILY, DeprecatedApis
from planes.cache.workloads import WebhookStore
from planes.structs import objects
from planes.structs.certificates import Bundle, Certificate
from planes.structs.events import Fault, FaultKind, Metrics, Sample
from planes.structs.moments import Mono
from planes.structs.objects import LabelledMeta, ServiceRef
from planes.structs.survey import DeprecatedApi


def certificate(mark: str, ends: float = 1000.0) -> Certificate:
    return Certificate("kube-apiserver", "ca", 0.0, ends, mark)


def shown(*of: tuple[str, float, float, str]) -> list[tuple[str, bool]]:
    """Each by its mark, its end, when it was shown and where; which are known then, and whether another may have followed."""
    kept = ServingCertificates()
    for mark, ends, at, address in of:
        kept.took(certificate(mark, ends), Mono(at), address)
    return [(one.certificate.mark, after is not None) for one, after in kept.seen()]


def test_all_that_were_shown_lately_are_known_the_first_end_first() -> None:
    assert shown(("b", 900.0, 0.0, ""), ("a", 800.0, 60.0, ""), ("b", 900.0, 120.0, ""), ("a", 800.0, 180.0, "")) == [
        ("a", False),
        ("b", False),
    ]


@pytest.mark.parametrize(("later", "known"), [(LATELY, True), (LATELY + 1, False)])
def test_what_was_not_shown_for_long_is_gone(later: float, known: bool) -> None:
    assert (("old", True) in shown(("old", 800.0, 0.0, ""), ("new", 900.0, later, ""))) is known


def test_one_that_ends_later_and_is_shown_since_may_have_followed_and_one_that_ends_sooner_has_not() -> None:
    assert shown(("old", 800.0, 0.0, ""), ("new", 900.0, 60.0, "")) == [("old", True), ("new", False)]
    assert shown(("old", 900.0, 0.0, ""), ("other", 800.0, 60.0, "")) == [("other", False), ("old", False)]


def test_what_is_shown_at_an_address_took_the_place_of_what_was_shown_there() -> None:
    assert shown(("old", 800.0, 0.0, "10.0.0.1"), ("new", 900.0, 1.0, "10.0.0.1")) == [("new", False)]
    assert shown(("old", 800.0, 0.0, "10.0.0.1"), ("old", 800.0, 0.0, "10.0.0.2"), ("new", 900.0, 1.0, "10.0.0.1")) == [
        ("old", False),
        ("new", False),
    ]


def test_a_bundle_is_read_once_and_forgotten_with_who_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def of_base64(text: str) -> Bundle:
        read.append(text)
        return Bundle(unread=len(text))

    monkeypatch.setattr("planes.cache.certificates.of_base64", of_base64)
    kept = Bundles()
    kept.took("a", ("x", "x", ""))
    kept.took("a", ("x", "yy"))
    assert read == ["x", "yy"]
    assert (kept.of("a", "yy").unread, kept.of("a", "z"), kept.of("b", "x")) == (2, Bundle(), Bundle())
    kept.forget("a")
    assert kept.of("a", "x") == Bundle()


def test_a_webhook_whose_ca_was_renewed_calls_what_it_called() -> None:
    store = WebhookStore()
    for bundle, at in (("b25l", 1.0), ("dHdv", 50.0)):
        client = objects.WebhookClient(ServiceRef("policy", "gate"), None, bundle)
        store.changed(objects.WebhookConfiguration(LabelledMeta("a"), [objects.Webhook("gate", None, client)]), Mono(at))
    assert [one.since for one in store.seen([])] == [1.0]


# --- deprecated APIs ----------------------------------------------------------------------------------------------------------


def scrape(at: float, instance: float | None, *resources: str, value: float = 1.0, fault: Fault | None = None) -> Metrics:
    samples = tuple(Sample((("group", "g"), ("resource", one), ("version", "v1beta1")), value) for one in resources)
    return Metrics(Mono(at), 0.1, instance, {FAMILY: samples} if samples else {}, fault)


def told(*of: Metrics) -> DeprecatedApis:
    made = DeprecatedApis()
    for one in of:
        made.took(one)
    return made


def test_what_any_api_server_was_asked_for_is_in_use() -> None:
    made = told(scrape(0.0, 1.0, "a"), scrape(30.0, 2.0, "b", "a"))
    assert made.apis == [DeprecatedApi("g", "v1beta1", "a"), DeprecatedApi("g", "v1beta1", "b")]
    assert (made.count, made.at) == (2, 30.0)


def test_what_a_process_was_asked_for_goes_with_it() -> None:
    assert told(scrape(0.0, 1.0, "a"), scrape(LATELY + 1, 2.0)).apis == []
    assert told(scrape(0.0, 1.0, "a"), scrape(60.0, 1.0)).apis == []


def test_before_any_was_scraped_nothing_is_told() -> None:
    assert (told().apis, told().count, told().at) == ([], 0, None)


def test_of_so_many_api_servers_the_last_scraped_are_kept_and_of_each_so_many_apis() -> None:
    made = told(*(scrape(float(one), float(one), f"{one:02}") for one in range(33)))
    assert (made.count, [one.resource for one in made.apis]) == (32, [f"{one:02}" for one in range(1, 33)])
    assert [len(told(scrape(0.0, 1.0, *map(str, range(many)))).apis) for many in (500, 501)] == [500, 500]


@pytest.mark.parametrize(("later", "count"), [(LATELY, 2), (LATELY + 0.5, 1)])
def test_one_that_was_not_scraped_for_long_is_forgotten(later: float, count: int) -> None:
    assert told(scrape(0.0, 1.0, "a"), scrape(later, 2.0)).count == count


def test_a_scrape_that_failed_and_a_gauge_of_zero_say_nothing() -> None:
    made = told(scrape(0.0, 1.0, "a"), scrape(60.0, None, fault=Fault(FaultKind.FORBIDDEN, "no")))
    assert (len(made.apis), made.count) == (1, 1)
    assert told(scrape(0.0, 1.0, "a", value=0.0)).apis == []
