"""Reading the history of announced changes: of one cluster or of all, filtered, a page at a time."""

from collections.abc import Sequence

import msgspec
from django.db import connection
from django.db.models import Case, Count, F, Func, IntegerField, Min, Q, QuerySet, Value, When
from django.db.models.expressions import CombinedExpression

from planes.components.registry import CONTROL_PLANE
from planes.models import Cluster, Transition
from planes.store.history import spans_of, watching_since
from planes.store.reading import one_view
from planes.structs.history import Span
from planes.structs.moments import Epoch
from planes.structs.rows import ChangeRow
from planes.structs.time_tokens import render
from planes.structs.verdicts import State

#: Changes of which the density is drawn: the newest.
DENSE = 20_000
#: Seconds around a page in which the rest of its groups is looked for: a group ends when nothing has joined it for a while
#: (planes/assess/changes.py).
GROUP_SPAN = 3_600.0
#: What changes have in common that are one line: cluster, group, agent, what they were and became.
_Shared = tuple[str, str, str, str, str]


class Wanted(msgspec.Struct, frozen=True):
    """What is asked for; what is empty or None filters nothing. `plane`: "control" or "data". `kind`: of a component or of a node's
    agent. `subject`: the exact name of a node. `state`: what it became. `began`, `ended`: epoch seconds. `among`: ids of clusters,
    no others are told of; None: all."""

    slug: str = ""
    plane: str = ""
    kind: str = ""
    subject: str = ""
    state: str = ""
    began: float | None = None
    ended: float | None = None
    among: tuple[int, ...] | None = None


class Place(msgspec.Struct, frozen=True):
    """Where a page of changes ends: the next begins with what is older."""

    at: float
    id: int


class Found(msgspec.Struct, frozen=True):
    """A change and whose it is."""

    id: int
    slug: str
    cluster: str
    row: ChangeRow


class Page(msgspec.Struct, frozen=True):
    """`found` newest first; `older`: where the next page begins; None: there is none. `count`: how many there are in all. `spans`:
    in which some cluster of those that were asked for was watched, oldest first. `since`: since when any was, epoch seconds; None:
    none was."""

    found: tuple[Found, ...]
    older: Place | None
    count: int
    spans: tuple[Span, ...]
    since: Epoch | None


class Dot(msgspec.Struct, frozen=True):
    """A change as the density has it, or `count` of them about that time."""

    at: float
    control: bool
    state: str
    count: int = 1


def page(wanted: Wanted, after: Place | None, limit: int, *, whole_groups: bool = False) -> Page:
    """At most `limit` changes; with `after` those that are older than it. `whole_groups`: where a group goes on on another page,
    its last that is found tells how many more there are."""
    with one_view():
        every = _matching(wanted)
        rest = every if after is None else every.filter(Q(at__lt=after.at) | Q(at=after.at, id__lt=after.id))
        rows = list(rest.select_related("cluster")[: limit + 1])
        found = [_found(one) for one in rows[:limit]]
        if whole_groups and (after is not None or len(rows) > limit):
            found = _with_rest(found, every)
        older = Place(rows[limit - 1].at, rows[limit - 1].pk) if len(rows) > limit else None
        return Page(tuple(found), older, every.count(), spans_of(_whose(wanted), wanted.began), watching_since(_whose(wanted)))


def _with_rest(found: Sequence[Found], every: QuerySet[Transition]) -> list[Found]:
    """The same, the last of each group with the rest of it: a line says of how many it is, whatever its page holds of them."""
    held: dict[_Shared, list[int]] = {}
    for place, one in enumerate(found):
        if one.row.group:
            held.setdefault(_shared(one), []).append(place)
    told = list(found)
    if not held:
        return told
    near = every.filter(at__gte=found[-1].row.at - GROUP_SPAN, at__lte=found[0].row.at + GROUP_SPAN)
    named = near.filter(group__in={shared[1] for shared in held}).order_by()
    whole = named.values_list("cluster__slug", "group", "agent", "before", "after").annotate(Count("id"), Min("at"))
    for slug, group, agent, before, after, count, first in whole:
        places = held.get((slug, group, agent, before, after), [])
        if places and count > len(places):
            last = told[places[-1]]
            row = msgspec.structs.replace(last.row, more=count - len(places), more_from=Epoch(first))
            told[places[-1]] = msgspec.structs.replace(last, row=row)
    return told


