"""A brake on guessing passwords.

Every try is counted before its password is looked at, in one step, so that of a hundred that come together no more are looked at
than of a hundred in a row; a right one is taken off again. Counted are an address's tries of one account (too many: it waits until
the window is over, it alone and for this account alone), all of an address's (too many: one in PACE seconds), and all of an account
from wherever (too many: each takes longer; an account is never locked, for then anyone could lock out its owner). The one-time link
passes by all of this.

The counts are in Valkey, one for all processes; while it is away they are kept by each process.
"""

import hashlib
import logging
import time
from contextlib import suppress
from dataclasses import dataclass

import redis
from django.conf import settings
from django.core.cache import cache

logger = logging.getLogger(__name__)

WINDOW = 5 * 60  # seconds; it begins with the first try
FAILURES = 10  # of one address for one account within the window
FAILURES_OF_ADDRESS = 50  # of one address for any account, before it is slowed down
PACE = 2  # seconds between two tries of an address that is slowed down
FAILURES_OF_ACCOUNT = 20  # of one account from anywhere, before each takes longer
SLOWEST = 8.0  # seconds at most that a try is held back
_TIMEOUT = 1.0

# Counts up to three keys, each for its window from its first count on; the fourth is a slot that one may take in PACE seconds.
_COUNT = """
local counts = {}
for i = 1, 3 do
  counts[i] = redis.call('INCR', KEYS[i])
  if counts[i] == 1 then redis.call('EXPIRE', KEYS[i], ARGV[1]) end
end
counts[4] = 1
if counts[2] > tonumber(ARGV[2]) then
  counts[4] = redis.call('SET', KEYS[4], '1', 'NX', 'EX', ARGV[3]) and 1 or 0
end
return counts
"""

# Takes one off what is counted still; what is over would come back without an end.
_UNCOUNT = """
redis.call('DEL', KEYS[1])
for i = 2, 3 do
  if redis.call('EXISTS', KEYS[i]) == 1 then redis.call('DECR', KEYS[i]) end
end
"""


@dataclass(frozen=True, slots=True)
class Admission:
    """What becomes of a try: it is refused for now (`retry_after` seconds), or looked at after `delay` seconds."""

    retry_after: int = 0
    delay: float = 0.0

    @property
    def refused(self) -> bool:
        """Whether its password is not looked at."""
        return self.retry_after > 0


def admit(address: str, account: str) -> Admission:
    """Count a try, and say what becomes of it."""
    keys = _keys(address, account)
    try:
        of_pair, of_address, of_account, slot = _counted(keys)
    except (redis.RedisError, OSError) as error:
        logger.warning("Valkey is away (%s); this process alone counts attempts to sign in.", type(error).__name__)
        of_pair, of_address, of_account, slot = _counted_here(keys)
    if of_pair > FAILURES:
        return Admission(retry_after=WINDOW)
    if of_address > FAILURES_OF_ADDRESS and not slot:
        return Admission(retry_after=PACE)
    over = of_account - FAILURES_OF_ACCOUNT
    return Admission(delay=min(SLOWEST, 0.25 * 2.0 ** min(over, 8)) if over > 0 else 0.0)


def forgive(address: str, account: str) -> None:
    """The password was right: this address's tries of this account are forgotten, and this one is no failure of the others."""
    keys = _keys(address, account)
    with suppress(redis.RedisError, OSError), _client() as client:  # else the counts are away with Valkey
        client.eval(_UNCOUNT, 3, *keys[:3])
    cache.delete(keys[0])


def _client() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=_TIMEOUT, socket_connect_timeout=_TIMEOUT, retry=None, single_connection_client=True
    )


def _counted(keys: tuple[str, str, str, str]) -> tuple[int, int, int, int]:
    with _client() as client:
        answer = client.eval(_COUNT, 4, *keys, str(WINDOW), str(FAILURES_OF_ADDRESS), str(PACE))
    assert isinstance(answer, list)
    of_pair, of_address, of_account, slot = (int(count) for count in answer)
    return of_pair, of_address, of_account, slot


def _counted_here(keys: tuple[str, str, str, str]) -> tuple[int, int, int, int]:
    counts = []
    for key in keys[:3]:
        cache.add(key, 0, WINDOW)
        try:
            counts.append(cache.incr(key))
        except ValueError:  # it ended between the two
            cache.set(key, 1, WINDOW)
            counts.append(1)
    slot = cache.add(f"{keys[3]}:{int(time.time() / PACE)}", 1, PACE)
    return counts[0], counts[1], counts[2], int(slot)


def _keys(address: str, account: str) -> tuple[str, str, str, str]:
    # Digests, because an account's name comes from outside and may hold anything.
    pair, one, name = (
        hashlib.sha256(text.encode()).hexdigest()[:32] for text in (f"{address}\0{account.casefold()}", address, account.casefold())
    )
    return f"pw:signin:pair:{pair}", f"pw:signin:address:{one}", f"pw:signin:account:{name}", f"pw:signin:slot:{one}"
