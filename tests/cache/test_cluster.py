"""One cluster in memory: which events reach which stores, and what is told of clocks and renewals."""

from typing import Any

import pytest

from planes.cache.stores import ByNode, Dirty
from planes.components.pod_kinds import new_cache
from planes.structs.events import (
    CacheEvent,
    Changed,
    Connection,
    Failed,
    Fault,
    FaultKind,
    Gone,
    Graced,
    Health,
    Heard,
    Listed,
    Metrics,
    Paused,
    Sample,
    Server,
    Tidied,
    Usage,
)
from planes.structs.feeds import FEEDS, Feed
from planes.structs.moments import Mono
from planes.structs.objects import (
    AnnotatedMeta,
    CSIDriver,
    CSINode,
    CSINodeSpec,
    Event,
    Item,
    LabelledMeta,
    Lease,
    LeaseSpec,
    Meta,
    Node,
    NodeLease,
    ObjectRef,
    OwnedMeta,
    Pod,
    SystemPod,
    SystemPodSpec,
)
from planes.structs.timestamps import epoch

STAMP = "2026-11-22T12:00:{:02d}.000000Z"
NOON = epoch(STAMP.format(0)) or 0.0
REFUSED = Fault(FaultKind.REFUSED, "refused")
LISTED = [feed for feed in FEEDS if feed is not Feed.NODE_METRICS]


def thing(feed: Feed, name: str = "a") -> Item:
    """An object of this feed that its store keeps."""
    made: dict[Feed, Item] = {
        Feed.PODS: Pod(OwnedMeta(name, "shop", name)),
        Feed.SYSTEM_PODS: SystemPod(LabelledMeta(name, "kube-system", name, labels={"k8s-app": "kube-proxy"}), SystemPodSpec("n")),
        Feed.EVENTS: Event(Meta(name), ObjectRef("Node", "", "n")),
        Feed.NODE_LEASES: NodeLease(AnnotatedMeta(name, uid=name), spec(0)),
    }
    struct: Any = FEEDS[feed].struct
    return made.get(feed) or struct(LabelledMeta(name, "kube-system", uid=name))


def spec(second: int, holder: str = "h") -> LeaseSpec:
    return LeaseSpec(holder, 40, STAMP.format(second), 0)


def node_lease(name: str, second: int) -> NodeLease:
    return NodeLease(AnnotatedMeta(name, uid=name), spec(second))


def kept(cache: Any, feed: Feed) -> int:
    """How many objects of a feed are remembered."""
    stores: dict[Feed, Any] = {
        Feed.NODES: cache.nodes,
        Feed.NODE_LEASES: dict(cache.node_leases.living()),
        Feed.SYSTEM_LEASES: dict(cache.system_leases.living()),
        Feed.EXTRA_LEASES: dict(cache.extra_leases.living()),
        Feed.PODS: cache.pods.waiting,
        Feed.SYSTEM_PODS: cache.system_pods.tracks,
        Feed.DAEMON_SETS: cache.daemon_sets.seen,
        Feed.DEPLOYMENTS: cache.deployments.seen,
        Feed.APISERVER_ENDPOINTS: cache.apiserver_endpoints.slices,
        Feed.SYSTEM_ENDPOINTS: cache.system_endpoints.slices,
        Feed.WEBHOOK_ENDPOINTS: cache.webhook_endpoints.slices,
        Feed.API_SERVICES: cache.api_services.seen,
        Feed.VALIDATING_WEBHOOKS: cache.validating.configurations,
        Feed.MUTATING_WEBHOOKS: cache.mutating.configurations,
        Feed.EVENTS: cache.node_events.get("n") or {},
        Feed.CSI_NODES: cache.csi_nodes.objects,
    }
    return len(stores[feed])


@pytest.mark.parametrize("feed", LISTED)
def test_what_a_feed_tells_is_in_its_own_store_and_is_heard(feed: Feed) -> None:
    cache = new_cache()
    one, other = thing(feed), thing(feed, "b")
    cache.apply(Listed(feed, [one], "1", Mono(1.0)))
    standing = cache.reach.feeds[feed]
    assert {of: kept(cache, of) for of in LISTED} == {of: int(of is feed) for of in LISTED}
    assert (standing.listed_at, standing.heard_at, cache.reach.heard_at) == (1.0, 1.0, 1.0)
    cache.apply(Changed(feed, other, Mono(2.0)))
    assert (kept(cache, feed), standing.listed_at, standing.heard_at) == (2, 1.0, 2.0)
    cache.apply(Gone(feed, one, Mono(3.0)))
    assert (kept(cache, feed), standing.heard_at) == (1, 3.0)
    cache.apply(Heard(feed, Mono(4.0)))
    assert (standing.heard_at, cache.reach.heard_at) == (4.0, 4.0)


