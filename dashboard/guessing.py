"""How often one may guess, counted in Valkey for all web processes together: several buckets, of which each must hold a try.

A try is counted before what was guessed is looked at, in one step, so that of a hundred that come together no more are looked at
than of a hundred in a row; a right one is given back. While Valkey is away each process counts for itself.
"""

import hashlib
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from math import ceil

import redis
from django.conf import settings

from dashboard.rest.allowance import Allowance

logger = logging.getLogger(__name__)

_TIMEOUT = 1.0
# A bucket a key, with two arguments each: tries a second, and how many it holds. The first argument is what is taken: 1, or -1 to
# give back. Answers for how many milliseconds one has to wait; then nothing was taken. By Valkey's clock, one for all; should that
# be set back, a bucket fills from then on. A bucket that is full again is forgotten.
_TAKE = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local take, wait, left = tonumber(ARGV[1]), 0, {}
for i = 1, #KEYS do
  local rate, whole = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  local kept = redis.call('HMGET', KEYS[i], 'left', 'at')
  local gone = kept[2] and math.max(0, now - tonumber(kept[2])) or 0
  left[i] = math.min(whole, (kept[1] and tonumber(kept[1]) or whole) + gone * rate)
  if left[i] < take then wait = math.max(wait, (take - left[i]) / rate) end
end
if wait > 0 then take = 0 end
for i = 1, #KEYS do
  local rate, whole = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  local after = math.min(whole, left[i] - take)
  redis.call('HSET', KEYS[i], 'left', string.format('%.6f', after), 'at', string.format('%.6f', now))
  redis.call('EXPIRE', KEYS[i], math.ceil((whole - after) / rate) + 1)
end
return math.ceil(wait * 1000)
"""


@dataclass(frozen=True, slots=True)
class Bucket:
    """`a_minute` tries a minute of each, and up to `at_once` in one go."""

    a_minute: float
    at_once: int


class Guessing:
    """`name`: of what is guessed, in Valkey's keys. `buckets`: of those that a try is counted for, in the order in which they are
    given."""

    def __init__(self, name: str, buckets: Sequence[Bucket]) -> None:
        self._name = name
        self._buckets = tuple(buckets)
        self._own = [Allowance(one.a_minute, one.at_once) for one in buckets]

    def take(self, whose: Sequence[str], now: float) -> int:
        """0, and a try is counted for each of these; or for how many whole seconds one has to wait. `now`: of a clock of this
        process that never goes back."""
        try:
            return ceil(self._evaluated(whose, 1) / 1000)
        except (redis.RedisError, OSError) as error:
            logger.warning("Valkey is away (%s); this process alone counts guesses.", type(error).__name__)
        if wait := max(own.look(who, now) for own, who in zip(self._own, whose, strict=True)):
            return wait
        for own, who in zip(self._own, whose, strict=True):
            own.take(who, now)
        return 0

    def give_back(self, whose: Sequence[str], now: float) -> None:
        """It was right, and counts no more. `now` as above."""
        for own, who in zip(self._own, whose, strict=True):
            own.give_back(who, now)
        with suppress(redis.RedisError, OSError):  # it was this process that counted it
            self._evaluated(whose, -1)

    def _evaluated(self, whose: Sequence[str], take: int) -> int:
        keys = [self._key(number, who) for number, who in enumerate(whose)]
        limits = [str(one) for bucket in self._buckets for one in (bucket.a_minute / 60, bucket.at_once)]
        with redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=_TIMEOUT, socket_connect_timeout=_TIMEOUT, retry=None, single_connection_client=True
        ) as client:
            answer = client.eval(_TAKE, len(keys), *keys, str(take), *limits)
        assert isinstance(answer, int)
        return answer

    def _key(self, number: int, who: str) -> str:
        return f"pw:guess:{self._name}:{number}:{hashlib.sha256(who.encode()).hexdigest()[:32]}"
