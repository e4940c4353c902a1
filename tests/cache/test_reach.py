"""Whether the cluster answers: what a feed's failures, a probe's answers and a pause of ours leave behind."""

import pytest

from planes.cache.reachability import FeedTrack, Reachability
from planes.cache.servers import Renewal
from planes.structs.events import Check, Connection, Failed, Fault, FaultKind, Health, Metrics, Served, Server, Usage
from planes.structs.feeds import Feed
from planes.structs.moments import Mono
from planes.structs.observations import Answered, FeedSeen, HealthSeen, ReachSeen, ServerSeen

REFUSED = Fault(FaultKind.REFUSED, "refused")
FORBIDDEN = Fault(FaultKind.FORBIDDEN, "forbidden")
NOT_SERVED = Fault(FaultKind.NOT_SERVED, "not served")
#: Faults of requests that the API server answered nevertheless: whoever refuses is there.
ANSWERED = ("FORBIDDEN", "NOT_SERVED", "THROTTLED", "EXPIRED")
#: Kinds that are one or the other. Who says 5xx, or half an answer, may be a gateway: that has tests of its own.
SURE = [kind for kind in FaultKind if kind not in (FaultKind.SERVER_ERROR, FaultKind.GARBLED)]


def failed(at: float, fault: Fault = REFUSED, retry_at: float = 99.0, feed: Feed = Feed.NODES) -> Failed:
    return Failed(feed, fault, Mono(at), Mono(retry_at))


def health(at: float, fault: Fault | None = None, status: int | None = 200, ok: bool = True, path: str = "/livez") -> Health:
    return Health(path, Mono(at), 0.1, status, (Check("ping", True), Check("etcd", ok)), fault)


# --- one feed -----------------------------------------------------------------------------------------------------------------


def test_a_feed_fails_since_its_first_failure_and_until_anything_good_comes() -> None:
    track = FeedTrack("nodes")
    assert track.seen() == FeedSeen(name="nodes")
    track.heard(Mono(1.0))
    track.failed(failed(2.0, REFUSED, 3.0))
    track.failed(failed(4.0, FORBIDDEN, 5.0))
    seen = FeedSeen(name="nodes", heard_at=Mono(1.0), fault=FORBIDDEN, failing_since=Mono(2.0), retry_at=Mono(5.0))
    assert (track.seen(), track.hidden_since) == (seen, 4.0)
    track.heard(Mono(6.0))
    assert (track.seen(), track.hidden_since) == (FeedSeen(name="nodes", heard_at=Mono(6.0)), None)


def test_a_feed_is_hidden_since_it_was_first_refused_and_only_while_it_is() -> None:
    track = FeedTrack("nodes")
    for at, fault, since in (
        (1.0, REFUSED, None),
        (2.0, FORBIDDEN, 2.0),
        (3.0, NOT_SERVED, 2.0),
        (4.0, REFUSED, None),
        (5.0, NOT_SERVED, 5.0),
    ):
        track.failed(failed(at, fault))
        assert (track.hidden_since, track.failing_since) == (since, 1.0)


def test_what_a_feed_says_is_heard_and_a_list_is_noted() -> None:
    reach = Reachability()
    reach.failed(failed(1.0))
    reach.flowed(Feed.NODES, Mono(2.0))
    nodes = reach.feeds[Feed.NODES]
    assert nodes.seen() == FeedSeen(name="nodes", heard_at=Mono(2.0))
    assert (reach.heard_at, reach.quiet_from) == (2.0, 2.0)
    reach.listed(Feed.NODES, Mono(3.0))
    assert nodes.seen() == FeedSeen(name="nodes", heard_at=Mono(3.0), listed_at=Mono(3.0))
    assert reach.feeds[Feed.PODS].seen() == FeedSeen(name="pods")


# --- failures of feeds before and after the first probe -----------------------------------------------------------------------