def test_workloads_are_called_by_their_kind() -> None:
    cache = new_cache()
    for feed in (Feed.DAEMON_SETS, Feed.DEPLOYMENTS):
        cache.apply(Changed(feed, thing(feed), Mono(1.0)))
    assert [one.kind for one in (*cache.daemon_sets.seen.values(), *cache.deployments.seen.values())] == ["DaemonSet", "Deployment"]


@pytest.mark.parametrize(
    ("event", "fault"),
    [
        (Failed(Feed.NODES, REFUSED, Mono(1.0), Mono(2.0)), True),
        (Health("/livez", Mono(1.0), 0.1, None, (), REFUSED), True),
        (Server(Mono(1.0), fault=REFUSED), True),
        (Connection(Mono(1.0), "", REFUSED), True),
        (Metrics(Mono(1.0), 0.1, fault=REFUSED), False),
        (Usage(Mono(1.0), {}, REFUSED), False),
    ],
)
def test_what_probes_say_is_told_of_the_clusters_reach(event: CacheEvent, fault: bool) -> None:
    cache = new_cache()
    cache.apply(event)
    assert (cache.reach.reach(Mono(1.0)).fault is not None, cache.reach.heard_at) == (fault, None)


def test_a_scrape_is_an_answer_and_figures() -> None:
    cache = new_cache()
    gauge = Sample((("request_kind", "mutating"),), 3.0)
    cache.apply(Metrics(Mono(1.0), 0.1, 1.0, {"apiserver_current_inflight_requests": (gauge,)}))
    assert (cache.reach.heard_at, cache.rates.seen().inflight_mutating) == (1.0, 3.0)


def test_usage_marks_the_nodes_whose_figures_changed_and_stays_while_it_fails() -> None:
    cache = new_cache()
    cache.apply(Usage(Mono(1.0), {"same": (1.0, 2.0), "more": (1.0, 2.0), "left": (1.0, 2.0)}))
    cache.take_dirty()
    after = {"same": (1.0, 2.0), "more": (1.5, 2.0), "new": (1.0, 2.0)}
    cache.apply(Usage(Mono(2.0), after))
    assert (cache.take_dirty().usage, cache.usage, cache.reach.heard_at) == ({"more", "left", "new"}, after, 2.0)
    cache.apply(Usage(Mono(3.0), {}, REFUSED))
    assert (cache.take_dirty().usage, cache.usage) == (set(), after)


def test_a_node_that_left_leaves_neither_events_nor_a_kube_proxy_missed() -> None:
    cache = new_cache()
    node = Node(LabelledMeta("n", uid="u"))
    cache.apply(Changed(Feed.NODES, node, Mono(1.0)))
    cache.apply(Changed(Feed.EVENTS, thing(Feed.EVENTS), Mono(1.0)))
    cache.apply(Changed(Feed.SYSTEM_PODS, thing(Feed.SYSTEM_PODS), Mono(1.0)))
    cache.apply(Gone(Feed.SYSTEM_PODS, thing(Feed.SYSTEM_PODS), Mono(2.0)))
    assert cache.system_pods.missing_since == {"n": 2.0}
    cache.apply(Gone(Feed.NODES, node, Mono(3.0)))
    assert (cache.node_events.get("n"), cache.system_pods.missing_since, cache.nodes_version) == (None, {}, 2)


# --- clocks -------------------------------------------------------------------------------------------------------------------


def test_the_clusters_clock_is_the_servers_date_where_it_is_known() -> None:
    cache = new_cache()
    assert cache.clock_offset(1_000.0) is None
    cache.apply(Changed(Feed.NODE_LEASES, node_lease("n", 0), Mono(100.0)))
    assert cache.clock_offset(1_000.0) == NOON - 100.0
    cache.apply(Server(Mono(101.0), clock_skew=-3.0))
    assert cache.clock_offset(1_000.0) == 997.0


def test_every_kind_of_lease_tells_the_clusters_clock() -> None:
    for feed in (Feed.SYSTEM_LEASES, Feed.EXTRA_LEASES):
        cache = new_cache()
        cache.apply(Changed(feed, Lease(LabelledMeta("x", uid="x"), spec(5)), Mono(100.0)))
        assert cache.clock_offset(0.0) == NOON + 5.0 - 100.0


