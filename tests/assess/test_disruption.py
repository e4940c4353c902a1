"""All silent together, at its bounds; and since when a plane is what it is."""

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
#: Nothing was missed: what is silent is so in observed time.
ALONG = proven(Feed.SYSTEM_LEASES, 123.0)


def leases(*names: str, feed: Feed = Feed.NODE_LEASES, at: float = 110.0) -> list[CacheEvent]:
    """Each was renewed once, at `at`."""
    duration = 40 if feed is Feed.NODE_LEASES else 15
    return [lease(name, feed, when, second, duration=duration) for name in names for when, second in ((100.0, 0), (at, 10))]


def look(*told: CacheEvent, now: float = 124.1, before: FullDisruption | None = None, watched: bool = True) -> DisruptionSeen:
    """`watched`: both feeds of leases were alive until now."""
    cache = new_cache()
    for event in told:
        cache.apply(event)
    if watched:
        for feed in (Feed.NODE_LEASES, Feed.SYSTEM_LEASES):
            cache.apply(Heard(feed, Mono(117.0)))
            cache.apply(Heard(feed, Mono(now)))
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


def test_a_silence_that_was_not_observed_has_nothing_in_common() -> None:
    silent = [*leases(*NODES), *leases("kube-scheduler", feed=Feed.SYSTEM_LEASES)]
    assert look(*silent).suspicion
    assert not look(*silent, watched=False).suspicion
    late = Heard(Feed.SYSTEM_LEASES, Mono(124.0))
    assert not look(*silent, late, watched=False).blocked


def test_where_the_state_store_fails_no_proof_is_waited_for() -> None:
    failing = [Health("/livez", Mono(at), 0.1, 500, (Check("etcd", False),)) for at in (112.0, 118.0, 124.0)]
    seen = look(*leases(*NODES), *failing, watched=False)
    assert "state store" in seen.suspicion
    assert seen.blocked


def test_a_leader_that_was_never_seen_to_renew_does_not_speak_for_the_others() -> None:
    frozen = leases("kube-scheduler", feed=Feed.SYSTEM_LEASES)
    arrived = lease("kube-controller-manager", Feed.SYSTEM_LEASES, 124.0)
    assert look(*leases(*NODES), *frozen, *ALONG, arrived).blocked == "no lease of this cluster is renewed any more"
    assert look(*leases(*NODES), *ALONG, arrived).blocked == ""


def test_a_leader_whose_lease_was_deleted_is_not_waited_for() -> None:
    frozen = leases("kube-scheduler", feed=Feed.SYSTEM_LEASES)
    other = leases("kube-controller-manager", feed=Feed.SYSTEM_LEASES, at=123.0)
    deleted = lease("kube-controller-manager", Feed.SYSTEM_LEASES, 124.0, gone=True)
    assert isinstance(deleted, Gone)
    assert look(*leases(*NODES), *frozen, *ALONG, *other).blocked == ""
    assert look(*leases(*NODES), *frozen, *ALONG, *other, deleted).blocked == "no lease of this cluster is renewed any more"


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