@pytest.mark.parametrize("kind", SURE)
def test_a_failure_that_is_an_answer_is_heard_and_any_other_is_not(kind: FaultKind) -> None:
    reach, fault = Reachability(), Fault(kind, "odd")
    reach.failed(failed(1.0, fault))
    answered = kind.name in ANSWERED
    assert reach.heard_at == (1.0 if answered else None)
    assert reach.reach(Mono(1.0)).fault == (None if answered else fault)


def test_a_failure_of_a_feed_counts_against_the_cluster_only_until_it_is_probed() -> None:
    reach = Reachability()
    reach.took_health(health(1.0))
    reach.failed(failed(2.0))
    assert reach.reach(Mono(2.0)).fault is None
    assert reach.feeds[Feed.NODES].fault == REFUSED


def test_before_the_first_probe_a_feed_that_flows_again_is_a_cluster_that_answers() -> None:
    reach = Reachability()
    reach.failed(failed(2.0))
    assert reach.reach(Mono(2.0)) == ReachSeen(fault=REFUSED, failing_since=Mono(2.0), retry_at=Mono(99.0))
    reach.flowed(Feed.PODS, Mono(2.0))
    assert reach.reach(Mono(2.0)) == ReachSeen(heard_at=Mono(2.0))


def test_when_it_is_tried_again_is_told_by_what_failed_but_not_by_what_is_not_permitted() -> None:
    reach = Reachability()
    reach.failed(failed(1.0, retry_at=11.0))
    for fault in (FORBIDDEN, NOT_SERVED):
        reach.failed(failed(2.0, fault, 60.0))
    assert reach.retry_at == 11.0
    reach.failed(failed(3.0, retry_at=13.0))
    assert reach.retry_at == 13.0


# --- probes -------------------------------------------------------------------------------------------------------------------


def test_an_answer_to_a_probe_is_kept_with_since_when_it_is_not_good() -> None:
    reach = Reachability()
    answered: list[Answered] = []
    for at, answer, since in (
        (1.0, health(1.0), None),
        (2.0, health(2.0, status=500, ok=False), 2.0),
        (3.0, health(3.0, fault=REFUSED, status=None), 2.0),
        (4.0, health(4.0), None),
        (5.0, health(5.0, status=201), 5.0),
        (6.0, health(6.0), None),
        (7.0, health(7.0, ok=False), 7.0),
        (8.0, health(8.0), None),
        (9.0, health(9.0, fault=FORBIDDEN), 9.0),
    ):
        reach.took_health(answer)
        if answer.fault is None:
            answered.append(Answered(at=Mono(at), checks=answer.checks))
        assert reach.health["/livez"] == HealthSeen(
            path="/livez",
            at=Mono(at),
            took=0.1,
            status=answer.status,
            checks=answer.checks,
            fault=answer.fault,
            failing_since=None if since is None else Mono(since),
            lately=tuple(answered),
        )
    reach.took_health(health(10.0, path="/readyz", ok=False))
    assert reach.health["/readyz"].failing_since == 10.0


def test_the_answers_of_the_last_fifteen_seconds_are_kept_of_each_path_and_thirty_at_most() -> None:
    reach = Reachability()
    for at in (1.0, 2.0, 16.0, 17.5):
        reach.took_health(health(at))
    assert [one.at for one in reach.health["/livez"].lately] == [16.0, 17.5]
    reach.took_health(health(17.6, fault=REFUSED, status=None))
    assert [one.at for one in reach.health["/livez"].lately] == [16.0, 17.5]
    for at in range(40):
        reach.took_health(health(20.0 + at / 100))
    assert [one.at for one in reach.health["/livez"].lately] == [20.0 + at / 100 for at in range(10, 40)]


