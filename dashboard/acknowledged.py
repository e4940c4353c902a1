"""That somebody has seen that a cluster is not well: attention leaves it until something else is wrong with it.

It holds for what was wrong then: the states of the cluster's planes, its components and its nodes. What heals and fails again, or
becomes worse, wants attention afresh; so does a component or a node that fails besides, while its plane stays as it was, unless it
fails with what it depends on. Nothing has to be taken back, and nothing is hidden: the card says who has seen it.
"""

import logging
import time
from collections.abc import Iterable
from functools import cache

import msgspec
from django.db import DatabaseError

from dashboard.models import Acknowledgement
from dashboard.presenters.cards import CardPlane
from planes.assess import dependencies
from planes.components.registry import AGENT_KINDS
from planes.store.selectors import ClusterSummary
from planes.structs.verdicts import SEVERITY, State

_log = logging.getLogger(__name__)

#: States that want attention.
SICK = ("down", "degraded")


class Wrong(msgspec.Struct, frozen=True):
    """What is wrong with a cluster: `components` that are down or degraded, by kind their state; how many nodes are `down`, and how
    many down or degraded (`bad`); the names of these, or None where they are too many to be told one by one."""

    components: dict[str, str]
    down: int
    bad: int
    nodes: frozenset[str] | None


class Acknowledged(msgspec.Struct, frozen=True):
    """`at`: epoch seconds. `wrong`: what was, as far as it has been so ever since; None: kept by a version that did not note it."""

    by: str
    at: float
    wrong: Wrong | None = None


def keep(cluster_id: int, by: str, wrong: Wrong, now: float | None = None) -> None:
    """`by` has seen that this is `wrong`, at `now` (epoch seconds)."""
    at = time.time() if now is None else now
    defaults = {"author": by, "at": at, "wrong": _stored(wrong)}
    Acknowledgement.objects.update_or_create(cluster=cluster_id, defaults=defaults)


def every() -> dict[int, Acknowledged]:
    """What was acknowledged, by the cluster's id: one query."""
    return {row.cluster: Acknowledged(row.author, row.at, _read(row.wrong)) for row in Acknowledgement.objects.all()}


def heal(cluster_id: int, found: Acknowledged, remains: Wrong) -> None:
    """Keep what `remains` of it. Another acknowledgement that came meanwhile stands. A database that does not take it now is asked
    again at the next look: a wall does not wait for that."""
    try:
        Acknowledgement.objects.filter(cluster=cluster_id, at=found.at).update(wrong=_stored(remains))
    except DatabaseError as error:
        _log.warning("what has healed of an acknowledged cluster could not be kept: %s", error)


def wrong_with(summary: ClusterSummary) -> Wrong:
    """What is wrong with a cluster now. Pure. Agents count by the nodes that they are on."""
    components = {one.kind: one.state for one in summary.components if one.state in SICK and one.kind not in AGENT_KINDS}
    down = summary.nodes.get("down", 0)
    bad = down + summary.nodes.get("degraded", 0)
    rows = [row for row in summary.attention if row.kind == "Node" and row.state in SICK]
    names = frozenset(name for row in rows for name in (row.names or (row.name,)))
    return Wrong(components, down, bad, names if len(names) == bad else None)


def is_more(now: Wrong, then: Wrong) -> bool:
    """Is something wrong `now` that was not, or not as badly, `then`? Pure. Where not all nodes are known by name, their number
    tells. A component that cannot work without one that was down then, and still is, is nothing new: see
    planes.assess.dependencies."""
    for kind, state in now.components.items():
        worse = SEVERITY[State(state)] > SEVERITY[State(then.components.get(kind, "healthy"))]
        if worse and not any(then.components.get(one) == now.components.get(one) == "down" for one in _needs(kind)):
            return True
    if now.down > then.down or now.bad > then.bad:
        return True
    return now.nodes is not None and then.nodes is not None and not now.nodes <= then.nodes


@cache
def _needs(kind: str) -> frozenset[str]:
    """All that a component depends on, by way of others too."""
    direct = frozenset(one.other for one in dependencies.known(kind) if one.depends)
    return direct.union(*(_needs(one) for one in direct))


def remains(summary: ClusterSummary, then: Wrong) -> Wrong:
    """What of `then` may still be so: what is well by now is not, and what is unknown may be. Pure."""
    now, unseen = wrong_with(summary), summary.nodes.get("unknown", 0)
    blind = {one.kind for one in summary.components if one.state == "unknown"}
    components = {
        kind: state if kind in blind else now.components[kind]
        for kind, state in then.components.items()
        if kind in blind or kind in now.components
    }
    nodes = then.nodes
    if not unseen:
        nodes = now.nodes if nodes is None or now.nodes is None else nodes & now.nodes
    return Wrong(components, min(then.down, now.down + unseen), min(then.bad, now.bad + unseen), nodes)


def said(planes: Iterable[CardPlane], wrong: Wrong, found: Acknowledged | None) -> str:
    """Who has acknowledged how these planes are, of which this is `wrong`; empty: nobody has, or they are well, or were otherwise
    then, or something more is wrong by now. Pure."""
    sick = [one for one in planes if one.state in SICK]
    if found is None or not sick:
        return ""
    if found.wrong is not None and is_more(wrong, found.wrong):
        return ""
    return found.by if all(one.since is not None and one.since <= found.at for one in sick) else ""


def _stored(wrong: Wrong) -> str:
    return msgspec.json.encode(wrong, order="sorted").decode()


def _read(text: str) -> Wrong | None:
    return msgspec.json.decode(text, type=Wrong) if text else None
