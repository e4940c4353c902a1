"""Silence is counted in observed time: for any interleaving of renewals, gaps and proofs, nothing turns red that a fresh list would
clear, nothing stays green unseen, and what is dead is told while its feed is seen."""

import copy
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from planes.assess.assessor import Assessor
from planes.cache.leases import Clock, LeaseStore
from planes.components.pod_kinds import new_cache
from planes.structs.events import Changed, Health, Heard, Listed, Polled, SourceEvent
from planes.structs.feeds import RHYTHM, Feed
from planes.structs.moments import Epoch, Mono
from planes.structs.objects import LabelledMeta, Lease, LeaseSpec
from planes.structs.thresholds import DEFAULT
from tests.searching import searching

FEED = Feed.SYSTEM_LEASES
DEAD, ALIVE = "kube-scheduler", "kube-controller-manager"
START = Mono(1000.0)
RED = ("degraded", "down")
LATE = 15.0 * DEFAULT.leader_degraded


class World:
    """A server that is up or not, a way that is open or not, a leader that lives or not; a second a step. On an open way renewals
    come as events and, where none does for five seconds, a list; on opening, a list or what had been held back."""

    def __init__(self, seed: int) -> None:
        self.draw = Random(seed).randrange
        self.now = START
        self.renewed = {DEAD: 0, ALIVE: 0}  # the second of renewTime
        self.up = self.open = self.lives = True
        self.proven = self.known = self.seen_from = START  # `known`: of the last renewal of DEAD that was delivered
        self.waiting: list[SourceEvent] = []
        self.told = 0  # the renewTime of DEAD that was delivered last
        self.assessor = Assessor(new_cache())
        self.state = ""
        self.tell(self.list())

    def lease(self, name: str) -> Lease:
        minute, second = divmod(self.renewed[name], 60)
        spec = LeaseSpec("a_1", 15, f"2026-11-22T12:{minute:02d}:{second:02d}.000000Z", 0)
        return Lease(LabelledMeta(name, uid=name), spec)

    def list(self) -> SourceEvent:
        return Listed(FEED, [self.lease(name) for name in self.renewed], "1", self.now)

    def tell(self, event: SourceEvent) -> None:
        self.proven = self.now
        self.assessor.cache.apply(event)

    def step(self) -> None:
        self.now = Mono(self.now + 1.0)
        second = int(self.now - START)
        self.up = self.up if self.draw(12) else not self.up
        was_open, self.open = self.open, self.open if self.draw(12) else not self.open
        self.lives = self.lives if self.draw(40) else not self.lives
        if not (self.up and self.open):
            self.seen_from = self.now
        renewing = [name for name in self.renewed if self.up and second % 2 == 0 and (name == ALIVE or self.lives)]
        for name in renewing:
            self.renewed[name] = second
            self.waiting.append(Changed(FEED, self.lease(name), self.now))
        if self.open and self.up:
            self.deliver(fresh=not was_open and self.draw(2) == 0)
        self.assessor.cache.apply(Health("/livez", self.now, 0.01, 200))
        self.look()

    def deliver(self, *, fresh: bool) -> None:
        if fresh or (not self.waiting and self.now - self.proven >= RHYTHM):
            self.tell(self.list())
        else:
            for event in self.waiting:
                assert isinstance(event, Changed)
                self.tell(Changed(FEED, event.item, self.now))
        self.waiting = []
        if self.told != self.renewed[DEAD]:
            self.told, self.known = self.renewed[DEAD], self.now

    def look(self) -> None:
        before, self.state = self.state, self.judge(self.assessor)
        if self.state in RED and before not in RED:
            assert self.now - START - self.renewed[DEAD] > LATE, "it was renewed in time"
            twin = copy.deepcopy(self.assessor.cache)
            twin.apply(self.list())
            assert self.judge(Assessor(twin)) in RED, "a fresh list would clear it"
        silent = self.now - self.known
        if self.state == "healthy":
            assert silent <= LATE + DEFAULT.hold_probe + 1.0, "green, and nothing seen of it"
        if min(silent, self.now - self.seen_from) > LATE + RHYTHM + 2.0:
            assert self.state in RED, "dead, seen to be, and not told"

    def judge(self, assessor: Assessor) -> str:
        frame = assessor.frame(self.now, Epoch(1_795_000_000.0 + self.now))
        return next((row.state for row in frame.components if row.kind == DEAD), self.state)


@searching(40)
@given(st.integers(0, 2**32))
def test_no_interleaving_of_proofs_and_gaps_makes_a_verdict_worse_than_a_fresh_list(seed: int) -> None:
    world = World(seed)
    for _ in range(90):
        world.step()


def book(*moments: float) -> LeaseStore:
    leases = LeaseStore(Clock())
    spec = LeaseSpec("a_1", 15, "2026-11-22T12:00:00.000000Z", 0)
    leases.listed([Lease(LabelledMeta(DEAD, uid=DEAD), spec)], Mono(100.0))
    for moment in moments:
        leases.proved(Mono(moment))
    return leases


def silence(leases: LeaseStore, now: float) -> float:
    return leases.tracks[DEAD].seen(DEAD, None, 1.0, leases.observed(Mono(now))).silence(Mono(now))


def test_silence_grows_by_proof_and_not_by_the_clock() -> None:
    assert silence(book(), 140.0) == 0.0
    assert silence(book(105.0, 110.0), 140.0) == 10.0


def test_what_lies_between_two_proofs_counts_up_to_eight_seconds_apart() -> None:
    assert silence(book(108.0), 108.0) == 8.0
    assert silence(book(108.1), 108.1) == 0.0
    assert silence(book(105.0, 125.0, 127.0), 127.0) == 7.0


def test_a_gap_makes_nothing_fresh() -> None:
    leases = book(105.0, 125.0)
    seen = leases.tracks[DEAD].seen(DEAD, None, 1.0)
    assert (seen.stale_since, seen.fresh_since, seen.expires(15.0)) == (120.0, 100.0, 115.0)


def test_a_watch_that_opens_is_no_proof_and_a_bookmark_is() -> None:
    cache = new_cache()
    cache.apply(Listed(FEED, [Lease(LabelledMeta(DEAD, uid=DEAD), LeaseSpec("a_1", 15, None, 0))], "1", Mono(100.0)))
    cache.apply(Heard(FEED, Mono(103.0), proof=False))
    assert cache.feed(FEED).proven_at == 100.0
    cache.apply(Heard(FEED, Mono(104.0)))
    assert cache.feed(FEED).proven_at == 104.0


def test_feeds_that_are_polled_are_named_with_the_reason_until_watches_work_again() -> None:
    assessor = Assessor(new_cache())

    def missing(at: float, why: str) -> list[str]:
        for feed in list(Feed)[:4]:
            assessor.cache.apply(Polled(feed, why, Mono(at)))
        cluster = assessor.frame(Mono(at), Epoch(at), full=True).cluster
        assert cluster is not None
        return [row.message for row in cluster.missing]

    named = "Nodes, Leases in kube-node-lease, Leases in kube-system and 1 more"
    assert missing(100.0, "they end within 5 s") == [f"Watches do not work: they end within 5 s. Polled instead: {named}."]
    assert missing(101.0, "") == []
