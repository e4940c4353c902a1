"""Tokens with which a person's programs read the API.

A token is `pw_<prefix>_<secret>`: the prefix finds it and may be shown, the secret has 256 random bits and is shown once. What is
kept is its SHA-256, for a slow hash would protect nothing: 256 bits cannot be guessed. Digests are compared in constant time. A
token opens all clusters or those that it names; it ends when it expires, is revoked, or its account is switched off or removed.
"""

import hashlib
import hmac
import logging
import re
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

import msgspec
from django.contrib.auth.models import AbstractBaseUser
from django.db import DatabaseError, router, transaction
from django.utils import timezone

from dashboard.models import ApiToken, ApiTokenCluster

logger = logging.getLogger(__name__)

#: Days for which a token is good, without a word about it and at most; how many a person may have at once.
DAYS, MOST_DAYS, EACH = 90, 366, 50
LONGEST_NAME = 100
#: `last_used` is written when it is older than this, so that a program that asks every second writes four times an hour.
COARSE = timedelta(minutes=15)
_FORM = re.compile(r"pw_([0-9a-f]{12})_[A-Za-z0-9_-]{43}")


class Grant(msgspec.Struct, frozen=True):
    """What a valid token opens. `clusters`: their ids; None: all."""

    prefix: str
    clusters: frozenset[int] | None


class Listed(msgspec.Struct, frozen=True):
    """A token as its owner sees it. `clusters`: ids of clusters; None: all. `ended`: why it opens nothing; empty: it does."""

    prefix: str
    name: str
    owner: str
    clusters: frozenset[int] | None
    created: datetime
    expires: datetime
    last_used: datetime | None
    ended: str


class WrongError(Exception):
    """A token that cannot be made as it was asked for; the text says why."""


def make(user: AbstractBaseUser, name: str, clusters: Collection[int] | None, days: int = DAYS) -> str:
    """The new token, which is known here and now and never again. `clusters`: ids; None: all. Raises WrongError."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise WrongError(f"A token needs a name that says what it is for, of at most {LONGEST_NAME} characters.")
    if not 1 <= days <= MOST_DAYS:
        raise WrongError(f"A token is good for 1 to {MOST_DAYS} days.")
    if clusters is not None and not clusters:
        raise WrongError("Choose the clusters that the token opens, or all of them.")
    now = timezone.now()
    prefix = secrets.token_hex(6)
    token = f"pw_{prefix}_{secrets.token_urlsafe(32)}"
    with transaction.atomic(using=router.db_for_write(ApiToken)):
        # What is over is shown for a while, so that its owner sees why a program was refused.
        ApiToken.objects.filter(user_id=user.pk, expires__lt=now - timedelta(days=30)).delete()
        if ApiToken.objects.filter(user_id=user.pk, revoked=None, expires__gt=now).count() >= EACH:
            raise WrongError(f"This account has {EACH} tokens. Revoke one that is not needed any more.")
        made = ApiToken.objects.create(
            user_id=user.pk,
            name=name,
            prefix=prefix,
            digest=_digest(token),
            every_cluster=clusters is None,
            expires=now + timedelta(days=days),
        )
        ApiTokenCluster.objects.bulk_create(ApiTokenCluster(token=made, cluster=one) for one in sorted(set(clusters or ())))
    return token


def grant(token: str) -> Grant | None:
    """What a token opens now; None if it is none, or opens nothing any more. One query, two where it does not open all clusters."""
    match = _FORM.fullmatch(token)
    if match is None:
        return None
    found = ApiToken.objects.filter(prefix=match[1], user__is_active=True).first()
    # Digests are compared also where nothing was found: the answer takes as long.
    same = hmac.compare_digest(found.digest if found else "", _digest(token))
    now = timezone.now()
    if found is None or not same or found.revoked is not None or found.expires <= now:
        return None
    if found.last_used is None or now - found.last_used >= COARSE:
        _note(found, now)
    return Grant(found.prefix, _scope(found))


def of(user: AbstractBaseUser | None = None) -> list[Listed]:
    """A person's tokens, or everybody's; the newest first."""
    found = ApiToken.objects.select_related("user").prefetch_related("clusters")
    now = timezone.now()
    return [_listed(one, now) for one in (found if user is None else found.filter(user_id=user.pk))]


def revoke(prefix: str, user: AbstractBaseUser | None = None) -> bool:
    """End a token at once; only if it is this person's, where one is named. False: there is no such token, or it was revoked."""
    found = ApiToken.objects.filter(prefix=prefix, revoked=None)
    if user is not None:
        found = found.filter(user_id=user.pk)
    return found.update(revoked=timezone.now()) == 1


def _note(token: ApiToken, now: datetime) -> None:
    """That it was used. Of two requests at once one writes, and one that cannot be written down is answered all the same."""
    try:
        ApiToken.objects.filter(pk=token.pk, last_used=token.last_used).update(last_used=now)
    except DatabaseError as error:
        logger.debug("That a token was used could not be written down: %s.", type(error).__name__)


def _listed(token: ApiToken, now: datetime) -> Listed:
    scope = None if token.every_cluster else frozenset(one.cluster for one in token.clusters.all())
    ended = (
        "revoked"
        if token.revoked is not None
        else "expired"
        if token.expires <= now
        else ""
        if token.user.is_active
        else "account switched off"
    )
    fields = (token.prefix, token.name, token.user.get_username(), scope, token.created, token.expires, token.last_used, ended)
    return Listed(*fields)


def _scope(token: ApiToken) -> frozenset[int] | None:
    return None if token.every_cluster else frozenset(token.clusters.values_list("cluster", flat=True))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
