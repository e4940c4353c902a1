"""What an address asks of the table of nodes, and what the page shows of it.

`?q=` (the picture's own language), `sort=` (one of SORTS, "-" before it turns it round), `page=`, `size=`, `columns=` (names with
commas between them). What makes no sense is left out rather than refused: an address that somebody has kept goes on working.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from dashboard import pulses
from dashboard.node_filter import node_filter
from dashboard.presenters.node_table import COLUMNS, RARE, SORTS, NodeLine, node_lines, ordered, tally
from dashboard.presenters.words import counted, iso, word
from planes.live.wire import Lateness, NodeCells
from planes.store import selectors
from planes.store.freshness import believed, lateness
from planes.store.labels import nodes_labelled
from planes.store.selectors import ClusterHead
from planes.structs.versions import minor

SIZES = (25, 50, 100, 500)
DEFAULT_SIZE, DEFAULT_SORT = 50, "state"
_LONGEST = 1_000
_CHOSEN = tuple(name for name in COLUMNS if name not in RARE)


#: The columns of the file, in order.
SHEET = NodeCells._fields


@dataclass(frozen=True, slots=True)
class Asked:
    """`page` counts from 1."""

    query: str
    sort: str
    page: int
    size: int
    columns: tuple[str, ...]

    def address(self, **changes: str) -> str:
        """The same table as an address has it, with changes."""
        kept = {
            "q": self.query,
            "sort": "" if self.sort == DEFAULT_SORT else self.sort,
            "size": "" if self.size == DEFAULT_SIZE else str(self.size),
            "columns": "" if self.columns == _CHOSEN else ",".join(self.columns),
            "page": "",
        }
        return urlencode([(name, value) for name, value in (kept | changes).items() if value])


@dataclass(frozen=True, slots=True)
class Heading:
    """Of a column. `sorted`: "ascending", "descending" or ""; `href`: the table sorted by it; empty: it sorts nothing."""

    name: str
    title: str
    sorted: str
    href: str
    figure: bool


@dataclass(frozen=True, slots=True)
class View:
    """A query that is offered by name."""

    title: str
    href: str


@dataclass(frozen=True, slots=True)
class NodesPage:
    """`first` and `last` count from 1; `found` of `count` nodes are meant. `tally`: states with how many of them and the query that
    finds them. `previous`, `next` are queries; empty: there is none."""

    cluster: ClusterHead
    asked: Asked
    count: int
    found: int
    count_said: str
    found_said: str
    first: int
    last: int
    tally: tuple[tuple[str, int, str], ...]
    views: tuple[View, ...]
    headings: tuple[Heading, ...]
    lines: tuple[NodeLine, ...]
    choices: tuple[tuple[str, str, bool], ...]
    previous: str
    next: str
    query: str
    here: str
    late: Lateness | None

    @property
    def blind(self) -> bool:
        """Nobody vouches for it now: what the page lists is as it was last seen."""
        return self.late is not None and self.late.cause != "cluster"


def asked(query: Mapping[str, str], columns: list[str]) -> Asked:
    """`columns`: every value of that parameter, for a form sends one a box."""
    sort = query.get("sort", "")
    chosen = {name for part in columns for name in part.split(",")}
    return Asked(
        query=" ".join(query.get("q", "")[:_LONGEST].split()),
        sort=sort if sort.removeprefix("-") in SORTS else DEFAULT_SORT,
        page=_number(query.get("page", ""), 1),
        size=size if (size := _number(query.get("size", ""), DEFAULT_SIZE)) in SIZES else DEFAULT_SIZE,
        columns=tuple(name for name in COLUMNS if name in chosen) or _CHOSEN,
    )


def matching(slug: str, wanted: Asked) -> tuple[list[NodeCells], list[NodeCells]]:
    """Every node of a cluster, and those that are meant, in the order that was asked for."""
    every = selectors.node_cells(slug)
    meant = node_filter(wanted.query)
    labelled = {label: set(nodes_labelled(slug, label) or ()) for label in dict.fromkeys(meant.labels)}
    test = meant.test(labelled)
    return every, ordered([cells for cells in every if test(cells)], wanted.sort)


def context(head: ClusterHead, wanted: Asked, now: float) -> dict[str, object]:
    """For the template. `now`: epoch seconds."""
    fresh = pulses.freshness(head)
    late = lateness(fresh, now)
    stood = late.since if late is not None and late.cause == "collector" else None
    page = _page(head, wanted, late)
    return {"page": page, "sizes": SIZES, "fresh": believed(fresh, late), "served": now, "now": now if stood is None else stood}


def sheet(slug: str, wanted: Asked) -> Iterator[Sequence[str]]:
    """The nodes that are meant as rows of a table, its head first: every column, times in ISO 8601, states as they were stored."""
    yield SHEET
    for cells in matching(slug, wanted)[1]:
        values = cells._asdict() | {"since": iso(cells.since), "created": iso(cells.created)}
        yield ["" if values[name] is None else str(values[name]) for name in SHEET]


def _page(head: ClusterHead, wanted: Asked, late: Lateness | None) -> NodesPage:
    every, found = matching(head.slug, wanted)
    pages = max(1, -(-len(found) // wanted.size))
    number = min(max(1, wanted.page), pages)
    start = (number - 1) * wanted.size
    shown = found[start : start + wanted.size]
    return NodesPage(
        cluster=head,
        asked=wanted,
        count=len(every),
        found=len(found),
        count_said=counted(len(every), "node"),
        found_said=counted(len(found), "node"),
        first=start + 1 if shown else 0,
        last=start + len(shown),
        tally=tuple((state, count, wanted.address(q=_with(wanted.query, state))) for state, count in tally(found)),
        views=tuple(_views(head, wanted)),
        headings=tuple(_headings(wanted)),
        lines=tuple(node_lines(shown, late)),
        choices=tuple((name, title, name in wanted.columns) for name, title in COLUMNS.items()),
        previous=wanted.address(page=str(number - 1)) if number > 1 else "",
        next=wanted.address(page=str(number + 1)) if number < pages else "",
        query=wanted.address(),
        here=wanted.address(page=str(number)),
        late=late,
    )


def _with(query: str, state: str) -> str:
    """Only those of a state: another that was named before goes."""
    words = [one for one in query.split() if not one.startswith("state:")]
    return " ".join([*words, f"state:{word(state).replace(' ', '-')}"])


def _views(head: ClusterHead, wanted: Asked) -> list[View]:
    release = minor(head.row.version)
    views = [View("needs attention", wanted.address(q="not-healthy")), View("fullest", wanted.address(q="", sort="-memory"))]
    if release is not None:
        views.insert(1, View("version behind", wanted.address(q=f"-version:v{release[0]}.{release[1]}.")))
    return views


def _headings(wanted: Asked) -> list[Heading]:
    first = [
        Heading("state", "State", *_sorting(wanted, "state"), False),
        Heading("name", "Node", *_sorting(wanted, "name"), False),
    ]
    figures = ("cpu", "memory", "pods", "since", "age")
    return first + [
        Heading(name, COLUMNS[name], *(_sorting(wanted, name) if name in SORTS else ("", "")), name in figures)
        for name in wanted.columns
    ]


def _sorting(wanted: Asked, name: str) -> tuple[str, str]:
    if wanted.sort.removeprefix("-") != name:
        return "", wanted.address(sort=f"-{name}" if name in ("cpu", "memory", "pods") else name)
    down = wanted.sort.startswith("-")
    return ("descending" if down else "ascending"), wanted.address(sort=name if down else f"-{name}")


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else otherwise
