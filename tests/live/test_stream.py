"""The stream through a real Valkey: what is published arrives, in order, for whom it is meant, also after Valkey was killed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest
import redis

from planes.live.stream import (
    EXPIRY,
    HEARTBEATS_TOLD,
    SAMPLES,
    SAMPLES_EXPIRY,
    Entry,
    Lost,
    Peek,
    Stream,
    heartbeats_key,
    pulse_key,
    series_key,
    stream_key,
)
from planes.live.wire import Delta, GoneRows, Heartbeats, Message, Pulse, Update
from tests.sampling import sample_row, value_of
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


async def next_of(followed: AsyncIterator[Entry | Lost]) -> Entry | Lost:
    async with asyncio.timeout(PATIENCE):
        return await anext(followed)


async def take(followed: AsyncIterator[Entry | Lost]) -> Entry:
    entry = await next_of(followed)
    assert isinstance(entry, Entry)
    return entry


def said(entry: Entry) -> Message:
    """The message of an entry, as a browser reads it: by its type alone."""
    message: Message = msgspec.json.decode(entry.text, type=Message)
    assert type(message) is entry.kind
    return message


async def reached(stream: Stream, followed: AsyncIterator[Entry | Lost], cluster_id: int) -> None:
    """Publish offset 0 to a cluster until the follower is seen to follow it; only what is new is promised to it."""
    first = asyncio.ensure_future(take(followed))
    while not first.done():
        await stream.delta(cluster_id, delta(0))
        await asyncio.wait({first}, timeout=0.05)
    entry = await first
    while entry.cluster_id != cluster_id:
        entry = await take(followed)


async def offsets(followed: AsyncIterator[Entry | Lost], last: int) -> list[tuple[int, bool, int]]:
    """(cluster, is a pulse, offset) of what arrives until the pulse of offset `last`, without the offsets 0 of `reached`."""
    got: list[tuple[int, bool, int]] = []
    while not got or got[-1][1:] != (True, last):
        entry = await take(followed)
        message = said(entry)
        assert isinstance(message, Delta | Pulse)
        if message.o:
            got.append((entry.cluster_id, entry.kind is Pulse, message.o))
    return got


async def test_deltas_and_pulses_arrive_in_order_and_of_watched_clusters_only(valkey: str) -> None:
    async with stream_to(valkey) as stream:
        stream.watch(1)
        followed = stream.follow()
        await reached(stream, followed, 1)
        await stream.delta(2, delta(1))
        await stream.delta(1, delta(1))
        await stream.pulse(1, pulse(1))
        await stream.delta(1, delta(2))
        await stream.pulse(1, pulse(2))
        assert await offsets(followed, 2) == [(1, False, 1), (1, True, 1), (1, False, 2), (1, True, 2)]


async def test_a_cluster_added_while_following_is_followed_from_its_newest_entry(valkey: str) -> None:
    async with stream_to(valkey) as stream:
        stream.watch(1)
        followed = stream.follow()
        await reached(stream, followed, 1)
        await stream.delta(2, delta(7))
        stream.watch(2)
        await reached(stream, followed, 2)
        stream.unwatch(1)
        await stream.pulse(2, pulse(9))
        assert await offsets(followed, 9) == [(2, True, 9)]


async def test_after_valkey_was_killed_followers_hear_that_messages_may_be_lost_and_then_go_on(own_valkey: Valkey) -> None:
    async with stream_to(own_valkey.url) as stream:
        stream.watch(1)
        await stream.delta(1, delta(1))
        followed = stream.follow()
        first = asyncio.ensure_future(next_of(followed))
        await asyncio.wait({first}, timeout=0.1)
        own_valkey.kill()
        with pytest.raises(redis.RedisError):
            await stream.delta(1, delta(2))
        own_valkey.start()
        assert await first == Lost()
        again = asyncio.ensure_future(take(followed))
        await stream.delta(1, delta(3))
        assert said(await again) == delta(3)


async def test_peek_sees_the_latest_pulse_and_heartbeats_and_they_expire(valkey: str) -> None:
    peek = Peek(valkey)
    assert peek.alive()
    assert peek.pulse(1) is None
    assert peek.heartbeats(1) == {}
    async with stream_to(valkey) as stream:
        await stream.pulse(1, pulse(4))
        await stream.heartbeats(1, {"node-1": 12.5})
    assert peek.pulse(1) == pulse(4)
    assert peek.heartbeats(1) == {"node-1": 12.5}
    with redis.Redis.from_url(valkey) as client:
        assert 0 < client.ttl(pulse_key(1)) <= EXPIRY
        assert 0 < client.ttl(heartbeats_key(1)) <= EXPIRY
        client.pexpire(pulse_key(1), 40_000)
        assert (peek.age(1) or 0.0) == pytest.approx(EXPIRY - 40.0, abs=1.0)
        client.persist(pulse_key(1))
        assert peek.age(1) is None, "nobody knows"
        assert peek.age(7) is None
        assert client.xlen(stream_key(1)) == 2
    peek.close()


@pytest.mark.parametrize(("nodes", "told"), [(0, False), (1, True), (HEARTBEATS_TOLD, True), (HEARTBEATS_TOLD + 1, False)])
async def test_heartbeats_go_out_only_where_nodes_are_few(valkey: str, nodes: int, told: bool) -> None:
    beats = {f"node-{at}": 12.54 for at in range(nodes)}
    async with stream_to(valkey) as stream:
        stream.watch(1)
        follower = stream.follow()
        await reached(stream, follower, 1)
        await stream.heartbeats(1, beats)
        await stream.pulse(1, pulse(1))
        entries = [await take(follower)]
        while entries[-1].kind is not Pulse:
            entries.append(await take(follower))
    messages = [said(one) for one in entries if one.kind is not Delta]
    assert messages == [*([Heartbeats(dict.fromkeys(beats, 12.5))] if told else []), pulse(1)]
    assert Peek(valkey).heartbeats(1) == beats


async def test_what_a_collector_of_before_an_upgrade_publishes_goes_out_with_its_type(valkey: str) -> None:
    async with stream_to(valkey) as stream:
        stream.watch(1)
        followed = stream.follow()
        await reached(stream, followed, 1)
        with redis.Redis.from_url(valkey) as old:
            old.xadd(stream_key(1), {b"m": b'{"o":1,"prev":0,"epoch":"1","at":0.0,"u":{},"x":{}}'})
            old.xadd(stream_key(1), {b"b": b'{"beats":{"node-1":12.5}}'})
            old.xadd(stream_key(1), {b"of a later version": b"?"})
            old.xadd(stream_key(1), {b"p": b'{"pulse":1.0,"heard":0.5,"epoch":"1","o":1}'})
        entries = [await take(followed)]
        while entries[-1].kind is not Pulse:
            entries.append(await take(followed))
    assert [said(one) for one in entries if said(one) != delta(0)] == [delta(1), Heartbeats({"node-1": 12.5}), pulse(1)]


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


def test_silence_counts_from_when_valkey_last_answered_this_process(own_valkey: Valkey) -> None:
    now = 100.0
    peek = Peek(own_valkey.url, lambda: now)
    now = 107.0
    assert peek.alive()
    assert peek.silence() == 0.0
    own_valkey.kill()
    now = 110.0
    assert not peek.alive()
    assert peek.silence() == 3.0
    peek.answered()  # another of its clients was
    assert peek.silence() == 0.0
    peek.close()


def test_a_valkey_that_is_away_knows_nothing_and_does_not_raise(own_valkey: Valkey) -> None:
    own_valkey.kill()
    peek = Peek(own_valkey.url)
    assert not peek.alive()
    assert peek.pulse(1) is None
    assert peek.heartbeats(1) == {}
    peek.close()