def test_beats_are_when_leases_were_seen_to_be_renewed_by_our_wall_clock() -> None:
    cache = new_cache()
    cache.apply(Changed(Feed.NODE_LEASES, node_lease("renewed", 0), Mono(100.0)))
    cache.apply(Changed(Feed.NODE_LEASES, node_lease("renewed", 50), Mono(150.0)))
    cache.apply(Changed(Feed.NODE_LEASES, node_lease("fresh", 50), Mono(150.0)))
    cache.apply(Changed(Feed.NODE_LEASES, node_lease("just", 10), Mono(150.0)))
    cache.apply(Changed(Feed.NODE_LEASES, node_lease("old", 9), Mono(150.0)))  # 41 s old at first sight; it lasts 40
    cache.apply(Changed(Feed.NODE_LEASES, node_lease("gone", 50), Mono(150.0)))
    cache.apply(Gone(Feed.NODE_LEASES, node_lease("gone", 50), Mono(151.0)))
    assert cache.beats(1_000.0) == {"renewed": 1_150.0, "fresh": 1_150.0, "just": 1_150.0}


# --- pauses, graces, oblivion -------------------------------------------------------------------------------------------------

LEASES = (Feed.NODE_LEASES, Feed.SYSTEM_LEASES, Feed.EXTRA_LEASES)


def with_leases() -> Any:
    cache = new_cache()
    for feed in LEASES:
        cache.apply(Changed(feed, FEEDS[feed].struct(LabelledMeta("x", uid="x"), spec(0)), Mono(100.0)))  # type: ignore[call-arg]
    return cache


def tracks(cache: Any) -> list[Any]:
    return [book.tracks.get("x") for book in (cache.node_leases, cache.system_leases, cache.extra_leases)]


def test_a_pause_of_ours_moves_everything_that_counts_silence() -> None:
    cache = with_leases()
    cache.apply(Changed(Feed.PODS, thing(Feed.PODS), Mono(100.0)))
    cache.apply(Paused(30.0, Mono(200.0)))
    assert [one.stale_since for one in tracks(cache)] == [130.0] * 3
    assert (cache.pods.undecided_seen().oldest, cache.reach.quiet_from) == (130.0, 130.0)


@pytest.mark.parametrize("feed", LEASES)
def test_grace_is_for_the_leases_of_the_feeds_that_were_silent(feed: Feed) -> None:
    cache = with_leases()
    cache.apply(Graced((feed,), Mono(200.0)))
    assert [one.in_grace for one in tracks(cache)] == [one is feed for one in LEASES]


def test_what_was_deleted_is_forgotten_in_every_book() -> None:
    cache = with_leases()
    for feed in LEASES:
        cache.apply(Gone(feed, FEEDS[feed].struct(LabelledMeta("x", uid="x"), spec(0)), Mono(110.0)))  # type: ignore[call-arg]
    cache.apply(Tidied(Mono(111.0), Mono(200.0)))
    assert tracks(cache) == [None] * 3


# --- objects by node ----------------------------------------------------------------------------------------------------------


def csi(name: str, *drivers: str) -> CSINode:
    return CSINode(Meta(name), CSINodeSpec([CSIDriver(one) for one in drivers]))


def test_a_node_is_dirty_when_its_own_object_changed() -> None:
    dirty = Dirty()
    store = ByNode[CSINode](dirty, lambda one: one.metadata.name)
    store.listed([csi("same", "a"), csi("more", "a"), csi("left", "a")], Mono(1.0))
    assert dirty.take().nodes == {"same", "more", "left"}
    store.listed([csi("same", "a"), csi("more", "a", "b"), csi("new", "a")], Mono(2.0))
    assert (dirty.take().nodes, set(store.objects)) == ({"more", "left", "new"}, {"same", "more", "new"})
    store.changed(csi("same", "a"), Mono(3.0))
    assert dirty.take().nodes == set()
    store.changed(csi("same", "c"), Mono(4.0))
    assert (dirty.take().nodes, store.objects["same"]) == ({"same"}, csi("same", "c"))
    store.gone(csi("stranger"), Mono(5.0))
    assert dirty.take().nodes == set()
    store.gone(csi("same"), Mono(5.0))
    assert (dirty.take().nodes, set(store.objects)) == ({"same"}, {"more", "new"})
