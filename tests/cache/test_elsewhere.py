"""Leaders elected in namespaces of their own: each namespace proves its own life."""

from planes.components.pod_kinds import new_cache
from planes.structs.events import Changed, Graced, Heard, Listed, Paused, Tidied
from planes.structs.feeds import Feed
from planes.structs.moments import Mono
from planes.structs.objects import LabelledMeta, Lease, LeaseSpec

FEED = Feed.EXTRA_LEASES
SCHEDULER, MANAGER = "openshift-kube-scheduler", "openshift-kube-controller-manager"
KIND = {SCHEDULER: "kube-scheduler", MANAGER: "kube-controller-manager"}


def lease(namespace: str, second: int) -> Lease:
    spec = LeaseSpec("a_1", 137, f"2026-11-22T12:00:{second:02d}.000000Z", 0)
    return Lease(LabelledMeta(KIND[namespace], namespace, uid=namespace), spec)


def test_a_list_or_bookmark_of_one_namespace_proves_nothing_of_the_other() -> None:
    cache = new_cache()
    both = [lease(SCHEDULER, 0), lease(MANAGER, 0)]
    cache.apply(Listed(FEED, both, "1", Mono(100.0)))
    assert [cache.feed(FEED, one).proven_at for one in KIND] == [100.0, 100.0]
    cache.apply(Listed(FEED, [lease(SCHEDULER, 5), both[1]], "2", Mono(105.0), SCHEDULER))
    cache.apply(Heard(FEED, Mono(107.0), place=SCHEDULER))
    assert [cache.feed(FEED, one).proven_at for one in KIND] == [107.0, 100.0]
    assert cache.feed(FEED).proven_at == 100.0
    cache.apply(Changed(FEED, lease(MANAGER, 8), Mono(108.0)))
    assert [cache.feed(FEED, one).proven_at for one in KIND] == [107.0, 108.0]
    cache.apply(Heard(FEED, Mono(109.0)))
    assert [cache.feed(FEED, one).proven_at for one in KIND] == [109.0, 109.0]


def test_a_namespace_that_is_listed_without_its_lease_has_lost_it_and_the_other_has_not() -> None:
    cache = new_cache()
    cache.apply(Listed(FEED, [lease(SCHEDULER, 0), lease(MANAGER, 0)], "1", Mono(100.0)))
    cache.apply(Listed(FEED, [lease(MANAGER, 0)], "2", Mono(110.0), SCHEDULER))
    assert {name for name, _ in cache.extra_leases.living()} == {"kube-controller-manager"}
    assert cache.extra_leases.tracks["kube-scheduler"].gone_at == 110.0
    cache.apply(Tidied(Mono(111.0), Mono(120.0)))
    assert set(cache.extra_leases.tracks) == {"kube-controller-manager"}
    cache.apply(Listed(FEED, [], "3", Mono(130.0)))
    assert not list(cache.extra_leases.living())


def test_pauses_and_graces_are_for_all_of_them() -> None:
    cache = new_cache()
    cache.apply(Listed(FEED, [lease(SCHEDULER, 0), lease(MANAGER, 0)], "1", Mono(100.0)))
    cache.apply(Paused(30.0, Mono(140.0)))
    assert {track.stale_since for _, track in cache.extra_leases.living()} == {130.0}
    cache.apply(Graced((FEED,), Mono(190.0)))
    assert all(track.in_grace for _, track in cache.extra_leases.living())
