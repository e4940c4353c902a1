"""Signing in without a password: the one-time link that `manage.py up` and `manage.py signin` print; and whether a session holds.

A token has 256 random bits and is looked up by its SHA-256, so the time of a comparison tells nothing about a token. Opening a link
shows a page and changes nothing (previews and prefetching would spend it); its button, which a script presses, posts. Spending is
one conditional UPDATE: of two who try at once, one wins.
"""

import hashlib
import secrets
from collections.abc import Iterable, Iterator
from datetime import timedelta
from importlib import import_module
from typing import TypeVar

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import User
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone

from dashboard.models import SignInLink

ADMINISTRATOR = "admin"
LINK_LIFETIME = timedelta(minutes=15)
#: So many sessions or accounts are looked up by one query.
_AT_ONCE = 500

Key = TypeVar("Key", int, str)


def one_time_link(base_url: str) -> str:
    """A new link below `base_url` (http://127.0.0.1:8765) that signs in the administrator once and is valid for 15 min."""
    now = timezone.now()
    # Each start passes here: what is over is swept away.
    SignInLink.objects.filter(expires__lt=now).delete()
    _sessions().clear_expired()
    token = secrets.token_urlsafe(32)
    SignInLink.objects.create(digest=_digest(token), expires=now + LINK_LIFETIME)
    # Not by `reverse`, for which `up` and `signin` would import every page.
    return f"{base_url.rstrip('/')}/signin/{token}/"


def is_open(token: str) -> bool:
    """Whether a link can still be used. Changes nothing."""
    return SignInLink.objects.filter(digest=_digest(token), used=None, expires__gt=timezone.now()).exists()


def spend(token: str) -> User | None:
    """Use up a link: the administrator's account, made at its first use; None if the link is unknown, used or over, or if the
    account has been switched off."""
    now = timezone.now()
    spent = SignInLink.objects.filter(digest=_digest(token), used=None, expires__gt=now).update(used=now)
    if spent != 1:
        return None
    user, created = User.objects.get_or_create(username=ADMINISTRATOR, defaults={"is_staff": True, "is_superuser": True})
    if created:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user if user.is_active else None


def ended(session_keys: Iterable[str]) -> set[str]:
    """Those of these sessions that are no more, or over: one query for 500. What else ends a session is told by `holds`."""
    asked = set(session_keys)
    found: set[str] = set()
    for some in _batches(sorted(asked)):
        alive = Session.objects.filter(session_key__in=some, expire_date__gt=timezone.now())
        found.update(alive.values_list("session_key", flat=True))
    return asked - found


def standing(users: Iterable[int]) -> dict[int, str]:
    """Of each of these accounts that is there and active, a text that changes when its password does: one query for 500. A session
    whose account is not among them is over; where the text has changed, `holds` tells."""
    found: dict[int, str] = {}
    for some in _batches(sorted(set(users))):
        accounts = User.objects.filter(pk__in=some, is_active=True).values_list("pk", "password")
        found.update((pk, _digest(password)) for pk, password in accounts)
    return found


def holds(session_key: str | None, user_id: int) -> bool:
    """Whether the session still signs in this user: not ended, not expired, the password not changed, the account active."""
    request = HttpRequest()
    request.session = _sessions()(session_key)
    user = get_user(request)
    return user.is_authenticated and user.pk == user_id


def _batches(keys: list[Key]) -> Iterator[list[Key]]:
    return (keys[first : first + _AT_ONCE] for first in range(0, len(keys), _AT_ONCE))


def _sessions() -> type[SessionBase]:
    store: type[SessionBase] = import_module(settings.SESSION_ENGINE).SessionStore
    return store


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
