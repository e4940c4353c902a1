"""The stream through a real Valkey: what is published arrives, in order, for whom it is meant, also after Valkey was killed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest
import redis

from planes.assess.sampling import sample_row, value_of
from planes.live.stream import (
    BEATS_TOLD,
    EXPIRY,
    SAMPLES,
    SAMPLES_EXPIRY,
    Message,
    Peek,
    Stream,
    beats_key,
    pulse_key,
    series_key,
    stream_key,
)
from planes.live.wire import Delta, GoneRows, Pulse, Update
from tests.services import Valkey

PATIENCE = 10.0


def delta(offset: int) -> Delta:
    return Delta(o=offset, prev=offset - 1, epoch="1", at=0.0, u=Update(), x=GoneRows())


def pulse(offset: int) -> Pulse:
    return Pulse(pulse=1.0, heard=0.5, epoch="1", o=offset)


@asynccontextmanager
async def stream_to(url: str) -> AsyncIterator[Stream]:
    stream = Stream(url)
    try:
        yield stream
    finally:
        await stream.aclose()


async def take(messages: AsyncIterator[Message], count: int) -> list[Message]:
    async with asyncio.timeout(PATIENCE):
        return [await anext(messages) for _ in range(count)]


async def reached(stream: Stream, messages: AsyncIterator[Message], cluster_id: int) -> None:
    """Publish offset 0 to a cluster until the follower is seen to follow it; only what is new is promised to it."""
    first = asyncio.ensure_future(take(messages, 1))
    while not first.done():
        await stream.delta(cluster_id, delta(0))
        await asyncio.wait({first}, timeout=0.05)
    while first.result()[0].cluster_id != cluster_id:
        first = asyncio.ensure_future(take(messages, 1))
        await first


async def offsets(messages: AsyncIterator[Message], last: int) -> list[tuple[int, bool, int]]:
    """(cluster, is a pulse, offset) of what arrives until the pulse of offset `last`, without the offsets 0 of `reached`."""
    got: list[tuple[int, bool, int]] = []
    while not got or got[-1][1:] != (True, last):
        message = (await take(messages, 1))[0]
        decoded = (
            msgspec.json.decode(message.data, type=Pulse) if message.is_pulse else msgspec.json.decode(message.data, type=Delta)
        )
        if decoded.o:
            got.append((message.cluster_id, message.is_pulse, decoded.o))
    return got


async def test_deltas_and_pulses_arrive_in_order_and_of_watched_clusters_only(valkey: str) -> None:
    async with stream_to(valkey) as stream:
        stream.watch(1)
        messages = stream.follow()
        await reached(stream, messages, 1)
        await stream.delta(2, delta(1))
        await stream.delta(1, delta(1))
        await stream.pulse(1, pulse(1))
        await stream.delta(1, delta(2))
        await stream.pulse(1, pulse(2))
        assert await offsets(messages, 2) == [(1, False, 1), (1, True, 1), (1, False, 2), (1, True, 2)]


async def test_a_cluster_added_while_following_is_followed_from_its_newest_entry(valkey: str) -> None:
    async with stream_to(valkey) as stream:
        stream.watch(1)
        messages = stream.follow()
        await reached(stream, messages, 1)
        await stream.delta(2, delta(7))
        stream.watch(2)
        await reached(stream, messages, 2)
        stream.unwatch(1)
        await stream.pulse(2, pulse(9))
        assert await offsets(messages, 9) == [(2, True, 9)]


async def test_after_valkey_was_killed_followers_hear_that_messages_may_be_lost_and_then_go_on(own_valkey: Valkey) -> None:
    async with stream_to(own_valkey.url) as stream:
        stream.watch(1)
        await stream.delta(1, delta(1))
        messages = stream.follow()
        first = asyncio.ensure_future(take(messages, 1))
        await asyncio.wait({first}, timeout=0.1)
        own_valkey.kill()
        with pytest.raises(redis.RedisError):
            await stream.delta(1, delta(2))
        own_valkey.start()
        assert (await first)[0].lost
        again = asyncio.ensure_future(take(messages, 1))
        await stream.delta(1, delta(3))
        assert msgspec.json.decode((await again)[0].data)["o"] == 3


async def test_peek_sees_the_latest_pulse_and_heartbeats_and_they_expire(valkey: str) -> None:
    peek = Peek(valkey)
    assert peek.alive()
    assert peek.pulse(1) is None
    assert peek.beats(1) == {}
    async with stream_to(valkey) as stream:
        await stream.pulse(1, pulse(4))
        await stream.beats(1, {"node-1": 12.5})
    assert peek.pulse(1) == pulse(4)
    assert peek.beats(1) == {"node-1": 12.5}
    with redis.Redis.from_url(valkey) as client:
        assert 0 < client.ttl(pulse_key(1)) <= EXPIRY
        assert 0 < client.ttl(beats_key(1)) <= EXPIRY
        assert client.xlen(stream_key(1)) == 2
    peek.close()


@pytest.mark.parametrize(("nodes", "told"), [(0, False), (1, True), (BEATS_TOLD, True), (BEATS_TOLD + 1, False)])
async def test_heartbeats_go_out_only_where_nodes_are_few(valkey: str, nodes: int, told: bool) -> None:
    beats = {f"node-{at}": 12.54 for at in range(nodes)}
    async with stream_to(valkey) as stream:
        stream.watch(1)
        follower = stream.follow()
        await reached(stream, follower, 1)
        await stream.beats(1, beats)
        await stream.pulse(1, pulse(1))
        messages = await take(follower, 1)
        while not messages[-1].is_pulse:
            messages += await take(follower, 1)
    messages = [one for one in messages if one.is_pulse or one.is_beats]
    assert [one.is_beats for one in messages] == ([True, False] if told else [False])
    if told:
        assert msgspec.json.decode(messages[0].data) == {"beats": dict.fromkeys(beats, 12.5)}
    assert Peek(valkey).beats(1) == beats


async def test_the_samples_of_deltas_are_kept_in_a_bounded_ring_that_expires(valkey: str) -> None:
    peek = Peek(valkey)
    assert peek.series(1) == []
    async with stream_to(valkey) as stream:
        for offset in range(1, SAMPLES + 3):
            told = delta(offset)
            told.u.samples = [sample_row(at=float(offset), requests=1.5)]
            await stream.delta(1, told)
        await stream.delta(1, delta(SAMPLES + 3))
    kept = peek.series(1)
    assert [value_of(row, "at") for row in kept] == [float(at) for at in range(3, SAMPLES + 3)]
    assert kept[-1] == sample_row(at=SAMPLES + 2.0, requests=1.5)
    with redis.Redis.from_url(valkey) as client:
        assert 0 < client.ttl(series_key(1)) <= SAMPLES_EXPIRY
    peek.close()


def test_a_valkey_that_is_away_knows_nothing_and_does_not_raise(own_valkey: Valkey) -> None:
    own_valkey.kill()
    peek = Peek(own_valkey.url)
    assert not peek.alive()
    assert peek.pulse(1) is None
    assert peek.beats(1) == {}
    peek.close()
