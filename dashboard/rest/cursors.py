"""Where a page of a list ended, as text that means nothing to whoever keeps it.

A cursor holds the place of the last entry, not its number: what comes and goes before it moves nothing, so that no entry is skipped
or told twice but one whose own place has changed meanwhile. It belongs to one list, and is refused by any other.
"""

import base64
import binascii
import hashlib
from typing import TypeVar

import msgspec

from dashboard.rest.problems import RefusedError

LONGEST = 2_000

Place = TypeVar("Place", bound=msgspec.Struct)


class _Cursor(msgspec.Struct, array_like=True):
    of: str
    place: msgspec.Raw


def written(place: msgspec.Struct, *of: str) -> str:
    """`of` names the list: what was asked for, but for the page."""
    whole = msgspec.json.encode(_Cursor(_digest(of), msgspec.Raw(msgspec.json.encode(place))))
    return base64.urlsafe_b64encode(whole).decode().rstrip("=")


def read(text: str, kind: type[Place], *of: str) -> Place | None:
    """None without a cursor. Raises RefusedError for one that is none, or of another list."""
    if not text:
        return None
    try:
        whole = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        found = msgspec.json.decode(whole, type=_Cursor)
        place = msgspec.json.decode(found.place, type=kind)
    except (binascii.Error, msgspec.MsgspecError, UnicodeError, ValueError):
        raise RefusedError(400, "cursor= is none that this API gave. Begin with the first page, without it.") from None
    if found.of != _digest(of):
        raise RefusedError(400, "cursor= is of another list. Ask with the same parameters as for the page that gave it.")
    return place


def _digest(of: tuple[str, ...]) -> str:
    return hashlib.blake2b("\0".join(of).encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