def test_what_the_server_does_not_tell_again_stays_known() -> None:
    reach = Reachability()
    reach.took_server(Server(Mono(1.0), "v1.36.2", "linux/amd64", 5_000.0, 0.5))
    assert reach.server == ServerSeen(at=Mono(1.0), version="v1.36.2", certificate_not_after=5_000.0, clock_skew=0.5)
    reach.took_server(Server(Mono(2.0)))
    assert reach.server == ServerSeen(at=Mono(2.0), version="v1.36.2", certificate_not_after=5_000.0, clock_skew=0.5)
    reach.took_server(Server(Mono(3.0), "v1.37.0", "", 6_000.0, -0.5))
    assert reach.server == ServerSeen(at=Mono(3.0), version="v1.37.0", certificate_not_after=6_000.0, clock_skew=-0.5)
    reach.took_server(Server(Mono(4.0), "v9", fault=REFUSED))
    assert reach.server.version == "v1.37.0"
    assert reach.reach(Mono(4.0)).fault == REFUSED


def test_where_we_are_connected_is_kept_while_connecting_fails() -> None:
    reach = Reachability()
    assert reach.connected_to == ""
    reach.took_connection(Connection(Mono(1.0), "https://10.0.0.1:6443"))
    assert (reach.reach(Mono(1.0)).fault, reach.reach(Mono(1.0)).tried_at) == (None, 1.0)
    reach.took_connection(Connection(Mono(2.0), "", REFUSED))
    assert (reach.connected_to, reach.reach(Mono(2.0)).fault) == ("https://10.0.0.1:6443", REFUSED)


@pytest.mark.parametrize("kind", SURE)
def test_a_probe_that_is_answered_whatever_the_answer_reaches_the_cluster(kind: FaultKind) -> None:
    reach, fault = Reachability(), Fault(kind, "odd")
    reach.took_health(health(1.0, fault, None))
    if kind.name in ANSWERED:
        assert reach.reach(Mono(1.0)) == ReachSeen(heard_at=Mono(1.0), tried_at=Mono(1.0))
    else:
        assert reach.reach(Mono(1.0)) == ReachSeen(fault=fault, failing_since=Mono(1.0), tried_at=Mono(1.0))


def test_it_fails_since_the_first_failure_after_the_last_success() -> None:
    reach = Reachability()
    for at, fault, expected in (
        (1.0, REFUSED, 1.0),
        (2.0, REFUSED, 1.0),
        (3.0, None, None),
        (3.0, REFUSED, None),  # a try that succeeded at the same moment ends it
        (4.0, REFUSED, 4.0),
        (5.0, REFUSED, 4.0),
        (6.0, None, None),
        (7.0, REFUSED, 7.0),
    ):
        reach.took_health(health(at, fault, 200 if fault is None else None))
        assert reach.reach(Mono(at)).failing_since == expected, at


def test_answers_that_come_late_move_nothing_back() -> None:
    reach = Reachability()
    reach.took_health(health(5.0))
    reach.took_health(health(4.0, path="/readyz"))
    assert reach.reach(Mono(5.0)) == ReachSeen(heard_at=Mono(5.0), tried_at=Mono(5.0))
    reach.took_health(health(7.0, REFUSED, None))
    reach.took_health(health(6.0, path="/readyz"))
    assert reach.reach(Mono(7.0)) == ReachSeen(heard_at=Mono(6.0), fault=REFUSED, failing_since=Mono(7.0), tried_at=Mono(7.0))
    reach.took_health(health(6.5, Fault(FaultKind.NAME, "old"), None))
    assert reach.reach(Mono(7.0)).fault == REFUSED, "the newest failure is told"


def test_of_failures_at_one_moment_one_of_our_own_is_told_and_then_the_last_by_its_words() -> None:
    ours, other = Fault(FaultKind.NAME, "a name"), Fault(FaultKind.HANGING, "hanging")
    for order in ((REFUSED, ours), (ours, REFUSED)):
        reach = Reachability()
        for fault in order:
            reach.took_health(health(1.0, fault, None))
        assert reach.reach(Mono(1.0)).fault == ours
    for order in ((REFUSED, other), (other, REFUSED)):
        reach = Reachability()
        for fault in order:
            reach.took_health(health(1.0, fault, None))
        assert reach.reach(Mono(1.0)).fault == REFUSED


