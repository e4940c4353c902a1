"""LIST and N events are as good as a fresh LIST; the order of what happens at one moment does not matter."""

import itertools
from collections.abc import Iterable, Mapping
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planes.assess.assessor import Assessor
from planes.cache.cluster import ClusterCache
from planes.components.pod_kinds import new_cache
from planes.structs.events import Changed, Gone, Health, Heard, Listed, Server, SourceEvent
from planes.structs.feeds import Feed
from planes.structs.moments import Mono
from planes.structs.objects import Item
from planes.structs.rows import Frame
from tests.cache.generating import WATCHED
from tests.cache.generating import Server as Pretended
from tests.replaying import START, WALL, events
from tests.searching import searching

#: What is drawn at random is drawn from a seed: many short draws by hypothesis itself take longer than what is tested.
SEEDS = st.integers(0, 2**32)


def picture_of(told: Iterable[SourceEvent]) -> ClusterCache:
    cache = new_cache()
    for event in told:
        cache.apply(event)
    return cache


def judged(cache: ClusterCache, now: float) -> Frame:
    return Assessor(cache).frame(Mono(now), WALL)


def facts(cache: ClusterCache) -> Mapping[str, Any]:
    """What a picture holds, without when it was seen and what happened on the way."""
    return {
        "nodes": {
            name: (one.node, {kind: (c.status, c.reason, c.message) for kind, c in one.conditions.items()})
            for name, one in cache.nodes.items()
        },
        "leases": {
            book: {
                name: (one.holder, one.renew_time, one.duration, one.transitions, one.uid)
                for name, one in getattr(cache, book).living()
            }
            for book in ("node_leases", "system_leases")
        },
        "pods": {name: cache.pods.rows(name) for name in cache.pods.by_node},
        "waiting": dict(cache.pods.waiting),
        "undecided": {key: name for key, (_, name) in cache.pods.undecided.items()},
        "system": {
            key: (one.component, one.pod, one.ready, one.reason, one.restarts, one.version)
            for key, one in cache.system_pods.tracks.items()
        },
        "proxies": {name: set(pods) for name, pods in cache.system_pods.on_node.items()},
        "workloads": {key: (one.desired, one.ready, one.lagging_since is None) for key, one in cache.deployments.seen.items()},
        "endpoints": dict(cache.apiserver_endpoints.slices),
    }


def bare(frame: Frame) -> object:
    """A frame without the moments at which evidence was seen."""

    def strip(value: object) -> object:
        if isinstance(value, dict):
            return {key: strip(one) for key, one in value.items() if key not in ("at", "heard_at")}
        return [strip(one) for one in value] if isinstance(value, list | tuple) else value

    return strip(msgspec.to_builtins(frame))


@searching(100)
@given(SEEDS)
def test_a_list_and_events_are_as_good_as_a_fresh_list(seed: int) -> None:
    draw = Random(seed).randrange
    server = Pretended()
    told: list[SourceEvent] = [*server.lists(START)]
    for second in range(draw(30)):
        told += [Heard(feed, START + second + 1) for feed in (Feed.NODE_LEASES, Feed.SYSTEM_LEASES)]  # neither is blind
        event = server.change(draw, START + second + 1)
        if event is not None:
            told.append(event)
        if draw(8) == 0:  # a watch that ended: listed anew in the midst
            told.append(server.list(WATCHED[draw(len(WATCHED))], START + second + 1))
    end = max(event.at for event in told)
    went = picture_of(told)
    audited = picture_of([*told, *server.lists(end)])
    fresh = picture_of(server.lists(end))
    assert facts(went) == facts(fresh)
    assert facts(audited) == facts(fresh)
    assert bare(judged(went, end)) == bare(judged(audited, end))


@pytest.mark.parametrize("name", ["watch", "kubelet-stopped", "runtime-down", "scheduler-killed", "kcm-failover"])
def test_recorded_events_end_where_a_list_of_the_last_states_begins(name: str) -> None:
    told = events(name)
    last: dict[Feed, dict[str, Item]] = {}
    for event in told:
        if isinstance(event, Listed):
            last[event.feed] = {_name(item): item for item in event.items}
        elif isinstance(event, Changed):
            last.setdefault(event.feed, {})[_name(event.item)] = event.item
        elif isinstance(event, Gone):
            last.setdefault(event.feed, {}).pop(_name(event.item), None)
    end = max(event.at for event in told)
    fresh = picture_of([Listed(feed, list(items.values()), "", end) for feed, items in last.items()])
    assert facts(picture_of(told)) == facts(fresh)


def _name(item: Item) -> str:
    return f"{item.metadata.namespace}/{item.metadata.name}"


@searching(40)
@given(SEEDS)
def test_the_order_of_simultaneous_events_of_different_feeds_does_not_matter(seed: int) -> None:
    together: list[SourceEvent] = []
    for event in events("healthy"):
        if isinstance(event, Listed | Health | Server) and event.at < START + 0.29:
            together.append(msgspec.structs.replace(event, at=START))
    shuffled = list(together)
    Random(seed).shuffle(shuffled)
    one, other = Assessor(picture_of(together)), Assessor(picture_of(shuffled))
    later = itertools.groupby(events("kcm-failover"), key=lambda event: event.at)
    assert bare(one.frame(START, WALL)) == bare(other.frame(START, WALL))
    for at, group in itertools.islice(later, 10):
        for event in group:
            one.cache.apply(event)
            other.cache.apply(event)
        assert bare(one.frame(at, WALL)) == bare(other.frame(at, WALL))


@searching(60)
@given(SEEDS)
def test_changes_of_different_feeds_at_one_moment_may_come_in_any_order(seed: int) -> None:
    random = Random(seed)
    draw = random.randrange
    server = Pretended()
    first = server.lists(START)
    by_feed: dict[Feed, SourceEvent] = {}
    for _ in range(12):
        event = server.change(draw, START + 5)
        if isinstance(event, Changed | Gone) and event.feed not in by_feed:
            by_feed[event.feed] = event
    order = random.sample(list(by_feed.values()), len(by_feed))
    one, other = picture_of([*first, *by_feed.values()]), picture_of([*first, *order])
    assert bare(judged(one, START + 5)) == bare(judged(other, START + 5))
