"""Displays as they are kept: made, changed, given another secret, revoked, deleted, and seen.

A secret is `<prefix>_<secret>`: the prefix finds the display, the secret has 256 random bits and is shown once, as the link
/wall/in/<secret>/. It may be opened as often as a screen is switched on, until it is replaced or the display is over. Its SHA-256
is kept, as of a personal token (dashboard/tokens.py); that of the one before it, too, so that whoever holds the old link is told.

What a screen then holds is a session (dashboard/showing.py): a cookie that is signed for this display and its generation. Another
secret and a revocation begin a new generation.
"""

import hashlib
import hmac
import logging
import re
import secrets
import time
from collections.abc import Iterable

import msgspec
from django.db import DatabaseError, IntegrityError, router, transaction
from django.db.models import F, Q

from dashboard.display_shapes import (
    LONGEST_MESSAGE,
    LONGEST_NAME,
    LONGEST_PLACE,
    MOST_PAGES,
    SCALES,
    Over,
    Page,
    Seen,
    Term,
    Theme,
    Wall,
    hour,
    networks,
    plain,
    slug_of,
    zone,
)
from dashboard.models import Display
from planes.store import selectors

logger = logging.getLogger(__name__)

#: How many there may be.
MOST = 2_000
#: Seconds between two writes of what is seen of one display.
SEEN_EVERY = 10.0
_FORM = re.compile(r"([0-9a-f]{12})_[A-Za-z0-9_-]{43}")

_pages = msgspec.json.Decoder(tuple[Page, ...])
_clusters = msgspec.json.Decoder(frozenset[int])
_networks = msgspec.json.Decoder(tuple[str, ...])
#: When this process last wrote down what was seen of each, by the display's id, and whom it saw: its own monotonic clock.
_noted: dict[int, tuple[float, str]] = {}


class WrongError(Exception):
    """A display that cannot be as it was asked for; the text says why."""


