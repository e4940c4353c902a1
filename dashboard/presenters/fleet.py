"""All clusters for people: grouped by a label, ordered, filtered; a group as cards or, where they are many, as rows."""

from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlencode

import msgspec

from dashboard.presenters.cards import ClusterCard, tally
from dashboard.presenters.history import DAY, Piece
from dashboard.presenters.words import WORDS, severity, word
from planes.assess.ribbon import cut, worst
from planes.structs.history import Stretch
from planes.structs.moments import Epoch
from planes.structs.verdicts import State

#: A group of more than so many clusters is shown as rows by itself, and all groups where there are more than so many clusters.
ROWS_FROM, ALL_ROWS_FROM = 12, 60
#: The labels by which clusters are grouped if nobody says otherwise, the first that any of them has.
USUAL = ("environment", "env", "stage", "region")
ORDERS = {"worst": "worst first", "name": "by name", "nodes": "most nodes first"}
SHAPES = ("cards", "rows")
#: Of more than so many clusters the cards are small; so many stand beside each other at most.
DENSE_FROM, _ABREAST = 6, 5
#: Seconds after which the ribbons of a day move on: less than a pixel of them.
_MOVES = 120.0
#: So group is spoken of in an address where none is wanted.
NO_GROUP = "none"


class FleetAsked(msgspec.Struct, frozen=True):
    """What an address asks for. `group`: a label's key, "none", or empty: as is usual. `show`: "cards", "rows", or empty: by how
    many there are. `state`: of the worst plane; empty: all. `words`: parts of names, labels, versions; all must be found."""

    group: str = ""
    order: str = "worst"
    show: str = ""
    state: str = ""
    words: str = ""

    def but(self, **changed: str) -> str:
        """The query of an address that asks for the same but for this; only what is not as usual."""
        other = msgspec.structs.replace(self, **changed)
        usual = FleetAsked()
        names = {"group": "group", "order": "order", "show": "show", "state": "state", "q": "words"}
        values = {name: (getattr(other, field), getattr(usual, field)) for name, field in names.items()}
        return urlencode({name: value for name, (value, as_usual) in values.items() if value != as_usual})


class Dayful(msgspec.Struct, frozen=True):
    """Of both planes of a cluster, from when on (epoch seconds) each was in which state; empty while nobody watched."""

    sky: tuple[tuple[float, str], ...]
    ground: tuple[tuple[float, str], ...]


class FleetEntry(msgspec.Struct, frozen=True):
    """One cluster. `line`: what a row says of it. `shown`: what the address asks for includes it; what does not is kept live all
    the same, for it may be included in a moment."""

    card: ClusterCard
    line: str
    shown: bool
    day: tuple[Piece, ...] = ()  # the last 24 hours, the worse plane of each moment


class FleetGroup(msgspec.Struct, frozen=True):
    """`name`: a label's value; empty: those without the label, or all where nothing is grouped. `said`: how many are in which
    state."""

    name: str
    worst: str
    said: str
    rows: bool
    entries: tuple[FleetEntry, ...]

    @property
    def shown(self) -> bool:
        """Whether any of it is."""
        return any(one.shown for one in self.entries)

    @property
    def wide(self) -> int:
        """For so many cards beside each other it has room to ask: small groups stand in one line."""
        return max(1, min(_ABREAST, sum(one.shown for one in self.entries)))


class Tallied(msgspec.Struct, frozen=True):
    """How many clusters are in a state, and the query that shows them alone, or all again where they are."""

    state: str
    count: int
    query: str


class Fleet(msgspec.Struct, frozen=True):
    """`keys`: labels by which one may group; `by`: the one by which these are, empty: none. `here`: the query of what is shown."""

    asked: FleetAsked
    here: str
    tally: tuple[Tallied, ...]
    by: str
    keys: tuple[str, ...]
    groups: tuple[FleetGroup, ...]
    shown: int
    total: int

    @property
    def dense(self) -> bool:
        """Whether cards are small, for there are many."""
        return self.total > DENSE_FROM


def fleet_asked(query: Mapping[str, str]) -> FleetAsked:
    """What is not understood is as usual."""
    order, show, state = query.get("order", ""), query.get("show", ""), query.get("state", "")
    return FleetAsked(
        group=query.get("group", "")[:63],
        order=order if order in ORDERS else "worst",
        show=show if show in SHAPES else "",
        state=state if state in WORDS else "",
        words=" ".join(query.get("q", "")[:200].split()),
    )


