"""What is remembered of single instances of components: when each came, changed its state, and went."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from django.db.models import OuterRef, Q, Subquery

from planes.models import Cluster, Instance, InstanceTurn
from planes.store import columns
from planes.store import history as remembered
from planes.store.columns import TurnColumns
from planes.store.reading import one_view
from planes.store.selectors import ComponentDetail, component
from planes.structs.history import History, Span, Turn
from planes.structs.moments import Epoch
from planes.structs.rows import ComponentRow, InstanceRow
from planes.structs.time_tokens import render
from planes.structs.verdicts import State

#: Turns that a page lists.
LISTED = 20


class InstanceTurnRow(msgspec.Struct, frozen=True):
    """`before` None: it came; `after` None: it went. `at` epoch seconds."""

    at: Epoch
    before: State | None
    after: State | None
    because: str
    host: str


class InstanceDetail(msgspec.Struct, frozen=True):
    """`row` is None where it is not there any more. `turns` newest first."""

    component: ComponentDetail
    name: str
    row: InstanceRow | None
    turns: tuple[InstanceTurnRow, ...]


# --- writing, within the transaction of a flush -------------------------------------------------------------------------------


def note(cluster_id: int, at: Epoch, rows: Sequence[ComponentRow], before: Mapping[str, Iterable[tuple[str, str, str]]]) -> None:
    """Keep what changed among the instances of these components. `before`: by kind, name, host and state of each that was there."""
    turns: list[TurnColumns] = []
    for row in rows:
        was = {name: (host, state) for name, host, state in before.get(row.kind, ())}
        for one in row.instances:
            _, state = was.pop(one.name[:253], ("", ""))
            if state != one.state:
                because = render(one.because, at)
                turns.append(TurnColumns(cluster_id, row.kind, one.name, one.host, state, one.state, because, at))
        turns += [TurnColumns(cluster_id, row.kind, name, host, state, "", "", at) for name, (host, state) in was.items()]
    columns.INSTANCE_TURN.run(turns)


def note_gone(cluster_id: int, at: Epoch, kinds: Iterable[str]) -> None:
    """The instances of components that go with them."""
    found = Instance.objects.filter(component__cluster=cluster_id, component__kind__in=kinds)
    values = found.values_list("component__kind", "name", "host", "state")
    columns.INSTANCE_TURN.run([TurnColumns(cluster_id, kind, name, host, state, "", "", at) for kind, name, host, state in values])


def prune(before: float, keep: int) -> int:
    """Forget turns older than `before` (epoch seconds), and all but the newest `keep` of each cluster; of an instance that is there
    the newest stays, which tells since when it is as it is. Returns how many."""
    same = InstanceTurn.objects.filter(cluster=OuterRef("cluster"), kind=OuterRef("kind"), name=OuterRef("name"))
    stands = Q(pk=Subquery(same.values("pk")[:1])) & ~Q(after="")
    removed, _ = InstanceTurn.objects.filter(at__lt=before).exclude(stands).delete()
    for cluster_id in Cluster.objects.values_list("pk", flat=True):
        beyond = InstanceTurn.objects.filter(cluster=cluster_id)[keep : keep + 1].first()
        if beyond is not None:
            gone, _ = InstanceTurn.objects.filter(cluster=cluster_id, at__lte=beyond.at).exclude(stands).delete()
            removed += gone
    return removed


# --- reading ------------------------------------------------------------------------------------------------------------------


def instance(slug: str, kind: str, name: str) -> InstanceDetail | None:
    """One instance, also one that went; None if the cluster or the component is not there, or no such instance was ever seen."""
    with one_view():
        found = component(slug, kind)
        if found is None:
            return None
        row = next((one for one in found.row.instances if one.name == name), None)
        about = InstanceTurn.objects.filter(cluster=found.cluster.id, kind=kind, name=name)[:LISTED]
        turns = tuple(_turn(one) for one in about)
        return InstanceDetail(found, name, row, turns) if row is not None or turns else None


def history(detail: InstanceDetail, began: float) -> History:
    """Of an instance, from `began` (epoch seconds) on. While it was not there it was in no state, as while nobody watched."""
    cluster_id, kind = detail.component.cluster.id, detail.component.row.kind
    with one_view():
        every = InstanceTurn.objects.filter(cluster=cluster_id, kind=kind, name=detail.name)
        found = list(every.filter(at__gte=began)[: remembered.TURNS])
        if len(found) < remembered.TURNS:
            found += list(every.filter(at__lt=began)[:1])
        turns = [_turn(one) for one in reversed(found)]
        spans = remembered.spans(cluster_id, began)
    last = turns[-1] if turns else None
    return History(
        state=(last.after or last.before or State.UNKNOWN) if last is not None else State.UNKNOWN,
        since=last.at if last is not None else Epoch(0.0),
        turns=tuple(Turn(one.at, one.before or one.after, one.after) for one in turns if one.after is not None),
        spans=tuple(_within(spans, _there(turns))),
    )


def _there(turns: Sequence[InstanceTurnRow]) -> list[Span]:
    """When it was there."""
    made: list[Span] = []
    came: Epoch | None = None if turns and turns[0].before is None else Epoch(0.0)
    for one in turns:
        if one.after is None and came is not None:
            made.append(Span(came, one.at))
            came = None
        elif one.after is not None and came is None:
            came = one.at
    return [*made, Span(came, Epoch(float("inf")))] if turns and came is not None else made


def _within(spans: Iterable[Span], others: Iterable[Span]) -> Iterable[Span]:
    kept = list(others)
    for span in spans:
        for other in kept:
            began, ended = max(span.began, other.began), min(span.ended, other.ended)
            if began < ended:
                yield Span(began, ended)


def _turn(one: InstanceTurn) -> InstanceTurnRow:
    return InstanceTurnRow(
        at=Epoch(one.at),
        before=State(one.before) if one.before else None,
        after=State(one.after) if one.after else None,
        because=one.because,
        host=one.host,
    )