def _shared(one: Found) -> _Shared:
    return one.slug, one.row.group, one.row.agent, one.row.before.value, one.row.after.value


def _whole(of: CombinedExpression) -> Func:
    """The whole part of what is not below 0. For SQLite Django's FLOOR is a function of Python, called for each row."""
    template = "CAST(%(expressions)s AS INTEGER)" if connection.vendor == "sqlite" else "FLOOR(%(expressions)s)::integer"
    return Func(of, template=template, output_field=IntegerField())


def oldest(wanted: Wanted) -> float | None:
    """When the oldest was, epoch seconds; None: there is none."""
    return _matching(wanted).order_by("at").values_list("at", flat=True).first()


def binned(wanted: Wanted, began: float, ended: float, bins: int) -> list[Dot]:
    """How many there were of each plane and state in each of so many parts of the time between, at its middle; epoch seconds."""
    if ended <= began:
        return []
    width = (ended - began) / bins
    control = Case(When(_of_control(), then=Value(1)), default=Value(0), output_field=IntegerField())
    within = _matching(wanted).filter(at__gte=began, at__lt=ended).order_by()
    parted = within.annotate(bin=_whole((F("at") - began) / width), control=control).values_list("bin", "control", "after")
    counted = parted.annotate(Count("id"))
    return [Dot(began + (place + 0.5) * width, bool(above), state, count) for place, above, state, count in counted]


def density(wanted: Wanted) -> list[Dot]:
    """When the newest changes were, newest first."""
    fields = ("at", "subject_kind", "subject", "after")
    return [
        Dot(at, kind != "Node" and (kind != "Component" or subject in CONTROL_PLANE), state)
        for at, kind, subject, state in _matching(wanted).values_list(*fields)[:DENSE]
    ]


def named(slugs: Sequence[str] = ()) -> dict[str, str]:
    """The names of the clusters that are watched, by slug."""
    found = Cluster.objects.filter(enabled=True)
    return dict((found.filter(slug__in=slugs) if slugs else found).values_list("slug", "name"))


def _matching(wanted: Wanted) -> QuerySet[Transition]:
    every = Transition.objects.filter(cluster__enabled=True)
    if wanted.slug:
        every = every.filter(cluster__slug=wanted.slug)
    if wanted.among is not None:
        every = every.filter(cluster__in=wanted.among)
    if wanted.plane:
        every = every.filter(_of_control() if wanted.plane == "control" else ~_of_control())
    if wanted.kind:
        every = every.filter(Q(subject_kind="Component", subject=wanted.kind) | Q(subject_kind="Node", agent=wanted.kind))
    if wanted.subject:
        every = every.filter(subject_kind="Node", subject=wanted.subject)
    if wanted.state:
        every = every.filter(after=wanted.state)
    if wanted.began is not None:
        every = every.filter(at__gte=wanted.began)
    if wanted.ended is not None:
        every = every.filter(at__lt=wanted.ended)
    return every


def _of_control() -> Q:
    """What is told of the control plane, or of a cluster as a whole, which it tells."""
    return Q(subject_kind="Component", subject__in=CONTROL_PLANE) | Q(subject_kind="Cluster")


def _whose(wanted: Wanted) -> Q:
    which = Q(cluster__enabled=True)
    if wanted.slug:
        which &= Q(cluster__slug=wanted.slug)
    if wanted.among is not None:
        which &= Q(cluster__in=wanted.among)
    return which


def _found(one: Transition) -> Found:
    row = ChangeRow(
        subject_kind=one.subject_kind,
        subject=one.subject,
        agent=one.agent,
        before=State(one.before),
        after=State(one.after),
        because=render(one.because, one.at),  # rows of early versions hold ages that would run on
        at=Epoch(one.at),
        group=one.group,
        about=one.about,
        led=None if one.led is None else Epoch(one.led),
    )
    return Found(one.pk, one.cluster.slug, one.cluster.name, row)
