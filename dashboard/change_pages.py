"""What the page of changes shows: read, and shaped for its template."""

from dataclasses import dataclass

from django.urls import reverse

from dashboard import pulses, wanted_changes
from dashboard.presenters.change_log import Block, GapLine, LogLine, blocks, log_lines, titles, unwatched_blocks
from dashboard.presenters.words import WORDS, counted
from dashboard.wanted_changes import FILTERS, Asked
from planes.live.wire import Lateness
from planes.store import changes, selectors
from planes.store.freshness import Freshness, believed, lateness
from planes.store.selectors import ClusterHead

#: Lines of a page, before what happened together is put together.
LIMIT = 200
_RANGES = {"1h": "1 hour", "24h": "24 hours", "7d": "7 days", "30d": "30 days", "all": "everything on record"}


@dataclass(frozen=True, slots=True)
class Vouched:
    """A cluster with the moments from which the page judges whether its list is still whole."""

    head: ClusterHead
    fresh: Freshness
    late: Lateness | None


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter that is chosen from a list: the parameter's name, what it is called, what no choice is called, values with their
    words, and the value that is chosen."""

    name: str
    called: str
    all: str
    values: tuple[tuple[str, str], ...]
    chosen: str


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """`found`: whether there is any change; `filtered`: whether by more than the time. `count`: how many there are, in words.
    `since`: since when anything was watched, epoch seconds; None: nothing was. `began`, `ended`: the density's window, epoch
    seconds. `older`, `newest`: queries of other pages of the list."""

    cluster: ClusterHead | None
    found: bool
    filtered: bool
    count: str
    span: str
    lines: tuple[LogLine | GapLine, ...]
    blocks: tuple[Block, ...]
    unwatched: tuple[Block, ...]
    began: float
    ended: float
    since: float | None
    older: str
    newest: str
    query: str
    asked: Asked
    late: Lateness | None


def context(head: ClusterHead | None, asked: Asked, now: float) -> dict[str, object]:
    """For the template. `head`: of one cluster; None: of all. `now`: epoch seconds."""
    heads = [head] if head else selectors.watched()
    freshness = pulses.all_freshness(heads)
    vouched = [Vouched(one, fresh, lateness(fresh, now)) for one, fresh in zip(heads, freshness, strict=True)]
    lates = [one.late for one in vouched]
    # The list is late where no cluster's collector vouches for it: it may lack what happened since.
    blind = [late for late in lates if late is not None and late.cause != "cluster"]
    late = max(blind, key=lambda one: one.since or 0.0) if blind and len(blind) == len(lates) else None
    page = _page(head, asked, now, late)
    first = vouched[0] if head else None
    heard = max((one.fresh.heard_at for one in vouched if one.fresh.heard_at is not None), default=None)
    return {
        "page": page,
        "vouched": () if head else tuple(vouched),
        "fresh": believed(first.fresh, first.late) if first else Freshness(None, heard),
        "choices": _choices(asked),
        "names": () if head else sorted(changes.named().items(), key=lambda one: one[1]),
        "ranges": tuple(_RANGES.items()),
        "served": now,
        "now": now,
        "late": late,
    }


def _choices(asked: Asked) -> tuple[Choice, ...]:
    wanted = asked.wanted
    return (
        Choice("plane", "plane", "both", (("control", "control"), ("data", "data")), wanted.plane),
        Choice("kind", "kind", "all", tuple(titles()), wanted.kind),
        Choice("state", "became", "any state", tuple(WORDS.items()), wanted.state),
    )


def _page(head: ClusterHead | None, asked: Asked, now: float, late: Lateness | None) -> ChangesPage:
    found = changes.page(asked.wanted, asked.after, LIMIT)
    first = found.spans[0].began if found.spans else None
    ended = asked.wanted.ended or now
    dots = changes.density(asked.wanted)
    began = asked.wanted.began
    if began is None:
        began = min((one.at for one in dots[-1:]), default=first if first is not None else ended - 86_400.0)
    lines = log_lines(found.found, found.spans, first_page=asked.after is None, older=found.older is not None)
    route = reverse("cluster-changes", args=[head.slug]) if head else reverse("changes")
    return ChangesPage(
        cluster=head,
        found=bool(found.found),
        filtered=any(name in FILTERS for name, _ in asked.kept),
        count=counted(found.count, "change"),
        span=f"in {_RANGES[asked.range]}" if asked.range in ("1h", "24h", "7d", "30d") else "",
        lines=tuple(lines),
        blocks=tuple(blocks(dots, began, ended)),
        unwatched=tuple(unwatched_blocks(found.spans, began, min(ended, now))) if ended <= now else (),
        began=began,
        ended=ended,
        since=first,
        older=asked.query(after=wanted_changes.place(found.older)) if found.older else "",
        newest=f"{route}?{asked.query()}" if asked.after else "",
        query=asked.query(),
        asked=asked,
        late=late,
    )
