"""The past of one cluster: its picture at a moment, from what it is now and the changes that are remembered since."""

import time
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from math import ceil, floor
from typing import Literal

import msgspec
from django.db import connection
from django.db.models import Count

from planes.assess.past import Past, Remembered, Stood, Subject, rebuilt
from planes.components.registry import CONTROL_PLANE
from planes.live import wire
from planes.models import Cluster, Node, Transition
from planes.store import history, selectors, stored_components, walks
from planes.store.reading import one_view
from planes.structs.history import History, Span, Stretch
from planes.structs.moments import Epoch
from planes.structs.rows import ChangeRow
from planes.structs.thresholds import DEFAULT
from planes.structs.verdicts import State

_STATES: dict[str, State] = {one.value: one for one in State}
#: What of a node is the same in the past, or begins with what it is now; of the rest nothing is kept.
_KEPT = wire.NodeCells._fields[: wire.NodeCells._fields.index("pods_used")]
#: Changes that are listed before it, and that are read after it.
LISTED, AFTER = 40, 40


class Around(msgspec.Struct, frozen=True):
    """What lies around a moment, epoch seconds; None: nothing. `oldest`: from when on something is remembered. `watched`: somebody
    watched then; `nearest`: where not, the nearest moment at which somebody did. All are whole tenths of a second, as addresses
    have them (changes are told so): one that was rounded to before a span began would lead to where nothing is remembered."""

    oldest: float | None
    watched: bool
    nearest: float | None
    previous: float | None
    following: float | None


def around(slug: str, at: float) -> Around | None:
    """None: there is no such cluster."""
    with one_view():
        found = Cluster.objects.filter(slug=slug, enabled=True).first()
        return _around(found.pk, at) if found is not None else None


def _around(cluster_id: int, at: float) -> Around:
    every = Transition.objects.filter(cluster=cluster_id)
    spans = history.spans(cluster_id, 0.0)
    inside = any(one.began <= at <= one.ended for one in spans)
    tenths = [(ceil(one.began * 10) / 10, floor(one.ended * 10) / 10) for one in spans]
    edges = [edge for began, ended in tenths if began <= ended for edge in (began, ended)]
    return Around(
        oldest=min(edges, default=None),
        watched=inside,
        nearest=None if inside else min(edges, key=lambda edge: abs(edge - at), default=None),
        previous=every.filter(at__lt=at).order_by("-at").values_list("at", flat=True).first(),
        following=every.filter(at__gt=at).order_by("at").values_list("at", flat=True).first(),
    )


def snapshot(slug: str, at: float) -> wire.Snapshot | None:
    """The picture of an enabled cluster at a moment, epoch seconds; None if there is no such cluster."""
    with one_view():
        found = Cluster.objects.filter(slug=slug, enabled=True).first()
        if found is None:
            return None
        near = _around(found.pk, at)
        past = _rebuilt(found, at, near)
        changes = selectors.changes_until(found.pk, at, LISTED)
        after = tuple(changes_after(found.pk, at, AFTER))
    return wire.Snapshot(
        v=wire.VERSION,
        epoch="past",
        o=0,
        at=at,
        now=time.time(),
        slug=found.slug,
        name=found.name,
        cluster=past.cluster,
        components=past.components,
        columns=wire.NODE_COLUMNS,
        nodes=wire.columnar(wire.node_values(one) for one in past.nodes),
        attention=past.attention,
        changes=changes,
        past=wire.PastPicture(watched=near.watched, previous=near.previous, following=near.following, after=after),
    )


def picture(slug: str, at: float) -> tuple[Around, Past | None] | None:
    """As much of it as is compared: neither changes nor columns. None: there is no such cluster, or no picture of that moment, for
    nothing is remembered of it."""
    with one_view():
        found = Cluster.objects.filter(slug=slug, enabled=True).first()
        if found is None:
            return None
        near = _around(found.pk, at)
        known = near.oldest is not None and at >= near.oldest
        return near, _rebuilt(found, at, near) if known else None


def _rebuilt(found: Cluster, at: float, near: Around) -> Past:
    """Within one view: what is so now, and the changes since, are of one moment."""
    newer = near.oldest is None or at - near.oldest > time.time() - at
    read = Node.objects.filter(cluster=found).values_list(*_KEPT, "created")
    cells = [wire.NodeCells._make((*kept, 0, None, None, None, "", "", created)) for *kept, created in read]
    first, last = _first(found.pk, at, most=not newer), _last(found.pk, at, most=newer)
    later = {name for kind, name, _ in first if kind == "Node"}
    remembered = Remembered(Epoch(at), last | dict(_with_reasons(first, last)), later, near.watched)
    return rebuilt(remembered, selectors.head_of(found).row, stored_components.of_cluster(found.pk), cells, DEFAULT)


