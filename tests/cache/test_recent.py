"""What happened lately is noted as it happens, and handed on from one collector to the next."""

import pytest

from planes.cache.elsewhere import LeasesElsewhere
from planes.cache.leases import Clock, LeaderLeases
from planes.cache.recent import Handed, Noted, Recent
from planes.components.pod_kinds import new_cache
from planes.structs.events import Changed
from planes.structs.feeds import Feed
from planes.structs.moments import Epoch, Mono
from planes.structs.objects import LabelledMeta, Lease, LeaseSpec

#: Our wall clock minus our monotonic one.
WALL = 1_000.0
COUNTED = (Noted.FAILOVER, Noted.RESTART, Noted.FLIP)
SINCE = tuple(kind for kind in Noted if kind not in COUNTED)


def handed(recent: Recent, now: float = 100.0) -> Handed:
    return recent.hand_on(WALL, Mono(now))


def second(handing: Handed, counts: dict[str, int] | None = None, seen_at: float | None = None) -> Recent:
    """What the next collector begins with."""
    made = Recent()
    made.take_over(handing, counts or {})
    made.seen_at = None if seen_at is None else Epoch(seen_at)
    return made


# --- one collector --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", COUNTED)
def test_each_time_that_something_happened_counts(kind: Noted) -> None:
    recent = Recent()
    assert (handed(recent), recent.version) == ({}, 0)
    recent.happened(kind, "a", Mono(10.0))
    recent.happened(kind, "b", Mono(20.0), 2)
    recent.happened(kind, "a", Mono(30.0), 1)
    assert handed(recent) == {kind.value: {"a": [1010.0, 1030.0], "b": [1020.0, 1020.0]}}
    assert recent.version == 3


def test_the_newest_sixteen_times_are_remembered() -> None:
    recent = Recent()
    recent.happened(Noted.FLIP, "n", Mono(9.0))
    recent.happened(Noted.FLIP, "n", Mono(10.0), 99)
    assert handed(recent) == {"flip": {"n": [1010.0] * 16}}
    recent.happened(Noted.FLIP, "n", Mono(11.0))
    assert handed(recent) == {"flip": {"n": [*[1010.0] * 15, 1011.0]}}


def test_what_happened_is_handed_on_for_an_hour_to_a_tenth_of_a_second() -> None:
    recent = Recent()
    for at in (10.0, 20.04, 30.06):
        recent.happened(Noted.RESTART, "p", Mono(at))
    assert handed(recent, 3610.0) == {"restart": {"p": [1010.0, 1020.0, 1030.1]}}
    assert handed(recent, 3610.1) == {"restart": {"p": [1020.0, 1030.1]}}
    assert handed(recent, 3630.2) == {}


@pytest.mark.parametrize("kind", SINCE)
def test_of_what_is_so_its_beginning_is_handed_on_however_long_ago_it_was(kind: Noted) -> None:
    recent = Recent()
    recent.began(kind, "a", Mono(10.0))
    recent.began(kind, "a", Mono(20.0))
    recent.began(kind, "b", Mono(30.0))
    assert (handed(recent, 99_999.0), recent.version) == ({kind.value: {"a": [1010.0], "b": [1030.0]}}, 2)
    recent.ended(kind, "a")
    recent.ended(kind, "a")
    recent.ended(kind, "stranger")
    assert (handed(recent), recent.version) == ({kind.value: {"b": [1030.0]}}, 3)
    recent.began(kind, "a", Mono(40.0))
    assert handed(recent)[kind.value]["a"] == [1040.0]


def test_transitions_are_counted_since_they_were_counted_last() -> None:
    recent = Recent()
    told = [(recent.counted("a", count), recent.version) for count in (5, 5, 8, 8, 2, 3)]
    assert told == [(0, 1), (0, 1), (3, 2), (0, 2), (0, 3), (1, 4)]
    assert (recent.counted("b", 7), recent.counts) == (0, {"a": 3, "b": 7})


# --- the next one ---------------------------------------------------------------------------------------------------------------


