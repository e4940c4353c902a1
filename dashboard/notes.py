"""What people write about a cluster: notes on its incidents, and names of moments of its past.

Everybody who is signed in reads all of it and may write; what one has written only oneself takes away. Texts are plain, of bounded
length and number. They lie with the accounts, not with what is collected.
"""

import unicodedata
from collections.abc import Collection

import msgspec
from django.contrib.auth.models import AbstractBaseUser
from django.db import router, transaction

from dashboard.models import Bookmark, IncidentNote

#: Characters of a note and of a bookmark's name; notes on an incident, and bookmarks of a cluster.
LONGEST_NOTE, LONGEST_NAME = 4_000, 100
MOST_NOTES, MOST_BOOKMARKS = 100, 200
#: Names of one incident by which its notes are looked for: one for each of its steps.
_NAMES = 500


class WrongError(Exception):
    """What cannot be kept as it was written; the text says why."""


class Note(msgspec.Struct, frozen=True):
    """`at`: epoch seconds. `user`: the author's id; None: there is no such account any more."""

    id: int
    author: str
    user: int | None
    at: float
    text: str


class Kept(msgspec.Struct, frozen=True):
    """A bookmark. `at`: the moment that it names, epoch seconds; `user` as of a note."""

    id: int
    name: str
    author: str
    user: int | None
    at: float


def of_incident(cluster: int, names: Collection[str]) -> list[Note]:
    """The notes on one incident, oldest first. `names`: all by which it was ever known."""
    rows = IncidentNote.objects.filter(cluster=cluster, incident__in=list(names)[:_NAMES])
    return [Note(one.pk, one.author, one.user_id, one.at, one.text) for one in rows[:MOST_NOTES]]


def write(user: AbstractBaseUser, cluster: int, incident: str, text: str, now: float) -> None:
    """A note on an incident, by its name. `now`: epoch seconds. Raises WrongError."""
    text = _plain(text, lines=True)
    if not text:
        raise WrongError("A note needs some words.")
    if len(text) > LONGEST_NOTE:
        raise WrongError(f"A note has at most {LONGEST_NOTE:,} characters; this one has {len(text):,}.")
    with transaction.atomic(using=router.db_for_write(IncidentNote)):
        if IncidentNote.objects.filter(cluster=cluster, incident=incident).count() >= MOST_NOTES:
            raise WrongError(f"This incident has {MOST_NOTES} notes, and no room for more.")
        IncidentNote.objects.create(
            user_id=user.pk, author=user.get_username(), cluster=cluster, incident=incident, text=text, at=now
        )


def take_away(user: AbstractBaseUser, cluster: int, note: int) -> bool:
    """One's own note. False: there is none, or it is another's."""
    return IncidentNote.objects.filter(pk=note, cluster=cluster, user_id=user.pk).delete()[0] > 0


def bookmarks(cluster: int) -> list[Kept]:
    """Those of a cluster, the newest moment first."""
    rows = Bookmark.objects.filter(cluster=cluster)[:MOST_BOOKMARKS]
    return [Kept(one.pk, one.name, one.author, one.user_id, one.at) for one in rows]


def keep(user: AbstractBaseUser, cluster: int, at: float, name: str) -> None:
    """A moment, epoch seconds, by a name. Raises WrongError."""
    name = _plain(name, lines=False)
    if not name or len(name) > LONGEST_NAME:
        raise WrongError(f"A bookmark needs a name, of at most {LONGEST_NAME} characters.")
    with transaction.atomic(using=router.db_for_write(Bookmark)):
        if Bookmark.objects.filter(cluster=cluster).count() >= MOST_BOOKMARKS:
            raise WrongError(f"This cluster has {MOST_BOOKMARKS} bookmarks. Delete one that is not needed any more.")
        Bookmark.objects.create(user_id=user.pk, author=user.get_username(), cluster=cluster, name=name, at=at)


def let_go(user: AbstractBaseUser, cluster: int, bookmark: int) -> bool:
    """One's own bookmark. False: there is none, or it is another's."""
    return Bookmark.objects.filter(pk=bookmark, cluster=cluster, user_id=user.pk).delete()[0] > 0


def forget(cluster: int) -> None:
    """What people wrote about a cluster whose history goes: all of it, theirs and others'."""
    for model in (IncidentNote, Bookmark):
        model.objects.filter(cluster=cluster).delete()


def number(text: str) -> int:
    """The id that a form names; 0, which none has, for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _plain(text: str, *, lines: bool) -> str:
    """Without what is not seen and may turn the text around it round: controls, and marks of direction (Unicode's Cc and Cf, but
    for those that join letters)."""
    text = text.replace("\r\n", "\n").replace("\r", "\n") if lines else " ".join(text.split())
    kept = (one for one in text if one in "\n\u200c\u200d" or unicodedata.category(one) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    return "".join(kept).strip()