@pytest.mark.parametrize(
    ("flow", "now", "flowing"),
    [(None, 10.0, False), (4.0, 10.0, False), (5.0, 10.0, False), (5.5, 20.5, True), (6.0, 21.5, False), (9.0, 10.0, True)],
)
def test_watches_flow_that_told_something_since_requests_fail_and_15_s_ago_at_most(
    flow: float | None, now: float, flowing: bool
) -> None:
    reach = Reachability()
    if flow is not None and flow < 5.0:
        reach.flowed(Feed.PODS, Mono(flow))
    reach.took_health(health(5.0, REFUSED, None))
    if flow is not None and flow >= 5.0:
        reach.flowed(Feed.PODS, Mono(flow))
    assert reach.reach(Mono(now)).flowing is flowing


def test_once_probed_a_flowing_watch_alone_does_not_end_a_failure() -> None:
    reach = Reachability()
    reach.took_health(health(5.0, REFUSED, None))
    reach.flowed(Feed.PODS, Mono(6.0))
    assert reach.reach(Mono(6.0)).fault == REFUSED


# --- figures ------------------------------------------------------------------------------------------------------------------


def test_figures_that_are_answered_are_heard_and_only_those_of_usage_tell_why_they_are_missing() -> None:
    reach = Reachability()
    reach.took_figures(Metrics(Mono(1.0), 0.1))
    assert (reach.heard_at, reach.usage_fault) == (1.0, None)
    reach.took_figures(Usage(Mono(2.0), {}, NOT_SERVED))
    assert (reach.heard_at, reach.usage_fault) == (2.0, (NOT_SERVED, 2.0))
    reach.took_figures(Metrics(Mono(3.0), 0.1, fault=REFUSED))
    assert (reach.heard_at, reach.usage_fault) == (2.0, (NOT_SERVED, 2.0))
    reach.took_figures(Usage(Mono(4.0)))
    assert (reach.heard_at, reach.usage_fault, reach.probed) == (4.0, None, False)


# --- a pause of ours ----------------------------------------------------------------------------------------------------------


def test_which_groups_are_served_is_an_answer() -> None:
    reach = Reachability()
    assert (reach.groups, reach.settings) == (None, frozenset())
    reach.took_groups(Served(frozenset({"apps"}), Mono(5.0), frozenset({"a=b"})))
    assert (reach.groups, reach.settings, reach.heard_at) == (frozenset({"apps"}), frozenset({"a=b"}), 5.0)


def test_a_pause_of_ours_counts_against_nobody_and_reaches_no_further_than_now() -> None:
    reach = Reachability()
    reach.shift(10.0, Mono(20.0))
    assert (reach.quiet_from, reach.health) == (None, {})
    reach.took_health(health(1.0))
    reach.took_health(health(95.0, path="/readyz"))
    reach.failed(failed(1.0))
    reach.failed(failed(95.0, feed=Feed.PODS))
    reach.shift(10.0, Mono(100.0))
    assert (reach.heard_at, reach.quiet_from) == (95.0, 100.0)
    assert {path: one.at for path, one in reach.health.items()} == {"/livez": 11.0, "/readyz": 100.0}
    since = {feed: track.failing_since for feed, track in reach.feeds.items() if track.failing_since is not None}
    assert since == {Feed.NODES: 11.0, Feed.PODS: 100.0}
    reach.shift(10.0, Mono(200.0))
    assert reach.quiet_from == 110.0


def test_what_was_heard_before_and_is_told_late_takes_nothing_back() -> None:
    reach = Reachability()
    reach.took_health(health(5.0))
    reach.flowed(Feed.PODS, Mono(4.0))
    assert (reach.heard_at, reach.quiet_from) == (5.0, 5.0)
    reach.shift(60.0, Mono(66.0))
    reach.flowed(Feed.PODS, Mono(5.5))
    reach.took_figures(Metrics(Mono(5.8), 0.1))
    assert (reach.heard_at, reach.quiet_from) == (5.8, 65.0), "the excuse of a pause stands"
    reach.flowed(Feed.PODS, Mono(67.0))
    assert (reach.heard_at, reach.quiet_from) == (67.0, 67.0)


