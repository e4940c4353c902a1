"""What an address asks of the history: `?plane=`, `kind=`, `node=`, `state=`, `range=` (1h, 24h, 7d, 30d, all) or `from=` and `to=`
(ISO 8601; without an offset it is UTC), and `after=`, where the page before ended."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from planes.components.registry import KINDS
from planes.store.changes import Place, Wanted
from planes.structs.verdicts import State

RANGES: dict[str, float | None] = {"1h": 3600.0, "24h": 86_400.0, "7d": 7 * 86_400.0, "30d": 30 * 86_400.0, "all": None}
#: Parameters by which less is listed, but for the time.
FILTERS = ("plane", "kind", "node", "state")
DEFAULT_RANGE = "24h"
PLANES = ("control", "data")
#: No moment that a person means lies beyond: 1 January 2000 and 2100, epoch seconds.
_FIRST, _LAST = 946_684_800.0, 4_102_444_800.0
_PLACE = re.compile(r"(\d{1,12}(?:\.\d{1,6})?)~(\d{1,18})")
_LONGEST = 253


class WrongError(Exception):
    """What is asked for makes no sense; its text says what would."""


@dataclass(frozen=True, slots=True)
class Asked:
    """`range` is empty where moments were named. `kept`: the parameters that an address of another page of this list repeats."""

    wanted: Wanted
    range: str
    after: Place | None
    kept: tuple[tuple[str, str], ...]

    def query(self, **more: str) -> str:
        """The same list as an address has it, with other parameters."""
        return urlencode([*((name, value) for name, value in self.kept if name not in more), *more.items()])


def asked(query: Mapping[str, str], slug: str, now: float) -> Asked:
    """`now`: epoch seconds. Raises WrongError."""
    kinds = [kind.kind for kind in KINDS]
    plane = _one_of(query, "plane", PLANES)
    kind = _one_of(query, "kind", kinds)
    state = _one_of(query, "state", [one.value for one in State])
    node = query.get("node", "").strip()
    if len(node) > _LONGEST or "\x00" in node:
        raise WrongError("node= is the name of a node: at most 253 characters.")
    began, ended = moments(query)
    span = "" if began is not None or ended is not None else _one_of(query, "range", list(RANGES)) or DEFAULT_RANGE
    if span and (seconds := RANGES[span]) is not None:
        began = now - seconds
    kept = tuple((name, query[name]) for name in (*FILTERS, "range", "from", "to") if query.get(name))
    wanted = Wanted(slug=slug, plane=plane, kind=kind, subject=node, state=state, began=began, ended=ended)
    return Asked(wanted, span, _after(query), kept)


def moments(query: Mapping[str, str]) -> tuple[float | None, float | None]:
    """`from=` and `to=` as epoch seconds; None where they are not said. Raises WrongError."""
    began, ended = moment(query, "from"), moment(query, "to")
    if began is not None and ended is not None and ended <= began:
        raise WrongError("to= has to be later than from=.")
    return began, ended


def place(one: Place) -> str:
    """As `after=` has it."""
    return f"{one.at:.6f}~{one.id}"


def _one_of(query: Mapping[str, str], name: str, known: list[str] | tuple[str, ...]) -> str:
    value = query.get(name, "").strip()
    if value and value not in known:
        raise WrongError(f"{name}= is one of: {', '.join(known)}.")
    return value


def moment(query: Mapping[str, str], name: str) -> float | None:
    """A parameter that is a moment, in epoch seconds; None: it is not given. Raises WrongError."""
    value = query.get(name, "").strip()
    if not value:
        return None
    try:
        # An offset's "+" is a space in an address where it was not escaped.
        read = datetime.fromisoformat(value.replace(" ", "+") if "T" in value else value)
        seconds = (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        seconds = 0.0
    if not _FIRST <= seconds <= _LAST:
        raise WrongError(f"{name}= is a moment such as 2026-11-22T14:05Z.")
    return seconds


def _after(query: Mapping[str, str]) -> Place | None:
    value = query.get("after", "")
    if not value:
        return None
    match = _PLACE.fullmatch(value)
    if match is None:
        raise WrongError("after= is no place in this list: begin with its first page.")
    return Place(float(match[1]), int(match[2]))
