"""Leases and the dispatch of collectors on a real Valkey."""

import time

import pytest
import redis

from planes.collect.dispatch import PATIENCE, asked_key, dispatch
from planes.collect.lease import Lease, owner_key
from planes.models import Cluster
from planes.store import clusters
from tests.services import Valkey


async def test_one_holds_it_and_it_is_free_at_once_when_released(valkey: str) -> None:
    first, second = (Lease(valkey, 1, time.monotonic) for _ in range(2))
    assert await first.take()
    assert not await second.take()
    assert not await second.renew()
    assert await first.is_held()
    assert not await second.is_held()
    await second.release()
    assert await first.is_held(), "who does not hold it cannot release it"
    await first.release()
    third = Lease(valkey, 1, time.monotonic)
    assert await third.take()
    await third.release()


async def test_it_ends_by_itself_and_each_renewal_prolongs_it(valkey: str) -> None:
    lease = Lease(valkey, 1, time.monotonic, duration=15.0)
    assert await lease.take()
    with redis.Redis.from_url(valkey) as client:
        client.pexpire(owner_key(1), 1000)
        assert await lease.renew()
        assert 14_000 < client.pttl(owner_key(1)) <= 15_000
    await lease.release()


async def test_a_valkey_that_restarted_empty_is_given_it_again(own_valkey: Valkey) -> None:
    lease, other = (Lease(own_valkey.url, 1, time.monotonic) for _ in range(2))
    assert await lease.take()
    own_valkey.kill()
    assert not await lease.is_held()
    own_valkey.start()
    assert not await lease.is_held()
    assert await lease.renew()
    assert not await other.take()
    await lease.release()
    await other.aclose()


async def test_it_is_spent_after_two_thirds_of_its_duration_without_renewal(valkey: str) -> None:
    now = 100.0
    lease = Lease(valkey, 1, lambda: now, duration=15.0)
    assert lease.is_spent()
    assert await lease.take()
    now = 110.0
    assert not lease.is_spent()
    now = 110.1
    assert lease.is_spent()
    assert await lease.renew()
    assert not lease.is_spent()
    await lease.release()


@pytest.fixture
def two(db: None) -> list[Cluster]:
    return clusters.declare([clusters.Declaration("kubeconfig", name, "/nowhere", name) for name in ("one", "two")])


async def taken(url: str, cluster_id: int) -> Lease:
    lease = Lease(url, cluster_id, time.monotonic)
    assert await lease.take()
    return lease


def test_a_collector_is_asked_for_once_wherever_none_is_at_work(valkey: str, two: list[Cluster]) -> None:
    one, other = two
    asked: list[int] = []
    with redis.Redis.from_url(valkey) as client:
        client.set(owner_key(other.pk), b"somebody")
        assert dispatch(valkey, asked.append).asked == [one.pk]
        assert dispatch(valkey, asked.append).asked == [], "it was asked for already"
        assert 0 < client.ttl(asked_key(one.pk)) <= PATIENCE
        client.delete(owner_key(other.pk))
        assert dispatch(valkey, asked.append).asked == [other.pk]
    assert asked == [one.pk, other.pk]


def test_nobody_is_asked_for_a_disabled_cluster(valkey: str, two: list[Cluster]) -> None:
    clusters.declare([])
    assert dispatch(valkey, lambda _: pytest.fail("asked")).asked == []
