"""All silent together, at its bounds; and since when a plane is what it is."""

from math import ceil

import pytest

from planes.assess.full_disruption import FullDisruption
from planes.components.pod_kinds import new_cache
from planes.structs.events import CacheEvent, Check, Gone, Health, Heard
from planes.structs.feeds import Feed
from planes.structs.moments import Mono
from planes.structs.observations import DisruptionSeen
from planes.structs.thresholds import DEFAULT
from tests.assess.test_assessor import START
from tests.assess.test_nodes_judged import begun, epoch
from tests.assess.test_summary import summary
from tests.components.observed import lease, proven

NODES = ("a", "b", "c")


def leases(*names: str, feed: Feed = Feed.NODE_LEASES, at: float = 110.0, duration: int = 0) -> list[CacheEvent]:
    """Each was renewed once, at `at`."""
    duration = duration or (40 if feed is Feed.NODE_LEASES else 15)
    return [
        lease(name, feed, when, second, duration=duration)
        for name in names
        for when, second in ((100.0, 0), (at, ceil(at - 100.0)))
    ]


def look(*told: CacheEvent, now: float = 124.1, before: FullDisruption | None = None, watched: bool = True) -> DisruptionSeen:
    """`watched`: both feeds of leases proved that they live all the time."""
    cache = new_cache()
    along = [one for feed in (Feed.NODE_LEASES, Feed.SYSTEM_LEASES) for one in proven(feed, now)] if watched else []
    for event in sorted((*told, *along), key=lambda one: one.at):
        cache.apply(event)
    return (before or FullDisruption()).look(cache, Mono(now), DEFAULT)


@pytest.mark.parametrize(
    ("nodes", "leader_at", "now", "suspected"),
    [
        (NODES, 110.0, 124.0, False),  # 14 s
        (NODES, 110.0, 124.1, True),
        (NODES[:2], 110.0, 124.1, True),  # two, and the leaders with them
        (NODES[:2], 120.0, 124.1, False),  # the leaders go on: two nodes may be silent for reasons of their own
        (NODES, 120.0, 124.1, True),
        ((), 110.0, 124.1, False),
    ],
)
def test_three_silent_nodes_or_silent_leaders_have_something_in_common(
    nodes: tuple[str, ...], leader_at: float, now: float, suspected: bool
) -> None:
    seen = look(*leases(*nodes), *leases("kube-scheduler", feed=Feed.SYSTEM_LEASES, at=leader_at), now=now)
    assert bool(seen.suspicion) is suspected
    assert seen.since == (110.0 if suspected else None)


def leader(name: str = "kube-scheduler", *, at: float, duration: int = 15) -> list[CacheEvent]:
    return leases(name, feed=Feed.SYSTEM_LEASES, at=at, duration=duration)


def test_silence_of_leaders_and_of_nodes_is_counted_from_the_last_of_each() -> None:
    two = leases(*NODES[:2], at=109.0)
    assert look(*two, *leader(at=110.0), now=124.0).suspicion == "", "the leader has been silent for 14 s and no longer"
    assert look(*two, *leader(at=110.0), now=124.1).suspicion


@pytest.mark.parametrize(("first", "suspected"), [(110.0, True), (109.9, False)])
def test_who_fell_silent_forty_seconds_before_the_last_fell_silent_with_it(first: float, suspected: bool) -> None:
    others = leases(*NODES[1:], at=150.0)
    seen = look(*leases("a", at=first), *others, *leader(at=163.0), now=164.1)
    assert bool(seen.suspicion) is suspected


def probed(etcd: bool, at: float = 124.0) -> CacheEvent:
    return Health("/livez", Mono(at), 0.01, 200 if etcd else 500, (Check("ping", True), Check("etcd", etcd)))


ETCD = "The cause is etcd: the API server's check of it fails, so no heartbeat can be written."
WATCH = "The leaders' leases are silent too, though the etcd check passes: suspect the API server or Planewatch's own watch."
WAY = "The leaders' leases are still renewed: suspect the path from the nodes to the API server, or Planewatch's own watch."
ANY = "Suspect what they share: etcd, the API server, the path to it, or Planewatch's own watch."
FAILS, FROZEN = "etcd is down", "no lease in this cluster is being renewed"


