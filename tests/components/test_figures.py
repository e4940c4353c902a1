"""Figures ready to show: what was not observed is not there."""

import pytest

from planes.components.apiserver_figures import facts
from planes.components.registry import FIGURES
from tests.components.making import apiserver, health


def test_the_checks_of_the_state_store_are_a_figure_of_their_own() -> None:
    assert facts(apiserver())["etcd"] == "ok"
    assert facts(apiserver(readyz=health("/readyz", "etcd")))["etcd"] == "fails"


def test_without_such_a_check_nothing_is_said_of_the_store() -> None:
    assert "etcd" not in facts(apiserver(livez=None, readyz=None))


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
