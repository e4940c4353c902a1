"""Leases as we saw them: renewals, holders, first sights, and silences that are nobody's fault."""

from planes.cache.leases import Clock, LeaderLeases, LeaseStore
from planes.components.pod_kinds import new_cache
from planes.structs.events import Changed, Server
from planes.structs.feeds import Feed
from planes.structs.moments import Mono
from planes.structs.objects import LabelledMeta, Lease, LeaseSpec

NOON = "2026-11-22T12:00:{:02d}.000000Z"


def lease(second: int, holder: str | None = "a_1", transitions: int = 0, duration: int = 15, name: str = "kube-scheduler") -> Lease:
    spec = LeaseSpec(holder, duration, NOON.format(second), transitions)
    return Lease(LabelledMeta(name=name, uid=f"uid-{name}"), spec)


def book() -> LeaseStore:
    return LeaseStore(Clock())


def test_only_a_changed_renew_time_is_a_renewal() -> None:
    leases = book()
    leases.changed(lease(0), Mono(100.0))
    leases.changed(lease(0), Mono(110.0))
    track = leases.tracks["kube-scheduler"]
    assert (track.changed_at, track.confirmed) == (100.0, False)
    leases.changed(lease(2), Mono(112.0))
    assert (track.changed_at, track.confirmed) == (112.0, True)


def test_a_renewal_alone_is_no_news_and_another_holder_is() -> None:
    leases = book()
    assert leases.changed(lease(0), Mono(100.0))
    assert not leases.changed(lease(2), Mono(102.0))
    assert leases.changed(lease(4, "b_2", 1), Mono(104.0))
    assert leases.tracks["kube-scheduler"].failovers == (104.0,)


def test_a_graceful_release_keeps_the_duration_and_the_moment() -> None:
    leases = book()
    leases.changed(lease(0), Mono(100.0))
    leases.changed(lease(2, "", duration=1), Mono(102.0))
    seen = leases.tracks["kube-scheduler"].seen("kube-scheduler", None, 1.0)
    assert (seen.released_at, seen.duration, seen.holder) == (102.0, 15.0, "")
    leases.changed(lease(4, "b_2", 1), Mono(104.0))
    seen = leases.tracks["kube-scheduler"].seen("kube-scheduler", None, 1.0)
    assert (seen.released_at, seen.holder, seen.failovers) == (None, "b_2", (104.0,))


def test_a_first_sight_is_stale_by_the_clusters_own_clock() -> None:
    clock = Clock()
    leases = LeaderLeases(clock)
    leases.changed(lease(0), Mono(100.0))
    leases.changed(lease(40, name="other"), Mono(100.0))
    track = leases.tracks["kube-scheduler"]
    assert track.seen("x", clock.newest, 1.0).stale_on_arrival
    assert not leases.tracks["other"].seen("x", clock.newest, 1.0).stale_on_arrival
    leases.changed(lease(42), Mono(102.0))
    assert not track.seen("x", clock.newest, 1.0).stale_on_arrival


def test_the_date_of_the_server_outweighs_the_newest_renewal() -> None:
    cache = new_cache()
    cache.apply(Changed(Feed.SYSTEM_LEASES, lease(0), Mono(100.0)))
    newest = cache.clock_offset(1_000.0)
    assert newest is not None
    cache.apply(Server(Mono(101.0), clock_skew=newest + 60.0 - 1_000.0))
    assert cache.clock_offset(1_000.0) == newest + 60.0
    track = cache.system_leases.tracks["kube-scheduler"]
    assert not track.seen("x", newest, 1.0).stale_on_arrival
    assert track.seen("x", cache.clock_offset(1_000.0), 1.0).stale_on_arrival


def test_a_list_without_a_lease_is_its_deletion_and_it_may_come_back() -> None:
    leases = book()
    leases.listed([lease(0)], Mono(100.0))
    leases.listed([], Mono(110.0))
    assert leases.tracks["kube-scheduler"].gone_at == 110.0
    leases.changed(lease(20), Mono(120.0))
    assert leases.tracks["kube-scheduler"].gone_at is None


def test_an_excuse_counts_anew_and_a_renewal_ends_it() -> None:
    leases = book()
    leases.changed(lease(0), Mono(100.0))
    assert leases.excuse(Mono(150.0)) == ["kube-scheduler"]
    track = leases.tracks["kube-scheduler"]
    assert (track.changed_at, track.stale_since, track.in_grace) == (100.0, 150.0, True)
    leases.changed(lease(52), Mono(152.0))
    assert (track.stale_since, track.in_grace) == (152.0, False)


def test_who_was_renewed_a_moment_ago_needs_no_excuse() -> None:
    leases = book()
    leases.changed(lease(0), Mono(100.0))
    assert leases.excuse(Mono(105.0)) == []
    assert leases.excuse(Mono(106.0)) == ["kube-scheduler"]


def test_a_pause_of_our_own_is_held_against_nobody_and_never_reaches_into_the_future() -> None:
    leases = book()
    leases.changed(lease(0), Mono(100.0))
    leases.shift(60.0, Mono(165.0))
    assert leases.tracks["kube-scheduler"].stale_since == 160.0
    leases.shift(60.0, Mono(165.0))
    assert leases.tracks["kube-scheduler"].stale_since == 165.0


def test_a_renewal_seen_before_a_pause_and_told_after_it_takes_nothing_of_its_excuse_away() -> None:
    leases = book()
    leases.changed(lease(0), Mono(100.0))
    leases.changed(lease(2, name="other"), Mono(101.0))
    leases.shift(60.0, Mono(162.0))
    leases.changed(lease(2), Mono(101.9))
    track = leases.tracks["kube-scheduler"]
    assert (track.changed_at, track.stale_since, leases.newest_change) == (101.9, 160.0, 161.0)
    leases.changed(lease(5, "b_2", 1), Mono(102.0))
    assert (track.changed_at, track.stale_since, leases.newest_change) == (102.0, 160.0, 161.0)
    leases.changed(lease(7, "b_2", 1), Mono(163.0))
    assert (track.changed_at, track.stale_since, leases.newest_change) == (163.0, 163.0, 163.0)
