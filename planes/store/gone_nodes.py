"""What is remembered of nodes that are not there any more: a node that went keeps its page."""

from collections.abc import Sequence

import msgspec
from django.db.models import Q

from planes.models import Cluster, InstanceTurn, Node, Transition
from planes.store import columns, history
from planes.store.columns import TurnColumns
from planes.store.reading import one_view
from planes.store.selectors import RECENT, ClusterHead, change_of, head_of
from planes.structs.history import History, Span
from planes.structs.moments import Epoch
from planes.structs.rows import ChangeRow
from planes.structs.verdicts import State

#: Among the turns of instances, which it is no component's name.
KIND = "node"
_BATCH = 500
_AGENTS = ("kubelet", "kube-proxy", "container-runtime")


class GoneNode(msgspec.Struct, frozen=True):
    """A node that is not there. `at`: when its going was noticed, epoch seconds, and `state` what it was in last, since `since`;
    None where it went before that was noted. `changes` are its own and its agents', newest first."""

    cluster: ClusterHead
    name: str
    at: Epoch | None
    state: State | None
    since: Epoch | None
    changes: tuple[ChangeRow, ...]


def note(cluster_id: int, at: Epoch, names: Sequence[str]) -> None:
    """Keep that these nodes go, and as what, before they do. Within the transaction of a flush."""
    turns: list[TurnColumns] = []
    for start in range(0, len(names), _BATCH):
        found = Node.objects.filter(cluster=cluster_id, name__in=names[start : start + _BATCH])
        for name, state, since in found.values_list("name", "state", "since"):
            turns.append(TurnColumns(cluster_id, KIND, name, "", "", state, "", since))
            turns.append(TurnColumns(cluster_id, KIND, name, "", state, "", "", at))
    columns.INSTANCE_TURN.run(turns)


def gone_node(slug: str, name: str) -> GoneNode | None:
    """None if the cluster is not there, or the node is, or nothing is remembered of it."""
    with one_view():
        found = Cluster.objects.filter(slug=slug, enabled=True).first()
        if found is None or Node.objects.filter(cluster=found, name=name).exists():
            return None
        went, was = [*InstanceTurn.objects.filter(cluster=found, kind=KIND, name=name)[:2], None, None][:2]
        about = list(Transition.objects.filter(cluster=found, subject_kind="Node", subject=name)[:RECENT])
        if went is None and not about:
            return None
        return GoneNode(
            cluster=head_of(found),
            name=name,
            at=Epoch(went.at) if went is not None else None,
            state=State(went.before) if went is not None and went.before else None,
            since=Epoch(was.at) if was is not None else None,
            changes=tuple(change_of(one) for one in about),
        )


def histories(node: GoneNode, began: float) -> list[History]:
    """Of those of its agents of which a change is remembered, from the first of them until it went. Before that nobody can tell
    any more whether it was there."""
    made: list[History] = []
    with one_view():
        spans = history.spans(node.cluster.id, began)
        for agent in _AGENTS:
            about = Q(cluster=node.cluster.id, subject_kind="Node", subject=node.name, agent=agent)
            turns = history.turns_of(about, began)
            if not turns or node.at is None:
                continue
            first, last = turns[0].at, node.at
            there = tuple(
                Span(max(one.began, first), min(one.ended, last)) for one in spans if one.began < last and one.ended > first
            )
            made.append(History(state=turns[-1].after, since=turns[-1].at, turns=turns, spans=there))
    return made