def fleet(
    cards: Sequence[ClusterCard],
    labels: Mapping[str, Mapping[str, str]],
    asked: FleetAsked,
    days: Mapping[str, Dayful] | None = None,
    now: float = 0.0,
) -> Fleet:
    """`labels` and `days`: of each cluster by its slug; of one that is not among `days` no day is drawn. `now`: epoch seconds."""
    keys = tuple(sorted({key for one in labels.values() for key in one}))
    by = _grouped_by(asked.group, keys)
    named: dict[str, list[ClusterCard]] = {}
    for card in cards:
        named.setdefault(labels.get(card.card.slug, {}).get(by, "") if by else "", []).append(card)
    many = len(cards) > ALL_ROWS_FROM
    drawn = {slug: _day(day, now) for slug, day in (days or {}).items()}
    groups = [_group(name, found, labels, asked, drawn, many=many) for name, found in named.items()]
    worst_first = asked.order == "worst"
    groups.sort(key=lambda one: (-severity(one.worst) if worst_first else 0, one.name == "", one.name))
    shown = sum(entry.shown for group in groups for entry in group.entries)
    counts = tally(list(cards), every=True)
    tallied = tuple(Tallied(one, count, asked.but(state="" if one == asked.state else one)) for one, count in counts)
    return Fleet(asked, asked.but(), tallied, by, keys, tuple(groups), shown, len(cards))


def _grouped_by(asked: str, keys: Sequence[str]) -> str:
    if asked == NO_GROUP:
        return ""
    return asked if asked in keys else next((one for one in USUAL if one in keys), "")


def _group(
    name: str,
    cards: list[ClusterCard],
    labels: Mapping[str, Mapping[str, str]],
    asked: FleetAsked,
    days: Mapping[str, tuple[Piece, ...]],
    *,
    many: bool,
) -> FleetGroup:
    entries = [
        FleetEntry(one, _line(one), _is_asked(one, labels.get(one.card.slug, {}), asked), days.get(one.card.slug, ()))
        for one in _ordered(cards, asked)
    ]
    rows = asked.show == "rows" or (asked.show != "cards" and (many or len(cards) > ROWS_FROM))
    return FleetGroup(name, max((one.worst for one in cards), key=severity), _counts(cards), rows, tuple(entries))


def _day(day: Dayful, now: float) -> tuple[Piece, ...]:
    """It moves on every two minutes: by what it says, and not by the second, a page differs from the one before."""
    ended = Epoch((now // _MOVES + 1) * _MOVES)
    began = Epoch(ended - DAY)
    planes = [cut(_stretches(turns, ended), began, ended) for turns in (day.sky, day.ground) if turns]
    return tuple(
        Piece(f"{(one.began - began) / DAY:.2%}", f"{one.seconds / DAY:.2%}", "" if one.state is None else str(one.state))
        for one in worst(planes)
    )


def _stretches(turns: Sequence[tuple[float, str]], ended: Epoch) -> list[Stretch]:
    ends = [*(at for at, _ in turns[1:]), ended]
    return [
        Stretch(Epoch(at), Epoch(end), State(state) if state else None)
        for (at, state), end in zip(turns, ends, strict=True)
        if end > at
    ]


def _ordered(cards: list[ClusterCard], asked: FleetAsked) -> list[ClusterCard]:
    ways = {"worst": lambda one: -severity(one.worst), "nodes": lambda one: -one.card.nodes, "name": lambda one: 0}
    way: Callable[[ClusterCard], int] = ways[asked.order]
    return sorted(cards, key=lambda one: (way(one), one.card.name))


def _is_asked(card: ClusterCard, labels: Mapping[str, str], asked: FleetAsked) -> bool:
    if asked.state and card.worst != asked.state:
        return False
    held = [card.card.name, card.card.slug, card.full, card.card.version, card.card.distribution]
    text = "\n".join([*held, *labels, *labels.values(), *(f"{key}={value}" for key, value in labels.items())]).lower()
    return all(one in text for one in asked.words.lower().split())


def _counts(cards: list[ClusterCard]) -> str:
    """ "1 down, 3 healthy", the worst first; of a single one what is wrong with it."""
    worst = [one.worst for one in cards]
    states = sorted(set(worst), key=lambda one: -severity(one))
    if len(cards) == 1 and states[0] != "healthy":
        return _line(cards[0])
    return ", ".join(f"{worst.count(one):,} {word(one)}" for one in states)


def _line(card: ClusterCard) -> str:
    """What is worst about it, in a few words."""
    if card.worst in ("healthy", "not_observable"):
        return word(card.data.state)
    return max((card.control, card.data), key=lambda one: severity(one.state)).headline
