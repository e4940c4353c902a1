"""Silence is counted in observed time: what proves that a feed lives, what lies between two proofs, and whose clock dates what."""

from typing import Any

import pytest

from planes.cache.elsewhere import LeasesElsewhere
from planes.cache.leases import DELEGATED, Clock, LeaderLeases, LeaseStore, LeaseTrack, NodeLeases
from planes.cache.stores import Dirty
from planes.components.pod_kinds import new_cache
from planes.structs.events import Changed, Polled
from planes.structs.feeds import FEEDS, Feed
from planes.structs.moments import Mono
from planes.structs.objects import AnnotatedMeta, LabelledMeta, Lease, LeaseSpec, NodeLease
from planes.structs.timestamps import epoch

STAMP = "2026-11-22T12:{:02d}:{:02d}.000000Z"
NOON = epoch(STAMP.format(0, 0)) or 0.0
#: 12:00:00 by the cluster's clock is 100.0 on ours.
OFFSET = NOON - 100.0


def lease(second: int | None = 0, holder: str = "a", *, name: str = "x", namespace: str = "here") -> Lease:
    stamp = None if second is None else STAMP.format(second // 60, second % 60)
    return Lease(LabelledMeta(name, namespace, uid="u"), LeaseSpec(holder, 20, stamp, 0))


def book(rhythm: float = 5.0, *, released: bool = False) -> tuple[LeaseStore, LeaseTrack]:
    """One lease that was seen at 100.0."""
    leases = LeaseStore(Clock(), rhythm)
    leases.changed(lease(holder="" if released else "a"), Mono(100.0))
    return leases, leases.tracks["x"]


# --- proofs and gaps ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rhythm", "proved", "counts_from"),
    [
        (5.0, 108.0, 100.0),  # 1.6 of its rhythms apart, as a guard that lists in its rhythm may be late
        (5.0, 108.1, 108.1),
        (5.0, 150.0, 150.0),
        (20.0, 132.0, 100.0),
        (20.0, 132.1, 132.1),
    ],
)
def test_what_lies_between_two_proofs_too_far_apart_counts_against_no_lease(
    rhythm: float, proved: float, counts_from: float
) -> None:
    leases, track = book(rhythm)
    leases.proved(Mono(proved))
    assert (track.stale_since, leases.proven_at) == (counts_from, proved)


def test_a_gap_of_the_feed_keeps_no_lease_fresh_and_moves_a_release() -> None:
    leases, track = book()
    leases.proved(Mono(120.0))
    assert (track.stale_since, track.fresh_since, track.changed_at) == (120.0, 100.0, 100.0)
    released, track = book(released=True)
    released.proved(Mono(120.0))
    assert track.released_at == 120.0


def test_a_pause_of_ours_keeps_a_lease_fresh_and_no_later_than_now() -> None:
    leases, track = book()
    leases.shift(10.0, Mono(130.0))
    assert (track.stale_since, track.fresh_since, leases.proven_at) == (110.0, 110.0, 110.0)
    leases.shift(60.0, Mono(131.0))
    assert (track.stale_since, track.fresh_since, leases.proven_at) == (131.0, 131.0, 131.0)


def test_a_pause_makes_no_proof_of_a_feed_that_never_gave_one() -> None:
    leases = LeaseStore(Clock())
    leases.shift(10.0, Mono(130.0))
    assert leases.proven_at is None


def test_a_proof_that_is_told_late_takes_nothing_back() -> None:
    leases, _ = book()
    leases.proved(Mono(99.0))
    assert leases.proven_at == 100.0


def test_whatever_comes_of_a_feed_proves_that_it_lives() -> None:
    leases = LeaseStore(Clock())
    leases.listed([], Mono(100.0))
    assert leases.proven_at == 100.0
    leases.changed(lease(), Mono(101.0))
    assert leases.proven_at == 101.0
    leases.gone(lease(), Mono(102.0))
    assert leases.proven_at == 102.0