@pytest.mark.parametrize(
    ("told", "suspicion", "blocked"),
    [
        ([probed(etcd=False), *leader(at=110.0)], ETCD, FAILS),
        ([probed(etcd=False), *leader(at=124.0)], ETCD, FAILS),
        ([probed(etcd=True), *leader(at=110.0)], WATCH, FROZEN),
        (leader(at=110.0), ANY, FROZEN),  # nothing was heard of etcd
        ([probed(etcd=True), *leader(at=112.0)], ANY, ""),  # neither silent for 14 s nor renewed within 6 s
        ([probed(etcd=True), *leader(at=118.5)], WAY, ""),
        ([probed(etcd=True), *leader(at=118.4)], ANY, ""),
        ([*leader(at=112.0), *leader("kube-controller-manager", at=124.0)], WAY, ""),  # one that is renewed is enough
        ([*leader(at=112.0), lease("late", Feed.SYSTEM_LEASES, 124.0)], ANY, ""),  # never seen to be renewed
        ([*leader(at=112.0), *leader("apiserver-x", at=124.0, duration=600)], ANY, ""),  # an identity tells less
        ([*leader(at=112.0), *leader("apiserver-x", at=124.0, duration=599)], WAY, ""),
    ],
)
def test_what_is_suspected_follows_from_the_leaders_and_from_the_check_of_etcd(
    told: list[CacheEvent], suspicion: str, blocked: str
) -> None:
    seen = look(*leases(*NODES), *told, now=124.5)
    assert (seen.suspicion, seen.blocked) == (suspicion, blocked)


def test_a_check_of_etcd_that_fails_blocks_leaders_though_the_nodes_are_heard() -> None:
    seen = look(*leases(*NODES, at=120.0), *leader(at=120.0), probed(etcd=False))
    assert (seen.suspicion, seen.blocked, seen.since) == ("", FAILS, None)


def test_a_silence_that_was_not_observed_has_nothing_in_common() -> None:
    silent = [*leases(*NODES), *leader(at=110.0)]
    assert look(*silent).suspicion
    assert not look(*silent, watched=False).suspicion
    assert not look(*silent, Heard(Feed.SYSTEM_LEASES, Mono(124.0)), watched=False).blocked


def test_where_the_state_store_fails_no_proof_is_waited_for() -> None:
    failing = [probed(etcd=False, at=at) for at in (112.0, 118.0, 124.0)]
    seen = look(*leases(*NODES), *failing, watched=False)
    assert (seen.suspicion, seen.blocked) == (ETCD, FAILS)


def test_a_leader_that_was_never_seen_to_renew_does_not_speak_for_the_others() -> None:
    frozen = leases("kube-scheduler", feed=Feed.SYSTEM_LEASES)
    arrived = lease("kube-controller-manager", Feed.SYSTEM_LEASES, 124.0)
    assert look(*leases(*NODES), *frozen, arrived).blocked == "no lease in this cluster is being renewed"
    assert look(*leases(*NODES), arrived).blocked == ""


def test_a_leader_whose_lease_was_deleted_is_not_waited_for() -> None:
    frozen = leases("kube-scheduler", feed=Feed.SYSTEM_LEASES)
    other = leases("kube-controller-manager", feed=Feed.SYSTEM_LEASES, at=123.0)
    deleted = lease("kube-controller-manager", Feed.SYSTEM_LEASES, 124.0, gone=True)
    assert isinstance(deleted, Gone)
    assert look(*leases(*NODES), *frozen, *other).blocked == ""
    assert look(*leases(*NODES), *frozen, *other, deleted).blocked == "no lease in this cluster is being renewed"


def test_when_it_is_over_each_gets_its_grace_once() -> None:
    disruption = FullDisruption()
    silent = [*leases(*NODES), *leases("kube-scheduler", feed=Feed.SYSTEM_LEASES)]
    assert look(*silent, before=disruption).grace == ()
    back = [*silent, lease("a", Feed.NODE_LEASES, 125.0, 25), lease("kube-scheduler", Feed.SYSTEM_LEASES, 125.0, 25)]
    assert look(*back, now=125.0, before=disruption).grace == (Feed.NODE_LEASES, Feed.SYSTEM_LEASES, Feed.EXTRA_LEASES)
    assert look(*back, now=125.1, before=disruption).grace == ()


def test_a_plane_is_what_it_is_since_it_was_first_seen_so() -> None:
    row = summary(begun())
    assert row.control is not None
    assert row.data is not None
    assert (row.control.since, row.data.since) == (epoch(START), epoch(START))
