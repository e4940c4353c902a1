"""The state store and the API server: reachable or not, checks, instances, figures, certificate."""

from dataclasses import replace

import pytest

from planes.components import etcd, kube_apiserver
from planes.structs.events import OURS, Check, Fault, FaultKind
from planes.structs.observations import RatesSeen, ReachSeen
from planes.structs.verdicts import State, Verdict
from planes.structs.workload_observations import ApiServiceSeen, WebhookSeen
from tests.components import making
from tests.components.making import FORBIDDEN, NOW, REACHED, SERVER, THRESHOLDS, failing, health, pod


def api(**spoilt: object) -> Verdict:
    return kube_apiserver.judge(making.apiserver(**spoilt), NOW, THRESHOLDS).verdict


def store(**spoilt: object) -> Verdict:
    return etcd.judge(making.etcd(**spoilt), NOW, THRESHOLDS).verdict


def away(kind: FaultKind, **more: object) -> ReachSeen:
    return replace(ReachSeen(heard_at=NOW - 60, fault=Fault(kind, "It failed."), failing_since=NOW - 60, tried_at=NOW - 1), **more)  # type: ignore[arg-type]  # test data


@pytest.mark.parametrize("kind", [FaultKind.REFUSED, FaultKind.HANGING, FaultKind.CLOSED])
def test_an_api_server_that_refuses_hangs_or_closes_is_down(kind: FaultKind) -> None:
    assert api(reach=away(kind)).state is State.DOWN
    assert store(reach=away(kind)).state is State.UNKNOWN


@pytest.mark.parametrize(
    "kind",
    [
        FaultKind.NAME,
        FaultKind.TLS,
        FaultKind.CREDENTIALS,
        FaultKind.CONFIGURATION,
        FaultKind.UNREACHABLE,
        FaultKind.UNAUTHENTICATED,
    ],
)
def test_a_fault_of_our_own_side_says_nothing_about_the_cluster(kind: FaultKind) -> None:
    verdict = api(reach=away(kind))
    assert verdict.state is State.UNKNOWN
    assert verdict.because == "It failed."


def test_while_open_watches_still_deliver_it_is_not_down() -> None:
    assert api(reach=away(FaultKind.REFUSED, flowing=True)).state is State.DEGRADED


@pytest.mark.parametrize(("age", "expected"), [(30.0, State.HEALTHY), (30.1, State.UNKNOWN)])
def test_an_old_answer_is_not_an_answer(age: float, expected: State) -> None:
    assert api(livez=health(at=NOW - age)).state is expected
    assert api(reach=ReachSeen(heard_at=NOW - age)).state is expected


def test_livez_failing_is_down_and_readyz_failing_is_degraded_with_the_reason() -> None:
    assert api(livez=health("/livez", "informer-sync")).state is State.DOWN
    verdict = api(readyz=health("/readyz", "informer-sync"))
    assert verdict.state is State.DEGRADED
    assert "informer-sync (told so)" in verdict.because
    assert verdict.hold == THRESHOLDS.hold_probe


def test_probes_that_may_not_be_read_are_no_illness() -> None:
    hidden = {path: health(path, checks=(), status=403, fault=FORBIDDEN) for path in ("/livez", "/readyz")}
    verdict = api(livez=hidden["/livez"], readyz=hidden["/readyz"])
    assert verdict.state is State.NOT_OBSERVABLE
    assert verdict.because.startswith("It answers; what its own checks say is not permitted; needs")
    assert sum("not permitted" in line.now for line in verdict.evidence) == 2
    assert store(livez=hidden["/livez"], readyz=hidden["/readyz"]).state is State.NOT_OBSERVABLE


@pytest.mark.parametrize("kind", sorted(OURS))
def test_a_probe_that_failed_on_our_own_side_is_unknown_and_says_why(kind: FaultKind) -> None:
    lost = {path: health(path, checks=(), status=None, fault=Fault(kind, "The plugin failed.")) for path in ("/livez", "/readyz")}
    for seen in (api(livez=lost["/livez"], readyz=lost["/readyz"]), store(livez=lost["/livez"], readyz=lost["/readyz"])):
        assert seen.state is State.UNKNOWN
        assert [line.state for line in seen.evidence if "livez" in line.signal] == [State.UNKNOWN]
        told = " ".join([seen.because, *(line.now for line in seen.evidence)])
        assert "The plugin failed" in told or "the plugin failed" in told
        assert "permitted" not in told
        assert "needs" not in told


