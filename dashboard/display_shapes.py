"""What a display is, and what is said of it. Pure: no queries, no clock; times are epoch seconds and come in.

A display shows one page or several in turn. It is over when it was revoked or has expired, and then opens nothing. What its screen
last said of itself tells how it stands: a wall that nobody has heard of for DARK seconds is dark.
"""

import ipaddress
import re
import unicodedata
from collections.abc import Collection, Iterable
from datetime import time
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec

from planes.structs import time_tokens

#: Seconds after which a display of which nothing is heard is dark: a full wall says something every 30 s, a basic one every 15 s,
#: and three may be lost.
DARK = 90.0
#: Seconds for which the last frame may be older than the last word: what comes to a wall comes every few seconds.
FRAME_OLD = 60.0
#: Seconds by which a screen's clock may be wrong before it is said.
CLOCK_OFF = 30.0
#: Seconds for which a page of a rotation stands, at least and at most; pages of a rotation.
DWELL, MOST_PAGES = (5, 3600), 60
SCALES = (0.5, 3.0)
LONGEST_NAME, LONGEST_PLACE, LONGEST_MESSAGE, MOST_NETWORKS = 100, 100, 500, 50
#: Pixels of a screen that are believed: a watch, and a wall of sixteen 8K screens.
PIXELS = (100, 40_000)


class Shows(StrEnum):
    OVERVIEW = "overview"
    CLUSTER = "cluster"
    ROTATION = "rotation"


class Theme(StrEnum):
    DARK = "dark"
    LIGHT = "light"
    SUN = "sun"  # light from sunrise to sunset


class Page(msgspec.Struct, frozen=True):
    """One page of a wall. `cluster`: its id; None: the overview of all that are allowed. `seconds`: for how long it stands."""

    cluster: int | None
    seconds: Annotated[int, msgspec.Meta(ge=DWELL[0], le=DWELL[1])] = 30


class Over(StrEnum):
    """Why a display opens nothing."""

    REVOKED = "revoked"
    EXPIRED = "expired"
    REPLACED = "replaced"  # the secret, or the session, by a newer one
    ELSEWHERE = "elsewhere"  # it may not be shown at this address


class Wall(msgspec.Struct, frozen=True):
    """What a display shows. `clusters`: ids of those it may know of; None: all. `zone` empty: the screen's own. `edited`: when any
    of this was last changed, by which a page finds that it is out of date."""

    id: int
    slug: str
    name: str
    place: str
    pages: tuple[Page, ...]
    clusters: frozenset[int] | None
    theme: Theme
    latitude: float | None
    longitude: float | None
    zone: str
    scale: float
    message: str
    message_until: float | None
    chime: bool
    reload_at: str
    edited: float

    @property
    def shows(self) -> Shows:
        """In one word."""
        if len(self.pages) > 1:
            return Shows.ROTATION
        return Shows.OVERVIEW if self.pages[0].cluster is None else Shows.CLUSTER

    def may(self, cluster_id: int) -> bool:
        """Whether it may know of this cluster."""
        return self.clusters is None or cluster_id in self.clusters

    def said(self, now: float) -> str:
        """The operator's message, as long as it holds."""
        return self.message if self.message_until is None or now < self.message_until else ""


class Term(msgspec.Struct, frozen=True):
    """For how long, and from where, a display is good. `networks`: such as 10.0.0.0/8; none: from anywhere."""

    generation: int
    expires: float | None
    revoked: float | None
    networks: tuple[str, ...] = ()

    def over(self, now: float, address: str, generation: int | None = None) -> Over | None:
        """Why it opens nothing to whoever asks from this address, with a session of this generation; None: it does."""
        if self.revoked is not None:
            return Over.REVOKED
        if self.expires is not None and now >= self.expires:
            return Over.EXPIRED
        if generation is not None and generation != self.generation:
            return Over.REPLACED
        return None if is_within(address, self.networks) else Over.ELSEWHERE


class Seen(msgspec.Struct, frozen=True):
    """What a screen last said of itself, at `at`. `frame_at`: when it last drew something that had come; None: nothing yet.
    `version`: of the pages that it runs. `wall`: "full" or "basic", and why the latter. `clock_off`: seconds by which its clock is
    fast. `also_at`: when two screens were last seen that show this display."""

    at: float
    address: str
    browser: str
    version: str
    width: int
    height: int
    frame_at: float | None
    wall: str
    why_basic: str
    clock_off: float | None
    also_at: float | None = None


class How(StrEnum):
    """How a display stands, the worst first."""

    DARK = "dark"
    DEGRADED = "degraded"
    DRAWING = "drawing"
    WAITING = "waiting"  # never shown yet
    ENDED = "ended"


class Standing(msgspec.Struct, frozen=True):
    """`why`: sentences with their full stops. `since`: from when it is dark."""

    how: How
    why: tuple[str, ...] = ()
    since: float | None = None


