"""What the page of changes shows: read, and shaped for its template."""

from dataclasses import dataclass

from django.urls import reverse

from dashboard import wanted_changes
from dashboard.incident_links import Parts
from dashboard.presenters.change_log import BINS, Block, blocks, log_lines, titles, unwatched_blocks
from dashboard.presenters.log_rows import Row, rows
from dashboard.presenters.words import WORDS, counted
from dashboard.vouching import standing
from dashboard.wanted_changes import FILTERS, Asked
from planes.live.wire import Lateness
from planes.store import changes
from planes.store.selectors import ClusterHead

#: Lines of a page, before what happened together is put together.
LIMIT = 100
_RANGES = {"1h": "1 hour", "24h": "24 hours", "7d": "7 days", "30d": "30 days", "all": "everything on record"}


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
    """`rows`: of the list, with brackets in so many `lanes`. `found`: whether there is any change; `filtered`: whether by more than
    the time. `count`: how many there are, in words. `since`: since when anything was watched, epoch seconds; None: nothing was;
    `whole`: whether all since then is shown.
    `began`, `ended`: the density's window, epoch seconds. `older`, `newest`: queries of other pages of the list."""

    cluster: ClusterHead | None
    found: bool
    filtered: bool
    count: str
    span: str
    rows: tuple[Row, ...]
    lanes: int
    blocks: tuple[Block, ...]
    unwatched: tuple[Block, ...]
    began: float
    ended: float
    since: float | None
    whole: bool
    older: str
    newest: str
    query: str
    asked: Asked
    late: Lateness | None


def context(head: ClusterHead | None, asked: Asked, now: float) -> dict[str, object]:
    """For the template. `head`: of one cluster; None: of all. `now`: epoch seconds."""
    how = standing(head, now)
    page = _page(head, asked, now, how.late)
    return {
        "page": page,
        "vouched": how.vouched,
        "fresh": how.fresh,
        "choices": _choices(asked),
        "names": () if head else sorted(changes.named().items(), key=lambda one: one[1]),
        "ranges": tuple(_RANGES.items()),
        "served": now,
        "now": now,
        "late": how.late,
    }


def _choices(asked: Asked) -> tuple[Choice, ...]:
    wanted = asked.wanted
    return (
        Choice("plane", "plane", "both", (("control", "control"), ("data", "data")), wanted.plane),
        Choice("kind", "kind", "all", tuple(titles()), wanted.kind),
        Choice("state", "became", "any state", tuple(WORDS.items()), wanted.state),
    )


def _page(head: ClusterHead | None, asked: Asked, now: float, late: Lateness | None) -> ChangesPage:
    found = changes.page(asked.wanted, asked.after, LIMIT, whole_groups=True)
    first = found.since
    ended = asked.wanted.ended or now
    began = asked.wanted.began
    if began is None:
        oldest = changes.oldest(asked.wanted)
        began = oldest if oldest is not None else first if first is not None else ended - 86_400.0
    dots = changes.binned(asked.wanted, began, ended, BINS)
    listed = [one.row.at for one in found.found]
    parts = Parts({one.slug for one in found.found}, min(listed, default=0.0), max(listed, default=0.0))
    first_page, older = asked.after is None, found.older is not None
    lines = log_lines(found.found, found.spans, first_page=first_page, older=older, part_of=parts.of)
    told = rows(lines, now, first_page=first_page, older=older)
    route = reverse("cluster-changes", args=[head.slug]) if head else reverse("changes")
    return ChangesPage(
        cluster=head,
        found=bool(found.found),
        filtered=any(name in FILTERS for name, _ in asked.kept),
        count=counted(found.count, "change"),
        span=f"in {_RANGES[asked.range]}" if asked.range in ("1h", "24h", "7d", "30d") else "",
        rows=tuple(told),
        lanes=max((tie.lane + 1 for row in told for tie in row.ties), default=0),
        blocks=tuple(blocks(dots, began, ended)),
        unwatched=tuple(unwatched_blocks(found.spans, began, min(ended, now))) if ended <= now else (),
        began=began,
        ended=ended,
        since=first,
        whole=first is not None and first >= began and asked.wanted.ended is None and asked.after is None,
        older=asked.query(after=wanted_changes.place(found.older)) if found.older else "",
        newest=f"{route}?{asked.query()}" if asked.after else "",
        query=asked.query(),
        asked=asked,
        late=late,
    )