def test_what_was_handed_on_is_there_by_the_next_collectors_own_clock() -> None:
    recent = second({"flip": {"n": [1010.0, 1020.0]}, "no proxy": {"m": [1005.0]}, "unheard of": {"x": [1.0]}}, {"lease": 4})
    assert recent.before(Noted.FLIP, "n", 900.0) == (110.0, 120.0)
    assert recent.before(Noted.FLIP, "m", 900.0) == recent.before(Noted.RESTART, "n", 900.0) == ()
    assert [kind for kind in Noted if recent.has_before(kind)] == [Noted.FLIP, Noted.NO_PROXY]
    assert (recent.counts, recent.version) == ({"lease": 4}, 0)


def test_counts_that_are_taken_over_are_ones_own() -> None:
    counts = {"lease": 4}
    recent = second({}, counts)
    assert recent.counted("lease", 6) == 2
    assert counts == {"lease": 4}


def test_since_when_it_is_so_is_told_by_whoever_saw_it_first() -> None:
    recent = second({"lag": {"d": [1005.0, 1007.0]}})
    assert recent.since(Noted.LAG, "d", Mono(50.0), WALL) == 5.0
    assert recent.since(Noted.LAG, "d", Mono(3.0), WALL) == 3.0
    assert recent.since(Noted.LAG, "e", Mono(50.0), WALL) == 50.0


def test_what_was_taken_over_is_handed_on_with_what_came_since() -> None:
    recent = second({"flip": {"n": [1010.0]}, "lag": {"d": [1005.0]}})
    recent.happened(Noted.FLIP, "n", Mono(20.0))
    recent.began(Noted.LAG, "d", Mono(30.0))
    assert handed(recent) == {"flip": {"n": [1010.0, 1020.0]}, "lag": {"d": [1005.0]}}
    recent.ended(Noted.LAG, "d")
    assert handed(recent) == {"flip": {"n": [1010.0, 1020.0]}}
    assert recent.before(Noted.LAG, "d", WALL) == ()


def test_the_end_of_what_only_an_earlier_collector_saw_is_news_too() -> None:
    recent = second({"lag": {"d": [1005.0]}})
    recent.ended(Noted.LAG, "d")
    assert (recent.version, handed(recent)) == (1, {})


@pytest.mark.parametrize(
    ("times", "seen_at", "told"),
    [
        (2, 1050.0, [1010.0, 1050.0, 1050.0]),
        (1, 1050.0, [1010.0, 1050.0]),
        (99, 1050.0, [1050.0] * 16),
        (0, 1050.0, [1010.0]),
        (-1, 1050.0, [1010.0]),
        (2, None, [1010.0]),  # nobody can say when
    ],
)
def test_what_was_missed_happened_when_an_earlier_collector_looked_last(
    times: int, seen_at: float | None, told: list[float]
) -> None:
    recent = second({"failover": {"l": [1010.0]}}, seen_at=seen_at)
    recent.missed(Noted.FAILOVER, "l", times)
    assert handed(recent) == {"failover": {"l": told}}


def test_of_a_lease_that_is_new_to_it_what_was_missed_is_noted_alone() -> None:
    recent = second({}, seen_at=1050.0)
    recent.missed(Noted.FAILOVER, "l", 1)
    assert handed(recent) == {"failover": {"l": [1050.0]}}


# --- who leads ------------------------------------------------------------------------------------------------------------------


def lease(
    renewed: int | None, holder: str = "a", transitions: int | None = 0, acquired: int | None = None, name: str = "l"
) -> Lease:
    stamps = [None if one is None else f"2026-11-22T12:00:{one:02d}.000000Z" for one in (renewed, acquired)]
    spec = LeaseSpec(holder, 15, stamps[0], transitions)
    spec.acquireTime = stamps[1]
    return Lease(LabelledMeta(name, "here", uid=name), spec)


def leaders(recent: Recent) -> LeaderLeases:
    return LeaderLeases(Clock(), recent=recent)


def test_each_failover_that_is_seen_is_noted() -> None:
    recent = Recent()
    book = leaders(recent)
    for at, told in (
        (10.0, lease(0)),
        (12.0, lease(2)),
        (14.0, lease(4, "b", 1)),
        (16.0, lease(6, "b", 1)),
        (18.0, lease(8, "c", 3)),
    ):
        book.changed(told, Mono(at))
    assert handed(recent) == {"failover": {"l": [1014.0, 1018.0, 1018.0]}}
    assert recent.counts == {"l": 3}


