"""Figures ready to show: what was not observed is not there."""

import pytest

from planes.components import etcd, kube_apiserver
from planes.components.apiserver_figures import facts
from planes.components.registry import FIGURES
from planes.structs.observations import RatesSeen
from planes.structs.thresholds import Thresholds
from tests.components import making
from tests.components.making import NOW, THRESHOLDS, apiserver, health


def test_the_checks_of_the_state_store_are_a_figure_of_their_own() -> None:
    assert facts(apiserver(), THRESHOLDS)["etcd"] == "ok"
    assert facts(apiserver(readyz=health("/readyz", "etcd")), THRESHOLDS)["etcd"] == "fails"


def test_without_such_a_check_nothing_is_said_of_the_store() -> None:
    assert "etcd" not in facts(apiserver(livez=None, readyz=None), THRESHOLDS)


@pytest.mark.parametrize(
    ("key", "digits", "least"),
    [
        ("requests", 2, 1.0),
        ("rejected", 2, 1.0),
        ("etcd_requests", 2, 2.0),
        ("inflight", 1, 4.0),
        ("p99", 4, 0.020),  # a tenth of a millisecond; a chart of at least 20 ms
        ("etcd_p99", 4, 0.020),
        ("error_ratio", 5, 0.01),  # a thousandth of a per cent; a chart of at least one
    ],
)
def test_a_sample_keeps_what_a_chart_can_show_and_noise_does_not_look_like_news(key: str, digits: int, least: float) -> None:
    (figure,) = [one for one in FIGURES if one.key == key]
    assert (figure.digits, figure.least) == (digits, least)


def test_shares_are_told_in_per_cent() -> None:
    half = RatesSeen(at=NOW, span=300.0, requests=9.0, error_ratio=0.5, recent_error_ratio=0.5)
    assert facts(apiserver(rates=half), THRESHOLDS)["5xx"] == "50.0 %"
    told = kube_apiserver.judge(apiserver(rates=half), NOW, Thresholds(error_ratio=0.9)).verdict
    assert [line.should_be for line in told.evidence if line.signal == "errors"] == ["at most 90 % over 5 min"]


def test_a_check_of_the_state_store_that_is_listed_is_not_said_to_be_missing() -> None:
    told = etcd.judge(making.etcd(check_seen_before=True), NOW, THRESHOLDS).verdict
    assert "etcd checks" not in {line.signal for line in told.evidence}
