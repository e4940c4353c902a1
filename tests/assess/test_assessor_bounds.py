"""The assessor at its bounds: clocks that move, pauses, tidying, what is held back after a restart, and what needs a look."""

import pytest

from planes.assess.assessor import Assessor
from planes.cache.cluster import ClusterCache
from planes.cache.recent import Noted
from planes.components.pod_kinds import kind_of, new_cache
from planes.structs.events import CacheEvent, Fault, FaultKind, Health, Listed, Server, SourceEvent, Tidied
from planes.structs.feeds import FEEDS, Feed
from planes.structs.moments import Epoch, Mono
from planes.structs.objects import Item
from planes.structs.rows import AttentionRow
from planes.structs.verdicts import State
from tests.assess.test_assessor import LEADERS, START, WALL, Cluster, changes
from tests.assess.test_nodes_judged import attention, begun, epoch
from tests.assess.test_summary import summary
from tests.cache.generating import decoded


@pytest.mark.parametrize(("moved", "follows"), [(2.0, False), (-2.0, False), (2.1, True), (-2.1, True)])
def test_our_wall_clock_is_followed_once_it_is_more_than_two_seconds_off(moved: float, follows: bool) -> None:
    cluster = begun()
    told = cluster.assessor.frame(cluster.now, Epoch(epoch(cluster.now) + moved)).at - epoch(cluster.now)
    assert round(told, 3) == (moved if follows else 0.0)


@pytest.mark.parametrize(("gap", "paused"), [(5.0, False), (5.1, True)])
def test_a_gap_of_more_than_five_seconds_between_frames_is_a_pause_of_ours(gap: float, paused: bool) -> None:
    cluster = begun()
    cluster.now = Mono(cluster.now + gap)
    cluster.apply(*cluster.probes())
    cluster.frame()
    assert bool([one for one in summary(cluster).missing if one.message.startswith("Planewatch itself was paused")]) is paused


def test_what_was_deleted_an_hour_ago_is_tidied_away_every_minute() -> None:
    tidied: list[tuple[float, float]] = []

    class Noting(ClusterCache):
        def apply(self, event: CacheEvent) -> None:
            if isinstance(event, Tidied):
                tidied.append((event.at - START, event.before - START))
            super().apply(event)

    assessor = Assessor(Noting(kind_of))
    for second in range(124):
        assessor.frame(Mono(START + second), WALL + second)
    assert tidied == [(0.0, -3600.0), (61.0, -3539.0), (122.0, -3478.0)]


def test_after_a_restart_the_first_frame_is_held_back_for_fifteen_seconds_at_most() -> None:
    full = begun().assessor.frame(Mono(START + 12.0), WALL + 12.0, full=True)
    again = Cluster(assessor=Assessor(new_cache(), slug="test"))
    again.assessor.restore(full.components, full.nodes.values(), full.cluster)
    for second in (0.0, 5.0, 10.0, 14.9):
        again.now = Mono(START + second)
        frame = again.frame()
        assert (frame.full, frame.components, frame.nodes, frame.cluster) == (False, [], {}, None)
        assert frame.at == WALL + second
    again.now = Mono(START + 15.0)
    assert again.frame().full


@pytest.mark.parametrize(("lists", "probes", "held_back"), [(True, True, False), (True, False, True), (False, True, True)])
def test_after_a_restart_it_is_held_back_until_all_is_listed_and_the_api_server_is_asked_whether_it_lives(
    lists: bool, probes: bool, held_back: bool
) -> None:
    full = begun().assessor.frame(Mono(START + 12.0), WALL + 12.0, full=True)
    again = Cluster(assessor=Assessor(new_cache()))
    again.assessor.restore(full.components, full.nodes.values(), full.cluster)
    again.apply(Server(again.now, "v1.36.2"))
    if lists:
        again.apply(*(Listed(feed, [], "", again.now) for feed, one in FEEDS.items() if one.awaited))
    if probes:
        again.apply(*again.probes())
    assert again.frame().full is not held_back


def test_a_cluster_that_cannot_be_seen_for_a_fault_of_ours_needs_one_look() -> None:
    cluster = begun()
    cluster.mute |= {"probes", "leaders"}
    cluster.silent = set(cluster.names)
    ours, lost = Fault(FaultKind.TLS, "The certificate is not trusted"), cluster.now
    for _ in range(6):
        cluster.apply(Health("/livez", cluster.now, 0.0, fault=ours))
        cluster.run(1)
    assert attention(cluster) == [
        AttentionRow(
            key="cluster:unseen",
            kind="Cluster",
            name="test",
            title="the cluster cannot be seen",
            state=State.UNKNOWN,
            because="The certificate is not trusted.",
            since=Epoch(epoch(lost)),
        )
    ]


def bare(name: str) -> Item:
    """A leader's lease that does not say when it was renewed."""
    spec = {"holderIdentity": f"{name}_x", "leaseDurationSeconds": 15}
    return decoded(Feed.SYSTEM_LEASES, {"metadata": {"name": name, "uid": f"l-{name}"}, "spec": spec})


def test_a_leader_that_is_not_seen_to_renew_at_first_is_no_change_when_it_does() -> None:
    cluster = Cluster(nodes=0)
    leases = Listed(Feed.SYSTEM_LEASES, [bare(name) for name in LEADERS], "", cluster.now)
    others: list[SourceEvent] = [Listed(feed, [], "", cluster.now) for feed in (Feed.NODES, Feed.NODE_LEASES, Feed.SYSTEM_PODS)]
    cluster.apply(Server(cluster.now, "v1.36.2"), leases, *others, *cluster.probes())
    cluster.frame()
    assert cluster.state("kube-scheduler")[0] == "unknown"
    cluster.run(5)
    assert cluster.state("kube-scheduler")[0] == "healthy"
    assert changes(cluster.frames) == []


def test_of_a_cluster_of_which_nothing_was_seen_there_is_nothing_new_to_remember() -> None:
    assessor = Assessor(new_cache())
    assert assessor.baseline_changed is False
    assessor.frame(START, WALL)
    assert assessor.baseline_changed is False


def test_what_was_learned_and_what_happened_is_to_be_stored_until_it_was() -> None:
    cluster = begun()
    assessor = cluster.assessor
    assert assessor.baseline_changed is True
    assert assessor.baseline.node_leases is True
    assessor.baseline_changed = False
    cluster.run(1)
    assert assessor.baseline_changed is False, "nothing is new"
    assessor.cache.recent.happened(Noted.FAILOVER, "kube-scheduler", cluster.now)
    failed = round(epoch(cluster.now), 1)
    for _ in range(2):
        cluster.run(1)
        assert assessor.baseline_changed is True
    assert assessor.baseline.recent == {"failover": {"kube-scheduler": [failed]}}
