"""Two clusters, or two moments of one, beside each other: what is asked, read, and shaped for the page."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import msgspec
from django.urls import reverse

from dashboard import pulses, wanted_changes
from dashboard.then import iso
from dashboard.wanted_changes import WrongError
from planes.assess import compare
from planes.assess.compare import NODES, Outcome, Pair, Part, Picture
from planes.live.wire import Lateness
from planes.store import comparing, moments, selectors
from planes.store.freshness import lateness
from planes.store.selectors import ClusterHead
from planes.structs.time_tokens import render

_TITLES = {
    Part.VERDICTS: "Verdicts",
    Part.VERSIONS: "Versions",
    Part.NODES: "Nodes",
    Part.COMPONENTS: "Components",
    Part.NODE: "Nodes, one by one",
}


class NoClusterError(Exception):
    """There is none of this name: `slug`."""

    def __init__(self, slug: str) -> None:
        super().__init__(slug)
        self.slug = slug


class TooOldError(Exception):
    """Nothing is remembered of that moment: `oldest` is the first that is, None where there is none. `side` is "a" or "b"."""

    def __init__(self, side: str, head: ClusterHead, oldest: float | None) -> None:
        super().__init__(side)
        self.side, self.head, self.oldest = side, head, oldest


@dataclass(frozen=True, slots=True)
class Wanted:
    """A cluster, and the moment in epoch seconds; None: now."""

    slug: str
    at: float | None = None

    @property
    def address(self) -> str:
        """As the page's address has it."""
        return self.slug if self.at is None else f"{self.slug}@{iso(self.at)}"


@dataclass(frozen=True, slots=True)
class Side:
    """One of both, read. `late`: why its present is not vouched for; of the past it is None. `watched`: somebody watched then."""

    head: ClusterHead
    wanted: Wanted
    shown: Picture
    late: Lateness | None
    watched: bool

    @property
    def blind(self) -> bool:
        """No state of it is known."""
        return self.late is not None and self.late.cause != "cluster"

    @property
    def opens(self) -> str:
        """Where its picture is."""
        page = reverse("cluster", args=[self.head.slug])
        return page if self.wanted.at is None else f"{page}?at={iso(self.wanted.at)}"


@dataclass(frozen=True, slots=True)
class Section:
    """`more`: pairs that are not shown one by one."""

    title: str
    pairs: tuple[Pair, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Compared:
    """`count`: of differences."""

    a: Side
    b: Side
    count: int
    differ: tuple[Section, ...]
    untold: tuple[Section, ...]
    same: tuple[Section, ...]
    same_count: int

    @property
    def sides(self) -> tuple[Side, Side]:
        return self.a, self.b

    @property
    def now(self) -> bool:
        """Whether one of them is the present."""
        return self.a.wanted.at is None or self.b.wanted.at is None


def asked(query: Mapping[str, str], name: str, now: float) -> Wanted | None:
    """What `a=` or `b=` says: a cluster, and after an @ a moment; or the moment in a parameter of its own (`a_at=`), as a form
    gives it. None: nothing. Raises WrongError."""
    slug, _, moment = query.get(name, "").strip().partition("@")
    given = query.get(f"{name}_at", "").strip() or moment
    if not slug:
        return None
    if "\x00" in slug or len(slug) > 100:
        raise WrongError(f"{name}= is a cluster as its address names it, and perhaps @ and a moment.")
    at = wanted_changes.moment({name: given}, name) if given else None
    if at is not None and at > now:
        raise WrongError(f"The moment of {name}= has to lie in the past.")
    return Wanted(slug, at)


def side(name: str, wanted: Wanted, now: float, *, named: bool) -> Side:
    """It, read; `named`: with every node by name. Raises NoClusterError, TooOldError."""
    head = selectors.cluster(wanted.slug)
    if head is None:
        raise NoClusterError(wanted.slug)
    if wanted.at is None:
        late = lateness(pulses.freshness(head), now)
        found = comparing.picture(wanted.slug, named=named)
        if found is None:
            raise NoClusterError(wanted.slug)
        return Side(head, wanted, found, late, True)
    remembered = moments.picture(wanted.slug, wanted.at)
    if remembered is None:
        raise NoClusterError(wanted.slug)
    near, then = remembered
    if then is None:
        raise TooOldError(name, head, near.oldest)
    return Side(head, wanted, compare.of_past(then), None, near.watched)


def sides(a: Wanted, b: Wanted, now: float) -> tuple[Side, Side]:
    """Both. Raises NoClusterError, TooOldError."""
    named = a.slug == b.slug
    one = side("a", a, now, named=named)
    return one, one if a == b else side("b", b, now, named=named)


def compared(a: Side, b: Side, now: float) -> Compared:
    """Both beside each other, sentences as they read at `now`, and those of the past as they read then."""
    found = pairs(a, b, now)
    by = {outcome: [one for one in found if one.outcome is outcome] for outcome in Outcome}
    return Compared(
        a=a,
        b=b,
        count=len(by[Outcome.DIFFERS]),
        differ=_sections(by[Outcome.DIFFERS]),
        untold=_sections(by[Outcome.UNTOLD]),
        same=_sections(by[Outcome.SAME]),
        same_count=len(by[Outcome.SAME]),
    )


def pairs(a: Side, b: Side, now: float) -> list[Pair]:
    """Every fact of both."""
    return compare.pairs(_facts(a, b, now), _facts(b, a, now))


def _facts(one: Side, other: Side, now: float) -> list[compare.Fact]:
    made = compare.facts(one.shown, blind=one.blind)
    if one.head.id == other.head.id:
        made += compare.node_facts(one.shown, blind=one.blind)
    at = now if one.wanted.at is None else one.wanted.at
    return [msgspec.structs.replace(fact, because=render(fact.because, at)) if fact.because else fact for fact in made]


def _sections(found: list[Pair]) -> tuple[Section, ...]:
    made = [Section(title, tuple(one for one in found if one.part is part)) for part, title in _TITLES.items()]
    return tuple(replace(one, pairs=one.pairs[:NODES], more=max(0, len(one.pairs) - NODES)) for one in made if one.pairs)
