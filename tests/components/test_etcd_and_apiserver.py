"""The state store and the API server: reachable or not, checks, instances, figures, certificate."""

from dataclasses import replace
from typing import Any

import pytest

from planes.components import etcd, kube_apiserver
from planes.structs.events import Check, Fault, FaultKind
from planes.structs.observations import ApiServerObservation, IdentitySeen, RatesSeen, ReachSeen
from planes.structs.verdicts import State, Verdict
from planes.structs.workload_observations import ApiServiceSeen, EndpointSeen, EndpointsSeen, WebhookSeen
from tests.components import making
from tests.components.making import FORBIDDEN, NOW, REACHED, SERVER, THRESHOLDS, failing, health, lease, pod


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
    assert "It works while 2 are." in verdict.because
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
        (1.99 * HOUR, "1 h 55 m"),
        (700.0, "10 m"),
        (299.0, "less than 5 m"),
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


def identity(host: str, age: float, address: str = "", **spoilt: object) -> IdentitySeen:
    made = lease(age, 3600.0, name=f"apiserver-{host}")
    return IdentitySeen(lease=replace(made, **spoilt), host=host, address=address)  # type: ignore[arg-type]  # test data


def endpoints(*addresses: str) -> EndpointsSeen:
    return EndpointsSeen(
        endpoints=tuple(EndpointSeen(address=one, ready=True) for one in addresses), since=NOW - 100, seen_at=NOW - 100
    )


def instances(seen: ApiServerObservation) -> dict[str, State]:
    return {one.host: one.state for one in kube_apiserver.judge(seen, NOW, THRESHOLDS).instances}


@pytest.mark.parametrize(("age", "expected"), [(30.0, State.HEALTHY), (30.1, State.DEGRADED)])
def test_an_identity_frozen_for_30_s_while_its_endpoint_remains_is_degraded(age: float, expected: State) -> None:
    found = (identity("a", 1.0, "10.0.0.1"), identity("b", age, "10.0.0.2"))
    assert api(identities=found, endpoints=endpoints("10.0.0.1", "10.0.0.2")).state is expected


def test_a_lost_replica_is_one_instance_down_and_not_the_whole() -> None:
    gone = replace(identity("c", 31.0, "10.0.0.3"), node="c")
    found = (identity("a", 1.0, "10.0.0.1"), identity("b", 1.0, "10.0.0.2"), gone)
    seen = making.apiserver(identities=found, endpoints=endpoints("10.0.0.1", "10.0.0.2"))
    assert kube_apiserver.judge(seen, NOW, THRESHOLDS).verdict.state is State.DEGRADED
    assert instances(seen) == {"a": State.HEALTHY, "b": State.HEALTHY, "c": State.DOWN}


def test_servers_that_were_replaced_are_not_lost() -> None:
    """As many new ones began shortly before two stopped; no Node, no pod and no endpoint of these is left."""
    old = tuple(identity(name, 45.0, first_at=NOW - 9000) for name in ("old-1", "old-2"))
    new = tuple(identity(name, 1.0, first_at=NOW - 65) for name in ("new-1", "new-2"))
    for listed in (endpoints("192.0.2.100"), endpoints("192.0.2.1", "192.0.2.2"), None):
        seen = making.apiserver(identities=(*old, *new), endpoints=listed)
        assert kube_apiserver.judge(seen, NOW, THRESHOLDS).verdict.state is State.HEALTHY
        assert instances(seen) == {"new-1": State.HEALTHY, "new-2": State.HEALTHY}