def test_silence_is_observed_up_to_the_last_proof() -> None:
    leases = LeaseStore(Clock())
    assert leases.observed(Mono(50.0)) == 50.0
    leases.proved(Mono(100.0))
    assert [leases.observed(Mono(now)) for now in (99.0, 110.0)] == [99.0, 100.0]


def test_every_node_is_looked_at_after_a_gap_and_counts_as_the_gap_does() -> None:
    dirty = Dirty()
    leases = NodeLeases(Clock(), dirty)
    leases.changed(NodeLease(AnnotatedMeta("n", uid="u"), LeaseSpec("n", 40, STAMP.format(0, 0), 0)), Mono(100.0))
    dirty.take()
    leases.proved(Mono(120.0))
    track = leases.tracks["n"]
    assert (dirty.take().renewed, track.stale_since, track.fresh_since) == ({"n"}, 120.0, 100.0)
    leases.shift(10.0, Mono(140.0))
    assert (track.stale_since, track.fresh_since) == (130.0, 110.0)


@pytest.mark.parametrize(("feed", "patience"), [(Feed.NODE_LEASES, 15.0), (Feed.SYSTEM_LEASES, 15.0), (Feed.EXTRA_LEASES, 60.0)])
def test_a_feed_of_leases_is_given_three_of_its_rhythms_to_prove_that_it_lives(feed: Feed, patience: float) -> None:
    cache = new_cache()
    assert (cache.feed(feed).proven_at, cache.feed(feed).patience) == (None, cache.feed(Feed.NODES).patience)
    struct: Any = FEEDS[feed].struct
    cache.apply(Changed(feed, struct(LabelledMeta("x", "here", uid="u"), lease().spec), Mono(100.0)))
    assert (cache.feed(feed).proven_at, cache.feed(feed).patience) == (100.0, patience)


# --- namespaces of their own ----------------------------------------------------------------------------------------------------


def test_a_list_of_one_namespace_takes_none_of_anothers() -> None:
    books = LeasesElsewhere(Clock(), 20.0)
    books.listed_in("here", [lease(name="a"), lease(name="b", namespace="there")], Mono(100.0))
    assert {name: set(one.tracks) for name, one in books.books.items()} == {"here": {"a"}}


def test_a_lease_is_found_in_the_namespace_in_which_it_is() -> None:
    books = LeasesElsewhere(Clock(), 20.0)
    books.changed(lease(name="a"), Mono(100.0))
    books.changed(lease(name="b", namespace="there"), Mono(100.0))
    assert [books.find(name) for name in ("a", "b", "c")] == [("here", books.books["here"]), ("there", books.books["there"]), None]


def test_where_no_lease_lives_nothing_is_proven() -> None:
    books = LeasesElsewhere(Clock(), 20.0)
    assert books.proven_at() is None
    books.listed_in("here", [], Mono(100.0))
    assert (books.proven_at(), books.proven_at("here")) == (None, None)


# --- whose clock dates what -----------------------------------------------------------------------------------------------------


def test_a_lease_of_which_no_renewal_was_seen_says_itself_when_the_last_was() -> None:
    _, track = book()
    seen = track.seen("x", NOON - 160.0, 1.0)
    assert (seen.recorded, seen.changed_at) == (160.0, 100.0)
    assert track.seen("x", None, 1.0).recorded is None
    track.renew(lease(10), Mono(110.0))
    assert track.seen("x", NOON - 160.0, 1.0).recorded is None, "one was seen"


@pytest.mark.parametrize("held", [lease(None), lease(0, "")])
def test_a_lease_without_a_time_or_a_holder_records_nothing(held: Lease) -> None:
    assert LeaseTrack(held, Mono(100.0)).seen("x", OFFSET, 1.0).recorded is None


def test_ages_are_told_by_the_clusters_clock_until_a_renewal_was_seen() -> None:
    track = LeaseTrack(lease(0), Mono(200.0))
    assert [track.seen("x", None, 1.0, dating=dating).changed_at for dating in (None, OFFSET)] == [200.0, 100.0]
    track.renew(lease(110), Mono(210.0))
    assert track.seen("x", None, 1.0, dating=OFFSET).changed_at == 210.0


