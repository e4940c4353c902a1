"""Messages about displays for the webhook: written down when a wall goes dark or comes back, then sent by the jobs worker.

Of each turn one message is made, whoever looks and however many do: the row of the display decides, in the transaction in which the
message is written. It is sent by whoever moves its `due` on first, and again if nothing came back; the receiver may then see it
twice, by the same id. The messages about one display are sent in their order.
"""

import logging
import random
import time
import uuid
from collections.abc import Callable

import msgspec
from django.conf import settings
from django.db import router, transaction
from django.urls import reverse

from dashboard import displays, webhook
from dashboard.displays import Known
from dashboard.models import DisplayMessage, DisplayNotice, Listening
from dashboard.wall_notices import Message, Told, Turn, heard_on, listened_since, message, trial, turn
from dashboard.webhook import CameBack

logger = logging.getLogger(__name__)

#: A message is given up after so many tries, or seconds; so many may wait, and then no more are made until some were sent.
TRIES, AGE, MOST = 12, 6 * 3600.0, 5_000
#: Seconds until another may send a message that one has begun to send: more than its limits come to.
LEASE = 120.0
#: Seconds before the second try, doubled with each; at most.
FIRST, LONGEST = 10.0, 1800.0
#: Seconds for which a round sends; those for which a message is kept that has ended.
ROUND, KEPT = 20.0, 7 * 86_400.0

Post = Callable[[bytes], CameBack]


def listen(now: float) -> None:
    """A web process says that it is there to hear of displays. Raises DatabaseError."""
    row = Listening.objects.filter(pk=1).first()
    since, at = heard_on(None if row is None else (row.since, row.at), now)
    Listening.objects.update_or_create(pk=1, defaults={"since": since, "at": at})


def look(now: float) -> int:
    """Write messages about the displays that have turned; how many. Raises DatabaseError."""
    row = Listening.objects.filter(pk=1).first()
    listening = None if row is None else listened_since(row.since, row.at, now)
    if listening is None:
        return 0
    room = MOST - DisplayMessage.objects.filter(ended=None).count()
    told = {one.display_id: Told(one.dark_since, one.back_since) for one in DisplayNotice.objects.all()}
    made = 0
    for known in displays.every():
        before = told.get(known.wall.id, Told())
        after, event = turn(known, before, listening, now)
        if after != before and (event is None or made < room):
            made += _turned(known, before, after, event, now)
    return made


def send(now: float, post: Post | None = None) -> int:
    """Send what is due, until one fails or the round is over; how many were taken. Raises DatabaseError."""
    post = post or _post
    DisplayMessage.objects.filter(ended__lte=now - KEPT).delete()
    begun, tried, taken = time.monotonic(), set[int](), 0
    for row in DisplayMessage.objects.filter(ended=None)[:MOST]:
        if time.monotonic() - begun >= ROUND:
            break
        if row.display in tried:
            continue
        tried.add(row.display)
        if row.due > now or not _claimed(row, now):
            continue
        came = post(row.body.encode())
        _note(row, came, now)
        if not came.taken:
            break
        taken += 1
    return taken


def test() -> CameBack:
    """Send a message that is a test, at once and once."""
    return _post(msgspec.json.encode(trial(time.time(), uuid.uuid4().hex)))


def _post(body: bytes) -> CameBack:
    return webhook.post(settings.WALLS_WEBHOOK, settings.WALLS_WEBHOOK_KEY, body)


def _turned(known: Known, before: Told, after: Told, event: Turn | None, now: float) -> bool:
    """Write it down, unless another has; whether a message was made."""
    since = after.dark_since if before.dark_since is None else before.dark_since
    with transaction.atomic(using=router.db_for_write(DisplayNotice)):
        row, _ = DisplayNotice.objects.get_or_create(display_id=known.wall.id)
        same = DisplayNotice.objects.filter(pk=row.pk, dark_since=before.dark_since, back_since=before.back_since)
        if not same.update(dark_since=after.dark_since, back_since=after.back_since) or event is None or since is None:
            return False
        text = message(event, known, since, now, uid=uuid.uuid4().hex, url=_url(known))
        DisplayMessage.objects.create(display=known.wall.id, body=_encoded(text), made=now, due=now)
    return True


def _claimed(row: DisplayMessage, now: float) -> bool:
    same = DisplayMessage.objects.filter(pk=row.pk, tries=row.tries, due=row.due, ended=None)
    return same.update(tries=row.tries + 1, due=now + LEASE) == 1


def _note(row: DisplayMessage, came: CameBack, now: float) -> None:
    tries = row.tries + 1
    given_up = not came.taken and (tries >= TRIES or now - row.made >= AGE)
    if not came.taken:
        where = webhook.host(settings.WALLS_WEBHOOK)
        then = "It is given up." if given_up else "It is tried again."
        logger.warning("A message about a display was not taken by %s (%s). %s", where, came.said, then)
    wait = min(LONGEST, FIRST * 2.0**row.tries) * random.uniform(0.5, 1.0)  # noqa: S311 - spreads the load, guards nothing
    ended = now if came.taken or given_up else None
    DisplayMessage.objects.filter(pk=row.pk).update(due=now + wait, ended=ended, outcome=came.said)


def _url(known: Known) -> str | None:
    return f"{settings.UP_URL}{reverse('display', args=[known.wall.id])}" if settings.UP_URL else None


def _encoded(text: Message) -> str:
    return msgspec.json.encode(text).decode()