def changes_after(cluster_id: int, at: float, limit: int) -> list[ChangeRow]:
    """The first announced changes after a moment, epoch seconds, newest first. Of a group only GROUPED are listed, which are its
    first; the newest of them says how many more there are."""
    every = Transition.objects.filter(cluster=cluster_id, at__gt=at)
    told = Counter[str]()
    listed: list[Transition] = []
    for one in every.order_by("at", "id")[:limit]:
        told[one.group] += 1
        if not one.group or told[one.group] <= selectors.GROUPED:
            listed.append(one)
    rows = [selectors.change_of(one) for one in reversed(listed)]
    full = [group for group, count in told.items() if group and count >= selectors.GROUPED]
    if full:
        near = every.filter(at__lte=max(one.at for one in listed) + selectors.GROUP_SPAN, group__in=full)
        for group, count in near.order_by().values_list("group").annotate(Count("id")):
            place = next(place for place, row in enumerate(rows) if row.group == group)
            rows[place] = msgspec.structs.replace(rows[place], more=count - selectors.GROUPED)
    return rows


def _first(cluster_id: int, at: float, *, most: bool) -> dict[Subject, State]:
    """Of whom there is a change after the moment: what the first one began with."""
    found = _nearest("before", "MIN", ">", cluster_id, at, most=most)
    found.sort(key=lambda row: row[-1], reverse=True)  # of two in one moment the one that was announced first
    return {(kind, subject, agent): _state(before) for kind, subject, agent, before, _, _, _ in found}


def _last(cluster_id: int, at: float, *, most: bool) -> dict[Subject, Stood]:
    """Of whom there is a change before the moment: what the last one led to, why, and since when."""
    found = _nearest("after", "MAX", "<=", cluster_id, at, most=most)
    found.sort(key=lambda row: row[-1])  # of two in one moment the one that was announced last
    return {
        (kind, subject, agent): Stood(_state(after), because, Epoch(since))
        for kind, subject, agent, after, because, since, _ in found
    }


#: Kind, subject and agent of whom it is a change; a state; why, when, and the change's id.
_Row = tuple[str, str, str, str, str, float, int]


def _nearest(
    state: Literal["before", "after"],
    which: Literal["MIN", "MAX"],
    side: Literal[">", "<="],
    cluster_id: int,
    at: float,
    *,
    most: bool,
) -> list[_Row]:
    """The change of each subject that is nearest to a moment, on one side of it; of some that are in one moment all. Of tens of
    thousands of changes those few are found in the database: to read them all takes twice as long. CROSS JOIN, because SQLite then
    looks for each of the few by the index of subjects. `most`: most of the record is on that side; SQLite, which would read it in
    the order of time and sort it, is led to read it subject by subject (by a + before the moment), in half the time."""
    moment = "+at" if most and connection.vendor == "sqlite" else "at"
    sql = f"""
        SELECT t.subject_kind, t.subject, t.agent, t.{state}, t.because, t.at, t.id
        FROM (
            SELECT subject_kind, subject, agent, {which}(at) AS at FROM planes_transition
            WHERE cluster_id = %s AND {moment} {side} %s GROUP BY subject_kind, subject, agent
        ) nearest CROSS JOIN planes_transition t
        WHERE t.cluster_id = %s AND t.subject_kind = nearest.subject_kind AND t.subject = nearest.subject
            AND t.agent = nearest.agent AND t.at = nearest.at
    """  # noqa: S608  words of ours
    with connection.cursor() as cursor:
        cursor.execute(sql, [cluster_id, at, cluster_id])
        return list(cursor.fetchall())


def _with_reasons(first: dict[Subject, State], last: dict[Subject, Stood]) -> Iterable[tuple[Subject, Stood]]:
    """What the first change after the moment began with is what it was then; the last one before says why, if it says the same."""
    for subject, state in first.items():
        before = last.get(subject)
        yield subject, before if before is not None and before.state is state else Stood(state)


class Tracks(msgspec.Struct, frozen=True):
    """What is remembered of both planes over a window: the histories of the components of the one, of which the worst counts, and
    the other's states. `agents`: the states of each kind of agent that was asked for, over all nodes."""

    control: tuple[History, ...]
    data: tuple[Stretch, ...]
    agents: dict[str, tuple[Stretch, ...]]


def tracks(slug: str, began: float, ended: float, agents: Collection[str] = ()) -> Tracks:
    """From `began` to `ended`, epoch seconds."""
    rows = selectors.components(slug)
    with one_view():
        cluster_id = Cluster.objects.filter(slug=slug).values_list("pk", flat=True).first() or 0
        spans = history.spans(cluster_id, began)
        control = tuple(
            history.component(cluster_id, row.kind, row.state, row.since, began, spans) for row in rows if row.kind in CONTROL_PLANE
        )
        found = walks.tracks(cluster_id, (walks.NODES, *agents), spans, began, ended)
    return Tracks(control, found.pop(walks.NODES), found)


def agent_track(cluster_id: int, kind: str, spans: Sequence[Span], began: float, ended: float) -> tuple[Stretch, ...]:
    """The states of one kind of agent over all nodes, from `began` to `ended`, epoch seconds: changes are remembered of each node
    and not of their roll-up, so that this is put together again. `spans`: when the cluster was watched."""
    return walks.tracks(cluster_id, (kind,), spans, began, ended)[kind]


def _state(stored: str) -> State:
    """As State() has it, and three times as fast: of thousands."""
    return _STATES.get(stored, State.UNKNOWN)