def test_a_release_that_was_there_at_first_sight_is_dated_by_the_cluster_and_one_that_was_seen_is_not() -> None:
    released = LeaseTrack(lease(0, ""), Mono(200.0))
    seen = released.seen("x", None, 1.0, dating=OFFSET)
    assert (seen.released_at, seen.released_since) == (200.0, 100.0)
    held = LeaseTrack(lease(0), Mono(200.0))
    assert held.seen("x", None, 1.0, dating=OFFSET).released_since is None
    held.renew(lease(0, ""), Mono(205.0))
    seen = held.seen("x", None, 1.0, dating=OFFSET)
    assert (seen.released_at, seen.released_since) == (205.0, None)


@pytest.mark.parametrize(
    ("annotations", "delegated"), [({}, False), ({DELEGATED: "true"}, True), ({DELEGATED: "false"}, False), ({"a": "true"}, False)]
)
def test_a_lease_that_a_neighbour_renews_is_told_as_such(annotations: dict[str, str], delegated: bool) -> None:
    made = NodeLease(AnnotatedMeta("n", uid="u", annotations=annotations), LeaseSpec("n", 40, None, 0))
    assert LeaseTrack(made, Mono(100.0)).seen("n", None, 1.0).delegated is delegated


def test_that_a_neighbour_begins_or_ends_to_renew_it_is_news() -> None:
    made = [
        NodeLease(AnnotatedMeta("n", uid="u", annotations={DELEGATED: told}), lease(at).spec)
        for at, told in ((0, "no"), (2, "true"))
    ]
    track = LeaseTrack(made[0], Mono(100.0))
    assert [track.renew(made[0], Mono(101.0)), track.renew(made[1], Mono(102.0)), track.renew(made[1], Mono(103.0))] == [
        False,
        True,
        False,
    ]


def test_whoever_takes_a_lease_has_a_clock_of_its_own() -> None:
    track = LeaseTrack(lease(0), Mono(100.0))
    track.renew(lease(30, "b"), Mono(110.0))  # 20 s ahead of the holder before it
    track.renew(lease(32, "b"), Mono(130.0))
    assert round(track.changed_at, 3) == 112.02  # told 18 s late, but for the drift of two clocks
    silent = LeaseTrack(lease(0), Mono(100.0))
    silent.renew(lease(None, "b"), Mono(110.0))
    silent.renew(lease(32, "b"), Mono(130.0))
    assert silent.changed_at == 130.0


def test_one_moment_written_in_two_ways_is_no_clock_set_back() -> None:
    track = LeaseTrack(lease(0), Mono(100.0))
    other = lease(0)
    other.spec.renewTime = "2026-11-22T12:00:00Z"
    track.renew(other, Mono(130.0))
    assert round(track.changed_at, 3) == 100.03


def test_leaders_leases_note_their_failovers_without_a_memory_that_is_shared() -> None:
    leaders = LeaderLeases(Clock())
    leaders.changed(lease(0), Mono(100.0))
    leaders.changed(lease(2, "b"), Mono(102.0))
    assert leaders.tracks["x"].failovers == (102.0,)


# --- feeds whose watches are of no use ------------------------------------------------------------------------------------------


def test_a_feed_is_asked_by_lists_since_its_watches_were_of_no_use() -> None:
    cache = new_cache()
    track = cache.reach.feeds[Feed.NODES]
    assert (track.polled, track.polled_since) == ("", None)
    for at, why, since in ((1.0, "", None), (2.0, "cut off", 2.0), (3.0, "held back", 2.0), (4.0, "", None), (5.0, "cut off", 5.0)):
        cache.apply(Polled(Feed.NODES, why, Mono(at)))
        assert (track.polled, track.polled_since) == (why, since)
    assert cache.reach.feeds[Feed.PODS].polled == ""
