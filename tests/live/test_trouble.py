"""What is wrong with Planewatch itself is said in Valkey, for a while, by whoever meets it."""

import redis

from planes.live.stream import Peek, Stream
from planes.live.trouble import HOLDS, KEY, VALKEY_AWAY
from tests.services import Valkey

SAID = "Planewatch's database takes no writes (it is read-only)."


async def test_what_is_said_is_read_by_others_until_it_is_over(valkey: str) -> None:
    one, other = Stream(valkey), Stream(valkey)
    assert await other.trouble.said() == ""
    await one.trouble.say(SAID)
    assert await other.trouble.said() == SAID
    assert Peek(valkey).trouble() == SAID
    with redis.Redis.from_url(valkey) as client:
        assert 0 < client.ttl(KEY) <= HOLDS, "whoever does not say it again has ended"
    await one.trouble.over()
    assert await other.trouble.said() == ""
    await one.aclose()
    await other.aclose()


async def test_a_valkey_that_is_away_keeps_and_knows_nothing(own_valkey: Valkey) -> None:
    own_valkey.kill()
    stream = Stream(own_valkey.url)
    await stream.trouble.say(SAID)
    assert await stream.trouble.said() == VALKEY_AWAY
    await stream.trouble.over()
    assert Peek(own_valkey.url).trouble() == ""
    await stream.aclose()
