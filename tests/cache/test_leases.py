"""Leases as we saw them: renewals, holders, first sights, and silences that are nobody's fault."""

from planes.cache.leases import Clock, LeaderLeases, LeaseStore
from planes.components.pod_kinds import new_cache
from planes.structs.events import Changed, Server
from planes.structs.feeds import Feed
from planes.structs.moments import Mono
from planes.structs.objects import LabelledMeta, Lease, LeaseSpec

NOON = "2026-11-22T12:{:02d}:{:02d}.000000Z"


def lease(
    second: int, holder: str | None = "a_1", transitions: int = 0, duration: int = 15, name: str = "kube-scheduler", minute: int = 0
) -> Lease:
    spec = LeaseSpec(holder, duration, NOON.format(minute, second), transitions)
    return Lease(LabelledMeta(name=name, uid=f"uid-{name}"), spec)


def book() -> LeaseStore:
    return LeaseStore(Clock())


def test_only_a_changed_renew_time_is_a_renewal() -> None:
    leases = book()
    leases.changed(lease(0), Mono(100.0))
    leases.changed(lease(0), Mono(110.0))
    track = leases.tracks["kube-scheduler"]
    assert (track.changed_at, track.confirmed) == (100.0, False)
    leases.changed(lease(12), Mono(112.0))
    assert (track.changed_at, track.confirmed) == (112.0, True)


def seen_late(*told: tuple[int, float]) -> list[float]:
    """When each renewal was made: told as the second of its renewTime, and when it was seen. 12:00:00 is 100.0."""
    leases = book()
    made: list[float] = []
    for second, at in told:
        leases.changed(lease(second % 60, minute=second // 60), Mono(at))
        made.append(round(leases.tracks["kube-scheduler"].changed_at, 3))
    return made


def test_a_renewal_that_is_seen_late_was_made_when_its_holders_own_clock_says() -> None:
    assert seen_late((0, 100.0), (2, 102.0), (4, 120.0)) == [100.0, 102.0, 104.018]  # listed after a gap: 16 s late
    assert seen_late((0, 100.0), (2, 112.0), (4, 112.0), (10, 112.0)) == [
        100.0,
        102.012,
        104.012,
        110.012,
    ]  # held back, then let go
    assert seen_late((0, 107.0), (10, 110.0), (12, 112.0)) == [107.0, 110.0, 112.0]  # old at first sight


def test_a_holders_clock_that_is_set_back_or_drifts_makes_no_renewal_late() -> None:
    assert seen_late((100, 100.0), (102, 102.0), (64, 104.0), (66, 106.0)) == [100.0, 102.0, 104.0, 106.0]
    slow = [(second, 100.0 + second * 1.0005) for second in range(0, 120, 2)]
    assert seen_late(*slow) == [round(at, 3) for _, at in slow]


def test_no_renewal_is_older_than_the_one_before_it() -> None:
    assert seen_late((0, 100.0), (10, 110.0), (11, 125.0))[-1] == 111.015
    assert seen_late((0, 100.0), (59, 102.0), (60, 140.0))[-1] == 103.038


def test_a_lease_without_a_time_is_seen_when_it_is_told() -> None:
    leases = book()
    leases.changed(lease(0), Mono(100.0))
    none = Lease(LabelledMeta(name="kube-scheduler", uid="uid-kube-scheduler"), LeaseSpec("a_1", 15, None, 0))
    leases.changed(none, Mono(130.0))
    leases.changed(lease(1), Mono(131.0))
    assert leases.tracks["kube-scheduler"].changed_at == 131.0


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


def test_the_newest_renewal_is_dated_by_when_it_was_made_and_no_first_sight_or_gap_is_one() -> None:
    leases = book()
    leases.changed(lease(0), Mono(100.0))
    leases.changed(lease(0, name="other"), Mono(101.0))
    newest = [leases.renewed_at]
    leases.changed(lease(2), Mono(102.0))
    newest.append(leases.renewed_at)
    leases.changed(lease(4), Mono(120.0))  # listed 16 s late
    newest.append(leases.renewed_at)
    leases.shift(30.0, Mono(160.0), ours=False)
    newest.append(leases.renewed_at)
    assert [None if at is None else round(at) for at in newest] == [None, 102, 104, 104]


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
    leases.changed(lease(6, "b_2", 1, minute=1), Mono(163.0))
    assert (track.changed_at, track.stale_since, leases.newest_change) == (163.0, 163.0, 163.0)