def test_failovers_are_noted_one_by_one_when_as_many_are_remembered_as_can_be() -> None:
    recent = Recent()
    book = leaders(recent)
    book.changed(lease(0, "a", 0), Mono(10.0))
    book.changed(lease(2, "b", 16), Mono(12.0))
    book.changed(lease(4, "c", 19), Mono(14.0))
    assert handed(recent) == {"failover": {"l": [*[1012.0] * 13, *[1014.0] * 3]}}


def test_a_lease_that_does_not_count_is_counted_by_its_holders() -> None:
    recent = Recent()
    book = leaders(recent)
    book.changed(lease(0, "a", None), Mono(10.0))
    book.changed(lease(2, "b", None), Mono(12.0))
    assert (handed(recent), recent.counts) == ({"failover": {"l": [1012.0]}}, {})


@pytest.mark.parametrize(
    ("renewed", "acquired", "taken"), [(30, 10, 80.0), (30, 30, 100.0), (30, 40, 100.0), (30, None, 100.0), (None, 10, 100.0)]
)
def test_a_failover_while_nobody_looked_was_when_its_holder_says_that_it_took_the_lease(
    renewed: int | None, acquired: int | None, taken: float
) -> None:
    recent = second({}, {"l": 4}, seen_at=1020.0)
    book = leaders(recent)
    book.changed(lease(renewed, "b", 5, acquired), Mono(100.0))
    assert book.tracks["l"].failovers == (taken,)
    assert handed(recent) == {"failover": {"l": [WALL + taken]}}


def test_further_failovers_while_nobody_looked_were_as_long_ago_as_they_can_be() -> None:
    recent = second({}, {"l": 4}, seen_at=1020.0)
    leaders(recent).changed(lease(30, "b", 7, 10), Mono(100.0))
    assert handed(recent) == {"failover": {"l": [1020.0, 1020.0, 1080.0]}}


@pytest.mark.parametrize("transitions", [4, 3, None])
def test_a_count_that_did_not_rise_while_nobody_looked_is_no_failover(transitions: int | None) -> None:
    recent = second({}, {"l": 4}, seen_at=1020.0)
    book = leaders(recent)
    book.changed(lease(30, "b", transitions, 10), Mono(100.0))
    assert (book.tracks["l"].failovers, handed(recent)) == ((), {})


def test_a_first_sight_is_no_failover_however_often_the_lease_changed_hands_before() -> None:
    recent = Recent()
    book = leaders(recent)
    book.changed(lease(30, "b", 7, 10), Mono(100.0))
    assert (book.tracks["l"].failovers, handed(recent)) == ((), {})


def test_another_lease_of_the_name_has_none_of_its_failovers() -> None:
    recent = Recent()
    book = leaders(recent)
    book.changed(lease(0), Mono(10.0))
    book.changed(lease(2, "b", 1), Mono(12.0))
    made_again = lease(4, "c", 1)
    made_again.metadata.uid = "v"
    book.changed(made_again, Mono(14.0))
    assert handed(recent) == {"failover": {"l": [1012.0]}}


def test_leaders_of_every_namespace_are_noted_in_the_one_memory_of_the_cluster() -> None:
    recent = Recent()
    books = LeasesElsewhere(Clock(), 20.0, recent)
    books.changed(lease(0), Mono(10.0))
    books.changed(lease(2, "b", 1), Mono(12.0))
    assert handed(recent) == {"failover": {"l": [1012.0]}}


@pytest.mark.parametrize("feed", [Feed.SYSTEM_LEASES, Feed.EXTRA_LEASES])
def test_a_clusters_failovers_are_in_its_memory(feed: Feed) -> None:
    cache = new_cache()
    cache.apply(Changed(feed, lease(0), Mono(10.0)))
    cache.apply(Changed(feed, lease(2, "b", 1), Mono(12.0)))
    assert handed(cache.recent) == {"failover": {"l": [1012.0]}}