@pytest.mark.parametrize(
    ("began", "listed", "lost"),
    [
        ((), None, 2),
        ((), 3, 2),
        ((), 2, 1),
        ((), 1, 0),
        ((65.0,), None, 1),
        ((65.0,), 3, 1),
        ((65.0, 20.0), 3, 0),
        ((9000.0, 9000.0), 3, 0),  # they live beside them all the time: as many live as are listed
        ((9000.0, 9000.0), 4, 1),
        ((9000.0, 9000.0), None, 2),
        ((3700.0, 3700.0), None, 2),  # they began long before: for a scale-up, not in their place
    ],
)
def test_of_servers_that_stopped_as_many_are_lost_as_are_listed_and_not_replaced(
    began: tuple[float, ...], listed: int | None, lost: int
) -> None:
    old = tuple(identity(f"old-{age:.0f}", age, first_at=NOW - 9000) for age in (40.0, 45.0))
    new = tuple(identity(f"new-{index}", 1.0, first_at=NOW - age) for index, age in enumerate(began))
    lives = identity("lives", 1.0, first_at=NOW - 9000)
    ends = endpoints(*(f"192.0.2.{index}" for index in range(listed))) if listed is not None else None
    found = instances(making.apiserver(identities=(*old, lives, *new), endpoints=ends))
    assert sum(state is State.DOWN for state in found.values()) == lost
    if lost == 1 and not began:
        assert found["old-40"] is State.DOWN, "the one that stopped last"


def test_a_server_known_by_its_pod_alone_counts_as_one_that_lives() -> None:
    lost = identity("b", 45.0, "192.0.2.2", first_at=NOW - 9000)
    found = (identity("a", 1.0, "192.0.2.1", first_at=NOW - 9000), lost)
    pods = (pod("kube-apiserver-c", "c"),)
    seen = making.apiserver(identities=found, pods=pods, endpoints=endpoints("192.0.2.1", "192.0.2.9"))
    assert instances(seen) == {"a": State.HEALTHY, "c": State.HEALTHY}, "as many live as are listed"
    seen = making.apiserver(identities=found, pods=pods, endpoints=endpoints("192.0.2.1", "192.0.2.8", "192.0.2.9"))
    assert instances(seen) == {"a": State.HEALTHY, "b": State.DOWN, "c": State.HEALTHY}


def test_a_server_that_is_listed_counts_as_lost_before_one_of_which_nothing_remains() -> None:
    """Three are listed, one lives: the two that are missing are the one that is listed, and the last of the others to stop."""
    found = (
        identity("a", 1.0, "192.0.2.1", first_at=NOW - 9000),
        identity("b", 90.0, "192.0.2.2", first_at=NOW - 9000),
        identity("c", 60.0, first_at=NOW - 9000),
        identity("d", 45.0, first_at=NOW - 9000),
    )
    seen = making.apiserver(identities=found, endpoints=endpoints("192.0.2.1", "192.0.2.2", "192.0.2.7"))
    assert {host for host, state in instances(seen).items() if state is State.DOWN} == {"b", "d"}


def test_one_that_began_at_the_very_moment_at_which_the_old_one_did_took_nobodys_place() -> None:
    old, beside = identity("old", 45.0, first_at=NOW - 300), identity("beside", 1.0, first_at=NOW - 300)
    assert instances(making.apiserver(identities=(old, beside)))["old"] is State.DOWN
    began = identity("new", 1.0, first_at=NOW - 299)
    assert "old" not in instances(making.apiserver(identities=(old, began)))


@pytest.mark.parametrize(
    ("spoilt", "lost"),
    [
        ({"node": "cp-1"}, True),
        ({"node": "cp-1", "leaving": True}, False),
        ({}, False),
    ],
)
def test_a_server_whose_node_remains_is_lost_unless_the_node_is_leaving_and_another_began(
    spoilt: dict[str, Any], lost: bool
) -> None:
    old = replace(identity("cp-1", 45.0, first_at=NOW - 9000), **spoilt)
    found = (old, identity("cp-2", 1.0, first_at=NOW - 300))
    seen = making.apiserver(identities=found, endpoints=endpoints("192.0.2.2"))
    assert (instances(seen).get("cp-1") is State.DOWN) is lost
    alone = making.apiserver(identities=(old, identity("cp-2", 1.0, first_at=NOW - 9000)), endpoints=endpoints("192.0.2.2"))
    assert (instances(alone).get("cp-1") is State.DOWN) is bool(spoilt), "nobody began in its place"


def test_a_stopped_server_with_a_pod_or_an_endpoint_is_lost_whoever_began() -> None:
    old, new = identity("cp-1", 45.0, "192.0.2.1", first_at=NOW - 9000), identity("cp-2", 1.0, "192.0.2.2", first_at=NOW - 65)
    by_endpoint = making.apiserver(identities=(old, new), endpoints=endpoints("192.0.2.1", "192.0.2.2"))
    by_pod = making.apiserver(identities=(old, new), pods=(pod("kube-apiserver-cp-1", "cp-1"),), endpoints=endpoints("192.0.2.2"))
    for seen in (by_endpoint, by_pod):
        assert instances(seen)["cp-1"] is State.DOWN