def test_the_store_is_read_from_livez_where_readyz_leaves_it_out() -> None:
    without = health("/readyz", checks=(Check("ping", True),))
    assert store(readyz=without).state is State.HEALTHY
    assert store(readyz=without, livez=health("/livez", "etcd")).state is State.DOWN


def test_a_failing_readyz_check_of_the_store_is_down_too() -> None:
    assert store(readyz=health("/readyz", "etcd")).state is State.DOWN


def test_the_store_without_any_check_is_not_observable() -> None:
    bare = (Check("ping", True),)
    assert store(livez=health(checks=bare), readyz=health("/readyz", checks=bare), pods=()).state is State.NOT_OBSERVABLE


def test_a_member_that_is_not_ready_is_degraded_and_the_quorum_is_told() -> None:
    pods = [pod(f"etcd-node-{index}", f"node-{index}") for index in range(3)]
    verdict = store(pods=(replace(pods[0], ready=False, reason="CrashLoopBackOff"), pods[1], pods[2]))
    assert verdict.state is State.DEGRADED
    assert "It keeps working while 2 are." in verdict.because
    assert store(pods=(replace(pods[0], ready=False, silent=True), pods[1], pods[2])).state is State.HEALTHY


@pytest.mark.parametrize(
    ("p99", "span", "expected"),
    [(0.25, 300.0, State.HEALTHY), (0.26, 300.0, State.DEGRADED), (0.26, 100.0, State.HEALTHY)],
)
def test_a_slow_store_is_degraded_when_it_was_so_for_the_window(p99: float, span: float, expected: State) -> None:
    rates = RatesSeen(at=NOW, span=span, requests=10.0, etcd_p99=p99, recent_etcd_p99=p99)
    assert store(rates=rates).state is expected


@pytest.mark.parametrize(
    ("ratio", "recent", "expected"),
    [
        (0.01, 0.5, State.HEALTHY),
        (0.011, 0.011, State.DEGRADED),
        (0.011, None, State.DEGRADED),
        (0.5, 0.01, State.HEALTHY),  # over: the errors lie in the window still, and no new ones come
    ],
)
def test_failing_requests_make_the_state_store_degraded_above_1_percent_while_they_go_on(
    ratio: float, recent: float | None, expected: State
) -> None:
    rates = RatesSeen(at=NOW, span=300.0, requests=100.0, etcd_error_ratio=ratio, recent_etcd_error_ratio=recent)
    assert store(rates=rates).state is expected


@pytest.mark.parametrize(
    ("ratio", "recent", "span", "expected"),
    [
        (0.010, 0.010, 300.0, State.HEALTHY),
        (0.011, 0.011, 300.0, State.DEGRADED),
        (0.011, 0.0, 300.0, State.HEALTHY),  # over already
        (0.011, 0.011, 60.0, State.HEALTHY),  # not for long enough yet
    ],
)
def test_errors_above_one_percent_over_the_window_are_degraded(ratio: float, recent: float, span: float, expected: State) -> None:
    rates = RatesSeen(at=NOW, span=span, requests=100.0, error_ratio=ratio, recent_error_ratio=recent)
    assert api(rates=rates).state is expected


HOUR, DAY = 3600.0, 86400.0


