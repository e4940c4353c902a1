"""Reading of what is remembered: of one subject its changes of state, and the spans in which its cluster was watched."""

from collections.abc import Mapping

from django.db.models import F, Q

from planes.models import Transition, Watched
from planes.store.reading import one_view
from planes.structs.history import History, Span, Turn
from planes.structs.moments import Epoch
from planes.structs.verdicts import State

#: Changes of one subject that are read: of one that flaps for a month the newest.
TURNS = 5_000


def of_component(cluster_id: int, kind: str, state: State, since: float, began: float) -> History:
    """Of a component, from `began` (epoch seconds) on. `state` is what it is in now, `since` epoch seconds."""
    with one_view():
        return component(cluster_id, kind, state, since, began, spans(cluster_id, began))


def component(cluster_id: int, kind: str, state: State, since: float, began: float, seen: tuple[Span, ...]) -> History:
    """The same within a view of the database that is open; `seen`: the spans of the cluster."""
    turns = turns_of(Q(cluster=cluster_id, subject_kind="Component", subject=kind), began)
    return History(state=state, since=Epoch(since), turns=turns, spans=_told(turns, seen))


def of_agents(cluster_id: int, node: str, agents: Mapping[str, tuple[State, float]], began: float) -> list[History]:
    """Of some agents of a node, each with the state that it is in now and since when, epoch seconds."""
    with one_view():
        seen = spans(cluster_id, began)
        about = Q(cluster=cluster_id, subject_kind="Node", subject=node)
        turns = {agent: turns_of(about & Q(agent=agent), began) for agent in agents}
        return [
            History(state=state, since=Epoch(since), turns=turns[agent], spans=_told(turns[agent], seen))
            for agent, (state, since) in agents.items()
        ]


def turns_of(about: Q, began: float) -> tuple[Turn, ...]:
    """Oldest first. The last one before `began` tells what the state was then; where the oldest are too many, the newest count."""
    fields = ("at", "before", "after")
    found = list(Transition.objects.filter(about, at__gte=began).order_by("-at", "-id").values_list(*fields)[:TURNS])
    if len(found) < TURNS:
        found += Transition.objects.filter(about, at__lt=began).order_by("-at", "-id").values_list(*fields)[:1]
    return tuple(Turn(Epoch(at), State(before), State(after)) for at, before, after in reversed(found))


def _told(turns: tuple[Turn, ...], seen: tuple[Span, ...]) -> tuple[Span, ...]:
    """Of one that flaps so often that its oldest changes are not read, nothing is said of the time before those that are."""
    if len(turns) < TURNS:
        return seen
    first = turns[0].at
    return tuple(Span(max(one.began, first), one.ended) for one in seen if one.ended > first)


def spans(cluster_id: int, began: float) -> tuple[Span, ...]:
    """When a cluster was watched, from `began` (epoch seconds) on, oldest first."""
    return spans_of(Q(cluster=cluster_id), began)


def spans_of(which: Q, began: float | None) -> tuple[Span, ...]:
    """When some clusters were watched, each by itself, from `began` (epoch seconds) on, oldest first; None: from the beginning.
    What was watched before the oldest change that is kept of a cluster says nothing any more."""
    found = Watched.objects.filter(which)
    if began is not None:
        found = found.filter(ended__gte=began)
    rows = found.order_by("began").values_list("began", "ended", "cluster__remembered_from")
    return tuple(
        Span(Epoch(first if kept is None else max(first, kept)), Epoch(last))
        for first, last, kept in rows
        if kept is None or last > kept
    )


def watching_since(which: Q) -> Epoch | None:
    """Since when anything is on record of some clusters, whatever gaps there are since; None: nothing is."""
    kept = Q(cluster__remembered_from=None) | Q(ended__gt=F("cluster__remembered_from"))
    first = Watched.objects.filter(which & kept).order_by("began").values_list("began", "cluster__remembered_from").first()
    if first is None:
        return None
    began, since = first
    return Epoch(began if since is None else max(began, since))
