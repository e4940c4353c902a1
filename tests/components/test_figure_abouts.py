"""What is said about a figure: what it is, over which time, and within which bound; the bound that is in force."""

from planes.components import registry
from planes.structs.thresholds import DEFAULT, Thresholds


def test_a_figure_says_over_which_time_it_is_and_above_what_it_is_degraded() -> None:
    told = registry.figure_abouts(DEFAULT)
    assert told["p99"] == "99 % of requests within … over up to 5 min; degraded above 1 s"
    assert told["5xx"] == "requests answered with 5xx: … over up to 5 min; degraded above 1 %"
    assert told["requests/s"] == "requests per second: … over up to 5 min"
    assert told["in flight"] == "requests in flight: … at the last scrape"
    assert told["etcd_requests"] == "requests to the state store per second: … between the last two scrapes"


def test_it_is_the_bound_in_force_that_is_said() -> None:
    told = registry.figure_abouts(Thresholds(latency=0.25, error_ratio=0.005, rate_window=120))
    assert told["p99"].endswith("over up to 2 min; degraded above 250 ms")
    assert told["5xx"].endswith("over up to 2 min; degraded above 0.5 %")


def test_every_figure_leaves_one_place_for_its_value() -> None:
    told = registry.figure_abouts(DEFAULT)
    assert {one.fact or one.key for one in registry.FIGURES} < set(told)
    assert all(text.count("…") == 1 for text in told.values())
