"""One lease from first sight to oblivion: who holds it, for how long, how often it changed hands, and since when it is silent."""

import pytest

from planes.cache.leases import Clock, LeaderLeases, LeaseStore, LeaseTrack
from planes.structs.lease_seen import LeaseSeen
from planes.structs.moments import Mono
from planes.structs.objects import LabelledMeta, Lease, LeaseSpec
from planes.structs.timestamps import epoch

STAMP = "2026-11-22T12:00:{:02d}.000000Z"
NOON = epoch(STAMP.format(0)) or 0.0


def lease(
    second: int | None = 0,
    holder: str | None = "a",
    transitions: int | None = 0,
    duration: int | None = 20,
    uid: str = "u",
    name: str = "x",
) -> Lease:
    stamp = None if second is None else STAMP.format(second)
    return Lease(LabelledMeta(name, uid=uid), LeaseSpec(holder, duration, stamp, transitions))


def track(*states: tuple[float, Lease]) -> LeaseTrack:
    (first_at, first), *later = states
    made = LeaseTrack(first, Mono(first_at))
    for at, state in later:
        made.renew(state, Mono(at))
    return made


def seen(made: LeaseTrack, offset: float | None = None, fresh: float = 1.0, until: Mono | None = None) -> LeaseSeen:
    return made.seen("x", offset, fresh, until)


def test_all_that_was_seen_of_a_lease_is_told() -> None:
    made = track((100.0, lease(0)), (110.0, lease(10)), (112.0, lease(12, "b", 7)))
    made.gone_at, made.in_grace = Mono(120.0), True
    assert seen(made, until=Mono(119.0)) == LeaseSeen(
        name="x",
        holder="b",
        duration=20.0,
        first_at=Mono(100.0),
        changed_at=Mono(112.0),
        confirmed=True,
        stale_on_arrival=False,
        in_grace=True,
        stale_since=Mono(112.0),
        released_at=None,
        gone_at=Mono(120.0),
        transitions=7,
        failovers=(Mono(112.0),) * 7,
        until=Mono(119.0),
        fresh_since=Mono(112.0),
    )


@pytest.mark.parametrize(
    ("holder", "duration", "lasts", "released_at"),
    [
        ("a", 137, 137.0, None),  # OpenShift's scheduler
        ("a", None, 15.0, None),  # client-go's default
        ("a", 0, 15.0, None),
        ("", 1, 15.0, 100.0),  # released: the 1 s is no duration
        (None, 137, 15.0, 100.0),
    ],
)
def test_a_first_sight_takes_the_leases_own_duration_while_it_is_held(
    holder: str | None, duration: int | None, lasts: float, released_at: float | None
) -> None:
    made = seen(track((100.0, lease(0, holder, duration=duration))))
    assert (made.holder, made.duration, made.released_at, made.confirmed) == (holder or "", lasts, released_at, False)


@pytest.mark.parametrize(
    ("duration", "told", "lasts"), [(20, False, 20.0), (40, True, 40.0), (0, False, 20.0), (None, False, 20.0)]
)
def test_another_duration_of_the_same_holder_is_news(duration: int | None, told: bool, lasts: float) -> None:
    made = track((100.0, lease(0)))
    assert made.renew(lease(2, duration=duration), Mono(102.0)) is told
    assert made.duration == lasts


@pytest.mark.parametrize(
    ("then", "handovers"),
    [
        (lease(2, "b", 1), 1),
        (lease(2, "b", 0), 1),  # counted by the holder where the lease does not count
        (lease(2, "b", None), 1),
        (lease(2, "a", 3), 3),  # away and back between two looks
        (lease(2, "b", 3), 3),
        (lease(2, "", 0), 0),  # a release is no failover yet
        (lease(2, "b", 40), 16),  # so many are remembered
    ],
)
def test_each_change_of_holder_is_a_failover(then: Lease, handovers: int) -> None:
    assert track((100.0, lease(0)), (102.0, then)).failovers == (102.0,) * handovers


def test_the_newest_sixteen_failovers_are_remembered() -> None:
    made = track((0.0, lease(0)), *((float(at), lease(at, f"holder-{at}", at)) for at in range(1, 21)))
    assert made.failovers == tuple(float(at) for at in range(5, 21))


def test_taking_what_was_released_is_a_failover_only_if_the_lease_counts_one() -> None:
    released = [(100.0, lease(0)), (102.0, lease(2, "", 0, 1))]
    assert track(*released, (104.0, lease(4, "b", 1))).failovers == (104.0,)
    assert track(*released, (104.0, lease(4, "a", 0))).failovers == ()


