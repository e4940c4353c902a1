"""Screens that show a code until somebody who is signed in says what they are to show.

A code is six characters of 21 that are not taken for each other and spell no words: 86 million, of which at most OPEN are good at
a time, each for LIFE seconds and one screen. Only operators can try codes, and not many (dashboard/views/pairing.py). The screen
itself is known by a secret of 256 bits in its cookie, with which it fetches what was confirmed: a code that was overheard lets
nobody in. Nothing is shown until somebody confirms, and it is confirmed once.
"""

import hashlib
import re
import secrets

import msgspec
from django.db import IntegrityError, router, transaction
from django.utils.crypto import salted_hmac

from dashboard import displays
from dashboard.displays import Known
from dashboard.models import Pairing

#: Seconds for which a code is good; screens that may wait at once.
LIFE, OPEN = 600.0, 500
ALPHABET = "234679CDFGHJKNPQRTVXY"
LENGTH = 6


class TooManyError(Exception):
    """So many screens wait that no other gets a code for now."""


class Waiting(msgspec.Struct, frozen=True):
    """A screen that waits. `display`: what was confirmed for it; None: nothing yet."""

    id: int
    address: str
    browser: str
    width: int
    height: int
    created: float
    expires: float
    display: int | None


def begin(address: str, browser: str, now: float) -> tuple[str, str]:
    """A new code, and the secret of the screen that shows it. Raises TooManyError."""
    Pairing.objects.filter(expires__lte=now).delete()
    if Pairing.objects.filter(display=None).count() >= OPEN:
        raise TooManyError
    secret = secrets.token_urlsafe(32)
    for _ in range(5):
        code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        if Pairing.objects.filter(code=_of_code(code)).exists():
            continue
        try:
            with transaction.atomic(using=router.db_for_write(Pairing)):
                Pairing.objects.create(
                    code=_of_code(code),
                    digest=_of_secret(secret),
                    address=address[:45],
                    browser=browser[:60],
                    created=now,
                    expires=now + LIFE,
                )
        except IntegrityError:  # another process drew it at this moment
            continue
        return code, secret
    raise TooManyError


def of_screen(secret: str, now: float) -> Waiting | None:
    """The pairing of the screen that holds this secret; None: it is over, or there is none."""
    return _waiting(Pairing.objects.filter(digest=_of_secret(secret), expires__gt=now).first())


def of_code(typed: str, now: float) -> Waiting | None:
    """The screen that shows this code and was not confirmed yet."""
    code = read(typed)
    if code is None:
        return None
    return _waiting(Pairing.objects.filter(code=_of_code(code), expires__gt=now, display=None).first())


def measured(pairing: int, width: int, height: int) -> None:
    """What the screen said of its size, once."""
    if width and height:
        Pairing.objects.filter(pk=pairing, width=0).update(width=width, height=height)


def confirm(pairing: int, display: int, now: float) -> bool:
    """This screen is to show that display. False: it is over, or somebody was faster."""
    return Pairing.objects.filter(pk=pairing, display=None, expires__gt=now).update(display_id=display) == 1


def given(waiting: Waiting, now: float) -> Known | None:
    """The display that was confirmed for a screen, if it is good still."""
    known = None if waiting.display is None else displays.by_id(waiting.display)
    return None if known is None or known.term.over(now, waiting.address) is not None else known


def read(typed: str) -> str | None:
    """A code as somebody typed it, with or without its hyphen; None: it can be none."""
    code = re.sub(r"[\s\-‐–]+", "", typed.upper())
    return code if len(code) == LENGTH and all(one in ALPHABET for one in code) else None


def said(code: str) -> str:
    """A code as it is shown: 4F7K-2Q."""
    return f"{code[:4]}-{code[4:]}"


def _waiting(row: Pairing | None) -> Waiting | None:
    if row is None:
        return None
    return Waiting(row.pk, row.address, row.browser, row.width, row.height, row.created, row.expires, row.display_id)


def _of_code(code: str) -> str:
    return salted_hmac("planewatch.pairing", code, algorithm="sha256").hexdigest()


def _of_secret(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