@pytest.mark.parametrize(
    ("left", "term", "renewed", "expected"),
    [
        (7.01 * DAY, None, None, State.HEALTHY),
        (6.99 * DAY, None, None, State.DEGRADED),
        (7.01 * DAY, 365 * DAY, None, State.HEALTHY),
        (6.99 * DAY, 365 * DAY, None, State.DEGRADED),
        (0.01 * DAY, 365 * DAY, None, State.DEGRADED),  # it works to the last
        (0.01 * DAY, 365 * DAY, 0.02 * DAY, State.DEGRADED),  # that it was renewed late once makes no habit of a year's
        (6.99 * DAY, 90 * DAY, 30 * DAY, State.DEGRADED),
        (-1.0, 365 * DAY, None, State.DOWN),
        (0.0, 365 * DAY, None, State.DOWN),
        (4 * HOUR, 12 * HOUR, None, State.HEALTHY),  # a third
        (1.21 * HOUR, 12 * HOUR, None, State.HEALTHY),
        (1.19 * HOUR, 12 * HOUR, None, State.DEGRADED),
        (1.0, 12 * HOUR, None, State.DEGRADED),
        (0.0, 12 * HOUR, None, State.DOWN),
        (1.19 * HOUR, 12 * HOUR, 4 * HOUR, State.DEGRADED),
        (1.19 * HOUR, 12 * HOUR, 1 * HOUR, State.HEALTHY),  # its issuer renews it with an hour left
        (0.51 * HOUR, 12 * HOUR, 1 * HOUR, State.HEALTHY),
        (0.49 * HOUR, 12 * HOUR, 1 * HOUR, State.DEGRADED),
        (1.19 * HOUR, 12 * HOUR, -5.0, State.DEGRADED),  # it was over before: nothing to rely on
    ],
)
def test_a_serving_certificate_is_judged_by_its_own_lifetime_and_is_down_only_when_it_is_over(
    left: float, term: float | None, renewed: float | None, expected: State
) -> None:
    server = replace(SERVER, at=NOW, certificate_left=left, certificate_term=term, certificate_renewed=renewed)
    assert api(server=server).state is expected


@pytest.mark.parametrize(
    ("left", "told"),
    [
        (200.4 * DAY, "200 d"),
        (2.01 * DAY, "2 d"),
        (1.99 * DAY, "1 d 23 h"),
        (5.9 * HOUR, "5 h"),
        (1.99 * HOUR, "1 h 55 min"),
        (700.0, "10 min"),
        (299.0, "less than 5 min"),
    ],
)
def test_what_is_left_of_a_certificate_is_told_in_steps(left: float, told: str) -> None:
    verdict = api(server=replace(SERVER, at=NOW, certificate_left=left, certificate_term=12 * HOUR))
    assert next(line.now for line in verdict.evidence if line.signal == "serving certificate") == f"{told} left"


@pytest.mark.parametrize(("age", "expected"), [(300.0, State.HEALTHY), (300.1, State.DEGRADED)])
def test_an_api_service_away_for_5_min_is_degraded(age: float, expected: State) -> None:
    assert (
        api(api_services=(ApiServiceSeen(name="v1.metrics", available=False, reason="MissingEndpoints", since=NOW - age),)).state
        is expected
    )


@pytest.mark.parametrize(
    ("closed", "age", "expected"), [(True, 30.0, State.HEALTHY), (True, 30.1, State.DEGRADED), (False, 90.0, State.HEALTHY)]
)
def test_a_webhook_with_nobody_behind_is_degraded_if_it_fails_closed(closed: bool, age: float, expected: State) -> None:
    assert (
        api(
            webhooks=(
                WebhookSeen(
                    name="check.example",
                    fails_closed=closed,
                    service="policy/hook",
                    ready=0,
                    since=NOW - age,
                ),
            )
        ).state
        is expected
    )


def test_a_clock_ten_minutes_off_is_said_and_changes_no_verdict() -> None:
    for skew in (600.0, -600.0):
        verdict = api(server=replace(SERVER, clock_skew=skew))
        assert verdict.state is State.HEALTHY
        assert any(line.signal == "clock" and line.state is State.DEGRADED for line in verdict.evidence)


def test_a_cluster_that_lets_us_read_nothing_but_version_shows_no_red() -> None:
    hidden = failing(FORBIDDEN, NOW - 100)
    verdict = api(
        leases=hidden, endpoints_feed=hidden, pods_feed=hidden, api_services_feed=hidden, webhooks_feed=hidden, reach=REACHED
    )
    assert verdict.state is State.HEALTHY
    assert sum(line.state is State.NOT_OBSERVABLE for line in verdict.evidence) >= 5