def standing(term: Term, seen: Seen | None, version: str, now: float) -> Standing:
    """How a display stands at `now`. `version`: of the pages that the server would give it."""
    if term.revoked is not None:
        return Standing(How.ENDED, ("Revoked.",), term.revoked)
    if term.expires is not None and now >= term.expires:
        return Standing(How.ENDED, ("Expired.",), term.expires)
    if seen is None:
        return Standing(How.WAITING, ("No screen has shown it yet.",))
    if now - seen.at >= DARK:
        return Standing(How.DARK, ("Nothing has been heard of it since.",), seen.at)
    why = []
    if seen.frame_at is None:
        why.append("It has drawn nothing yet.")
    elif seen.at - seen.frame_at >= FRAME_OLD:
        why.append("It is connected, but draws nothing new.")
    if seen.version and seen.version != version:
        why.append("It runs pages of another version; it reloads itself.")
    if seen.clock_off is not None and abs(seen.clock_off) >= CLOCK_OFF:
        why.append(f"Its clock is {time_tokens.duration(abs(seen.clock_off))} {'fast' if seen.clock_off > 0 else 'slow'}.")
    if seen.also_at is not None and now - seen.also_at < DARK:
        why.append("Two screens show it; only the last one heard of is told here.")
    return Standing(How.DEGRADED if why else How.DRAWING, tuple(why))


def is_within(address: str, networks: Collection[str]) -> bool:
    """Whether an address is in one of these networks; with none of them, any is."""
    if not networks:
        return True
    try:
        of = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(of, ipaddress.IPv6Address) and of.ipv4_mapped is not None:
        of = of.ipv4_mapped
    return any(of in ipaddress.ip_network(one) for one in networks)


def networks(text: str) -> tuple[str, ...]:
    """Addresses and networks that somebody typed, apart by spaces, commas or lines, in their usual form. Raises ValueError with a
    sentence."""
    found: list[str] = []
    for word in re.split(r"[\s,;]+", text.strip()):
        if not word:
            continue
        try:
            one = str(ipaddress.ip_network(word, strict=False))
        except ValueError:
            raise ValueError(f"“{word[:50]}” is no address and no network. Write 10.4.1.31 or 10.4.0.0/16.") from None
        if one not in found:
            found.append(one)
    if len(found) > MOST_NETWORKS:
        raise ValueError(f"At most {MOST_NETWORKS} addresses and networks can be named.")
    return tuple(found)


def plain(text: str, longest: int, what: str) -> str:
    """Text of one line without what cannot be read, at most so long. Raises ValueError, in a sentence."""
    text = "".join(one for one in " ".join(text.split()) if unicodedata.category(one) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    if len(text) > longest:
        raise ValueError(f"{what} has at most {longest} characters; this one has {len(text)}.")
    return text


def slug_of(name: str, taken: Iterable[str]) -> str:
    """A short name for addresses, which none of `taken` has."""
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:50].strip("-") or "display"
    used = {*taken, "in", "basic"}
    return next(one for one in (base, *(f"{base}-{number}" for number in range(2, len(used) + 3))) if one not in used)


def hour(text: str) -> str:
    """A time of day such as 03:30; empty stays empty. Raises ValueError, in a sentence."""
    text = text.strip()
    if not text:
        return ""
    try:
        return time.fromisoformat(text).strftime("%H:%M")
    except ValueError:
        raise ValueError("The time of its nightly reload is written as 03:30.") from None


def zone(text: str) -> str:
    """A time zone by its name; empty stays empty. Raises ValueError, in a sentence."""
    text = text.strip()
    try:
        return str(ZoneInfo(text)) if text else ""
    except (ValueError, OSError, LookupError):
        raise ValueError("Its time zone is written as in Europe/Berlin.") from None


def pixels(text: str) -> int:
    """A width or height that a screen told of itself; 0 where it cannot be believed."""
    value = int(text) if re.fullmatch(r"[0-9]{1,6}", text) else 0
    return value if PIXELS[0] <= value <= PIXELS[1] else 0


#: The names of browsers in their User-Agent, those before others that they also claim to be.
_BROWSERS = (
    ("Edge", re.compile(r"\bEdgA?/(\d+)")),
    ("Samsung Internet", re.compile(r"\bSamsungBrowser/(\d+)")),
    ("Opera", re.compile(r"\bOPR/(\d+)")),
    ("Firefox", re.compile(r"\bFirefox/(\d+)")),
    ("Chromium", re.compile(r"\b(?:Headless)?Chrom(?:e|ium)/(\d+)")),
    ("Safari", re.compile(r"\bVersion/(\d+)\S* .*\bSafari/")),
)


def browser(agent: str) -> str:
    """A browser by its User-Agent, "Chromium 142"; empty: none that is known here. Signage says Chromium, by which it draws."""
    found = ((name, pattern.search(agent[:500])) for name, pattern in _BROWSERS)
    return next((f"{name} {match[1][:4]}" for name, match in found if match), "")