def test_versions_that_answer_in_turn_count_together_and_one_that_was_replaced_does_not() -> None:
    def versions(*told: tuple[float, str], now: float) -> set[str]:
        reach = Reachability()
        for at, version in told:
            reach.took_server(Server(Mono(at), version))
        return reach.servers.versions(Mono(now))

    old, new = "v1.26.11", "v1.27.8"
    assert versions((0.0, old), (60.0, new), (120.0, old), now=130.0) == {old, new}
    assert versions((0.0, new), (60.0, old), now=130.0) == {old, new}
    assert versions((0.0, old), (60.0, new), now=130.0) == {new}, "a single server was upgraded"
    assert versions((0.0, old), (60.0, new), (120.0, old), (180.0, new), now=720.0) == {old, new}
    assert versions((0.0, old), (60.0, new), (120.0, old), (180.0, new), now=720.1) == {new}, "not heard for ten minutes"
    assert versions((0.0, "v1.9.9"), (60.0, "v1.10.0"), now=60.0) == {"v1.10.0"}
    assert versions((60.0, ""), now=60.0) == set()
    assert versions((60.0, old), (60.0, new), now=60.0) == {old, new}
    assert versions((0.0, old), (60.0, f"{old}+k3s1"), now=60.0) == {old, f"{old}+k3s1"}, "neither is newer"


def shown(*told: tuple[float, float]) -> Reachability:
    """(when, end of the certificate that was shown); each lasts 1,000 s."""
    reach = Reachability()
    for at, ends in told:
        reach.took_server(Server(Mono(at), "v1.36.2", "", ends, certificate_not_before=ends - 1000.0))
    return reach


def test_of_certificates_shown_in_turn_the_one_that_ends_first_counts_and_of_a_renewed_one_the_new() -> None:
    def ends(*told: tuple[float, float]) -> float | None:
        server = shown(*told).server
        assert server.certificate_not_before is not None
        assert server.certificate_not_after == server.certificate_not_before + 1000.0
        return server.certificate_not_after

    assert ends((0.0, 5000.0)) == 5000.0
    assert ends((0.0, 5000.0), (60.0, 9000.0)) == 9000.0
    assert ends((0.0, 5000.0), (60.0, 9000.0), (120.0, 5000.0)) == 5000.0, "two servers"
    assert ends((0.0, 9000.0), (60.0, 5000.0)) == 5000.0
    assert ends((0.0, 9000.0), (60.0, 5000.0), (120.0, 9000.0)) == 5000.0
    assert ends((0.0, 9000.0), (60.0, 5000.0), (661.0, 9000.0)) == 9000.0
    assert ends((0.0, 5000.0), (0.0, 9000.0)) == 5000.0, "neither came after the other"


def test_a_renewal_is_seen_once_the_old_certificate_is_not_shown_any_more() -> None:
    minutes = [(60.0 * minute, 9000.0) for minute in range(1, 12)]
    assert shown((0.0, 5000.0), *minutes[:10]).servers.take_renewal() is None, "another server may show it still"
    renewed = shown((0.0, 5000.0), *minutes).servers
    assert renewed.take_renewal() == Renewal(5000.0, 9000.0, Mono(60.0))
    assert renewed.take_renewal() is None, "told once"
    late = [(1000.0 + at, end) for at, end in ((0.0, 5000.0), *minutes[:10])]
    assert shown(*late).servers.take_renewal() is None, "whatever our clock says"
    again = [(at, 9000.0 if at < 300.0 else 12_000.0) for at, _ in minutes]
    assert shown((0.0, 5000.0), *again).servers.take_renewal() == Renewal(5000.0, 9000.0, Mono(60.0)), (
        "the first that came after it"
    )
    shorter = [(at, 4000.0) for at, _ in minutes]
    assert shown((0.0, 5000.0), *shorter).servers.take_renewal() is None, "one that ends sooner takes no other's place"
    in_turn = [(60.0 * minute, (5000.0, 9000.0)[minute % 2]) for minute in range(30)]
    assert shown(*in_turn).servers.take_renewal() is None
