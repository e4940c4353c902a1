"""Where people have written down what to do: a link a kind, from PLANEWATCH_RUNBOOKS, on the pages of what it is about."""

import difflib
import re
from collections.abc import Mapping, Sequence
from urllib.parse import quote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from planes.components.registry import KINDS

#: What a runbook may be of; "*" stands for whatever has none of its own.
SUBJECTS = (*(one.kind for one in KINDS), "node")
_NAME = "PLANEWATCH_RUNBOOKS"
_HOLDER = re.compile(r"\{([^{}]*)\}")
_HOLDERS = ("kind", "cluster")


def read(entries: Sequence[str]) -> dict[str, str]:
    """Kind -> address. Raises ImproperlyConfigured, with a sentence, for a kind that is not known and what is no address."""
    found: dict[str, str] = {}
    for entry in entries:
        kind, sign, address = (part.strip() for part in entry.partition("="))
        if not sign:
            raise ImproperlyConfigured(f"{_NAME}: {entry!r} is not of the form kind=address.")
        if kind not in (*SUBJECTS, "*"):
            near = difflib.get_close_matches(kind, SUBJECTS, n=1, cutoff=0.6)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(SUBJECTS)} and *."
            raise ImproperlyConfigured(f"{_NAME}: {kind!r} is no kind; {hint}")
        if not _is_address(address):
            raise ImproperlyConfigured(f"{_NAME}: the runbook of {kind} is no address that begins with https:// or http://.")
        if wrong := [one for one in _HOLDER.findall(address) if one not in _HOLDERS]:
            raise ImproperlyConfigured(f"{_NAME}: {{{wrong[0]}}} is not known; there are {{kind}} and {{cluster}}.")
        found[kind] = address
    return found


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("https", "http") and bool(parts.hostname) and not re.search(r"\s", text)
    except ValueError:
        return False


def address(books: Mapping[str, str], kind: str, cluster: str) -> str:
    """The runbook of a kind in a cluster (its slug); "" if there is none."""
    held = {"kind": quote(kind, safe=""), "cluster": quote(cluster, safe="")}
    return _HOLDER.sub(lambda found: held[found[1]], books.get(kind) or books.get("*", ""))