@pytest.mark.parametrize("addresses", [("fd00::1", "fd00::2"), ("172.20.0.1",), ("10.0.0.1", "10.0.0.2", "10.0.0.3")])
def test_without_identities_and_pods_every_listed_address_is_an_instance_called_by_it(addresses: tuple[str, ...]) -> None:
    judged = kube_apiserver.judge(making.apiserver(endpoints=endpoints(*addresses)), NOW, THRESHOLDS)
    assert tuple(one.name for one in judged.instances) == addresses


def test_beside_pods_an_address_that_none_of_them_has_is_no_instance() -> None:
    seen = making.apiserver(pods=(pod("kube-apiserver-cp-1", "cp-1"),), endpoints=endpoints("192.0.2.1", "192.0.2.2"))
    assert list(instances(seen)) == ["cp-1"]


def test_of_two_identities_of_a_host_the_one_that_was_renewed_counts() -> None:
    """Until 1.27 each start made an identity with a name of its own."""
    old = identity("cp-1", 1.0, name="a", confirmed=False, stale_on_arrival=True, changed_at=NOW - 0.5)
    new = identity("cp-1", 1.0, name="b")
    for found in ((old, new), (new, old)):
        assert instances(making.apiserver(identities=found)) == {"cp-1": State.HEALTHY}


def test_the_lingering_identity_of_a_server_replaced_is_no_instance() -> None:
    found = (identity("a", 1.0, "10.0.0.1"), identity("old", 900.0, "10.0.0.9"))
    seen = making.apiserver(identities=found, endpoints=endpoints("10.0.0.1"))
    assert kube_apiserver.judge(seen, NOW, THRESHOLDS).verdict.state is State.HEALTHY
    assert instances(seen) == {"a": State.HEALTHY}


def test_an_identity_old_at_first_sight_without_an_endpoint_is_no_instance() -> None:
    old = identity("old", 5.0, "10.0.0.9", confirmed=False, stale_on_arrival=True)
    seen = making.apiserver(identities=(identity("a", 1.0, "10.0.0.1"), old), endpoints=endpoints("10.0.0.1"))
    assert instances(seen) == {"a": State.HEALTHY}


def test_an_identity_its_endpoint_and_its_pod_are_one_instance() -> None:
    seen = making.apiserver(
        identities=(identity("cp-1.example", 1.0, "10.0.0.1"),),
        endpoints=endpoints("10.0.0.1"),
        pods=(pod("kube-apiserver-cp-1", "cp-1"),),
        hosts={"cp-1.example": "cp-1"},
    )
    assert instances(seen) == {"cp-1": State.HEALTHY}


def test_api_servers_two_minors_apart_are_degraded() -> None:
    def of(version: str) -> State:
        return api(pods=(pod("kube-apiserver-a", "a"), pod("kube-apiserver-b", "b", version=version))).state

    assert of("v1.35.1") is State.HEALTHY
    assert of("v1.34.1") is State.DEGRADED


def test_while_api_servers_of_two_minors_are_seen_an_upgrade_is_under_way() -> None:
    def said(*versions: str) -> str:
        server = replace(SERVER, version=versions[-1], versions=tuple(sorted(versions)))
        return api(server=server).because

    assert (
        said("v1.26.11", "v1.27.8") == "It answers, and every check passes. API servers of 1.26 and 1.27: an upgrade is under way."
    )
    assert said("v1.27.8", "v1.27.9") == said("v1.27.8") == "It answers, and every check passes."


def test_a_cluster_that_lets_us_read_nothing_but_version_shows_no_red() -> None:
    hidden = failing(FORBIDDEN, NOW - 100)
    verdict = api(
        leases=hidden, endpoints_feed=hidden, pods_feed=hidden, api_services_feed=hidden, webhooks_feed=hidden, reach=REACHED
    )
    assert verdict.state is State.HEALTHY
    assert sum(line.state is State.NOT_OBSERVABLE for line in verdict.evidence) >= 5