def test_a_release_dates_from_when_the_holder_was_gone() -> None:
    made = track((100.0, lease(0)), (102.0, lease(0, "", 0, 1)), (104.0, lease(0, "", 1, 1)))
    assert (made.released_at, made.duration) == (102.0, 20.0)
    assert made.renew(lease(6, "b", 2, 30), Mono(106.0))
    assert (made.released_at, made.duration) == (None, 30.0)


def test_whoever_takes_a_lease_lives_though_renew_time_did_not_move() -> None:
    made = track((100.0, lease(0)))
    made.in_grace = True
    made.renew(lease(0, "b", 1), Mono(130.0))
    assert (made.changed_at, made.stale_since, made.confirmed, made.in_grace) == (130.0, 130.0, True, False)


def test_a_count_that_moved_while_the_holder_stayed_proves_no_life() -> None:
    made = track((100.0, lease(0)), (130.0, lease(0, "a", 1)))
    assert (made.changed_at, made.confirmed, made.failovers) == (100.0, False, (130.0,))


def test_who_takes_it_without_a_duration_has_client_gos_default() -> None:
    assert track((100.0, lease(0)), (102.0, lease(2, "b", 1, None))).duration == 15.0


@pytest.mark.parametrize(
    ("second", "offset", "stale"),
    [
        (0, NOON - 100.0 + 20.0, False),  # as old as it lasts, by the cluster's own clock
        (0, NOON - 100.0 + 20.1, True),
        (0, NOON - 100.0 - 20.1, True),  # from the future by more than that
        (0, NOON - 100.0 - 19.9, False),
        (0, None, False),  # the cluster's clock is not known
        (None, None, True),  # it does not say when it was renewed
        (None, NOON, True),
    ],
)
def test_a_first_sight_is_stale_if_it_is_older_than_it_lasts(second: int | None, offset: float | None, stale: bool) -> None:
    assert seen(track((100.0, lease(second))), offset).stale_on_arrival is stale


def test_a_share_of_its_duration_may_be_asked_for() -> None:
    made, offset = track((100.0, lease(0))), NOON - 100.0 + 12.0
    assert not seen(made, offset, 0.625).stale_on_arrival
    assert seen(made, offset, 0.5).stale_on_arrival


def test_what_was_released_or_seen_to_be_renewed_is_not_stale() -> None:
    offset = NOON + 500.0
    assert not seen(track((100.0, lease(0, ""))), offset).stale_on_arrival
    assert not seen(track((100.0, lease(0)), (110.0, lease(1))), offset).stale_on_arrival


# --- the store ----------------------------------------------------------------------------------------------------------------


def test_a_lease_with_another_uid_is_another_lease() -> None:
    leases = LeaseStore(Clock())
    leases.changed(lease(0), Mono(100.0))
    leases.changed(lease(2, "b", 1), Mono(102.0))
    assert leases.changed(lease(4, "c", 0, uid="v"), Mono(104.0))
    made = leases.tracks["x"]
    assert (made.first_at, made.confirmed, made.failovers, made.uid) == (104.0, False, (), "v")


def test_one_that_was_deleted_and_made_again_is_the_same_lease_to_us() -> None:
    leases = LeaseStore(Clock())
    leases.changed(lease(0), Mono(100.0))
    leases.changed(lease(2, "b", 1), Mono(102.0))
    leases.gone(lease(2, "b", 1), Mono(103.0))
    assert leases.tracks["x"].gone_at == 103.0
    assert leases.changed(lease(4, "b", 1, uid="v"), Mono(104.0))
    made = leases.tracks["x"]
    assert (made.first_at, made.failovers, made.gone_at, made.uid) == (100.0, (102.0,), None, "v")
    assert not leases.changed(lease(6, "b", 1, uid="v"), Mono(106.0))
    assert leases.tracks["x"] is made


def test_the_deletion_of_a_lease_never_seen_is_nothing() -> None:
    leases = LeaseStore(Clock())
    leases.gone(lease(0), Mono(100.0))
    assert leases.tracks == {}


def test_a_list_tells_what_a_verdict_may_rest_on() -> None:
    leases = LeaseStore(Clock())
    assert leases.listed([lease(0, name="a"), lease(0, name="b"), lease(0, name="c")], Mono(100.0)) == ["a", "b", "c"]
    assert leases.listed([lease(2, name="a"), lease(2, "other", 1, name="b")], Mono(102.0)) == ["b", "c"]
    assert leases.listed([lease(4, name="a"), lease(4, "other", 1, name="b")], Mono(104.0)) == []
    assert leases.tracks["c"].gone_at == 102.0
    assert [name for name, _ in leases.living()] == ["a", "b"]