class Known(msgspec.Struct, frozen=True):
    """A display with all that is known of it, but for its secret. `prefix` is no secret; `author` made it."""

    wall: Wall
    term: Term
    seen: Seen | None
    prefix: str
    author: str
    created: float


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants a display to be, as it was typed: texts are looked at by `make` and `change`. `clusters`: ids; None: all.
    `expires`, `message_until`: epoch seconds; None: never ends."""

    name: str
    place: str = ""
    pages: tuple[Page, ...] = (Page(None),)
    clusters: frozenset[int] | None = None
    theme: Theme = Theme.DARK
    latitude: float | None = None
    longitude: float | None = None
    zone: str = ""
    scale: float = 1.0
    message: str = ""
    message_until: float | None = None
    chime: bool = False
    reload_at: str = ""
    networks: str = ""
    expires: float | None = None


def make(wanted: Wanted, author: str, now: float | None = None) -> tuple[Known, str]:
    """A new display, and its secret, which is known here and now and never again. Raises WrongError."""
    now = time.time() if now is None else now
    columns = _columns(wanted, now)
    prefix = secrets.token_hex(6)
    secret = f"{prefix}_{secrets.token_urlsafe(32)}"
    with transaction.atomic(using=router.db_for_write(Display)):
        taken = set(Display.objects.values_list("slug", flat=True))
        if len(taken) >= MOST:
            raise WrongError(f"There are {MOST} displays. Delete one that is not needed any more.")
        slug = slug_of(wanted.name, taken | {head.slug for head in selectors.watched()})
        row = Display(slug=slug, prefix=prefix, digest=_digest(secret), author=author, created=now, **columns)
        try:
            row.save()
        except IntegrityError:
            raise WrongError("Somebody made a display of this name at the same moment. Try again.") from None
    return _known(row), secret


def change(display_id: int, wanted: Wanted, now: float | None = None) -> None:
    """From now on it is as wanted; its slug, its secret and its sessions stay. Raises WrongError."""
    columns = _columns(wanted, time.time() if now is None else now)
    if not Display.objects.filter(pk=display_id).update(**columns):
        raise WrongError("This display was deleted meanwhile.")


def renew(display_id: int) -> str | None:
    """Another secret; whoever holds the one before, or a session by it, is shown nothing from now on. None: it is no more, or
    revoked."""
    row = Display.objects.filter(pk=display_id, revoked=None).first()
    if row is None:
        return None
    secret = f"{row.prefix}_{secrets.token_urlsafe(32)}"
    changed = Display.objects.filter(pk=display_id, revoked=None, digest=row.digest).update(
        digest=_digest(secret), former_digest=row.digest, generation=F("generation") + 1
    )
    return secret if changed else None


def revoke(display_id: int, now: float | None = None) -> bool:
    """End it at once. False: there is none, or it was revoked."""
    at = time.time() if now is None else now
    return Display.objects.filter(pk=display_id, revoked=None).update(revoked=at, generation=F("generation") + 1) == 1


def delete(display_id: int) -> bool:
    """Forget it. False: there is none."""
    return Display.objects.filter(pk=display_id).delete()[1].get("dashboard.Display", 0) == 1


def every() -> list[Known]:
    """All displays, by name."""
    return [_known(row) for row in Display.objects.all()]


def find(slug: str) -> Known | None:
    """One display, over or not."""
    row = Display.objects.filter(slug=slug).first()
    return None if row is None else _known(row)


def by_id(display_id: int) -> Known | None:
    """One display, over or not."""
    row = Display.objects.filter(pk=display_id).first()
    return None if row is None else _known(row)


def of_ids(ids: Iterable[int]) -> dict[int, Known]:
    """Those of these displays that there are: one query."""
    return {row.pk: _known(row) for row in Display.objects.filter(pk__in=list(ids))}


def of_prefixes(prefixes: Iterable[str]) -> list[Known]:
    """Those of the displays with these prefixes that there are, by name."""
    return [_known(row) for row in Display.objects.filter(prefix__in=list(prefixes))]


def opened(secret: str, address: str, now: float) -> Known | Over | None:
    """The display that a secret opens to this address; why it opens nothing, told only to whoever holds a secret that was right
    once; or None: it is none of ours."""
    match = _FORM.fullmatch(secret)
    if match is None:
        return None
    row = Display.objects.filter(prefix=match[1]).first()
    # Digests are compared also where nothing was found: the answer takes as long.
    digest = _digest(secret)
    same = hmac.compare_digest(row.digest if row else "", digest)
    former = hmac.compare_digest(row.former_digest if row else "", digest)
    if row is None or not (same or former):
        return None
    known = _known(row)
    over = known.term.over(now, address)
    if over is None and former:
        return Over.REPLACED
    return over or known


def note(display_id: int, seen: Seen, screen: str) -> None:
    """What was seen of it: written down once in SEEN_EVERY seconds. `screen` tells the browsers apart that hold its session. What
    cannot be written is passed over: no wall goes dark for it."""
    mine = time.monotonic()
    before = _noted.get(display_id)
    if before is not None and before[1] == screen and mine - before[0] < SEEN_EVERY:
        return
    columns: dict[str, float | int | str | None] = {
        "seen_at": seen.at,
        "address": seen.address[:45],
        "browser": seen.browser[:60],
        "version": seen.version[:40],
        "width": seen.width,
        "height": seen.height,
        "frame_at": seen.frame_at,
        "wall": seen.wall[:8],
        "why_basic": seen.why_basic[:200],
        "clock_off": seen.clock_off,
        "screen": screen,
    }
    due = Q(pk=display_id) & (Q(seen_at=None) | Q(seen_at__lte=seen.at - SEEN_EVERY) | Q(seen_at__gt=seen.at + SEEN_EVERY))
    try:
        # Two that show the same: the other one was heard of a moment ago, and nothing but this tells of it.
        Display.objects.filter(pk=display_id, seen_at__gt=seen.at - 60).exclude(screen__in=("", screen)).filter(
            Q(also_at=None) | Q(also_at__lte=seen.at - SEEN_EVERY)
        ).update(also_at=seen.at)
        Display.objects.filter(due).update(**columns)
    except DatabaseError as error:
        logger.debug("That a display was seen could not be written down: %s.", type(error).__name__)
        return
    _noted[display_id] = (mine, screen)
    if len(_noted) > MOST:
        _noted.clear()


def _columns(wanted: Wanted, now: float) -> dict[str, str | float | bool | None]:
    """As it is kept. Raises WrongError."""
    try:
        name = plain(wanted.name, LONGEST_NAME, "A name")
        place = plain(wanted.place, LONGEST_PLACE, "A place")
        message = plain(wanted.message, LONGEST_MESSAGE, "A message")
        at, in_zone, allowed = hour(wanted.reload_at), zone(wanted.zone), networks(wanted.networks)
    except ValueError as error:
        raise WrongError(str(error)) from None
    if not name:
        raise WrongError("A display needs a name, such as that of the room.")
    if not 1 <= len(wanted.pages) <= MOST_PAGES:
        raise WrongError(f"A display shows one page, or up to {MOST_PAGES} in turn.")
    if wanted.clusters is not None:
        if not wanted.clusters:
            raise WrongError("Choose the clusters that the display may show, or all of them.")
        if any(one.cluster is not None and one.cluster not in wanted.clusters for one in wanted.pages):
            raise WrongError("It is to show a cluster that it may not show. Allow it, or take its page away.")
    if not SCALES[0] <= wanted.scale <= SCALES[1]:
        raise WrongError(f"The scale is a number from {SCALES[0]:g} to {SCALES[1]:g}.")
    if (wanted.latitude is None) != (wanted.longitude is None):
        raise WrongError("Sunrise needs both, latitude and longitude.")
    if not (-90 <= (wanted.latitude or 0) <= 90 and -180 <= (wanted.longitude or 0) <= 180):
        raise WrongError("The latitude is a number from −90 to 90, the longitude one from −180 to 180.")
    if wanted.expires is not None and wanted.expires <= now:
        raise WrongError("It would be over at once: its end lies in the past.")
    return {
        "name": name,
        "place": place,
        "pages": msgspec.json.encode(wanted.pages).decode(),
        "every_cluster": wanted.clusters is None,
        "clusters": msgspec.json.encode(sorted(wanted.clusters or ())).decode(),
        "theme": wanted.theme.value,
        "latitude": wanted.latitude,
        "longitude": wanted.longitude,
        "zone": in_zone,
        "scale": wanted.scale,
        "message": message,
        "message_until": wanted.message_until,
        "chime": wanted.chime,
        "reload_at": at,
        "addresses": msgspec.json.encode(allowed).decode(),
        "expires": wanted.expires,
        "edited": now,
    }


def _known(row: Display) -> Known:
    wall = Wall(
        row.pk,
        row.slug,
        row.name,
        row.place,
        _pages.decode(row.pages),
        None if row.every_cluster else _clusters.decode(row.clusters),
        Theme(row.theme),
        row.latitude,
        row.longitude,
        row.zone,
        row.scale,
        row.message,
        row.message_until,
        row.chime,
        row.reload_at,
        row.edited,
    )
    term = Term(row.generation, row.expires, row.revoked, _networks.decode(row.addresses))
    return Known(wall, term, _seen(row), row.prefix, row.author, row.created)


def _seen(row: Display) -> Seen | None:
    if row.seen_at is None:
        return None
    drawn = (row.frame_at, row.wall, row.why_basic, row.clock_off, row.also_at)
    return Seen(row.seen_at, row.address, row.browser, row.version, row.width, row.height, *drawn)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