def test_the_newest_change_of_all_is_what_tells_that_any_lease_is_renewed() -> None:
    assert LeaseStore(Clock()).newest_change is None
    leases = LeaseStore(Clock())
    leases.changed(lease(0, name="a"), Mono(100.0))
    leases.changed(lease(0, name="b"), Mono(99.0))
    assert leases.newest_change == 100.0
    leases.changed(lease(0, name="a"), Mono(105.0))
    assert leases.newest_change == 100.0, "it was not renewed"
    leases.changed(lease(6, name="b"), Mono(106.0))
    assert leases.newest_change == 106.0


def test_what_was_deleted_before_the_moment_is_forgotten_and_what_lives_is_not() -> None:
    leases = LeaseStore(Clock())
    leases.listed([lease(name=name) for name in ("a", "b", "c")], Mono(100.0))
    leases.gone(lease(name="a"), Mono(110.0))
    leases.gone(lease(name="b"), Mono(120.0))
    leases.forget(Mono(120.0))
    assert set(leases.tracks) == {"b", "c"}


@pytest.mark.parametrize(
    ("duration", "silent", "excused"),
    [
        (40, 14.0, False),  # a node's is renewed every 10 s
        (40, 14.1, True),
        (20, 7.0, False),  # a leader's within a third of its duration
        (20, 7.1, True),
        (60, 14.0, False),  # and nobody's later than a node's
        (60, 14.1, True),
    ],
)
def test_who_should_have_been_renewed_by_now_is_excused(duration: int, silent: float, excused: bool) -> None:
    leases = LeaseStore(Clock())
    leases.changed(lease(duration=duration), Mono(100.0))
    assert leases.excuse(Mono(100.0 + silent)) == (["x"] if excused else [])
    assert leases.tracks["x"].in_grace is excused


def test_who_was_deleted_is_not_excused() -> None:
    leases = LeaseStore(Clock())
    leases.changed(lease(), Mono(100.0))
    leases.gone(lease(), Mono(101.0))
    assert leases.excuse(Mono(200.0)) == []


def test_a_pause_moves_a_release_and_the_newest_change_but_never_into_the_future() -> None:
    empty, leases = LeaseStore(Clock()), LeaseStore(Clock())
    empty.shift(10.0, Mono(100.0))
    assert empty.newest_change is None
    leases.changed(lease(holder=""), Mono(100.0))
    leases.shift(10.0, Mono(130.0))
    made = leases.tracks["x"]
    assert (made.released_at, made.stale_since, made.changed_at, leases.newest_change) == (110.0, 110.0, 100.0, 110.0)
    leases.shift(60.0, Mono(131.0))
    assert (made.released_at, made.stale_since, leases.newest_change) == (131.0, 131.0, 131.0)


def test_a_pause_makes_no_release_of_what_is_held() -> None:
    leases = LeaseStore(Clock())
    leases.changed(lease(), Mono(100.0))
    leases.shift(10.0, Mono(130.0))
    assert leases.tracks["x"].released_at is None


# --- the cluster's clock ------------------------------------------------------------------------------------------------------


def test_the_clusters_clock_is_at_least_what_any_renewal_says() -> None:
    clock = Clock()
    clock.saw(1_000.0, Mono(100.0))
    clock.saw(1_000.0, Mono(101.0))  # seen later: it says less
    assert clock.newest == 900.0
    clock.saw(1_002.0, Mono(101.0))
    assert clock.newest == 901.0


def test_leases_of_nodes_tell_the_clock_at_first_sight_and_those_of_leaders_each_time() -> None:
    silent, clock = Clock(), Clock()
    LeaseStore(silent).changed(lease(None), Mono(90.0))
    LeaderLeases(silent).changed(lease(None), Mono(90.0))
    assert silent.newest is None
    leases = LeaseStore(clock)
    leases.changed(lease(0, name="other"), Mono(100.0))
    assert clock.newest == NOON - 100.0
    leases.changed(lease(40, name="other"), Mono(101.0))
    assert clock.newest == NOON - 100.0
    leaders = LeaderLeases(clock)
    leaders.changed(lease(None), Mono(101.0))
    assert clock.newest == NOON - 100.0
    leaders.changed(lease(10), Mono(102.0))
    leaders.changed(lease(20), Mono(103.0))
    assert clock.newest == NOON + 20.0 - 103.0
